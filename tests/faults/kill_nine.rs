//! SIGKILL of `workerd`, after every answered step of the path and in the middle
//! of a burst; then a start on the same state.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::inbox;
use grapevine_tests::wait;
use grapevine_tests::world::{World, number, text, unique};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use xtask::client::path_of;

use crate::clicks::PATIENCE;

/// The log of events is whole, and longer than before.
async fn sound(world: &World, at_least: i64) -> Result<i64> {
    let proof = world.api.get("/v1/events/verify").await?;
    let events = number(&proof, "/sound");
    assert!(events >= at_least, "{proof}, after {at_least} events");
    Ok(events)
}

/// A new client: the old one's connections died with the server.
async fn cut(edge: &mut Edge, world: &mut World) -> Result<()> {
    edge.power_cut().await?;
    world.anybody = edge.client()?;
    world.api = world.anybody.with_key(&world.keys.secret_key);
    Ok(())
}

#[tokio::test]
async fn every_answered_step_outlives_a_power_cut() -> Result<()> {
    let mut edge = Edge::start().await?;
    let mut world = World::open(&edge).await?;
    cut(&mut edge, &mut world).await?;
    let merchants = edge.operator()?.get("/v1/merchants").await?.to_string();
    assert!(merchants.contains(&world.slug), "{merchants}");

    // A join.
    let join = world.join("ada@mail.example").await?;
    cut(&mut edge, &mut world).await?;
    let mut events = sound(&world, 1).await?;
    let session = json!({"session": join["session"]});
    let me = world.page_posts("me", &session).await?.json()?;
    assert_eq!(text(&me, "/code"), text(&join, "/me/code"));
    assert_eq!(inbox::all(&world.api).await?.len(), 1, "one mail");

    // The proof of the address.
    let mail = inbox::newest(&world.api, "confirm", "ada@mail.example").await?;
    let answer = world
        .anybody
        .request(Method::POST, mail.reader()?, None, &[])
        .await?;
    let session = answer
        .header("location")
        .and_then(|to| to.split("#gv_me=").nth(1))
        .context("a session")?
        .to_owned();
    cut(&mut edge, &mut world).await?;
    events = sound(&world, events + 1).await?;
    let body = json!({ "session": session });
    let me = world.page_posts("me", &body).await?.json()?;
    assert_eq!(me["verified"], json!(true), "{me}");

    // A share; the browser then sends it again.
    let press = json!({"session": session, "channel": "sms", "placement": "floating", "press_id": unique("p")});
    world.page_posts("presses", &press).await?.json()?;
    cut(&mut edge, &mut world).await?;
    world.page_posts("presses", &press).await?.json()?;
    assert_eq!(number(&world.funnel().await?, "/shares"), 1);

    // A click: written soon after its answer.
    let link = path_of(text(&join, "/me/link")).to_owned();
    let token = world
        .click(&format!("{link}?c=sms"), "198.51.100.60")
        .await?;
    world.funnel_with("/clicks", 1).await?;
    cut(&mut edge, &mut world).await?;
    world.funnel_with("/clicks", 1).await?;

    // A landing and a claim; the page then asks for both again.
    let landing = json!({"token": token, "page": "/", "hidden": false});
    world.page_posts("landings", &landing).await?.json()?;
    cut(&mut edge, &mut world).await?;
    let claim = json!({ "token": token });
    let claimed = world.page_posts("claims", &claim).await?.json()?;
    cut(&mut edge, &mut world).await?;
    events = sound(&world, events + 1).await?;
    world.page_posts("landings", &landing).await?.json()?;
    let again = world.page_posts("claims", &claim).await?.json()?;
    assert_eq!(text(&again, "/coupon"), text(&claimed, "/coupon"));
    let funnel = world.funnel().await?;
    assert_eq!(number(&funnel, "/landings"), 1, "{funnel}");
    assert_eq!(number(&funnel, "/claims"), 1, "{funnel}");

    // Two orders: one stays, one is refunded.
    let fields =
        json!({"email": "bob@mail.example", "coupon": claimed["coupon"], "click_token": token});
    let order = world.order("5001", &fields).await?;
    let click = world.click(&format!("{link}?c=x"), "198.51.100.62").await?;
    let other = json!({"email": "cy@mail.example", "click_token": click});
    let second = world.order("5002", &other).await?;
    cut(&mut edge, &mut world).await?;
    events = sound(&world, events + 6).await?;
    assert_eq!(world.api.conversion("5001").await?, order);
    assert_eq!(world.api.conversion("5002").await?, second);
    assert_eq!(world.order("5001", &fields).await?, order, "told again");
    assert_eq!(number(&world.funnel().await?, "/conversions"), 2);

    // The refund.
    let refund = json!({"refund_id": "r1", "amount": 4_200, "currency": "EUR"});
    let refunded = world.api.refund("5002", &refund).await?;
    assert_eq!(text(&refunded, "/referral/status"), "voided", "{refunded}");
    cut(&mut edge, &mut world).await?;
    events = sound(&world, events + 1).await?;
    assert_eq!(world.api.conversion("5002").await?, refunded);
    assert_eq!(
        world.api.refund("5002", &refund).await?,
        refunded,
        "told again"
    );

    // The clock, and what it brings.
    let moved = world.api.advance_clock(15 * 86_400).await?;
    assert_eq!(number(&moved, "/approved"), 1, "{moved}");
    cut(&mut edge, &mut world).await?;
    sound(&world, events + 1).await?;
    let now = world.api.get("/v1/test/clock").await?;
    assert!(
        text(&now, "/now") >= text(&moved, "/now"),
        "{now} after {moved}"
    );
    let approved = world.api.conversion("5001").await?;
    assert_eq!(text(&approved, "/referral/status"), "approved");
    let rewards = world.rows("/v1/rewards").await?;
    let mut stand: Vec<&str> = rewards.iter().map(|one| text(one, "/status")).collect();
    stand.sort_unstable();
    assert_eq!(stand, ["approved", "redeemed", "voided", "voided"]);
    let mut kinds: Vec<String> = inbox::all(&world.api)
        .await?
        .into_iter()
        .map(|mail| mail.template)
        .collect();
    kinds.sort();
    kinds.dedup_by(|a, b| a == b && a != "friend_bought");
    assert_eq!(
        kinds,
        [
            "confirm",
            "friend_bought",
            "friend_bought",
            "reward_declined",
            "reward_ready"
        ]
    );
    Ok(())
}

