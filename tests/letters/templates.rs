//! Every text in every language, and the site's own texts over them.

use crate::desk::templates;

#[test]
fn every_mail_renders_in_every_language() {
    let faults = templates().check();
    assert!(faults.is_empty(), "{}", faults.iter().map(|fault| format!("{fault}\n")).collect::<String>());
    assert_eq!(templates().languages().collect::<Vec<_>>(), ["en", "fr"]);
}
