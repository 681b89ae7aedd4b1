mod overflow;
mod replay;
mod speed;
mod weights;

use super::*;
use proptest::prelude::*;
use schemas::matching::{Rule, RuleFact};
use uuid::Uuid;

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn facts(n: u128) -> PersonFacts {
    PersonFacts { qualified: true, licensed: true, contract: true, ..PersonFacts::new(person(n)) }
}

fn duty(n: u128, level: DutyLevel) -> DutyFact {
    DutyFact { person_id: person(n), level, until: NOW.plus_seconds(3600) }
}

/// These people, all on first duty.
fn input(people: Vec<PersonFacts>) -> MatchInput {
    MatchInput {
        consult_id: ConsultId(Uuid::from_u128(99)),
        now: NOW,
        rota_revision: 3,
        directory_revision: 4,
        requester: person(1000),
        languages: vec![],
        weights_version: 0,
        weights: Weights::default(),
        partner: None,
        rest_set_aside: false,
        declined: BTreeSet::new(),
        duties: people
            .iter()
            .map(|p| DutyFact { person_id: p.person_id, level: DutyLevel::Primary, until: NOW.plus_seconds(3600) })
            .collect(),
        people,
    }
}

fn ranking(input: &MatchInput) -> Vec<u128> {
    rank(input).eligible.iter().map(|eligible| eligible.person.0.as_u128()).collect()
}

fn failed_rule(input: &MatchInput) -> Rule {
    let result = rank(input);
    assert!(result.eligible.is_empty());
    assert_eq!(result.record.failed.len(), 1);
    result.record.failed[0].rule
}

#[test]
fn each_filter_rules_out_and_says_so() {
    let with = |change: fn(&mut PersonFacts)| {
        let mut one = facts(1);
        change(&mut one);
        input(vec![one])
    };
    assert_eq!(failed_rule(&with(|p| p.qualified = false)), Rule::Qualified);
    assert_eq!(failed_rule(&with(|p| p.licensed = false)), Rule::Licensed);
    assert_eq!(failed_rule(&with(|p| p.contract = false)), Rule::Contract);
    assert_eq!(failed_rule(&with(|p| p.rests_from_call_until = Some(NOW.plus_seconds(1)))), Rule::Rested);
    assert_eq!(failed_rule(&with(|p| p.resting_until = Some(NOW.plus_seconds(1)))), Rule::Rested);
    assert_eq!(failed_rule(&with(|p| p.exclusive_busy = true)), Rule::NotExclusiveBusy);
    let mut declined = input(vec![facts(1)]);
    declined.declined = [person(1)].into();
    assert_eq!(failed_rule(&declined), Rule::NotDeclined);
    let mut off_duty = input(vec![facts(1)]);
    off_duty.duties.clear();
    assert_eq!(failed_rule(&off_duty), Rule::OnDuty);
}

#[test]
fn busy_are_those_whom_nothing_but_their_exclusive_duty_keeps_first_duty_first() {
    let mut people: Vec<PersonFacts> = (1..=5).map(facts).collect();
    people.iter_mut().take(4).for_each(|p| p.exclusive_busy = true);
    people[2].contract = false;
    let mut input = input(people);
    input.duties = vec![
        duty(1, DutyLevel::Secondary),
        duty(2, DutyLevel::Primary),
        duty(3, DutyLevel::Primary),
        duty(5, DutyLevel::Primary),
    ];
    assert_eq!((rank(&input).busy, ranking(&input)), (vec![person(2), person(1)], vec![5]));
    input.declined = [person(2)].into();
    assert_eq!(rank(&input).busy, [person(1)]);
}

#[test]
fn a_rest_or_a_duty_ends_at_its_last_moment() {
    let mut rested = facts(1);
    rested.resting_until = Some(NOW);
    assert_eq!(ranking(&input(vec![rested])), [1]);
    let mut over = input(vec![facts(1)]);
    over.duties[0].until = NOW;
    assert_eq!(ranking(&over), [0u128; 0]);
}

