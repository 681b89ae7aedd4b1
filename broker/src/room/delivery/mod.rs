//! The delivery service of a room's MLS group (RFC 9420 § 3, RFC 9750 § 5). Pure: told the time, and everything it says goes
//! to a list. It orders commits and routes them, knows of a commit who sent it and whom it adds because the sender says so,
//! and holds nothing secret: key packages, commits and welcomes are text to it. The protocol is in
//! `schemas/END_TO_END.md`, the same machine for the tests of the pages in `web/src/e2ee/delivery/serviceModel.ts`.
//!
//! Invariants: one commit ends an epoch, the first that comes; a member was added by a commit or made the group, and has not
//! been told otherwise; whoever reads the views in order knows who is in, who waits, and whose turn it is to make a group;
//! what is kept is bounded ([`LOG_KEPT`], one key package a seat).

mod group;
#[cfg(test)]
mod tests;
mod view;

pub(super) use group::At;
use group::Group;
use schemas::mls::{MlsAdded, MlsNews, MlsView};
use schemas::{MemberId, PersonId, PrivateText, UnixMillis};
use std::collections::{BTreeMap, BTreeSet};

/// Until somebody who waits gets a new group, when no member is connected, in ms. More waits at a dead door; less gives up
/// a group for a network that was gone for a moment.
pub(super) const NO_LIVE_AFTER: i64 = 3_000;
/// Until another one is asked to make the group, in ms.
pub(super) const CREATE_WITHIN: i64 = 5_000;
/// Until a connected member that does not follow counts as stuck, in ms.
pub(super) const LAG_WITHIN: i64 = 10_000;
/// Until members who leave somebody waiting are given up for those who wait, in ms.
pub(super) const STUCK_AFTER: i64 = 30_000;
/// How long a key package stands, unrefused, for the wait of its owner to go on with the next one, in ms. More, up to the 20 s
/// after which a page tries another one, waits for slower members to refuse it; less lets forged ones follow one another faster
/// than anybody can refuse them, and cost the group.
pub(super) const HEARD_WITHIN: i64 = 10_000;
/// Until who neither waits nor was added begins to be outside anew, in ms. More lets somebody whose page slept cost the group
/// when it wakes; less, down to the 15 s that a page pauses at most, forgets how long somebody has tried in vain.
pub(super) const SILENT_AFTER: i64 = 20_000;
/// After a restart, until those who do not come back count as gone, in ms. More keeps them in the group for longer; less
/// removes somebody whose browser takes its time to find the server again.
pub(super) const SETTLE_WITHIN: i64 = 10_000;
/// How far the clocks of two nodes may be apart, in ms: no group is younger that members bring back after a restart. More
/// lets a member claim one that ends all others; less gives up a group for a clock that was set.
pub(super) const CLOCKS_APART: i64 = 3_600_000;
/// Highest epoch that members bring back after a restart: 17 years of eight commits a second. More lets a member claim one
/// after which none comes; less gives up a group that got there.
pub(super) const LAST_EPOCH: u64 = u32::MAX as u64;
/// Commits that everybody else refused, before their author is left out.
pub(super) const MAX_STRIKES: u32 = 2;
/// Of the team who have to refuse a commit until it counts against its author: one alone may be who lies.
pub(super) const MIN_COMPLAINTS: usize = 2;
/// Refusals that say something of the page that refuses, and nothing of the commit.
const LOCAL: [&str; 4] = ["failed", "gone", "removed", "wrong_epoch"];
/// Commits kept for those who come back. More than fits into a socket's outbox would hang up on them; less has members added
/// anew who were away for long.
pub(super) const LOG_KEPT: usize = 32;

/// What the service wants done.
#[derive(Debug)]
pub(super) enum Said {
    To(MemberId, MlsNews),
    Audit(Event),
}

/// For the audit: what the people in the room are told of, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A new group begins; `is_first` where there was none before.
    Generation { generation: u64, is_first: bool },
    /// A member has refused a commit or a key package.
    Fault { by: MemberId, code: String, about: Option<MemberId> },
    /// Everybody refused this one's commits, more than once.
    Barred(MemberId),
}

