//! The panel: one shadow root with what an advocate sees, as a dialog or in the
//! page. Knows what is shown when; `panel/draw` and its neighbours know how it
//! looks, `panel/act` what its buttons do.

mod act;
mod draw;
mod friends;
mod passing;

pub use act::show_copied;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, ShadowRootInit, ShadowRootMode};

use crate::ask;
use crate::channels::Platform;
use crate::device;
use crate::dom::{find, set};
use crate::host::{Answer, Host, object};
use crate::memory::remember;
use crate::talk::{Talk, Word, word};
use crate::view;
use crate::wire::{Json, Me, Read, Start};

const CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/panel.css"));

/// What the panel shows; its name stands in `data-gv-state`.
enum Screen {
    Loading,
    /// Unknown: one field and one button. With a word on why, if there is one.
    Join(Option<Word>),
    /// The address has a link already; a message is on its way.
    CheckMail,
    Known,
    Error,
    Offline,
}

impl Screen {
    const fn name(&self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Join(_) => "join",
            Self::CheckMail => "check-mail",
            Self::Known => "known",
            Self::Error => "error",
            Self::Offline => "offline",
        }
    }
}

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
    modal: bool,
    frame: Element,
    body: Element,
    /// The live region.
    status: Element,
    /// Who is there, once we know.
    me: Slot<Rc<Me>>,
    /// The address as typed.
    email: Slot<String>,
    /// Whether something was passed on since the panel was opened.
    shared: Cell<bool>,
}

impl Panel {
    /// Builds a panel in `place`; none where the settings can't be read or the
    /// place has a shadow root of somebody else.
    fn mount(host: Host, place: &HtmlElement) -> Option<()> {
        // Where a page has set a place aside, the panel stands in it.
        let modal = !place.has_attribute("data-grapevine");
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
            modal,
            frame,
            body,
            status,
            me: Slot::new(),
            email: Slot::new(),
            shared: Cell::new(false),
        });
        act::listen(&panel);
        panel.show_screen(&Screen::Loading, false);
        Some(())
    }

    /// Opens the dialog, if it is one, and looks after what is new.
    fn appear(self: &Rc<Self>) {
        self.shared.set(false);
        let dialog: &HtmlDialogElement = self.frame.unchecked_ref();
        // Fails where it is open already, or its host was taken out of the page.
        let opened = self.modal && dialog.show_modal().is_ok();
        if opened {
            self.host
                .emit("open", &JsValue::from_str(&self.placement()));
        }
        if opened || !self.modal {
            self.count("/views", &[("placement", &self.placement())]);
        }
        self.refresh();
    }

    /// Finds out who is there and shows what belongs to them.
    fn refresh(self: &Rc<Self>) {
        let panel = Rc::clone(self);
        if let Some(session) = self.session() {
            self.host
                .post("/me", &[("session", &session)], move |answer| {
                    panel.came_back(&answer)
                });
        } else if let Some(customer) = self.host.customer() {
            let body = [
                ("customer", customer.as_str()),
                ("locale", self.talk.locale()),
                ("placement", &self.placement()),
            ];
            self.host
                .post("/advocates", &body, move |answer| panel.joined(&answer));
        } else {
            self.show_screen(&Screen::Join(None), self.modal);
        }
    }

    /// What opened it.
    fn placement(&self) -> String {
        self.frame.get_attribute(PLACEMENT).unwrap_or_default()
    }

    /// The dialog was closed. Who was asked and passed nothing on is left alone.
    fn closed(&self) {
        let placement = self.placement();
        if ask::is_unasked(&placement) && !self.shared.get() {
            remember(&self.host, 'd');
            let mut body = Vec::from([("placement", placement.as_str())]);
            let (session, customer) = (self.session(), self.host.customer());
            if let Some(session) = &session {
                body.push(("session", session));
            }
            if let Some(customer) = &customer {
                body.push(("customer", customer));
            }
            self.count("/dismissals", &body);
        }
        self.host.emit("close", &JsValue::UNDEFINED);
    }

    fn session(&self) -> Option<String> {
        self.host
            .keep("gv_me", None)
            .filter(|session| !session.is_empty())
    }

    fn forget_session(&self) {
        self.host.keep("gv_me", Some(""));
        self.me.clear();
    }

    fn came_back(&self, answer: &Answer) {
        match answer.status {
            200 => self.know(Me::read(&answer.body), self.modal),
            401 => {
                self.forget_session();
                self.show_screen(&Screen::Join(Some(word::EXPIRED_TEXT)), self.modal);
            }
            _ => self.show_screen(&failed(), self.modal),
        }
    }

    /// Takes the answer to a join, by e-mail or by the shop's word.
    fn joined(&self, answer: &Answer) {
        match answer.status {
            200 | 201 => {
                self.host
                    .keep("gv_me", answer.body.text_of("session").as_deref());
                self.host.emit("join", &JsValue::UNDEFINED);
                self.know(Me::read(&answer.body.member("me")), true);
            }
            202 => self.show_screen(&Screen::CheckMail, true),
            // The shop's token was refused: an address still works.
            400..=499 => self.show_screen(&Screen::Join(None), true),
            _ => self.show_screen(&failed(), true),
        }
    }

    fn know(&self, me: Option<Me>, focus: bool) {
        match me {
            Some(me) => {
                self.me.put(Rc::new(me));
                self.show_screen(&Screen::Known, focus);
            }
            None => self.show_screen(&Screen::Error, focus),
        }
    }

    /// Replaces what is shown; with `focus`, the reading position goes to its title.
    fn show_screen(&self, screen: &Screen, focus: bool) {
        set(&self.frame, &[("data-gv-state", screen.name())]);
        self.body.set_text_content(None);
        match screen {
            Screen::Loading => {
                self.show(view::LOADING, &[]);
            }
            Screen::Join(why) => self.draw_join(*why),
            Screen::CheckMail => self.draw_check_mail(),
            Screen::Known => self.draw_known(),
            Screen::Error => self.draw_trouble(word::ERROR_TITLE, word::ERROR_TEXT),
            Screen::Offline => self.draw_trouble(word::OFFLINE_TITLE, word::OFFLINE_TEXT),
        }
        if focus && let Some(title) = find(&self.body, "#title") {
            let _ = title.unchecked_ref::<HtmlElement>().focus();
        }
    }

    /// Tells the edge something that it counts, without holding anything up.
    fn count(&self, path: &str, body: &[(&str, &str)]) {
        let mut address = self.host.address();
        address.push_str(path);
        device::send(&address, &object(body));
    }

    /// Says something to a screen reader.
    fn announce(&self, words: &str) {
        self.status.set_text_content(Some(words));
    }
}

/// The event by which a panel that is there already is told to show itself.
const WAKE: &str = "gv-wake";
/// Stands on the frame: what opened the panel.
const PLACEMENT: &str = "data-gv-placement";

/// Shows the panel in `place`, which gets one where it has none.
pub fn show(host: Host, place: &HtmlElement, placement: &str, _survey: bool) {
    if place.shadow_root().is_none() {
        Panel::mount(host, place);
    }
    if let (Some(frame), Ok(event)) = (frame(place), Event::new(WAKE)) {
        set(&frame, &[(PLACEMENT, placement)]);
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

/// What to show when nothing came back.
fn failed() -> Screen {
    if device::is_online() {
        Screen::Error
    } else {
        Screen::Offline
    }
}
