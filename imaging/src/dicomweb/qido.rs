//! QIDO-RS: what is searched for, and how the finds are worded. PS3.18 § 10.6.

use super::{attribute, put};
use crate::index::{InstanceColumns, SeriesColumns, StudyColumns};
use serde_json::{Map, Value};

/// Results of one request at most. More: a longer hold on the database. Less: clients that do not page miss some.
pub const LIMIT_MAX: u32 = 1000;

/// Matching keys of one request at most. More: a longer statement for the database, whose parser gives up at a
/// thousand conditions. Less than the 20 that exist: refuses what can be asked for.
const KEYS_MAX: usize = 32;
/// UIDs in one list at most; each is a bound parameter, of which databases take 32,766. Less: refuses a worklist.
const UIDS_MAX: usize = 1000;

/// What is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Study,
    Series,
    Instance,
}

/// An attribute that can be matched on: one database column each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    StudyInstanceUid,
    PatientName,
    PatientId,
    PatientBirthDate,
    PatientSex,
    StudyDate,
    StudyTime,
    AccessionNumber,
    StudyId,
    StudyDescription,
    ReferringPhysicianName,
    ModalitiesInStudy,
    SeriesInstanceUid,
    Modality,
    SeriesNumber,
    SeriesDescription,
    BodyPartExamined,
    SopInstanceUid,
    SopClassUid,
    InstanceNumber,
}

/// How a value is compared (PS3.4 § C.2.2.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uid,
    /// Exact, or with wildcards.
    Text,
    /// Case never counts (PS3.4 § C.2.2.2.1), so a plain name is a pattern too.
    Name,
    /// Single value or range.
    Date,
    Number,
}

const KEYS: [(Key, &str, &str, Level, Kind); 20] = [
    (Key::StudyInstanceUid, "0020000D", "StudyInstanceUID", Level::Study, Kind::Uid),
    (Key::PatientName, "00100010", "PatientName", Level::Study, Kind::Name),
    (Key::PatientId, "00100020", "PatientID", Level::Study, Kind::Text),
    (Key::PatientBirthDate, "00100030", "PatientBirthDate", Level::Study, Kind::Date),
    (Key::PatientSex, "00100040", "PatientSex", Level::Study, Kind::Text),
    (Key::StudyDate, "00080020", "StudyDate", Level::Study, Kind::Date),
    (Key::StudyTime, "00080030", "StudyTime", Level::Study, Kind::Date),
    (Key::AccessionNumber, "00080050", "AccessionNumber", Level::Study, Kind::Text),
    (Key::StudyId, "00200010", "StudyID", Level::Study, Kind::Text),
    (Key::StudyDescription, "00081030", "StudyDescription", Level::Study, Kind::Text),
    (Key::ReferringPhysicianName, "00080090", "ReferringPhysicianName", Level::Study, Kind::Name),
    (Key::ModalitiesInStudy, "00080061", "ModalitiesInStudy", Level::Study, Kind::Text),
    (Key::SeriesInstanceUid, "0020000E", "SeriesInstanceUID", Level::Series, Kind::Uid),
    (Key::Modality, "00080060", "Modality", Level::Series, Kind::Text),
    (Key::SeriesNumber, "00200011", "SeriesNumber", Level::Series, Kind::Number),
    (Key::SeriesDescription, "0008103E", "SeriesDescription", Level::Series, Kind::Text),
    (Key::BodyPartExamined, "00180015", "BodyPartExamined", Level::Series, Kind::Text),
    (Key::SopInstanceUid, "00080018", "SOPInstanceUID", Level::Instance, Kind::Uid),
    (Key::SopClassUid, "00080016", "SOPClassUID", Level::Instance, Kind::Uid),
    (Key::InstanceNumber, "00200013", "InstanceNumber", Level::Instance, Kind::Number),
];

/// What a column must be. Holds patient data; no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum Test {
    Is(String),
    /// One of these UIDs.
    OneOf(Vec<String>),
    /// `*` stands for any run of characters, `?` for one. Case does not count: wildcards are for people who search.
    Wildcard(String),
    /// Both ends included; an open end is `None`. Texts that sort as they mean (`YYYYMMDD`, `HHMMSS`).
    Between(Option<String>, Option<String>),
    Number(i32),
}

/// One condition. All conditions of a query must hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Match {
    pub key: Key,
    pub test: Test,
}

