//! Each rule by itself.

use super::*;
use crate::room::delivery::{
    CLOCKS_APART, CREATE_WITHIN, HEARD_WITHIN, LAG_WITHIN, LAST_EPOCH, LOG_KEPT, NO_LIVE_AFTER, SETTLE_WITHIN,
    SILENT_AFTER, STUCK_AFTER,
};

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

/// A page that waits shows another key package.
const TRY_AGAIN: i64 = 20_000;

#[test]
fn renewals_of_keys_keep_nobody_out() {
    let mut desk = Desk::group_of(&[1]);
    for member in [2, 3] {
        desk.connect(member);
        desk.here(member, 1);
    }
    for epoch in 0..STUCK_AFTER as u64 / 2_000 {
        desk.passes(2_000);
        desk.commit(1, epoch, &[]);
        desk.done(1, epoch + 1);
    }
    assert_eq!(desk.view(2).creator, Some(MemberId(2)));
}

#[test]
fn nor_does_it_that_others_are_added() {
    let mut desk = Desk::group_of(&[1]);
    desk.connect(2);
    desk.here(2, 1);
    desk.guest(7);
    for (attempt, epoch) in (1..).zip((0..6).step_by(2)) {
        desk.here(7, attempt);
        desk.commit(1, epoch, &[(7, attempt)]);
        desk.commit(1, epoch + 1, &[]);
        desk.done(1, epoch + 2);
        desk.passes(STUCK_AFTER / 3);
    }
    assert_eq!(desk.view(2).creator, Some(MemberId(2)));
}

#[test]
fn a_group_for_which_nobody_waits_is_never_given_up() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.guest(7);
    desk.here(7, 1);
    desk.connect(3);
    for epoch in 1..20 {
        desk.passes(STUCK_AFTER);
        desk.commit(1, epoch, &[]);
        for member in [1, 2] {
            desk.done(member, epoch + 1);
        }
    }
    assert_eq!((desk.members(1), desk.events()), (vec![1, 2], vec![]));
}

#[test]
fn who_was_away_has_not_waited_meanwhile_nor_has_who_came_to_a_new_group() {
    let mut desk = Desk::group_of(&[1]);
    desk.connect(2);
    desk.here(2, 1);
    desk.tell(|delivery, now| delivery.disconnect(MemberId(2), now));
    desk.passes(2 * STUCK_AFTER);
    desk.connect(2);
    desk.passes(STUCK_AFTER - 1);
    assert_eq!((desk.members(2), desk.events()), (vec![1], vec![]));
    desk.passes(1);
    assert_eq!(desk.view(2).creator, Some(MemberId(2)));
    // It takes its time, and who comes meanwhile is not held against it.
    desk.here(1, 2);
    desk.passes(CREATE_WITHIN - 1);
    desk.created(2);
    desk.passes(STUCK_AFTER - 1);
    assert_eq!(desk.members(1), [2]);
}

#[test]
fn one_alone_who_refuses_all_or_adds_them_falsely_is_given_up() {
    for is_added in [false, true] {
        let mut desk = Desk::group_of(&[1]);
        for member in [2, 3] {
            desk.connect(member);
        }
        for (attempt, epoch) in (1..=2).zip(0..) {
            for member in [2, 3] {
                desk.here(member, attempt);
            }
            if is_added {
                desk.commit(1, epoch, &[(2, attempt), (3, attempt)]);
                desk.done(1, epoch + 1);
            } else {
                for member in [2, 3] {
                    desk.fault(1, epoch, member, Some(&format!("ref {member}.{attempt}")));
                }
            }
            // Whom the welcome tells nothing tries again.
            desk.passes(TRY_AGAIN / 2);
        }
        assert!(desk.members(1).contains(&1), "it has as long as others");
        for member in [2, 3] {
            desk.here(member, 3);
            if !is_added {
                desk.fault(1, 2, member, Some(&format!("ref {member}.3")));
            }
        }
        desk.passes(STUCK_AFTER - TRY_AGAIN);
        assert_eq!(desk.view(2).creator, Some(MemberId(2)), "added: {is_added}");
    }
}

