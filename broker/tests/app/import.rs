//! The directory as tables: bad lines are told, good ones written, and the same file twice changes nothing.

use crate::stage::Stage;
use schemas::{
    directory::Role,
    import::{
        ExportQuery, ImportMode, ImportProblem as Problem, ImportQuery, ImportReport, TableEncoding, TableKind,
        ValueClass,
    },
    reports::FileLanguage,
};
use telekonsil::app::{Actor, Error};

struct Desk {
    stage: Stage,
    admin: Actor,
}

impl Desk {
    async fn new(stage: Stage) -> Self {
        let admin = stage.signed_in_as("weiler@auenstadt.example").await;
        Self { stage, admin }
    }

    async fn import(&self, table: TableKind, mode: ImportMode, file: &[u8]) -> ImportReport {
        self.stage.app.import(&self.admin, ImportQuery { table, mode }, file).await.expect("is read")
    }

    async fn export(&self, table: TableKind, language: FileLanguage) -> Vec<u8> {
        let query = ExportQuery { table, language: Some(language) };
        self.stage.app.directory_table(&self.admin, query).await.expect("is written").bytes
    }
}

fn counts(report: &ImportReport) -> (u32, u32, u32, u32, bool) {
    (report.new, report.changed, report.unchanged, report.bad, report.written)
}

fn faults(report: &ImportReport) -> Vec<(u32, &str, ValueClass, Problem)> {
    report
        .faults
        .iter()
        .map(|fault| (fault.line, fault.column.as_deref().unwrap_or("-"), fault.value, fault.problem))
        .collect()
}

const PEOPLE: &str = "E-Mail;Name;Krankenhaus;Telefon;Rollen;Netzwerke;Sprachen;Qualifikationen;aktiv
neu@tannbach.example;Dr. Neu;Krankenhaus Tannbach;'+49 7000 4000-9;anfordernd;;de|en;;ja
falk@auenstadt.example;Dr. Miriam Falk-Berg;Universitätsklinikum Auenstadt;+49 7000 1000-1041;specialist;Schlaganfallverbund Auental;de|en;stroke_neurology;ja
ohlsen@tannbach.example;Dr. Jana Ohlsen;Krankenhaus Tannbach;Pforte;referrer;;de|en;;ja
x;Ohne Adresse;Krankenhaus Tannbach;;referrer;;;;ja
a@b.example;Anna;Krankenhaus Nirgends;;referrer;;;;ja
b@b.example;Bernd;Krankenhaus Tannbach;;Hausmeister;;;;ja
c@b.example;Carla;Krankenhaus Tannbach;;specialist;;;radiology;ja
NEU@tannbach.example;Dr. Neu;Krankenhaus Tannbach;;referrer;;;;ja
d@b.example;Dora;Krankenhaus Tannbach
weiler@auenstadt.example;Jonas Weiler;Universitätsklinikum Auenstadt;;admin;;de|en;;nein
";

