//! The texts of mails and pages: the built-in ones, and the site's own in a folder over them.

use std::path::Path;
use std::sync::Arc;

use crate::notifications::{TemplateFault, TemplateFile, Templates};
use crate::web::Texts;

/// Folders below the templates folder are two deep: `fr/mail`.
const DEPTH: usize = 3;

/// All texts, ready. Every fault of a site's own folder at once, with file and line: files that cannot be read, templates that
/// do not compile, lack a counterpart or name what no mail has. What is built in was checked when it was built.
pub fn load(folder: Option<&Path>) -> Result<Templates, Vec<TemplateFault>> {
    let templates = Templates::load(folder.map(read).transpose().map_err(|fault| vec![fault])?.unwrap_or_default())?;
    let faults = if folder.is_some() { templates.check() } else { vec![] };
    if faults.is_empty() { Ok(templates) } else { Err(faults) }
}

/// What the pages say, in the words of these mails' texts and with the site's own templates.
pub fn pages(folder: Option<&Path>, templates: Arc<Templates>) -> Result<Texts, Vec<TemplateFault>> {
    let over = folder.map(read).transpose().map_err(|fault| vec![fault])?.unwrap_or_default();
    let texts = Texts::load(templates, &over)?;
    let faults = if folder.is_some() { texts.check() } else { vec![] };
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

/// All files below a folder, with paths as the built-in templates have them. Hidden files are left out.
fn read(folder: &Path) -> Result<Vec<TemplateFile>, TemplateFault> {
    let mut files = Vec::new();
    walk(folder, "", DEPTH, &mut files)?;
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<TemplateFile>) -> Result<(), TemplateFault> {
    let unreadable = |fault: std::io::Error| TemplateFault { template: folder.display().to_string(), reason: fault.to_string() };
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if entry.path().is_dir() && depth > 0 {
            walk(&entry.path(), &format!("{path}/"), depth - 1, files)?;
        } else {
            let bytes = std::fs::read(entry.path()).map_err(unreadable)?;
            files.push(TemplateFile { path, bytes });
        }
    }
    Ok(())
}
