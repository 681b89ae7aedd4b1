//! What a client accepts, and what it gets. PS3.18 § 8.7.

use super::media::MediaType;
use crate::guard::{EXPLICIT_LITTLE, IMPLICIT_LITTLE};
use crate::render::Format;

/// None of the accepted types can be delivered: 406.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("none of the accepted media types can be delivered")]
pub struct NotAcceptable;

/// The wording of a WADO-RS answer that carries bulk bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `multipart/related`; else the single part stands alone as the body.
    pub multipart: bool,
    /// Essence of each part, such as `application/octet-stream`.
    pub part: &'static str,
}

/// Media types of compressed frames, PS3.18 Table 8.7.3-5.
const COMPRESSED: [(&str, &str); 17] = [
    ("1.2.840.10008.1.2.4.50", "image/jpeg"),
    ("1.2.840.10008.1.2.4.51", "image/jpeg"),
    ("1.2.840.10008.1.2.4.57", "image/jpeg"),
    ("1.2.840.10008.1.2.4.70", "image/jpeg"),
    ("1.2.840.10008.1.2.5", "image/dicom-rle"),
    ("1.2.840.10008.1.2.4.80", "image/jls"),
    ("1.2.840.10008.1.2.4.81", "image/jls"),
    ("1.2.840.10008.1.2.4.90", "image/jp2"),
    ("1.2.840.10008.1.2.4.91", "image/jp2"),
    ("1.2.840.10008.1.2.4.92", "image/jpx"),
    ("1.2.840.10008.1.2.4.93", "image/jpx"),
    ("1.2.840.10008.1.2.4.110", "image/jxl"),
    ("1.2.840.10008.1.2.4.111", "image/jxl"),
    ("1.2.840.10008.1.2.4.112", "image/jxl"),
    ("1.2.840.10008.1.2.4.201", "image/jphc"),
    ("1.2.840.10008.1.2.4.202", "image/jphc"),
    ("1.2.840.10008.1.2.4.203", "image/jphc"),
];

const OCTETS: &str = "application/octet-stream";
const DICOM: &str = "application/dicom";
const MULTIPART: &str = "multipart/related";

/// Frames: always in their stored transfer syntax, so a type is deliverable if the client takes that syntax. Asking
/// for octets without naming one means Explicit VR Little Endian (PS3.18 § 8.7.3.5.2), whose frames are the same
/// bytes as those of Implicit VR Little Endian.
pub fn frames(accept: Option<&str>, stored: &str) -> Result<Delivery, NotAcceptable> {
    let native = matches!(stored, EXPLICIT_LITTLE | IMPLICIT_LITTLE);
    let own = COMPRESSED.iter().find(|(uid, _)| *uid == stored).map(|(_, media)| *media);
    let syntax_fits = |media: &MediaType, default: bool| match media.parameter("transfer-syntax") {
        None => default,
        Some("*") => true,
        Some(EXPLICIT_LITTLE) => native,
        Some(uid) => uid == stored,
    };
    for media in MediaType::parse_accept(accept) {
        let multipart = media.essence == MULTIPART;
        let wanted = if multipart { media.parameter("type").unwrap_or(OCTETS) } else { media.essence.as_str() };
        match wanted {
            "*/*" | "multipart/*" => return Ok(Delivery { multipart: true, part: OCTETS }),
            OCTETS if syntax_fits(&media, native) => return Ok(Delivery { multipart, part: OCTETS }),
            _ => {}
        }
        if let Some(own) = own.filter(|own| *own == wanted && syntax_fits(&media, true)) {
            return Ok(Delivery { multipart, part: own });
        }
    }
    Err(NotAcceptable)
}

/// Instances as Part 10 files. A file names its own transfer syntax, so one that is not asked for by name is
/// delivered as stored.
pub fn instances(accept: Option<&str>, stored: &str) -> Result<Delivery, NotAcceptable> {
    for media in MediaType::parse_accept(accept) {
        let multipart = media.essence == MULTIPART;
        let wanted = if multipart { media.parameter("type").unwrap_or(DICOM) } else { media.essence.as_str() };
        let fits = match media.parameter("transfer-syntax") {
            None | Some("*") => true,
            Some(uid) => uid == stored,
        };
        match wanted {
            "*/*" | "multipart/*" | "application/*" => return Ok(Delivery { multipart: true, part: DICOM }),
            DICOM if fits => return Ok(Delivery { multipart, part: DICOM }),
            _ => {}
        }
    }
    Err(NotAcceptable)
}

/// Rendered pictures and thumbnails; JPEG where the client has no preference (PS3.18 Table 8.7.4-1).
pub fn rendered(accept: Option<&str>) -> Result<Format, NotAcceptable> {
    for media in MediaType::parse_accept(accept) {
        for format in [Format::Jpeg, Format::Png] {
            if media.takes(format.media_type()) {
                return Ok(format);
            }
        }
    }
    Err(NotAcceptable)
}

/// Metadata, search results and STOW answers: `application/dicom+json`.
pub fn json(accept: Option<&str>) -> Result<&'static str, NotAcceptable> {
    for media in MediaType::parse_accept(accept) {
        for essence in ["application/dicom+json", "application/json"] {
            if media.takes(essence) {
                return Ok(essence);
            }
        }
    }
    Err(NotAcceptable)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";

    #[test]
    fn frames_go_out_as_stored_or_not_at_all() {
        let octets = Ok(Delivery { multipart: true, part: OCTETS });
        let any = Some(r#"multipart/related; type="application/octet-stream"; transfer-syntax=*"#);
        assert_eq!(frames(any, JPEG_LS), octets);
        assert_eq!(frames(None, JPEG_LS), octets);
        let plain = Some(r#"multipart/related; type="application/octet-stream""#);
        assert_eq!(frames(plain, IMPLICIT_LITTLE), octets);
        assert_eq!(frames(plain, JPEG_LS), Err(NotAcceptable));
        let own = Some(r#"multipart/related; type="image/jls""#);
        assert_eq!(frames(own, JPEG_LS), Ok(Delivery { multipart: true, part: "image/jls" }));
        assert_eq!(frames(own, EXPLICIT_LITTLE), Err(NotAcceptable));
        assert_eq!(frames(Some("text/html"), EXPLICIT_LITTLE), Err(NotAcceptable));
    }

    #[test]
    fn pictures_and_json_follow_the_header() {
        assert_eq!(rendered(Some("image/png")), Ok(Format::Png));
        assert_eq!(rendered(Some("image/*")), Ok(Format::Jpeg));
        assert_eq!(rendered(Some("image/gif")), Err(NotAcceptable));
        assert_eq!(json(None), Ok("application/dicom+json"));
        assert_eq!(json(Some("application/json")), Ok("application/json"));
        assert_eq!(json(Some(r#"multipart/related; type="application/dicom+xml""#)), Err(NotAcceptable));
    }
}
