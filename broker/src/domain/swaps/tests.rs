use super::*;
use proptest::prelude::*;

const HOUR: i64 = 3600;

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

const GIVER: u128 = 1;
const COORDINATOR: u128 = 9;

fn asked(people: &[u128]) -> Swap {
    let given =
        Part { level: DutyLevel::Primary, from: UnixMillis(100 * HOUR * 1000), until: UnixMillis(112 * HOUR * 1000) };
    Swap {
        service: ServiceId(Uuid::from_u128(50)),
        author: person(GIVER),
        by_coordinator: false,
        giver: person(GIVER),
        given,
        in_return: None,
        asked: people.iter().map(|n| person(*n)).collect(),
        is_pool: false,
        declined: BTreeSet::new(),
        state: State::Asked,
        taker: None,
        decided_by: None,
        reason: PrivateText::default(),
        created_at: UnixMillis(0),
        expires_at: given.from,
    }
}

fn facts(coordinates: bool) -> Facts {
    Facts { coordinates, ..Facts::default() }
}

fn by(swap: &Swap, step: &Step, n: u128) -> Result<Swap, Refusal> {
    decide(swap, step, Some(person(n)), &facts(n == COORDINATOR))
}

#[test]
fn of_two_who_say_yes_the_first_one_has_it_and_the_second_is_told_so() {
    let swap = asked(&[2, 3]);
    let taken = by(&swap, &Step::Accept, 2).unwrap();
    assert_eq!((taken.state, taken.taker), (State::InForce, Some(person(2))));
    assert_eq!(by(&taken, &Step::Accept, 3), Err(Refusal::Taken));
    assert_eq!(by(&taken, &Step::Accept, 2).as_ref(), Ok(&taken), "a repeat is harmless");
    assert_eq!(told(Some(&swap), &taken, Some(person(2))), [person(GIVER), person(3)].into());
    assert_eq!(told(Some(&taken), &taken, Some(person(2))), BTreeSet::new(), "once");
}

#[test]
fn a_service_that_wants_it_has_a_coordinator_approve_what_people_agree_upon() {
    let swap = asked(&[2]);
    let waits =
        decide(&swap, &Step::Accept, Some(person(2)), &Facts { needs_approval: true, ..Facts::default() }).unwrap();
    assert_eq!(waits.state, State::Accepted);
    assert_eq!(by(&waits, &Step::Approve, GIVER), Err(Refusal::NotTheirs));
    assert_eq!(by(&waits, &Step::Approve, COORDINATOR).unwrap().state, State::InForce);
    let refused = by(&waits, &Step::Refuse("Urlaub".into()), COORDINATOR).unwrap();
    assert_eq!((refused.state, refused.reason.0.as_str()), (State::Refused, "Urlaub"));
    assert_eq!(told(Some(&waits), &refused, Some(person(COORDINATOR))), [person(GIVER), person(2)].into());
    let by_coordinator = Swap { by_coordinator: true, author: person(COORDINATOR), ..swap };
    let facts = Facts { needs_approval: true, ..Facts::default() };
    assert_eq!(decide(&by_coordinator, &Step::Accept, Some(person(2)), &facts).unwrap().state, State::InForce);
}

#[test]
fn whatever_stands_in_the_way_it_does_not_take_effect() {
    let swap = asked(&[2]);
    for hindrance in [
        Hindrance::NotOnDuty,
        Hindrance::Unqualified,
        Hindrance::NoContract,
        Hindrance::Absent,
        Hindrance::DoubleBooked,
    ] {
        let facts = Facts { coordinates: true, hindrances: [hindrance].into(), ..Facts::default() };
        let hindered = Err(Refusal::Hindered(hindrance));
        assert_eq!(decide(&swap, &Step::Accept, Some(person(2)), &facts), hindered);
        assert_eq!(decide(&swap, &Step::Put, Some(person(COORDINATOR)), &facts), hindered);
        let waits = Swap { state: State::Accepted, taker: Some(person(2)), ..swap.clone() };
        assert_eq!(decide(&waits, &Step::Approve, Some(person(COORDINATOR)), &facts), hindered);
    }
}

