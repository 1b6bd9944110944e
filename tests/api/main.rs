//! Every route of the edge, as its callers use and misuse it.

mod advocates;
mod budgets;
mod conversions;
mod coupons;
mod decisions;
mod events;
mod files;
mod links;
mod mailbox;
mod merchants;
mod orders;
mod pages;
mod programs;
mod publishing;
mod referrals;
mod refunds;
mod refusals;
mod rewards;
mod rotation;
mod shoppers;
