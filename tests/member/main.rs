//! Native members of encrypted rooms, for the browsers' tests: several in one process, each by the name in `who`.
//!
//! `member` reads a command a line from stdin ([`Command`]) and answers each with a line of JSON on stdout; rooms go on
//! between them. `until` answers once it holds, or with `refused` after a minute. The end of stdin is the end.
#![allow(clippy::print_stdout, reason = "stdout is where the answers go")]

use anyhow::{Context, Result, bail};
use schemas::{ConsultId, consult::RoomTicket};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;
use telekonsil::{app::ports::Clock, clock::SystemClock};
use tests::mls::Device;
use tests::sealed::{BEAT, Sealed, Show};
use tests::search::Marks;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::{Instant, interval};

/// What has not come about by then does not.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of an encoded picture that are looked for.
const SAMPLE: usize = 24;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Command {
    /// A device, for the ticket: answers with its key.
    Device {
        who: String,
    },
    /// Into the room: a member of its group, unless it is an outsider.
    Join {
        who: String,
        ticket: RoomTicket,
        consult: ConsultId,
        #[serde(default)]
        is_outsider: bool,
    },
    State {
        who: String,
    },
    /// Until in the epoch of so many people, the room being sealed.
    UntilGroup {
        who: String,
        people: usize,
    },
    /// Until in an epoch after this one.
    UntilEpoch {
        who: String,
        after: u64,
    },
    /// Until so many pictures of that person have opened since now.
    UntilSeen {
        who: String,
        person: String,
        pictures: u64,
    },
    /// Until that many frames were refused for that reason since now.
    UntilRefused {
        who: String,
        why: String,
        times: u64,
    },
    /// Until that person keeps or says a text that contains `text`.
    UntilHeard {
        who: String,
        person: String,
        text: String,
    },
    /// Sends what the person's camera has sent last, over and over.
    Echo {
        who: String,
        person: String,
    },
    /// Sends frames full of a mark.
    Mark {
        who: String,
        mark: String,
    },
    /// Sends again, as it left, what was sent last.
    Again {
        who: String,
    },
    Nothing {
        who: String,
    },
    /// Keeps a value in the room; says it, where the key asks for that.
    Keep {
        who: String,
        key: String,
        text: String,
    },
    Point {
        who: String,
        key: String,
        text: String,
    },
    /// Renews the member's keys: answers with the time, in Unix milliseconds.
    Renew {
        who: String,
    },
    Admit {
        who: String,
        person: String,
    },
    Leave {
        who: String,
    },
    /// Looks for the marks, and all that these members know and have seen, in memory and folder of a server.
    Search {
        pid: u32,
        folder: PathBuf,
        marks: BTreeMap<String, String>,
    },
}

#[derive(Default)]
struct Room {
    devices: BTreeMap<String, Rc<Device>>,
    members: BTreeMap<String, Sealed>,
}

/// An answer that waits for something.
struct Wait {
    who: String,
    holds: Box<dyn Fn(&Sealed) -> bool>,
    since: Instant,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut lines = read_lines();
    let mut room = Room::default();
    let mut wait: Option<Wait> = None;
    let mut beat = interval(BEAT);
    loop {
        tokio::select! {
            line = lines.recv(), if wait.is_none() => {
                let Some(line) = line else { return Ok(()) };
                match obey(&mut room, &line).await {
                    Ok(Answer::Now(answer)) => println!("{answer}"),
                    Ok(Answer::Later(later)) => wait = Some(later),
                    Err(error) => println!("{}", json!({"refused": format!("{error:#}")})),
                }
            }
            _ = beat.tick() => {
                let now = SystemClock.now();
                for member in room.members.values_mut() {
                    member.step(now)?;
                }
            }
        }
        if let Some(Wait { who, holds, since }) = &wait {
            let member = room.get(who)?;
            let answer = match (holds(member), since.elapsed() > PATIENCE) {
                (true, _) => state(member),
                (false, true) => json!({"refused": "waited in vain", "state": state(member)}),
                (false, false) => continue,
            };
            println!("{answer}");
            wait = None;
        }
    }
}

