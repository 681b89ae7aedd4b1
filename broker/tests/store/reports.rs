//! What is counted over consults, and the rotas of the past.

use crate::world::World;
use std::collections::BTreeMap;
use telekonsil::app::ports::*;
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

/// A consult of a service that was asked for at `asked` and answered after `took`.
async fn consult(
    world: &World,
    repo: &impl Repository,
    asked: i64,
    took: Option<i64>,
    change: impl FnOnce(&mut SnapshotRow),
) {
    let mut write = world.append(Uuid::now_v7(), 0, 1);
    write.snapshot.course =
        CourseRow { asked_at: Some(asked), accepted_at: took.map(|ms| asked + ms), ..CourseRow::default() };
    write.snapshot.specialist = took.map(|_| world.specialists[0]);
    change(&mut write.snapshot);
    assert!(matches!(repo.append(&write).await, Ok(Appended::At { .. })));
}

fn filter(world: &World, from: i64, until: i64) -> ReportFilter {
    ReportFilter { networks: vec![world.network], from, until }
}

/// By the definition: the smallest that at least `percent` of all do not exceed.
fn nearest_rank(times: &[i64], percent: usize) -> Option<i64> {
    times
        .iter()
        .copied()
        .filter(|t| times.iter().filter(|other| *other <= t).count() * 100 >= percent * times.len())
        .min()
}

/// Numbers by chance from a seed (splitmix64).
fn chance(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) % below
}

