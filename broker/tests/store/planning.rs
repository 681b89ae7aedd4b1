//! Drafts of rotas, their history, absences, what people are told.

use crate::world::World;
use telekonsil::app::ports::*;
use uuid::Uuid;

fn draft(world: &World, rev: i64, body: &str) -> DraftRow {
    DraftRow {
        service_id: world.service,
        based_on: 1,
        rev,
        body: body.into(),
        author: world.referrer,
        updated_at: 100 + rev,
    }
}

fn absence(world: &World, id: Uuid) -> AbsenceRow {
    AbsenceRow {
        id,
        person_id: world.specialists[0],
        kind: "sick".into(),
        zone: "Europe/Berlin".into(),
        from: "2026-11-24T00:00:00".into(),
        until: "2026-11-25T00:00:00".into(),
        author: world.referrer,
        written_at: 5,
        feed_id: None,
    }
}

on_both! {
    async fn of_two_who_change_a_draft_one_is_told_that_it_is_another_one_now(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        assert_eq!(repo.rota_draft(world.service).await.expect("reads"), None);
        assert!(!repo.put_rota_draft(&draft(&world, 2, "none to change")).await.expect("answers"));
        assert!(repo.put_rota_draft(&draft(&world, 1, "a")).await.expect("writes"));
        assert!(!repo.put_rota_draft(&draft(&world, 1, "b")).await.expect("answers"));
        assert!(repo.put_rota_draft(&draft(&world, 2, "c")).await.expect("writes"));
        assert!(!repo.put_rota_draft(&draft(&world, 2, "d")).await.expect("answers"));
        assert_eq!(repo.rota_draft(world.service).await.expect("reads"), Some(draft(&world, 2, "c")));
        assert!(!repo.delete_rota_draft(world.service, 1).await.expect("answers"));
        assert!(repo.delete_rota_draft(world.service, 2).await.expect("deletes"));
        assert_eq!(repo.rota_draft(world.service).await.expect("reads"), None);
    }

    async fn everything_that_was_published_is_kept_with_its_author(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        assert!(repo.put_rota_draft(&draft(&world, 1, "{}")).await.expect("writes"));
        let row = RotaRow {
            service_id: world.service,
            revision: 2,
            body: "{\"layers\":[1]}".into(),
            author: Some(world.referrer),
            published_at: Some(7),
            note: "Urlaub".into(),
        };
        let write = DirectoryWrite { rotas: vec![row.clone()], no_drafts: vec![(world.service, 1)], ..DirectoryWrite::default() };
        repo.write_directory(&write).await.expect("writes");
        let history = repo.rota_history(world.service, 10).await.expect("reads");
        assert_eq!(history.iter().map(|row| row.revision).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(history[0], row);
        assert_eq!(repo.rota_version(world.service, 1).await.expect("reads").expect("is there").author, None);
        assert_eq!(repo.rota_version(world.service, 3).await.expect("reads"), None);
        assert_eq!(repo.rota_history(world.service, 1).await.expect("reads").len(), 1);
        assert_eq!(repo.directory().await.expect("reads").rotas, [row]);
        assert_eq!(repo.rota_draft(world.service).await.expect("reads"), None);
    }

    async fn absences_are_part_of_the_directory_until_they_are_taken_back(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = Uuid::now_v7();
        let write = |row: AbsenceRow| DirectoryWrite { absences: vec![row], ..DirectoryWrite::default() };
        assert_eq!(repo.write_directory(&write(absence(&world, id))).await.expect("writes"), 2);
        let longer = AbsenceRow { until: "2026-11-27T12:00:00".into(), kind: "holiday".into(), ..absence(&world, id) };
        repo.write_directory(&write(longer.clone())).await.expect("writes");
        assert_eq!(repo.directory().await.expect("reads").absences, [longer]);
        let gone = DirectoryWrite { no_absences: vec![id], ..DirectoryWrite::default() };
        assert_eq!(repo.write_directory(&gone).await.expect("writes"), 4);
        assert_eq!(repo.directory().await.expect("reads").absences, []);
    }

    async fn each_reads_their_own_notes_the_newest_first_and_what_is_read_is_marked(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let note = |to: usize, at: i64| DutyNoteRow {
            id: Uuid::now_v7(),
            person_id: world.specialists[to],
            service_id: world.service,
            at,
            author: None,
            body: format!("{{\"n\":{at}}}"),
            seen_at: None,
        };
        let duty_notes = vec![note(0, 1), note(1, 2), note(0, 3)];
        repo.write_directory(&DirectoryWrite { duty_notes: duty_notes.clone(), ..DirectoryWrite::default() }).await.expect("writes");
        let read = || async { repo.duty_notes(world.specialists[0], 10).await.expect("reads") };
        assert_eq!(read().await, [duty_notes[2].clone(), duty_notes[0].clone()]);
        assert_eq!(repo.see_duty_notes(world.specialists[0], 2, 9).await.expect("marks"), 1);
        assert_eq!(repo.see_duty_notes(world.specialists[0], 2, 10).await.expect("once"), 0);
        assert_eq!(read().await.iter().map(|row| row.seen_at).collect::<Vec<_>>(), [None, Some(9)]);
        assert_eq!(repo.duty_notes(world.specialists[1], 10).await.expect("reads")[0].seen_at, None);
    }
}
