//! People say what they would like of a month, until its deadline; who plans reads it, and nobody else.

use crate::stage::Stage;
use schemas::{
    ServiceId,
    directory::Specialty,
    wishes::{
        PersonFacts, PlanningFacts, PlanningRules, PutPlanningRules, PutWishes, Wish, WishDeadline, WishKind,
        WishLimits,
    },
};
use telekonsil::app::{Actor, Error};

const MONTH: &str = "2026-12";

struct Desk {
    stage: Stage,
    service: ServiceId,
}

impl Desk {
    async fn new(stage: Stage) -> Self {
        let service = stage.service(Specialty::StrokeNeurology).await;
        Self { stage, service }
    }

    async fn wish(&self, actor: &Actor, wishes: &[(u8, WishKind)]) -> Result<(), Error> {
        self.stage.app.put_wishes(actor, self.service, &of(wishes)).await
    }

    async fn facts(&self) -> PlanningFacts {
        self.stage.app.planning_facts(&self.stage.coordinator, self.service, MONTH, 3).await.expect("reads")
    }

    async fn of_person(&self, actor: &Actor) -> PersonFacts {
        let facts = self.facts().await;
        facts.people.into_iter().find(|of| of.person == actor.person_id).expect("is known")
    }

    async fn rule(&self, rules: PlanningRules) -> Result<(), Error> {
        let rev = self.facts().await.rev;
        let wish = PutPlanningRules { rules, rev };
        self.stage.app.put_planning_rules(&self.stage.coordinator, self.service, &wish).await
    }

    fn deadline(&self, month: &str, until: &str) -> PlanningRules {
        let deadlines = vec![WishDeadline { month: month.into(), until: until.into() }];
        PlanningRules { deadlines, ..PlanningRules::default() }
    }
}

fn wishes(of: &[(u8, WishKind)]) -> Vec<Wish> {
    of.iter().map(|(day, kind)| Wish { day: format!("{MONTH}-{day:02}"), kind: *kind }).collect()
}

fn of(days: &[(u8, WishKind)]) -> PutWishes {
    PutWishes { month: MONTH.into(), person: None, wishes: wishes(days) }
}

