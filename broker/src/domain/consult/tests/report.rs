//! The report, its versions, the end, and what comes after.

use super::*;
use crate::domain::consult::CLOSES_AFTER_SECONDS;
use schemas::{
    StudyId,
    consult::AlarmKind,
    problem::ProblemCode,
    report::{
        Answered, ChangedCourse, CloseOut, KeyImage, Mark, MarkShape, NIHSS_MAXIMA, Nihss, Outcome, OutcomeCourse,
        Quality, TransferOutcome,
    },
};

const STUDY: StudyId = StudyId(Uuid::from_u128(5));

fn acknowledge() -> Command {
    Command::Acknowledge { person: REQUESTER }
}

fn taken_over() -> Command {
    Command::ReportTakenOver { person: REQUESTER }
}

fn complete() -> Command {
    Command::CompleteFields { person: REQUESTER, fields: whole_case() }
}

fn feed_back(note: &str) -> Command {
    let (course, note, at) = (OutcomeCourse::Improved, note.into(), UnixMillis(1));
    let outcome = Outcome { course, diagnosis_confirmed: Some(true), note, at };
    Command::FeedBack { person: REQUESTER, outcome }
}

fn answers() -> CloseOut {
    CloseOut {
        question_answered: Answered::Yes,
        changed_course: ChangedCourse::NewCourse,
        transfer: TransferOutcome::Avoided,
        quality: Quality::Good,
        note: PrivateText::default(),
    }
}

fn key_image() -> KeyImage {
    KeyImage {
        study_id: STUDY,
        series_instance_uid: "1.2.840.1".into(),
        sop_instance_uid: "1.2.840.1.7".into(),
        frame: 1,
        window_center: Some(40.0),
        window_width: Some(80.0),
        caption: "Mediaverschluss".into(),
        marks: vec![Mark { shape: MarkShape::Arrow, points: vec![[1.0, 2.0], [3.5, 4.0]], label: "M1".into() }],
    }
}

fn stroke() -> Answer {
    Answer {
        template: ReportTemplate::Stroke,
        nihss: Some(Nihss { items: NIHSS_MAXIMA.iter().map(|most| Some(*most)).collect() }),
        key_images: vec![key_image()],
        ..answer()
    }
}

#[test]
fn amendments_are_further_versions_with_a_reason() {
    let mut world = World::reported();
    assert_eq!(world.run(&sign()), Ok(vec![]), "the same signature again");
    world.run(&amend(1, "doch rechts")).unwrap();
    assert_eq!(world.run(&amend(1, "doch rechts")), Ok(vec![]));
    assert_eq!(world.run(&sign()), Ok(vec![]), "and the repeat of an old one changes nothing");
    assert_eq!(world.run(&amend(1, "anders")), Err(Refusal::VersionConflict { current: 2 }));
    assert_eq!(world.run(&amend(7, "anders")), Err(Refusal::VersionConflict { current: 2 }));
    let versions: Vec<_> =
        world.get().versions.iter().map(|signed| (signed.version, signed.reason.0.clone())).collect();
    assert_eq!(versions, [(1, String::new()), (2, "Nachbefundung".to_owned())]);
    assert_eq!(world.get().answer().unwrap().answer.findings, "doch rechts".into());
    let unreasoned = Command::SignReport { person: person(1), answer: stroke(), after_version: 2, reason: " ".into() };
    assert!(world.run(&unreasoned).is_err());
    let other = Command::SignReport { person: person(2), answer: answer(), after_version: 2, reason: "x".into() };
    assert_eq!(world.run(&other), Err(Refusal::NotSpecialist));
    assert_eq!(Refusal::VersionConflict { current: 2 }.code(), ProblemCode::Conflict);
}

#[test]
fn a_first_version_follows_none() {
    let mut world = World::accepted();
    assert_eq!(world.run(&amend(1, "x")), Err(Refusal::VersionConflict { current: 0 }));
    let mut ringing = World::ringing(plan(1, &[&[1]]));
    assert_eq!(ringing.run(&sign()), Err(Refusal::NotSpecialist));
}

