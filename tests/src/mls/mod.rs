//! A member of a room's MLS group without a browser and without `ts-mls`: `openmls` and the crate `sframe` speak what
//! `schemas/END_TO_END.md` says, so that two implementations have to agree on it. Told the time, no IO.

mod attestation;
mod device;
mod frames;
mod group;
mod keys;
mod member;
mod quotation;
#[cfg(test)]
mod tests;

pub use attestation::{Attested, HEADER, check};
pub use device::Device;
pub use frames::{Codec, Place, clear_bytes};
pub use group::{Followed, Group, Person};
pub use keys::{EpochKeys, Opener, Sealer};
pub use member::Member;
pub use quotation::Said;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn from_base64url(text: &str) -> anyhow::Result<Vec<u8>> {
    Ok(URL_SAFE_NO_PAD.decode(text)?)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
