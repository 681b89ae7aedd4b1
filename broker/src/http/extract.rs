//! Bodies, paths and queries; what cannot be read becomes a [`Fault`], never axum's plain text.

use super::problem::Fault;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::{header, request::Parts};
use axum::response::{IntoResponse, Response};
use schemas::problem::ProblemCode;
use serde::{Serialize, de::DeserializeOwned};

/// A JSON body. The size limit is the router's (`DefaultBodyLimit`).
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if !is_json(&request) {
            return Err(Fault::new(ProblemCode::UnsupportedMediaType).detail("Content-Type must be application/json"));
        }
        let bytes = bytes::Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status().as_u16() {
                413 => Fault::new(ProblemCode::TooLarge),
                _ => Fault::new(ProblemCode::MalformedBody).detail("the body could not be read"),
            }
        })?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| json_fault(&error))
    }
}

/// Another site can send `text/plain` without asking first (a "simple" request); it cannot send JSON.
fn is_json(request: &Request) -> bool {
    let Some(value) = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// serde's own words may quote the value, which may be a patient's name: only harmless parts are repeated.
fn json_fault(error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let position = format!("line {}, column {}", error.line(), error.column());
    let detail = match error.classify() {
        serde_json::error::Category::Data if text.starts_with("missing field `") => {
            format!("{} ({position})", text.split(" at line").next().unwrap_or_default())
        }
        serde_json::error::Category::Data => format!("a value has the wrong type or is out of range ({position})"),
        serde_json::error::Category::Eof => format!("the JSON text ends too early ({position})"),
        _ => format!("not JSON ({position})"),
    };
    Fault::new(ProblemCode::MalformedBody).detail(detail)
}

/// A path parameter. An identifier that cannot be one is a thing that does not exist: 404, as for an unknown one.
pub struct PathOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathOf<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => {
                Err(Fault::new(ProblemCode::NotFound).detail("the path holds no identifier that could exist"))
            }
            Err(_) => Err(Fault::new(ProblemCode::MalformedRequest).detail("the path cannot be read")),
        }
    }
}

/// Query parameters.
pub struct QueryOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(value)| Self(value))
            .map_err(|_| Fault::new(ProblemCode::MalformedRequest).detail("a query parameter cannot be read"))
    }
}

/// A JSON answer.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written as JSON");
                Fault::new(ProblemCode::Internal).into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Sample {
        n: u8,
        kind: Kind,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum Kind {
        A,
    }

    fn detail(text: &str) -> String {
        json_fault(&serde_json::from_str::<Sample>(text).unwrap_err()).into_problem().detail.unwrap()
    }

    #[test]
    fn what_the_client_sent_is_never_repeated() {
        for text in [
            r#"{"n": "Meier", "kind": "A"}"#,
            r#"{"n": 1, "kind": "Meier"}"#,
            r#"{"n": 1, "kind": Meier}"#,
            r#"{"n": 300, "kind": "A", "x": "Meier"}"#,
        ] {
            assert!(!detail(text).contains("Meier") && !detail(text).contains("300"), "{}", detail(text));
        }
        let good = serde_json::from_str::<Sample>(r#"{"n": 1, "kind": "A"}"#).unwrap();
        assert_eq!(good, Sample { n: 1, kind: Kind::A });
        assert!(detail(r#"{"n": 1}"#).starts_with("missing field `kind`"));
        assert!(detail(r#"{"n": 1"#).contains("too early"));
    }
}
