//! Slots that consults hold: one person has one at a time, whoever asks at once.

use crate::world::World;
use telekonsil::app::ports::*;
use uuid::Uuid;

fn row(world: &World, consult_id: Uuid, who: usize, starts_at: i64) -> BookingRow {
    BookingRow {
        consult_id,
        person_id: world.specialists[who],
        service_id: world.service,
        starts_at,
        ends_at: starts_at + 30,
        busy_from: starts_at - 5,
        busy_until: starts_at + 40,
    }
}

fn hold(row: BookingRow, schedule_rev: i64) -> Option<BookingWrite> {
    Some(BookingWrite::Hold { row, schedule_rev })
}

on_both! {
    async fn a_slot_is_held_upon_the_schedule_that_it_was_found_free_on(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [first, second, third] = [(); 3].map(|()| Uuid::now_v7());
        let write = |id, seq, booking| {
            let write = Append { booking, ..world.append(id, seq, 1) };
            async move { repo.append(&write).await.expect("answers") }
        };
        let held = row(&world, first, 0, 1_000);
        assert!(matches!(write(first, 0, hold(held, 0)).await, Appended::At { .. }));
        let read = repo.bookings(0).await.expect("reads");
        assert_eq!(read, BookingsRead { bookings: vec![held], schedules: vec![(world.specialists[0], 1)] });
        assert_eq!(repo.bookings(held.busy_until).await.expect("reads").bookings, [], "it is over then");

        // Found free before the first one wrote: also at another time, which may be too close.
        assert_eq!(write(second, 0, hold(row(&world, second, 0, 2_000), 0)).await, Appended::Conflict);
        assert_eq!(repo.load(second).await.expect("reads").map(|log| log.len()), None, "nothing of it is written");
        // The same begin is taken whatever somebody has seen.
        assert_eq!(write(second, 0, hold(row(&world, second, 0, 1_000), 1)).await, Appended::Conflict);
        assert!(matches!(write(second, 0, hold(row(&world, second, 0, 2_000), 1)).await, Appended::At { .. }));
        // Somebody else's schedule is another one.
        assert!(matches!(write(third, 0, hold(row(&world, third, 1, 1_000), 0)).await, Appended::At { .. }));

        // Moved: the old one is free at once. Kept: nothing is touched. Given up.
        assert!(matches!(write(first, 1, hold(row(&world, first, 0, 3_000), 2)).await, Appended::At { .. }));
        assert!(matches!(write(first, 2, None).await, Appended::At { .. }));
        assert!(matches!(write(second, 1, hold(row(&world, second, 0, 1_000), 3)).await, Appended::At { .. }));
        assert!(matches!(write(third, 1, Some(BookingWrite::Free)).await, Appended::At { .. }));
        let read = repo.bookings(0).await.expect("reads");
        let starts: Vec<_> = read.bookings.iter().map(|row| (row.consult_id, row.starts_at)).collect();
        assert_eq!(starts, [(second, 1_000), (first, 3_000)]);
    }

    async fn of_many_at_once_one_holds_the_slot(fixture) {
        let world = World::seed(&*fixture.store).await;
        let tries = (0..8).map(|_| {
            let id = Uuid::now_v7();
            let write = Append { booking: hold(row(&world, id, 0, 1_000), 0), ..world.append(id, 0, 1) };
            let store = fixture.store.clone();
            tokio::spawn(async move { store.append(&write).await.expect("answers") })
        });
        let mut won = 0;
        for of in tries.collect::<Vec<_>>() {
            won += u32::from(matches!(of.await.expect("ends"), Appended::At { .. }));
        }
        assert_eq!(won, 1);
        assert_eq!(fixture.store.bookings(0).await.expect("reads").bookings.len(), 1);
    }

    async fn bookable_hours_are_part_of_the_directory(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let rules = |body: &str| BookingRulesRow {
            service_id: world.service,
            body: body.into(),
            author: Some(world.referrer),
            written_at: 7,
        };
        for body in ["{}", "null"] {
            let write = DirectoryWrite { booking_rules: vec![rules(body)], ..DirectoryWrite::default() };
            repo.write_directory(&write).await.expect("writes");
            assert_eq!(repo.directory().await.expect("reads").booking_rules, [rules(body)]);
        }
    }
}