#[test]
fn who_was_silent_costs_no_group_be_it_by_waking_up() {
    let mut desk = Desk::group_of(&[1]);
    for member in [2, 3] {
        desk.connect(member);
        desk.here(member, 1);
    }
    // They never hear of it, and are no members any more after a while.
    desk.commit(1, 0, &[(2, 1), (3, 1)]);
    desk.done(1, 1);
    desk.passes(2 * STUCK_AFTER);
    assert_eq!((desk.members(1), desk.events()), (vec![1], vec![]));
    for member in [2, 3] {
        desk.here(member, 2);
    }
    desk.commit(1, 1, &[(2, 2), (3, 2)]);
    for member in [1, 2, 3] {
        desk.done(member, 2);
    }
    assert_eq!((desk.members(1), desk.events()), (vec![1, 2, 3], vec![]));
}

#[test]
fn silent_seats_do_not_make_who_comes_cost_the_group() {
    let mut desk = Desk::group_of(&[1]);
    for member in [2, 3] {
        desk.connect(member);
    }
    // They are added twice, and never hear of it.
    for (attempt, epoch) in (1..=2).zip(0..) {
        for member in [2, 3] {
            desk.here(member, attempt);
        }
        desk.commit(1, epoch, &[(2, attempt), (3, attempt)]);
        desk.done(1, epoch + 1);
        desk.passes(if attempt == 1 { LAG_WITHIN + SILENT_AFTER - 1_000 } else { LAG_WITHIN / 2 });
    }
    assert!(desk.now.0 > START + STUCK_AFTER && desk.members(1) == [1, 2, 3]);
    desk.connect(4);
    desk.here(4, 1);
    desk.commit(1, 2, &[(4, 1)]);
    for member in [1, 4] {
        desk.done(member, 3);
    }
    desk.passes(STUCK_AFTER);
    assert_eq!((desk.members(1), desk.events()), (vec![1, 4], vec![]));
}

#[test]
fn nor_do_they_count_with_one_whose_key_packages_are_refused() {
    let mut desk = Desk::group_of(&[1]);
    desk.connect(3);
    for attempt in 1..30 {
        if attempt == 4 {
            desk.connect(2);
            desk.here(2, 1);
            desk.commit(1, 0, &[(2, 1)]);
            desk.done(1, 1);
            desk.passes(LAG_WITHIN / 2);
            desk.commit(1, 1, &[]);
            desk.done(1, 2);
        }
        desk.here(3, attempt);
        desk.fault(1, 0, 3, Some(&format!("ref 3.{attempt}")));
        desk.passes(TRY_AGAIN);
    }
    assert_eq!((desk.members(1), desk.generation()), (vec![1], START as u64));
}

#[test]
fn one_alone_who_leaves_the_group_to_make_the_next_one_comes_last() {
    for (liar, refuses) in [(1, false), (1, true), (5, false), (5, true)] {
        let mut desk = Desk::group_of(&[liar]);
        for member in [2, 3] {
            desk.connect(member);
            desk.here(member, 1);
            if refuses {
                desk.fault(liar, 0, member, Some(&format!("ref {member}.1")));
            }
        }
        desk.passes(STUCK_AFTER - 1);
        desk.here(liar, 2);
        assert_eq!(desk.view(2).creator, Some(MemberId(2)), "{liar}, refuses: {refuses}");
    }
}

#[test]
fn who_was_refused_is_not_asked_before_as_many_who_were_not() {
    let mut desk = Desk::group_of(&[1]);
    desk.connect(2);
    desk.here(2, 1);
    desk.fault(1, 0, 2, Some("ref 2.1"));
    desk.passes(1);
    desk.here(1, 2);
    assert_eq!(desk.view(2).creator, Some(MemberId(1)));
}

#[test]
fn who_waits_for_longest_is_asked_first_and_next() {
    let mut desk = Desk::new();
    for member in [3, 2, 1] {
        desk.connect(member);
        desk.here(member, 1);
        desk.passes(1);
    }
    for asked in [3, 2, 1, 3] {
        assert_eq!(desk.view(1).creator, Some(MemberId(asked)));
        desk.passes(CREATE_WITHIN);
    }
}

