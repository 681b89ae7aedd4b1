//! How often somebody may try: passwords, links, broken glass. Pure: told the time.

use super::address::neighbourhood;
use schemas::{GuestId, PersonId, SessionId, UnixMillis};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

/// Tries older than this are forgotten. More locks a tired colleague out for longer; less lets a guesser try more:
/// with eight tries in fifteen minutes one guesses 768 passwords a day.
const WINDOW_SECONDS: i64 = 15 * 60;
/// An address may fail for this many times as many accounts as for one: behind a hospital's NAT sit many people.
const PER_ADDRESS: u32 = 20;
/// The same of an IPv6 site, for as many times as many: whoever is given a /48 has 65,536 addresses as we count them.
const PER_SITE: u32 = 4 * PER_ADDRESS;
/// Wrong passwords for one account from anywhere. More lets many addresses guess at one account together; less lets
/// anybody lock a specialist out more easily (a session that is open, and a sign-in link, work all the while).
const PER_ACCOUNT: u32 = 10;
/// Wrong passwords at a signature or a change of password in one session. Whoever sits in front of somebody else's
/// session knows the name already.
const PER_SESSION: u32 = 5;
/// One-time links that an address may try. Nobody guesses 256 bits; this keeps the log short.
const LINKS: u32 = 30;
/// Tickets that a guest's cookie may ask for: a page that reconnects wildly every second is slowed.
const GUEST_TICKETS: u32 = 100;
/// Glasses that one person may break in the window. More lets somebody read through a network before anybody looks;
/// less hinders nobody: two emergencies at once are rare.
const GLASSES: u32 = 5;
/// Exports that one person may ask for in the window. Each is told to the data-protection role: more lets somebody bury
/// what else was told; less hinders a court case with many consults.
const EXPORTS: u32 = 10;
/// Checks of the path that one session may ask for. More lets a broken page load the media server; less hinders somebody
/// who walks through the house looking for a network that is good enough.
const CHECKS: u32 = 30;
/// Self-tests that one person may begin. Each is a push: more fills a telephone's screen; less hinders somebody who tries
/// several devices.
const SELF_TESTS: u32 = 20;
/// Entries kept at most, 100 bytes each. More costs memory under attack; less lets an attacker with many addresses
/// push out others' counts.
const MAX_ENTRIES: usize = 50_000;

/// Counts tries by what they are tries at.
#[derive(Debug)]
pub struct Limiter {
    sign_in_failures: u32,
    counts: BTreeMap<Key, Count>,
    /// When all counts were last looked through.
    swept: UnixMillis,
}

/// What one request is a try at.
#[derive(Clone, Debug)]
pub struct Try(Vec<Key>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Addresses are [`neighbourhood`]s.
    Pair(IpAddr, String),
    Address(IpAddr),
    /// The /48 of an IPv6 address.
    Site(Ipv6Addr),
    Account(String),
    /// By the session's name in the access log.
    Session(String),
    Links(IpAddr),
    GuestTickets(GuestId),
    Glasses(PersonId),
    Exports(PersonId),
    Checks(SessionId),
    SelfTests(PersonId),
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: UnixMillis,
    tries: u32,
}

impl Try {
    /// A password of that account, from that address. Counted by both, and by each alone.
    pub fn sign_in(address: IpAddr, account: &str) -> Self {
        let account: String = account.trim().to_lowercase().chars().take(128).collect();
        let address = neighbourhood(address);
        let mut keys = vec![Key::Pair(address, account.clone()), Key::Account(account), Key::Address(address)];
        if let IpAddr::V6(address) = address {
            keys.push(Key::Site(Ipv6Addr::from_bits(address.to_bits() >> 80 << 80)));
        }
        Self(keys)
    }

    /// The password again, in an open session.
    pub fn password_again(session: &str) -> Self {
        Self(vec![Key::Session(session.to_owned())])
    }

    /// A one-time link.
    pub fn link(address: IpAddr) -> Self {
        Self(vec![Key::Links(neighbourhood(address))])
    }

    pub fn guest_ticket(guest: GuestId) -> Self {
        Self(vec![Key::GuestTickets(guest)])
    }

    pub fn glass(person: PersonId) -> Self {
        Self(vec![Key::Glasses(person)])
    }

    pub fn export(person: PersonId) -> Self {
        Self(vec![Key::Exports(person)])
    }

    pub fn self_test(person: PersonId) -> Self {
        Self(vec![Key::SelfTests(person)])
    }

