//! multipart/related (RFC 2387, RFC 2046 § 5.1) in both directions, without IO.

use super::media::MediaType;
use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem;

/// Bytes of a part's header at most. More: a hostile client fills that much. Less: long Content-Location lines.
const HEADER_MAX: usize = 8 << 10;

/// The body is not multipart/related as announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    #[error("the content type is not multipart/related with a boundary")]
    NotMultipart,
    #[error("the parts are not of type application/dicom")]
    NotDicom,
    #[error("a part's header is damaged or too long")]
    BadHeader,
    #[error("the body ends before its closing boundary")]
    Truncated,
}

/// The boundary of a STOW-RS request, from its Content-Type.
pub fn stow_boundary(content_type: &str) -> Result<String, MultipartError> {
    let media = MediaType::parse(content_type).ok_or(MultipartError::NotMultipart)?;
    if media.essence != "multipart/related" {
        return Err(MultipartError::NotMultipart);
    }
    if media.parameter("type").is_some_and(|kind| !kind.eq_ignore_ascii_case("application/dicom")) {
        return Err(MultipartError::NotDicom);
    }
    let boundary = media.parameter("boundary").unwrap_or("");
    if boundary.is_empty() || boundary.len() > 70 {
        return Err(MultipartError::NotMultipart);
    }
    Ok(boundary.to_owned())
}

/// One part of a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// Lower case, without parameters.
    pub content_type: Option<String>,
    pub body: PartBody,
}

/// The body of a part, unless it was larger than allowed: then its length, and the bytes were let go.
#[derive(Clone, PartialEq, Eq)]
pub enum PartBody {
    Whole(Bytes),
    TooLarge(u64),
}

/// Takes a request apart as it arrives. Holds one part at most.
pub struct Splitter {
    /// CRLF, two hyphens, boundary.
    delimiter: Vec<u8>,
    limit: u64,
    buffer: BytesMut,
    /// Bytes of the buffer that hold no delimiter.
    searched: usize,
    state: State,
}

enum State {
    /// Before the first delimiter.
    Preamble,
    /// After a delimiter: the line's rest tells whether a part follows.
    AfterDelimiter,
    Header,
    Body {
        content_type: Option<String>,
        dropped: u64,
    },
    End,
}

impl Splitter {
    /// `limit` is the largest part that is kept, in bytes.
    pub fn new(boundary: &str, limit: u64) -> Self {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        // The first delimiter may stand at the very beginning, without its line break.
        Self { delimiter, limit, buffer: BytesMut::from(&b"\r\n"[..]), searched: 0, state: State::Preamble }
    }

