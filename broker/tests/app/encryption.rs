//! End-to-end encryption as the log has it: lifted once and for good, and what became of the room's group.

use crate::stage::{DEVICE, Stage};
use schemas::{
    GuestId,
    consult::{Action, TimelineEntry, TimelineWhat},
    guest::{GuestPart, InviteGuest},
    mls::Encryption,
};
use telekonsil::app::{Error, GroupNote, Occupant};
use uuid::Uuid;

fn by(entry: &TimelineEntry) -> Option<schemas::PersonId> {
    entry.actor.as_ref().map(|actor| actor.id)
}

on_both! {
    async fn a_room_that_was_opened_without_encryption_stays_so(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, id) = (&stage.app, stage.accepted().await);
        let session = stage.session(&stage.referrer).await;
        assert!(matches!(app.ticket(&session, id, None, None).await, Err(Error::EncryptionRequired)));
        assert_eq!(app.room_facts(id, &[]).await.unwrap().encryption, Encryption::Required);
        for actor in [&stage.coordinator, &stage.second] {
            assert!(stage.act(actor, id, Action::LiftEncryption).await.is_err());
        }

        let lifted = stage.act(&stage.first, id, Action::LiftEncryption).await.unwrap().encryption;
        let Encryption::Lifted { by: person, at } = &lifted else { panic!("{lifted:?}") };
        assert_eq!((person.id, *at), (stage.first.person_id, stage.now()));
        stage.turn(60);
        assert_eq!(stage.act(&stage.referrer, id, Action::LiftEncryption).await.unwrap().encryption, lifted);
        // Another node, which has read it from the database.
        let other = stage.node("b");
        assert_eq!(other.room_facts(id, &[]).await.unwrap().encryption, lifted);
        let ticket = app.ticket(&session, id, None, None).await.unwrap();
        assert_eq!(ticket.attestation, None);
        assert_eq!(other.ticket(&session, id, None, None).await.unwrap().attestation, None);
        let bearer = app.redeem_ticket(id, &ticket.ticket.0).await.unwrap();
        assert_eq!(app.seat(&bearer).await.unwrap().encryption, lifted);

        let invited = InviteGuest { id: GuestId(Uuid::now_v7()), name: "Gast".into(), part: GuestPart::Other };
        let link = app.invite_guest(&stage.first, id, invited).await.unwrap();
        let opened = app.open_guest_link(link.path.0.strip_prefix("/guest/#").unwrap()).await.unwrap();
        assert_eq!(opened.view.encryption, lifted);
        stage.verify_chain(id).await;
        assert!(app.verify_audit().await.unwrap().is_whole());
    }

    async fn nodes_with_one_master_key_are_one_authority(fixture) {
        let stage = Stage::new(&fixture).await;
        let id = stage.accepted().await;
        let session = stage.session(&stage.referrer).await;
        let mut said = Vec::new();
        for app in [&stage.app, &stage.node("b")] {
            said.push(app.ticket(&session, id, DEVICE, None).await.unwrap().attestation.expect("an attestation"));
        }
        // The clock stands still, and Ed25519 signs the same in the same way.
        assert_eq!(said[0], said[1]);
    }

    async fn what_became_of_the_group_is_in_the_history_and_in_the_chain(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, id) = (&stage.app, stage.accepted().await);
        let before = stage.detail(id).await;
        let (first, guest) = (Occupant::Person(stage.first.person_id), Occupant::Guest(GuestId(Uuid::now_v7())));
        let code = || "not_opened".to_owned();
        for note in [
            GroupNote::Replaced { generation: 1_796_000_000_000 },
            GroupNote::Fault { by: Some(first), about: Some(guest), code: code() },
            GroupNote::Fault { by: Some(guest), about: Some(first), code: code() },
            GroupNote::Barred { who: first },
        ] {
            app.note_group(id, note).await.unwrap();
        }
        let after = stage.detail(id).await;
        let lines = &after.timeline[before.timeline.len()..];
        let fault = |about: Option<schemas::directory::PersonRef>, is_about_guest| TimelineWhat::GroupFault {
            code: code(), about, is_about_guest,
        };
        let person = after.summary.specialist.clone();
        let whats = [
            TimelineWhat::GroupReplaced,
            fault(None, true),
            fault(person.clone(), false),
            TimelineWhat::GroupBarred { person },
        ];
        assert_eq!(lines.iter().map(|line| line.what.clone()).collect::<Vec<_>>(), whats);
        assert_eq!(lines.iter().map(by).collect::<Vec<_>>(), [None, Some(stage.first.person_id), None, None]);
        assert_eq!((after.summary.state, after.encryption), (before.summary.state, Encryption::Required));
        stage.verify_chain(id).await;
        assert!(app.verify_audit().await.unwrap().is_whole());
    }
}
