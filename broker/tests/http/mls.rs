//! The delivery service over the room socket: members that keep to it, and what hostile ones can do. The bytes are no MLS:
//! nobody but the members could tell.

use crate::house::{Browser, House};
use crate::rooms::{Accepted, PATIENCE, Socket};
use schemas::consult::{TimelineEntry, TimelineWhat};
use schemas::mls::{MlsAdded, MlsNews, MlsRequest, MlsView};
use schemas::problem::ProblemCode as Code;
use schemas::room::{ClientMessage, ServerMessage};
use schemas::{MemberId, PrivateText};
use serde_json::{Value, json};
use std::fs::File;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

/// A page in the room that does what the service asks for.
struct Page {
    socket: Socket,
    id: MemberId,
    attempt: u32,
}

/// A commit of somebody who is not to be believed.
struct Forged {
    generation: u64,
    epoch: u64,
    text: &'static str,
}

impl From<Forged> for MlsRequest {
    fn from(Forged { generation, epoch, text }: Forged) -> Self {
        Self::Commit { generation, epoch, commit: text.into(), welcome: None, added: vec![] }
    }
}

impl Page {
    async fn enter(accepted: &Accepted, browser: &Browser) -> Self {
        let (socket, id) = accepted.enter(browser).await;
        Self { socket, id, attempt: 0 }
    }

    async fn say(&mut self, message: impl Into<MlsRequest>) {
        self.socket.say(&ClientMessage::Mls { message: message.into() }).await;
    }

    fn reference(&self) -> String {
        format!("ref-{}-{}", self.id.0, self.attempt)
    }

    async fn here(&mut self) {
        self.attempt += 1;
        let (attempt, reference) = (self.attempt, self.reference());
        self.say(MlsRequest::Here { attempt, reference, key_package: "package".into() }).await;
    }

