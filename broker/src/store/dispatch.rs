//! [`Repository`] by the engine that is open.

use super::{Engine, Store, postgres, sqlite};
use crate::app::ports::*;
use async_trait::async_trait;
use sqlx::Connection as _;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One query on a connection that only reads.
macro_rules! read {
    ($store:ident, $module:ident::$query:ident($($argument:expr),*)) => {
        match &$store.engine {
            Engine::Sqlite(engine) => {
                let mut held = engine.reader().await?;
                let result = sqlite::queries::$module::$query(&mut held, $($argument),*).await;
                held.settle(&result);
                result
            }
            Engine::Postgres(engine) => {
                postgres::in_time(postgres::ANSWER, async {
                    let mut held = engine.connection().await?;
                    let result = postgres::queries::$module::$query(&mut held, $($argument),*).await;
                    held.settle(&result);
                    result
                })
                .await
            }
        }
    };
}

/// Several statements on one state of the database.
macro_rules! snapshot {
    ($store:ident, $module:ident::$query:ident($($argument:expr),*)) => {
        match &$store.engine {
            Engine::Sqlite(engine) => {
                let mut held = engine.reader().await?;
                transaction!(held, sqlite::SNAPSHOT, sqlite::queries::$module::$query($($argument),*))
            }
            Engine::Postgres(engine) => {
                postgres::in_time(postgres::ANSWER, async {
                    let mut held = engine.connection().await?;
                    transaction!(held, postgres::SNAPSHOT, postgres::queries::$module::$query($($argument),*))
                })
                .await
            }
        }
    };
}

/// One transaction. It rolls back on an error, and on a result that matches `undo`. `long`: it may take a while.
macro_rules! write {
    ($store:ident, $module:ident::$query:ident($($argument:expr),*) $(, undo $undo:pat)?) => {
        write!(@within postgres::ANSWER, $store, $module::$query($($argument),*) $(, $undo)?)
    };
    ($store:ident, long $module:ident::$query:ident($($argument:expr),*) $(, undo $undo:pat)?) => {
        write!(@within postgres::LONG_ANSWER, $store, $module::$query($($argument),*) $(, $undo)?)
    };
    (@within $limit:expr, $store:ident, $module:ident::$query:ident($($argument:expr),*) $(, $undo:pat)?) => {
        match &$store.engine {
            Engine::Sqlite(engine) => {
                let mut held = engine.writer().await?;
                transaction!(held, sqlite::WRITE, sqlite::queries::$module::$query($($argument),*) $(, $undo)?)
            }
            Engine::Postgres(engine) => {
                postgres::in_time($limit, async {
                    let mut held = engine.connection().await?;
                    transaction!(held, postgres::WRITE, postgres::queries::$module::$query($($argument),*) $(, $undo)?)
                })
                .await
            }
        }
    };
}

macro_rules! transaction {
    ($held:ident, $begin:expr, $($path:ident)::+($($argument:expr),*) $(, $undo:pat)?) => {{
        let result = async {
            let mut transaction = $held.begin_with($begin).await?;
            let result = $($path)::+(&mut transaction, $($argument),*).await?;
            $(if matches!(result, $undo) {
                transaction.rollback().await?;
                return Ok(result);
            })?
            transaction.commit().await?;
            Ok(result)
        }
        .await;
        $held.settle(&result);
        result
    }};
}

mod delivery;

