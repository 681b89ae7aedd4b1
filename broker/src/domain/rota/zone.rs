//! An IANA zone, from the data that is compiled in: every node computes the same rota whatever its system has.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};
use schemas::UnixMillis;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr, sync::LazyLock};

static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A zone such as `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an IANA time zone")]
pub struct UnknownZone(pub String);

impl Zone {
    pub fn name(&self) -> &str {
        // Zones from the database always have a name.
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What the clock on the wall shows.
    pub fn wall(&self, at: UnixMillis) -> DateTime {
        self.0.to_datetime(timestamp(at))
    }

    /// When a stretch that is written to begin then begins: the first occurrence of that wall time. A wall time that
    /// the spring change skips is the moment of the change.
    pub fn begin(&self, wall: DateTime) -> UnixMillis {
        self.begin_and_end(wall).0
    }

    /// When a stretch that is written to end then ends: the last occurrence.
    pub fn end(&self, wall: DateTime) -> UnixMillis {
        self.begin_and_end(wall).1
    }

    /// [`Self::begin`] and [`Self::end`] of a wall time, with one look at the zone.
    pub fn begin_and_end(&self, wall: DateTime) -> (UnixMillis, UnixMillis) {
        let clock = self.0.to_ambiguous_timestamp(wall);
        let instant = match clock.offset() {
            AmbiguousOffset::Unambiguous { .. } => clock.compatible(),
            AmbiguousOffset::Fold { .. } => {
                return (saturated(wall, clock.earlier()), saturated(wall, clock.later()));
            }
            // Both ends map a skipped time to the same moment, in the order of the wall times around it, so that a
            // hand-over within the skipped hour leaves no gap.
            AmbiguousOffset::Gap { .. } => clock
                .earlier()
                .map(|before| self.0.following(before).next().map_or(before, |transition| transition.timestamp())),
        };
        let instant = saturated(wall, instant);
        (instant, instant)
    }
}

/// Only the first and last days of jiff's calendar (years −9999 and 9999) are out of range.
fn saturated(wall: DateTime, instant: Result<Timestamp, jiff::Error>) -> UnixMillis {
    let end = if wall.year() < 1970 { Timestamp::MIN } else { Timestamp::MAX };
    UnixMillis(instant.unwrap_or(end).as_millisecond())
}

fn timestamp(at: UnixMillis) -> Timestamp {
    let saturated = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at.0).unwrap_or(saturated)
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        BUNDLED.get(name).map(Self).map_err(|_| UnknownZone(name.to_owned()))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
