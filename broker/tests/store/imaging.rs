//! Studies, series, instances.

use crate::world::{World, instance};
use telekonsil::app::ports::*;
use uuid::Uuid;

on_both! {
    async fn a_study_is_opened_once_a_house(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut row = world.study("1.2.3", StudyColumns { patient_id: Some("P1".into()), ..StudyColumns::default() });
        row.modalities = vec!["CT".into()];
        let first = repo.ensure_study(&row).await.expect("writes");
        assert_eq!(first.id, row.id);
        let second = repo.ensure_study(&world.study("1.2.3", StudyColumns::default())).await.expect("writes");
        assert_eq!(second.id, first.id, "the first one's row counts");
        assert!(second.columns == row.columns && second.wrapped_key == row.wrapped_key);
        assert_eq!(second.modalities, ["CT"]);

        let mut elsewhere = world.study("1.2.3", StudyColumns::default());
        elsewhere.hospital_id = world.providing;
        elsewhere.created_at = 9_000;
        assert_eq!(repo.ensure_study(&elsewhere).await.expect("writes").id, elsewhere.id);
        let ids: Vec<_> = repo.studies_by_uid("1.2.3").await.expect("reads").iter().map(|row| row.id).collect();
        assert_eq!(ids, [elsewhere.id, first.id]);
        assert!(repo.studies_by_uid("1.2.3\0").await.expect("NUL is no error").len() == 2);
        assert!(repo.study(Uuid::now_v7()).await.expect("reads").is_none());

        repo.declare_study(first.id, 120).await.expect("writes");
        assert_eq!(repo.study(first.id).await.expect("reads").expect("is there").declared, Some(120));
    }

    async fn the_first_object_fills_the_columns_and_every_new_one_counts(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let opened = StudyColumns { patient_name: Some("Groß^Änne".into()), ..StudyColumns::default() };
        let id = repo.ensure_study(&world.study("1.2.3", opened)).await.expect("writes").id;
        let full = |text: &str| StudyColumns {
            study_date: Some(format!("{text}date")),
            study_time: Some(format!("{text}time")),
            accession_number: Some(format!("{text}acc")),
            referring_physician: Some(format!("{text}ref")),
            study_description: Some(format!("{text}\0desc")),
            patient_name: Some(format!("{text}name")),
            patient_id: Some(format!("{text}id")),
            patient_birth_date: Some(format!("{text}birth")),
            patient_sex: Some(format!("{text}sex")),
            study_id: Some(format!("{text}study")),
        };
        let mut new = instance(id, "1.2.3.1", 1);
        new.study = full("a");
        assert_eq!(repo.insert_instance(&new).await.expect("writes"), Inserted::New);
        let mut second = instance(id, "1.2.3.2", 2);
        second.study = StudyColumns { patient_id: Some("aid".into()), ..full("b") };
        second.series.modality = Some("MR".into());
        assert_eq!(repo.insert_instance(&second).await.expect("writes"), Inserted::New);

        let read = repo.study(id).await.expect("reads").expect("is there");
        let mut expected = full("a");
        expected.patient_name = Some("Groß^Änne".into());
        expected.study_description = Some("adesc".into());
        assert!(read.columns == expected);
        assert_eq!((read.received, read.series_count, read.updated_at), (2, 2, 6_002));
        assert_eq!(read.modalities, ["CT", "MR"]);
    }

    async fn a_repeated_object_changes_nothing(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = repo.ensure_study(&world.study("1.2.3", StudyColumns::default())).await.expect("writes").id;
        let new = instance(id, "1.2.3.1", 1);
        repo.insert_instance(&new).await.expect("writes");
        let mut again = instance(id, "1.2.3.1", 1);
        again.study.patient_id = Some("other".into());
        assert_eq!(repo.insert_instance(&again).await.expect("answers"), Inserted::Same);
        again.instance.digest = vec![99; 32];
        again.instance.series_instance_uid = "1.2.3.9".into();
        again.series.series_instance_uid = "1.2.3.9".into();
        assert_eq!(repo.insert_instance(&again).await.expect("answers"), Inserted::Different);
        let read = repo.study(id).await.expect("reads").expect("is there");
        assert_eq!((read.received, read.series_count), (1, 1));
        assert!(read.columns.patient_id.is_none());
        assert_eq!(repo.series(id).await.expect("reads").len(), 1);
    }

    async fn an_object_of_another_patient_changes_nothing(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = repo.ensure_study(&world.study("1.2.3", StudyColumns::default())).await.expect("writes").id;
        let of = |n, patient: Option<&str>| {
            let mut new = instance(id, "1.2.3.1", n);
            new.study.patient_id = patient.map(Into::into);
            new
        };
        for (n, patient, inserted) in [
            (1, None, Inserted::New),
            (2, Some("4711"), Inserted::New),
            (3, Some(" 4711 "), Inserted::New),
            (4, Some("4712"), Inserted::OtherPatient),
            (5, None, Inserted::New),
            (6, Some(" "), Inserted::New),
        ] {
            assert_eq!(repo.insert_instance(&of(n, patient)).await.expect("answers"), inserted, "{n}");
        }
        let read = repo.study(id).await.expect("reads").expect("is there");
        assert_eq!((read.received, read.columns.patient_id.as_deref()), (5, Some("4711")));
    }

    async fn a_series_learns_what_later_objects_know(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = repo.ensure_study(&world.study("1.2.3", StudyColumns::default())).await.expect("writes").id;
        let mut bare = instance(id, "1.2.3.1", 1);
        bare.series.modality = None;
        bare.series.series_number = None;
        repo.insert_instance(&bare).await.expect("writes");
        assert!(repo.study(id).await.expect("reads").expect("is there").modalities.is_empty());
        let mut rich = instance(id, "1.2.3.1", 2);
        rich.series.body_part = Some("HEAD".into());
        repo.insert_instance(&rich).await.expect("writes");
        let series = repo.series(id).await.expect("reads").remove(0);
        assert_eq!((series.modality.as_deref(), series.body_part.as_deref()), (Some("CT"), Some("HEAD")));
        assert_eq!((series.series_number, series.instance_count), (Some(1), 2));
        assert_eq!(repo.study(id).await.expect("reads").expect("is there").modalities, ["CT"]);
    }

    async fn an_object_of_an_unknown_study_is_refused(fixture) {
        assert!(fixture.store.insert_instance(&instance(Uuid::now_v7(), "1.2.3.1", 1)).await.is_err());
    }

    async fn series_and_instances_come_in_their_order(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = repo.ensure_study(&world.study("1.2.3", StudyColumns::default())).await.expect("writes").id;
        for (series, series_number, n, number) in [
            ("1.9", Some(1), 1, Some(10)),
            ("1.9", Some(1), 2, Some(9)),
            ("1.8", None, 1, None),
            ("1.8", None, 2, Some(1)),
            ("1.7", Some(2), 1, Some(1)),
        ] {
            let mut new = instance(id, series, n);
            new.series.series_number = series_number;
            new.instance.instance_number = number;
            assert_eq!(repo.insert_instance(&new).await.expect("writes"), Inserted::New);
        }
        let series: Vec<_> = repo.series(id).await.expect("reads").into_iter().map(|s| s.series_instance_uid).collect();
        assert_eq!(series, ["1.9", "1.7", "1.8"]);
        let uids = |rows: Vec<InstanceRow>| rows.into_iter().map(|row| row.sop_instance_uid).collect::<Vec<_>>();
        assert_eq!(uids(repo.instances(id, None).await.expect("reads")), ["1.9.2", "1.9.1", "1.7.1", "1.8.2", "1.8.1"]);
        assert_eq!(uids(repo.instances(id, Some("1.9")).await.expect("reads")), ["1.9.2", "1.9.1"]);
        assert!(repo.instances(id, Some("nothing")).await.expect("reads").is_empty());
        let page = |series, limit, offset| async move {
            uids(repo.instance_page(id, series, limit, offset).await.expect("reads"))
        };
        assert_eq!(page(None, 2, 1).await, ["1.9.1", "1.7.1"]);
        assert_eq!(page(Some("1.9"), 10, 1).await, ["1.9.1"]);
        assert!(page(None, 10, 5).await.is_empty() && page(None, 0, 0).await.is_empty());
    }

    async fn an_instance_is_read_back_whole(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = repo.ensure_study(&world.study("1.2.3", StudyColumns::default())).await.expect("writes").id;
        let NewInstance { instance: written, content, .. } = instance(id, "1.2.3.1", 4);
        repo.insert_instance(&instance(id, "1.2.3.1", 4)).await.expect("writes");
        let found = repo.instance(id, &written.sop_instance_uid).await.expect("reads").expect("is there");
        assert_eq!(found.content.sealed_metadata, content.sealed_metadata);
        assert_eq!(found.content.frame_table, content.frame_table);
        let read = found.row;
        assert_eq!((read.rows, read.columns, read.bits_allocated, read.frames), (Some(512), Some(512), Some(16), 1));
        assert_eq!((read.digest, read.size, read.blob), (written.digest, written.size, written.blob));
        assert_eq!((read.sop_class_uid, read.transfer_syntax_uid), (written.sop_class_uid, written.transfer_syntax_uid));
        assert_eq!((read.instance_number, read.received_at), (written.instance_number, written.received_at));
        assert!(repo.instance(Uuid::now_v7(), &written.sop_instance_uid).await.expect("reads").is_none());
        let asked = [written.sop_instance_uid.clone(), "1.9\0".to_owned()];
        let metadata = repo.instance_metadata(id, &asked).await.expect("reads");
        assert_eq!(metadata.into_iter().collect::<Vec<_>>(), [(written.sop_instance_uid, content.sealed_metadata)]);
        assert!(repo.instance_metadata(id, &[]).await.expect("nothing was asked for").is_empty());
    }

    async fn the_inbox_holds_what_hangs_on_no_consult(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut studies = Vec::new();
        for n in 0..3 {
            let mut row = world.study(&format!("1.2.{n}"), StudyColumns::default());
            row.created_at = n;
            studies.push(repo.ensure_study(&row).await.expect("writes").id);
        }
        let mut write = world.append(Uuid::now_v7(), 0, 1);
        write.studies = vec![studies[1]];
        repo.append(&write).await.expect("writes");
        let mut again = world.append(write.consult_id, 1, 1);
        again.studies = vec![studies[1]];
        repo.append(&again).await.expect("attaching twice is harmless");

        let inbox = |house, limit| async move {
            repo.inbox(house, limit).await.expect("reads").iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(inbox(world.asking, 10).await, [studies[2], studies[0]]);
        assert_eq!(inbox(world.asking, 1).await, [studies[2]]);
        assert!(inbox(world.providing, 10).await.is_empty());
        assert_eq!(repo.consults_of_study(studies[1]).await.expect("reads"), [write.consult_id]);
        assert!(repo.consults_of_study(studies[0]).await.expect("reads").is_empty());
    }

    async fn a_read_is_logged_once_a_quarter_of_an_hour(fixture) {
        let row = AccessRow {
            person_id: Uuid::now_v7(),
            session: "ab12".into(),
            kind: "images".into(),
            subject: Uuid::now_v7(),
            window_start: 900_000,
            at: 900_001,
        };
        let again = AccessRow { at: 900_002, ..row.clone() };
        let later = AccessRow { window_start: 1_800_000, ..row.clone() };
        let search = AccessRow { kind: "search".into(), ..row.clone() };
        fixture.store.log_access(&[]).await.expect("nothing is harmless");
        for rows in [vec![row.clone()], vec![again, later, row], vec![search]] {
            fixture.store.log_access(&rows).await.expect("writes");
        }
        assert_eq!(fixture.count("SELECT COUNT(*) FROM access_log").await, 3);
        assert_eq!(fixture.count("SELECT MAX(first_at) FROM access_log").await, 900_001, "the first one counts");
    }
}
