//! Congestion plans: what the network does, and what the viewer must see and hear of it. Each with several seeds.

use super::call::{Call, NEAR, Scene, play};
use super::network::{Conditions, GOOD};

/// More find rarer faults and take longer: `TELEKONSIL_LONG=1` plays sixty, as the nightly run does.
fn seeds() -> std::ops::Range<u64> {
    1..if std::env::var("TELEKONSIL_LONG").is_ok_and(|value| value == "1") { 61 } else { 5 }
}

/// ms after which the good picture must be back.
const RECOVERY: f64 = 15_000.0;

fn each(seconds: u64, plan: impl Fn(f64) -> Conditions, check: impl Fn(&Call)) {
    for seed in seeds() {
        let call = play(Scene { seconds, seed, others: 3, height: 720 }, &plan, |_| NEAR);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&call)));
        assert!(outcome.is_ok(), "with seed {seed}; the presenter's layers were {:?}", call.choices);
    }
}

/// Conditions that hold from second 20 to 50 of a call on a good path.
fn meanwhile(conditions: Conditions) -> impl Fn(f64) -> Conditions {
    move |second| if (20.0..50.0).contains(&second) { conditions } else { GOOD }
}

fn gap(call: &Call, from: f64, to: f64) -> f64 {
    call.ears.iter().map(|ear| ear.longest_gap(from, to)).fold(0.0, f64::max)
}

fn mean_target(call: &Call, from: f64, to: f64) -> f64 {
    let within: Vec<_> = call.targets.iter().filter(|(time, _)| (from..to).contains(time)).collect();
    within.iter().map(|(_, rate)| rate).sum::<f64>() / within.len() as f64
}

#[test]
fn a_good_path_shows_the_best_within_two_seconds_and_keeps_it() {
    each(
        60,
        |_| GOOD,
        |call| {
            assert!(call.screens[0].first(2, 0.0).is_some_and(|time| time < 2_000.0));
            assert!(call.screens[1].first(0, 0.0).is_some_and(|time| time < 1_000.0));
            assert_eq!(call.screens[0].switches(2_000.0, 60_000.0), 0);
            assert!(call.screens.iter().all(|screen| screen.frozen(1_000.0, 60_000.0) < 1.0));
            assert!(gap(call, 100.0, 60_000.0) < 100.0);
            assert!(call.probes < 5, "all is had and yet {} probes", call.probes);
        },
    );
}

#[test]
fn four_megabits_become_four_hundred_kilobits_and_come_back() {
    each(80, meanwhile(Conditions { rate: 400.0, ..GOOD }), |call| {
        let presenter = &call.screens[0];
        // A quarter of a second of queue is what the network itself brings.
        assert!(gap(call, 100.0, 80_000.0) < 300.0, "gap {}", gap(call, 100.0, 80_000.0));
        assert!(gap(call, 24_000.0, 80_000.0) < 200.0);
        assert!(presenter.longest_pause(19_000.0, 52_000.0) < 2_500.0);
        assert!(presenter.frozen(24_000.0, 50_000.0) < 500.0, "frozen {}", presenter.frozen(24_000.0, 50_000.0));
        assert_eq!(presenter.layer_at(49_000.0), Some(0));
        assert!(presenter.switches(20_000.0, 50_000.0) <= 3);
        assert!(presenter.first(2, 50_000.0).is_some_and(|time| time < 50_000.0 + RECOVERY));
        assert!(presenter.switches(50_000.0, 80_000.0) <= 2);
        assert!(presenter.frozen(51_000.0, 80_000.0) < 1.0);
    });
}

#[test]
fn a_path_that_is_narrow_all_the_time_is_not_tried_in_vain_for_ever() {
    each(
        90,
        |_| Conditions { rate: 400.0, ..GOOD },
        |call| {
            assert!(gap(call, 3_000.0, 90_000.0) < 200.0);
            assert!(call.screens[0].first(0, 6_000.0).is_some_and(|time| time < 6_100.0), "no picture");
            assert!(call.screens[0].frozen(6_000.0, 90_000.0) < 1.0);
            assert_eq!(call.screens[0].switches(6_000.0, 90_000.0), 0);
            assert!(call.probes <= 25, "{} probes", call.probes);
            assert!(mean_target(call, 10_000.0, 90_000.0) < 460.0);
        },
    );
}

