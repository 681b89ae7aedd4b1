//! What can be booked now.

use super::may_be_booked;
use crate::app::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    ports::BookingRow,
    require,
    views::may_know,
};
use crate::domain::{
    access::{Permission, may},
    consult::view,
    directory::Actor,
    rota::{self, Zone},
    slots::{Calendar, Calendars, Hours, Rules, Slot, Taken, free},
};
use schemas::{
    ConsultId, PersonId, ServiceId, UnixMillis,
    directory::Role,
    slots::{self as wire, SlotList, SlotQuery},
};
use std::collections::BTreeMap;

/// How long a running consult of an exclusive duty is thought to go on. More hides slots of people who will be free; less
/// offers some of whom one is still in the talk before.
const RUNNING_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;

/// Upon one state of what is booked.
#[derive(Default)]
pub(super) struct Found {
    /// By time.
    pub(super) slots: Vec<Slot>,
    pub(super) calendars: Calendars,
    revs: BTreeMap<PersonId, i64>,
}

impl Found {
    /// Of the person's schedule, as it was looked at.
    pub(super) fn rev(&self, person: PersonId) -> i64 {
        self.revs.get(&person).copied().unwrap_or(0)
    }
}

impl Directory {
    pub(in crate::app) fn slot(&self, slot: &Slot) -> wire::AppointmentSlot {
        view::slot(slot, &|person| self.person_ref(person))
    }
}

impl App {
    /// What a house can book of a service, or a consult's people instead of its slot.
    pub async fn slots(&self, actor: &Actor, id: ServiceId, query: SlotQuery) -> Result<SlotList> {
        require(may(actor, None, Permission::ReadSlots))?;
        let now = self.now();
        let directory = self.directory().await?;
        let entry = directory.services.get(&id).ok_or(Error::NotFound)?;
        let works_for = actor.networks.contains(&entry.service.network_id);
        let asks = actor.has_role(Role::Referrer) && directory.is_offered(id, actor.hospital_id);
        if !works_for && !asks {
            return Err(Error::NotFound);
        }
        let (mut asking, mut requester) = (asks.then_some(actor.hospital_id), actor.person_id);
        if let Some(consult) = query.consult {
            let consult = self.consult(consult).await?.ok_or(Error::NotFound)?;
            if !may_know(actor, &consult.facts(now)) || consult.service_id != id {
                return Err(Error::NotFound);
            }
            (asking, requester) = (Some(consult.hospital_id), consult.requester);
        }
        let found = self.found(&directory, entry, query.consult, now).await?;
        let fits =
            |slot: &&Slot| asking.is_none_or(|asking| may_be_booked(&directory, entry, asking, requester, slot.person));
        Ok(SlotList {
            is_bookable: directory.booking.contains_key(&id),
            zone: entry.service.zone.clone(),
            slots: found.slots.iter().filter(fits).map(|slot| directory.slot(slot)).collect(),
        })
    }

    /// `except` may move: its own slot is none.
    pub(super) async fn found(
        &self,
        directory: &Directory,
        entry: &ServiceEntry,
        except: Option<ConsultId>,
        now: UnixMillis,
    ) -> Result<Found> {
        let rules = directory.booking.get(&entry.service.id).cloned();
        self.found_by(directory, entry, rules, except, now).await
    }

    /// Also what begins sooner than anybody may book.
    pub(super) async fn found_at_once(
        &self,
        directory: &Directory,
        entry: &ServiceEntry,
        except: Option<ConsultId>,
        now: UnixMillis,
    ) -> Result<Found> {
        let rules = directory.booking.get(&entry.service.id).cloned();
        let rules = rules.map(|rules| Rules { lead_minutes: 0, ..rules });
        self.found_by(directory, entry, rules, except, now).await
    }

    async fn found_by(
        &self,
        directory: &Directory,
        entry: &ServiceEntry,
        rules: Option<Rules>,
        except: Option<ConsultId>,
        now: UnixMillis,
    ) -> Result<Found> {
        let (Some(rules), Some(rota)) = (rules, entry.rota.as_ref()) else { return Ok(Found::default()) };
        // What was earlier today is over, and counts for the day.
        let read = self.repo.bookings(now.plus_seconds(-DAY_SECONDS).0).await?;
        let mut calendars = Calendars::new();
        let others = read.bookings.iter().filter(|row| except.is_none_or(|except| row.consult_id != except.0));
        for row in others {
            calendars.entry(PersonId(row.person_id)).or_default().taken.push(taken(row));
        }
        let running = if entry.exclusive { self.workload(now).await? } else { vec![] };
        for row in running.iter().filter(|row| row.occupied_by > 0) {
            block(calendars.entry(PersonId(row.person_id)).or_default(), now, now.plus_seconds(RUNNING_SECONDS));
        }
        for (id, person) in &directory.people {
            if let Some(until) = person.row.resting_until.map(UnixMillis).filter(|until| *until > now) {
                block(calendars.entry(*id).or_default(), now, until);
            }
        }
        // A slot that begins at the horizon ends after it.
        let until = now.plus_seconds((i64::from(rules.horizon_days) + 1) * DAY_SECONDS);
        let shifts = rota::shifts(rota, &directory.away, now, until);
        let zone: Zone = entry.service.zone.parse().unwrap_or_else(|_| rota.zone.clone());
        let hours = Hours { service: entry.service.id, rules: &rules, zone: &zone, land: rota.land };
        let slots = free(&hours, &shifts, &calendars, now);
        let revs = read.schedules.into_iter().map(|(person, rev)| (PersonId(person), rev)).collect();
        Ok(Found { slots, calendars, revs })
    }
}

fn block(calendar: &mut Calendar, from: UnixMillis, until: UnixMillis) {
    calendar.blocked = calendar.blocked.or(&[(from, until)].into_iter().collect());
}

fn taken(row: &BookingRow) -> Taken {
    Taken {
        service: ServiceId(row.service_id),
        talk: (UnixMillis(row.starts_at), UnixMillis(row.ends_at)),
        busy: (UnixMillis(row.busy_from), UnixMillis(row.busy_until)),
    }
}
