//! A network that can fail, between a server and its database.

use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// Every connection breaks, new ones are refused.
    Refusing,
    /// Connections stay and nothing comes through.
    Frozen,
}

/// Passes TCP on to another address, as long as the weather is fair.
pub struct ChaosProxy {
    pub address: SocketAddr,
    weather: Arc<watch::Sender<Weather>>,
    accepting: JoinHandle<()>,
}

impl ChaosProxy {
    pub async fn start(upstream: String) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let weather = Arc::new(watch::Sender::new(Weather::Fair));
        let accepting = tokio::spawn(accept(listener, address, upstream, Arc::clone(&weather)));
        Ok(Self { address, weather, accepting })
    }

    pub fn turn(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

impl Drop for ChaosProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, address: SocketAddr, upstream: String, weather: Arc<watch::Sender<Weather>>) {
    let mut seen = weather.subscribe();
    let mut listener = Some(listener);
    loop {
        let now = *seen.borrow_and_update();
        if now == Weather::Refusing {
            // Nobody listens: the system refuses.
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).await.ok();
        }
        tokio::select! {
            changed = seen.changed() => if changed.is_err() { return },
            Ok((client, _)) = async { match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            } } => {
                let (upstream, seen) = (upstream.clone(), weather.subscribe());
                tokio::spawn(async move {
                    // Either side's end is the connection's end.
                    let _ = pass(client, &upstream, seen).await;
                });
            }
        }
    }
}

async fn pass(client: TcpStream, upstream: &str, mut weather: watch::Receiver<Weather>) -> Result<()> {
    weather.wait_for(|weather| *weather == Weather::Fair).await.context("the proxy ended")?;
    let mut server = TcpStream::connect(upstream).await?;
    let mut client = client;
    loop {
        let storm = async {
            let seen = weather.wait_for(|weather| *weather != Weather::Fair).await;
            seen.map(|seen| *seen)
        };
        tokio::select! {
            ended = tokio::io::copy_bidirectional(&mut client, &mut server) => return Ok(ended.map(|_| ())?),
            seen = storm => if seen? == Weather::Refusing { return Ok(()) },
        }
        // Frozen: holds both ends and moves nothing.
        if *weather.wait_for(|weather| *weather != Weather::Frozen).await? == Weather::Refusing {
            return Ok(());
        }
    }
}