#[test]
fn ten_per_cent_of_random_loss_costs_no_layer() {
    each(
        60,
        |_| Conditions { loss: 0.1, ..GOOD },
        |call| {
            let presenter = &call.screens[0];
            assert!(presenter.first(2, 0.0).is_some_and(|time| time < RECOVERY));
            assert!(presenter.switches(RECOVERY, 60_000.0) <= 2, "{}", presenter.switches(RECOVERY, 60_000.0));
            assert!(presenter.frozen(2_000.0, 60_000.0) < 3_000.0, "{}", presenter.frozen(2_000.0, 60_000.0));
            // Packets of 20 ms, of which five in a row are lost once in a hundred thousand.
            assert!(gap(call, 100.0, 60_000.0) < 200.0);
        },
    );
}

#[test]
fn loss_that_begins_in_the_middle_is_taken_for_the_paths_own() {
    each(60, meanwhile(Conditions { loss: 0.2, ..GOOD }), |call| {
        let presenter = &call.screens[0];
        assert!(presenter.first(2, 36_000.0).is_some_and(|time| time < 50_000.0), "never back while it lasts");
        assert!(presenter.switches(20_000.0, 60_000.0) <= 6);
        assert!(gap(call, 100.0, 60_000.0) < 250.0);
    });
}

#[test]
fn bursts_of_loss_are_survived() {
    each(
        80,
        |_| Conditions { loss: 0.05, burst: 8.0, ..GOOD },
        |call| {
            let presenter = &call.screens[0];
            assert!(presenter.switches(0.0, 80_000.0) <= 12, "{}", presenter.switches(0.0, 80_000.0));
            assert!(presenter.frozen(1_000.0, 80_000.0) < 6_000.0, "{}", presenter.frozen(1_000.0, 80_000.0));
            assert!(mean_target(call, 5_000.0, 80_000.0) > 1_800.0, "{}", mean_target(call, 5_000.0, 80_000.0));
            // A burst may be three times the mean; nothing of ours may add to it.
            assert!(gap(call, 100.0, 80_000.0) < 400.0);
        },
    );
}

#[test]
fn a_longer_way_is_no_lasting_congestion() {
    let plan = |second| Conditions { delay: if second < 20.0 { 25.0 } else { 325.0 }, ..GOOD };
    each(60, plan, |call| {
        let presenter = &call.screens[0];
        assert!(presenter.first(2, 21_500.0).is_some_and(|time| time < 20_000.0 + RECOVERY));
        assert!(presenter.switches(20_000.0, 60_000.0) <= 2);
        assert!(gap(call, 100.0, 60_000.0) < 300.0 + 60.0);
        assert_eq!(presenter.layer_at(59_000.0), Some(2));
    });
}

/// By less than what is known for a longer way at once; and what is lost there looks like a full queue's.
#[test]
fn a_lossy_way_that_is_a_little_longer_is_no_lasting_congestion() {
    let plan = |second| if second < 20.0 { GOOD } else { Conditions { delay: 70.0, loss: 0.05, ..GOOD } };
    each(60, plan, |call| {
        let presenter = &call.screens[0];
        assert!(presenter.first(2, 23_000.0).is_some_and(|time| time < 20_000.0 + RECOVERY));
        assert!(presenter.switches(20_000.0, 60_000.0) <= 8, "{}", presenter.switches(20_000.0, 60_000.0));
        assert_eq!(presenter.layer_at(59_000.0), Some(2));
    });
}

