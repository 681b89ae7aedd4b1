use super::*;

#[test]
fn what_every_service_begins_with_is_what_releases_before_counted_by_and_keeps_the_order() {
    let Weights { primary, backup, open_consult, language, ten_seconds, call_out } = Weights::default();
    assert_eq!((primary, backup, open_consult, language, ten_seconds, call_out), (1000, -1000, -100, 50, 0, -2));
    assert_eq!(mixed(&Weights::default()), []);
    assert_eq!(serde_json::from_str::<Weights>("{}").unwrap(), Weights::default());
}

#[test]
fn a_weight_that_no_longer_outweighs_what_is_below_is_named() {
    let with = |change: fn(&mut Weights)| {
        let mut weights = Weights::default();
        change(&mut weights);
        mixed(&weights)
    };
    assert_eq!(with(|w| w.primary = 590), [Rule::DutyLevel]);
    assert_eq!(with(|w| w.primary = 591), []);
    assert_eq!(with(|w| w.backup = -10), [Rule::DutyLevel], "the smaller step counts");
    assert_eq!(with(|w| w.open_consult = -90), [Rule::Load]);
    assert_eq!(with(|w| w.language = 40), [Rule::Language]);
    assert_eq!(with(|w| w.ten_seconds = -1), [Rule::Load, Rule::Language, Rule::AnswerTime]);
    assert_eq!(with(|w| (w.language, w.open_consult, w.primary, w.backup) = (0, 0, 0, 0)), [], "worth nothing");
}

#[test]
fn bounds_name_the_weight() {
    let with = |change: fn(&mut Weights)| {
        let mut weights = Weights::default();
        change(&mut weights);
        check(&weights).map_err(|(field, _)| field)
    };
    assert_eq!(with(|w| w.primary = -1), Err("primary"));
    assert_eq!(with(|w| w.language = MAX_WEIGHT + 1), Err("language"));
    assert_eq!(with(|w| w.call_out = 1), Err("call_out"));
    assert_eq!(with(|w| w.ten_seconds = -MAX_WEIGHT), Ok(()));
}

#[test]
fn half_a_post_bears_as_much_with_half_the_call_outs() {
    let mut input = input(vec![facts(1), facts(2), facts(3)]);
    input.people[0].callouts_7d = 4;
    (input.people[1].callouts_7d, input.people[1].part_time) = (3, 50);
    (input.people[2].callouts_7d, input.people[2].part_time) = (1, 25);
    let record = rank(&input).record;
    let points = |n| {
        let of = record.candidates.iter().find(|one| one.person == person(n)).unwrap();
        let rule = of.rules.iter().find(|rule| rule.rule == Rule::Fairness).unwrap();
        (rule.points, rule.fact.clone())
    };
    assert_eq!(points(1), (-8, RuleFact::Count { n: 4 }));
    assert_eq!(points(2), (-12, RuleFact::PartTime { n: 3, percent: 50 }));
    assert_eq!(points(3), (-8, RuleFact::PartTime { n: 1, percent: 25 }));
}

#[test]
fn whoever_answers_fast_comes_first_where_the_service_wants_that() {
    let mut input = input(vec![facts(1), facts(2), facts(3)]);
    (input.people[0].answers_in, input.people[1].answers_in) = (Some(95), Some(30));
    input.people[2].answers_in = Some(4000);
    let scores = |input: &MatchInput| -> Vec<i32> { rank(input).record.candidates.iter().map(|c| c.score).collect() };
    assert_eq!(scores(&input), [1000; 3], "worth nothing by default");
    input.weights.ten_seconds = -3;
    assert_eq!(ranking(&input), [2, 1, 3]);
    assert_eq!(scores(&input), [991, 973, 946], "three minutes at most");
}

#[test]
fn rest_after_a_call_out_is_set_aside_where_nobody_else_is_there_and_protected_rest_never() {
    let later = Some(NOW.plus_seconds(60));
    let mut input = input(vec![facts(1), facts(2)]);
    input.people[0].rests_from_call_until = later;
    input.people[1].resting_until = later;
    assert_eq!(ranking(&input), [0u128; 0]);
    input.rest_set_aside = true;
    assert_eq!(ranking(&input), [1]);
    let rested = rank(&input).record.candidates[0].rules.iter().find(|rule| rule.rule == Rule::Rested).unwrap().clone();
    assert_eq!((rested.passed, rested.fact), (true, RuleFact::RestUntil { until: NOW.plus_seconds(60) }));
}