    /// The first news that `wanted` takes.
    async fn news<T>(&mut self, wanted: impl Fn(&MlsNews) -> Option<T>) -> T {
        let found = async {
            loop {
                match self.socket.hear_all().await.expect("the socket stays open") {
                    ServerMessage::Mls { message } => {
                        if let Some(found) = wanted(&message) {
                            return found;
                        }
                    }
                    ServerMessage::Refused { code, detail } => panic!("refused: {code:?} {detail:?}"),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("it is said in time")
    }

    async fn view(&mut self, wanted: impl Fn(&MlsView) -> bool) -> MlsView {
        self.news(|news| match news {
            MlsNews::Group(view) if wanted(view) => Some(view.clone()),
            _ => None,
        })
        .await
    }

    /// The next commit of the log: who ended which epoch, and how.
    async fn commit(&mut self) -> (MemberId, u64, String) {
        self.news(|news| match news {
            MlsNews::Commit { committer, epoch, commit, .. } => Some((*committer, *epoch, commit.0.clone())),
            _ => None,
        })
        .await
    }

    async fn done(&mut self, generation: u64, epoch: u64) {
        self.say(MlsRequest::Done { generation, epoch, tag: format!("tag{epoch}") }).await;
    }

    /// Makes the group that the service asks for.
    async fn create(&mut self) -> u64 {
        self.here().await;
        let me = self.id;
        let generation = self.view(|view| view.creator == Some(me)).await.generation;
        self.say(MlsRequest::Created { generation, tag: "tag0".to_owned() }).await;
        self.view(|view| view.members.iter().any(|seat| seat.member == me)).await;
        generation
    }

    /// Adds somebody who waits, in `epoch`.
    async fn add(&mut self, other: &mut Page, generation: u64, epoch: u64) {
        other.here().await;
        let (member, reference) = (other.id, other.reference());
        self.view(|view| view.waiting.iter().any(|waiting| waiting.reference == reference)).await;
        let added = vec![MlsAdded { member, reference: reference.clone() }];
        let (commit, welcome) = ("adds".into(), Some("welcome".into()));
        self.say(MlsRequest::Commit { generation, epoch, commit, welcome, added }).await;
        let welcomed = other.news(|news| match news {
            MlsNews::Welcome { generation, reference, welcome } => {
                Some((*generation, reference.clone(), welcome.0.clone()))
            }
            _ => None,
        });
        assert_eq!(welcomed.await, (generation, reference, "welcome".to_owned()));
        assert_eq!(self.commit().await, (self.id, epoch, "adds".to_owned()));
        other.done(generation, epoch + 1).await;
        self.done(generation, epoch + 1).await;
        self.view(|view| view.epoch == epoch + 1 && view.members.len() == 2).await;
    }

    /// Has heard and answered everything that was said before this.
    async fn settled(&mut self) {
        self.socket.say(&ClientMessage::Ping { nonce: 77 }).await;
        loop {
            match self.socket.hear_all().await.expect("the socket stays open") {
                ServerMessage::Pong { nonce: 77 } => return,
                ServerMessage::Refused { code, detail } => panic!("refused: {code:?} {detail:?}"),
                _ => {}
            }
        }
    }

    async fn refused(&mut self) -> Code {
        self.socket
            .until(|message| match message {
                ServerMessage::Refused { code, .. } => Some(*code),
                _ => None,
            })
            .await
    }

    async fn fault(&mut self, generation: u64, code: &str, about: Option<MemberId>) {
        let code = code.to_owned();
        self.say(MlsRequest::Fault { generation, epoch: 0, code, about, reference: None }).await;
    }
}

/// Referrer and specialist in one group, in epoch 1.
async fn two(accepted: &Accepted) -> (Page, Page, u64) {
    let mut one = Page::enter(accepted, &accepted.referrer).await;
    let mut other = Page::enter(accepted, &accepted.specialist).await;
    let generation = one.create().await;
    one.add(&mut other, generation, 0).await;
    other.view(|view| view.epoch == 1 && view.members.len() == 2).await;
    (one, other, generation)
}

/// The lines about the group, once there are so many.
async fn lines(accepted: &Accepted, count: usize) -> Vec<TimelineEntry> {
    let told = async {
        loop {
            let mut lines = accepted.detail().await.timeline;
            lines.retain(|line| {
                use TimelineWhat::{GroupBarred, GroupFault, GroupReplaced};
                matches!(line.what, GroupReplaced | GroupFault { .. } | GroupBarred { .. })
            });
            if lines.len() >= count {
                return lines;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("the log is told")
}

fn codes(lines: &[TimelineEntry]) -> Vec<&str> {
    let codes = lines.iter().filter_map(|line| match &line.what {
        TimelineWhat::GroupFault { code, .. } => Some(code.as_str()),
        _ => None,
    });
    codes.collect()
}

#[tokio::test]
async fn two_members_have_one_group_and_of_two_commits_one_counts() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut one, mut other, generation) = two(&accepted).await;
    one.say(Forged { generation, epoch: 1, text: "first" }).await;
    one.settled().await;
    other.say(Forged { generation, epoch: 1, text: "second" }).await;
    // The author of the second one learns from the log and the view that it was not taken.
    assert_eq!(other.commit().await, (one.id, 1, "first".to_owned()));
    other.view(|view| view.epoch == 2).await;
    other.done(generation, 2).await;
    other.say(Forged { generation, epoch: 2, text: "third" }).await;
    assert_eq!(other.commit().await, (other.id, 2, "third".to_owned()));
    let text = accepted.house.stranger().get("/metrics").await.text().await.unwrap();
    let shown = [
        "telekonsil_groups_total 1",
        "telekonsil_commits_total{outcome=\"taken\"} 3",
        "telekonsil_commits_total{outcome=\"late\"} 1",
    ];
    for line in shown {
        assert!(text.lines().any(|have| have == line), "{line} is missing in\n{text}");
    }
    accepted.house.close().await;
}

#[tokio::test]
async fn foreign_replayed_and_early_commits_change_nothing() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut one, mut other, generation) = two(&accepted).await;
    let before = [
        // The one that has ended epoch 0, once more; of an epoch to come; of other groups; of the end of all numbers.
        (generation, 0),
        (generation, 2),
        (generation - 1, 1),
        (generation + 1, 1),
        (0, 0),
        (u64::MAX, u64::MAX),
    ];
    for (generation, epoch) in before {
        other.say(Forged { generation, epoch, text: "forged" }).await;
        other.say(MlsRequest::Done { generation, epoch: epoch.saturating_add(7), tag: "x".to_owned() }).await;
        other.say(MlsRequest::Created { generation, tag: "x".to_owned() }).await;
    }
    // Adds somebody who does not wait, and somebody who is in.
    for member in [MemberId(999), one.id] {
        let added = vec![MlsAdded { member, reference: "ref".to_owned() }];
        let (commit, welcome) = ("forged".into(), Some("forged".into()));
        other.say(MlsRequest::Commit { generation, epoch: 1, commit, welcome, added }).await;
    }
    other.settled().await;
    one.say(Forged { generation, epoch: 1, text: "good" }).await;
    assert_eq!(one.commit().await, (one.id, 1, "good".to_owned()), "nothing came before it");
    assert_eq!(other.commit().await, (one.id, 1, "good".to_owned()));
    accepted.house.close().await;
}

#[tokio::test]
async fn a_seat_that_is_no_member_and_a_guest_at_the_door_say_nothing_to_the_group() {
    let accepted = Accepted::open(House::open().await).await;
    let mut member = Page::enter(&accepted, &accepted.referrer).await;
    let mut seat = Page::enter(&accepted, &accepted.specialist).await;
    let generation = member.create().await;
    let guest = accepted.invite("Frau Öztürk").await;
    let mut door = Page { socket: accepted.waits(&guest).await, id: MemberId(0), attempt: 0 };

    let all = |attempt: u32| {
        let (epoch, tag) = (0, "tag0".to_owned());
        [
            MlsRequest::Created { generation, tag: tag.clone() },
            Forged { generation, epoch, text: "forged" }.into(),
            MlsRequest::Done { generation, epoch, tag: tag.clone() },
            MlsRequest::Fault {
                generation,
                epoch,
                code: "not_opened".to_owned(),
                about: Some(MemberId(1)),
                reference: None,
            },
            // The tag is no secret in here: whoever has left may know it.
            MlsRequest::Back { attempt, generation, epoch, tag },
        ]
    };
    for message in all(1) {
        seat.say(message).await;
    }
    seat.settled().await;
    let here = MlsRequest::Here { attempt: 1, reference: "ref".to_owned(), key_package: "package".into() };
    for message in all(1).into_iter().chain([here]) {
        door.say(message).await;
        assert_eq!(door.refused().await, Code::NotAdmitted);
    }
    // The member is alone in epoch 0, knows of nobody who waits, and adds the seat when it asks for it.
    seat.attempt = 1;
    member.add(&mut seat, generation, 0).await;
    assert_eq!(lines(&accepted, 0).await, [], "and who is in no group reports nothing");
    accepted.house.close().await;
}

#[tokio::test]
async fn truncated_and_oversized_messages_are_refused_and_the_room_goes_on() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut one, mut other, generation) = two(&accepted).await;
    let whole = json!({"type": "mls", "message": {
        "type": "commit", "generation": generation, "epoch": 1, "commit": "AAAA", "welcome": null, "added": [],
    }});
    let text = whole.to_string();
    let mut broken: Vec<String> = [10, 40, text.len() - 1].iter().map(|end| text[..*end].to_owned()).collect();
    for (field, value) in [
        ("generation", json!(-1)),
        ("generation", json!(1.5)),
        ("epoch", json!("1")),
        ("commit", Value::Null),
        ("commit", json!([1, 2])),
        ("added", json!([{"member": 1}])),
        ("added", json!({})),
        ("type", json!("welcome")),
    ] {
        let mut changed = whole.clone();
        changed["message"][field] = value;
        broken.push(changed.to_string());
    }
    for text in broken {
        other.socket.raw(Message::text(text.clone())).await;
        assert_eq!(other.refused().await, Code::UnknownMessage, "{text}");
    }

