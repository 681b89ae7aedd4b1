//! The one write of a consult.
//!
//! Order matters. The snapshot's compare-and-set comes first: a writer that lost waits for the winner's row there and
//! leaves before it holds anything that others need. The position counter comes late, because from it to the commit
//! all appends of all consults stand in line; only the insertion of the events follows it, whose rows carry their
//! position. The events' primary key is the last word on who was first.

use super::{Conn, Query, Result, Sql, counters, delivery, guests, past, purge, query, slots};
use crate::app::ports::{Append, Appended, EventRow, RepoError, SnapshotRow};
use std::collections::BTreeSet;
use uuid::Uuid;

/// On everything but [`Appended::At`] the caller rolls back.
pub(in crate::store) async fn append(db: &mut Conn, write: &Append) -> Result<Appended> {
    check(write)?;
    let won = match write.expected_seq {
        0 => insert_snapshot(db, &write.snapshot).await?,
        expected => update_snapshot(db, &write.snapshot, expected).await?,
    };
    if !won {
        return Ok(Appended::Conflict);
    }
    insert_people(db, write).await?;
    if !insert_studies(db, write).await? {
        return Ok(Appended::StudyPurged);
    }
    detach_studies(db, write).await?;
    for guest_id in &write.sent_away {
        guests::end(db, write.consult_id, *guest_id).await?;
    }
    if let Some(row) = &write.overflow {
        past::overflowed(db, write.consult_id, row.service_id, row.since).await?;
    }
    delivery::queue(db, &write.messages).await?;
    delivery::end(db, &write.message_ends).await?;
    if let Some(booking) = &write.booking
        && !slots::write(db, write.consult_id, booking).await?
    {
        return Ok(Appended::Conflict);
    }
    let count = write.events.len() as i64;
    let position = counters::raise(db, counters::LOG, count).await?;
    if insert_events(db, write.consult_id, &write.events, position - count).await? != count {
        return Ok(Appended::Conflict);
    }
    Ok(Appended::At { position })
}

/// A write that contradicts itself is a bug of the caller and must not reach the log.
fn check(write: &Append) -> Result<()> {
    let expected = (write.expected_seq + 1..).take(write.events.len());
    let sound = !write.events.is_empty()
        && write.events.iter().map(|event| event.seq).eq(expected)
        && write.snapshot.consult_id == write.consult_id
        && write.events.last().is_some_and(|last| last.seq == write.snapshot.seq);
    if sound { Ok(()) } else { Err(RepoError::Broken("an append's numbers do not follow each other".into())) }
}

async fn insert_snapshot(db: &mut Conn, row: &SnapshotRow) -> Result<bool> {
    let insert = "INSERT INTO consults (id, seq, state, urgency, is_open, service_id, network_id, hospital_id, requester, \
         specialist, created_at, state_since, next_deadline, label, taken_over_at, ended_at, is_queued, detail, asked_at, \
         accepted_at, declines, is_escalated, was_unanswered, is_test) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
         $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) \
         ON CONFLICT (id) DO NOTHING";
    Ok(bound(insert, row).execute(db).await?.rows_affected() == 1)
}

/// Ends the ticker's lease: whatever it was about to do was decided on an older state. Nothing follows a purge.
async fn update_snapshot(db: &mut Conn, row: &SnapshotRow, expected_seq: i64) -> Result<bool> {
    let update = "UPDATE consults SET seq = $2, state = $3, urgency = $4, is_open = $5, service_id = $6, network_id = $7, \
         hospital_id = $8, requester = $9, specialist = $10, created_at = $11, state_since = $12, next_deadline = $13, \
         label = $14, taken_over_at = $15, ended_at = $16, is_queued = $17, detail = $18, asked_at = $19, \
         accepted_at = $20, declines = $21, is_escalated = $22, was_unanswered = $23, is_test = $24, lease_node = NULL, \
         lease_until = NULL WHERE id = $1 AND seq = $25 AND purged_at IS NULL";
    Ok(bound(update, row).bind(expected_seq).execute(db).await?.rows_affected() == 1)
}

