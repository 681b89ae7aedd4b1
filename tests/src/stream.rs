//! One browser's event stream, on a bare socket: a thousand of them cost the test little.

use anyhow::{Context, Result, bail, ensure};
use schemas::events::LiveEvent;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What does not come within this does not come: the server says something every 15 seconds.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Connects, going on after position `last`, and reads up to `hello`; its position.
    pub async fn open(port: u16, cookie: &str, last: Option<i64>) -> Result<(Self, i64)> {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await?;
        let resume = last.map(|last| format!("Last-Event-ID: {last}\r\n")).unwrap_or_default();
        let head = format!("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n{resume}\r\n");
        socket.write_all(head.as_bytes()).await?;
        let mut stream = Self(BufReader::new(socket));
        let status = stream.line().await?;
        ensure!(status.starts_with("HTTP/1.1 200"), "the stream answers {status}");
        let position = stream.event("\"hello\"").await?;
        Ok((stream, position.context("hello has a position")?))
    }

    /// Reads until an event with that text; its id, if it has one.
    pub async fn event(&mut self, wanted: &str) -> Result<Option<i64>> {
        let found = async {
            loop {
                let (id, data) = self.any().await?;
                if data.contains(wanted) {
                    return Ok(id);
                }
            }
        };
        timeout(PATIENCE, found).await.with_context(|| format!("no event tells of {wanted}"))?
    }

    /// The next event.
    pub async fn next(&mut self) -> Result<LiveEvent> {
        let (_, data) = timeout(PATIENCE, self.any()).await.context("no event comes")??;
        Ok(serde_json::from_str(&data)?)
    }

    /// Reads until the server ends it.
    pub async fn ended(&mut self) {
        while self.line().await.is_ok() {}
    }

    /// Id and data of the next event. Each is a chunk of its own, so that no line of it is cut.
    async fn any(&mut self) -> Result<(Option<i64>, String)> {
        let mut id = None;
        loop {
            let line = self.line().await?;
            if let Some(text) = line.strip_prefix("id:") {
                id = Some(text.trim().parse()?);
            } else if let Some(data) = line.strip_prefix("data:") {
                return Ok((id, data.trim().to_owned()));
            }
        }
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line).await? == 0 {
            bail!("the stream ended");
        }
        Ok(line)
    }
}
