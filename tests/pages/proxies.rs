//! The example configurations of reverse proxies, in front of the real program: what they hide, forward and refuse. Run where
//! nginx and Caddy are installed (`scripts/test` installs them).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::program::{Program, until};

const HOST: &str = "desk.example.org";
const NGINX: &str = include_str!("../../deploy/nginx.conf");
const CADDY: &str = include_str!("../../deploy/Caddyfile");
const TOKEN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";

/// A proxy before the program, with a certificate of its own.
struct Proxied {
    program: Program,
    proxy: Child,
    port: u16,
    log: PathBuf,
    tls: Arc<ClientConfig>,
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Where the program is, if this machine has it.
fn installed(name: &str) -> Option<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/usr/local/bin"].iter().map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
}

/// A certificate for the host, in files; and a client that trusts it.
fn certified(folder: &Path) -> (PathBuf, PathBuf, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).unwrap();
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let ring = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
    (cert, key, Arc::new(tls.with_root_certificates(roots).with_no_client_auth()))
}

impl Proxied {
    fn start(begin: impl FnOnce(&Program, (&Path, &Path), u16) -> (Command, PathBuf)) -> Proxied {
        let web = "sso_header = \"Remote-Email\"\ntrusted_proxies = [\"127.0.0.1\"]\n";
        let program = Program::with(Some(&format!("https://{HOST}")), web);
        let (cert, key, tls) = certified(&program.path(""));
        let port = free_port();
        let (mut command, log) = begin(&program, (&cert, &key), port);
        let proxy = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        until("the proxy", || TcpStream::connect(("127.0.0.1", port)).ok());
        Proxied { program, proxy, port, log, tls }
    }

    /// Says this over TLS and answers all that comes back; a proxy may close before it has read everything.
    fn says(&self, head: &str, body: &[u8]) -> String {
        let name = ServerName::try_from(HOST).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut tls = StreamOwned::new(ClientConnection::new(self.tls.clone(), name).unwrap(), stream);
        write!(tls, "{head}\r\nHost: {HOST}\r\nConnection: close\r\n\r\n").unwrap();
        let _ = tls.write_all(body);
        let mut answer = Vec::new();
        let _ = tls.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str, header: &str) -> String {
        self.says(&format!("GET {path} HTTP/1.1\r\n{header}"), b"")
    }

    /// A request from the form, with a file of so many bytes.
    fn posts(&self, bytes: usize) -> String {
        let page = self.get("/new/dsi/-", "Accept: text/html");
        let of = |pattern: &str| regex::Regex::new(pattern).unwrap().captures(&page).unwrap()[1].to_owned();
        let (cookie, nonce) = (of("(?i)set-cookie: ([^;]+);"), of("name=\"nonce\" value=\"([^\"]+)\""));
        let texts = [("nonce", &*nonce), ("title", "Plan"), ("text", "Voici le plan."), ("address", "zoe@cust.test"), ("press", "new")];
        let part = |(name, text): (&str, &str)| format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        let texts: String = texts.into_iter().map(part).collect();
        let file = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"plan.bin\"\r\n\r\n";
        let body = [texts.as_bytes(), file.as_bytes(), &vec![b'x'; bytes], b"\r\n--B--\r\n"].concat();
        let head = format!(
            "POST /new/dsi/- HTTP/1.1\r\nOrigin: https://{HOST}\r\nCookie: {cookie}\r\n\
             Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {}",
            body.len()
        );
        self.says(&head, &body)
    }
}

impl Drop for Proxied {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.proxy.id().to_string()]).status();
        let _ = self.proxy.wait();
    }
}

