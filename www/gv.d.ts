/**
 * What `gv.js` gives a page: the calls of `grapevine`, and its events.
 *
 * Every call is safe before the script has come, with the stub:
 * `window.grapevine = window.grapevine || function () { (grapevine.q = grapevine.q || []).push(arguments) }`
 *
 * No call throws. What went wrong is told by the `error` event.
 */

/** Where the panel was opened. */
type GrapevinePlacement = "floating" | "inline" | "post-purchase" | "exit-intent" | "welcome" | "page";

/** An amount in minor units (cents), with its currency (ISO 4217). */
interface GrapevineMoney {
  minor: number;
  currency: string;
}

/** What one side gets. */
interface GrapevineReward {
  kind: string;
  money: GrapevineMoney | null;
  /** 1,000 are ten percent. */
  basis_points: number | null;
  name: string;
  quantity: number;
  unit: string | null;
}

/** One line of an order. */
interface GrapevineItem {
  name?: string;
  id?: string;
  quantity: number;
  /** In minor units. */
  amount: number;
}

/** An order, reported by the page where the shopper is thanked. */
interface GrapevineOrder {
  /** The shop's own number. An order counts once, however often it is reported. */
  orderId: string;
  /** In minor units, without shipping and tax where the programme leaves them out. */
  amount: number;
  /** ISO 4217, such as `EUR`. */
  currency: string;
  /** The code that the shopper typed at the checkout. */
  coupon?: string;
  email?: string;
  /** At most 200. */
  items?: GrapevineItem[];
}

/** What a friend came with. */
interface GrapevineReferral {
  /** Proves the click. The latest come first, joined by dots. */
  token: string;
  friend_reward?: GrapevineReward;
  /** The code, once the friend has one. */
  coupon?: string | null;
  minimum_order?: GrapevineMoney | null;
  used?: boolean;
}

/** What went wrong. Of the edge it is a `code` to act on and a `message` that names the field. */
type GrapevineError = { code: string; message: string } | Error;

/** What each event tells. */
interface GrapevineEvents {
  /** Everything that happens on its own has happened. */
  ready: null;
  /** The panel was opened. */
  open: GrapevinePlacement;
  close: null;
  /** Somebody has a link now. */
  join: null;
  /** A channel was pressed. */
  press: string;
  /** A friend has a code now. */
  claim: string;
  error: GrapevineError;
}

interface Grapevine {
  /** Says who is signed in, by a token that the shop's server has signed. */
  (call: "identify", customer: { token: string }): Promise<unknown>;
  (call: "open", options?: { placement?: GrapevinePlacement }): Promise<unknown>;
  (call: "close"): Promise<unknown>;
  (call: "convert", order: GrapevineOrder): Promise<unknown>;
  /** May we remember? `false` also forgets. */
  (call: "consent", given: boolean): Promise<unknown>;
  /** Nothing where nobody sent the shopper. */
  (call: "getReferral"): Promise<GrapevineReferral | undefined>;
  (call: "ready", run: () => void): Promise<unknown>;
  <Name extends keyof GrapevineEvents>(
    call: "on",
    event: Name,
    run: (detail: GrapevineEvents[Name]) => void,
  ): Promise<unknown>;
  /** Calls that wait for the script, before it has come. */
  q?: ArrayLike<unknown>[];
}

interface Window {
  grapevine: Grapevine;
}

declare const grapevine: Grapevine;

interface DocumentEventMap {
  "grapevine:ready": CustomEvent<GrapevineEvents["ready"]>;
  "grapevine:open": CustomEvent<GrapevineEvents["open"]>;
  "grapevine:close": CustomEvent<GrapevineEvents["close"]>;
  "grapevine:join": CustomEvent<GrapevineEvents["join"]>;
  "grapevine:press": CustomEvent<GrapevineEvents["press"]>;
  "grapevine:claim": CustomEvent<GrapevineEvents["claim"]>;
  "grapevine:error": CustomEvent<GrapevineEvents["error"]>;
}
