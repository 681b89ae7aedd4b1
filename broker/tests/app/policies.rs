//! How a service asks its people: written, restored, tried, and then rung by.

use crate::stage::{NIGHT, Stage};
use schemas::{
    PoolId,
    consult::{Action, AlarmKind, ConsultState, Urgency},
    directory::{DutyLevel, Role, Specialty},
    policy::{DryRun, Policies, PoliciesView, Pool, PutPolicies, RestorePolicies, Step, Target, WhenBusy},
};
use telekonsil::app::Error;
use uuid::Uuid;

const POOL: PoolId = PoolId(Uuid::from_u128(0x90));

fn step(targets: &[Target], ring_seconds: u32) -> Step {
    Step { targets: targets.to_vec(), ring_seconds, beside_after: None, awake_minutes: None }
}

impl Stage {
    async fn view(&self) -> PoliciesView {
        let service = self.service(Specialty::StrokeNeurology).await;
        self.app.policies(&self.coordinator, service).await.expect("reads")
    }

    /// The coordinator changes the emergency's steps.
    async fn emergency_by(&self, change: impl Fn(&mut Policies)) {
        let PoliciesView { current, .. } = self.view().await;
        let mut policies = current.policies;
        change(&mut policies);
        let wish = PutPolicies { revision: current.revision, policies, note: "Probe".into() };
        let service = self.service(Specialty::StrokeNeurology).await;
        self.app.put_policies(&self.coordinator, service, &wish).await.expect("writes");
    }
}