    /// Takes the next bytes of the body and gives the parts that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Part>, MultipartError> {
        self.buffer.extend_from_slice(bytes);
        let mut parts = Vec::new();
        while self.step(&mut parts)? {}
        Ok(parts)
    }

    /// Bytes that it holds of the part that is not complete yet.
    pub fn held(&self) -> usize {
        self.buffer.len()
    }

    /// Call it at the end of the body.
    pub fn finish(self) -> Result<(), MultipartError> {
        if matches!(self.state, State::End) { Ok(()) } else { Err(MultipartError::Truncated) }
    }

    /// One step; `false` where more bytes are needed.
    fn step(&mut self, parts: &mut Vec<Part>) -> Result<bool, MultipartError> {
        match &mut self.state {
            State::Preamble => {
                let Some(at) = self.find_delimiter() else {
                    self.drop_searched();
                    return Ok(false);
                };
                self.buffer.advance(at + self.delimiter.len());
                self.enter(State::AfterDelimiter);
            }
            State::AfterDelimiter => {
                if self.buffer.len() < 2 {
                    return Ok(false);
                }
                if self.buffer.starts_with(b"--") {
                    self.enter(State::End);
                    return Ok(true);
                }
                let Some(end) = memmem::find(&self.buffer, b"\r\n") else { return self.header_goes_on() };
                if self.buffer[..end].iter().any(|byte| !matches!(byte, b' ' | b'\t')) {
                    return Err(MultipartError::BadHeader);
                }
                // The line break stays: a header without lines is then found as CRLF CRLF too.
                self.buffer.advance(end);
                self.enter(State::Header);
            }
            State::Header => {
                let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") else { return self.header_goes_on() };
                let header = self.buffer.split_to(end);
                let content_type = content_type(&header)?;
                // Leave one line break, so that the delimiter of an empty body is found.
                self.buffer.advance(2);
                self.enter(State::Body { content_type, dropped: 0 });
            }
            State::Body { .. } => return Ok(self.body(parts)),
            State::End => {
                self.buffer.clear();
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn body(&mut self, parts: &mut Vec<Part>) -> bool {
        let found = self.find_delimiter();
        let held = found.unwrap_or(self.buffer.len()).saturating_sub(2) as u64;
        let State::Body { content_type, dropped } = &mut self.state else { return false };
        if let Some(at) = found {
            let content_type = content_type.take();
            let total = *dropped + held;
            let body = self.buffer.split_to(at).freeze();
            let body = match total > self.limit {
                true => PartBody::TooLarge(total),
                // A delimiter right after the blank line shares its line break: the body is empty.
                false => PartBody::Whole(body.slice(body.len().min(2)..)),
            };
            parts.push(Part { content_type, body });
            self.buffer.advance(self.delimiter.len());
            self.enter(State::AfterDelimiter);
            return true;
        }
        if *dropped > 0 || held > self.limit {
            // Keep counting, and keep the end, where a delimiter may have begun.
            let keep = self.delimiter.len() + 2;
            let drop = self.buffer.len().saturating_sub(keep);
            *dropped += drop as u64;
            self.buffer.advance(drop);
            self.searched = 0;
        }
        false
    }

    fn find_delimiter(&mut self) -> Option<usize> {
        let from = self.searched.min(self.buffer.len());
        let found = memmem::find(&self.buffer[from..], &self.delimiter).map(|at| from + at);
        self.searched = (self.buffer.len() + 1).saturating_sub(self.delimiter.len());
        found
    }

    fn drop_searched(&mut self) {
        self.buffer.advance(self.searched);
        self.searched = 0;
    }

    fn header_goes_on(&self) -> Result<bool, MultipartError> {
        if self.buffer.len() > HEADER_MAX { Err(MultipartError::BadHeader) } else { Ok(false) }
    }

    fn enter(&mut self, state: State) {
        self.searched = 0;
        self.state = state;
    }
}

fn content_type(header: &[u8]) -> Result<Option<String>, MultipartError> {
    if header.len() > HEADER_MAX {
        return Err(MultipartError::BadHeader);
    }
    let text = std::str::from_utf8(header).map_err(|_| MultipartError::BadHeader)?;
    let line = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-type").then_some(value)
    });
    Ok(line.and_then(MediaType::parse).map(|media| media.essence))
}

/// Words a multipart answer. The boundary is 128 random bits, so it stands in no part and parts may be streamed
/// unseen.
pub struct Joiner {
    boundary: String,
}

impl Default for Joiner {
    fn default() -> Self {
        Self { boundary: format!("telekonsil-{:032x}", rand::random::<u128>()) }
    }
}

impl Joiner {
    /// The answer's Content-Type for parts of this essence.
    pub fn content_type(&self, part: &str) -> String {
        format!("multipart/related; type=\"{part}\"; boundary=\"{}\"", self.boundary)
    }

    /// What stands before a part's bytes. `content_type` may carry `transfer-syntax`; `location` is the URL of the
    /// part alone.
    pub fn part(&self, content_type: &str, location: &str) -> Bytes {
        let boundary = &self.boundary;
        format!("--{boundary}\r\nContent-Type: {content_type}\r\nContent-Location: {location}\r\n\r\n").into()
    }

    /// What stands after a part's bytes.
    pub fn after_part(&self) -> Bytes {
        Bytes::from_static(b"\r\n")
    }

    /// What stands after the last part.
    pub fn close(&self) -> Bytes {
        format!("--{}--\r\n", self.boundary).into()
    }
}
