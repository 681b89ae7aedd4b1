//! Every error as `application/problem+json` (RFC 9457) with a stable `code`.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemas::problem::{Problem, ProblemCode};
use schemas::slots::AppointmentSlot;
use std::borrow::Cow;

/// What a handler returns when it cannot do what was asked. Becomes a [`Problem`].
#[derive(Debug)]
pub struct Fault {
    code: ProblemCode,
    detail: Option<Cow<'static, str>>,
    taken_by: Option<String>,
    phone: Option<String>,
    slots: Option<Vec<AppointmentSlot>>,
    retry_after: Option<u32>,
    /// Instead of the status that belongs to the code.
    status: Option<StatusCode>,
}

impl Fault {
    pub fn new(code: ProblemCode) -> Self {
        Self { code, detail: None, taken_by: None, phone: None, slots: None, retry_after: None, status: None }
    }

    /// The body did not arrive in time: 408 (RFC 9110 § 15.5.9), the sender's fault and not ours.
    pub fn too_slow() -> Self {
        let fault = Self::new(ProblemCode::MalformedRequest).detail("the body came too slowly");
        Self { status: Some(StatusCode::REQUEST_TIMEOUT), ..fault }
    }

    /// Says what was wrong with this request. Never put patient data, names or tokens here.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Somebody else accepted first: this one.
    #[must_use]
    pub fn taken_by(mut self, name: Option<String>) -> Self {
        self.taken_by = name;
        self
    }

    /// A telephone number that helps on.
    #[must_use]
    pub fn phone(mut self, phone: Option<String>) -> Self {
        self.phone = phone;
        self
    }

    /// Seconds after which trying again makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub fn code(&self) -> ProblemCode {
        self.code
    }

    fn status(&self) -> StatusCode {
        self.status.unwrap_or_else(|| status(self.code))
    }

    pub fn into_problem(self) -> Problem {
        let status = self.status();
        Problem {
            kind: "about:blank".to_owned(),
            title: title(self.code).to_owned(),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail.map(Cow::into_owned),
            taken_by: self.taken_by,
            phone: self.phone,
            slots: self.slots,
        }
    }
}

impl From<ProblemCode> for Fault {
    fn from(code: ProblemCode) -> Self {
        Self::new(code)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (code, status) = (self.code, self.status());
        let retry_after = self.retry_after.or(default_retry(code));
        let problem = self.into_problem();
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if code == ProblemCode::NotSignedIn {
            // RFC 9110 § 15.5.2 asks for a challenge; `Bearer` makes no browser open a password window.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn default_retry(code: ProblemCode) -> Option<u32> {
    match code {
        // One second: long enough for a database that fails over, short enough for somebody who waits.
        ProblemCode::Unavailable => Some(1),
        ProblemCode::TooManyRequests => Some(30),
        _ => None,
    }
}

/// The HTTP status that belongs to a code.
pub fn status(code: ProblemCode) -> StatusCode {
    use ProblemCode as Code;
    match code {
        Code::MalformedBody | Code::MalformedRequest | Code::InvalidSdp | Code::UnknownMessage => {
            StatusCode::BAD_REQUEST
        }
        Code::NotSignedIn | Code::WrongCredentials | Code::TicketInvalid | Code::TicketExpired | Code::TicketUsed => {
            StatusCode::UNAUTHORIZED
        }
        Code::CsrfFailed | Code::Forbidden | Code::WrongPassword | Code::SecondPersonNeeded | Code::NotAdmitted => {
            StatusCode::FORBIDDEN
        }
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Code::AlreadyTaken
        | Code::SlotTaken
        | Code::NotRung
        | Code::WrongState
        | Code::Conflict
        | Code::RoomFull
        | Code::EncryptionRequired
        | Code::AlreadySetUp => StatusCode::CONFLICT,
        Code::LinkUsed | Code::GuestLinkUsed | Code::Purged => StatusCode::GONE,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::InvalidField | Code::DicomRefused | Code::CannotRender => StatusCode::UNPROCESSABLE_ENTITY,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn title(code: ProblemCode) -> &'static str {
    use ProblemCode as Code;
    match code {
        Code::MalformedBody => "The body is not what this route takes",
        Code::TooLarge => "The body is too large",
        Code::MalformedRequest => "The path, query or a header cannot be read",
        Code::NotFound => "No such thing, or none that you may know of",
        Code::MethodNotAllowed => "The method is not offered here",
        Code::UnsupportedMediaType => "The content type is not taken here",
        Code::NotAcceptable => "None of the accepted content types can be delivered",
        Code::NotSignedIn => "Nobody is signed in",
        Code::WrongCredentials => "E-mail address or password is wrong",
        Code::LinkUsed => "The link was used before or is too old",
        Code::CsrfFailed => "The anti-forgery check failed",
        Code::Forbidden => "Not allowed for this person",
        Code::AlreadyTaken => "Somebody else accepted first",
        Code::SlotTaken => "The slot is not free",
        Code::NotRung => "This person is not being rung",
        Code::WrongState => "The state of the consult does not allow this",
        Code::InvalidField => "A field is empty or out of range",
        Code::Conflict => "The identifier is in use for something else",
        Code::WrongPassword => "The password is wrong",
        Code::SecondPersonNeeded => "A second person has to do this",
        Code::Purged => "The content was deleted after its retention",
        Code::GuestLinkUsed => "The guest link was used, withdrawn or is too old",
        Code::NotAdmitted => "The host has not let this guest in, or has sent them away",
        Code::EncryptionRequired => "The room is encrypted, and no device key was named",
        Code::AlreadySetUp => "There is an administrator already",
        Code::TicketInvalid => "The join ticket is not valid",
        Code::TicketExpired => "The join ticket is too old",
        Code::TicketUsed => "The join ticket was used before",
        Code::InvalidSdp => "The SDP offer cannot be used",
        Code::RoomFull => "The room is full",
        Code::UnknownMessage => "The message is not known",
        Code::DicomRefused => "The DICOM object was refused",
        Code::CannotRender => "The object cannot be rendered",
        Code::TooManyRequests => "Too many requests",
        Code::Unavailable => "The service is not available at the moment",
        Code::Internal => "Something is wrong on our side",
    }
}

impl From<crate::app::Error> for Fault {
    fn from(error: crate::app::Error) -> Self {
        let mut fault = Self::new(error.code()).taken_by(error.taken_by().map(str::to_owned));
        fault.detail = error.detail().map(Cow::Owned);
        fault.slots = error.free_slots().map(<[_]>::to_vec);
        if let crate::app::Error::TooManyRequests { retry_after_seconds } = error {
            fault = fault.retry_after(retry_after_seconds);
        }
        fault
    }
}
