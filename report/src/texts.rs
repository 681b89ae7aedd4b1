//! The form's own words.

use crate::model::{
    ConsentKind, Date, Decision, Justification, Language, Moment, Part, PatientField, Sex, Template, TimeKind, Urgency,
};

/// Words of the same place in both languages.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $german:literal, $english:literal;)*) => {
        impl Language {
            $($(#[$doc])* pub(crate) const fn $name(self) -> &'static str {
                match self {
                    Self::German => $german,
                    Self::English => $english,
                }
            })*
        }
    };
}

words! {
    /// BCP 47.
    tag: "de-DE", "en-GB";
    report: "Konsilbericht", "Consultation report";
    overline: "TELEKONSIL", "TELECONSULTATION";
    version: "Version", "Version";
    page: "Seite", "Page";
    of: "von", "of";
    born: "geb.", "born";
    missing: "nicht angegeben", "not stated";
    patient: "Patient/in", "Patient";
    name_missing: "Name nicht angegeben", "Name not stated";
    family_name: "Nachname", "Family name";
    given_name: "Vorname", "Given name";
    added_later: "Nach der Unterschrift ergänzt", "Added after the signature";
    sex: "Geschlecht", "Sex";
    birth_date: "Geburtsdatum", "Date of birth";
    insurance_number: "Versichertennummer", "Insurance number";
    patient_id: "Patienten-ID der Klinik", "Hospital’s patient ID";
    requester: "Anfordernde Klinik", "Requesting hospital";
    specialist: "Konsiliarische Stelle", "Consulted hospital";
    telephone: "Tel.", "Tel.";
    decision: "Entscheidung", "Decision";
    recommendation: "Empfehlung", "Recommendation";
    request: "Anforderung", "Request";
    question: "Fragestellung", "Question";
    diagnosis: "Diagnose oder Verdacht", "Diagnosis or suspicion";
    medication: "Medikation", "Medication";
    justification: "Begründung (§ 1 Abs. 4)", "Justification (§ 1(4))";
    deadline: "Antwort spätestens", "Answer needed by";
    findings: "Befund", "Findings";
    assessment: "Beurteilung", "Assessment";
    limitations: "Einschränkungen", "Limitations";
    nihss: "NIHSS (National Institutes of Health Stroke Scale)", "NIHSS (National Institutes of Health Stroke Scale)";
    sum: "Summe", "Sum";
    untestable: "nicht untersuchbar", "untestable";
    untestable_note: "Nicht untersuchbare Punkte gehen nicht in die Summe ein.", "Untestable items do not count towards the sum.";
    key_images: "Schlüsselbilder", "Key images";
    key_image: "Schlüsselbild", "Key image";
    not_for_primary: "Nicht zur Primärbefundung", "Not for primary diagnosis";
    series: "Serie", "series";
    image: "Bild", "image";
    frame: "Einzelbild", "frame";
    window: "Fenster", "window";
    from: "vom", "of";
    gone: "Dieses Bild ist auf dem Server nicht mehr vorhanden oder gehört nicht mehr zu diesem Konsil.",
        "This image is no longer held on the server or no longer belongs to this consult.";
    cannot_render: "Dieses Bild kann hier nicht sicher dargestellt werden. Es liegt in der Studie.",
        "This image cannot be shown reliably here. It is in the study.";
    course: "Verlauf", "Course";
    zone_note: "Alle Zeiten in Ortszeit", "All times are local to";
    people: "Beteiligte", "People";
    roll_call: "Anwesend laut Abfrage", "Present at the roll call";
    asked_by: "abgefragt von", "called by";
    consent: "Einwilligung", "Consent";
    recorded_by: "erfasst von", "recorded by";
    consent_missing: "Keine Angabe erfasst", "Nothing recorded";
    signature: "Unterschrift", "Signature";
    signed_by: "Elektronisch unterzeichnet von", "Signed electronically by";
    at: "am", "on";
    signed_note: "Nach der Unterschrift wird der Bericht nicht mehr verändert; Nachträge sind neue Versionen. Fehlende Angaben zur Person werden mit Vermerk ergänzt.",
        "A report is not changed after it is signed; amendments are new versions. Missing personal data are added with a remark.";
    versions: "Versionen", "Versions";
    this_version: "diese", "this one";
    first_version: "Erste Fassung", "First version";
    amends: "Nachtrag: Diese Version ersetzt Version", "Amendment: this version replaces version";
    superseded: "Überholt: Es gibt bereits Version", "Superseded: there is already version";
    reason: "Grund", "Reason";
    legal: "Dokumentation nach § 4 der Telekonsilien-Vereinbarung (§ 367 SGB V).",
        "Documentation by § 4 of the German agreement on teleconsultations (§ 367 SGB V).";
}

