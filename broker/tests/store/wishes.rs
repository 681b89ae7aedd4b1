//! Wishes of a month, and what it is planned by.

use crate::world::World;
use telekonsil::app::ports::*;

fn rules(world: &World, rev: i64, body: &str) -> PlanningRulesRow {
    PlanningRulesRow {
        service_id: world.service,
        rev,
        body: body.into(),
        author: world.referrer,
        updated_at: 100 + rev,
    }
}

fn wish(world: &World, who: usize, day: &str, kind: &str) -> WishRow {
    WishRow {
        service_id: world.service,
        person_id: world.specialists[who],
        day: day.into(),
        kind: kind.into(),
        author: world.specialists[who],
        written_at: 5,
    }
}

fn december(world: &World, who: usize, days: &[(&str, &str)]) -> WishWrite {
    WishWrite {
        service_id: world.service,
        person_id: world.specialists[who],
        from: "2026-12-01".into(),
        until: "2027-01-01".into(),
        rows: days.iter().map(|(day, kind)| wish(world, who, day, kind)).collect(),
        kept_from: "2025-11-28".into(),
    }
}

on_both! {
    async fn of_two_who_change_the_rules_one_is_told_that_they_are_others_now(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        assert_eq!(repo.planning_rules(world.service).await.expect("reads"), None);
        assert!(!repo.put_planning_rules(&rules(&world, 2, "none to change")).await.expect("answers"));
        assert!(repo.put_planning_rules(&rules(&world, 1, "a")).await.expect("writes"));
        assert!(!repo.put_planning_rules(&rules(&world, 1, "b")).await.expect("answers"));
        assert!(repo.put_planning_rules(&rules(&world, 2, "c")).await.expect("writes"));
        assert_eq!(repo.planning_rules(world.service).await.expect("reads"), Some(rules(&world, 2, "c")));
    }

    async fn the_wishes_of_a_month_take_the_place_of_those_before_and_of_no_others(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let read = |from: &'static str, until: &'static str| async move {
            let rows = repo.wishes(world.service, from, until).await.expect("reads");
            rows.into_iter().map(|row| (row.person_id, row.day, row.kind)).collect::<Vec<_>>()
        };
        let [first, second] = [world.specialists[0], world.specialists[1]];
        repo.put_wishes(&december(&world, 0, &[("2026-12-24", "impossible"), ("2026-12-31", "want")])).await.expect("writes");
        repo.put_wishes(&december(&world, 1, &[("2026-12-24", "want")])).await.expect("writes");
        let row = |person, day: &str, kind: &str| (person, day.to_owned(), kind.to_owned());
        let mut all = vec![
            row(first, "2026-12-24", "impossible"), row(first, "2026-12-31", "want"), row(second, "2026-12-24", "want"),
        ];
        all.sort();
        assert_eq!(read("2026-12-01", "2027-01-01").await, all);
        assert_eq!(repo.wishes_of(first, "2026-12-01", "2026-12-31").await.expect("reads").len(), 1);

        let january = WishWrite {
            from: "2027-01-01".into(),
            until: "2027-02-01".into(),
            ..december(&world, 0, &[("2027-01-05", "want")])
        };
        repo.put_wishes(&january).await.expect("writes");
        repo.put_wishes(&december(&world, 0, &[("2026-12-25", "rather_not")])).await.expect("writes");
        let mine = repo.wishes_of(first, "2026-12-01", "2027-02-01").await.expect("reads");
        let mine: Vec<_> = mine.iter().map(|row| (row.day.as_str(), row.kind.as_str())).collect();
        assert_eq!(mine, [("2026-12-25", "rather_not"), ("2027-01-05", "want")]);
        assert_eq!(read("2026-12-24", "2026-12-25").await, [row(second, "2026-12-24", "want")]);

        // What is older than it is kept for is forgotten with the next one that is written.
        let later = WishWrite { kept_from: "2026-12-26".into(), ..january };
        repo.put_wishes(&later).await.expect("writes");
        assert_eq!(repo.wishes_of(first, "2026-01-01", "2027-02-01").await.expect("reads").len(), 1);
    }
}
