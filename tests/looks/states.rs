//! Every state of panel, banner and launcher that is looked at.

use serde_json::{Value, json};

use super::scenes::Step::{Fill, Later, Press, See};
use super::scenes::{Part, Shop, State};
use super::stage::Reply::{HangUp, Json, Never};

const EMAIL: &str = "[data-gv-field=email]";
const JOIN: &str = "[data-gv-action=join]";
const OWN_CODE: &str = "[data-gv-field=own-code]";

/// A reward like the fixture's first one, with changes.
fn reward(status: &str, changes: &Value) -> Value {
    let mut reward = json!({
        "id": status, "kind": "store_credit", "status": status,
        "money": {"minor": 1000, "currency": "EUR"}, "basis_points": null, "name": "",
        "quantity": 1, "unit": null, "created_at": "2026-11-22T10:00:00.000Z",
        "release_at": "2026-12-06T10:00:00.000Z", "awaits": [], "reason": null,
        "expires_at": null, "coupon": null, "withheld_minor": 0,
        "receipt_url": "https://refer.shop.example/s/look.1",
    });
    if let (Some(reward), Some(changes)) = (reward.as_object_mut(), changes.as_object()) {
        reward.extend(changes.clone());
    }
    reward
}

fn offer(kind: &str, name: &str) -> Value {
    json!({"kind": kind, "money": null, "basis_points": null, "name": name, "quantity": 500, "unit": null})
}

fn error(code: &str) -> Value {
    json!({"error": {"code": code, "message": "No."}})
}

fn nobody_yet() -> Value {
    json!({
        "numbers": {"shares": 0, "clicks": 0, "friends": 0},
        "pending": {"minor": 0}, "rewards": [], "rank": null,
        "milestone": {"friends": 0, "at": 1},
    })
}

fn every_reward() -> Value {
    json!([
        reward("pending", &json!({"awaits": ["return_period"]})),
        reward("pending", &json!({"awaits": ["address_confirmation"]})),
        reward("pending", &json!({"awaits": ["review"]})),
        reward("pending", &json!({"awaits": ["shop_confirmation"]})),
        reward("approved", &json!({})),
        reward(
            "issued",
            &json!({"coupon": "THANKS-7KQ4-M2XW", "expires_at": "2027-11-15T10:00:00.000Z", "withheld_minor": 300})
        ),
        reward("issued", &json!({})),
        reward("redeemed", &json!({})),
        reward(
            "expired",
            &json!({"expires_at": "2026-11-20T10:00:00.000Z"})
        ),
        reward("canceled", &json!({"reason": "not_new_customer"})),
    ])
}

fn stored() -> Value {
    json!({
        "email": "ada@mail.example", "name": "Ada", "customer": null,
        "joined_at": "2026-10-02T10:00:00.000Z", "language": "en",
        "codes": ["k7m2p9x4", "ada-tea"], "shares": 3, "clicks": 5, "rewards": 2,
        "mails": 4, "answers": 1, "asks": 2,
    })
}

/// All of them.
pub fn all() -> Vec<State> {
    let mut states = joining();
    states.extend(known());
    states.extend(own());
    states.extend(trouble());
    states.extend(hard());
    states.extend(looks());
    states.extend(around());
    states
}

fn joining() -> Vec<State> {
    let typed =
        |name, email| State::join(name).then(&[See(EMAIL), Fill(EMAIL, email), Press(JOIN)]);
    vec![
        State::join("join").main(),
        State::join("join-how").then(&[Press("summary")]),
        typed("join-bad", "anna"),
        typed("join-failed", "anna@mail.example")
            .reply("advocates", HangUp)
            .then(&[See(".error")]),
        typed("hint", "anna@gmial.com").then(&[See(".hint")]),
        typed("check-mail", "anna@mail.example")
            .reply("advocates", Json(202, json!({})))
            .then(&[See("[data-gv-state=check-mail]")]),
        typed("not-eligible", "anna@mail.example")
            .reply("advocates", Json(403, error("not_eligible")))
            .then(&[See("[data-gv-state=ineligible]")]),
        State::known("away-a-while", &json!({}))
            .reply("me", Json(401, error("session_expired")))
            .only(&[See("[data-gv-state=join]")]),
        State::join("on-the-way-out")
            .call("grapevine('open', { placement: 'exit-intent' })")
            .main(),
        State::join("after-an-order").call("grapevine('open', { placement: 'post-purchase' })"),
        State::join("for-the-advocate-alone").start(&json!({"friend_reward": null})),
        State::join("for-the-friend-alone")
            .start(&json!({"advocate_reward": null, "minimum_order": null})),
        State::join("points").start(&json!({"advocate_reward": offer("points", "")})),
        State::join("paused-join").start(&json!({"paused": true, "pause": "merchant"})),
    ]
}

