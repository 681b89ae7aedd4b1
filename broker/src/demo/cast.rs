//! Houses, networks, services, people and contracts of the demo.

use crate::app::ports::{ContractRow, DirectoryWrite, HospitalRow, NetworkRow, PersonRow, ServiceRow};
use crate::app::standard_policies;
use schemas::PersonId;
use uuid::Uuid;

/// A fixed identifier: a second start finds the first one's rows. Formed like a UUIDv7, so that order is age.
const fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0194_2000_0000_7000_8000_0000_0000_0000 | n)
}

// The house that asks is the oldest: a service token without a house speaks for it.
const TANNBACH: Uuid = id(0x101);
const LINDHALL: Uuid = id(0x102);
const RABENBRUNN: Uuid = id(0x103);
const AUENSTADT: Uuid = id(0x104);

const STROKE_NETWORK: Uuid = id(0x201);
const SPECIALTY_NETWORK: Uuid = id(0x202);

pub(super) const STROKE: Uuid = id(0x301);
pub(super) const NEUROSURGERY: Uuid = id(0x302);
pub(super) const CARDIOLOGY: Uuid = id(0x303);
pub(super) const RADIOLOGY: Uuid = id(0x304);

pub(super) const REFERRER: PersonId = PersonId(id(0x401));
pub(super) const SPECIALIST: PersonId = PersonId(id(0x411));
pub(super) const SOMMER: PersonId = PersonId(id(0x412));
pub(super) const NOWAK: PersonId = PersonId(id(0x413));
pub(super) const KERN: PersonId = PersonId(id(0x421));
pub(super) const HADDAD: PersonId = PersonId(id(0x422));
pub(super) const LORENZ: PersonId = PersonId(id(0x431));
pub(super) const BRANDT: PersonId = PersonId(id(0x432));
pub(super) const TANABE: PersonId = PersonId(id(0x441));
pub(super) const DEMIR: PersonId = PersonId(id(0x442));
pub(super) const COORDINATOR: PersonId = PersonId(id(0x451));
pub(super) const ADMIN: PersonId = PersonId(id(0x452));

pub(super) const ZONE: &str = "Europe/Berlin";

/// Everything but the rotas, which depend on the day.
pub(super) fn directory() -> DirectoryWrite {
    DirectoryWrite {
        hospitals: hospitals(),
        networks: networks(),
        services: services(),
        people: people(),
        contracts: contracts(),
        policies: [STROKE, NEUROSURGERY, CARDIOLOGY, RADIOLOGY].into_iter().map(standard_policies).collect(),
        ..DirectoryWrite::default()
    }
}

fn hospitals() -> Vec<HospitalRow> {
    let house = |id, name: &str, city: &str, phone: &str| HospitalRow {
        id,
        name: name.to_owned(),
        city: city.to_owned(),
        phone: phone.to_owned(),
    };
    vec![
        house(TANNBACH, "Krankenhaus Tannbach", "Tannbach", "+49 7000 4000-0"),
        house(LINDHALL, "Klinikum Lindhall", "Lindhall", "+49 7000 3000-0"),
        house(RABENBRUNN, "Klinikum Rabenbrunn", "Rabenbrunn", "+49 7000 2000-0"),
        house(AUENSTADT, "Universitätsklinikum Auenstadt", "Auenstadt", "+49 7000 1000-0"),
    ]
}

fn networks() -> Vec<NetworkRow> {
    vec![
        NetworkRow { id: STROKE_NETWORK, name: "Schlaganfallverbund Auental".to_owned() },
        NetworkRow { id: SPECIALTY_NETWORK, name: "Fachverbund Auental".to_owned() },
    ]
}

fn services() -> Vec<ServiceRow> {
    let service = |id, network_id, specialty: &str, name: &str, phone: &str| ServiceRow {
        id,
        network_id,
        specialty: specialty.to_owned(),
        name: name.to_owned(),
        fallback_phone: phone.to_owned(),
        zone: ZONE.to_owned(),
        exclusive: false,
        rules: "{}".to_owned(),
    };
    vec![
        service(STROKE, STROKE_NETWORK, "stroke_neurology", "Schlaganfall-Neurologie", "+49 7000 1000-211"),
        service(NEUROSURGERY, SPECIALTY_NETWORK, "neurosurgery", "Neurochirurgie", "+49 7000 1000-212"),
        service(CARDIOLOGY, SPECIALTY_NETWORK, "cardiology", "Kardiologie", "+49 7000 2000-213"),
        service(RADIOLOGY, SPECIALTY_NETWORK, "radiology", "Radiologische Zweitmeinung", "+49 7000 1000-214"),
    ]
}

