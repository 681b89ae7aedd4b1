use super::*;
use crate::domain::consult::{
    ACKNOWLEDGE_WITHIN_SECONDS, ANSWER_WITHIN_SECONDS, CLOSES_AFTER_SECONDS, EMPTY_ROOM_SECONDS, SESSION_CAP_SECONDS,
    START_WITHIN_SECONDS,
};
use schemas::{StudyId, consult::AlarmKind, problem::ProblemCode};

fn cancel(reason: &str) -> Command {
    Command::Cancel { person: REQUESTER, reason: reason.into() }
}

#[test]
fn a_consult_goes_from_request_to_closed() {
    let mut world = World::reported();
    world.run(&Command::Acknowledge { person: REQUESTER }).unwrap();
    assert_eq!(world.state(), ConsultState::Acknowledged);
    world.run(&close()).unwrap();
    assert_eq!((world.state(), next_deadline(world.get())), (ConsultState::Closed, None));
}

#[test]
fn nobody_joins_before_the_accept() {
    let mut world = World::ringing(plan(1, &[&[1]]));
    assert_eq!(world.run(&joined(REQUESTER)), Err(Refusal::WrongState { state: ConsultState::Ringing }));
}

#[test]
fn a_specialist_who_does_not_come_within_15_minutes_alarms_once() {
    let mut world = World::accepted();
    world.run(&joined(REQUESTER)).unwrap();
    assert_eq!(world.state(), ConsultState::InSession);
    world.tick(None);
    assert_eq!((world.now, world.get().alarm), (START.plus_seconds(START_WITHIN_SECONDS), Some(AlarmKind::NotStarted)));
    world.now = world.now.plus_seconds(3600);
    assert_eq!(world.run(&Command::Tick { rematch: None }), Ok(vec![]));
    world.run(&joined(person(1))).unwrap();
    assert_eq!(world.get().alarm, None);
}

#[test]
fn an_accepted_consult_that_nobody_enters_waits_for_a_human_after_its_alarm() {
    let mut world = World::accepted();
    world.tick(None);
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Accepted, Some(AlarmKind::NotStarted)));
    assert_eq!(next_deadline(world.get()), None);
}

#[test]
fn leaving_and_coming_back_does_not_end_the_session() {
    let mut world = World::in_session();
    world.run(&left(REQUESTER)).unwrap();
    world.run(&left(person(1))).unwrap();
    world.run(&joined(person(1))).unwrap();
    assert_eq!((world.state(), world.get().room_empty_since), (ConsultState::InSession, None));
    assert_eq!(world.run(&joined(person(1))), Ok(vec![]), "a reload joins again");
    assert_eq!(world.run(&left(REQUESTER)), Ok(vec![]), "a second leave is no event");
}

#[test]
fn a_room_that_stays_empty_ends_the_session() {
    let mut world = World::in_session();
    world.now = START.plus_seconds(600);
    world.run(&left(REQUESTER)).unwrap();
    world.run(&left(person(1))).unwrap();
    world.tick(None);
    assert_eq!(world.now, START.plus_seconds(600 + EMPTY_ROOM_SECONDS));
    assert_eq!(world.state(), ConsultState::Reporting);
}

#[test]
fn a_session_of_four_hours_alarms_once_and_goes_on() {
    let mut world = World::in_session();
    world.tick(None);
    assert_eq!(world.now, START.plus_seconds(SESSION_CAP_SECONDS));
    assert_eq!((world.state(), world.get().alarm), (ConsultState::InSession, Some(AlarmKind::AnswerLate)));
    assert_eq!(next_deadline(world.get()), None);
    world.run(&sign()).unwrap();
    assert_eq!(world.get().alarm, None);
}

#[test]
fn a_late_answer_alarms_once_and_the_answer_clears_it() {
    let mut world = World::in_session();
    world.run(&Command::EndSession { person: person(1) }).unwrap();
    world.tick(None);
    assert_eq!(world.now, START.plus_seconds(ANSWER_WITHIN_SECONDS));
    assert_eq!((world.get().alarm, next_deadline(world.get())), (Some(AlarmKind::AnswerLate), None));
    world.run(&sign()).unwrap();
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Reported, None));
}

