use super::*;
use schemas::{
    consult::Urgency,
    matching::{OverflowFrom, OverflowWhen},
};

pub(super) const PARTNER: Partner = Partner {
    service_id: ServiceId(Uuid::from_u128(50)),
    network_id: NetworkId(Uuid::from_u128(51)),
    refusal: None,
    only_when_free: false,
};
const ASKING: ServiceId = ServiceId(Uuid::from_u128(60));

/// One own person and one of the partner's, both on first duty.
fn both(partner: Option<Partner>) -> MatchInput {
    let mut input = input(vec![facts(1), PersonFacts { is_partner: true, ..facts(2) }]);
    input.partner = partner;
    input
}

#[test]
fn the_own_people_come_first_however_much_they_have_to_do_and_whatever_the_weights() {
    let mut input = both(Some(PARTNER));
    input.people[0].open_consults = 9;
    input.people[0].callouts_7d = 90;
    input.people[0].answers_in = Some(900);
    input.people[1].languages = vec!["tr".into()];
    input.languages = vec!["tr".into()];
    input.duties[0].level = DutyLevel::Backup;
    let most = MAX_WEIGHT;
    input.weights = Weights {
        primary: most,
        language: most,
        backup: -most,
        open_consult: -most,
        ten_seconds: -most,
        call_out: -most,
    };
    assert_eq!(check(&input.weights), Ok(()));
    assert_eq!(ranking(&input), [1, 2]);
    let record = rank(&input).record;
    assert_eq!(record.overflow(), Some(PARTNER));
    let rules = |n: usize| record.candidates[n].rules.iter().map(|rule| rule.rule).collect::<Vec<_>>();
    assert!(!rules(0).contains(&Rule::Overflow) && !rules(0).contains(&Rule::OutOfArea));
    assert!(rules(1).contains(&Rule::Overflow) && rules(1).contains(&Rule::OutOfArea));
}

#[test]
fn nobody_of_another_network_is_asked_without_both_sides() {
    assert_eq!(ranking(&both(None)), [1], "no agreement was looked up");
    for refusal in [OverflowRefusal::NotAgreed, OverflowRefusal::Urgency, OverflowRefusal::HourIsFull] {
        let input = both(Some(Partner { refusal: Some(refusal), ..PARTNER }));
        let record = rank(&input).record;
        assert_eq!((ranking(&input), record.overflow()), (vec![1], None));
        let failed = record.candidates[1].rules.iter().find(|rule| !rule.passed).unwrap();
        assert_eq!((failed.rule, &failed.fact), (Rule::Overflow, &RuleFact::Overflow { refusal: Some(refusal) }));
    }
    let mut input = both(Some(Partner { only_when_free: true, ..PARTNER }));
    assert_eq!(ranking(&input), [1, 2]);
    input.people[1].open_consults = 1;
    assert_eq!(ranking(&input), [1]);
}

#[test]
fn a_consult_does_not_wait_for_the_neighbours_busy_people() {
    let mut input = both(Some(PARTNER));
    input.people.iter_mut().for_each(|person| person.exclusive_busy = true);
    assert_eq!(rank(&input).busy, [person(1)]);
}

#[test]
fn the_occasion_is_what_the_asking_side_says() {
    let when = |nobody, all_busy, after_rounds| OverflowWhen { nobody, all_busy, after_rounds };
    let now = |eligible, busy, rounds| Occasion { eligible, busy, rounds };
    let cases = [
        (when(true, false, None), now(0, 0, 0), true),
        (when(true, false, None), now(0, 1, 9), false),
        (when(true, false, None), now(1, 0, 9), false),
        (when(false, true, None), now(0, 1, 0), true),
        (when(false, true, None), now(0, 0, 0), false),
        (when(false, true, None), now(1, 1, 0), false),
        (when(false, false, Some(2)), now(3, 0, 1), false),
        (when(false, false, Some(2)), now(3, 0, 2), true),
        (when(false, false, None), now(0, 0, 9), false),
    ];
    for (when, now, expected) in cases {
        assert_eq!(is_occasion(when, now), expected, "{when:?} {now:?}");
    }
}

#[test]
fn the_helping_side_says_whom_what_and_how_much() {
    let agreed =
        OverflowFrom { service_id: ASKING, urgencies: vec![Urgency::Emergency], max_per_hour: 2, only_when_free: true };
    let ask = |urgency, helped| refusal(std::slice::from_ref(&agreed), ASKING, urgency, helped);
    assert_eq!(ask(Urgency::Emergency, 1), None);
    assert_eq!(ask(Urgency::Emergency, 2), Some(OverflowRefusal::HourIsFull));
    assert_eq!(ask(Urgency::Urgent, 0), Some(OverflowRefusal::Urgency));
    assert_eq!(refusal(&[], ASKING, Urgency::Emergency, 0), Some(OverflowRefusal::NotAgreed), "withdrawn");
}
