//! Forms with files, read piece by piece: what is too large is dropped while it comes, and the reader is told.
//!
//! Promises: the form's number comes first and is checked before any file is kept; at most [`ALL_MAX`] bytes are held.

use axum::extract::Multipart;
use axum::extract::multipart::Field;

use super::fields::{Fields, Malformed, TEXT_MAX};
use super::files::clean_name;
use crate::mail::{Content, File};

/// Bytes of one file at most.
pub const FILE_MAX: usize = 25_000_000;
/// Bytes of all files of a form at most.
pub const ALL_MAX: usize = 50_000_000;
/// Bytes of a whole body beyond which the connection is not read any further.
pub const BODY_MAX: usize = 110_000_000;
/// Files of a form at most.
const FILES_MAX: usize = 50;
/// The name of the field that carries files.
const FILE: &str = "file";

/// Reads a form. `is_ours` judges its number; files of a form that is not ours are not kept.
pub async fn read(mut form: Multipart, is_ours: impl Fn(&str) -> bool) -> Result<Fields, Malformed> {
    let mut fields = Fields::default();
    let mut room = ALL_MAX;
    while let Some(mut field) = form.next_field().await.map_err(|_| Malformed)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != FILE {
            let (bytes, whole) = keep(&mut field, TEXT_MAX).await?;
            let text = String::from_utf8(bytes).ok().filter(|_| whole).ok_or(Malformed)?;
            fields.add(name, text)?;
            continue;
        }
        if fields.files.len() >= FILES_MAX || !is_ours(fields.raw("nonce")) {
            return Err(Malformed);
        }
        let (bytes, whole) = keep(&mut field, FILE_MAX.min(room)).await?;
        room -= bytes.len();
        fields.too_large |= !whole;
        // A browser sends a nameless empty file where none was chosen.
        let named = field.file_name().is_some_and(|name| !name.is_empty());
        if named || !bytes.is_empty() {
            fields.files.push(file(&field, bytes));
        }
    }
    if fields.too_large {
        fields.files.clear();
    }
    Ok(fields)
}

/// The bytes of a part up to a limit, and whether that was all; the rest is read and dropped.
async fn keep(field: &mut Field<'_>, limit: usize) -> Result<(Vec<u8>, bool), Malformed> {
    let (mut bytes, mut whole) = (Vec::new(), true);
    while let Some(chunk) = field.chunk().await.map_err(|_| Malformed)? {
        whole &= bytes.len() + chunk.len() <= limit;
        if whole {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
        }
    }
    Ok((bytes, whole))
}

fn file(field: &Field<'_>, bytes: Vec<u8>) -> File {
    let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
    File { name: clean_name(field.file_name().unwrap_or_default()), content_type, content_id: None, content: Content::Bytes(bytes) }
}
