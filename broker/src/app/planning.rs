//! Planning: drafts of rotas with everything that is wrong with them, publishing, history, absences.
//!
//! A rota counts when it is published. Publishing is one write upon one revision of the directory: the new rota, its place
//! in the history, what each person is told of their own changes, and the end of the draft.

mod absences;
mod fairness;
pub(super) mod findings;
mod notes;
mod publish;
mod settings;
mod take_over;
mod view;
mod wire;
mod wishes;

pub(super) use absences::told as told_of_absences;
pub(super) use notes::{News, changes, news, notes, notes_of_away, swap_notes};
pub(super) use publish::published;
pub(super) use wire::{conflict as wire_conflict, kind as wire_kind};

use super::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    require,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::Stretch,
};
use schemas::{ServiceId, UnixMillis};

/// Longest time that is shown and checked at once: 400 days, so that next year's holidays are in.
const MAX_SPAN_SECONDS: i64 = 401 * 86_400;
/// How far changes and conflicts are looked for beside what is shown, in seconds: eight weeks.
pub(super) const AHEAD_SECONDS: i64 = 56 * 86_400;

impl App {
    /// A service of the caller's networks. Others are not known to exist.
    fn planned<'a>(
        directory: &'a Directory,
        actor: &Actor,
        id: ServiceId,
        permission: Permission,
    ) -> Result<&'a ServiceEntry> {
        require(may(actor, None, permission))?;
        let entry = directory.services.get(&id).ok_or(Error::NotFound)?;
        if actor.networks.contains(&entry.service.network_id) { Ok(entry) } else { Err(Error::NotFound) }
    }
}

/// A time that is asked for.
///
/// # Errors
/// It ends before it begins, or is too long.
fn span(from: UnixMillis, until: UnixMillis) -> Result<Stretch> {
    if until <= from || until.seconds_since(from) > MAX_SPAN_SECONDS {
        return Err(Error::InvalidField("until: is not within 400 days after from".to_owned()));
    }
    Ok((from, until))
}
