//! QIDO-RS matching (PS3.4 C.2.2.2), the same on both engines.

use crate::world::{World, instance};
use ColumnTest::*;
use StudyColumn::*;
use telekonsil::app::ports::*;
use telekonsil::store::Store;
use uuid::Uuid;

struct Library<'a> {
    repo: &'a Store,
    world: World,
}

impl<'a> Library<'a> {
    /// Three studies of one house, one of another: 1.1, 1.2, 1.3 and 1.4.
    async fn fill(repo: &'a Store) -> Self {
        let world = World::seed(repo).await;
        let rows = [
            ("1.1", "Müller^Jörg", "20240101", "Schädel_CT 100%", "A-1", Some("CT"), world.asking),
            ("1.2", "MUELLER^ANNA", "20250615", "Thorax", "a-2", Some("CR"), world.asking),
            ("1.3", "ÇELİK^Özgür", "", "SCHÄDEL MRT\\x", "B*3", Some("MR"), world.asking),
            ("1.4", "Mohr^Ute", "20231231", "Schädel", "A-4", None, world.providing),
        ];
        for (n, (uid, name, date, description, accession, modality, hospital)) in rows.into_iter().enumerate() {
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let mut row = world.study(uid, StudyColumns::default());
            row.hospital_id = hospital;
            row.created_at = n as i64;
            let id = repo.ensure_study(&row).await.expect("writes").id;
            let mut new = instance(id, &format!("{uid}.1"), 1);
            new.series.modality = modality.map(Into::into);
            new.study = StudyColumns {
                patient_name: text(name),
                study_date: text(date),
                study_time: text("101500"),
                study_description: text(description),
                accession_number: text(accession),
                ..StudyColumns::default()
            };
            repo.insert_instance(&new).await.expect("writes");
        }
        Self { repo, world }
    }

    /// UIDs of the asking house's studies that match.
    async fn find(&self, tests: &[(StudyColumn, ColumnTest)]) -> Vec<String> {
        self.search(StudySearch {
            hospital: Some(self.world.asking),
            studies: Vec::new(),
            tests: tests.to_vec(),
            limit: 10,
            offset: 0,
        })
        .await
    }

    async fn search(&self, search: StudySearch) -> Vec<String> {
        self.repo.search_studies(&search).await.expect("reads").into_iter().map(|row| row.study_instance_uid).collect()
    }
}

fn wild(text: &str) -> ColumnTest {
    Wildcard(text.into())
}

fn range(from: Option<&str>, to: Option<&str>) -> ColumnTest {
    Range { from: from.map(Into::into), to: to.map(Into::into) }
}

