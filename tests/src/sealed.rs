//! Somebody in an encrypted room without a browser: ticket, socket, media, data channels, and (unless it is an outsider)
//! a member of the room's group. Told the time; the caller lets it go on with [`Sealed::step`].

mod film;
mod notes;
mod packets;

pub use film::{Film, Show};
pub use notes::{Heard, Notes};

use crate::mls::{Codec, Device, EpochKeys, Member, Opener, Place, Said, Sealer};
use crate::{peer::native::Native, seat::Seat};
use anyhow::{Context, Result, ensure};
use futures_util::FutureExt;
use packets::Frames;
use schemas::mls::{Encryption, MlsRequest};
use schemas::room::{ClientMessage, PublishLine, Publishing, ReceiveLine, ServerMessage, Slot, Source};
use schemas::{ConsultId, MemberId, UnixMillis, consult::RoomTicket};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;
use telekonsil::{app::ports::Clock, clock::SystemClock};
use tokio::time::{Instant, interval};

/// How often a room goes on.
pub const BEAT: Duration = Duration::from_millis(5);
/// What has not come about by then does not.
const PATIENCE: Duration = Duration::from_secs(30);
/// Slots for the others: as many as a room has people, less one.
const SLOTS: usize = 7;
/// Kinds of data channel frames, `schemas/src/room.rs`.
const PUT: u8 = 1;
const EPHEMERAL: u8 = 3;
/// Keys of what is said in somebody's name.
const SIGNED: [&str; 3] = ["chat/", "admit/", "result/"];

pub struct Sealed {
    seat: Seat,
    media: Native,
    /// An outsider has none.
    member: Option<Member>,
    people: BTreeMap<MemberId, String>,
    lines: Vec<Slot>,
    frames: Frames,
    film: Film,
    /// Pictures and sound, and values.
    sealers: [Sealer; 2],
    openers: [Opener; 2],
    keys: Option<EpochKeys>,
    is_lifted: bool,
    /// The room's own word on who we are.
    you: Option<MemberId>,
    /// Own values, sealed anew for each epoch.
    values: BTreeMap<String, Vec<u8>>,
    unsent: BTreeSet<String>,
    /// Every base key and authenticator that this member has had: what the server must not know.
    pub secrets: Vec<Vec<u8>>,
    pub notes: Notes,
}

impl Sealed {
    /// Shows the ticket. With `device` it becomes a member of the group, else it only sits in the room.
    pub async fn knock(ticket: RoomTicket, device: Option<Rc<Device>>, consult: ConsultId) -> Result<Self> {
        let attestation = ticket.attestation.clone();
        let member = match device {
            Some(device) => {
                let attestation = attestation.context("the ticket has no attestation")?;
                Some(Member::new(device, &attestation, &consult.to_string())?)
            }
            None => None,
        };
        let mut media = Native::new(SLOTS);
        media.never_wait();
        Ok(Self {
            seat: Seat::knock(ticket).await?,
            media,
            member,
            people: BTreeMap::new(),
            lines: vec![],
            frames: Frames::default(),
            film: Film::default(),
            sealers: Default::default(),
            openers: Default::default(),
            keys: None,
            is_lifted: false,
            you: None,
            values: BTreeMap::new(),
            unsent: BTreeSet::new(),
            secrets: vec![],
            notes: Notes::default(),
        })
    }

    /// Listens, does what is due, sends, plays on.
    pub fn step(&mut self, now: UnixMillis) -> Result<()> {
        while let Some(message) = self.seat.hear().now_or_never() {
            match message {
                Ok(message) => self.told(message, now)?,
                Err(_) => {
                    self.notes.has_ended = true;
                    break;
                }
            }
        }
        self.follow_group(now)?;
        if self.media.connected {
            self.notes.is_connected = true;
            self.play(now)?;
            self.put()?;
        }
        self.media.step();
        self.receive_frames();
        self.receive_values(now);
        Ok(())
    }

    pub fn member(&mut self) -> Option<&mut Member> {
        self.member.as_mut()
    }

    pub fn keys(&self) -> Option<&EpochKeys> {
        self.keys.as_ref()
    }

    pub fn you(&self) -> Option<MemberId> {
        self.you
    }

    /// What the camera and the microphone send from now on.
    pub fn show(&mut self, show: Show) {
        self.film.show(show);
    }

    /// The last pictures of somebody, as they were opened: a key frame and what follows it.
    pub fn clip_of(&self, person: &str) -> Option<&[Vec<u8>]> {
        self.notes.clips.get(person).map(Vec::as_slice)
    }

