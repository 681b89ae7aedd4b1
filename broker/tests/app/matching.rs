//! Whom the matching names and why: licences, rest, weights, what-if, replay.

use crate::stage::{NIGHT, Stage};
use schemas::{
    PersonId, ServiceId,
    admin::{AdminPerson, Licence, QualifiedUntil},
    consult::{Action, Urgency},
    directory::{DutyLevel, Specialty},
    matching::{Candidate, MatchExplanation, PutWeights, ReplayOutcome, Rule, RuleFact, Weights, WhatIf},
    rota::ConflictKind,
};
use telekonsil::{
    app::{
        Actor, Error,
        ports::{DirectoryWrite, RotaRow},
    },
    domain::rota::{FixedShift, Rota, Temporary, Zone},
};

const HOUR: i64 = 3600;

/// Nobody is ill, an emergency.
const NOW: WhatIf =
    WhatIf { hospital_id: None, urgency: Urgency::Emergency, without: vec![], language: None, consult_id: None };

async fn administrator(stage: &Stage) -> Actor {
    stage.signed_in_as("weiler@auenstadt.example").await
}

async fn person(stage: &Stage, id: PersonId) -> AdminPerson {
    let admin = administrator(stage).await;
    let people = stage.app.admin_directory(&admin).await.unwrap().people;
    people.into_iter().find(|person| person.id == id).unwrap()
}

async fn last(stage: &Stage, id: schemas::ConsultId) -> MatchExplanation {
    stage.app.match_explanations(&stage.coordinator, id).await.unwrap().pop().unwrap()
}

fn of(explanation: &MatchExplanation, person: PersonId) -> &Candidate {
    explanation.candidates.iter().find(|one| one.person.id == person).unwrap()
}

/// The first filter that ruled that person out.
fn failed(explanation: &MatchExplanation, person: PersonId) -> Option<(Rule, RuleFact)> {
    let rules = &of(explanation, person).rules;
    rules.iter().find(|rule| !rule.passed).map(|rule| (rule.rule, rule.fact.clone()))
}

/// First duty from midnight to six and from eight to twenty, second duty all day; nobody else.
async fn two_duties_with_a_pause(stage: &Stage, service: ServiceId) {
    let zone: Zone = "Europe/Berlin".parse().unwrap();
    let day = zone.wall(NIGHT).date();
    let tomorrow = day.tomorrow().unwrap().at(0, 0, 0, 0);
    let shift =
        |person, from: i8, until: i8| FixedShift { person, from: day.at(from, 0, 0, 0), until: day.at(until, 0, 0, 0) };
    let first = stage.first.person_id;
    let temporary = |level, shifts| Temporary { level, from: day.at(0, 0, 0, 0), until: tomorrow, shifts };
    let second = FixedShift { person: stage.second.person_id, from: day.at(0, 0, 0, 0), until: tomorrow };
    let rota = Rota {
        temporaries: vec![
            temporary(DutyLevel::Primary, vec![shift(first, 0, 6), shift(first, 8, 20)]),
            temporary(DutyLevel::Secondary, vec![second]),
        ],
        ..Rota { zone, land: None, layers: vec![], temporaries: vec![], overrides: vec![] }
    };
    let row = RotaRow { service_id: service.0, body: serde_json::to_string(&rota).unwrap(), ..RotaRow::default() };
    stage.repo.write_directory(&DirectoryWrite { rotas: vec![row], ..DirectoryWrite::default() }).await.unwrap();
}

