//! Every route of the edge, as its callers use and misuse it.

mod files;
mod links;
mod mailbox;
mod merchants;
mod orders;
mod pages;
mod refusals;
mod shoppers;
