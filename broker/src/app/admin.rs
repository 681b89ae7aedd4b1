//! Administration: who belongs to the installation, and what they may. Everything here asks for
//! [`Permission::Administer`], and every change is one write upon one revision of the directory, so that two
//! administrators cannot undo each other's rules (one e-mail address, one administrator left).

mod licences;
pub(super) mod rights;
mod rules;
mod setup;
mod turns;

pub(crate) use turns::{last_monday, standard_policies, weekly};

use super::{
    App, Error, Result,
    directory::{Directory, named, stored_json},
    notices, planning,
    ports::{DirectoryRows, DirectoryWrite, PersonRow, ServiceRow},
    require,
    sessions::sign_in_path,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::Rota,
};
use schemas::{
    HospitalId, NetworkId, PersonId, ServiceId, SessionId, UnixMillis,
    admin::{
        AdminDirectory, AdminHospital, AdminNetwork, AdminPerson, AdminService, Contract, MakeSignInLink, SignInLink,
    },
    privacy::NoticeKind,
    session::SessionInfo,
};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

/// How long a sign-in link works. More leaves an unused door open; less fails the colleague who is on leave today.
const LINK_TIME: Duration = Duration::from_secs(24 * 3600);

impl App {
    /// Everything that an administrator keeps.
    pub async fn admin_directory(&self, actor: &Actor) -> Result<AdminDirectory> {
        administers(actor)?;
        let rows = self.repo.directory().await?;
        let with_password: BTreeSet<Uuid> = self.repo.people_with_password().await?.into_iter().collect();
        let services = rows.services.iter().filter_map(|row| service(row, &rows)).collect();
        Ok(AdminDirectory {
            revision: rows.revision,
            services,
            hospitals: rows
                .hospitals
                .into_iter()
                .map(|row| AdminHospital { id: HospitalId(row.id), name: row.name, city: row.city, phone: row.phone })
                .collect(),
            networks: rows
                .networks
                .into_iter()
                .map(|row| AdminNetwork { id: NetworkId(row.id), name: row.name })
                .collect(),
            people: rows.people.into_iter().map(|row| person(row, &with_password)).collect(),
            contracts: rows
                .contracts
                .into_iter()
                .map(|row| Contract {
                    service_id: ServiceId(row.service_id),
                    provider_hospital_id: HospitalId(row.provider_hospital_id),
                    hospital_id: HospitalId(row.hospital_id),
                })
                .collect(),
        })
    }

    pub async fn put_hospital(&self, actor: &Actor, hospital: AdminHospital) -> Result<()> {
        administers(actor)?;
        let write = rules::hospital(&hospital)?;
        self.change_directory(|_| Ok(write.clone())).await?;
        told(actor, "hospital", hospital.id.0);
        Ok(())
    }

    pub async fn put_network(&self, actor: &Actor, network: AdminNetwork) -> Result<()> {
        administers(actor)?;
        let write = rules::network(&network)?;
        self.change_directory(|_| Ok(write.clone())).await?;
        told(actor, "network", network.id.0);
        Ok(())
    }

    /// Makes or changes a service; a new one gets the standard escalation policies.
    pub async fn put_service(&self, actor: &Actor, service: AdminService) -> Result<()> {
        administers(actor)?;
        let now = self.now();
        self.change_directory(|rows| {
            let mut write = rules::service(rows, &service, now)?;
            let directory = Directory::from_rows(rows.clone());
            let before = directory.services.get(&service.id).and_then(|entry| entry.rota.as_ref());
            for row in &mut write.rotas {
                row.author = Some(actor.person_id.0);
                let after: Rota = serde_json::from_str(&row.body)
                    .map_err(|error| Error::bug("a rota that was just written", error))?;
                let changes = planning::changes(before, &after, &directory.away, now);
                write.duty_notes.extend(planning::notes(service.id, actor, now, &changes)?);
            }
            Ok(write)
        })
        .await?;
        told(actor, "service", service.id.0);
        Ok(())
    }

    /// Makes or changes an account. Deactivating it ends its sessions. The data-protection role is told of everything that
    /// changes what the account reaches: otherwise one administrator could be anybody without a trace.
    pub async fn put_person(&self, actor: &Actor, person: AdminPerson) -> Result<()> {
        administers(actor)?;
        let now = self.now();
        self.change_directory(|rows| {
            let mut write = rules::person(rows, &person)?;
            for change in write.people.iter().filter_map(|after| rights::change(rows, after)) {
                let kind = NoticeKind::RightsChanged;
                write.notices.push(notices::of_account(kind, now, actor.person_id, person.id, Some(&change))?);
            }
            // Who is no longer active is on no duty: others are.
            let mut after = rows.clone();
            after.people.retain(|row| !write.people.iter().any(|written| written.id == row.id));
            after.people.extend(write.people.iter().cloned());
            let span = (now, now.plus_seconds(planning::AHEAD_SECONDS));
            write.duty_notes = planning::notes_of_away(rows, after, actor, now, span)?;
            Ok(write)
        })
        .await?;
        self.hub.noticed();
        if !person.active {
            // Even if this fails: a session of somebody who is not active opens nothing.
            self.repo.delete_sessions_of(person.id.0, None).await?;
        }
        told(actor, "person", person.id.0);
        Ok(())
    }

