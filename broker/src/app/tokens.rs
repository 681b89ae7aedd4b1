//! Secrets that are handed out: random tokens (only their hash is stored) and signed ones (JWT, RFC 7519, HS256).
//!
//! The keys of signed tokens are derived from the installation's master key, one for each purpose, so that a join
//! ticket can never pass for a service token.

use super::{App, Error, Result, Session, ports::ServiceTokenRow, validate};
use crate::domain::directory::Actor;
use ::imaging::seal::MasterKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use schemas::{
    HospitalId, PersonId, PrivateText, SessionId, UnixMillis,
    directory::{PersonRef, Role},
    session::Me,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::time::Duration;
use uuid::Uuid;

/// Bytes of a random token: 256 bits cannot be guessed, and hashing them needs no salt.
const TOKEN_BYTES: usize = 32;

/// A fresh token as it goes to the client, and its hash as it goes to the database.
pub(super) fn random_token() -> (String, Vec<u8>) {
    let mut bytes = [0_u8; TOKEN_BYTES];
    rand::fill(&mut bytes[..]);
    let token = URL_SAFE_NO_PAD.encode(bytes);
    let hash = token_hash(&token);
    (token, hash)
}

pub(super) fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// What a signed token is for: its audience, and the key that signs it.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Room,
    /// A room of the caller's own, to try the path.
    Check,
    Service,
    Setup,
}

impl Purpose {
    const fn audience(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Check => "check",
            Self::Service => "service",
            Self::Setup => "setup",
        }
    }
}

struct KeyPair {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl KeyPair {
    fn derive(master: &MasterKey, purpose: &str) -> Self {
        let secret = master.derive(purpose);
        Self { encoding: EncodingKey::from_secret(&secret[..]), decoding: DecodingKey::from_secret(&secret[..]) }
    }
}

pub(super) struct Keys {
    room: KeyPair,
    check: KeyPair,
    service: KeyPair,
    setup: KeyPair,
}

impl Keys {
    pub(super) fn derive(master: &MasterKey) -> Self {
        Self {
            room: KeyPair::derive(master, "telekonsil join ticket v1"),
            check: KeyPair::derive(master, "telekonsil check ticket v1"),
            service: KeyPair::derive(master, "telekonsil service token v1"),
            setup: KeyPair::derive(master, "telekonsil setup token v1"),
        }
    }

    const fn pair(&self, purpose: Purpose) -> &KeyPair {
        match purpose {
            Purpose::Room => &self.room,
            Purpose::Check => &self.check,
            Purpose::Service => &self.service,
            Purpose::Setup => &self.setup,
        }
    }

    pub(super) fn sign<T: Serialize>(&self, purpose: Purpose, claims: &T) -> Result<String> {
        let claims = Claims { aud: purpose.audience().to_owned(), claims };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.pair(purpose).encoding)
            .map_err(|error| Error::bug("signing a token", error))
    }

    /// The claims of a genuine token. Its time is the caller's to check: the library would ask the system's clock.
    pub(super) fn open<T: DeserializeOwned + Clone>(&self, purpose: Purpose, token: &str) -> Option<T> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        validation.set_audience(&[purpose.audience()]);
        jsonwebtoken::decode::<Claims<T>>(token, &self.pair(purpose).decoding, &validation)
            .ok()
            .map(|data| data.claims.claims)
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Claims<T> {
    aud: String,
    #[serde(flatten)]
    claims: T,
}

/// What a service token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Store, find and read the studies of one house.
    Dicomweb,
}

/// A machine's token as those who administer the installation see it.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceToken {
    pub id: Uuid,
    pub label: String,
    pub scope: Scope,
    pub hospital_id: HospitalId,
    pub issued_at: UnixMillis,
    pub expires_at: UnixMillis,
    pub revoked_at: Option<UnixMillis>,
}

#[derive(Clone, Serialize, Deserialize)]
struct ServiceClaims {
    jti: Uuid,
    scope: Scope,
    /// House whose inbox it stores into and whose studies it reads.
    house: HospitalId,
    iat: i64,
    exp: i64,
}

