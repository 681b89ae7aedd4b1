//! QIDO-RS search for studies (PS3.18 § 8.3.4, matching by PS3.4 C.2.2.2).
//!
//! Column names come from the match below, values only as bound parameters.

use super::{Conn, Result, Sql, all, studies};
use crate::{
    app::ports::{ColumnTest, StudyColumn, StudyRow, StudySearch},
    store::fold::{clean, fold, like},
};

pub(in crate::store) async fn search(db: &mut Conn, search: &StudySearch) -> Result<Vec<StudyRow>> {
    let mut sql = Sql::new(concat!("SELECT ", studies::columns!(), " FROM studies st WHERE (1 = 0"));
    if let Some(hospital) = search.hospital {
        sql.push(" OR st.hospital_id = ").push_bind(hospital);
    }
    if !search.studies.is_empty() {
        sql.push(" OR st.id IN (");
        let mut ids = sql.separated(", ");
        search.studies.iter().for_each(|id| {
            ids.push_bind(*id);
        });
        sql.push(")");
    }
    sql.push(") AND st.wrapped_key IS NOT NULL");
    for (column, test) in &search.tests {
        sql.push(" AND ");
        match column {
            StudyColumn::Modality => {
                sql.push("EXISTS (SELECT 1 FROM series se WHERE se.study_id = st.id AND ");
                push_test(&mut sql, *column, test);
                sql.push(")");
            }
            _ => push_test(&mut sql, *column, test),
        }
    }
    sql.push(" ORDER BY st.study_date DESC NULLS LAST, st.created_at DESC, st.id DESC LIMIT ");
    sql.push_bind(i64::from(search.limit)).push(" OFFSET ").push_bind(i64::from(search.offset));
    // Each combination of tests is another statement: keeping them prepared would drive the common ones out.
    all(&sql.build().persistent(false).fetch_all(db).await?, studies::read)
}

fn push_test(sql: &mut Sql, column: StudyColumn, test: &ColumnTest) {
    let name = plain(column);
    match test {
        ColumnTest::Equals(value) => {
            sql.push(name).push(" = ").push_bind(clean(value).into_owned());
        }
        ColumnTest::AnyOf(values) if values.is_empty() => {
            sql.push("1 = 0");
        }
        ColumnTest::AnyOf(values) => {
            sql.push(name).push(" IN (");
            let mut list = sql.separated(", ");
            values.iter().for_each(|value| {
                list.push_bind(clean(value).into_owned());
            });
            sql.push(")");
        }
        ColumnTest::Wildcard(pattern) => push_wildcard(sql, column, pattern),
        ColumnTest::Range { from, to } => {
            sql.push("(1 = 1");
            if let Some(from) = from {
                sql.push(" AND ").push(name).push(" >= ").push_bind(clean(from).into_owned());
            }
            if let Some(to) = to {
                sql.push(" AND ").push(name).push(" <= ").push_bind(clean(to).into_owned());
            }
            sql.push(")");
        }
    }
}

/// Names and descriptions compare with their folded twins; identifiers and codes, which are ASCII, with `lower`, which
/// folds ASCII only on both engines (PostgreSQL's columns are in the collation "C").
fn push_wildcard(sql: &mut Sql, column: StudyColumn, pattern: &str) {
    let pattern = clean(pattern);
    let twin = match column {
        StudyColumn::PatientName => Some("st.folded_patient_name"),
        StudyColumn::ReferringPhysician => Some("st.folded_referring_physician"),
        StudyColumn::StudyDescription => Some("st.folded_study_description"),
        _ => None,
    };
    let folded = if twin.is_some() { fold(&pattern) } else { pattern.to_ascii_lowercase() };
    match (like(&folded), twin) {
        (None, _) => sql.push("1 = 0"),
        (Some(like), Some(twin)) => sql.push(twin).push(" LIKE ").push_bind(like).push(r" ESCAPE '\'"),
        (Some(like), None) => {
            sql.push("lower(").push(plain(column)).push(") LIKE ").push_bind(like).push(r" ESCAPE '\'")
        }
    };
}

fn plain(column: StudyColumn) -> &'static str {
    match column {
        StudyColumn::StudyInstanceUid => "st.study_instance_uid",
        StudyColumn::StudyDate => "st.study_date",
        StudyColumn::StudyTime => "st.study_time",
        StudyColumn::AccessionNumber => "st.accession_number",
        StudyColumn::ReferringPhysician => "st.referring_physician",
        StudyColumn::StudyDescription => "st.study_description",
        StudyColumn::PatientName => "st.patient_name",
        StudyColumn::PatientId => "st.patient_id",
        StudyColumn::PatientBirthDate => "st.patient_birth_date",
        StudyColumn::PatientSex => "st.patient_sex",
        StudyColumn::StudyId => "st.dicom_study_id",
        StudyColumn::Modality => "se.modality",
    }
}
