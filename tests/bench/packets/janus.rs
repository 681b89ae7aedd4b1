//! Janus VideoRoom (Debian package `janus`), driven over its WebSocket API. It leaves loopback addresses out: it needs an
//! address of another interface.

use super::peer::Peer;
use super::server::Forwarder;
use crate::native::{PATIENCE, now};
use anyhow::{Context, Result, bail, ensure};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tests::process::free_port;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PROGRAM: &str = "/usr/bin/janus";

pub(crate) fn is_installed() -> bool {
    Path::new(PROGRAM).is_file()
}

pub(crate) struct Janus {
    child: Child,
    folder: PathBuf,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: u64,
    transactions: u64,
    /// Who publishes in which room.
    feeds: BTreeMap<u8, u64>,
}

impl Janus {
    pub(crate) async fn start(ip: Ipv4Addr) -> Result<Janus> {
        let folder = std::env::temp_dir().join(format!("telekonsil-janus-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let port = free_port()?;
        let path = folder.display();
        let files = [
            (
                "janus.jcfg",
                format!(
                    "general: {{ configs_folder = \"{path}\" session_timeout = 0 debug_level = 1 }}\n\
                     nat: {{ ice_enforce_list = \"{ip}\" }}\nmedia: {{ ipv6 = false }}\n\
                     transports: {{ disable = \"libjanus_http.so,libjanus_pfunix.so,libjanus_mqtt.so,\
                     libjanus_rabbitmq.so,libjanus_nanomsg.so\" }}\n"
                ),
            ),
            (
                "janus.transport.websockets.jcfg",
                format!("general: {{ json = \"compact\" ws = true ws_port = {port} wss = false }}\n"),
            ),
            ("janus.plugin.videoroom.jcfg", "general: { }\n".to_owned()),
        ];
        for (name, text) in files {
            std::fs::write(folder.join(name), text)?;
        }
        let mut child = Command::new(PROGRAM)
            // It makes folders where it stands.
            .current_dir(&folder)
            .arg("-F")
            .arg(&folder)
            .arg("-C")
            .arg(folder.join("janus.jcfg"))
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(folder.join("log"))?)
            .stderr(Stdio::null())
            .spawn()?;
        let socket = loop {
            let mut request = format!("ws://127.0.0.1:{port}/").into_client_request()?;
            request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("janus-protocol"));
            if let Ok((socket, _)) = connect_async(request).await {
                break socket;
            }
            if let Some(status) = child.try_wait()? {
                bail!("janus ended with {status}, see {}", folder.join("log").display());
            }
        };
        let mut janus = Janus { child, folder, socket, session: 0, transactions: 0, feeds: BTreeMap::new() };
        janus.session = id(&janus.ask(json!({ "janus": "create" })).await?)?;
        Ok(janus)
    }

    /// A request and what finally answers it: not the mere receipt.
    async fn ask(&mut self, mut request: Value) -> Result<Value> {
        self.transactions += 1;
        let transaction = self.transactions.to_string();
        request["transaction"] = transaction.clone().into();
        if self.session != 0 {
            request["session_id"] = self.session.into();
        }
        self.socket.send(Message::text(request.to_string())).await?;
        loop {
            let message = self.socket.next().await.context("janus hung up")??;
            let Ok(text) = message.to_text() else { continue };
            let Ok(answer) = serde_json::from_str::<Value>(text) else { continue };
            if answer["transaction"] != transaction.as_str() || answer["janus"] == "ack" {
                continue;
            }
            let problem = [&answer["error"]["reason"], &answer["plugindata"]["data"]["error"]];
            ensure!(problem.iter().all(|problem| problem.is_null()), "janus: {problem:?}");
            return Ok(answer);
        }
    }

    /// What the plugin says, and its SDP if there is one.
    async fn message(&mut self, handle: u64, body: Value, sdp: Option<(&str, String)>) -> Result<Value> {
        let mut request = json!({ "janus": "message", "handle_id": handle, "body": body });
        if let Some((kind, sdp)) = sdp {
            request["jsep"] = json!({ "type": kind, "sdp": sdp });
        }
        self.ask(request).await
    }

    async fn handle(&mut self) -> Result<u64> {
        id(&self.ask(json!({ "janus": "attach", "plugin": "janus.plugin.videoroom" })).await?)
    }
}

fn id(answer: &Value) -> Result<u64> {
    answer["data"]["id"].as_u64().context("janus gave no id")
}

fn sdp(answer: &Value) -> Result<&str> {
    answer["jsep"]["sdp"].as_str().context("janus gave no SDP")
}

impl Forwarder for Janus {
    const OFFERS: bool = true;

    async fn join(&mut self, room: u8, member: u32, peer: &mut Peer) -> Result<()> {
        let handle = self.handle().await?;
        let number = u64::from(room) + 1;
        if let Some(feed) = self.feeds.get(&room).copied() {
            let body =
                json!({ "request": "join", "ptype": "subscriber", "room": number, "streams": [{ "feed": feed }] });
            // The publisher is connected, and Janus notices a little later.
            let start = now();
            let offered = loop {
                match self.message(handle, body.clone(), None).await {
                    Err(_) if start.elapsed() < PATIENCE => {}
                    offered => break offered?,
                }
            };
            let answer = peer.answer(sdp(&offered)?)?;
            self.message(handle, json!({ "request": "start" }), Some(("answer", answer))).await?;
            return Ok(());
        }
        let body = json!({
            "request": "create", "room": number, "publishers": 6, "bitrate": 0, "videocodec": "vp8", "audiocodec": "opus",
            "notify_joining": false,
        });
        self.message(handle, body, None).await?;
        let feed = u64::from(member) + 1_000;
        let body = json!({ "request": "joinandconfigure", "ptype": "publisher", "room": number, "id": feed });
        let (offer, _) = peer.offer()?;
        let answer = self.message(handle, body, Some(("offer", offer))).await?;
        self.feeds.insert(room, feed);
        peer.accept(sdp(&answer)?)
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Janus {
    fn drop(&mut self) {
        // Nothing of it is kept; a folder that stays is in the temporary one.
        let _ = (self.child.kill(), self.child.wait(), std::fs::remove_dir_all(&self.folder));
    }
}
