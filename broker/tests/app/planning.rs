//! Rotas are drafted, checked, published, restored; people are away; everybody is told of their own.

use crate::stage::Stage;
use schemas::{
    AbsenceId, PersonId, ServiceId, UnixMillis,
    consult::Action,
    directory::{DutyKind, DutyLevel, Specialty},
    rota::{
        AbsenceKind, ConflictKind, PublishRota, PutAbsence, PutDraft, RestoreRota, RotaDraft, RotaLayer, RotaOverride,
        RotaPlan, RotaView, TurnLength,
    },
};
use telekonsil::app::{Actor, Error};
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
        self.stage.app.put_draft(actor, self.service, &PutDraft { plan, rev }).await
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
        assert!(matches!(desk.publish(1).await, Err(Error::Conflict(_))), "that is not what is drafted now");
        // An administrator writes other turns meanwhile.
        let rows = desk.stage.app.directory_rows().await.unwrap();
        let stored = rows.rotas.iter().find(|row| row.service_id == desk.service.0).unwrap().clone();
        let write = telekonsil::app::ports::DirectoryWrite { rotas: vec![stored], ..Default::default() };
        desk.stage.repo.write_directory(&write).await.unwrap();
        assert!(matches!(desk.publish(2).await, Err(Error::Conflict(_))), "it was begun upon another rota");
        desk.stage.app.delete_draft(coordinator, desk.service, 2).await.unwrap();
        desk.put(coordinator, plan, 0).await.unwrap();
        desk.publish(1).await.unwrap();
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
}
