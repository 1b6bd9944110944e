//! The panel: one shadow root with what an advocate sees, as a dialog or in the
//! page. Knows what is shown when; `panel/draw` and its neighbours know how it
//! looks, `panel/act` what its buttons do.

mod act;
mod draw;
mod friends;
mod own;
mod passing;
mod survey;

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use js_sys::{Date, Object};
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, ShadowRootInit, ShadowRootMode};

use crate::ask;
use crate::channels::Platform;
use crate::device;
use crate::dom::{after, find, set};
use crate::host::{Answer, GONE, Host, SESSION, object, put};
use crate::memory::remember;
use crate::talk::{Talk, Word, word};
use crate::view;
use crate::wire::{Json, Me, Read, Start};

/// A device that has built the frame within so many milliseconds is not kept waiting.
const QUICK: f64 = 12.0;

const CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/panel.css"));

/// What the panel shows; its name stands in `data-gv-state`.
enum Screen {
    /// Unknown: one field and one button. With a word on why, if there is one.
    Join(Option<Word>),
    Known,
    /// A part of `views/` by itself, under a name.
    Part(&'static str, &'static str),
}

const LOADING: Screen = Screen::Part("loading", view::LOADING);
/// The address has a link already; a message is on its way.
const CHECK_MAIL: Screen = Screen::Part("check-mail", view::CHECK_MAIL);
/// The merchant wants somebody else.
const INELIGIBLE: Screen = Screen::Part("ineligible", view::INELIGIBLE);
const ERROR: Screen = Screen::Part("error", view::ERROR);
const OFFLINE: Screen = Screen::Part("offline", view::OFFLINE);

/// A value that changes. Taken out to be read, so that no borrow can fail.
struct Slot<T>(Cell<Option<T>>);

impl<T: Clone> Slot<T> {
    const fn new() -> Self {
        Self(Cell::new(None))
    }

    fn get(&self) -> Option<T> {
        let value = self.0.take();
        self.0.set(value.clone());
        value
    }

    fn put(&self, value: T) {
        self.0.set(Some(value));
    }

    fn clear(&self) {
        self.0.set(None);
    }
}

pub struct Panel {
    host: Host,
    talk: Talk,
    start: Start,
    platform: Platform,
    /// When it was begun to be built, by the browser's clock.
    began: f64,
    modal: bool,
    frame: Element,
    body: Element,
    /// The live region.
    status: Element,
    /// Who is there, once we know: as the edge says it, and as we read it.
    told: Slot<JsValue>,
    me: Slot<Rc<Me>>,
    /// The address as typed.
    email: Slot<String>,
    /// Whether what was asked for was given since the panel was opened: a share, an answer.
    settled: Cell<bool>,
    /// The answer that feedback may be added to.
    answer: Slot<Object>,
}