fn known() -> Vec<State> {
    let pause =
        |name, why| State::known(name, &json!({})).start(&json!({"paused": true, "pause": why}));
    vec![
        State::known("known", &json!({})).main(),
        State::known("known-how", &json!({})).then(&[Press("details:not(.data) summary")]),
        State::known("passed-on", &json!({}))
            .then(&[Press("[data-gv-channel=whatsapp]"), See(".sent")]),
        State::known("no-friends-yet", &nobody_yet()).main(),
        State::known(
            "unconfirmed",
            &json!({"verified": false, "rewards": [], "pending": {"minor": 0}}),
        ),
        State::known("more-channels", &nobody_yet()).then(&[Press("[data-gv-action=more]")]),
        State::known("qr", &json!({"link": "/r/k7m2p9x4"})).then(&[
            Press("[data-gv-action=more]"),
            Press("[data-gv-channel=qr]"),
            See("figure img"),
        ]),
        State::known(
            "every-reward",
            &json!({
                "numbers": {"shares": 24, "clicks": 187, "friends": 10},
                "earned": {"minor": 4000}, "pending": {"minor": 4000}, "owed": {"minor": 700},
                "rewards": every_reward(),
            }),
        )
        .main(),
        State::known(
            "milestone",
            &json!({
                "milestone": {"friends": 3, "at": 5, "reward": offer("free_product", "Tea box")},
                "rank": {"place": 2, "of": 14, "until": "2026-12-01T00:00:00.000Z"},
            }),
        )
        .main(),
        State::known(
            "milestones-reached",
            &json!({
                "milestone": {"friends": 12, "at": null, "reward": null},
                "rank": {"place": 1, "of": 140, "until": null},
            }),
        ),
        pause("paused", "merchant").main(),
        pause("budget-spent", "budget"),
        pause("ended", "ended"),
    ]
}

fn own() -> Vec<State> {
    let choose = |name| {
        State::known(name, &nobody_yet())
            .then(&[Press("[data-gv-action=choose-code]"), See(OWN_CODE)])
    };
    let save = [
        Fill(OWN_CODE, "ada-tea"),
        Press("[data-gv-action=save-code]"),
    ];
    let data = |name| {
        State::known(name, &nobody_yet())
            .then(&[Press(".data summary"), See("[data-gv-action=stored]")])
    };
    let answer = |name| {
        State::survey(name).then(&[
            Press("[data-gv-action=score][value='6']"),
            See("[data-gv-field=answer]"),
        ])
    };
    let send = [
        Fill("[data-gv-field=answer]", "The parcel came late."),
        Press("[data-gv-action=send]"),
    ];
    vec![
        choose("own-code"),
        choose("own-code-taken")
            .reply("code", Json(409, error("code_taken")))
            .then(&save)
            .then(&[See("#codes .error")]),
        choose("own-code-saved")
            .reply(
                "code",
                Json(
                    200,
                    json!({"code": "ada-tea", "link": "https://refer.shop.example/r/look/ada-tea"}),
                ),
            )
            .then(&save)
            .then(&[See("#codes .sent")]),
        data("your-data").main(),
        data("stored")
            .reply("stored", Json(200, stored()))
            .then(&[Press("[data-gv-action=stored]"), See("#stored dl")]),
        data("no-more-mails")
            .reply("mails", Json(200, json!({"mails": false})))
            .then(&[
                Press("[data-gv-action=mails-off]"),
                See("[data-gv-action=mails-on]"),
            ]),
        data("leave").then(&[
            Press("[data-gv-action=leave]"),
            See("[data-gv-state=leave]"),
        ]),
        data("left")
            .reply("leave", Json(200, json!({"left": true})))
            .then(&[
                Press("[data-gv-action=leave]"),
                See("[data-gv-action=leave-yes]"),
                Press("[data-gv-action=leave-yes]"),
                See("[data-gv-state=left]"),
            ]),
        State::survey("survey").main(),
        answer("feedback").main(),
        answer("feedback-failed")
            .then(&send)
            .reply("answers", HangUp)
            .then(&[See(".error")]),
        answer("thanks")
            .then(&send)
            .then(&[See("[data-gv-state=thanks]")])
            .main(),
    ]
}

