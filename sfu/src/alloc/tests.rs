use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const LADDER: [(u64, u16); 3] = [(150, 180), (500, 360), (1_500, 720)];

fn ladder() -> Vec<Layer> {
    let layer = |(number, (rate, height)): (usize, &(u64, u16))| Layer {
        number: number as u8,
        rate: DataRate::kilobits(*rate),
        height: *height,
    };
    LADDER.iter().enumerate().map(layer).collect()
}

fn flat(rate: u64) -> Vec<Layer> {
    vec![Layer { number: 0, rate: DataRate::kilobits(rate), height: 0 }]
}

/// A room as a subscriber sees it; owns what wishes borrow.
#[derive(Clone, Debug)]
struct View {
    streams: Vec<(Kind, Vec<Layer>, u16)>,
    current: Vec<Option<u8>>,
}

impl View {
    fn new(streams: Vec<(Kind, Vec<Layer>, u16)>) -> Self {
        Self { current: vec![None; streams.len()], streams }
    }

    fn wishes(&self) -> Vec<Wish<'_, usize>> {
        let streams = self.streams.iter().zip(&self.current).enumerate();
        streams
            .map(|(stream, ((kind, layers, height), current))| Wish {
                stream,
                kind: *kind,
                layers,
                height: *height,
                current: *current,
            })
            .collect()
    }

    fn choose(&mut self, switching: &mut Switching<usize>, now: Instant, budget: u64) -> Vec<Option<u8>> {
        let choices = switching.choose(now, DataRate::kilobits(budget), &self.wishes());
        self.current = choices.iter().map(|choice| choice.layer).collect();
        self.current.clone()
    }

    fn layers(&self, budget: u64) -> Vec<Option<u8>> {
        allocate(DataRate::kilobits(budget), &self.wishes()).iter().map(|choice| choice.layer).collect()
    }
}

fn consult() -> View {
    View::new(vec![
        (Kind::Face, ladder(), 180),
        (Kind::Audio, flat(40), 0),
        (Kind::Presenter, ladder(), 720),
        (Kind::Screen, ladder(), 720),
        (Kind::Face, ladder(), 360),
        (Kind::Data, flat(200), 0),
    ])
}

#[test]
fn with_room_for_all_everybody_gets_the_size_that_is_shown() {
    assert_eq!(consult().layers(10_000), [Some(0), Some(0), Some(2), Some(2), Some(1), Some(0)]);
}

#[test]
fn the_order_is_voices_data_screen_presenter_faces() {
    let view = consult();
    let none = [None, Some(0), None, None, None, Some(0)];
    assert_eq!(view.layers(0)[1], Some(0));
    assert_eq!(view.layers(300), none);
    assert_eq!(view.layers(40 + 200 + 500), [None, Some(0), None, Some(1), None, Some(0)]);
    assert_eq!(view.layers(40 + 200 + 1_500 + 500), [None, Some(0), Some(1), Some(2), None, Some(0)]);
    // The larger face first.
    assert_eq!(view.layers(40 + 200 + 3_000 + 150), [None, Some(0), Some(2), Some(2), Some(0), Some(0)]);
    assert_eq!(view.layers(40 + 200 + 3_000 + 300), [Some(0), Some(0), Some(2), Some(2), Some(0), Some(0)]);
}

#[test]
fn data_may_get_a_part() {
    let choices = allocate(DataRate::kilobits(100), &consult().wishes());
    assert_eq!(choices[5].rate, DataRate::kilobits(60));
}

#[test]
fn nothing_goes_to_what_is_not_shown() {
    let view = View::new(vec![(Kind::Face, ladder(), 0), (Kind::Presenter, vec![], 720)]);
    assert_eq!(view.layers(10_000), [None, None]);
}

#[test]
fn down_at_once_and_up_one_a_second() {
    let (mut view, mut switching, start) = (consult(), Switching::default(), crate::net::clock::now());
    assert_eq!(view.choose(&mut switching, start, 10_000), [Some(0), Some(0), Some(2), Some(2), Some(1), Some(0)]);
    assert_eq!(view.choose(&mut switching, start, 300), [None, Some(0), None, None, None, Some(0)]);
    let mut ups = Vec::new();
    for step in 1..200 {
        let (now, before) = (start + Duration::from_millis(step * 100), view.current.clone());
        let after = view.choose(&mut switching, now, 10_000);
        let changed: Vec<_> = (0..6).filter(|at| before[*at] != after[*at]).collect();
        if !changed.is_empty() {
            ups.push((step, changed));
        }
    }
    // The smallest of each at once. Then screen, presenter and the larger face; nothing before the wait is over.
    assert_eq!(ups, [(1, vec![0, 2, 3, 4]), (20, vec![3]), (30, vec![2]), (40, vec![4])]);
}

