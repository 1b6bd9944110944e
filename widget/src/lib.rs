//! The panel in which a shopper gets a link, passes it on and sees what came of
//! it, and the line that greets a friend. WebAssembly, brought by `loader.js`
//! when it is wanted.
//!
//! Guarantees: everything is drawn as nodes inside a shadow root with a style
//! sheet of its own (nothing leaks in or out, and a strict content policy is no
//! hurdle); text from people or merchants never becomes markup; no failure of
//! the edge, the clipboard or a share sheet reaches the page.
//!
//! Not for: what happens on a page where nobody opens the panel (`loader.js`),
//! and any rule about money (`domain`, by way of the edge).
//!
//! In the browser it does without `std`: the standard panic handler alone, with
//! the formatting that it brings, would be a fifth of what a shopper downloads.
//! For the same reason nothing here formats (`format!`, `to_string`), and the
//! allocator is a small one.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod ask;
mod banner;
mod clipboard;
mod device;
mod dom;
mod hint;
mod host;
mod memory;
mod panel;
mod talk;
mod view;
mod wire;

/// The channels' table, taken in as a file: `grapevine-domain` as a crate brings `std`.
#[path = "../../domain/src/share/channels.rs"]
#[allow(dead_code, unreachable_pub)]
mod channels;

/// Likewise, the decimals of currencies.
#[path = "../../domain/src/money/exponent.rs"]
mod exponent;

use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use host::Host;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Opens the dialog in `place`, or fills `place` with the panel where the page has set
/// it aside (`data-grapevine`). `placement` is what opened it and goes into the counters.
#[wasm_bindgen]
pub fn open(host: Host, place: HtmlElement, placement: Option<String>) {
    let placement = placement.unwrap_or_else(|| String::from("floating"));
    panel::show(host, &place, &placement, false);
}

/// May the shopper be asked to share, unasked, at `placement`? Then asks.
#[wasm_bindgen]
pub fn ask(host: Host, placement: String) {
    ask::ask(host, placement);
}

/// Greets a friend at the top of the page with the offer that came with the link.
#[wasm_bindgen]
pub fn banner(host: Host, token: String, offer: JsValue) {
    banner::mount(host, token, &offer);
}