on_both! {
    async fn a_wish_is_read_by_its_person_and_by_who_plans(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { app, first, second, coordinator, referrer, .. } = &desk.stage;
        let mine = [(24, WishKind::Impossible), (26, WishKind::Want)];
        desk.wish(first, &mine).await.expect("writes");
        let read = app.my_wishes(first, MONTH).await.expect("reads");
        assert_eq!(read.len(), 1, "one service is for a neurologist of the network");
        assert_eq!((read[0].service.id, &read[0].wishes, read[0].limits), (desk.service, &wishes(&mine), WishLimits::default()));
        assert_eq!(app.my_wishes(second, MONTH).await.expect("reads")[0].wishes, []);
        assert_eq!(desk.of_person(first).await.wishes, wishes(&mine));
        for other in [first, second, referrer] {
            assert!(matches!(app.planning_facts(other, desk.service, MONTH, 3).await, Err(Error::Forbidden)));
        }
        assert!(matches!(app.my_wishes(referrer, MONTH).await, Err(Error::Forbidden)));

        // Another one's are written by who plans, and by no colleague.
        let theirs = PutWishes { person: Some(second.person_id), ..of(&[(3, WishKind::RatherNot)]) };
        assert!(matches!(app.put_wishes(first, desk.service, &theirs).await, Err(Error::Forbidden)));
        app.put_wishes(coordinator, desk.service, &theirs).await.expect("writes");
        assert_eq!(app.my_wishes(second, MONTH).await.expect("reads")[0].wishes, theirs.wishes);
        // Who could have no duty of the service has no wish for one.
        let nobodys = PutWishes { person: Some(referrer.person_id), ..theirs.clone() };
        assert!(matches!(app.put_wishes(coordinator, desk.service, &nobodys).await, Err(Error::NotFound)));
        let elsewhere = desk.stage.service(Specialty::Neurosurgery).await;
        assert!(matches!(app.put_wishes(first, elsewhere, &of(&mine)).await, Err(Error::NotFound)));
    }

    async fn the_limit_is_of_each_kind_and_days_are_of_the_month_each_once(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let first = &desk.stage.first;
        let days = |kind, n: u8| (1..=n).map(|day| (day, kind)).collect::<Vec<_>>();
        let refused = |result: Result<(), Error>| assert!(matches!(result, Err(Error::InvalidField(_))), "{result:?}");
        refused(desk.wish(first, &days(WishKind::Impossible, 7)).await);
        let mut all = days(WishKind::Impossible, 6);
        all.extend((7..=12).map(|day| (day, WishKind::Want)));
        desk.wish(first, &all).await.expect("six of each");
        refused(desk.wish(first, &[(1, WishKind::Want), (1, WishKind::RatherNot)]).await);
        refused(desk.wish(first, &[(32, WishKind::Want)]).await);
        let of_january = PutWishes { month: "2027-01".into(), ..of(&[(24, WishKind::Want)]) };
        refused(desk.stage.app.put_wishes(first, desk.service, &of_january).await);
        let limits = WishLimits { want: 0, rather_not: 1, impossible: 0 };
        desk.rule(PlanningRules { limits, ..PlanningRules::default() }).await.expect("is written");
        refused(desk.wish(first, &[(1, WishKind::Want)]).await);
        desk.wish(first, &[(1, WishKind::RatherNot)]).await.expect("one of that kind");
        assert_eq!(desk.stage.app.my_wishes(first, MONTH).await.expect("reads")[0].limits, limits);
    }

    async fn after_the_deadline_only_who_plans_writes_wishes_down(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { app, first, coordinator, .. } = &desk.stage;
        // It is the 24th of November, 02:07 in Berlin.
        desk.rule(desk.deadline(MONTH, "2026-11-24T03:00:00")).await.expect("is written");
        let until = app.my_wishes(first, MONTH).await.expect("reads")[0].until;
        assert_eq!(until.seconds_since(desk.stage.now()), 53 * 60);
        desk.wish(first, &[(24, WishKind::Impossible)]).await.expect("in time");
        desk.stage.turn(53 * 60);
        assert!(matches!(desk.wish(first, &[]).await, Err(Error::Conflict(_))));
        let theirs = PutWishes { person: Some(first.person_id), ..of(&[(25, WishKind::Impossible)]) };
        app.put_wishes(coordinator, desk.service, &theirs).await.expect("writes");
        assert_eq!(desk.of_person(first).await.wishes, theirs.wishes);
        // A month without a deadline is open until it begins, and closed to everybody once it is over.
        let january = PutWishes { month: "2027-01".into(), person: None, wishes: vec![] };
        app.put_wishes(first, desk.service, &january).await.expect("in time");
        let october = PutWishes { month: "2026-10".into(), ..theirs };
        assert!(matches!(app.put_wishes(coordinator, desk.service, &PutWishes { wishes: vec![], ..october }).await, Err(Error::Conflict(_))));
    }

    async fn of_two_who_plan_one_is_told_that_the_rules_are_others_now(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { app, coordinator, .. } = &desk.stage;
        assert_eq!((desk.facts().await.rev, desk.facts().await.rules), (0, PlanningRules::default()));
        let rules = desk.deadline(MONTH, "2026-11-20T12:00:00");
        desk.rule(rules.clone()).await.expect("is written");
        assert_eq!((desk.facts().await.rev, desk.facts().await.rules), (1, rules.clone()));
        let late = PutPlanningRules { rules: PlanningRules::default(), rev: 0 };
        let answer = app.put_planning_rules(coordinator, desk.service, &late).await;
        assert!(matches!(answer, Err(Error::Conflict(_))), "{answer:?}");
        for wrong in [
            PlanningRules { limits: WishLimits { want: 32, rather_not: 0, impossible: 0 }, ..rules },
            desk.deadline("2026-13", "2026-11-20T12:00:00"),
            desk.deadline(MONTH, "bald"),
        ] {
            let answer = desk.rule(wrong).await;
            assert!(matches!(answer, Err(Error::InvalidField(_))), "{answer:?}");
        }
    }

    async fn a_proposal_is_told_what_each_has_borne_in_the_months_before(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { app, first, coordinator, .. } = &desk.stage;
        let mine = desk.of_person(first).await;
        assert!(mine.before.duty > 0 && mine.before.weight > mine.before.duty, "{mine:?}");
        assert_eq!((mine.part, mine.part_before, mine.busy), (1000, 1000, vec![]));
        let none = app.planning_facts(coordinator, desk.service, MONTH, 0).await.expect("reads");
        assert!(none.people.iter().all(|of| of.before.duty == 0));
    }
}
