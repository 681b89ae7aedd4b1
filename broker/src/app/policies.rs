//! How a service asks its people: written by those who coordinate or administer it, with history, and tried without
//! ringing anybody.

use super::{
    App, Error, Result,
    directory::{Directory, Person, ServiceEntry},
    matching::{Case, Ranked},
    ports::{DirectoryWrite, PolicyRow, WorkloadRow},
    require, validate,
};
use crate::domain::{
    access::{Permission, may},
    consult::{Rung, rehearse},
    directory::Actor,
    escalation::{self, Around, BOUNDS},
    matching::{DutyFact, MatchInput, rank},
};
use schemas::{
    ConsultId, PersonId, ServiceId, UnixMillis,
    directory::{DutyLevel, PersonRef, Role},
    policy::{
        DryPerson, DryRun, DryRunResult, DryRung, Policies, PoliciesView, Policy, PolicyVersion, Pool, PutPolicies,
        RestorePolicies,
    },
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Versions that are shown.
const HISTORY: u32 = 100;
/// Of a dry run. More than anybody reads.
const RUNGS: usize = 500;
const OVERTAKEN: &str = "somebody else has changed these policies: read them again";

/// A service's policies as they are stored.
pub(super) struct StoredPolicies {
    pub(super) policies: Policies,
    revision: i64,
    written_at: Option<i64>,
    author: Option<Uuid>,
    note: String,
}

impl StoredPolicies {
    /// A row that cannot be read rings by the standard: better than ringing nobody.
    pub(super) fn of(row: Option<PolicyRow>) -> Self {
        let row = row.unwrap_or_default();
        let policies = if row.body.is_empty() { Ok(Policies::default()) } else { serde_json::from_str(&row.body) };
        let policies = policies.unwrap_or_else(|error| {
            tracing::error!(service = %row.service_id, %error, "unreadable escalation policies: the standard counts");
            Policies::default()
        });
        let PolicyRow { revision, written_at, author, note, .. } = row;
        Self { policies, revision, written_at, author, note }
    }

    fn version(&self, directory: &Directory) -> PolicyVersion {
        PolicyVersion {
            revision: self.revision,
            at: self.written_at.map(UnixMillis),
            by: self.author.map(|person| directory.person_ref(PersonId(person))),
            note: self.note.clone(),
            policies: self.policies.clone(),
        }
    }
}

impl App {
    pub async fn policies(&self, actor: &Actor, id: ServiceId) -> Result<PoliciesView> {
        let directory = self.directory().await?;
        let entry = kept(&directory, actor, id)?;
        let mut people: Vec<PersonRef> = nameable(&directory, entry).map(|person| person.refer.clone()).collect();
        people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let mut hospitals: Vec<_> =
            directory.hospitals.values().filter(|house| directory.is_offered(id, house.id)).cloned().collect();
        hospitals.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(PoliciesView {
            current: entry.policies.version(&directory),
            standard: Policies::default(),
            people,
            hospitals,
            bounds: BOUNDS,
        })
    }

    pub async fn put_policies(&self, actor: &Actor, id: ServiceId, wish: &PutPolicies) -> Result<()> {
        validate::short_text("note", &wish.note)?;
        let body = serde_json::to_string(&wish.policies).map_err(|error| Error::bug("writing policies", error))?;
        let now = self.now();
        self.change_directory(|rows| {
            let directory = Directory::from_rows(rows.clone());
            let entry = kept(&directory, actor, id)?;
            let people = nameable(&directory, entry).map(|person| person.refer.id).collect();
            escalation::check(&wish.policies, &people)
                .map_err(|fault| Error::InvalidField(format!("policies.{}: {}", fault.field, fault.why)))?;
            if entry.policies.revision != wish.revision {
                return Err(Error::Conflict(OVERTAKEN));
            }
            let row = PolicyRow {
                service_id: id.0,
                revision: 0,
                body: body.clone(),
                author: Some(actor.person_id.0),
                written_at: Some(now.0),
                note: wish.note.trim().to_owned(),
            };
            Ok(DirectoryWrite { policies: vec![row], ..DirectoryWrite::default() })
        })
        .await?;
        tracing::info!(by = %actor.person_id, service = %id, "escalation policies are written");
        Ok(())
    }

    /// What was written, the newest first.
    pub async fn policy_history(&self, actor: &Actor, id: ServiceId) -> Result<Vec<PolicyVersion>> {
        let directory = self.directory().await?;
        kept(&directory, actor, id)?;
        let rows = self.repo.policy_history(id.0, HISTORY).await?;
        Ok(rows.into_iter().map(|row| StoredPolicies::of(Some(row)).version(&directory)).collect())
    }

    /// Writes again what counted once. Who has left since is refused as in any other write.
    pub async fn restore_policies(&self, actor: &Actor, id: ServiceId, wish: RestorePolicies) -> Result<()> {
        kept(&*self.directory().await?, actor, id)?;
        let row = self.repo.policy_version(id.0, wish.of).await?.ok_or(Error::NotFound)?;
        let StoredPolicies { policies, note, .. } = StoredPolicies::of(Some(row));
        self.put_policies(actor, id, &PutPolicies { revision: wish.revision, policies, note }).await
    }

    /// Who would be rung if that house asked now. Nobody is, and nothing is written.
    pub async fn dry_run(&self, actor: &Actor, id: ServiceId, wish: &DryRun) -> Result<DryRunResult> {
        let directory = self.directory().await?;
        let entry = kept(&directory, actor, id)?;
        if !directory.is_offered(id, wish.hospital_id) {
            return Err(Error::InvalidField("hospital_id: the service is not offered to it".to_owned()));
        }
        let tried = wish.policies.as_ref().unwrap_or(&entry.policies.policies);
        if wish.policies.is_some() {
            let people = nameable(&directory, entry).map(|person| person.refer.id).collect();
            escalation::check(tried, &people)
                .map_err(|fault| Error::InvalidField(format!("policies.{}: {}", fault.field, fault.why)))?;
        }
        let now = self.now();
        // Nobody who could be rung asks.
        let case = Case {
            hospital_id: wish.hospital_id,
            urgency: wish.urgency,
            ..Case::new(ConsultId(Uuid::now_v7()), id, PersonId(Uuid::nil()))
        };
        let Ranked { input, result, workload } = self.ranked(&directory, entry, &case, now).await?;
        let around = self.around(tried.of(wish.urgency), &tried.pools, &input, &workload).await?;
        let duties: BTreeMap<PersonId, DutyLevel> =
            result.eligible.iter().map(|eligible| (eligible.person, eligible.duty)).collect();
        let matched = escalation::Matched::new(tried.of(wish.urgency), result, &around);
        let course = rehearse(&matched, wish.urgency, now);
        let person = |person: PersonId, busy: bool| DryPerson {
            person: directory.person_ref(person),
            duty: duties.get(&person).copied(),
            busy,
            seen_at: around.seen.get(&person).copied(),
        };
        let rung = |rung: Rung| DryRung {
            round: rung.round,
            step: rung.step,
            at: rung.at,
            until: rung.until,
            people: rung.people.into_iter().map(|(who, busy)| person(who, busy)).collect(),
            alarm: rung.alarm,
        };
        let nobody = matched.plan.is_empty();
        let queued = matched.busy.iter().filter(|_| nobody);
        Ok(DryRunResult {
            at: now,
            rungs: course.rungs.into_iter().take(RUNGS).map(rung).collect(),
            alarm_at: course.alarm_at,
            nobody,
            queued_behind: queued.map(|person| directory.person_ref(*person)).collect(),
        })
    }

    /// What a plan by this policy looks at beside the ranking of `input`.
    pub(super) async fn around<'a>(
        &self,
        policy: &Policy,
        pools: &'a [Pool],
        input: &MatchInput,
        workload: &[WorkloadRow],
    ) -> Result<Around<'a>> {
        let now = input.now;
        let seen = match escalation::looks_back_minutes(policy) {
            Some(minutes) => self.repo.seen_since(now.plus_seconds(-60 * i64::from(minutes)).0).await?,
            None => BTreeMap::new(),
        };
        let occupied = workload.iter().filter(|row| row.occupied_by > 0).map(|row| PersonId(row.person_id));
        Ok(Around {
            now,
            pools,
            reachable: reachable(input, &escalation::named(policy, pools)),
            seen: seen.into_iter().map(|(person, at)| (PersonId(person), UnixMillis(at))).collect(),
            occupied: occupied.collect(),
        })
    }
}