    /// Keeps a value in the room: said in this member's name where the key calls for it.
    pub fn keep(&mut self, key: &str, payload: &[u8]) {
        self.values.insert(key.to_owned(), payload.to_vec());
        self.unsent.insert(key.to_owned());
    }

    /// Says once where the pointer is.
    pub fn point(&mut self, key: &str, payload: &[u8]) -> Result<()> {
        let payload = match self.is_lifted {
            true => payload.to_vec(),
            false => self.sealers[1].value(Place::Pointer(key), payload)?,
        };
        if self.media.is_open("pointer") {
            self.media.send_frame("pointer", EPHEMERAL, key.as_bytes(), &payload);
        }
        Ok(())
    }

    /// What this member refused of the group.
    pub fn faults(&self) -> &[String] {
        self.member.as_ref().map_or(&[], |member| &member.faults)
    }

    /// Whether a frame of somebody's camera opens with the keys that are here.
    pub fn can_open(&mut self, sealed: &[u8]) -> bool {
        self.openers[0].frame(Codec::Vp8, sealed).is_ok()
    }

    pub fn leave(&mut self) {
        let _ = self.seat.say(&ClientMessage::Leave).now_or_never();
    }

    fn told(&mut self, message: ServerMessage, now: UnixMillis) -> Result<()> {
        match message {
            ServerMessage::Welcome { you, roster, encryption } => {
                self.you = Some(you);
                self.set_roster(roster);
                self.set_encryption(&encryption);
                if let (Some(member), false) = (&mut self.member, self.is_lifted) {
                    member.online(you, now);
                }
                self.offer()?;
            }
            ServerMessage::Answer { sdp } => self.media.accept(sdp.0),
            ServerMessage::Slots { slots } => self.lines = slots,
            ServerMessage::Roster { roster } => self.set_roster(roster),
            ServerMessage::Encryption { encryption } => self.set_encryption(&encryption),
            ServerMessage::Mls { message } => {
                if let Some(member) = &mut self.member {
                    member.hear(message, now);
                }
            }
            ServerMessage::Bye { .. } => self.notes.has_ended = true,
            _ => {}
        }
        Ok(())
    }

    fn offer(&mut self) -> Result<()> {
        let offer = self.media.create_offer(false);
        let wire = crate::peer::wire;
        let publish =
            offer.publish.into_iter().map(|(mid, source)| PublishLine { mid, source: wire(source) }).collect();
        let receive =
            offer.receive.into_iter().map(|(mid, source)| ReceiveLine { mid, source: wire(source) }).collect();
        self.tell(&ClientMessage::Offer { sdp: offer.sdp.into(), publish, receive, restart: false })?;
        let publishing = Publishing { microphone: true, camera: true, screen: false };
        self.tell(&ClientMessage::Publishing { publishing })
    }

    /// Messages are short enough for the socket to take them at once.
    fn tell(&mut self, message: &ClientMessage) -> Result<()> {
        self.seat.say(message).now_or_never().context("the room's socket is full")?
    }

    fn set_roster(&mut self, roster: Vec<schemas::room::Member>) {
        self.people.extend(roster.into_iter().map(|member| (member.id, member.person.id.to_string())));
    }

    fn set_encryption(&mut self, encryption: &Encryption) {
        if matches!(encryption, Encryption::Lifted { .. }) && !self.is_lifted {
            self.is_lifted = true;
            self.unsent.extend(self.values.keys().cloned());
        }
    }

    fn follow_group(&mut self, now: UnixMillis) -> Result<()> {
        let Some(member) = self.member.as_mut().filter(|_| !self.is_lifted) else { return Ok(()) };
        member.tick(now);
        let (said, epochs): (Vec<MlsRequest>, Vec<EpochKeys>) = (member.take_said(), member.take_epochs());
        for message in said {
            self.tell(&ClientMessage::Mls { message })?;
        }
        for keys in epochs {
            for (i, base) in [&keys.media, &keys.data].into_iter().enumerate() {
                self.sealers[i].take(base, &keys)?;
                self.openers[i].take(base, &keys);
            }
            self.secrets.extend([keys.media.clone(), keys.data.clone(), keys.authenticator.clone()]);
            self.unsent.extend(self.values.keys().cloned());
            self.keys = Some(keys);
        }
        Ok(())
    }

    fn can_send(&self) -> bool {
        self.is_lifted || self.keys.is_some()
    }

