//! The order. Of many people only the best are sorted and explained: 50,000 on duty have to be ranked in milliseconds.

use super::{
    CandidateRecord, Eligible, MatchInput, MatchRecord, MatchResult, PersonFacts,
    duties::Duties,
    rules::{Case, FILTERS},
};
use schemas::{
    PersonId,
    directory::DutyLevel,
    matching::{FailedCount, Rule},
};
use uuid::Uuid;

/// Candidates that are stored with their rules. More costs log; fewer would leave "why not the others" unanswered in
/// a large network.
pub const RECORDED_CANDIDATES: usize = 50;
/// People whom a ladder can name. More sorts people whom nobody rings; fewer would cut off the second duty of a service
/// that has hundreds on first duty.
pub const RANKED: usize = 1000;

/// The bit of [`Case::failed`] that stands for a filter.
const fn bit(rule: Rule) -> u8 {
    let mut at = 0;
    while FILTERS[at] as u8 != rule as u8 {
        at += 1;
    }
    1 << at
}

const ONLY_BUSY: u8 = bit(Rule::NotExclusiveBusy);

/// Filters and ranks. Two people with equal scores are ordered by a hash of consult and person: random to them, the
/// same for everybody who computes it again.
pub fn rank(input: &MatchInput) -> MatchResult {
    let duties = Duties::best(input);
    let Judgement { mut judged, tally } = judge(input, &duties);
    let considered = judged.len();
    let busy = if tally[usize::from(ONLY_BUSY)] > 0 { busy(input, &judged) } else { vec![] };
    keep_best(input, &mut judged, RANKED);

    let recorded = &judged[..judged.len().min(RECORDED_CANDIDATES)];
    let candidates = recorded.iter().zip(1..).map(|(j, rank)| {
        let person = &input.people[j.index as usize];
        let case = Case { input, person, duty: duties.of(person.person_id) };
        let is_eligible = j.failed == 0;
        CandidateRecord {
            person: person.person_id,
            rank: is_eligible.then_some(rank),
            score: if is_eligible { case.score() } else { 0 },
            rules: case.results(is_eligible),
        }
    });
    let named: Vec<&PersonFacts> = recorded.iter().map(|j| &input.people[j.index as usize]).collect();
    let record = MatchRecord {
        rota_revision: input.rota_revision,
        directory_revision: input.directory_revision,
        considered: count(considered),
        eligible: tally[0],
        failed: failed_counts(&tally),
        candidates: candidates.collect(),
        input: Some(Box::new(cut(input, &named, &duties))),
    };
    let eligible = judged.iter().take_while(|j| j.failed == 0);
    let eligible = eligible.map(|j| Eligible { person: input.people[j.index as usize].person_id, duty: j.duty });
    MatchResult { eligible: eligible.collect(), busy, record }
}

/// As little of a person as the order needs.
#[derive(Clone, Copy)]
struct Judged {
    /// Smaller is better; see [`place`].
    place: u128,
    /// In [`MatchInput::people`].
    index: u32,
    /// See [`Case::failed`].
    failed: u8,
    duty: DutyLevel,
}

struct Judgement {
    judged: Vec<Judged>,
    /// People by what they failed.
    tally: [u32; 256],
}

fn judge(input: &MatchInput, duties: &Duties) -> Judgement {
    let mut judged = Vec::with_capacity(input.people.len());
    let mut tally = [0; 256];
    let seed = hash(0, input.consult_id.0);
    for (index, person) in (0..).zip(&input.people) {
        if person.person_id == input.requester {
            continue;
        }
        let duty = duties.of(person.person_id);
        let case = Case { input, person, duty };
        let failed = case.failed();
        let score = if failed == 0 { case.score() } else { 0 };
        tally[usize::from(failed)] += 1;
        judged.push(Judged {
            place: place(u64::from(failed.count_ones()), score, hash(seed, person.person_id.0)),
            index,
            failed,
            duty: duty.map_or(DutyLevel::Secondary, |duty| duty.level),
        });
    }
    Judgement { judged, tally }
}

/// The fewest failed filters (or the highest duty) first, so that the nearly eligible come before the others; then the
/// most points, then chance.
fn place(first: u64, score: i32, tie_break: u64) -> u128 {
    let points = !(score.cast_unsigned() ^ (1 << 31));
    u128::from(first << 32 | u64::from(points)) << 64 | u128::from(tie_break)
}

/// Random to the people, and the same for whoever computes it again (the finalizer of MurmurHash3, 64 bits).
fn hash(seed: u64, id: Uuid) -> u64 {
    let mix = |mut x: u64| {
        x = (x ^ (x >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        x = (x ^ (x >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        x ^ (x >> 33)
    };
    let (high, low) = id.as_u64_pair();
    mix(mix(seed ^ high) ^ low)
}

/// The best `n`, in order, and nothing behind them.
fn keep_best(input: &MatchInput, judged: &mut Vec<Judged>, n: usize) {
    let person = |j: &Judged| input.people[j.index as usize].person_id;
    let order = |a: &Judged, b: &Judged| a.place.cmp(&b.place).then_with(|| person(a).cmp(&person(b)));
    if judged.len() > n {
        judged.select_nth_unstable_by(n, order);
        judged.truncate(n);
    }
    judged.sort_unstable_by(order);
}

/// Who of the service's own people is only busy, first duty first.
fn busy(input: &MatchInput, judged: &[Judged]) -> Vec<PersonId> {
    let only_busy = judged.iter().filter(|j| j.failed == ONLY_BUSY && !input.people[j.index as usize].is_partner);
    let by_duty = |j: &Judged| Judged { place: place(j.duty as u64, 0, j.place as u64), ..*j };
    let mut busy: Vec<Judged> = only_busy.map(by_duty).collect();
    keep_best(input, &mut busy, RANKED);
    busy.into_iter().map(|j| input.people[j.index as usize].person_id).collect()
}

fn failed_counts(tally: &[u32; 256]) -> Vec<FailedCount> {
    let mut counts = [0; FILTERS.len()];
    for (failed, people) in tally.iter().enumerate().skip(1) {
        counts[failed.trailing_zeros() as usize] += people;
    }
    let counts = FILTERS.into_iter().zip(counts).filter(|(_, people)| *people > 0);
    counts.map(|(rule, people)| FailedCount { rule, people }).collect()
}

/// What was looked at of these people.
fn cut(input: &MatchInput, named: &[&PersonFacts], duties: &Duties) -> MatchInput {
    let is_named = |id: &&PersonId| named.iter().any(|person| person.person_id == **id);
    MatchInput {
        people: named.iter().map(|person| (*person).clone()).collect(),
        duties: named.iter().filter_map(|person| duties.of(person.person_id)).copied().collect(),
        declined: input.declined.iter().filter(is_named).copied().collect(),
        consult_id: input.consult_id,
        now: input.now,
        rota_revision: input.rota_revision,
        directory_revision: input.directory_revision,
        requester: input.requester,
        languages: input.languages.clone(),
        weights_version: input.weights_version,
        weights: input.weights,
        partner: input.partner,
        rest_set_aside: input.rest_set_aside,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