#[test]
fn where_voices_and_a_small_picture_do_not_fit_the_voices_stay() {
    // Three voices take 173 kbit/s, the smallest picture 150.
    each(60, meanwhile(Conditions { rate: 220.0, ..GOOD }), |call| {
        for ear in &call.ears {
            let heard = ear.arrived.iter().filter(|at| (28e3..50e3).contains(*at)).count();
            assert!(heard * 100 > 22 * 50 * 98, "{heard} of {}", 22 * 50);
        }
    });
}

#[test]
fn jitter_is_no_congestion() {
    for (delay, jitter) in [(25.0, 30.0), (150.0, 60.0)] {
        each(
            60,
            move |_| Conditions { delay, jitter, ..GOOD },
            |call| {
                assert!(call.screens[0].first(2, 0.0).is_some_and(|time| time < 5_000.0));
                assert_eq!(call.screens[0].switches(5_000.0, 60_000.0), 0);
                assert!(gap(call, 200.0, 60_000.0) < 150.0);
            },
        );
    }
}

#[test]
fn somebody_elses_steady_three_of_four_megabits_leave_a_picture() {
    each(80, meanwhile(Conditions { steady_other: 3_000.0, ..GOOD }), |call| {
        let presenter = &call.screens[0];
        assert!(gap(call, 100.0, 80_000.0) < 300.0);
        assert!(presenter.layer_at(45_000.0).is_some_and(|layer| layer <= 1));
        assert!(presenter.switches(20_000.0, 50_000.0) <= 5, "{}", presenter.switches(20_000.0, 50_000.0));
        assert!(presenter.longest_pause(19_000.0, 80_000.0) < 3_000.0);
        assert!(presenter.first(2, 50_000.0).is_some_and(|time| time < 50_000.0 + RECOVERY));
        assert_eq!(presenter.layer_at(79_000.0), Some(2));
    });
}

#[test]
fn a_download_beside_the_call_does_not_starve_it() {
    each(80, meanwhile(Conditions { greedy_other: true, ..GOOD }), |call| {
        let presenter = &call.screens[0];
        assert!(gap(call, 100.0, 80_000.0) < 300.0);
        let meanwhile: Vec<_> = presenter.shown.iter().filter(|(time, _)| (22e3..50e3).contains(time)).collect();
        let fair = meanwhile.iter().filter(|(_, layer)| *layer >= 1).count();
        assert!(fair * 10 > meanwhile.len() * 8, "{fair} of {}", meanwhile.len());
        assert!(presenter.switches(20_000.0, 50_000.0) <= 8, "{}", presenter.switches(20_000.0, 50_000.0));
        assert!(presenter.longest_pause(19_000.0, 80_000.0) < 1_000.0);
        assert!(presenter.first(2, 50_000.0).is_some_and(|time| time < 50_000.0 + RECOVERY));
    });
}

#[test]
fn a_policer_that_queues_nothing_is_noticed_by_its_losses() {
    each(80, meanwhile(Conditions { rate: 700.0, queue: 40.0, ..GOOD }), |call| {
        let presenter = &call.screens[0];
        assert!(presenter.longest_pause(19_000.0, 52_000.0) < 3_000.0, "{}", presenter.longest_pause(19e3, 52e3));
        assert!(presenter.switches(24_000.0, 50_000.0) <= 2, "{}", presenter.switches(24_000.0, 50_000.0));
        assert!(mean_target(call, 25_000.0, 50_000.0) < 900.0, "{}", mean_target(call, 25_000.0, 50_000.0));
        assert!(presenter.first(2, 50_000.0).is_some_and(|time| time < 50_000.0 + RECOVERY));
        assert!(gap(call, 24_000.0, 80_000.0) < 200.0);
    });
}

#[test]
fn two_seconds_of_buffer_are_not_filled() {
    each(80, meanwhile(Conditions { rate: 400.0, queue: 2_000.0, ..GOOD }), |call| {
        let presenter = &call.screens[0];
        assert!(presenter.longest_pause(19_000.0, 52_000.0) < 3_500.0, "{}", presenter.longest_pause(19e3, 52e3));
        assert!(presenter.frozen(26_000.0, 50_000.0) < 1.0);
        assert!(presenter.first(2, 50_000.0).is_some_and(|time| time < 50_000.0 + RECOVERY));
    });
}

