//! Who is on duty, and what the coordinator watches.

use super::{
    App, Result,
    directory::{Directory, ServiceEntry},
    handover::NEAR_SECONDS,
    log::pass_over,
    planning::{findings::found, wire_conflict},
    ports::ConsultFilter,
    require,
    views::may_know,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::{self, Shift},
};
use schemas::{
    PersonId, ServiceId, UnixMillis,
    consult::ConsultSummary,
    directory::{Board, BoardService, BoardSite, Duty, DutyLevel, HospitalRef},
    rota::NearFinding,
};
use std::collections::{BTreeMap, BTreeSet};

/// How far the board looks. More computes and shows more than a coordinator plans by heart; less hides Monday's gap
/// on a Thursday.
const BOARD_SECONDS: i64 = 7 * 86_400;
/// How far one's own duties are shown.
const DUTIES_SECONDS: i64 = 28 * 86_400;
/// Consults on a board. More than anybody can watch.
const BOARD_CONSULTS: u32 = 1000;

impl App {
    /// Services of the caller's networks with who is on now and next, and every open consult, the most urgent first.
    pub async fn board(&self, actor: &Actor) -> Result<Board> {
        require(may(actor, None, Permission::ReadBoard))?;
        let now = self.now();
        let directory = self.directory().await?;
        let filter = ConsultFilter {
            open_only: true,
            networks: actor.networks.iter().map(|id| id.0).collect(),
            limit: BOARD_CONSULTS,
            ..ConsultFilter::default()
        };
        let mut watched = Vec::new();
        for row in self.repo.snapshots(&filter).await? {
            watched
                .extend(pass_over(self.state_of(&row).await)?.filter(|consult| may_know(actor, &consult.facts(now))));
        }
        let lines = self.lines(&watched).await?;
        let mut consults: Vec<ConsultSummary> =
            watched.iter().map(|consult| directory.summary(consult, &lines)).collect();
        consults.sort_by_key(|summary| (summary.urgency, summary.created_at, summary.id));
        let mut open: BTreeMap<ServiceId, u32> = BTreeMap::new();
        for summary in &consults {
            *open.entry(summary.service.id).or_default() += 1;
        }
        let mut services: Vec<BoardService> = directory
            .services
            .values()
            .filter(|entry| actor.networks.contains(&entry.service.network_id))
            .map(|entry| line(&directory, entry, open.get(&entry.service.id).copied().unwrap_or(0), now))
            .collect();
        services.sort_by(|a, b| (&a.service.name, a.service.id).cmp(&(&b.service.name, b.service.id)));
        let near = if services.is_empty() { vec![] } else { self.near(actor, &directory, now).await? };
        Ok(Board { now, services, consults, near })
    }

    /// What is wrong with the next 72 hours, the nearest first.
    async fn near(&self, actor: &Actor, directory: &Directory, now: UnixMillis) -> Result<Vec<NearFinding>> {
        let called_out = self.called_out(now).await?;
        let mut near = Vec::new();
        for entry in directory.services.values().filter(|of| actor.networks.contains(&of.service.network_id)) {
            let Some(rota) = &entry.rota else { continue };
            let found = found(directory, &called_out, entry, rota, (now, now.plus_seconds(NEAR_SECONDS)));
            near.extend(found.iter().map(|conflict| NearFinding {
                service_id: entry.service.id,
                finding: wire_conflict(directory, actor, conflict),
            }));
        }
        near.sort_by_key(|of| (of.finding.from, of.service_id, of.finding.kind));
        Ok(near)
    }

    /// The caller's own duties of the next four weeks, the running ones first.
    pub async fn duties(&self, actor: &Actor) -> Result<Vec<Duty>> {
        require(may(actor, None, Permission::ReadDuties))?;
        let now = self.now();
        let until = now.plus_seconds(DUTIES_SECONDS);
        let directory = self.directory().await?;
        let mut duties: Vec<Duty> = directory
            .services
            .values()
            .filter_map(|entry| entry.rota.as_ref().map(|rota| (entry, rota)))
            .flat_map(|(entry, rota)| {
                // Running duties are shown with their true beginning and end.
                let on = directory.on_duty(entry, now);
                // Later ones too: whoever gives a duty away gives all of it.
                let reach = until.plus_seconds(rota.reach_seconds());
                let later = rota::shifts(rota, &directory.away, now, reach).into_iter();
                let later = later.filter(|shift| shift.from > now && shift.from < until);
                let own = on.into_iter().chain(later).filter(|shift| shift.person == actor.person_id);
                own.map(|shift| duty(&directory, entry.service.id, &shift)).collect::<Vec<_>>()
            })
            .collect();
        duties.sort_by_key(|duty| (duty.from, duty.until, duty.service_id, duty.level));
        Ok(duties)
    }
}

fn line(directory: &Directory, entry: &ServiceEntry, open: u32, now: UnixMillis) -> BoardService {
    let until = now.plus_seconds(BOARD_SECONDS);
    let duty = |shift: &Shift| duty(directory, entry.service.id, shift);
    let (on_duty, next, gap_at) = match &entry.rota {
        None => (vec![], vec![], Some(now)),
        Some(rota) => {
            let on = directory.on_duty(entry, now);
            let later: Vec<Shift> =
                rota::shifts(rota, &directory.away, now, until).into_iter().filter(|shift| shift.from > now).collect();
            let gap = rota::gaps(rota, &directory.away, DutyLevel::Primary, now, until).first().map(|gap| gap.from);
            (on.iter().map(duty).collect(), following(&later).map(duty).collect(), gap)
        }
    };
    BoardService {
        service: entry.service.clone(),
        sites: sites(directory, entry, &on_duty, now),
        resting: on_duty.iter().map(|duty| duty.person.id).filter(|id| rests(directory, *id, now)).collect(),
        on_duty,
        next,
        gap_at,
        open,
    }
}

fn rests(directory: &Directory, person: PersonId, now: UnixMillis) -> bool {
    let until = directory.person(person).and_then(|person| person.row.resting_until);
    until.is_some_and(|until| UnixMillis(until) > now)
}

/// Houses that may ask for the service, and who on duty works for each.
fn sites(directory: &Directory, entry: &ServiceEntry, on_duty: &[Duty], now: UnixMillis) -> Vec<BoardSite> {
    let service = entry.service.id;
    let mut houses: Vec<_> =
        directory.hospitals.values().filter(|house| directory.is_offered(service, house.id)).collect();
    houses.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let site = |house: &HospitalRef| {
        let covers = on_duty.iter().filter(|duty| {
            directory.has_contract(service, duty.person.hospital_id, house.id) && !rests(directory, duty.person.id, now)
        });
        let levels: BTreeSet<DutyLevel> = covers.map(|duty| duty.level).collect();
        BoardSite { id: house.id, name: house.name.clone(), covered_by: levels.into_iter().collect() }
    };
    houses.into_iter().map(site).collect()
}

/// Of each level the first stretch that begins after now.
fn following(later: &[Shift]) -> impl Iterator<Item = &Shift> {
    DutyLevel::ALL.into_iter().flat_map(move |level| {
        let first = later.iter().filter(move |shift| shift.level == level).map(|shift| shift.from).min();
        later.iter().filter(move |shift| shift.level == level && Some(shift.from) == first)
    })
}

pub(super) fn duty(directory: &Directory, service_id: ServiceId, shift: &Shift) -> Duty {
    Duty {
        service_id,
        level: shift.level,
        kind: shift.kind,
        person: directory.person_ref(shift.person),
        from: shift.from,
        until: shift.until,
        is_override: shift.is_override,
    }
}
