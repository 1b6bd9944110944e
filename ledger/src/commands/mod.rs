//! One file a use case. Each command loads facts, lets the domain decide, and
//! writes, all in one transaction.

mod allocate;
pub mod appeal;
pub mod ask;
pub mod budget;
pub mod candidates;
pub mod chain;
pub mod change_merchant;
pub mod choose_code;
pub mod claim_coupon;
pub mod create_merchant;
pub mod decide;
pub mod dry_run;
pub mod hand_over;
pub mod join;
pub mod leave;
pub mod moves;
pub mod person;
pub mod prove_mailbox;
pub mod publish_program;
pub mod record_answer;
pub mod record_dismissal;
pub mod record_landing;
pub mod record_share;
pub mod report_conversion;
pub mod report_refund;
pub mod run_due;
pub mod set_panel;
pub mod settle;
pub mod stop_mails;
pub mod unsubscribe;
