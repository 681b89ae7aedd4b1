//! A server with demo data in a folder of its own, and people with browsers.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use schemas::consult::{ConsultDetail, NewConsult, Urgency};
use schemas::directory::{Role, Service};
use schemas::problem::{Problem, ProblemCode};
use schemas::session::Me;
use schemas::{ConsultId, PersonId};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use telekonsil::app::NewPerson;
use telekonsil::config::Config;
use telekonsil::demo::{self, Demo};
use telekonsil::server::{self, Server};
use uuid::Uuid;

/// A device's key (RFC 8037, appendix A.2): of a page that joins no group, any will do.
pub(crate) const DEVICE: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/// One server. It ends with [`House::close`], which tests call so that the end is tested too.
pub(crate) struct House {
    pub(crate) server: Server,
    pub(crate) demo: Demo,
    pub(crate) folder: PathBuf,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = std::env::temp_dir().join(format!("telekonsil-http-{}", Uuid::new_v4()));
        let mut config = Config::local(&folder, "127.0.0.1:0".parse().unwrap(), 0);
        config.worker = Some(env!("CARGO_BIN_EXE_telekonsil").into());
        change(&mut config);
        let server = server::start(config).await.expect("the server starts");
        let demo = demo::seed(&server.app, &folder).await.expect("demo data");
        Self { server, demo, folder }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.http_addr)
    }

    /// Ends the server in order and removes its folder.
    pub(crate) async fn close(self) {
        tokio::time::timeout(Duration::from_secs(20), self.server.shutdown()).await.expect("the server ends in time");
        std::fs::remove_dir_all(&self.folder).expect("the folder can be removed");
    }

    /// A browser that nobody is signed in with.
    pub(crate) fn stranger(&self) -> Browser {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Browser { http, base: self.url(""), csrf: None }
    }

    /// A browser that `person` is signed in with.
    pub(crate) async fn browser(&self, person: PersonId) -> Browser {
        let mut browser = self.stranger();
        let token = self.server.app.create_link(person, Duration::from_secs(60)).await.unwrap();
        let entered = browser.get(&format!("/enter?token={token}")).await;
        assert_eq!(entered.status(), 303);
        let me: Me = browser.get("/api/session").await.json().await.unwrap();
        browser.csrf = Some(me.csrf_token.0);
        browser
    }

    /// A new referrer in the house where `colleague` works.
    pub(crate) async fn add_referrer(&self, colleague: PersonId, email: &str, password: Option<&str>) -> PersonId {
        let me: Me = self.browser(colleague).await.get("/api/session").await.json().await.unwrap();
        let person = NewPerson {
            id: PersonId(Uuid::now_v7()),
            hospital_id: me.person.hospital_id,
            name: "Dr. Test".to_owned(),
            email: email.to_owned(),
            phone: None,
            roles: vec![Role::Referrer],
            networks: Vec::new(),
            languages: vec!["de".to_owned()],
            qualifications: Vec::new(),
            password: password.map(str::to_owned),
        };
        let id = person.id;
        self.server.app.add_person(person).await.unwrap();
        id
    }

    /// A referrer of another house, who has nothing to do with the demo referrer's consults.
    pub(crate) async fn outsider(&self) -> Browser {
        let person = self.add_referrer(self.demo.specialist, "fremd@haus.example", None).await;
        self.browser(person).await
    }

    pub(crate) async fn referrer(&self) -> Browser {
        self.browser(self.demo.referrer).await
    }
}

pub(crate) struct Browser {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) csrf: Option<String>,
}

impl Browser {
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.csrf {
            Some(token) => request.header("x-csrf-token", token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    /// Asks for an emergency consult in the service that the demo's specialist is on duty for.
    pub(crate) async fn ask(&self) -> ConsultDetail {
        let services: Vec<Service> = self.get("/api/services").await.json().await.unwrap();
        for service in &services {
            let consult = NewConsult {
                id: ConsultId(Uuid::now_v7()),
                service_id: service.id,
                urgency: Urgency::Emergency,
                fields: Default::default(),
                prealert: false,
                appointment: None,
            };
            let answer = self.post("/api/consults", &serde_json::to_value(&consult).unwrap()).await;
            if answer.status() == 201 {
                return answer.json().await.unwrap();
            }
        }
        panic!("no service takes a consult");
    }

    pub(crate) async fn act(&self, consult: ConsultId, action: &Value) -> Response {
        self.post(&format!("/api/consults/{consult}/actions"), action).await
    }
}

/// The problem of an answer; checks what every problem has.
pub(crate) async fn problem(answer: Response) -> Problem {
    let status = answer.status();
    let headers: HeaderMap = answer.headers().clone();
    let text = answer.text().await.unwrap();
    assert_eq!(headers["content-type"], "application/problem+json", "{status}: {text}");
    assert_eq!(headers["cache-control"], "no-store");
    let problem: Problem = serde_json::from_str(&text).unwrap();
    assert_eq!(problem.status, status.as_u16());
    assert_eq!(problem.kind, "about:blank");
    problem
}

pub(crate) async fn code(answer: Response) -> (u16, ProblemCode) {
    let problem = problem(answer).await;
    (problem.status, problem.code)
}
