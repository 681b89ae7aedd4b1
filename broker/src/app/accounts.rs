//! Accounts and passwords.

use super::{
    App, Error, Result, Session,
    ports::{DirectoryWrite, PersonRow},
    tokens::random_token,
    validate,
};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use schemas::{
    HospitalId, NetworkId, PersonId, PrivateText,
    directory::{Role, Specialty},
    session::ChangePassword,
};
use std::sync::OnceLock;
use uuid::Uuid;

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
        validate::password("password", password)?;
        let row = self.repo.credential(&email.trim().to_lowercase()).await?.ok_or(Error::NotFound)?;
        let hash = self.hash(password).await?;
        Ok(self.repo.set_password(row.person_id, &hash).await?)
    }

    /// Changes the caller's own password; every other session of theirs ends. Who has none yet (signed in by a link)
    /// sets the first one.
    pub async fn change_password(&self, session: &Session, change: &ChangePassword) -> Result<()> {
        if session.actor.only_consult.is_some() {
            return Err(Error::Forbidden);
        }
        validate::password("new", &change.new.0)?;
        let person = session.actor.person_id;
        let stored = self.stored_password(person).await?;
        if stored.is_some() && !self.verify(&change.current.0, stored).await? {
            return Err(Error::WrongPassword);
        }
        let hash = self.hash(&change.new.0).await?;
        Ok(self.repo.change_password(person.0, &hash, session.id.0).await?)
    }

    /// [`Error::WrongPassword`] unless it is that person's.
    pub(super) async fn check_password(&self, person: PersonId, password: &str) -> Result<()> {
        if password.len() > validate::PASSWORD_BYTES {
            return Err(Error::WrongPassword);
        }
        let stored = self.stored_password(person).await?;
        if self.verify(password, stored).await? { Ok(()) } else { Err(Error::WrongPassword) }
    }

    async fn stored_password(&self, person: PersonId) -> Result<Option<String>> {
        let directory = self.directory().await?;
        let email = &directory.person(person).ok_or(Error::NotSignedIn)?.row.email;
        let credential = self.repo.credential(email).await?.filter(|row| row.person_id == person.0);
        Ok(credential.and_then(|row| row.password_hash))
    }

    /// A new account as rows, its password hashed.
    pub(crate) async fn person_rows(&self, new: NewPerson) -> Result<(PersonRow, Option<(Uuid, String)>)> {
        let email = new.email.trim().to_lowercase();
        validate::email(&email)?;
        validate::name("name", &new.name)?;
        let credential = match &new.password {
            Some(password) => {
                validate::password("password", password)?;
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
            rules: "{}".to_owned(),
            active: true,
        };
        Ok((row, credential))
    }

    pub(super) async fn hash(&self, password: &str) -> Result<String> {
        let password = PrivateText::from(password);
        let hash = move || Argon2::default().hash_password(password.0.as_bytes()).map(|hash| hash.to_string());
        let hashed = self.hashing.run("hashing a password", hash).await?;
        hashed.map_err(|error| Error::bug("hashing a password", error))
    }

    /// Compares in constant time (the PHC library does). Without a stored hash the work is done all the same.
    pub(super) async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool> {
        let password = PrivateText::from(password);
        let compare = move || {
            let exists = stored.is_some();
            let text = stored.unwrap_or_else(|| nobodys_hash().to_owned());
            let Ok(hash) = PasswordHash::new(&text) else { return false };
            Argon2::default().verify_password(password.0.as_bytes(), &hash).is_ok() && exists
        };
        self.hashing.run("comparing a password", compare).await
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
