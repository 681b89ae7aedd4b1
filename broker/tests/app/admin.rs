//! Administration, and the first administrator of an empty installation.

use crate::stage::{PASSWORD, Stage};
use schemas::{
    HospitalId, NetworkId, PersonId, ServiceId, SessionId,
    admin::{AdminHospital, AdminNetwork, AdminPerson, AdminService, Contract, Setup, Turns},
    directory::{DutyLevel, Role, Specialty},
};
use telekonsil::app::{Actor, App, Error};
use uuid::Uuid;

async fn admin(stage: &Stage) -> Actor {
    stage.signed_in_as("weiler@auenstadt.example").await
}

async fn person(app: &App, admin: &Actor, email: &str) -> AdminPerson {
    let people = app.admin_directory(admin).await.unwrap().people;
    people.into_iter().find(|person| person.email == email).expect("is there")
}

fn setup(token: String, email: &str) -> Setup {
    Setup {
        token: token.into(),
        hospital: "Krankenhaus Neu".into(),
        city: "Neu".into(),
        phone: "+49 7000 1".into(),
        name: "Erste Person".into(),
        email: email.into(),
        password: PASSWORD.into(),
    }
}

on_both! {
    async fn nobody_but_administrators_administers(fixture) {
        let stage = Stage::new(&fixture).await;
        let app = &stage.app;
        for actor in [&stage.referrer, &stage.first, &stage.coordinator] {
            assert!(matches!(app.admin_directory(actor).await, Err(Error::Forbidden)));
            assert!(matches!(app.all_sessions(actor, SessionId(Uuid::nil())).await, Err(Error::Forbidden)));
            assert!(matches!(app.sign_in_link(actor, actor.person_id).await, Err(Error::Forbidden)));
            assert!(matches!(app.end_any_session(actor, SessionId(Uuid::nil())).await, Err(Error::Forbidden)));
            let network = AdminNetwork { id: NetworkId(Uuid::now_v7()), name: "N".into() };
            assert!(matches!(app.put_network(actor, network).await, Err(Error::Forbidden)));
        }
        let admin = admin(&stage).await;
        let directory = app.admin_directory(&admin).await.unwrap();
        assert!(directory.people.iter().all(|person| person.has_password), "the demo's");
        assert!(directory.services.iter().all(|service| !service.turns.is_empty()));
    }

    async fn a_service_from_nothing_rings_the_one_on_duty(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, admin) = (&stage.app, admin(&stage).await);
        let asking = stage.referrer.hospital_id;
        let house = HospitalId(Uuid::now_v7());
        let network = NetworkId(Uuid::now_v7());
        let (specialist, service) = (PersonId(Uuid::now_v7()), ServiceId(Uuid::now_v7()));
        let hospital = AdminHospital { id: house, name: "Klinik Neu".into(), city: "Neu".into(), phone: "12345".into() };
        app.put_hospital(&admin, hospital).await.unwrap();
        app.put_network(&admin, AdminNetwork { id: network, name: "Verbund Neu".into() }).await.unwrap();
        let template = person(app, &admin, "falk@auenstadt.example").await;
        let new = AdminPerson {
            id: specialist,
            hospital_id: house,
            email: "neu@neu.example".into(),
            networks: vec![network],
            qualifications: vec![Specialty::Cardiology],
            ..template
        };
        app.put_person(&admin, new).await.unwrap();
        let turns = vec![Turns { level: DutyLevel::Primary, people: vec![specialist], is_whole_rota: true }];
        let new = AdminService {
            id: service,
            network_id: network,
            specialty: Specialty::Cardiology,
            name: "Kardiologie Neu".into(),
            fallback_phone: "+49 7000 9".into(),
            zone: "Europe/Berlin".into(),
            exclusive: false,
            turns: turns.clone(),
        };
        app.put_service(&admin, new).await.unwrap();
        let contract = Contract { service_id: service, provider_hospital_id: house, hospital_id: asking };
        app.put_contract(&admin, contract).await.unwrap();
        let kept = app.admin_directory(&admin).await.unwrap();
        assert_eq!(kept.services.iter().find(|row| row.id == service).unwrap().turns, turns);
        assert!(kept.contracts.contains(&contract));

        let mut asked = stage.request().await;
        asked.service_id = service;
        let (detail, _) = app.create(&stage.referrer, asked).await.unwrap();
        assert_eq!(detail.rings.iter().map(|ring| ring.person.id).collect::<Vec<_>>(), [specialist]);

        app.delete_contract(&admin, contract).await.unwrap();
        app.delete_contract(&admin, contract).await.unwrap();
        assert!(app.services(&stage.referrer).await.unwrap().iter().all(|offered| offered.id != service));
    }

    async fn whoever_is_deactivated_is_signed_out_and_rung_no_more(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, admin) = (&stage.app, admin(&stage).await);
        let falk = person(app, &admin, "falk@auenstadt.example").await;
        let session = app.sign_in("falk@auenstadt.example", telekonsil::demo::PASSWORD).await.unwrap();
        app.put_person(&admin, AdminPerson { active: false, ..falk.clone() }).await.unwrap();
        assert!(app.session(&session.token).await.unwrap().is_none());
        assert!(app.sign_in("falk@auenstadt.example", telekonsil::demo::PASSWORD).await.is_err());
        assert!(matches!(app.sign_in_link(&admin, falk.id).await, Err(Error::NotFound)));
        let sessions = app.all_sessions(&admin, SessionId(Uuid::nil())).await.unwrap();
        assert!(sessions.iter().all(|session| session.person.id != falk.id));
        let id = stage.emergency().await;
        assert!(stage.detail(id).await.rings.iter().all(|ring| ring.person.id != falk.id));
        app.put_person(&admin, falk.clone()).await.unwrap();
        let link = app.sign_in_link(&admin, falk.id).await.unwrap();
        let token = link.path.0.strip_prefix("/login/#").unwrap();
        let opened = app.consume_link(token).await.unwrap();
        let listed = app.session(&opened.token).await.unwrap().unwrap();
        app.end_any_session(&admin, listed.id).await.unwrap();
        assert!(matches!(app.end_any_session(&admin, listed.id).await, Err(Error::NotFound)));
        assert!(app.session(&opened.token).await.unwrap().is_none());
    }

    async fn of_two_administrators_who_send_each_other_away_one_stays(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, first) = (&stage.app, admin(&stage).await);
        let one = person(app, &first, "weiler@auenstadt.example").await;
        let other = AdminPerson { id: PersonId(Uuid::now_v7()), email: "b@auenstadt.example".into(), ..one.clone() };
        app.put_person(&first, other.clone()).await.unwrap();
        let second = stage.signed_in(other.id).await;
        let gone = |person: &AdminPerson| AdminPerson { active: false, ..person.clone() };
        let node = stage.node("b");
        let (a, b) = tokio::join!(app.put_person(&first, gone(&other)), node.put_person(&second, gone(&one)));
        let refused = [&a, &b].into_iter().filter(|result| matches!(result, Err(Error::InvalidField(_)))).count();
        assert_eq!((a.is_ok() || b.is_ok(), refused), (true, 1));
        let rows = app.directory_rows().await.unwrap();
        assert_eq!(rows.people.iter().filter(|row| row.active && row.roles.contains(&"admin".into())).count(), 1);
    }

    async fn one_address_belongs_to_one_account_whoever_comes_first(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, admin) = (&stage.app, admin(&stage).await);
        let template = person(app, &admin, "ohlsen@tannbach.example").await;
        let new = |email: &str| AdminPerson { id: PersonId(Uuid::now_v7()), email: email.into(), ..template.clone() };
        let node = stage.node("b");
        let (a, b) = tokio::join!(
            app.put_person(&admin, new("gleich@tannbach.example")),
            node.put_person(&admin, new("Gleich@Tannbach.example"))
        );
        assert_eq!([a, b].iter().filter(|result| result.is_ok()).count(), 1);
    }

    async fn of_two_first_administrators_one_wins(fixture) {
        let (a, b) = (Stage::empty(&fixture, "a").await, Stage::empty(&fixture, "b").await);
        assert!(a.setup_needed().await.unwrap());
        assert!(matches!(a.set_up(setup("wrong".into(), "x@neu.example")).await, Err(Error::LinkUsed)));
        let weak = Setup { password: "kurz".into(), ..setup(a.setup_token().unwrap(), "x@neu.example") };
        assert!(matches!(a.set_up(weak).await, Err(Error::InvalidField(_))));
        // One node's console, another node's page.
        let token = b.setup_token().unwrap();
        let (one, two) = tokio::join!(
            a.set_up(setup(token.clone(), "one@neu.example")),
            b.set_up(setup(token.clone(), "two@neu.example"))
        );
        let refused = [&one, &two].into_iter().filter(|result| matches!(result, Err(Error::AlreadySetUp))).count();
        assert_eq!((one.is_ok() || two.is_ok(), refused), (true, 1));
        let winner = one.or(two).ok().unwrap();
        assert_eq!((winner.me.roles.as_slice(), winner.me.home.as_str()), (&[Role::Admin][..], "/admin/"));
        let actor = a.session(&winner.token).await.unwrap().unwrap().actor;
        let directory = a.admin_directory(&actor).await.unwrap();
        assert_eq!((directory.hospitals.len(), directory.people.len()), (1, 1), "the loser left no house behind");
        assert!(!a.setup_needed().await.unwrap());
        assert!(matches!(a.set_up(setup(token, "x@neu.example")).await, Err(Error::AlreadySetUp)));
    }
}
