//! What programs call: the widget, the shop's server, the operator.

pub mod browser;
pub mod merchant;
pub mod operator;
