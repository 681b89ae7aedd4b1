use super::*;
use schemas::{
    HospitalId, NetworkId, ServiceId,
    admin::Turns,
    directory::{DutyLevel, Specialty},
};

const NOW: UnixMillis = UnixMillis(1_798_000_000_000);

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

const HOUSE: HospitalId = HospitalId(id(1));
const NETWORK: NetworkId = NetworkId(id(2));
const SERVICE: ServiceId = ServiceId(id(3));
const ADMIN: PersonId = PersonId(id(4));
const SPECIALIST: PersonId = PersonId(id(5));

fn admin() -> AdminPerson {
    AdminPerson {
        id: ADMIN,
        hospital_id: HOUSE,
        name: "Jonas Weiler".into(),
        email: "weiler@example.org".into(),
        phone: None,
        roles: vec![Role::Admin],
        networks: vec![],
        languages: vec!["de".into()],
        qualifications: vec![],
        resting_until: None,
        rules: Default::default(),
        active: true,
        has_password: false,
    }
}

fn specialist() -> AdminPerson {
    AdminPerson {
        id: SPECIALIST,
        name: "Dr. Miriam Falk".into(),
        email: "Falk@Example.org ".into(),
        phone: Some("+49 7000 1000-1".into()),
        roles: vec![Role::Specialist, Role::Specialist],
        networks: vec![NETWORK],
        qualifications: vec![Specialty::StrokeNeurology],
        ..admin()
    }
}

fn stroke() -> AdminService {
    AdminService {
        id: SERVICE,
        network_id: NETWORK,
        specialty: Specialty::StrokeNeurology,
        name: "Schlaganfall".into(),
        fallback_phone: "+49 7000 1000-211".into(),
        zone: "Europe/Berlin".into(),
        exclusive: false,
        turns: vec![Turns { level: DutyLevel::Primary, people: vec![SPECIALIST], is_whole_rota: true }],
        rules: Default::default(),
    }
}

fn rows() -> DirectoryRows {
    let mut rows = DirectoryRows::default();
    let house = AdminHospital { id: HOUSE, name: "A".into(), city: "B".into(), phone: "12345".into() };
    rows.hospitals = hospital(&house).unwrap().hospitals;
    rows.networks = network(&AdminNetwork { id: NETWORK, name: "N".into() }).unwrap().networks;
    for who in [admin(), specialist()] {
        rows.people.extend(person(&rows, &who).unwrap().people);
    }
    rows
}

fn why<T>(result: Result<T>) -> String {
    result.err().and_then(|error| error.detail()).unwrap_or_default()
}

#[test]
fn a_good_person_is_written_tidily() {
    let write = person(&rows(), &specialist()).unwrap();
    assert_eq!(write.people[0].email, "falk@example.org");
    assert_eq!(write.people[0].roles, ["specialist"]);
}

#[test]
fn what_is_wrong_with_a_person_is_said_with_its_field() {
    type Set = fn(&mut AdminPerson);
    let cases: [(&str, Set); 9] = [
        ("name: is empty", |p| p.name = " ".into()),
        ("email: belongs to another account", |p| p.email = "WEILER@example.org".into()),
        ("email: is not an e-mail address", |p| p.email = "falk".into()),
        ("hospital_id: there is no such hospital", |p| p.hospital_id = HospitalId(id(9))),
        ("roles: at least one is needed", |p| p.roles.clear()),
        ("networks: there is no such network", |p| p.networks = vec![NetworkId(id(9))]),
        ("networks: a specialist or coordinator needs one at least", |p| p.networks.clear()),
        ("qualifications: a specialist needs one at least", |p| p.qualifications.clear()),
        ("languages: is not a code of ISO 639-1 such as de", |p| p.languages = vec!["deu".into()]),
    ];
    for (expected, set) in cases {
        let mut wish = specialist();
        set(&mut wish);
        assert_eq!(why(person(&rows(), &wish)), expected);
    }
}

#[test]
fn the_last_administrator_can_neither_leave_nor_lose_the_role() {
    let rows = rows();
    let gone = AdminPerson { active: false, ..admin() };
    assert_eq!(why(person(&rows, &gone)), "active: the last administrator cannot be deactivated");
    let demoted = AdminPerson { roles: vec![Role::Referrer], ..admin() };
    assert_eq!(why(person(&rows, &demoted)), "roles: the last administrator keeps this role");
    let mut with_another = rows.clone();
    let second = AdminPerson { id: PersonId(id(6)), email: "b@example.org".into(), ..admin() };
    with_another.people.extend(person(&rows, &second).unwrap().people);
    assert!(person(&with_another, &gone).is_ok());
    with_another.people.last_mut().unwrap().active = false;
    assert!(person(&with_another, &gone).is_err(), "an inactive one does not count");
}

#[test]
fn a_new_service_can_ring_at_once() {
    let write = service(&rows(), &stroke(), NOW).unwrap();
    assert_eq!((write.services.len(), write.policies.len(), write.rotas.len()), (1, 1, 1));
    let mut rows = rows();
    (rows.services, rows.policies, rows.rotas) = (write.services, write.policies, write.rotas);
    let again = service(&rows, &stroke(), NOW).unwrap();
    let mut planned = rows.clone();
    let mut rota: Rota = serde_json::from_str(&rows.rotas[0].body).unwrap();
    let from = rota.layers.remove(0).start;
    let until = from.saturating_add(jiff::Span::new().days(1));
    let level = DutyLevel::Primary;
    rota.overrides.push(crate::domain::rota::Override { level, person: SPECIALIST, from, until, swap: None });
    planned.rotas[0].body = serde_json::to_string(&rota).unwrap();
    assert_eq!(why(service(&planned, &stroke(), NOW)), "turns: would replace a rota that is more than weekly turns");
    let as_it_is = AdminService { turns: super::super::turns::of_rota(&rota), ..stroke() };
    assert!(service(&planned, &as_it_is, NOW).unwrap().rotas.is_empty(), "its telephone can be written");
    assert_eq!((again.policies.len(), again.rotas.len()), (0, 0), "what somebody tuned stays");
}

#[test]
fn nobody_takes_turns_who_could_not_be_rung() {
    let mut rows = rows();
    rows.people[1].qualifications = vec!["cardiology".into()];
    assert_eq!(why(service(&rows, &stroke(), NOW)), "turns: names somebody who is not qualified for the service");
    rows.people[1].active = false;
    assert_eq!(why(service(&rows, &stroke(), NOW)), "turns: names somebody who is not an active person");
    assert_eq!(
        why(service(&rows, &AdminService { zone: "Mitteleuropa".into(), ..stroke() }, NOW)),
        "zone: is not an IANA time zone such as Europe/Berlin"
    );
}