#[test]
fn as_many_outside_as_inside_cost_no_group_that_has_refused_them() {
    let mut desk = Desk::group_of(&[1, 2]);
    for member in [3, 4] {
        desk.connect(member);
        desk.here(member, 1);
        desk.fault(1, 1, member, Some(&format!("ref {member}.1")));
    }
    desk.passes(10 * STUCK_AFTER);
    assert_eq!((desk.members(1), desk.delivery.next_deadline()), (vec![1, 2], None));
}

#[test]
fn a_guest_refuses_no_key_package() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.guest(2);
    desk.connect(3);
    desk.here(3, 1);
    desk.fault(2, 1, 3, Some("ref 3.1"));
    desk.passes(STUCK_AFTER);
    assert_eq!(desk.view(3).creator, Some(MemberId(3)));
}

#[test]
fn forged_key_packages_cost_no_group_be_they_refused_in_time_or_replaced_too_fast_for_it() {
    for is_refused in [true, false] {
        let mut desk = Desk::group_of(&[1, 2]);
        desk.connect(3);
        for attempt in 1..300 {
            desk.here(3, attempt);
            desk.passes(if is_refused { HEARD_WITHIN } else { 500 });
            if is_refused {
                desk.fault(1, 1, 3, Some(&format!("ref 3.{attempt}")));
            }
            desk.passes(500);
        }
        assert_eq!((desk.members(1), desk.view(1).generation), (vec![1, 2], START as u64));
    }
}

