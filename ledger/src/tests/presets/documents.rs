//! What the files say: valid in every currency, and listed as they are.

use grapevine_domain::money::Currency;
use grapevine_domain::program::{ProgramKind, Trigger};
use grapevine_domain::reward::{Offer, Side, SideRules};
use grapevine_domain::validate::Shop as Measure;

use crate::presets::{Preset, all, one};

fn in_currency(code: &str) -> (Measure, Vec<Preset>) {
    let currency = Currency::parse(code).unwrap();
    let measure = Measure {
        currency,
        average_order: None,
    };
    (measure, all(currency).unwrap())
}

#[test]
fn every_preset_is_without_fault_in_any_currency_and_without_a_warning() {
    for code in ["EUR", "JPY", "KWD", "USD"] {
        let (measure, presets) = in_currency(code);
        assert_eq!(presets.len(), 14);
        for preset in presets {
            let found = preset.program.validate(measure);
            assert_eq!(found.problems, [], "{} in {code}", preset.name);
            assert_eq!(found.warnings, [], "{} in {code}", preset.name);
        }
    }
}

#[test]
fn amounts_are_as_many_units_of_any_currency() {
    for (code, minor) in [("EUR", 500), ("JPY", 5), ("KWD", 5_000)] {
        let currency = Currency::parse(code).unwrap();
        let preset = one("give-and-get", currency).unwrap();
        let amounts = preset.program.advocate.unwrap().offer;
        let amounts = amounts.amounts().unwrap();
        assert_eq!(amounts.iter().count(), 1);
        assert_eq!(amounts.get(currency).unwrap().minor, minor);
    }
}

#[test]
fn texts_are_plain_sentences_and_names_differ() {
    let (_, presets) = in_currency("EUR");
    let mut names: Vec<_> = presets.iter().map(|preset| preset.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 14);
    for preset in presets {
        let texts = [&preset.title, &preset.about, &preset.program.name];
        assert!(texts.iter().all(|text| !text.contains('!')));
        assert!(preset.about.ends_with('.'), "{}", preset.name);
        assert!(!preset.title.ends_with('.'), "{}", preset.name);
        assert!(preset.program.terms.is_some(), "{}", preset.name);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        assert!(preset.name.bytes().all(plain), "{}", preset.name);
    }
}

fn given(rules: Option<&SideRules>) -> String {
    let Some(rules) = rules else {
        return "nothing".to_owned();
    };
    let one = |offer: &Offer| {
        let money = |minor: i64| {
            assert_eq!(minor % 100, 0, "whole units, so that yen are the same");
            minor / 100
        };
        let amount = offer.amounts().and_then(|table| table.iter().next());
        let amount = amount.map_or(0, |amount| money(amount.minor));
        match offer {
            Offer::PercentOff {
                basis_points,
                up_to,
            } => {
                let most = up_to.as_ref().and_then(|table| table.iter().next());
                let most = most.map(|most| format!(", {} at most", money(most.minor)));
                format!("{} % off{}", basis_points / 100, most.unwrap_or_default())
            }
            Offer::AmountOff { .. } => format!("{amount} off"),
            Offer::StoreCredit { .. } => format!("{amount} in credit"),
            Offer::Cash { .. } => format!("{amount} in cash"),
            Offer::GiftCard { .. } => format!("a gift card of {amount}"),
            Offer::FreeProduct { name, .. } => name.clone(),
            Offer::Points { points, .. } => format!("{points} points"),
            Offer::FreePeriod { count, .. } => format!("{count} month free"),
            Offer::Donation { recipient, .. } => format!("{amount} for {recipient}"),
        }
    };
    let tiers = rules.by_friends.len() + rules.by_order.len();
    let more = match (rules.by_friends.is_empty(), tiers) {
        (_, 0) => "",
        (true, _) => ", more by order",
        (false, _) => ", other by friend",
    };
    format!("{}{more}", one(&rules.offer))
}

/// One row of the table in `presets/README.md`.
fn row(preset: &Preset) -> String {
    let program = &preset.program;
    let when = match program.trigger {
        Trigger::SignUp => "sign-up".to_owned(),
        Trigger::FirstOrder => "first order".to_owned(),
        Trigger::EveryOrder => "every order".to_owned(),
        Trigger::NthOrder { n } => format!("order {n}"),
    };
    let mut special = Vec::new();
    let mut note = |holds: bool, what: &str| {
        if holds {
            special.push(what.to_owned());
        }
    };
    note(program.kind == ProgramKind::TangibleGift, "tangible gift");
    note(program.kind == ProgramKind::Community, "community");
    note(program.kind == ProgramKind::Implied, "implied");
    note(!program.caps.is_empty(), "cap");
    note(program.budget.is_some(), "budget");
    note(program.prize.is_some(), "prize");
    note(
        program.approval == grapevine_domain::program::Approval::ByMerchant,
        "approved by hand",
    );
    let refunds = format!("{:?}", program.partial_refund).to_lowercase();
    format!(
        "| [`{}`]({}.json) | {} | {when} | {} | {} | {} | {refunds} | {} |\n",
        preset.name,
        preset.name,
        preset.title,
        given(program.side(Side::Advocate)),
        given(program.side(Side::Friend)),
        program.hold_days,
        special.join(", "),
    )
}

/// Writes the table where `UPDATE_PRESETS` is set; otherwise it must be as it is.
#[test]
fn the_readme_lists_every_preset_as_it_is() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../presets/README.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (before, _) = text.split_once("| name |").unwrap();
    let mut wanted = format!(
        "{before}| name | what it is | counts | advocate | friend | hold, days | part returned | \
         special |\n|---|---|---|---|---|---|---|---|\n"
    );
    for preset in in_currency("EUR").1 {
        wanted.push_str(&row(&preset));
    }
    if std::env::var_os("UPDATE_PRESETS").is_some() {
        std::fs::write(file, &wanted).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(file).unwrap(),
        wanted,
        "run the tests with UPDATE_PRESETS=1"
    );
}
