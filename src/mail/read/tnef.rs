//! `winmail.dat`: Outlook's own container ([MS-OXTNEF], [MS-OXCMSG]), opened as far as people need it: files and text.
//!
//! Promises: one pass, every length checked against what is left, nothing nested is followed, no more bytes come out than
//! went in. Excludes: properties of the message itself, formatted text (the mail has its own), embedded messages (they stay
//! files), checksums (programs get them wrong).

use super::charset;
use super::inner::{FILES_MAX, File};

/// First four bytes ([MS-OXTNEF] section 2.1.3.1).
const SIGNATURE: u32 = 0x223e_9f78;
/// Properties of one object that are read.
const PROPERTIES_MAX: u32 = 2_000;

/// What is inside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Opened {
    pub files: Vec<File>,
    /// The plain text, when there is one.
    pub text: Option<String>,
    /// The HTML, when there is one.
    pub html: Option<String>,
}

/// Attributes ([MS-OXTNEF] section 2.1.3.3).
mod attribute {
    pub const OEM_CODEPAGE: u32 = 0x0006_9007;
    pub const BODY: u32 = 0x0002_800c;
    pub const PROPERTIES: u32 = 0x0006_9003;
    pub const RENDERING: u32 = 0x0006_9002;
    pub const TITLE: u32 = 0x0001_8010;
    pub const DATA: u32 = 0x0006_800f;
    pub const ATTACHMENT: u32 = 0x0006_9005;
}

/// Opens a container; `None` when it is none.
pub(super) fn open(bytes: &[u8]) -> Option<Opened> {
    let mut bytes = Bytes(bytes);
    if bytes.u32()? != SIGNATURE {
        return None;
    }
    bytes.u16()?;
    let (mut opened, mut codepage) = (Opened::default(), None);
    while let Some((name, data)) = next_attribute(&mut bytes) {
        match name {
            attribute::OEM_CODEPAGE => codepage = Bytes(data).u32().map(|page| format!("windows-{page}")),
            attribute::BODY => opened.text = opened.text.take().or_else(|| text(data, codepage.as_deref())),
            attribute::PROPERTIES => opened.message(data, codepage.as_deref()),
            attribute::RENDERING if opened.files.len() < FILES_MAX => opened.files.push(File::default()),
            attribute::RENDERING => break,
            _ => opened.file(name, data, codepage.as_deref()),
        }
    }
    opened.files.retain(|file| !file.bytes.is_empty());
    Some(opened)
}

/// Level, name, length, data, checksum.
fn next_attribute<'a>(bytes: &mut Bytes<'a>) -> Option<(u32, &'a [u8])> {
    bytes.take(1)?;
    let name = bytes.u32()?;
    let length = bytes.u32()? as usize;
    // A container that was cut still gives what is there.
    let data = bytes.take(length).unwrap_or_else(|| bytes.rest());
    bytes.take(2);
    Some((name, data))
}

impl Opened {
    fn message(&mut self, data: &[u8], codepage: Option<&str>) {
        properties(
            data,
            &mut |id, value| match (id, value) {
                (0x1000, Value::Text(words)) => self.text = Some(words).filter(|words| !words.trim().is_empty()),
                (0x1013, Value::Text(words)) => self.html = Some(words),
                (0x1013, Value::Binary(bytes)) => self.html = text(bytes, None),
                _ => {}
            },
            codepage,
        );
    }

    fn file(&mut self, name: u32, data: &[u8], codepage: Option<&str>) {
        let Some(file) = self.files.last_mut() else { return };
        match name {
            attribute::TITLE if file.name.is_empty() => file.name = text(data, codepage).unwrap_or_default(),
            attribute::DATA => file.bytes = data.to_vec(),
            attribute::ATTACHMENT => properties(data, &mut |id, value| named(file, id, value), codepage),
            _ => {}
        }
    }
}

/// Properties of an attachment ([MS-OXCMSG] section 2.2.2).
fn named(file: &mut File, id: u16, value: Value) {
    match (id, value) {
        (0x3707, Value::Text(name)) if !name.is_empty() => file.name = name,
        (0x3704, Value::Text(name)) if file.name.is_empty() => file.name = name,
        (0x370e, Value::Text(kind)) if kind.contains('/') => file.content_type = kind.to_ascii_lowercase(),
        (0x3712, Value::Text(id)) if !id.is_empty() => file.content_id = Some(id.trim_matches(['<', '>']).to_owned()),
        (0x3701, Value::Binary(bytes)) if file.bytes.is_empty() => {
            // An object begins with the sixteen bytes of its interface.
            file.bytes = bytes.get(16..).unwrap_or_default().to_vec();
            if file.content_type.is_empty() {
                file.content_type = "application/ms-tnef".to_owned();
            }
        }
        _ => {}
    }
}

enum Value<'a> {
    Text(String),
    Binary(&'a [u8]),
}

/// Walks a list of properties ([MS-OXTNEF] section 2.1.3.4); ends quietly where it makes no sense.
fn properties(data: &[u8], seen: &mut dyn FnMut(u16, Value), codepage: Option<&str>) {
    let mut bytes = Bytes(data);
    let count = bytes.u32().unwrap_or_default().min(PROPERTIES_MAX);
    for _ in 0..count {
        if property(&mut bytes, seen, codepage).is_none() {
            return;
        }
    }
}

