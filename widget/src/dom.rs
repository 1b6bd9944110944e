//! Elements, in as few calls as the panel needs, and its icons.

use alloc::boxed::Box;
use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, EventTarget};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    pub fn create(name: &str) -> Element;
    #[wasm_bindgen(js_namespace = document, js_name = createElementNS)]
    fn create_element_ns(space: &str, name: &str) -> Element;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(run: &JsValue, milliseconds: i32) -> i32;

    /// An input or a text area: the part of both that we use.
    pub type Field;
    #[wasm_bindgen(method, getter)]
    pub fn value(this: &Field) -> String;
    #[wasm_bindgen(method, setter)]
    pub fn set_value(this: &Field, text: &str);
    #[wasm_bindgen(method)]
    pub fn focus(this: &Field);
    #[wasm_bindgen(method)]
    pub fn select(this: &Field);
}

#[wasm_bindgen(module = "/marks.js")]
extern "C" {
    /// Draws an icon that does not come with the panel.
    fn mark(svg: &Element, name: &str);
}

/// Attributes, name and value.
type Attributes<'a> = &'a [(&'a str, &'a str)];

/// Sets attributes.
pub fn set(element: &Element, attributes: Attributes<'_>) {
    for (name, value) in attributes {
        // Fails on malformed names alone; ours are constants.
        let _ = element.set_attribute(name, value);
    }
}

/// Puts children at the end.
pub fn add(element: &Element, children: &[&Element]) {
    for child in children {
        let _ = element.append_child(child);
    }
}

/// The first match inside, if any.
pub fn find(element: &Element, selector: &str) -> Option<Element> {
    element.query_selector(selector).ok().flatten()
}

/// The input or text area that carries `data-gv-field=<name>`.
pub fn field(element: &Element, name: &str) -> Option<Field> {
    let mut selector = String::from("[data-gv-field=");
    selector.push_str(name);
    selector.push(']');
    find(element, &selector).map(JsCast::unchecked_into)
}

/// Calls `run` on every event of that name, as long as the page lives.
pub fn on(target: &EventTarget, name: &str, run: impl FnMut(Event) + 'static) {
    let run: Box<dyn FnMut(Event)> = Box::new(run);
    listen_to(target, name, &Closure::wrap(run).into_js_value());
}

/// Calls a JavaScript function on every event of that name.
pub fn listen_to(target: &EventTarget, name: &str, run: &JsValue) {
    // Fails for what is no function alone.
    let _ = target.add_event_listener_with_callback(name, run.unchecked_ref());
}

/// A JavaScript function that runs once. Boxed first, so that the bindings hold
/// one kind of closure and not one for every caller.
pub fn once(run: impl FnOnce(JsValue) + 'static) -> JsValue {
    let run: Box<dyn FnOnce(JsValue)> = Box::new(run);
    Closure::once_into_js(run)
}

/// Calls `run` once, later.
pub fn after(milliseconds: i32, run: impl FnOnce() + 'static) {
    set_timeout(&once(|_| run()), milliseconds);
}

/// A picture: one path on a grid of 24, from `icons/`.
struct Icon {
    name: &'static str,
    stroked: bool,
    shape: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

/// The icon of that name, unseen by screen readers.
pub fn icon(name: &str) -> Element {
    const SVG: &str = "http://www.w3.org/2000/svg";
    let svg = create_element_ns(SVG, "svg");
    let path = create_element_ns(SVG, "path");
    set(&svg, &[("viewBox", "0 0 24 24"), ("aria-hidden", "true")]);
    add(&svg, &[&path]);
    match ICONS.iter().find(|icon| icon.name == name) {
        Some(icon) => {
            set(&path, &[("d", icon.shape)]);
            if icon.stroked {
                set(&svg, &[("class", "line")]);
            }
        }
        None => mark(&svg, name),
    }
    svg
}
