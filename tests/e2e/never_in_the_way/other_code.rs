//! Beside code that redefines what everybody uses, and where nothing may be kept.

use anyhow::Result;
use grapevine_tests::browser::{At, Profile};
use grapevine_tests::page::Place;
use grapevine_tests::wait;
use grapevine_tests::world::text;
use serde_json::json;

use super::{Scene, Setting, TAG, note_errors, told};
use crate::steps::{self, KNOWN, LAUNCHER, banner, panel};

/// What old libraries, polyfills and careless tags do to a page.
const VANDALS: &str = "<script>
    for (const name of ['map', 'forEach', 'filter', 'reduce', 'find', 'some', 'every', 'flatMap'])
        Array.prototype[name] = function () { throw new Error('the page\\'s own ' + name) };
    Array.prototype.toJSON = Object.prototype.toJSON = function () { return this };
    Object.prototype.extend = function () { throw new Error('extend') };
    Object.prototype.each = function () { throw new Error('each') };
    Array.from = function () { throw new Error('from') };
    for (const name of ['append', 'prepend', 'replaceChildren', 'remove', 'before', 'after'])
        for (const kind of [Element, Document, DocumentFragment])
            if (kind.prototype[name] && !(kind === Element && name === 'prepend'))
                kind.prototype[name] = function () { throw new Error('the page\\'s own ' + name) };
    const own = Promise;
    window.Promise = class extends own {};
    delete window.Promise.prototype.finally;
    const fetched = window.fetch;
    window.fetch = function () { return new Promise((done, failed) => fetched.apply(window, arguments).then(done, failed)) };
    const written = JSON.stringify;
    JSON.stringify = function (value) { return written(value) };
    window.name = 'grapevine'; window.host = window.start = window.open_ = window.wasm = 1;
    </script>";

#[tokio::test]
async fn beside_code_that_redefines_prototypes_it_works() -> Result<()> {
    let page = format!("{VANDALS}{TAG}<h1>Shop</h1><div data-grapevine=inline id=place></div>");
    let scene = Scene::plain(&page).await?;
    let browser = &scene.browser;
    note_errors(browser).await?;
    let link = scene.world.advocate("ada@mail.example").await?;
    browser.goto(&format!("{}{link}", scene.origin)).await?;
    let code = steps::claim(browser).await?;
    assert!(code.starts_with("HELLO-"), "{code}");
    browser
        .find(At::Shadow("#place", "[data-gv-field=email]"))
        .await?;
    steps::join_here(browser, "bob@mail.example").await?;
    browser.press(panel("[data-gv-action=copy-link]")).await?;
    browser
        .words_with(panel("[data-gv-action=copy-link]"), "Copied")
        .await?;
    browser.press(panel("[data-gv-action=close]")).await?;
    let order = "return grapevine('convert', { orderId: 'V-1', amount: 4200, currency: 'EUR' })";
    browser.run(order, vec![]).await?;
    let found = scene.world.api.conversion("V-1").await?;
    assert_eq!(text(&found, "/referral/source"), "click", "{found}");
    assert_eq!(told(browser).await?, json!([]));
    scene.is_calm().await?;
    scene.browser.close().await
}

/// The page breaks what a press needs, after the panel was drawn.
#[tokio::test]
async fn an_error_under_a_press_is_told_of_and_never_thrown_at_the_page() -> Result<()> {
    let scene = Scene::plain(&format!("{TAG}<h1>Shop</h1>")).await?;
    let browser = &scene.browser;
    note_errors(browser).await?;
    scene.goto().await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    let broken = "HTMLDialogElement.prototype.close = () => { throw new Error('broken close') };
        Object.defineProperty(Node.prototype, 'textContent', { set() { throw new Error('broken text') } });";
    browser.run(broken, vec![]).await?;
    browser.press(panel("[data-gv-action=close]")).await?;
    browser
        .fill(panel("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    wait::until("two errors", || async {
        let told = told(browser).await?.to_string();
        Ok((told.contains("broken close") && told.contains("broken text")).then_some(()))
    })
    .await?;
    scene.is_calm().await?;
    scene.browser.close().await
}

#[tokio::test]
async fn with_cookies_and_storage_blocked_a_friend_still_counts() -> Result<()> {
    let profile = Profile {
        blocks_storage: true,
        ..Profile::default()
    };
    let setting = Setting {
        profile,
        ..Setting::default()
    };
    let page = format!(
        "{TAG}<h1>Shop</h1><a href=/next id=next>Next</a><form data-grapevine-field id=buy></form>"
    );
    let scene = Scene::open(setting, &page).await?;
    let browser = &scene.browser;
    let link = scene.world.advocate("ada@mail.example").await?;
    browser.goto(&format!("{}{link}", scene.origin)).await?;
    let blocked = "try { localStorage; return false } catch { return true }";
    assert_eq!(browser.run(blocked, vec![]).await?, true);
    browser.find(banner("[data-gv-state=offer]")).await?;
    browser.press(At::Page("#next")).await?;
    browser
        .address_where(|address| address.contains("/next?gv="))
        .await?;
    browser.find(banner("[data-gv-state=offer]")).await?;
    let field = browser.find_hidden(At::Page("#buy input[name=gv]")).await?;
    assert!(field.prop("value").await?.is_some());
    steps::join_here(browser, "bob@mail.example").await?;
    browser.press(panel("[data-gv-action=close]")).await?;
    // Within the page it is remembered who is there.
    browser.press(LAUNCHER).await?;
    browser.find(KNOWN).await?;
    browser.press(panel("[data-gv-action=close]")).await?;
    let order = "return grapevine('convert', { orderId: 'S-1', amount: 4200, currency: 'EUR' })";
    browser.run(order, vec![]).await?;
    let found = scene.world.api.conversion("S-1").await?;
    assert_eq!(text(&found, "/referral/source"), "click", "{found}");
    scene.is_calm().await?;
    scene.browser.close().await
}

/// A preview of a page builder, say: an origin of its own, and no storage.
#[tokio::test]
async fn in_a_sandboxed_frame_it_stays_away_quietly() -> Result<()> {
    // What watches other pages does not reach into such a frame: it watches itself.
    let watch = "<script>window.errors = [];
        addEventListener('error', event => errors.push(event.message));
        addEventListener('unhandledrejection', event => errors.push(String(event.reason)))</script>";
    let html = format!("{watch}{TAG}<h1>Shop</h1><button>Buy</button>");
    let scene = Scene::plain(&html).await?;
    let place = Place::take().await?;
    let around = place.origin("news.localhost");
    let frame = format!(
        "<!doctype html><html lang=en><title>Preview</title>\
         <iframe sandbox=allow-scripts width=900 height=600 src=\"{}\"></iframe>",
        scene.address
    );
    let _page = place.open(frame);
    scene.browser.goto(&around).await?;
    scene.browser.driver().enter_frame(0).await?;
    scene.browser.find(At::Page("button")).await?;
    // What it keeps stays in the page, what it may not do is passed over.
    let calls = "window.done = []; (async () => {
            while (!window.grapevine?.live) await new Promise(done => setTimeout(done, 20));
            await new Promise(done => grapevine('ready', done));
            for (const call of [['consent', true], ['getReferral'], ['open'], ['close']])
                done.push([call[0], await grapevine(...call)]);
        })()";
    scene.browser.run(calls, vec![]).await?;
    wait::until("answers to four calls", || async {
        let done = scene
            .browser
            .run("return window.done.length", vec![])
            .await?;
        Ok((done == 4).then_some(()))
    })
    .await?;
    let errors = scene.browser.run("return window.errors", vec![]).await?;
    assert_eq!(errors, json!([]));
    scene.browser.close().await
}