const ORDERS: usize = 200;
const CONNECTIONS: usize = 8;

/// What was answered, by order number.
type Answered = Arc<Mutex<Vec<String>>>;

fn order_number(n: usize) -> String {
    format!("burst-{n:03}")
}

fn body(n: usize, token: &str) -> Value {
    json!({
        "order_id": order_number(n), "amount": 3_000 + n, "currency": "EUR",
        "email": format!("friend{n}@mail.example"), "click_token": token,
    })
}

async fn report(world: &World, n: usize, tokens: &[String]) -> Result<bool> {
    let token = tokens.get(n).context("a click of its own")?;
    let key = format!("key-{n}");
    let answer = world
        .api
        .request(
            Method::POST,
            "/v1/conversions",
            Some(&body(n, token)),
            &[("Idempotency-Key", &key)],
        )
        .await;
    match answer {
        Ok(answer) => {
            assert_eq!(answer.status, 200, "{}", answer.text);
            Ok(true)
        }
        Err(_) => Ok(false), // the connection broke: nobody knows
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_in_a_burst_outlive_power_cuts_in_its_middle() -> Result<()> {
    let mut edge = Edge::start().await?;
    let mut world = World::open(&edge).await?;
    let link = world.advocate("ada@mail.example").await?;
    // One click is one person, so each order has its own.
    let mut tokens = Vec::new();
    for n in 0..ORDERS {
        tokens.push(world.click(&link, &format!("203.0.113.{n}")).await?);
    }
    let tokens = Arc::new(tokens);
    let answered: Answered = Arc::default();
    let next = Arc::new(AtomicUsize::new(0));

    // Three times in the middle of it: after 30, 90 and 150 answers.
    for enough in [30, 90, 150] {
        let down = Arc::new(AtomicBool::new(false));
        let mut senders = tokio::task::JoinSet::new();
        let shared = Arc::new(world);
        for _ in 0..CONNECTIONS {
            let (world, tokens) = (Arc::clone(&shared), tokens.clone());
            let (answered, next, down) = (answered.clone(), next.clone(), down.clone());
            senders.spawn(async move {
                while !down.load(Ordering::Relaxed) {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= ORDERS {
                        break;
                    }
                    if !report(&world, n, &tokens).await? {
                        break;
                    }
                    answered.lock().await.push(order_number(n));
                }
                anyhow::Ok(())
            });
        }
        wait::until("answer to so many orders", || async {
            Ok((answered.lock().await.len() >= enough).then_some(()))
        })
        .await?;
        edge.kill();
        down.store(true, Ordering::Relaxed);
        while let Some(done) = senders.join_next().await {
            done??;
        }
        let so_far = answered.lock().await.len();
        assert!(so_far < ORDERS, "the power was cut in the middle");
        edge.revive().await?;
        world = Arc::try_unwrap(shared)
            .ok()
            .context("nobody else holds the world")?;
        world.anybody = edge.client()?;
        world.api = world.anybody.with_key(&world.keys.secret_key);
        for order in answered.lock().await.iter() {
            let found = world.api.conversion(order).await;
            assert!(found.is_ok(), "{order} was answered and is lost");
        }
        sound(&world, 1).await?;
    }

    // A careful shop tells everything again, answered or not.
    let answered: BTreeSet<String> = answered.lock().await.iter().cloned().collect();
    assert!(answered.len() >= 150 && answered.len() <= ORDERS);
    for n in 0..ORDERS {
        assert!(report(&world, n, &tokens).await?, "told again");
    }
    let funnel = world.funnel().await?;
    assert_eq!(number(&funnel, "/conversions"), 200, "{funnel}");
    assert_eq!(number(&funnel, "/rewards"), 400, "{funnel}");
    let mut referrals = BTreeSet::new();
    for n in 0..ORDERS {
        let found = world.api.conversion(&order_number(n)).await?;
        assert_eq!(
            number(&found, "/conversion/amount/minor"),
            3_000 + i64::try_from(n)?
        );
        assert_eq!(text(&found, "/referral/status"), "pending", "{found}");
        referrals.insert(text(&found, "/referral/id").to_owned());
    }
    assert_eq!(referrals.len(), ORDERS, "each its own referral");
    sound(&world, 600).await?;
    Ok(())
}

#[tokio::test]
async fn counted_clicks_outlive_a_power_cut() -> Result<()> {
    let mut edge = Edge::start().await?;
    let mut world = World::open(&edge).await?;
    let link = world.advocate("ada@mail.example").await?;
    for n in 0..100 {
        world.click(&link, &format!("203.0.113.{n}")).await?;
    }
    let started = std::time::Instant::now();
    world.funnel_with("/clicks", 100).await?;
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    cut(&mut edge, &mut world).await?;
    let funnel = world.funnel().await?;
    assert_eq!(number(&funnel, "/clicks"), 100, "{funnel}");
    Ok(())
}
