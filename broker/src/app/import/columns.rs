//! Columns by their names at the head of a table, in German and English.

use schemas::{import::TableKind, reports::FileLanguage};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Name,
    City,
    Phone,
    Hospital,
    Department,
    Network,
    Service,
    Provider,
    Specialty,
    FallbackPhone,
    Zone,
    Exclusive,
    Email,
    Roles,
    Networks,
    Languages,
    Qualifications,
    Active,
}

use Column::{
    Active, City, Department, Email, Exclusive, FallbackPhone, Hospital, Languages, Name, Network, Networks, Phone,
    Provider, Qualifications, Roles, Service, Specialty, Zone,
};

impl Column {
    /// As an export names it.
    pub(super) const fn name(self, language: FileLanguage) -> &'static str {
        let (german, english) = self.names();
        match language {
            FileLanguage::De => german,
            FileLanguage::En => english,
        }
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Name => ("Name", "name"),
            City => ("Ort", "city"),
            Phone => ("Telefon", "phone"),
            Hospital => ("Krankenhaus", "hospital"),
            Department => ("Abteilung", "department"),
            Network => ("Netzwerk", "network"),
            Service => ("Dienst", "service"),
            Provider => ("leistet", "provider"),
            Specialty => ("Fachgebiet", "specialty"),
            FallbackPhone => ("Notfalltelefon", "fallback_phone"),
            Zone => ("Zeitzone", "zone"),
            Exclusive => ("exklusiv", "exclusive"),
            Email => ("E-Mail", "email"),
            Roles => ("Rollen", "roles"),
            Networks => ("Netzwerke", "networks"),
            Languages => ("Sprachen", "languages"),
            Qualifications => ("Qualifikationen", "qualifications"),
            Active => ("aktiv", "active"),
        }
    }

    /// Whatever its case.
    pub(super) fn named(text: &str, kind: TableKind) -> Option<Self> {
        let wanted = text.trim().to_lowercase();
        let is = |column: &&Self| {
            let (german, english) = column.names();
            german.to_lowercase() == wanted || english == wanted
        };
        of(kind).iter().find(is).copied()
    }
}

/// All columns of a table, in the order of an export.
pub(super) const fn of(kind: TableKind) -> &'static [Column] {
    match kind {
        TableKind::Hospitals => &[Name, City, Phone],
        TableKind::Departments => &[Hospital, Name, Phone],
        TableKind::Services => &[Network, Name, Specialty, FallbackPhone, Zone, Exclusive],
        TableKind::People => {
            &[Email, Name, Hospital, Department, Phone, Roles, Networks, Languages, Qualifications, Active]
        }
        TableKind::Contracts => &[Network, Service, Provider, Hospital],
    }
}

/// Those that a line is known by.
pub(super) const fn keys(kind: TableKind) -> &'static [Column] {
    match kind {
        TableKind::Hospitals => &[Name],
        TableKind::Departments => &[Hospital, Name],
        TableKind::Services => &[Network, Name],
        TableKind::People => &[Email],
        TableKind::Contracts => &[Network, Service, Provider, Hospital],
    }
}