// A pattern to undo on may be `None`.
#[allow(clippy::redundant_pattern_matching)]
#[async_trait]
impl Repository for Store {
    async fn append(&self, write: &Append) -> RepoResult<Appended> {
        write!(self, append::append(write), undo Appended::Conflict | Appended::StudyPurged)
    }
    async fn load(&self, consult_id: Uuid) -> RepoResult<Option<Vec<EventRow>>> {
        read!(self, log::load(consult_id))
    }
    async fn snapshot(&self, consult_id: Uuid) -> RepoResult<Option<SnapshotRow>> {
        read!(self, consults::snapshot(consult_id))
    }
    async fn snapshots(&self, filter: &ConsultFilter) -> RepoResult<Vec<SnapshotRow>> {
        read!(self, consults::snapshots(filter))
    }
    async fn events_after(&self, position: i64, limit: u32) -> RepoResult<Vec<PositionedEvent>> {
        read!(self, log::events_after(position, limit))
    }
    async fn last_position(&self) -> RepoResult<i64> {
        read!(self, counters::position())
    }
    async fn claim_due(&self, now: i64, lease_until: i64, node: &str, limit: u32) -> RepoResult<Vec<Uuid>> {
        write!(self, deadlines::claim(now, lease_until, node, limit))
    }
    async fn release_due(&self, consult_id: Uuid, node: &str) -> RepoResult<()> {
        write!(self, deadlines::release(consult_id, node))
    }
    async fn earliest_deadline(&self) -> RepoResult<Option<i64>> {
        read!(self, deadlines::earliest())
    }
    async fn workload(&self, callouts_since: i64, occupying: &[String]) -> RepoResult<Vec<WorkloadRow>> {
        read!(self, consults::workload(callouts_since, occupying))
    }
    async fn open_states(&self) -> RepoResult<Vec<StateCountRow>> {
        read!(self, consults::open_states())
    }
    fn pool(&self) -> PoolRow {
        match &self.engine {
            Engine::Sqlite(engine) => engine.pool_row(),
            Engine::Postgres(engine) => engine.pool_row(),
        }
    }
    async fn queued_consults(&self, service_id: Uuid) -> RepoResult<Vec<Uuid>> {
        read!(self, consults::queued(service_id))
    }
    async fn consults_by_label(&self, label: &str) -> RepoResult<Vec<Uuid>> {
        read!(self, consults::by_label(label))
    }
    async fn consult_ids(&self, after: Option<Uuid>, limit: u32) -> RepoResult<Vec<(Uuid, i64)>> {
        read!(self, consults::page(after, limit))
    }
    async fn first_missing_position(&self) -> RepoResult<Option<i64>> {
        read!(self, log::first_missing())
    }

