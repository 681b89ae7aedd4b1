//! Signing in and out: passwords, one-time links, sessions.

use super::{
    App, Error, Result,
    directory::Directory,
    ports::{DirectoryWrite, LinkRow, PersonRow, SessionRow},
    tokens::{random_token, token_hash},
    validate,
};
use crate::domain::directory::Actor;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use schemas::{
    HospitalId, NetworkId, PersonId, PrivateText,
    directory::{Role, Specialty},
    session::Me,
};
use std::sync::OnceLock;
use std::time::Duration;
use uuid::Uuid;

/// A session ends after this long without a request. More leaves a lost phone signed in for longer; less shows a
/// sign-in page to a specialist who is rung in the last night of a week on duty.
const IDLE_MS: i64 = 8 * 24 * 3600 * 1000;
/// A session ends after this long in any case.
const WHOLE_MS: i64 = 60 * 24 * 3600 * 1000;
/// How often a session's last use is written down. More often costs writes at every request.
const TOUCH_MS: i64 = 5 * 60 * 1000;
/// Hex digits of the token hash that name a session in the access log: enough to tell sessions apart, too few to be
/// of use to anybody.
const LABEL_BYTES: usize = 8;

/// A fresh session. No `Debug`: the token is a secret.
pub struct NewSession {
    /// Goes into the HttpOnly cookie and is stored nowhere.
    pub token: String,
    pub me: Me,
}

/// Who is asking.
#[derive(Clone)]
pub struct Session {
    pub actor: Actor,
    pub me: Me,
    /// Names the session in the access log.
    pub label: String,
}

/// An account to make, for the command line and the demo. No `Debug`: may hold a password.
pub struct NewPerson {
    pub id: PersonId,
    pub hospital_id: HospitalId,
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub roles: Vec<Role>,
    pub networks: Vec<NetworkId>,
    pub languages: Vec<String>,
    pub qualifications: Vec<Specialty>,
    pub password: Option<String>,
}