    let long = |bytes: usize| "A".repeat(bytes);
    let opaque = |bytes: usize| PrivateText(long(bytes));
    let commit = |commit, welcome, added| MlsRequest::Commit { generation, epoch: 1, commit, welcome, added };
    let added = |count: u32, reference: &str| {
        (0..count).map(|n| MlsAdded { member: MemberId(n), reference: reference.to_owned() }).collect::<Vec<_>>()
    };
    let reference = "ref".to_owned();
    let fault =
        |code: &str| MlsRequest::Fault { generation, epoch: 1, code: code.to_owned(), about: None, reference: None };
    let oversized = [
        commit(opaque(65_537), None, vec![]),
        commit("AAAA".into(), Some(opaque(65_537)), vec![]),
        commit("AAAA".into(), None, added(9, "ref")),
        commit("AAAA".into(), None, added(1, &long(65))),
        MlsRequest::Here { attempt: 9, reference: reference.clone(), key_package: opaque(16_385) },
        MlsRequest::Here { attempt: 9, reference: long(65), key_package: "AAAA".into() },
        MlsRequest::Here { attempt: 9, reference: "Frau Muster".to_owned(), key_package: "AAAA".into() },
        MlsRequest::Done { generation, epoch: 1, tag: long(65) },
        MlsRequest::Back { attempt: 9, generation, epoch: 1, tag: long(65) },
        MlsRequest::Created { generation, tag: long(65) },
        fault(&long(65)),
        fault("Frau Muster\nERROR"),
    ];
    for message in oversized {
        other.say(message).await;
        assert_eq!(other.refused().await, Code::TooLarge);
    }
    // Each as large as it may be, and more than a message may have.
    other.say(commit(opaque(65_536), Some(opaque(65_536)), vec![])).await;
    assert_eq!(other.refused().await, Code::TooLarge);