impl Panel {
    /// Builds a panel in `place`; none where the settings can't be read or the
    /// place has a shadow root of somebody else.
    fn mount(host: Host, place: &HtmlElement) -> Option<()> {
        // Where a page has set a place aside, the panel stands in it.
        let modal = !place.has_attribute("data-grapevine");
        let began = Date::now();
        let start = Start::read(&host.start())?;
        let root = place
            .attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))
            .ok()?;
        let talk = Talk::new(host.words(), start.locale.clone());
        host.paint(&root, CSS);

        let part = if modal { view::DIALOG } else { view::INLINE };
        let places = [
            ("lang", talk.locale()),
            ("dir", talk.direction()),
            ("shop", &start.name),
            ("layout", &start.layout),
            ("logo", start.logo_url.as_deref().unwrap_or_default()),
        ];
        let frame = view::draw(&talk, root.unchecked_ref(), part, &places);
        let (body, status) = (find(&frame, ".body")?, find(&frame, "[role=status]")?);
        if start.logo_url.is_some() {
            let name = find(&frame, ".top span")?;
            name.set_text_content(None);
            view::draw(&talk, &name, view::LOGO, &places);
        }
        let panel = Rc::new(Self {
            host,
            talk,
            start,
            platform: device::platform(),
            began,
            modal,
            frame,
            body,
            status,
            told: Slot::new(),
            me: Slot::new(),
            email: Slot::new(),
            settled: Cell::new(false),
            answer: Slot::new(),
        });
        act::listen(&panel);
        panel.show_screen(&LOADING, false);
        Some(())
    }

    /// Opens the dialog, if it is one, and looks after what is new.
    fn appear(self: &Rc<Self>) {
        self.settled.set(false);
        let dialog: &HtmlDialogElement = self.frame.unchecked_ref();
        // Fails where it is open already, or its host was taken out of the page.
        let opened = self.modal && dialog.show_modal().is_ok();
        if opened {
            self.host
                .emit("open", &JsValue::from_str(&self.placement()));
        }
        if opened || !self.modal {
            let placement = self.placement();
            self.count("/views", &object(&[("placement", &placement)]));
        }
        let panel = Rc::clone(self);
        let fill = move || {
            if panel.frame.has_attribute(SURVEY) {
                panel.show_screen(&survey::SURVEY, panel.modal);
            } else {
                panel.refresh();
            }
        };
        // In a task of its own on a slow device, which paints the frame first.
        if Date::now() - self.began < QUICK {
            fill();
        } else {
            after(0, fill);
        }
    }

    /// Finds out who is there and shows what belongs to them.
    fn refresh(self: &Rc<Self>) {
        let panel = Rc::clone(self);
        let known = self.host.session().is_some();
        // Who has left comes back by their own hand.
        let gone = || {
            self.host
                .keep(SESSION, None)
                .is_some_and(|kept| kept == GONE)
        };
        if known || !self.host.customer().is_falsy() && !gone() {
            let path = if known { "/me" } else { "/advocates" };
            self.host.post(path, &self.body(&[]), move |answer| {
                if known {
                    panel.came_back(&answer);
                } else {
                    panel.joined(&answer);
                }
            });
        } else {
            self.show_screen(&Screen::Join(None), self.modal);
        }
    }

    /// A body that says who asks and from where. The edge passes over what it doesn't need.
    fn body(&self, entries: &[(&str, &str)]) -> Object {
        let body = object(entries);
        for (name, value) in [
            ("session", self.host.session().into()),
            ("customer", self.host.customer()),
            ("locale", JsValue::from_str(self.talk.locale())),
            ("placement", JsValue::from_str(&self.placement())),
        ] {
            put(&body, name, &value);
        }
        body
    }

    /// Asks the edge for what a button is for. What it refuses is said beside the button.
    fn call(
        self: &Rc<Self>,
        button: &Element,
        path: &str,
        body: &Object,
        done: fn(&Rc<Self>, &Element, &Answer),
    ) {
        // Not `disabled`: that would lose the keyboard's place.
        set(button, &[("aria-busy", "true")]);
        let (panel, button) = (Rc::clone(self), button.clone());
        self.host.post(path, body, move |answer| {
            let _ = button.remove_attribute("aria-busy");
            match answer.status {
                200..=399 => done(&panel, &button, &answer),
                401 => panel.expired(),
                _ => panel.refused(&button, &answer),
            }
        });
    }

    fn refused(&self, button: &Element, answer: &Answer) {
        let word = match (code_of(answer).as_str(), answer.status) {
            ("not_eligible", _) => return self.show_screen(&INELIGIBLE, true),
            ("code_taken", _) => word::CODE_TAKEN,
            ("too_many_codes", _) => word::CODE_MANY,
            ("invalid_code", _) => word::CODE_RULE,
            (_, 422) => word::JOIN_BAD,
            (_, 0) if !device::is_online() => word::JOIN_OFFLINE,
            _ => word::JOIN_FAILED,
        };
        // What was typed stays, whatever went wrong.
        self.complain(button, &self.talk.say(word));
    }

    /// What opened it.
    fn placement(&self) -> String {
        self.frame.get_attribute(PLACEMENT).unwrap_or_default()
    }

    /// The dialog was closed. Who was asked and passed nothing on is left alone.
    fn closed(&self) {
        let placement = self.placement();
        if ask::is_unasked(&placement) && !self.settled.get() {
            remember(&self.host, 'd');
            self.count("/dismissals", &self.body(&[]));
        }
        self.host.emit("close", &JsValue::UNDEFINED);
    }

    fn forget_session(&self) {
        self.host.keep(SESSION, Some(""));
        self.me.clear();
    }

    fn came_back(&self, answer: &Answer) {
        match answer.status {
            200 => self.know(&answer.body, self.modal),
            401 => self.expired(),
            _ => self.show_screen(&failed(), self.modal),
        }
    }

    fn expired(&self) {
        self.forget_session();
        self.show_screen(&Screen::Join(Some(word::EXPIRED_TEXT)), self.modal);
    }

    /// Takes the answer to a join, by e-mail or by the shop's word.
    fn joined(&self, answer: &Answer) {
        match answer.status {
            200 | 201 => {
                self.host
                    .keep(SESSION, answer.body.text_of("session").as_deref());
                self.host.emit("join", &JsValue::UNDEFINED);
                self.know(&answer.body.member("me"), true);
            }
            202 => self.show_screen(&CHECK_MAIL, true),
            403 if code_of(answer) == "not_eligible" => self.show_screen(&INELIGIBLE, true),
            // The shop's token was refused: an address still works.
            400..=499 => self.show_screen(&Screen::Join(None), true),
            _ => self.show_screen(&failed(), true),
        }
    }

    fn know(&self, told: &JsValue, focus: bool) {
        match Me::read(told) {
            Some(me) => {
                self.told.put(told.clone());
                self.me.put(Rc::new(me));
                self.show_screen(&Screen::Known, focus);
            }
            None => self.show_screen(&ERROR, focus),
        }
    }

    /// Replaces what is shown; with `focus`, the reading position goes to its title.
    fn show_screen(&self, screen: &Screen, focus: bool) {
        self.body.set_text_content(None);
        let name = match screen {
            Screen::Join(why) => {
                self.draw_join(*why);
                "join"
            }
            Screen::Known => {
                self.draw_known();
                "known"
            }
            Screen::Part(name, part) => {
                self.draw_part(part);
                name
            }
        };
        set(&self.frame, &[("data-gv-state", name)]);
        if focus && let Some(title) = find(&self.body, "#title") {
            let _ = title.unchecked_ref::<HtmlElement>().focus();
        }
    }

    /// Tells the edge something that it counts, without holding anything up.
    fn count(&self, path: &str, body: &Object) {
        self.host.post(path, body, |_| ());
    }

    /// Says something to a screen reader.
    fn announce(&self, words: &str) {
        self.status.set_text_content(Some(words));
    }
}

