//! A database that goes away and comes back.

use crate::{fixture::Fixture, races::together, world::World};
use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};
use telekonsil::{
    app::ports::{RepoError, Repository},
    store::Store,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// People wait before a screen: longer is a failure. The store's own limit is 2.5 s; the rest is for a busy machine.
const PATIENCE: Duration = Duration::from_secs(4);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Open,
    /// Nothing passes and nobody is told: a cable pulled, a server frozen.
    Silent,
    /// Every connection ends at once: the server's process is gone.
    Cut,
}

/// Between the store and the server.
struct Proxy {
    address: SocketAddr,
    line: watch::Sender<Line>,
    task: JoinHandle<()>,
}

impl Proxy {
    async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("has an address");
        let (line, state) = watch::channel(Line::Open);
        let task = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("accepts");
                tokio::spawn(pass(client, server, state.clone()));
            }
        });
        Self { address, line, task }
    }

    fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(mut client: TcpStream, server: SocketAddr, mut line: watch::Receiver<Line>) {
    if line.wait_for(|line| *line != Line::Silent).await.is_ok_and(|line| *line == Line::Cut) {
        return;
    }
    let mut server = TcpStream::connect(server).await.expect("reaches the server");
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    loop {
        let now = *line.borrow_and_update();
        if now == Line::Cut {
            return;
        }
        tokio::select! {
            changed = line.changed() => if changed.is_err() { return },
            read = client.read(&mut up), if now == Line::Open => match read {
                Ok(n) if n > 0 => if server.write_all(&up[..n]).await.is_err() { return },
                _ => return,
            },
            read = server.read(&mut down), if now == Line::Open => match read {
                Ok(n) if n > 0 => if client.write_all(&down[..n]).await.is_err() { return },
                _ => return,
            },
        }
    }
}

/// A second node, which reaches its database through a proxy.
async fn behind_a_proxy(fixture: &Fixture) -> (Arc<Store>, Proxy) {
    let (scheme, rest) = fixture.url.split_once("://").expect("a URL");
    let (user, rest) = rest.split_once('@').expect("a URL with a user");
    let (server, database) = rest.split_once('/').expect("a URL with a database");
    let proxy = Proxy::before(server.parse().expect("an address and a port")).await;
    let store = Store::connect(&format!("{scheme}://{user}@{}/{database}", proxy.address)).await.expect("connects");
    (Arc::new(store), proxy)
}

async fn is_told<T>(call: impl Future<Output = Result<T, RepoError>>) -> bool {
    let answer = tokio::time::timeout(PATIENCE, call).await.expect("answers in time");
    matches!(answer, Err(RepoError::Unavailable(_)))
}

/// More calls than connections: none may keep one for ever.
const CALLS: usize = 40;

fn goes_away_and_comes_back(how: Line) {
    let test: crate::fixture::Test = match how {
        Line::Silent => |fixture| Box::pin(run(fixture, Line::Silent)),
        _ => |fixture| Box::pin(run(fixture, Line::Cut)),
    };
    crate::fixture::on_postgres(test);
}

async fn run(fixture: Fixture, how: Line) {
    let world = World::seed(&*fixture.store).await;
    let (store, proxy) = behind_a_proxy(&fixture).await;
    let id = world.consult(&*store).await;
    // Every connection is open and in use when it happens.
    together(CALLS, |_| {
        let store = Arc::clone(&store);
        async move { store.load(id).await.expect("reads") }
    })
    .await;

    proxy.set(how);
    let told = together(CALLS, |i| {
        let (store, write) = (Arc::clone(&store), world.append(id, 1, 1));
        async move { if i % 2 == 0 { is_told(store.load(id)).await } else { is_told(store.append(&write)).await } }
    })
    .await;
    assert!(told.into_iter().all(|told| told));
    assert!(is_told(store.directory()).await, "and it stays so");

    proxy.set(Line::Open);
    // What was lost on the way is closed in the background; until then there are fewer connections, not none.
    let heals = async { while store.load(id).await.is_err() {} };
    tokio::time::timeout(PATIENCE * 2, heals).await.expect("heals by itself");
    together(CALLS, |_| {
        let store = Arc::clone(&store);
        async move { tokio::time::timeout(PATIENCE, store.load(id)).await.expect("in time").expect("reads") }
    })
    .await;
    let seq = store.snapshot(id).await.expect("reads").expect("is there").seq;
    store.append(&world.append(id, seq, 1)).await.expect("writes");
    store.close().await;
}

#[test]
fn a_server_that_says_nothing_any_more_is_unavailable_in_time_and_heals() {
    goes_away_and_comes_back(Line::Silent);
}

#[test]
fn a_server_that_is_gone_is_unavailable_in_time_and_heals() {
    goes_away_and_comes_back(Line::Cut);
}

/// A browser that goes away while the server is silent drops the call: its connection must not be lost to the pool.
#[test]
fn calls_that_nobody_waits_for_take_no_connection_with_them() {
    crate::fixture::on_postgres(|fixture| {
        Box::pin(async move {
            let world = World::seed(&*fixture.store).await;
            let (store, proxy) = behind_a_proxy(&fixture).await;
            let id = world.consult(&*store).await;
            proxy.set(Line::Silent);
            for _ in 0..3 {
                together(CALLS, |_| {
                    let store = Arc::clone(&store);
                    async move { tokio::time::timeout(Duration::from_millis(100), store.load(id)).await.is_err() }
                })
                .await;
            }
            proxy.set(Line::Open);
            let heals = async { while store.load(id).await.is_err() {} };
            tokio::time::timeout(PATIENCE * 2, heals).await.expect("heals by itself");
            store.close().await;
        })
    });
}

/// A node that freezes within a transaction holds the row that all appends need: the server ends it before the others
/// are refused.
#[test]
fn a_frozen_node_stops_no_other() {
    crate::fixture::on_postgres(|fixture| {
        Box::pin(async move {
            let world = World::seed(&*fixture.store).await;
            let pool = fixture.store.postgres_pool().expect("PostgreSQL");
            let mut frozen = pool.begin().await.expect("begins");
            sqlx::query("UPDATE counters SET value = value WHERE name = 'log'")
                .execute(&mut *frozen)
                .await
                .expect("locks");
            world.consult(&*fixture.store).await;
            drop(frozen);
        })
    });
}
