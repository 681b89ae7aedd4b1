//! Sets of moments.

use schemas::UnixMillis;

/// A half-open stretch of time.
pub type Stretch = (UnixMillis, UnixMillis);

/// Stretches that are sorted and neither empty nor touching: two equal sets are equal values. Every operation takes time
/// in proportion to what it looks at, since a year of hourly turns has nine thousand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretches(Vec<Stretch>);

impl FromIterator<Stretch> for Stretches {
    fn from_iter<I: IntoIterator<Item = Stretch>>(parts: I) -> Self {
        let mut parts: Vec<Stretch> = parts.into_iter().filter(|(from, until)| from < until).collect();
        if !parts.is_sorted() {
            parts.sort_unstable();
        }
        let mut joined: Vec<Stretch> = Vec::with_capacity(parts.len());
        for (from, until) in parts {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        Self(joined)
    }
}

impl Stretches {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = Stretch> + '_ {
        self.0.iter().copied()
    }

    pub fn contains(&self, t: UnixMillis) -> bool {
        self.ending_after(t).first().is_some_and(|(from, _)| *from <= t)
    }

    /// Milliseconds in all.
    pub fn length(&self) -> i64 {
        self.iter().map(|(from, until)| until.0.saturating_sub(from.0)).sum()
    }

    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.is_empty() {
            return other.clone();
        }
        self.iter().chain(other.iter()).collect()
    }

    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.iter().flat_map(|stretch| other.within(stretch)).collect()
    }

    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.iter().flat_map(|stretch| other.outside(stretch)).collect()
    }

    /// The parts of `stretch` that are in the set.
    pub fn within(&self, (low, high): Stretch) -> impl Iterator<Item = Stretch> + '_ {
        let parts = self.ending_after(low).iter().take_while(move |(from, _)| *from < high);
        parts.map(move |(from, until)| ((*from).max(low), (*until).min(high))).filter(|(from, until)| from < until)
    }

    /// The parts of `stretch` that are not in the set.
    pub fn outside(&self, (low, high): Stretch) -> impl Iterator<Item = Stretch> + '_ {
        let ends = self.within((low, high)).map(|(_, until)| until);
        let begins = self.within((low, high)).map(|(from, _)| from);
        let parts = std::iter::once(low).chain(ends).zip(begins.chain(std::iter::once(high)));
        parts.filter(|(from, until)| from < until)
    }

    /// From the first stretch that ends after `t`.
    fn ending_after(&self, t: UnixMillis) -> &[Stretch] {
        &self.0[self.0.partition_point(|(_, until)| *until <= t)..]
    }
}
