//! What an element does to the text inside it: by name, style, and the classes and ids that mail programs are known to write.

use super::tags::attribute;

#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) enum Effect {
    #[default]
    None,
    Hidden,
    Quote,
    /// Holds a quotation with its introduction.
    Region,
    /// The same, and below the quotation perhaps answers.
    Container,
    Signature,
    Pre,
}

/// What an element does.
pub(super) fn effect(name: &str, attributes: &str) -> Effect {
    if attributes.is_empty() {
        return match name {
            "pre" | "textarea" => Effect::Pre,
            "blockquote" => Effect::Quote,
            "head" => Effect::Hidden,
            _ => Effect::None,
        };
    }
    let style = attribute(attributes, "style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    let class = attribute(attributes, "class").unwrap_or_default();
    let hides = ["display:none", "visibility:hidden", "mso-hide:all", "font-size:0;", "font-size:0px", "opacity:0;"];
    match name {
        _ if hides.iter().any(|hide| style.contains(hide)) || attribute(attributes, "hidden").is_some() => Effect::Hidden,
        "head" => Effect::Hidden,
        "pre" | "textarea" if !class.contains("signature") => Effect::Pre,
        // Gmail and Outlook indent with a blockquote that has no border.
        "blockquote" if !class.contains("quote") && attribute(attributes, "type").is_none() && style.contains("border:none") => {
            Effect::None
        }
        "blockquote" => Effect::Quote,
        _ => by_label(&class, attributes),
    }
}

/// By what the program calls the element.
fn by_label(class: &str, attributes: &str) -> Effect {
    let has = |known: &[&str]| class.split_whitespace().any(|class| known.contains(&class));
    if has(&["gmail_quote", "gmail_quote_container"]) {
        return Effect::Container;
    }
    if has(QUOTE_CLASSES) {
        return Effect::Region;
    }
    let labels = ["id", "name", "data-marker"].map(|name| attribute(attributes, name).unwrap_or_default());
    let labelled = |known: &[&str]| labels.iter().any(|label| !label.is_empty() && known.iter().any(|known| label.ends_with(known)));
    match () {
        () if labelled(QUOTE_LABELS) => Effect::Region,
        () if has(SIGNATURE_CLASSES) || labelled(SIGNATURE_LABELS) => Effect::Signature,
        () => Effect::None,
    }
}

/// Classes of elements that hold a whole quotation, its introduction included.
const QUOTE_CLASSES: &[&str] = &[
    "gmail_attr",
    "yahoo_quoted",
    "moz-cite-prefix",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "front-blockquote",
    "quoted-text",
    "mail-quote-collapse",
    "mailru-blockquote",
    "AppleOriginalContents",
];

/// Ids and names of such elements: Roundcube, Spark, Zimbra, NetEase.
const QUOTE_LABELS: &[&str] =
    &["reply-intro", "messageReplySection", "__HEADERS__", "__QUOTED_TEXT__", "isReplyContent", "isForwardContent"];

/// Classes of elements that hold a signature.
const SIGNATURE_CLASSES: &[&str] = &[
    "gmail_signature",
    "gmail_signature_prefix",
    "moz-signature",
    "protonmail_signature_block",
    "protonmail_signature_block-user",
    "protonmail_signature_block-proton",
    "front-signature",
    "k9mail-signature",
    "tutanota_signature",
    "nylas-n1-signature",
    "elementToProof_signature",
];

/// Ids and names of such elements: Outlook, Samsung, Yahoo, Roundcube, Spark, Zimbra, Zoho, Apple.
const SIGNATURE_LABELS: &[&str] = &[
    "Signature",
    "ms-outlook-mobile-signature",
    "composer_signature",
    "ymail_android_signature",
    "_rc_sig",
    "messageSignatureSection",
    "__SIG_PRE__",
    "__SIG_POST__",
    "Zm-_Id_-Sgn",
    "AppleMailSignature",
];

/// Ids and styles after which Outlook (all generations) puts the earlier mails, as plain siblings.
pub(super) fn starts_rest(attributes: &str) -> bool {
    if attributes.is_empty() {
        return false;
    }
    let id = attribute(attributes, "id").unwrap_or_default();
    let known = [
        "divRplyFwdMsg",
        "appendonsend",
        "OLK_SRC_BODY_SECTION",
        "mail-editor-reference-message-container",
        "ms-outlook-mobile-body-separator-line",
    ];
    // Gmail and others put a prefix before the ids of what they quote: `m_-123divRplyFwdMsg` is quoted once more.
    if known.iter().any(|known| id.ends_with(known)) {
        return true;
    }
    let style = attribute(attributes, "style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    let rule = style.contains("border-top:solid#e1e1e11.0pt") || style.contains("border-top:solid#b5c4df1.0pt");
    rule && style.contains("border:none")
}
