//! Each rule by itself.

use super::*;
use crate::room::delivery::{CREATE_WITHIN, LAG_WITHIN, LOG_KEPT, NO_LIVE_AFTER, SETTLE_WITHIN, STUCK_AFTER};

#[test]
fn the_first_who_waits_makes_the_group_and_is_announced() {
    let mut desk = Desk::new();
    desk.guest(1);
    desk.here(1, 1);
    assert_eq!(desk.view(1).creator, None, "guests make no group");
    desk.connect(2);
    desk.here(2, 1);
    assert_eq!(desk.view(2).creator, Some(MemberId(2)));
    desk.created(2);
    assert_eq!((desk.members(1), desk.view(2).creator), (vec![2], None));
    assert_eq!(desk.events(), [Event::Generation { generation: START as u64, is_first: true }]);
}

#[test]
fn another_one_is_asked_when_the_first_does_not_answer() {
    let mut desk = Desk::new();
    for member in [1, 2, 3] {
        desk.connect(member);
        desk.here(member, 1);
    }
    assert_eq!(desk.view(3).creator, Some(MemberId(1)));
    desk.passes(CREATE_WITHIN);
    assert_eq!(desk.view(3).creator, Some(MemberId(2)));
    desk.created(1);
    assert_eq!(desk.members(3), [0; 0], "it is not the first one's turn any more");
    desk.passes(2 * CREATE_WITHIN);
    assert_eq!(desk.view(3).creator, Some(MemberId(1)), "and around");
}

#[test]
fn a_commit_adds_those_who_wait_and_goes_to_the_members() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.connect(3);
    desk.here(3, 1);
    desk.commit(1, 1, &[(3, 1)]);
    assert_eq!((desk.commits(1), desk.commits(2), desk.commits(3)), (vec![1], vec![1], vec![]));
    assert_eq!(desk.welcomes(), [3]);
    assert_eq!((desk.members(3), desk.view(3).epoch), (vec![1, 2, 3], 2));
}

#[test]
fn one_commit_ends_an_epoch() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.commit(2, 1, &[]);
    desk.commit(1, 1, &[]);
    desk.commit(1, 0, &[]);
    desk.commit(1, 3, &[]);
    assert_eq!(desk.commits(1), [1]);
    assert_eq!(desk.delivery.group.epoch, 2);
}

#[test]
fn a_commit_counts_only_from_a_member_and_with_the_very_key_packages_that_wait() {
    let mut desk = Desk::group_of(&[1]);
    desk.connect(2);
    desk.commit(2, 0, &[]);
    desk.here(2, 1);
    desk.here(2, 2);
    desk.commit(2, 0, &[(2, 2)]);
    desk.commit(1, 0, &[(2, 1)]);
    desk.commit(1, 0, &[(3, 1)]);
    assert_eq!(desk.commits(1), [0; 0]);
    desk.commit(1, 0, &[(2, 2)]);
    assert_eq!((desk.commits(1), desk.members(2)), (vec![0], vec![1, 2]));
}

#[test]
fn an_attempt_counts_once_and_none_after_a_later_one() {
    let mut desk = Desk::group_of(&[1]);
    desk.connect(2);
    desk.here(2, 2);
    desk.here(2, 2);
    desk.here(2, 1);
    assert_eq!(desk.view(2).attempt, 2);
    assert_eq!(desk.view(1).waiting[0].reference, "ref 2.2");
}

#[test]
fn somebody_who_was_away_gets_the_commits_they_lack() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.tell(|delivery, now| delivery.disconnect(MemberId(2), now));
    desk.commit(1, 1, &[]);
    desk.commit(1, 2, &[]);
    assert_eq!(desk.commits(2), [0; 0]);
    desk.connect(2);
    desk.back(2, 1, &desk.at(1));
    assert_eq!(desk.commits(2), [1, 2]);
    assert_eq!(desk.members(2), [1, 2]);
}

#[test]
fn somebody_who_was_away_for_too_long_is_left_out_and_told_so() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.tell(|delivery, now| delivery.disconnect(MemberId(2), now));
    for epoch in 1..=LOG_KEPT as u64 + 1 {
        desk.commit(1, epoch, &[]);
    }
    assert!(desk.delivery.group.log.len() <= LOG_KEPT);
    desk.connect(2);
    desk.back(2, 1, &desk.at(1));
    assert_eq!((desk.commits(2), desk.members(2)), (vec![], vec![1]));
    desk.here(2, 2);
    assert_eq!(desk.view(1).waiting.len(), 1);
}

