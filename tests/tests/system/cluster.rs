//! Three brokers on one PostgreSQL, and one of them killed between two rungs: every rung is decided once, reaches every
//! page that listens anywhere, and is the same ring there however often it comes.

use crate::in_time;
use anyhow::{Context, Result, ensure};
use schemas::consult::{AlarmKind, CaseFields, NewConsult, Urgency};
use schemas::events::LiveEvent;
use schemas::{ConsultId, PersonId, RingId};
use serde_json::json;
use sqlx::{Connection, PgConnection, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use telekonsil::domain::consult::Event;
use tests::chronicle::Chronicle;
use tests::client::Client;
use tests::database::{self, Engine};
use tests::installation::{Installation, new_folder};
use tests::process::Node;
use tests::script::stroke;
use tests::stream::Stream;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

const CONSULTS: usize = 9;
/// Between the second rung, which begins beside the first one, and the end of the first.
const KILLED_AFTER: Duration = Duration::from_millis(3_500);
/// Two steps of five seconds after another, a lease of ten, and a machine that does other things too.
const RUNG_OUT: Duration = Duration::from_secs(60);
/// First duty; second duty beside it; both; so that four rings are decided for each consult.
const EXPECTED: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_killed_between_rungs_costs_no_rung_and_doubles_none() -> Result<()> {
    in_time(killed_between_rungs()).await
}

async fn killed_between_rungs() -> Result<()> {
    let folder = new_folder()?;
    let Some(database) = database::fresh(Engine::Postgres, &folder).await? else { return Ok(()) };
    let mut installation = Installation::on(folder, database.clone(), &database).await?;
    let others = [beside(&installation, "b").await?, beside(&installation, "c").await?];
    let people = installation.people().await?;
    let service = stroke(&people.referrer).await?.id;
    quick(&people.coordinator, service.0).await?;
    let (first, second) = (people.specialist.me.person.id, people.second.me.person.id);

    // Each page listens on another node than the one that dies.
    let mut pages = vec![];
    for (client, node) in
        [(&people.specialist, &others[0]), (&people.specialist, &others[1]), (&people.second, &others[1])]
    {
        pages.push(Stream::open(node.http, client.cookie.to_str()?, None).await?.0);
    }
    let asked = async {
        let bases = [installation.base(), others[0].base(), others[1].base()];
        let mut ids = BTreeSet::new();
        for base in bases.iter().cycle().take(CONSULTS) {
            ids.insert(ask(&people.referrer, base, service.0).await?);
        }
        anyhow::Ok(ids)
    };
    let ids = asked.await?;
    sleep(KILLED_AFTER).await;
    installation.node()?.kill()?;

    let heard =
        timeout(RUNG_OUT, futures_util::future::try_join_all(pages.iter_mut().map(|page| listen(page, &ids)))).await;
    let heard: Vec<BTreeMap<RingId, u32>> = heard.context("not everything was rung")??;
    let mut decided: BTreeMap<PersonId, BTreeSet<RingId>> = BTreeMap::new();
    for id in &ids {
        // Holds the chain against itself, and each ring to one beginning and one end.
        let chronicle = Chronicle::read(&database, *id).await?;
        let rings = chronicle.log.iter().filter_map(|entry| match &entry.event {
            Event::RingStarted { ring_id, person, .. } => Some((*person, *ring_id)),
            _ => None,
        });
        let mut count = 0;
        for (person, ring) in rings {
            count += 1;
            ensure!(decided.entry(person).or_default().insert(ring), "{ring} belongs to one consult");
        }
        // After the alarm everybody is rung again.
        ensure!(count >= EXPECTED, "{id} has {count} rings");
    }
    for (page, person) in heard.iter().zip([first, first, second]) {
        let rung = decided.get(&person).context("was rung")?;
        ensure!(page.keys().all(|ring| rung.contains(ring)), "a page heard of a ring that nobody decided");
        let repeats: u32 = page.values().map(|times| times - 1).sum();
        eprintln!("a page heard {} rings, {repeats} of them once more", page.len());
        ensure!(page.len() >= CONSULTS * 2, "a page missed a ring: {} of {}", page.len(), CONSULTS * 2);
    }
    messages(&database, &decided).await?;

    // Whoever died comes back to its work.
    installation.node()?.start().await?;
    let [b, c] = others;
    b.stop()?;
    c.stop()?;
    installation.stop()
}

/// Another node with the same key on the same database.
async fn beside(installation: &Installation, name: &str) -> Result<Node> {
    let folder = installation.folder().join(name);
    std::fs::create_dir_all(folder.join("data"))?;
    std::fs::copy(installation.folder().join("data/master.key"), folder.join("data/master.key"))?;
    let mut node = Node::prepare(&folder, &installation.database)?;
    node.start().await?;
    Ok(node)
}

/// Five seconds each, one round: the test lasts as long as the ladder.
async fn quick(coordinator: &Client, service: Uuid) -> Result<()> {
    let path = format!("/api/services/{service}/policies");
    let mut policies = coordinator.get(&path).await?.body["current"]["policies"].take();
    let duty = |level: &str| json!({"type": "duty", "value": level});
    policies["emergency"] = json!({"rounds": 1, "steps": [
        {"targets": [duty("primary")], "ring_seconds": 5},
        {"targets": [duty("secondary")], "ring_seconds": 5, "beside_after": 2},
        {"targets": [{"type": "all_eligible"}], "ring_seconds": 5},
    ]});
    let wish = json!({"revision": 1, "policies": policies, "note": "Test"});
    let reply = coordinator.call(reqwest::Method::PUT, &path, Some(&wish)).await?;
    ensure!(reply.status.is_success(), "the policy answers {} {}", reply.status, reply.body);
    Ok(())
}

/// The session holds on every node.
async fn ask(referrer: &Client, base: &str, service: Uuid) -> Result<ConsultId> {
    let id = ConsultId(Uuid::now_v7());
    let fields = CaseFields { question: Some("Lyse?".into()), ..CaseFields::default() };
    let new = NewConsult {
        id,
        service_id: schemas::ServiceId(service),
        urgency: Urgency::Emergency,
        fields,
        prealert: false,
        appointment: None,
    };
    let request = referrer.http.post(format!("{base}/api/consults"));
    let request = request.header("Cookie", &referrer.cookie).header("X-CSRF-Token", &referrer.me.csrf_token.0);
    let answer = request.json(&new).send().await?;
    ensure!(answer.status().is_success(), "{base} answers {}", answer.status());
    Ok(id)
}

/// Until the alarm of every consult; which rings came, and how often.
async fn listen(page: &mut Stream, ids: &BTreeSet<ConsultId>) -> Result<BTreeMap<RingId, u32>> {
    let (mut rings, mut alarmed) = (BTreeMap::new(), BTreeSet::new());
    while alarmed.len() < ids.len() {
        match page.next().await? {
            LiveEvent::Ring { ring, .. } => *rings.entry(ring.ring_id).or_insert(0) += 1,
            LiveEvent::Consult { summary } if summary.alarm == Some(AlarmKind::LadderExhausted) => {
                alarmed.insert(summary.id);
            }
            _ => {}
        }
    }
    Ok(rings)
}

/// What goes out beside the pages: one message for each ring, each way of it begun once.
async fn messages(database: &str, decided: &BTreeMap<PersonId, BTreeSet<RingId>>) -> Result<()> {
    let mut connection = PgConnection::connect(database).await?;
    let rows = sqlx::query("SELECT id, course FROM messages WHERE consult_id IS NOT NULL AND kind = 'ring'");
    let mut known: BTreeSet<RingId> = BTreeSet::new();
    for row in rows.fetch_all(&mut connection).await? {
        known.insert(RingId(row.try_get("id")?));
        let course: serde_json::Value = serde_json::from_str(row.try_get("course")?)?;
        let legs = course["legs"].as_array().context("legs")?;
        let channels: BTreeSet<String> = legs.iter().map(|leg| leg["channel"].to_string()).collect();
        ensure!(channels.len() == legs.len(), "a channel began twice: {course}");
    }
    for ring in decided.values().flatten() {
        ensure!(known.contains(ring), "{ring} has no message");
    }
    Ok(connection.close().await?)
}
