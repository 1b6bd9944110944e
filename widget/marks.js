// The shapes of the rarer channels' icons: a file of its own, fetched once when the first
// of them is drawn. Until it is there the icon's place is empty.
let marks

/** Draws the icon of that name into an empty `svg` of 24 by 24. */
export const mark = async (svg, name) => {
  try {
    marks ||= fetch(new URL('marks.json', import.meta.url)).then(answer => answer.json())
    const [shape, stroked] = (await marks)[name]
    svg.firstChild.setAttribute('d', shape)
    if (stroked) svg.setAttribute('class', 'line')
  } catch {
    marks = 0
  }
}
