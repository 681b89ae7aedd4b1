//! Alarms and notes; and what must never be in anything that goes out.

use super::post::{everything, kinds, pass, stage};
use schemas::{
    PrivateText, UnixMillis,
    consult::{Action, CaseFields},
    delivery::{Channel, ContactSettings, DeliveryFault, PushMessage},
};
use telekonsil::app::{Handed, Note};
use uuid::Uuid;

on_both! {
    async fn a_ladder_that_nobody_answered_wakes_the_coordinators(fixture) {
        let (stage, post) = stage(&fixture).await;
        everything(&stage, &stage.coordinator).await;
        let id = stage.emergency().await;
        let mut alarms = Vec::new();
        for _ in 0..14 {
            pass(&stage, 10).await;
            alarms.extend(post.take().into_iter().filter(|sent| {
                sent.channel == Channel::Push && matches!(sent.push(), PushMessage::Alarm { .. })
            }));
        }
        let texts: Vec<String> = alarms.iter().map(|sent| match sent.push() {
            PushMessage::Alarm { text, .. } => text,
            _ => unreachable!(),
        }).collect();
        assert!(texts.iter().any(|text| text.contains("niemand hat geantwortet")), "{texts:?}");
        let label = stage.detail(id).await.summary.label;
        assert!(texts.iter().all(|text| text.contains(&label)));
    }

    async fn a_note_is_told_once_in_the_persons_language_and_by_e_mail_when_no_device_has_it(fixture) {
        let (stage, post) = stage(&fixture).await;
        let english = ContactSettings { language: "en".to_owned(), ..stage.app.contact_settings(&stage.first).await.unwrap() };
        stage.app.set_contact(&stage.first, &english).await.unwrap();
        let note = Note { id: Uuid::now_v7(), person: stage.first.person_id, de: "Tausch?".to_owned(), en: "Swap?".to_owned() };
        stage.app.notify(std::slice::from_ref(&note)).await.unwrap();
        stage.app.notify(&[note]).await.unwrap();
        stage.app.deliver_all().await.unwrap();
        let sent = post.take();
        assert_eq!(kinds(&sent), [Channel::Push]);
        assert!(matches!(sent[0].push(), PushMessage::Note { text, .. } if text == "Swap?"));
        stage.turn(15);
        stage.app.deliver_all().await.unwrap();
        let sent = post.take();
        assert_eq!(kinds(&sent), [Channel::Email], "and neither SMS nor call");
        assert!(sent[0].text.contains("Swap?") && sent[0].text.contains("https://telekonsil.example/oncall/"));
    }

    /// Everything that leaves the house during a consult, with words that can be looked for.
    async fn nothing_about_the_patient_leaves_the_house(fixture) {
        let (stage, post) = stage(&fixture).await;
        everything(&stage, &stage.second).await;
        everything(&stage, &stage.coordinator).await;
        let marked = ["Marke-Familie", "Marke-Vorname", "Marke-Frage", "Marke-Nummer", "1931-07-19", "Marke-Grund"];
        let mut request = stage.request().await;
        request.fields = CaseFields {
            family_name: Some(marked[0].to_owned()),
            given_name: Some(marked[1].to_owned()),
            question: Some(marked[2].to_owned()),
            patient_id: Some(marked[3].to_owned()),
            birth_date: Some(marked[4].to_owned()),
            eta: Some(UnixMillis(stage.now().0 + 600_000)),
            ..CaseFields::default()
        };
        let id = request.id;
        stage.app.create(&stage.referrer, "s", request).await.unwrap();
        // Each channel fails once it was used, so that every one is.
        for channel in [Channel::Push, Channel::Sms, Channel::Voice] {
            post.answers(channel, Handed::Failed(DeliveryFault::Refused));
        }
        let mut everything_sent = Vec::new();
        for _ in 0..50 {
            pass(&stage, 3).await;
            everything_sent.extend(post.take());
        }
        stage.act(&stage.referrer, id, Action::Cancel { reason: PrivateText::from(marked[5]) }).await.unwrap();
        pass(&stage, 1).await;
        everything_sent.extend(post.take());
        for channel in [Channel::Push, Channel::Sms, Channel::Voice, Channel::Email] {
            assert!(everything_sent.iter().any(|sent| sent.channel == channel), "{channel:?} was used");
        }
        for sent in &everything_sent {
            assert!(marked.iter().all(|word| !sent.text.contains(word) && !sent.topic.contains(word)), "{}", sent.text);
        }
    }
}
