//! An invented report with everything in it.

use report::{
    Answer, Consent, ConsentKind, Date, Decision, Justification, KeyImage, Language, Mark, MarkShape, Moment, Part,
    Party, Patient, Person, Picture, Report, Request, RollCall, Samples, Sex, Shown, Source, Template, Time, TimeKind,
    Urgency, Version,
};
use std::collections::BTreeSet;

pub(crate) fn at(hour: u8, minute: u8) -> Moment {
    Moment { date: Date { year: 2026, month: 11, day: 22 }, hour, minute, second: 7, offset: 60 }
}

/// A grey disc with a bright spot: stands for a slice of a head.
pub(crate) fn slice(side: u32) -> Picture {
    let middle = f64::from(side) / 2.0;
    let grey = |x: u32, y: u32| {
        let (dx, dy) = (f64::from(x) - middle, (f64::from(y) - middle) * 0.85);
        let radius = dx.hypot(dy) / middle;
        let spot = (dx - middle * 0.3).hypot(dy + middle * 0.1) / middle;
        match radius {
            r if r > 0.86 => 4,
            r if r > 0.78 => 236,
            _ if spot < 0.12 => 205,
            r => 96 + (r * 40.0) as u8 + ((x * 7 + y * 13) % 9) as u8,
        }
    };
    let samples = (0..side).flat_map(|y| (0..side).map(move |x| grey(x, y))).collect();
    Picture::new(side, side, Samples::Grey(samples)).expect("a square picture")
}

fn colored(width: u32, height: u32) -> Picture {
    let samples =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| [(x * 255 / width) as u8, 60, (y * 255 / height) as u8]));
    Picture::new(width, height, Samples::Rgb(samples.collect())).expect("a picture")
}