#[derive(Debug)]
struct Seat {
    person: PersonId,
    is_guest: bool,
    connected: bool,
    attempt: u32,
    /// What a guest came back with before there was a group: see [`Delivery::back`].
    early: Option<(u32, At)>,
    /// Of its last view, what is its own: the attempt, and whether it is barred. Absent when that view is out of date.
    told: Option<(u32, bool)>,
}

/// A key package that waits.
#[derive(Debug)]
struct Offer {
    reference: String,
    key_package: PrivateText,
    /// When it came.
    at: UnixMillis,
    /// Since when its owner waits, with this one or one before it.
    since: UnixMillis,
    is_refused: bool,
}

/// One of the team who wants to be in and is not, whatever others say of it: refused, or added falsely.
#[derive(Debug)]
struct Outside {
    since: UnixMillis,
    /// Since when it neither waits nor was added. See [`SILENT_AFTER`].
    silent_since: Option<UnixMillis>,
}

#[derive(Debug)]
struct Creator {
    member: MemberId,
    since: UnixMillis,
}

#[derive(Debug, Default)]
pub(super) struct Delivery {
    version: u64,
    /// What the last views had in common.
    board: Option<MlsView>,
    seats: BTreeMap<MemberId, Seat>,
    waiting: BTreeMap<MemberId, Offer>,
    outside: BTreeMap<MemberId, Outside>,
    /// As long as the room is open: whoever leaves and returns has the same number.
    strikes: BTreeMap<MemberId, u32>,
    group: Group,
    /// Who is asked to make the group.
    creator: Option<Creator>,
    /// Since when somebody waits and no member is there to add them.
    no_live_since: Option<UnixMillis>,
    has_settled: bool,
    said: Vec<Said>,
}

/// A commit as its author hands it in.
#[derive(Debug)]
pub(super) struct Commit {
    pub generation: u64,
    pub epoch: u64,
    pub commit: PrivateText,
    pub welcome: Option<PrivateText>,
    pub added: Vec<MlsAdded>,
}

/// What the room tells.
impl Delivery {
    pub(super) fn connect(&mut self, member: MemberId, person: PersonId, is_guest: bool, now: UnixMillis) {
        self.seats.insert(member, Seat { person, is_guest, connected: true, attempt: 0, early: None, told: None });
        // Nobody could add it while it was away.
        self.outside.remove(&member);
        if let Some(offer) = self.waiting.get_mut(&member) {
            (offer.at, offer.since) = (now, now);
        }
        self.changed(now);
    }

    pub(super) fn disconnect(&mut self, member: MemberId, now: UnixMillis) {
        if let Some(seat) = self.seats.get_mut(&member) {
            seat.connected = false;
        }
        self.changed(now);
    }

    /// The seat is gone: left, timed out, removed by the host.
    pub(super) fn leave(&mut self, member: MemberId, now: UnixMillis) {
        self.seats.remove(&member);
        self.waiting.remove(&member);
        self.group.leave_out(member);
        self.changed(now);
    }

    pub(super) fn tick(&mut self, now: UnixMillis) {
        self.changed(now);
    }

    /// Takes what is to be said and recorded, in order.
    pub(super) fn take_said(&mut self) -> Vec<Said> {
        std::mem::take(&mut self.said)
    }

    /// When [`Self::tick`] is due.
    pub(super) fn next_deadline(&self) -> Option<UnixMillis> {
        let creating = self.creator.as_ref().map(|creator| after(creator.since, CREATE_WITHIN));
        // While somebody is asked, another one is asked next.
        let dead = self.no_live_since.filter(|_| self.creator.is_none()).map(|since| after(since, NO_LIVE_AFTER));
        let settling = self.group.restored_at.filter(|_| !self.has_settled).map(|at| after(at, SETTLE_WITHIN));
        let lagging = self.laggards().next().map(|_| after(self.group.since, LAG_WITHIN));
        let stuck = self.stuck_since().map(|since| after(since, STUCK_AFTER));
        [creating, dead, settling, lagging, stuck].into_iter().flatten().min()
    }
}

