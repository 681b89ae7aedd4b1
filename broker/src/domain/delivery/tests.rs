use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const START: UnixMillis = UnixMillis(1_000_000);

fn at(seconds: i64) -> UnixMillis {
    START.plus_seconds(seconds)
}

fn planned(order: &[Channel], seconds: i64) -> Course {
    let mut course = Course::new(at(seconds));
    course.plan(order, START);
    course
}

#[test]
fn app_and_push_begin_together_and_the_next_one_after_fifteen_seconds_without_a_delivery() {
    let mut course = planned(&[Channel::Sms, Channel::App, Channel::Push, Channel::Email], 60);
    assert_eq!(course.due(START), [Channel::Push]);
    course.handed(Channel::Push, Handed::Sent, at(1));
    course.receipt(Channel::App, DeliveryState::Sent, at(1));
    assert_eq!(course.next_deadline(), Some(at(15)));
    assert_eq!(course.due(at(14)), []);
    assert_eq!(course.due(at(15)), [Channel::Sms]);
    course.handed(Channel::Sms, Handed::Sent, at(16));
    course.receipt(Channel::Sms, DeliveryState::Delivered, at(20));
    assert_eq!(course.next_deadline(), None, "somebody has it");
    assert_eq!(course.due(at(59)), []);
    assert!(course.leg(Channel::Email).is_none());
}

#[test]
fn what_fails_for_good_is_not_waited_for() {
    let mut course = planned(&[Channel::App, Channel::Push, Channel::Sms, Channel::Email], 60);
    assert_eq!(course.due(START), [Channel::Push]);
    course.handed(Channel::Push, Handed::Failed(DeliveryFault::NoAddress), START);
    assert_eq!(course.due(at(2)), [], "a page may still take it");
    assert_eq!(course.due(at(3)), [Channel::Sms], "nobody had one open");
    course.handed(Channel::Sms, Handed::Failed(DeliveryFault::NoAddress), at(4));
    assert_eq!(course.next_deadline(), Some(at(4)));
    assert_eq!(course.due(at(4)), [Channel::Email]);
}

#[test]
fn a_push_service_that_is_down_is_tried_again_and_never_beyond_the_messages_use() {
    let mut course = planned(&[Channel::Push], 30);
    let mut tries = Vec::new();
    let mut now = START;
    while let Some(next) = course.next_deadline() {
        now = now.max(next);
        for channel in course.due(now) {
            tries.push(now.seconds_since(START));
            course.handed(channel, Handed::Again { after_seconds: None }, now);
        }
    }
    assert_eq!(tries, [0, 2, 6, 14]);
    let leg = course.leg(Channel::Push).unwrap();
    assert_eq!((leg.state, leg.fault, leg.attempts), (DeliveryState::Failed, Some(DeliveryFault::TimedOut), 4));
}

#[test]
fn the_other_sides_wish_for_quiet_counts() {
    let mut course = planned(&[Channel::Push], 100);
    course.due(START);
    course.handed(Channel::Push, Handed::Again { after_seconds: Some(30) }, START);
    assert_eq!(course.next_deadline(), Some(at(30)));
}

#[test]
fn a_node_that_died_between_writing_and_sending_has_its_attempt_repeated() {
    let mut course = planned(&[Channel::Push], 100);
    assert_eq!(course.due(START), [Channel::Push]);
    assert_eq!(course.due(at(ATTEMPT_SECONDS - 1)), []);
    assert_eq!(course.due(at(ATTEMPT_SECONDS)), [Channel::Push]);
    assert_eq!(course.leg(Channel::Push).unwrap().attempts, 2);
}

#[test]
fn an_answer_ends_it_and_what_is_under_way_may_tell_its_end() {
    let mut course = planned(&[Channel::Push, Channel::Sms], 100);
    course.due(START);
    course.end(at(1));
    assert_eq!(course.due(at(16)), []);
    course.handed(Channel::Push, Handed::Sent, at(2));
    assert_eq!(course.leg(Channel::Push).unwrap().state, DeliveryState::Sent);
    assert_eq!(course.next_deadline(), None);
    // Nobody told the end of it.
    let mut lost = planned(&[Channel::Push], 100);
    lost.due(START);
    lost.end(at(1));
    assert_eq!(lost.due(at(ATTEMPT_SECONDS)), []);
    assert_eq!(lost.leg(Channel::Push).unwrap().state, DeliveryState::Failed);
    assert_eq!(lost.next_deadline(), None);
}

#[test]
fn a_device_that_has_it_is_right_whatever_was_believed() {
    let mut course = planned(&[Channel::Push], 10);
    course.due(START);
    course.due(at(11));
    course.due(at(30));
    assert_eq!(course.leg(Channel::Push).unwrap().state, DeliveryState::Failed);
    course.receipt(Channel::Push, DeliveryState::Seen, at(40));
    let leg = course.leg(Channel::Push).unwrap();
    assert_eq!((leg.state, leg.fault), (DeliveryState::Seen, None));
    assert_eq!((leg.delivered_at, leg.seen_at), (Some(at(40)), Some(at(40))));
    course.receipt(Channel::Push, DeliveryState::Delivered, at(50));
    assert_eq!(course.leg(Channel::Push).unwrap().state, DeliveryState::Seen);
}

