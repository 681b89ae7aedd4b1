//! The pure half of DICOMweb (PS3.18): what requests mean and how answers are worded. Sockets, routes, access and
//! the database are the broker's.

pub mod accept;
pub mod media;
pub mod multipart;
pub mod qido;
pub mod rendered;
pub mod stow;

use serde_json::{Map, Value, json};

/// An attribute in DICOM JSON, PS3.18 § F.2. Without a value where `values` is empty.
fn attribute(vr: &str, values: Vec<Value>) -> Value {
    if values.is_empty() { json!({ "vr": vr }) } else { json!({ "vr": vr, "Value": values }) }
}

fn put(map: &mut Map<String, Value>, key: &str, vr: &str, value: impl Into<Value>) {
    map.insert(key.to_owned(), attribute(vr, vec![value.into()]));
}