    pub fn check(session: SessionId) -> Self {
        Self(vec![Key::Checks(session)])
    }
}

impl Limiter {
    /// `sign_in_failures` are allowed for one account from one address in [`WINDOW_SECONDS`].
    pub fn new(sign_in_failures: u32) -> Self {
        Self { sign_in_failures, counts: BTreeMap::new(), swept: UnixMillis(0) }
    }

    /// May this be tried now? If so, it counts as failed until [`Self::succeeded`] or [`Self::taken_back`]: otherwise
    /// many tries at once would all be looked at before the first has failed.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn begin(&mut self, tried: &Try, now: UnixMillis) -> Result<(), u32> {
        self.check(tried, now)?;
        self.count(tried, now);
        Ok(())
    }

    fn check(&self, tried: &Try, now: UnixMillis) -> Result<(), u32> {
        let wait = tried
            .0
            .iter()
            .filter_map(|key| {
                let count = self.counts.get(key)?;
                let age = now.seconds_since(count.since);
                (count.tries >= self.allowed(key) && age < WINDOW_SECONDS).then_some(WINDOW_SECONDS - age.max(0))
            })
            .max();
        match wait {
            Some(seconds) => Err(u32::try_from(seconds).unwrap_or(u32::MAX)),
            None => Ok(()),
        }
    }

    fn count(&mut self, tried: &Try, now: UnixMillis) {
        // Looking through all of them takes milliseconds under everybody's lock: once in a second is enough.
        if self.counts.len() >= MAX_ENTRIES && now.seconds_since(self.swept) != 0 {
            self.swept = now;
            self.counts.retain(|_, count| now.seconds_since(count.since) < WINDOW_SECONDS);
        }
        while self.counts.len() >= MAX_ENTRIES {
            self.counts.pop_first();
        }
        for key in &tried.0 {
            let count = self.counts.entry(key.clone()).or_insert(Count { since: now, tries: 0 });
            if now.seconds_since(count.since) >= WINDOW_SECONDS {
                *count = Count { since: now, tries: 0 };
            }
            count.tries = count.tries.saturating_add(1);
        }
    }

    /// A try was right: counts of one account, one session start anew. An address's loses this try alone, or one good
    /// account would pay for guessing at all others.
    pub fn succeeded(&mut self, tried: &Try) {
        self.taken_back(tried);
        for key in tried.0.iter().filter(|key| !matches!(key, Key::Address(_) | Key::Site(_) | Key::Links(_))) {
            self.counts.remove(key);
        }
    }

    /// A try came to no answer, through no fault of the person's.
    pub fn taken_back(&mut self, tried: &Try) {
        for key in &tried.0 {
            if let Some(count) = self.counts.get_mut(key) {
                count.tries = count.tries.saturating_sub(1);
            }
        }
    }

    fn allowed(&self, key: &Key) -> u32 {
        match key {
            Key::Pair(..) => self.sign_in_failures,
            Key::Address(_) => self.sign_in_failures.saturating_mul(PER_ADDRESS),
            Key::Site(_) => self.sign_in_failures.saturating_mul(PER_SITE),
            Key::Account(_) => PER_ACCOUNT.max(self.sign_in_failures),
            Key::Session(_) => PER_SESSION,
            Key::Links(_) => LINKS,
            Key::GuestTickets(_) => GUEST_TICKETS,
            Key::Glasses(_) => GLASSES,
            Key::Exports(_) => EXPORTS,
            Key::Checks(_) => CHECKS,
            Key::SelfTests(_) => SELF_TESTS,
        }
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
        let mut limiter = Limiter::new(8);
        for n in 0..8 {
            assert_eq!(limiter.check(&Try::sign_in(HERE, "Falk@Example.org"), START.plus_seconds(n)), Ok(()));
            limiter.count(&Try::sign_in(HERE, "falk@example.org "), START.plus_seconds(n));
        }
        let later = START.plus_seconds(60);
        assert_eq!(limiter.check(&Try::sign_in(HERE, "falk@example.org"), later), Err(14 * 60));
        assert_eq!(limiter.check(&Try::sign_in(ELSEWHERE, "falk@example.org"), later), Ok(()));
        assert_eq!(limiter.check(&Try::sign_in(HERE, "other@example.org"), later), Ok(()));
        let over = START.plus_seconds(WINDOW_SECONDS);
        assert_eq!(limiter.check(&Try::sign_in(HERE, "falk@example.org"), over), Ok(()));
    }

    #[test]
    fn ten_wrong_passwords_from_anywhere_lock_the_account_for_a_while() {
        let mut limiter = Limiter::new(8);
        for n in 0..PER_ACCOUNT {
            let address = IpAddr::from([10, 0, 0, u8::try_from(n).unwrap()]);
            assert_eq!(limiter.begin(&Try::sign_in(address, "falk"), START), Ok(()));
        }
        assert!(limiter.begin(&Try::sign_in(HERE, "falk"), START).is_err());
        assert_eq!(limiter.begin(&Try::sign_in(HERE, "nowak"), START), Ok(()));
        assert_eq!(limiter.begin(&Try::sign_in(HERE, "falk"), START.plus_seconds(WINDOW_SECONDS)), Ok(()));
    }

    #[test]
    fn tries_at_once_count_before_they_have_failed() {
        let mut limiter = Limiter::new(2);
        let falk = Try::sign_in(HERE, "falk");
        assert_eq!(limiter.begin(&falk, START), Ok(()));
        assert_eq!(limiter.begin(&falk, START), Ok(()));
        assert!(limiter.begin(&falk, START).is_err());
        limiter.taken_back(&falk);
        assert_eq!(limiter.begin(&falk, START), Ok(()));
        limiter.succeeded(&falk);
        assert_eq!(limiter.counts.get(&Key::Address(HERE)).map(|count| count.tries), Some(1));
        assert_eq!(limiter.begin(&falk, START), Ok(()));
    }

    #[test]
    fn a_good_password_clears_the_account_but_not_the_address() {
        let mut limiter = Limiter::new(1);
        for n in 0..PER_ADDRESS {
            limiter.count(&Try::sign_in(HERE, &format!("guess{n}")), START);
        }
        let first = Try::sign_in(HERE, "guess0");
        limiter.count(&first, START);
        limiter.succeeded(&first);
        assert!(limiter.check(&first, START).is_err());
        assert!(limiter.check(&Try::sign_in(HERE, "never seen"), START).is_err());
    }

    #[test]
    fn a_session_guesses_five_times_at_its_password() {
        let mut limiter = Limiter::new(8);
        for _ in 0..PER_SESSION {
            assert_eq!(limiter.begin(&Try::password_again("a"), START), Ok(()));
        }
        assert_eq!(limiter.begin(&Try::password_again("a"), START), Err(15 * 60));
        assert_eq!(limiter.begin(&Try::password_again("b"), START), Ok(()));
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut limiter = Limiter::new(1);
        for n in 0..(MAX_ENTRIES + 10) {
            limiter.count(&Try::sign_in(HERE, &n.to_string()), START);
        }
        assert!(limiter.counts.len() <= MAX_ENTRIES + 2);
    }

    #[test]
    fn a_full_table_is_looked_through_once_a_second() {
        let mut limiter = Limiter::new(1);
        for n in 0..MAX_ENTRIES {
            limiter.count(&Try::password_again(&n.to_string()), START);
        }
        let later = START.plus_seconds(WINDOW_SECONDS);
        limiter.count(&Try::password_again("x"), later);
        assert_eq!((limiter.counts.len(), limiter.swept), (1, later), "what is too old has gone");
        for n in 0..=MAX_ENTRIES {
            limiter.count(&Try::password_again(&n.to_string()), later);
        }
        assert_eq!(limiter.counts.len(), MAX_ENTRIES);
        limiter.count(&Try::password_again("y"), later.plus_seconds(1));
        assert_eq!((limiter.counts.len(), limiter.swept), (MAX_ENTRIES, later.plus_seconds(1)));
    }

    #[test]
    fn a_host_with_a_whole_network_is_one_and_a_site_with_many_is_one_too() {
        let mut limiter = Limiter::new(1);
        let address =
            |network: u128, host: u128| IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8_0001 << 80 | network << 64 | host));
        for n in 0..PER_ADDRESS {
            let tried = Try::sign_in(address(0, n.into()), &format!("guess{n}"));
            assert_eq!(limiter.begin(&tried, START), Ok(()));
        }
        assert!(limiter.begin(&Try::sign_in(address(0, 99), "another"), START).is_err());
        for n in PER_ADDRESS..PER_SITE {
            let tried = Try::sign_in(address(n.into(), 1), &format!("guess{n}"));
            assert_eq!(limiter.begin(&tried, START), Ok(()), "{n}");
        }
        assert!(limiter.begin(&Try::sign_in(address(0xFFFF, 1), "another"), START).is_err());
    }
}
