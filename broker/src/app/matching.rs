//! Puts together what the matching looks at, and explains what it found.

mod input;
mod licences;
mod past;
mod replay;
mod seats;
mod weighing;
mod what_if;

pub(super) use seats::Seats;

use super::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    ports::WorkloadRow,
    validate::name_of,
};
use crate::domain::{
    access::Permission,
    consult::{Consult, OCCUPYING, view},
    directory::Actor,
    escalation::{Matched, Plan},
    matching::{MatchInput, MatchResult, Occasion, Partner, is_occasion, rank, refusal},
    rota::{Shift, Stretches, who_is_on},
};
use input::Around;
use schemas::{
    ConsultId, HospitalId, PersonId, ServiceId, UnixMillis,
    consult::{CaseFields, Urgency},
    matching::MatchExplanation,
};
use std::collections::BTreeSet;

/// Call-outs are counted over a week: the length of a turn of duty.
const CALLOUT_SECONDS: i64 = 7 * 86_400;

/// What is to be matched.
pub(super) struct Case {
    pub(super) consult_id: ConsultId,
    pub(super) service_id: ServiceId,
    pub(super) hospital_id: HospitalId,
    pub(super) requester: PersonId,
    pub(super) urgency: Urgency,
    pub(super) declined: BTreeSet<PersonId>,
    /// ISO 639-1 code of the language that is asked for.
    pub(super) language: Option<String>,
    /// Rounds of the ladder so far.
    pub(super) rounds: u32,
    /// As if these were away.
    pub(super) ill: BTreeSet<PersonId>,
    /// A test of the escalation: this person alone is rung.
    pub(super) test: Option<PersonId>,
}

impl Case {
    /// Of an emergency that nobody has declined, from no house.
    pub(super) fn new(consult_id: ConsultId, service_id: ServiceId, requester: PersonId) -> Self {
        Self {
            consult_id,
            service_id,
            hospital_id: HospitalId(uuid::Uuid::nil()),
            requester,
            urgency: Urgency::Emergency,
            declined: BTreeSet::new(),
            language: None,
            rounds: 0,
            ill: BTreeSet::new(),
            test: None,
        }
    }

    pub(super) fn of(consult: &Consult) -> Self {
        Self {
            consult_id: consult.id,
            service_id: consult.service_id,
            hospital_id: consult.hospital_id,
            requester: consult.requester,
            urgency: consult.urgency,
            declined: consult.declined(),
            language: asked_language(&consult.fields),
            rounds: consult.round.saturating_sub(consult.rounds_before),
            ill: BTreeSet::new(),
            test: consult.test,
        }
    }
}

/// The language that is asked for, if one is. An empty text takes it back.
pub(super) fn asked_language(fields: &CaseFields) -> Option<String> {
    fields.language.clone().filter(|code| !code.trim().is_empty())
}

/// A ranking, and what it came from.
pub(super) struct Ranked {
    pub(super) input: MatchInput,
    pub(super) result: MatchResult,
    pub(super) workload: Vec<WorkloadRow>,
}

impl App {
    /// Who is asked, in which order, and why.
    pub(super) async fn matched(&self, case: &Case, now: UnixMillis) -> Result<Matched> {
        let directory = self.directory().await?;
        let entry = directory
            .services
            .get(&case.service_id)
            .ok_or_else(|| Error::InvalidField("service_id: unknown".to_owned()))?;
        let Ranked { input, result, workload } = self.ranked(&directory, entry, case, now).await?;
        if let Some(person) = case.test {
            let plan = if case.declined.contains(&person) { Plan::default() } else { Plan::test(person) };
            return Ok(Matched { record: result.record, plan, busy: vec![] });
        }
        let policies = &entry.policies.policies;
        let policy = policies.of(case.urgency);
        let around = self.around(policy, &policies.pools, &input, &workload).await?;
        Ok(Matched::new(policy, result, &around))
    }

