//! Compiles what people read before the crate itself is compiled: the words of
//! every locale into functions, the reasons of decisions, the panel's words and the
//! notation of numbers into tables, the mails from MJML into HTML templates.
//!
//! A key that one language lacks, a placeholder that differs between languages,
//! or a mail that is no valid MJML fails the build with a sentence that names it.

mod mails;
mod notation;
mod reasons;
mod talk;
mod words;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=locales");
    println!("cargo:rerun-if-changed=notation");
    println!("cargo:rerun-if-changed=reasons");
    println!("cargo:rerun-if-changed=templates/mail");
    println!("cargo:rerun-if-changed=../widget/locales");
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(
        out.join("words.rs"),
        words::generate(&root.join("locales"))?,
    )?;
    std::fs::write(
        out.join("reasons.rs"),
        reasons::generate(&root.join("reasons"))?,
    )?;
    std::fs::write(
        out.join("notation.rs"),
        notation::generate(&root.join("notation/notation.json"))?,
    )?;
    std::fs::write(
        out.join("talk.rs"),
        talk::generate(&root.join("../widget/locales"))?,
    )?;
    std::fs::write(
        out.join("mails.rs"),
        mails::generate(&root.join("templates/mail"))?,
    )?;
    Ok(())
}
