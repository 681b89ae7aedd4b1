//! The SFU's figures for Prometheus.

use super::Series;
use sfu::{Drops, Stats};
use std::time::Duration;

/// All of them; a figure that is new to the SFU does not compile here until it is shown.
pub fn of_sfu(stats: &Stats) -> Vec<Series> {
    let Stats {
        rooms,
        peers,
        packets_in,
        packets_out,
        bytes_in,
        bytes_out,
        forwarded,
        pli_sent,
        pli_received,
        nack_received,
        rtx_received,
        nack_sent,
        rtx_sent,
        lost_in,
        lost_out,
        probes,
        switches,
        measured,
        estimates,
        round_trips,
        lossy,
        data_frames,
        tcp_connections,
        drops,
    } = *stats;
    let now = [
        ("telekonsil_sfu_rooms", "Rooms with media.", rooms),
        ("telekonsil_sfu_peers", "Peers, connected or about to be.", peers),
        ("telekonsil_sfu_connected_peers", "Connected peers; estimates, round trips and lossy are of them.", measured),
        ("telekonsil_sfu_lossy_peers", "Peers that lose more than one packet in twenty, one way or the other.", lossy),
        ("telekonsil_sfu_estimates_bits_per_second", "Sum of what the paths to peers are known to carry.", estimates),
        ("telekonsil_sfu_tcp_connections", "TCP connections.", tcp_connections),
    ];
    let mut series: Vec<Series> = now.into_iter().map(|(name, help, value)| Series::gauge(name, help, value)).collect();
    let round_trips = Duration::from_micros(round_trips).as_secs_f64();
    series.push(Series::gauge("telekonsil_sfu_round_trips_seconds", "Sum of the round trips of peers.", round_trips));
    let ways = [
        ("telekonsil_sfu_packets_total", "Datagrams received and sent.", packets_in, packets_out),
        ("telekonsil_sfu_bytes_total", "Bytes received and sent.", bytes_in, bytes_out),
        ("telekonsil_sfu_lost_total", "Packets that did not come at the first time.", lost_in, lost_out),
    ];
    for (name, help, from, to) in ways {
        series.extend([("in", from), ("out", to)].map(|(way, n)| Series::counter(name, help, n).of("direction", way)));
    }
    let since_start = [
        ("telekonsil_sfu_forwarded_total", "RTP packets forwarded, once for each subscriber.", forwarded),
        ("telekonsil_sfu_switches_total", "Changes of a shown layer.", switches),
        ("telekonsil_sfu_probes_total", "Bursts of padding.", probes),
        ("telekonsil_sfu_data_frames_total", "Data channel frames relayed.", data_frames),
    ];
    series.extend(since_start.map(|(name, help, value)| Series::counter(name, help, value)));
    let feedback = [
        ("pli_sent", pli_sent),
        ("pli_received", pli_received),
        ("nack_sent", nack_sent),
        ("nack_received", nack_received),
        ("rtx_sent", rtx_sent),
        ("rtx_received", rtx_received),
    ];
    let help = "Key frame requests, questions for packets, and repetitions.";
    series.extend(feedback.map(|(kind, n)| Series::counter("telekonsil_sfu_feedback_total", help, n).of("kind", kind)));
    series.extend(of_drops(&drops));
    series
}

