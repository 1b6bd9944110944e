//! `GET /r/{merchant}/{code}`: where a link leads, what it sets, what it counts.

use anyhow::{Context, Result};
use grapevine_tests::edge::{Edge, FOREIGN_HOST, HOST};
use grapevine_tests::wire;
use grapevine_tests::world::{World, number, text, token_of, unique};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::DESKTOP;

use crate::refusals::refused;

#[tokio::test]
async fn a_click_leads_to_the_shop_with_a_token_and_a_cookie() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let link = format!("{link}?c=whatsapp&utm_source=chat&gv=forged");
    let answer = world.follow(&link, &World::person("198.51.100.20")).await?;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let to = answer.header("location").context("a Location")?;
    let token = token_of(to).context("a token")?;
    assert!(token.len() <= 80 && token.len() > 20, "{token}");
    let expected = format!("{}/?utm_source=chat&gv={token}", world.shop_origin);
    assert_eq!(to, expected);

    let cookie = answer.header("set-cookie").context("a cookie")?;
    let mut parts: Vec<&str> = cookie.split("; ").collect();
    assert_eq!(parts.remove(0), format!("gv_click={token}"));
    parts.sort_unstable();
    assert_eq!(
        parts,
        [
            "Domain=shop.localhost",
            "HttpOnly",
            "Max-Age=2592000",
            "Path=/",
            "SameSite=Lax",
            "Secure"
        ]
    );
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert_eq!(number(&funnel, "/clicks_by_channel/whatsapp"), 1);
    Ok(())
}

#[tokio::test]
async fn on_another_site_the_cookie_stays_with_the_edge() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let agent = format!("User-Agent: {DESKTOP}");
    let answer = wire::send(world.port, "GET", &link, FOREIGN_HOST, &[&agent], "").await?;
    assert_eq!(answer.status, 302);
    let cookie = answer.header("set-cookie").context("a cookie")?;
    assert!(!cookie.contains("Domain"), "{cookie}");
    Ok(())
}

#[tokio::test]
async fn with_consent_required_nothing_is_stored() -> Result<()> {
    let world = World::open_as(Edge::shared().await?, &json!({ "consent_required": true })).await?;
    let link = world.advocate("ada@mail.example").await?;
    let answer = world.follow(&link, &World::person("198.51.100.21")).await?;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("set-cookie"), None);
    assert!(token_of(answer.header("location").unwrap_or_default()).is_some());
    Ok(())
}

