//! Reading data sets with dicom-rs, after the guard has let them in.

use crate::guard::{Checked, EXPLICIT_LITTLE};
use crate::refusal::Refusal;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::header::Header;
use dicom_core::value::{PrimitiveValue, Value};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_object::file::ReadPreamble;
use dicom_object::mem::InMemElement;
use dicom_object::{DefaultDicomObject, InMemDicomObject, OpenFileOptions};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

/// Parses everything before the pixel data.
pub(crate) fn read_head(checked: &Checked<'_>) -> Result<InMemDicomObject, Refusal> {
    let head = &checked.bytes[..checked.scan.head as usize];
    Ok(parse(head)?.into_inner())
}

fn parse(file: &[u8]) -> Result<DefaultDicomObject, Refusal> {
    // The error's text may quote values, so only its kind is passed on.
    OpenFileOptions::new()
        .read_preamble(ReadPreamble::Always)
        .from_reader(file)
        .map_err(|_| Refusal::Unparsable { reason: "its data set does not follow the standard".into() })
}

/// Rewrites a big-endian file as Explicit VR Little Endian, pixel data included.
pub(crate) fn to_little_endian(file: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut object = parse(file)?;
    let little = TransferSyntaxRegistry
        .get(EXPLICIT_LITTLE)
        .ok_or_else(|| Refusal::UnsupportedTransferSyntax { uid: EXPLICIT_LITTLE.into() })?;
    object.meta_mut().set_transfer_syntax(little);
    let mut out = Vec::with_capacity(file.len() + 1024);
    object
        .write_all(&mut out)
        .map_err(|_| Refusal::Unparsable { reason: "it cannot be rewritten as little endian".into() })?;
    Ok(out)
}

/// Gives top-level standard attributes that were stored with VR UN their own VR back.
///
/// Some archives write all they do not know as UN, a rescale intercept among them; read as bytes, "−1024" becomes
/// −50128 HU (`LAB.md`). A UN value has the bytes of its true VR in little endian (PS3.5 § 6.2.2).
pub(crate) fn name_unknown(object: &mut InMemDicomObject) {
    let unknown: Vec<Tag> =
        object.iter().filter(|element| element.vr() == VR::UN).map(|element| element.tag()).collect();
    for tag in unknown {
        let Some(entry) = StandardDataDictionary.by_tag(tag) else { continue };
        let vr = entry.vr().relaxed();
        let Some(value) = object.get(tag).and_then(|element| named_value(vr, element)) else { continue };
        object.put(InMemElement::new(tag, vr, value));
    }
}

fn named_value(vr: VR, element: &InMemElement) -> Option<PrimitiveValue> {
    let Value::Primitive(PrimitiveValue::U8(bytes)) = element.value() else { return None };
    let words = || bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    match vr {
        VR::AE | VR::AS | VR::CS | VR::DA | VR::DS | VR::IS | VR::LO | VR::PN | VR::SH | VR::TM | VR::UI => {
            let text = String::from_utf8_lossy(bytes);
            let parts = text.split('\\').map(|part| part.trim_matches([' ', '\0']).to_owned());
            Some(PrimitiveValue::Strs(parts.collect()))
        }
        VR::US => Some(PrimitiveValue::U16(words().collect())),
        VR::SS => Some(PrimitiveValue::I16(words().map(u16::cast_signed).collect())),
        _ => None,
    }
}

/// The first value of an attribute as trimmed text; `None` where it is absent, empty or not text.
pub(crate) fn text(object: &InMemDicomObject, tag: Tag) -> Option<String> {
    let element = object.get(tag)?;
    let value = element.value().primitive()?;
    let all = value.to_multi_str();
    let first = all.first()?.trim_matches([' ', '\0']);
    (!first.is_empty()).then(|| first.to_owned())
}

/// The first value as an integer.
pub(crate) fn integer(object: &InMemDicomObject, tag: Tag) -> Option<i64> {
    object.get(tag)?.value().primitive()?.to_int::<i64>().ok()
}

/// All values as finite numbers; `None` where one cannot be read.
pub(crate) fn numbers(object: &InMemDicomObject, tag: Tag) -> Option<Vec<f64>> {
    let values = object.get(tag)?.value().primitive()?.to_multi_float64().ok()?;
    values.iter().all(|value| value.is_finite()).then_some(values)
}
