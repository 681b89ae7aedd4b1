//! Overflow to a neighbouring network: with both sides' settings or not at all.

use crate::stage::Stage;
use schemas::{
    ConsultId, HospitalId, NetworkId, PersonId, ServiceId,
    admin::{AdminNetwork, AdminPerson, AdminService, PersonRules, ServiceRules, Turns},
    consult::{Action, AlarmKind, ConsultSummary, Urgency},
    directory::{DutyLevel, Role, Specialty},
    matching::{
        MatchExplanation, OverflowFrom, OverflowRefusal, OverflowTo, OverflowWhen, ReplayOutcome, Rule, RuleFact,
    },
};
use telekonsil::app::{Actor, Error};
use uuid::Uuid;

const NOBODY: OverflowWhen = OverflowWhen { nobody: true, all_busy: false, after_rounds: None };

/// The demo's stroke service, and one of the network to the east with one specialist on duty.
struct Neighbours {
    stage: Stage,
    admin: Actor,
    home: AdminService,
    east: AdminService,
    helper: Actor,
}

impl Neighbours {
    async fn new(stage: Stage) -> Self {
        let admin = stage.signed_in_as("weiler@auenstadt.example").await;
        let app = &stage.app;
        let network = NetworkId(Uuid::now_v7());
        app.put_network(&admin, AdminNetwork { id: network, name: "Netz Ost".into() }).await.unwrap();
        let directory = app.admin_directory(&admin).await.unwrap();
        let home = stage.service(Specialty::StrokeNeurology).await;
        let home = directory.services.iter().find(|of| of.id == home).unwrap().clone();
        let house: HospitalId = directory.hospitals.iter().find(|house| house.city == "Lindhall").unwrap().id;
        let helper = AdminPerson {
            id: PersonId(Uuid::now_v7()),
            hospital_id: house,
            name: "Dr. Ost".into(),
            email: "ost@lindhall.example".into(),
            phone: None,
            roles: vec![Role::Specialist],
            networks: vec![network],
            languages: vec!["de".into()],
            qualifications: vec![Specialty::StrokeNeurology],
            resting_until: None,
            rules: PersonRules::default(),
            active: true,
            has_password: false,
        };
        let (helper_id, turns) =
            (helper.id, |people| vec![Turns { level: DutyLevel::Primary, people, is_whole_rota: true }]);
        app.put_person(&admin, helper).await.unwrap();
        let east = AdminService {
            id: ServiceId(Uuid::now_v7()),
            network_id: network,
            name: "Schlaganfall Ost".into(),
            exclusive: false,
            turns: turns(vec![helper_id]),
            rules: ServiceRules::default(),
            ..home.clone()
        };
        app.put_service(&admin, east.clone()).await.unwrap();
        let helper = stage.signed_in(helper_id).await;
        // Nobody is on duty at home.
        let empty = |level| Turns { level, people: vec![], is_whole_rota: true };
        let home = AdminService { turns: vec![empty(DutyLevel::Primary), empty(DutyLevel::Secondary)], ..home };
        app.put_service(&admin, home.clone()).await.unwrap();
        Self { stage, admin, home, east, helper }
    }

    async fn ask_east(&mut self, when: OverflowWhen) {
        self.home.rules.overflow_to = Some(OverflowTo { service_id: self.east.id, when });
        self.stage.app.put_service(&self.admin, self.home.clone()).await.unwrap();
    }

    async fn agree(&mut self, from: Vec<OverflowFrom>) {
        self.east.rules.overflow_from = from;
        self.stage.app.put_service(&self.admin, self.east.clone()).await.unwrap();
    }

    fn agreed_home(&self) -> OverflowFrom {
        OverflowFrom {
            service_id: self.home.id,
            urgencies: vec![Urgency::Emergency],
            max_per_hour: 1,
            only_when_free: false,
        }
    }

    async fn summary(&self, id: ConsultId) -> ConsultSummary {
        self.stage.app.detail(&self.stage.coordinator, id).await.unwrap().summary
    }

    async fn last(&self, id: ConsultId) -> MatchExplanation {
        self.stage.app.match_explanations(&self.stage.coordinator, id).await.unwrap().pop().unwrap()
    }

