//! Working programmes to start from, each a file in `presets/`.

use grapevine_domain::money::{Amounts, Currency};
use grapevine_domain::program::Program;
use grapevine_domain::reward::{Offer, SideRules};
use serde::{Deserialize, Serialize};

use crate::error::LedgerError;

macro_rules! preset {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../presets/", $name, ".json")),
        )
    };
}

/// Name and file of each, in the order in which they are shown.
const FILES: &[(&str, &str)] = &[
    preset!("store-credit-for-both"),
    preset!("storage-for-both"),
    preset!("code-and-free-box"),
    preset!("give-and-get"),
    preset!("welcome-discount"),
    preset!("first-pack-and-free-item"),
    preset!("cash-for-a-big-purchase"),
    preset!("tiers-by-order"),
    preset!("free-months"),
    preset!("ride-credit"),
    preset!("service-credit-after-approval"),
    preset!("points-and-monthly-prize"),
    preset!("donation"),
    preset!("printed-cards"),
];

/// The currency in which the files are written.
const WRITTEN_IN: &str = "EUR";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    about: String,
    program: Program,
}

/// A programme to start from.
#[derive(Clone, Debug, Serialize)]
pub struct Preset {
    /// How it is asked for.
    pub name: &'static str,
    /// What it gives, in a few words.
    pub title: String,
    /// For whom it is.
    pub about: String,
    /// The rules, amounts in the currency that was asked for.
    pub program: Program,
}

fn read(name: &'static str, text: &str, currency: Currency) -> Result<Preset, LedgerError> {
    let File {
        title,
        about,
        mut program,
    } = serde_json::from_str(text)?;
    translate(&mut program, currency)?;
    Ok(Preset {
        name,
        title,
        about,
        program,
    })
}

/// Every preset, amounts in a currency: as many of its units as the file has of its own.
///
/// # Errors
/// When a file is damaged, which tests rule out.
pub fn all(currency: Currency) -> Result<Vec<Preset>, LedgerError> {
    FILES
        .iter()
        .map(|(name, text)| read(name, text, currency))
        .collect()
}

/// One preset by its name.
///
/// # Errors
/// `unknown_preset`.
pub fn one(name: &str, currency: Currency) -> Result<Preset, LedgerError> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    let Some((name, text)) = found else {
        let names: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
        let message = format!("There is no such preset. There are: {}.", names.join(", "));
        return Err(LedgerError::not_found("unknown_preset", message));
    };
    read(name, text, currency)
}

fn translate(program: &mut Program, currency: Currency) -> Result<(), LedgerError> {
    let written =
        Currency::parse(WRITTEN_IN).map_err(|_| LedgerError::Corrupt("a preset's currency"))?;
    let turn = |amounts: &mut Amounts| {
        let Some(minor) = amounts.0.remove(&written) else {
            return;
        };
        let (to, from) = (
            u32::from(currency.exponent()),
            u32::from(written.exponent()),
        );
        let scaled = if to >= from {
            minor.saturating_mul(10_i64.saturating_pow(to - from))
        } else {
            minor / 10_i64.saturating_pow(from - to)
        };
        amounts.0.insert(currency, scaled.max(1));
    };
    for side in [&mut program.advocate, &mut program.friend]
        .into_iter()
        .flatten()
    {
        turn_side(side, &turn);
    }
    for table in [
        program.minimum_order.as_mut(),
        program.budget.as_mut().map(|budget| &mut budget.amounts),
    ]
    .into_iter()
    .flatten()
    {
        turn(table);
    }
    for cap in &mut program.caps {
        if let Some(amounts) = &mut cap.amounts {
            turn(amounts);
        }
    }
    if let Some(prize) = &mut program.prize {
        turn_offer(&mut prize.offer, &turn);
    }
    Ok(())
}

fn turn_side(side: &mut SideRules, turn: &impl Fn(&mut Amounts)) {
    turn_offer(&mut side.offer, turn);
    for tier in &mut side.by_friends {
        turn_offer(&mut tier.offer, turn);
    }
    for tier in &mut side.by_order {
        turn(&mut tier.from);
        turn_offer(&mut tier.offer, turn);
    }
}

fn turn_offer(offer: &mut Offer, turn: &impl Fn(&mut Amounts)) {
    match offer {
        Offer::PercentOff { up_to, .. } => {
            if let Some(most) = up_to {
                turn(most);
            }
        }
        Offer::AmountOff { amounts }
        | Offer::StoreCredit { amounts }
        | Offer::Cash { amounts }
        | Offer::GiftCard { amounts }
        | Offer::Donation { amounts, .. } => turn(amounts),
        Offer::FreeProduct { cost, .. }
        | Offer::Points { cost, .. }
        | Offer::FreePeriod { cost, .. } => turn(cost),
    }
}
