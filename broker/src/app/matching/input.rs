//! What the matching looks at, put together from the directory and from what everybody has to do.

use super::{
    Case,
    licences::{Cover, cover},
    past::Past,
    seats::Seat,
};
use crate::app::{
    directory::{Directory, ServiceEntry},
    ports::WorkloadRow,
};
use crate::domain::{
    matching::{DutyFact, MatchInput, Partner, PersonFacts},
    rota::Shift,
};
use schemas::{HospitalId, PersonId, UnixMillis};

/// What a service's people have to do: by person.
pub(super) struct Around<'a> {
    pub(super) workload: &'a [WorkloadRow],
    pub(super) past: &'a Past,
    pub(super) now: UnixMillis,
}

/// The service's own people. `on`: who is on duty for it.
pub(super) fn own(
    directory: &Directory,
    entry: &ServiceEntry,
    case: &Case,
    on: &[Shift],
    around: &Around<'_>,
) -> MatchInput {
    let providers = directory.providers(case.service_id, case.hospital_id);
    let seats = directory.seats.in_network(entry.service.network_id);
    let mut people: Vec<PersonFacts> = Vec::with_capacity(seats.len());
    people.extend(seats.iter().map(|seat| PersonFacts {
        contract: providers.binary_search(&seat.hospital).is_ok(),
        ..of_seat(directory, entry, case, seat, around.now)
    }));
    add_what_they_do(&mut people, entry.exclusive, around);
    let (weights_version, weights) = entry.weights;
    MatchInput {
        consult_id: case.consult_id,
        now: around.now,
        rota_revision: entry.rota_revision,
        directory_revision: directory.revision,
        requester: case.requester,
        languages: case.language.iter().cloned().collect(),
        weights_version,
        weights,
        partner: None,
        rest_set_aside: false,
        declined: case.declined.clone(),
        duties: on.iter().map(duty).collect(),
        people,
    }
}

/// Adds those who are on duty for the partner and do not belong to the service anyway.
pub(super) fn add_partner(
    input: &mut MatchInput,
    partner: Partner,
    directory: &Directory,
    entry: &ServiceEntry,
    case: &Case,
    on: &[Shift],
    around: &Around<'_>,
) {
    let is_own = |person: PersonId, own: &[PersonFacts]| own.binary_search_by_key(&person, |one| one.person_id).is_ok();
    let mut added: Vec<PersonFacts> = Vec::new();
    for shift in on {
        let seat = directory.seats.find(entry.service.network_id, shift.person);
        let Some(seat) = seat.filter(|seat| !is_own(seat.person, &input.people)) else { continue };
        input.duties.push(duty(shift));
        if added.iter().all(|one| one.person_id != seat.person) {
            // The agreement of the two networks is the contract.
            let facts = of_seat(directory, entry, case, seat, around.now);
            added.push(PersonFacts { contract: true, is_partner: true, ..facts });
        }
    }
    added.sort_unstable_by_key(|person| person.person_id);
    add_what_they_do(&mut added, entry.exclusive, around);
    input.partner = Some(partner);
    input.people.extend(added);
    input.people.sort_unstable_by_key(|person| person.person_id);
}

const fn duty(shift: &Shift) -> DutyFact {
    DutyFact { person_id: shift.person, level: shift.level, until: shift.until }
}

fn of_seat(directory: &Directory, entry: &ServiceEntry, case: &Case, seat: &Seat, now: UnixMillis) -> PersonFacts {
    let Cover { qualified, licensed, until } = if seat.is_narrow || entry.rules.needs_licence {
        narrow(directory, entry, seat, case.hospital_id, now)
    } else {
        Cover { qualified: true, licensed: true, until: None }
    };
    PersonFacts {
        qualified: qualified && seat.is_qualified(entry.service.specialty),
        licensed,
        valid_until: until,
        languages: case.language.as_ref().map_or_else(Vec::new, |code| shared(directory, seat.person, code)),
        resting_until: seat.resting_until,
        part_time: seat.part_time,
        ..PersonFacts::new(seat.person)
    }
}

fn narrow(directory: &Directory, entry: &ServiceEntry, seat: &Seat, asking: HospitalId, now: UnixMillis) -> Cover {
    let person = directory.person(seat.person);
    person.map_or(Cover { qualified: false, licensed: false, until: None }, |person| {
        cover(entry, person, Some(asking), now)
    })
}

fn shared(directory: &Directory, person: PersonId, code: &str) -> Vec<String> {
    let speaks = directory.person(person).is_some_and(|person| person.row.languages.iter().any(|one| one == code));
    if speaks { vec![code.to_owned()] } else { vec![] }
}

