//! What was said beside media, counted on the wire at the clients: nothing is cheap because it is off.

use rtc::rtcp::Packet;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Subscribers: packets asked for again, repetitions that came, padding that came, feedback and reports that were
    /// sent, reports that came.
    Asked,
    Repeated,
    Padding,
    Feedback,
    ReceiverReport,
    SenderReport,
    /// Publishers: NACKs that came, packets that were repeated, feedback and reports that came, reports that were sent.
    UpNack,
    UpRepeated,
    UpFeedback,
    UpReceiverReport,
    UpSenderReport,
}

#[derive(Clone, Copy, Default)]
pub(crate) struct Talk([u64; Said::UpSenderReport as usize + 1]);

impl Talk {
    pub(crate) fn count(&mut self, said: Said, times: u64) {
        self.0[said as usize] += times;
    }

    pub(crate) fn add(&mut self, other: &Talk) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, more)| *sum += more);
    }

    pub(crate) fn since(mut self, before: &Talk) -> Talk {
        self.0.iter_mut().zip(before.0).for_each(|(sum, less)| *sum -= less);
        self
    }

    pub(crate) fn of(&self, said: Said) -> u64 {
        self.0[said as usize]
    }
}

/// What a packet that came is.
pub(crate) fn heard(packet: &dyn Packet) -> Option<Said> {
    let packet = packet.as_any();
    let is = [
        (packet.is::<SenderReport>(), Said::SenderReport),
        (packet.is::<ReceiverReport>(), Said::UpReceiverReport),
        (packet.is::<TransportLayerNack>(), Said::UpNack),
        (packet.is::<TransportLayerCc>(), Said::UpFeedback),
    ];
    is.into_iter().find(|(is, _)| *is).map(|(_, said)| said)
}

/// Whether a compound begins with a sender report, by its part that stays in the clear (RFC 3711 § 3.4).
pub(crate) fn is_sender_report(compound: &[u8]) -> bool {
    compound.get(1) == Some(&200)
}
