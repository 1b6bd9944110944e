//! Copying a field's text: by the clipboard where the page may use it, else by
//! selecting the text so that a person can copy it.

use alloc::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::device;
use crate::dom::{Field, after, find, icon, once, set};
use crate::talk::{Talk, word};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = document, js_name = execCommand)]
    fn exec_command(name: &str) -> bool;
}

/// How long "Copied" stays.
const COPIED_MILLISECONDS: i32 = 2000;

/// Copies the field's text; says in `status` and on the button whether it went through.
pub fn copy(field: Field, button: &Element, status: &Element, talk: &Talk) {
    let (copied, failed) = (talk.say(word::COPIED), talk.say(word::COPY_FAILED));
    let (button, status) = (button.clone(), status.clone());
    let text = field.value();
    let done = move |went: bool| {
        status.set_text_content(Some(if went { &copied } else { &failed }));
        if went {
            show_copied(&button, &copied);
        }
    };
    let by_hand = move || {
        field.focus();
        field.select();
        exec_command("copy")
    };
    if let Some(clipboard) = device::clipboard_of_device() {
        let done = Rc::new(done);
        let refused = Rc::clone(&done);
        clipboard.write_text(&text).then_or(
            &once(move |_| done(true)),
            &once(move |_| refused(by_hand())),
        );
    } else {
        done(by_hand());
    }
}

/// The button says what happened, for two seconds.
fn show_copied(button: &Element, said: &str) {
    let (Some(picture), Some(label)) = (find(button, "svg"), find(button, "span")) else {
        return;
    };
    if button.has_attribute("data-done") {
        return;
    }
    let before = label.text_content();
    set(button, &[("data-done", "")]);
    label.set_text_content(Some(said));
    let done = icon("done");
    let _ = picture.replace_with_with_node_1(&done);
    let button = button.clone();
    after(COPIED_MILLISECONDS, move || {
        label.set_text_content(before.as_deref());
        let _ = done.replace_with_with_node_1(&picture);
        let _ = button.remove_attribute("data-done");
    });
}