on_both! {
    async fn whoever_was_called_out_rests_before_the_next_duty_but_not_within_the_same(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        two_duties_with_a_pause(&stage, service).await;
        let id = stage.accepted().await;
        stage.turn(600);
        stage.app.joined(id, stage.first.person_id).await.unwrap();
        stage.turn(1800);
        stage.app.left(id, stage.first.person_id).await.unwrap();
        let ended = stage.now();
        // 02:47 in Berlin; at 05:00 the night's duty still runs.
        stage.turn(2 * HOUR);
        let again = stage.emergency().await;
        assert_eq!(stage.detail(again).await.summary.ringing[0].id, stage.first.person_id);
        assert_eq!(failed(&last(&stage, again).await, stage.first.person_id), None);
        // At nine the next duty has begun.
        stage.turn(4 * HOUR);
        let morning = stage.emergency().await;
        assert_eq!(stage.detail(morning).await.summary.ringing[0].id, stage.second.person_id);
        let explained = last(&stage, morning).await;
        let rest = RuleFact::RestUntil { until: ended.plus_seconds(11 * HOUR) };
        assert_eq!(failed(&explained, stage.first.person_id), Some((Rule::Rested, rest.clone())));
        assert!(!explained.rest_set_aside);
        // Were the second one ill, somebody tired is better than nobody.
        let wish = WhatIf { without: vec![stage.second.person_id], ..NOW };
        let answer = stage.app.what_if(&stage.coordinator, service, wish).await.unwrap();
        assert!(answer.explanation.rest_set_aside);
        assert_eq!(answer.steps[0].people[0].id, stage.first.person_id);
        let rested = of(&answer.explanation, stage.first.person_id).rules.iter().find(|rule| rule.rule == Rule::Rested);
        assert_eq!(rested.map(|rule| (rule.passed, rule.fact.clone())), Some((true, rest)));
        // And after eleven hours it is over.
        stage.turn(5 * HOUR);
        let noon = stage.emergency().await;
        assert_eq!(failed(&last(&stage, noon).await, stage.first.person_id), None);
    }

    async fn what_if_says_who_would_be_rung_and_writes_nothing(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        let before = stage.repo.last_position().await.unwrap();
        let ask = async |wish| stage.app.what_if(&stage.coordinator, service, wish).await.unwrap();
        let now = ask(NOW).await;
        assert_eq!(now.steps[0].people[0].id, stage.first.person_id);
        assert_eq!(now.hospitals.len(), 3, "houses that have a contract");
        let ill = ask(WhatIf { without: vec![stage.first.person_id], ..NOW }).await;
        assert_eq!(failed(&ill.explanation, stage.first.person_id), Some((Rule::OnDuty, RuleFact::Plain)));
        assert_eq!(ill.steps[0].people[0].id, stage.second.person_id);
        // Rabenbrunn asks: its own specialist answers for others only.
        let house = now.hospitals.iter().find(|house| house.city == "Rabenbrunn").unwrap().id;
        let other = ask(WhatIf { hospital_id: Some(house), ..NOW }).await;
        assert_eq!(failed(&other.explanation, stage.second.person_id), Some((Rule::Contract, RuleFact::Plain)));
        let english = ask(WhatIf { language: Some("pl".into()), ..NOW }).await;
        let points = |person, rule| of(&english.explanation, person).rules.iter().find(|of| of.rule == rule).unwrap().points;
        let language = [stage.first.person_id, stage.second.person_id].map(|person| points(person, Rule::Language));
        assert_eq!(language, [0, 50]);
        assert_eq!(stage.repo.last_position().await.unwrap(), before, "nothing was written");
        let as_referrer = stage.app.what_if(&stage.referrer, service, NOW).await;
        assert!(matches!(as_referrer, Err(Error::Forbidden)));
        let elsewhere = stage.service(Specialty::Cardiology).await;
        let wish = WhatIf { consult_id: Some(stage.emergency().await), ..NOW };
        assert!(matches!(stage.app.what_if(&stage.coordinator, elsewhere, wish).await, Err(Error::InvalidField(_))));
    }

    async fn every_decision_of_a_night_replays_from_the_log(fixture) {
        let stage = Stage::new(&fixture).await;
        let mut request = stage.request().await;
        request.fields.language = Some("en".into());
        let id = request.id;
        stage.app.create(&stage.referrer, "s", request).await.unwrap();
        let language = |explained: &MatchExplanation| {
            of(explained, stage.first.person_id).rules.iter().find(|rule| rule.rule == Rule::Language).unwrap().points
        };
        assert_eq!(language(&last(&stage, id).await), 50, "the patient speaks English");
        for _ in 0..7 {
            stage.pass(20).await;
        }
        stage.pass(120).await;
        let replayed = stage.app.replay_matches(&stage.coordinator, id).await.unwrap();
        assert!(replayed.len() >= 3);
        assert!(replayed.iter().all(|decision| decision.outcome == ReplayOutcome::Equal), "{replayed:?}");
        // Somebody has changed a stored decision behind the program's back.
        fixture
            .tamper("UPDATE consult_events SET body = REPLACE(body, '\"score\":1050', '\"score\":1049') WHERE kind = 'matched'")
            .await;
        let replayed = stage.app.replay_matches(&stage.coordinator, id).await.unwrap();
        match &replayed[0].outcome {
            ReplayOutcome::Differs { at, recorded, computed } => {
                assert_eq!((at.as_str(), recorded.as_str(), computed.as_str()), ("candidates[0].score", "1049", "1050"));
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(stage.app.replay_matches(&stage.referrer, id).await, Err(Error::Forbidden)));
    }

    async fn weights_are_versions_with_author_and_reason_and_are_tried_before(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        stage.accepted().await;
        let second_first = stage.emergency().await;
        let decided = last(&stage, second_first).await;
        assert_eq!((decided.weights_version, of(&decided, stage.first.person_id).score), (0, 898), "one open, one call-out");
        let app = &stage.app;
        let kept = app.weights(&stage.coordinator, service).await.unwrap();
        assert_eq!((kept.version, kept.weights, kept.history.len()), (0, Weights::default(), 0));
        let flat = Weights { primary: 0, backup: 0, ..Weights::default() };
        let preview = app.preview_weights(&stage.coordinator, service, &flat).await.unwrap();
        let changed: Vec<bool> = preview.decisions.iter().map(|decision| decision.is_changed).collect();
        assert!(changed[0], "the newest first: whoever has nothing to do would come first");
        assert_eq!(preview.decisions.len(), 2);
        assert_eq!(preview.decisions[0].would_be.as_ref().unwrap().id, stage.second.person_id);
        assert_eq!(preview.decisions[0].was.as_ref().unwrap().id, stage.first.person_id);
        let put = |version, weights, note: &str| PutWeights { version, weights, note: note.into() };
        app.put_weights(&stage.coordinator, service, put(0, flat, "Last zählt mehr")).await.unwrap();
        let late = app.put_weights(&stage.coordinator, service, put(0, flat, "auch")).await;
        assert!(matches!(late, Err(Error::Conflict(_))));
        for (bad, field) in [(Weights { call_out: 1, ..flat }, "weights.call_out"), (flat, "note")] {
            let note = if field == "note" { " " } else { "x" };
            match app.put_weights(&stage.coordinator, service, put(1, bad, note)).await {
                Err(Error::InvalidField(why)) => assert!(why.starts_with(field), "{why}"),
                other => panic!("{other:?}"),
            }
        }
        let now = stage.emergency().await;
        assert_eq!(stage.detail(now).await.summary.ringing[0].id, stage.first.person_id, "the ladder goes by duty");
        let decided = last(&stage, now).await;
        assert_eq!((decided.weights_version, decided.candidates[0].person.id), (1, stage.second.person_id));
        let kept = app.weights(&stage.coordinator, service).await.unwrap();
        assert_eq!((kept.version, kept.weights), (1, flat));
        assert_eq!((kept.history[0].author.id, kept.history[0].note.as_str()), (stage.coordinator.person_id, "Last zählt mehr"));
        assert!(matches!(app.weights(&stage.first, service).await, Err(Error::Forbidden)));
        let replayed = app.replay_matches(&stage.coordinator, now).await.unwrap();
        assert_eq!(replayed[0].outcome, ReplayOutcome::Equal);
    }

    async fn a_licence_that_ended_is_no_licence_and_the_rota_says_so_before(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, admin) = (&stage.app, administrator(&stage).await);
        let service = stage.service(Specialty::StrokeNeurology).await;
        let falk = person(&stage, stage.first.person_id).await;
        let with = |until: Option<&str>, group: Option<&str>| {
            let licence = Licence { group: group.map(Into::into), until: until.map(Into::into), ..Licence::default() };
            let mut person = falk.clone();
            person.rules.licences = vec![licence];
            person.rules.part_time = 60;
            person
        };
        let rung = async || app.what_if(&stage.coordinator, service, NOW).await.unwrap();
        app.put_person(&admin, with(Some("2026-11-24"), None)).await.unwrap();
        let today = rung().await;
        assert_eq!(today.steps[0].people[0].id, stage.first.person_id, "the last day counts");
        app.put_person(&admin, with(Some("2026-11-23"), None)).await.unwrap();
        let ended = rung().await;
        let (rule, fact) = failed(&ended.explanation, stage.first.person_id).unwrap();
        assert_eq!(rule, Rule::Licensed);
        assert!(matches!(fact, RuleFact::ValidUntil { until } if until < stage.now()), "{fact:?}");
        assert_eq!(ended.steps[0].people[0].id, stage.second.person_id);
        let span = (stage.now(), stage.now().plus_seconds(24 * HOUR));
        let conflicts = app.rota(&stage.coordinator, service, span.0, span.1).await.unwrap().conflicts;
        let of_falk = conflicts.iter().find(|of| of.person.as_ref().is_some_and(|p| p.id == stage.first.person_id));
        assert_eq!(of_falk.map(|of| of.kind), Some(ConflictKind::LicenceEnded));
        // For another Leistungsgruppe than the service's.
        app.put_person(&admin, with(None, Some("53"))).await.unwrap();
        assert_eq!(failed(&rung().await.explanation, stage.first.person_id).unwrap().0, Rule::Licensed);
        let directory = app.admin_directory(&admin).await.unwrap();
        let mut stroke = directory.services.iter().find(|of| of.id == service).unwrap().clone();
        stroke.rules.group = Some(schemas::admin::CareGroup { code: "53".into(), name: "Allgemeine Neurologie".into() });
        app.put_service(&admin, stroke.clone()).await.unwrap();
        assert_eq!(failed(&rung().await.explanation, stage.first.person_id), None);
        // The service asks everybody for a licence: whoever has none is out.
        stroke.rules.needs_licence = true;
        app.put_service(&admin, stroke).await.unwrap();
        let needed = rung().await.explanation;
        assert_eq!(failed(&needed, stage.first.person_id), None);
        assert_eq!(failed(&needed, stage.second.person_id).unwrap().0, Rule::Licensed);
        // The qualification itself can end too.
        let mut person = with(None, None);
        person.rules.qualified_until =
            vec![QualifiedUntil { specialty: Specialty::StrokeNeurology, until: "2026-11-01".into() }];
        app.put_person(&admin, person).await.unwrap();
        assert_eq!(failed(&rung().await.explanation, stage.first.person_id).unwrap().0, Rule::Qualified);
        for (field, change) in [
            ("part_time", (|p: &mut AdminPerson| p.rules.part_time = 0) as fn(&mut AdminPerson)),
            ("newcomer_until", |p| p.rules.newcomer_until = Some("bald".into())),
            ("licences", |p| p.rules.licences = vec![Licence { group: Some("LG 53!".into()), ..Licence::default() }]),
        ] {
            let mut person = falk.clone();
            change(&mut person);
            match app.put_person(&admin, person).await {
                Err(Error::InvalidField(why)) => assert!(why.starts_with(field), "{why}"),
                other => panic!("{other:?}"),
            }
        }
    }

    async fn answers_are_remembered_and_a_newcomer_owes_nothing_yet(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        for seconds in [4, 15, 9] {
            let id = stage.emergency().await;
            stage.turn(seconds);
            stage.act(&stage.first, id, Action::Accept).await.unwrap();
        }
        let now = stage.app.what_if(&stage.coordinator, service, NOW).await.unwrap();
        let fact = |person| of(&now.explanation, person).rules.iter().find(|rule| rule.rule == Rule::AnswerTime).unwrap().fact.clone();
        assert_eq!(fact(stage.first.person_id), RuleFact::Seconds { n: 9 });
        assert_eq!(fact(stage.second.person_id), RuleFact::Plain);
        let even = async || {
            let view = stage.app.rota(&stage.coordinator, service, stage.now(), stage.now().plus_seconds(14 * 24 * HOUR)).await.unwrap();
            view.people.iter().find(|of| of.person.id == stage.first.person_id).unwrap().even
        };
        let before = even().await;
        let admin = administrator(&stage).await;
        let mut falk = person(&stage, stage.first.person_id).await;
        falk.rules.part_time = 50;
        stage.app.put_person(&admin, falk.clone()).await.unwrap();
        let half = even().await;
        falk.rules.newcomer_until = Some("2027-01-31".into());
        stage.app.put_person(&admin, falk).await.unwrap();
        assert!(before > half && half > 0, "{before} {half}");
        assert_eq!(even().await, 0);
    }
}