/// What members tell. Each is ignored from a seat that is not connected.
impl Delivery {
    pub(super) fn here(
        &mut self,
        from: MemberId,
        attempt: u32,
        reference: String,
        key_package: PrivateText,
        now: UnixMillis,
    ) {
        if !self.is_new_attempt(from, attempt) {
            return self.show();
        }
        self.group.leave_out(from);
        let earlier = self.waiting.get(&from);
        let stood = earlier.filter(|offer| !offer.is_refused && now >= after(offer.at, HEARD_WITHIN));
        let since = stood.map_or(now, |offer| offer.since);
        self.waiting.insert(from, Offer { reference, key_package, at: now, since, is_refused: false });
        self.changed(now);
    }

    /// A member that was away: the log brings it up to date, as far as it reaches. After a restart the team brings the
    /// group back. A guest who is faster waits for it: their word alone would leave out all who know better, and to have
    /// forgotten the group for being fast would cost them their pictures.
    pub(super) fn back(&mut self, from: MemberId, attempt: u32, at: &At, now: UnixMillis) {
        let is_of_team = self.is_of_team(from);
        if self.group.generation == 0 && !is_of_team {
            if let Some(seat) = self.seats.get_mut(&from).filter(|seat| seat.connected) {
                seat.early = Some((attempt, at.clone()));
            }
            return;
        }
        if !self.is_new_attempt(from, attempt) {
            return self.show();
        }
        if is_of_team && !self.is_barred(from) && self.group.is_older_than(at, now) {
            self.group.restore(at, now);
            self.creator = None;
        }
        self.come_back(from, at);
        self.changed(now);
    }

    pub(super) fn created(&mut self, from: MemberId, generation: u64, tag: String, now: UnixMillis) {
        let is_asked = self.creator.as_ref().is_some_and(|creator| creator.member == from);
        if !self.is_connected(from) || !is_asked || generation != self.group.generation {
            return;
        }
        self.creator = None;
        self.waiting.remove(&from);
        self.group.begin_with(from, tag, now);
        self.changed(now);
    }

    /// `false`: it comes to nothing.
    pub(super) fn commit(&mut self, from: MemberId, commit: Commit, now: UnixMillis) -> bool {
        let waits =
            |added: &MlsAdded| self.waiting.get(&added.member).is_some_and(|offer| offer.reference == added.reference);
        let is_good = self.is_connected(from) && commit.added.iter().all(waits);
        let Some(next) = self.group.epoch_after(from, &commit).filter(|_| is_good) else { return false };
        for (to, message) in self.group.end_epoch(from, &commit, next, now) {
            self.say(to, message);
        }
        for MlsAdded { member, reference } in commit.added {
            self.waiting.remove(&member);
            self.group.add(member, commit.epoch);
            if let Some(welcome) = commit.welcome.clone() {
                self.say(member, MlsNews::Welcome { generation: commit.generation, reference, welcome });
            }
        }
        self.changed(now);
        true
    }

    pub(super) fn done(&mut self, from: MemberId, at: &At, now: UnixMillis) {
        if self.is_connected(from) {
            self.group.done(from, at, self.is_of_team(from));
            self.changed(now);
        }
    }

    pub(super) fn fault(
        &mut self,
        from: MemberId,
        epoch: u64,
        code: String,
        about: Option<MemberId>,
        reference: Option<&str>,
        now: UnixMillis,
    ) {
        if !self.is_connected(from) || !self.group.has(from) {
            return;
        }
        let is_of_team = self.is_of_team(from);
        let is_complaint = is_of_team && !LOCAL.contains(&code.as_str());
        self.said.push(Said::Audit(Event::Fault { by: from, code, about }));
        if let Some(offer) = about.and_then(|about| self.waiting.get_mut(&about))
            && Some(offer.reference.as_str()) == reference
            && is_of_team
        {
            offer.is_refused = true;
        }
        if is_complaint && about.is_some_and(|about| about != from) && self.group.last_author(epoch) == about {
            self.group.complaints.insert(from);
        }
        self.changed(now);
    }

