//! Duties change hands: asked, answered, approved, taken back; of two who come at once exactly one wins.

use crate::stage::{NIGHT, Stage};
use schemas::{
    AbsenceId, PersonId, ServiceId, SwapId, UnixMillis,
    directory::{DutyLevel, Specialty},
    rota::{AbsenceKind, ConflictKind, DutyNews, DutyNote, PutAbsence, PutDraft, RotaPlan},
    swaps::{AskSwap, CandidateQuery, DutyPart, RotaSettings, Swap, SwapAsk, SwapState, SwapStep, SwapStepName},
};
use std::collections::BTreeSet;
use telekonsil::app::{Actor, Error};
use uuid::Uuid;

const HOUR: i64 = 3600;

/// Tonight, 17:00 to 08:00 in Berlin: within the week of the first specialist.
fn night(n: i64) -> DutyPart {
    // NIGHT is 02:07 there.
    let from = UnixMillis(NIGHT.0 - 7 * 60_000).plus_seconds((15 + 24 * n) * HOUR);
    DutyPart { level: DutyLevel::Primary, from, until: from.plus_seconds(15 * HOUR) }
}

struct Team {
    stage: Stage,
    service: ServiceId,
    sommer: Actor,
    bianchi: Actor,
}

impl Team {
    async fn new(stage: Stage) -> Self {
        let service = stage.service(Specialty::StrokeNeurology).await;
        let sommer = stage.signed_in_as("sommer@auenstadt.example").await;
        let bianchi = stage.signed_in_as("bianchi@lindhall.example").await;
        Self { stage, service, sommer, bianchi }
    }

    fn wish(&self, ask: SwapAsk) -> AskSwap {
        AskSwap { service_id: self.service, part: night(0), giver: None, ask, in_return: None }
    }

    async fn asked(&self, people: &[&Actor]) -> SwapId {
        let people = people.iter().map(|of| of.person_id).collect();
        self.ask(&self.stage.first, &self.wish(SwapAsk::People { people })).await.expect("is asked")
    }

    async fn ask(&self, actor: &Actor, wish: &AskSwap) -> Result<SwapId, Error> {
        let id = SwapId(Uuid::now_v7());
        self.stage.app.ask_swap(actor, id, wish).await.map(|()| id)
    }

    async fn say(&self, actor: &Actor, id: SwapId, step: SwapStep) -> Result<(), Error> {
        self.stage.app.answer_swap(actor, id, &step).await
    }

    async fn seen(&self, actor: &Actor, id: SwapId) -> Option<Swap> {
        self.stage.app.swaps(actor).await.expect("reads").into_iter().find(|swap| swap.id == id)
    }

    async fn state(&self, id: SwapId) -> SwapState {
        self.seen(&self.stage.coordinator, id).await.expect("a coordinator sees all").state
    }

    /// Who has first duty at the begin of that night.
    async fn on(&self, n: i64) -> Vec<PersonId> {
        let at = night(n).from;
        let view =
            self.stage.app.rota(&self.stage.coordinator, self.service, at, at.plus_seconds(60)).await.expect("reads");
        view.duties.iter().filter(|duty| duty.level == DutyLevel::Primary).map(|duty| duty.person.id).collect()
    }

    async fn notes(&self, actor: &Actor) -> Vec<DutyNote> {
        self.stage.app.duty_notes(actor).await.expect("reads")
    }

    /// What the newest note of this person says of a swap, and how many there are in all.
    async fn news(&self, actor: &Actor) -> (Option<SwapState>, usize) {
        let notes = self.notes(actor).await;
        let newest = notes.first().and_then(|note| note.news.clone());
        let state = newest.and_then(|news| match news {
            DutyNews::Swap { state, .. } => Some(state),
            _ => None,
        });
        (state, notes.len())
    }

    async fn need_approval(&self) {
        let settings = RotaSettings { swaps_need_approval: true, notice_minutes: 15 };
        self.stage.app.put_rota_settings(&self.stage.coordinator, self.service, settings).await.expect("sets");
    }

    async fn away(&self, person: PersonId) {
        let wish = PutAbsence {
            person,
            kind: AbsenceKind::Sick,
            zone: "Europe/Berlin".into(),
            from: "2026-11-20T00:00:00".into(),
            until: "2026-11-27T00:00:00".into(),
        };
        let id = AbsenceId(Uuid::now_v7());
        self.stage.app.put_absence(&self.stage.coordinator, id, &wish).await.expect("is written");
    }
}

