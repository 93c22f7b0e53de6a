// SPDX-License-Identifier: Apache-2.0
//! The crate `spiel` (its client and its reader) against the daemon on the session bus; TAP.
use spiel::{Client, EventType, MessageOwned, Reader};
use std::collections::HashMap;
use std::io::Read;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};
use zbus::zvariant::{OwnedValue, Value};

const NAME: &str = "org.sori.Speech.Provider";
const PATH: &str = "/org/sori/Speech/Provider";
const OURS: &str = "org.sori.Speech1";

struct Tap {
    count: u32,
    failures: u32,
}

impl Tap {
    fn ok(&mut self, fine: bool, name: &str, detail: String) {
        self.count += 1;
        self.failures += u32::from(!fine);
        println!("{} {} - {name}", if fine { "ok" } else { "not ok" }, self.count);
        if !detail.is_empty() {
            println!("# {detail}");
        }
    }
}

/// What a framed stream says, in short.
#[derive(Default, Debug)]
struct Heard {
    version: String,
    words: Vec<(u32, u32)>,
    audio: usize,
    largest: usize,
    before: Vec<usize>,
}

fn parse(bytes: Vec<u8>) -> Heard {
    let mut reader = Reader::from(bytes);
    let mut heard = Heard::default();
    while let Ok(message) = reader.try_read() {
        match message {
            MessageOwned::Version(version) => heard.version = version.to_string(),
            MessageOwned::Audio(audio) => {
                heard.audio += audio.len();
                heard.largest = heard.largest.max(audio.len());
            }
            MessageOwned::Event(event) => {
                if event.typ == EventType::Word {
                    heard.words.push((event.start, event.end));
                    heard.before.push(heard.audio);
                }
            }
        }
    }
    heard
}

fn running(connection: &zbus::blocking::Connection) -> usize {
    let reply = connection.call_method(Some(NAME), PATH, Some(OURS), "Status", &()).unwrap();
    type Jobs = Vec<(u32, String, String, String, u32, u32)>;
    let body = reply.body();
    let (jobs, _): (Jobs, HashMap<String, OwnedValue>) = body.deserialize().unwrap();
    jobs.len()
}

/// Speaks through our own interface and collects the signals until the job is over.
fn speak(connection: &zbus::blocking::Connection, method: &str, text: &str) -> (bool, Vec<String>) {
    let rule = format!("type='signal',sender='{NAME}',interface='{OURS}'");
    let signals = zbus::blocking::MessageIterator::for_match_rule(
        rule.as_str(), connection, Some(1000)).unwrap();
    let options: HashMap<&str, Value> = HashMap::from([("voice", Value::from("quick"))]);
    let reply = connection
        .call_method(Some(NAME), PATH, Some(OURS), method, &(text, options)).unwrap();
    let job: u32 = reply.body().deserialize().unwrap();
    let mut names = Vec::new();
    let mut ours = true;
    for signal in signals {
        let signal = signal.unwrap();
        let name = signal.header().member().unwrap().to_string();
        let body = signal.body();
        match name.as_str() {
            "Finished" => {
                let (id, reason, _): (u32, String, String) = body.deserialize().unwrap();
                ours &= id == job;
                names.push(format!("Finished:{reason}"));
                break;
            }
            "Word" => {
                let (id, start, end): (u32, u32, u32) = body.deserialize().unwrap();
                ours &= id == job;
                names.push(format!("Word:{start}-{end}"));
            }
            "Text" => {
                let (id, piece): (u32, String) = body.deserialize().unwrap();
                ours &= id == job;
                names.push(format!("Text:{piece}"));
            }
            _ => names.push(name),
        }
    }
    (ours, names)
}

