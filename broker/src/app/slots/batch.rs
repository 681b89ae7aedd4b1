//! Consults that wait for a slot, shared out together: proposed to the coordinator, and to both sides when sent.

use super::{Found, SlotWish, may_be_booked, rules::coordinated};
use crate::app::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    log::{Wish, pass_over},
    ports::ConsultFilter,
};
use crate::domain::{
    access::{Permission, may},
    consult::Consult,
    directory::Actor,
    rota::Zone,
    slots::{Calendar, Hours, Left, Placed, Slot, Waiting, at_most_a_day, place},
};
use schemas::{
    ConsultId, PersonId, ServiceId, UnixMillis,
    consult::ActionName,
    slots::{LeftOver, Placement, PlacementProposal, PlacementReasons, SendPlacements, SentPlacements},
};
use std::collections::{BTreeMap, BTreeSet};

/// Consults that are shared out at once. More takes seconds of a core.
const BATCH: u32 = 500;
/// Slots that are given out at once, the earliest.
const SLOTS: usize = 2_000;
const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;

impl App {
    /// The cheapest way to place all that wait. Computed anew each time; nothing is held.
    pub async fn placements(&self, actor: &Actor, id: ServiceId) -> Result<PlacementProposal> {
        let now = self.now();
        let directory = self.directory().await?;
        let entry = coordinated(&directory, actor, id)?;
        let consults = self.waiting_consults(entry).await?;
        let found = self.found(&directory, entry, None, now).await?;
        let slots = placeable(&directory, entry, &found);
        let load = load(&found, now);
        let waiting: Vec<Waiting> = consults.iter().map(|consult| waits(&directory, entry, consult)).collect();
        let shared = { (waiting.clone(), slots.clone(), load.clone()) };
        // A second of a core in the worst case: not on a thread that answers others.
        let placed = tokio::task::spawn_blocking(move || place(&shared.0, &shared.1, &shared.2, now));
        let placed = placed.await.map_err(|error| Error::bug("placing a batch", error))?;
        self.proposal(&directory, &consults, &waiting, &load, placed, slots.len(), now).await
    }

    /// Holds each slot and asks both sides. One after the other: each is booked or not, whatever becomes of the others.
    pub async fn send_placements(&self, actor: &Actor, id: ServiceId, send: &SendPlacements) -> Result<SentPlacements> {
        coordinated(&*self.directory().await?, actor, id)?;
        if send.placements.is_empty() || send.placements.len() > BATCH as usize {
            return Err(Error::InvalidField("placements: are none, or more than 500".to_owned()));
        }
        let (mut sent, mut not_sent) = (vec![], vec![]);
        for chosen in &send.placements {
            match self.place_one(actor, id, chosen.consult, chosen.slot).await {
                Ok(()) => sent.push(chosen.consult),
                Err(error @ (Error::Unavailable | Error::Internal)) => return Err(error),
                Err(_) => not_sent.push(chosen.consult),
            }
        }
        Ok(SentPlacements { sent, not_sent })
    }

    async fn place_one(
        &self,
        actor: &Actor,
        service: ServiceId,
        id: ConsultId,
        choice: schemas::slots::SlotChoice,
    ) -> Result<()> {
        let consult = self.known(actor, id).await?;
        let may = may(actor, Some(&consult.facts(self.now())), Permission::Act(ActionName::BookSlot));
        if !may || consult.service_id != service {
            return Err(Error::NotFound);
        }
        self.run(id, &Wish::Slot(SlotWish::Place { person: actor.person_id, choice })).await?;
        Ok(())
    }

    /// Those of the service that wait for a slot, whoever waits longest first.
    async fn waiting_consults(&self, entry: &ServiceEntry) -> Result<Vec<Consult>> {
        let filter = ConsultFilter {
            open_only: true,
            networks: vec![entry.service.network_id.0],
            limit: 2 * BATCH,
            ..ConsultFilter::default()
        };
        let mut waiting = Vec::new();
        for row in self.repo.snapshots(&filter).await?.iter().filter(|row| row.service_id == entry.service.id.0) {
            waiting.extend(pass_over(self.state_of(row).await)?.filter(Consult::wants_slot));
        }
        waiting.sort_by_key(|consult| (since(consult), consult.id));
        waiting.truncate(BATCH as usize);
        Ok(waiting)
    }