fn property(bytes: &mut Bytes, seen: &mut dyn FnMut(u16, Value), codepage: Option<&str>) -> Option<()> {
    let (kind, id) = (bytes.u16()?, bytes.u16()?);
    if id >= 0x8000 {
        bytes.take(16)?;
        if bytes.u32()? == 0 {
            bytes.take(4)?;
        } else {
            let length = bytes.u32()? as usize;
            bytes.padded(length)?;
        }
    }
    let (base, many) = (kind & 0x0fff, kind & 0x1000 != 0);
    let variable = matches!(base, 0x1e | 0x1f | 0x102 | 0x0d);
    let values = if many || variable { bytes.u32()? } else { 1 };
    for _ in 0..values.min(PROPERTIES_MAX) {
        let value = match fixed(base) {
            Some(size) => bytes.take(size)?,
            None if variable => {
                let length = bytes.u32()? as usize;
                bytes.padded(length)?
            }
            None => return None,
        };
        match base {
            0x1f => seen(id, Value::Text(utf16(value))),
            0x1e => seen(id, Value::Text(text(value, codepage).unwrap_or_default())),
            0x102 | 0x0d => seen(id, Value::Binary(value)),
            _ => {}
        }
    }
    Some(())
}

/// Bytes of a value of fixed size, padding included.
fn fixed(kind: u16) -> Option<usize> {
    match kind {
        0x00 | 0x01 => Some(0),
        0x02 | 0x03 | 0x04 | 0x0a | 0x0b => Some(4),
        0x05 | 0x06 | 0x07 | 0x14 | 0x40 => Some(8),
        0x48 => Some(16),
        _ => None,
    }
}

fn text(bytes: &[u8], codepage: Option<&str>) -> Option<String> {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    let text = charset::decode(&bytes[..end], codepage).0.into_owned();
    (!text.trim().is_empty()).then_some(text)
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned()
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn padded(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.take(length)?;
        let padding = (4 - length % 4) % 4;
        self.take(padding.min(self.0.len()));
        Some(taken)
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).map(|b| u16::from_le_bytes([b[0], b[1]]))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(level: u8, name: u32, data: &[u8]) -> Vec<u8> {
        let mut out = vec![level];
        out.extend(name.to_le_bytes());
        out.extend((data.len() as u32).to_le_bytes());
        out.extend_from_slice(data);
        out.extend([0, 0]);
        out
    }

    fn variable(kind: u16, id: u16, data: &[u8]) -> Vec<u8> {
        let mut out = [kind.to_le_bytes(), id.to_le_bytes()].concat();
        out.extend(1u32.to_le_bytes());
        out.extend((data.len() as u32).to_le_bytes());
        out.extend_from_slice(data);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn container() -> Vec<u8> {
        let wide: Vec<u8> = "résumé final.pdf\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut properties = 3u32.to_le_bytes().to_vec();
        properties.extend([0x0003u16.to_le_bytes(), 0x0e20u16.to_le_bytes()].concat());
        properties.extend(7u32.to_le_bytes());
        properties.extend(variable(0x1f, 0x3707, &wide));
        properties.extend(variable(0x1e, 0x370e, b"application/pdf\0"));
        let mut out = SIGNATURE.to_le_bytes().to_vec();
        out.extend([1, 0]);
        out.extend(attribute(1, attribute::OEM_CODEPAGE, &[0xe4, 4, 0, 0, 0, 0, 0, 0]));
        out.extend(attribute(1, attribute::BODY, b"Voil\xe0\0"));
        out.extend(attribute(2, attribute::RENDERING, &[0; 14]));
        out.extend(attribute(2, attribute::TITLE, b"RESUME~1.PDF\0"));
        out.extend(attribute(2, attribute::DATA, b"%PDF-1.4"));
        out.extend(attribute(2, attribute::ATTACHMENT, &properties));
        out.extend(attribute(2, attribute::RENDERING, &[0; 14]));
        out
    }

    #[test]
    fn f17_files_and_text_of_winmail_dat() {
        let opened = open(&container()).unwrap();
        assert_eq!(opened.text.as_deref(), Some("Voilà"));
        assert_eq!(opened.files.len(), 1, "empty ones are left out");
        let file = &opened.files[0];
        assert_eq!(
            (file.name.as_str(), file.content_type.as_str(), &file.bytes[..]),
            ("résumé final.pdf", "application/pdf", &b"%PDF-1.4"[..])
        );
    }

    #[test]
    fn f22_containers_that_were_cut_or_lie() {
        let whole = container();
        for end in 0..whole.len() {
            let _ = open(&whole[..end]);
        }
        for at in 0..whole.len() {
            let mut lies = whole.clone();
            lies[at] = 0xff;
            let files = open(&lies).map(|opened| opened.files.iter().map(|file| file.bytes.len()).sum::<usize>());
            assert!(files.unwrap_or_default() <= whole.len());
        }
        assert_eq!(open(b"nothing"), None);
    }
}
