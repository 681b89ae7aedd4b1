//! What a native peer has seen and heard.

use schemas::room::Source;
use serde::Serialize;
use std::collections::BTreeMap;

/// Pictures kept of each person, from a key frame on.
const CLIP: usize = 60;
/// Packets of sound kept of each person.
const SOUND: usize = 100;

/// What somebody said or keeps in the room.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Heard {
    pub person: String,
    pub key: String,
    pub text: String,
}

#[derive(Default, Serialize)]
pub struct Notes {
    pub is_connected: bool,
    pub has_ended: bool,
    /// Frames that opened, by `person/source`, and those that came unsealed in an open room.
    pub opened: BTreeMap<String, u64>,
    pub plain: BTreeMap<String, u64>,
    /// Frames and values that did not, by why.
    pub refused: BTreeMap<String, u64>,
    pub heard: Vec<Heard>,
    /// The last picture as it came.
    #[serde(skip)]
    pub last: Option<Vec<u8>>,
    #[serde(skip)]
    pub(super) clips: BTreeMap<String, Vec<Vec<u8>>>,
    #[serde(skip)]
    sounds: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Notes {
    /// Pictures of somebody that could be seen so far, sealed or not.
    pub fn seen(&self, person: &str) -> u64 {
        let lines = ["camera", "screen"].map(|source| format!("{person}/{source}"));
        let count = |all: &BTreeMap<String, u64>| lines.iter().filter_map(|line| all.get(line)).sum::<u64>();
        count(&self.opened) + count(&self.plain)
    }

    /// Everything that could be opened, of anybody.
    pub fn opened(&self) -> u64 {
        self.opened.values().sum()
    }

    /// What was refused, of frames and values.
    pub fn refused(&self, why: &str) -> u64 {
        self.refused.get(why).copied().unwrap_or(0)
    }

    pub fn has_heard(&self, person: &str, key: &str, text: &str) -> bool {
        self.heard.iter().any(|heard| heard.person == person && heard.key == key && heard.text.contains(text))
    }

    /// Parts of what was seen and heard last, as encoders made it: long enough to be found nowhere by chance.
    pub fn samples(&self, length: usize) -> Vec<Vec<u8>> {
        let all = self.clips.values().chain(self.sounds.values()).flatten();
        // Behind what stays readable; the end of a frame is as good as any other part.
        all.filter(|frame| frame.len() >= 10 + length).map(|frame| frame[frame.len() - length..].to_vec()).collect()
    }

    pub(super) fn frame(
        &mut self,
        person: &str,
        source: Source,
        frame: &[u8],
        opened: Result<Vec<u8>, String>,
        is_lifted: bool,
    ) {
        let name = match source {
            Source::Microphone => "microphone",
            Source::Camera => "camera",
            Source::Screen => "screen",
        };
        let line = format!("{person}/{name}");
        if source != Source::Microphone {
            self.last = Some(frame.to_vec());
        }
        match opened {
            Ok(opened) => {
                *self.opened.entry(line).or_default() += 1;
                self.record(person, source, opened);
            }
            Err(_) if is_lifted => {
                *self.plain.entry(line).or_default() += 1;
                self.record(person, source, frame.to_vec());
            }
            Err(why) => *self.refused.entry(why).or_default() += 1,
        }
    }

    pub(super) fn value(&mut self, person: &str, key: &str, opened: Result<Vec<u8>, String>) {
        match opened {
            Ok(value) => {
                let text = String::from_utf8_lossy(&value).into_owned();
                let heard = Heard { person: person.to_owned(), key: key.to_owned(), text };
                if !self.heard.contains(&heard) {
                    self.heard.push(heard);
                }
            }
            Err(why) => *self.refused.entry(format!("value_{why}")).or_default() += 1,
        }
    }

    fn record(&mut self, person: &str, source: Source, frame: Vec<u8>) {
        match source {
            Source::Microphone => {
                let sounds = self.sounds.entry(person.to_owned()).or_default();
                sounds.push(frame);
                let over = sounds.len().saturating_sub(SOUND);
                sounds.drain(..over);
            }
            Source::Camera => {
                let clip = self.clips.entry(person.to_owned()).or_default();
                let is_key = frame.first().is_some_and(|first| first & 1 == 0);
                // A clip that is long enough stays until the next one begins.
                if is_key {
                    clip.clear();
                }
                if (is_key || !clip.is_empty()) && clip.len() < CLIP {
                    clip.push(frame);
                }
            }
            Source::Screen => {}
        }
    }
}
