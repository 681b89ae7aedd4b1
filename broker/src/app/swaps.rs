//! Duties that change hands.
//!
//! Every step of a swap is one write upon one revision of the directory: the swap's row, the rota if it changes, and what
//! everybody concerned is told. Of two who come at once, the second one decides anew upon what the first one wrote.

mod candidates;
mod facts;
mod view;

pub(in crate::app) use view::state;

use super::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    planning::{News, published, swap_notes},
    ports::{DirectoryWrite, SwapRow},
    require,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    swaps::{self, Hindrance, Part, Refusal, State, Step, Swap},
};
use facts::Now;
use schemas::{
    PersonId, PrivateText, SwapId, UnixMillis,
    swaps::{AskSwap, SwapAsk, SwapStep},
};
use std::collections::BTreeSet;

/// How often a step is decided again when somebody else wrote to the directory meanwhile.
const ATTEMPTS: u32 = 16;
/// People who are asked at once by name. More is the pool.
const MOST_ASKED: usize = 10;
/// How far ahead a duty is given away, in seconds: 400 days.
const AHEAD_SECONDS: i64 = 400 * 86_400;
/// Swaps that end by themselves in one turn of the ticker.
const BATCH: u32 = 100;

impl App {
    /// Asks for a swap, or as a coordinator makes one at once. A repeat under the same id is harmless.
    pub async fn ask_swap(&self, actor: &Actor, id: SwapId, wish: &AskSwap) -> Result<()> {
        require(may(actor, None, Permission::SwapDuties))?;
        let straight = matches!(wish.ask, SwapAsk::Straight { .. });
        self.step_swap(id, Some(actor), |swap, at| {
            if let Some(known) = swap {
                let same = known.author == actor.person_id && known.service == wish.service_id;
                return if same { Ok(None) } else { Err(Error::Conflict("this id was used for something else")) };
            }
            let asked = asked(actor, wish, at)?;
            if !straight {
                return Ok(Some(asked));
            }
            let facts = at.facts(&asked, id, Some(actor))?;
            let put = swaps::decide(&asked, &Step::Put, Some(actor.person_id), &facts).map_err(refused)?;
            Ok(Some(put))
        })
        .await?;
        tracing::info!(by = %actor.person_id, swap = %id, "a swap is asked for");
        Ok(())
    }

    /// Somebody says something to a swap.
    pub async fn answer_swap(&self, actor: &Actor, id: SwapId, step: &SwapStep) -> Result<()> {
        require(may(actor, None, Permission::SwapDuties))?;
        let step = match step {
            SwapStep::Accept => Step::Accept,
            SwapStep::Decline => Step::Decline,
            SwapStep::Withdraw => Step::Withdraw,
            SwapStep::Approve => Step::Approve,
            SwapStep::Refuse { reason } => {
                super::validate::said("reason", reason)?;
                Step::Refuse(PrivateText(reason.0.trim().to_owned()))
            }
            SwapStep::Undo => Step::Undo,
        };
        self.step_swap(id, Some(actor), |swap, at| {
            let swap = swap.filter(|swap| at.may_know(actor, swap)).ok_or(Error::NotFound)?;
            let facts = at.facts(swap, id, Some(actor))?;
            match swaps::decide(swap, &step, Some(actor.person_id), &facts) {
                Ok(next) if next == *swap => Ok(None),
                Ok(next) => Ok(Some(next)),
                Err(Refusal::Taken) => {
                    let by = swap.taker.map(|taker| at.directory.person_ref(taker).name).unwrap_or_default();
                    Err(Error::AlreadyTaken { by })
                }
                Err(refusal) => Err(refused(refusal)),
            }
        })
        .await
    }

    /// Ends swaps that nobody answered until the duty began; how many.
    pub(in crate::app) async fn expire_swaps(&self) -> Result<u32> {
        let mut ended = 0;
        for row in self.repo.expired_swaps(self.now().0, BATCH).await? {
            let done = self
                .step_swap(SwapId(row.id), None, |swap, at| {
                    let Some(swap) = swap else { return Ok(None) };
                    let facts = swaps::Facts { now: at.now, ..swaps::Facts::default() };
                    // Somebody else was faster: another node, or a yes in the last moment.
                    Ok(swaps::decide(swap, &Step::Expire, None, &facts).ok())
                })
                .await;
            match done {
                Ok(()) => ended += 1,
                Err(error) => tracing::warn!(swap = %row.id, %error, "a swap was not ended and is tried again"),
            }
        }
        Ok(ended)
    }

