//! The API's document, made from the routes themselves.

use super::routes;
use schemas::delivery::PushMessage;
use schemas::events::LiveEvent;
use schemas::import::{ImportMode, TableKind};
use schemas::problem::Problem;
use schemas::reports::FileLanguage;
use schemas::room::{ClientMessage, ServerMessage};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi as _};

/// Everything that crosses a wire, also what no route returns as a body.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Telekonsil",
        description = "Remote expert consultations. Errors are `application/problem+json` with a stable `code`. \
                       DICOMweb (PS3.18) is served under `/dicomweb` and described there.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    // Not in any body: socket messages, events, pushes, and what stands in queries.
    components(schemas(
        ClientMessage, ServerMessage, LiveEvent, PushMessage, Problem, FileLanguage, ImportMode, TableKind
    )),
    modifiers(&Security),
    security(("session" = [], "csrf" = []))
)]
struct Base;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description("tk_session", "Set by `POST /api/session`."));
        let csrf = ApiKey::Header(ApiKeyValue::with_description(
            "X-CSRF-Token",
            "`csrf_token` of `GET /api/session`; asked for by everything but GET.",
        ));
        let guest = ApiKey::Cookie(ApiKeyValue::with_description("tk_guest", "Set by `POST /api/guest`."));
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("`telekonsil token`; for `/dicomweb` alone."))
            .build();
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        components.add_security_scheme("guest", SecurityScheme::ApiKey(guest));
        components.add_security_scheme("csrf", SecurityScheme::ApiKey(csrf));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The whole document.
pub fn document() -> OpenApi {
    let (_, mut document) = utoipa_axum::router::OpenApiRouter::with_openapi(Base::openapi())
        .merge(routes::api())
        .merge(routes::streams())
        .split_for_parts();
    document.paths.paths.iter_mut().for_each(|(path, item)| add_problems(path, item));
    document
}

/// The document as it lies in `schemas/openapi.json`, with a line break at its end.
///
/// # Errors
/// Never in practice: the document holds nothing that JSON could not.
pub fn text() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&document()).map(|text| text + "\n")
}

/// Routes under which somebody may only try so often.
const LIMITED: [&str; 12] = [
    "/api/session",
    "/api/session/link",
    "/api/session/password",
    "/api/consults/{id}/report",
    "/api/break-glass",
    "/api/guest",
    "/api/guest/ticket",
    "/api/rooms/check",
    "/api/receipts",
    "/api/answer",
    "/api/answer/view",
    "/api/me/self-test",
];

/// Every operation may answer with problems; saying so at each handler would only be forgotten at one. `default` holds
/// what the list below does not foresee.
fn add_problems(path: &str, item: &mut PathItem) {
    let operations = [(false, &mut item.get), (true, &mut item.post), (true, &mut item.put), (true, &mut item.delete)];
    for (changes, operation) in operations {
        let Some(operation) = operation else { continue };
        let open =
            operation.security.as_ref().is_some_and(|needed| needed.iter().all(|one| one == &Default::default()));
        let body = operation.request_body.is_some() && changes;
        let statuses: [(&[u16], bool); 7] = [
            (&[400, 503], true),
            (&[401], !open || path == "/api/session"),
            (&[403], !open || changes),
            (&[404], path.contains('{')),
            (&[409, 410, 422], changes || path.contains("/consults/{id}")),
            (&[408, 413, 415], body),
            (&[429], changes && LIMITED.contains(&path)),
        ];
        let given = statuses.iter().filter(|(_, applies)| *applies).flat_map(|(codes, _)| codes.iter());
        for status in given.map(u16::to_string).chain(["default".to_owned()]) {
            operation.responses.responses.entry(status).or_insert_with(|| RefOr::T(problem()));
        }
    }
}

fn problem() -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description("Problem").content("application/problem+json", content).build()
}