    #[expect(clippy::too_many_arguments)]
    async fn proposal(
        &self,
        directory: &Directory,
        consults: &[Consult],
        waiting: &[Waiting],
        load: &BTreeMap<PersonId, u32>,
        placed: Placed,
        slots: usize,
        now: UnixMillis,
    ) -> Result<PlacementProposal> {
        let lines = self.lines(consults).await?;
        let of = |id: ConsultId| consults.iter().find(|consult| consult.id == id);
        let summary = |id| of(id).map(|consult| directory.summary(consult, &lines));
        let placements = placed.placements.iter().filter_map(|of| {
            let it = waiting.iter().find(|it| it.consult == of.consult)?;
            let reasons = reasons(it, of, load, now);
            Some(Placement { consult: summary(of.consult)?, slot: directory.slot(&of.slot), reasons })
        });
        let left = placed.left.iter().filter_map(|left| {
            let (id, is_outbid) = match left {
                Left::NoSlot(id) => (*id, false),
                Left::Outbid(id) => (*id, true),
            };
            Some(LeftOver { consult: summary(id)?, is_outbid })
        });
        let slots = u32::try_from(slots).unwrap_or(u32::MAX);
        Ok(PlacementProposal { placements: placements.collect(), left: left.collect(), slots })
    }
}

fn placeable(directory: &Directory, entry: &ServiceEntry, found: &Found) -> Vec<Slot> {
    let id = entry.service.id;
    let zone = entry.service.zone.parse::<Zone>();
    let (Some(rules), Ok(zone)) = (directory.booking.get(&id), zone) else { return vec![] };
    let hours = Hours { service: id, rules, zone: &zone, land: None };
    let mut slots = at_most_a_day(&hours, &found.slots, &found.calendars);
    slots.truncate(SLOTS);
    slots
}

/// Appointments that each has still to come.
fn load(found: &Found, now: UnixMillis) -> BTreeMap<PersonId, u32> {
    let ahead = |calendar: &Calendar| calendar.taken.iter().filter(|taken| taken.talk.1 > now).count();
    let count = |calendar| u32::try_from(ahead(calendar)).unwrap_or(u32::MAX);
    found.calendars.iter().map(|(person, calendar)| (*person, count(calendar))).collect()
}

fn waits(directory: &Directory, entry: &ServiceEntry, consult: &Consult) -> Waiting {
    let declined = consult.appointment.as_ref().map(|of| of.declined.clone()).unwrap_or_default();
    let before = consult.appointment.as_ref().map(|of| of.before.clone()).unwrap_or_default();
    let fits = |person: &PersonId| {
        may_be_booked(directory, entry, consult.hospital_id, consult.requester, *person) && !declined.contains(person)
    };
    let known: BTreeSet<PersonId> = before.into_iter().chain(consult.former.iter().copied()).collect();
    Waiting {
        consult: consult.id,
        since: since(consult),
        deadline: consult.fields.deadline,
        may: directory.people.keys().copied().filter(fits).collect(),
        known: known.difference(&declined).copied().collect(),
    }
}

/// Since it was asked for: what went back to wait has not begun to wait anew.
fn since(consult: &Consult) -> UnixMillis {
    consult.asked_since().unwrap_or(consult.created_at)
}

fn reasons(
    it: &Waiting,
    of: &crate::domain::slots::Placement,
    load: &BTreeMap<PersonId, u32>,
    now: UnixMillis,
) -> PlacementReasons {
    let days = now.seconds_since(it.since).max(0) / DAY_SECONDS;
    let terms = of.terms;
    PlacementReasons {
        waited_days: u32::try_from(days).unwrap_or(u32::MAX),
        wait: terms.wait,
        slack_hours: it.deadline.map(|deadline| deadline.seconds_since(of.slot.until) / HOUR_SECONDS),
        slack: terms.slack,
        appointments: load.get(&of.slot.person).copied().unwrap_or(0),
        load: terms.load,
        is_known: (!it.known.is_empty()).then(|| it.known.contains(&of.slot.person)),
        stranger: terms.stranger,
        sum: terms.sum(),
    }
}