    one.say(commit(opaque(65_536), None, vec![])).await;
    assert_eq!(one.commit().await, (one.id, 1, long(65_536)), "as large as it may be");
    let told = lines(&accepted, 1).await;
    let specialist = accepted.detail().await.summary.specialist;
    let what = TimelineWhat::GroupFault { code: "too_large".to_owned(), about: specialist, is_about_guest: false };
    assert_eq!(told.iter().map(|line| &line.what).collect::<Vec<_>>(), [&what], "put down once");
    accepted.house.close().await;
}

#[tokio::test]
async fn a_flood_is_refused_and_put_down_once_when_nobody_else_can_have_made_its_author_say_it() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut one, mut other, generation) = two(&accepted).await;
    // A socket is read faster than a seat may commit, also after a pause.
    for _ in 0..40 {
        other.say(Forged { generation, epoch: 1, text: "renews" }).await;
    }
    assert_eq!(other.refused().await, Code::TooManyRequests);
    // Who has not flooded commits as before.
    one.view(|view| view.epoch == 2).await;
    one.say(Forged { generation, epoch: 2, text: "goes on" }).await;
    let goes_on = |news: &MlsNews| match news {
        MlsNews::Commit { committer, commit, .. } if commit.0 == "goes on" => Some(*committer),
        _ => None,
    };
    assert_eq!(one.news(goes_on).await, one.id);
    // Somebody who comes and goes makes others commit: only the one who flooded words is named.
    for _ in 0..24 {
        one.say(MlsRequest::Created { generation, tag: "tag".to_owned() }).await;
    }
    assert_eq!(one.refused().await, Code::TooManyRequests);
    let told = lines(&accepted, 1).await;
    let about = Some(accepted.detail().await.summary.requester);
    let code = "too_many_requests".to_owned();
    let what = TimelineWhat::GroupFault { code, about, is_about_guest: false };
    assert_eq!(told.iter().map(|line| &line.what).collect::<Vec<_>>(), [&what]);
    assert_eq!(told[0].actor, None, "the server's own");
    accepted.house.close().await;
}

#[tokio::test]
async fn what_somebody_refuses_is_put_down_once_and_who_has_to_refuse_much_is_not_named_for_it() {
    let accepted = Accepted::open(House::open().await).await;
    // Of this thread, in which the room runs, too.
    let log = accepted.house.folder.join("log");
    let lines_of = tracing_subscriber::fmt().with_ansi(false).with_writer(File::create(&log).unwrap()).finish();
    let _heard = tracing::subscriber::set_default(lines_of);
    let (mut one, mut other, generation) = two(&accepted).await;
    for code in ["external_commit", "forbidden_proposal", "guest_commit", "member_twice", "group_full", "malformed"] {
        for about in [Some(one.id), None] {
            other.fault(generation, code, about).await;
        }
    }
    for word in ["Herr-Muster", "Frau-Muster", "malformed"] {
        other.fault(generation, word, None).await;
    }
    other.settled().await;
    // More than a seat may say of itself, which it may still do.
    for _ in 0..20 {
        other.fault(generation, "malformed", None).await;
    }
    let (epoch, tag) = (1, "tag1".to_owned());
    other.say(MlsRequest::Back { attempt: 2, generation, epoch, tag }).await;
    other.settled().await;
    one.fault(generation, "gone", Some(other.id)).await;
    // The last one tells that all before it were written.
    let told = lines(&accepted, 14).await;
    let codes = codes(&told);
    assert_eq!(codes.iter().filter(|code| **code == "other").count(), 1, "no words of a member's own");
    assert_eq!((codes.len(), codes[12], codes[13]), (14, "other", "gone"));
    let person = |line: &TimelineEntry| line.actor.as_ref().map(|actor| actor.id);
    let summary = accepted.detail().await.summary;
    assert_eq!(person(&told[0]), summary.specialist.map(|person| person.id));
    assert_eq!(person(&told[13]), Some(summary.requester.id));
    // The server's log has as much of it: the fourteen that members reported, in no words of theirs.
    let log = std::fs::read_to_string(log).unwrap();
    let refusals: Vec<&str> = log.lines().filter(|line| line.contains("has refused something of the group")).collect();
    assert_eq!(refusals.len(), 14, "{refusals:#?}");
    assert!(!log.contains("Muster"));
    accepted.house.close().await;
}

