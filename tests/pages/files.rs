//! What came with mails: images in place, files to download, HTML that says what its mail says.

use axum::http::StatusCode;
use guichet::store::Reads;

use crate::desk::Behind;
use crate::stories::{opened, path, png};
use crate::world::{Mail, World};

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A screenshot as base64: one pixel would be a spacer, and is not shown.
fn shot() -> String {
    data_encoding::BASE64.encode(&png(40, 20))
}

/// A mail of alice's with these parts besides its HTML: (header lines, base64).
fn with_parts(html: &str, parts: &[(&str, &str)]) -> (Behind, String) {
    let mut body = String::from("Content-Type: multipart/related; boundary=B\n\n--B\nContent-Type: text/html; charset=utf-8\n\n");
    body += html;
    for (head, content) in parts {
        body += &format!("\n--B\n{head}\nContent-Transfer-Encoding: base64\n\n{content}");
    }
    body += "\n--B--\n";
    let mut world = World::new();
    world.receives(&Mail::new("alice@cust.test").body(&body));
    let ack = world.letter_to_any("alice@cust.test");
    (Behind::new(world), path(&ack.links[0]))
}

fn image(cid: &str) -> String {
    format!("Content-Type: image/png; name=capture.png\nContent-ID: <{cid}>\nContent-Disposition: inline; filename=capture.png")
}

