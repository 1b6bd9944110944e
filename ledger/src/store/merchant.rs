//! The one row about the merchant.

use grapevine_domain::money::Currency;
use grapevine_domain::panel::Panel;
use grapevine_domain::time::Timestamp;
use serde_json::json;

use crate::error::LedgerError;
use crate::sql::Sql;
use crate::values;

/// The merchant as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    pub slug: String,
    pub name: String,
    pub shop_url: String,
    pub email: String,
    pub currency: Currency,
    pub locale: String,
    pub accent: Option<String>,
    pub consent_required: bool,
    pub test: bool,
    pub clock_offset_ms: i64,
    pub key_generation: u32,
    pub identity_key: u8,
    pub created_at: Timestamp,
    /// The merchant stopped the programme.
    pub paused_at: Option<Timestamp>,
    /// What was last said of the budget; empty where nothing was.
    pub budget_state: String,
    /// Below which links may lead, beside the shop's own address.
    pub destinations: Vec<String>,
    /// Hosts that are this merchant's alone.
    pub hosts: Vec<String>,
    pub logo_url: Option<String>,
    /// The picture of previews.
    pub picture_url: Option<String>,
    /// Settings of the panel as their document, which most commands have no use for.
    pub panel: String,
}

impl Merchant {
    /// The settings of the panel.
    pub fn panel(&self) -> Result<Panel, LedgerError> {
        Ok(serde_json::from_str(&self.panel)?)
    }
}

const COLUMNS: &str = "slug, name, shop_url, email, currency, locale, accent, consent_required, \
                       test, clock_offset_ms, key_generation, identity_key, created_at, paused_at, budget_state, \
                       destinations, hosts, logo_url, picture_url, panel";

pub fn load(sql: &dyn Sql) -> Result<Option<Merchant>, LedgerError> {
    let rows = sql.run(&format!("SELECT {COLUMNS} FROM merchant"), vec![])?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let number = |at| u32::try_from(row.int(at)?).map_err(|_| LedgerError::Corrupt("a number"));
    Ok(Some(Merchant {
        slug: row.text(0)?,
        name: row.text(1)?,
        shop_url: row.text(2)?,
        email: row.text(3)?,
        currency: Currency::parse(&row.text(4)?).map_err(|_| LedgerError::Corrupt("a currency"))?,
        locale: row.text(5)?,
        accent: row.maybe_text(6),
        consent_required: row.int(7)? != 0,
        test: row.int(8)? != 0,
        clock_offset_ms: row.int(9)?,
        key_generation: number(10)?,
        identity_key: u8::try_from(row.int(11)?)
            .map_err(|_| LedgerError::Corrupt("a key number"))?,
        created_at: Timestamp(row.int(12)?),
        paused_at: row.maybe_int(13).map(Timestamp),
        budget_state: row.text(14)?,
        destinations: texts(&row.text(15)?)?,
        hosts: texts(&row.text(16)?)?,
        logo_url: row.maybe_text(17),
        picture_url: row.maybe_text(18),
        panel: row.text(19)?,
    }))
}

fn texts(json: &str) -> Result<Vec<String>, LedgerError> {
    serde_json::from_str(json).map_err(|_| LedgerError::Corrupt("a list of texts"))
}

pub fn insert(sql: &dyn Sql, m: &Merchant) -> Result<(), LedgerError> {
    let statement = format!(
        "INSERT INTO merchant (id, {COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    let values = values![
        m.slug.as_str(),
        m.name.as_str(),
        m.shop_url.as_str(),
        m.email.as_str(),
        m.currency.as_str(),
        m.locale.as_str(),
        m.accent.clone(),
        m.consent_required,
        m.test,
        m.clock_offset_ms,
        m.key_generation,
        u32::from(m.identity_key),
        m.created_at,
        m.paused_at,
        m.budget_state.as_str(),
        json!(m.destinations).to_string(),
        json!(m.hosts).to_string(),
        m.logo_url.clone(),
        m.picture_url.clone(),
        m.panel.as_str(),
    ];
    sql.run(&statement, values).map(drop)
}

pub fn set_clock_offset(sql: &dyn Sql, offset_ms: i64) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE merchant SET clock_offset_ms = ?",
        values![offset_ms],
    )
    .map(drop)
}

/// Writes what can be changed from outside.
pub fn update(sql: &dyn Sql, m: &Merchant) -> Result<(), LedgerError> {
    sql.run(
        "UPDATE merchant SET name = ?, shop_url = ?, accent = ?, consent_required = ?, \
         destinations = ?, hosts = ?, logo_url = ?, picture_url = ?",
        values![
            m.name.as_str(),
            m.shop_url.as_str(),
            m.accent.clone(),
            m.consent_required,
            json!(m.destinations).to_string(),
            json!(m.hosts).to_string(),
            m.logo_url.clone(),
            m.picture_url.clone(),
        ],
    )
    .map(drop)
}

pub fn set_panel(sql: &dyn Sql, document: &str) -> Result<(), LedgerError> {
    sql.run("UPDATE merchant SET panel = ?", values![document])
        .map(drop)
}

pub fn set_paused(sql: &dyn Sql, at: Option<Timestamp>) -> Result<(), LedgerError> {
    sql.run("UPDATE merchant SET paused_at = ?", values![at])
        .map(drop)
}

pub fn set_budget_state(sql: &dyn Sql, state: &str) -> Result<(), LedgerError> {
    sql.run("UPDATE merchant SET budget_state = ?", values![state])
        .map(drop)
}