on_both! {
    /// Whatever the times are: many equal ones, one alone, none.
    async fn percentiles_are_those_of_the_definition(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut seed = 7;
        // Each round lies in an hour of its own.
        for round in 0..24i64 {
            let mut times: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
            for _ in 0..chance(&mut seed, 12) {
                let urgency = ["emergency", "urgent"][chance(&mut seed, 2) as usize];
                let took = chance(&mut seed, [3, 40, 100_000][round as usize % 3]) as i64;
                let took = (chance(&mut seed, 4) > 0).then_some(took);
                let all = times.entry(urgency).or_default();
                all.extend(took);
                consult(&world, repo, round * HOUR, took, |row| row.urgency = urgency.into()).await;
            }
            let rows = repo.answers(&filter(&world, round * HOUR, (round + 1) * HOUR), ReportBy::Urgency).await.expect("reads");
            assert_eq!(rows.len(), times.len(), "round {round}");
            for row in rows {
                let own = &times[row.urgency.as_deref().expect("grouped by it")];
                assert_eq!((row.median_ms, row.p95_ms), (nearest_rank(own, 50), nearest_rank(own, 95)), "{own:?}");
                assert_eq!(row.accepted, own.len() as i64);
            }
        }
    }

    async fn consults_are_counted_once_each_by_urgency_or_house_and_tests_never(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        consult(&world, repo, 10, Some(5_000), |_| ()).await;
        consult(&world, repo, 20, None, |row| { row.course.declines = 2; row.course.escalated = true; row.course.unanswered = true; }).await;
        consult(&world, repo, 30, None, |row| row.state = "cancelled".into()).await;
        consult(&world, repo, 40, Some(1), |row| row.course.is_test = true).await;
        // Never more than announced; outside; of a network that is not asked about.
        consult(&world, repo, 50, None, |row| row.course.asked_at = None).await;
        consult(&world, repo, 100, Some(9), |_| ()).await;
        let rows = repo.answers(&filter(&world, 0, 100), ReportBy::Urgency).await.expect("reads");
        let expected = AnswerRow {
            service_id: world.service,
            urgency: Some("urgent".into()),
            hospital_id: None,
            asked: 3,
            accepted: 1,
            declined: 1,
            escalated: 1,
            unanswered: 1,
            cancelled: 1,
            median_ms: Some(5_000),
            p95_ms: Some(5_000),
        };
        assert_eq!(rows, std::slice::from_ref(&expected));
        let rows = repo.answers(&filter(&world, 0, 100), ReportBy::Hospital).await.expect("reads");
        assert_eq!(rows, [AnswerRow { urgency: None, hospital_id: Some(world.asking), ..expected }]);
        let nobody = ReportFilter { networks: vec![], from: 0, until: 100 };
        assert_eq!(repo.answers(&nobody, ReportBy::Urgency).await.expect("reads"), []);
        let called = repo.call_outs(&filter(&world, 0, 200)).await.expect("reads");
        // Accepted at 109 as well: what counts is when somebody was called.
        assert_eq!(called, [CallOutRow { service_id: world.service, person_id: world.specialists[0], count: 1 }]);
        let called = repo.call_outs(&filter(&world, 0, 10_000)).await.expect("reads");
        assert_eq!(called[0].count, 2);
    }

    /// What a consult tells the reports outlives its content.
    async fn a_purged_consult_still_counts(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut write = world.append(Uuid::now_v7(), 0, 1);
        write.snapshot.ended_at = Some(70);
        write.snapshot.course = CourseRow { asked_at: Some(10), accepted_at: Some(17), ..CourseRow::default() };
        repo.append(&write).await.expect("writes");
        assert!(repo.purge_consult(write.consult_id, 1, 99, "{}").await.expect("purges").is_some());
        let rows = repo.answers(&filter(&world, 0, 100), ReportBy::Urgency).await.expect("reads");
        assert_eq!((rows[0].asked, rows[0].median_ms), (1, Some(7)));
    }

    async fn the_rotas_of_a_time_are_the_one_in_force_at_its_beginning_and_those_that_came(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        for at in [Some(100), None, Some(200), Some(300)] {
            let row = RotaRow { service_id: world.service, body: "{}".into(), published_at: at, ..RotaRow::default() };
            repo.write_directory(&DirectoryWrite { rotas: vec![row], ..DirectoryWrite::default() }).await.expect("writes");
        }
        let of = |from, until| async move {
            let rows = repo.rotas_in_force(world.service, from, until).await.expect("reads");
            rows.iter().map(|row| row.revision).collect::<Vec<_>>()
        };
        // Revision 1 is the seed's, of unknown time; 3 as well.
        assert_eq!(of(0, 50).await, [1]);
        assert_eq!(of(100, 150).await, [2, 3]);
        assert_eq!(of(150, 250).await, [2, 3, 4]);
        assert_eq!(of(250, 900).await, [4, 5]);
        assert_eq!(of(300, 301).await, [5]);
    }

    async fn departments_and_who_belongs_to_them_are_part_of_the_directory(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let row = DepartmentRow { id: Uuid::now_v7(), hospital_id: world.asking, name: "Notaufnahme".into(), phone: "+49 431 5".into() };
        let members = vec![(world.referrer, Some(row.id))];
        repo.write_directory(&DirectoryWrite { departments: vec![row.clone()], members, ..DirectoryWrite::default() }).await.expect("writes");
        let rows = repo.directory().await.expect("reads");
        assert_eq!((rows.departments, rows.members), (vec![row.clone()], vec![(world.referrer, row.id)]));
        let renamed = DepartmentRow { name: "ZNA".into(), ..row };
        let write = DirectoryWrite { departments: vec![renamed.clone()], members: vec![(world.referrer, None)], ..DirectoryWrite::default() };
        repo.write_directory(&write).await.expect("writes");
        let rows = repo.directory().await.expect("reads");
        assert_eq!((rows.departments, rows.members), (vec![renamed], vec![]));
    }

    async fn steps_of_a_house_are_written_over_and_taken_back(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let row = OnboardingRow {
            hospital_id: world.asking,
            step: "phones".into(),
            done_by: Some(world.referrer),
            done_at: Some(5),
            note: "Pforte".into(),
            consult_id: None,
        };
        repo.put_onboarding(&row).await.expect("writes");
        let open = OnboardingRow { done_by: None, done_at: None, ..row.clone() };
        repo.put_onboarding(&OnboardingRow { step: "contract".into(), ..open.clone() }).await.expect("writes");
        repo.put_onboarding(&open).await.expect("writes");
        assert_eq!(repo.onboarding(world.asking).await.expect("reads"), [OnboardingRow { step: "contract".into(), ..open.clone() }, open]);
        repo.delete_onboarding(world.asking, "phones").await.expect("deletes");
        assert_eq!(repo.onboarding(world.asking).await.expect("reads").len(), 1);
        assert_eq!(repo.onboarding(world.providing).await.expect("reads"), []);
    }
}