fn mark(shape: MarkShape, points: &[[f64; 2]], label: &str) -> Mark {
    Mark { shape, points: points.to_vec(), label: label.to_owned() }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(crate) fn report(language: Language) -> Report {
    let specialist = "Priv.-Doz. Dr. med. Jürgen Weiß-Großmann";
    Report {
        language,
        label: "TK-7F3A".to_owned(),
        template: Template::Stroke,
        urgency: Urgency::Emergency,
        service: "Schlaganfall-Neurologie".to_owned(),
        network: "Neurovaskuläres Netzwerk Süd".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        signed_at: at(14, 5),
        patient: Patient {
            family_name: text("Müller-Lüdenscheidt"),
            given_name: text("Anna Źofia"),
            birth_date: Some(Date { year: 1951, month: 4, day: 3 }),
            sex: Some(Sex::Female),
            insurance_number: text("A123456789"),
            patient_id: text("0004711"),
            added_later: BTreeSet::new(),
        },
        request: Request {
            question: text("Thrombolyse trotz Apixaban? Verlegung zur Thrombektomie?"),
            diagnosis: text("V. a. akuten Mediainfarkt links, Aphasie, Hemiparese rechts seit 12:10 Uhr"),
            medication: text("Apixaban 2 × 5\u{a0}mg (letzte Einnahme 07:30 Uhr)\nMetoprolol 47,5\u{a0}mg\nKreatinin 98\u{a0}µmol/l, SpO₂ ≥ 95\u{a0}%, 37,2\u{a0}°C"),
            justification: Some(Justification::SpeciallyComplex),
            deadline: Some(at(13, 45)),
        },
        requester: Party {
            name: "Dr. med. Sabine Öztürk".to_owned(),
            hospital: "Kreisklinik Oberstadt".to_owned(),
            city: "Oberstadt".to_owned(),
            phone: text("+49 8000 112233"),
        },
        specialist: Party {
            name: specialist.to_owned(),
            hospital: "Universitätsklinikum Musterstadt".to_owned(),
            city: "Musterstadt".to_owned(),
            phone: text("+49 8000 445566"),
        },
        answer: Answer {
            decision: Decision::Transfer,
            recommendation: "Sofortige Verlegung zur mechanischen Thrombektomie in das Universitätsklinikum Musterstadt; keine intravenöse Thrombolyse wegen Apixaban-Einnahme vor weniger als 12 Stunden.\n\n- Blutdruck ≤ 180/105 mmHg halten, Urapidil fraktioniert\n- Begleitung durch Notärztin oder Notarzt, Intubationsbereitschaft\n- Keine weitere Antikoagulation, Anti-Xa-Spiegel mitgeben\n- Angehörige sind informiert und kommen nach".to_owned(),
            assessment: "Akuter Verschluss der linken A. cerebri media im M1-Segment („hyperdense media sign“) mit noch kleinem Infarktkern (ASPECTS 8). Zeitfenster für die mechanische Rekanalisation ist gegeben; das Nutzen-Risiko-Verhältnis spricht klar für die Intervention.".to_owned(),
            findings: "Wach, globale Aphasie, Blickwendung nach links, hochgradige brachiofazial betonte Hemiparese rechts. Nativ-CT: keine Blutung, dichte Media links, frühe Zeichen in Insel und Linsenkern. CT-Angiografie: M1-Verschluss links, gute Kollateralen.".to_owned(),
            limitations: "Keine CT-Perfusion. Übertragung der letzten 12 Schichten stand bei der Beurteilung noch aus.".to_owned(),
            nihss: Some([Some(0), Some(2), Some(2), Some(1), Some(1), Some(2), Some(0), Some(3), Some(0), Some(3), None, Some(1), Some(3), None, Some(0)]),
        },
        key_images: vec![
            KeyImage {
                shown: Shown::Picture(slice(256)),
                caption: "Dichtes Mediazeichen links.".to_owned(),
                marks: vec![
                    mark(MarkShape::Arrow, &[[180.0, 108.0], [222.0, 66.0]], "M1"),
                    mark(MarkShape::Line, &[[60.0, 150.0], [118.0, 190.0]], "34,2 mm"),
                    mark(MarkShape::Ellipse, &[[140.0, 90.0], [200.0, 140.0]], ""),
                ],
                source: Source {
                    modality: "CT".to_owned(),
                    study_date: Some(at(0, 0).date),
                    series: Some(3),
                    image: Some(41),
                    frame: None,
                    window: Some((40.0, 40.0)),
                },
            },
            KeyImage {
                shown: Shown::Picture(colored(320, 240)),
                caption: "Farbbild mit Umriss und Text; die Bildunterschrift ist so lang, dass sie umbrochen wird.".to_owned(),
                marks: vec![
                    mark(MarkShape::Outline, &[[40.0, 40.0], [160.0, 60.0], [120.0, 180.0]], "11,9 cm²"),
                    mark(MarkShape::Text, &[[300.0, 230.0]], "am Rand"),
                ],
                source: Source { modality: "US".to_owned(), frame: Some(12), ..Source::default() },
            },
            KeyImage {
                shown: Shown::Gone,
                caption: "Voraufnahme von 2024.".to_owned(),
                marks: vec![],
                source: Source { modality: "MR".to_owned(), series: Some(1), ..Source::default() },
            },
        ],
        times: vec![
            Time { kind: TimeKind::LastSeenWell, at: at(12, 10) },
            Time { kind: TimeKind::Requested, at: at(13, 2) },
            Time { kind: TimeKind::Accepted, at: at(13, 3) },
            Time { kind: TimeKind::Door, at: at(12, 58) },
            Time { kind: TimeKind::Imaging, at: at(13, 9) },
            Time { kind: TimeKind::Decision, at: at(13, 31) },
            Time { kind: TimeKind::Signed, at: at(14, 5) },
        ],
        people: vec![
            Person { name: "Dr. med. Sabine Öztürk".to_owned(), hospital: "Kreisklinik Oberstadt".to_owned(), part: Part::Requester },
            Person { name: specialist.to_owned(), hospital: "Universitätsklinikum Musterstadt".to_owned(), part: Part::Specialist },
            Person { name: "Herr Müller-Lüdenscheidt".to_owned(), hospital: String::new(), part: Part::Guest },
        ],
        roll_call: Some(RollCall {
            at: at(13, 12),
            by: specialist.to_owned(),
            present: vec![
                ("Patientin".to_owned(), String::new()),
                ("Dr. Öztürk".to_owned(), "Notaufnahme".to_owned()),
                ("Fr. Klein".to_owned(), "Pflege".to_owned()),
            ],
        }),
        consent: Some(Consent { kind: ConsentKind::Presumed, at: at(13, 13), by: "Dr. med. Sabine Öztürk".to_owned() }),
        versions: vec![
            Version { number: 1, at: at(13, 40), author: specialist.to_owned(), reason: String::new() },
            Version { number: 2, at: at(14, 5), author: specialist.to_owned(), reason: "Anti-Xa-Spiegel ergänzt, Kollateralen nachbefundet.".to_owned() },
        ],
        version: 2,
    }
}
