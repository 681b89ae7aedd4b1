//! The history of a consult as a file.

use crate::stage::Stage;
use schemas::{consult::Action, reports::FileLanguage};
use telekonsil::app::{Error, TableFile};

fn text(file: TableFile) -> String {
    String::from_utf8(file.bytes).expect("UTF-8")
}

on_both! {
    async fn a_history_says_to_the_second_what_happened_and_nothing_of_the_patient(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, coordinator, .. } = &stage;
        let id = stage.emergency().await;
        stage.turn(7);
        stage.act(first, id, Action::Accept).await.expect("accepts");
        let file = app.timeline_table(coordinator, id, FileLanguage::De).await.expect("reads");
        assert!(file.name.starts_with("Telekonsil-Verlauf-TK-") && file.name.ends_with(".csv"), "{}", file.name);
        let table = text(file);
        assert!(table.starts_with("\u{feff}Zeit (UTC);Ortszeit;Ereignis;Wer;Kanal\r\n"), "{table}");
        // One hour from UTC in November.
        assert!(table.contains("2026-11-24T01:07:00Z;2026-11-24 02:07:00;Angefordert: Notfall;Dr. Jana Ohlsen;"), "{table}");
        assert!(table.contains("2026-11-24T01:07:07Z;2026-11-24 02:07:07;Angenommen;Dr. Miriam Falk;"), "{table}");
        assert!(table.contains("Es klingelt bei Dr. Miriam Falk (Runde 1, Stufe 1)"), "{table}");
        assert!(!table.contains("Beispiel") && !table.contains("Lyse"), "no patient, no question");
        assert!(text(app.timeline_table(coordinator, id, FileLanguage::En).await.expect("reads")).contains(";Requested: emergency;"));
        let pdf = app.timeline_pdf(coordinator, id, FileLanguage::De).await.expect("is written");
        assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.name.ends_with(".pdf"));
    }

    async fn a_history_is_for_coordinators_of_the_service_and_data_protection(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, referrer, first, stranger, .. } = &stage;
        let id = stage.emergency().await;
        let privacy = stage.signed_in_as("brandt@auenstadt.example").await;
        assert!(app.timeline_table(&privacy, id, FileLanguage::De).await.is_ok());
        for actor in [referrer, first] {
            assert!(matches!(app.timeline_table(actor, id, FileLanguage::De).await, Err(Error::Forbidden)));
        }
        assert!(matches!(app.timeline_pdf(stranger, id, FileLanguage::De).await, Err(Error::NotFound)));
    }
}