    async fn directory_revision(&self) -> RepoResult<i64> {
        read!(self, counters::revision())
    }
    async fn directory(&self) -> RepoResult<DirectoryRows> {
        snapshot!(self, directory::directory())
    }
    async fn write_directory(&self, rows: &DirectoryWrite) -> RepoResult<i64> {
        write!(self, long directory_write::write(rows))
    }
    async fn delete_contract(&self, row: &ContractRow) -> RepoResult<i64> {
        write!(self, directory_write::delete_contract(row))
    }
    async fn count_people(&self) -> RepoResult<i64> {
        read!(self, directory::count_people())
    }
    async fn write_directory_at(&self, rows: &DirectoryWrite, expected: i64) -> RepoResult<Option<i64>> {
        write!(self, long directory_write::write_at(rows, expected), undo None)
    }
    async fn weights(&self, service: Uuid, limit: u32) -> RepoResult<Vec<WeightsRow>> {
        read!(self, weights::history(service, limit))
    }
    async fn answer_times(&self, service: Uuid, people: &[Uuid], since: i64) -> RepoResult<Vec<AnswerTimeRow>> {
        read!(self, past::answer_times(service, people, since))
    }
    async fn room_stays(&self, people: &[Uuid], since: i64) -> RepoResult<Vec<StayRow>> {
        read!(self, past::stays(people, since))
    }
    async fn overflows(&self, from: Uuid, to: Uuid, since: i64, except: Uuid) -> RepoResult<i64> {
        read!(self, past::overflows(from, to, since, except))
    }
    async fn matches_of(&self, service: Uuid, limit: u32) -> RepoResult<Vec<PositionedEvent>> {
        read!(self, past::matches(service, limit))
    }
    async fn policy_history(&self, service: Uuid, limit: u32) -> RepoResult<Vec<PolicyRow>> {
        read!(self, policies::history(service, limit))
    }
    async fn policy_version(&self, service: Uuid, revision: i64) -> RepoResult<Option<PolicyRow>> {
        read!(self, policies::version(service, revision))
    }
    async fn seen_since(&self, since: i64) -> RepoResult<BTreeMap<Uuid, i64>> {
        read!(self, policies::seen_since(since))
    }
    async fn rota_draft(&self, service: Uuid) -> RepoResult<Option<DraftRow>> {
        read!(self, planning::draft(service))
    }
    async fn put_rota_draft(&self, row: &DraftRow) -> RepoResult<bool> {
        write!(self, planning::put_draft(row))
    }
    async fn delete_rota_draft(&self, service: Uuid, rev: i64) -> RepoResult<bool> {
        write!(self, planning::delete_draft(service, rev))
    }
    async fn rota_history(&self, service: Uuid, limit: u32) -> RepoResult<Vec<RotaRow>> {
        read!(self, planning::rota_history(service, limit))
    }
    async fn rotas_in_force(&self, service: Uuid, from: i64, until: i64) -> RepoResult<Vec<RotaRow>> {
        read!(self, reports::rotas_in_force(service, from, until))
    }
    async fn answers(&self, filter: &ReportFilter, by: ReportBy) -> RepoResult<Vec<AnswerRow>> {
        read!(self, reports::answers(filter, by))
    }
    async fn call_outs(&self, filter: &ReportFilter) -> RepoResult<Vec<CallOutRow>> {
        read!(self, reports::call_outs(filter))
    }
    async fn onboarding(&self, hospital: Uuid) -> RepoResult<Vec<OnboardingRow>> {
        read!(self, onboarding::steps(hospital))
    }
    async fn put_onboarding(&self, row: &OnboardingRow) -> RepoResult<()> {
        write!(self, onboarding::put_step(row))
    }
    async fn delete_onboarding(&self, hospital: Uuid, step: &str) -> RepoResult<()> {
        write!(self, onboarding::delete_step(hospital, step))
    }
    async fn rota_version(&self, service: Uuid, revision: i64) -> RepoResult<Option<RotaRow>> {
        read!(self, planning::rota_version(service, revision))
    }
    async fn duty_notes(&self, person: Uuid, limit: u32) -> RepoResult<Vec<DutyNoteRow>> {
        read!(self, planning::duty_notes(person, limit))
    }
    async fn see_duty_notes(&self, person: Uuid, until: i64, at: i64) -> RepoResult<u64> {
        write!(self, planning::see_duty_notes(person, until, at))
    }
    async fn planning_rules(&self, service: Uuid) -> RepoResult<Option<PlanningRulesRow>> {
        read!(self, wishes::planning_rules(service))
    }
    async fn put_planning_rules(&self, row: &PlanningRulesRow) -> RepoResult<bool> {
        write!(self, wishes::put_planning_rules(row))
    }
    async fn wishes(&self, service: Uuid, from: &str, until: &str) -> RepoResult<Vec<WishRow>> {
        read!(self, wishes::of_service(service, from, until))
    }
    async fn wishes_of(&self, person: Uuid, from: &str, until: &str) -> RepoResult<Vec<WishRow>> {
        read!(self, wishes::of_person(person, from, until))
    }
    async fn put_wishes(&self, write: &WishWrite) -> RepoResult<()> {
        write!(self, wishes::put(write))
    }
    async fn swap(&self, id: Uuid) -> RepoResult<Option<SwapRow>> {
        read!(self, swaps::swap(id))
    }
    async fn swaps(&self, since: i64, services: &[Uuid], limit: u32) -> RepoResult<Vec<SwapRow>> {
        read!(self, swaps::since(since, services, limit))
    }
    async fn expired_swaps(&self, now: i64, limit: u32) -> RepoResult<Vec<SwapRow>> {
        read!(self, swaps::expired(now, limit))
    }
    async fn put_calendar(&self, row: &CalendarRow) -> RepoResult<bool> {
        write!(self, feeds::put_calendar(row))
    }
    async fn calendars(&self) -> RepoResult<Vec<CalendarRow>> {
        read!(self, feeds::calendars())
    }
    async fn read_calendar(&self, token_hash: &[u8], now: i64) -> RepoResult<Option<CalendarRow>> {
        write!(self, feeds::read_calendar(token_hash, now))
    }
    async fn delete_calendar(&self, id: Uuid) -> RepoResult<bool> {
        write!(self, feeds::delete_calendar(id))
    }
    async fn feeds(&self) -> RepoResult<Vec<FeedRow>> {
        read!(self, feeds::feeds())
    }
    async fn claim_feeds(&self, now: i64, leased_until: i64, limit: u32) -> RepoResult<Vec<FeedRow>> {
        write!(self, feeds::claim(now, leased_until, limit))
    }
    async fn feed_read(&self, read: &FeedRead) -> RepoResult<()> {
        write!(self, feeds::was_read(read))
    }
    async fn bookings(&self, after: i64) -> RepoResult<BookingsRead> {
        snapshot!(self, slots::bookings(after))
    }
    async fn hand_over_notes(&self, service: Uuid, since: i64) -> RepoResult<Vec<HandOverNoteRow>> {
        read!(self, swaps::hand_over_notes(service, since))
    }
    async fn sweep_hand_over_notes(&self, before: i64) -> RepoResult<()> {
        write!(self, long swaps::sweep_hand_over_notes(before))
    }
    async fn consults_since(&self, since: i64, limit: u32) -> RepoResult<Vec<SnapshotRow>> {
        read!(self, consults::since(since, limit))
    }
    async fn people_with_password(&self) -> RepoResult<Vec<Uuid>> {
        read!(self, sessions::with_password())
    }
    async fn credential(&self, email: &str) -> RepoResult<Option<CredentialRow>> {
        read!(self, sessions::credential(email))
    }
    async fn set_password(&self, person_id: Uuid, password_hash: &str) -> RepoResult<()> {
        write!(self, sessions::set_password(person_id, password_hash))
    }
    async fn forget_password(&self, person_id: Uuid) -> RepoResult<()> {
        write!(self, sessions::forget_password(person_id))
    }
    async fn change_password(&self, person_id: Uuid, password_hash: &str, session: Uuid) -> RepoResult<()> {
        write!(self, sessions::change_password(person_id, password_hash, session))
    }

