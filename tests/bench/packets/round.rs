//! What rounds have cost, in lines for people.

use super::talk::{Said, Talk};
use crate::Sample;
use anyhow::{Result, ensure};
use std::time::Duration;

/// A round in which less than this part arrives compares nothing: who drops packets is cheap and wrong.
const ENOUGH: f64 = 0.995;

#[derive(Default)]
pub(crate) struct Round {
    /// CPU time of the forwarder.
    pub(crate) cpu: Duration,
    pub(crate) expected: u64,
    /// Packets of media that came, without repetitions.
    pub(crate) forwarded: u64,
    /// Packets that came first or as a repetition.
    pub(crate) delivered: u64,
    /// Peers that got less than [`ENOUGH`].
    pub(crate) short: usize,
    /// See [`super::meter::Meter`].
    pub(crate) others: f64,
    /// Datagrams that found a full socket, anywhere in this network.
    pub(crate) overflowed: u64,
    /// Milliseconds of each packet on its way to the last of the audience.
    pub(crate) latencies: Vec<f64>,
    pub(crate) talk: Talk,
}

impl Round {
    /// CPU seconds for a million packets.
    fn cost(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / count(self.forwarded.max(1))
    }

    pub(crate) fn counts(&self) -> bool {
        self.short == 0 && self.overflowed == 0 && is_enough(self.delivered, self.expected)
    }

    pub(crate) fn why_not(&self) -> String {
        let lost = 100.0 * (1.0 - count(self.delivered) / count(self.expected));
        format!(
            "{lost:.2} % did not come; {} peers short, {} datagrams found a full socket, {:.0} % of a core taken by others",
            self.short,
            self.overflowed,
            100.0 * self.others
        )
    }
}

pub(crate) fn is_enough(arrived: u64, expected: u64) -> bool {
    count(arrived) >= count(expected) * ENOUGH
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn count(number: u64) -> f64 {
    number as f64
}

/// `limit`: the bare loop's rounds, which were measured in turns with these.
pub(crate) fn line(name: &str, rounds: &[Round], limit: &[Round]) -> String {
    let cost = Sample::new(rounds.iter().map(Round::cost).collect());
    let ratio = Sample::new(rounds.iter().zip(limit).map(|(ours, bare)| ours.cost() / bare.cost()).collect());
    let latency = Sample::new(rounds.iter().flat_map(|round| round.latencies.iter().copied()).collect());
    let others = Sample::new(rounds.iter().map(|round| 100.0 * round.others).collect());
    let sum = |of: fn(&Round) -> u64| count(rounds.iter().map(of).sum());
    let lost = 100.0 * (1.0 - sum(|round| round.delivered) / sum(|round| round.expected));
    format!(
        "  {name:<10}{:6.2} s/million{:6.2} × the bare loop ({:.2}–{:.2})   latency p50 {:.2} p99 {:.2} ms   lost \
         {lost:.2} %   (others: {:.0} % of a core)",
        cost.percentile(50),
        ratio.percentile(50),
        ratio.percentile(0),
        ratio.percentile(100),
        latency.percentile(50),
        latency.percentile(99),
        others.percentile(50),
    )
}

/// That everything was on, in figures. `all`: since the peers came, `rounds` among it. `is_probed`: what is sent is more
/// than an SFU believes in at first.
pub(crate) fn talk(rounds: &[Round], all: &Talk, is_probed: bool) -> Result<String> {
    use Said::*;
    let mut talk = Talk::default();
    rounds.iter().for_each(|round| talk.add(&round.talk));
    let of = |said| talk.of(said);
    for said in [Asked, Repeated, Feedback, ReceiverReport, SenderReport] {
        ensure!(of(said) > 0, "no {said:?} of a subscriber in any round");
    }
    for said in [UpNack, UpRepeated, UpFeedback, UpReceiverReport, UpSenderReport] {
        ensure!(of(said) > 0, "no {said:?} of a publisher in any round");
    }
    ensure!(!is_probed || all.of(Padding) > 0, "nothing was probed");
    Ok(format!(
        "down: {} packets asked for, {} repeated, {} transport-wide feedbacks, {} receiver and {} sender reports, {} packets \
         of probes ({} before the rounds)\n  up: {} NACKs, {} packets repeated, {} feedbacks, {} receiver and {} sender reports",
        of(Asked),
        of(Repeated),
        of(Feedback),
        of(ReceiverReport),
        of(SenderReport),
        of(Padding),
        all.of(Padding) - of(Padding),
        of(UpNack),
        of(UpRepeated),
        of(UpFeedback),
        of(UpReceiverReport),
        of(UpSenderReport)
    ))
}
