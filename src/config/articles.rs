//! The folder of articles that the organisation file names: read, and checked beside it. All faults at once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::fault::{Fault, Faults};
use super::meant::shown;
use crate::desk::Organisation;
use crate::knowledge::{Article, Filed};

/// Bytes of one file.
const FILE_MAX: u64 = 256 << 10;
/// Articles of one desk.
const FILES_MAX: usize = 5000;

/// Reads the articles of an organisation file; none where it names no folder: then those that there are stay as they are.
pub fn read_articles(file: &Path, organisation: &Organisation) -> Result<Option<Vec<Filed>>, Faults> {
    let Some(folder) = &organisation.articles else { return Ok(None) };
    let folder = file.parent().unwrap_or(Path::new("")).join(folder);
    let refuse = |error: io::Error| Fault::of_file(&shown(&folder), format!("the articles cannot be read: {error}"));
    let files = listed(&folder).map_err(refuse)?;
    if files.len() > FILES_MAX {
        return Err(Fault::of_file(&shown(&folder), format!("more than {FILES_MAX} articles")).into());
    }
    let (mut filed, mut faults): (Vec<Filed>, Vec<Fault>) = (vec![], vec![]);
    for file in files {
        match one(&file).and_then(|one| beside(&file, one, (&filed, organisation))) {
            Ok(one) => filed.push(one),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(Some(filed)) } else { Err(Faults(faults)) }
}

/// Markdown files, by name; those that begin with a dot or an underscore, and READMEs, are none.
fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".md") && !name.starts_with(['.', '_']) && name != "README.md" {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn one(path: &Path) -> Result<Filed, Fault> {
    let refuse = |reason: String| Fault::of_file(&shown(path), reason);
    let size = fs::metadata(path).map_err(|error| refuse(error.to_string()))?.len();
    if size > FILE_MAX {
        return Err(refuse(format!("{size} bytes; {FILE_MAX} at most")));
    }
    let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let article = Article::read(&text).map_err(|(line, reason)| Fault { line: Some(line), column: Some(1), ..refuse(reason) })?;
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Filed { article, file, hash: blake3::hash(text.as_bytes()).to_hex().to_string() })
}

/// Numbers stand once, and what is named is there.
fn beside(path: &Path, one: Filed, (others, organisation): (&[Filed], &Organisation)) -> Result<Filed, Fault> {
    let Article { number, service, category, .. } = &one.article;
    let twin = others.iter().find(|other| other.article.number == *number);
    let reason = match () {
        () if twin.is_some() => format!("number: {number} is the number of {} already", twin.map_or("", |other| &other.file)),
        () if !service.is_empty() && organisation.service(service).is_none() => "service: there is no service of this key".to_owned(),
        () if !category.is_empty() && organisation.category(service, category).is_none() => {
            "category: the service has no category of this key".to_owned()
        }
        () => return Ok(one),
    };
    Err(Fault { line: Some(2), column: Some(1), ..Fault::of_file(&shown(path), reason) })
}