    /// Decides a step upon the swap and the directory as they are, and writes if nobody else did meanwhile; else decides
    /// again. `None`: nothing is to be written.
    async fn step_swap(
        &self,
        id: SwapId,
        actor: Option<&Actor>,
        decide: impl Fn(Option<&Swap>, &Now<'_>) -> Result<Option<Swap>> + Send + Sync,
    ) -> Result<()> {
        let called_out = self.called_out(self.now()).await?;
        for _ in 0..ATTEMPTS {
            let rows = self.repo.directory().await?;
            // After the directory: whoever changes a swap raises its revision, so it cannot be older than that.
            let stored = self.repo.swap(id.0).await?;
            let revision = rows.revision;
            let directory = Directory::from_rows(rows);
            let at = Now { directory: &directory, called_out: &called_out, now: self.now() };
            let before = stored.as_ref().map(read).transpose()?;
            let Some(after) = decide(before.as_ref(), &at)? else { return Ok(()) };
            let rev = stored.map_or(0, |row| row.rev) + 1;
            let write = written(&at, id, rev, before.as_ref(), &after, actor)?;
            if self.repo.write_directory_at(&write, revision).await?.is_some() {
                return Ok(());
            }
        }
        Err(Error::Unavailable)
    }
}

fn read(row: &SwapRow) -> Result<Swap> {
    serde_json::from_str(&row.body).map_err(|error| Error::bug("a stored swap", format!("column {}", error.column())))
}

/// What is asked for, as a swap.
fn asked(actor: &Actor, wish: &AskSwap, at: &Now<'_>) -> Result<Swap> {
    let directory = at.directory;
    let entry = directory.services.get(&wish.service_id).ok_or(Error::NotFound)?;
    if !actor.networks.contains(&entry.service.network_id) {
        return Err(Error::NotFound);
    }
    let coordinates = actor.coordinates(entry.service.network_id);
    let giver = wish.giver.unwrap_or(actor.person_id);
    let by_coordinator = giver != actor.person_id || matches!(wish.ask, SwapAsk::Straight { .. });
    if by_coordinator && !coordinates {
        return Err(Error::Forbidden);
    }
    let part = |field: &str, part: schemas::swaps::DutyPart| {
        let schemas::swaps::DutyPart { level, from, until } = part;
        // Whoever is replaced has begun already; what has passed stays theirs.
        let from = if by_coordinator { from.max(at.now) } else { from };
        let limit = at.now.plus_seconds(AHEAD_SECONDS);
        let is_good = from < until && until <= limit && (from > at.now || by_coordinator);
        // To the minute: a rota is written in wall time.
        let to_minute = |t: UnixMillis| UnixMillis(t.0 - t.0.rem_euclid(60_000));
        let good = Part { level, from: to_minute(from), until: to_minute(until) };
        if is_good && good.from < good.until { Ok(good) } else { Err(invalid(field, "is no coming stretch of a duty")) }
    };
    let given = part("part", wish.part)?;
    let in_return = wish.in_return.map(|wished| part("in_return", wished)).transpose()?;
    let asked: BTreeSet<PersonId> = match &wish.ask {
        SwapAsk::People { people } => people.iter().copied().collect(),
        SwapAsk::Straight { person } => [*person].into(),
        SwapAsk::Pool => BTreeSet::new(),
    };
    let is_pool = wish.ask == SwapAsk::Pool;
    if in_return.is_some() && asked.len() != 1 {
        return Err(invalid("in_return", "can be had of one person alone"));
    }
    if asked.contains(&giver) || asked.len() > MOST_ASKED || asked.is_empty() != is_pool {
        return Err(invalid("ask", "names nobody, the giver, or too many"));
    }
    let is_known = |person: &PersonId| directory.person(*person).is_some_and(|of| at.works_for(of, entry));
    if !asked.iter().all(is_known) {
        return Err(invalid("ask", "names somebody who does not work for this network"));
    }
    let swap = Swap {
        service: wish.service_id,
        author: actor.person_id,
        by_coordinator,
        giver,
        given,
        in_return,
        asked,
        is_pool,
        declined: BTreeSet::new(),
        state: State::Asked,
        taker: None,
        decided_by: None,
        reason: PrivateText::default(),
        created_at: at.now,
        // A running duty can be had until it ends.
        expires_at: if by_coordinator { given.until } else { given.from },
    };
    let swap = Swap { expires_at: swap.expires_at.min(in_return.map_or(swap.expires_at, |part| part.from)), ..swap };
    if !at.giver_is_on(entry, &swap) {
        return Err(Error::Conflict("this duty is somebody else's now"));
    }
    if is_pool {
        let asked = at.pool(entry, &swap)?;
        if asked.is_empty() {
            return Err(Error::Conflict("nobody who could take this duty is free"));
        }
        return Ok(Swap { asked, ..swap });
    }
    Ok(swap)
}

/// The write of one step.
fn written(
    at: &Now<'_>,
    id: SwapId,
    rev: i64,
    before: Option<&Swap>,
    after: &Swap,
    actor: Option<&Actor>,
) -> Result<DirectoryWrite> {
    let entry = at.directory.services.get(&after.service).ok_or(Error::NotFound)?;
    let was = before.is_some_and(|before| before.state == State::InForce);
    let is = after.state == State::InForce;
    let write = match (actor, entry.rota.as_ref(), after.taker) {
        (Some(actor), Some(rota), Some(taker)) if is && !was => {
            let overrides = after.overrides(id.0, taker, &rota.zone, at.now);
            published(at.directory, entry, actor, &swaps::with(rota, overrides), "", at.now)?
        }
        (Some(actor), Some(rota), _) if was && !is => {
            published(at.directory, entry, actor, &swaps::without(rota, id.0), "", at.now)?
        }
        _ => DirectoryWrite::default(),
    };
    let who = actor.map(|actor| actor.person_id);
    let mut told = swaps::told(before, after, who);
    if after.state == State::Accepted && before.is_none_or(|before| before.state != after.state) {
        told.extend(coordinators(at.directory, entry).filter(|person| Some(*person) != who));
    }
    let news = News::Swap {
        swap: id.0,
        state: after.state,
        from: after.given.from,
        until: after.given.until,
        giver: after.giver,
        taker: after.taker,
    };
    let duty_notes = swap_notes(entry.service.id, after.given.level, who, at.now, write.duty_notes, &told, &news)?;
    let body = serde_json::to_string(after).map_err(|error| Error::bug("writing a swap", error))?;
    let row = SwapRow {
        id: id.0,
        service_id: after.service.0,
        rev,
        is_open: after.state.is_open(),
        expires_at: after.expires_at.0,
        until_at: after.ends().0,
        body,
    };
    Ok(DirectoryWrite { duty_notes, swaps: vec![row], ..write })
}

/// Who coordinates the service's network.
pub(in crate::app) fn coordinators<'a>(
    directory: &'a Directory,
    entry: &'a ServiceEntry,
) -> impl Iterator<Item = PersonId> + 'a {
    let network = entry.service.network_id;
    let active = directory.people.values().filter(|person| person.row.active);
    active.filter(move |person| person.actor.coordinates(network)).map(|person| person.refer.id)
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NotTheirs => Error::Forbidden,
        Refusal::Taken => Error::Conflict("somebody else said yes first"),
        Refusal::WrongState => Error::WrongState,
        Refusal::Begun => Error::Conflict("the duty has begun"),
        Refusal::Hindered(hindrance) => Error::Conflict(match hindrance {
            Hindrance::NotOnDuty => "this duty is somebody else's now",
            Hindrance::Unqualified => "is not qualified for this service",
            Hindrance::NoContract => "has no contract for this service",
            Hindrance::Absent => "is away then",
            Hindrance::DoubleBooked => "is on another duty then",
        }),
    }
}

fn invalid(field: &str, why: &str) -> Error {
    Error::InvalidField(format!("{field}: {why}"))
}
