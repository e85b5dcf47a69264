//! What our own receiving server says of the author: `Authentication-Results` (RFC 8601), read by its grammar.
//!
//! Promises: only the topmost field with exactly a configured authserv-id is read, and of it only what the grammar calls
//! a result: comments and quoted strings prove nothing. Excludes: which servers are ours, and what a verdict allows.

/// What the receiving server found, with the words that led there (for `guichet why`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// DMARC passed for this very domain, or a DKIM signature of it (or of a domain above it) did.
    Pass(String),
    /// It came by a way that the domain allows (SPF alone), or under a signature that leaves something out: nothing ties its
    /// words to the author (CASEBOOK A32).
    Weak(String),
    /// DMARC failed, or the server checked another author than the one that we read.
    Fail(String),
    /// Nothing that proves or disproves.
    None(String),
}

/// Judges `from_domain` (A-labels, lower case) by the fields, topmost first, that name one of `authserv_ids`.
///
/// Without configured ids nothing is believed: anyone may write such a field.
pub fn verdict(fields: &[String], authserv_ids: &[String], from_domain: &str) -> Verdict {
    if authserv_ids.is_empty() {
        return Verdict::None("authserv-id unset".to_owned());
    }
    // The topmost one alone: our server puts its field on top, a sender can only add fields below it.
    let ours = fields.iter().find(|field| authserv_id(field).is_some_and(|id| authserv_ids.contains(&id)));
    match ours.map(|field| results(field)) {
        None => Verdict::None("no field of ours".to_owned()),
        Some(None) => Verdict::None("malformed".to_owned()),
        Some(Some(results)) => judge(&results, from_domain),
    }
}

/// One `method=result` with its properties.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    method: String,
    result: String,
    /// `header.from` and the like, lower case, first of each wins.
    properties: Vec<(String, String)>,
}

impl Outcome {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn is(&self, method: &str, result: &str) -> bool {
        self.method == method && self.result == result
    }
}

fn judge(results: &[Outcome], from_domain: &str) -> Verdict {
    let author = |outcome: &Outcome| outcome.property("header.from").map(domain_of);
    let dmarc = || results.iter().filter(|outcome| outcome.method == "dmarc");
    if let Some(failed) = dmarc().find(|outcome| outcome.result == "fail") {
        return Verdict::Fail(told(failed));
    }
    // The server read another author than we did: whoever is right, nobody is proven (CASEBOOK A11).
    if let Some(other) = dmarc().find(|outcome| author(outcome).is_some_and(|domain| domain != from_domain)) {
        return Verdict::Fail(told(other));
    }
    let mut signatures = results.iter().filter(|outcome| outcome.is("dkim", "pass"));
    let signed = signatures.find(|outcome| signer(outcome).is_some_and(|domain| is_aligned(from_domain, &domain)));
    let by_way = signed.is_none() && results.iter().any(|outcome| outcome.is("spf", "pass"));
    match (dmarc().find(|outcome| outcome.result == "pass" && author(outcome).is_some()), signed) {
        (Some(passed), _) if by_way => Verdict::Weak(format!("{} by spf", told(passed))),
        (Some(passed), _) => Verdict::Pass(told(passed)),
        (None, Some(signed)) => Verdict::Pass(told(signed)),
        (None, None) => Verdict::None(results.iter().map(told).collect::<Vec<_>>().join("; ")),
    }
}

/// The signing domain (RFC 6376): `d=`, else the domain of `i=`.
fn signer(outcome: &Outcome) -> Option<String> {
    outcome.property("header.d").or_else(|| outcome.property("header.i")).map(domain_of)
}

/// The same domain, or one of two labels or more above it. A signature by a domain below does not count: who holds a
/// part of a domain does not speak for the whole.
pub fn is_aligned(from_domain: &str, signer: &str) -> bool {
    let above = from_domain.strip_suffix(signer).is_some_and(|rest| rest.ends_with('.'));
    signer == from_domain || above && signer.contains('.')
}

/// The domain of `user@domain`, `@domain` or `domain`, as lower-case A-labels.
fn domain_of(value: &str) -> String {
    let domain = value.rsplit('@').next().unwrap_or_default().trim_end_matches('.');
    idna::domain_to_ascii(domain).unwrap_or_default()
}

/// `method=result` with the property that counts, at most 200 bytes.
fn told(outcome: &Outcome) -> String {
    let property = ["header.from", "header.d", "header.i"].iter().find_map(|name| Some(format!(" {name}={}", outcome.property(name)?)));
    let text = format!("{}={}{}", outcome.method, outcome.result, property.unwrap_or_default());
    text.chars().filter(char::is_ascii_graphic).take(200).collect::<String>().replacen("header.", " header.", 1)
}

