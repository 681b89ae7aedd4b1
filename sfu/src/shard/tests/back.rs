//! Members who come back: what they are told again, and what is asked for them again.

use super::stage::Stage;
use super::*;
use crate::api::{Cause, Level};

const SECOND: Duration = Duration::from_secs(1);

/// A publisher, and a viewer who shows one picture as well as it comes.
fn call() -> (Stage, usize, usize) {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, false);
    stage.run(8 * SECOND);
    (stage, a, b)
}

#[test]
fn a_sender_is_told_again_which_layers_are_wanted() {
    let (mut stage, a, b) = call();
    stage.view(b, &[]);
    stage.run(3 * SECOND);
    assert_eq!(stage.people[a].layers, 0);
    // Somebody looks again, and the socket on which the sender is told of it is dead.
    stage.view(b, &[("c0", 720)]);
    stage.step();
    stage.people[a].layers = 0;
    stage.people[b].wire.got.clear();
    stage.run(3 * SECOND);
    assert_eq!(stage.layers_of(b, "c0"), [0; 3]);
    stage.restart(a);
    stage.run(SECOND);
    assert_eq!(stage.people[a].layers, 3);
    assert!(stage.layers_of(b, "c0").iter().sum::<usize>() > 20);
}

#[test]
fn a_client_is_told_again_how_the_others_get_through() {
    let (mut stage, a, b) = call();
    stage.people[a].loses_sent = |count| count % 8 == 0;
    stage.run(4 * SECOND);
    let weak = PeerEvent::Quality(vec![(MemberId(a as u32), Level::Weak, Cause::TheirUplink)]);
    assert!(stage.people[b].events.contains(&weak));
    stage.people[b].events.clear();
    stage.restart(b);
    stage.step();
    assert_eq!(stage.people[b].events.iter().filter(|event| **event == weak).count(), 1);
}

#[test]
fn after_a_restart_media_goes_on_and_the_old_names_are_forgotten() {
    let (mut stage, _, b) = call();
    let (names, _) = stage.shard.routes.sizes();
    for _ in 0..20 {
        stage.restart(b);
        stage.run(SECOND / 100);
    }
    stage.people[b].wire.got.clear();
    stage.run(SECOND);
    assert!(stage.layers_of(b, "c0").iter().sum::<usize>() > 20);
    // Of those that never came up none is left; that of the last path goes with the next restart.
    assert_eq!(stage.shard.routes.sizes().0, names + 1);
    stage.shard.command(stage.now, Command::Leave { room: super::stage::ROOM, member: MemberId(b as u32) });
    assert_eq!(stage.shard.routes.sizes().0, names - 1);
}

#[test]
fn a_key_frame_that_came_is_not_asked_for_again() {
    let (mut stage, a, b) = call();
    let counters = stage.shard.counters.clone();
    for (is_stubborn, asked) in [(false, 1), (true, 2)] {
        stage.people[a].is_stubborn = is_stubborn;
        let before = counters.pli_sent.get();
        stage.restart(b);
        stage.run(3 * SECOND);
        assert_eq!(counters.pli_sent.get() - before, asked, "stubborn: {is_stubborn}");
    }
}
