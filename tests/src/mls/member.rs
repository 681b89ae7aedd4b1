//! A member's end of the delivery service, as `delivery/machine.ts` is one: told what the service says and the time,
//! gives what is to be said. What is made for people who wait (saying again, pauses) it does without: a test that loses a
//! message wants to see it.

use super::device::Device;
use super::group::{Followed, Group, Trust, key_package};
use super::keys::EpochKeys;
use super::quotation::Said;
use super::{from_base64url, quotation, to_base64url, to_hex};
use anyhow::{Context, Result, ensure};
use ring::digest::{SHA256, digest};
use schemas::mls::{Attestation, MlsAdded, MlsNews, MlsRequest, MlsView, MlsWaiting};
use schemas::{MemberId, UnixMillis};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// How long the member whose turn it is has, in milliseconds: as in the browsers, or both commit.
const TURN: i64 = 1500;
/// Bytes of an epoch's tag.
const TAG: usize = 16;

pub struct Member {
    device: Rc<Device>,
    identity: Vec<u8>,
    trust: Trust,
    me: Option<MemberId>,
    view: Option<MlsView>,
    attempt: u32,
    /// Name of the key package that is published.
    published: Option<String>,
    welcome: Option<(u64, String)>,
    group: Option<Group>,
    /// Of the group's epoch.
    tag: String,
    /// Commits by generation and epoch: who made them, and what they are.
    log: BTreeMap<(u64, u64), (MemberId, String)>,
    staged: Option<String>,
    /// Since when there is the same to do.
    duty: Option<(String, UnixMillis)>,
    admitted: BTreeSet<String>,
    refused: BTreeSet<String>,
    said: Vec<MlsRequest>,
    epochs: Vec<EpochKeys>,
    /// What was refused here, in order.
    pub faults: Vec<String>,
}

impl Member {
    pub fn new(device: Rc<Device>, attestation: &Attestation, consult: &str) -> Result<Self> {
        let trust = Trust { authority: from_base64url(&attestation.authority)?, consult: consult.to_owned() };
        Ok(Self {
            device,
            identity: attestation.attestation.clone().into_bytes(),
            trust,
            me: None,
            view: None,
            attempt: 0,
            published: None,
            welcome: None,
            group: None,
            tag: String::new(),
            log: BTreeMap::new(),
            staged: None,
            duty: None,
            admitted: BTreeSet::new(),
            refused: BTreeSet::new(),
            said: vec![],
            epochs: vec![],
            faults: vec![],
        })
    }

    /// The room's socket is open and this is its seat.
    pub fn online(&mut self, me: MemberId, now: UnixMillis) {
        (self.me, self.view) = (Some(me), None);
        self.announce();
        self.tick(now);
    }

    pub fn hear(&mut self, news: MlsNews, now: UnixMillis) {
        match news {
            MlsNews::Group(view) => {
                if self.view.as_ref().is_none_or(|before| before.version < view.version) {
                    self.view = Some(view);
                }
            }
            MlsNews::Commit { generation, epoch, committer, commit } => {
                self.log.entry((generation, epoch)).or_insert((committer, commit.0));
            }
            MlsNews::Welcome { generation, reference, welcome } => {
                if self.group.is_none() && self.published == Some(reference) {
                    self.welcome = Some((generation, welcome.0));
                }
            }
        }
        self.tick(now);
    }

    /// Does what is due.
    pub fn tick(&mut self, now: UnixMillis) {
        if self.me.is_none() {
            return;
        }
        if self.group.is_none() && self.published.is_none() {
            self.publish();
        }
        while self.settle(now) {}
    }

    /// A member of the team let the guest in.
    pub fn admit(&mut self, person: &str) {
        self.admitted.insert(person.to_owned());
    }

    /// Renews this member's keys.
    pub fn renew(&mut self) -> Result<()> {
        self.send_commit(&[], &[], UnixMillis(0))
    }

    /// What is to be said to the service.
    pub fn take_said(&mut self) -> Vec<MlsRequest> {
        std::mem::take(&mut self.said)
    }

    /// Keys of the epochs that have begun.
    pub fn take_epochs(&mut self) -> Vec<EpochKeys> {
        std::mem::take(&mut self.epochs)
    }

    pub fn group(&self) -> Option<&Group> {
        self.group.as_ref()
    }

    /// A line in this member's name, for the place `key`.
    pub fn say(&mut self, key: &str, payload: &[u8]) -> Result<Vec<u8>> {
        let quotation = quotation::quote(&self.device, &self.identity, &self.trust.consult, key, payload)?;
        self.group.as_mut().context("gone")?.say(&quotation, key.as_bytes())
    }