impl Match {
    /// Whether a value passes. An absent value passes no test (PS3.4 § C.2.2.2.1).
    pub fn accepts(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return false };
        match &self.test {
            Test::Is(wanted) => value == wanted,
            Test::OneOf(wanted) => wanted.iter().any(|wanted| wanted == value),
            Test::Wildcard(pattern) => glob(&pattern.to_lowercase(), &value.to_lowercase()),
            Test::Between(from, to) => {
                from.as_deref().is_none_or(|from| from <= value) && to.as_deref().is_none_or(|to| value <= to)
            }
            Test::Number(wanted) => value.parse() == Ok(*wanted),
        }
    }
}

/// Matches `*` and `?` in time proportional to the product of the lengths at worst.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // The last star and where its run ends so far: the only place to go back to.
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(character) if *character == '?' || *character == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, end)) = star else { return false };
                star = Some((at, end + 1));
                p = at + 1;
                t = end + 1;
            }
        }
    }
    pattern[p..].iter().all(|character| *character == '*')
}

/// A search.
#[derive(Clone)]
pub struct Query {
    pub level: Level,
    pub matches: Vec<Match>,
    pub limit: u32,
    pub offset: u32,
    /// Parameters that are not matched on, for the warning that PS3.18 § 8.3.4 asks for (`Warning: 299`).
    pub ignored: Vec<String>,
    /// The client asked for fuzzy matching, which is not offered (also a warning).
    pub fuzzy: bool,
}

/// Why a query is not answered. Names the parameter, never its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    #[error("the query parameter {0} cannot be read")]
    Unreadable(String),
    #[error("the query parameter {0} is given twice")]
    Repeated(&'static str),
    #[error("the query has more than {KEYS_MAX} matching keys")]
    TooManyKeys,
}

impl Query {
    /// Reads decoded query parameters. Matching on attributes of the levels above is part of the standard's
    /// relational queries and offered throughout.
    pub fn parse<'a>(level: Level, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, BadQuery> {
        let mut query =
            Self { level, matches: Vec::new(), limit: LIMIT_MAX, offset: 0, ignored: Vec::new(), fuzzy: false };
        let mut keys = Vec::new();
        for (name, value) in pairs {
            let number = || value.parse::<u32>().map_err(|_| BadQuery::Unreadable(name.to_owned()));
            match name {
                "limit" => query.limit = number()?.min(LIMIT_MAX),
                "offset" => query.offset = number()?,
                // All columns are always answered, so there is nothing to include.
                "includefield" => {}
                "fuzzymatching" => query.fuzzy = value == "true",
                _ => query.condition(name, value, &mut keys)?,
            }
        }
        Ok(query)
    }

    /// `keys` are those that came before, also where they are no condition.
    fn condition(&mut self, name: &str, value: &str, keys: &mut Vec<Key>) -> Result<(), BadQuery> {
        if keys.len() + self.ignored.len() >= KEYS_MAX {
            return Err(BadQuery::TooManyKeys);
        }
        let found = KEYS
            .iter()
            .find(|(_, tag, keyword, ..)| tag.eq_ignore_ascii_case(name) || *keyword == name)
            .filter(|(_, _, _, level, _)| *level <= self.level);
        let Some((key, _, keyword, _, kind)) = found else {
            self.ignored.push(name.to_owned());
            return Ok(());
        };
        if keys.contains(key) {
            return Err(BadQuery::Repeated(keyword));
        }
        keys.push(*key);
        let value = value.trim();
        // Universal matching: no condition.
        if value.is_empty() || value.bytes().all(|byte| byte == b'*') {
            return Ok(());
        }
        let test = test(*kind, value).ok_or_else(|| BadQuery::Unreadable(name.to_owned()))?;
        self.matches.push(Match { key: *key, test });
        Ok(())
    }
}

fn test(kind: Kind, value: &str) -> Option<Test> {
    match kind {
        Kind::Uid => {
            let uids: Vec<String> = value.split([',', '\\']).map(|uid| uid.trim().to_owned()).collect();
            (uids.len() <= UIDS_MAX && uids.iter().all(|uid| is_uid(uid))).then_some(Test::OneOf(uids))
        }
        Kind::Number => value.parse().ok().map(Test::Number),
        Kind::Date => range(value),
        Kind::Name => Some(Test::Wildcard(value.to_owned())),
        Kind::Text if value.contains(['*', '?']) => Some(Test::Wildcard(value.to_owned())),
        Kind::Text => Some(Test::Is(value.to_owned())),
    }
}

