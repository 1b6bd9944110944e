//! However the tag comes into the page, and whatever the page does to its own nodes.

use anyhow::Result;
use grapevine_tests::browser::At;
use grapevine_tests::wait;
use serde_json::{Value, json};

use super::{Scene, TAG};
use crate::steps::{LAUNCHER, banner, panel};

/// Whether an inline panel shows something in the place with that id.
async fn fills(scene: &Scene, id: &str) -> Result<()> {
    let place = format!("#{id}");
    scene
        .browser
        .find(At::Shadow(&place, "[data-gv-field=email]"))
        .await?;
    Ok(())
}

async fn launchers(scene: &Scene) -> Result<Value> {
    let script = "return document.querySelectorAll('[data-gv=launcher]').length";
    scene.browser.run(script, vec![]).await
}

#[tokio::test]
async fn loaded_twice_it_is_there_once() -> Result<()> {
    let scene = Scene::plain(&format!("{TAG}<h1>Shop</h1>{TAG}")).await?;
    let link = scene.world.advocate("ada@mail.example").await?;
    scene
        .browser
        .goto(&format!("{}{link}", scene.origin))
        .await?;
    scene.browser.find(banner("[data-gv-state=offer]")).await?;
    scene.browser.press(LAUNCHER).await?;
    scene.browser.find(panel("[data-gv-field=email]")).await?;
    // A tag manager adds a third.
    let again = "const known = document.querySelector('script[data-merchant]');
        const more = document.createElement('script');
        more.src = known.src; more.dataset.merchant = known.dataset.merchant;
        const done = arguments[0]; more.onload = () => setTimeout(done, 200);
        document.head.append(more);";
    scene
        .browser
        .driver()
        .execute_async(again, Vec::new())
        .await?;
    assert_eq!(launchers(&scene).await?, 1);
    let requests = scene.browser.requests().await?;
    let count = |ending: &str| requests.iter().filter(|to| to.contains(ending)).count();
    assert_eq!(count("/start?"), 1, "{requests:?}");
    assert_eq!(count("/landings"), 1, "{requests:?}");
    assert_eq!(count("panel.wasm"), 1, "{requests:?}");
    scene.is_calm().await?;
    scene.browser.close().await
}

#[tokio::test]
async fn brought_late_by_a_script_it_answers_what_was_asked_before() -> Result<()> {
    let scene = Scene::plain("<h1>Shop</h1><div id=place data-grapevine=inline></div>").await?;
    scene.goto().await?;
    let script = "window.heard = [];
        window.grapevine = window.grapevine || function () { (grapevine.q = grapevine.q || []).push(arguments) };
        grapevine('on', 'open', placement => heard.push(placement));
        grapevine('ready', () => heard.push('ready'));
        grapevine('open', { placement: 'post-purchase' });
        const [src, merchant] = arguments;
        setTimeout(() => document.head.append(Object.assign(document.createElement('script'), { src })), 300);
        new MutationObserver((changes, watcher) => {
            const tag = document.querySelector('script[src]');
            if (tag) { tag.dataset.merchant = merchant; watcher.disconnect(); }
        }).observe(document.head, { childList: true });";
    let arguments = vec![
        format!("{}/gv.js", scene.origin).into(),
        scene.world.slug.clone().into(),
    ];
    scene.browser.run(script, arguments).await?;
    scene.browser.find(panel("[data-gv-field=email]")).await?;
    fills(&scene, "place").await?;
    scene.browser.find(LAUNCHER).await?;
    let heard = scene.browser.run("return heard", vec![]).await?;
    assert_eq!(heard, json!(["ready", "post-purchase"]));
    scene.is_calm().await?;
    scene.browser.close().await
}

#[tokio::test]
async fn from_cache_and_back_it_is_there_again() -> Result<()> {
    let scene = Scene::plain(&format!("{TAG}<h1>Shop</h1>")).await?;
    for _ in 0..2 {
        scene.goto().await?;
        scene.browser.press(LAUNCHER).await?;
        scene.browser.find(panel("[data-gv-field=email]")).await?;
    }
    scene.browser.goto("about:blank").await?;
    scene.browser.driver().back().await?;
    scene
        .browser
        .press(panel("[data-gv-action=close]"))
        .await
        .ok();
    scene.browser.find(LAUNCHER).await?;
    scene.is_calm().await?;
    scene.browser.close().await
}

#[tokio::test]
async fn it_lives_through_the_navigation_of_a_single_page_app() -> Result<()> {
    let scene = Scene::plain(&format!("{TAG}<main><h1>Shop</h1></main>")).await?;
    let browser = &scene.browser;
    let link = scene.world.advocate("ada@mail.example").await?;
    browser.goto(&format!("{}{link}", scene.origin)).await?;
    browser.find(banner("[data-gv-state=offer]")).await?;
    browser.press(LAUNCHER).await?;
    browser.press(panel("[data-gv-action=close]")).await?;

    // A router that throws out whatever it did not draw itself.
    let route = "history.pushState({}, '', arguments[0]);
        document.body.innerHTML = '<main><h1>' + arguments[0] + '</h1>' + arguments[1] + '</main>';";
    let form = "<form data-grapevine-field id=buy></form><div id=one data-grapevine=inline></div>";
    browser.run(route, vec!["/one".into(), form.into()]).await?;
    browser.find(LAUNCHER).await?;
    browser.find(banner("[data-gv-state=offer]")).await?;
    fills(&scene, "one").await?;
    let field = browser.find_hidden(At::Page("#buy input[name=gv]")).await?;
    assert!(
        field
            .prop("value")
            .await?
            .is_some_and(|value| !value.is_empty())
    );

    // The place is drawn anew by its framework, then moved.
    let again = "document.querySelector('#one').replaceWith(Object.assign(
            document.createElement('div'), { id: 'two' }));
        document.querySelector('#two').dataset.grapevine = 'inline';";
    browser.run(again, vec![]).await?;
    fills(&scene, "two").await?;
    browser
        .run(
            "document.body.prepend(document.querySelector('#two'))",
            vec![],
        )
        .await?;
    fills(&scene, "two").await?;

    // Another body altogether.
    let body = "const body = document.createElement('body'); body.innerHTML = '<h1>Third</h1>';
        history.pushState({}, '', '/three'); document.body.replaceWith(body);";
    browser.run(body, vec![]).await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    browser.press(panel("[data-gv-action=close]")).await?;
    browser.gone(panel("[data-gv-field=email]")).await?;

    // What the shopper closed stays closed.
    browser.press(banner("[data-gv-action=close]")).await?;
    browser.gone(banner("[data-gv-state]")).await?;
    browser.run(route, vec!["/four".into(), "".into()]).await?;
    browser
        .press(At::Shadow("[data-gv=launcher]", "[data-gv-action=hide]"))
        .await?;
    browser.run(route, vec!["/five".into(), "".into()]).await?;
    wait::until("the page's own heading", || async {
        Ok((browser.words(At::Page("h1")).await? == "/five").then_some(()))
    })
    .await?;
    browser.gone(banner("[data-gv-state]")).await?;
    let drawn = "return document.querySelector('[data-gv=launcher]').getClientRects().length";
    assert_eq!(browser.run(drawn, vec![]).await?, 0);
    scene.is_calm().await?;
    scene.browser.close().await
}