fn of_drops(drops: &Drops) -> Vec<Series> {
    let Drops {
        unknown_address,
        unauthenticated,
        malformed,
        tcp_refused,
        media_refused,
        unknown_source,
        repeated,
        foreign_rtcp,
        rtx_held_back,
        send_failed,
        data_malformed,
        data_too_large,
        data_backlog,
        data_flood,
        not_kept,
        crowded_out,
        panics,
    } = *drops;
    let causes = [
        ("unknown_address", unknown_address),
        ("unauthenticated", unauthenticated),
        ("malformed", malformed),
        ("tcp_refused", tcp_refused),
        ("media_refused", media_refused),
        ("unknown_source", unknown_source),
        ("repeated", repeated),
        ("foreign_rtcp", foreign_rtcp),
        ("rtx_held_back", rtx_held_back),
        ("send_failed", send_failed),
        ("data_malformed", data_malformed),
        ("data_too_large", data_too_large),
        ("data_backlog", data_backlog),
        ("data_flood", data_flood),
        ("not_kept", not_kept),
        ("crowded_out", crowded_out),
        ("panic", panics),
    ];
    let drop = |n| Series::counter("telekonsil_sfu_drops_total", "What was thrown away, by its cause.", n);
    causes.into_iter().map(|(cause, n)| drop(n).of("cause", cause)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::metrics::Metrics;

    /// Each field with a number of its own.
    #[test]
    fn each_figure_of_the_sfu_is_shown_once_as_it_is() {
        let drops = Drops {
            unknown_address: 101,
            unauthenticated: 102,
            malformed: 103,
            tcp_refused: 104,
            media_refused: 105,
            unknown_source: 106,
            repeated: 107,
            foreign_rtcp: 108,
            rtx_held_back: 109,
            send_failed: 110,
            data_malformed: 111,
            data_too_large: 112,
            data_backlog: 113,
            data_flood: 114,
            not_kept: 115,
            crowded_out: 116,
            panics: 117,
        };
        let stats = Stats {
            rooms: 1,
            peers: 2,
            packets_in: 3,
            packets_out: 4,
            bytes_in: 5,
            bytes_out: 6,
            forwarded: 7,
            pli_sent: 8,
            pli_received: 9,
            nack_received: 10,
            rtx_received: 11,
            nack_sent: 12,
            rtx_sent: 13,
            lost_in: 14,
            lost_out: 15,
            probes: 16,
            switches: 17,
            measured: 18,
            estimates: 19,
            round_trips: 20_000,
            lossy: 21,
            data_frames: 22,
            tcp_connections: 23,
            drops,
        };
        let text = Metrics::default().write(&of_sfu(&stats));
        let shown: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("telekonsil_sfu_")).collect();
        let expected = "\
            rooms 1
            peers 2
            connected_peers 18
            lossy_peers 21
            estimates_bits_per_second 19
            tcp_connections 23
            round_trips_seconds 0.02
            packets_total{direction=\"in\"} 3
            packets_total{direction=\"out\"} 4
            bytes_total{direction=\"in\"} 5
            bytes_total{direction=\"out\"} 6
            lost_total{direction=\"in\"} 14
            lost_total{direction=\"out\"} 15
            forwarded_total 7
            switches_total 17
            probes_total 16
            data_frames_total 22
            feedback_total{kind=\"pli_sent\"} 8
            feedback_total{kind=\"pli_received\"} 9
            feedback_total{kind=\"nack_sent\"} 12
            feedback_total{kind=\"nack_received\"} 10
            feedback_total{kind=\"rtx_sent\"} 13
            feedback_total{kind=\"rtx_received\"} 11
            drops_total{cause=\"unknown_address\"} 101
            drops_total{cause=\"unauthenticated\"} 102
            drops_total{cause=\"malformed\"} 103
            drops_total{cause=\"tcp_refused\"} 104
            drops_total{cause=\"media_refused\"} 105
            drops_total{cause=\"unknown_source\"} 106
            drops_total{cause=\"repeated\"} 107
            drops_total{cause=\"foreign_rtcp\"} 108
            drops_total{cause=\"rtx_held_back\"} 109
            drops_total{cause=\"send_failed\"} 110
            drops_total{cause=\"data_malformed\"} 111
            drops_total{cause=\"data_too_large\"} 112
            drops_total{cause=\"data_backlog\"} 113
            drops_total{cause=\"data_flood\"} 114
            drops_total{cause=\"not_kept\"} 115
            drops_total{cause=\"crowded_out\"} 116
            drops_total{cause=\"panic\"} 117";
        assert_eq!(shown, expected.lines().map(str::trim).collect::<Vec<_>>());
        // Said once for all series of a name.
        let names = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
        let mut names: Vec<&str> = names.collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
