//! Answers by a one-time link and by the keys of a call.

use super::post::{Post, Sent, channels, kinds, pass, stage};
use crate::stage::Stage;
use schemas::{
    ConsultId, PrivateText,
    consult::{Action, ConsultState, DeclineReason, RingOutcome},
    delivery::{AnswerByLink, AnswerToken, Channel, DeliveryState, GatewayCallback, GatewayEvent, LinkAnswer},
};
use telekonsil::{
    app::{CallbackSignature, Error},
    domain::delivery::Handed,
};
use uuid::Uuid;

/// The SMS of a ring that nobody has taken notice of.
async fn sms(stage: &Stage, post: &Post) -> (ConsultId, Sent) {
    post.answers(Channel::Push, Handed::Failed(schemas::delivery::DeliveryFault::Refused));
    let id = stage.emergency().await;
    pass(stage, 0).await;
    // Nobody has a page open either.
    pass(stage, 3).await;
    let sent = post.take();
    assert_eq!(kinds(&sent), [Channel::Push, Channel::Sms]);
    (id, sent[1].clone())
}

fn by_link(token: &str, answer: LinkAnswer) -> AnswerByLink {
    AnswerByLink { token: token.into(), answer }
}

/// A callback as the gateway signs it.
async fn call_back(
    stage: &Stage,
    id: Uuid,
    channel: Channel,
    event: GatewayEvent,
    signature: &str,
) -> Result<(), Error> {
    let body = serde_json::to_vec(&GatewayCallback { id, channel, event }).unwrap();
    let timestamp = (stage.now().0 / 1000).to_string();
    stage.app.gateway_callback(&CallbackSignature { timestamp: &timestamp, signature }, &body).await
}