    async fn insert_session(&self, row: &SessionRow) -> RepoResult<()> {
        write!(self, sessions::insert(row))
    }
    async fn session(&self, token_hash: &[u8]) -> RepoResult<Option<SessionRow>> {
        read!(self, sessions::session(token_hash))
    }
    async fn touch_session(&self, token_hash: &[u8], last_seen_at: i64, expires_at: i64) -> RepoResult<()> {
        write!(self, sessions::touch(token_hash, last_seen_at, expires_at))
    }
    async fn delete_session(&self, token_hash: &[u8]) -> RepoResult<()> {
        write!(self, sessions::delete(token_hash))
    }
    async fn sessions(&self, person: Option<Uuid>, now: i64) -> RepoResult<Vec<SessionRow>> {
        read!(self, sessions::list(person, now))
    }
    async fn delete_session_by_id(&self, id: Uuid, person: Option<Uuid>) -> RepoResult<bool> {
        write!(self, sessions::delete_by_id(id, person))
    }
    async fn delete_sessions_of(&self, person: Uuid, except: Option<Uuid>) -> RepoResult<u64> {
        write!(self, sessions::delete_of(person, except))
    }
    async fn sign_everybody_out(&self) -> RepoResult<u64> {
        write!(self, long sessions::delete_all())
    }
    async fn insert_link(&self, row: &LinkRow) -> RepoResult<()> {
        write!(self, sessions::insert_link(row))
    }
    async fn consume_link(&self, token_hash: &[u8], now: i64) -> RepoResult<Option<LinkRow>> {
        write!(self, sessions::consume_link(token_hash, now))
    }
    async fn put_guest_link(&self, row: &GuestRow) -> RepoResult<bool> {
        write!(self, guests::put_link(row))
    }
    async fn guest_by_link(&self, token_hash: &[u8], now: i64) -> RepoResult<Option<GuestRow>> {
        read!(self, guests::by_link(token_hash, now))
    }
    async fn open_guest_link(
        &self,
        token_hash: &[u8],
        now: i64,
        cookie_hash: &[u8],
        csrf_token: &str,
        session_until: i64,
    ) -> RepoResult<Option<GuestRow>> {
        write!(self, guests::open_link(token_hash, now, cookie_hash, csrf_token, session_until))
    }
    async fn guest_by_cookie(&self, cookie_hash: &[u8], now: i64) -> RepoResult<Option<GuestRow>> {
        read!(self, guests::by_cookie(cookie_hash, now))
    }
    async fn consume_ticket(&self, jti: Uuid, expires_at: i64) -> RepoResult<bool> {
        write!(self, rooms::consume_ticket(jti, expires_at))
    }
    async fn claim_room(&self, consult_id: Uuid, node: &str, url: &str, now: i64, ttl_ms: i64) -> RepoResult<Lease> {
        write!(self, rooms::claim(consult_id, node, url, now, ttl_ms))
    }
    async fn room_lease(&self, consult_id: Uuid) -> RepoResult<Option<Lease>> {
        read!(self, rooms::lease(consult_id))
    }
    async fn rooms_of(&self, node: &str) -> RepoResult<Vec<Uuid>> {
        read!(self, rooms::of_node(node))
    }
    async fn release_room(&self, consult_id: Uuid, node: &str) -> RepoResult<()> {
        write!(self, rooms::release(consult_id, node))
    }
    async fn insert_service_token(&self, row: &ServiceTokenRow) -> RepoResult<()> {
        write!(self, service_tokens::insert(row))
    }
    async fn service_token(&self, id: Uuid) -> RepoResult<Option<ServiceTokenRow>> {
        read!(self, service_tokens::token(id))
    }
    async fn service_tokens(&self) -> RepoResult<Vec<ServiceTokenRow>> {
        read!(self, service_tokens::list())
    }
    async fn revoke_service_token(&self, id: Uuid, at: i64) -> RepoResult<bool> {
        write!(self, service_tokens::revoke(id, at))
    }
    async fn sweep(&self, now: i64) -> RepoResult<()> {
        write!(self, long sessions::sweep(now))
    }

