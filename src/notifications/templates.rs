//! The texts of all mails: embedded ones, and the site's own in a folder over them; strict, compiled when first used.
//!
//! Promises: a template that lacks a counterpart, a translation or a variable is found by [`Templates::load`] or
//! [`Templates::check`], with file and line, not when a mail is due: only what is built in, and nothing of a site's own,
//! is taken as it is, since it was checked when it was built. HTML is escaped, text is not.
//! Excludes: what is put into them (see [`super::views`]), and page templates, which live beside.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use handlebars::{Context, Handlebars, RenderContext, RenderError, Renderable, StringOutput, Template, TemplateError};
use rust_embed::RustEmbed;

use super::language::Words;
use super::sheets::Sheets;
use super::{MailKind, TemplateFault, samples};

/// The language whose `words.toml` all others are compared with.
const REFERENCE: &str = "fr";
/// How the first line of a text template begins.
const SUBJECT: &str = "Subject: ";

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Embedded;

/// A template as bytes, with its path below the templates folder: `fr/mail/update.txt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// Path with slashes.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// All texts, ready to be filled. Cheap to share, never changes.
pub struct Templates {
    text: Handlebars<'static>,
    html: Handlebars<'static>,
    sheets: Sheets,
    /// By path. Few are ever needed: a site speaks one or two languages, and compiling all takes a tenth of a second.
    compiled: BTreeMap<String, OnceLock<Template>>,
    languages: BTreeMap<String, Words>,
}

