//! One group as the service sees it: its generation and epoch, who is in, and the commits that ended its last epochs.

use super::{CLOCKS_APART, Commit, LOG_KEPT, after};
use schemas::mls::MlsNews;
use schemas::{MemberId, PrivateText, UnixMillis};
use std::collections::{BTreeMap, BTreeSet};

/// An epoch as a member names it. All who share its secrets share the tag.
#[derive(Clone, Debug)]
pub(in crate::room) struct At {
    pub generation: u64,
    pub epoch: u64,
    pub tag: String,
}

#[derive(Debug)]
pub(super) struct Logged {
    committer: MemberId,
    commit: PrivateText,
}

#[derive(Debug, Default)]
pub(super) struct Group {
    /// 0 before the first one. Grows only, over restarts too.
    pub(super) generation: u64,
    pub(super) epoch: u64,
    /// When the epoch began.
    pub(super) since: UnixMillis,
    /// When members brought the group back after the server had been started anew.
    pub(super) restored_at: Option<UnixMillis>,
    /// Members that refused the last commit.
    pub(super) complaints: BTreeSet<MemberId>,
    /// With the epoch that each said it is in.
    members: BTreeMap<MemberId, u64>,
    /// By the epoch that each ended: the last [`LOG_KEPT`].
    pub(super) log: BTreeMap<u64, Logged>,
    tags: BTreeMap<u64, String>,
}

impl Group {
    pub(super) fn has(&self, member: MemberId) -> bool {
        self.members.contains_key(&member)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = MemberId> {
        self.members.keys().copied()
    }

    /// Those who have not said that they are in the epoch.
    pub(super) fn behind(&self) -> impl Iterator<Item = MemberId> {
        self.members.iter().filter(|(_, epoch)| **epoch < self.epoch).map(|(member, _)| *member)
    }

    pub(super) fn leave_out(&mut self, member: MemberId) {
        self.members.remove(&member);
    }

    pub(super) fn add(&mut self, member: MemberId, epoch: u64) {
        self.members.insert(member, epoch);
    }

    /// Nobody is in any more.
    pub(super) fn dissolve(&mut self) {
        self.members.clear();
        self.complaints.clear();
    }

    /// Its number is the time at least, so that no node gives one out twice.
    pub(super) fn next_generation(&mut self, now: UnixMillis) {
        let now = u64::try_from(now.0).unwrap_or(0);
        *self = Self { generation: now.max(self.generation.saturating_add(1)), ..Self::default() };
    }

    pub(super) fn begin_with(&mut self, creator: MemberId, tag: String, now: UnixMillis) {
        self.members = BTreeMap::from([(creator, 0)]);
        self.tags = BTreeMap::from([(0, tag)]);
        self.since = now;
    }

    /// `commit` ends the epoch, and its author is in.
    pub(super) fn takes(&self, from: MemberId, commit: &Commit) -> bool {
        commit.generation == self.generation && commit.epoch == self.epoch && self.has(from)
    }

    /// Begins the next epoch. Returns what the members are told.
    pub(super) fn end_epoch(&mut self, from: MemberId, commit: &Commit, now: UnixMillis) -> Vec<(MemberId, MlsNews)> {
        let logged = Logged { committer: from, commit: commit.commit.clone() };
        let told = self.members().map(|to| (to, self.told(commit.epoch, &logged))).collect();
        self.log.insert(commit.epoch, logged);
        self.epoch += 1;
        let kept_from = self.epoch.saturating_sub(LOG_KEPT as u64);
        self.log.retain(|epoch, _| *epoch >= kept_from);
        self.tags.retain(|epoch, _| *epoch >= kept_from);
        self.since = now;
        self.complaints.clear();
        told
    }

    pub(super) fn last_author(&self, epoch: u64) -> Option<MemberId> {
        let is_last = self.epoch.checked_sub(1) == Some(epoch);
        self.log.get(&epoch).filter(|_| is_last).map(|logged| logged.committer)
    }

    /// Of an epoch in which others have another tag this one cannot talk to anybody. The first of the team says what the
    /// tag is: a guest who lies would leave out all others.
    pub(super) fn done(&mut self, from: MemberId, at: &At, is_of_team: bool) {
        if at.generation != self.generation || at.epoch > self.epoch {
            return;
        }
        let Some(known) = self.members.get_mut(&from) else { return };
        if is_of_team {
            self.tags.entry(at.epoch).or_insert_with(|| at.tag.clone());
        }
        if self.tags.get(&at.epoch).is_none_or(|tag| *tag == at.tag) {
            *known = (*known).max(at.epoch);
        } else {
            self.members.remove(&from);
        }
    }

    /// After a restart members know more than the server: the newest group counts that anybody comes back with.
    pub(super) fn is_older_than(&self, at: &At, now: UnixMillis) -> bool {
        let is_possible = i64::try_from(at.generation).is_ok_and(|generation| generation <= after(now, CLOCKS_APART).0)
            && u32::try_from(at.epoch).is_ok();
        let is_newer = self.restored_at.is_some() && at.generation > self.generation;
        let is_further = self.restored_at.is_some()
            && at.generation == self.generation
            && at.epoch > self.epoch
            && self.log.is_empty();
        is_possible && (self.generation == 0 || is_newer || is_further)
    }

    pub(super) fn restore(&mut self, at: &At, now: UnixMillis) {
        *self = Self {
            generation: at.generation,
            epoch: at.epoch,
            since: now,
            restored_at: Some(now),
            tags: BTreeMap::from([(at.epoch, at.tag.clone())]),
            ..Self::default()
        };
    }

    /// The commits that somebody lacks who was away; `None` when these do not bring them back.
    pub(super) fn come_back(&mut self, from: MemberId, at: &At) -> Option<Vec<MlsNews>> {
        if at.generation != self.generation || at.epoch > self.epoch {
            return None;
        }
        let is_same = self.tags.get(&at.epoch).map_or(self.has(from), |known| *known == at.tag);
        if !is_same || !(self.has(from) || self.restored_at.is_some()) {
            return None;
        }
        let lacking = self.epoch - at.epoch;
        if lacking > self.log.len() as u64 {
            return None;
        }
        let missed = (at.epoch..self.epoch).map(|epoch| Some(self.told(epoch, self.log.get(&epoch)?)));
        let missed = missed.collect::<Option<Vec<_>>>()?;
        self.members.insert(from, at.epoch);
        Some(missed)
    }

    fn told(&self, epoch: u64, logged: &Logged) -> MlsNews {
        let Logged { committer, ref commit } = *logged;
        MlsNews::Commit { generation: self.generation, epoch, committer, commit: commit.clone() }
    }
}