/// A lexical token of RFC 8601 section 2.2, comments and white space left out.
#[derive(Debug, PartialEq)]
enum Token {
    /// Atoms and quoted strings that touch each other; `true` when any of it was quoted.
    Word(String, bool),
    Semicolon,
    Equals,
}

/// `None` when a quote or a comment is never closed.
fn tokens(field: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = field.chars().peekable();
    let mut word: Option<(String, bool)> = None;
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let (text, quoted) = word.get_or_insert_default();
                text.push_str(&quoted_string(&mut chars)?);
                *quoted = true;
            }
            // Inside a value `=` is a character: `header.b=AbC=`.
            '=' if !word.as_ref().is_some_and(|_| tokens.last() == Some(&Token::Equals)) => {
                tokens.extend(word.take().map(|(text, quoted)| Token::Word(text, quoted)));
                tokens.push(Token::Equals);
            }
            ';' | '(' | ' ' | '\t' | '\r' | '\n' => {
                tokens.extend(word.take().map(|(text, quoted)| Token::Word(text, quoted)));
                match c {
                    ';' => tokens.push(Token::Semicolon),
                    '(' => comment(&mut chars)?,
                    _ => {}
                }
            }
            c => word.get_or_insert_default().0.push(c),
        }
    }
    tokens.extend(word.map(|(text, quoted)| Token::Word(text, quoted)));
    Some(tokens)
}

fn quoted_string(chars: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut text = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(text),
            '\\' => text.push(chars.next()?),
            c => text.push(c),
        }
    }
}

fn comment(chars: &mut impl Iterator<Item = char>) -> Option<()> {
    let mut depth = 1u32;
    while depth > 0 {
        match chars.next()? {
            '(' => depth += 1,
            ')' => depth -= 1,
            '\\' => drop(chars.next()?),
            _ => {}
        }
    }
    Some(())
}

/// The server that wrote the field, exactly as written.
fn authserv_id(field: &str) -> Option<String> {
    match tokens(field)?.into_iter().next()? {
        Token::Word(id, _) => Some(id),
        _ => None,
    }
}

/// All results of a field; `None` when it breaks the grammar.
fn results(field: &str) -> Option<Vec<Outcome>> {
    let tokens = tokens(field)?;
    let mut sections = tokens.split(|token| *token == Token::Semicolon);
    sections.next()?;
    sections.filter(|section| !section.is_empty() && !says_none(section)).map(outcome).collect()
}

fn says_none(section: &[Token]) -> bool {
    matches!(section, [Token::Word(word, false)] if word.eq_ignore_ascii_case("none"))
}

/// `method[/version]=result [reason=value] [ptype.property=value …]`.
fn outcome(section: &[Token]) -> Option<Outcome> {
    let mut pairs = pairs(section)?.into_iter();
    let (method, result) = pairs.next()?;
    let method = method.split('/').next().unwrap_or_default().trim().to_owned();
    Some(Outcome { method, result, properties: pairs.collect() })
}