/// What both examples promise.
fn keeps_its_promises(proxied: &Proxied) {
    let page = proxied.get("/sign-in", "Accept-Language: fr");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Recevoir un lien"), "{page}");
    let headers = page.split("\r\n\r\n").next().unwrap().to_lowercase();
    assert!(headers.contains("set-cookie: __host-guichet-browser=") && headers.contains("; secure"), "{headers}");
    // A visitor's own claims of who they are do not come through; this proxy's would be believed.
    let claims = "Remote-Email: karim@desk.test";
    assert!(proxied.get("/desk/pool", claims).starts_with("HTTP/1.1 303"), "{}", proxied.get("/desk/pool", claims));
    assert_eq!(proxied.program.says(&format!("GET /desk/pool HTTP/1.1\r\nHost: {HOST}\r\n{claims}")), 200);
    let figures = proxied.get("/metrics", "A: b");
    assert!(figures.starts_with("HTTP/1.1 403") || figures.starts_with("HTTP/1.1 404"), "{figures}");
    assert!(proxied.get(&format!("/l/{TOKEN}?x=y"), "Referer: https://elsewhere.test/secret").starts_with("HTTP/1.1 404"));
    // A form with large files comes through; more than any form may have does not.
    let ours = proxied.posts(9_000_000);
    assert!(ours.starts_with("HTTP/1.1 303"), "{ours:.300}");
    let large = proxied.posts(60 << 20);
    assert!(large.is_empty() || large.starts_with("HTTP/1.1 413") || large.starts_with("HTTP/1.1 502"), "{large:.300}");
    let head = format!("POST /l/{TOKEN}/answer HTTP/1.1\r\nContent-Length: 999999999");
    assert!(!proxied.says(&head, b"x").starts_with("HTTP/1.1 2"));
    let log = until("the log", || std::fs::read_to_string(&proxied.log).ok().filter(|log| log.contains(&TOKEN[..8])));
    let errors = std::fs::read_to_string(proxied.log.with_file_name("error.log")).unwrap_or_default();
    for log in [&log, &errors] {
        assert!(!log.contains(&TOKEN[..9]) && !log.contains("elsewhere.test"), "{log}");
    }
}

#[test]
fn l03_l09_nginx_hides_and_forwards_what_it_should() {
    let Some(nginx) = installed("nginx") else { return eprintln!("nginx is not installed here") };
    let proxied = Proxied::start(|program, (cert, key), port| {
        let (folder, plain) = (program.path(""), free_port());
        let log = folder.join("access.log");
        let sites: String = NGINX
            .lines()
            .filter(|line| !line.contains("listen [::]"))
            .map(|line| line.to_owned() + "\n")
            .collect::<String>()
            .replace("listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl"))
            .replace("listen 80", &format!("listen 127.0.0.1:{plain}"))
            .replace("/etc/letsencrypt/live/desk.example.org/fullchain.pem", &cert.display().to_string())
            .replace("/etc/letsencrypt/live/desk.example.org/privkey.pem", &key.display().to_string())
            .replace("/var/log/nginx/guichet.log", &log.display().to_string())
            .replace("/var/log/nginx/guichet.error.log", &folder.join("error.log").display().to_string())
            .replace("127.0.0.1:8025", &format!("127.0.0.1:{}", program.port));
        let at = folder.display();
        let whole = format!(
            "daemon off;\nuser root;\npid {at}/nginx.pid;\nerror_log {at}/nginx.log;\nevents {{}}\nhttp {{\n\
             client_body_temp_path {at}/body;\nproxy_temp_path {at}/proxy;\nfastcgi_temp_path {at}/f;\nuwsgi_temp_path {at}/u;\nscgi_temp_path {at}/s;\n{sites}}}\n"
        );
        let path = folder.join("nginx.conf");
        std::fs::write(&path, whole).unwrap();
        let tested = Command::new(&nginx).arg("-t").arg("-c").arg(&path).output().unwrap();
        assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stderr));
        let mut command = Command::new(&nginx);
        command.arg("-c").arg(path);
        (command, log)
    });
    keeps_its_promises(&proxied);
}

#[test]
fn l03_l09_caddy_hides_and_forwards_what_it_should() {
    let Some(caddy) = installed("caddy") else { return eprintln!("Caddy is not installed here") };
    let proxied = Proxied::start(|program, (cert, key), port| {
        let folder = program.path("");
        let (log, errors) = (folder.join("access.log"), folder.join("error.log"));
        let ports =
            format!("{{\n\tadmin off\n\tauto_https disable_redirects\n\thttps_port {port}\n\tlog {{\n\t\toutput file {}", errors.display());
        let site = format!("{HOST} {{\n\tbind 127.0.0.1\n\ttls {} {}", cert.display(), key.display());
        let text = CADDY
            .replacen("{\n\tlog {", &ports, 1)
            .replace("desk.example.org {", &site)
            .replace("/var/log/caddy/guichet.log", &log.display().to_string())
            .replace("127.0.0.1:8025", &format!("127.0.0.1:{}", program.port));
        let path = folder.join("Caddyfile");
        std::fs::write(&path, text).unwrap();
        let mut command = Command::new(&caddy);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(path).env("HOME", &folder).env("XDG_DATA_HOME", &folder);
        (command, log)
    });
    keeps_its_promises(&proxied);
}
