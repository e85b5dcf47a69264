//! An SMTP sink that notes when it accepts, and a wire to the IMAP server that notes when a notification passes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Accepts everything, as light as it gets.
pub struct Sink {
    pub port: u16,
    count: Arc<AtomicU64>,
    times: Arc<Mutex<Vec<Instant>>>,
}

impl Sink {
    pub fn start() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Sink { port: listener.local_addr().unwrap().port(), count: Arc::default(), times: Arc::default() };
        let (count, times) = (sink.count.clone(), sink.times.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (count, times) = (count.clone(), times.clone());
                std::thread::spawn(move || serve(stream, &count, &times));
            }
        });
        sink
    }

    pub fn accepted(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// When the first mail after the first `before` was accepted.
    pub fn last_batch(&self, before: u64) -> Instant {
        self.times.lock().unwrap()[before as usize]
    }
}

fn serve(mut stream: TcpStream, count: &AtomicU64, times: &Mutex<Vec<Instant>>) {
    stream.set_nodelay(true).ok();
    let mut reader = BufReader::with_capacity(1 << 16, stream.try_clone().unwrap());
    let (mut data, mut out, mut line) = (false, b"220 sink\r\n".to_vec(), Vec::new());
    loop {
        if !out.is_empty() && reader.buffer().is_empty() {
            if stream.write_all(&out).is_err() {
                return;
            }
            out.clear();
        }
        line.clear();
        if reader.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
            return;
        }
        if data {
            if line == b".\r\n" {
                data = false;
                times.lock().unwrap().push(Instant::now());
                count.fetch_add(1, Ordering::Release);
                out.extend(b"250 ok\r\n");
            }
            continue;
        }
        match line.get(..4).unwrap_or(&line).to_ascii_uppercase().as_slice() {
            b"EHLO" => out.extend(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"),
            b"DATA" => {
                data = true;
                out.extend(b"354 go\r\n");
            }
            b"QUIT" => {
                stream.write_all(b"221 bye\r\n").ok();
                return;
            }
            _ => out.extend(b"250 ok\r\n"),
        }
    }
}

/// Passes bytes both ways.
pub struct Wire {
    pub port: u16,
    notified: Arc<Mutex<Option<Instant>>>,
    idling: Arc<AtomicBool>,
}

impl Wire {
    pub fn start(to: u16) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Wire { port: listener.local_addr().unwrap().port(), notified: Arc::default(), idling: Arc::default() };
        let (notified, idling) = (wire.notified.clone(), wire.idling.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(("127.0.0.1", to)).unwrap();
                client.set_nodelay(true).ok();
                server.set_nodelay(true).ok();
                let (from, back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let idle = idling.clone();
                std::thread::spawn(move || {
                    pass(from, back, |bytes| {
                        if holds(bytes, b"DONE") {
                            idle.store(false, Ordering::SeqCst)
                        }
                    })
                });
                let (note, idle) = (notified.clone(), idling.clone());
                std::thread::spawn(move || {
                    pass(server, client, |bytes| {
                        if holds(bytes, b"+ idling") {
                            idle.store(true, Ordering::SeqCst);
                        }
                        if holds(bytes, b"EXISTS") && idle.load(Ordering::SeqCst) {
                            note.lock().unwrap().get_or_insert_with(Instant::now);
                        }
                    })
                });
            }
        });
        wire
    }

    pub fn idling(&self) -> bool {
        self.idling.load(Ordering::SeqCst)
    }

    pub fn reset(&self) {
        *self.notified.lock().unwrap() = None;
    }

    pub fn notified(&self) -> Instant {
        self.notified.lock().unwrap().expect("the server notified")
    }
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&[u8])) {
    let mut buffer = [0; 65536];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 {
            break;
        }
        look(&buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    to.shutdown(std::net::Shutdown::Both).ok();
}
