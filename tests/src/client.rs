//! A signed-in person's HTTP client: cookies, anti-forgery token, problems with their code.

use anyhow::{Context, Result, ensure};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header::HeaderValue};
use schemas::{
    ConsultId, PrivateText,
    consult::{Action, ConsultDetail},
    session::Me,
};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;
use tokio_rustls::rustls::crypto::ring;

/// A server that has not answered by then does not answer: requests get 30 seconds there, and none needs ten.
pub const ANSWERED: Duration = Duration::from_secs(20);
/// What the server does by itself it does within this, on a machine that does other things too.
const BY_ITSELF: Duration = Duration::from_secs(30);

/// The type of what [`Client::store`] sends.
pub const STOW: &str = r#"multipart/related; type="application/dicom"; boundary=b"#;

pub struct Client {
    pub http: reqwest::Client,
    pub base: String,
    pub me: Me,
    /// The session's cookie, for clients of another kind. A secret of this test alone.
    pub cookie: HeaderValue,
}

/// An answer: its status and its body (JSON, or null when there is none).
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
    /// Seconds, where the answer names them.
    pub retry_after: Option<u32>,
}

/// A client that goes through nobody. It has no cipher suites of its own: the process's are chosen here, once.
pub fn http() -> reqwest::ClientBuilder {
    let _ = ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}

impl Reply {
    pub async fn read(answer: Response) -> Result<Self> {
        let status = answer.status();
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = answer.bytes().await?;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap_or(Value::Null) };
        Ok(Self { status, body, retry_after })
    }

    /// The stable code of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("no code")
    }
}

impl Client {
    /// Walks through a one-time link as a browser would and reads who that makes us.
    pub async fn enter(base: &str, token: &str) -> Result<Self> {
        let http = http().timeout(ANSWERED).cookie_store(true).redirect(reqwest::redirect::Policy::none()).build()?;
        let entered = http.get(format!("{base}/enter?token={token}")).send().await?;
        ensure!(entered.status() == StatusCode::SEE_OTHER, "the link answers {}", entered.status());
        let cookie = entered.headers().get("set-cookie").context("the session's cookie")?.to_str()?;
        let cookie = HeaderValue::from_str(cookie.split(';').next().unwrap_or(cookie))?;
        let me = http.get(format!("{base}/api/session")).send().await?.error_for_status()?.json().await?;
        Ok(Self { http, base: base.to_owned(), me, cookie })
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Reply> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        Reply::read(request.send().await?).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let PrivateText(csrf) = &self.me.csrf_token;
        self.http.request(method, format!("{}{path}", self.base)).header("X-CSRF-Token", csrf)
    }

    pub async fn get(&self, path: &str) -> Result<Reply> {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn detail(&self, consult: ConsultId) -> Result<ConsultDetail> {
        let reply = self.get(&format!("/api/consults/{consult}")).await?;
        ensure!(reply.status.is_success(), "the consult answers {} {}", reply.status, reply.code());
        serde_json::from_value(reply.body).context("consult detail")
    }

    /// Asks until the consult is so.
    pub async fn until(&self, consult: ConsultId, wanted: impl Fn(&ConsultDetail) -> bool) -> Result<ConsultDetail> {
        let start = Instant::now();
        loop {
            let detail = self.detail(consult).await?;
            if wanted(&detail) {
                return Ok(detail);
            }
            ensure!(start.elapsed() < BY_ITSELF, "the consult stays {:?}", detail.summary.state);
            tokio::task::yield_now().await;
        }
    }

    /// STOW-RS of whole files.
    pub async fn store(&self, objects: &[Vec<u8>]) -> Result<Reply> {
        let mut body = Vec::new();
        for object in objects {
            body.extend_from_slice(b"--b\r\nContent-Type: application/dicom\r\n\r\n");
            body.extend_from_slice(object);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--\r\n");
        let request = self.request(Method::POST, "/dicomweb/studies").header("Content-Type", STOW).body(body);
        Reply::read(request.send().await?).await
    }

    pub async fn act(&self, consult: ConsultId, action: &Action) -> Result<Reply> {
        self.post(&format!("/api/consults/{consult}/actions"), &serde_json::to_value(action)?).await
    }
}
