use crate::steps::{LAUNCHER, panel};
use anyhow::Result;
use grapevine_tests::browser::{Browser, Profile, View};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn probe() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    browser.witness().await?;
    browser.look(View::Phone).await?;
    browser
        .tools("Emulation.setCPUThrottlingRate", json!({ "rate": 4 }))
        .await?;
    for _ in 0..2 {
        browser.goto(&world.shop()?.page("/demo/floating")).await?;
        browser.find(LAUNCHER).await?;
        browser.tools("Profiler.enable", json!({})).await?;
        browser
            .tools("Profiler.setSamplingInterval", json!({"interval": 500}))
            .await?;
        browser.tools("Profiler.start", json!({})).await?;
        browser.press(LAUNCHER).await?;
        browser.find(panel("[data-gv-field=email]")).await?;
        let got = browser.tools("Profiler.stop", json!({})).await?;
        let seen = browser.seen().await?;
        println!("tasks {:?} {:?}", seen.tasks, seen.scripts);
        let p = got.get("profile").cloned().unwrap_or_default();
        std::fs::write("/tmp/trial-profile.json", p.to_string())?;
    }
    let _: Option<Value> = None;
    browser.close().await
}
