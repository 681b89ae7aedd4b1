use super::*;

/// What the log says of it.
fn stored(record: &MatchRecord) -> MatchRecord {
    serde_json::from_str(&serde_json::to_string(record).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_decision_computed_again_from_the_log_equals_the_one_taken(input in any_input()) {
        let record = rank(&input).record;
        prop_assert_eq!(replay(&stored(&record)), Replayed::Equal);
    }

    #[test]
    fn so_do_the_best_fifty_of_many(seed in any::<u64>(), people in 51u128..400) {
        let record = rank(&many(people, seed)).record;
        prop_assert_eq!(record.candidates.len(), 50);
        prop_assert_eq!(replay(&stored(&record)), Replayed::EqualAmongBest);
    }

    #[test]
    fn whatever_is_changed_in_the_record_is_found(input in any_input(), place in any::<prop::sample::Index>(), n in 0..5) {
        let mut record = rank(&input).record;
        prop_assume!(!record.candidates.is_empty());
        let at = place.index(record.candidates.len());
        let candidate = &mut record.candidates[at];
        let expected = match n {
            0 => { candidate.score += 1; format!("candidates[{at}].score") }
            1 => { candidate.rank = Some(99); format!("candidates[{at}].rank") }
            2 => { candidate.rules[0].points = 1; format!("candidates[{at}].rules[0].points") }
            3 => { candidate.rules[2].passed ^= true; format!("candidates[{at}].rules[2].passed") }
            _ => { candidate.person = person(999); format!("candidates[{at}].person") }
        };
        match replay(&stored(&record)) {
            Replayed::Differs(difference) => prop_assert_eq!(difference.at, expected),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

/// People who differ in what counts, all on duty.
pub(super) fn many(people: u128, seed: u64) -> MatchInput {
    let bits = |n: u128| (n as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7;
    let people = (1..=people).map(|n| PersonFacts {
        open_consults: (bits(n) % 3) as u32,
        callouts_7d: (bits(n) / 5 % 9) as u32,
        contract: bits(n) % 11 != 0,
        ..facts(n)
    });
    input(people.collect())
}

#[test]
fn weights_are_part_of_the_record() {
    let mut input = many(60, 7);
    input.weights.call_out = -7;
    input.weights_version = 4;
    let mut record = rank(&input).record;
    assert_eq!(replay(&record), Replayed::EqualAmongBest);
    record.input.as_mut().unwrap().weights.call_out = -6;
    assert!(matches!(replay(&record), Replayed::Differs(_)));
}

#[test]
fn a_record_of_an_older_release_is_read_and_held_against_its_own_points() {
    let old = r#"{"rota_revision":3,"directory_revision":4,"considered":2,"eligible":2,"failed":[],"candidates":[
        {"person":"00000000-0000-0000-0000-000000000001","rank":1,"score":998,"rules":[
            {"rule":"on_duty","passed":true,"points":0,"fact":{"type":"plain"}},
            {"rule":"duty_level","passed":true,"points":1000,"fact":{"type":"plain"}},
            {"rule":"fairness","passed":true,"points":-2,"fact":{"type":"count","n":1}}]},
        {"person":"00000000-0000-0000-0000-000000000002","rank":2,"score":900,"rules":[
            {"rule":"duty_level","passed":true,"points":1000,"fact":{"type":"plain"}},
            {"rule":"load","passed":true,"points":-100,"fact":{"type":"count","n":1}}]}]}"#;
    let mut record: MatchRecord = serde_json::from_str(old).unwrap();
    assert_eq!(replay(&record), Replayed::InputNotKept);
    record.candidates[1].score = 901;
    let difference = |record: &MatchRecord| match replay(record) {
        Replayed::Differs(difference) => (difference.at, difference.recorded, difference.computed),
        other => panic!("{other:?}"),
    };
    assert_eq!(difference(&record), ("candidates[1].score".into(), "901".into(), "900".into()));
    record.candidates[1].score = 900;
    record.candidates.swap(0, 1);
    assert_eq!(difference(&record).0, "candidates[1].score", "the order follows the points");
}

#[test]
fn a_record_of_fifty_thousand_is_as_small_as_one_of_fifty() {
    let size = |people| serde_json::to_string(&rank(&many(people, 3)).record).unwrap().len();
    let (small, large) = (size(50), size(50_000));
    assert!(large < 64 * 1024 && large < small * 11 / 10, "{small} and {large} bytes");
}
