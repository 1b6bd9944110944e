// Calls as a shop writes them: `cargo xtask ci` checks that www/gv.d.ts takes the right
// ones and refuses the wrong ones.

async function calls(): Promise<void> {
  await grapevine("identify", { token: "a.b.c" });
  await grapevine("open");
  await grapevine("open", { placement: "post-purchase" });
  await grapevine("close");
  await grapevine("convert", { orderId: "1", amount: 4200, currency: "EUR" });
  await window.grapevine("convert", {
    orderId: "1",
    amount: 4200,
    currency: "EUR",
    coupon: "HELLO-1",
    email: "ada@mail.example",
    items: [{ name: "Kettle", quantity: 1, amount: 4200 }],
  });
  await grapevine("consent", false);
  const referral = await grapevine("getReferral");
  const minor: number | undefined = referral?.friend_reward?.money?.minor;
  const token: string | undefined = referral?.token;
  await grapevine("ready", () => console.log(minor, token));
  await grapevine("on", "open", (placement) => placement.toUpperCase());
  await grapevine("on", "error", (error) => error.message);
  document.addEventListener("grapevine:press", (event) => event.detail.toUpperCase());
  document.addEventListener("grapevine:ready", () => grapevine("open"));

  // @ts-expect-error: an amount is a number of minor units
  await grapevine("convert", { orderId: "1", amount: "42.00", currency: "EUR" });
  // @ts-expect-error: an order has a currency
  await grapevine("convert", { orderId: "1", amount: 4200 });
  // @ts-expect-error: the shop's number is a text
  await grapevine("convert", { orderId: 1, amount: 4200, currency: "EUR" });
  // @ts-expect-error: there is no such call
  await grapevine("share");
  // @ts-expect-error: there is no such event
  await grapevine("on", "shared", () => undefined);
  // @ts-expect-error: nor such a placement
  await grapevine("open", { placement: "popup" });
}

void calls;
