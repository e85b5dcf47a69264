//! Files that came with mails, for download. Nothing of them is ever run or shown by our pages but plain images.
//!
//! Promises: an attachment unless its bytes are those of an image of four kinds; never a type that the sender claims; a
//! name that is only a name (CASEBOOK C24, C25).

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};

use crate::address::is_invisible;

/// Characters of a file's name at most.
pub const NAME_MAX: usize = 150;

/// The image type of these bytes, when a page may show it: by their first bytes, whatever the mail says.
pub fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Can a page show an image of this declared type? Its bytes decide again when it is asked for.
pub fn may_be_image(content_type: &str) -> bool {
    matches!(content_type, "image/png" | "image/jpeg" | "image/jpg" | "image/gif" | "image/webp")
}

/// The file as an answer.
pub fn download(name: &str, bytes: Vec<u8>) -> Response<Body> {
    let image = image_type(&bytes);
    let disposition = format!("{}; {}", if image.is_some() { "inline" } else { "attachment" }, filename(name));
    let length = bytes.len();
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(image.unwrap_or("application/octet-stream")));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    let fallback = HeaderValue::from_static("attachment");
    headers.insert(CONTENT_DISPOSITION, HeaderValue::try_from(disposition).unwrap_or(fallback));
    response
}

/// The parameters of a name (RFC 6266 section 4.3, RFC 8187 section 3.2): for everybody, and in Unicode.
fn filename(name: &str) -> String {
    let name = clean_name(name);
    let plain: String = name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) || c == ' ' { c } else { '_' }).collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// The last part of a path, without controls, invisible characters or leading dots; `file` when nothing is left.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let visible: String = last.chars().filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    let name = visible.trim_matches(['.', ' ']);
    let short = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 10 => {
            format!("{}.{extension}", stem.chars().take(NAME_MAX - extension.chars().count() - 1).collect::<String>())
        }
        _ => name.chars().take(NAME_MAX).collect(),
    };
    if short.is_empty() { "file".to_owned() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c25_a_name_is_only_a_name() {
        for (hostile, name) in [
            ("a\"\r\nSet-Cookie: x=1", "a\"Set-Cookie: x=1"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\x", "x"),
            ("a\0b.txt", "ab.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("...", "file"),
            ("", "file"),
        ] {
            assert_eq!(clean_name(hostile), name, "{hostile:?}");
        }
        let long = clean_name(&format!("{}.pdf", "é".repeat(4096)));
        assert!(long.chars().count() == NAME_MAX && long.ends_with("é.pdf"), "{long}");
        assert_eq!(filename("été \"1\";%.pdf"), "filename=\"_t_ _1___.pdf\"; filename*=UTF-8''%C3%A9t%C3%A9%20%221%22%3B%25.pdf");
    }

    #[test]
    fn c24_bytes_decide_what_an_image_is() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n.."[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF....WEBPVP8 ", Some("image/webp")),
            (b"<html>", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ] {
            assert_eq!(image_type(bytes), kind, "{bytes:?}");
        }
    }
}
