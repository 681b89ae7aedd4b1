//! The whole way, from what a report says to its file. Krilla checks PDF/A-2a and PDF/UA-1 while it writes: a file that
//! breaks a rule is an error.

mod sample;

use report::{
    Column, KeyImage, Language, Mark, MarkShape, PatientField, Picture, Protocol, Report, Samples, Shown, Source,
    render, render_protocol,
};
use std::{
    io::Write,
    process::{Command, Stdio},
};

/// Text of the document in reading order, by poppler.
fn text(report: &Report) -> String {
    read(&render(report).expect("the report is written"))
}

fn read(file: &[u8]) -> String {
    let file = file.to_vec();
    let mut reader = Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("pdftotext runs (Debian: poppler-utils)");
    let mut input = reader.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || input.write_all(&file));
    let output = reader.wait_with_output().expect("pdftotext ends");
    writer.join().expect("the writer ends").expect("pdftotext reads the file");
    assert!(output.status.success(), "pdftotext reads the file");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Words alone: where lines end does not matter.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn everything_that_the_report_says_can_be_read_out_of_the_file() {
    let report = sample::report(Language::German);
    let text = squeezed(&text(&report));
    for wanted in [
        "Konsilbericht Schlaganfall",
        "Müller-Lüdenscheidt, Anna Źofia",
        "03.04.1951",
        "A123456789",
        "Kreisklinik Oberstadt",
        "Priv.-Doz. Dr. med. Jürgen Weiß-Großmann",
        "besonders komplexe Fragestellung",
        "Kreatinin 98 µmol/l, SpO₂ ≥ 95 %, 37,2 °C",
        "Verlegung",
        "Blutdruck ≤ 180/105 mmHg halten",
        "„hyperdense media sign“",
        "nicht untersuchbar",
        "Summe 18",
        "Nicht zur Primärbefundung",
        "Dichtes Mediazeichen links.",
        "34,2 mm",
        "11,9 cm²",
        "Dieses Bild ist auf dem Server nicht mehr vorhanden oder gehört nicht mehr zu diesem Konsil.",
        "Patientin, Dr. Öztürk (Notaufnahme), Fr. Klein (Pflege)",
        "im Notfall gemutmaßt",
        "Elektronisch unterzeichnet von Priv.-Doz. Dr. med. Jürgen Weiß-Großmann",
        "22.11.2026, 14:05:07 (UTC+01:00) (Version 2)",
        "Diese Version ersetzt Version 1",
        "Anti-Xa-Spiegel ergänzt",
        "Seite 1 von 3",
        "Seite 3 von 3",
    ] {
        assert!(text.contains(wanted), "{wanted}");
    }
    // Nothing of the form's own words or of the sample is beyond the fonts.
    assert!(!text.contains('□'));
    assert_eq!(text.matches("TK-7F3A · Müller-Lüdenscheidt, Anna Źofia, geb. 03.04.1951").count(), 3, "on every page");
}

#[test]
fn the_english_form_is_english() {
    let text = squeezed(&text(&sample::report(Language::English)));
    for wanted in
        ["Stroke consultation report", "born 3 Apr 1951", "Not for primary diagnosis", "Page 1 of 3", "Transfer"]
    {
        assert!(text.contains(wanted), "{wanted}");
    }
    for german in ["Befund", "Primärbefundung", "Seite 1", "□"] {
        assert!(!text.contains(german), "{german}");
    }
}

#[test]
fn equal_reports_are_equal_bytes_and_others_are_not() {
    let first = render(&sample::report(Language::German)).unwrap();
    assert!(first == render(&sample::report(Language::German)).unwrap());
    let mut other = sample::report(Language::German);
    other.answer.findings.push('!');
    assert!(first != render(&other).unwrap());
}

#[test]
fn the_file_says_what_it_is_and_names_no_patient_outside_its_pages() {
    let file = render(&sample::report(Language::German)).unwrap();
    let plain = String::from_utf8_lossy(&file);
    for wanted in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "de-DE",
    ] {
        assert!(plain.contains(wanted), "{wanted}");
    }
    let metadata = &plain[plain.find("<x:xmpmeta").unwrap()..plain.find("</x:xmpmeta>").unwrap()];
    assert!(metadata.contains("Konsilbericht Schlaganfall TK-7F3A"));
    for name in ["Lüdenscheidt", "Anna", "A123456789", "1951"] {
        assert!(!metadata.contains(name), "{name}");
    }
}

#[test]
fn a_report_of_which_almost_everything_is_missing_says_so() {
    let mut report = sample::report(Language::German);
    report.patient = report::Patient::default();
    report.request = report::Request::default();
    report.answer.nihss = None;
    report.answer.findings = "\n\0 ".to_owned();
    report.key_images.clear();
    report.times.clear();
    report.people.clear();
    report.roll_call = None;
    report.consent = None;
    report.versions.truncate(1);
    report.version = 1;
    let text = squeezed(&text(&report));
    assert!(text.contains("Name nicht angegeben"));
    assert!(text.contains("Keine Angabe erfasst"));
    assert!(text.matches("nicht angegeben").count() >= 9);
    assert!(!text.contains("Nachtrag"));
    assert!(!text.contains("Schlüsselbild"));
}