fn is_uid(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `from-to`, `from-`, `-to`, or a single value. Digits only, with `.` and `:` taken out (old forms of times).
fn range(value: &str) -> Option<Test> {
    let end = |text: &str| {
        let digits: String = text.chars().filter(|character| !matches!(character, ':')).collect();
        (digits.len() <= 16 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')).then_some(digits)
    };
    let Some((from, to)) = value.split_once('-') else { return end(value).map(Test::Is) };
    let (from, to) = (end(from.trim())?, end(to.trim())?);
    if from.is_empty() && to.is_empty() {
        return None;
    }
    let open = |text: String| (!text.is_empty()).then_some(text);
    Some(Test::Between(open(from), open(to)))
}

/// A study as found.
pub struct StudyFound<'a> {
    pub columns: &'a StudyColumns,
    /// Distinct modalities of its series.
    pub modalities: &'a [String],
    pub series: u32,
    pub instances: u32,
}

/// A study in DICOM JSON, PS3.18 Table 10.6.3-3.
pub fn study(found: &StudyFound<'_>, retrieve_url: &str) -> Value {
    let mut map = study_map(found.columns);
    let modalities = found.modalities.iter().map(|modality| modality.as_str().into()).collect();
    map.insert("00080061".into(), attribute("CS", modalities));
    put(&mut map, "00201206", "IS", found.series);
    put(&mut map, "00201208", "IS", found.instances);
    finish(map, retrieve_url)
}

/// A series in DICOM JSON, Table 10.6.3-4. `study` where the search was not within one study.
pub fn series(study: Option<&StudyColumns>, columns: &SeriesColumns, instances: u32, retrieve_url: &str) -> Value {
    let mut map = study.map(study_map).unwrap_or_default();
    series_map(&mut map, columns);
    put(&mut map, "00201209", "IS", instances);
    finish(map, retrieve_url)
}

/// An instance in DICOM JSON, Table 10.6.3-5. `study` and `series` where the search was not within one.
pub fn instance(
    study: Option<&StudyColumns>,
    series: Option<&SeriesColumns>,
    columns: &InstanceColumns,
    retrieve_url: &str,
) -> Value {
    let mut map = study.map(study_map).unwrap_or_default();
    if let Some(series) = series {
        series_map(&mut map, series);
    }
    put(&mut map, "00080016", "UI", columns.sop_class_uid.as_str());
    put(&mut map, "00080018", "UI", columns.sop_instance_uid.as_str());
    put(&mut map, "00083002", "UI", columns.transfer_syntax_uid.as_str());
    let number = columns.instance_number.map(Value::from);
    map.insert("00200013".into(), attribute("IS", number.into_iter().collect()));
    for (key, value) in
        [("00280010", columns.rows), ("00280011", columns.columns), ("00280100", columns.bits_allocated)]
    {
        if let Some(value) = value {
            put(&mut map, key, "US", value);
        }
    }
    if columns.number_of_frames > 0 {
        put(&mut map, "00280008", "IS", columns.number_of_frames);
    }
    finish(map, retrieve_url)
}

fn study_map(columns: &StudyColumns) -> Map<String, Value> {
    let mut map = Map::new();
    put(&mut map, "0020000D", "UI", columns.study_instance_uid.as_str());
    let texts = [
        ("00080020", "DA", &columns.study_date),
        ("00080030", "TM", &columns.study_time),
        ("00080050", "SH", &columns.accession_number),
        ("00080090", "PN", &columns.referring_physician_name),
        ("00081030", "LO", &columns.study_description),
        ("00100010", "PN", &columns.patient_name),
        ("00100020", "LO", &columns.patient_id),
        ("00100030", "DA", &columns.patient_birth_date),
        ("00100040", "CS", &columns.patient_sex),
        ("00200010", "SH", &columns.study_id),
    ];
    put_texts(&mut map, texts);
    map
}

fn series_map(map: &mut Map<String, Value>, columns: &SeriesColumns) {
    put(map, "0020000E", "UI", columns.series_instance_uid.as_str());
    let texts = [
        ("00080060", "CS", &columns.modality),
        ("0008103E", "LO", &columns.series_description),
        ("00180015", "CS", &columns.body_part_examined),
        ("00400244", "DA", &columns.performed_date),
        ("00400245", "TM", &columns.performed_time),
    ];
    put_texts(map, texts);
    let number = columns.series_number.map(Value::from);
    map.insert("00200011".into(), attribute("IS", number.into_iter().collect()));
}

fn put_texts<const N: usize>(map: &mut Map<String, Value>, texts: [(&str, &str, &Option<String>); N]) {
    for (key, vr, text) in texts {
        let value = text.as_deref().map(|text| if vr == "PN" { crate::index::person(text) } else { text.into() });
        map.insert(key.to_owned(), attribute(vr, value.into_iter().filter(|value| !value.is_null()).collect()));
    }
}

fn finish(mut map: Map<String, Value>, retrieve_url: &str) -> Value {
    put(&mut map, "00080005", "CS", "ISO_IR 192");
    put(&mut map, "00080056", "CS", "ONLINE");
    put(&mut map, "00081190", "UR", retrieve_url);
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(level: Level, name: &str, value: &str) -> Option<Match> {
        Query::parse(level, [(name, value)]).ok()?.matches.pop()
    }

    #[test]
    fn keys_are_known_by_tag_and_by_keyword() {
        for name in ["PatientID", "00100020"] {
            assert!(one(Level::Study, name, "7").is_some_and(|found| found.key == Key::PatientId));
        }
        let query = Query::parse(Level::Study, [("SeriesNumber", "1"), ("Unheard", "2")]).unwrap();
        assert!(query.matches.is_empty());
        assert_eq!(query.ignored, ["SeriesNumber", "Unheard"]);
    }

    #[test]
    fn names_and_wildcards_compare_without_case_and_codes_exactly() {
        let accepts = |name, query, value| one(Level::Study, name, query).unwrap().accepts(Some(value));
        assert!(accepts("PatientName", "müller^*", "MÜLLER^ANNA"));
        assert!(accepts("PatientName", "Müller^Anna", "MÜLLER^ANNA"));
        assert!(accepts("PatientName", "M?ller*a", "Möller^Anna"));
        assert!(!accepts("PatientName", "M?ller*b", "Möller^Anna"));
        assert!(accepts("PatientID", "100%", "100%") && !accepts("PatientID", "100%", "1000"));
        assert!(!accepts("PatientSex", "f", "F"));
        assert!(one(Level::Study, "PatientID", "*").is_none(), "universal matching is no condition");
        assert!(!one(Level::Study, "PatientID", "7").unwrap().accepts(None));
    }

    #[test]
    fn a_pattern_of_many_stars_takes_no_time() {
        let pattern = "*a".repeat(500);
        let found = one(Level::Study, "PatientID", &pattern).unwrap();
        assert!(!found.accepts(Some(&"a".repeat(499))) && found.accepts(Some(&"a".repeat(500))));
    }

    #[test]
    fn ranges_may_be_open() {
        let test = |value| one(Level::Study, "StudyDate", value).map(|found| found.test);
        assert!(test("20260101-20260131") == Some(Test::Between(Some("20260101".into()), Some("20260131".into()))));
        assert!(test("20260101-") == Some(Test::Between(Some("20260101".into()), None)));
        assert!(test("20260101") == Some(Test::Is("20260101".into())));
        let range = one(Level::Study, "StudyDate", "20260101-20260131").unwrap();
        assert!(range.accepts(Some("20260131")) && !range.accepts(Some("20260201")));
        assert!(Query::parse(Level::Study, [("StudyDate", "yesterday")]).is_err());
        assert!(Query::parse(Level::Study, [("StudyDate", "-")]).is_err());
    }

    #[test]
    fn a_key_counts_once_and_keys_are_bounded() {
        let parse = |pairs: &[(&str, &str)]| Query::parse(Level::Study, pairs.iter().copied()).err();
        assert_eq!(parse(&[("PatientID", "1"), ("00100020", "*")]), Some(BadQuery::Repeated("PatientID")));
        assert_eq!(parse(&[("includefield", "all"); 100]), None);
        assert_eq!(parse(&[("Unheard", "1"); KEYS_MAX]), None);
        assert_eq!(parse(&[("Unheard", "1"); KEYS_MAX + 1]), Some(BadQuery::TooManyKeys));
        assert!(parse(&[("StudyInstanceUID", &"1,".repeat(40_000))]).is_some());
    }

    #[test]
    fn limits_are_bounded_and_nonsense_is_named() {
        assert_eq!(Query::parse(Level::Study, [("limit", "99999")]).unwrap().limit, LIMIT_MAX);
        assert_eq!(Query::parse(Level::Study, [("limit", "-1")]).err(), Some(BadQuery::Unreadable("limit".into())));
        assert_eq!(
            Query::parse(Level::Study, [("StudyInstanceUID", "1.2' OR 1=1")]).err(),
            Some(BadQuery::Unreadable("StudyInstanceUID".into()))
        );
    }
}
