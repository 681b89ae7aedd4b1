//! What the matching keeps and what it reads of the past.

use crate::world::World;
use telekonsil::app::ports::*;
use uuid::Uuid;

fn weights(world: &World, version: i64, body: &str) -> DirectoryWrite {
    let row = WeightsRow {
        service_id: world.service,
        version,
        body: body.into(),
        author: world.referrer,
        written_at: version * 10,
        note: "Warum".into(),
    };
    DirectoryWrite { weights: vec![row], ..DirectoryWrite::default() }
}

on_both! {
    async fn the_last_version_of_the_weights_counts_and_each_is_kept(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        repo.write_directory(&weights(&world, 1, "{\"primary\":1}")).await.expect("writes");
        repo.write_directory(&weights(&world, 2, "{\"primary\":2}")).await.expect("writes");
        let read = repo.directory().await.expect("reads").weights;
        assert_eq!(read, weights(&world, 2, "{\"primary\":2}").weights);
        let history = repo.weights(world.service, 10).await.expect("reads");
        assert_eq!(history.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(repo.weights(world.service, 1).await.expect("reads").len(), 1);
        assert!(repo.weights(Uuid::nil(), 10).await.expect("reads").is_empty());
        // A version is written once: whoever was late is refused, and nothing is changed.
        assert!(repo.write_directory(&weights(&world, 2, "{}")).await.is_err());
        assert_eq!(repo.directory().await.expect("reads").weights, read);
    }

    async fn answers_are_those_of_the_asked_people_and_service_since_then(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [one, other, _] = world.specialists;
        for (n, (person, rung, accepted)) in
            [(one, 1000, 31_000), (one, 50_000, 59_000), (other, 2000, 3000)].into_iter().enumerate()
        {
            let mut write = world.append(Uuid::from_u128(0xa_0000 + n as u128), 0, 1);
            let row = |relation: &str, since| ConsultPersonRow { person_id: person, relation: relation.into(), since };
            write.people = vec![row("rung", rung), row("specialist", accepted)];
            repo.append(&write).await.expect("writes");
        }
        let mut taken_over = world.append(Uuid::from_u128(0xb_0000), 0, 1);
        taken_over.people = vec![ConsultPersonRow { person_id: one, relation: "specialist".into(), since: 60_000 }];
        repo.append(&taken_over).await.expect("writes");
        let read = |people: Vec<Uuid>, since| async move {
            let rows = repo.answer_times(world.service, &people, since).await.expect("reads");
            rows.into_iter().map(|row| (row.person_id, row.took)).collect::<Vec<_>>()
        };
        assert_eq!(read(vec![one], 0).await, [(one, 9000), (one, 30_000)], "nobody rang for the third");
        assert_eq!(read(vec![one], 40_000).await, [(one, 9000)]);
        assert_eq!(read(vec![one, other], 0).await.len(), 3);
        assert_eq!(read(vec![], 0).await, []);
        let many: Vec<Uuid> = (0..1200).map(Uuid::from_u128).chain([other]).collect();
        assert_eq!(read(many, 0).await, [(other, 1000)]);
        assert!(repo.answer_times(Uuid::nil(), &[one], 0).await.expect("reads").is_empty());
    }

    async fn stays_are_those_of_the_asked_people_in_the_order_of_time(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [one, other, _] = world.specialists;
        let consult = Uuid::from_u128(0xa_0001);
        let mut write = world.append(consult, 0, 4);
        for (event, (kind, actor, at)) in
            write.events.iter_mut().zip([("joined", one, 10), ("accepted", one, 11), ("joined", other, 12), ("left", one, 13)])
        {
            (event.kind, event.actor, event.at) = (kind.into(), Some(actor), at);
        }
        repo.append(&write).await.expect("writes");
        let stay = |person_id, came, at| StayRow { consult_id: consult, person_id, came, at };
        assert_eq!(repo.room_stays(&[one], 0).await.expect("reads"), [stay(one, true, 10), stay(one, false, 13)]);
        assert_eq!(repo.room_stays(&[one, other], 12).await.expect("reads").len(), 2);
        assert_eq!(repo.room_stays(&[], 0).await.expect("reads"), []);
    }

    async fn an_overflow_counts_once_from_its_first_time(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let (consult, other) = (Uuid::from_u128(0xa_0001), Uuid::from_u128(0xa_0002));
        let row = |since| Some(OverflowRow { service_id: world.service, since });
        for (id, seq, since) in [(consult, 0, 100), (consult, 1, 900), (other, 0, 200)] {
            let write = Append { overflow: row(since), ..world.append(id, seq, 1) };
            assert!(matches!(repo.append(&write).await.expect("writes"), Appended::At { .. }));
        }
        let count = |since, except| async move {
            repo.overflows(world.service, world.service, since, except).await.expect("reads")
        };
        assert_eq!(count(0, Uuid::nil()).await, 2);
        assert_eq!(count(150, Uuid::nil()).await, 1, "the first time counts");
        assert_eq!(count(0, other).await, 1);
        assert_eq!(repo.overflows(Uuid::nil(), world.service, 0, Uuid::nil()).await.expect("reads"), 0);
    }

    async fn the_last_rankings_of_a_service_are_read_and_purged_ones_are_not(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        for n in 0..4 {
            let mut write = world.append(Uuid::from_u128(0xa_0000 + n), 0, 2);
            write.events[1].kind = "matched".into();
            if n == 2 {
                write.events[1].body = None;
            }
            repo.append(&write).await.expect("writes");
        }
        let read = repo.matches_of(world.service, 2).await.expect("reads");
        let ids: Vec<_> = read.iter().map(|row| row.consult_id.as_u128() & 0xf).collect();
        assert_eq!((ids, read[0].event.seq, read[0].position), (vec![3, 1], 2, 8));
        assert!(repo.matches_of(Uuid::nil(), 2).await.expect("reads").is_empty());
    }
}
