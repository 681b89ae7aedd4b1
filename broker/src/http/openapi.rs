//! The API's document, made from the routes themselves.

use super::routes;
use schemas::events::LiveEvent;
use schemas::problem::Problem;
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
    components(schemas(ClientMessage, ServerMessage, LiveEvent, Problem)),
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
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("`telekonsil token`; for `/dicomweb` alone."))
            .build();
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
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
    document.paths.paths.values_mut().for_each(add_problem);
    document
}

/// The document as it lies in `schemas/openapi.json`, with a line break at its end.
///
/// # Errors
/// Never in practice: the document holds nothing that JSON could not.
pub fn text() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&document()).map(|text| text + "\n")
}

/// Every operation may answer with a problem; saying so at each handler would only be forgotten at one.
fn add_problem(path: &mut PathItem) {
    let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.delete, &mut path.patch];
    for operation in operations.into_iter().flatten() {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response =
            ResponseBuilder::new().description("Problem").content("application/problem+json", content).build();
        operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
    }
}
