//! The guest's part: a browser without an account, and a link that works once.

use super::{DEVICE, PRIVATE, Script, Who, told::Told};
use crate::client::{ANSWERED, Reply, http};
use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use schemas::GuestId;
use schemas::guest::{GuestLink, GuestPart, GuestView, InviteGuest, OpenGuestLink};
use serde_json::json;
use uuid::Uuid;

pub(super) struct Guest {
    http: reqwest::Client,
    base: String,
    /// Of the last invitation.
    pub(super) id: Option<GuestId>,
    token: String,
    /// Once the link was opened.
    csrf: Option<String>,
}

impl Guest {
    pub(super) fn new(base: &str) -> Result<Self> {
        let http = http().timeout(ANSWERED).cookie_store(true).build()?;
        Ok(Self { http, base: base.to_owned(), id: None, token: String::new(), csrf: None })
    }

    /// `false`: it was opened before.
    async fn open_link(&mut self) -> Result<bool> {
        let link = OpenGuestLink { token: self.token.as_str().into() };
        let answer = self.http.post(format!("{}/api/guest", self.base)).json(&link).send().await?;
        if answer.status() == StatusCode::GONE {
            return Ok(false);
        }
        ensure!(answer.status().is_success(), "the guest's link answers {}", answer.status());
        let view: GuestView = serde_json::from_slice(&answer.bytes().await?)?;
        self.csrf = Some(view.csrf_token.0);
        Ok(true)
    }

    async fn ticket(&self) -> Result<Reply> {
        let csrf = self.csrf.as_deref().context("opened")?;
        let asked = self.http.post(format!("{}/api/guest/ticket", self.base)).header("X-CSRF-Token", csrf);
        Reply::read(asked.json(&json!({"device": DEVICE})).send().await?).await
    }
}

impl Script<'_> {
    pub(super) async fn invite(&mut self) -> Result<()> {
        // The same id after a lost answer, so that nobody is invited twice.
        let id = *self.guest.id.get_or_insert_with(|| GuestId(Uuid::now_v7()));
        let invited = InviteGuest { id, name: PRIVATE[9].into(), part: GuestPart::Relative };
        let path = format!("/api/consults/{}/guests", self.consult);
        let reply = self.people.specialist.post(&path, &serde_json::to_value(&invited)?).await?;
        ensure!(reply.status.is_success(), "invite: {} {}", reply.status, reply.code());
        self.acknowledged.told.push(Told::Invited(id));
        let link: GuestLink = serde_json::from_value(reply.body)?;
        let token = link.path.0.strip_prefix("/guest/#").context("a fragment")?;
        self.guest.token = token.to_owned();
        self.secrets.push(token.to_owned());
        self.guest.csrf = None;
        Ok(())
    }

    pub(super) async fn knock(&mut self) -> Result<()> {
        if self.guest.csrf.is_none() && !self.guest.open_link().await? {
            // The link worked once, and its answer was lost: the host makes another one.
            self.guest.id = None;
            self.invite().await?;
            ensure!(self.guest.open_link().await?, "a new link is refused");
        }
        self.guest_seat().await?;
        let id = self.guest.id.context("invited")?;
        self.until(Told::AtDoor(id)).await
    }

    pub(super) async fn guest_seat(&mut self) -> Result<()> {
        let reply = self.guest.ticket().await?;
        let seat = self.seat(&reply).await?;
        self.seats.insert(Who::Guest, seat);
        Ok(())
    }
}
