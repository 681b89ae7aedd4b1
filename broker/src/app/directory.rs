//! People, houses, services and rotas as one immutable value per revision, kept until the revision grows.

use super::{
    App, Error, Result,
    matching::Seats,
    policies::StoredPolicies,
    ports::{
        AbsenceRow, BookingRulesRow, DirectoryRows, DirectoryWrite, HospitalRow, PersonRow, RotaRow, ServiceRow,
        WeightsRow,
    },
};
use crate::domain::{
    directory::Actor,
    rota::{self, Absence, Away, Rota, Shift, Stretches},
    slots::Rules,
};
use schemas::{
    AbsenceId, HospitalId, NetworkId, PersonId, ServiceId, UnixMillis,
    admin::{PersonRules, ServiceRules},
    directory::{HospitalRef, PersonRef, Role, Service, Specialty},
    matching::Weights,
    swaps::RotaSettings,
};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

/// How often a change is decided again when somebody else wrote to the directory meanwhile. Administrators and coordinators are few.
const ATTEMPTS: u32 = 16;
/// Name shown for somebody whose row is gone: the log outlives the directory.
const NOBODY: &str = "–";

pub(super) struct Directory {
    pub(super) revision: i64,
    pub(super) hospitals: BTreeMap<HospitalId, HospitalRef>,
    pub(super) services: BTreeMap<ServiceId, ServiceEntry>,
    pub(super) people: BTreeMap<PersonId, Person>,
    /// (service, house that provides, house that asks)
    contracts: BTreeSet<(ServiceId, HospitalId, HospitalId)>,
    pub(super) absences: BTreeMap<AbsenceId, Absence>,
    /// The same by person, and at all times whoever is not active.
    pub(super) away: Away,
    /// Of the services that can be booked.
    pub(super) booking: BTreeMap<ServiceId, Rules>,
    pub(super) seats: Seats,
}

pub(super) struct ServiceEntry {
    pub(super) service: Service,
    /// See [`ServiceRow::exclusive`].
    pub(super) exclusive: bool,
    pub(super) rules: ServiceRules,
    /// What the rules of the matching are worth, and the version; 0: what every service begins with.
    pub(super) weights: (i64, Weights),
    pub(super) settings: RotaSettings,
    /// Absent: nobody is ever on duty.
    pub(super) rota: Option<Rota>,
    pub(super) rota_revision: i64,
    pub(super) published_at: Option<UnixMillis>,
    pub(super) published_by: Option<PersonId>,
    pub(super) policies: StoredPolicies,
}

pub(super) struct Person {
    pub(super) actor: Actor,
    pub(super) refer: PersonRef,
    pub(super) row: PersonRow,
    pub(super) qualifications: Vec<Specialty>,
    pub(super) rules: PersonRules,
}

impl Directory {
    pub(super) fn from_rows(rows: DirectoryRows) -> Self {
        let hospitals: BTreeMap<_, _> =
            rows.hospitals.into_iter().map(|row| (HospitalId(row.id), hospital(row))).collect();
        let networks: BTreeMap<_, _> = rows.networks.into_iter().map(|row| (NetworkId(row.id), row.name)).collect();
        let people: BTreeMap<_, _> =
            rows.people.into_iter().map(|row| (PersonId(row.id), person(row, &hospitals))).collect();
        let mut rotas: BTreeMap<_, _> = rows.rotas.into_iter().map(|row| (row.service_id, row)).collect();
        let mut policies: BTreeMap<_, _> = rows.policies.into_iter().map(|row| (row.service_id, row)).collect();
        let settings: BTreeMap<_, _> = rows.rota_settings.iter().map(|row| (row.service_id, row.settings())).collect();
        let mut weights: BTreeMap<_, _> = rows.weights.into_iter().map(|row| (row.service_id, weights(&row))).collect();
        let services = rows
            .services
            .into_iter()
            .filter_map(|row| {
                let id = ServiceId(row.id);
                let rota = rotas.remove(&row.id);
                let settings = settings.get(&id.0).copied().unwrap_or_default();
                let entry = service(row, &networks, rota, StoredPolicies::of(policies.remove(&id.0)))?;
                let weights = weights.remove(&id.0).unwrap_or_default();
                Some((id, ServiceEntry { settings, weights, ..entry }))
            })
            .collect();
        let contracts = rows
            .contracts
            .into_iter()
            .map(|c| (ServiceId(c.service_id), HospitalId(c.provider_hospital_id), HospitalId(c.hospital_id)))
            .collect();
        let rules = |row: &BookingRulesRow| {
            let rules: Option<Rules> = json("booking rules", &row.body)?;
            Some((ServiceId(row.service_id), rules?))
        };
        let booking = rows.booking_rules.iter().filter_map(rules).collect();
        let absences: BTreeMap<_, _> = rows.absences.into_iter().filter_map(absence).collect();
        let mut away = rota::away(absences.values());
        // A rota may name somebody who left: nobody is rung there, so it is a gap.
        let gone = people.iter().filter(|(_, person): &(_, &Person)| !person.row.active);
        let ever: Stretches = [(UnixMillis(i64::MIN), UnixMillis(i64::MAX))].into_iter().collect();
        away.extend(gone.map(|(id, _)| (*id, ever.clone())));
        let seats = Seats::of(people.values());
        Self { revision: rows.revision, hospitals, services, people, contracts, absences, booking, away, seats }
    }

