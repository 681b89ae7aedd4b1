//! Administration, and the first administrator of an empty installation.

use crate::stage::{PASSWORD, Stage};
use schemas::{
    HospitalId, NetworkId, PersonId, ServiceId, SessionId,
    admin::{AdminHospital, AdminNetwork, AdminPerson, AdminService, Contract, MakeSignInLink, Setup, Turns},
    directory::{DutyLevel, Role, Specialty},
    privacy::{Notice, NoticeKind, NoticeQuery, RightsChange},
    session::ChangePassword,
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

async fn told(stage: &Stage) -> Vec<Notice> {
    let officer = stage.newcomer(&stage.first, Role::DataProtection).await;
    stage.app.notices(&officer, NoticeQuery::default()).await.unwrap().notices
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
            let link = app.sign_in_link(actor, actor.person_id, MakeSignInLink::default());
            assert!(matches!(link.await, Err(Error::Forbidden)));
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
            rules: Default::default(),
        };
        app.put_service(&admin, new).await.unwrap();
        let contract = Contract { service_id: service, provider_hospital_id: house, hospital_id: asking };
        app.put_contract(&admin, contract).await.unwrap();
        let told = app.duty_notes(&stage.signed_in(specialist).await).await.unwrap();
        assert_eq!((told.len(), told[0].gained.len(), told[0].by.as_ref().unwrap().id), (1, 1, admin.person_id));
        let kept = app.admin_directory(&admin).await.unwrap();
        assert_eq!(kept.services.iter().find(|row| row.id == service).unwrap().turns, turns);
        assert!(kept.contracts.contains(&contract));

        let mut asked = stage.request().await;
        asked.service_id = service;
        let (detail, _) = app.create(&stage.referrer, "s", asked).await.unwrap();
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
        let gone = app.sign_in_link(&admin, falk.id, MakeSignInLink::default());
        assert!(matches!(gone.await, Err(Error::NotFound)));
        let sessions = app.all_sessions(&admin, SessionId(Uuid::nil())).await.unwrap();
        assert!(sessions.iter().all(|session| session.person.id != falk.id));
        let id = stage.emergency().await;
        assert!(stage.detail(id).await.rings.iter().all(|ring| ring.person.id != falk.id));
        app.put_person(&admin, falk.clone()).await.unwrap();
        let link = app.sign_in_link(&admin, falk.id, MakeSignInLink::default()).await.unwrap();
        let token = link.path.0.strip_prefix("/login/#").unwrap();
        let opened = app.consume_link(token).await.unwrap();
        let listed = app.session(&opened.token).await.unwrap().unwrap();
        app.end_any_session(&admin, listed.id).await.unwrap();
        assert!(matches!(app.end_any_session(&admin, listed.id).await, Err(Error::NotFound)));
        assert!(app.session(&opened.token).await.unwrap().is_none());
    }

    async fn who_gives_themself_a_role_is_told_of(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, admin) = (&stage.app, admin(&stage).await);
        let own = person(app, &admin, "weiler@auenstadt.example").await;
        app.put_person(&admin, AdminPerson { phone: Some("+49 7000 5".into()), ..own.clone() }).await.unwrap();
        assert!(told(&stage).await.is_empty(), "a telephone number opens nothing");

        let roles = [own.roles.clone(), vec![Role::DataProtection]].concat();
        app.put_person(&admin, AdminPerson { roles, ..own.clone() }).await.unwrap();
        app.put_person(&admin, own.clone()).await.unwrap();
        let new = PersonId(Uuid::now_v7());
        let made = AdminPerson { id: new, email: "neu@auenstadt.example".into(), active: false, ..own.clone() };
        app.put_person(&admin, made).await.unwrap();
        let notices = told(&stage).await;
        assert!(notices.iter().all(|notice| notice.kind == NoticeKind::RightsChanged && notice.consult_id.is_none()));
        assert!(notices.iter().all(|notice| notice.person.id == admin.person_id));
        let changes: Vec<RightsChange> = notices.iter().filter_map(|notice| notice.change.clone()).collect();
        let data_protection = vec![Role::DataProtection];
        assert_eq!(changes[2], RightsChange { roles_given: data_protection.clone(), ..RightsChange::default() });
        assert_eq!(changes[1], RightsChange { roles_taken: data_protection, ..RightsChange::default() });
        assert_eq!((&changes[0].roles_given, changes[0].hospital.is_some()), (&own.roles, true), "a new account");
        assert_eq!(notices[0].about.as_ref().map(|person| person.id), Some(new));

        let refused = AdminPerson { roles: vec![], ..own };
        assert!(app.put_person(&admin, refused).await.is_err());
        assert_eq!(told(&stage).await.len(), 3, "what was refused did not happen");
    }

    async fn a_link_for_somebody_else_is_told_of_and_a_forgotten_password_goes(fixture) {
        let stage = Stage::new(&fixture).await;
        let (app, admin) = (&stage.app, admin(&stage).await);
        let falk = person(app, &admin, "falk@auenstadt.example").await;
        app.sign_in_link(&admin, admin.person_id, MakeSignInLink::default()).await.unwrap();
        assert!(told(&stage).await.is_empty(), "one's own");

        let before = app.sign_in("falk@auenstadt.example", telekonsil::demo::PASSWORD).await.unwrap();
        let open = async |forget_password| {
            let link = app.sign_in_link(&admin, falk.id, MakeSignInLink { forget_password }).await.unwrap();
            let token = link.path.0.strip_prefix("/login/#").unwrap().to_owned();
            let session = app.consume_link(&token).await.unwrap();
            app.session(&session.token).await.unwrap().unwrap()
        };
        let change = ChangePassword { current: "vergessen".into(), new: PASSWORD.into() };
        let by_link = open(false).await;
        assert!(matches!(app.change_password(&by_link, &change).await, Err(Error::WrongPassword)), "it still holds");
        assert!(app.session(&before.token).await.unwrap().is_some());

        let by_link = open(true).await;
        assert!(app.session(&before.token).await.unwrap().is_none(), "whoever was signed in is not any more");
        assert!(app.sign_in("falk@auenstadt.example", telekonsil::demo::PASSWORD).await.is_err());
        app.change_password(&by_link, &change).await.unwrap();
        assert!(app.sign_in("falk@auenstadt.example", PASSWORD).await.is_ok());
        let kinds: Vec<_> = told(&stage).await.iter().map(|notice| (notice.kind, notice.about.clone().unwrap().id)).collect();
        assert_eq!(kinds, [(NoticeKind::PasswordForgotten, falk.id), (NoticeKind::LinkIssued, falk.id)]);
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