impl App {
    /// A bearer token for a machine; `label` says in whose hands it is. Without `house` it is the oldest house that has referrers, which is what a single
    /// hospital's installation and the demo mean.
    pub async fn service_token(
        &self,
        scope: Scope,
        house: Option<HospitalId>,
        ttl: Duration,
        label: &str,
    ) -> Result<String> {
        validate::short_text("label", label)?;
        let directory = self.directory().await?;
        let house = match house {
            Some(house) if directory.hospitals.contains_key(&house) => house,
            Some(_) => return Err(Error::InvalidField("hospital: unknown".to_owned())),
            None => directory
                .people
                .values()
                .filter(|person| person.row.active && person.actor.has_role(Role::Referrer))
                .map(|person| person.actor.hospital_id)
                // Identifiers are UUIDv7: the smallest is the oldest.
                .min()
                .ok_or_else(|| Error::InvalidField("hospital: there is none that asks".to_owned()))?,
        };
        let now = self.now().0.div_euclid(1000);
        let exp = now.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
        let claims = ServiceClaims { jti: Uuid::new_v4(), scope, house, iat: now, exp };
        let token = self.keys.sign(Purpose::Service, &claims)?;
        let row = ServiceTokenRow {
            id: claims.jti,
            label: label.to_owned(),
            scope: validate::name_of(&scope),
            hospital_id: house.0,
            issued_at: now.saturating_mul(1000),
            expires_at: exp.saturating_mul(1000),
            revoked_at: None,
        };
        self.repo.insert_service_token(&row).await?;
        Ok(token)
    }

    /// Tokens of machines that have not expired for long, newest first. For the command line.
    pub async fn service_tokens(&self) -> Result<Vec<ServiceToken>> {
        let read = |row: ServiceTokenRow| {
            Ok(ServiceToken {
                id: row.id,
                label: row.label,
                scope: serde_json::from_value(serde_json::Value::String(row.scope))
                    .map_err(|error| Error::bug("a token's scope", error))?,
                hospital_id: HospitalId(row.hospital_id),
                issued_at: UnixMillis(row.issued_at),
                expires_at: UnixMillis(row.expires_at),
                revoked_at: row.revoked_at.map(UnixMillis),
            })
        };
        self.repo.service_tokens().await?.into_iter().map(read).collect()
    }

    /// From now on that token opens nothing. Revoking it twice is harmless. For the command line.
    pub async fn revoke_service_token(&self, id: Uuid) -> Result<()> {
        if self.repo.revoke_service_token(id, self.now().0).await? { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Whom a bearer token speaks for: a referrer of its house without a name. Good for `/dicomweb` alone; the edge
    /// takes bearer tokens nowhere else.
    pub async fn service_session(&self, bearer: &str) -> Result<Session> {
        let claims: ServiceClaims = self.keys.open(Purpose::Service, bearer).ok_or(Error::NotSignedIn)?;
        if UnixMillis(claims.exp.saturating_mul(1000)) <= self.now() {
            return Err(Error::NotSignedIn);
        }
        if self.repo.service_token(claims.jti).await?.is_none_or(|row| row.revoked_at.is_some()) {
            return Err(Error::NotSignedIn);
        }
        let directory = self.directory().await?;
        let house = directory.hospitals.get(&claims.house).ok_or(Error::NotSignedIn)?;
        // Follows from the token, so that the access log tells one token from another.
        let person_id = PersonId(claims.jti);
        let Scope::Dicomweb = claims.scope;
        Ok(Session {
            id: SessionId(claims.jti),
            actor: Actor {
                person_id,
                hospital_id: house.id,
                roles: vec![Role::Referrer],
                networks: vec![],
                only_consult: None,
            },
            me: Me {
                person: PersonRef {
                    id: person_id,
                    name: "DICOMweb".to_owned(),
                    hospital_id: house.id,
                    hospital: house.name.clone(),
                    phone: None,
                },
                roles: vec![Role::Referrer],
                csrf_token: PrivateText::default(),
                home: "/".to_owned(),
                only_consult: None,
                is_demo: self.is_demo(),
            },
            label: format!("service:{}", claims.jti),
        })
    }
}