fn people() -> Vec<PersonRow> {
    let both = [STROKE_NETWORK, SPECIALTY_NETWORK];
    let stroke = [STROKE_NETWORK];
    let other = [SPECIALTY_NETWORK];
    vec![
        person(REFERRER.0, TANNBACH, "Dr. Jana Ohlsen", "ohlsen", &["referrer"], &[], &["de", "en"], &[]),
        person(id(0x402), TANNBACH, "Tobias Wehrle", "wehrle", &["referrer"], &[], &["de"], &[]),
        person(id(0x403), LINDHALL, "Dr. Selin Aydın", "aydin", &["referrer"], &[], &["de", "tr"], &[]),
        specialist(SPECIALIST, AUENSTADT, "Dr. Miriam Falk", "falk", &stroke, &["de", "en"], "stroke_neurology"),
        specialist(SOMMER, AUENSTADT, "PD Dr. Henrik Sommer", "sommer", &stroke, &["de", "sv"], "stroke_neurology"),
        specialist(NOWAK, RABENBRUNN, "Dr. Katarzyna Nowak", "nowak", &stroke, &["de", "pl"], "stroke_neurology"),
        // No contract between Lindhall and Tannbach: the explanation shows what that means.
        specialist(
            PersonId(id(0x414)),
            LINDHALL,
            "Dr. Luca Bianchi",
            "bianchi",
            &stroke,
            &["de", "it"],
            "stroke_neurology",
        ),
        specialist(KERN, AUENSTADT, "Prof. Dr. Anneliese Kern", "kern", &other, &["de", "fr"], "neurosurgery"),
        specialist(HADDAD, AUENSTADT, "Dr. Samir Haddad", "haddad", &other, &["de", "ar", "fr"], "neurosurgery"),
        specialist(LORENZ, RABENBRUNN, "Dr. Pia Lorenz", "lorenz", &other, &["de"], "cardiology"),
        specialist(BRANDT, RABENBRUNN, "Dr. Matthias Brandt", "brandt", &other, &["de", "en"], "cardiology"),
        specialist(TANABE, AUENSTADT, "Dr. Yuki Tanabe", "tanabe", &other, &["de", "ja", "en"], "radiology"),
        specialist(DEMIR, LINDHALL, "Dr. Elif Demir", "demir", &other, &["de", "tr"], "radiology"),
        person(COORDINATOR.0, AUENSTADT, "Sabine Roth", "roth", &["coordinator"], &both, &["de"], &[]),
        person(ADMIN.0, AUENSTADT, "Jonas Weiler", "weiler", &["admin"], &[], &["de", "en"], &[]),
        person(id(0x453), AUENSTADT, "Dr. Ute Brandt", "brandt", &["data_protection"], &[], &["de"], &[]),
    ]
}

fn specialist(
    id: PersonId,
    house: Uuid,
    name: &str,
    account: &str,
    networks: &[Uuid],
    languages: &[&str],
    qualification: &str,
) -> PersonRow {
    person(id.0, house, name, account, &["specialist"], networks, languages, &[qualification])
}

#[allow(clippy::too_many_arguments)] // A table's columns, used right above.
fn person(
    id: Uuid,
    house: Uuid,
    name: &str,
    account: &str,
    roles: &[&str],
    networks: &[Uuid],
    languages: &[&str],
    qualifications: &[&str],
) -> PersonRow {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let (exchange, domain) = match house {
        TANNBACH => (4000, "tannbach"),
        LINDHALL => (3000, "lindhall"),
        RABENBRUNN => (2000, "rabenbrunn"),
        _ => (1000, "auenstadt"),
    };
    PersonRow {
        id,
        hospital_id: house,
        name: name.to_owned(),
        email: format!("{account}@{domain}.example"),
        phone: Some(format!("+49 7000 {exchange}-{}", id.as_u128() & 0xfff)),
        roles: texts(roles),
        networks: networks.to_vec(),
        languages: texts(languages),
        qualifications: texts(qualifications),
        resting_until: None,
        rules: "{}".to_owned(),
        active: true,
    }
}

fn contracts() -> Vec<ContractRow> {
    let work = |service_id, provider_hospital_id, hospitals: &[Uuid]| {
        let rows = hospitals.iter().map(move |hospital_id| ContractRow {
            service_id,
            provider_hospital_id,
            hospital_id: *hospital_id,
        });
        rows.collect::<Vec<_>>()
    };
    [
        work(STROKE, AUENSTADT, &[TANNBACH, LINDHALL, RABENBRUNN]),
        work(STROKE, RABENBRUNN, &[TANNBACH, LINDHALL]),
        work(STROKE, LINDHALL, &[RABENBRUNN]),
        work(NEUROSURGERY, AUENSTADT, &[TANNBACH, LINDHALL, RABENBRUNN]),
        work(CARDIOLOGY, RABENBRUNN, &[TANNBACH, LINDHALL]),
        work(RADIOLOGY, AUENSTADT, &[TANNBACH, LINDHALL, RABENBRUNN]),
        work(RADIOLOGY, LINDHALL, &[TANNBACH]),
    ]
    .concat()
}
