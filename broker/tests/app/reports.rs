//! Reports of a night: who answered how fast, who covered whom, by the rota that was in force.

use crate::stage::{NIGHT, Stage};
use schemas::{
    consult::{Action, DeclineReason, Urgency},
    directory::{DutyLevel, Specialty},
    reports::{FileLanguage, ReportQuery, YearQuery},
    rota::{PublishRota, PutDraft, RotaOverride},
};
use telekonsil::app::{Actor, Error};

const DAY: i64 = 86_400;

/// From the day before to a month after the stage's night.
fn month(language: Option<FileLanguage>) -> ReportQuery {
    ReportQuery { from: NIGHT.plus_seconds(-DAY), until: NIGHT.plus_seconds(30 * DAY), language }
}

const YEAR: YearQuery = YearQuery { year: 2026, language: None };

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8").trim_start_matches('\u{feff}').to_owned()
}

on_both! {
    async fn answers_are_counted_from_the_request_to_the_first_accept(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, second, coordinator, .. } = &stage;
        let slow = stage.emergency().await;
        stage.turn(7);
        stage.act(first, slow, Action::Accept).await.expect("accepts");
        let declined = stage.emergency().await;
        stage.act(first, declined, Action::Decline { ring_id: None, reason: DeclineReason::NoCapacity, note: "".into() }).await.expect("declines");
        stage.turn(3);
        stage.act(second, declined, Action::Accept).await.expect("accepts");
        stage.emergency().await;

        let lines = app.answer_report(coordinator, &month(None)).await.expect("reads");
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((line.urgency, line.asked, line.accepted, line.declined), (Urgency::Emergency, 3, 2, 1));
        // Of two the first is the median, the second the 95th percentile.
        assert_eq!((line.median_seconds, line.p95_seconds), (Some(3), Some(7)));
        let file = app.answer_table(coordinator, &month(None)).await.expect("reads");
        assert_eq!(file.name, "Telekonsil-Antwortzeiten-2026-11-23.csv");
        let table = text(file.bytes);
        assert!(table.contains("\r\nSchlaganfall-Neurologie;Notfall;3;2;1;"), "{table}");
        assert!(text(app.answer_table(coordinator, &month(Some(FileLanguage::En))).await.expect("reads").bytes).contains(";emergency;3;"));
        // Before that night nobody asked.
        let before = ReportQuery { from: NIGHT.plus_seconds(-9 * DAY), until: NIGHT, language: None };
        assert_eq!(app.answer_report(coordinator, &before).await.expect("reads"), []);
    }

    async fn a_past_quarter_is_covered_by_the_rota_that_was_in_force_then(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, second, coordinator, .. } = &stage;
        let service = stage.service(Specialty::StrokeNeurology).await;
        let lines = app.coverage_report(coordinator, &YEAR).await.expect("reads");
        let of = |hospital: &str, quarter: u8| {
            let is = |line: &&schemas::reports::CoverageLine| line.service_id == service && line.hospital == hospital && line.quarter == quarter;
            lines.iter().find(is).expect("is there").clone()
        };
        // The demo's rota began on a Monday of this quarter; before that nobody had duty.
        let (third, fourth) = (of("Krankenhaus Tannbach", 3), of("Krankenhaus Tannbach", 4));
        assert_eq!((third.covered_hundredths, third.specialists.len()), (0, 0));
        assert_eq!(i64::from(third.uncovered_minutes), third.until.seconds_since(third.from) / 60);
        assert_eq!(fourth.until, stage.now(), "the running quarter ends now");
        let whole = fourth.until.seconds_since(fourth.from);
        let covered = i64::from(fourth.covered_hundredths) * 36;
        assert!((covered + i64::from(fourth.uncovered_minutes) * 60 - whole).abs() < 100, "{fourth:?}");
        assert_eq!(fourth.specialists[0].person.id, first.person_id);
        // Rabenbrunn is served by Auenstadt as well, Auenstadt by nobody.
        assert!(of("Klinikum Rabenbrunn", 4).covered_hundredths > 0);
        assert!(!lines.iter().any(|line| line.service_id == service && line.hospital.contains("Auenstadt")));

        // Somebody else is entered for a time that has passed: what was published then does not change.
        stage.turn(2 * DAY);
        let before = app.coverage_report(coordinator, &YEAR).await.expect("reads");
        let view = app.rota(coordinator, service, stage.now(), stage.now().plus_seconds(DAY)).await.expect("reads");
        let mut plan = view.published.expect("there is one");
        plan.overrides.push(RotaOverride {
            level: DutyLevel::Primary,
            person: second.person_id,
            from: "2026-11-24T12:00:00".into(),
            until: "2026-11-27T00:00:00".into(),
            swap: None,
        });
        let rows = app.directory_rows().await.expect("reads");
        let revision = rows.rotas.iter().find(|row| row.service_id == service.0).map_or(0, |row| row.revision);
        app.put_draft(coordinator, service, &PutDraft { plan, rev: 0, revision, rebase: false }).await.expect("drafts");
        app.publish_rota(coordinator, service, &PublishRota { rev: 1, note: "".into() }).await.expect("publishes");
        assert_eq!(app.coverage_report(coordinator, &YEAR).await.expect("reads"), before);
        // From then on it counts.
        stage.turn(12 * 3600);
        let after = app.coverage_report(coordinator, &YEAR).await.expect("reads");
        let named = after.iter().find(|line| line.service_id == service && line.quarter == 4 && line.hospital.contains("Tannbach"));
        let nowak = named.expect("is there").specialists.iter().find(|named| named.person.id == second.person_id);
        assert_eq!(nowak.expect("is named").hours, 12);
    }

    async fn duties_are_the_hours_of_the_rota_and_the_call_outs_of_the_night(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, first, coordinator, .. } = &stage;
        stage.accepted().await;
        let query = ReportQuery { from: NIGHT.plus_seconds(-3600), until: NIGHT.plus_seconds(3600), language: None };
        let lines = app.duty_report(coordinator, &query).await.expect("reads");
        let own = lines.iter().find(|line| line.person.id == first.person_id).expect("is there");
        // Two hours at night on a Tuesday, and one call-out.
        assert_eq!((own.burden.duty, own.burden.nights, own.burden.weekends, own.burden.call_outs), (7200, 7200, 0, 1));
        assert_eq!(own.burden.weight, 7200 + 3600 + 7200);
        let table = text(app.duty_table(coordinator, &query).await.expect("reads").bytes);
        assert!(table.contains(";Dr. Miriam Falk;Universitätsklinikum Auenstadt;2,00;2,00;0,00;0,00;1;5,00;"), "{table}");
    }

    async fn reports_are_the_coordinators_of_the_network_alone_and_within_bounds(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.accepted().await;
        let Stage { app, referrer, first, coordinator, .. } = &stage;
        let elsewhere = Actor { networks: vec![], ..coordinator.clone() };
        assert_eq!(app.answer_report(&elsewhere, &month(None)).await.expect("reads"), []);
        assert_eq!(app.coverage_report(&elsewhere, &YEAR).await.expect("reads"), []);
        for actor in [referrer, first] {
            assert!(matches!(app.answer_report(actor, &month(None)).await, Err(Error::Forbidden)));
            assert!(matches!(app.coverage_table(actor, &YEAR).await, Err(Error::Forbidden)));
            assert!(matches!(app.duty_report(actor, &month(None)).await, Err(Error::Forbidden)));
        }
        let long = ReportQuery { from: NIGHT, until: NIGHT.plus_seconds(6 * 366 * DAY), language: None };
        for bad in [ReportQuery { until: NIGHT, ..month(None) }, long] {
            let bad = ReportQuery { from: NIGHT, ..bad };
            assert!(matches!(app.duty_report(coordinator, &bad).await, Err(Error::InvalidField(_))));
        }
        assert!(matches!(app.coverage_report(coordinator, &YearQuery { year: 1999, ..YEAR }).await, Err(Error::InvalidField(_))));
    }
}
