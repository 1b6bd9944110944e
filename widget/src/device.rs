//! What we ask of the browser: which device it runs on, whether it is online,
//! its clipboard, its share sheet and its dice.

use alloc::string::String;

use js_sys::Object;
use wasm_bindgen::prelude::*;

use crate::channels::Platform;
use crate::dom::once;
use crate::host::Later;
use crate::memory::push_number;

#[wasm_bindgen]
extern "C" {
    type Navigator;
    #[wasm_bindgen(method, getter, js_name = userAgent)]
    fn user_agent(this: &Navigator) -> String;
    #[wasm_bindgen(method, getter, js_name = maxTouchPoints)]
    fn touch_points(this: &Navigator) -> f64;
    #[wasm_bindgen(method, getter)]
    fn language(this: &Navigator) -> String;
    #[wasm_bindgen(method, getter, js_name = onLine)]
    fn on_line(this: &Navigator) -> bool;
    #[wasm_bindgen(method, getter)]
    fn clipboard(this: &Navigator) -> Option<Clipboard>;
    #[wasm_bindgen(method, getter, js_name = share)]
    fn sheet(this: &Navigator) -> JsValue;
    #[wasm_bindgen(method, js_name = share)]
    fn open_sheet(this: &Navigator, parcel: &Object) -> Later;

    /// Where copied text goes; absent on pages without TLS.
    pub type Clipboard;
    #[wasm_bindgen(method, js_name = writeText)]
    pub fn write_text(this: &Clipboard, text: &str) -> Later;

    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn throw(dice: &mut [u32]);
}

#[wasm_bindgen(module = "/global.js")]
extern "C" {
    fn global(name: &str) -> Navigator;
}

fn device() -> Navigator {
    global("navigator")
}

/// The device, as far as addresses of channels differ.
pub fn platform() -> Platform {
    let navigator = device();
    let agent = navigator.user_agent();
    // `str::contains` is 2 KB of search that a text this short can do without.
    let says = |name: &str| {
        agent
            .as_bytes()
            .windows(name.len())
            .any(|part| part == name.as_bytes())
    };
    // An iPad says that it is a Mac, but a Mac has no touch screen.
    if says("iPhone") || says("iPad") || (says("Macintosh") && navigator.touch_points() > 1.0) {
        Platform::Ios
    } else if says("Android") {
        Platform::Android
    } else {
        Platform::Desktop
    }
}

/// The browser's own tag where it is a variety of `locale` (`en-GB` for `en`):
/// dates and amounts as the shopper writes them.
pub fn variety_of(locale: &str) -> String {
    let own = device().language();
    let same = own.as_bytes().starts_with(locale.as_bytes())
        && own.as_bytes().get(locale.len()) == Some(&b'-');
    if same { own } else { String::from(locale) }
}

pub fn is_online() -> bool {
    device().on_line()
}

pub fn clipboard_of_device() -> Option<Clipboard> {
    device().clipboard()
}

/// Whether there is a share sheet worth showing first: on a desktop it is a
/// detour, on a phone it holds the shopper's own apps.
pub fn has_sheet() -> bool {
    let navigator = device();
    !navigator.sheet().is_falsy() && navigator.touch_points() > 0.0
}

/// Opens the share sheet. That it was closed again is no error.
pub fn open_sheet(parcel: &Object) {
    let nothing = once(|_| ());
    device()
        .open_sheet(parcel)
        .then_or(&JsValue::UNDEFINED, &nothing);
}

/// 128 random bits in digits: tells a press from its retry.
pub fn random_id() -> String {
    let mut dice = [0_u32; 4];
    throw(&mut dice);
    let mut out = String::new();
    for die in dice {
        push_number(&mut out, f64::from(die));
    }
    out
}