#[test]
fn who_waits_with_one_key_package_after_another_has_waited_all_the_time() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.connect(3);
    desk.here(3, 1);
    desk.passes(TRY_AGAIN);
    desk.here(3, 2);
    desk.passes(STUCK_AFTER - TRY_AGAIN);
    assert_eq!(desk.view(3).creator, Some(MemberId(3)));
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
fn whoever_is_barred_is_not_back_either_after_a_restart_that_lets_in_who_knows_the_tag() {
    let mut desk = restarted(&[1, 2, 3]);
    for member in [1, 2, 3] {
        desk.back(member, 1, &before_the_restart(4));
    }
    let nonsense = |desk: &mut Desk, epoch: u64| {
        desk.commit(2, epoch, &[]);
        desk.done(2, epoch + 1);
        for by in [1, 3] {
            desk.tell(|delivery, now| {
                delivery.fault(MemberId(by), epoch, "malformed".into(), Some(MemberId(2)), None, now);
            });
        }
        for by in [1, 3] {
            desk.tell(|delivery, now| delivery.disconnect(MemberId(by), now));
        }
    };
    nonsense(&mut desk, 4);
    desk.back(2, 2, &desk.at(5));
    assert_eq!(desk.members(2), [2], "once may be chance");
    for member in [1, 3] {
        desk.connect(member);
        desk.here(member, 1);
    }
    desk.commit(2, 5, &[(1, 1), (3, 1)]);
    for member in [1, 2, 3] {
        desk.done(member, 6);
    }
    nonsense(&mut desk, 6);
    desk.back(2, 3, &desk.at(7));
    assert_eq!((desk.members(2), desk.view(2).is_barred), (vec![], true));
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
    desk.guest(3);
    desk.commit(1, 2, &[]);
    let told = At { tag: "false".to_owned(), ..desk.at(3) };
    desk.tell(|delivery, now| delivery.done(MemberId(3), &told, now));
    assert_eq!(desk.members(1), [1, 2, 3], "nobody knows yet who is right");
    desk.done(1, 3);
    desk.done(2, 3);
    assert_eq!(desk.members(1), [1, 2]);
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

/// A service that was started anew, and who is connected again: the team, and guests above 6.
fn restarted(members: &[u32]) -> Desk {
    let mut desk = Desk::new();
    for member in members {
        if *member > 6 { desk.guest(*member) } else { desk.connect(*member) }
    }
    desk
}

/// A group that members know and the service does not.
fn before_the_restart(epoch: u64) -> At {
    At { generation: START as u64 - 10, epoch, tag: tag(epoch) }
}

#[test]
fn after_a_restart_the_first_of_the_team_brings_the_group_back_and_a_newer_one_replaces_it() {
    let mut desk = restarted(&[1, 2, 3]);
    desk.back(1, 1, &before_the_restart(4));
    assert_eq!((desk.members(1), desk.view(1).is_settling), (vec![1], true));
    desk.back(2, 1, &before_the_restart(5));
    assert_eq!((desk.members(2), desk.view(2).epoch), (vec![2], 5));
    desk.back(3, 1, &At { generation: START as u64 - 5, ..before_the_restart(1) });
    assert_eq!((desk.members(3), desk.generation()), (vec![3], START as u64 - 5));
    desk.back(1, 2, &At { generation: START as u64 + 7_200_000, ..before_the_restart(9) });
    assert_eq!(desk.generation(), START as u64 - 5, "a group of the future is nobody's");
    desk.passes(SETTLE_WITHIN);
    assert!(!desk.view(3).is_settling);
}

#[test]
fn newer_groups_replace_the_one_that_was_brought_back_while_members_come_back_and_cost_the_others_no_more_time() {
    for goes_on in [false, true] {
        let mut desk = restarted(&[1, 2, 3]);
        desk.back(1, 1, &before_the_restart(4));
        desk.here(2, 1);
        let claim = |n: u32| At { generation: START as u64 - 10 + u64::from(n), ..before_the_restart(4) };
        for attempt in 1..4 {
            desk.passes(SETTLE_WITHIN / 4);
            desk.back(3, attempt, &claim(attempt));
        }
        assert_eq!((desk.members(3), desk.generation()), (vec![3], claim(3).generation));
        desk.here(1, 2);
        desk.passes(SETTLE_WITHIN / 4);
        assert!(!desk.view(1).is_settling, "ten seconds from the first");
        if goes_on {
            desk.back(3, 4, &claim(4));
        } else {
            desk.passes(STUCK_AFTER - SETTLE_WITHIN);
        }
        assert_eq!(desk.view(1).creator, Some(MemberId(2)), "goes on: {goes_on}");
    }
}

#[test]
fn who_claims_later_epochs_without_end_is_out_itself() {
    let mut desk = restarted(&[1, 3]);
    desk.back(1, 1, &before_the_restart(4));
    desk.passes(SETTLE_WITHIN);
    desk.back(3, 1, &before_the_restart(5));
    assert_eq!((desk.members(1), desk.view(3).epoch), (vec![1], 4));
}

#[test]
fn a_guest_who_is_first_after_a_restart_waits_for_the_team_and_is_in_with_it() {
    let mut desk = restarted(&[1, 7]);
    desk.back(7, 1, &before_the_restart(4));
    desk.passes(SETTLE_WITHIN);
    let view = desk.view(7);
    assert_eq!((view.generation, view.attempt, view.others.len()), (0, 0, 2), "it is neither in nor left out");
    desk.back(1, 1, &before_the_restart(4));
    assert_eq!((desk.members(7), desk.view(7).attempt), (vec![1, 7], 1));
}

#[test]
fn a_guest_s_false_group_is_nobody_s_whether_it_comes_before_the_team_s_or_after() {
    let lies = [
        At { tag: "false".to_owned(), ..before_the_restart(4) },
        before_the_restart(5),
        At { generation: START as u64, ..before_the_restart(4) },
    ];
    for lie in lies {
        for is_first in [true, false] {
            let mut desk = restarted(&[1, 2, 7]);
            if is_first {
                desk.back(7, 1, &lie);
            }
            desk.back(1, 1, &before_the_restart(4));
            if !is_first {
                desk.back(7, 1, &lie);
            }
            desk.back(2, 1, &before_the_restart(4));
            assert_eq!((desk.members(2), desk.generation()), (vec![1, 2], START as u64 - 10), "{lie:?}");
            assert_eq!(desk.view(7).attempt, 1, "who lied sees that it is out");
        }
    }
}

#[test]
fn a_guest_who_waits_for_the_team_is_out_when_it_makes_another_group() {
    let mut desk = restarted(&[1, 7]);
    desk.back(7, 1, &before_the_restart(4));
    desk.here(1, 1);
    let view = desk.view(7);
    assert_eq!((view.attempt, view.creator, view.others.len()), (1, Some(MemberId(1)), 1));
}

#[test]
fn what_a_guest_said_early_is_void_after_a_later_word_and_on_another_socket() {
    let mut desk = restarted(&[1, 7, 8]);
    for guest in [7, 8] {
        desk.back(guest, 1, &before_the_restart(4));
    }
    desk.here(7, 2);
    desk.guest(8);
    desk.back(1, 1, &before_the_restart(4));
    assert_eq!((desk.members(1), desk.view(7).attempt, desk.view(8).attempt), (vec![1], 2, 0));
}

#[test]
fn nobody_brings_back_a_group_of_the_future_or_one_that_would_have_no_next_epoch() {
    let newest = u64::try_from(START + CLOCKS_APART).unwrap();
    for (generation, epoch) in [(newest + 1, 1), (u64::MAX, 1), (newest, LAST_EPOCH + 1), (newest, u64::MAX)] {
        let mut desk = restarted(&[1]);
        desk.back(1, 1, &At { generation, epoch, tag: tag(epoch) });
        assert_eq!((desk.generation(), desk.members(1)), (0, vec![]), "{generation} {epoch}");
    }
    let mut desk = restarted(&[1]);
    desk.back(1, 1, &At { generation: newest, ..before_the_restart(LAST_EPOCH) });
    for epoch in LAST_EPOCH..LAST_EPOCH + 3 {
        desk.commit(1, epoch, &[]);
        desk.done(1, epoch + 1);
    }
    assert_eq!((desk.view(1).epoch, desk.members(1)), (LAST_EPOCH + 3, vec![1]), "it goes on all the same");
}

#[test]
fn after_the_last_of_all_epochs_there_is_none() {
    let mut desk = Desk::group_of(&[1]);
    desk.delivery.group.epoch = u64::MAX;
    desk.commit(1, u64::MAX, &[]);
    assert_eq!((desk.commits(1), desk.delivery.group.epoch), (vec![], u64::MAX));
}

#[test]
fn who_counts_anew_on_its_socket_is_told_how_far_it_had_counted() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.back(2, 5, &desk.at(1));
    desk.said.clear();
    desk.here(2, 1);
    assert_eq!((desk.viewers(), desk.view(2).attempt, desk.members(2)), (vec![2], 5, vec![1, 2]));
    desk.back(2, 5, &desk.at(1));
    assert_eq!((desk.viewers(), desk.commits(2)), (vec![2, 2], vec![]));
    desk.here(2, 6);
    assert_eq!((desk.members(1), desk.view(2).attempt), (vec![1], 6));
}