/// The event by which a panel that is there already is told to show itself.
const WAKE: &str = "gv-wake";
/// The event by which the page says who is signed in.
const IDENTIFY: &str = "grapevine:identify";
/// Stands on the frame: what opened the panel.
const PLACEMENT: &str = "data-gv-placement";
/// Stands on the frame where the survey comes first.
const SURVEY: &str = "data-gv-survey";

/// Shows the panel in `place`, which gets one where it has none.
pub fn show(host: Host, place: &HtmlElement, placement: &str, survey: bool) {
    if place.shadow_root().is_none() {
        Panel::mount(host, place);
    }
    if let (Some(frame), Ok(event)) = (frame(place), Event::new(WAKE)) {
        set(&frame, &[(PLACEMENT, placement)]);
        let _ = frame.toggle_attribute_with_force(SURVEY, survey);
        let _ = frame.dispatch_event(&event);
    }
}

/// Whether the dialog in `place` stands open.
pub fn is_open(place: &HtmlElement) -> bool {
    frame(place).is_some_and(|frame| frame.has_attribute("open"))
}

fn frame(place: &HtmlElement) -> Option<Element> {
    place
        .shadow_root()
        .and_then(|root| root.first_element_child())
}

/// Why the edge refused.
fn code_of(answer: &Answer) -> String {
    let error = answer.body.member("error");
    error.text_of("code").unwrap_or_default()
}

/// What to show when nothing came back.
fn failed() -> Screen {
    if device::is_online() { ERROR } else { OFFLINE }
}