/// `name = value` all through; a quoted name is none, and neither is a quoted result.
fn pairs(section: &[Token]) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut rest = section;
    while !rest.is_empty() {
        match rest {
            [Token::Word(name, false), Token::Equals, Token::Word(value, quoted), tail @ ..] if !(pairs.is_empty() && *quoted) => {
                pairs.push((name.to_ascii_lowercase(), value.to_ascii_lowercase()));
                rest = tail;
            }
            // An empty value (`header.i=`), or a stray word: Exchange writes `action=none` and bare words alike.
            [Token::Word(_, _), Token::Equals, tail @ ..] | [Token::Word(_, _), tail @ ..] if !pairs.is_empty() => rest = tail,
            _ => return None,
        }
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASS: &str = "mx.desk.test; dmarc=pass (p=REJECT) header.from=cust.test";

    fn judged(fields: &[&str]) -> Verdict {
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        verdict(&fields, &["mx.desk.test".to_owned()], "cust.test")
    }

    fn passes(field: &str) -> bool {
        matches!(judged(&[field]), Verdict::Pass(_))
    }

    #[test]
    fn a31_only_the_topmost_field_of_ours() {
        let fail = "mx.desk.test; dmarc=fail header.from=cust.test";
        assert!(matches!(judged(&[fail, PASS]), Verdict::Fail(_)));
        assert_eq!(judged(&["(c) MX.DESK.TEST 1; dmarc=pass header.from=cust.test"]), Verdict::None("no field of ours".into()));
        assert!(matches!(judged(&["mx.desk.test.evil.test; dmarc=pass header.from=cust.test"]), Verdict::None(_)));
        assert!(matches!(judged(&["evil.test; dmarc=pass header.from=cust.test", fail]), Verdict::Fail(_)));
        assert_eq!(verdict(&[PASS.to_owned()], &[], "cust.test"), Verdict::None("authserv-id unset".into()));
        assert_eq!(judged(&[PASS]), Verdict::Pass("dmarc=pass header.from=cust.test".into()));
        assert!(matches!(judged(&[]), Verdict::None(_)));
    }

    #[test]
    fn a31_quoted_strings_and_comments_prove_nothing() {
        for field in [
            "mx.desk.test; spf=pass smtp.mailfrom=\"x; dmarc=pass header.from=cust.test\"@evil.test",
            "mx.desk.test; spf=pass (x; dmarc=pass header.from=cust.test) smtp.mailfrom=evil.test",
            "mx.desk.test; spf=pass (x \\) ; dmarc=pass header.from=cust.test) smtp.mailfrom=evil.test",
            "mx.desk.test; spf=none reason=\"a\\\"; dmarc=pass header.from=cust.test\"",
            "mx.desk.test; \"dmarc\"=pass header.from=cust.test",
            "mx.desk.test; dmarc=\"pass\" header.from=cust.test",
            "mx.desk.test; x=\"; dmarc=pass header.from=cust.test",
            "mx.desk.test; (never closed; dmarc=pass header.from=cust.test",
            "mx.desk.test; none",
            "mx.desk.test; spf=pass dmarc=pass header.from=cust.test",
        ] {
            assert!(matches!(judged(&[field]), Verdict::None(_)), "{field} {:?}", judged(&[field]));
        }
    }

    #[test]
    fn a11_the_server_checked_another_author() {
        assert!(matches!(judged(&["mx.desk.test; dmarc=pass header.from=evil.test"]), Verdict::Fail(_)));
        assert!(matches!(judged(&["mx.desk.test; dmarc=pass header.from=evil.test; dkim=pass header.d=cust.test"]), Verdict::Fail(_)));
        assert!(matches!(judged(&["mx.desk.test; dmarc=pass"]), Verdict::None(_)));
        assert!(passes("mx.desk.test; dmarc=pass header.from=Cust.Test."));
    }

    #[test]
    fn signatures_of_the_domain_or_above_it() {
        for (domain, want) in [
            ("cust.test", true),
            ("CUST.test", true),
            ("test", false),
            ("mail.cust.test", false),
            ("xcust.test", false),
            ("evil.test", false),
        ] {
            assert_eq!(passes(&format!("mx.desk.test; dkim=pass header.d={domain} header.s=s1 header.b=\"a/b=\"")), want, "{domain}");
        }
        assert!(passes(
            "mx.desk.test 1; dkim=fail header.d=x.test header.b=Ab/C=; dkim=pass (2048-bit key) header.i=@cust.test header.b=Zz=="
        ));
        let below = verdict(&["mx.desk.test; dkim=pass header.d=cust.test".into()], &["mx.desk.test".into()], "sub.cust.test");
        assert!(matches!(below, Verdict::Pass(_)));
        assert!(!passes("mx.desk.test; dkim=fail header.d=cust.test; spf=pass smtp.mailfrom=cust.test"));
        assert!(matches!(judged(&["mx.desk.test; dkim=pass header.d=cust.test; dmarc=fail header.from=cust.test"]), Verdict::Fail(_)));
    }

    #[test]
    fn a32_a_pass_by_its_way_alone_is_weak() {
        let by_way = "mx.desk.test; dkim=none; spf=pass smtp.mailfrom=cust.test; dmarc=pass header.from=cust.test";
        assert_eq!(judged(&[by_way]), Verdict::Weak("dmarc=pass  header.from=cust.test by spf".replace("  ", " ")));
        let other = "mx.desk.test; dkim=pass header.d=bulk.test; spf=pass smtp.mailfrom=cust.test; dmarc=pass header.from=cust.test";
        assert!(matches!(judged(&[other]), Verdict::Weak(_)));
        assert!(passes("mx.desk.test; dkim=pass header.d=cust.test; spf=pass smtp.mailfrom=cust.test; dmarc=pass header.from=cust.test"));
    }

    #[test]
    fn as_servers_write_it() {
        for field in [
            "mx.desk.test; dkim=pass header.i=@cust.test header.s=20230601 header.b=aBcDeF12; arc=none; spf=pass (mx.desk.test: domain of a@cust.test designates 1.2.3.4 as permitted sender) smtp.mailfrom=a@cust.test; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=cust.test",
            "mx.desk.test; spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=cust.test; dkim=pass (signature was verified) header.d=cust.test;dmarc=pass action=none header.from=cust.test;compauth=pass reason=100",
            "mx.desk.test;\n\tdkim=pass (2048-bit key; unprotected) header.d=cust.test header.i=@cust.test header.a=rsa-sha256 header.s=k1 header.b=x+/y=;\n\tdkim-atps=neutral",
            "mx.desk.test 1; dmarc/1 = pass header.from = cust.test",
        ] {
            assert!(passes(field), "{field} {:?}", judged(&[field]));
        }
    }
}