#[test]
fn a_new_version_is_acknowledged_and_taken_over_anew() {
    let mut world = World::reported();
    world.do_all(&[acknowledge(), taken_over()]);
    assert_eq!(world.run(&taken_over()), Ok(vec![]));
    world.now = world.now.plus_seconds(3600);
    world.run(&amend(1, "neu")).unwrap();
    assert_eq!((world.state(), world.get().report_taken_over_at), (ConsultState::Reported, None));
    assert_eq!(world.get().state_since, world.now);
    world.do_all(&[acknowledge(), taken_over(), close()]);
    world.now = world.now.plus_seconds(3600);
    world.run(&amend(2, "noch neuer")).unwrap();
    assert_eq!(
        (world.state(), world.get().state_since),
        (ConsultState::Reported, world.now),
        "nor does the end hide it"
    );
    assert_eq!((world.get().ended_at, world.get().report_taken_over_at), (None, None));
    world.tick(None);
    assert_eq!(world.get().alarm, Some(AlarmKind::NotAcknowledged), "and nobody forgets it");
    world.do_all(&[acknowledge(), taken_over()]);
    assert_eq!(world.get().alarm, None);
}

#[test]
fn the_second_close_keeps_what_was_answered_at_the_first() {
    let mut world = World::reported();
    let close = Command::Close { person: REQUESTER, close_out: Some(answers()), missing_because: "unbekannt".into() };
    world.do_all(&[acknowledge(), close]);
    world.do_all(&[amend(1, "neu"), acknowledge()]);
    world.tick(None);
    let consult = world.get();
    assert_eq!((consult.state, consult.ended_at), (ConsultState::Closed, Some(world.now)), "by itself");
    assert_eq!((&consult.close_out, &consult.missing_because), (&Some(answers()), &"unbekannt".into()));

    world.do_all(&[amend(2, "noch neuer"), acknowledge()]);
    let blank = Command::Close { person: REQUESTER, close_out: None, missing_because: PrivateText::default() };
    world.run(&blank).unwrap();
    assert_eq!((world.state(), &world.get().close_out), (ConsultState::Closed, &Some(answers())));
}