impl App {
    /// Signs in by password. How long it takes does not tell whether the address exists.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<NewSession> {
        let email = email.trim().to_lowercase();
        validate::short_text("email", &email)?;
        if password.is_empty() || password.len() > validate::PASSWORD_BYTES {
            return Err(Error::WrongCredentials);
        }
        let credential = self.repo.credential(&email).await?;
        let person_id = credential.as_ref().map(|row| row.person_id);
        let stored = credential.and_then(|row| row.password_hash);
        if !self.verify(password, stored).await? {
            return Err(Error::WrongCredentials);
        }
        let person_id = PersonId(person_id.ok_or(Error::WrongCredentials)?);
        self.open_session(person_id).await.map_err(|error| match error {
            Error::NotSignedIn => Error::WrongCredentials,
            other => other,
        })
    }

    /// A one-time token that signs that person in until `ttl` is over.
    pub async fn create_link(&self, person: PersonId, ttl: Duration) -> Result<String> {
        self.directory().await?.person(person).ok_or(Error::NotFound)?;
        let (token, token_hash) = random_token();
        let expires_at = self.now().0.saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX));
        self.repo.insert_link(&LinkRow { token_hash, person_id: person.0, expires_at }).await?;
        Ok(token)
    }

    /// Signs in by a one-time link.
    pub async fn consume_link(&self, token: &str) -> Result<NewSession> {
        let person = self.repo.consume_link(&token_hash(token), self.now().0).await?.ok_or(Error::LinkUsed)?;
        self.open_session(PersonId(person)).await
    }

    /// The session of a cookie; `None` when it ended, never was, or its person has left.
    pub async fn session(&self, token: &str) -> Result<Option<Session>> {
        let hash = token_hash(token);
        let now = self.now().0;
        let Some(row) = self.repo.session(&hash).await?.filter(|row| row.expires_at > now) else { return Ok(None) };
        let directory = self.directory().await?;
        let Some(person) = directory.person(PersonId(row.person_id)) else { return Ok(None) };
        // The absolute value: a clock that was set back must not keep the session from being written down again.
        if (now - row.last_seen_at).abs() >= TOUCH_MS {
            let expires_at = (now + IDLE_MS).min(row.created_at + WHOLE_MS);
            self.repo.touch_session(&hash, now, expires_at).await?;
        }
        Ok(Some(Session {
            actor: person.actor.clone(),
            me: me(&directory, person.actor.person_id, row.csrf_token),
            label: hash.iter().take(LABEL_BYTES).map(|byte| format!("{byte:02x}")).collect(),
        }))
    }

    /// Ends a session. Ending one that is not there is harmless.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        Ok(self.repo.delete_session(&token_hash(token)).await?)
    }

    /// Makes an account, or changes the one with that id.
    pub async fn add_person(&self, new: NewPerson) -> Result<()> {
        let (row, credential) = self.person_rows(new).await?;
        let mut write = DirectoryWrite { people: vec![row], ..DirectoryWrite::default() };
        write.credentials.extend(credential);
        self.repo.write_directory(&write).await?;
        Ok(())
    }

    /// Sets somebody's password. Their sessions stay.
    pub async fn set_password(&self, email: &str, password: &str) -> Result<()> {
        validate::password(password)?;
        let row = self.repo.credential(&email.trim().to_lowercase()).await?.ok_or(Error::NotFound)?;
        let hash = self.hash(password).await?;
        Ok(self.repo.set_password(row.person_id, &hash).await?)
    }

    /// A new account as rows, its password hashed.
    pub(crate) async fn person_rows(&self, new: NewPerson) -> Result<(PersonRow, Option<(Uuid, String)>)> {
        let email = new.email.trim().to_lowercase();
        validate::email(&email)?;
        validate::name("name", &new.name)?;
        let credential = match &new.password {
            Some(password) => {
                validate::password(password)?;
                Some((new.id.0, self.hash(password).await?))
            }
            None => None,
        };
        let row = PersonRow {
            id: new.id.0,
            hospital_id: new.hospital_id.0,
            name: new.name,
            email,
            phone: new.phone,
            roles: new.roles.iter().map(validate::name_of).collect(),
            networks: new.networks.iter().map(|id| id.0).collect(),
            languages: new.languages,
            qualifications: new.qualifications.iter().map(validate::name_of).collect(),
            resting_until: None,
            active: true,
        };
        Ok((row, credential))
    }

    async fn open_session(&self, person: PersonId) -> Result<NewSession> {
        let directory = self.directory().await?;
        directory.person(person).ok_or(Error::NotSignedIn)?;
        let (token, token_hash) = random_token();
        let (csrf_token, _) = random_token();
        let now = self.now().0;
        self.repo
            .insert_session(&SessionRow {
                token_hash,
                person_id: person.0,
                csrf_token: csrf_token.clone(),
                created_at: now,
                last_seen_at: now,
                expires_at: now + IDLE_MS,
            })
            .await?;
        Ok(NewSession { token, me: me(&directory, person, csrf_token) })
    }

    async fn hash(&self, password: &str) -> Result<String> {
        let password = PrivateText::from(password);
        self.hashing(move || Argon2::default().hash_password(password.0.as_bytes()).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| Error::bug("hashing a password", error))
    }

    /// Compares in constant time (the PHC library does). Without a stored hash the work is done all the same.
    async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool> {
        let password = PrivateText::from(password);
        self.hashing(move || {
            let exists = stored.is_some();
            let text = stored.unwrap_or_else(|| nobodys_hash().to_owned());
            let Ok(hash) = PasswordHash::new(&text) else { return false };
            Argon2::default().verify_password(password.0.as_bytes(), &hash).is_ok() && exists
        })
        .await
    }

    /// Runs a hash on a thread of its own, a few at a time.
    async fn hashing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _permit = self.hashing.acquire().await.map_err(|error| Error::bug("hashing", error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::bug("hashing", error))
    }
}

/// The hash that is compared with when there is no account: same parameters, same time, nobody's password.
fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let (password, _) = random_token();
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).unwrap_or_default()
    })
}

fn me(directory: &Directory, person: PersonId, csrf_token: String) -> Me {
    let roles = directory.person(person).map(|person| person.actor.roles.clone()).unwrap_or_default();
    let home = if roles.contains(&Role::Specialist) {
        "/oncall/"
    } else if roles.contains(&Role::Coordinator) || roles.contains(&Role::Admin) {
        "/desk/"
    } else {
        "/refer/"
    };
    Me { person: directory.person_ref(person), roles, csrf_token: csrf_token.into(), home: home.to_owned() }
}