#[test]
fn an_answer_that_nobody_reads_alarms_once() {
    let mut world = World::reported();
    world.tick(None);
    assert_eq!(world.now, START.plus_seconds(ACKNOWLEDGE_WITHIN_SECONDS));
    assert_eq!((world.get().alarm, next_deadline(world.get())), (Some(AlarmKind::NotAcknowledged), None));
}

#[test]
fn an_acknowledged_consult_closes_itself_a_day_later() {
    let mut world = World::reported();
    world.run(&Command::CompleteFields { person: REQUESTER, fields: whole_case() }).unwrap();
    world.run(&Command::Acknowledge { person: REQUESTER }).unwrap();
    world.tick(None);
    assert_eq!((world.now, world.state()), (START.plus_seconds(CLOSES_AFTER_SECONDS), ConsultState::Closed));
    assert_eq!(world.log.last().unwrap().actor, None, "the machine did it");
}

#[test]
fn only_the_specialist_ends_and_answers() {
    let mut world = World::in_session();
    let other =
        Command::SignReport { person: person(2), answer: answer(), after_version: 0, reason: PrivateText::default() };
    assert_eq!(world.run(&other), Err(Refusal::NotSpecialist));
    assert_eq!(world.run(&Command::EndSession { person: REQUESTER }), Err(Refusal::NotSpecialist));
}

#[test]
fn an_answer_in_writing_needs_no_session_but_a_recommendation() {
    let mut world = World::accepted();
    let mut blank = answer();
    blank.recommendation = " ".into();
    let command =
        Command::SignReport { person: person(1), answer: blank, after_version: 0, reason: PrivateText::default() };
    assert_eq!(world.run(&command).unwrap_err().code(), ProblemCode::InvalidField);
    world.run(&sign()).unwrap();
    assert_eq!(world.state(), ConsultState::Reported);
    assert_eq!(world.run(&sign()), Ok(vec![]), "the same answer again is no error");
}

#[test]
fn whoever_is_inside_comes_back_after_the_answer_and_nobody_else_comes_in() {
    let mut world = World::reported();
    assert_eq!(world.run(&joined(REQUESTER)), Ok(vec![]));
    assert!(world.run(&joined(person(50))).is_err());
    world.run(&left(REQUESTER)).unwrap();
    assert_eq!(world.run(&joined(REQUESTER)), Err(Refusal::WrongState { state: ConsultState::Reported }));
}

#[test]
fn a_cancel_withdraws_every_ring_and_a_late_one_needs_a_reason() {
    let mut world = World::ringing(plan(1, &[&[1, 2]]));
    world.run(&cancel("")).unwrap();
    assert_eq!((world.state(), world.rung()), (ConsultState::Cancelled, vec![]));
    assert_eq!(world.run(&cancel("")), Ok(vec![]));
    assert_eq!(world.run(&accept(1)), Err(Refusal::WrongState { state: ConsultState::Cancelled }));

    let mut world = World::in_session();
    assert_eq!(world.run(&cancel("  ")).unwrap_err().code(), ProblemCode::InvalidField);
    world.run(&cancel("Patient verlegt")).unwrap();
    assert_eq!(world.state(), ConsultState::Cancelled);

    assert!(World::reported().run(&cancel("zu spät")).is_err(), "an answer that was given stays");
}

#[test]
fn a_study_is_attached_once_while_the_consult_is_open() {
    let attach = Command::AttachStudy { person: Some(REQUESTER), study_id: StudyId(Uuid::from_u128(5)) };
    let mut world = World::ringing(plan(1, &[&[1]]));
    assert_eq!(world.run(&attach).unwrap().len(), 1);
    assert_eq!(world.run(&attach), Ok(vec![]));
    let mut closed = World::reported();
    closed.run(&close()).unwrap();
    assert_eq!(closed.run(&attach), Err(Refusal::WrongState { state: ConsultState::Closed }));
}

#[test]
fn nothing_is_possible_before_the_request() {
    for command in [sign(), joined(REQUESTER), Command::Tick { rematch: None }] {
        assert_eq!(World::empty().run(&command), Err(Refusal::NotFound));
    }
}
