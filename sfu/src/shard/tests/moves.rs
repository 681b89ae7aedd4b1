//! Clients whose address changes: media follows within a round trip, and nobody else can lead it away.

use super::stage::{ROOM, Stage};
use super::*;
use crate::net::stun::is_request;
use crate::packet::rtcp;
use std::net::SocketAddr;

const SECOND: Duration = Duration::from_secs(1);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn elsewhere(port: u16) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 99], port))
}

/// A publisher, and a viewer who publishes as well.
fn call() -> (Stage, usize, usize) {
    let mut stage = Stage::new();
    let (a, b) = (stage.join(1), stage.join(1));
    stage.publish(a, true, true);
    stage.publish(b, true, true);
    stage.people[a].talks = Some(30);
    stage.people[b].talks = Some(30);
    stage.run(3 * SECOND);
    (stage, a, b)
}

/// Where the media of `n` goes.
fn path_of(stage: &mut Stage, n: usize) -> Route {
    let live = stage.shard.rooms.get_mut(&ROOM).unwrap();
    let place = live.place_of(MemberId(n as u32)).unwrap();
    live.member_mut(place).unwrap().way(&mut Arena::default()).unwrap().1.to
}

/// Time until something else comes to `n`.
fn until_it_comes(stage: &mut Stage, n: usize) -> Duration {
    let begun = stage.now;
    stage.people[n].wire.got.clear();
    while stage.people[n].wire.got.is_empty() {
        assert!(stage.now - begun < 5 * SECOND, "nothing comes");
        stage.step();
    }
    stage.now - begun
}

/// What the shard has sent to `to` for `packet` from `from`.
fn answers(stage: &mut Stage, from: SocketAddr, packet: &[u8]) -> Vec<Vec<u8>> {
    stage.shard.datagram(stage.now, from.into(), &mut packet.to_vec());
    stage.shard.batch_done(stage.now);
    let sent = stage.shard.outbox.packets();
    let sent = sent.filter(|(to, _)| *to == from.into()).map(|(_, packet)| packet.to_vec()).collect();
    stage.shard.outbox.clear();
    sent
}

#[test]
fn media_follows_a_changed_address_within_a_round_trip() {
    for (films, talks) in [(true, true), (false, true), (false, false)] {
        let (mut stage, _, b) = call();
        stage.people[b].films = films;
        stage.people[b].talks = talks.then_some(30);
        stage.people[b].only_media = true;
        stage.run(SECOND);
        stage.relocate(b, elsewhere(1));
        let took = until_it_comes(&mut stage, b);
        // Media or a report of it within 100 ms, and from there: our check, its answer, and what comes back, of 20 ms each.
        assert!(took < millis(170), "{took:?}, films {films}, talks {talks}");
        assert_eq!(path_of(&mut stage, b), elsewhere(1).into());
        assert_eq!(stage.shard.counters.unknown_address.get(), 0, "nothing of it was lost");
        // And again, back to where it was.
        stage.run(SECOND);
        stage.relocate(b, elsewhere(2));
        stage.run(millis(200));
        stage.relocate(b, elsewhere(1));
        assert!(until_it_comes(&mut stage, b) < millis(300));
        assert!(!stage.people[b].events.contains(&PeerEvent::Disconnected));
    }
}

#[test]
fn what_was_lost_on_the_old_way_comes_again() {
    let (mut stage, _, b) = call();
    stage.run(3 * SECOND);
    let numbers = |stage: &Stage| -> Vec<u16> {
        stage.people[b].wire.got.iter().filter(|it| it.mid == "c0" && !it.is_rtx).map(|it| it.sequence).collect()
    };
    let last = *numbers(&stage).last().unwrap();
    stage.people[b].wire.got.clear();
    stage.relocate(b, elsewhere(1));
    stage.run(SECOND);
    // The viewer asks for what it missed, again and again, as browsers do.
    let mut missed: Vec<u16> = (1..).map(|n| last.wrapping_add(n)).take_while(|n| *n != numbers(&stage)[0]).collect();
    assert!((5..60).contains(&missed.len()), "{}", missed.len());
    for _ in 0..5 {
        if missed.is_empty() {
            return;
        }
        let (ssrc, mut compound) = (stage.people[b].wire.ssrc_of("c0"), Vec::new());
        rtcp::nack(&mut compound, 9, ssrc, &missed);
        stage.people[b].wire.send_rtcp(&compound);
        stage.run(millis(100));
        let again = stage.people[b].wire.got.iter().filter(|it| it.mid == "c0" && it.is_rtx && it.payload.len() > 2);
        again.for_each(|it| missed.retain(|number| number.to_be_bytes() != it.payload[..2]));
    }
    panic!("{missed:?} did not come");
}