on_both! {
    async fn a_link_shows_its_ring_and_answers_once(fixture) {
        let (stage, post) = stage(&fixture).await;
        let (id, sms) = sms(&stage, &post).await;
        let token = sms.token();
        let view = stage.app.answer_view(&AnswerToken { token: token.clone().into() }).await.unwrap();
        assert_eq!((view.outcome, view.language.as_str()), (RingOutcome::Ringing, "de"));
        assert!(!view.hospital_phone.is_empty() && view.label.starts_with("TK-"));
        let status = channels(&stage, id, stage.first.person_id).await;
        assert_eq!(status.iter().find(|one| one.channel == Channel::Sms).unwrap().state, DeliveryState::Seen);
        assert!(stage.detail(id).await.rings[0].seen_at.is_some(), "the timeline has it");
        assert_eq!(stage.detail(id).await.summary.state, ConsultState::Ringing, "looking is not answering");

        let accept = by_link(&token, LinkAnswer::Accept);
        assert_eq!(stage.app.answer_by_link(&accept).await.unwrap().outcome, RingOutcome::Accepted);
        assert_eq!(stage.app.answer_by_link(&accept).await.unwrap().outcome, RingOutcome::Accepted, "a lost answer");
        let decline = by_link(&token, LinkAnswer::Decline { reason: DeclineReason::NoCapacity });
        assert!(matches!(stage.app.answer_by_link(&decline).await, Err(Error::LinkUsed)));
        assert_eq!(stage.detail(id).await.summary.specialist.unwrap().id, stage.first.person_id);
        pass(&stage, 0).await;
        let status = channels(&stage, id, stage.first.person_id).await;
        assert_eq!(status.iter().find(|one| one.channel == Channel::Sms).unwrap().state, DeliveryState::Answered);
        assert!(status.iter().all(|one| one.channel == Channel::Sms || one.state != DeliveryState::Answered));
        stage.verify_chain(id).await;
    }

    async fn a_link_whose_ring_is_over_says_so_and_an_old_or_forged_one_opens_nothing(fixture) {
        let (stage, post) = stage(&fixture).await;
        let (id, sms) = sms(&stage, &post).await;
        let token = sms.token();
        stage.act(&stage.referrer, id, Action::Cancel { reason: PrivateText::default() }).await.unwrap();
        let view = stage.app.answer_view(&AnswerToken { token: token.clone().into() }).await.unwrap();
        assert_eq!(view.outcome, RingOutcome::Withdrawn);
        let late = stage.app.answer_by_link(&by_link(&token, LinkAnswer::InFive)).await;
        assert!(matches!(late, Err(Error::WrongState | Error::NotRung)), "{:?}", late.err());
        let mut forged = token.clone();
        forged.replace_range(10..11, if &token[10..11] == "A" { "B" } else { "A" });
        for bad in [forged.as_str(), "", "AAAA"] {
            let answer = stage.app.answer_by_link(&by_link(bad, LinkAnswer::Accept)).await;
            assert!(matches!(answer, Err(Error::LinkUsed)), "{bad}");
        }
        stage.turn(2 * 3600);
        assert!(matches!(stage.app.answer_view(&AnswerToken { token: token.into() }).await, Err(Error::LinkUsed)));
    }

    async fn two_who_answer_at_once_have_one_winner_and_the_other_is_told_who(fixture) {
        let (stage, post) = stage(&fixture).await;
        let (id, sms) = sms(&stage, &post).await;
        stage.act(&stage.coordinator, id, Action::Assign { to: stage.second.person_id }).await.unwrap();
        stage.act(&stage.second, id, Action::Accept).await.unwrap();
        let answer = stage.app.answer_by_link(&by_link(&sms.token(), LinkAnswer::Accept)).await;
        assert!(matches!(answer, Err(Error::AlreadyTaken { .. })), "{:?}", answer.err());
    }

    async fn a_key_in_a_call_answers_once_and_a_forged_callback_does_nothing(fixture) {
        let (stage, post) = stage(&fixture).await;
        post.answers(Channel::Sms, Handed::Failed(schemas::delivery::DeliveryFault::Gone));
        post.answers(Channel::Push, Handed::Failed(schemas::delivery::DeliveryFault::Refused));
        let id = stage.emergency().await;
        pass(&stage, 0).await;
        pass(&stage, 3).await;
        assert_eq!(kinds(&post.take()), [Channel::Push, Channel::Sms, Channel::Voice]);
        let ring = stage.detail(id).await.rings[0].ring_id.0;
        let press = |digit| GatewayEvent::Digit { digit };
        for (event, signature) in [(press(1), "forged"), (GatewayEvent::Delivered, "")] {
            assert!(matches!(call_back(&stage, ring, Channel::Voice, event, signature).await, Err(Error::Forbidden)));
        }
        let old = CallbackSignature { timestamp: "1795482000", signature: "genuine" };
        assert!(matches!(stage.app.gateway_callback(&old, b"{}").await, Err(Error::Forbidden)), "recorded before");
        let unknown = call_back(&stage, Uuid::now_v7(), Channel::Voice, press(1), "genuine").await;
        assert!(matches!(unknown, Err(Error::NotFound)));
        let never_handed = call_back(&stage, ring, Channel::Email, press(1), "genuine").await;
        assert!(matches!(never_handed, Err(Error::InvalidField(_))));
        assert!(matches!(call_back(&stage, ring, Channel::Voice, press(9), "genuine").await, Err(Error::InvalidField(_))));
        assert_eq!(stage.detail(id).await.summary.state, ConsultState::Ringing);

        for _ in 0..2 {
            call_back(&stage, ring, Channel::Voice, GatewayEvent::Delivered, "genuine").await.unwrap();
        }
        assert!(stage.detail(id).await.rings[0].delivered_at.is_some());
        for _ in 0..2 {
            call_back(&stage, ring, Channel::Voice, press(2), "genuine").await.unwrap();
        }
        assert!(matches!(call_back(&stage, ring, Channel::Voice, press(1), "genuine").await, Err(Error::LinkUsed)));
        assert_eq!(stage.detail(id).await.rings[0].outcome, RingOutcome::InFive);
        pass(&stage, 0).await;
        let status = channels(&stage, id, stage.first.person_id).await;
        assert_eq!(status.iter().find(|one| one.channel == Channel::Voice).unwrap().state, DeliveryState::Answered);
    }

    async fn a_gateway_that_gives_back_what_it_took_begins_the_next_channel(fixture) {
        let (stage, post) = stage(&fixture).await;
        let (id, _) = sms(&stage, &post).await;
        let ring = stage.detail(id).await.rings[0].ring_id.0;
        call_back(&stage, ring, Channel::Sms, GatewayEvent::Failed, "genuine").await.unwrap();
        pass(&stage, 0).await;
        assert_eq!(kinds(&post.take()), [Channel::Voice]);
    }
}
