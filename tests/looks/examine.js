// What is wrong with how a part stands: sideways overflow, words that are cut, controls
// that a finger misses. Arguments: the host, the
// least width of a control: a finger's or a pointer's.
const [host, least] = arguments;
const root = document.querySelector(host).shadowRoot;
const found = [];
const called = element => {
  const { gvAction, gvField, gvChannel } = element.dataset ?? {};
  const hook = gvAction ?? gvField ?? gvChannel ?? element.id;
  return element.localName + (hook ? `[${hook}]` : '.' + element.className) + ` "${element.textContent.trim().slice(0, 40)}"`;
};
if (document.scrollingElement.scrollWidth > innerWidth) found.push(`the page is ${document.scrollingElement.scrollWidth} wide`);
const frame = root.firstElementChild.getBoundingClientRect();
for (const element of root.querySelectorAll('*')) {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const isSeen = element.checkVisibility({ visibilityProperty: true }) && box.width && !element.closest('.unseen,svg');
  if (!isSeen || style.clipPath != 'none') continue;
  if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(`${called(element)} sticks out of the frame: ${box.left} to ${box.right} of ${frame.left} to ${frame.right}`);
  if (box.left < -1 || box.right > innerWidth + 1) found.push(`${called(element)} sticks out of the window`);
  const isField = element.matches('input,textarea');
  const isBlock = element.clientWidth > 0;
  // A link or a message may be longer than its field; what is copied by eye may not.
  const mayScroll = isField && !element.matches('[data-gv-field=code],[data-gv-field=coupon]');
  if (isBlock && !mayScroll && element.scrollWidth > element.clientWidth + 1) found.push(`${called(element)} is wider than its box: ${element.scrollWidth} of ${element.clientWidth}`);
  const isClipped = style.overflowY != 'visible' && !element.matches('dialog,textarea');
  if (isBlock && isClipped && element.scrollHeight > element.clientHeight + 1) found.push(`${called(element)} is cut: ${element.scrollHeight} of ${element.clientHeight}`);
  const isControl = element.matches('a,button,summary,input,textarea') && !element.closest('p a');
  if (isControl && (box.width < least - .5 || box.height < 43.5)) found.push(`${called(element)} is ${Math.round(box.width)} by ${Math.round(box.height)}`);
}
return found;
