//! A synthetic head CT: skull, brain, ventricles, and a bleed in the right basal ganglia.
//!
//! For the demo and for tests. No patient ever had this head; nobody should learn anatomy from it. It is drawn, not
//! scanned: nested egg shapes for scalp, skull and brain ([`head`]), ellipsoids for what lies inside ([`anatomy`]),
//! a little blur and noise, written as valid CT Image Storage ([`write`](self)).

mod anatomy;
mod head;
mod write;

use std::sync::Arc;

/// What the series looks like and whose it claims to be. The same parameters give the same bytes.
#[derive(Clone)]
pub struct Params {
    /// Noise and UIDs follow from it.
    pub seed: u64,
    /// Number of slices; 128 cover the head from the skull base to the crown.
    pub slices: u32,
    /// Rows and columns. 512 as a scanner has it; less for quick tests.
    pub size: u16,
    /// Standard deviation of the noise in Hounsfield units. A routine head CT has 3 to 5.
    pub noise: f32,
    /// Leave the bleed out: a normal head, or an earlier study to compare with.
    pub bleed: bool,
    /// DICOM person name.
    pub patient_name: String,
    pub patient_id: String,
    /// `YYYYMMDD`.
    pub birth_date: String,
    /// `M`, `F` or `O`.
    pub sex: String,
    /// `YYYYMMDD`.
    pub study_date: String,
    /// `HHMMSS`.
    pub study_time: String,
    pub accession_number: String,
    pub study_description: String,
    pub institution: String,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            seed: 1,
            slices: 128,
            size: 512,
            noise: 3.5,
            bleed: true,
            patient_name: "TEST^PHANTOM".into(),
            patient_id: "PHANTOM-1".into(),
            birth_date: "19570312".into(),
            sex: "F".into(),
            study_date: "20260101".into(),
            study_time: "031500".into(),
            accession_number: "A-1".into(),
            study_description: "CT Schädel nativ".into(),
            institution: "Telekonsil Phantom".into(),
        }
    }
}

/// Width and height of a slice in millimetres.
pub const FIELD_MM: f64 = 230.4;
/// Height of the head that the slices cover, in millimetres: 128 slices are 1.25 mm apart.
pub const HEIGHT_MM: f64 = 160.0;

/// The Study Instance UID of the series that these parameters give.
pub fn study_instance_uid(params: &Params) -> String {
    write::uid(params.seed, "study", 0)
}

/// The slices from the skull base up: instance number (from 1) and Part 10 file, 526 kB each. Drawn one by one as
/// the iterator is asked.
pub fn generate(params: &Params) -> impl Iterator<Item = (u32, Vec<u8>)> + Send + use<> {
    let params = Arc::new(params.clone());
    let drawing = head::Drawing::new(params.size, params.noise, params.seed);
    let step = HEIGHT_MM / f64::from(params.slices.max(1));
    (0..params.slices).map(move |slice| {
        let height = f64::from(slice) * step;
        let values = drawing.slice(height as f32, params.bleed, u64::from(slice));
        (slice + 1, write::slice(&params, slice, height, step, &values))
    })
}
