//! One slice as CT Image Storage, Explicit VR Little Endian (PS3.3 A.3).

use super::{FIELD_MM, Params};
use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use sha2::{Digest, Sha256};

/// Stored value = Hounsfield units + 1024, in signed words.
const INTERCEPT: i16 = -1024;
/// Brain window.
const WINDOW: (&str, &str) = ("40", "80");

/// A UID under 2.25 (PS3.5 § B.2): decimal of 128 bits that follow from the seed.
pub(super) fn uid(seed: u64, what: &str, number: u32) -> String {
    let digest = Sha256::digest(format!("telekonsil phantom {seed} {what} {number}"));
    let mut bits = [0; 16];
    bits.copy_from_slice(&digest[..16]);
    format!("2.25.{}", u128::from_be_bytes(bits))
}

pub(super) fn slice(params: &Params, slice: u32, height: f64, step: f64, values: &[i16]) -> Vec<u8> {
    let instance = uid(params.seed, "instance", slice);
    let mut object = InMemDicomObject::new_empty();
    patient_and_study(&mut object, params);
    series(&mut object, params);
    place(&mut object, params, slice, height, step);
    text(&mut object, tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
    text(&mut object, tags::SOP_INSTANCE_UID, VR::UI, &instance);
    pixels(&mut object, params, values);
    let meta = FileMetaTableBuilder::new()
        .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
        .media_storage_sop_instance_uid(instance)
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let mut file = Vec::with_capacity(values.len() * 2 + 4096);
    object
        .with_meta(meta)
        .expect("the meta table is complete")
        .write_all(&mut file)
        .expect("writing into memory succeeds");
    file
}

fn patient_and_study(object: &mut InMemDicomObject, params: &Params) {
    text(object, tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192");
    text(object, tags::PATIENT_NAME, VR::PN, &params.patient_name);
    text(object, tags::PATIENT_ID, VR::LO, &params.patient_id);
    text(object, tags::PATIENT_BIRTH_DATE, VR::DA, &params.birth_date);
    text(object, tags::PATIENT_SEX, VR::CS, &params.sex);
    text(object, tags::STUDY_INSTANCE_UID, VR::UI, &uid(params.seed, "study", 0));
    text(object, tags::STUDY_DATE, VR::DA, &params.study_date);
    text(object, tags::STUDY_TIME, VR::TM, &params.study_time);
    text(object, tags::STUDY_ID, VR::SH, "1");
    text(object, tags::STUDY_DESCRIPTION, VR::LO, &params.study_description);
    text(object, tags::ACCESSION_NUMBER, VR::SH, &params.accession_number);
    text(object, tags::REFERRING_PHYSICIAN_NAME, VR::PN, "");
}

fn series(object: &mut InMemDicomObject, params: &Params) {
    text(object, tags::MODALITY, VR::CS, "CT");
    text(object, tags::SERIES_INSTANCE_UID, VR::UI, &uid(params.seed, "series", 0));
    text(object, tags::SERIES_NUMBER, VR::IS, "2");
    text(object, tags::SERIES_DESCRIPTION, VR::LO, "Schädel nativ 1,25 mm");
    text(object, tags::SERIES_DATE, VR::DA, &params.study_date);
    text(object, tags::SERIES_TIME, VR::TM, &params.study_time);
    text(object, tags::BODY_PART_EXAMINED, VR::CS, "HEAD");
    text(object, tags::PATIENT_POSITION, VR::CS, "HFS");
    text(object, tags::PROTOCOL_NAME, VR::LO, "Phantom");
    text(object, tags::FRAME_OF_REFERENCE_UID, VR::UI, &uid(params.seed, "frame of reference", 0));
    text(object, tags::POSITION_REFERENCE_INDICATOR, VR::LO, "");
    text(object, tags::MANUFACTURER, VR::LO, "Telekonsil");
    text(object, tags::MANUFACTURER_MODEL_NAME, VR::LO, "Phantom generator");
    text(object, tags::INSTITUTION_NAME, VR::LO, &params.institution);
    text(object, tags::SOFTWARE_VERSIONS, VR::LO, env!("CARGO_PKG_VERSION"));
    text(object, tags::KVP, VR::DS, "120");
    text(object, tags::CONVOLUTION_KERNEL, VR::SH, "SYNTHETIC");
}

fn place(object: &mut InMemDicomObject, params: &Params, slice: u32, height: f64, step: f64) {
    let spacing = FIELD_MM / f64::from(params.size);
    let corner = spacing / 2.0 - FIELD_MM / 2.0;
    text(object, tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL");
    text(object, tags::INSTANCE_NUMBER, VR::IS, &(slice + 1).to_string());
    text(object, tags::ACQUISITION_NUMBER, VR::IS, "1");
    text(object, tags::ACQUISITION_DATE, VR::DA, &params.study_date);
    text(object, tags::ACQUISITION_TIME, VR::TM, &params.study_time);
    text(object, tags::CONTENT_DATE, VR::DA, &params.study_date);
    text(object, tags::CONTENT_TIME, VR::TM, &params.study_time);
    text(object, tags::IMAGE_POSITION_PATIENT, VR::DS, &format!("{corner:.4}\\{corner:.4}\\{height:.4}"));
    text(object, tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0");
    text(object, tags::PIXEL_SPACING, VR::DS, &format!("{spacing:.6}\\{spacing:.6}"));
    text(object, tags::SLICE_THICKNESS, VR::DS, &format!("{step:.4}"));
    text(object, tags::SPACING_BETWEEN_SLICES, VR::DS, &format!("{step:.4}"));
    text(object, tags::SLICE_LOCATION, VR::DS, &format!("{height:.4}"));
    text(object, tags::BURNED_IN_ANNOTATION, VR::CS, "NO");
    text(object, tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00");
    text(object, tags::RESCALE_INTERCEPT, VR::DS, &INTERCEPT.to_string());
    text(object, tags::RESCALE_SLOPE, VR::DS, "1");
    text(object, tags::RESCALE_TYPE, VR::LO, "HU");
    text(object, tags::WINDOW_CENTER, VR::DS, WINDOW.0);
    text(object, tags::WINDOW_WIDTH, VR::DS, WINDOW.1);
    text(object, tags::WINDOW_CENTER_WIDTH_EXPLANATION, VR::LO, "BRAIN");
}

fn pixels(object: &mut InMemDicomObject, params: &Params, values: &[i16]) {
    text(object, tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
    let words = [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::ROWS, params.size),
        (tags::COLUMNS, params.size),
        (tags::BITS_ALLOCATED, 16),
        (tags::BITS_STORED, 16),
        (tags::HIGH_BIT, 15),
        (tags::PIXEL_REPRESENTATION, 1),
    ];
    for (tag, value) in words {
        object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
    }
    let stored: Vec<u8> = values.iter().flat_map(|value| value.saturating_sub(INTERCEPT).to_le_bytes()).collect();
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U8(stored.into())));
}

fn text(object: &mut InMemDicomObject, tag: Tag, vr: VR, value: &str) {
    let value = if value.is_empty() { PrimitiveValue::Empty } else { PrimitiveValue::from(value) };
    object.put(DataElement::new(tag, vr, value));
}
