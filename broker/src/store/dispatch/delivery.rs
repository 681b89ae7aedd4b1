//! [`DeliveryStore`] by the engine that is open.

use super::{Engine, Store, postgres, sqlite};
use crate::app::ports::*;
use async_trait::async_trait;
use sqlx::Connection as _;
use uuid::Uuid;

#[async_trait]
impl DeliveryStore for Store {
    async fn queue_messages(&self, rows: &[MessageRow]) -> RepoResult<()> {
        write!(self, delivery::queue(rows))
    }
    async fn claim_messages(&self, now: i64, lease_until: i64, node: &str, limit: u32) -> RepoResult<Vec<Uuid>> {
        write!(self, delivery::claim(now, lease_until, node, limit))
    }
    async fn message(&self, id: Uuid) -> RepoResult<Option<MessageRow>> {
        read!(self, delivery::message(id))
    }
    async fn save_message(&self, row: &MessageRow) -> RepoResult<bool> {
        write!(self, delivery::save(row))
    }
    async fn earliest_message(&self) -> RepoResult<Option<i64>> {
        read!(self, delivery::earliest())
    }
    async fn messages_of(&self, consult_id: Uuid, kind: &str) -> RepoResult<Vec<MessageRow>> {
        read!(self, delivery::of_consult(consult_id, kind))
    }
    async fn keep_link_answer(&self, message_id: Uuid, answer: &str, at: i64) -> RepoResult<String> {
        write!(self, delivery::keep_answer(message_id, answer, at))
    }
    async fn put_subscription(&self, row: &SubscriptionRow, most: u32) -> RepoResult<bool> {
        write!(self, delivery_people::put_subscription(row, most))
    }
    async fn delete_subscription(&self, id: Uuid, person_id: Uuid) -> RepoResult<bool> {
        write!(self, delivery_people::delete_subscription(id, person_id))
    }
    async fn subscriptions(&self, person_id: Uuid) -> RepoResult<Vec<SubscriptionRow>> {
        read!(self, delivery_people::subscriptions(person_id))
    }
    async fn subscription_delivered(&self, id: Uuid, person_id: Uuid, at: i64) -> RepoResult<()> {
        write!(self, delivery_people::delivered(id, person_id, at))
    }
    async fn contact(&self, person_id: Uuid) -> RepoResult<Option<ContactRow>> {
        read!(self, delivery_people::contact(person_id))
    }
    async fn put_contact(&self, row: &ContactRow) -> RepoResult<()> {
        write!(self, delivery_people::put_contact(row))
    }
    async fn insert_self_test(&self, row: &SelfTestRow) -> RepoResult<()> {
        write!(self, delivery_people::insert_self_test(row))
    }
    async fn self_test(&self, id: Uuid) -> RepoResult<Option<SelfTestRow>> {
        read!(self, delivery_people::self_test(id))
    }
    async fn told_self_test(&self, id: Uuid, push_ms: Option<i64>, fault: Option<&str>) -> RepoResult<()> {
        write!(self, delivery_people::told(id, push_ms, fault))
    }
    async fn report_self_test(&self, id: Uuid, person_id: Uuid, report: &str) -> RepoResult<bool> {
        write!(self, delivery_people::report(id, person_id, report))
    }
    async fn last_self_tests(&self, people: &[Uuid]) -> RepoResult<Vec<SelfTestRow>> {
        read!(self, delivery_people::last_self_tests(people))
    }
}