    /// What was said for the place `key`.
    pub fn heard(&mut self, key: &str, message: &[u8], now: UnixMillis) -> Result<Said> {
        let (quotation, signer) = self.group.as_mut().context("gone")?.hear(message, key.as_bytes())?;
        let Trust { authority, consult } = &self.trust;
        quotation::read(&quotation, (authority, consult, key), &signer, now)
    }

    fn publish(&mut self) {
        match key_package(&self.device, &self.identity) {
            Ok(package) => {
                let reference = to_hex(&rand::random::<[u8; 16]>());
                self.published = Some(reference.clone());
                self.attempt += 1;
                let key_package = to_base64url(&package).into();
                self.said.push(MlsRequest::Here { attempt: self.attempt, reference, key_package });
            }
            Err(error) => self.faults.push(error.to_string()),
        }
    }

    fn announce(&mut self) {
        let Some(group) = &self.group else {
            self.published = None;
            return;
        };
        self.attempt += 1;
        let (generation, epoch) = (group.generation(), group.epoch());
        let tag = self.tag.clone();
        self.said.push(MlsRequest::Back { attempt: self.attempt, generation, epoch, tag });
    }

    /// Whether there is more to do.
    fn settle(&mut self, now: UnixMillis) -> bool {
        let Some(view) = self.view.clone().filter(|view| view.attempt >= self.attempt) else { return false };
        match &self.group {
            None => self.enter(&view, now),
            Some(group) => {
                let (generation, epoch) = (group.generation(), group.epoch());
                let is_asked = view.generation == generation && view.creator == self.me;
                let is_member = view.members.iter().any(|seat| Some(seat.member) == self.me);
                let is_out = view.generation > generation
                    || (view.generation == generation && !is_member && view.epoch >= epoch);
                if is_asked || view.generation < generation {
                    return false;
                }
                if is_out {
                    self.forget();
                    self.publish();
                    return false;
                }
                if let Some((author, commit)) = self.log.remove(&(generation, epoch)) {
                    self.follow(author, &commit, now);
                    return true;
                }
                if view.epoch == epoch && self.staged.is_none() {
                    self.do_duty(&view, now);
                }
                false
            }
        }
    }

    fn enter(&mut self, view: &MlsView, now: UnixMillis) -> bool {
        let device = Rc::clone(&self.device);
        let entered = if let Some((_, welcome)) = self.welcome.take_if(|(generation, _)| *generation == view.generation)
        {
            from_base64url(&welcome)
                .and_then(|welcome| Group::join(device, &welcome, self.trust.clone(), view.generation, now))
        } else if view.creator.is_some() && view.creator == self.me {
            Group::create(device, &self.identity, self.trust.clone(), view.generation)
        } else {
            return false;
        };
        match entered {
            Ok(group) => {
                self.group = Some(group);
                self.published = None;
                self.begin(view.creator == self.me, now);
                true
            }
            Err(error) => {
                self.fault(&error.to_string(), None, None);
                self.forget();
                self.publish();
                false
            }
        }
    }

    fn follow(&mut self, author: MemberId, commit: &str, now: UnixMillis) {
        let Some(group) = &mut self.group else { return };
        let followed = match self.staged.take_if(|own| own == commit) {
            Some(_) => group.adopt().map(|()| Followed::Epoch),
            None => from_base64url(commit).and_then(|commit| group.follow(&commit, now)),
        };
        self.staged = None;
        match followed {
            Ok(Followed::Epoch) => self.begin(false, now),
            Ok(Followed::Removed) => {
                self.forget();
                self.publish();
            }
            Err(error) => {
                self.fault(&error.to_string(), Some(author), None);
                self.forget();
                self.publish();
            }
        }
    }

    /// A new epoch is here.
    fn begin(&mut self, is_new: bool, now: UnixMillis) {
        let Some(Ok(keys)) = self.group.as_ref().map(|group| group.keys(now)) else {
            return self.faults.push("no keys".to_owned());
        };
        let (generation, epoch, tag) = (keys.generation, keys.epoch, tag_of(&keys));
        self.epochs.push(keys);
        self.tag.clone_from(&tag);
        self.duty = None;
        self.said.push(match is_new {
            true => MlsRequest::Created { generation, tag },
            false => MlsRequest::Done { generation, epoch, tag },
        });
    }

