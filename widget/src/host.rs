//! What the loader gives the panel. The other side is `host` in `loader.js`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, ShadowRoot};

use crate::dom::once;
use crate::wire::Json;

#[wasm_bindgen]
extern "C" {
    /// The loader's side of the page.
    #[derive(Clone)]
    pub type Host;

    /// The answer of `start`.
    #[wasm_bindgen(method, getter)]
    pub fn start(this: &Host) -> JsValue;
    /// The words of the chosen language.
    #[wasm_bindgen(method, getter)]
    pub fn words(this: &Host) -> Words;
    /// The shop's signed word on who is signed in.
    #[wasm_bindgen(method, getter)]
    pub fn customer(this: &Host) -> JsValue;
    /// Remembers a value where the shopper allows it; reads it where `value` is none.
    #[wasm_bindgen(method)]
    pub fn keep(this: &Host, key: &str, value: Option<&str>) -> Option<String>;
    /// Tells the page (`grapevine:<name>`).
    #[wasm_bindgen(method)]
    pub fn emit(this: &Host, name: &str, detail: &JsValue);
    /// Adopts a style sheet, after the merchant's colours.
    #[wasm_bindgen(method)]
    pub fn paint(this: &Host, root: &ShadowRoot, css: &str);
    /// A new host element at the end of the page.
    #[wasm_bindgen(method)]
    pub fn stage(this: &Host, name: &str) -> HtmlElement;
    /// Calls `run` once the words are there that do not come with the panel: those of the
    /// survey, of a code of one's own and of a shopper's data.
    #[wasm_bindgen(method)]
    pub fn more(this: &Host, run: &JsValue);
    #[wasm_bindgen(method, js_name = post)]
    fn post_body(this: &Host, path: &str, body: &Object) -> Later;

    /// A promise of which nobody asks the type.
    pub type Later;
    #[wasm_bindgen(method)]
    pub fn then(this: &Later, done: &JsValue) -> Later;
    #[wasm_bindgen(method, js_name = then)]
    pub fn then_or(this: &Later, done: &JsValue, failed: &JsValue) -> Later;

    /// The words of one language, by key.
    #[derive(Clone)]
    pub type Words;
    #[wasm_bindgen(method, indexing_getter, structural)]
    pub fn get(this: &Words, key: &str) -> JsValue;
}

/// What came back: a status (0: nothing did) and the JSON body.
pub struct Answer {
    pub status: u16,
    pub body: JsValue,
}

/// Under which the session is kept.
pub const SESSION: &str = "gv_me";
/// Stands there where somebody left: the shop's word alone does not bring them back.
pub const GONE: &str = "-";

impl Host {
    /// The session of who was here before.
    pub fn session(&self) -> Option<String> {
        let session = self.keep(SESSION, None);
        session.filter(|session| session.len() > GONE.len())
    }

    /// Asks the edge, and calls `done` with its answer or with status 0.
    pub fn post(&self, path: &str, body: &Object, done: impl FnOnce(Answer) + 'static) {
        self.post_boxed(path, body, Box::new(done));
    }

    /// The part of [`Self::post`] that is the same for every caller.
    fn post_boxed(&self, path: &str, body: &Object, done: Box<dyn FnOnce(Answer)>) {
        let done = move |pair: JsValue| {
            let pair: Array = pair.unchecked_into();
            // A status is a small whole number, so the cast loses nothing.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let status = pair.get(0).as_f64().unwrap_or(0.0) as u16;
            done(Answer {
                status,
                body: pair.get(1),
            });
        };
        self.post_body(path, body).then(&once(done));
    }
}

impl Json for JsValue {
    fn member(&self, name: &str) -> Self {
        // Asking something that is no object throws.
        Reflect::get(self, &Self::from_str(name)).unwrap_or(Self::UNDEFINED)
    }
    fn text(&self) -> Option<String> {
        self.as_string()
    }
    fn number(&self) -> Option<f64> {
        self.as_f64()
    }
    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }
    fn list(&self) -> Vec<Self> {
        let mut out = Vec::new();
        if let Some(list) = self.dyn_ref::<Array>() {
            for index in 0..list.length() {
                out.push(list.get(index));
            }
        }
        out
    }
}

/// A plain object of texts.
pub fn object(entries: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in entries {
        put(&object, key, &JsValue::from_str(value));
    }
    object
}

/// Sets a member of a plain object.
pub fn put(object: &Object, key: &str, value: &JsValue) {
    // Of an object that we made, this can't fail.
    let _ = Reflect::set(object, &JsValue::from_str(key), value);
}