on_both! {
    async fn a_write_is_kept_with_who_and_why_and_can_be_taken_back(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        let first = stage.view().await;
        assert_eq!((first.current.revision, &first.current.policies), (1, &Policies::default()));
        assert_eq!(first.people.len(), 4, "the network's specialists may be named");
        assert!(first.hospitals.iter().any(|house| house.id == stage.referrer.hospital_id));

        stage.emergency_by(|policies| policies.emergency.steps.truncate(1)).await;
        let second = stage.view().await.current;
        assert_eq!((second.revision, second.at, second.note.as_str()), (2, Some(NIGHT), "Probe"));
        assert_eq!(second.by.map(|person| person.id), Some(stage.coordinator.person_id));

        let stale = PutPolicies { revision: 1, policies: Policies::default(), note: String::new() };
        assert!(matches!(stage.app.put_policies(&stage.coordinator, service, &stale).await, Err(Error::Conflict(_))));
        let mut wrong = second.policies.clone();
        wrong.urgent.steps[0].ring_seconds = 3;
        let wrong = PutPolicies { revision: 2, policies: wrong, note: String::new() };
        let refused = stage.app.put_policies(&stage.coordinator, service, &wrong).await.unwrap_err();
        assert_eq!(refused.to_string(), "policies.urgent.steps[0].ring_seconds: is out of range");

        let back = RestorePolicies { revision: 2, of: 1 };
        stage.app.restore_policies(&stage.coordinator, service, back).await.unwrap();
        let history = stage.app.policy_history(&stage.coordinator, service).await.unwrap();
        assert_eq!(history.iter().map(|version| version.revision).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!(history[0].policies, Policies::default());
    }

    async fn coordinators_keep_their_networks_and_administrators_all(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        for (actor, refused) in [(&stage.referrer, Error::Forbidden), (&stage.first, Error::Forbidden)] {
            assert_eq!(stage.app.policies(actor, service).await.unwrap_err().code(), refused.code());
        }
        let elsewhere = stage.newcomer(&stage.coordinator, Role::Coordinator).await;
        assert!(matches!(stage.app.policies(&elsewhere, service).await, Err(Error::NotFound)));
        let admin = stage.signed_in_as("weiler@auenstadt.example").await;
        let view = stage.app.policies(&admin, service).await.unwrap();
        let wish = PutPolicies { revision: view.current.revision, policies: view.standard, note: String::new() };
        stage.app.put_policies(&admin, service, &wish).await.unwrap();
    }

    async fn a_dry_run_is_what_then_rings_with_steps_beside_each_other_and_an_alarm_on_the_way(fixture) {
        let stage = Stage::new(&fixture).await;
        let service = stage.service(Specialty::StrokeNeurology).await;
        stage.emergency_by(|policies| {
            let duty = |level| Target::Duty(level);
            let beside = Step { beside_after: Some(10), ..step(&[duty(DutyLevel::Secondary), Target::Coordinator], 30) };
            policies.emergency.steps = vec![step(&[duty(DutyLevel::Primary)], 20), beside];
            policies.emergency.rounds = 1;
        }).await;
        let hospital_id = stage.referrer.hospital_id;
        let wish = DryRun { urgency: Urgency::Emergency, hospital_id, policies: None };
        let told = stage.app.dry_run(&stage.coordinator, service, &wish).await.unwrap();
        assert!(!told.nobody && told.queued_behind.is_empty());
        let rungs: Vec<_> = told.rungs.iter().map(|rung| {
            (rung.people[0].person.id, rung.at.seconds_since(NIGHT), rung.until.seconds_since(NIGHT), rung.alarm)
        }).collect();
        assert_eq!(rungs, [(stage.first.person_id, 0, 20, false), (stage.second.person_id, 10, 40, true)]);
        assert_eq!(told.alarm_at.seconds_since(NIGHT), 40);

        let id = stage.emergency().await;
        stage.pass(10).await;
        let detail = stage.detail(id).await;
        assert_eq!((detail.summary.ringing.len(), detail.summary.alarm), (2, Some(AlarmKind::NoAnswerYet)));
        stage.pass(10).await;
        assert_eq!(stage.detail(id).await.summary.ringing.len(), 1);
        stage.pass(20).await;
        let detail = stage.detail(id).await;
        assert_eq!((detail.summary.state, detail.summary.alarm), (ConsultState::Unanswered, Some(AlarmKind::LadderExhausted)));
        let rung: Vec<_> = detail.rings.iter().map(|ring| (ring.person.id, ring.started_at.seconds_since(NIGHT), ring.until.seconds_since(NIGHT))).collect();
        assert_eq!(rung, rungs.iter().map(|(person, at, until, _)| (*person, *at, *until)).collect::<Vec<_>>());
        stage.verify_chain(id).await;
    }

    async fn somebody_off_duty_rings_where_the_policy_names_them_and_nothing_else_stands_against_it(fixture) {
        let stage = Stage::new(&fixture).await;
        let sommer = stage.signed_in_as("sommer@auenstadt.example").await.person_id;
        let no_contract = stage.signed_in_as("bianchi@lindhall.example").await.person_id;
        stage.emergency_by(|policies| {
            policies.pools = vec![Pool { id: POOL, name: "Oberärzte".into(), people: vec![no_contract, sommer] }];
            policies.emergency.steps = vec![step(&[Target::AllEligible], 20), step(&[Target::Pool(POOL)], 20)];
        }).await;
        let id = stage.emergency().await;
        stage.pass(20).await;
        let ringing: Vec<_> = stage.detail(id).await.summary.ringing.iter().map(|person| person.id).collect();
        assert_eq!(ringing, [sommer]);
        let sommer = stage.signed_in(sommer).await;
        assert_eq!(stage.act(&sommer, id, Action::Accept).await.unwrap().summary.state, ConsultState::Accepted);
    }

    async fn those_seen_in_the_app_are_rung_first(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.emergency_by(|policies| {
            let awake = Step { awake_minutes: Some(15), ..step(&[Target::AllEligible], 20) };
            policies.emergency.steps = vec![awake];
        }).await;
        // Everybody was seen when the test began; an hour later the second duty alone opens the page.
        stage.turn(3600);
        stage.session(&stage.second).await;
        let id = stage.emergency().await;
        let ringing = |detail: &schemas::consult::ConsultDetail| {
            detail.summary.ringing.iter().map(|person| person.id).collect::<Vec<_>>()
        };
        assert_eq!(ringing(&stage.detail(id).await), [stage.second.person_id]);
        stage.pass(20).await;
        assert_eq!(ringing(&stage.detail(id).await), [stage.first.person_id]);
    }

    async fn a_busy_first_duty_is_told_so_or_waits_for_the_second(fixture) {
        let stage = Stage::new(&fixture).await;
        stage.accepted().await;
        let id = stage.emergency().await;
        let rings = stage.detail(id).await.rings;
        assert_eq!((rings[0].person.id, rings[0].busy), (stage.first.person_id, true));
        stage.emergency_by(|policies| policies.emergency.when_busy = WhenBusy::OthersFirst).await;
        let id = stage.emergency().await;
        let rings = stage.detail(id).await.rings;
        assert_eq!((rings[0].person.id, rings[0].busy), (stage.second.person_id, false));
        stage.pass(20).await;
        let rings = stage.detail(id).await.rings;
        assert_eq!((rings[1].person.id, rings[1].busy), (stage.first.person_id, true));
    }
}
