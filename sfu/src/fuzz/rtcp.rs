//! Decrypted RTCP compounds. What we can also write is written, and read as the same.

use crate::net::clock;
use crate::packet::rtcp::{self, Feedback, MAX_BLOCKS, ReportBlock, feedbacks};
use crate::packet::transport_wide::{self, Report};
use crate::send::SentLog;
use std::collections::BTreeSet;

/// Longest compound that is read: no datagram is longer, and what it asks for fits into one packet of ours.
const LONGEST: usize = 2_048;
/// Our own SSRC in what is written.
const OURS: u32 = 9;

/// What one compound says.
pub fn compound(bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    for feedback in feedbacks(bytes) {
        match feedback {
            Feedback::SenderReport { ssrc, info, blocks } => {
                let blocks = at_most(MAX_BLOCKS, blocks);
                let written = write(|into| rtcp::sender_report(into, ssrc, &info, &blocks));
                let Some(Feedback::SenderReport { ssrc: s, info: i, blocks: b }) = feedbacks(&written).next() else {
                    panic!("a sender report is none")
                };
                assert_eq!((s, i, b.collect()), (ssrc, info, blocks));
            }
            Feedback::ReceiverReport { blocks } => {
                let blocks = at_most(MAX_BLOCKS, blocks);
                let written = write(|into| rtcp::receiver_report(into, OURS, &blocks));
                let Some(Feedback::ReceiverReport { blocks: b }) = feedbacks(&written).next() else {
                    panic!("a receiver report is none")
                };
                assert_eq!(b.collect::<Vec<ReportBlock>>(), blocks);
            }
            Feedback::Nack { media, lost } => {
                let lost = at_most(17 * bytes.len() / 4, lost);
                let written = write(|into| rtcp::nack(into, OURS, media, &lost));
                let again = match feedbacks(&written).next() {
                    Some(Feedback::Nack { media: m, lost }) if m == media => lost.collect(),
                    None => BTreeSet::new(),
                    _ => panic!("a NACK is none"),
                };
                assert_eq!(again, lost.into_iter().collect());
            }
            Feedback::Pli { media } => {
                let written = write(|into| rtcp::pli(into, OURS, media));
                assert!(matches!(feedbacks(&written).next(), Some(Feedback::Pli { media: m }) if m == media));
            }
            Feedback::Fir(requests) => drop(at_most(bytes.len() / 8, requests)),
            Feedback::TransportWide(packet) => {
                arrivals(packet);
                acknowledged(packet);
            }
            Feedback::Remb { .. } => {}
        }
    }
}

fn at_most<T>(count: usize, all: impl Iterator<Item = T>) -> Vec<T> {
    let all: Vec<T> = all.take(count + 1).collect();
    assert!(all.len() <= count, "a list longer than its bytes");
    all
}

fn write(packet: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut written = Vec::new();
    packet(&mut written);
    written
}

/// Of the numbers that a report of ours covers it says what was said.
fn arrivals(packet: &[u8]) {
    let Some(report) = Report::parse(packet) else { return };
    let said = at_most(usize::from(u16::MAX), report.packets());
    let times = said.iter().map(|(_, arrival)| *arrival);
    let mut written = Vec::new();
    let covered = transport_wide::write(&mut written, OURS, OURS, report.base, 0, times);
    assert!(covered <= said.len() && written.len() <= 1_104);
    let Some(Feedback::TransportWide(packet)) = feedbacks(&written).next() else {
        return assert_eq!((covered, written.len()), (0, 0));
    };
    let again = Report::parse(packet).expect("a report that was written");
    // The reference time comes round.
    let round = |(number, at): (u16, Option<i64>)| (number, at.map(|at| at as u32));
    assert!(again.packets().map(round).eq(said[..covered].iter().copied().map(round)));
}

/// Each packet arrives once, and is lost once before.
fn acknowledged(packet: &[u8]) {
    const SENT: usize = 100;
    let now = clock::now();
    let mut log = SentLog::new(now);
    (0..SENT).for_each(|_| _ = log.sent(now, 1_200, 0));
    let mut acked = Vec::new();
    log.acknowledged(packet, now, &mut acked);
    log.acknowledged(packet, now, &mut acked);
    assert!(acked.len() <= 2 * SENT);
}
