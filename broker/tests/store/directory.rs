//! People, houses, services, rotas.

use crate::world::{World, person};
use telekonsil::app::ports::*;
use uuid::Uuid;

on_both! {
    async fn the_directory_is_read_back_whole(fixture) {
        assert_eq!(fixture.store.directory_revision().await.expect("reads"), 0);
        let world = World::seed(&*fixture.store).await;
        let read = fixture.store.directory().await.expect("reads");
        let mut written = world.directory();
        written.hospitals.sort_by_key(|row| row.id);
        written.people.sort_by_key(|row| row.id);
        written.rotas[0].revision = 1;
        written.policies[0].revision = 1;
        assert_eq!(read.revision, 1);
        assert_eq!(read.hospitals, written.hospitals);
        assert_eq!(read.networks, written.networks);
        assert_eq!(read.services, written.services);
        assert_eq!(read.people, written.people);
        assert_eq!(read.contracts, written.contracts);
        assert_eq!(read.policies, written.policies);
        assert_eq!(read.rotas, written.rotas);
    }

    async fn rows_are_replaced_or_added_and_every_write_raises_the_revision(fixture) {
        let world = World::seed(&*fixture.store).await;
        let mut changed = person(world.referrer, world.asking, "new@example.org");
        changed.phone = Some("+49 1".into());
        changed.resting_until = None;
        changed.roles.clear();
        let write = DirectoryWrite {
            people: vec![changed.clone()],
            rotas: vec![RotaRow { service_id: world.service, body: "{}".into(), ..RotaRow::default() }],
            policies: vec![PolicyRow { service_id: world.service, body: "[]".into(), note: "kürzer".into(), ..PolicyRow::default() }],
            ..DirectoryWrite::default()
        };
        assert_eq!(fixture.store.write_directory(&write).await.expect("writes"), 2);
        let read = fixture.store.directory().await.expect("reads");
        assert_eq!((read.revision, read.people.len(), read.policies.len()), (2, 4, 1));
        let history = fixture.store.policy_history(world.service, 9).await.expect("reads");
        assert_eq!(history.iter().map(|row| (row.revision, row.body.as_str())).collect::<Vec<_>>(), [(2, "[]"), (1, "{}")]);
        assert_eq!(history[0], read.policies[0]);
        let version = |n| fixture.store.policy_version(world.service, n);
        assert_eq!(version(1).await.expect("reads").as_ref(), Some(&history[1]));
        assert_eq!(version(3).await.expect("reads"), None);
        assert!(read.people.contains(&changed));
        assert_eq!((read.rotas[0].revision, read.rotas[0].body.as_str()), (2, "{}"));
    }

    async fn a_write_decided_on_an_older_revision_does_nothing(fixture) {
        let world = World::seed(&*fixture.store).await;
        let write = |name: &str| DirectoryWrite {
            networks: vec![NetworkRow { id: world.network, name: name.into() }],
            ..DirectoryWrite::default()
        };
        assert_eq!(fixture.store.write_directory_at(&write("a"), 1).await.expect("writes"), Some(2));
        for expected in [1, 3] {
            assert_eq!(fixture.store.write_directory_at(&write("b"), expected).await.expect("answers"), None);
        }
        let read = fixture.store.directory().await.expect("reads");
        assert_eq!((read.revision, read.networks[0].name.as_str()), (2, "a"));
    }

    async fn a_contract_ends_and_the_revision_grows(fixture) {
        let world = World::seed(&*fixture.store).await;
        let row = world.directory().contracts.remove(0);
        let other = ContractRow { hospital_id: world.providing, ..row.clone() };
        let write = DirectoryWrite { contracts: vec![other.clone()], ..DirectoryWrite::default() };
        fixture.store.write_directory(&write).await.expect("writes");
        assert_eq!(fixture.store.delete_contract(&row).await.expect("deletes"), 3);
        assert_eq!(fixture.store.directory().await.expect("reads").contracts, [other]);
        assert_eq!(fixture.store.delete_contract(&row).await.expect("harmless"), 4);
    }

    async fn an_installation_without_people_is_told_apart(fixture) {
        assert_eq!(fixture.store.count_people().await.expect("reads"), 0);
        World::seed(&*fixture.store).await;
        assert_eq!(fixture.store.count_people().await.expect("reads"), 4);
    }

    async fn a_refused_row_takes_all_rows_back_and_names_no_address(fixture) {
        let world = World::seed(&*fixture.store).await;
        let write = DirectoryWrite {
            networks: vec![NetworkRow { id: Uuid::now_v7(), name: "Neu".into() }],
            people: vec![person(Uuid::now_v7(), world.asking, "A.B@example.org")],
            ..DirectoryWrite::default()
        };
        match fixture.store.write_directory(&write).await {
            Err(RepoError::Broken(text)) => assert!(!text.contains("example.org"), "{text}"),
            other => panic!("{other:?}"),
        }
        let read = fixture.store.directory().await.expect("reads");
        assert_eq!((read.revision, read.networks.len()), (1, 1));
    }

    async fn credentials_are_found_by_address_whatever_its_case(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let find = |email: &'static str| async move { repo.credential(email).await.expect("reads") };
        let found = find("A.b@EXAMPLE.org").await.expect("is there");
        assert_eq!((found.person_id, found.password_hash.as_deref()), (world.referrer, Some("$argon2id$1")));
        repo.set_password(world.referrer, "$argon2id$2").await.expect("writes");
        assert_eq!(find("a.b@example.org").await.expect("is there").password_hash.as_deref(), Some("$argon2id$2"));
        for unknown in ["nobody@example.org", "", "' OR 1=1 --", "\0", "%"] {
            assert!(find(unknown).await.is_none());
        }
        let address = format!("{}@example.org", world.specialists[0]);
        let without = repo.credential(&address).await.expect("reads").expect("is there");
        assert!(without.password_hash.is_none());
    }
}
