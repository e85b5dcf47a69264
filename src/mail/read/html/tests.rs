//! What a person would read in some HTML.

use super::*;

#[test]
fn readable() {
    for (html, want) in [
        ("<p>One<p>Two<br>lines", "One\n\nTwo\nlines"),
        ("<ul><li>a<li>b</ul><ol><li>c</li><li>d</li></ol>", "- a\n- b\n\n1. c\n2. d"),
        ("<table><tr><td>CPU<td>99%<tr><td>RAM<td>80%</table>", "CPU  99%\nRAM  80%"),
        ("see <a href=\"https://x.test/y\">the page</a>.", "see the page <https://x.test/y>."),
        ("<a href=\"https://x.test/\">x.test</a>", "x.test"),
        ("a<div>b</div>c", "a\nb\nc"),
        ("<style>x</style><head><title>t</title></head><b>b</b>", "b"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("x<br><br>y", "x\n\ny"),
        ("<img src=\"cid:1\" alt=\"shot.png\"><img src=http://t/p alt=logo>", "[shot.png]"),
        ("a <b> b </b> c", "a b c"),
    ] {
        assert_eq!(text(html), want, "{html:?}");
    }
}

#[test]
fn d04_what_is_hidden_stays_hidden() {
    for html in [
        "<p style=\"DISPLAY: none\">!close</p>hi",
        "<div hidden>!close</div>hi",
        "<span style='font-size:0px'>!close</span>hi",
        "<!-- !close -->hi",
    ] {
        assert_eq!(text(html), "hi", "{html:?}");
    }
}

#[test]
fn quotes_by_markup() {
    let marks = |html: &str| lines(html).into_iter().map(|l| (l.text, l.quoted, l.rest_quoted)).collect::<Vec<_>>();
    let line = |text: &str, quoted, rest| (text.to_owned(), quoted, rest);
    assert_eq!(
        marks("a<blockquote type=cite>b</blockquote>c"),
        [line("a", false, false), line("", true, false), line("> b", true, false), line("", false, false), line("c", false, false)]
    );
    assert_eq!(marks("a<div class=\"gmail_quote x\">On…</div>"), [line("a", false, false), line("On…", true, false)]);
    assert_eq!(marks("a<div id=divRplyFwdMsg>De :</div>b"), [line("a", false, false), line("De :", false, true), line("b", false, true)]);
    assert_eq!(marks("<blockquote style=\"margin:0 0 0 40px;border:none\">b</blockquote>")[0].0, "b");
}

#[test]
fn f01_deep_and_hostile_html_is_linear() {
    for html in [
        "<div>".repeat(100_000),
        "<blockquote>".repeat(100_000) + "x",
        "<a '".repeat(100_000),
        "<!--".repeat(50_000),
        "</p>".repeat(100_000),
        "<a href='x".repeat(20_000),
    ] {
        assert!(lines(&html).len() <= 100_000);
    }
}
