//! The shopper's own page in the panel: a slip in the address, a code of one's own, what
//! is stored, mails, leaving, and the survey after an order.

use anyhow::Result;
use grapevine_tests::browser::{Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::identity;
use grapevine_tests::inbox;
use grapevine_tests::wait;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::json;
use xtask::client::path_of;

use crate::steps::{self, KNOWN, LAUNCHER, panel};

/// Reports an order as the page after a checkout does.
const BUY: &str =
    "return grapevine('convert', { orderId: arguments[0], amount: 4900, currency: 'EUR' })";

/// Something under "Your data", which is opened where it is closed.
async fn press_own(browser: &Browser, action: &str) -> Result<()> {
    if browser
        .find_now(panel("details.data[open]"))
        .await?
        .is_none()
    {
        browser.press(panel("[data-gv-action=settings]")).await?;
    }
    let css = format!("[data-gv-action={action}]");
    browser.press(panel(&css)).await
}

#[tokio::test]
async fn a_slip_in_the_address_is_asked_about_and_an_odd_address_is_believed() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    let email = panel("[data-gv-field=email]");
    browser.goto(&world.shop()?.page("/")).await?;
    browser.press(LAUNCHER).await?;
    browser.fill(email, "ada@gmial.com").await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser
        .words_with(panel(".hint"), "Did you mean ada@gmail.com?")
        .await?;
    assert!(browser.accessibility().await?.is_empty());
    // Who types on withdraws the question.
    browser.fill(email, "ada@gmial.con").await?;
    browser.gone(panel(".hint")).await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.press(panel("[data-gv-action=hint-use]")).await?;
    browser.find(KNOWN).await?;

    browser.press(panel("[data-gv-action=other]")).await?;
    browser.fill(email, "eve@gmai.com").await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.press(panel("[data-gv-action=hint-keep]")).await?;
    browser.find(KNOWN).await?;
    for email in ["ada@gmail.com", "eve@gmai.com"] {
        inbox::newest(&world.api, "confirm", email).await?;
    }
    browser.close().await
}

#[tokio::test]
async fn a_code_of_ones_own_is_taken_if_it_is_free() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    steps::join(&browser, &world, "ada@mail.example").await?;
    let before = steps::own_link(&browser).await?;
    browser.press(panel("[data-gv-action=choose-code]")).await?;
    let own = panel("[data-gv-field=own-code]");
    browser.fill(own, "a!").await?;
    browser.press(panel("[data-gv-action=save-code]")).await?;
    browser
        .words_with(panel("#code-error"), "3 to 20 letters")
        .await?;
    browser.fill(own, "ada-teas").await?;
    assert_eq!(browser.attribute(own, "aria-invalid").await?, "false");
    browser.press(panel("[data-gv-action=save-code]")).await?;
    browser.words_with(panel("#codes .sent"), "Saved").await?;
    assert_eq!(
        browser.value(panel("[data-gv-field=code]")).await?,
        "ada-teas"
    );
    let link = steps::own_link(&browser).await?;
    assert!(link.ends_with("/ada-teas"), "{link}");
    let whatsapp = panel("[data-gv-channel=whatsapp]");
    let href = browser.attribute(whatsapp, "href").await?;
    assert!(href.contains("ada-teas"), "{href}");
    for link in [&before, &link] {
        let person = World::person("192.0.2.9");
        let answer = world.follow(path_of(link), &person).await?;
        assert_eq!(answer.status, 302, "{link}");
    }

    browser.press(panel("[data-gv-action=other]")).await?;
    let email = panel("[data-gv-field=email]");
    browser.fill(email, "eve@mail.example").await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.press(panel("[data-gv-action=choose-code]")).await?;
    browser.fill(own, "ada-teas").await?;
    browser.press(panel("[data-gv-action=save-code]")).await?;
    browser.words_with(panel("#code-error"), "taken").await?;
    assert!(browser.accessibility().await?.is_empty());
    browser.close().await
}

#[tokio::test]
async fn what_is_stored_is_shown_mails_stop_and_who_leaves_is_forgotten() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    steps::join(&browser, &world, "ada@mail.example").await?;
    press_own(&browser, "stored").await?;
    let stored = panel("#stored");
    let words = browser.words_with(stored, "ada@mail.example").await?;
    let code = browser.value(panel("[data-gv-field=code]")).await?;
    assert!(words.contains(&code), "{words}");
    assert!(words.contains("Nothing"), "no name, no number: {words}");
    assert!(browser.accessibility().await?.is_empty());

    press_own(&browser, "mails-off").await?;
    browser.words_with(panel(".said"), "no more").await?;
    browser.find(panel("[data-gv-action=mails-on]")).await?;

    // It stays so, also for who comes back from another screen.
    press_own(&browser, "leave").await?;
    browser.find(panel("[data-gv-state=leave]")).await?;
    assert!(browser.accessibility().await?.is_empty());
    browser.press(panel("[data-gv-action=stay]")).await?;
    browser.find(KNOWN).await?;
    press_own(&browser, "mails-on").await?;
    browser.words_with(panel(".said"), "again").await?;

    press_own(&browser, "leave").await?;
    browser.press(panel("[data-gv-action=leave-yes]")).await?;
    browser.find(panel("[data-gv-state=left]")).await?;
    browser.reload().await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    browser.close().await
}

