//! Installations to measure: the demo's, and one as large as a state.

use crate::native;
use anyhow::{Context, Result, ensure};
use schemas::{
    ConsultId,
    consult::{Action, CaseFields, NewConsult, Urgency},
    directory::{Service, Specialty},
};
use sqlx::{Connection, SqliteConnection};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use telekonsil::{app::ports::Clock, clock::SystemClock};
use tests::{
    client::Client,
    database::Engine,
    installation::{Installation, People},
};
use uuid::Uuid;

/// Of the large installation: people who ask, specialists of the stroke network whom the matcher weighs up at every
/// request, and open consults of another service.
pub(crate) const REFERRERS: usize = 8_000;
pub(crate) const SPECIALISTS: usize = 2_000;
pub(crate) const OPEN: usize = 1_000;
/// An elective request wants an answer by then.
const ELECTIVE_SECONDS: i64 = 30 * 86_400;
/// The specialist is rung within this, or never.
const RUNG: Duration = Duration::from_secs(30);
/// Requests under way at once while the world is made.
const AT_ONCE: usize = 8;

pub(crate) struct World {
    pub(crate) installation: Installation,
    pub(crate) people: People,
    pub(crate) stroke: Service,
    cardiology: Service,
}

impl World {
    /// The demo's four houses. `None` when the engine is not there.
    pub(crate) async fn on(engine: Engine) -> Result<Option<Self>> {
        let Some(installation) = Installation::new(engine).await? else { return Ok(None) };
        let people = installation.people().await?;
        let services: Vec<Service> = serde_json::from_value(people.referrer.get("/api/services").await?.body)?;
        let service = |specialty| {
            services.iter().find(|service| service.specialty == specialty).cloned().context("the demo's service")
        };
        let (stroke, cardiology) = (service(Specialty::StrokeNeurology)?, service(Specialty::Cardiology)?);
        Ok(Some(Self { installation, people, stroke, cardiology }))
    }

    pub(crate) async fn small() -> Result<Self> {
        Self::on(Engine::Sqlite).await?.context("SQLite is always there")
    }

    /// A state's people, and consults that ring.
    pub(crate) async fn large() -> Result<Self> {
        let world = Self::small().await?;
        world.copy_people("aydin", REFERRERS).await?;
        world.copy_people("sommer", SPECIALISTS).await?;
        let next = AtomicUsize::new(0);
        let workers = (0..AT_ONCE).map(|_| async {
            while next.fetch_add(1, Ordering::Relaxed) < OPEN {
                world.request(&world.cardiology, Urgency::Elective).await?;
            }
            anyhow::Ok(())
        });
        futures_util::future::try_join_all(workers).await?;
        Ok(world)
    }

    /// So many more like this person of the demo, under other names.
    async fn copy_people(&self, account: &str, count: usize) -> Result<()> {
        let file = self.installation.folder().join("telekonsil.db");
        let mut database = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await?;
        let mut transaction = database.begin().await?;
        for n in 0..count {
            let copied = sqlx::query(
                "INSERT INTO people (id, hospital_id, name, email, phone, roles, networks, languages, qualifications, \
                 resting_until, is_active) SELECT $1, hospital_id, name || ' ' || $2, $3 || $2 || '@many.example', \
                 phone, roles, networks, languages, qualifications, resting_until, is_active FROM people \
                 WHERE email LIKE $3 || '@%'",
            )
            .bind(Uuid::now_v7())
            .bind(n.to_string())
            .bind(account)
            .execute(&mut *transaction)
            .await?;
            ensure!(copied.rows_affected() == 1, "{account} is not one person of the demo");
        }
        sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'directory'")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn request(&self, service: &Service, urgency: Urgency) -> Result<ConsultId> {
        let fields = CaseFields { question: Some("Messung".into()), ..CaseFields::default() };
        let id = ConsultId(Uuid::now_v7());
        let deadline = (urgency == Urgency::Elective).then(|| SystemClock.now().plus_seconds(ELECTIVE_SECONDS));
        let fields = CaseFields { deadline, ..fields };
        let new = NewConsult { id, service_id: service.id, urgency, fields, prealert: false, appointment: None };
        let reply = self.people.referrer.post("/api/consults", &serde_json::to_value(&new)?).await?;
        ensure!(reply.status.is_success(), "the request answers {} {} {}", reply.status, reply.code(), reply.body);
        Ok(id)
    }

    /// Done by the referrer; for the specialist use [`accept`].
    pub(crate) async fn cancel(&self, id: ConsultId) -> Result<()> {
        let reply = self.people.referrer.act(id, &Action::Cancel { reason: "Messung".into() }).await?;
        ensure!(reply.status.is_success(), "cancel answers {} {}", reply.status, reply.code());
        Ok(())
    }

    /// A consult of the stroke service that the demo's specialist has accepted.
    pub(crate) async fn accepted(&self) -> Result<ConsultId> {
        let id = self.request(&self.stroke, Urgency::Emergency).await?;
        let specialist: &Client = &self.people.specialist;
        let start = native::now();
        loop {
            let reply = specialist.act(id, &Action::Accept).await?;
            if reply.status.is_success() {
                return Ok(id);
            }
            ensure!(reply.code() == "not_rung" || reply.code() == "not_found", "accept answers {}", reply.code());
            ensure!(start.elapsed() < RUNG, "the specialist is not rung");
            tokio::task::yield_now().await;
        }
    }
}