fn trouble() -> Vec<State> {
    let waiting = |name| {
        State::known(name, &json!({}))
            .reply("me", Never)
            .only(&[See("[data-gv-state=loading]")])
    };
    let dead = |name| State::known(name, &json!({})).reply("me", HangUp);
    vec![
        waiting("loading").main(),
        waiting("slow").then(&[Later, See(".slow")]),
        dead("error").only(&[See("[data-gv-state=error]")]).main(),
        dead("offline")
            .call("Object.defineProperty(navigator, 'onLine', { value: false }); grapevine('open')")
            .only(&[See("[data-gv-state=offline]")]),
    ]
}

/// Long words, large numbers, other scripts.
fn hard() -> Vec<State> {
    let long_name = "Kaffeespezialitätenversandhandelsgesellschaftmitbeschränkterh";
    let huge = json!({
        "numbers": {"shares": 1_234_567, "clicks": 98_765_432, "friends": 1_000_000},
        "earned": {"minor": 9_999_999_999_i64}, "pending": {"minor": 1_234_567_890_i64},
        "owed": {"minor": 100_000_000},
        "milestone": {"friends": 999_998, "at": 1_000_000, "reward": offer("points", "")},
        "rank": {"place": 123_456, "of": 9_876_543, "until": "2026-12-01T00:00:00.000Z"},
        "rewards": [reward("pending", &json!({"money": {"minor": 1_234_567_890_i64, "currency": "EUR"}, "awaits": ["return_period"]}))],
    });
    let in_german = json!({"locale": "de", "name": long_name, "friend_reward": offer("free_product", "Teezubereitungsgerätereinigungsset"), "advocate_reward": offer("free_product", "Kaffeebohnenaufbewahrungsbehälter")});
    vec![
        State::join("long-words-join").start(&in_german),
        State::known("long-words", &json!({
            "email_hint": "m•••@rindfleischetikettierungsueberwachung.example",
            "rewards": [reward("issued", &json!({"kind": "free_product", "money": null, "name": "Kaffeebohnenaufbewahrungsbehälter", "coupon": "DANKESCHOEN-7KQ4-M2XW"}))],
        })).start(&in_german),
        State::known("huge-numbers", &huge),
        State::join("rtl-join").start(&json!({"locale": "ar"})),
        State::known("rtl", &json!({"milestone": {"friends": 3, "at": 5, "reward": offer("points", "")}})).start(&json!({"locale": "ar"})).main(),
        State::survey("rtl-survey").start(&json!({"locale": "ar"})),
        State::known("in-russian", &json!({"rewards": every_reward()})).start(&json!({"locale": "ru"})),
        State::known("in-hungarian", &nobody_yet()).start(&json!({"locale": "hu"})).then(&[Press(".data summary"), See("[data-gv-action=stored]")]),
    ]
}

/// What a merchant chose.
fn looks() -> Vec<State> {
    let picture = json!({"theme": {"picture_url": "/hero.svg"}});
    let drawer = json!({"theme": {"layout": "drawer"}});
    vec![
        State::join("logo").start(&json!({"theme": {"logo_url": "/mark.svg"}})),
        State::join("picture").start(&picture).main(),
        State::join("picture-and-logo")
            .start(&picture)
            .start(&json!({"theme": {"logo_url": "/mark.svg"}})),
        State::known("drawer", &json!({})).start(&drawer).main(),
        State::join("drawer-picture")
            .start(&drawer)
            .start(&picture)
            .main(),
        State::known("drawer-rtl", &json!({}))
            .start(&drawer)
            .start(&json!({"locale": "ar"}))
            .main(),
        State::join("own-colours").at(Shop::Own).main(),
        State::known("own-colours-known", &json!({})).at(Shop::Own),
    ]
}

/// Around the panel.
fn around() -> Vec<State> {
    let inline = |state: State| state.of(Part::Inline).call("");
    let with_code = json!({"coupon": "HELLO-7KQ4-M2XW"});
    let long = json!({"friend_reward": offer("free_product", "Teezubereitungsgerätereinigungsset mit Bürste")});
    vec![
        inline(State::join("inline-join")).main(),
        inline(State::known("inline", &json!({}))),
        State::banner("banner", &json!({})).main(),
        State::banner("banner-code", &with_code).main(),
        State::banner("banner-long", &long).start(&json!({"locale": "de"})),
        State::banner("banner-rtl", &with_code).start(&json!({"locale": "ar"})),
        State::banner("banner-strip", &json!({}))
            .of(Part::Strip)
            .main(),
        State::banner("banner-own-colours", &with_code).at(Shop::Own),
        State::launcher("launcher").main(),
        State::launcher("launcher-start").at(Shop::Own).main(),
        State::launcher("launcher-long").start(
            &json!({"launcher": {"text": "Szerezz 12 345 678 Ft kedvezményt minden barátodért"}}),
        ),
        State::launcher("launcher-rtl").start(&json!({"locale": "ar"})),
    ]
}