    fn is_connected(&self, member: MemberId) -> bool {
        self.seats.get(&member).is_some_and(|seat| seat.connected)
    }

    fn is_of_team(&self, member: MemberId) -> bool {
        self.seats.get(&member).is_some_and(|seat| !seat.is_guest)
    }

    /// One that is none is answered with the next view: a page that began anew on its socket learns there how far the one
    /// before had counted.
    fn is_new_attempt(&mut self, from: MemberId, attempt: u32) -> bool {
        let Some(seat) = self.seats.get_mut(&from).filter(|seat| seat.connected) else { return false };
        if attempt <= seat.attempt {
            seat.told = None;
            return false;
        }
        seat.attempt = attempt;
        true
    }
}

/// What follows.
impl Delivery {
    fn changed(&mut self, now: UnixMillis) {
        self.judge();
        if now >= after(self.group.since, LAG_WITHIN) {
            let stuck: Vec<_> = self.laggards().collect();
            stuck.into_iter().for_each(|member| self.group.leave_out(member));
        }
        self.look_outside(now);
        self.choose(now);
        self.hear_the_early();
        self.has_settled = self.group.restored_at.is_none_or(|at| now >= after(at, SETTLE_WITHIN));
        self.show();
    }

    fn come_back(&mut self, from: MemberId, at: &At) {
        match self.group.come_back(from, at).filter(|_| !self.is_barred(from)) {
            Some(missed) => {
                self.waiting.remove(&from);
                for message in missed {
                    self.say(from, message);
                }
            }
            None => self.group.leave_out(from),
        }
    }

    /// Guests who came back before the team, once there is a group.
    fn hear_the_early(&mut self) {
        if self.group.generation == 0 {
            return;
        }
        let early = self.seats.iter_mut().filter_map(|(member, seat)| Some((*member, seat.early.take()?)));
        for (member, (attempt, at)) in early.collect::<Vec<_>>() {
            if self.is_new_attempt(member, attempt) {
                self.come_back(member, &at);
            }
        }
    }

    /// A commit that everybody but its author refused costs the group.
    fn judge(&mut self) {
        let Some(author) = self.group.epoch.checked_sub(1).and_then(|last| self.group.last_author(last)) else {
            return;
        };
        let others = self.group.members().any(|member| member != author && self.is_connected(member));
        if self.group.complaints.is_empty() || others || !self.seats.contains_key(&author) {
            return;
        }
        let counts = self.group.complaints.len() >= MIN_COMPLAINTS;
        self.group.dissolve();
        if counts {
            *self.strikes.entry(author).or_default() += 1;
        }
        if counts && self.is_barred(author) {
            self.waiting.remove(&author);
            self.said.push(Said::Audit(Event::Barred(author)));
        }
    }

    fn look_outside(&mut self, now: UnixMillis) {
        let is_out = |member: &MemberId| self.is_able(*member) && !self.group.is_there(*member);
        let out: BTreeSet<_> = self.seats.keys().copied().filter(is_out).collect();
        let is_silent = |since: UnixMillis| now >= after(since, SILENT_AFTER);
        self.outside.retain(|member, outside| out.contains(member) && !outside.silent_since.is_some_and(is_silent));
        for member in out {
            if self.waiting.contains_key(&member) || self.group.has(member) {
                let new = Outside { since: now, silent_since: None };
                self.outside.entry(member).or_insert(new).silent_since = None;
            } else if let Some(outside) = self.outside.get_mut(&member) {
                outside.silent_since.get_or_insert(now);
            }
        }
    }