#[test]
fn first_duty_beats_load_beats_language_beats_fairness() {
    let mut people = vec![facts(1), facts(2), facts(3), facts(4)];
    people[0].open_consults = 5;
    people[0].callouts_7d = 20;
    people[1].open_consults = 1;
    people[1].languages = vec!["tr".into()];
    people[2].callouts_7d = 20;
    people[2].languages = vec!["tr".into()];
    let mut input = input(people);
    input.languages = vec!["tr".into()];
    input.duties = vec![
        duty(1, DutyLevel::Primary),
        duty(2, DutyLevel::Secondary),
        duty(3, DutyLevel::Secondary),
        duty(4, DutyLevel::Secondary),
    ];
    assert_eq!(ranking(&input), [1, 3, 4, 2]);
    assert_eq!(rank(&input).eligible[0].duty, DutyLevel::Primary);
}

#[test]
fn somebody_on_both_duties_counts_as_first() {
    let mut input = input(vec![facts(1)]);
    input.duties = vec![duty(1, DutyLevel::Secondary), duty(1, DutyLevel::Primary)];
    assert_eq!(rank(&input).eligible[0].duty, DutyLevel::Primary);
}

#[test]
fn nobody_is_asked_to_answer_their_own_question() {
    let mut input = input(vec![facts(1), facts(2)]);
    input.requester = person(1);
    assert_eq!((ranking(&input), rank(&input).record.considered), (vec![2], 1));
}

#[test]
fn the_explanation_says_until_when_and_how_many() {
    let mut one = facts(1);
    one.open_consults = 2;
    let record = rank(&input(vec![one])).record;
    let rules = &record.candidates[0].rules;
    assert_eq!(rules.len(), 12, "seven filters and five scores");
    let fact = |rule| &rules.iter().find(|r| r.rule == rule).unwrap().fact;
    assert_eq!(*fact(Rule::OnDuty), RuleFact::DutyUntil { level: DutyLevel::Primary, until: NOW.plus_seconds(3600) });
    assert_eq!(*fact(Rule::Load), RuleFact::Count { n: 2 });
    assert_eq!((record.rota_revision, record.directory_revision), (3, 4));
}

#[test]
fn equals_take_turns_between_consults() {
    let firsts: BTreeSet<u128> = (0..40)
        .map(|n| {
            let mut input = input(vec![facts(1), facts(2)]);
            input.consult_id = ConsultId(Uuid::from_u128(n));
            ranking(&input)[0]
        })
        .collect();
    assert_eq!(firsts, [1, 2].into());
}

#[test]
fn only_the_best_fifty_are_stored_and_everybody_is_counted() {
    let mut people: Vec<PersonFacts> = (1..=120).map(facts).collect();
    people.iter_mut().skip(60).for_each(|p| p.qualified = false);
    let result = rank(&input(people));
    assert_eq!((result.eligible.len(), result.record.candidates.len()), (60, 50));
    assert_eq!((result.record.considered, result.record.eligible, result.record.failed[0].people), (120, 60, 60));
}

prop_compose! {
    fn any_person()(
        n in 1u128..40,
        flags in any::<[bool; 4]>(),
        rest in prop::option::of(-10i64..10),
        partner in 0..4,
        percent in 1u8..=100,
        answers_in in prop::option::of(0u32..400),
        open_consults in 0u32..u32::MAX,
        callouts_7d in 0u32..50,
    ) -> PersonFacts {
        PersonFacts {
            qualified: flags[0] || flags[1],
            contract: flags[1] || flags[2],
            exclusive_busy: flags[2] && flags[3],
            languages: if flags[3] { vec!["tr".into()] } else { vec![] },
            resting_until: rest.map(|seconds| NOW.plus_seconds(seconds)),
            rests_from_call_until: rest.filter(|_| flags[0]).map(|seconds| NOW.plus_seconds(-seconds)),
            is_partner: partner == 0,
            part_time: percent,
            answers_in,
            open_consults,
            callouts_7d,
            ..facts(n)
        }
    }
}

