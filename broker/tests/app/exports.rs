//! Exports by two people.

use crate::stage::Stage;
use schemas::ExportId;
use schemas::{
    directory::Role,
    privacy::{DecideExport, ExportState, NoticeKind, NoticeQuery, RequestExport},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use telekonsil::app::Error;
use uuid::Uuid;

const APPROVE: DecideExport = DecideExport { approve: true };

fn wanted() -> RequestExport {
    RequestExport { id: ExportId(Uuid::now_v7()), reason: "Anfrage der Patientin nach Art. 15 DSGVO".into() }
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("hexadecimal");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("digits")).collect()
}

on_both! {
    async fn one_asks_another_approves_the_first_fetches(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        let second = stage.newcomer(&stage.first, Role::DataProtection).await;
        assert!(matches!(app.request_export(&stage.coordinator, id, wanted()).await, Err(Error::Forbidden)));
        assert!(matches!(app.request_export(&stage.stranger, id, wanted()).await, Err(Error::NotFound)));
        let blank = RequestExport { reason: " ".into(), ..wanted() };
        assert!(matches!(app.request_export(&officer, id, blank).await, Err(Error::InvalidField(_))));

        let export = app.request_export(&officer, id, wanted()).await.unwrap();
        assert_eq!(export.state, ExportState::Requested);
        assert!(matches!(app.export_file(&officer, export.id).await, Err(Error::WrongState)));
        assert!(matches!(app.decide_export(&officer, export.id, APPROVE).await, Err(Error::SecondPersonNeeded)));
        assert!(matches!(app.decide_export(&stage.first, export.id, APPROVE).await, Err(Error::Forbidden)));
        let decided = app.decide_export(&second, export.id, APPROVE).await.unwrap();
        assert_eq!((decided.state, decided.decided_by.unwrap().id), (ExportState::Approved, second.person_id));
        assert!(matches!(app.decide_export(&second, export.id, APPROVE).await, Err(Error::WrongState)), "once");
        assert!(matches!(app.export_file(&second, export.id).await, Err(Error::SecondPersonNeeded)));
        assert!(matches!(app.export_file(&stage.referrer, export.id).await, Err(Error::NotFound)));

        stage.turn(1);
        for _ in 0..2 {
            let file = app.export_file(&officer, export.id).await.unwrap();
            let document: Value = serde_json::from_slice(&file.json).unwrap();
            let events = document["events"].as_array().unwrap();
            assert!(events.len() > 3 && document["people"].as_array().is_some_and(|people| !people.is_empty()));
            for event in events {
                let committed = [bytes(&event["salt"]), event["body"].as_str().unwrap().as_bytes().to_vec()].concat();
                assert_eq!(Sha256::digest(committed).to_vec(), bytes(&event["commitment"]), "can be computed again");
                assert_eq!(bytes(&event["hash"]).len(), 32);
            }
        }
        assert_eq!(app.exports(&second).await.unwrap()[0].state, ExportState::Downloaded);
        let told = app.notices(&officer, NoticeQuery::default()).await.unwrap().notices;
        let kinds: Vec<_> = told.iter().map(|notice| notice.kind).collect();
        assert_eq!(kinds, [NoticeKind::ExportDownloaded, NoticeKind::ExportRequested]);
        stage.turn(24 * 3600 + 1);
        assert!(matches!(app.export_file(&officer, export.id).await, Err(Error::WrongState)));
        assert_eq!(app.exports(&officer).await.unwrap()[0].state, ExportState::Expired);
    }

    async fn asking_again_asks_once_and_one_at_a_time(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let (id, other) = (stage.accepted().await, stage.emergency().await);
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        let wish = wanted();
        let export = app.request_export(&stage.referrer, id, wish.clone()).await.unwrap();
        assert_eq!(app.request_export(&stage.referrer, id, wish.clone()).await.unwrap(), export, "the answer was lost");
        for (actor, consult) in [(&officer, id), (&stage.referrer, other)] {
            assert!(matches!(app.request_export(actor, consult, wish.clone()).await, Err(Error::Conflict(_))));
        }
        assert!(matches!(app.request_export(&stage.referrer, id, wanted()).await, Err(Error::Conflict(_))), "still open");
        app.request_export(&officer, id, wanted()).await.unwrap();
        app.request_export(&stage.referrer, other, wanted()).await.unwrap();
        assert_eq!(app.notices(&officer, NoticeQuery::default()).await.unwrap().notices.len(), 3);

        app.decide_export(&officer, export.id, APPROVE).await.unwrap();
        assert!(matches!(app.request_export(&stage.referrer, id, wanted()).await, Err(Error::Conflict(_))), "approved");
        stage.turn(24 * 3600 + 1);
        app.request_export(&stage.referrer, id, wanted()).await.unwrap();
    }

    async fn an_export_does_not_leave_without_a_notice(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        let export = app.request_export(&stage.referrer, id, wanted()).await.unwrap();
        app.decide_export(&officer, export.id, APPROVE).await.unwrap();
        fixture.tamper("ALTER TABLE notices RENAME TO notices_away").await;
        assert!(app.export_file(&stage.referrer, export.id).await.is_err());
        assert_eq!(app.exports(&stage.referrer).await.unwrap()[0].state, ExportState::Approved, "it is still there");
        fixture.tamper("ALTER TABLE notices_away RENAME TO notices").await;
        app.export_file(&stage.referrer, export.id).await.unwrap();
        let told = app.notices(&officer, NoticeQuery::default()).await.unwrap().notices;
        assert!(told.iter().any(|notice| notice.kind == NoticeKind::ExportDownloaded));
    }

    async fn people_of_the_case_ask_and_see_their_own(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
        let export = app.request_export(&stage.referrer, id, wanted()).await.unwrap();
        assert_eq!(app.exports(&stage.referrer).await.unwrap().len(), 1);
        assert!(app.exports(&stage.first).await.unwrap().is_empty());
        let refused = app.decide_export(&officer, export.id, DecideExport { approve: false }).await.unwrap();
        assert_eq!(refused.state, ExportState::Refused);
        assert!(matches!(app.export_file(&stage.referrer, export.id).await, Err(Error::WrongState)));
    }
}
