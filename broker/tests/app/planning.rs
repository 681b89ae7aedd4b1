//! Rotas are drafted, checked, published, restored; people are away; everybody is told of their own.

use crate::stage::Stage;
use schemas::{
    AbsenceId, PersonId, ServiceId, UnixMillis,
    consult::Action,
    directory::{DutyKind, DutyLevel, Specialty},
    rota::{
        AbsenceKind, ConflictKind, DutyNote, PublishRota, PutAbsence, PutDraft, RestoreRota, RotaDraft, RotaLayer,
        RotaOverride, RotaPlan, RotaView, TakeOverDuty, TemporarySchedule, TurnLength,
    },
};
use telekonsil::app::{
    Actor, Error,
    ports::{AbsenceRow, DirectoryWrite},
};
use uuid::Uuid;

const DAY: i64 = 86_400;

struct Desk {
    stage: Stage,
    service: ServiceId,
}

impl Desk {
    async fn new(stage: Stage) -> Self {
        let service = stage.service(Specialty::StrokeNeurology).await;
        Self { stage, service }
    }

    async fn view(&self, actor: &Actor) -> RotaView {
        let now = self.stage.now();
        self.stage.app.rota(actor, self.service, now, now.plus_seconds(28 * DAY)).await.expect("reads")
    }

    async fn draft(&self) -> RotaDraft {
        self.view(&self.stage.coordinator).await.draft.expect("there is one")
    }

    async fn published(&self) -> RotaPlan {
        self.view(&self.stage.coordinator).await.published.expect("there is one")
    }

    async fn put(&self, actor: &Actor, plan: RotaPlan, rev: i64) -> Result<(), Error> {
        let rows = self.stage.app.directory_rows().await.expect("reads");
        let revision = rows.rotas.iter().find(|row| row.service_id == self.service.0).map_or(0, |row| row.revision);
        self.stage.app.put_draft(actor, self.service, &PutDraft { plan, rev, revision, rebase: false }).await
    }

    /// Plans and publishes.
    async fn planned(&self, change: impl FnOnce(&mut RotaPlan)) {
        let mut plan = self.published().await;
        change(&mut plan);
        self.put(&self.stage.coordinator, plan, 0).await.expect("is drafted");
        self.publish(1).await.expect("is published");
    }

    async fn notes(&self, actor: &Actor) -> Vec<DutyNote> {
        self.stage.app.duty_notes(actor).await.expect("reads")
    }

    async fn publish(&self, rev: i64) -> Result<(), Error> {
        let wish = PublishRota { rev, note: "Tausch".into() };
        self.stage.app.publish_rota(&self.stage.coordinator, self.service, &wish).await
    }

    /// Wall time in the rota's zone, so many days from now at 08:00.
    fn morning(&self, days: i64) -> String {
        let wall = jiff::Timestamp::from_millisecond(self.stage.now().0)
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::get("Europe/Berlin").unwrap());
        let day = wall.date().checked_add(jiff::Span::new().days(days)).unwrap();
        format!("{day}T08:00:00")
    }

    fn instead(&self, person: PersonId, days: i64) -> RotaOverride {
        RotaOverride {
            level: DutyLevel::Primary,
            person,
            from: self.morning(days),
            until: self.morning(days + 1),
            swap: None,
        }
    }

    async fn away(&self, actor: &Actor, person: PersonId, days: i64) -> Result<AbsenceId, Error> {
        let id = AbsenceId(Uuid::now_v7());
        let wish = PutAbsence {
            person,
            kind: AbsenceKind::Sick,
            zone: "Europe/Berlin".into(),
            from: self.morning(-1),
            until: self.morning(days),
        };
        self.stage.app.put_absence(actor, id, &wish).await.map(|_| id)
    }
}

