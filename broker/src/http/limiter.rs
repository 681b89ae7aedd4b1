//! How often somebody may fail to sign in. Pure: told the time.

use schemas::UnixMillis;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Failures older than this are forgotten. More locks a tired colleague out for longer; less lets a guesser try more:
/// with eight tries in fifteen minutes one guesses 768 passwords a day.
const WINDOW_SECONDS: i64 = 15 * 60;
/// An address may fail for this many times as many accounts as for one: behind a hospital's NAT sit many people.
const PER_ADDRESS: u32 = 20;
/// Entries kept at most, 100 bytes each. More costs memory under attack; less lets an attacker with many addresses
/// push out others' counts.
const MAX_ENTRIES: usize = 50_000;

/// Counts failures by account and address, and by address alone. Counting by account alone would let anybody lock a
/// specialist out.
#[derive(Debug)]
pub struct SignInLimiter {
    failures: u32,
    counts: BTreeMap<Key, Count>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Pair(IpAddr, String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: UnixMillis,
    failures: u32,
}

impl SignInLimiter {
    /// `failures` are allowed for one account from one address in [`WINDOW_SECONDS`].
    pub fn new(failures: u32) -> Self {
        Self { failures, counts: BTreeMap::new() }
    }

    /// May this address try this account now? If so, the try counts as failed until [`Self::succeeded`] or
    /// [`Self::taken_back`]: otherwise many tries at once would all be looked at before the first has failed.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn begin(&mut self, address: IpAddr, account: &str, now: UnixMillis) -> Result<(), u32> {
        self.check(address, account, now)?;
        self.count(address, account, now);
        Ok(())
    }

    /// May this address try this account now?
    ///
    /// # Errors
    /// Seconds to wait.
    fn check(&self, address: IpAddr, account: &str, now: UnixMillis) -> Result<(), u32> {
        let wait = Self::keys(address, account)
            .into_iter()
            .filter_map(|key| {
                let count = self.counts.get(&key)?;
                let age = now.seconds_since(count.since);
                (count.failures >= self.allowed(&key) && age < WINDOW_SECONDS).then_some(WINDOW_SECONDS - age.max(0))
            })
            .max();
        match wait {
            Some(seconds) => Err(u32::try_from(seconds).unwrap_or(u32::MAX)),
            None => Ok(()),
        }
    }

    fn count(&mut self, address: IpAddr, account: &str, now: UnixMillis) {
        if self.counts.len() >= MAX_ENTRIES {
            self.counts.retain(|_, count| now.seconds_since(count.since) < WINDOW_SECONDS);
        }
        while self.counts.len() >= MAX_ENTRIES {
            self.counts.pop_first();
        }
        for key in Self::keys(address, account) {
            let count = self.counts.entry(key).or_insert(Count { since: now, failures: 0 });
            if now.seconds_since(count.since) >= WINDOW_SECONDS {
                *count = Count { since: now, failures: 0 };
            }
            count.failures = count.failures.saturating_add(1);
        }
    }

    /// A try was right: this account's count starts anew. The address's loses this try alone, or one good account
    /// would pay for guessing at all others.
    pub fn succeeded(&mut self, address: IpAddr, account: &str) {
        self.taken_back(address, account);
        let [pair, _] = Self::keys(address, account);
        self.counts.remove(&pair);
    }

    /// A try came to no answer, through no fault of the person's.
    pub fn taken_back(&mut self, address: IpAddr, account: &str) {
        for key in Self::keys(address, account) {
            if let Some(count) = self.counts.get_mut(&key) {
                count.failures = count.failures.saturating_sub(1);
            }
        }
    }

    fn allowed(&self, key: &Key) -> u32 {
        match key {
            Key::Pair(..) => self.failures,
            Key::Address(_) => self.failures.saturating_mul(PER_ADDRESS),
        }
    }

    fn keys(address: IpAddr, account: &str) -> [Key; 2] {
        let account: String = account.trim().to_lowercase().chars().take(128).collect();
        [Key::Pair(address, account), Key::Address(address)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::BROADCAST);
    const START: UnixMillis = UnixMillis(1_000_000);

    #[test]
    fn the_ninth_try_waits_and_other_accounts_and_addresses_do_not() {
        let mut limiter = SignInLimiter::new(8);
        for n in 0..8 {
            assert_eq!(limiter.check(HERE, "Falk@Example.org", START.plus_seconds(n)), Ok(()));
            limiter.count(HERE, "falk@example.org ", START.plus_seconds(n));
        }
        assert_eq!(limiter.check(HERE, "falk@example.org", START.plus_seconds(60)), Err(14 * 60));
        assert_eq!(limiter.check(ELSEWHERE, "falk@example.org", START.plus_seconds(60)), Ok(()));
        assert_eq!(limiter.check(HERE, "other@example.org", START.plus_seconds(60)), Ok(()));
        assert_eq!(limiter.check(HERE, "falk@example.org", START.plus_seconds(WINDOW_SECONDS)), Ok(()));
    }

    #[test]
    fn tries_at_once_count_before_they_have_failed() {
        let mut limiter = SignInLimiter::new(2);
        assert_eq!(limiter.begin(HERE, "falk", START), Ok(()));
        assert_eq!(limiter.begin(HERE, "falk", START), Ok(()));
        assert!(limiter.begin(HERE, "falk", START).is_err());
        limiter.taken_back(HERE, "falk");
        assert_eq!(limiter.begin(HERE, "falk", START), Ok(()));
        limiter.succeeded(HERE, "falk");
        assert_eq!(limiter.counts.get(&Key::Address(HERE)).map(|count| count.failures), Some(1));
        assert_eq!(limiter.begin(HERE, "falk", START), Ok(()));
    }

    #[test]
    fn a_good_password_clears_the_account_but_not_the_address() {
        let mut limiter = SignInLimiter::new(1);
        for n in 0..PER_ADDRESS {
            limiter.count(HERE, &format!("guess{n}"), START);
        }
        limiter.count(HERE, "guess0", START);
        limiter.succeeded(HERE, "guess0");
        assert!(limiter.check(HERE, "guess0", START).is_err());
        assert!(limiter.check(HERE, "never seen", START).is_err());
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut limiter = SignInLimiter::new(1);
        for n in 0..(MAX_ENTRIES + 10) {
            limiter.count(HERE, &n.to_string(), START);
        }
        assert!(limiter.counts.len() <= MAX_ENTRIES + 1);
    }
}