/// Of these people who may be rung, on duty or not: the rules that everybody else is ranked by.
fn reachable(input: &MatchInput, named: &BTreeSet<PersonId>) -> Vec<PersonId> {
    if named.is_empty() {
        return vec![];
    }
    let mut among = MatchInput {
        people: input.people.iter().filter(|person| named.contains(&person.person_id)).cloned().collect(),
        ..input.clone()
    };
    // Being named stands for the last of all duties; whoever has a better one keeps it.
    let until = input.now.plus_seconds(1);
    among.duties.extend(named.iter().map(|person| DutyFact { person_id: *person, level: DutyLevel::Backup, until }));
    rank(&among).eligible.into_iter().map(|eligible| eligible.person).collect()
}

/// A service whose policies this person keeps. Others are not known to exist.
pub(super) fn kept<'a>(directory: &'a Directory, actor: &Actor, id: ServiceId) -> Result<&'a ServiceEntry> {
    require(may(actor, None, Permission::KeepPolicies))?;
    let entry = directory.services.get(&id).ok_or(Error::NotFound)?;
    let keeps = actor.has_role(Role::Admin) || actor.coordinates(entry.service.network_id);
    if keeps { Ok(entry) } else { Err(Error::NotFound) }
}

/// Who may be named: whoever works for the service's network as a specialist.
fn nameable<'a>(directory: &'a Directory, entry: &'a ServiceEntry) -> impl Iterator<Item = &'a Person> {
    directory.people.values().filter(|person| {
        person.row.active
            && person.actor.has_role(Role::Specialist)
            && person.actor.networks.contains(&entry.service.network_id)
    })
}
