//! One group as the service sees it: its generation and epoch, who is in, and the commits that ended its last epochs.

use super::{CLOCKS_APART, Commit, LAST_EPOCH, LOG_KEPT, SETTLE_WITHIN, after};
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

/// Where a member is, by its own word.
#[derive(Debug)]
struct Place {
    epoch: u64,
    /// Absent until it has said that it is there.
    tag: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Group {
    /// 0 before the first one. Grows only, over restarts too.
    pub(super) generation: u64,
    pub(super) epoch: u64,
    /// When the epoch began.
    pub(super) since: UnixMillis,
    /// When it was made, or first brought back: newer groups that replace it give nobody more time.
    pub(super) begun_at: UnixMillis,
    /// When members first brought a group back after the server had been started anew.
    pub(super) restored_at: Option<UnixMillis>,
    /// Members that refused the last commit.
    pub(super) complaints: BTreeSet<MemberId>,
    members: BTreeMap<MemberId, Place>,
    /// By the epoch that each ended: the last [`LOG_KEPT`].
    pub(super) log: BTreeMap<u64, Logged>,
    /// As the team says: a guest who lies would leave out all others. The first of the team is believed, because nobody
    /// here could tell who lies: one of them who does costs the others the group, as one who commits nonsense does.
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
        self.members.iter().filter(|(_, place)| place.epoch < self.epoch).map(|(member, _)| *member)
    }

    /// Has said itself that it is in: whoever was added by another's word alone may be so falsely.
    pub(super) fn is_there(&self, member: MemberId) -> bool {
        self.members.get(&member).is_some_and(|place| place.tag.is_some())
    }

    pub(super) fn leave_out(&mut self, member: MemberId) {
        self.members.remove(&member);
    }

    pub(super) fn add(&mut self, member: MemberId, epoch: u64) {
        self.members.insert(member, Place { epoch, tag: None });
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
        self.members = BTreeMap::from([(creator, Place { epoch: 0, tag: Some(tag.clone()) })]);
        self.tags = BTreeMap::from([(0, tag)]);
        (self.since, self.begun_at) = (now, now);
    }

    /// The epoch that `commit` begins; `None` unless it ends this one, and its author is in.
    pub(super) fn epoch_after(&self, from: MemberId, commit: &Commit) -> Option<u64> {
        let is_current = commit.generation == self.generation && commit.epoch == self.epoch;
        self.epoch.checked_add(1).filter(|_| is_current && self.has(from))
    }

    /// Begins the `next` epoch. Returns what the members are told.
    pub(super) fn end_epoch(
        &mut self,
        from: MemberId,
        commit: &Commit,
        next: u64,
        now: UnixMillis,
    ) -> Vec<(MemberId, MlsNews)> {
        let logged = Logged { committer: from, commit: commit.commit.clone() };
        let told = self.members().map(|to| (to, self.told(commit.epoch, &logged))).collect();
        self.log.insert(commit.epoch, logged);
        self.epoch = next;
        let kept_from = self.kept_from();
        self.log.retain(|epoch, _| *epoch >= kept_from);
        self.tags.retain(|epoch, _| *epoch >= kept_from);
        self.since = now;
        self.complaints.clear();
        told
    }

    /// The oldest epoch of which anything is known.
    fn kept_from(&self) -> u64 {
        self.epoch.saturating_sub(LOG_KEPT as u64)
    }

    pub(super) fn last_author(&self, epoch: u64) -> Option<MemberId> {
        let is_last = self.epoch.checked_sub(1) == Some(epoch);
        self.log.get(&epoch).filter(|_| is_last).map(|logged| logged.committer)
    }

    /// Of an epoch in which the team has another tag this one cannot talk to anybody.
    pub(super) fn done(&mut self, from: MemberId, at: &At, is_of_team: bool) {
        if at.generation != self.generation || !(self.kept_from()..=self.epoch).contains(&at.epoch) {
            return;
        }
        let Some(place) = self.members.get_mut(&from) else { return };
        if at.epoch >= place.epoch {
            *place = Place { epoch: at.epoch, tag: Some(at.tag.clone()) };
        }
        if is_of_team {
            self.tags.entry(at.epoch).or_insert_with(|| at.tag.clone());
        }
        let Some(tag) = self.tags.get(&at.epoch) else { return };
        // A guest may have said another one before the team came.
        self.members.retain(|_, place| place.epoch != at.epoch || place.tag.as_ref().is_none_or(|said| said == tag));
        if *tag != at.tag {
            self.members.remove(&from);
        }
    }

    /// After a restart the team knows more than the server: the newest group counts that one of it comes back with, as
    /// long as they come back. Later it would let one who lies replace the group for ever.
    pub(super) fn is_older_than(&self, at: &At, now: UnixMillis) -> bool {
        let is_possible = i64::try_from(at.generation).is_ok_and(|generation| generation <= after(now, CLOCKS_APART).0)
            && at.epoch <= LAST_EPOCH;
        let comes_in_time = self.restored_at.is_some_and(|first| now < after(first, SETTLE_WITHIN));
        let is_newer = at.generation > self.generation;
        let is_further = at.generation == self.generation && at.epoch > self.epoch && self.log.is_empty();
        is_possible && (self.generation == 0 || comes_in_time && (is_newer || is_further))
    }

    pub(super) fn restore(&mut self, at: &At, now: UnixMillis) {
        let first = self.restored_at.unwrap_or(now);
        *self = Self {
            generation: at.generation,
            epoch: at.epoch,
            since: now,
            begun_at: first,
            restored_at: Some(first),
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
        self.members.insert(from, Place { epoch: at.epoch, tag: Some(at.tag.clone()) });
        Some(missed)
    }

    #[cfg(test)]
    pub(super) fn tags_kept(&self) -> usize {
        self.tags.len()
    }

    fn told(&self, epoch: u64, logged: &Logged) -> MlsNews {
        let Logged { committer, ref commit } = *logged;
        MlsNews::Commit { generation: self.generation, epoch, committer, commit: commit.clone() }
    }
}