prop_compose! {
    fn any_weights()(
        rewards in [0..=MAX_WEIGHT, 0..=MAX_WEIGHT],
        penalties in [-MAX_WEIGHT..=0, -MAX_WEIGHT..=0, -MAX_WEIGHT..=0, -MAX_WEIGHT..=0],
        usual in any::<bool>(),
    ) -> Weights {
        let [primary, language] = rewards;
        let [backup, open_consult, ten_seconds, call_out] = penalties;
        if usual { Weights::default() } else { Weights { primary, backup, open_consult, language, ten_seconds, call_out } }
    }
}

prop_compose! {
    fn any_input()(
        people in proptest::collection::vec(any_person(), 0..80),
        duties in proptest::collection::vec((1u128..40, any::<bool>(), -5i64..50), 0..60),
        declined in proptest::collection::btree_set(1u128..40, 0..5),
        turkish in any::<bool>(),
        weights in any_weights(),
        partner in prop::option::of((any::<bool>(), any::<bool>())),
        rest_set_aside in any::<bool>(),
    ) -> MatchInput {
        let mut people = people;
        people.sort_by_key(|p| p.person_id);
        people.dedup_by_key(|p| p.person_id);
        MatchInput {
            declined: declined.into_iter().map(person).collect(),
            languages: if turkish { vec!["tr".into()] } else { vec![] },
            weights,
            partner: partner.map(|(refuses, only_when_free)| Partner {
                refusal: refuses.then_some(OverflowRefusal::HourIsFull),
                only_when_free,
                ..overflow::PARTNER
            }),
            rest_set_aside,
            duties: duties
                .into_iter()
                .map(|(n, first, seconds)| DutyFact {
                    person_id: person(n),
                    level: if first { DutyLevel::Primary } else { DutyLevel::Secondary },
                    until: NOW.plus_seconds(seconds),
                })
                .collect(),
            ..input(people)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_input_in_any_order_and_from_storage_gives_the_same_record(input in any_input(), turn in 0usize..80) {
        let first = rank(&input);
        let mut shuffled: MatchInput = serde_json::from_str(&serde_json::to_string(&input).unwrap()).unwrap();
        let (people, duties) = (shuffled.people.len().max(1), shuffled.duties.len().max(1));
        shuffled.people.rotate_left(turn % people);
        shuffled.duties.reverse();
        shuffled.duties.rotate_left(turn % duties);
        prop_assert_eq!(rank(&shuffled), first);
    }

    #[test]
    fn points_add_up_exactly_and_the_order_follows_them(input in any_input()) {
        let MatchResult { eligible, record, .. } = rank(&input);
        for candidate in &record.candidates {
            prop_assert_eq!(candidate.score, candidate.rules.iter().map(|rule| rule.points).sum::<i32>());
            let is_partner = input.people.iter().any(|p| p.person_id == candidate.person && p.is_partner);
            let filters = candidate.rules.iter().take(if is_partner { 8 } else { 7 });
            prop_assert!(filters.clone().all(|rule| rule.points == 0));
            prop_assert_eq!(candidate.rank.is_some(), filters.clone().all(|rule| rule.passed));
        }
        let ranks: Vec<u32> = record.candidates.iter().map_while(|c| c.rank).collect();
        prop_assert_eq!(&ranks, &(1..=ranks.len() as u32).collect::<Vec<_>>());
        prop_assert!(record.candidates[ranks.len()..].iter().all(|c| c.rank.is_none()), "eligible ones first");
        let scores: Vec<i32> = record.candidates[..ranks.len()].iter().map(|c| c.score).collect();
        prop_assert!(scores.is_sorted_by(|a, b| a >= b));
        prop_assert!(eligible.iter().zip(&record.candidates).all(|(e, c)| e.person == c.person));
        let ruled_out: u32 = record.failed.iter().map(|failed| failed.people).sum();
        prop_assert_eq!(ruled_out + record.eligible, record.considered, "each person counts once");
    }
}
