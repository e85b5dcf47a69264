//! The templates of pages: one structure for all languages in `layout/page/`, sentences in each language's `words.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use handlebars::{Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, RenderErrorReason, ScopedJson};
use rust_embed::RustEmbed;
use serde::Serialize;

use super::sample;
use crate::notifications::{TemplateFault, TemplateFile, Templates, Words};

#[derive(RustEmbed)]
#[folder = "templates/layout/page/"]
struct Embedded;

/// Where a site's own templates of pages lie in its folder.
const FOLDER: &str = "layout/page/";

/// All texts of the pages, ready to be filled. Never changes.
pub struct Texts {
    pages: Handlebars<'static>,
    templates: Arc<Templates>,
}

impl Texts {
    /// The embedded templates with the site's own over them, file by file; sentences are those of the mails' texts. All
    /// faults at once.
    pub fn load<'a>(templates: Arc<Templates>, over: impl IntoIterator<Item = &'a TemplateFile>) -> Result<Texts, Vec<TemplateFault>> {
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for path in Embedded::iter() {
            files.extend(Embedded::get(&path).map(|file| (path.into_owned(), file.data.into_owned())));
        }
        let own = over.into_iter().filter_map(|file| Some((file.path.strip_prefix(FOLDER)?.to_owned(), file.bytes.clone())));
        files.extend(own);
        let mut texts = Texts { pages: registry(templates.clone()), templates };
        let faults: Vec<TemplateFault> = files.into_iter().filter_map(|(path, bytes)| texts.add(&path, bytes).err()).collect();
        if faults.is_empty() { Ok(texts) } else { Err(faults) }
    }

    fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), TemplateFault> {
        let fault = |reason: String| TemplateFault { template: format!("{FOLDER}{path}"), reason };
        let name = path.strip_suffix(".html").ok_or_else(|| fault("a page's template ends in .html".into()))?;
        let text = String::from_utf8(bytes).map_err(|_| fault("is not UTF-8".into()))?;
        self.pages.register_template_string(name, text).map_err(|error| {
            let line = error.pos().map(|(line, _)| format!("line {line}: ")).unwrap_or_default();
            fault(format!("{line}{}", error.reason()))
        })
    }

    /// Renders every page in every language. All faults at once; none when all is well.
    pub fn check(&self) -> Vec<TemplateFault> {
        sample::check(self)
    }

    /// The first of the wanted languages that has texts.
    pub fn language<'a>(&self, wanted: impl IntoIterator<Item = &'a str>) -> String {
        self.templates.language(wanted)
    }

    /// The sentences of a language.
    pub fn words(&self, language: &str) -> &Words {
        self.templates.words(language)
    }

    /// Codes of the languages that have texts.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.templates.languages()
    }

    /// Fills a page.
    pub fn render<T: Serialize>(&self, name: &str, view: &T) -> Result<String, TemplateFault> {
        let fault = |error: RenderError| {
            let template = error.template_name.as_deref().unwrap_or(name);
            let line = error.line_no.map(|line| format!("line {line}: ")).unwrap_or_default();
            TemplateFault { template: format!("{FOLDER}{template}.html"), reason: format!("{line}{}", error.reason()) }
        };
        let context = Context::wraps(view).map_err(|error| TemplateFault { template: name.to_owned(), reason: error.to_string() })?;
        self.pages.render_with_context(name, &context).map_err(fault)
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.pages.get_templates().keys()).finish()
    }
}

fn registry(templates: Arc<Templates>) -> Handlebars<'static> {
    let mut pages = Handlebars::new();
    pages.set_strict_mode(true);
    pages.set_prevent_indent(true);
    pages.register_helper("say", Box::new(Say(templates)));
    pages
}

/// `{{say "page.answer.heading" who=asker}}`: a sentence in the page's language, escaped with its values.
struct Say(Arc<Templates>);

impl HelperDef for Say {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let key = helper.param(0).and_then(|key| key.value().as_str()).unwrap_or_default();
        let language = context.data().get("language").and_then(|language| language.as_str()).unwrap_or_default();
        let words = self.0.words(language);
        if words.get(key).is_none() {
            return Err(RenderErrorReason::Other(format!("`{key}` is no sentence of {language}/words.toml")).into());
        }
        let values: Vec<(&str, String)> = helper.hash().iter().map(|(name, value)| (*name, value.render())).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(ScopedJson::Derived(words.say(key, &values).into()))
    }
}
