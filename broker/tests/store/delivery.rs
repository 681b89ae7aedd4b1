//! Messages, devices, settings and self-tests as rows.

use crate::world::World;
use schemas::{ConsultId, PersonId, RingId, UnixMillis};
use telekonsil::app::ports::*;
use telekonsil::domain::delivery::Message;
use uuid::Uuid;

fn ring(world: &World, consult: Uuid, at: i64) -> MessageRow {
    let (id, person) = (RingId(Uuid::now_v7()), PersonId(world.specialists[0]));
    MessageRow::queued(&Message::ring(id, person, ConsultId(consult), UnixMillis(at), UnixMillis(at + 60_000)))
}

on_both! {
    async fn a_message_is_queued_with_its_events_or_not_at_all(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let mut write = world.append(Uuid::now_v7(), 0, 1);
        let row = ring(&world, write.consult_id, 100);
        write.messages = vec![row.clone()];
        assert!(matches!(repo.append(&write).await, Ok(Appended::At { .. })));
        assert_eq!(repo.message(row.id).await.unwrap(), Some(row.clone()));
        // A write that lost queues nothing.
        let other = ring(&world, write.consult_id, 100);
        let lost = Append { messages: vec![other.clone()], ..world.append(write.consult_id, 0, 1) };
        assert_eq!(repo.append(&lost).await.unwrap(), Appended::Conflict);
        assert_eq!(repo.message(other.id).await.unwrap(), None);
        // The same ring, decided again, is not queued again.
        repo.queue_messages(&[MessageRow { queued_at: 999, ..row.clone() }]).await.unwrap();
        assert_eq!(repo.message(row.id).await.unwrap().unwrap().queued_at, 100);
        assert_eq!(repo.messages_of(write.consult_id, "ring").await.unwrap().len(), 1);
        assert!(repo.messages_of(write.consult_id, "alarm").await.unwrap().is_empty());
    }

    async fn due_messages_are_claimed_by_one_and_saved_by_the_first(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult = world.consult(repo).await;
        let rows: Vec<MessageRow> = (1..=3).map(|at| ring(&world, consult, at)).collect();
        repo.queue_messages(&rows).await.unwrap();
        assert_eq!(repo.earliest_message().await.unwrap(), Some(1));
        assert_eq!(repo.claim_messages(2, 20, "a", 10).await.unwrap(), [rows[0].id, rows[1].id]);
        assert!(repo.claim_messages(2, 20, "b", 10).await.unwrap().is_empty());
        assert_eq!(repo.claim_messages(20, 40, "b", 1).await.unwrap(), [rows[0].id], "the lease is over");
        let later = MessageRow { course: "{}".to_owned(), next_at: Some(50), ..rows[0].clone() };
        assert!(repo.save_message(&later).await.unwrap());
        assert!(!repo.save_message(&later).await.unwrap(), "somebody else wrote");
        assert_eq!(repo.claim_messages(49, 60, "b", 10).await.unwrap(), [rows[1].id, rows[2].id]);
        let stored = repo.message(rows[0].id).await.unwrap().unwrap();
        assert_eq!((stored.rev, stored.course.as_str(), stored.next_at), (2, "{}", Some(50)));
        let done = MessageRow { next_at: None, rev: 2, ..later };
        assert!(repo.save_message(&done).await.unwrap());
        assert_eq!(repo.earliest_message().await.unwrap(), Some(2));
    }

    async fn the_first_end_counts_and_overtakes_who_works_on_it(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let consult = world.consult(repo).await;
        let row = ring(&world, consult, 1);
        repo.queue_messages(std::slice::from_ref(&row)).await.unwrap();
        assert_eq!(repo.claim_messages(5, 500, "a", 10).await.unwrap(), [row.id]);
        let end = |at, answered_on: Option<&str>| MessageEnd { id: row.id, at, answered_on: answered_on.map(str::to_owned) };
        let mut write = world.append(consult, 1, 1);
        write.message_ends = vec![end(7, Some("sms"))];
        repo.append(&write).await.unwrap();
        let mut write = world.append(consult, 2, 1);
        write.message_ends = vec![end(9, None)];
        repo.append(&write).await.unwrap();
        let stored = repo.message(row.id).await.unwrap().unwrap();
        assert_eq!((stored.ended_at, stored.answered_on.as_deref(), stored.next_at), (Some(7), Some("sms"), Some(7)));
        assert!(!repo.save_message(&row).await.unwrap());
        assert_eq!(repo.claim_messages(7, 500, "b", 10).await.unwrap(), [row.id], "at once, whoever had it");
    }

    async fn a_link_is_answered_once(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let row = ring(&world, world.consult(repo).await, 1);
        repo.queue_messages(std::slice::from_ref(&row)).await.unwrap();
        for answer in ["accept", "accept", "decline"] {
            assert_eq!(repo.keep_link_answer(row.id, answer, 1).await.unwrap(), "accept");
        }
    }

    async fn devices_belong_to_one_person_and_are_few(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [one, other, _] = world.specialists;
        let device = |id, person_id, label: &str| SubscriptionRow {
            id, person_id, sealed: vec![1, 2], label: label.to_owned(), since: 5, delivered_at: None,
        };
        let id = Uuid::now_v7();
        assert!(repo.put_subscription(&device(id, one, "a"), 2).await.unwrap());
        assert!(repo.put_subscription(&device(id, one, "b"), 2).await.unwrap());
        assert!(!repo.put_subscription(&device(id, other, "c"), 2).await.unwrap(), "somebody else's");
        assert!(repo.put_subscription(&device(Uuid::now_v7(), one, "d"), 2).await.unwrap());
        assert!(!repo.put_subscription(&device(Uuid::now_v7(), one, "e"), 2).await.unwrap());
        repo.subscription_delivered(id, one, 9).await.unwrap();
        repo.subscription_delivered(id, other, 99).await.unwrap();
        let labels: Vec<_> = repo.subscriptions(one).await.unwrap().into_iter().map(|row| (row.label, row.delivered_at)).collect();
        assert_eq!(labels, [("b".to_owned(), Some(9)), ("d".to_owned(), None)]);
        assert!(!repo.delete_subscription(id, other).await.unwrap());
        assert!(repo.delete_subscription(id, one).await.unwrap());
        // An administrator ends everything that is open.
        repo.forget_password(one).await.unwrap();
        assert!(repo.subscriptions(one).await.unwrap().is_empty());
    }

    async fn settings_and_self_tests_are_kept_and_what_is_old_is_swept(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let [one, other, _] = world.specialists;
        assert!(repo.contact(one).await.unwrap().is_none());
        let contact = |mobile: Option<Vec<u8>>| ContactRow {
            person_id: one, channels: vec!["app".to_owned(), "sms".to_owned()], sealed_mobile: mobile, language: "en".to_owned(),
        };
        repo.put_contact(&contact(Some(vec![7]))).await.unwrap();
        repo.put_contact(&contact(None)).await.unwrap();
        assert!(repo.contact(one).await.unwrap() == Some(contact(None)));

        let test = |person_id, started_at| SelfTestRow {
            id: Uuid::now_v7(), person_id, started_at, push_ms: None, push_fault: None, report: "{}".to_owned(),
        };
        let (old, new) = (test(one, 1), test(one, 2));
        for row in [&new, &old, &test(other, 3)] {
            repo.insert_self_test(row).await.unwrap();
        }
        assert_eq!(repo.last_self_tests(&[one]).await.unwrap(), std::slice::from_ref(&new));
        assert_eq!(repo.last_self_tests(&[one, other]).await.unwrap().len(), 2);
        assert!(repo.last_self_tests(&[]).await.unwrap().is_empty());
        repo.told_self_test(new.id, Some(40), None).await.unwrap();
        repo.told_self_test(new.id, Some(50), Some("gone")).await.unwrap();
        assert!(!repo.report_self_test(new.id, other, "[]").await.unwrap());
        assert!(repo.report_self_test(new.id, one, "[]").await.unwrap());
        let told = repo.self_test(new.id).await.unwrap().unwrap();
        assert_eq!((told.push_ms, told.push_fault.as_deref(), told.report.as_str()), (Some(40), Some("gone"), "[]"));

        let note = MessageRow::queued(&Message::note(Uuid::now_v7(), PersonId(one), String::new(), String::new(), UnixMillis(5)));
        repo.queue_messages(std::slice::from_ref(&note)).await.unwrap();
        repo.sweep(100 * 24 * 3600 * 1000).await.unwrap();
        assert_eq!(repo.message(note.id).await.unwrap(), None);
        assert_eq!(repo.self_test(new.id).await.unwrap(), None);
    }

    async fn a_note_of_duties_is_told_with_it_once_for_all_of_a_moment(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let note = |at| DutyNoteRow {
            id: Uuid::now_v7(), person_id: world.specialists[0], service_id: world.service, at, author: None, body: "{}".into(), seen_at: None,
        };
        let write = DirectoryWrite { duty_notes: vec![note(7), note(7), note(8)], ..DirectoryWrite::default() };
        repo.write_directory(&write).await.unwrap();
        let due = repo.claim_messages(10, 20, "a", 10).await.unwrap();
        assert_eq!(due.len(), 2);
        assert_eq!(repo.message(due[0]).await.unwrap().unwrap(), MessageRow::of_duty_note(&note(7)));
    }

    async fn a_purge_takes_the_messages_of_its_consult(fixture) {
        let world = World::seed(&*fixture.store).await;
        let repo = &*fixture.store;
        let id = world.ended(repo, 1_000, Some(1_000), &[]).await;
        let row = ring(&world, id, 1);
        repo.queue_messages(std::slice::from_ref(&row)).await.unwrap();
        repo.keep_link_answer(row.id, "accept", 1).await.unwrap();
        assert!(repo.purge_consult(id, 1, 9_000, "{}").await.unwrap().is_some());
        assert_eq!(repo.message(row.id).await.unwrap(), None);
    }
}
