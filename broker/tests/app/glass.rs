//! Broken glass: read in an emergency, told at once.

use crate::stage::Stage;
use schemas::{
    consult::ConsultQuery,
    directory::Role,
    privacy::{BreakGlass, Notice, NoticeKind, NoticeQuery},
};
use telekonsil::app::{Actor, App, Error, ports::NoticeRow};
use uuid::Uuid;

const REASON: &str = "Patient ist jetzt bei uns, Notfall";

fn wanted(consult: impl ToString, reason: &str) -> BreakGlass {
    BreakGlass { consult: consult.to_string(), reason: reason.into() }
}

async fn told(app: &App, officer: &Actor) -> Vec<Notice> {
    app.notices(officer, NoticeQuery::default()).await.unwrap().notices
}

on_both! {
    async fn a_physician_outside_the_team_reads_for_an_hour_and_it_is_told(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let label = stage.detail(id).await.summary.label;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        assert!(matches!(app.detail(&stage.stranger, id).await, Err(Error::NotFound)));
        for reason in ["", "Notfall", "         x"] {
            assert!(matches!(app.break_glass(&stage.stranger, wanted(id, reason)).await, Err(Error::InvalidField(_))));
        }
        assert!(matches!(app.break_glass(&stage.stranger, wanted("TK-", REASON)).await, Err(Error::NotFound)));
        for other in [&stage.coordinator, &officer] {
            assert!(matches!(app.break_glass(other, wanted(id, REASON)).await, Err(Error::Forbidden)));
        }
        assert!(told(app, &officer).await.is_empty(), "what was refused is no broken glass");

        let broken = app.break_glass(&stage.stranger, wanted(label.to_lowercase(), REASON)).await.unwrap();
        assert_eq!((broken.consult_id, broken.until), (id, stage.now().plus_seconds(3600)));
        let detail = app.detail(&stage.stranger, id).await.unwrap();
        assert!(detail.fields.is_some_and(|fields| fields.family_name.is_some()));
        assert!(detail.actions.is_empty(), "reading is not acting");
        assert_eq!(app.consults(&stage.stranger, &ConsultQuery::default()).await.unwrap().len(), 1);
        // A lost response breaks nothing twice.
        assert_eq!(app.break_glass(&stage.stranger, wanted(id, REASON)).await.unwrap(), broken);

        let notices = told(app, &officer).await;
        assert_eq!(notices.len(), 1);
        assert_eq!((notices[0].kind, notices[0].consult_id), (NoticeKind::GlassBroken, Some(id)));
        assert_eq!((notices[0].person.id, notices[0].reason.0.as_str()), (stage.stranger.person_id, REASON));
        assert!(matches!(app.notices(&stage.stranger, NoticeQuery::default()).await, Err(Error::Forbidden)));
        app.see_notice(&officer, notices[0].id).await.unwrap();
        app.see_notice(&officer, notices[0].id).await.unwrap();
        let seen = told(app, &officer).await.remove(0);
        assert_eq!(seen.seen_by.map(|person| person.id), Some(officer.person_id));

        stage.turn(3601);
        assert!(matches!(app.detail(&stage.stranger, id).await, Err(Error::NotFound)));
        assert!(app.consults(&stage.stranger, &ConsultQuery::default()).await.unwrap().is_empty());
        stage.verify_chain(id).await;
    }

    async fn whoever_may_read_it_anyway_breaks_nothing(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        stage.app.break_glass(&stage.first, wanted(id, REASON)).await.unwrap();
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        assert!(told(&stage.app, &officer).await.is_empty());
    }

    async fn nobody_buries_a_broken_glass_under_other_notices(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        app.break_glass(&stage.stranger, wanted(id, REASON)).await.unwrap();
        let glass = told(app, &officer).await.remove(0);
        for n in 1..=150 {
            let row = NoticeRow {
                id: Uuid::now_v7(),
                kind: "export_requested".into(),
                at: stage.now().0 + n,
                person_id: stage.stranger.person_id.0,
                consult_id: Some(id.0),
                label: "TK-0000".into(),
                reason: "x".into(),
                about: None,
                change: None,
                seen_by: None,
                seen_at: None,
            };
            stage.repo.insert_notice(&row).await.unwrap();
        }
        let first = app.notices(&officer, NoticeQuery::default()).await.unwrap();
        assert!(first.has_more && first.notices[0].id == glass.id, "it is on the first page");
        let before = first.notices.last().map(|notice| notice.id);
        let second = app.notices(&officer, NoticeQuery { before }).await.unwrap();
        assert!(!second.has_more);
        assert_eq!(first.notices.len() + second.notices.len(), 1 + 150 + 1, "and in its own place");
        app.see_notice(&officer, glass.id).await.unwrap();
        let first = app.notices(&officer, NoticeQuery::default()).await.unwrap();
        assert!(first.notices.iter().all(|notice| notice.id != glass.id));
    }

    async fn a_short_name_leads_those_who_may_ask_to_their_consult_and_nobody_else(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let label = stage.detail(id).await.summary.label;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        for actor in [&officer, &stage.referrer, &stage.colleague, &stage.first] {
            let found = app.named_consults(actor, &label.to_lowercase()).await.unwrap();
            assert_eq!(found.iter().map(|consult| (consult.id, consult.is_purged)).collect::<Vec<_>>(), [(id, false)]);
        }
        for actor in [&stage.stranger, &stage.second, &stage.coordinator] {
            assert!(app.named_consults(actor, &label).await.unwrap().is_empty());
        }
        assert!(app.named_consults(&officer, "TK-").await.unwrap().is_empty());
        let phone = Actor { only_consult: Some(id), ..stage.first.clone() };
        assert!(matches!(app.named_consults(&phone, &label).await, Err(Error::Forbidden)));
    }
}