on_both! {
    async fn a_night_is_given_away_and_taken_back_and_each_is_told_once(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let (first, sommer) = (&team.stage.first, &team.sommer);
        let id = team.asked(&[sommer]).await;
        assert_eq!(team.news(sommer).await, (Some(SwapState::Asked), 1));
        let asked = team.seen(sommer, id).await.unwrap();
        assert_eq!(asked.steps, [SwapStepName::Accept, SwapStepName::Decline]);
        assert!(asked.consequences.is_empty() && asked.still_on_duty);
        assert_eq!(team.on(0).await, [first.person_id], "nothing counts before the yes");
        team.say(sommer, id, SwapStep::Accept).await.unwrap();
        team.say(sommer, id, SwapStep::Accept).await.unwrap();
        assert_eq!((team.on(0).await, team.on(1).await), (vec![sommer.person_id], vec![first.person_id]));
        let (state, count) = team.news(first).await;
        assert_eq!((state, count), (Some(SwapState::InForce), 1), "one note: what was lost, and by which swap");
        assert_eq!(team.notes(first).await[0].lost.len(), 1);
        let plan = team.stage.app.rota(first, team.service, night(0).from, night(0).until).await.unwrap().published.unwrap();
        assert_eq!(plan.overrides.iter().map(|o| o.swap).collect::<Vec<_>>(), [Some(id.0)]);
        assert_eq!(team.seen(first, id).await.unwrap().steps, [SwapStepName::Undo]);
        team.say(first, id, SwapStep::Undo).await.unwrap();
        assert_eq!((team.on(0).await, team.state(id).await), (vec![first.person_id], SwapState::Undone));
        assert_eq!(team.news(sommer).await, (Some(SwapState::Undone), 2), "asked, and taken back");
        assert!(matches!(team.say(sommer, id, SwapStep::Accept).await, Err(Error::WrongState)));
    }

    async fn of_two_who_say_yes_at_once_exactly_one_has_it_and_the_other_learns_who(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let id = team.ask(&team.stage.first, &team.wish(SwapAsk::Pool)).await.unwrap();
        let (node_a, node_b) = (team.stage.node("a"), team.stage.node("b"));
        assert_eq!(team.seen(&team.stage.second, id).await.map(|swap| swap.steps), Some(vec![]), "second duty has its own");
        for round in 0..3 {
            let id = if round == 0 { id } else {
                let wish = AskSwap { part: night(round), ..team.wish(SwapAsk::Pool) };
                team.ask(&team.stage.first, &wish).await.unwrap()
            };
            let (one, other) = tokio::join!(
                node_a.answer_swap(&team.sommer, id, &SwapStep::Accept),
                node_b.answer_swap(&team.bianchi, id, &SwapStep::Accept),
            );
            let (winner, loser) = match (&one, &other) {
                (Ok(()), Err(Error::AlreadyTaken { by })) => (&team.sommer, by.as_str()),
                (Err(Error::AlreadyTaken { by }), Ok(())) => (&team.bianchi, by.as_str()),
                both => panic!("{both:?}"),
            };
            assert_eq!(team.on(round).await, [winner.person_id]);
            let swap = team.seen(&team.stage.first, id).await.unwrap();
            assert_eq!(swap.taker.map(|of| of.name).as_deref(), Some(loser));
        }
        // Both were told of each round once more than they were asked: the winner of nothing, the loser that it is gone.
        let counts = [team.notes(&team.sommer).await.len(), team.notes(&team.bianchi).await.len()];
        assert_eq!(counts.iter().sum::<usize>(), 9, "{counts:?}: six questions, three that were too late");
    }

    async fn a_yes_and_a_withdrawal_at_once_have_one_outcome(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        for round in 0..4 {
            let people = vec![team.sommer.person_id];
            let wish = AskSwap { part: night(round), ..team.wish(SwapAsk::People { people }) };
            let id = team.ask(&team.stage.first, &wish).await.unwrap();
            let (a, b) = (team.stage.node("a"), team.stage.node("b"));
            let (yes, back) = tokio::join!(
                a.answer_swap(&team.sommer, id, &SwapStep::Accept),
                b.answer_swap(&team.stage.first, id, &SwapStep::Withdraw),
            );
            let expected = match (&yes, &back) {
                (Ok(()), Err(Error::WrongState)) => (SwapState::InForce, team.sommer.person_id),
                (Err(Error::WrongState), Ok(())) => (SwapState::Withdrawn, team.stage.first.person_id),
                both => panic!("{both:?}"),
            };
            assert_eq!((team.state(id).await, team.on(round).await), (expected.0, vec![expected.1]));
        }
    }

    async fn two_who_take_it_back_at_once_take_it_back_once(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let id = team.asked(&[&team.sommer]).await;
        team.say(&team.sommer, id, SwapStep::Accept).await.unwrap();
        let (a, b) = (team.stage.node("a"), team.stage.node("b"));
        let (one, other) = tokio::join!(
            a.answer_swap(&team.sommer, id, &SwapStep::Undo),
            b.answer_swap(&team.stage.coordinator, id, &SwapStep::Undo),
        );
        one.unwrap();
        other.unwrap();
        let history = team.stage.app.rota_history(&team.stage.coordinator, team.service).await.unwrap();
        assert_eq!(history.len(), 3, "as it was, swapped, taken back");
        assert_eq!(team.on(0).await, [team.stage.first.person_id]);
    }

    async fn where_the_service_wants_it_a_coordinator_approves_or_refuses(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let coordinator = &team.stage.coordinator;
        team.need_approval().await;
        let id = team.asked(&[&team.sommer]).await;
        team.say(&team.sommer, id, SwapStep::Accept).await.unwrap();
        assert_eq!((team.state(id).await, team.on(0).await), (SwapState::Accepted, vec![team.stage.first.person_id]));
        assert_eq!(team.news(coordinator).await.0, Some(SwapState::Accepted), "somebody has to decide");
        assert!(matches!(team.say(&team.sommer, id, SwapStep::Approve).await, Err(Error::Forbidden)));
        assert!(matches!(team.say(coordinator, id, SwapStep::Refuse { reason: " ".into() }).await, Err(Error::InvalidField(_))));
        team.say(coordinator, id, SwapStep::Approve).await.unwrap();
        assert_eq!(team.on(0).await, [team.sommer.person_id]);
        assert_eq!(team.news(&team.sommer).await.0, Some(SwapState::InForce));
        let wish = AskSwap { part: night(1), ..team.wish(SwapAsk::People { people: vec![team.sommer.person_id] }) };
        let id = team.ask(&team.stage.first, &wish).await.unwrap();
        team.say(&team.sommer, id, SwapStep::Accept).await.unwrap();
        team.say(coordinator, id, SwapStep::Refuse { reason: "zu viele Nächte".into() }).await.unwrap();
        let refused = team.seen(&team.sommer, id).await.unwrap();
        assert_eq!((refused.state, refused.reason.0.as_str()), (SwapState::Refused, "zu viele Nächte"));
        assert_eq!(team.on(1).await, [team.stage.first.person_id]);
    }

    async fn whoever_is_sick_is_replaced_at_once_or_by_the_first_of_three(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let Stage { first, coordinator, .. } = &team.stage;
        team.away(first.person_id).await;
        assert_eq!(team.on(0).await, []);
        let giver = Some(first.person_id);
        let straight = SwapAsk::Straight { person: team.sommer.person_id };
        let wish = AskSwap { giver, ..team.wish(straight.clone()) };
        assert!(matches!(team.ask(first, &AskSwap { giver: None, ..wish.clone() }).await, Err(Error::Forbidden)));
        assert!(matches!(team.ask(&team.sommer, &wish).await, Err(Error::Forbidden)));
        let id = team.ask(coordinator, &wish).await.unwrap();
        assert_eq!((team.state(id).await, team.on(0).await), (SwapState::InForce, vec![team.sommer.person_id]));
        assert_eq!(team.news(&team.sommer).await, (Some(SwapState::InForce), 1));
        assert_eq!(team.news(first).await.0, Some(SwapState::InForce));
        // The running night, which has begun: whoever says yes first has what is left of it.
        let now = team.stage.now();
        let part = DutyPart { level: DutyLevel::Primary, from: now.plus_seconds(-HOUR), until: night(0).from };
        let three = vec![team.sommer.person_id, team.bianchi.person_id, team.stage.second.person_id];
        let wish = AskSwap { giver, part, ..team.wish(SwapAsk::People { people: three }) };
        let id = team.ask(coordinator, &wish).await.unwrap();
        team.stage.turn(600);
        let hindered = team.say(&team.stage.second, id, SwapStep::Accept).await;
        assert!(matches!(hindered, Err(Error::Conflict(_))), "is on second duty: {hindered:?}");
        team.say(&team.bianchi, id, SwapStep::Accept).await.unwrap();
        let board = team.stage.app.board(coordinator).await.unwrap();
        let line = board.services.iter().find(|line| line.service.id == team.service).unwrap();
        assert!(line.on_duty.iter().any(|duty| duty.person.id == team.bianchi.person_id), "{:?}", line.on_duty);
        assert_eq!(team.news(&team.sommer).await.0, Some(SwapState::InForce), "who was asked too learns that it is done");
    }

    async fn what_stands_in_the_way_is_seen_before_and_refused_at_the_yes(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let Stage { first, second, app, .. } = &team.stage;
        let DutyPart { level, from, until } = night(0);
        let query = CandidateQuery { level, from, until, giver: None };
        let candidates = app.swap_candidates(first, team.service, query).await.unwrap();
        let can: BTreeSet<_> = candidates.iter().filter(|of| of.can_take).map(|of| of.person.id).collect();
        assert_eq!(can, [team.sommer.person_id, team.bianchi.person_id].into());
        let nowak = candidates.iter().find(|of| of.person.id == second.person_id).unwrap();
        assert_eq!(nowak.consequences[0].kind, ConflictKind::DoubleBooked);
        let sommer = candidates.iter().find(|of| of.person.id == team.sommer.person_id).unwrap();
        assert!(!sommer.duties.is_empty(), "what could be had in return");
        let id = team.asked(&[&team.sommer]).await;
        team.away(team.sommer.person_id).await;
        assert_eq!(team.seen(&team.sommer, id).await.unwrap().consequences[0].kind, ConflictKind::Absent);
        assert!(matches!(team.say(&team.sommer, id, SwapStep::Accept).await, Err(Error::Conflict("is away then"))));
        // The duty goes to somebody else meanwhile.
        let other = team.asked(&[&team.bianchi]).await;
        let put = AskSwap { giver: Some(first.person_id), ..team.wish(SwapAsk::Straight { person: team.bianchi.person_id }) };
        team.ask(&team.stage.coordinator, &put).await.unwrap();
        let gone = team.say(&team.bianchi, other, SwapStep::Accept).await;
        assert!(matches!(gone, Err(Error::Conflict("this duty is somebody else's now"))), "{gone:?}");
        let not_mine = team.ask(&team.sommer, &team.wish(SwapAsk::People { people: vec![team.bianchi.person_id] })).await;
        assert!(matches!(not_mine, Err(Error::Conflict(_))), "nobody gives away what is not theirs: {not_mine:?}");
        let kern = team.stage.signed_in_as("kern@auenstadt.example").await;
        assert!(team.seen(&kern, id).await.is_none());
        assert!(matches!(team.say(&kern, id, SwapStep::Accept).await, Err(Error::NotFound)), "nobody's business");
    }

    async fn one_duty_is_given_for_another(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        // Sommer's week begins on Monday.
        let back = night(7);
        assert_eq!(team.on(7).await, [team.sommer.person_id]);
        let people = vec![team.sommer.person_id];
        let wish = AskSwap { in_return: Some(back), ..team.wish(SwapAsk::People { people }) };
        let id = team.ask(&team.stage.first, &wish).await.unwrap();
        team.say(&team.sommer, id, SwapStep::Accept).await.unwrap();
        assert_eq!((team.on(0).await, team.on(7).await), (vec![team.sommer.person_id], vec![team.stage.first.person_id]));
        assert_eq!(team.notes(&team.stage.first).await.len(), 1, "what was won and lost in one note");
        team.say(&team.stage.coordinator, id, SwapStep::Undo).await.unwrap();
        assert_eq!((team.on(0).await, team.on(7).await), (vec![team.stage.first.person_id], vec![team.sommer.person_id]));
        let pool = AskSwap { in_return: Some(back), ..team.wish(SwapAsk::Pool) };
        assert!(matches!(team.ask(&team.stage.first, &pool).await, Err(Error::InvalidField(_))));
    }

    async fn nobody_answers_until_the_duty_begins_and_it_is_over_once(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let id = team.asked(&[&team.sommer]).await;
        team.stage.turn(15 * HOUR);
        let (a, b) = (team.stage.node("a"), team.stage.node("b"));
        let (mut one, mut other) = (BTreeSet::new(), BTreeSet::new());
        let (first, second) = tokio::join!(a.keep_duties(&mut one), b.keep_duties(&mut other));
        first.unwrap();
        second.unwrap();
        assert_eq!(team.state(id).await, SwapState::Expired);
        let ended = |notes: Vec<DutyNote>| {
            let of = notes.into_iter().filter(|note| matches!(note.news, Some(DutyNews::Swap { state: SwapState::Expired, .. })));
            of.count()
        };
        assert_eq!((ended(team.notes(&team.stage.first).await), ended(team.notes(&team.sommer).await)), (1, 1));
        let late = team.say(&team.sommer, id, SwapStep::Accept).await;
        assert!(matches!(late, Err(Error::WrongState)), "{late:?}");
    }

    async fn a_draft_goes_on_over_a_swap_and_over_its_undoing(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let Stage { first, coordinator, app, .. } = &team.stage;
        let view = app.rota(coordinator, team.service, night(0).from, night(0).until).await.unwrap();
        let plan: RotaPlan = view.published.unwrap();
        let id = team.asked(&[&team.sommer]).await;
        team.say(&team.sommer, id, SwapStep::Accept).await.unwrap();
        let draft = || async {
            let view = app.rota(coordinator, team.service, night(0).from, night(0).until).await.unwrap();
            view.draft.unwrap()
        };
        let with = app.rota(coordinator, team.service, night(0).from, night(0).until).await.unwrap();
        let wish = PutDraft { plan: with.published.unwrap(), rev: 0, revision: with.revision, rebase: false };
        app.put_draft(coordinator, team.service, &wish).await.unwrap();
        team.say(first, id, SwapStep::Undo).await.unwrap();
        let now = draft().await;
        assert!(!now.is_overtaken && now.changes.is_empty(), "{:?}", now.changes);
        assert_eq!(now.plan, plan, "what was taken back is not published again");
    }

    async fn rest_is_told_before_somebody_says_yes(fixture) {
        let team = Team::new(Stage::new(&fixture).await).await;
        let Stage { coordinator, app, .. } = &team.stage;
        // Duty in the house: one has to rest before and after it.
        let view = app.rota(coordinator, team.service, night(0).from, night(0).until).await.unwrap();
        let mut plan = view.published.unwrap();
        plan.layers.iter_mut().for_each(|layer| layer.kind = schemas::directory::DutyKind::OnSite);
        let wish = PutDraft { plan, rev: 0, revision: view.revision, rebase: false };
        app.put_draft(coordinator, team.service, &wish).await.unwrap();
        let rev = app.rota(coordinator, team.service, night(0).from, night(0).until).await.unwrap().draft.unwrap().rev;
        app.publish_rota(coordinator, team.service, &schemas::rota::PublishRota { rev, note: String::new() }).await.unwrap();
        // Sommer's own week begins on Monday at 08:00; the night before it ends two hours earlier.
        let monday = night(5).until;
        let part = DutyPart { level: DutyLevel::Primary, from: monday.plus_seconds(-12 * HOUR), until: monday.plus_seconds(-2 * HOUR) };
        let wish = AskSwap { part, ..team.wish(SwapAsk::People { people: vec![team.sommer.person_id] }) };
        let id = team.ask(&team.stage.first, &wish).await.unwrap();
        let seen = team.seen(&team.sommer, id).await.unwrap();
        let rest: Vec<_> = seen.consequences.iter().map(|of| (of.kind, of.missing)).collect();
        assert_eq!(rest, [(ConflictKind::Rest, Some(9 * HOUR))]);
        assert!(seen.steps.contains(&SwapStepName::Accept), "a warning: whether there was rest, they know");
        team.say(&team.sommer, id, SwapStep::Accept).await.unwrap();
    }
}