/// A rendered mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl Templates {
    /// The embedded texts with the site's own over them, file by file. All faults at once.
    pub fn load(over: impl IntoIterator<Item = TemplateFile>) -> Result<Templates, Vec<TemplateFault>> {
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for path in Embedded::iter() {
            if let Some(file) = Embedded::get(&path) {
                files.insert(path.into_owned(), file.data.into_owned());
            }
        }
        let over: Vec<TemplateFile> = over.into_iter().collect();
        let own = !over.is_empty();
        files.extend(over.into_iter().map(|file| (file.path, file.bytes)));
        Templates::of(files, own)
    }

    fn of(files: BTreeMap<String, Vec<u8>>, own: bool) -> Result<Templates, Vec<TemplateFault>> {
        let (sheets, compiled, languages) = Default::default();
        let mut templates = Templates { text: registry(false), html: registry(true), sheets, compiled, languages };
        let mut faults: Vec<TemplateFault> = files.into_iter().filter_map(|(path, bytes)| templates.add(&path, bytes).err()).collect();
        templates.compiled = templates.sheets.mails().map(|path| (path.to_owned(), OnceLock::new())).collect();
        if own {
            faults.extend(templates.broken());
        }
        let missing = templates.incomplete().into_iter();
        let missing: Vec<_> = missing.filter(|gap| faults.iter().all(|fault| fault.template != gap.template)).collect();
        faults.extend(missing);
        if faults.is_empty() { Ok(templates) } else { Err(faults) }
    }

    /// Takes one file in. Pages and their layouts are not ours.
    fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), TemplateFault> {
        let fault = |reason: String| TemplateFault { template: path.to_owned(), reason };
        let parts: Vec<&str> = path.split('/').collect();
        match parts[..] {
            [language, "words.toml"] => {
                let words = utf8(bytes).and_then(|text| Words::parse(&text)).map_err(fault)?;
                self.languages.insert(language.to_owned(), words);
                Ok(())
            }
            ["layout", "mail", _] => utf8(bytes).map(|text| self.sheets.insert(path, text)).map_err(fault),
            [_, "mail", file] if is_kind(file) => utf8(bytes).map(|text| self.sheets.insert(path, text)).map_err(fault),
            ["layout", ..] | [_, "page", ..] => Ok(()),
            _ => Err(fault("no mail is written with this file: is its name right?".into())),
        }
    }

    /// What cannot be compiled. Parts by themselves first: their faults would come back in each mail.
    fn broken(&self) -> Vec<TemplateFault> {
        let parts = self.sheets.parts();
        let parts: Vec<TemplateFault> = parts.filter_map(|(path, text)| Some(self.fault(path, Template::compile(text).err()?))).collect();
        match parts.is_empty() {
            true => self.sheets.mails().filter_map(|path| self.compile(path).err()).collect(),
            false => parts,
        }
    }

    fn compile(&self, path: &str) -> Result<Template, TemplateFault> {
        let text = self.sheets.whole(path);
        if path.ends_with(".txt") && !text.starts_with(SUBJECT) {
            return Err(at(&self.sheets, path, Some(1), &format!("the text begins with `{SUBJECT}`")));
        }
        Template::compile(&text).map_err(|fault| self.fault(path, fault))
    }

    fn fault(&self, path: &str, fault: TemplateError) -> TemplateFault {
        at(&self.sheets, path, fault.pos().map(|(line, _)| line), &fault.reason().to_string())
    }

    /// Each language has each mail in both forms, and all sentences.
    fn incomplete(&self) -> Vec<TemplateFault> {
        let mut faults = Vec::new();
        let reference = self.languages.get(REFERENCE);
        for language in self.folders() {
            for (kind, form) in MailKind::ALL.iter().flat_map(|kind| [(kind, "txt"), (kind, "html")]) {
                let template = format!("{language}/mail/{}.{form}", kind.word());
                if !self.sheets.has(&template) {
                    faults.push(TemplateFault { template, reason: "is missing".into() });
                }
            }
            let template = format!("{language}/words.toml");
            match (self.languages.get(&language), reference) {
                (None, _) => faults.push(TemplateFault { template, reason: "is missing".into() }),
                (Some(words), Some(reference)) => {
                    let differences = words.differences(reference);
                    faults.extend(differences.into_iter().map(|reason| TemplateFault { template: template.clone(), reason }));
                }
                _ => {}
            }
        }
        faults
    }

    /// Languages of which there is anything at all.
    fn folders(&self) -> std::collections::BTreeSet<String> {
        let mails = self.sheets.mails().filter_map(|path| path.split_once('/')).map(|(language, _)| language.to_owned());
        mails.chain(self.languages.keys().cloned()).collect()
    }

    /// Renders every mail in every language for every kind of reader. All faults at once; none when all is well.
    pub fn check(&self) -> Vec<TemplateFault> {
        samples::check(self)
    }

    /// Codes of the languages that have texts, in order.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.keys().map(String::as_str)
    }

    /// The first of the wanted languages that has texts (`fr-CA` reads French); the first of all otherwise.
    pub fn language<'a>(&self, wanted: impl IntoIterator<Item = &'a str>) -> String {
        let primary = wanted.into_iter().map(|code| code.split(['-', '_']).next().unwrap_or(code).to_ascii_lowercase());
        let found = primary.into_iter().find(|code| self.languages.contains_key(code));
        found.or_else(|| self.languages.keys().next().cloned()).unwrap_or_default()
    }

    /// The sentences of a language; those of another where it has none.
    pub fn words(&self, language: &str) -> &Words {
        static NONE: Words = Words::none();
        self.languages.get(language).or_else(|| self.languages.values().next()).unwrap_or(&NONE)
    }

    /// Fills the pair of templates of a mail. The language must be one that [`Templates::language`] gave.
    pub(super) fn render<T: serde::Serialize>(&self, language: &str, kind: MailKind, view: &T) -> Result<Rendered, TemplateFault> {
        let path = |form: &str| format!("{language}/mail/{}.{form}", kind.word());
        let context = Context::wraps(view).map_err(|error| at(&self.sheets, &path("txt"), None, &error.reason().to_string()))?;
        let mail = self.filled(&self.text, &path("txt"), &context)?;
        let html = self.filled(&self.html, &path("html"), &context)?;
        let (subject, text) = mail.split_once('\n').unwrap_or((&mail, ""));
        let subject = subject.strip_prefix(SUBJECT).unwrap_or(subject).trim().to_owned();
        Ok(Rendered { subject, text: text.trim_start_matches('\n').to_owned(), html })
    }

    fn template(&self, path: &str) -> Result<&Template, TemplateFault> {
        let place = self.compiled.get(path).ok_or_else(|| at(&self.sheets, path, None, "is missing"))?;
        if let Some(template) = place.get() {
            return Ok(template);
        }
        // Two threads at once compile the same.
        let template = self.compile(path)?;
        Ok(place.get_or_init(|| template))
    }

    fn filled(&self, registry: &Handlebars<'static>, path: &str, context: &Context) -> Result<String, TemplateFault> {
        let mut output = StringOutput::new();
        let rendered = self.template(path)?.render(registry, context, &mut RenderContext::new(None), &mut output);
        rendered.map_err(|error: RenderError| at(&self.sheets, path, error.line_no, &error.reason().to_string()))?;
        output.into_string().map_err(|error| at(&self.sheets, path, None, &error.to_string()))
    }
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.languages.keys()).finish()
    }
}

fn registry(html: bool) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    if !html {
        registry.register_escape_fn(handlebars::no_escape);
    }
    registry
}

fn is_kind(file: &str) -> bool {
    let word = file.rsplit_once('.').map_or(file, |(word, _)| word);
    MailKind::ALL.iter().any(|kind| kind.word() == word)
}

fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "is no UTF-8".to_owned())
}

/// A fault where it was written.
fn at(sheets: &Sheets, path: &str, line: Option<usize>, reason: &str) -> TemplateFault {
    match line.map(|line| sheets.origin(path, line)) {
        Some((template, line)) => TemplateFault { template, reason: format!("line {line}: {reason}") },
        None => TemplateFault { template: path.to_owned(), reason: reason.to_owned() },
    }
}
