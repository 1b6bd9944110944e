use super::*;

fn colour(text: &str) -> Colour {
    Colour::parse(text).unwrap()
}

fn many(step: usize) -> Vec<Colour> {
    let steps = || (0..=255).step_by(step);
    let mut all = Vec::new();
    for red in steps() {
        for green in steps() {
            all.extend(steps().map(|blue| Colour(red, green, blue)));
        }
    }
    all
}

#[test]
fn whatever_is_asked_for_can_be_read() {
    for accent in many(85) {
        for surface in many(85) {
            for (scheme, text) in [
                (Scheme::Auto, "#777777"),
                (Scheme::Light, "#ffffff"),
                (Scheme::Dark, "#000000"),
            ] {
                let text = Some(colour(text));
                let look = Look {
                    accent: Some(accent),
                    on_accent: text,
                    surface: Some(surface),
                    text,
                    dark_surface: Some(surface),
                    dark_text: text,
                    scheme,
                    ..Look::default()
                };
                let (light, dark) = look.palettes();
                for palette in [light, dark] {
                    let Palette {
                        ground,
                        accent,
                        on_accent,
                    } = palette;
                    let Ground(surface, text) = ground;
                    assert!(text.contrast(surface) >= TEXT_CONTRAST, "{look:?}");
                    assert!(on_accent.contrast(accent) >= TEXT_CONTRAST, "{look:?}");
                    assert!(accent.contrast(surface) >= CONTROL_CONTRAST, "{look:?}");
                    assert!(
                        ground.muted().contrast(surface) >= TEXT_CONTRAST,
                        "{look:?}"
                    );
                    let good = ground.standing_out(GOOD, TEXT_CONTRAST);
                    assert!(good.contrast(surface) >= TEXT_CONTRAST, "{look:?}");
                }
            }
        }
    }
}

#[test]
fn what_is_not_asked_for_is_left_to_the_panel() {
    assert_eq!(
        Look::default().theme_css(),
        ":host{--a:var(--gv-accent,#5b2a86);--o:var(--gv-on-accent,#ffffff);}\
         @supports (color:light-dark(red,red)){:host{\
         --a:var(--gv-accent,light-dark(#5b2a86,#9447d7));--o:var(--gv-on-accent,#ffffff);}}"
    );
    let look = Look {
        accent: Some(colour("#1f5c4d")),
        surface: Some(colour("#fffdf5")),
        radius: Some(4),
        font: Some("Inter, 'Open Sans', sans-serif".to_owned()),
        scheme: Scheme::Light,
        ..Look::default()
    };
    assert_eq!(
        look.theme_css(),
        ":host{--a:var(--gv-accent,#1f5c4d);--o:var(--gv-on-accent,#ffffff);\
         --surface:#fffdf5;--text:#221d26;--muted:#656164;--radius:4px;\
         --font:\"Inter\",\"Open Sans\",sans-serif;color-scheme:light!important;}"
    );
}

#[test]
fn what_can_be_read_stays_as_it_was_asked_for() {
    let look = Look {
        accent: Some(colour("#1f5c4d")),
        on_accent: Some(colour("#fff8e7")),
        surface: Some(colour("#f6f4f1")),
        text: Some(colour("#333333")),
        dark_surface: Some(colour("#101014")),
        dark_text: Some(colour("#eeeeee")),
        ..Look::default()
    };
    let css = look.theme_css();
    for part in [
        "--a:var(--gv-accent,#1f5c4d);--o:var(--gv-on-accent,#fff8e7);",
        "--surface:light-dark(#f6f4f1,#101014);--text:light-dark(#333333,#eeeeee);",
    ] {
        assert!(css.contains(part), "{part} in {css}");
    }
    assert!(!css.contains("color-scheme:light"), "{css}");
}

#[test]
fn settings_make_a_look() {
    let panel = Panel {
        surface: Some("#fffdf5".to_owned()),
        text: Some("red;}".to_owned()),
        radius: Some(8),
        side: Side::Start,
        ..Panel::default()
    };
    let look = Look::of(Some("1f5c4d"), &panel);
    assert_eq!(look.accent, Some(colour("#1f5c4d")));
    assert_eq!((look.surface, look.text), (Some(colour("#fffdf5")), None));
    assert_eq!((look.radius, look.side), (Some(8), Side::Start));
    assert_eq!(Look::of(Some("url(x)"), &Panel::default()), Look::default());
}

#[test]
fn a_dark_surface_makes_a_dark_look() {
    let look = Look {
        surface: Some(colour("#101014")),
        ..Look::default()
    };
    let css = look.theme_css();
    assert!(css.contains("color-scheme:dark!important"), "{css}");
    assert!(css.contains("--surface:#101014;--text:#"), "{css}");
    assert!(!css.contains("light-dark(#"), "{css}");
    assert!(look.page_css().contains("color-scheme:dark}"));
}

#[test]
fn a_hostile_font_does_not_get_out() {
    for (fonts, left) in [
        ("Inter;}*{display:none", None),
        ("x\";background:url(https://evil.example)", None),
        ("url(//evil.example/f), Arial", Some("\"Arial\"")),
        ("a\\22 b, </style><script>, Georgia", Some("\"Georgia\"")),
        ("expression(alert(1))", None),
        ("var(--x)", None),
        ("/* */, @import, !important", None),
        ("\n\t\u{0}, ,,", None),
        (" 'PT Sans' ,  SERIF ", Some("\"PT Sans\",serif")),
        (
            "Вишня, 游ゴシック, inherit",
            Some("\"Вишня\",\"游ゴシック\",inherit"),
        ),
    ] {
        assert_eq!(families(fonts).as_deref(), left, "{fonts}");
        let look = Look {
            font: Some(fonts.to_owned()),
            radius: Some(255),
            ..Look::default()
        };
        for css in [look.theme_css(), look.page_css()] {
            assert!(css.contains("radius:32px;"), "{css}");
            for evil in ["url(", "evil", "<", "display", "@import", "expression"] {
                assert!(!css.contains(evil), "{evil} in {css}");
            }
            assert_eq!(css.matches('{').count(), css.matches('}').count(), "{css}");
        }
    }
    assert_eq!(families(&"a".repeat(LONGEST_FONT + 1)), None);
    assert_eq!(
        families(&"a,".repeat(100)).unwrap().matches('a').count(),
        MOST_FONTS
    );
}

#[test]
fn the_launcher_stands_on_the_side_that_was_chosen() {
    let on = |side| {
        Look {
            side,
            ..Look::default()
        }
        .launcher_css()
    };
    assert!(on(Side::End).starts_with(":host{inset-inline-end:"));
    assert!(on(Side::Start).starts_with(":host{inset-inline-start:"));
    let css = on(Side::End);
    assert_eq!(css.matches('{').count(), css.matches('}').count(), "{css}");
    assert!(css.len() < 1_700, "{}", css.len());
}