#[test]
fn a_switch_up_that_was_a_mistake_is_repeated_ever_later() {
    let mut view = View::new(vec![(Kind::Presenter, ladder(), 720)]);
    let (mut switching, start) = (Switching::default(), crate::net::clock::now());
    view.choose(&mut switching, start, 1_000);
    let mut ups = Vec::new();
    for step in 1..400 {
        let before = view.current[0];
        // The estimate believes in 2 Mbit/s until the layer is there.
        let budget = if before == Some(2) { 1_000 } else { 2_000 };
        if view.choose(&mut switching, start + Duration::from_millis(step * 100), budget)[0] > before {
            ups.push(step);
        }
    }
    let waits: Vec<_> = ups.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(waits, [41, 81, 81, 81, 81], "{ups:?}");
}

#[test]
fn the_lowest_layer_comes_back_at_once_or_when_it_just_fits_after_two_seconds() {
    for (budget, steps) in [(200, 1), (160, 20)] {
        let mut view = View::new(vec![(Kind::Presenter, ladder(), 720)]);
        let (mut switching, start) = (Switching::default(), crate::net::clock::now());
        // Up and down again often: what is above it has to wait for eight seconds.
        for step in 0..10 {
            let now = start + Duration::from_secs(step * 9);
            view.choose(&mut switching, now, 4_000);
            view.choose(&mut switching, now + Duration::from_secs(8), 4_000);
            view.choose(&mut switching, now + Duration::from_millis(8_500), 100);
        }
        let dark = start + Duration::from_millis(9 * 9_000 + 8_500);
        let back = (1..200)
            .find(|step| view.choose(&mut switching, dark + Duration::from_millis(step * 100), budget)[0].is_some());
        assert_eq!(back, Some(steps), "with {budget} kbit/s");
    }
}

#[test]
fn a_newcomer_waits_for_nobody() {
    let (mut switching, start) = (Switching::default(), crate::net::clock::now());
    let mut view = View::new(vec![(Kind::Face, ladder(), 180)]);
    view.choose(&mut switching, start, 2_000);
    view.streams.extend([(Kind::Face, ladder(), 180), (Kind::Face, ladder(), 180)]);
    view.current.extend([None, None]);
    assert_eq!(view.choose(&mut switching, start, 2_000), [Some(0); 3]);
}

#[test]
fn a_smaller_picture_is_no_reason_to_wait() {
    let (mut switching, start) = (Switching::default(), crate::net::clock::now());
    let mut view = View::new(vec![(Kind::Face, ladder(), 720)]);
    assert_eq!(view.choose(&mut switching, start, 4_000), [Some(2)]);
    view.streams[0].2 = 180;
    assert_eq!(view.choose(&mut switching, start, 4_000), [Some(0)]);
    view.streams[0].2 = 720;
    assert_eq!(view.choose(&mut switching, start, 4_000), [Some(2)]);
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Audio), Just(Kind::Data), Just(Kind::Screen), Just(Kind::Presenter), Just(Kind::Face)]
}

fn stream() -> impl Strategy<Value = (Kind, Vec<Layer>, u16)> {
    let rungs = vec((1..900u64, 1..400u16), 0..5);
    (kind(), rungs, 0..1_200u16).prop_map(|(kind, rungs, wished)| {
        let (mut rate, mut height, mut layers) = (0, 0, Vec::new());
        let single = matches!(kind, Kind::Audio | Kind::Data);
        for (number, (more, higher)) in rungs.into_iter().enumerate().take(if single { 1 } else { 5 }) {
            (rate, height) = (rate + more, height + higher);
            layers.push(Layer { number: number as u8, rate: DataRate::kilobits(rate), height });
        }
        (kind, layers, wished)
    })
}

fn view() -> impl Strategy<Value = View> {
    vec(stream(), 0..9).prop_map(View::new)
}

fn total(choices: &[Choice<usize>]) -> DataRate {
    choices.iter().map(|choice| choice.rate).sum()
}

fn audio(view: &View) -> DataRate {
    let voices = view.streams.iter().filter(|stream| stream.0 == Kind::Audio);
    voices.flat_map(|stream| stream.1.iter().map(|layer| layer.rate)).sum()
}