#[test]
fn a_lost_check_is_sent_again() {
    let (mut stage, _, b) = call();
    stage.people[b].only_media = true;
    stage.relocate(b, elsewhere(1));
    stage.people[b].is_deaf = true;
    stage.run(millis(450));
    let missed = &stage.people[b].missed;
    assert!(missed.iter().all(|packet| is_request(packet)), "no media before the answer");
    assert_eq!(missed.len(), 5, "checks in 430 ms");
    assert!(missed.iter().all(|check| *check == missed[0] || check[8..20] == missed[0][8..20]), "one transaction");
    stage.people[b].is_deaf = false;
    assert!(until_it_comes(&mut stage, b) < millis(150));
}

#[test]
fn a_recorded_packet_from_elsewhere_leads_nothing_away() {
    let (mut stage, _, b) = call();
    // It was on its way to the server when somebody took it, and comes before the original does.
    let stolen = stage.unsent(b);
    let asked = answers(&mut stage, elsewhere(1), &stolen);
    assert_eq!(asked.len(), 1, "a check, and no media");
    assert!(is_request(&asked[0]) && asked[0].len() < 120);
    // It cannot answer: what is not signed, and what is signed with the password that the *server* has, are no answers.
    let mut forged = asked[0].clone();
    forged[..2].copy_from_slice(&[1, 1]);
    assert_eq!(answers(&mut stage, elsewhere(1), &forged), Vec::<Vec<u8>>::new());
    // The same again is a replay, which asks nobody. Neither does one that was heard before.
    assert_eq!(answers(&mut stage, elsewhere(2), &stolen).len(), 0);
    let own = stage.people[b].wire.address;
    let heard = stage.unsent(b);
    stage.shard.datagram(stage.now, own.into(), &mut heard.clone());
    assert_eq!(answers(&mut stage, elsewhere(3), &heard).len(), 0);
    stage.run(SECOND);
    assert_eq!(path_of(&mut stage, b), own.into());
    assert!(until_it_comes(&mut stage, b) < millis(50), "media goes on where it went");
}

#[test]
fn a_recorded_request_from_elsewhere_leads_nothing_away() {
    let (mut stage, _, b) = call();
    let request = stage.people[b].nomination.clone();
    let own = stage.people[b].wire.address;
    let sent = answers(&mut stage, elsewhere(1), &request);
    assert!(sent.iter().all(|packet| packet[0] < 4), "its answer, and a check");
    stage.run(SECOND);
    assert_eq!(path_of(&mut stage, b), own.into());
}

#[test]
fn an_answer_counts_only_from_where_it_was_asked() {
    let (mut stage, _, b) = call();
    let stolen = stage.unsent(b);
    let check = answers(&mut stage, elsewhere(1), &stolen).remove(0);
    // The client itself is made to answer, through its own way.
    let (now, own) = (stage.now, stage.people[b].wire.address);
    stage.people[b].wire.receive(now, &check);
    let answer = stage.people[b].wire.transmit(now).into_iter().find(|it| it[..2] == [1, 1]).unwrap();
    for from in [own, elsewhere(2)] {
        stage.shard.datagram(now, from.into(), &mut answer.clone());
        assert_eq!(path_of(&mut stage, b), own.into());
    }
    stage.shard.datagram(now, elsewhere(1).into(), &mut answer.clone());
    assert_eq!(path_of(&mut stage, b), elsewhere(1).into(), "so it was a good answer");
}

#[test]
fn garbage_under_a_known_ssrc_is_dropped_and_costs_a_bounded_number_of_searches() {
    let (mut stage, _, b) = call();
    let genuine = stage.unsent(b);
    let mut garbage = genuine.clone();
    *garbage.last_mut().unwrap() ^= 1;
    let dropped = stage.shard.counters.unknown_address.get();
    for port in 0..10_000 {
        assert_eq!(answers(&mut stage, elsewhere(port), &garbage).len(), 0);
    }
    assert_eq!(stage.shard.counters.unknown_address.get() - dropped, 10_000);
    // The budget is used up: even a genuine one asks nobody until the next second.
    assert_eq!(answers(&mut stage, elsewhere(1), &genuine).len(), 0);
    stage.run(SECOND);
    assert_eq!(answers(&mut stage, elsewhere(1), &genuine).len(), 1);
    assert!(until_it_comes(&mut stage, b) < millis(50), "nobody noticed");
}

#[test]
fn many_who_move_at_once_are_all_followed() {
    let mut stage = Stage::new();
    let all: Vec<usize> = (0..12).map(|_| stage.join(2)).collect();
    for n in &all {
        stage.publish(*n, true, true);
        stage.people[*n].talks = Some(30);
    }
    stage.run(2 * SECOND);
    for n in &all {
        stage.people[*n].only_media = true;
        stage.people[*n].wire.got.clear();
        stage.relocate(*n, elsewhere(*n as u16));
    }
    stage.run(millis(300));
    for n in &all {
        assert_eq!(path_of(&mut stage, *n), elsewhere(*n as u16).into());
        assert!(!stage.people[*n].wire.got.is_empty());
    }
}
