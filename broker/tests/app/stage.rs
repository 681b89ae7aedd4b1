//! The demo's country on a test database: apps on one repository, a clock to turn, people who are signed in.

use crate::fixture::Fixture;
use schemas::{
    ConsultId, PersonId, ServiceId, UnixMillis,
    consult::{Action, Answer, CaseFields, ConsultDetail, Decision, NewConsult, Urgency},
    directory::{Role, Specialty},
    report::SignReport,
};
use std::path::PathBuf;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;
use telekonsil::{
    app::{
        Actor, App, Error, NewPerson, Node, Parts, Session,
        ports::{Carrier, Clock, Fetch, NoCarrier, Repository},
    },
    bus::LocalBus,
    demo,
    domain::chain,
};
use uuid::Uuid;

/// Tuesday, 2026-11-24, 01:07:00 UTC: nothing hands over within the hours of a test.
pub const NIGHT: UnixMillis = UnixMillis(1_795_482_420_000);

/// A device's key (RFC 8037, appendix A.2).
pub const DEVICE: Option<&str> = Some("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
/// Everybody's, where a test needs one.
pub const PASSWORD: &str = "korrekt Pferd Batterie";

pub fn answer() -> Answer {
    Answer {
        findings: "Frühe Infarktzeichen links".into(),
        assessment: "M1-Verschluss".into(),
        recommendation: "Lyse, dann verlegen".into(),
        decision: Decision::Transfer,
        limitations: "".into(),
        template: Default::default(),
        nihss: None,
        key_images: vec![],
    }
}

pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::SeqCst))
    }
}

pub struct Stage {
    pub app: Arc<App>,
    pub repo: Arc<dyn Repository>,
    clock: Arc<TestClock>,
    master: String,
    folder: PathBuf,
    fetch: Arc<dyn Fetch>,
    carrier: Arc<dyn Carrier>,
    /// Asks; of the rural house.
    pub referrer: Actor,
    /// Another referrer of that house, and one of another house.
    pub colleague: Actor,
    pub stranger: Actor,
    /// First and second duty for stroke neurology.
    pub first: Actor,
    pub second: Actor,
    pub coordinator: Actor,
}

impl Stage {
    pub async fn new(fixture: &Fixture) -> Self {
        Self::with_server(fixture, Arc::new(NoCarrier)).await
    }

    /// Calendars are fetched from there.
    pub async fn with_server(fixture: &Fixture, fetch: Arc<dyn Fetch>) -> Self {
        Self::with(fixture, fetch, Arc::new(NoCarrier)).await
    }

    /// Messages go out by it.
    pub async fn with_carrier(fixture: &Fixture, carrier: Arc<dyn Carrier>) -> Self {
        Self::with(fixture, Arc::new(NoCarrier), carrier).await
    }

