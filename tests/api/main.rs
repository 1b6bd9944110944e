//! Every route of the edge, as its callers use and misuse it.

mod advocates;
mod budgets;
mod consent;
mod conversions;
mod coupons;
mod decisions;
mod events;
mod files;
mod friend_page;
mod limits;
mod links;
mod mailbox;
mod merchants;
mod orders;
mod pages;
mod plain_page;
mod previews;
mod programs;
mod publishing;
mod receipts;
mod referrals;
mod refunds;
mod refusals;
mod rewards;
mod rotation;
mod shoppers;