on_both! {
    async fn each_bad_line_is_told_with_what_to_do_and_without_its_value(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let report = desk.import(TableKind::People, ImportMode::Check, PEOPLE.as_bytes()).await;
        assert_eq!(counts(&report), (1, 1, 0, 8, false), "{report:?}");
        assert_eq!(report.encoding, TableEncoding::Utf8);
        assert_eq!(
            faults(&report),
            [
                (4, "Telefon", ValueClass::Text, Problem::NotPhone),
                (5, "E-Mail", ValueClass::Text, Problem::NotEmail),
                (6, "Krankenhaus", ValueClass::Text, Problem::Unknown),
                (7, "Rollen", ValueClass::Text, Problem::NotChoice),
                (8, "Netzwerke", ValueClass::Empty, Problem::NeedsMore),
                (9, "E-Mail", ValueClass::Email, Problem::Twice),
                (10, "-", ValueClass::Text, Problem::WrongCells),
                (11, "aktiv", ValueClass::Text, Problem::NotAllowed),
            ]
        );
        let changed: Vec<_> = report.changes.iter().map(|change| (change.line, change.is_new, change.columns.join("|"))).collect();
        assert_eq!(changed, [(2, true, String::new()), (3, false, "Name".to_owned())], "the number was the same");
        // Checked is not written, and all or nothing is nothing.
        let whole = desk.import(TableKind::People, ImportMode::Whole, PEOPLE.as_bytes()).await;
        assert_eq!(counts(&whole), (1, 1, 0, 8, false));
        assert!(!desk.stage.app.directory_rows().await.unwrap().people.iter().any(|row| row.email.starts_with("neu@")));

        let good = desk.import(TableKind::People, ImportMode::Good, PEOPLE.as_bytes()).await;
        assert_eq!(counts(&good), (1, 1, 0, 8, true));
        let rows = desk.stage.app.directory_rows().await.unwrap();
        let new = rows.people.iter().find(|row| row.email == "neu@tannbach.example").expect("is written");
        assert_eq!((new.phone.as_deref(), new.roles.as_slice()), (Some("+49 7000 4000-9"), &["referrer".to_owned()][..]));
        assert!(rows.people.iter().any(|row| row.name == "Dr. Miriam Falk-Berg"));
        let again = desk.import(TableKind::People, ImportMode::Good, PEOPLE.as_bytes()).await;
        assert_eq!(counts(&again), (0, 0, 2, 8, true));
        // Somebody who gets a role by a file is told of like somebody who gets it by hand.
        let privacy = desk.stage.signed_in_as("brandt@auenstadt.example").await;
        let notices = desk.stage.app.notices(&privacy, Default::default()).await.unwrap().notices;
        assert!(notices.iter().any(|notice| notice.about.as_ref().is_some_and(|who| who.name == "Dr. Neu")));
    }

    async fn what_is_exported_is_read_again_as_unchanged_in_both_languages(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let departments = "Krankenhaus,Name,Telefon\nKrankenhaus Tannbach,Notaufnahme,+49 7000 4000-5\n";
        assert_eq!(counts(&desk.import(TableKind::Departments, ImportMode::Whole, departments.as_bytes()).await), (1, 0, 0, 0, true));
        let member = "email;department\nohlsen@tannbach.example;Notaufnahme\n";
        assert_eq!(counts(&desk.import(TableKind::People, ImportMode::Whole, member.as_bytes()).await), (0, 1, 0, 0, true));
        for table in [TableKind::Hospitals, TableKind::Departments, TableKind::Services, TableKind::People, TableKind::Contracts] {
            for language in [FileLanguage::De, FileLanguage::En] {
                let file = desk.export(table, language).await;
                let report = desk.import(table, ImportMode::Whole, &file).await;
                assert_eq!((report.new, report.changed, report.bad), (0, 0, 0), "{table:?}: {report:?}");
                assert!(report.unchanged > 0, "{table:?}");
            }
        }
        let text = String::from_utf8(desk.export(TableKind::People, FileLanguage::De).await).unwrap();
        assert!(text.contains(";'+49 7000 "), "no office program computes a number: {text}");
        assert!(text.contains("ohlsen@tannbach.example;Dr. Jana Ohlsen;Krankenhaus Tannbach;Notaufnahme;"), "{text}");
    }

    async fn a_whole_house_comes_in_by_four_tables_of_an_old_office(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let read = async |table, text: &str| {
            // As Excel of a German Windows writes it.
            let file: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("Latin-1")).collect();
            let report = desk.import(table, ImportMode::Whole, &file).await;
            assert!(report.written && report.bad == 0, "{table:?}: {report:?}");
            report
        };
        let report = read(TableKind::Hospitals, "Name;Ort;Telefon\r\nKlinik Süßen;Süßen;07162 1-0\r\n").await;
        assert_eq!(report.encoding, TableEncoding::Windows1252);
        read(TableKind::Services, "Netzwerk;Name;Fachgebiet;Notfalltelefon\r\nFachverbund Auental;Kinderkardiologie für alle;Kardiologie;112\r\nFachverbund Auental;Gefäße;radiology;112\r\n").await;
        read(TableKind::Contracts, "Netzwerk;Dienst;leistet;Krankenhaus\r\nFachverbund Auental;Gefäße;Klinikum Lindhall;Klinik Süßen\r\n").await;
        read(TableKind::People, "E-Mail;Name;Krankenhaus;Rollen;Sprachen\r\ns@süßen.example;Dr. Grün;Klinik Süßen;anfordernd;de\r\n").await;
        let rows = desk.stage.app.directory_rows().await.unwrap();
        let service = rows.services.iter().find(|row| row.name == "Gefäße").expect("is there");
        assert!(rows.policies.iter().any(|row| row.service_id == service.id), "it can ring");
        assert!(rows.contracts.iter().any(|row| row.service_id == service.id));
    }

    async fn only_administrators_read_and_write_tables_and_a_file_of_another_kind_is_refused(fixture) {
        let desk = Desk::new(Stage::new(&fixture).await).await;
        let Stage { app, coordinator, referrer, .. } = &desk.stage;
        let query = ImportQuery { table: TableKind::Hospitals, mode: ImportMode::Check };
        for actor in [coordinator, referrer] {
            assert!(matches!(app.import(actor, query, b"Name").await, Err(Error::Forbidden)));
            let export = ExportQuery { table: TableKind::People, language: None };
            assert!(matches!(app.directory_table(actor, export).await, Err(Error::Forbidden)));
        }
        for file in [&b""[..], b"E-Mail;Name", b"{\"json\": 1}", &[0, 159, 146, 150]] {
            assert!(matches!(app.import(&desk.admin, query, file).await, Err(Error::InvalidField(_))));
        }
    }

    async fn the_telephone_book_reaches_as_far_as_the_networks(fixture) {
        let stage = Stage::new(&fixture).await;
        let Stage { app, coordinator, referrer, .. } = &stage;
        let houses = app.phone_book(coordinator).await.expect("reads");
        assert_eq!(houses.iter().map(|house| house.name.as_str()).collect::<Vec<_>>(), [
            "Klinikum Lindhall", "Klinikum Rabenbrunn", "Krankenhaus Tannbach", "Universitätsklinikum Auenstadt",
        ]);
        let ohlsen = houses[2].people.iter().find(|person| person.name == "Dr. Jana Ohlsen").expect("is there");
        assert_eq!(ohlsen.roles, [Role::Referrer]);
        assert!(ohlsen.phone.is_some());
        let elsewhere = Actor { networks: vec![], ..coordinator.clone() };
        assert_eq!(app.phone_book(&elsewhere).await.expect("reads").len(), 1, "the own house");
        assert!(matches!(app.phone_book(referrer).await, Err(Error::Forbidden)));
    }
}