    /// Who may be asked now, the best first. Where nobody of the service may, the neighbour's people are looked at; where
    /// there is nobody at all, the rest after a call-out is set aside (§ 14 ArbZG): somebody is better than nobody.
    pub(super) async fn ranked(
        &self,
        directory: &Directory,
        entry: &ServiceEntry,
        case: &Case,
        now: UnixMillis,
    ) -> Result<Ranked> {
        let workload = self.workload(now).await?;
        let on = on_duty(directory, entry, case, now);
        let past = self.past(directory, entry, &on, now).await?;
        let around = Around { workload: &workload, past: &past, now };
        let mut input = input::own(directory, entry, case, &on, &around);
        let mut result = rank(&input);
        if let Some(to) = entry.rules.overflow_to {
            let occasion = Occasion { eligible: result.eligible.len(), busy: result.busy.len(), rounds: case.rounds };
            if is_occasion(to.when, occasion)
                && let Some(partner) = directory.services.get(&to.service_id)
            {
                self.add_partner(&mut input, directory, partner, case, &workload).await?;
                result = rank(&input);
            }
        }
        let rests = |input: &MatchInput| input.people.iter().any(|person| person.rests_from_call_until.is_some());
        if result.eligible.is_empty() && result.busy.is_empty() && rests(&input) {
            input.rest_set_aside = true;
            let without = rank(&input);
            input.rest_set_aside = !without.eligible.is_empty();
            if input.rest_set_aside {
                result = without;
            }
        }
        Ok(Ranked { input, result, workload })
    }

    async fn add_partner(
        &self,
        input: &mut MatchInput,
        directory: &Directory,
        partner: &ServiceEntry,
        case: &Case,
        workload: &[WorkloadRow],
    ) -> Result<()> {
        let (now, theirs) = (input.now, partner.service.id);
        let hour = now.plus_seconds(-3600).0;
        let helped = self.repo.overflows(case.service_id.0, theirs.0, hour, case.consult_id.0).await?;
        let helped = u32::try_from(helped).unwrap_or(u32::MAX);
        let agreements = &partner.rules.overflow_from;
        let agreed = agreements.iter().find(|from| from.service_id == case.service_id);
        let on = on_duty(directory, partner, case, now);
        let past = self.past(directory, partner, &on, now).await?;
        let around = Around { workload, past: &past, now };
        let partner_fact = Partner {
            service_id: theirs,
            network_id: partner.service.network_id,
            refusal: refusal(agreements, case.service_id, case.urgency, helped),
            only_when_free: agreed.is_some_and(|from| from.only_when_free),
        };
        input::add_partner(input, partner_fact, directory, partner, case, &on, &around);
        Ok(())
    }

    /// What everybody has to do at present.
    pub(super) async fn workload(&self, now: UnixMillis) -> Result<Vec<WorkloadRow>> {
        let occupying = OCCUPYING.map(|state| name_of(&state));
        Ok(self.repo.workload(now.plus_seconds(-CALLOUT_SECONDS).0, &occupying).await?)
    }

    /// Every match of a consult, for the coordinator.
    pub async fn match_explanations(&self, actor: &Actor, id: ConsultId) -> Result<Vec<MatchExplanation>> {
        self.for_those(actor, id, Permission::ReadMatch).await?;
        let loaded = self.load(id).await?.ok_or(Error::NotFound)?;
        let directory = self.directory().await?;
        Ok(view::explanations(&loaded.log, &|person| directory.person_ref(person)))
    }
}

/// Whoever is ill is away: somebody weaker is on, or nobody.
fn on_duty(directory: &Directory, entry: &ServiceEntry, case: &Case, now: UnixMillis) -> Vec<Shift> {
    let Some(rota) = entry.rota.as_ref().filter(|_| !case.ill.is_empty()) else { return directory.on_duty(entry, now) };
    let ever: Stretches = [(UnixMillis(i64::MIN), UnixMillis(i64::MAX))].into_iter().collect();
    let mut away = directory.away.clone();
    away.extend(case.ill.iter().map(|person| (*person, ever.clone())));
    who_is_on(rota, &away, now)
}
