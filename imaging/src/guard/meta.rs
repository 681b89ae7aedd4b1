//! The file meta group (0002,xxxx), PS3.10 § 7.1: always Explicit VR Little Endian.

use crate::refusal::Refusal;

/// Implicit VR Little Endian.
pub const IMPLICIT_LITTLE: &str = "1.2.840.10008.1.2";
/// Explicit VR Little Endian.
pub const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";
/// Deflated Explicit VR Little Endian.
pub const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
/// Explicit VR Big Endian (retired).
pub const EXPLICIT_BIG: &str = "1.2.840.10008.1.2.2";

const PREAMBLE: usize = 128;
const START: usize = PREAMBLE + 4;

/// What the guard needs of the file meta group.
#[derive(Clone, Debug)]
pub struct FileMeta {
    /// (0002,0010).
    pub transfer_syntax: String,
    /// Where the data set begins.
    pub data_set: usize,
}

impl FileMeta {
    /// Reads preamble, magic and group 2.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.get(PREAMBLE..START) != Some(b"DICM") {
            return Err(Refusal::NotDicom { reason: "the letters DICM are missing after the preamble".into() });
        }
        let mut transfer_syntax = None;
        let mut at = START;
        while let Some(element) = Element::read(bytes, at)? {
            if element.number == 0x0010 {
                transfer_syntax = Some(uid_text(element.value)?);
            }
            at = element.end;
        }
        let transfer_syntax = transfer_syntax
            .ok_or_else(|| Refusal::NotDicom { reason: "the file does not name its transfer syntax".into() })?;
        Ok(Self { transfer_syntax, data_set: at })
    }

    /// The same file with another transfer syntax and data set; all other meta elements stay.
    pub(crate) fn with_transfer_syntax(&self, bytes: &[u8], uid: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut group = Vec::with_capacity(self.data_set);
        let mut at = START;
        while let Some(element) = Element::read(bytes, at)? {
            match element.number {
                0x0000 => {}
                0x0010 => push_uid(&mut group, 0x0010, uid),
                _ => group.extend_from_slice(&bytes[at..element.end]),
            }
            at = element.end;
        }
        let mut file = Vec::with_capacity(START + 12 + group.len() + data.len());
        file.extend_from_slice(&bytes[..START]);
        file.extend_from_slice(&[0x02, 0x00, 0x00, 0x00, b'U', b'L', 4, 0]);
        file.extend_from_slice(&(group.len() as u32).to_le_bytes());
        file.extend_from_slice(&group);
        file.extend_from_slice(data);
        Ok(file)
    }
}

struct Element<'a> {
    number: u16,
    value: &'a [u8],
    end: usize,
}

impl<'a> Element<'a> {
    /// The group 2 element at `at`; `None` where the group has ended.
    fn read(bytes: &'a [u8], at: usize) -> Result<Option<Self>, Refusal> {
        let Some(head) = bytes.get(at..at + 8) else { return Ok(None) };
        if head[..2] != [2, 0] {
            return Ok(None);
        }
        let number = u16::from_le_bytes([head[2], head[3]]);
        let long = matches!(
            &head[4..6],
            b"OB" | b"OW" | b"OF" | b"OD" | b"OL" | b"OV" | b"SQ" | b"UN" | b"UT" | b"UC" | b"UR" | b"SV" | b"UV"
        );
        let (length, start) = if long {
            let Some(length) = bytes.get(at + 8..at + 12) else { return Err(Refusal::Truncated { at: at as u64 }) };
            (u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize, at + 12)
        } else {
            (usize::from(u16::from_le_bytes([head[6], head[7]])), at + 8)
        };
        let available = bytes.len() - start;
        if length > available {
            return Err(Refusal::BadLength {
                tag: format!("(0002,{number:04X})"),
                claimed: length as u64,
                available: available as u64,
            });
        }
        Ok(Some(Self { number, value: &bytes[start..start + length], end: start + length }))
    }
}

fn uid_text(value: &[u8]) -> Result<String, Refusal> {
    let text = std::str::from_utf8(value).unwrap_or("").trim_end_matches(['\0', ' ']);
    if text.is_empty() || text.len() > 64 || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(Refusal::NotDicom { reason: "the name of the transfer syntax is not a UID".into() });
    }
    Ok(text.to_owned())
}

fn push_uid(group: &mut Vec<u8>, number: u16, uid: &str) {
    let padded = uid.len() + uid.len() % 2;
    group.extend_from_slice(&[0x02, 0x00]);
    group.extend_from_slice(&number.to_le_bytes());
    group.extend_from_slice(b"UI");
    group.extend_from_slice(&(padded as u16).to_le_bytes());
    group.extend_from_slice(uid.as_bytes());
    group.resize(group.len() + padded - uid.len(), 0);
}