#[test]
fn an_absurd_epoch_of_somebody_who_comes_back_costs_nothing() {
    let mut desk = Desk::group_of(&[1, 2]);
    for (attempt, epoch) in [(2, u64::MAX), (3, 2)] {
        desk.back(2, attempt, &desk.at(epoch));
        assert_eq!(desk.members(2), [1]);
    }
}

#[test]
fn of_one_epoch_with_two_tags_the_later_is_left_out() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.commit(1, 1, &[]);
    desk.done(1, 2);
    let other = At { tag: "another".into(), ..desk.at(2) };
    desk.tell(|delivery, now| delivery.done(MemberId(2), &other, now));
    assert_eq!(desk.members(2), [1]);
}

#[test]
fn a_member_that_does_not_follow_is_left_out_in_time() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.commit(1, 1, &[]);
    desk.done(1, 2);
    desk.passes(LAG_WITHIN - 1);
    assert_eq!(desk.members(1), [1, 2]);
    desk.passes(1);
    assert_eq!(desk.members(1), [1]);
}

#[test]
fn whoever_leaves_is_no_member_and_whoever_is_cut_off_stays_one() {
    let mut desk = Desk::group_of(&[1, 2, 3]);
    desk.tell(|delivery, now| delivery.leave(MemberId(2), now));
    desk.tell(|delivery, now| delivery.disconnect(MemberId(3), now));
    assert_eq!(desk.members(1), [1, 3]);
}

#[test]
fn nobody_of_the_team_there_begins_a_new_generation_for_those_who_wait() {
    let mut desk = Desk::group_of(&[1]);
    desk.tell(|delivery, now| delivery.disconnect(MemberId(1), now));
    desk.connect(2);
    desk.here(2, 1);
    desk.passes(NO_LIVE_AFTER - 1);
    assert_eq!((desk.view(2).creator, desk.events()), (None, vec![]));
    desk.passes(1);
    assert_eq!(desk.view(2).creator, Some(MemberId(2)));
    assert_eq!(desk.events(), [begun(&desk)]);
}

#[test]
fn members_who_add_nobody_are_given_up() {
    let mut desk = Desk::group_of(&[1]);
    desk.connect(2);
    desk.here(2, 1);
    desk.passes(STUCK_AFTER);
    assert_eq!(desk.view(2).creator, Some(MemberId(2)));
}

#[test]
fn a_commit_that_all_others_refuse_costs_the_group_and_the_second_its_author_the_room() {
    let refuse = |desk: &mut Desk, epoch: u64| {
        for by in [1, 3] {
            desk.tell(|delivery, now| {
                delivery.fault(MemberId(by), epoch, "malformed".into(), Some(MemberId(2)), None, now);
            });
        }
    };
    let mut desk = Desk::group_of(&[1, 2, 3]);
    desk.commit(2, 2, &[]);
    refuse(&mut desk, 2);
    desk.here(1, 2);
    desk.here(3, 2);
    let fault = |by| Event::Fault { by: MemberId(by), code: "malformed".into(), about: Some(MemberId(2)) };
    assert_eq!(desk.events(), [fault(1), fault(3), begun(&desk)]);
    assert!(!desk.view(2).is_barred);

    desk.created(1);
    desk.here(2, 2);
    desk.commit(1, 0, &[(2, 2), (3, 2)]);
    for member in [1, 2, 3] {
        desk.done(member, 1);
    }
    desk.commit(2, 1, &[]);
    refuse(&mut desk, 1);
    desk.here(1, 3);
    desk.here(3, 3);
    assert!(desk.view(2).is_barred);
    assert!(desk.events().contains(&Event::Barred(MemberId(2))));
    desk.here(2, 3);
    assert_eq!(desk.view(1).waiting.iter().filter(|waiting| waiting.seat.member == MemberId(2)).count(), 0);
    // Nor by leaving and coming again.
    desk.tell(|delivery, now| delivery.leave(MemberId(2), now));
    desk.connect(2);
    assert!(desk.view(2).is_barred);
}