#[test]
fn reports_are_refused_by_the_name_of_what_is_wrong() {
    let mut world = World::accepted();
    world.run(&Command::AttachStudy { person: None, study_id: STUDY }).unwrap();
    let image = |change: fn(&mut KeyImage)| {
        let mut answer = stroke();
        change(&mut answer.key_images[0]);
        answer
    };
    let bad: Vec<(&str, Answer)> = vec![
        ("recommendation", Answer { recommendation: "".into(), ..stroke() }),
        ("assessment", Answer { findings: "".into(), assessment: " ".into(), ..stroke() }),
        ("findings", Answer { findings: "x".repeat(20_001).into(), ..stroke() }),
        ("nihss", Answer { template: ReportTemplate::General, ..stroke() }),
        ("nihss.items", Answer { nihss: Some(Nihss { items: vec![Some(0); 14] }), ..stroke() }),
        ("nihss.items", Answer { nihss: Some(Nihss { items: vec![Some(4); 15] }), ..stroke() }),
        ("key_images", Answer { key_images: vec![key_image(); 13], ..stroke() }),
        ("key_images.study_id", image(|image| image.study_id = StudyId(Uuid::nil()))),
        ("key_images.series_instance_uid", image(|image| image.series_instance_uid = "1..2".into())),
        ("key_images.sop_instance_uid", image(|image| image.sop_instance_uid = "1.a".into())),
        ("key_images.sop_instance_uid", image(|image| image.sop_instance_uid = "1".repeat(65))),
        ("key_images.frame", image(|image| image.frame = 0)),
        ("key_images.window_width", image(|image| image.window_width = None)),
        ("key_images.window_width", image(|image| image.window_center = Some(f64::NAN))),
        ("key_images.window_width", image(|image| image.window_width = Some(-1.0))),
        ("key_images.caption", image(|image| image.caption = "a\nb".into())),
        ("key_images.marks", image(|image| image.marks = vec![image.marks[0].clone(); 51])),
        ("key_images.marks.points", image(|image| image.marks[0].points.push([0.0, 0.0]))),
        ("key_images.marks.points", image(|image| image.marks[0].points[0][1] = f64::INFINITY)),
        (
            "key_images.marks.points",
            image(|image| {
                image.marks[0] =
                    Mark { shape: MarkShape::Line, points: vec![[0.0, 0.0]; 201], label: PrivateText::default() };
            }),
        ),
    ];
    for (name, answer) in bad {
        let command =
            Command::SignReport { person: person(1), answer, after_version: 0, reason: PrivateText::default() };
        match world.run(&command) {
            Err(Refusal::InvalidField { field, .. }) => assert_eq!(field, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    let whole =
        Command::SignReport { person: person(1), answer: stroke(), after_version: 0, reason: PrivateText::default() };
    world.run(&whole).unwrap();
    assert_eq!(world.run(&whole), Ok(vec![]));
}

#[test]
fn an_nihss_may_have_items_that_were_not_examined() {
    let mut world = World::accepted();
    let nihss = Some(Nihss { items: vec![None; 15] });
    let answer = Answer { nihss, key_images: vec![], ..stroke() };
    let command = Command::SignReport { person: person(1), answer, after_version: 0, reason: PrivateText::default() };
    assert!(world.run(&command).is_ok());
}

#[test]
fn a_human_closes_over_missing_fields_only_with_a_reason() {
    let mut world = World::reported();
    let unexplained = Command::Close { person: REQUESTER, close_out: None, missing_because: " ".into() };
    assert!(matches!(world.run(&unexplained), Err(Refusal::InvalidField { field: "missing_because", .. })));
    let mut complete_world = World::reported();
    complete_world.run(&complete()).unwrap();
    let close_out = Some(answers());
    complete_world
        .run(&Command::Close { person: REQUESTER, close_out, missing_because: PrivateText::default() })
        .unwrap();
    assert_eq!(complete_world.get().close_out, Some(answers()));
    world.run(&close()).unwrap();
    assert_eq!(world.run(&close()), Ok(vec![]));
}

#[test]
fn over_missing_fields_it_does_not_close_itself_and_closes_once_they_are_there() {
    let mut world = World::reported();
    world.run(&acknowledge()).unwrap();
    world.tick(None);
    assert_eq!(world.now, START.plus_seconds(CLOSES_AFTER_SECONDS));
    assert_eq!((world.state(), world.get().alarm), (ConsultState::Acknowledged, Some(AlarmKind::FieldsMissing)));
    assert_eq!(next_deadline(world.get()), None, "the alarm stands");
    world.run(&complete()).unwrap();
    assert_eq!(world.get().alarm, None);
    world.tick(None);
    assert_eq!(world.state(), ConsultState::Closed);
}

#[test]
fn how_it_went_on_is_told_after_the_acknowledgement_and_after_the_close() {
    let mut world = World::reported();
    assert!(world.run(&feed_back("früh")).is_err());
    world.do_all(&[acknowledge(), feed_back("stabil")]);
    assert_eq!(world.run(&feed_back("stabil")), Ok(vec![]));
    world.now = world.now.plus_seconds(60);
    world.do_all(&[close(), feed_back("Reha")]);
    let told: Vec<_> = world.get().outcomes.iter().map(|outcome| outcome.at).collect();
    assert_eq!(told, [START, world.now], "the server says when");
}

#[test]
fn nothing_is_taken_over_before_it_is_signed() {
    assert!(World::accepted().run(&taken_over()).is_err());
    let mut cancelled = World::accepted();
    cancelled.run(&Command::Cancel { person: REQUESTER, reason: PrivateText::default() }).unwrap();
    assert!(cancelled.run(&taken_over()).is_err() && cancelled.run(&feed_back("x")).is_err());
}
