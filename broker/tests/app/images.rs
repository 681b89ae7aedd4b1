//! Objects in, through the worker process, and out again by those who may.

use crate::stage::Stage;
use bytes::Bytes;
use futures_util::TryStreamExt;
use imaging::phantom::{self, Params};
use schemas::consult::{Action, DeclareStudy};
use telekonsil::app::{
    Error, InstanceSearch, InstanceTest, Shelf, StudyName, StudyTest,
    ports::{ColumnTest, StudyColumn},
};

fn slices(noise: f32) -> (String, Vec<Bytes>) {
    let params = Params { slices: 3, size: 64, noise, ..Params::default() };
    (phantom::study_instance_uid(&params), phantom::generate(&params).map(|(_, bytes)| bytes.into()).collect())
}

on_both! {
    async fn a_study_arrives_once_is_shown_to_the_team_and_to_nobody_else(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let (uid, objects) = slices(3.5);
        let id = stage.emergency().await;
        let declared = DeclareStudy { study_instance_uid: uid.clone(), instances: 3 };
        let status = app.declare_study(&stage.referrer, id, declared.clone()).await.unwrap();
        assert_eq!((status.declared, status.received), (Some(3), 0));
        for object in &objects {
            let stored = app.store_object(&stage.referrer, Some(&uid), object.clone()).await.unwrap();
            assert!(!stored.already_there && stored.study_id == status.id);
        }
        // Sent again after a lost response: a success that changes nothing. Other content: refused.
        assert!(app.store_object(&stage.referrer, None, objects[0].clone()).await.unwrap().already_there);
        let (_, others) = slices(9.0);
        let refused = app.store_object(&stage.referrer, Some(&uid), others[0].clone()).await.unwrap_err();
        assert_eq!(refused.failure_reason, 0x0111);
        assert!(refused.sop_instance_uid.is_some());
        let refused = app.store_object(&stage.referrer, Some("1.2.3"), objects[0].clone()).await.unwrap_err();
        assert_eq!(refused.failure_reason, 0xA900);
        let refused = app.store_object(&stage.referrer, None, Bytes::from_static(b"no DICOM")).await.unwrap_err();
        assert_eq!(refused.failure_reason, 0xC000);
        assert!(app.store_object(&stage.first, None, objects[0].clone()).await.is_err(), "specialists send nothing");

        let status = app.declare_study(&stage.referrer, id, declared).await.unwrap();
        assert_eq!((status.received, status.modalities.as_slice()), (3, &["CT".to_owned()][..]));
        assert_eq!(app.study_instances(&stage.referrer, status.id).await.unwrap().len(), 3);
        assert!(app.inbox(&stage.referrer).await.unwrap().is_empty(), "it hangs on a consult");

        // Rung: the question. Accepted: the images.
        assert!(matches!(app.open_study(&stage.first, "s", StudyName::uid(&uid)).await, Err(Error::NotFound)));
        assert!(app.qido_studies(&stage.first, None, vec![], 10, 0).await.unwrap().is_empty());
        stage.act(&stage.first, id, Action::Accept).await.unwrap();
        let study = app.open_study(&stage.first, "s", StudyName::uid(&uid)).await.unwrap();
        for outsider in [&stage.stranger, &stage.second, &stage.coordinator] {
            assert!(matches!(app.open_study(outsider, "s", StudyName::uid(&uid)).await, Err(Error::NotFound)));
        }
        let rows = study.instances(None).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.instance_number).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
        let whole: Vec<Bytes> = study.object(&rows[0]).try_collect().await.unwrap();
        assert_eq!(whole.concat(), objects[0]);
        let first = study.instance(&rows[0].series_instance_uid, &rows[0].sop_instance_uid).await.unwrap();
        assert_eq!(study.frame(&first, 1).await.unwrap().len(), 64 * 64 * 2);
        assert!(matches!(study.frame(&first, 2).await, Err(Error::Imaging(_))));
        let metadata = study.metadata(&[rows[2].clone(), rows[0].clone()]).await.unwrap();
        assert!(metadata[0].contains(&rows[2].sop_instance_uid) && metadata[1].contains(&rows[0].sop_instance_uid));
        let by_name = |name: &str| vec![(StudyColumn::PatientName, ColumnTest::Wildcard(name.to_owned()))];
        assert_eq!(app.qido_studies(&stage.first, None, by_name("test*"), 10, 0).await.unwrap().len(), 1);
        assert!(app.qido_studies(&stage.first, None, by_name("x*"), 10, 0).await.unwrap().is_empty());
        let shelf = Shelf { study_uid: Some(&uid), consult: None };
        let search = InstanceSearch { limit: 10, ..InstanceSearch::default() };
        assert_eq!(app.qido_instances(&stage.first, shelf, &search).await.unwrap().len(), 3);
    }

    async fn a_list_of_instances_is_cut_where_it_was_asked_to_be(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        // Two studies of three objects each.
        for seed in [1, 2] {
            let params = Params { seed, slices: 3, size: 64, ..Params::default() };
            for (_, object) in phantom::generate(&params) {
                app.store_object(&stage.referrer, None, object.into()).await.unwrap();
            }
        }
        let found = async |search: InstanceSearch<'_>| {
            let found = app.qido_instances(&stage.referrer, Shelf::default(), &search).await.unwrap();
            found.into_iter().map(|(_, row)| row.sop_instance_uid).collect::<Vec<_>>()
        };
        let all = found(InstanceSearch { limit: 10, ..InstanceSearch::default() }).await;
        assert_eq!(all.len(), 6);
        // The same whether the database cuts or we do.
        let everything: InstanceTest<'_> = &|_, _| true;
        for fits in [None, Some(everything)] {
            for offset in 0..8 {
                for limit in 0..8 {
                    let cut = found(InstanceSearch { fits, limit, offset, ..InstanceSearch::default() }).await;
                    let expected: Vec<_> = all.iter().skip(offset as usize).take(limit as usize).cloned().collect();
                    assert_eq!(cut, expected, "{limit} from {offset}");
                }
            }
        }
        let odd: InstanceTest<'_> = &|_, row| row.instance_number != Some(2);
        let cut = found(InstanceSearch { fits: Some(odd), limit: 2, offset: 1, ..InstanceSearch::default() }).await;
        assert_eq!(cut, [all[2].clone(), all[3].clone()]);
        let none: StudyTest<'_> = &|_| false;
        assert!(found(InstanceSearch { study_fits: Some(none), limit: 9, ..InstanceSearch::default() }).await.is_empty());
    }

    async fn a_uid_that_two_houses_hold_is_never_guessed(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let (uid, objects) = slices(3.5);
        let (ours, theirs) = (stage.emergency().await, stage.request().await);
        app.create(&stage.stranger, "s", theirs.clone()).await.unwrap();
        let mut studies = Vec::new();
        for (house, id) in [(&stage.referrer, ours), (&stage.stranger, theirs.id)] {
            let study_id = app.store_object(house, None, objects[0].clone()).await.unwrap().study_id;
            stage.act(house, id, Action::AttachStudy { study_id }).await.unwrap();
            stage.act(&stage.first, id, Action::Accept).await.unwrap();
            studies.push((house, id, study_id));
        }
        let bare = StudyName::uid(&uid);
        assert!(matches!(app.open_study(&stage.first, "s", bare).await, Err(Error::Conflict(_))));
        let shelf = Shelf { study_uid: Some(&uid), consult: None };
        assert!(matches!(app.qido_instances(&stage.first, shelf, &InstanceSearch::default()).await, Err(Error::Conflict(_))));
        for (house, id, study_id) in studies {
            let named = StudyName { uid: &uid, consult: Some(id) };
            assert_eq!(app.open_study(&stage.first, "s", named).await.unwrap().row.id, study_id.0);
            assert_eq!(app.qido_studies(&stage.first, Some(id), vec![], 10, 0).await.unwrap().len(), 1);
            assert_eq!(app.qido_series(&stage.first, Shelf { consult: Some(id), ..shelf }).await.unwrap().len(), 1);
            assert_eq!(app.open_study(house, "s", bare).await.unwrap().row.id, study_id.0, "one's own house's");
            assert!(matches!(app.open_study(&stage.second, "s", named).await, Err(Error::NotFound)));
        }
        let foreign = StudyName { uid: &uid, consult: Some(theirs.id) };
        assert!(matches!(app.open_study(&stage.referrer, "s", foreign).await, Err(Error::NotFound)));
    }

    async fn a_study_is_never_of_two_patients(fixture) {
        let stage = Stage::new(&fixture).await;
        let params = Params { slices: 2, size: 64, ..Params::default() };
        let other = Params { patient_id: "PHANTOM-2".to_owned(), ..params.clone() };
        let first = phantom::generate(&params).map(|(_, file)| file).next().unwrap();
        let second = phantom::generate(&other).map(|(_, file)| file).nth(1).unwrap();
        stage.app.store_object(&stage.referrer, None, first.into()).await.unwrap();
        let refused = stage.app.store_object(&stage.referrer, None, second.into()).await.unwrap_err();
        assert_eq!(refused.failure_reason, 0xA900);
        assert!(matches!(refused.error, Error::Imaging(imaging::Refusal::OtherPatient)));
    }

    async fn a_study_without_a_consult_waits_in_its_houses_inbox(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        let (uid, objects) = slices(3.5);
        app.store_object(&stage.referrer, None, objects[0].clone()).await.unwrap();
        let waiting = app.inbox(&stage.colleague).await.unwrap();
        assert_eq!(waiting[0].study_instance_uid, uid);
        assert!(app.inbox(&stage.stranger).await.unwrap().is_empty());
        let id = stage.emergency().await;
        let study_id = waiting[0].id;
        let detail = stage.act(&stage.referrer, id, Action::AttachStudy { study_id }).await.unwrap();
        assert_eq!(detail.studies[0].id, study_id);
        // Somebody else's study does not exist.
        let new = stage.request().await;
        app.create(&stage.stranger, "s", new.clone()).await.unwrap();
        let stolen = stage.act(&stage.stranger, new.id, Action::AttachStudy { study_id }).await;
        assert!(matches!(stolen, Err(Error::NotFound)));
    }
}