    fn play(&mut self, now: UnixMillis) -> Result<()> {
        // Nothing leaves without a key, not even the clock of the film goes on.
        if !self.can_send() {
            return Ok(());
        }
        for frame in self.film.due(now) {
            let (source, codec) = match frame.codec {
                Codec::Vp8 => (sfu::Source::Camera, Codec::Vp8),
                Codec::Opus => (sfu::Source::Microphone, Codec::Opus),
            };
            let payload = match (self.is_lifted, frame.is_sealed) {
                (false, false) => self.sealers[0].frame(codec, &frame.payload)?,
                _ => frame.payload,
            };
            self.film.sent(codec, &payload);
            self.frames.send(&mut self.media, source, &payload, frame.timestamp);
        }
        Ok(())
    }

    fn put(&mut self) -> Result<()> {
        if !self.can_send() || !self.media.is_open("state") {
            return Ok(());
        }
        for key in std::mem::take(&mut self.unsent) {
            let Some(value) = self.values.get(&key) else { continue };
            let payload = match &mut self.member {
                Some(member) if !self.is_lifted && is_signed(&key) => member.say(&key, value)?,
                _ if self.is_lifted => value.clone(),
                _ => self.sealers[1].value(Place::Put(&key), value)?,
            };
            self.media.send_frame("state", PUT, key.as_bytes(), &payload);
        }
        Ok(())
    }

    fn receive_frames(&mut self) {
        for packet in std::mem::take(&mut self.media.rtp) {
            let line = self.lines.iter().find(|slot| slot.mid == packet.mid);
            let Some((member, source)) = line.map(|slot| (slot.member, slot.source)) else { continue };
            let codec = if source == Source::Microphone { Codec::Opus } else { Codec::Vp8 };
            let Some(frame) = self.frames.receive(packet, codec) else { continue };
            let person = self.people.get(&member).map_or("", String::as_str);
            let opened = match self.openers[0].frame(codec, &frame) {
                Ok((sealer, _)) if sealer != person => Err("other_leaf".to_owned()),
                Ok((_, opened)) => Ok(opened),
                Err(error) => Err(error.to_string()),
            };
            self.notes.frame(person, source, &frame, opened, self.is_lifted);
        }
    }

    fn receive_values(&mut self, now: UnixMillis) {
        for (channel, frame) in std::mem::take(&mut self.media.frames) {
            let Some((kind, sender, key, payload)) = packets::read_value(&frame) else { continue };
            if payload.is_empty() || kind == 4 {
                continue;
            }
            let person = self.people.get(&MemberId(sender)).cloned().unwrap_or_default();
            let place = if channel == "pointer" { Place::Pointer(key) } else { Place::Put(key) };
            let (person, opened) = match &mut self.member {
                _ if self.is_lifted => (person, Ok(payload.to_vec())),
                Some(member) if is_signed(key) => hear(member, person, key, payload, now),
                _ => match self.openers[1].value(place, payload) {
                    Ok((sealer, _)) if sealer != person => (person, Err("other_sender".to_owned())),
                    opened => (person, opened.map(|(_, value)| value).map_err(|error| error.to_string())),
                },
            };
            self.notes.value(&person, key, opened);
        }
    }
}

/// Lets them go on until it holds.
pub async fn until<const N: usize>(
    members: &mut [&mut Sealed; N],
    what: &str,
    mut holds: impl FnMut(&mut [&mut Sealed; N]) -> bool,
) -> Result<()> {
    let start = Instant::now();
    let mut beat = interval(BEAT);
    while !holds(members) {
        ensure!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        beat.tick().await;
        for member in members.iter_mut() {
            member.step(SystemClock.now())?;
        }
    }
    Ok(())
}

/// What was said, and by whom: `person` sits where it came from.
fn hear(
    member: &mut Member,
    person: String,
    key: &str,
    message: &[u8],
    now: UnixMillis,
) -> (String, Result<Vec<u8>, String>) {
    match member.heard(key, message, now) {
        Ok(Said { author, is_quoted, .. }) if !is_quoted && author.person != person => {
            (person, Err("other_sender".to_owned()))
        }
        Ok(Said { author, payload, .. }) => {
            // A guest lets nobody in.
            if let (Some(guest), false) = (key.strip_prefix("admit/"), author.is_guest()) {
                member.admit(guest);
            }
            (author.person, Ok(payload))
        }
        Err(error) => (person, Err(error.to_string())),
    }
}

fn is_signed(key: &str) -> bool {
    SIGNED.iter().any(|prefix| key.starts_with(prefix))
}