#[test]
fn a_tag_of_an_epoch_of_which_nothing_is_known_is_not_kept() {
    let mut desk = restarted(&[1]);
    desk.back(1, 1, &before_the_restart(LAST_EPOCH));
    for epoch in 0..1_000 {
        desk.done(1, epoch);
    }
    for epoch in LAST_EPOCH - 2 * LOG_KEPT as u64..LAST_EPOCH {
        desk.done(1, epoch);
    }
    assert_eq!(desk.delivery.group.tags_kept(), LOG_KEPT + 1);
}

#[test]
fn a_view_goes_to_whom_it_says_something_new() {
    let mut desk = Desk::group_of(&[1, 2]);
    desk.done(1, 1);
    desk.tell(Delivery::tick);
    desk.tell(|delivery, now| delivery.fault(MemberId(2), 1, "gone".into(), None, None, now));
    assert_eq!(desk.viewers(), [0; 0], "nothing has changed");
    desk.back(2, 2, &desk.at(1));
    assert_eq!(desk.viewers(), [2], "its own attempt was dealt with");
    desk.said.clear();
    desk.connect(2);
    assert_eq!(desk.viewers(), [2], "a new socket knows nothing");
    let version = desk.view(2).version;
    desk.said.clear();
    desk.connect(3);
    assert_eq!(desk.viewers(), [1, 2, 3]);
    assert!(desk.view(2).version > version, "whoever reads takes the highest");
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