/// A statement with the snapshot's columns as `$1` to `$24`.
fn bound(sql: &'static str, row: &SnapshotRow) -> Query {
    query(sql)
        .bind(row.consult_id)
        .bind(row.seq)
        .bind(row.state.clone())
        .bind(row.urgency.clone())
        .bind(row.is_open)
        .bind(row.service_id)
        .bind(row.network_id)
        .bind(row.hospital_id)
        .bind(row.requester)
        .bind(row.specialist)
        .bind(row.created_at)
        .bind(row.state_since)
        .bind(row.next_deadline)
        .bind(row.label.clone())
        .bind(row.taken_over_at)
        .bind(row.ended_at)
        .bind(row.is_queued)
        .bind(row.detail.clone())
        .bind(row.course.asked_at)
        .bind(row.course.accepted_at)
        .bind(row.course.declines)
        .bind(row.course.escalated)
        .bind(row.course.unanswered)
        .bind(row.course.is_test)
}

/// Who came first stays: `since` of an older row counts.
async fn insert_people(db: &mut Conn, write: &Append) -> Result<()> {
    if write.people.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("INSERT INTO consult_people (consult_id, person_id, relation, since) ");
    sql.push_values(&write.people, |mut row, person| {
        row.push_bind(write.consult_id).push_bind(person.person_id);
        row.push_bind(person.relation.clone()).push_bind(person.since);
    });
    sql.push(" ON CONFLICT (consult_id, person_id, relation) DO NOTHING").build().execute(db).await?;
    Ok(())
}

/// `false` when one of them was purged meanwhile. Locks first, in the order of the ids: two writers that attach the same
/// studies must not each hold what the other one waits for.
async fn insert_studies(db: &mut Conn, write: &Append) -> Result<bool> {
    let studies: BTreeSet<Uuid> = write.studies.iter().copied().collect();
    if studies.is_empty() {
        return Ok(true);
    }
    let mut all_there = true;
    for study_id in &studies {
        all_there &= purge::lock_study(db, *study_id).await?;
    }
    let mut sql = Sql::new("INSERT INTO consult_studies (consult_id, study_id) ");
    sql.push_values(&studies, |mut row, study_id| {
        row.push_bind(write.consult_id).push_bind(*study_id);
    });
    // One that was detached comes back.
    sql.push(" ON CONFLICT (consult_id, study_id) DO UPDATE SET is_detached = ").push_bind(false);
    sql.build().execute(db).await?;
    Ok(all_there)
}

/// The link stays: it leads to who read the study while it hung here. The study's age counts anew, so that a study that
/// was detached by mistake is not purged before anybody can undo that.
async fn detach_studies(db: &mut Conn, write: &Append) -> Result<()> {
    let now = write.events.last().map_or(0, |event| event.at);
    for study_id in write.detached.iter().copied().collect::<BTreeSet<Uuid>>() {
        query("UPDATE studies SET updated_at = $2 WHERE id = $1 AND updated_at < $2")
            .bind(study_id)
            .bind(now)
            .execute(&mut *db)
            .await?;
        query("UPDATE consult_studies SET is_detached = $3 WHERE consult_id = $1 AND study_id = $2")
            .bind(write.consult_id)
            .bind(study_id)
            .bind(true)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Returns how many were new. They take the positions that follow `after`.
async fn insert_events(db: &mut Conn, consult_id: Uuid, events: &[EventRow], after: i64) -> Result<i64> {
    let mut sql = Sql::new(
        "INSERT INTO consult_events (consult_id, seq, position, recorded_at, actor, version, kind, body, salt, \
         commitment, hash) ",
    );
    sql.push_values(events.iter().zip(after + 1..), |mut row, (event, position)| {
        row.push_bind(consult_id).push_bind(event.seq).push_bind(position).push_bind(event.at);
        row.push_bind(event.actor).push_bind(i64::from(event.version)).push_bind(event.kind.clone());
        row.push_bind(event.body.clone()).push_bind(event.salt.clone());
        row.push_bind(event.commitment.clone()).push_bind(event.hash.clone());
    });
    let inserted = sql.push(" ON CONFLICT (consult_id, seq) DO NOTHING").build().execute(db).await?;
    Ok(inserted.rows_affected() as i64)
}