    async fn with(fixture: &Fixture, fetch: Arc<dyn Fetch>, carrier: Arc<dyn Carrier>) -> Self {
        let folder = std::env::temp_dir().join(format!("telekonsil-app-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("makes a folder");
        let clock = Arc::new(TestClock(AtomicI64::new(NIGHT.0)));
        let master = "5a".repeat(32);
        let repo: Arc<dyn Repository> = fixture.store.clone();
        let app = app("a", &repo, &clock, &master, &folder, (&fetch, &carrier));
        let people = demo::seed(&app, &folder).await.expect("seeds");
        let stage = Self {
            referrer: actor(&app, people.referrer).await,
            colleague: actor(&app, whose(&*repo, "wehrle@tannbach.example").await).await,
            stranger: actor(&app, whose(&*repo, "aydin@lindhall.example").await).await,
            first: actor(&app, people.specialist).await,
            second: actor(&app, whose(&*repo, "nowak@rabenbrunn.example").await).await,
            coordinator: actor(&app, people.coordinator).await,
            app,
            repo,
            clock,
            master,
            folder,
            fetch,
            carrier,
        };
        assert_eq!(stage.app.now(), NIGHT);
        stage
    }

    /// An installation without anybody, on one of its nodes.
    pub async fn empty(fixture: &Fixture, id: &str) -> Arc<App> {
        let folder = std::env::temp_dir().join(format!("telekonsil-app-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("makes a folder");
        let repo: Arc<dyn Repository> = fixture.store.clone();
        let nothing: (Arc<dyn Fetch>, Arc<dyn Carrier>) = (Arc::new(NoCarrier), Arc::new(NoCarrier));
        app(
            id,
            &repo,
            &Arc::new(TestClock(AtomicI64::new(NIGHT.0))),
            &"5a".repeat(32),
            &folder,
            (&nothing.0, &nothing.1),
        )
    }

    /// Where the sealed objects lie.
    pub fn blobs(&self) -> PathBuf {
        self.folder.join("blobs")
    }

    /// Whoever has that e-mail address, signed in.
    pub async fn signed_in_as(&self, email: &str) -> Actor {
        self.signed_in(whose(&*self.repo, email).await).await
    }

    /// That person, signed in.
    pub async fn signed_in(&self, person: PersonId) -> Actor {
        actor(&self.app, person).await
    }

    /// Another browser of that person, with a session of its own.
    pub async fn session(&self, actor: &Actor) -> Session {
        session(&self.app, actor.person_id).await
    }

    /// Another process on the same database: a restart of this node, or another node.
    pub fn node(&self, id: &str) -> Arc<App> {
        app(id, &self.repo, &self.clock, &self.master, &self.folder, (&self.fetch, &self.carrier))
    }

    /// Another node whose clock stands so many seconds ahead of the present, and stands still.
    pub fn node_ahead(&self, id: &str, seconds: i64) -> Arc<App> {
        let clock = Arc::new(TestClock(AtomicI64::new(self.now().plus_seconds(seconds).0)));
        app(id, &self.repo, &clock, &self.master, &self.folder, (&self.fetch, &self.carrier))
    }

    pub fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Turns the clock; nothing happens by itself.
    pub fn turn(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Turns the clock and lets the machine do what is due.
    pub async fn pass(&self, seconds: i64) {
        self.turn(seconds);
        self.app.tick_all().await.expect("ticks");
    }

    pub async fn service(&self, specialty: Specialty) -> ServiceId {
        let services = self.app.services(&self.referrer).await.expect("reads");
        services.iter().find(|service| service.specialty == specialty).expect("is offered").id
    }

    pub async fn request(&self) -> NewConsult {
        NewConsult {
            id: ConsultId(Uuid::now_v7()),
            service_id: self.service(Specialty::StrokeNeurology).await,
            urgency: Urgency::Emergency,
            fields: CaseFields {
                family_name: Some("Beispiel".to_owned()),
                question: Some("Lyse?".to_owned()),
                ..CaseFields::default()
            },
            prealert: false,
            appointment: None,
        }
    }

    /// A stroke emergency, ringing.
    pub async fn emergency(&self) -> ConsultId {
        let new = self.request().await;
        let (_, created) = self.app.create(&self.referrer, "s", new.clone()).await.expect("is made");
        assert!(created);
        new.id
    }

    pub async fn act(&self, actor: &Actor, id: ConsultId, action: Action) -> Result<ConsultDetail, Error> {
        self.app.act(actor, "s", id, action).await
    }

    /// A stroke emergency that the first specialist has accepted.
    pub async fn accepted(&self) -> ConsultId {
        let id = self.emergency().await;
        self.act(&self.first, id, Action::Accept).await.expect("accepts");
        id
    }

    /// The person's password is [`PASSWORD`] from now on.
    pub async fn set_password(&self, actor: &Actor) {
        let rows = self.app.directory_rows().await.expect("reads");
        let row = rows.people.iter().find(|row| row.id == actor.person_id.0).expect("is there");
        self.app.set_password(&row.email, PASSWORD).await.expect("sets");
    }

    /// Signs; the person's password must have been set.
    pub async fn sign(
        &self,
        actor: &Actor,
        id: ConsultId,
        after_version: u32,
        reason: &str,
    ) -> Result<ConsultDetail, Error> {
        let report = SignReport { answer: answer(), password: PASSWORD.into(), after_version, reason: reason.into() };
        self.app.sign_report(actor, "s", id, report).await
    }

    /// Somebody new with one role, of the house where `colleague` works.
    pub async fn newcomer(&self, colleague: &Actor, role: Role) -> Actor {
        let id = PersonId(Uuid::now_v7());
        let person = NewPerson {
            id,
            hospital_id: colleague.hospital_id,
            name: "Dr. Neu".to_owned(),
            email: format!("{}@neu.example", id.0.simple()),
            phone: None,
            roles: vec![role],
            networks: vec![],
            languages: vec!["de".to_owned()],
            qualifications: vec![],
            password: None,
        };
        self.app.add_person(person).await.expect("is added");
        actor(&self.app, id).await
    }

    /// The stroke service lets nobody take a second consult beside a running one.
    pub async fn make_exclusive(&self) {
        let rows = self.app.directory_rows().await.expect("reads");
        let mut services = rows.services;
        services.iter_mut().for_each(|service| service.exclusive = true);
        let write = telekonsil::app::ports::DirectoryWrite { services, ..Default::default() };
        self.repo.write_directory(&write).await.expect("writes");
    }

    pub async fn detail(&self, id: ConsultId) -> ConsultDetail {
        self.app.detail(&self.coordinator, id).await.expect("reads")
    }

    /// Every link of the consult's chain holds.
    pub async fn verify_chain(&self, id: ConsultId) {
        let digest = |bytes: Vec<u8>| chain::Digest::try_from(bytes).expect("32 bytes");
        let rows = self.repo.load(id.0).await.expect("reads").expect("is there");
        let entries: Vec<chain::Entry> = rows
            .into_iter()
            .map(|row| chain::Entry {
                consult_id: id,
                seq: row.seq,
                at: UnixMillis(row.at),
                actor: row.actor.map(PersonId),
                kind: row.kind,
                salt: row.salt.map(digest),
                body: row.body,
                commitment: digest(row.commitment),
                hash: digest(row.hash),
            })
            .collect();
        chain::verify(&entries).expect("holds");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A folder that stays behind harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn app(
    id: &str,
    repo: &Arc<dyn Repository>,
    clock: &Arc<TestClock>,
    master: &str,
    folder: &std::path::Path,
    (fetch, carrier): (&Arc<dyn Fetch>, &Arc<dyn Carrier>),
) -> Arc<App> {
    App::new(Parts {
        repo: Arc::clone(repo),
        bus: Arc::new(LocalBus::new()),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        carrier: Arc::clone(carrier),
        fetch: Arc::clone(fetch),
        base_url: "https://telekonsil.example".to_owned(),
        master: imaging::seal::MasterKey::from_text(master).expect("is a key"),
        blobs: imaging::blobs::Blobs::local(&folder.join("blobs")).expect("opens"),
        pool: imaging::worker::Pool::new(env!("CARGO_BIN_EXE_telekonsil").into(), imaging::worker::Limits::default()),
        node: Node { id: id.to_owned(), ws_url: format!("ws://{id}.example") },
        retention_days: 90,
        turn: None,
    })
}

/// Whose account has this e-mail address.
async fn whose(repo: &dyn Repository, email: &str) -> PersonId {
    PersonId(repo.credential(email).await.expect("reads").expect("is there").person_id)
}

async fn actor(app: &App, person: PersonId) -> Actor {
    session(app, person).await.actor
}

async fn session(app: &App, person: PersonId) -> Session {
    let link = app.create_link(person, Duration::from_secs(60)).await.expect("makes a link");
    let session = app.consume_link(&link).await.expect("signs in");
    app.session(&session.token).await.expect("reads").expect("is signed in")
}