/// `people` in the order of their ids. Few of many have anything to do.
fn add_what_they_do(people: &mut [PersonFacts], exclusive: bool, around: &Around<'_>) {
    let mut of = |person: PersonId, change: &dyn Fn(&mut PersonFacts)| {
        if let Ok(at) = people.binary_search_by_key(&person, |one| one.person_id) {
            change(&mut people[at]);
        }
    };
    for row in around.workload {
        of(PersonId(row.person_id), &|person| {
            person.exclusive_busy = exclusive && row.occupied_by > 0;
            person.open_consults = row.open_consults;
            person.callouts_7d = row.callouts;
        });
    }
    for (id, seconds) in &around.past.answers {
        of(*id, &|person| person.answers_in = Some(*seconds));
    }
    for (id, until) in &around.past.rests {
        of(*id, &|person| person.rests_from_call_until = Some(*until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ports::{ContractRow, DirectoryRows, HospitalRow, NetworkRow, PersonRow, ServiceRow};
    use crate::domain::matching::rank;
    use schemas::{
        ConsultId, ServiceId,
        directory::{DutyKind, DutyLevel},
    };
    use uuid::Uuid;

    const NOW: UnixMillis = UnixMillis(1_795_482_420_000);

    fn id(n: usize) -> Uuid {
        Uuid::from_u128(n as u128)
    }

    /// That many specialists of one network, the service's, all with a contract.
    fn country(people: usize) -> Directory {
        let person = |n: usize| PersonRow {
            id: id(1000 + n),
            hospital_id: id(1),
            name: format!("Dr. {n}"),
            email: format!("{n}@x.example"),
            phone: None,
            roles: vec!["specialist".into()],
            networks: vec![id(2)],
            languages: vec!["de".into()],
            qualifications: vec!["stroke_neurology".into()],
            resting_until: None,
            rules: "{}".into(),
            active: true,
        };
        Directory::from_rows(DirectoryRows {
            hospitals: vec![HospitalRow { id: id(1), name: "H".into(), city: "C".into(), phone: "1".into() }],
            networks: vec![NetworkRow { id: id(2), name: "N".into() }],
            services: vec![ServiceRow {
                id: id(3),
                network_id: id(2),
                specialty: "stroke_neurology".into(),
                name: "S".into(),
                fallback_phone: "1".into(),
                zone: "Europe/Berlin".into(),
                exclusive: false,
                rules: "{}".into(),
            }],
            people: (0..people).map(person).collect(),
            contracts: vec![ContractRow { service_id: id(3), provider_hospital_id: id(1), hospital_id: id(1) }],
            ..DirectoryRows::default()
        })
    }

    fn on_duty(people: usize) -> Vec<Shift> {
        let shift = |n: usize| Shift {
            level: DutyLevel::ALL[n % 2],
            kind: DutyKind::OnCall,
            person: PersonId(id(1000 + n)),
            from: NOW.plus_seconds(-3600),
            until: NOW.plus_seconds(3600),
            is_override: false,
        };
        (0..people).map(shift).collect()
    }

    fn matched(directory: &Directory, on: &[Shift], workload: &[WorkloadRow]) -> (usize, u32) {
        let service = ServiceId(id(3));
        let case = Case { hospital_id: HospitalId(id(1)), ..Case::new(ConsultId(id(9)), service, PersonId(id(0))) };
        let around = Around { workload, past: &Past::default(), now: NOW };
        let input = own(directory, &directory.services[&service], &case, on, &around);
        let result = rank(&input);
        (result.eligible.len(), result.record.eligible)
    }

    #[test]
    fn whoever_is_on_duty_is_found_and_whoever_is_busy_comes_later() {
        let directory = country(200);
        let busy = WorkloadRow { person_id: id(1000), open_consults: 2, occupied_by: 1, callouts: 3 };
        assert_eq!(matched(&directory, &on_duty(120), &[busy]), (120, 120));
    }

    #[test]
    #[ignore = "measures: cargo test … -- --ignored --nocapture fifty_thousand"]
    #[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "measures")]
    fn fifty_thousand_from_the_directory() {
        let (directory, on) = (country(50_000), on_duty(50_000));
        let work =
            |n: usize| WorkloadRow { person_id: id(1000 + n * 7), open_consults: 1, occupied_by: 0, callouts: 2 };
        let workload: Vec<WorkloadRow> = (0..2000).map(work).collect();
        let mut took: Vec<_> = (0..200)
            .map(|_| {
                let begin = std::time::Instant::now();
                assert_eq!(std::hint::black_box(matched(&directory, &on, &workload)).1, 50_000);
                begin.elapsed()
            })
            .collect();
        took.sort();
        println!("directory and ranking: median {:?}, p99 {:?}", took[100], took[198]);
    }
}
