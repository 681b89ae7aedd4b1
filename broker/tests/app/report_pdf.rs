//! What the report's file holds. Its text is read out by poppler's `pdftotext`.

use crate::stage::{PASSWORD, Stage, answer};
use imaging::phantom::{self, Params};
use schemas::{
    ConsultId,
    consult::{Action, CaseFields, Consent, Decision, Present, Sex},
    directory::PersonRef,
    report::{KeyImage, Mark, MarkShape, Nihss, ReportTemplate, SignReport},
};
use std::{io::Write, process::Stdio};

/// Words of the file in reading order, one space between them.
fn words(file: &[u8]) -> String {
    let mut reader = std::process::Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("pdftotext runs (Debian: poppler-utils)");
    let (mut input, file) = (reader.stdin.take().expect("piped"), file.to_vec());
    let writer = std::thread::spawn(move || input.write_all(&file));
    let output = reader.wait_with_output().expect("ends");
    writer.join().expect("ends").expect("reads all");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn file(stage: &Stage, id: ConsultId, version: Option<u32>) -> Vec<u8> {
    stage.app.report_file(&stage.referrer, "s", id, version).await.expect("is written").bytes.to_vec()
}

on_both! {
    async fn the_file_holds_the_consult_and_its_key_images(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let id = stage.accepted().await;
        let params = Params { slices: 1, size: 64, ..Params::default() };
        let (_, object) = phantom::generate(&params).next().expect("one slice");
        let stored = app.store_object(&stage.referrer, None, object.into()).await.expect("is stored");
        stage.act(&stage.referrer, id, Action::AttachStudy { study_id: stored.study_id }).await.expect("is attached");
        let fields = CaseFields {
            family_name: Some("Özdemir".to_owned()),
            birth_date: Some("1951-04-03".to_owned()),
            question: Some("Thrombektomie?".to_owned()),
            ..CaseFields::default()
        };
        stage.act(&stage.referrer, id, Action::CompleteFields { fields }).await.expect("is completed");
        for person in [&stage.referrer, &stage.first] {
            app.joined(id, person.person_id).await.expect("is in the room");
        }
        let present = vec![Present { name: "Fr. Klein".into(), role: "Pflege".into() }];
        stage.act(&stage.first, id, Action::RollCall { present }).await.expect("is called");
        stage.act(&stage.first, id, Action::RecordConsent { consent: Consent::Presumed }).await.expect("is recorded");

        let image = |sop: &str| KeyImage {
            study_id: stored.study_id,
            series_instance_uid: stored.series_instance_uid.clone(),
            sop_instance_uid: sop.to_owned(),
            frame: 1,
            window_center: Some(40.0),
            window_width: Some(80.0),
            caption: "Dichte Media".into(),
            marks: vec![Mark { shape: MarkShape::Line, points: vec![[8.0, 8.0], [40.0, 40.0]], label: "34,2 mm".into() }],
        };
        let mut answer = answer();
        answer.template = ReportTemplate::Stroke;
        answer.decision = Decision::Transfer;
        answer.nihss = Some(Nihss { items: [vec![Some(1); 14], vec![None]].concat() });
        answer.key_images = vec![image(&stored.sop_instance_uid), image("1.2.3.4")];
        stage.set_password(&stage.first).await;
        let report = SignReport { answer, password: PASSWORD.into(), after_version: 0, reason: "".into() };
        let signed = app.sign_report(&stage.first, "s", id, report).await.expect("is signed");

        let bytes = file(&stage, id, None).await;
        let text = words(&bytes);
        let PersonRef { name, hospital, .. } = &signed.versions[0].author;
        for wanted in [
            "Konsilbericht Schlaganfall",
            "Özdemir",
            "03.04.1951",
            "Thrombektomie?",
            "Summe 14",
            "Verlegung",
            "Lyse, dann verlegen",
            "Fr. Klein (Pflege)",
            "im Notfall gemutmaßt",
            "Gespräch begonnen",
            "Nicht zur Primärbefundung",
            "Dichte Media",
            "34,2 mm",
            "Fenster 40/80",
            // The second one names an object that never came.
            "Dieses Bild ist auf dem Server nicht mehr vorhanden",
            &format!("Elektronisch unterzeichnet von {name}, {hospital}"),
        ] {
            assert!(text.contains(wanted), "{wanted}");
        }
        assert_eq!(text.matches("34,2 mm").count(), 1, "marks need their picture");
        assert!(bytes == file(&stage, id, Some(1)).await, "equal each time");

        // Found to be another patient's: shown to nobody any more, in no version.
        let detach = Action::DetachStudy { study_id: stored.study_id, reason: "".into() };
        stage.act(&stage.referrer, id, detach).await.expect("is detached");
        let text = words(&file(&stage, id, Some(1)).await);
        assert!(!text.contains("34,2 mm") && !text.contains("Fenster 40/80"));
        assert_eq!(text.matches("gehört nicht mehr zu diesem Konsil").count(), 2);
    }

    async fn what_is_added_after_a_signature_stands_in_the_next_version_alone(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        stage.set_password(&stage.first).await;
        stage.sign(&stage.first, id, 0, "").await.expect("is signed");
        let before = file(&stage, id, Some(1)).await;
        let fields = CaseFields { diagnosis: Some("Mediainfarkt".to_owned()), ..CaseFields::default() };
        stage.act(&stage.referrer, id, Action::CompleteFields { fields }).await.expect("is completed");
        assert!(before == file(&stage, id, Some(1)).await, "a signed version does not change");

        stage.turn(60);
        stage.sign(&stage.first, id, 1, "Diagnose").await.expect("is amended");
        let (first, second) = (words(&file(&stage, id, Some(1)).await), words(&file(&stage, id, None).await));
        assert!(first.contains("Überholt: Es gibt bereits Version 2") && !first.contains("Mediainfarkt"));
        assert!(second.contains("Diese Version ersetzt Version 1") && second.contains("Mediainfarkt"));
        assert!(second.contains("Grund: Diagnose") && !second.contains("Überholt"));
    }

    async fn who_the_patient_is_is_added_to_a_signed_report_with_a_remark(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let known = CaseFields { family_name: Some("Özdemir".to_owned()), ..CaseFields::default() };
        stage.act(&stage.referrer, id, Action::CompleteFields { fields: known }).await.expect("is completed");
        stage.set_password(&stage.first).await;
        stage.sign(&stage.first, id, 0, "").await.expect("is signed");
        let before = words(&file(&stage, id, None).await);
        assert!(!before.contains("Nach der Unterschrift ergänzt"));

        let fields = CaseFields {
            family_name: Some("Oezdemir".to_owned()),
            given_name: Some("Emine".to_owned()),
            birth_date: Some("1951-04-03".to_owned()),
            sex: Some(Sex::Female),
            insurance_number: Some("A123456789".to_owned()),
            ..CaseFields::default()
        };
        stage.act(&stage.referrer, id, Action::CompleteFields { fields }).await.expect("is completed");
        let after = words(&file(&stage, id, None).await);
        for wanted in [
            // What was known stays as it was signed.
            "Özdemir, Emine",
            "03.04.1951",
            "weiblich",
            "A123456789",
            "Nach der Unterschrift ergänzt: Vorname, Geburtsdatum, Geschlecht, Versichertennummer.",
        ] {
            assert!(after.contains(wanted), "{wanted}");
        }
    }
}