on_both! {
    async fn the_newest_study_comes_first_and_undated_ones_last(fixture) {
        let library = Library::fill(&fixture.store).await;
        assert_eq!(library.find(&[]).await, ["1.2", "1.1", "1.3"]);
    }

    async fn wild_cards_know_no_case_not_even_of_umlauts(fixture) {
        let library = Library::fill(&fixture.store).await;
        assert_eq!(library.find(&[(PatientName, wild("MÜLLER*"))]).await, ["1.1"]);
        assert_eq!(library.find(&[(PatientName, wild("m?ller^j*"))]).await, ["1.1"]);
        assert_eq!(library.find(&[(PatientName, wild("m*ller*"))]).await, ["1.2", "1.1"]);
        assert_eq!(library.find(&[(PatientName, wild("*ÖZGÜR"))]).await, ["1.3"]);
        assert_eq!(library.find(&[(StudyDescription, wild("schädel*"))]).await, ["1.1", "1.3"]);
        assert_eq!(library.find(&[(AccessionNumber, wild("A-?"))]).await, ["1.2", "1.1"]);
        assert_eq!(library.find(&[(Modality, wild("c*"))]).await, ["1.2", "1.1"]);
        assert!(library.find(&[(PatientName, wild("Müller"))]).await.is_empty(), "the whole value counts");
    }

    async fn what_means_something_in_sql_means_nothing_here(fixture) {
        let library = Library::fill(&fixture.store).await;
        assert_eq!(library.find(&[(StudyDescription, wild("*100%"))]).await, ["1.1"]);
        assert!(library.find(&[(StudyDescription, wild("%"))]).await.is_empty());
        assert!(library.find(&[(StudyDescription, wild("Tho_ax"))]).await.is_empty());
        assert_eq!(library.find(&[(StudyDescription, wild("*mrt\\x"))]).await, ["1.3"]);
        assert_eq!(library.find(&[(AccessionNumber, Equals("B*3".into()))]).await, ["1.3"]);
        for hostile in ["'; DROP TABLE studies; --", "' OR '1'='1", "\0", "x' ESCAPE '!"] {
            assert!(library.find(&[(PatientName, Equals(hostile.into()))]).await.is_empty());
            assert!(library.find(&[(PatientName, wild(hostile))]).await.is_empty());
        }
        assert_eq!(library.find(&[(PatientName, wild(&"*a".repeat(128)))]).await, [""; 0], "costly patterns end");
        assert!(library.find(&[(PatientName, wild(&"*".repeat(5_000)))]).await.is_empty(), "longer than any name");
        assert_eq!(library.find(&[]).await.len(), 3, "everything is still there");
    }

    async fn equality_is_exact_and_lists_are_unions(fixture) {
        let library = Library::fill(&fixture.store).await;
        let list = |values: &[&str]| AnyOf(values.iter().map(|v| (*v).to_owned()).collect());
        assert_eq!(library.find(&[(AccessionNumber, Equals("a-2".into()))]).await, ["1.2"]);
        assert!(library.find(&[(AccessionNumber, Equals("A-2".into()))]).await.is_empty());
        assert_eq!(library.find(&[(StudyInstanceUid, list(&["1.1", "1.3", "1.4", "9"]))]).await, ["1.1", "1.3"]);
        assert!(library.find(&[(StudyInstanceUid, list(&[]))]).await.is_empty());
        assert_eq!(library.find(&[(Modality, list(&["MR", "CR"]))]).await, ["1.2", "1.3"]);
        assert_eq!(library.find(&[(Modality, Equals("CT".into())), (PatientName, wild("m*"))]).await, ["1.1"]);
        assert!(library.find(&[(Modality, Equals("CT".into())), (PatientName, wild("ç*"))]).await.is_empty());
        assert!(library.find(&[(PatientSex, Equals("F".into()))]).await.is_empty(), "an empty value is no match");
    }

    async fn ranges_include_their_ends(fixture) {
        let library = Library::fill(&fixture.store).await;
        assert_eq!(library.find(&[(StudyDate, range(Some("20240101"), Some("20250615")))]).await, ["1.2", "1.1"]);
        assert_eq!(library.find(&[(StudyDate, range(Some("20240102"), None))]).await, ["1.2"]);
        assert_eq!(library.find(&[(StudyDate, range(None, Some("20240101")))]).await, ["1.1"]);
        assert_eq!(library.find(&[(StudyTime, range(Some("1015"), Some("1016")))]).await.len(), 3);
    }

    async fn only_the_house_and_the_listed_studies_are_searched(fixture) {
        let library = Library::fill(&fixture.store).await;
        let foreign = fixture.store.studies_by_uid("1.4").await.expect("reads")[0].id;
        let search = |hospital, studies, limit, offset| StudySearch { hospital, studies, tests: Vec::new(), limit, offset };
        let (asking, providing) = (Some(library.world.asking), Some(library.world.providing));
        assert!(library.search(search(None, Vec::new(), 10, 0)).await.is_empty());
        assert_eq!(library.search(search(providing, Vec::new(), 10, 0)).await, ["1.4"]);
        assert_eq!(library.search(search(None, vec![foreign, Uuid::now_v7()], 10, 0)).await, ["1.4"]);
        assert_eq!(library.search(search(asking, vec![foreign], 10, 0)).await, ["1.2", "1.1", "1.4", "1.3"]);
        assert_eq!(library.search(search(asking, vec![foreign], 2, 1)).await, ["1.1", "1.4"]);
        assert!(library.search(search(asking, vec![foreign], 2, 4)).await.is_empty());
        let wild_card = StudySearch { tests: vec![(PatientName, wild("*"))], ..search(providing, Vec::new(), 10, 0) };
        assert_eq!(library.search(wild_card).await, ["1.4"], "a test never widens the search");
    }
}
