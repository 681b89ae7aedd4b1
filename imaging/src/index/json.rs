//! DICOM JSON, PS3.18 Annex F: a total writer (any parsed object gives JSON).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dicom_core::header::Header;
use dicom_core::value::{PrimitiveValue, Value as DicomValue};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;
use serde_json::{Map, Number, Value, json};

/// Binary values up to this many bytes are inlined, longer ones left out (the standard would have a BulkDataURI).
/// More: private blocks of some scanners (100 kB a slice) make a series' metadata 20 MB. Less: palettes and lookup
/// tables, which a viewer needs and which have up to 8 kB a colour, would be missing.
pub(crate) const INLINE_MAX: usize = 16 << 10;

/// Writes the whole object as one JSON object. Text is UTF-8 whatever the file's character set was, and
/// Specific Character Set says so (PS3.18 § F.2.1.1).
pub(super) fn write(object: &InMemDicomObject) -> String {
    let mut map = data_set(object);
    if map.contains_key("00080005") {
        map.insert("00080005".into(), json!({ "vr": "CS", "Value": ["ISO_IR 192"] }));
    }
    Value::Object(map).to_string()
}

/// `GGGGEEEE`, the key of an attribute.
fn key(tag: Tag) -> String {
    format!("{:04X}{:04X}", tag.group(), tag.element())
}

fn data_set(object: &InMemDicomObject) -> Map<String, Value> {
    object
        .iter()
        .filter(|element| element.tag().element() != 0 && element.tag() != tags::PIXEL_DATA)
        .map(|element| (key(element.tag()), attribute(element)))
        .collect()
}

fn attribute(element: &InMemElement) -> Value {
    let vr = element.vr();
    let mut map = Map::new();
    map.insert("vr".into(), vr.to_string().into());
    match element.value() {
        DicomValue::Sequence(sequence) => {
            // An unnamed sequence (UN of undefined length) is a sequence all the same.
            map.insert("vr".into(), "SQ".into());
            let items: Vec<Value> = sequence.items().iter().map(|item| Value::Object(data_set(item))).collect();
            put_values(&mut map, items);
        }
        DicomValue::PixelSequence(_) => {}
        DicomValue::Primitive(value) => match vr {
            VR::OB | VR::OW | VR::OF | VR::OD | VR::OL | VR::OV | VR::UN => inline(&mut map, value),
            VR::PN => put_values(&mut map, value.to_multi_str().iter().map(|name| person(name)).collect()),
            VR::AT => put_values(&mut map, attribute_tags(value)),
            VR::DS | VR::IS | VR::FL | VR::FD | VR::SL | VR::SS | VR::SV | VR::UL | VR::US | VR::UV => {
                put_values(&mut map, numbers(value));
            }
            _ => put_values(&mut map, value.to_multi_str().iter().map(|part| text(part)).collect()),
        },
    }
    Value::Object(map)
}

/// "Value" is left out where there is none (PS3.18 § F.2.5); `null` keeps the place of an empty one among others.
fn put_values(map: &mut Map<String, Value>, values: Vec<Value>) {
    if values.iter().any(|value| !value.is_null()) {
        map.insert("Value".into(), Value::Array(values));
    }
}

fn inline(map: &mut Map<String, Value>, value: &PrimitiveValue) {
    let bytes = value.to_bytes();
    if !bytes.is_empty() && bytes.len() <= INLINE_MAX {
        map.insert("InlineBinary".into(), STANDARD.encode(&bytes).into());
    }
}

fn text(part: &str) -> Value {
    let trimmed = part.trim_end_matches([' ', '\0']);
    if trimmed.is_empty() { Value::Null } else { trimmed.into() }
}

/// PS3.18 § F.2.2: the three component groups by name.
pub(crate) fn person(name: &str) -> Value {
    let groups = ["Alphabetic", "Ideographic", "Phonetic"];
    let mut map = Map::new();
    for (group, part) in groups.iter().zip(name.split('=')) {
        let part = part.trim_end_matches([' ', '\0']);
        if !part.is_empty() {
            map.insert((*group).into(), part.into());
        }
    }
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}

fn attribute_tags(value: &PrimitiveValue) -> Vec<Value> {
    match value {
        PrimitiveValue::Tags(tags) => tags.iter().map(|tag| key(*tag).into()).collect(),
        _ => Vec::new(),
    }
}

/// Numbers where the text is one, else the text itself (allowed for DS, IS, SV and UV, PS3.18 Table F.2.3-1).
fn numbers(value: &PrimitiveValue) -> Vec<Value> {
    match value {
        PrimitiveValue::F32(values) => values.iter().map(|value| float(f64::from(*value))).collect(),
        PrimitiveValue::F64(values) => values.iter().map(|value| float(*value)).collect(),
        _ => value.to_multi_str().iter().map(|part| number(part)).collect(),
    }
}

fn float(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn number(part: &str) -> Value {
    let trimmed = part.trim_matches([' ', '\0']);
    if trimmed.is_empty() {
        return Value::Null;
    }
    if let Ok(whole) = trimmed.trim_start_matches('+').parse::<i64>() {
        return whole.into();
    }
    trimmed.parse::<f64>().ok().and_then(Number::from_f64).map_or_else(|| trimmed.into(), Value::Number)
}
