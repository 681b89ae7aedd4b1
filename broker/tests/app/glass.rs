//! Broken glass: read in an emergency, told at once.

use crate::stage::Stage;
use schemas::{
    consult::ConsultQuery,
    directory::Role,
    privacy::{BreakGlass, NoticeKind},
};
use telekonsil::app::Error;

const REASON: &str = "Patient ist jetzt bei uns, Notfall";

fn wanted(consult: impl ToString, reason: &str) -> BreakGlass {
    BreakGlass { consult: consult.to_string(), reason: reason.into() }
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
        assert!(app.notices(&officer).await.unwrap().is_empty(), "what was refused is no broken glass");

        let broken = app.break_glass(&stage.stranger, wanted(label.to_lowercase(), REASON)).await.unwrap();
        assert_eq!((broken.consult_id, broken.until), (id, stage.now().plus_seconds(3600)));
        let detail = app.detail(&stage.stranger, id).await.unwrap();
        assert!(detail.fields.is_some_and(|fields| fields.family_name.is_some()));
        assert!(detail.actions.is_empty(), "reading is not acting");
        assert_eq!(app.consults(&stage.stranger, &ConsultQuery::default()).await.unwrap().len(), 1);
        // A lost response breaks nothing twice.
        assert_eq!(app.break_glass(&stage.stranger, wanted(id, REASON)).await.unwrap(), broken);

        let notices = app.notices(&officer).await.unwrap();
        assert_eq!(notices.len(), 1);
        assert_eq!((notices[0].kind, notices[0].consult_id), (NoticeKind::GlassBroken, id));
        assert_eq!((notices[0].person.id, notices[0].reason.0.as_str()), (stage.stranger.person_id, REASON));
        assert!(matches!(app.notices(&stage.stranger).await, Err(Error::Forbidden)));
        app.see_notice(&officer, notices[0].id).await.unwrap();
        app.see_notice(&officer, notices[0].id).await.unwrap();
        let seen = app.notices(&officer).await.unwrap().remove(0);
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
        assert!(stage.app.notices(&officer).await.unwrap().is_empty());
    }
}
