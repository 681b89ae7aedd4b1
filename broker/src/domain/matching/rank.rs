//! The rules and their points.

use super::{CandidateRecord, DutyFact, Eligible, MatchInput, MatchRecord, MatchResult, PersonFacts};
use schemas::{
    PersonId,
    directory::DutyLevel,
    matching::{FailedCount, Rule, RuleFact, RuleResult},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Candidates that are stored with their rules. More costs log; fewer would leave "why not the others" unanswered in
/// a large network.
pub const RECORDED_CANDIDATES: usize = 50;
/// Open consults that count. More would let load outweigh the duty level.
pub const MAX_LOAD_COUNTED: u32 = 5;
/// Call-outs that count. More would let fairness outweigh a shared language.
pub const MAX_CALLOUTS_COUNTED: u32 = 20;

// The weights keep an order of importance: each outweighs the sum of all below it, at their caps.
const PRIMARY_POINTS: i32 = 1000;
const BACKUP_POINTS: i32 = -1000;
const POINTS_PER_OPEN_CONSULT: i32 = -100;
const LANGUAGE_POINTS: i32 = 50;
const POINTS_PER_CALLOUT: i32 = -2;

const FILTERS: [Rule; 6] =
    [Rule::OnDuty, Rule::Qualified, Rule::Contract, Rule::Rested, Rule::NotExclusiveBusy, Rule::NotDeclined];

/// Filters and ranks. Two people with equal scores are ordered by a hash of consult and person: random to them, the
/// same for everybody who computes it again.
pub fn rank(input: &MatchInput) -> MatchResult {
    let duties = best_duties(input);
    let mut judged: Vec<Judged> = input
        .people
        .iter()
        .filter(|person| person.person_id != input.requester)
        .map(|person| judge(input, person, duties.get(&person.person_id)))
        .collect();
    judged.sort_by_key(|j| (!j.eligible, std::cmp::Reverse((j.passed, j.score)), j.tie_break, j.person));
    judged.dedup_by_key(|j| j.person);

    let eligible: Vec<Eligible> =
        judged.iter().filter(|j| j.eligible).map(|j| Eligible { person: j.person, duty: j.duty }).collect();
    let mut busy: Vec<&Judged> = judged.iter().filter(|j| j.is_only_busy()).collect();
    busy.sort_by_key(|j| (j.duty, j.tie_break, j.person));
    let busy = busy.into_iter().map(|j| j.person).collect();
    let record = MatchRecord {
        rota_revision: input.rota_revision,
        directory_revision: input.directory_revision,
        considered: count(judged.len()),
        eligible: count(eligible.len()),
        failed: failed_counts(&judged),
        candidates: judged
            .into_iter()
            .zip(1..)
            .take(RECORDED_CANDIDATES)
            .map(|(j, rank)| CandidateRecord {
                person: j.person,
                rank: j.eligible.then_some(rank),
                score: j.score,
                rules: j.rules,
            })
            .collect(),
    };
    MatchResult { eligible, busy, record }
}

struct Judged {
    person: PersonId,
    eligible: bool,
    duty: DutyLevel,
    /// Filters passed: the nearly eligible come first among the others.
    passed: usize,
    score: i32,
    tie_break: Uuid,
    rules: Vec<RuleResult>,
}

impl Judged {
    fn is_only_busy(&self) -> bool {
        !self.eligible && self.rules.iter().all(|rule| rule.passed || rule.rule == Rule::NotExclusiveBusy)
    }
}

/// The highest level that each person is on, and the longest stretch of it.
fn best_duties(input: &MatchInput) -> BTreeMap<PersonId, DutyFact> {
    let mut best = BTreeMap::new();
    for duty in input.duties.iter().filter(|duty| duty.until > input.now) {
        let kept = best.entry(duty.person_id).or_insert(*duty);
        if (duty.level, std::cmp::Reverse(duty.until)) < (kept.level, std::cmp::Reverse(kept.until)) {
            *kept = *duty;
        }
    }
    best
}

fn judge(input: &MatchInput, person: &PersonFacts, duty: Option<&DutyFact>) -> Judged {
    let mut rules: Vec<RuleResult> = FILTERS.iter().map(|rule| filter(*rule, input, person, duty)).collect();
    let passed = rules.iter().filter(|rule| rule.passed).count();
    let eligible = passed == FILTERS.len();
    if let (true, Some(duty)) = (eligible, duty) {
        rules.extend(scores(input, person, duty));
    }
    Judged {
        person: person.person_id,
        eligible,
        duty: duty.map_or(DutyLevel::Secondary, |duty| duty.level),
        passed,
        score: rules.iter().map(|rule| rule.points).sum(),
        tie_break: Uuid::new_v5(&input.consult_id.0, person.person_id.0.as_bytes()),
        rules,
    }
}

fn filter(rule: Rule, input: &MatchInput, person: &PersonFacts, duty: Option<&DutyFact>) -> RuleResult {
    let resting = person.resting_until.filter(|until| *until > input.now);
    let (passed, fact) = match rule {
        Rule::OnDuty => {
            (duty.is_some(), duty.map_or(RuleFact::Plain, |d| RuleFact::DutyUntil { level: d.level, until: d.until }))
        }
        Rule::Qualified => (person.qualified, RuleFact::Plain),
        Rule::Contract => (person.contract, RuleFact::Plain),
        Rule::Rested => (resting.is_none(), resting.map_or(RuleFact::Plain, |until| RuleFact::RestUntil { until })),
        Rule::NotExclusiveBusy => (!person.exclusive_busy, RuleFact::Plain),
        Rule::NotDeclined => (!input.declined.contains(&person.person_id), RuleFact::Plain),
        Rule::DutyLevel | Rule::Load | Rule::Language | Rule::Fairness => (true, RuleFact::Plain),
    };
    RuleResult { rule, passed, points: 0, fact }
}

fn scores(input: &MatchInput, person: &PersonFacts, duty: &DutyFact) -> [RuleResult; 4] {
    let shared: Vec<String> = input.languages.iter().filter(|code| person.languages.contains(code)).cloned().collect();
    let per = |points: i32, n: u32| points * i32::try_from(n).unwrap_or(0);
    let score = |rule, passed, points, fact| RuleResult { rule, passed, points, fact };
    [
        score(
            Rule::DutyLevel,
            true,
            points_of(duty.level),
            RuleFact::DutyUntil { level: duty.level, until: duty.until },
        ),
        score(
            Rule::Load,
            true,
            per(POINTS_PER_OPEN_CONSULT, person.open_consults.min(MAX_LOAD_COUNTED)),
            RuleFact::Count { n: person.open_consults },
        ),
        score(
            Rule::Language,
            input.languages.is_empty() || !shared.is_empty(),
            if shared.is_empty() { 0 } else { LANGUAGE_POINTS },
            RuleFact::Languages { codes: shared },
        ),
        score(
            Rule::Fairness,
            true,
            per(POINTS_PER_CALLOUT, person.callouts_7d.min(MAX_CALLOUTS_COUNTED)),
            RuleFact::Count { n: person.callouts_7d },
        ),
    ]
}

fn points_of(level: DutyLevel) -> i32 {
    match level {
        DutyLevel::Primary => PRIMARY_POINTS,
        DutyLevel::Secondary => 0,
        DutyLevel::Backup => BACKUP_POINTS,
    }
}

fn failed_counts(judged: &[Judged]) -> Vec<FailedCount> {
    let mut counts: BTreeMap<Rule, u32> = BTreeMap::new();
    for first in judged.iter().filter_map(|j| j.rules.iter().find(|rule| !rule.passed && !j.eligible)) {
        *counts.entry(first.rule).or_default() += 1;
    }
    counts.into_iter().map(|(rule, people)| FailedCount { rule, people }).collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