#[tokio::test]
async fn a_low_score_leads_to_feedback_and_a_high_one_to_the_panel() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let settings = json!({ "survey": true });
    world.api.put("/v1/panel", &settings).await?;
    let browser = Browser::open(&Profile::default()).await?;
    browser.goto(&world.shop()?.page("/")).await?;
    browser.run(BUY, vec![json!("order-1")]).await?;
    browser.find(panel("[data-gv-state=survey]")).await?;
    assert!(browser.accessibility().await?.is_empty());
    let six = panel("[data-gv-action=score][value='6']");
    assert_eq!(browser.attribute(six, "aria-label").await?, "6 out of 10");
    browser.press(six).await?;
    browser.find(panel("[data-gv-state=feedback]")).await?;
    assert!(browser.accessibility().await?.is_empty());
    browser
        .fill(panel("[data-gv-field=answer]"), "The tea was cold.")
        .await?;
    browser.press(panel("[data-gv-action=send]")).await?;
    browser.find(panel("[data-gv-state=thanks]")).await?;
    let answers = world.rows("/v1/answers").await?;
    let [answer] = answers.as_slice() else {
        anyhow::bail!("one answer, not {answers:?}");
    };
    assert_eq!(number(answer, "/score"), 6);
    assert_eq!(text(answer, "/text"), "The tea was cold.");
    assert_eq!(text(answer, "/order_id"), "order-1");
    assert_eq!(text(answer, "/placement"), "post-purchase");
    let history = browser.run("return localStorage.gv_asks", vec![]).await?;
    let history = history.as_str().unwrap_or_default().to_owned();
    assert!(history.starts_with('p'), "{history}");
    // Having answered, closing is no refusal.
    browser.press(panel("[data-gv-action=close]")).await?;
    let history = browser.run("return localStorage.gv_asks", vec![]).await?;
    assert!(history.as_str().unwrap_or_default().starts_with('p'));

    let other = Browser::open(&Profile::default()).await?;
    other.goto(&world.shop()?.page("/")).await?;
    other.run(BUY, vec![json!("order-2")]).await?;
    other
        .press(panel("[data-gv-action=score][value='10']"))
        .await?;
    other.find(panel("[data-gv-field=email]")).await?;
    other.words_with(panel(".context"), "Thanks").await?;
    assert!(other.accessibility().await?.is_empty());
    wait::until("both answers", || async {
        let answers = world.rows("/v1/answers").await?;
        Ok((answers.len() == 2).then_some(()))
    })
    .await?;
    other.close().await?;
    browser.close().await
}

#[tokio::test]
async fn whom_the_shop_names_is_known_at_once_and_stays_gone_once_they_left() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let claims = json!({ "sub": "c-1", "email": "ada@mail.example", "name": "Ada" });
    let token = json!(identity::token(&world.keys.secret_key, claims)?);
    let name = "return grapevine('identify', { token: arguments[0] })";
    let browser = Browser::open(&Profile::default()).await?;
    browser.goto(&world.shop()?.page("/")).await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    browser.run(name, vec![token.clone()]).await?;
    browser.find(KNOWN).await?;
    press_own(&browser, "stored").await?;
    let words = browser.words_with(panel("#stored"), "c-1").await?;
    assert!(words.contains("Ada"), "{words}");
    press_own(&browser, "leave").await?;
    browser.press(panel("[data-gv-action=leave-yes]")).await?;
    browser.find(panel("[data-gv-state=left]")).await?;

    browser.reload().await?;
    browser.run(name, vec![token]).await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    browser.close().await
}

#[tokio::test]
async fn whom_the_merchant_removed_for_good_is_told_so() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let advocate = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let path = format!("/v1/advocates/{}?may_return=false", text(&advocate, "/id"));
    let removed = world.api.request(Method::DELETE, &path, None, &[]).await?;
    assert!(removed.status < 300, "{}", removed.text);
    let browser = Browser::open(&Profile::default()).await?;
    browser.goto(&world.shop()?.page("/")).await?;
    browser.press(LAUNCHER).await?;
    browser
        .fill(panel("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.find(panel("[data-gv-state=ineligible]")).await?;
    assert!(browser.accessibility().await?.is_empty());
    browser.close().await
}