async fn run(tap: &mut Tap) {
    let client = Client::new().await.unwrap();
    let connection = zbus::blocking::Connection::session().unwrap();
    let providers = client.list_providers().await.unwrap();
    tap.ok(providers.len() == 1, "one provider is found", format!("{}", providers.len()));
    let provider = &providers[0];
    let name = provider.name().await.unwrap();
    tap.ok(name == "Sori", "it has a name", name);
    let voices = provider.voices().await.unwrap();
    tap.ok(voices.len() >= 2, "it has voices", format!("{voices:?}"));

    let say = async |text: &str, voice: &str| {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let since = Instant::now();
        provider.synthesize(writer.as_fd().into(), text, voice, 1.0, 1.0, false, "").await.unwrap();
        let answered = since.elapsed();
        drop(writer);
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        (bytes, answered)
    };
    let (bytes, answered) = say("hello wide wörld again", "quick").await;
    let heard = parse(bytes);
    tap.ok(heard.version.contains("0.01") && heard.audio > 0 && heard.audio % 2 == 0,
        "a framed stream", format!("{heard:?}, answered in {answered:?}"));
    // The voice has tones for ASCII letters alone: to it the ö, two bytes, is a space.
    tap.ok(heard.words == [(0, 5), (6, 10), (11, 12), (13, 16), (17, 22)],
        "words, counted in characters", format!("{:?}", heard.words));
    tap.ok(heard.before.windows(2).all(|pair| pair[0] <= pair[1]) && heard.before[3] > 0,
        "among the sound", format!("{:?}", heard.before));
    tap.ok(heard.largest + 5 <= 4096, "no frame is larger than a pipe takes at once",
        format!("{} bytes", heard.largest));
    let (plain, _) = say("hello wide wörld again", "quick+raw").await;
    tap.ok(plain.len() == heard.audio, "the same sound without frames",
        format!("{} bytes", plain.len()));

    // libspiel asks for all at once and pauses by not reading.
    let long = "word ".repeat(3000);
    let mut paused = Vec::new();
    for _ in 0..8 {
        let (reader, writer) = std::io::pipe().unwrap();
        provider.synthesize(writer.as_fd().into(), &long, "quick", 1.0, 1.0, false, "en")
            .await.unwrap();
        paused.push(reader);
    }
    let since = Instant::now();
    let (bytes, _) = say("one two", "quick").await;
    tap.ok(parse(bytes).words.len() == 2, "a ninth stream while eight are paused",
        format!("{:?}", since.elapsed()));
    let since = Instant::now();
    while running(&connection) > 8 && since.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let jobs = running(&connection);
    tap.ok(jobs == 8, "the eight are still there", format!("{jobs}"));
    let mut first = paused.remove(0);
    let mut bytes = vec![0; 200_000];
    let whole = first.read_exact(&mut bytes); // (the crate's reader panics on half a frame)
    tap.ok(whole.is_ok(), "one goes on", format!("{whole:?}"));
    drop(first);
    paused.clear();
    let since = Instant::now();
    while running(&connection) > 0 && since.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(5));
    }
    tap.ok(running(&connection) == 0, "readers that go away cancel",
        format!("{:?}", since.elapsed()));

    let (_reader, writer) = std::io::pipe().unwrap();
    let too_long = "x".repeat((256 << 10) + 1);
    for (text, voice, pitch, rate, error) in [
        ("x", "nobody", 1.0, 1.0, "InvalidArgs"),
        ("x", "", 1.0, 1.0, "InvalidArgs"),
        ("x", "quick", 2.1, 1.0, "InvalidArgs"),
        ("x", "quick", f64::NAN, 1.0, "InvalidArgs"),
        ("x", "quick", 1.0, 0.0, "InvalidArgs"),
        ("x", "quick", 1.0, f64::INFINITY, "InvalidArgs"),
        (too_long.as_str(), "quick", 1.0, 1.0, "LimitsExceeded"),
    ] {
        let answer = provider
            .synthesize(writer.as_fd().into(), text, voice, pitch, rate, false, "").await;
        let words = format!("{:?}", answer.err());
        tap.ok(words.contains(error), &format!("{voice} {pitch} {rate}: {error}"),
            words.chars().take(200).collect());
    }
    let answer = provider
        .synthesize(_reader.as_fd().into(), "x", "quick", 1.0, 1.0, false, "").await;
    tap.ok(answer.is_err(), "the end for reading is refused", format!("{:?}", answer.err()));

    let (ours, names) = speak(&connection, "Speak", "grüß dich");
    tap.ok(ours && names.first().unwrap() == "Started" && names.contains(&"Word:0-2".into())
        && names.contains(&"Word:5-9".into()) && names.last().unwrap() == "Finished:done",
        "Speak and its signals", names.join(" "));
}

fn main() {
    let mut tap = Tap { count: 0, failures: 0 };
    zbus::block_on(run(&mut tap));
    println!("1..{}", tap.count);
    std::process::exit(i32::from(tap.failures > 0));
}