    /// An active person.
    pub(super) fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id).filter(|person| person.row.active)
    }

    /// How colleagues see that person; total, because logs name people who have left.
    pub(super) fn person_ref(&self, id: PersonId) -> PersonRef {
        self.people.get(&id).map_or_else(
            || PersonRef {
                id,
                name: NOBODY.to_owned(),
                hospital_id: HospitalId(uuid::Uuid::nil()),
                hospital: NOBODY.to_owned(),
                phone: None,
            },
            |person| person.refer.clone(),
        )
    }

    pub(super) fn hospital_ref(&self, id: HospitalId) -> HospitalRef {
        self.hospitals.get(&id).cloned().unwrap_or_else(|| HospitalRef {
            id,
            name: NOBODY.to_owned(),
            city: String::new(),
            phone: String::new(),
        })
    }

    /// The house `provider` works for the house `asking` in that service.
    pub(super) fn has_contract(&self, service: ServiceId, provider: HospitalId, asking: HospitalId) -> bool {
        self.contracts.contains(&(service, provider, asking))
    }

    /// Houses that work for `asking` in that service, in the order of their ids.
    pub(super) fn providers(&self, service: ServiceId, asking: HospitalId) -> Vec<HospitalId> {
        let nobody = HospitalId(uuid::Uuid::nil());
        let of_service = self.contracts.range((service, nobody, nobody)..).take_while(|(of, ..)| *of == service);
        of_service.filter(|(.., to)| *to == asking).map(|(_, by, _)| *by).collect()
    }

    /// Who is on duty for the service at `t`.
    pub(super) fn on_duty(&self, entry: &ServiceEntry, t: UnixMillis) -> Vec<Shift> {
        entry.rota.as_ref().map_or_else(Vec::new, |rota| rota::who_is_on(rota, &self.away, t))
    }

    /// Houses that `provider` works for in that service.
    pub(super) fn contracts_of(&self, service: ServiceId, provider: HospitalId) -> Vec<HospitalId> {
        let of = self.contracts.iter().filter(|(of, by, _)| *of == service && *by == provider);
        of.map(|(_, _, asking)| *asking).collect()
    }

    /// Somebody provides that service to this house.
    pub(super) fn is_offered(&self, service: ServiceId, asking: HospitalId) -> bool {
        self.contracts.iter().any(|(of, _, to)| *of == service && *to == asking)
    }
}

/// A row's text as the enum that it names; a name that this version does not know is logged and left out.
pub(super) fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned()))
        .inspect_err(|_| tracing::warn!(name, "unknown name in the directory is left out"))
        .ok()
}

/// A row's JSON that has a default: what cannot be read counts as that, and is logged.
pub(super) fn stored_json<T: DeserializeOwned + Default>(what: &'static str, text: &str) -> T {
    json(what, text).unwrap_or_default()
}

fn json<T: DeserializeOwned>(what: &'static str, text: &str) -> Option<T> {
    serde_json::from_str(text).inspect_err(|error| tracing::error!(what, %error, "unreadable row is left out")).ok()
}

fn hospital(row: HospitalRow) -> HospitalRef {
    HospitalRef { id: HospitalId(row.id), name: row.name, city: row.city, phone: row.phone }
}

