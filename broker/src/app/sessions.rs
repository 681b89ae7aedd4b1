//! Signing in and out: one-time links, sessions, the telephone that joins one consult.

use super::{
    App, Error, Result,
    directory::Directory,
    ports::{LinkRow, SessionRow},
    require,
    tokens::{random_token, token_hash},
    validate,
};
use crate::domain::{access::Permission, consult::actions, directory::Actor};
use imaging::seal::hex;
use schemas::{
    ConsultId, PersonId, SessionId, UnixMillis,
    consult::ActionName,
    directory::Role,
    session::{Me, PhoneLink, SessionInfo},
};
use std::time::Duration;
use uuid::Uuid;

/// A session ends after this long without a request. More leaves a lost phone signed in for longer; less shows a
/// sign-in page to a specialist who is rung in the last night of a week on duty.
const IDLE_MS: i64 = 8 * 24 * 3600 * 1000;
/// A session ends after this long in any case.
const WHOLE_MS: i64 = 60 * 24 * 3600 * 1000;
/// A telephone's session ends after this long: a shift. More leaves a private telephone in a consult; less ends a long
/// night's.
const PHONE_MS: i64 = 12 * 3600 * 1000;
/// The QR code on the screen works for this long. More lets somebody photograph it and come later; less is too short
/// to find one's telephone.
const PHONE_LINK_SECONDS: i64 = 5 * 60;
/// How often a session's last use is written down. More often costs writes at every request.
const TOUCH_MS: i64 = 5 * 60 * 1000;
/// Bytes of the token hash that name a session in the access log: enough to tell sessions apart, too few to be of use
/// to anybody.
const LABEL_BYTES: usize = 8;

/// A fresh session. No `Debug`: the token is a secret.
pub struct NewSession {
    /// Goes into the HttpOnly cookie and is stored nowhere.
    pub token: String,
    pub me: Me,
}

/// What became of a one-time link. No `Debug`: may hold a token.
pub enum Redeemed {
    New(NewSession),
    /// The browser's own session reaches what the link leads to; `home` is there.
    Stays(Me),
}