#[test]
fn it_is_taken_back_by_those_who_made_it_until_the_duty_begins() {
    let done = by(&asked(&[2]), &Step::Accept, 2).unwrap();
    for who in [GIVER, 2, COORDINATOR] {
        assert_eq!(by(&done, &Step::Undo, who).unwrap().state, State::Undone);
    }
    assert_eq!(by(&done, &Step::Undo, 3), Err(Refusal::NotTheirs));
    let begun = Facts { now: done.given.from, coordinates: true, ..Facts::default() };
    assert_eq!(decide(&done, &Step::Undo, Some(person(COORDINATOR)), &begun), Err(Refusal::Begun));
}

#[test]
fn when_the_duty_begins_an_open_one_is_over() {
    let swap = asked(&[2]);
    let early = Facts { now: UnixMillis(swap.expires_at.0 - 1), ..Facts::default() };
    let begun = Facts { now: swap.expires_at, ..Facts::default() };
    assert_eq!(decide(&swap, &Step::Expire, None, &early), Err(Refusal::WrongState));
    let over = decide(&swap, &Step::Expire, None, &begun).unwrap();
    assert_eq!(told(Some(&swap), &over, None), [person(GIVER), person(2)].into());
    assert_eq!(decide(&swap, &Step::Accept, Some(person(2)), &begun), Err(Refusal::Begun));
    assert_eq!(decide(&swap, &Step::Expire, Some(person(GIVER)), &begun), Err(Refusal::NotTheirs));
}

#[test]
fn all_who_were_named_say_no_and_it_is_declined() {
    let one = by(&asked(&[2, 3]), &Step::Decline, 2).unwrap();
    assert_eq!(one.state, State::Asked);
    let both = by(&one, &Step::Decline, 3).unwrap();
    assert_eq!((both.state, told(Some(&one), &both, Some(person(3)))), (State::Declined, [person(GIVER)].into()));
    let pool = Swap { is_pool: true, ..asked(&[2]) };
    assert_eq!(by(&pool, &Step::Decline, 2).unwrap().state, State::Asked, "somebody else may still become free");
    assert_eq!(by(&pool, &Step::Accept, 7).unwrap().taker, Some(person(7)));
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Accept),
        Just(Step::Decline),
        Just(Step::Withdraw),
        Just(Step::Approve),
        Just(Step::Refuse("".into())),
        Just(Step::Put),
        Just(Step::Undo),
        Just(Step::Expire)
    ]
}

proptest! {
    /// Whatever people do in whatever order: who took it stays, what is over stays over, nothing takes effect that
    /// something stands in the way of, and whoever does something is not told of it.
    #[test]
    fn any_order_of_steps_keeps_what_was_promised(
        is_pool: bool,
        steps in prop::collection::vec((step(), 0_u128..5, 0_i64..130, any::<bool>(), any::<bool>()), 1..40),
    ) {
        let mut swap = Swap { is_pool, ..asked(&[2, 3]) };
        for (step, n, hour, needs_approval, hindered) in steps {
            let coordinates = n == 4;
            let who = (n > 0).then(|| person(if coordinates { COORDINATOR } else { n }));
            let hindrances = if hindered { [Hindrance::Absent].into() } else { BTreeSet::new() };
            let facts = Facts { now: UnixMillis(hour * HOUR * 1000), needs_approval, coordinates, hindrances };
            let Ok(next) = decide(&swap, &step, who, &facts) else { continue };
            if let Some(taker) = swap.taker {
                prop_assert_eq!(next.taker, Some(taker));
            }
            if next.state == State::InForce && swap.state != State::InForce {
                prop_assert!(!hindered && next.taker.is_some() && next.taker != Some(next.giver));
                prop_assert!(step == Step::Put || facts.now < swap.expires_at);
            }
            if !swap.state.is_open() && swap.state != State::InForce {
                prop_assert_eq!(&next, &swap);
            }
            if swap.state == State::InForce && next.state != swap.state {
                prop_assert!(next.state == State::Undone && facts.now < swap.begins());
            }
            let told = told(Some(&swap), &next, who);
            prop_assert!(who.is_none_or(|who| !told.contains(&who)));
            prop_assert!(swap.state != next.state || told.is_empty());
            swap = next;
        }
    }
}