fn read_lines() -> Receiver<String> {
    let (sender, lines) = channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

enum Answer {
    Now(Value),
    Later(Wait),
}

impl Room {
    fn get(&mut self, who: &str) -> Result<&mut Sealed> {
        self.members.get_mut(who).with_context(|| format!("{who} is in no room"))
    }

    /// Answers once it holds.
    fn until(&mut self, who: String, holds: impl Fn(&Sealed) -> bool + 'static) -> Answer {
        Answer::Later(Wait { who, holds: Box::new(holds), since: Instant::now() })
    }
}

async fn obey(room: &mut Room, line: &str) -> Result<Answer> {
    let mut answer = json!({});
    match serde_json::from_str(line)? {
        Command::Device { who } => {
            let device = Rc::new(Device::new()?);
            answer = json!({"device": device.public()});
            room.devices.insert(who, device);
        }
        Command::Join { who, ticket, consult, is_outsider } => {
            let device = room.devices.get(&who).filter(|_| !is_outsider).cloned();
            let sealed = Sealed::knock(ticket, device, consult).await?;
            room.members.insert(who, sealed);
        }
        Command::State { who } => answer = state(room.get(&who)?),
        Command::UntilGroup { who, people } => {
            let holds = move |member: &Sealed| member.keys().is_some_and(|keys| keys.people.len() == people);
            return Ok(room.until(who, holds));
        }
        Command::UntilEpoch { who, after } => {
            return Ok(room.until(who, move |member| member.keys().is_some_and(|keys| keys.epoch > after)));
        }
        Command::UntilSeen { who, person, pictures } => {
            let before = room.get(&who)?.notes.seen(&person);
            return Ok(room.until(who, move |member| member.notes.seen(&person) >= before + pictures));
        }
        Command::UntilRefused { who, why, times } => {
            let before = room.get(&who)?.notes.refused(&why);
            return Ok(room.until(who, move |member| member.notes.refused(&why) >= before + times));
        }
        Command::UntilHeard { who, person, text } => {
            let holds = move |member: &Sealed| {
                member.notes.heard.iter().any(|heard| heard.person == person && heard.text.contains(&text))
            };
            return Ok(room.until(who, holds));
        }
        Command::Echo { who, person } => {
            let member = room.get(&who)?;
            let clip = member.clip_of(&person).context("nothing was seen of that person")?.to_vec();
            answer = json!({"pictures": clip.len()});
            member.show(Show::Clip(clip));
        }
        Command::Mark { who, mark } => room.get(&who)?.show(Show::Mark(mark.into_bytes())),
        Command::Again { who } => room.get(&who)?.show(Show::Again),
        Command::Nothing { who } => room.get(&who)?.show(Show::Nothing),
        Command::Keep { who, key, text } => room.get(&who)?.keep(&key, text.as_bytes()),
        Command::Point { who, key, text } => room.get(&who)?.point(&key, text.as_bytes())?,
        Command::Renew { who } => {
            room.get(&who)?.member().context("no member")?.renew()?;
            answer = json!({"at": SystemClock.now()});
        }
        Command::Admit { who, person } => room.get(&who)?.member().context("no member")?.admit(&person),
        Command::Leave { who } => room.get(&who)?.leave(),
        Command::Search { pid, folder, marks } => {
            if room.members.is_empty() {
                bail!("nobody knows a key");
            }
            let mut all = Marks::default();
            for (name, text) in marks {
                all.add(&name, text.as_bytes())?;
            }
            for member in room.members.values() {
                for secret in &member.secrets {
                    all.add_secret("a key of the group", secret)?;
                }
                for sample in member.notes.samples(SAMPLE) {
                    all.add("a picture or sound", &sample)?;
                }
            }
            answer = json!({"marks": all.len(), "found": all.search(pid, &folder)?});
        }
    }
    Ok(Answer::Now(answer))
}

fn state(member: &Sealed) -> Value {
    let group = member.keys().map(|keys| {
        let people: Vec<&String> = keys.people.values().collect();
        json!({"generation": keys.generation, "epoch": keys.epoch, "leaf": keys.leaf, "people": people})
    });
    json!({"you": member.you(), "group": group, "notes": member.notes, "faults": member.faults()})
}
