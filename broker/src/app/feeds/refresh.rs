//! Feeds are read again every 15 minutes, by one node; whom a broken one concerns is told.

use super::incoming::{EVERY_SECONDS, may_keep};
use crate::app::{
    App, Error, Result,
    planning::{News, news},
    ports::{DirectoryWrite, FeedRead, FeedRow},
    swaps::coordinators,
    validate::name_of,
};
use crate::domain::rota::Zone;
use schemas::{
    NetworkId, PersonId,
    directory::DutyLevel,
    feeds::{FeedFault, FeedSource},
};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// How long a feed is left to the node that reads it.
const LEASE_SECONDS: i64 = 120;
/// Feeds that are read in one turn.
const BATCH: u32 = 5;

impl App {
    /// Reads what is due. What a broken one held before stays, and those whom it concerns are told.
    pub(in crate::app) async fn read_due_feeds(&self) -> Result<()> {
        let now = self.now();
        for feed in self.repo.claim_feeds(now.0, now.plus_seconds(LEASE_SECONDS).0, BATCH).await? {
            let (unknown, fault) = match self.read_again(&feed).await {
                Ok(Ok(unknown)) => (unknown, None),
                Ok(Err(fault)) => (feed.unknown.clone(), Some(fault)),
                Err(error) => {
                    tracing::warn!(feed = %feed.id, %error, "a calendar was not read and is tried again");
                    continue;
                }
            };
            if let Some(fault) = fault {
                tracing::warn!(feed = %feed.id, ?fault, "a calendar of absences is broken");
            }
            if fault.is_some() || unknown != feed.unknown {
                let told = self.tell_of_feed(&feed, fault, &unknown).await;
                told.unwrap_or_else(|error| tracing::warn!(feed = %feed.id, %error, "nobody was told of a calendar"));
            }
            let due_at = Some(now.plus_seconds(EVERY_SECONDS).0);
            let fault = fault.map(|fault| name_of(&fault));
            self.repo.feed_read(&FeedRead { id: feed.id, at: now.0, due_at, fault, unknown }).await?;
        }
        Ok(())
    }

    /// Names that nobody bears, or why it was not read.
    async fn read_again(&self, feed: &FeedRow) -> Result<std::result::Result<Vec<String>, FeedFault>> {
        let directory = self.directory().await?;
        let Some(author) = directory.person(PersonId(feed.author)) else { return Ok(Err(FeedFault::NotAllowed)) };
        if !may_keep(&directory, &author.actor, feed) {
            return Ok(Err(FeedFault::NotAllowed));
        }
        let zone: Zone = feed.zone.parse().map_err(|_| Error::bug("a feed's zone", &feed.zone))?;
        let source = FeedSource::Url { url: feed.url.clone().unwrap_or_default().into() };
        let events = match self.events_of(&source, &zone).await {
            Ok(events) => events,
            Err(fault) => return Ok(Err(fault)),
        };
        let effect = self.keep_feed(feed, &author.actor, &events, false).await?;
        Ok(effect.fault.map_or(Ok(effect.unknown), Err))
    }

    /// Whoever keeps the feed, whose absences it holds, and the coordinators; once for each fault and day.
    async fn tell_of_feed(&self, feed: &FeedRow, fault: Option<FeedFault>, unknown: &[String]) -> Result<()> {
        let directory = self.directory().await?;
        let now = self.now();
        let networks: Vec<NetworkId> = match (feed.network_id, feed.person_id) {
            (Some(network), _) => vec![NetworkId(network)],
            (None, Some(person)) => {
                directory.person(PersonId(person)).map_or_else(Vec::new, |of| of.actor.networks.clone())
            }
            (None, None) => vec![],
        };
        // A note is of a service; any of the network will do.
        let Some(entry) = directory.services.values().find(|of| networks.contains(&of.service.network_id)) else {
            return Ok(());
        };
        let own = [Some(feed.author), feed.person_id].into_iter().flatten().map(PersonId);
        let people: BTreeSet<PersonId> = own.chain(coordinators(&directory, entry)).collect();
        let day = now.0.div_euclid(86_400_000);
        let count = u32::try_from(unknown.len()).unwrap_or(u32::MAX);
        let mut notes = Vec::new();
        for person in people {
            let key = Sha256::digest(format!("{} {fault:?} {unknown:?} {day} {person}", feed.id));
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&key[..16]);
            let id = uuid::Builder::from_custom_bytes(bytes).into_uuid();
            let what = News::FeedBroken { label: feed.label.clone(), unknown: count };
            notes.push(news(id, entry.service.id, DutyLevel::Primary, now, person, what)?);
        }
        self.write_directory(&DirectoryWrite { duty_notes: notes, ..DirectoryWrite::default() }).await
    }
}
