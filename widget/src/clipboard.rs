//! Copying a field's text: by the clipboard where the page may use it, else by
//! selecting the text so that a person can copy it.

use alloc::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::device;
use crate::dom::{Field, once};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = document, js_name = execCommand)]
    fn exec_command(name: &str) -> bool;
}

/// Copies the field's text and says whether it went through.
pub fn copy(field: Field, done: impl Fn(bool) + 'static) {
    let by_hand = |field: &Field| {
        field.focus();
        field.select();
        exec_command("copy")
    };
    if let Some(clipboard) = device::clipboard_of_device() {
        let done = Rc::new(done);
        let refused = Rc::clone(&done);
        let text = field.value();
        clipboard.write_text(&text).then_or(
            &once(move |_| done(true)),
            &once(move |_| refused(by_hand(&field))),
        );
    } else {
        done(by_hand(&field));
    }
}