    /// Sees to it that there is a group, or that somebody makes one.
    fn choose(&mut self, now: UnixMillis) {
        let is_stuck = self.stuck_since().is_some_and(|since| now >= after(since, STUCK_AFTER));
        // A guest adds nobody.
        let has_team = self.group.members().any(|member| self.is_of_team(member));
        let who_wait = self.waiting.keys().filter(|member| self.is_able(**member)).count();
        if is_stuck || !has_team && who_wait > 2 * self.able().count() {
            // By those who are given up, or have left and are fewer.
            self.waiting.values_mut().for_each(|offer| offer.is_refused = false);
        }
        let mut able: Vec<_> = self.able().map(|(member, _)| member).collect();
        // Whoever leaves a group to make the next one comes last.
        able.sort_by_key(|member| self.outside.get(member).map(|outside| outside.since));
        if self.is_live() || able.is_empty() {
            self.no_live_since = None;
        } else {
            self.no_live_since.get_or_insert(now);
        }
        if let Some(Creator { member: asked, since }) = self.creator {
            if able.contains(&asked) && now < after(since, CREATE_WITHIN) {
                return;
            }
            let next = able.iter().skip_while(|member| **member != asked).nth(1);
            return self.begin(next.or(able.first()).copied(), now);
        }
        let is_dead = self.no_live_since.is_some_and(|since| now >= after(since, NO_LIVE_AFTER));
        if is_stuck || is_dead || (!has_team && !able.is_empty()) {
            self.begin(able.first().copied(), now);
        }
    }

    fn begin(&mut self, creator: Option<MemberId>, now: UnixMillis) {
        self.creator = creator.map(|member| Creator { member, since: now });
        self.group.dissolve();
        if self.creator.is_some() {
            let is_first = self.group.generation == 0;
            self.group.next_generation(now);
            self.no_live_since = None;
            self.said.push(Said::Audit(Event::Generation { generation: self.group.generation, is_first }));
        }
    }

    /// Connected members who have not said that they are in the epoch.
    fn laggards(&self) -> impl Iterator<Item = MemberId> {
        self.group.behind().filter(|member| self.is_connected(*member))
    }

    /// Since when somebody waits whom the members could have added. Neither a renewal of keys nor that they add others ends it.
    /// What they say of those who wait counts, until these are more of the team than they.
    fn stuck_since(&self) -> Option<UnixMillis> {
        if self.creator.is_some() || !self.is_live() {
            return None;
        }
        let unrefused = self.able().map(|(_, offer)| offer.since).min();
        let is_inside = |member: &MemberId| self.is_able(*member) && self.group.is_there(*member);
        let inside = self.group.members().filter(is_inside).count();
        let wanting = self.outside.values().filter(|outside| outside.silent_since.is_none());
        let mut outside: Vec<_> = wanting.map(|outside| outside.since).collect();
        outside.sort_unstable();
        // One of them has to be there to be asked, and as long: who has just come is added first.
        let there = self.outside.iter().filter(|(member, _)| self.waiting.contains_key(member));
        let first_there = there.map(|(_, outside)| outside.since).min();
        let outnumber = outside.get(inside).zip(first_there).map(|(since, there)| there.max(*since));
        unrefused.into_iter().chain(outnumber).min().map(|first| first.max(self.group.begun_at))
    }

    /// Those of the team who wait and could make a group or be added.
    fn able(&self) -> impl Iterator<Item = (MemberId, &Offer)> {
        let waiting = self.waiting.iter().map(|(member, offer)| (*member, offer));
        waiting.filter(|(member, offer)| !offer.is_refused && self.is_able(*member))
    }

    fn is_able(&self, member: MemberId) -> bool {
        self.is_connected(member) && self.is_of_team(member) && !self.is_barred(member)
    }

    /// Somebody is there who could add others.
    fn is_live(&self) -> bool {
        self.group.members().any(|member| self.is_connected(member) && self.is_of_team(member))
    }

    fn is_barred(&self, member: MemberId) -> bool {
        self.strikes.get(&member).is_some_and(|strikes| *strikes >= MAX_STRIKES)
    }

    fn say(&mut self, to: MemberId, message: MlsNews) {
        if self.is_connected(to) {
            self.said.push(Said::To(to, message));
        }
    }
}

fn after(at: UnixMillis, millis: i64) -> UnixMillis {
    UnixMillis(at.0.saturating_add(millis))
}