#[tokio::test]
async fn leaving_and_coming_again_gives_nobody_more_words() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut one, mut other, generation) = two(&accepted).await;
    for _ in 0..24 {
        other.say(MlsRequest::Created { generation, tag: "tag".to_owned() }).await;
    }
    assert_eq!(other.refused().await, Code::TooManyRequests);
    let id = other.id;
    other.socket.say(&ClientMessage::Leave).await;
    one.view(|view| view.members.len() == 1).await;
    let mut other = Page::enter(&accepted, &accepted.specialist).await;
    assert_eq!(other.id, id);
    // As many as would be free for somebody who has said nothing: some eight seconds would have had to pass.
    for _ in 0..16 {
        other.say(MlsRequest::Created { generation, tag: "tag".to_owned() }).await;
    }
    assert_eq!(other.refused().await, Code::TooManyRequests);
    accepted.house.close().await;
}

#[tokio::test]
async fn who_says_nothing_new_makes_nobody_else_read() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut one, mut other, generation) = two(&accepted).await;
    one.settled().await;
    for attempt in 2..6 {
        other.done(generation, 1).await;
        other.fault(generation, "gone", None).await;
        let (epoch, tag) = (1, "tag1".to_owned());
        other.say(MlsRequest::Back { attempt, generation, epoch, tag }).await;
    }
    // Told of its own attempts, each.
    other.view(|view| view.attempt == 5).await;
    one.socket.say(&ClientMessage::Ping { nonce: 1 }).await;
    loop {
        match one.socket.hear_all().await.expect("the socket stays open") {
            ServerMessage::Pong { nonce: 1 } => break,
            ServerMessage::Mls { message } => panic!("it was told {message:?}"),
            _ => {}
        }
    }
    accepted.house.close().await;
}

#[tokio::test]
async fn commits_that_the_other_refuses_end_the_group_and_one_alone_bars_nobody() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut one, mut other, mut generation) = two(&accepted).await;
    for round in 0..2 {
        other.say(Forged { generation, epoch: 1, text: "nonsense" }).await;
        assert_eq!(one.commit().await.0, other.id);
        let (code, about) = ("not_opened".to_owned(), Some(other.id));
        one.say(MlsRequest::Fault { generation, epoch: 1, code, about, reference: None }).await;
        one.here().await;
        let me = one.id;
        let next = one.view(|view| view.creator == Some(me) && view.generation > generation).await.generation;
        generation = next;
        one.say(MlsRequest::Created { generation, tag: "tag0".to_owned() }).await;
        if round == 0 {
            one.add(&mut other, generation, 0).await;
        }
    }
    // Neither the room nor the group is closed to them.
    other.here().await;
    let reference = other.reference();
    let view = one.view(|view| view.waiting.iter().any(|waiting| waiting.reference == reference)).await;
    assert!(!view.is_barred);
    let told = lines(&accepted, 3).await;
    let whats: Vec<_> = told.iter().map(|line| line.what.clone()).collect();
    assert_eq!(whats.iter().filter(|what| **what == TimelineWhat::GroupReplaced).count(), 2);
    assert!(!whats.iter().any(|what| matches!(what, TimelineWhat::GroupBarred { .. })), "{whats:?}");
    one.settled().await;
    other.settled().await;
    accepted.house.close().await;
}
