//! The style sheet: colours that everybody can read, in light and dark (WCAG 2.2, success criteria 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../data/style.css");

type Colours = BTreeMap<String, f64>;

/// The colours of one scheme, as relative luminance.
fn colours(block: &str) -> Colours {
    let found = regex::Regex::new(r"--([a-z-]+): #([0-9a-f]{6})").unwrap();
    found.captures_iter(block).map(|colour| (colour[1].to_owned(), luminance(&colour[2]))).collect()
}

fn luminance(hex: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn colours_can_be_read_in_light_and_dark() {
    let mut schemes = STYLE.match_indices(":root {").map(|(at, _)| colours(STYLE[at..].split('}').next().unwrap()));
    for scheme in [schemes.next().unwrap(), schemes.next().unwrap()] {
        assert!(scheme.len() >= 16, "{scheme:?}");
        let pairs = [
            ("text", "page"),
            ("text", "card"),
            ("text", "said"),
            ("soft", "page"),
            ("soft", "card"),
            ("soft", "said"),
            ("main", "card"),
            ("main", "page"),
            ("main", "tint"),
            ("on-main", "main"),
            ("on-main", "main-over"),
            ("bad", "bad-tint"),
            ("bad", "card"),
            ("wait", "wait-tint"),
            ("grave", "page"),
        ];
        for (front, back) in pairs {
            let ratio = contrast(scheme[front], scheme[back]);
            assert!(ratio >= 4.5, "{front} on {back}: {ratio:.2}");
        }
        for (edge, back) in [("edge", "card"), ("edge", "page"), ("focus", "card"), ("focus", "page"), ("main", "said")] {
            let ratio = contrast(scheme[edge], scheme[back]);
            assert!(ratio >= 3.0, "{edge} on {back}: {ratio:.2}");
        }
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    for bad in ["url(", "@import", "http"] {
        assert!(!STYLE.contains(bad), "{bad}");
    }
    assert!(STYLE.len() < 20_000);
}