on_both! {
    async fn a_draft_counts_only_when_it_is_published_and_each_is_told_of_their_own_changes(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, second, coordinator, app, .. } = &desk.stage;
        let mut plan = desk.published().await;
        plan.overrides.push(desk.instead(second.person_id, 2));
        desk.put(coordinator, plan.clone(), 0).await.unwrap();
        let draft = desk.draft().await;
        assert_eq!((draft.rev, draft.author.id), (1, coordinator.person_id));
        let told: Vec<_> = draft.changes.iter().map(|c| (c.person.id, c.gained.len(), c.lost.len())).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.contains(&(first.person_id, 0, 1)) && told.contains(&(second.person_id, 1, 0)));
        // Second duty is theirs as well: on two duties at once.
        let both = draft.conflicts.iter().find(|c| c.kind == ConflictKind::DoubleBooked).expect("is seen");
        assert_eq!(both.person.as_ref().map(|p| p.id), Some(second.person_id));
        assert_eq!(draft.hand_overs.iter().filter(|h| h.level == DutyLevel::Primary).count(), 3);
        let before = desk.view(first).await;
        assert!(before.draft.is_none(), "nobody else reads a draft");
        assert!(before.duties.iter().all(|duty| !duty.is_override));

        desk.publish(1).await.unwrap();
        let after = desk.view(first).await;
        assert_eq!((after.revision, after.published_by.map(|p| p.id)), (before.revision + 1, Some(coordinator.person_id)));
        assert!(after.duties.iter().any(|duty| duty.is_override && duty.person.id == second.person_id));
        assert!(desk.view(coordinator).await.draft.is_none());
        let notes = |who: Actor| async move { app.duty_notes(&who).await.unwrap() };
        let lost = notes(first.clone()).await;
        assert_eq!((lost.len(), lost[0].lost.len(), lost[0].seen_at), (1, 1, None));
        assert_eq!(lost[0].lost[0].until.seconds_since(lost[0].lost[0].from), DAY);
        assert_eq!(notes(second.clone()).await.len(), 1);
        let sommer = desk.stage.signed_in_as("sommer@auenstadt.example").await;
        assert_eq!(notes(sommer).await, [], "whose duties stay is told nothing");
        app.see_duty_notes(first, desk.stage.now()).await.unwrap();
        assert_eq!(notes(first.clone()).await[0].seen_at, Some(desk.stage.now()));
    }

    async fn two_coordinators_never_overwrite_each_other(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let coordinator = &desk.stage.coordinator;
        let plan = desk.published().await;
        desk.put(coordinator, plan.clone(), 0).await.unwrap();
        assert!(matches!(desk.put(coordinator, plan.clone(), 0).await, Err(Error::Conflict(_))));
        desk.put(coordinator, plan.clone(), 1).await.unwrap();
        let old = PutDraft { plan: plan.clone(), rev: 0, revision: 0, rebase: false };
        let begun = desk.stage.app.put_draft(coordinator, desk.service, &old).await;
        assert!(matches!(begun, Err(Error::Conflict(_))), "of a rota that is gone no draft is begun");
        assert!(matches!(desk.publish(1).await, Err(Error::Conflict(_))), "that is not what is drafted now");
        // An administrator writes other turns meanwhile.
        let rows = desk.stage.app.directory_rows().await.unwrap();
        let mut stored = rows.rotas.iter().find(|row| row.service_id == desk.service.0).unwrap().clone();
        let mut body: serde_json::Value = serde_json::from_str(&stored.body).unwrap();
        body["layers"].as_array_mut().unwrap().pop();
        stored.body = body.to_string();
        let write = DirectoryWrite { rotas: vec![stored], ..DirectoryWrite::default() };
        assert!(!desk.draft().await.is_overtaken);
        desk.stage.repo.write_directory(&write).await.unwrap();
        assert!(matches!(desk.publish(2).await, Err(Error::Conflict(_))), "it was begun upon another rota");
        assert!(desk.draft().await.is_overtaken);
        desk.put(coordinator, plan.clone(), 2).await.unwrap();
        assert!(desk.draft().await.is_overtaken, "to go on planning is not to have seen it");
        let wish = PutDraft { plan: plan.clone(), rev: 3, revision: 0, rebase: true };
        desk.stage.app.put_draft(coordinator, desk.service, &wish).await.unwrap();
        let draft = desk.draft().await;
        assert!(!draft.is_overtaken && !draft.changes.is_empty(), "what it takes back is seen");
        desk.publish(4).await.unwrap();
        assert_eq!(desk.published().await, plan);
        desk.put(coordinator, plan, 0).await.unwrap();
        desk.stage.app.delete_draft(coordinator, desk.service, 1).await.unwrap();
    }

    async fn what_was_published_once_can_be_had_back(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { second, coordinator, app, .. } = &desk.stage;
        let original = desk.published().await;
        let mut plan = original.clone();
        plan.overrides.push(desk.instead(second.person_id, 2));
        desk.put(coordinator, plan, 0).await.unwrap();
        desk.publish(1).await.unwrap();
        let history = app.rota_history(coordinator, desk.service).await.unwrap();
        assert_eq!(history.iter().map(|v| v.revision).collect::<Vec<_>>(), [2, 1]);
        assert_eq!((history[0].note.as_str(), history[0].people_changed), ("Tausch", Some(2)));
        app.restore_rota(coordinator, desk.service, RestoreRota { revision: 1 }).await.unwrap();
        assert_eq!(desk.draft().await.plan, original);
        let again = app.restore_rota(coordinator, desk.service, RestoreRota { revision: 1 }).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "a draft is not thrown away by itself");
        desk.publish(1).await.unwrap();
        assert_eq!(desk.published().await, original);
        let unknown = app.restore_rota(coordinator, desk.service, RestoreRota { revision: 9 }).await;
        assert!(matches!(unknown, Err(Error::NotFound)));
    }

    async fn whoever_is_away_is_not_rung_and_the_gap_is_seen_at_once(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, second, coordinator, app, .. } = &desk.stage;
        let id = AbsenceId(Uuid::now_v7());
        let wish = PutAbsence {
            person: first.person_id,
            kind: AbsenceKind::Sick,
            zone: "Europe/Berlin".into(),
            from: desk.morning(-1),
            until: desk.morning(2),
        };
        let effect = app.put_absence(first, id, &wish).await.unwrap();
        assert!(effect.duties.iter().all(|duty| duty.person.id == first.person_id) && !effect.duties.is_empty());
        assert_eq!(effect.gaps[0].from, desk.stage.now());
        let board = app.board(coordinator).await.unwrap();
        let line = board.services.iter().find(|line| line.service.id == desk.service).unwrap();
        assert_eq!(line.gap_at, Some(desk.stage.now()));
        let consult = desk.stage.emergency().await;
        assert_eq!(desk.stage.detail(consult).await.summary.ringing[0].id, second.person_id);
        let kinds: Vec<_> = desk.view(coordinator).await.conflicts.iter().map(|c| c.kind).collect();
        assert!(kinds.contains(&ConflictKind::Gap) && kinds.contains(&ConflictKind::Absent), "{kinds:?}");
        assert_eq!(app.my_absences(first).await.unwrap().len(), 1);
        app.delete_absence(first, id).await.unwrap();
        let board = app.board(coordinator).await.unwrap();
        assert_eq!(board.services.iter().find(|line| line.service.id == desk.service).unwrap().gap_at, None);
        desk.stage.act(second, consult, Action::Accept).await.unwrap();
    }

    async fn everybody_keeps_their_own_absences_and_a_coordinator_those_of_the_network(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, second, coordinator, referrer, app, .. } = &desk.stage;
        assert!(matches!(desk.away(second, first.person_id, 1).await, Err(Error::NotFound)));
        assert!(matches!(desk.away(referrer, referrer.person_id, 1).await, Err(Error::Forbidden)));
        assert!(matches!(desk.away(coordinator, referrer.person_id, 1).await, Err(Error::NotFound)), "nobody plans them");
        let id = desk.away(coordinator, first.person_id, 1).await.unwrap();
        assert!(matches!(app.delete_absence(second, id).await, Err(Error::NotFound)));
        app.delete_absence(first, id).await.unwrap();
        assert!(matches!(app.delete_absence(first, id).await, Err(Error::NotFound)));
        let bad = |from: &str, until: &str, zone: &str| {
            let wish = PutAbsence {
                person: first.person_id,
                kind: AbsenceKind::Other,
                zone: zone.into(),
                from: from.into(),
                until: until.into(),
            };
            async move { app.put_absence(first, AbsenceId(Uuid::now_v7()), &wish).await }
        };
        for (from, until, zone) in [
            ("2026-11-25T00:00:00", "2026-11-25T00:00:00", "Europe/Berlin"),
            ("2026-11-25T00:00:00", "2028-11-25T00:00:00", "Europe/Berlin"),
            ("2026-11-25T00:00:00", "2026-11-26T00:00:00", "Europe/Atlantis"),
            ("2026-11-25T00:00:00Z", "2026-11-26", "Europe/Berlin"),
            ("-009999-11-25T00:00:00", "-009999-11-26T00:00:00", "Europe/Berlin"),
        ] {
            assert!(matches!(bad(from, until, zone).await, Err(Error::InvalidField(_))), "{from} {until} {zone}");
        }
    }

    async fn a_plan_that_nobody_means_is_refused_with_its_place(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let coordinator = &desk.stage.coordinator;
        let plan = desk.published().await;
        let change = |change: &dyn Fn(&mut RotaPlan)| {
            let mut plan = plan.clone();
            change(&mut plan);
            plan
        };
        let layer = |turn| RotaLayer {
            level: DutyLevel::Backup,
            kind: DutyKind::OnSite,
            people: vec![],
            start: "2026-01-05T08:00:00".into(),
            end: None,
            turn,
            windows: vec![],
        };
        let refused = [
            change(&|plan| plan.zone = "Mars/Base".into()),
            change(&|plan| plan.zone = "Europe/London".into()),
            change(&|plan| plan.land = Some("XX".into())),
            change(&|plan| plan.layers.push(layer(TurnLength::Hours(0)))),
            change(&|plan| plan.layers.push(RotaLayer { start: "yesterday".into(), ..layer(TurnLength::Days(1)) })),
            change(&|plan| plan.layers = vec![layer(TurnLength::Days(1)); 41]),
            change(&|plan| plan.layers.push(RotaLayer { people: vec![PersonId(Uuid::nil())], ..layer(TurnLength::Days(1)) })),
        ];
        for plan in refused {
            match desk.put(coordinator, plan, 0).await {
                Err(Error::InvalidField(text)) => assert!(text.starts_with("plan: "), "{text}"),
                other => panic!("{other:?}"),
            }
        }
        desk.put(coordinator, change(&|plan| plan.layers.push(layer(TurnLength::Cycle(vec![96, 72])))), 0).await.unwrap();
        let far = desk.stage.app.rota(coordinator, desk.service, desk.stage.now(), UnixMillis(i64::MAX)).await;
        assert!(matches!(far, Err(Error::InvalidField(_))));
    }

    async fn a_service_of_another_network_does_not_exist_for_those_who_plan(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let other = desk.stage.newcomer(&desk.stage.first, schemas::directory::Role::Coordinator).await;
        let now = desk.stage.now();
        let read = desk.stage.app.rota(&other, desk.service, now, now.plus_seconds(DAY)).await;
        assert!(matches!(read, Err(Error::NotFound)));
        assert!(matches!(desk.put(&other, desk.published().await, 0).await, Err(Error::NotFound)));
        assert!(matches!(desk.put(&desk.stage.first, desk.published().await, 0).await, Err(Error::Forbidden)));
        assert!(matches!(desk.put(&desk.stage.referrer, desk.published().await, 0).await, Err(Error::Forbidden)));
    }

    async fn duty_is_taken_over_now_until_the_present_one_ends_and_a_draft_goes_on(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, second, coordinator, referrer, app, .. } = &desk.stage;
        let end = desk.view(coordinator).await.duties.iter().find(|d| d.level == DutyLevel::Primary).unwrap().until;
        let mut plan = desk.published().await;
        plan.overrides.push(desk.instead(second.person_id, 10));
        desk.put(coordinator, plan, 0).await.unwrap();
        let take = |who: Actor, level, person| async move {
            app.take_over_duty(&who, desk.service, &TakeOverDuty { level, person }).await
        };
        let duty = take(second.clone(), DutyLevel::Primary, None).await.unwrap();
        assert_eq!((duty.person.id, duty.from, duty.until), (second.person_id, desk.stage.now(), end));
        let again = take(second.clone(), DutyLevel::Primary, None).await.unwrap();
        assert_eq!(again, duty, "a press whose answer was lost is repeated without harm");
        let consult = desk.stage.emergency().await;
        assert_eq!(desk.stage.detail(consult).await.summary.ringing[0].id, second.person_id);
        let notes = |who: Actor| async move { app.duty_notes(&who).await.unwrap().len() };
        assert_eq!((notes(first.clone()).await, notes(second.clone()).await), (1, 0), "who does it knows it");
        // The draft was begun before: it is published over that.
        assert!(desk.draft().await.duties.iter().any(|d| d.from == desk.stage.now() && d.person.id == second.person_id));
        desk.publish(1).await.unwrap();
        assert_eq!(desk.published().await.overrides.len(), 2);

        let bianchi = desk.stage.signed_in_as("bianchi@lindhall.example").await;
        assert!(matches!(take(bianchi.clone(), DutyLevel::Primary, Some(first.person_id)).await, Err(Error::Forbidden)));
        assert!(matches!(take(referrer.clone(), DutyLevel::Primary, None).await, Err(Error::Forbidden)));
        let put = take(coordinator.clone(), DutyLevel::Backup, Some(bianchi.person_id)).await.unwrap();
        assert_eq!(put.until.seconds_since(desk.stage.now()), DAY, "nobody follows");
        let found = desk.view(coordinator).await.conflicts;
        assert!(found.iter().all(|c| (c.kind, c.level) != (ConflictKind::Gap, DutyLevel::Backup)), "no more is needed");
        assert_eq!(notes(bianchi.clone()).await, 1);
        desk.away(&bianchi, bianchi.person_id, 2).await.unwrap();
        assert!(matches!(take(bianchi, DutyLevel::Primary, None).await, Err(Error::InvalidField(_))));
        desk.stage.act(second, consult, Action::Accept).await.unwrap();
    }
    async fn whoever_is_planned_far_ahead_is_told_as_the_draft_says(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { second, coordinator, .. } = &desk.stage;
        let mut plan = desk.published().await;
        plan.overrides.push(desk.instead(second.person_id, 90));
        desk.put(coordinator, plan, 0).await.unwrap();
        let foretold = desk.draft().await.changes;
        assert_eq!(foretold.iter().filter(|c| c.person.id == second.person_id).count(), 1);
        desk.publish(1).await.unwrap();
        let notes = desk.notes(second).await;
        assert_eq!((notes.len(), notes[0].kind), (1, DutyKind::OnCall));
        assert!(notes[0].gained.iter().any(|of| of.from > desk.stage.now().plus_seconds(80 * DAY)), "{notes:?}");
    }

    async fn whoever_gets_or_loses_duties_by_an_absence_is_told(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, second, coordinator, app, .. } = &desk.stage;
        desk.planned(|plan| plan.overrides.push(desk.instead(second.person_id, 2))).await;
        assert_eq!((desk.notes(first).await.len(), desk.notes(second).await.len()), (1, 1));
        let id = desk.away(second, second.person_id, 4).await.unwrap();
        let notes = desk.notes(first).await;
        assert_eq!((notes.len(), notes[0].gained.len(), notes[0].by.as_ref().unwrap().id), (2, 1, second.person_id));
        assert_eq!(desk.notes(second).await.len(), 1, "who does it knows it");
        app.delete_absence(second, id).await.unwrap();
        assert_eq!((desk.notes(first).await.len(), desk.notes(second).await.len()), (3, 1));
        desk.away(coordinator, second.person_id, 4).await.unwrap();
        let notes = desk.notes(second).await;
        assert!(notes.len() > 1 && notes[0].gained.is_empty() && !notes[0].lost.is_empty(), "{notes:?}");
    }

    async fn absences_are_bounded_and_end(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, second, coordinator, app, repo, .. } = &desk.stage;
        let row = |person: &Actor, from: &str, until: &str| AbsenceRow {
            id: Uuid::now_v7(),
            person_id: person.person_id.0,
            kind: "sick".into(),
            zone: "Europe/Berlin".into(),
            from: from.into(),
            until: until.into(),
            author: person.person_id.0,
            written_at: 0,
            feed_id: None,
        };
        let old = row(second, "2024-11-01T00:00:00", "2024-11-02T00:00:00");
        let mut absences = vec![row(first, "2027-01-01T00:00:00", "2027-01-02T00:00:00"); 100];
        absences.iter_mut().for_each(|row| row.id = Uuid::now_v7());
        let last = absences[99].clone();
        absences.push(old.clone());
        repo.write_directory(&DirectoryWrite { absences, ..DirectoryWrite::default() }).await.unwrap();
        assert!(matches!(desk.away(first, first.person_id, 1).await, Err(Error::Conflict(_))));
        let wish = PutAbsence {
            person: first.person_id,
            kind: AbsenceKind::Holiday,
            zone: last.zone.clone(),
            from: desk.morning(-3),
            until: desk.morning(3),
        };
        app.put_absence(first, AbsenceId(last.id), &wish).await.expect("one that is known can be changed");
        let ended = PutAbsence { until: desk.morning(-1), ..wish };
        let refused = app.put_absence(first, AbsenceId(last.id), &ended).await;
        assert!(matches!(refused, Err(Error::InvalidField(_))), "{refused:?}");
        desk.away(coordinator, second.person_id, 1).await.unwrap();
        let rows = app.directory_rows().await.unwrap();
        assert!(rows.absences.iter().all(|row| row.id != old.id), "whoever was sick two years ago is nobody's business");
    }

    async fn why_somebody_is_away_and_how_much_they_bear_is_not_for_colleagues(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, second, coordinator, .. } = &desk.stage;
        desk.away(second, second.person_id, 4).await.unwrap();
        for (who, kind) in [(first, AbsenceKind::Other), (second, AbsenceKind::Sick), (coordinator, AbsenceKind::Sick)] {
            let view = desk.view(who).await;
            assert_eq!(view.absences.iter().map(|of| of.kind).collect::<Vec<_>>(), [kind]);
            let plans = who == coordinator;
            assert_eq!(view.conflicts.is_empty(), !plans);
            let burdens = view.people.iter().filter(|of| of.burden.duty > 0).map(|of| of.person.id);
            let burdens: Vec<_> = burdens.collect();
            assert!(if plans { burdens.len() > 1 } else { burdens.iter().all(|of| *of == who.person_id) }, "{burdens:?}");
        }
        let own = desk.view(first).await.people.into_iter().find(|of| of.person.id == first.person_id).unwrap();
        assert!(own.burden.duty > 0 && own.even > 0);
    }

    async fn duties_are_shown_with_their_true_ends(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let (now, coordinator) = (desk.stage.now(), &desk.stage.coordinator);
        desk.put(coordinator, desk.published().await, 0).await.unwrap();
        let until = now.plus_seconds(DAY);
        let view = desk.stage.app.rota(coordinator, desk.service, now, until).await.unwrap();
        for duties in [&view.duties, &view.draft.as_ref().unwrap().duties] {
            let first = duties.iter().find(|duty| duty.level == DutyLevel::Primary).unwrap();
            assert!(first.from < now && first.until > until, "{first:?}");
            assert!(duties.iter().all(|duty| duty.from < until && duty.until > now));
        }
        assert!(view.people.iter().all(|of| of.burden.duty <= 2 * DAY), "what is shown is summed up");
        assert!(view.conflicts.iter().all(|of| of.from >= now && of.until <= until));
    }

    async fn an_absence_leaves_open_what_was_not_open_before(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, app, .. } = &desk.stage;
        let (from, until) = (desk.morning(1), desk.morning(2));
        let nobody = TemporarySchedule { level: DutyLevel::Primary, from, until, shifts: vec![] };
        desk.planned(|plan| plan.temporaries.push(nobody)).await;
        let wish = PutAbsence {
            person: first.person_id,
            kind: AbsenceKind::Sick,
            zone: "Europe/Berlin".into(),
            from: desk.morning(-1),
            until: desk.morning(3),
        };
        let id = AbsenceId(Uuid::now_v7());
        let effect = app.put_absence(first, id, &wish).await.unwrap();
        let lengths: Vec<_> = effect.gaps.iter().map(|gap| gap.until.seconds_since(gap.from) / 3600).collect();
        assert_eq!((lengths.len(), lengths[1]), (2, 24), "{lengths:?}");
        assert_eq!(app.put_absence(first, id, &wish).await.unwrap(), effect, "a wish whose answer was lost");
    }

    async fn a_level_that_is_planned_by_hand_has_gaps_between(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { second, coordinator, .. } = &desk.stage;
        let day = |days| RotaOverride { level: DutyLevel::Backup, ..desk.instead(second.person_id, days) };
        desk.planned(|plan| plan.overrides.extend([day(2), day(4)])).await;
        let found = desk.view(coordinator).await.conflicts;
        let gaps: Vec<_> = found.iter().filter(|c| (c.kind, c.level) == (ConflictKind::Gap, DutyLevel::Backup)).collect();
        assert_eq!((gaps.len(), gaps[0].until.seconds_since(gaps[0].from)), (1, DAY));
    }

    async fn whoever_left_is_a_gap_and_not_a_name(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { first, second, coordinator, app, .. } = &desk.stage;
        let admin = desk.stage.signed_in_as("weiler@auenstadt.example").await;
        let people = app.admin_directory(&admin).await.unwrap().people;
        let mut leaves = people.into_iter().find(|person| person.id == first.person_id).unwrap();
        leaves.active = false;
        app.put_person(&admin, leaves).await.unwrap();
        let view = desk.view(coordinator).await;
        assert!(view.duties.iter().all(|duty| duty.person.id != first.person_id));
        assert!(view.conflicts.iter().any(|of| of.kind == ConflictKind::Gap && of.from == desk.stage.now()));
        let board = app.board(coordinator).await.unwrap();
        let line = board.services.iter().find(|line| line.service.id == desk.service).unwrap();
        assert_eq!(line.gap_at, Some(desk.stage.now()));
        let wish = PutAbsence {
            person: second.person_id,
            kind: AbsenceKind::Training,
            zone: "Europe/Berlin".into(),
            from: desk.morning(-1),
            until: desk.morning(2),
        };
        let effect = app.put_absence(second, AbsenceId(Uuid::now_v7()), &wish).await.unwrap();
        assert_eq!((effect.duties.is_empty(), effect.gaps), (false, vec![]), "first duty was open before");
    }
}