#[test]
fn what_was_not_known_at_the_signature_is_marked() {
    let mut report = sample::report(Language::German);
    assert!(!text(&report).contains("Nach der Unterschrift ergänzt"));
    report.patient.added_later = [PatientField::InsuranceNumber, PatientField::GivenName].into();
    assert!(squeezed(&text(&report)).contains("Nach der Unterschrift ergänzt: Vorname, Versichertennummer."));
}

#[test]
fn a_version_that_was_replaced_says_so() {
    let mut report = sample::report(Language::German);
    report.version = 1;
    assert!(squeezed(&text(&report)).contains("Überholt: Es gibt bereits Version 2 vom 22.11.2026, 14:05 Uhr."));
}

#[test]
fn hostile_words_stay_words() {
    let nasty = [
        "x".repeat(200_000),
        "Wort ".repeat(40_000),
        "\n".repeat(200_000),
        "(\\) Tj ET Q endstream endobj %%EOF <</Type/Catalog>>".repeat(50),
        "\u{202e}rückwärts\u{202c} \0\u{1}\u{1b}[2J שלום مرحبا 漢字 🙂👩‍⚕️ \u{e000} \u{fffe}\u{ffff}\u{10ffff}"
            .to_owned(),
        "a\u{308}\u{308}\u{308}".repeat(500),
        "𝔘𝔫𝔦".repeat(300),
    ];
    for text in nasty {
        let mut report = sample::report(Language::German);
        report.answer.findings = text.clone();
        report.answer.recommendation = text.clone();
        report.patient.family_name = Some(text.chars().take(2_000).collect());
        report.requester.hospital = text.chars().take(2_000).collect();
        report.label = text.chars().take(200).collect();
        report.request.medication = Some(text.clone());
        for image in &mut report.key_images {
            image.caption = text.chars().take(5_000).collect();
        }
        report.key_images[0].marks[0].label = text.chars().take(5_000).collect();
        render(&report).unwrap_or_else(|error| panic!("{error}: {}", text.chars().take(20).collect::<String>()));
    }
}

#[test]
fn what_cannot_be_written_shows_as_a_box() {
    let mut report = sample::report(Language::German);
    report.answer.findings = "Patient heißt שלום und lacht 🙂.".to_owned();
    assert!(squeezed(&text(&report)).contains("Patient heißt □□□□ und lacht □."));
}

#[test]
fn odd_pictures_and_marks_are_drawn_or_left_out() {
    let odd = [f64::NAN, f64::INFINITY, -1e300, 1e300, 0.0, 7.5];
    let points: Vec<[f64; 2]> = odd.iter().flat_map(|a| odd.iter().map(|b| [*a, *b])).collect();
    let shapes = [MarkShape::Line, MarkShape::Arrow, MarkShape::Outline, MarkShape::Ellipse, MarkShape::Text];
    let mut marks = Vec::new();
    for shape in shapes {
        for count in [0, 1, 2, 3, points.len()] {
            marks.push(Mark { shape, points: points[..count].to_vec(), label: "34,2 mm".to_owned() });
            marks.push(Mark { shape, points: vec![[5.0, 5.0]; count], label: String::new() });
        }
    }
    let mut report = sample::report(Language::German);
    report.key_images = [(1, 1), (1, 4000), (4000, 1), (3, 2)]
        .into_iter()
        .map(|(width, height)| KeyImage {
            shown: Shown::Picture(
                Picture::new(width, height, Samples::Grey(vec![90; (width * height) as usize])).unwrap(),
            ),
            caption: String::new(),
            marks: marks.clone(),
            source: Source { window: Some((f64::NAN, f64::INFINITY)), ..Source::default() },
        })
        .collect();
    render(&report).unwrap();
}

#[test]
fn a_history_of_many_pages_can_be_read_out_of_its_file() {
    let column = |title: &str, share| Column { title: title.to_owned(), share };
    let row = |n: usize| {
        vec![format!("22.11.2026 01:07:{n:02}"), format!("Klingelt bei Dr. Öztürk, Runde {n}"), String::new()]
    };
    let protocol = Protocol {
        language: Language::German,
        overline: "TELEKONSIL".to_owned(),
        title: "Verlauf TK-7F3A".to_owned(),
        subtitle: vec!["Schlaganfall-Neurologie".to_owned()],
        made_at: sample::at(1, 7),
        id: "TK-7F3A".to_owned(),
        columns: vec![column("Zeit", 1.0), column("Was", 2.0), column("Wer", 1.0)],
        rows: (0..120).map(row).collect(),
        note: "Ende".to_owned(),
    };
    let file = render_protocol(&protocol).expect("is written");
    assert!(file == render_protocol(&protocol).expect("is written"), "equal input gives equal bytes");
    let text = squeezed(&read(&file));
    for wanted in
        ["Verlauf TK-7F3A", "Klingelt bei Dr. Öztürk, Runde 119", "22.11.2026 01:07:07", "Seite 3 von", "Ende"]
    {
        assert!(text.contains(wanted), "{wanted}");
    }
}