#[test]
fn one_alone_bars_nobody_a_guest_complains_of_nobody_and_a_page_that_failed_blames_no_commit() {
    for (code, is_guest) in [("malformed", false), ("malformed", true), ("wrong_epoch", false)] {
        let mut desk = Desk::group_of(&[1, 2]);
        if is_guest {
            desk.tell(|delivery, now| delivery.connect(MemberId(1), PersonId(Uuid::from_u128(1)), true, now));
        }
        desk.commit(2, 1, &[]);
        let generation = desk.view(2).generation;
        desk.tell(|delivery, now| {
            delivery.fault(MemberId(1), 1, code.into(), Some(MemberId(2)), None, now);
        });
        desk.here(1, 2);
        let goes_on = desk.view(2).generation == generation;
        assert_eq!(goes_on, code != "malformed" || is_guest, "{code}, guest: {is_guest}");
        assert!(desk.delivery.strikes.is_empty());
    }
}

#[test]
fn a_guest_with_a_false_tag_leaves_out_nobody() {
    let mut desk = Desk::group_of(&[1, 2, 3]);
    desk.tell(|delivery, now| delivery.connect(MemberId(3), PersonId(Uuid::from_u128(3)), true, now));
    desk.commit(1, 2, &[]);
    let (generation, epoch) = (desk.view(1).generation, 3);
    let told = At { generation, epoch, tag: "false".to_owned() };
    desk.tell(|delivery, now| delivery.done(MemberId(3), &told, now));
    desk.done(1, 3);
    desk.done(2, 3);
    assert_eq!(desk.members(1)[..2], [1, 2]);
}

#[test]
fn nobody_costs_the_group_by_complaining_alone() {
    let mut desk = Desk::group_of(&[1, 2, 3]);
    desk.commit(1, 2, &[]);
    desk.tell(|delivery, now| {
        delivery.fault(MemberId(3), 2, "malformed".into(), Some(MemberId(1)), None, now);
    });
    desk.here(3, 2);
    assert_eq!(desk.members(2), [1, 2]);
}

#[test]
fn a_refused_key_package_begins_no_group() {
    let mut desk = Desk::group_of(&[1]);
    desk.connect(2);
    desk.here(2, 1);
    desk.tell(|delivery, now| {
        delivery.fault(MemberId(1), 0, "key_package_forged".into(), Some(MemberId(2)), Some("ref 2.1"), now);
    });
    desk.passes(2 * STUCK_AFTER);
    assert_eq!(desk.members(1), [1]);
    desk.here(2, 2);
    desk.passes(STUCK_AFTER);
    assert_eq!(desk.view(2).creator, Some(MemberId(2)), "another one counts anew");
}

#[test]
fn after_a_restart_whoever_comes_back_first_brings_the_group_and_a_newer_one_replaces_it() {
    let at = |generation, epoch| At { generation, epoch, tag: tag(epoch) };
    let mut desk = Desk::new();
    for member in [1, 2, 3] {
        desk.connect(member);
    }
    desk.back(1, 1, &at(START as u64 - 10, 4));
    assert_eq!((desk.members(1), desk.view(1).is_settling), (vec![1], true));
    desk.back(2, 1, &at(START as u64 - 10, 5));
    assert_eq!((desk.members(2), desk.view(2).epoch), (vec![2], 5));
    desk.back(3, 1, &at(START as u64 - 5, 1));
    assert_eq!((desk.members(3), desk.generation()), (vec![3], START as u64 - 5));
    desk.back(1, 2, &at(START as u64 + 7_200_000, 9));
    assert_eq!(desk.generation(), START as u64 - 5, "a group of the future is nobody's");
    desk.passes(SETTLE_WITHIN);
    assert!(!desk.view(3).is_settling);
}

#[test]
fn seats_that_are_not_connected_say_nothing() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.tell(|delivery, now| delivery.disconnect(MemberId(2), now));
    desk.said.clear();
    desk.commit(2, 1, &[]);
    desk.here(2, 9);
    desk.done(9, 1);
    assert!(desk.said.is_empty());
}

/// Another group after the first.
fn begun(desk: &Desk) -> Event {
    Event::Generation { generation: desk.generation(), is_first: false }
}