    async fn ensure_study(&self, row: &StudyRow) -> RepoResult<StudyRow> {
        write!(self, studies::ensure(row))
    }
    async fn study(&self, study_id: Uuid) -> RepoResult<Option<StudyRow>> {
        read!(self, studies::study(study_id))
    }
    async fn studies_by_uid(&self, study_instance_uid: &str) -> RepoResult<Vec<StudyRow>> {
        read!(self, studies::by_uid(study_instance_uid))
    }
    async fn declare_study(&self, study_id: Uuid, instances: i64) -> RepoResult<()> {
        write!(self, studies::declare(study_id, instances))
    }
    async fn insert_instance(&self, row: &NewInstance) -> RepoResult<Inserted> {
        write!(self, instance_write::insert(row), undo Inserted::Same | Inserted::Different | Inserted::OtherPatient | Inserted::Purged)
    }
    async fn search_studies(&self, search: &StudySearch) -> RepoResult<Vec<StudyRow>> {
        read!(self, study_search::search(search))
    }
    async fn series(&self, study_id: Uuid) -> RepoResult<Vec<SeriesRow>> {
        read!(self, instances::series(study_id))
    }
    async fn instances(&self, study_id: Uuid, series_instance_uid: Option<&str>) -> RepoResult<Vec<InstanceRow>> {
        read!(self, instances::page(study_id, series_instance_uid, u32::MAX, 0))
    }
    async fn instance_page(
        &self,
        study_id: Uuid,
        series_instance_uid: Option<&str>,
        limit: u32,
        offset: u32,
    ) -> RepoResult<Vec<InstanceRow>> {
        read!(self, instances::page(study_id, series_instance_uid, limit, offset))
    }
    async fn instance(&self, study_id: Uuid, sop_instance_uid: &str) -> RepoResult<Option<StoredInstance>> {
        read!(self, instances::instance(study_id, sop_instance_uid))
    }
    async fn instance_metadata(
        &self,
        study_id: Uuid,
        sop_instance_uids: &[String],
    ) -> RepoResult<BTreeMap<String, Vec<u8>>> {
        read!(self, instances::metadata(study_id, sop_instance_uids))
    }
    async fn inbox(&self, hospital_id: Uuid, limit: u32) -> RepoResult<Vec<StudyRow>> {
        read!(self, studies::inbox(hospital_id, limit))
    }
    async fn consults_of_study(&self, study_id: Uuid) -> RepoResult<Vec<Uuid>> {
        read!(self, studies::consults_of(study_id))
    }