    /// Why nobody of the east was asked at last.
    async fn refusal(&self, id: ConsultId) -> Option<OverflowRefusal> {
        let explained = self.last(id).await;
        assert_eq!(explained.partner, Some(self.east.id));
        let helper = explained.candidates.iter().find(|one| one.person.id == self.helper.person_id).unwrap();
        match helper.rules.iter().find(|rule| rule.rule == Rule::Overflow).unwrap().fact {
            RuleFact::Overflow { refusal } => refusal,
            ref other => panic!("{other:?}"),
        }
    }

    async fn is_rung(&self, id: ConsultId) -> bool {
        self.summary(id).await.ringing.iter().any(|person| person.id == self.helper.person_id)
    }
}

on_both! {
    async fn one_side_alone_is_no_agreement(fixture) {
        let mut net = Neighbours::new(Stage::new(&fixture).await).await;
        // The neighbour would help; nobody asks.
        net.agree(vec![net.agreed_home()]).await;
        let id = net.stage.emergency().await;
        assert_eq!((net.last(id).await.partner, net.summary(id).await.alarm), (None, Some(AlarmKind::NobodyOnDuty)));
        // One asks; the neighbour does not help.
        net.agree(vec![]).await;
        net.ask_east(NOBODY).await;
        let id = net.stage.emergency().await;
        assert_eq!(net.refusal(id).await, Some(OverflowRefusal::NotAgreed));
        let summary = net.summary(id).await;
        assert_eq!((summary.alarm, summary.out_of_area), (Some(AlarmKind::NobodyOnDuty), None));
        let read = net.stage.app.detail(&net.helper, id).await;
        assert!(matches!(read, Err(Error::NotFound)), "they do not even know of it");
    }

    async fn with_both_the_neighbour_is_rung_sees_the_question_and_after_accepting_the_patient(fixture) {
        let mut net = Neighbours::new(Stage::new(&fixture).await).await;
        net.ask_east(NOBODY).await;
        net.agree(vec![net.agreed_home()]).await;
        let id = net.stage.emergency().await;
        assert!(net.is_rung(id).await);
        assert_eq!(net.summary(id).await.out_of_area.unwrap().network, "Netz Ost");
        let rung = net.stage.app.detail(&net.helper, id).await.unwrap();
        let fields = rung.fields.unwrap();
        assert_eq!((fields.question.as_deref(), fields.family_name), (Some("Lyse?"), None));
        assert_eq!(rung.summary.out_of_area.unwrap().service, "Schlaganfall Ost");
        net.stage.act(&net.helper, id, Action::Accept).await.unwrap();
        let accepted = net.stage.app.detail(&net.helper, id).await.unwrap();
        assert_eq!(accepted.fields.unwrap().family_name.as_deref(), Some("Beispiel"));
        let replayed = net.stage.app.replay_matches(&net.stage.coordinator, id).await.unwrap();
        assert!(replayed.iter().all(|decision| decision.outcome == ReplayOutcome::Equal), "{replayed:?}");
        // The east's own consults are nobody's business here, and it has no coordinator of ours.
        let east = net.stage.app.what_if(&net.stage.coordinator, net.east.id, schemas::matching::WhatIf {
            hospital_id: None, urgency: Urgency::Emergency, without: vec![], language: None, consult_id: None,
        }).await;
        assert!(matches!(east, Err(Error::NotFound)));
        net.stage.verify_chain(id).await;
    }

    async fn urgency_hour_and_whether_somebody_is_free_limit_it_and_it_can_be_withdrawn(fixture) {
        let mut net = Neighbours::new(Stage::new(&fixture).await).await;
        net.ask_east(NOBODY).await;
        net.agree(vec![net.agreed_home()]).await;
        let mut urgent = net.stage.request().await;
        urgent.urgency = Urgency::Urgent;
        net.stage.app.create(&net.stage.referrer, "s", urgent.clone()).await.unwrap();
        assert_eq!(net.refusal(urgent.id).await, Some(OverflowRefusal::Urgency));
        let first = net.stage.emergency().await;
        assert!(net.is_rung(first).await);
        let second = net.stage.emergency().await;
        assert_eq!((net.refusal(second).await, net.is_rung(second).await), (Some(OverflowRefusal::HourIsFull), false));
        net.stage.act(&net.helper, first, Action::Accept).await.unwrap();
        net.stage.turn(3601);
        let third = net.stage.emergency().await;
        assert!(net.is_rung(third).await, "another hour");
        net.agree(vec![OverflowFrom { only_when_free: true, max_per_hour: 9, ..net.agreed_home() }]).await;
        let fourth = net.stage.emergency().await;
        assert_eq!(net.refusal(fourth).await, Some(OverflowRefusal::Busy), "has one on their hands");
        // What rings goes on; the next round asks nobody of the east.
        net.agree(vec![]).await;
        assert!(net.is_rung(third).await);
        for _ in 0..6 {
            net.stage.pass(60).await;
        }
        assert_eq!((net.refusal(third).await, net.is_rung(third).await), (Some(OverflowRefusal::NotAgreed), false));
    }

    async fn two_services_that_help_each_other_do_not_hand_it_round(fixture) {
        let mut net = Neighbours::new(Stage::new(&fixture).await).await;
        net.ask_east(NOBODY).await;
        // The east has nobody either, and would ask us.
        net.east.turns = vec![Turns { level: DutyLevel::Primary, people: vec![], is_whole_rota: true }];
        net.east.rules.overflow_to = Some(OverflowTo { service_id: net.home.id, when: NOBODY });
        net.agree(vec![net.agreed_home()]).await;
        net.home.rules.overflow_from = vec![OverflowFrom { service_id: net.east.id, ..net.agreed_home() }];
        net.ask_east(NOBODY).await;
        let id = net.stage.emergency().await;
        let explained = net.last(id).await;
        assert_eq!((explained.partner, net.summary(id).await.alarm), (Some(net.east.id), Some(AlarmKind::NobodyOnDuty)));
        assert!(explained.candidates.iter().all(|one| one.person.id != net.helper.person_id), "is not on duty");
    }

    async fn after_rounds_without_an_answer_the_neighbour_rings_beside_the_own_people(fixture) {
        let mut net = Neighbours::new(Stage::new(&fixture).await).await;
        let first = net.stage.first.person_id;
        net.home.turns = vec![Turns { level: DutyLevel::Primary, people: vec![first], is_whole_rota: true }];
        net.ask_east(OverflowWhen { after_rounds: Some(1), ..OverflowWhen::default() }).await;
        net.agree(vec![net.agreed_home()]).await;
        let id = net.stage.emergency().await;
        assert_eq!((net.last(id).await.partner, net.is_rung(id).await), (None, false));
        for _ in 0..6 {
            if net.last(id).await.round < 2 {
                net.stage.pass(20).await;
            }
        }
        let explained = net.last(id).await;
        assert_eq!((explained.round, explained.candidates[0].person.id), (2, first), "the own people come first");
        assert!(net.is_rung(id).await);
        assert_eq!(net.summary(id).await.out_of_area.unwrap().network, "Netz Ost");
    }

    async fn a_setting_that_cannot_be_meant_is_refused(fixture) {
        let net = Neighbours::new(Stage::new(&fixture).await).await;
        let refused = async |change: &dyn Fn(&mut AdminService)| {
            let mut service = net.home.clone();
            change(&mut service);
            match net.stage.app.put_service(&net.admin, service).await {
                Err(Error::InvalidField(why)) => why,
                other => panic!("{other:?}"),
            }
        };
        let to = |service_id, when| Some(OverflowTo { service_id, when });
        let (home, east) = (net.home.id, net.east.id);
        assert_eq!(refused(&|s| s.rules.overflow_to = to(home, NOBODY)).await, "overflow_to: is the service itself");
        assert_eq!(
            refused(&|s| s.rules.overflow_to = to(east, OverflowWhen::default())).await,
            "overflow_to: says of no occasion when"
        );
        let cardiology = net.stage.service(Specialty::Cardiology).await;
        assert_eq!(
            refused(&|s| s.rules.overflow_to = to(cardiology, NOBODY)).await,
            "overflow_to: is a service of another specialty"
        );
        let from = |change: fn(&mut OverflowFrom)| {
            let mut from = OverflowFrom { service_id: east, ..net.agreed_home() };
            change(&mut from);
            from
        };
        for (one, why) in [
            (from(|f| f.urgencies.clear()), "overflow_from: takes no urgency"),
            (from(|f| f.max_per_hour = 0), "overflow_from: is not 1 to 1000 within an hour"),
            (from(|f| f.service_id = ServiceId(Uuid::nil())), "overflow_from: names a service that there is not"),
        ] {
            assert_eq!(refused(&|s| s.rules.overflow_from = vec![one.clone()]).await, why);
        }
    }
}
