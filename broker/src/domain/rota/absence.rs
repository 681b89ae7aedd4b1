//! Who is away.

use super::{Stretches, Zone};
use jiff::civil::DateTime;
use schemas::PersonId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A stretch in which somebody is on no duty, whatever a rota says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Absence {
    pub person: PersonId,
    pub kind: AbsenceKind,
    pub zone: Zone,
    /// Wall time.
    pub from: DateTime,
    pub until: DateTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsenceKind {
    Holiday,
    Sick,
    Training,
    Other,
}

/// When each is away.
pub type Away = BTreeMap<PersonId, Stretches>;

/// An absence begins at the first and ends at the last occurrence of an ambiguous wall time, as a duty does: somebody is
/// rather missed than rung in bed.
pub fn away<'a>(absences: impl IntoIterator<Item = &'a Absence>) -> Away {
    let mut parts: BTreeMap<PersonId, Vec<_>> = BTreeMap::new();
    for absence in absences {
        let stretch = (absence.zone.begin(absence.from), absence.zone.end(absence.until));
        parts.entry(absence.person).or_default().push(stretch);
    }
    parts.into_iter().map(|(person, stretches)| (person, stretches.into_iter().collect())).collect()
}