    async fn log_access(&self, rows: &[AccessRow]) -> RepoResult<()> {
        write!(self, access_log::insert(rows))
    }
    async fn access_of_consult(&self, consult_id: Uuid, limit: u32) -> RepoResult<Vec<AccessRow>> {
        read!(self, access_log::of_consult(consult_id, limit))
    }
    async fn sweep_access_log(&self, before: i64) -> RepoResult<u64> {
        write!(self, long access_log::sweep(before))
    }
    async fn insert_notice(&self, row: &NoticeRow) -> RepoResult<()> {
        write!(self, notices::insert(row))
    }
    async fn notices(&self, before: Option<Uuid>, limit: u32) -> RepoResult<Vec<NoticeRow>> {
        read!(self, notices::newest(before, limit))
    }
    async fn unseen_notices(&self, kind: &str, limit: u32) -> RepoResult<Vec<NoticeRow>> {
        read!(self, notices::unseen(kind, limit))
    }
    async fn notice(&self, id: Uuid) -> RepoResult<Option<NoticeRow>> {
        read!(self, notices::notice(id))
    }
    async fn mark_notice_seen(&self, id: Uuid, person: Uuid, at: i64) -> RepoResult<bool> {
        write!(self, notices::mark_seen(id, person, at))
    }
    async fn ask_export(&self, row: &ExportRow, notice: &NoticeRow, approved_after: i64) -> RepoResult<AskedExport> {
        write!(self, exports::ask(row, notice, approved_after), undo AskedExport::Known | AskedExport::StillOpen | AskedExport::Purged)
    }
    async fn export(&self, id: Uuid) -> RepoResult<Option<ExportRow>> {
        read!(self, exports::export(id))
    }
    async fn exports(&self, requested_by: Option<Uuid>, limit: u32) -> RepoResult<Vec<ExportRow>> {
        read!(self, exports::newest(requested_by, limit))
    }
    async fn decide_export(&self, id: Uuid, state: &str, person: Uuid, at: i64) -> RepoResult<bool> {
        write!(self, exports::decide(id, state, person, at))
    }
    async fn move_export(&self, id: Uuid, from: &str, to: &str) -> RepoResult<bool> {
        write!(self, exports::transfer(id, from, to))
    }
    async fn purgeable(
        &self,
        taken_over_before: i64,
        older_than: i64,
        after: Option<Uuid>,
        limit: u32,
    ) -> RepoResult<Vec<Uuid>> {
        read!(self, retention::purgeable(taken_over_before, older_than, after, limit))
    }
    async fn purge_consult(
        &self,
        consult_id: Uuid,
        expected_seq: i64,
        at: i64,
        reduced_detail: &str,
    ) -> RepoResult<Option<PurgedConsult>> {
        write!(self, long purge::purge(consult_id, expected_seq, at, reduced_detail))
    }
    async fn unattached_studies(&self, older_than: i64, after: Option<Uuid>, limit: u32) -> RepoResult<Vec<Uuid>> {
        read!(self, retention::unattached(older_than, after, limit))
    }
    async fn purge_study(&self, study_id: Uuid, older_than: i64, at: i64) -> RepoResult<bool> {
        write!(self, long purge::purge_study(study_id, older_than, at))
    }
    async fn wipe_purged(&self, anew: bool) -> RepoResult<()> {
        match &self.engine {
            // Even when nothing is new: the last try may have found somebody in its way, in another process.
            Engine::Sqlite(engine) => engine.empty_log().await,
            Engine::Postgres(engine) if anew => engine.vacuum_purged().await,
            Engine::Postgres(_) => Ok(()),
        }
    }
    async fn dead_blobs(&self, after: Option<&str>, limit: u32) -> RepoResult<Vec<String>> {
        read!(self, dead_blobs::some(after, limit))
    }
    async fn forget_dead_blobs(&self, addresses: &[String]) -> RepoResult<()> {
        write!(self, dead_blobs::forget(addresses))
    }
    async fn retention(&self, taken_over_before: i64, older_than: i64, limit: u32) -> RepoResult<RetentionRow> {
        snapshot!(self, retention::retention(taken_over_before, older_than, limit))
    }
}