    pub async fn put_contract(&self, actor: &Actor, contract: Contract) -> Result<()> {
        administers(actor)?;
        self.change_directory(|rows| rules::contract(rows, &contract)).await?;
        told(actor, "contract", contract.service_id.0);
        Ok(())
    }

    /// Ending a contract that is not there is harmless. Consults that run stay as they are.
    pub async fn delete_contract(&self, actor: &Actor, contract: Contract) -> Result<()> {
        administers(actor)?;
        self.repo.delete_contract(&rules::contract_row(&contract)).await?;
        told(actor, "contract", contract.service_id.0);
        Ok(())
    }

    /// A link that signs that person in once: for a first or a forgotten password. Told first, as in `put_person`.
    pub async fn sign_in_link(&self, actor: &Actor, person: PersonId, wanted: MakeSignInLink) -> Result<SignInLink> {
        administers(actor)?;
        self.directory().await?.person(person).ok_or(Error::NotFound)?;
        let kind = if wanted.forget_password { NoticeKind::PasswordForgotten } else { NoticeKind::LinkIssued };
        if wanted.forget_password || person != actor.person_id {
            self.give_notice(&notices::of_account(kind, self.now(), actor.person_id, person, None)?).await?;
        }
        if wanted.forget_password {
            self.repo.forget_password(person.0).await?;
        }
        let expires_at = self.now().plus_seconds(i64::try_from(LINK_TIME.as_secs()).unwrap_or(0));
        let token = self.create_link(person, LINK_TIME).await?;
        told(actor, "link", person.0);
        Ok(SignInLink { path: sign_in_path(&token).into(), expires_at })
    }

    /// Everybody's browsers that are signed in; `current` is the one that asks.
    pub async fn all_sessions(&self, actor: &Actor, current: SessionId) -> Result<Vec<SessionInfo>> {
        administers(actor)?;
        let rows = self.repo.sessions(None, self.now().0).await?;
        self.session_infos(rows, current).await
    }

    /// Signs a browser out, whoever's it is.
    pub async fn end_any_session(&self, actor: &Actor, session: SessionId) -> Result<()> {
        administers(actor)?;
        let ended = self.repo.delete_session_by_id(session.0, None).await?;
        told(actor, "session", session.0);
        if ended { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Gives everybody in `write` the same password, for the demo: hashed once, because twenty hashes would take seconds
    /// and protect nothing.
    pub(crate) async fn share_password(&self, write: &mut DirectoryWrite, password: &str) -> Result<()> {
        let hash = self.hash(password).await?;
        write.credentials = write.people.iter().map(|person| (person.id, hash.clone())).collect();
        Ok(())
    }
}

fn administers(actor: &Actor) -> Result<()> {
    require(may(actor, None, Permission::Administer))
}

/// Who changed what, by identifiers alone: nobody's name or address reaches the log.
fn told(actor: &Actor, what: &'static str, id: Uuid) {
    tracing::info!(by = %actor.person_id, what, %id, "administration");
}

/// `None` for a service of a specialty that this version does not know.
fn service(row: &ServiceRow, rows: &DirectoryRows) -> Option<AdminService> {
    let stored = rows.rotas.iter().find(|rota| rota.service_id == row.id);
    let rota: Option<Rota> = stored.and_then(|rota| serde_json::from_str(&rota.body).ok());
    Some(AdminService {
        id: ServiceId(row.id),
        network_id: NetworkId(row.network_id),
        specialty: named(&row.specialty)?,
        name: row.name.clone(),
        fallback_phone: row.fallback_phone.clone(),
        zone: row.zone.clone(),
        exclusive: row.exclusive,
        turns: rota.as_ref().map(turns::of_rota).unwrap_or_default(),
        rules: stored_json("rules of a service", &row.rules),
    })
}

fn person(row: PersonRow, with_password: &BTreeSet<Uuid>) -> AdminPerson {
    AdminPerson {
        id: PersonId(row.id),
        hospital_id: HospitalId(row.hospital_id),
        has_password: with_password.contains(&row.id),
        name: row.name,
        email: row.email,
        phone: row.phone,
        roles: row.roles.iter().filter_map(|name| named(name)).collect(),
        networks: row.networks.into_iter().map(NetworkId).collect(),
        languages: row.languages,
        qualifications: row.qualifications.iter().filter_map(|name| named(name)).collect(),
        resting_until: row.resting_until.map(UnixMillis),
        rules: stored_json("rules of a person", &row.rules),
        active: row.active,
    }
}