fn person(row: PersonRow, hospitals: &BTreeMap<HospitalId, HospitalRef>) -> Person {
    let id = PersonId(row.id);
    let hospital_id = HospitalId(row.hospital_id);
    Person {
        actor: Actor {
            person_id: id,
            hospital_id,
            roles: row.roles.iter().filter_map(|name| named::<Role>(name)).collect(),
            networks: row.networks.iter().copied().map(NetworkId).collect(),
            only_consult: None,
        },
        refer: PersonRef {
            id,
            name: row.name.clone(),
            hospital_id,
            hospital: hospitals.get(&hospital_id).map_or_else(|| NOBODY.to_owned(), |h| h.name.clone()),
            phone: row.phone.clone(),
        },
        qualifications: row.qualifications.iter().filter_map(|name| named(name)).collect(),
        rules: stored_json("rules of a person", &row.rules),
        row,
    }
}

fn service(
    row: ServiceRow,
    networks: &BTreeMap<NetworkId, String>,
    rota: Option<RotaRow>,
    policies: StoredPolicies,
) -> Option<ServiceEntry> {
    let network_id = NetworkId(row.network_id);
    Some(ServiceEntry {
        service: Service {
            id: ServiceId(row.id),
            specialty: named(&row.specialty)?,
            name: row.name,
            network_id,
            network: networks.get(&network_id).cloned().unwrap_or_default(),
            fallback_phone: row.fallback_phone,
            zone: row.zone,
        },
        exclusive: row.exclusive,
        rules: stored_json("rules of a service", &row.rules),
        weights: <(i64, Weights)>::default(),
        settings: RotaSettings::default(),
        rota_revision: rota.as_ref().map_or(0, |rota| rota.revision),
        published_at: rota.as_ref().and_then(|rota| rota.published_at).map(UnixMillis),
        published_by: rota.as_ref().and_then(|rota| rota.author).map(PersonId),
        rota: rota.and_then(|rota| json("rota", &rota.body)),
        policies,
    })
}

fn weights(row: &WeightsRow) -> (i64, Weights) {
    (row.version, stored_json("weights", &row.body))
}

/// `None`, and logged, for what this version cannot read.
fn absence(row: AbsenceRow) -> Option<(AbsenceId, Absence)> {
    let unreadable = || tracing::error!(id = %row.id, "unreadable absence is left out");
    let absence = Absence {
        person: PersonId(row.person_id),
        kind: named(&row.kind)?,
        zone: row.zone.parse().inspect_err(|_| unreadable()).ok()?,
        from: row.from.parse().inspect_err(|_| unreadable()).ok()?,
        until: row.until.parse().inspect_err(|_| unreadable()).ok()?,
    };
    Some((AbsenceId(row.id), absence))
}

/// The last directory that was read.
#[derive(Default)]
pub(super) struct DirectoryCache(RwLock<Option<Arc<Directory>>>);

impl App {
    /// The directory as it is now: one small query when nothing changed.
    pub(super) async fn directory(&self) -> Result<Arc<Directory>> {
        let revision = self.repo.directory_revision().await?;
        let cached = self.directory.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(directory) = cached.filter(|directory| directory.revision >= revision) {
            return Ok(directory);
        }
        let fresh = Arc::new(Directory::from_rows(self.repo.directory().await?));
        let mut slot = self.directory.0.write().unwrap_or_else(PoisonError::into_inner);
        // Two readers may have fetched at once; the newer one stays.
        match &*slot {
            Some(other) if other.revision > fresh.revision => Ok(Arc::clone(other)),
            _ => {
                *slot = Some(Arc::clone(&fresh));
                Ok(fresh)
            }
        }
    }

    /// The signed-in person as they are now.
    pub(crate) async fn actor_now(&self, id: PersonId) -> Result<Actor> {
        self.directory().await?.person(id).map(|person| person.actor.clone()).ok_or(Error::NotSignedIn)
    }

    /// Writes houses, people, rotas; every listener reads its lists anew. For the command line and the demo.
    pub(crate) async fn write_directory(&self, write: &DirectoryWrite) -> Result<()> {
        self.repo.write_directory(write).await?;
        Ok(())
    }

    /// Decides upon the directory as it is, and writes if nobody else did meanwhile; else decides again.
    pub(super) async fn change_directory(
        &self,
        change: impl Fn(&DirectoryRows) -> Result<DirectoryWrite> + Send + Sync,
    ) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let rows = self.repo.directory().await?;
            let write = change(&rows)?;
            if write.is_empty() {
                return Ok(());
            }
            if self.repo.write_directory_at(&write, rows.revision).await?.is_some() {
                return Ok(());
            }
        }
        Err(Error::Unavailable)
    }

    /// The rows as they are, for the command line and the demo.
    pub async fn directory_rows(&self) -> Result<DirectoryRows> {
        Ok(self.repo.directory().await?)
    }
}
