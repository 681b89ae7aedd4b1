//! Swaps as those see them whom they concern.

use super::{Now, State, Step, Swap, read};
use crate::app::{App, Result, directory::ServiceEntry, planning::wire_conflict, require};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota,
    swaps::{self, Part},
};
use schemas::{
    PrivateText, SwapId,
    directory::{DutyKind, Role},
    swaps::{self as wire, DutyPart, SwapState, SwapStepName},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How long a swap is shown after its last duty: a week.
const SHOWN_SECONDS: i64 = 7 * 86_400;
/// Swaps that are looked through.
const SWAPS: u32 = 1000;

impl App {
    /// What the caller asked, is asked, or decides as a coordinator; the newest first.
    pub async fn swaps(&self, actor: &Actor) -> Result<Vec<wire::Swap>> {
        require(may(actor, None, Permission::SwapDuties))?;
        let directory = self.directory().await?;
        let now = self.now();
        let entries = directory.services.values().filter(|of| actor.networks.contains(&of.service.network_id));
        let services: Vec<Uuid> = entries.map(|entry| entry.service.id.0).collect();
        let rows = self.repo.swaps(now.plus_seconds(-SHOWN_SECONDS).0, &services, SWAPS).await?;
        // Call-outs matter to what is open alone.
        let any_open = rows.iter().any(|row| row.is_open);
        let called_out = if any_open { self.called_out(now).await? } else { Default::default() };
        let at = Now { directory: &directory, called_out: &called_out, now };
        let mut shown = Vec::new();
        for row in rows {
            let swap = read(&row)?;
            let Some(entry) = directory.services.get(&swap.service).filter(|_| at.may_know(actor, &swap)) else {
                continue;
            };
            shown.push(view(&at, actor, entry, SwapId(row.id), &swap)?);
        }
        Ok(shown)
    }
}

fn view(at: &Now<'_>, actor: &Actor, entry: &ServiceEntry, id: SwapId, swap: &Swap) -> Result<wire::Swap> {
    let facts = at.facts(swap, id, Some(actor))?;
    let can = |step: &Step| swaps::decide(swap, step, Some(actor.person_id), &facts).is_ok_and(|next| next != *swap);
    let named = [
        (SwapStepName::Accept, Step::Accept),
        (SwapStepName::Decline, Step::Decline),
        (SwapStepName::Withdraw, Step::Withdraw),
        (SwapStepName::Approve, Step::Approve),
        (SwapStepName::Refuse, Step::Refuse(PrivateText::default())),
        (SwapStepName::Undo, Step::Undo),
    ];
    let people = |of: &BTreeSet<_>| of.iter().map(|person| at.directory.person_ref(*person)).collect();
    let open = swap.state.is_open();
    // For whoever said yes, or the reader who may.
    let could = swap.is_pool || swap.asked.contains(&actor.person_id);
    let reader =
        (could && actor.has_role(Role::Specialist) && swap.giver != actor.person_id).then_some(actor.person_id);
    let one = if swap.asked.len() == 1 { swap.asked.first().copied() } else { None };
    let taker = swap.taker.or(reader).or(one).filter(|_| open);
    let consequences = taker.map_or_else(Vec::new, |taker| at.consequences(entry, swap, id.0, taker));
    let still = match taker {
        Some(taker) => at.both_are_on(entry, swap, taker),
        None => !open || at.giver_is_on(entry, swap),
    };
    let waiting = swap.asked.difference(&swap.declined).copied().collect();
    Ok(wire::Swap {
        id,
        service_id: swap.service,
        service: entry.service.name.clone(),
        zone: entry.service.zone.clone(),
        giver: at.directory.person_ref(swap.giver),
        part: part(swap.given),
        kind: kind(at, entry, swap.given),
        in_return: swap.in_return.map(part),
        is_pool: swap.is_pool,
        asked: people(&waiting),
        declined: people(&swap.declined),
        state: state(swap.state),
        taker: swap.taker.map(|taker| at.directory.person_ref(taker)),
        author: at.directory.person_ref(swap.author),
        decided_by: swap.decided_by.map(|by| at.directory.person_ref(by)),
        reason: swap.reason.clone(),
        created_at: swap.created_at,
        expires_at: swap.expires_at,
        steps: named.iter().filter(|(_, step)| can(step)).map(|(name, _)| *name).collect(),
        consequences: consequences.iter().map(|of| wire_conflict(at.directory, actor, of)).collect(),
        still_on_duty: still,
        needs_approval: entry.settings.swaps_need_approval && !swap.by_coordinator,
    })
}

const fn part(part: Part) -> DutyPart {
    DutyPart { level: part.level, from: part.from, until: part.until }
}

fn kind(at: &Now<'_>, entry: &ServiceEntry, given: Part) -> DutyKind {
    let shifts = entry
        .rota
        .as_ref()
        .map_or_else(Vec::new, |rota| rota::shifts(rota, &at.directory.away, given.from, given.until));
    shifts.iter().find(|shift| shift.level == given.level).map_or_else(DutyKind::default, |shift| shift.kind)
}

pub(in crate::app) const fn state(state: State) -> SwapState {
    match state {
        State::Asked => SwapState::Asked,
        State::Accepted => SwapState::Accepted,
        State::InForce => SwapState::InForce,
        State::Declined => SwapState::Declined,
        State::Withdrawn => SwapState::Withdrawn,
        State::Refused => SwapState::Refused,
        State::Expired => SwapState::Expired,
        State::Undone => SwapState::Undone,
    }
}