#[test]
fn an_answer_counts_also_when_the_time_is_over_and_a_page_may_be_faster_than_the_plan() {
    let mut course = Course::new(at(60));
    course.receipt(Channel::App, DeliveryState::Sent, at(1));
    course.plan(&[Channel::App, Channel::Push], at(1));
    assert_eq!(course.due(at(1)), [Channel::Push]);
    assert_eq!(course.legs().len(), 2, "the page's leg is begun once");
    assert_eq!(course.due(at(60)), []);
    assert!(course.is_over() && !course.is_closed());
    course.close(Some(Channel::App), at(61));
    assert_eq!(course.leg(Channel::App).unwrap().state, DeliveryState::Answered);
    assert!(course.is_closed());
}

#[derive(Clone, Debug)]
enum Step {
    /// Time passes, then the machine is asked.
    Tick(i64),
    /// The same attempt is told again, or one that never was.
    Handed(Channel, Handed),
    Receipt(Channel, DeliveryState),
    /// The node dies: what it had taken on is told by nobody.
    Crash,
    End,
}

fn channel() -> impl Strategy<Value = Channel> {
    prop::sample::select(Channel::ALL.to_vec())
}

fn handed() -> impl Strategy<Value = Handed> {
    prop_oneof![
        3 => Just(Handed::Sent),
        3 => prop::option::of(0..40_i64).prop_map(|after_seconds| Handed::Again { after_seconds }),
        2 => Just(Handed::Failed(DeliveryFault::Refused)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let states = [
        DeliveryState::Sent,
        DeliveryState::Delivered,
        DeliveryState::Seen,
        DeliveryState::Answered,
        DeliveryState::Failed,
    ];
    prop_oneof![
        6 => (0..9_000_i64).prop_map(Step::Tick),
        4 => (channel(), handed()).prop_map(|(channel, handed)| Step::Handed(channel, handed)),
        1 => (channel(), prop::sample::select(states.to_vec())).prop_map(|(channel, state)| Step::Receipt(channel, state)),
        1 => Just(Step::Crash),
        1 => prop_oneof![9 => Just(Step::Tick(0)), 1 => Just(Step::End)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_comes_in_whatever_order(
        order in prop::collection::vec(channel(), 1..7),
        steps in prop::collection::vec(step(), 1..60),
        useful in 10..240_i64,
    ) {
        let mut now = START;
        let mut course = planned(&order, useful);
        let mut begun: BTreeMap<Channel, UnixMillis> = BTreeMap::new();
        let mut last_begin = now;
        for step in &steps {
            let before = course.clone();
            // Asked when it wanted to be, and now and then in between: a tick may be late by its own length alone.
            match step {
                Step::Tick(millis) => now = UnixMillis(now.0 + millis),
                Step::Handed(channel, handed) => course.handed(*channel, *handed, now),
                Step::Receipt(channel, state) => course.receipt(*channel, *state, now),
                Step::Crash => {}
                Step::End => course.end(now),
            }
            if matches!(step, Step::Tick(_)) {
                let was_due = before.next_deadline().is_some_and(|due| due <= now);
                let sends = course.due(now);
                prop_assert!(was_due || sends.is_empty(), "nothing is sent before it is due");
                prop_assert!(course.next_deadline().is_none_or(|next| next > now), "nobody is asked twice for one moment");
                for channel in &sends {
                    prop_assert!(!before.is_over() && now < course.until, "nothing is begun past its use");
                    prop_assert!(order.contains(channel));
                }
                for leg in course.legs() {
                    if let std::collections::btree_map::Entry::Vacant(new) = begun.entry(leg.channel) {
                        new.insert(leg.queued_at);
                        last_begin = now;
                    }
                }
                // A tick that came too late by less than its own length.
                let Step::Tick(millis) = step else { unreachable!() };
                let waits = !course.waiting.is_empty() && !course.is_over() && !course.is_delivered();
                let late = now.0 - last_begin.0 - PATIENCE_SECONDS * 1000;
                prop_assert!(!waits || late <= *millis, "the next channel is late by {late} ms");
            }
            course.legs().iter().for_each(|leg| { begun.entry(leg.channel).or_insert(leg.queued_at); });
            let channels: Vec<Channel> = course.legs().iter().map(|leg| leg.channel).collect();
            for leg in course.legs() {
                prop_assert_eq!(channels.iter().filter(|channel| **channel == leg.channel).count(), 1, "begun once");
                prop_assert_eq!(begun[&leg.channel], leg.queued_at, "begun once");
                let old = before.leg(leg.channel).map_or(0, |old| how_far(old.state));
                prop_assert!(how_far(leg.state) >= old, "{:?} went back", leg.channel);
            }
            let again = course.clone();
            let json = serde_json::to_string(&course).unwrap();
            prop_assert_eq!(serde_json::from_str::<Course>(&json).unwrap(), again, "is stored as it is");
            let open = course.legs().iter().any(|leg| leg.state == DeliveryState::Queued);
            let waits = !course.waiting.is_empty() && !course.is_delivered() && !course.is_over();
            prop_assert!(!(open || waits) || course.next_deadline().is_some(), "an end or a deadline");
        }
        // Left alone it comes to an end by itself.
        for _ in 0..200 {
            let Some(next) = course.next_deadline() else { break };
            now = now.max(next);
            course.due(now);
        }
        prop_assert_eq!(course.next_deadline(), None);
    }
}