impl Language {
    pub(crate) const fn template(self, template: Template) -> &'static str {
        match (self, template) {
            (_, Template::General) => self.report(),
            (Self::German, Template::Stroke) => "Konsilbericht Schlaganfall",
            (Self::German, Template::Neurosurgery) => "Konsilbericht Neurochirurgie",
            (Self::German, Template::Cardiology) => "Konsilbericht Kardiologie",
            (Self::English, Template::Stroke) => "Stroke consultation report",
            (Self::English, Template::Neurosurgery) => "Neurosurgical consultation report",
            (Self::English, Template::Cardiology) => "Cardiological consultation report",
        }
    }

    pub(crate) const fn urgency(self, urgency: Urgency) -> &'static str {
        match (self, urgency) {
            (Self::German, Urgency::Emergency) => "Notfall",
            (Self::German, Urgency::Urgent) => "Dringend",
            (Self::German, Urgency::Elective) => "Elektiv",
            (Self::English, Urgency::Emergency) => "Emergency",
            (Self::English, Urgency::Urgent) => "Urgent",
            (Self::English, Urgency::Elective) => "Elective",
        }
    }

    pub(crate) const fn sex_of(self, sex: Sex) -> &'static str {
        match (self, sex) {
            (Self::German, Sex::Female) => "weiblich",
            (Self::German, Sex::Male) => "männlich",
            (Self::German, Sex::Diverse) => "divers",
            (Self::German, Sex::Unknown) => "unbekannt",
            (Self::English, Sex::Female) => "female",
            (Self::English, Sex::Male) => "male",
            (Self::English, Sex::Diverse) => "diverse",
            (Self::English, Sex::Unknown) => "unknown",
        }
    }

    pub(crate) const fn patient_field(self, field: PatientField) -> &'static str {
        match field {
            PatientField::FamilyName => self.family_name(),
            PatientField::GivenName => self.given_name(),
            PatientField::BirthDate => self.birth_date(),
            PatientField::Sex => self.sex(),
            PatientField::InsuranceNumber => self.insurance_number(),
            PatientField::PatientId => self.patient_id(),
        }
    }

    pub(crate) const fn justification_of(self, justification: Justification) -> &'static str {
        match (self, justification) {
            (Self::German, Justification::Interdisciplinary) => "interdisziplinäre Fragestellung",
            (Self::German, Justification::SpeciallyComplex) => "besonders komplexe Fragestellung",
            (Self::English, Justification::Interdisciplinary) => "interdisciplinary question",
            (Self::English, Justification::SpeciallyComplex) => "specially complex question",
        }
    }

    pub(crate) const fn decision_of(self, decision: Decision) -> &'static str {
        match (self, decision) {
            (Self::German, Decision::TreatHere) => "Behandlung vor Ort",
            (Self::German, Decision::Transfer) => "Verlegung",
            (Self::German, Decision::MoreDiagnostics) => "Weitere Diagnostik",
            (Self::German, Decision::NoAction) => "Keine Maßnahme",
            (Self::German, Decision::Other) => "Anderes (siehe Empfehlung)",
            (Self::English, Decision::TreatHere) => "Treat here",
            (Self::English, Decision::Transfer) => "Transfer",
            (Self::English, Decision::MoreDiagnostics) => "More diagnostics",
            (Self::English, Decision::NoAction) => "No action",
            (Self::English, Decision::Other) => "Other (see recommendation)",
        }
    }

    pub(crate) const fn time(self, kind: TimeKind) -> &'static str {
        match (self, kind) {
            (Self::German, TimeKind::LastSeenWell) => "Zuletzt gesund gesehen",
            (Self::German, TimeKind::Requested) => "Angefordert",
            (Self::German, TimeKind::Accepted) => "Angenommen",
            (Self::German, TimeKind::Door) => "Patient im Haus",
            (Self::German, TimeKind::Imaging) => "Erstes Bild",
            (Self::German, TimeKind::SessionBegan) => "Gespräch begonnen",
            (Self::German, TimeKind::Decision) => "Entscheidung getroffen",
            (Self::German, TimeKind::SessionEnded) => "Gespräch beendet",
            (Self::German, TimeKind::Signed) => "Bericht unterzeichnet",
            (Self::English, TimeKind::LastSeenWell) => "Last seen well",
            (Self::English, TimeKind::Requested) => "Requested",
            (Self::English, TimeKind::Accepted) => "Accepted",
            (Self::English, TimeKind::Door) => "Patient in the house",
            (Self::English, TimeKind::Imaging) => "First image",
            (Self::English, TimeKind::SessionBegan) => "Talk began",
            (Self::English, TimeKind::Decision) => "Decision made",
            (Self::English, TimeKind::SessionEnded) => "Talk ended",
            (Self::English, TimeKind::Signed) => "Report signed",
        }
    }

    pub(crate) const fn part(self, part: Part) -> &'static str {
        match (self, part) {
            (Self::German, Part::Requester) => "anfordernd",
            (Self::German, Part::Specialist) => "konsiliarisch",
            (Self::German, Part::SecondSpecialist) => "zweite Fachperson",
            (Self::German, Part::Interpreter) => "dolmetschend",
            (Self::German, Part::Attendee) => "im Gespräch",
            (Self::German, Part::Guest) => "Gast",
            (Self::English, Part::Requester) => "requesting",
            (Self::English, Part::Specialist) => "consulted",
            (Self::English, Part::SecondSpecialist) => "second specialist",
            (Self::English, Part::Interpreter) => "interpreter",
            (Self::English, Part::Attendee) => "in the talk",
            (Self::English, Part::Guest) => "guest",
        }
    }

    pub(crate) const fn consent_of(self, kind: ConsentKind) -> &'static str {
        match (self, kind) {
            (Self::German, ConsentKind::Given) => "erteilt",
            (Self::German, ConsentKind::GivenByRepresentative) => "von der gesetzlichen Vertretung erteilt",
            (Self::German, ConsentKind::Presumed) => "im Notfall gemutmaßt, Befragung nicht möglich",
            (Self::German, ConsentKind::Refused) => "verweigert",
            (Self::English, ConsentKind::Given) => "given",
            (Self::English, ConsentKind::GivenByRepresentative) => "given by the legal representative",
            (Self::English, ConsentKind::Presumed) => "presumed in the emergency, the patient cannot be asked",
            (Self::English, ConsentKind::Refused) => "refused",
        }
    }

    pub(crate) fn date(self, date: Date) -> String {
        let Date { year, month, day } = date;
        match self {
            Self::German => format!("{day:02}.{month:02}.{year:04}"),
            Self::English => {
                const MONTHS: [&str; 12] =
                    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
                let name = usize::from(month).checked_sub(1).and_then(|month| MONTHS.get(month)).unwrap_or(&"?");
                format!("{day} {name} {year:04}")
            }
        }
    }

    /// Date and time of day.
    pub(crate) fn moment(self, moment: Moment) -> String {
        let Moment { date, hour, minute, .. } = moment;
        let date = self.date(date);
        match self {
            Self::German => format!("{date}, {hour:02}:{minute:02}\u{a0}Uhr"),
            Self::English => format!("{date}, {hour:02}:{minute:02}"),
        }
    }

    /// The same with the distance from UTC.
    pub(crate) fn exact(self, moment: Moment) -> String {
        let Moment { date, hour, minute, second, offset } = moment;
        let sign = if offset < 0 { '−' } else { '+' };
        let (hours, minutes) = (offset.unsigned_abs() / 60, offset.unsigned_abs() % 60);
        let date = self.date(date);
        format!("{date}, {hour:02}:{minute:02}:{second:02} (UTC{sign}{hours:02}:{minutes:02})")
    }

    /// Items of the NIHSS with what each examines.
    pub(crate) const fn nihss_items(self) -> [(&'static str, &'static str); 15] {
        match self {
            Self::German => [
                ("1a", "Bewusstsein"),
                ("1b", "Fragen zum Bewusstsein"),
                ("1c", "Aufforderungen"),
                ("2", "Blickbewegungen"),
                ("3", "Gesichtsfeld"),
                ("4", "Fazialisparese"),
                ("5a", "Arm links"),
                ("5b", "Arm rechts"),
                ("6a", "Bein links"),
                ("6b", "Bein rechts"),
                ("7", "Ataxie"),
                ("8", "Sensibilität"),
                ("9", "Sprache"),
                ("10", "Dysarthrie"),
                ("11", "Neglect"),
            ],
            Self::English => [
                ("1a", "Level of consciousness"),
                ("1b", "LOC questions"),
                ("1c", "LOC commands"),
                ("2", "Best gaze"),
                ("3", "Visual fields"),
                ("4", "Facial palsy"),
                ("5a", "Left arm"),
                ("5b", "Right arm"),
                ("6a", "Left leg"),
                ("6b", "Right leg"),
                ("7", "Limb ataxia"),
                ("8", "Sensory"),
                ("9", "Best language"),
                ("10", "Dysarthria"),
                ("11", "Neglect"),
            ],
        }
    }
}