/// Who is asking.
#[derive(Clone)]
pub struct Session {
    pub id: SessionId,
    pub actor: Actor,
    pub me: Me,
    /// Names the session in the access log.
    pub label: String,
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
        self.open_session(person_id, None).await.map_err(|error| match error {
            Error::NotSignedIn => Error::WrongCredentials,
            other => other,
        })
    }

    /// A one-time token that signs that person in until `ttl` is over.
    pub async fn create_link(&self, person: PersonId, ttl: Duration) -> Result<String> {
        self.directory().await?.person(person).ok_or(Error::NotFound)?;
        let expires_at = self.now().0.saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX));
        self.new_link(person, UnixMillis(expires_at), None).await
    }

    /// A link by which the caller's own telephone joins this consult, and reaches nothing else.
    pub async fn phone_link(&self, actor: &Actor, id: ConsultId) -> Result<PhoneLink> {
        // A telephone cannot hand out further ones: its session would never end.
        require(actor.only_consult.is_none())?;
        let consult = self.for_those(actor, id, Permission::Act(ActionName::Join)).await?;
        if !actions(&consult, actor, self.now()).contains(&ActionName::Join) {
            return Err(Error::WrongState);
        }
        let expires_at = self.now().plus_seconds(PHONE_LINK_SECONDS);
        let token = self.new_link(actor.person_id, expires_at, Some(id)).await?;
        Ok(PhoneLink { path: format!("/phone/#{token}").into(), expires_at })
    }

    async fn new_link(&self, person: PersonId, until: UnixMillis, only_consult: Option<ConsultId>) -> Result<String> {
        let (token, token_hash) = random_token();
        let row =
            LinkRow { token_hash, person_id: person.0, expires_at: until.0, only_consult: only_consult.map(|id| id.0) };
        self.repo.insert_link(&row).await?;
        Ok(token)
    }

    /// Signs in by a one-time link.
    pub async fn consume_link(&self, token: &str) -> Result<NewSession> {
        let link = self.take_link(token).await?;
        self.open_session(PersonId(link.person_id), link.only_consult.map(ConsultId)).await
    }

    /// Signs in by a one-time link, in a browser that may hold a session already. A telephone's link takes no session
    /// away from the telephone that its owner is rung on: theirs would end with the consult, and nothing would ring.
    pub async fn redeem_link(&self, token: &str, cookie: Option<&str>) -> Result<Redeemed> {
        let own = match cookie {
            Some(cookie) => self.session(cookie).await?.filter(|session| session.actor.only_consult.is_none()),
            None => None,
        };
        let link = self.take_link(token).await?;
        let person = PersonId(link.person_id);
        let only_consult = link.only_consult.map(ConsultId);
        if let Some(consult) = only_consult
            && let Some(own) = own.filter(|own| own.actor.person_id == person)
        {
            return Ok(Redeemed::Stays(Me { home: room(consult), ..own.me }));
        }
        Ok(Redeemed::New(self.open_session(person, only_consult).await?))
    }

    async fn take_link(&self, token: &str) -> Result<LinkRow> {
        self.repo.consume_link(&token_hash(token), self.now().0).await?.ok_or(Error::LinkUsed)
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
            self.repo.touch_session(&hash, now, expiry(&row, now)).await?;
        }
        let only_consult = row.only_consult.map(ConsultId);
        Ok(Some(Session {
            id: SessionId(row.id),
            actor: Actor { only_consult, ..person.actor.clone() },
            me: self.me(&directory, person.actor.person_id, row.csrf_token, only_consult),
            label: label(&hash),
        }))
    }

    /// Ends a session. Ending one that is not there is harmless.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        Ok(self.repo.delete_session(&token_hash(token)).await?)
    }

    /// The caller's own sessions, last used first.
    pub async fn my_sessions(&self, session: &Session) -> Result<Vec<SessionInfo>> {
        require(session.actor.only_consult.is_none())?;
        let rows = self.repo.sessions(Some(session.actor.person_id.0), self.now().0).await?;
        self.session_infos(rows, session.id).await
    }

    /// Ends one of the caller's own sessions.
    pub async fn end_my_session(&self, session: &Session, id: SessionId) -> Result<()> {
        require(session.actor.only_consult.is_none())?;
        let ended = self.repo.delete_session_by_id(id.0, Some(session.actor.person_id.0)).await?;
        if ended { Ok(()) } else { Err(Error::NotFound) }
    }

    pub(super) async fn session_infos(&self, rows: Vec<SessionRow>, current: SessionId) -> Result<Vec<SessionInfo>> {
        let directory = self.directory().await?;
        let info = |row: SessionRow| SessionInfo {
            id: SessionId(row.id),
            person: directory.person_ref(PersonId(row.person_id)),
            created_at: UnixMillis(row.created_at),
            last_seen_at: UnixMillis(row.last_seen_at),
            expires_at: UnixMillis(row.expires_at),
            is_current: row.id == current.0,
            only_consult: row.only_consult.map(ConsultId),
        };
        Ok(rows.into_iter().map(info).collect())
    }

    async fn open_session(&self, person: PersonId, only_consult: Option<ConsultId>) -> Result<NewSession> {
        let directory = self.directory().await?;
        directory.person(person).ok_or(Error::NotSignedIn)?;
        let (token, token_hash) = random_token();
        let (csrf_token, _) = random_token();
        let now = self.now().0;
        let mut row = SessionRow {
            id: Uuid::now_v7(),
            token_hash,
            person_id: person.0,
            csrf_token: csrf_token.clone(),
            created_at: now,
            last_seen_at: now,
            expires_at: now,
            only_consult: only_consult.map(|id| id.0),
        };
        row.expires_at = expiry(&row, now);
        self.repo.insert_session(&row).await?;
        Ok(NewSession { token, me: self.me(&directory, person, csrf_token, only_consult) })
    }

    fn me(&self, directory: &Directory, person: PersonId, csrf_token: String, only: Option<ConsultId>) -> Me {
        let roles = directory.person(person).map(|person| person.actor.roles.clone()).unwrap_or_default();
        let home = match only {
            Some(consult) => room(consult),
            None => home(&roles).to_owned(),
        };
        Me {
            person: directory.person_ref(person),
            roles,
            csrf_token: csrf_token.into(),
            home,
            only_consult: only,
            is_demo: self.is_demo(),
        }
    }
}

/// When a session used at `now` ends unless it is used again.
fn expiry(row: &SessionRow, now: i64) -> i64 {
    let whole = if row.only_consult.is_some() { PHONE_MS } else { WHOLE_MS };
    (now + IDLE_MS).min(row.created_at + whole)
}

fn label(token_hash: &[u8]) -> String {
    let mut label = hex(token_hash);
    label.truncate(2 * LABEL_BYTES);
    label
}

/// Where a one-time link leads. The token stands in the fragment: it reaches no proxy's log, and a mail scanner that
/// looks at the page does not use it up.
pub fn sign_in_path(token: &str) -> String {
    format!("/login/#{token}")
}

fn room(consult: ConsultId) -> String {
    format!("/room/{consult}")
}

/// The page of somebody with several roles is the one where others wait for them.
fn home(roles: &[Role]) -> &'static str {
    const PAGES: [(Role, &str); 5] = [
        (Role::Specialist, "/oncall/"),
        (Role::Coordinator, "/desk/"),
        (Role::Referrer, "/refer/"),
        (Role::Admin, "/admin/"),
        (Role::DataProtection, "/privacy/"),
    ];
    PAGES.iter().find(|(role, _)| roles.contains(role)).map_or("/refer/", |(_, page)| page)
}
