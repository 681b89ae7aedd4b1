//! The first administrator of an empty installation.
//!
//! The console shows a token that is signed with a key of the installation, so that every node knows it and nothing
//! has to be stored. It works as long as nobody is in the directory: of two who come at once, one writes first.

use super::rules;
use crate::app::{App, Error, NewPerson, NewSession, Result, ports::DirectoryWrite, tokens::Purpose};
use schemas::{
    HospitalId, PersonId, UnixMillis,
    admin::{AdminHospital, Setup},
    directory::Role,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long the link on the console works. More leaves it in a log file for longer; less sends somebody who installs
/// in the evening and goes on in the morning back to the console.
const SETUP_SECONDS: i64 = 24 * 3600;

#[derive(Clone, Serialize, Deserialize)]
struct SetupClaims {
    jti: Uuid,
    /// Seconds, RFC 7519 § 4.1.4.
    exp: i64,
}

impl App {
    /// Nobody is in the directory yet.
    pub async fn setup_needed(&self) -> Result<bool> {
        Ok(self.repo.count_people().await? == 0)
    }

    /// What opens the set-up; for the console of whoever starts the server.
    pub fn setup_token(&self) -> Result<String> {
        let exp = self.now().plus_seconds(SETUP_SECONDS).0 / 1000;
        self.keys.sign(Purpose::Setup, &SetupClaims { jti: Uuid::new_v4(), exp })
    }

    /// Makes the first house and its administrator, and signs them in.
    ///
    /// # Errors
    /// [`Error::AlreadySetUp`] when there is somebody, also when they came a moment earlier; [`Error::LinkUsed`] for a
    /// token that is not genuine or too old.
    pub async fn set_up(&self, setup: Setup) -> Result<NewSession> {
        if !self.setup_needed().await? {
            return Err(Error::AlreadySetUp);
        }
        let claims: SetupClaims = self.keys.open(Purpose::Setup, &setup.token.0).ok_or(Error::LinkUsed)?;
        if UnixMillis(claims.exp.saturating_mul(1000)) <= self.now() {
            return Err(Error::LinkUsed);
        }
        let hospital_id = HospitalId(Uuid::now_v7());
        let house = AdminHospital { id: hospital_id, name: setup.hospital, city: setup.city, phone: setup.phone };
        let hospitals = rules::hospital(&house)?.hospitals;
        let person = NewPerson {
            id: PersonId(Uuid::now_v7()),
            hospital_id,
            name: setup.name,
            email: setup.email.clone(),
            phone: None,
            roles: vec![Role::Admin],
            networks: vec![],
            languages: vec![],
            qualifications: vec![],
            password: Some(setup.password.0.clone()),
        };
        let (person, credential) = self.person_rows(person).await?;
        let write = DirectoryWrite {
            hospitals,
            people: vec![person],
            credentials: credential.into_iter().collect(),
            ..DirectoryWrite::default()
        };
        self.change_directory(|rows| match rows.people.is_empty() {
            true => Ok(write.clone()),
            false => Err(Error::AlreadySetUp),
        })
        .await?;
        tracing::info!("the first administrator was made");
        self.sign_in(&setup.email, &setup.password.0).await
    }
}
