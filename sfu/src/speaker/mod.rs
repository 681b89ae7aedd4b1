//! Who speaks, from the levels that senders put beside their sealed voices (RFC 6464). Pure.

#[cfg(test)]
mod tests;

use crate::api::MemberId;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How fast a member's loudness follows the levels upwards and downwards (time constants). Up slower: the first word is
/// missed; faster: a cough counts. Down faster: pauses between words count; slower: the one before is shown too long.
const ATTACK: Duration = Duration::from_millis(80);
const RELEASE: Duration = Duration::from_millis(200);
/// Loudness from which it is speech, in dB above −127 dBov: −55 dBov, a quiet voice at a laptop. Lower: fans speak.
const SPEECH: f32 = 72.0;
/// Added when the sender says it is voice (RFC 6464's V). Not all say so ever, hence no condition; more makes it one.
const VOICE: f32 = 6.0;
/// By how much a challenger must be louder than the one who speaks, in dB, and for how long without a break. More:
/// slower to follow a lively talk. Less: two who speak at once flicker.
const LOUDER: f32 = 6.0;
const LONGER: Duration = Duration::from_millis(400);
/// How long one must speak to be taken for the speaker when nobody else does. Less: a cough or the beep of a monitor
/// counts, which takes a quarter of a second to die away, and two of them in a row. More: the first words go unmarked.
const ALONE: Duration = Duration::from_millis(500);
/// For how long the speaker stays the speaker in silence. Less: pauses for thought go dark.
const SILENCE: Duration = Duration::from_secs(2);
/// Without a packet for so long a level no longer holds (opus sends each 20 ms, in DTX each 400 ms).
const STALE: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug)]
struct Voice {
    heard: Instant,
    /// dB above −127 dBov, smoothed.
    loudness: f32,
    /// Since when the loudness is speech.
    speaks_since: Option<Instant>,
    /// Since when the loudness is so much above the dominant speaker's that it may take over.
    leads_since: Option<Instant>,
}

/// The levels of one room.
#[derive(Debug, Default)]
pub(crate) struct Levels {
    voices: BTreeMap<MemberId, Voice>,
    dominant: Option<MemberId>,
    last_spoke: Option<Instant>,
}

impl Levels {
    /// One packet's level: `level` in −dBov, 0 the loudest, 127 digital silence; `voice` as the sender judges.
    pub(crate) fn heard(&mut self, now: Instant, member: MemberId, level: u8, voice: bool) {
        let loudness = 127.0 - f32::from(level.min(127));
        let loudness = if voice { loudness + VOICE } else { loudness };
        let silent = Voice { heard: now, loudness: 0.0, speaks_since: None, leads_since: None };
        let entry = self.voices.entry(member).or_insert(silent);
        // What one packet stands for at least, or the first after a start would count for nothing.
        let elapsed = now.saturating_duration_since(entry.heard).clamp(Duration::from_millis(10), STALE);
        entry.decay(now);
        entry.follow(loudness, elapsed);
        entry.heard = now;
    }

    /// Who left or stopped sending.
    pub(crate) fn forget(&mut self, member: MemberId) {
        self.voices.remove(&member);
        if self.dominant == Some(member) {
            self.dominant = None;
        }
    }

    /// To be asked every 100 ms or so. Among equals the one who speaks stays; then who began first, then the lower id.
    pub(crate) fn dominant(&mut self, now: Instant) -> Option<MemberId> {
        let bar = self.bar(now);
        for (member, voice) in &mut self.voices {
            voice.decay(now);
            let speaks = voice.loudness >= SPEECH;
            voice.speaks_since = voice.speaks_since.or(Some(now)).filter(|_| speaks);
            let leads = speaks && bar.is_none_or(|bar| voice.loudness >= bar) && self.dominant != Some(*member);
            voice.leads_since = voice.leads_since.or(Some(now)).filter(|_| leads);
        }
        let needed = if bar.is_some() { LONGER } else { ALONE };
        let challengers = self.voices.iter().filter_map(|(member, voice)| {
            let since = voice.leads_since.filter(|since| now.saturating_duration_since(*since) >= needed)?;
            Some((since, *member))
        });
        if let Some((_, member)) = challengers.min() {
            self.dominant = Some(member);
            self.voices.values_mut().for_each(|voice| voice.leads_since = None);
        }
        let speaking = self.dominant.and_then(|member| self.voices.get(&member)?.speaks_since);
        if speaking.is_some() {
            self.last_spoke = Some(now);
        } else if self.last_spoke.is_none_or(|at| now.saturating_duration_since(at) >= SILENCE) {
            self.dominant = None;
        }
        self.dominant
    }

    /// What a challenger must reach; `None` when the one who was shown does not speak.
    fn bar(&mut self, now: Instant) -> Option<f32> {
        let voice = self.voices.get_mut(&self.dominant?)?;
        voice.decay(now);
        (voice.loudness >= SPEECH).then_some(voice.loudness + LOUDER)
    }
}

impl Voice {
    /// Packets that did not come are silence.
    fn decay(&mut self, now: Instant) {
        let silent_since = self.heard + STALE;
        if now > silent_since {
            self.follow(0.0, now - silent_since);
            self.heard = now - STALE;
        }
    }

    fn follow(&mut self, loudness: f32, elapsed: Duration) {
        let constant = if loudness > self.loudness { ATTACK } else { RELEASE };
        let weight = 1.0 - (-elapsed.as_secs_f32() / constant.as_secs_f32()).exp();
        self.loudness += weight * (loudness - self.loudness);
    }
}