/// Addresses of files on a page.
fn urls(text: &str) -> Vec<String> {
    let found = regex::Regex::new(r#"(?:src|href)="(/l/[^"]+/f/[^"]+)""#).unwrap();
    let mut urls: Vec<String> = found.captures_iter(text).map(|url| url[1].to_owned()).collect();
    urls.dedup();
    urls
}

#[tokio::test]
async fn p32_images_of_a_mail_stand_in_their_place() {
    let html = "<p>Voici <b>l'erreur</b> :</p><p><img src=\"cid:shot@x\"></p><p>Merci d'avance pour votre aide.</p>";
    let (desk, link) = with_parts(html, &[(&image("shot@x"), &shot())]);
    let client = desk.client();
    let page = client.get(&link).await;
    let urls = urls(&page.text());
    assert_eq!(urls.len(), 1, "{}", page.text());
    assert!(page.has(&format!("<b>l'erreur</b> :</p><p><img src=\"{}\"", urls[0])), "{}", page.text());
    let shown = client.get(&urls[0]).await;
    assert_eq!((shown.status, shown.header("content-type")), (StatusCode::OK, "image/png"));
    assert!(shown.header("content-disposition").starts_with("inline; filename=\"capture.png\""));
    assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn g01_g04_hostile_html_is_shown_as_its_words() {
    let html = "<p>Bonjour, regardez ceci</p><script>alert(1)</script><img src=http://evil.test/t.gif><style>p{position:fixed}</style>\
                <p onclick=alert(1)>et cela aussi</p>";
    let (desk, link) = with_parts(html, &[]);
    let page = desk.client().get(&link).await;
    assert!(page.has("Bonjour, regardez ceci") && page.has("et cela aussi"), "{}", page.text());
    for bad in ["<script", "evil", "onclick", "position"] {
        assert!(!page.has(bad), "{bad}\n{}", page.text());
    }
}

#[tokio::test]
async fn b01_c12_c15_html_that_says_more_than_its_words_is_not_shown() {
    let story = opened();
    let root = story.desk.with(|world| world.ticket(1).root_message_id.unwrap());
    let leak = format!("https://desk.test{}", story.page);
    let html = format!(
        "Content-Type: text/html; charset=utf-8\n\n<p>Merci, je <a href=\"http://evil.test/\">clique ici</a> demain.</p>\
         <div class=\"gmail_quote\">Le lundi 5 janvier 2026, Support a écrit :<blockquote>mots cités {leak}</blockquote></div>\n"
    );
    story.desk.with(|world| world.receives(&Mail::new("bob@cust.test").reply_to_id(&root).body(&html)));
    let page = story.desk.client().get(&story.link_of("bob@cust.test")).await;
    assert!(page.has("Merci, je clique ici"), "{}", page.text());
    assert!(!page.has("mots cités") && !page.has(&story.page[3..]) && !page.has("<a href=\"http"), "{}", page.text());
}

#[tokio::test]
async fn c24_c25_files_are_downloads_whatever_they_claim() {
    let html_file = "PGh0bWw+PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==";
    let attached = |kind: &str, name: &str| format!("Content-Type: {kind}\nContent-Disposition: attachment; filename=\"{name}\"");
    let (desk, link) = with_parts(
        "<p>Bonjour, voici quelques fichiers pour vous.</p>",
        &[
            (&attached("text/html", "x.html"), html_file),
            (&attached("image/svg+xml", "x.svg"), "PHN2ZyBvbmxvYWQ9YWxlcnQoMSkvPg=="),
            (&attached("image/png", "false.png"), html_file),
            (&attached("application/pdf", "x.pdf"), "JVBERi0xLjc="),
            (&attached("image/png", "..\\\\..\\\\etc/true\u{202e}.png"), PNG),
        ],
    );
    let client = desk.client();
    let urls = urls(&client.get(&link).await.text());
    assert_eq!(urls.len(), 5);
    for (at, url) in urls.iter().enumerate() {
        let file = client.get(url).await;
        let (kind, how) = if at == 4 { ("image/png", "inline") } else { ("application/octet-stream", "attachment") };
        assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, kind), "{url}");
        let disposition = file.header("content-disposition");
        assert!(disposition.starts_with(&format!("{how}; filename=\"")) && !disposition.contains(['/', '\\']), "{disposition}");
        assert_eq!(file.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(file.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn b15_files_need_a_live_link_that_shows_them() {
    let html = "<p>Voici la photo de l'imprimante en panne.</p><img src=\"cid:shot@x\">";
    let (desk, link) = with_parts(html, &[(&image("shot@x"), &shot())]);
    let client = desk.client();
    let url = urls(&client.get(&link).await.text()).remove(0);
    assert_eq!(client.get(&url).await.status, StatusCode::OK);
    let (event, part) = url.rsplit_once('/').map(|(rest, part)| (rest.rsplit_once('/').unwrap().1, part)).unwrap();
    for wrong in [
        format!("{link}/f/{event}/9999999"),
        format!("{link}/f/99/{part}"),
        format!("{link}/f/-1/{part}"),
        format!("{link}/f/{event}/x"),
        format!("/f/{event}/{part}"),
        format!("/l/{}/f/{event}/{part}", "A".repeat(43)),
    ] {
        assert_eq!(client.get(&wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    desk.world().later(jiff::SignedDuration::from_hours(24 * 400));
    assert_eq!(client.get(&url).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn c30_too_large_files_are_refused_and_the_text_is_kept() {
    let story = opened();
    let client = story.desk.client();
    let form = client.get(&story.page).await.form("reply");
    let large = vec![7_u8; 25_000_001];
    let texts = [("nonce", &*form.nonce), ("text", "Voir la vidéo"), ("press", "reply")];
    let answer = client.upload(&form.action, &texts, &[("film.mp4", &large)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.has("trop volumineux") && answer.has("Voir la vidéo"));
    let three: Vec<(&str, &[u8])> = vec![("a.bin", &large[..20_000_000]), ("b.bin", &large[..20_000_000]), ("c.bin", &large[..20_000_000])];
    assert_eq!(client.upload(&form.action, &texts, &three).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(story.desk.pressed(), 0);
    // The number comes first, or nothing is kept.
    let late = [("text", "x"), ("press", "reply")];
    assert_eq!(client.upload(&form.action, &late, &[("a.txt", b"x")]).await.status, StatusCode::BAD_REQUEST);
    let events = story.desk.world().gateway.store().events(1).unwrap();
    assert!(events.iter().all(|event| event.text.as_deref() != Some("Voir la vidéo")));
}

#[tokio::test]
async fn row16_a_link_says_where_it_leads_and_pictures_of_a_signature_are_there_for_whoever_looks() {
    let logo = "Content-Type: image/png; name=logo.png\nContent-Disposition: inline; filename=logo.png\nContent-ID: <logo@x>";
    let (desk, link) = with_parts("<p>Bonjour, voyez <a href=\"https://evil.test/photo\">la <b>photo</b></a>.</p>", &[]);
    let page = desk.client().get(&link).await;
    assert!(page.has("<b>photo</b> <span class=\"where\">‹<b>evil.test</b>/photo›</span>"), "{}", page.text());
    let (desk, link) = with_parts("<p>Rien ne marche.</p><p>-- <br>Alice Martin<br><img src=\"cid:logo@x\"></p>", &[(logo, PNG)]);
    let client = desk.client();
    let page = client.get(&link).await;
    assert!(page.has("Images de la signature") && !page.has("<img"), "{}", page.text());
    let picture = regex::Regex::new(r#"href="(/l/[^"]+/f/[^"]+)"><bdi>logo.png"#).unwrap();
    let path = picture.captures(&page.text()).unwrap()[1].to_owned();
    let file = client.get(&path).await;
    assert_eq!(file.status, axum::http::StatusCode::OK);
    assert!(client.get(&path.replace("/f/1/", "/f/9/")).await.status != axum::http::StatusCode::OK);
}