/// What was granted in the order of serving: for each class and each round, whether each stream came so far.
fn ladder_of_grants(view: &View, choices: &[Choice<usize>]) -> Vec<bool> {
    let mut order: Vec<_> = (0..view.streams.len()).collect();
    order.sort_by_key(|at| (view.streams[*at].0, std::cmp::Reverse(view.streams[*at].2)));
    let kinds = [Kind::Screen, Kind::Presenter, Kind::Face];
    let rounds = kinds.iter().flat_map(|kind| (0..5u8).map(move |depth| (*kind, depth)));
    rounds
        .flat_map(|(kind, depth)| {
            let class: Vec<_> = order.iter().copied().filter(|at| view.streams[*at].0 == kind).collect();
            class.into_iter().map(move |at| choices[at].layer.is_some_and(|layer| layer >= depth)).collect::<Vec<_>>()
        })
        .collect()
}

proptest! {
    #[test]
    fn the_budget_is_kept_unless_audio_alone_exceeds_it(view in view(), budget in 0..8_000u64) {
        let budget = DataRate::kilobits(budget);
        let choices = allocate(budget, &view.wishes());
        prop_assert!(total(&choices) <= budget.max(audio(&view)));
        for (stream, choice) in view.streams.iter().zip(&choices) {
            if stream.0 == Kind::Audio {
                prop_assert_eq!(choice.layer.is_some(), !stream.1.is_empty());
            }
        }
    }

    #[test]
    fn more_budget_never_takes_from_the_more_important(view in view(), less in 0..8_000u64, more in 0..4_000u64) {
        let grants = |budget| {
            let choices = allocate(DataRate::kilobits(budget), &view.wishes());
            (ladder_of_grants(&view, &choices), choices)
        };
        let ((small, _), (large, choices)) = (grants(less), grants(less + more));
        // In the order of serving, the first difference is a gain.
        prop_assert!(large >= small, "{:?} after {:?}", large, small);
        prop_assert!(total(&choices) <= DataRate::kilobits(less + more).max(audio(&view)));
    }

    #[test]
    fn nothing_that_fits_is_held_back(view in view(), budget in 0..8_000u64) {
        let budget = DataRate::kilobits(budget);
        let choices = allocate(budget, &view.wishes());
        let left = budget.saturating_sub(total(&choices));
        for ((kind, layers, height), choice) in view.streams.iter().zip(&choices) {
            let enough = choice.layer.is_some_and(|layer| layers[usize::from(layer)].height >= *height);
            if matches!(kind, Kind::Audio | Kind::Data) || *height == 0 || enough {
                continue;
            }
            if let Some(next) = layers.get(choice.layer.map_or(0, |layer| usize::from(layer) + 1)) {
                prop_assert!(next.rate > left + choice.rate);
            }
        }
    }

    #[test]
    fn the_same_again_changes_nothing(view in view(), budget in 0..8_000u64) {
        let (mut view, mut switching, start) = (view, Switching::default(), crate::net::clock::now());
        prop_assert_eq!(view.layers(budget), view.layers(budget));
        view.choose(&mut switching, start, budget);
        for step in 1..5 {
            let now = start + Duration::from_secs(step * 60);
            let before = view.current.clone();
            prop_assert_eq!(view.choose(&mut switching, now, budget), before);
        }
    }

    #[test]
    fn over_time_the_budget_is_kept_and_ups_are_a_second_apart(
        view in view(), budgets in vec((0..8_000u64, 1..30u64), 1..40),
    ) {
        let (mut view, mut switching, mut now) = (view, Switching::default(), crate::net::clock::now());
        let (mut shown, mut last_up) = (vec![false; view.streams.len()], None);
        for (budget, times) in budgets {
            for _ in 0..times {
                now += Duration::from_millis(100);
                let before = view.current.clone();
                let rate = DataRate::kilobits(budget);
                let choices = switching.choose(now, rate, &view.wishes());
                prop_assert!(total(&choices) <= rate.max(audio(&view)));
                let full = allocate(rate, &view.wishes());
                for (at, choice) in choices.iter().enumerate() {
                    let video = !matches!(view.streams[at].0, Kind::Audio | Kind::Data);
                    if video && choice.layer > before[at].max(Some(0)) && shown[at] {
                        prop_assert!(last_up.is_none_or(|at| now >= at + Duration::from_secs(1)));
                        last_up = Some(now);
                    }
                    shown[at] |= choice.layer.is_some();
                }
                // The most important picture never has more than it may have: down at once.
                let first = (0..full.len()).filter(|at| !matches!(view.streams[*at].0, Kind::Audio | Kind::Data))
                    .min_by_key(|at| (view.streams[*at].0, std::cmp::Reverse(view.streams[*at].2)));
                if let Some(first) = first.filter(|first| {
                    view.streams.iter().filter(|stream| stream.0 == view.streams[*first].0).count() == 1
                }) {
                    prop_assert!(choices[first].layer <= full[first].layer);
                }
                view.current = choices.iter().map(|choice| choice.layer).collect();
            }
        }
    }
}