/// Nothing arrives for so many seconds from second 20 on.
fn nothing_for(seconds: f64, good: Conditions) -> impl Fn(f64) -> Conditions {
    move |second| Conditions { loss: if (20.0..20.0 + seconds).contains(&second) { 1.0 } else { good.loss }, ..good }
}

#[test]
fn after_an_outage_sound_is_back_at_once_and_pictures_within_half_a_second() {
    for seconds in [1.5, 3.0, 10.0] {
        for (is_down, is_up) in [(true, false), (false, true), (true, true)] {
            for seed in seeds() {
                let down = nothing_for(if is_down { seconds } else { 0.0 }, GOOD);
                let up = nothing_for(if is_up { seconds } else { 0.0 }, NEAR);
                let call = play(Scene { seconds: 60, seed, others: 3, height: 720 }, down, up);
                let back = 20_000.0 + seconds * 1_000.0;
                let case = format!("{seconds} s, down {is_down}, up {is_up}, seed {seed}");
                for (ear, screen) in call.ears.iter().zip(&call.screens) {
                    assert!(ear.longest_gap(back, 60_000.0) < 150.0, "{case}: sound {}", ear.longest_gap(back, 60e3));
                    let first = screen.first(0, back).map_or(f64::MAX, |at| at - back);
                    assert!(first < 500.0, "{case}: pictures after {first}");
                    let later = screen.longest_pause(back + first, 60_000.0);
                    assert!(later < 600.0, "{case}: and again none for {later}");
                }
                let best = call.screens[0].first(2, back).map_or(f64::MAX, |at| at - back);
                assert!(best < RECOVERY, "{case}: the best after {best}");
            }
        }
    }
}

/// Both ways, in second 10: a lossy way that is suddenly far.
fn far(second: f64) -> Conditions {
    match second < 10.0 {
        true => Conditions { delay: 1.0, jitter: 0.0, ..NEAR },
        false => Conditions { loss: 0.05, delay: 120.0, jitter: 60.0, ..NEAR },
    }
}

#[test]
fn losses_and_jitter_on_a_long_way_cost_neither_the_picture_nor_its_layer() {
    for seed in seeds() {
        let call = play(Scene { seconds: 40, seed, others: 3, height: 720 }, far, far);
        let presenter = &call.screens[0];
        assert!(presenter.first(2, 12_000.0).is_some_and(|time| time < 10_000.0 + RECOVERY), "seed {seed}");
        assert!(presenter.layer_at(39_000.0) >= Some(1), "seed {seed}");
        // A packet in ten needs a second round trip of 300 ms, and libwebrtc waits for 200 ms of it. The losses decide, not
        // the estimate: 2.4 s in the mean of 1,200 seeds, more than 5 s with one in fifty; of the first sixty 6.4 at most.
        let (pace, frozen) = (presenter.pace(20_000.0, 40_000.0), presenter.frozen(20_000.0, 40_000.0));
        assert!(pace > 15.0 && frozen < 7_000.0, "seed {seed}: {pace} pictures a second, frozen {frozen}");
        assert!(mean_target(&call, 20_000.0, 40_000.0) > 1_500.0, "seed {seed}");
    }
}

#[test]
fn a_small_picture_on_such_a_way_is_fluent() {
    for seed in seeds() {
        let call = play(Scene { seconds: 40, seed, others: 1, height: 180 }, far, far);
        let (pace, frozen) = (call.screens[0].pace(15_000.0, 40_000.0), call.screens[0].frozen(15_000.0, 40_000.0));
        // The losses decide, as above: 0.9 s in the mean of 400 seeds, 4.2 at most; of the first sixty 3.3, and 22.7
        // pictures a second at least.
        assert!(pace > 22.0 && frozen < 3_500.0, "seed {seed}: {pace} pictures a second, frozen {frozen}");
    }
}