#[tokio::test]
async fn programs_are_shown_the_way_and_set_aside() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for agent in [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    ] {
        let answer = world.follow(&link, &[("User-Agent", agent)]).await?;
        assert_eq!(answer.status, 302, "{agent}");
        assert_eq!(answer.header("set-cookie"), None, "{agent}");
        let to = answer.header("location").unwrap_or_default();
        assert_eq!(token_of(to), None, "{agent}");
    }
    for agent in ["curl/8.5.0", "python-requests/2.32.3"] {
        let answer = world.follow(&link, &[("User-Agent", agent)]).await?;
        assert_eq!(answer.status, 302, "{agent}");
    }
    let silent = wire::send(world.port, "GET", &link, HOST, &[], "").await?;
    assert_eq!(silent.status, 302);
    let head = world
        .anybody
        .request(Method::HEAD, &link, None, &World::person("198.51.100.22"))
        .await?;
    assert_eq!((head.status, head.text.as_str()), (302, ""));
    for header in ["Purpose", "Sec-Purpose"] {
        let ahead = [("User-Agent", DESKTOP), (header, "prefetch;prerender")];
        assert_eq!(world.follow(&link, &ahead).await?.status, 302);
    }
    for kind in ["iframe", "image"] {
        let hidden = [("User-Agent", DESKTOP), ("Sec-Fetch-Dest", kind)];
        let answer = world.follow(&link, &hidden).await?;
        assert_eq!((answer.status, answer.header("set-cookie")), (302, None));
        let to = answer.header("location").unwrap_or_default();
        assert_eq!(token_of(to), None, "{kind}: nobody saw it");
    }
    let funnel = world.funnel_with("/dropped/search_bot", 2).await?;
    for (reason, n) in [
        ("tool", 2),
        ("missing_agent", 1),
        ("head", 1),
        ("prefetch", 2),
        ("hidden_frame", 2),
    ] {
        assert_eq!(
            number(&funnel, &format!("/dropped/{reason}")),
            n,
            "{funnel}"
        );
    }
    assert_eq!(number(&funnel, "/clicks"), 0, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn previewers_get_the_tags_and_no_proof() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let agents = [
        "facebookexternalhit/1.1",
        "WhatsApp/2.24 A",
        "TelegramBot (like TwitterBot)",
        "Slackbot-LinkExpanding 1.0",
        "Twitterbot/1.0",
    ];
    for agent in agents {
        let answer = world.follow(&link, &[("User-Agent", agent)]).await?;
        assert_eq!(answer.status, 200, "{agent}");
        assert!(answer.text.contains("og:title"), "{agent}");
        assert_eq!(answer.header("set-cookie"), None, "{agent}");
        assert!(!answer.text.contains("gv="), "{agent}");
        let caching = answer.header("cache-control").unwrap_or_default();
        assert!(caching.starts_with("public"), "{agent}: {caching}");
    }
    let funnel = world.funnel_with("/dropped/preview_bot", 5).await?;
    assert_eq!(number(&funnel, "/clicks"), 0, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn in_an_apps_own_browser_the_click_is_answered_by_the_friend_page() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let code = link.rsplit('/').next().context("a code")?;
    let app = [
        (
            "User-Agent",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 390.0.0.28.85 (iPhone14,5; iOS 18_5; en_GB; en; scale=3.00; 1170x2532; 756222243; IABMV/1)",
        ),
        ("CF-Connecting-IP", "198.51.100.81"),
    ];
    let page = world.follow(&format!("{link}?c=facebook"), &app).await?;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    let cookie = page
        .header("set-cookie")
        .context("the proof, also as a cookie")?;
    let token = cookie.split(['=', ';']).nth(1).context("a token")?;
    let button = format!("{}/?gv={token}", world.shop_origin);
    assert!(page.text.contains(&button), "{button}: {}", page.text);
    let spoken = format!("<span>{}</span> <span>{}</span>", &code[..4], &code[4..]);
    assert!(page.text.contains(&spoken), "{spoken}: {}", page.text);
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert_eq!(
        number(&funnel, "/clicks_by_channel/facebook"),
        1,
        "{funnel}"
    );
    Ok(())
}

#[tokio::test]
async fn one_visitor_is_one_click_and_another_one_another() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for _ in 0..3 {
        world.click(&link, "198.51.100.23").await?;
    }
    world.click(&link, "198.51.100.24").await?;
    let funnel = world.funnel_with("/clicks", 2).await?;
    assert_eq!(number(&funnel, "/dropped/repeat"), 2, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn clicks_in_a_burst_are_all_counted() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let mut clicks = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let (client, link) = (world.anybody.clone(), link.clone());
        clicks.spawn(async move {
            for n in 0..50 {
                client
                    .click(&link, &format!("203.0.113.{worker}.{n}"))
                    .await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = clicks.join_next().await {
        done??;
    }
    world.funnel_with("/clicks", 400).await?;
    Ok(())
}

#[tokio::test]
async fn a_code_with_a_typo_or_of_nobody_leads_to_the_shop_all_the_same() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let code = link.rsplit('/').next().context("a code")?;
    let reversed: String = code.chars().rev().collect();
    for wrong in ["aaaaaaaa", "x", "%3Cscript%3E", reversed.as_str()] {
        if wrong == code {
            continue;
        }
        let answer = world
            .follow(
                &format!("/r/{}/{wrong}", world.slug),
                &World::person("198.51.100.25"),
            )
            .await?;
        assert_eq!(answer.status, 302, "{wrong}");
        let to = answer.header("location").unwrap_or_default();
        assert!(to.starts_with(&format!("{}/", world.shop_origin)), "{to}");
    }
    // Codes are typed from paper too.
    let loud = format!("/r/{}/{}", world.slug, code.to_uppercase());
    let answer = world.follow(&loud, &World::person("198.51.100.26")).await?;
    assert!(token_of(answer.header("location").unwrap_or_default()).is_some());
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert!(number(&funnel, "/dropped/bad_code") >= 3, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn a_shop_that_there_is_not_is_a_page_in_words() -> Result<()> {
    let anybody = Edge::shared().await?.client()?;
    for slug in ["nobody-at-all", "NOBODY", "a%2fb", "%00"] {
        let answer = anybody
            .request(
                Method::GET,
                &format!("/r/{slug}/abcdefgh"),
                None,
                &World::person("198.51.100.27"),
            )
            .await?;
        assert_eq!(answer.status, 404, "{slug}");
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"), "{slug}: {kind}");
        assert!(answer.text.contains("<h1>"), "{slug}");
    }
    Ok(())
}

#[tokio::test]
async fn only_get_and_head_follow_a_link() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = world
            .anybody
            .request(method.clone(), &link, Some(&json!({})), &[])
            .await?;
        refused(&answer, 405, "method_not_allowed", method.as_str());
    }
    Ok(())
}

#[tokio::test]
async fn nothing_in_an_address_leads_anywhere_but_to_the_shop() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let agent = format!("User-Agent: {DESKTOP}");
    let shop = format!("{}/", world.shop_origin);
    let long = format!("a={}", "x".repeat(5_000));
    for (n, query) in [
        "url=https://evil.example",
        "next=//evil.example&c=x",
        "@evil.example",
        "/../../evil.example",
        "//evil.example",
        "\\evil.example",
        "a=%0d%0aSet-Cookie:%20x=y",
        "a=%0d%0aLocation:%20https://evil.example",
        "#@evil.example",
        "a=\"><script>alert(1)</script>",
        "c=%00",
        "c=../../x",
        "gv=AAAA&gv=BBBB",
        "&&&&",
        "?",
        "%",
        "a=\u{202e}",
        long.as_str(),
    ]
    .into_iter()
    .enumerate()
    {
        let address = format!("CF-Connecting-IP: 203.0.113.{n}");
        let target = format!("{link}?{query}");
        let answer = wire::send(world.port, "GET", &target, HOST, &[&agent, &address], "").await?;
        if answer.status == 400 {
            continue; // the server itself takes no such address
        }
        assert_eq!(answer.status, 302, "{query}");
        let to = answer.header("location").unwrap_or_default();
        let front = to.strip_prefix(&shop);
        assert!(
            front.is_some_and(|rest| rest.starts_with('?')),
            "{query}: {to}"
        );
        assert!(
            to.bytes().all(|byte| byte.is_ascii_graphic()),
            "{query}: {to}"
        );
        assert_eq!(to.matches("gv=").count(), 1, "{query}: {to}");
        let cookies = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie");
        assert_eq!(cookies.count(), 1, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn a_browser_that_brings_its_cookie_back_is_a_repeat() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let other = world.advocate("eve@mail.example").await?;
    let token = world.click(&link, "198.51.100.71").await?;
    let cookie = format!("a=b; gv_click={token}");
    let from = |address| {
        [
            ("User-Agent", DESKTOP),
            ("CF-Connecting-IP", address),
            ("Cookie", cookie.as_str()),
        ]
    };
    let again = world.follow(&link, &from("198.51.100.72")).await?;
    assert!(again.header("set-cookie").is_some(), "the proof is renewed");
    world.follow(&other, &from("198.51.100.73")).await?;
    let funnel = world.funnel_with("/clicks", 2).await?;
    assert_eq!(number(&funnel, "/dropped/repeat"), 1, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn a_link_can_lead_to_a_product_within_the_list_and_nowhere_else() -> Result<()> {
    let extra = json!({ "destinations": ["https://blog.shop.example/tea"] });
    let world = World::open_as(Edge::shared().await?, &extra).await?;
    let link = world.advocate("ada@mail.example").await?;
    let shop = world.shop_origin.clone();
    let agent = format!("User-Agent: {DESKTOP}");
    let mut visitor = 0;
    let mut follow = async |to: &str| -> Result<String> {
        visitor += 1;
        let address = format!("CF-Connecting-IP: 2001:db8:7:{visitor:x}::1");
        let target = format!("{link}?to={to}&utm_source=x");
        let answer = wire::send(world.port, "GET", &target, HOST, &[&agent, &address], "").await?;
        assert_eq!(answer.status, 302, "{to}");
        Ok(answer.header("location").unwrap_or_default().to_owned())
    };
    for (to, front) in [
        ("/tea/green", format!("{shop}/tea/green?utm_source=x&gv=")),
        (
            "%2Ftea%3Fsize%3D2",
            format!("{shop}/tea?size=2&utm_source=x&gv="),
        ),
        (
            "https%3A%2F%2Fblog.shop.example%2Ftea%2Fpu-erh",
            "https://blog.shop.example/tea/pu-erh?utm_source=x&gv=".to_owned(),
        ),
    ] {
        let led = follow(to).await?;
        assert!(led.starts_with(&front), "{to}: {led}");
    }
    let led = follow("/tea%23leaves").await?;
    assert!(
        led.starts_with(&format!("{shop}/tea?utm_source=x&gv=")) && led.ends_with("#leaves"),
        "{led}"
    );
    for hostile in [
        "https://evil.example/",
        "%68ttps://evil.example/",
        "//evil.example",
        "%2F%2Fevil.example",
        "%252F%252Fevil.example",
        "/%5Cevil.example",
        "%5C%5Cevil.example",
        "/%09/evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "https://shop.localhost:9@evil.example/",
        "https://shop.localhost:9%40evil.example/",
        "https://shop.localhost:9%5C@evil.example/",
        "https://shop.localhost:9.evil.example/",
        "https://shop%E3%80%82localhost:9/",
        "https://blog.shop.example/tea/../evil",
        "https://blog.shop.example/tea/%2e%2e/evil",
        "https://blog.shop.example/teapot",
        "javascript:alert(1)",
        "javascript%3Aalert(1)",
        "data:text/html,x",
    ] {
        let led = follow(hostile).await?;
        let front = format!("{shop}/?utm_source=x&gv=");
        assert!(led.starts_with(&front), "{hostile}: {led}");
        assert!(!led.contains("evil"), "{hostile}: {led}");
    }
    Ok(())
}

#[tokio::test]
async fn a_chosen_code_is_as_good_as_the_given_one() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let eve = world.api.create_advocate("eve@mail.example", "Eve").await?;
    let given = text(&ada, "/code").to_owned();
    let choose = async |who: &Value, code: &str| {
        let path = format!("/v1/advocates/{}/code", text(who, "/id"));
        world.post(&path, &json!({ "code": code })).await
    };
    let chosen = choose(&ada, "Ada-Loves-Tea").await?.json()?;
    assert_eq!(text(&chosen, "/code"), "ada-loves-tea");
    let link = format!("/r/{}/ada-loves-tea", world.slug);
    assert!(text(&chosen, "/link").ends_with(&link), "{chosen}");

    for (who, code, status, error) in [
        (&eve, "ada-loves-tea", 409, "code_taken"),
        (&eve, "ab", 422, "invalid_code"),
        (&eve, "veronica", 422, "invalid_code"),
        (&eve, "eve_tea", 422, "invalid_code"),
        (&eve, "card", 422, "invalid_code"),
    ] {
        refused(&choose(who, code).await?, status, error, code);
    }
    refused(
        &world
            .post("/v1/advocates/adv_x/code", &json!({"code": "anna"}))
            .await?,
        404,
        "unknown_advocate",
        "nobody",
    );
    for n in 0..5 {
        choose(&eve, &format!("eve-{n}-tea")).await?.json()?;
    }
    refused(
        &choose(&eve, "eve-6-tea").await?,
        409,
        "too_many_codes",
        "the sixth",
    );

    // Both count for her, and an order by the chosen one is hers.
    let token = world.click(&format!("{link}?c=x"), "198.51.100.91").await?;
    assert!(token.len() <= 80, "{token}");
    world
        .click(&format!("/r/{}/{given}", world.slug), "198.51.100.92")
        .await?;
    world
        .click(
            &format!("/r/{}/nobody-has-this", world.slug),
            "198.51.100.93",
        )
        .await?;
    let funnel = world.funnel_with("/clicks", 2).await?;
    assert_eq!(number(&funnel, "/dropped/unknown_code"), 1, "{funnel}");
    let path = format!("/v1/advocates/{}", text(&ada, "/id"));
    let shown = world.api.get(&path).await?;
    assert_eq!(number(&shown, "/numbers/clicks"), 2, "{shown}");
    assert_eq!(text(&shown, "/code"), "ada-loves-tea");
    let order = world
        .order(
            "1001",
            &json!({"click_token": token, "email": "bob@mail.example"}),
        )
        .await?;
    assert_eq!(
        text(&order, "/referral/advocate/id"),
        text(&ada, "/id"),
        "{order}"
    );
    // Typed at the checkout it does the same.
    let typed = world
        .order(
            "1002",
            &json!({"coupon": "ADA-LOVES-TEA", "email": "cem@mail.example"}),
        )
        .await?;
    assert_eq!(
        text(&typed, "/referral/advocate/id"),
        text(&ada, "/id"),
        "{typed}"
    );
    Ok(())
}

#[tokio::test]
async fn a_host_of_ones_own_needs_no_name_of_the_merchant() -> Result<()> {
    let edge = Edge::shared().await?;
    let host = format!("{}.localhost", unique("go"));
    let mapped = format!("{host}:{}", edge.port());
    let world = World::open_as(edge, &json!({ "hosts": [mapped] })).await?;
    let link = world.advocate("ada@mail.example").await?;
    let code = link.rsplit('/').next().context("a code")?;
    let agent = format!("User-Agent: {DESKTOP}");
    let at = async |host: &str, path: &str, visitor: &str| {
        let address = format!("CF-Connecting-IP: {visitor}");
        wire::send(world.port, "GET", path, host, &[&agent, &address], "").await
    };
    for (path, visitor) in [
        (format!("/r/{code}?c=sms"), "198.51.100.95"),
        (link.clone(), "198.51.100.96"),
    ] {
        let answer = at(&host, &path, visitor).await?;
        assert_eq!(answer.status, 302, "{path}");
        let to = answer.header("location").unwrap_or_default();
        assert!(token_of(to).is_some_and(|token| !token.is_empty()), "{to}");
    }
    let page = at(&host, &format!("/r/{code}/page"), "198.51.100.97").await?;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains(&format!("http://{mapped}/r/{code}")),
        "{}",
        page.text()
    );
    // Elsewhere, and on hosts of nobody, the short form leads nowhere.
    for host in [HOST, "nobody.localhost"] {
        assert_eq!(
            at(host, &format!("/r/{code}"), "198.51.100.98")
                .await?
                .status,
            404
        );
    }
    world.funnel_with("/clicks", 2).await?;

    // Nobody else gets it, and who gives it up leaves it free.
    let other = World::open(edge).await?;
    let operator = edge.operator()?;
    let change = async |slug: &str, body: Value| {
        operator
            .request(
                Method::PATCH,
                &format!("/v1/merchants/{slug}"),
                Some(&body),
                &[],
            )
            .await
    };
    refused(
        &change(&other.slug, json!({ "hosts": [mapped] })).await?,
        409,
        "host_taken",
        "taken",
    );
    refused(
        &change(&other.slug, json!({ "hosts": ["a b"] })).await?,
        422,
        "invalid_hosts",
        "odd",
    );
    assert_eq!(
        change(&world.slug, json!({ "hosts": [] })).await?.status,
        200
    );
    assert_eq!(
        change(&other.slug, json!({ "hosts": [mapped] }))
            .await?
            .status,
        200
    );
    Ok(())
}

#[tokio::test]
async fn when_a_campaign_is_over_its_links_lead_to_the_fallback() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let before = world.click(&link, "198.51.100.101").await?;
    let now = world.api.get("/v1/test/clock").await?;
    let end = text(&now, "/now").to_owned();
    let elsewhere = json!({ "ends_at": end, "fallback_url": "https://evil.example/" });
    let program = world.program_with(&elsewhere).await?;
    let answer = world
        .post("/v1/program/publish", &json!({ "program": program }))
        .await?;
    refused(&answer, 422, "invalid_program", "a fallback elsewhere");
    let sale = format!("{}/sale", world.shop_origin);
    world
        .publish(&json!({ "ends_at": end, "fallback_url": sale }))
        .await?;

    let answer = world
        .follow(&link, &World::person("198.51.100.102"))
        .await?;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("location"), Some(sale.as_str()));
    assert_eq!(answer.header("set-cookie"), None);
    let funnel = world.funnel_with("/dropped/ended", 1).await?;
    assert_eq!(number(&funnel, "/clicks"), 1, "{funnel}");
    // What began before goes on.
    let order = world
        .order(
            "2001",
            &json!({"click_token": before, "email": "bob@mail.example"}),
        )
        .await?;
    assert_eq!(text(&order, "/referral/status"), "pending", "{order}");
    Ok(())
}