    /// Who is gone leaves the group, who waits comes in, if it is this member's turn.
    fn do_duty(&mut self, view: &MlsView, now: UnixMillis) {
        let Some(me) = view.members.iter().find(|seat| Some(seat.member) == self.me) else { return };
        let Some(Ok(people)) = self.group.as_ref().map(|group| group.people(now)) else { return };
        if me.is_guest {
            return;
        }
        let among =
            |seats: &[schemas::mls::MlsSeat], person: &str| seats.iter().any(|seat| seat.person.to_string() == person);
        let waits = |person: &str| view.waiting.iter().any(|waiting| waiting.seat.person.to_string() == person);
        let is_gone = |person: &str| {
            waits(person) || !(among(&view.members, person) || among(&view.others, person) || view.is_settling)
        };
        let gone = people.iter().filter(|person| is_gone(&person.attested.person));
        let remove: Vec<u32> = gone.map(|person| person.leaf).collect();
        let add: Vec<MlsWaiting> = view.waiting.iter().filter(|waiting| self.may_add(waiting, view)).cloned().collect();
        if remove.is_empty() && add.is_empty() {
            self.duty = None;
            return;
        }
        let own = self.group.as_ref().map_or(0, Group::leaf);
        let able = |person: &str| {
            view.members.iter().any(|seat| seat.connected && !seat.is_guest && seat.person.to_string() == person)
        };
        let turn = people.iter().filter(|person| person.leaf < own && able(&person.attested.person)).count();
        let references: Vec<&str> = add.iter().map(|waiting| waiting.reference.as_str()).collect();
        let key = format!("{remove:?}{references:?}");
        let since = match &self.duty {
            Some((known, since)) if *known == key => *since,
            _ => now,
        };
        self.duty = Some((key, since));
        if now.0 >= since.0 + TURN * turn as i64
            && let Err(error) = self.send_commit(&add, &remove, now)
        {
            self.faults.push(error.to_string());
        }
    }

    fn may_add(&self, MlsWaiting { seat, reference, .. }: &MlsWaiting, view: &MlsView) -> bool {
        let person = seat.person.to_string();
        let is_let_in = !seat.is_guest || self.admitted.contains(&person);
        let is_member = view.members.iter().any(|member| member.person == seat.person);
        seat.connected && is_let_in && !is_member && !self.refused.contains(reference)
    }

    fn send_commit(&mut self, add: &[MlsWaiting], remove: &[u32], now: UnixMillis) -> Result<()> {
        let group = self.group.as_mut().context("gone")?;
        let (generation, epoch) = (group.generation(), group.epoch());
        let (mut packages, mut added, mut faults) = (vec![], vec![], vec![]);
        for MlsWaiting { seat, reference, key_package } in add {
            let person = seat.person.to_string();
            let checked =
                from_base64url(&key_package.0).and_then(|bytes| group.checked(&bytes, &person, seat.is_guest, now));
            match checked {
                Ok(package) => {
                    packages.push(package);
                    added.push(MlsAdded { member: seat.member, reference: reference.clone() });
                }
                Err(error) => faults.push((error.to_string(), seat.member, reference.clone())),
            }
        }
        let is_vain = packages.is_empty() && remove.is_empty() && !add.is_empty();
        let staged = if is_vain { None } else { Some(group.stage(packages, remove)?) };
        for (code, member, reference) in faults {
            self.refused.insert(reference.clone());
            self.fault(&code, Some(member), Some(reference));
        }
        let Some(staged) = staged else { return Ok(()) };
        let commit = to_base64url(&staged.commit);
        ensure!(self.me.is_some(), "offline");
        self.staged = Some(commit.clone());
        let welcome = staged.welcome.map(|welcome| to_base64url(&welcome).into());
        self.said.push(MlsRequest::Commit { generation, epoch, commit: commit.into(), welcome, added });
        Ok(())
    }

    fn fault(&mut self, code: &str, about: Option<MemberId>, reference: Option<String>) {
        self.faults.push(code.to_owned());
        let at = self.group.as_ref().map(|group| (group.generation(), group.epoch()));
        let (generation, epoch) = at.unwrap_or_default();
        // The library's own words are longer than a code may be.
        let is_code = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let code = if is_code { code } else { "not_opened" }.to_owned();
        self.said.push(MlsRequest::Fault { generation, epoch, code, about, reference });
    }

    fn forget(&mut self) {
        (self.group, self.staged, self.welcome, self.published, self.duty) = (None, None, None, None, None);
    }
}

/// Tells epochs apart and says nothing of their secrets.
fn tag_of(EpochKeys { authenticator, .. }: &EpochKeys) -> String {
    let input = [b"Telekonsil 1.0 epoch tag", authenticator.as_slice()].concat();
    to_hex(&digest(&SHA256, &input).as_ref()[..TAG])
}
