//! Writing the answer, in the order of RFC 8829 § 5.3.1.

use super::line::Line;
use super::negotiate::{Negotiated, Published, Slot};
use super::offer::Offered;
use super::{EXTENSION_NAMES, Extensions, Kind, Payload, rtpmap};
use crate::net::announce::Candidate;
use crate::packet::Codec;
use std::fmt::Write;

/// Port of SCTP inside DTLS; every browser has this one.
const SCTP_PORT: u16 = 5_000;

/// What clients send of a voice, in bit/s (RFC 7587 § 6.1). Less: at the 32,000 that Chromium has by itself libopus
/// (`decide_fec`) leaves the FEC out more often, for seconds or a whole call. Measured in Chromium with a tenth of the
/// packets lost: of the sound 7.8 % was made up at 32,000 (12 calls), 6.1 at 40,000 (24), 7.6 at 48,000 (12); since the
/// sender is told of the losses on the whole way 8.1 and 4.1 in the same four calls. At a fifth lost it is all one. More:
/// voices crowd a path of 200 kbit/s.
const VOICE_BITRATE: u32 = 40_000;

/// Our end of the transport. No `Debug`: it holds credentials.
pub(in super::super) struct Local<'a> {
    pub(in super::super) ufrag: &'a str,
    pub(in super::super) password: &'a str,
    /// SHA-256 of our certificate.
    pub(in super::super) fingerprint: &'a [u8; 32],
    pub(in super::super) candidates: &'a [Candidate],
    /// Names the session; the version grows with every answer of it (RFC 8829 § 5.2.1).
    pub(in super::super) session: u64,
    pub(in super::super) version: u64,
    /// Bytes of a data channel message that we take.
    pub(in super::super) max_message_size: usize,
}

pub(in super::super) fn write(offered: &Offered, negotiated: &Negotiated, local: &Local<'_>) -> String {
    let mut out = String::with_capacity(1_024 * (offered.lines.len() + 1));
    // Writing to a string does not fail.
    let _ = session(&mut out, offered, local);
    let first = offered.lines.iter().position(Line::is_answered);
    for (at, line) in offered.lines.iter().enumerate() {
        let _ = media(&mut out, line, negotiated, local, first == Some(at));
    }
    out
}

fn session(out: &mut String, offered: &Offered, local: &Local<'_>) -> std::fmt::Result {
    let (session, version) = (local.session, local.version);
    write!(out, "v=0\r\no=- {session} {version} IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n")?;
    // RFC 9143 § 7.3.3: not those that the answer rejects.
    let live = offered.lines.iter().filter(|line| line.is_answered());
    let mids: Vec<&str> = live.map(|line| line.mid.as_str()).collect();
    if !mids.is_empty() {
        write!(out, "a=group:BUNDLE {}\r\n", mids.join(" "))?;
    }
    if offered.mixed_extensions {
        out.push_str("a=extmap-allow-mixed\r\n");
    }
    out.push_str("a=msid-semantic: WMS *\r\n");
    Ok(())
}

fn media(
    out: &mut String,
    line: &Line,
    negotiated: &Negotiated,
    local: &Local<'_>,
    with_candidates: bool,
) -> std::fmt::Result {
    let kind = match line.kind {
        Kind::Audio => "audio",
        Kind::Video => "video",
        Kind::Application => "application",
    };
    let (mid, protocol) = (&line.mid, &line.protocol);
    if !line.is_answered() {
        let format = if line.kind == Kind::Application { "webrtc-datachannel" } else { "0" };
        return write!(out, "m={kind} 0 {protocol} {format}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\na=mid:{mid}\r\n");
    }
    write!(out, "m={kind} 9 {protocol}")?;
    for payload in &line.payloads {
        write!(out, " {}", payload.payload_type)?;
        payload.rtx.map_or(Ok(()), |rtx| write!(out, " {rtx}"))?;
    }
    if line.kind == Kind::Application {
        out.push_str(" webrtc-datachannel");
    }
    out.push_str("\r\nc=IN IP4 0.0.0.0\r\n");
    if with_candidates {
        candidates(out, local)?;
    }
    write!(out, "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=fingerprint:sha-256 ", local.ufrag, local.password)?;
    for (index, byte) in local.fingerprint.iter().enumerate() {
        write!(out, "{}{byte:02X}", if index == 0 { "" } else { ":" })?;
    }
    write!(out, "\r\na=setup:passive\r\na=mid:{mid}\r\n")?;
    if line.kind == Kind::Application {
        let size = local.max_message_size;
        return write!(out, "a=sctp-port:{SCTP_PORT}\r\na=max-message-size:{size}\r\n");
    }
    let published = negotiated.published.iter().find(|published| published.mid == *mid);
    let slot = negotiated.slots.iter().find(|slot| slot.mid == *mid);
    match (published, slot) {
        (Some(published), _) => extensions(out, &published.extensions)?,
        (_, Some(slot)) => extensions(out, &slot.extensions)?,
        _ => {}
    }
    let direction = match (published, slot) {
        (Some(_), _) => "recvonly",
        (_, Some(_)) => "sendonly",
        _ => "inactive",
    };
    write!(out, "a={direction}\r\n")?;
    if let Some(slot) = slot {
        write!(out, "a=msid:{} slot-{mid}\r\n", slot.stream)?;
    }
    out.push_str("a=rtcp-mux\r\n");
    if line.reduced_size {
        out.push_str("a=rtcp-rsize\r\n");
    }
    line.payloads.iter().try_for_each(|payload| codec(out, payload))?;
    published.map_or(Ok(()), |published| layers(out, published))?;
    slot.map_or(Ok(()), |slot| sources(out, slot))
}

fn candidates(out: &mut String, local: &Local<'_>) -> std::fmt::Result {
    local.candidates.iter().try_for_each(|candidate| write!(out, "a={candidate}\r\n"))?;
    out.push_str("a=end-of-candidates\r\n");
    Ok(())
}

fn extensions(out: &mut String, extensions: &Extensions) -> std::fmt::Result {
    for (name, id) in EXTENSION_NAMES.iter().zip(extensions.ids()) {
        id.map_or(Ok(()), |id| write!(out, "a=extmap:{id} {name}\r\n"))?;
    }
    Ok(())
}

fn codec(out: &mut String, payload: &Payload) -> std::fmt::Result {
    let Payload { codec, payload_type: pt, rtx, feedback } = *payload;
    write!(out, "a=rtpmap:{pt} {}\r\n", rtpmap(codec))?;
    let kinds = [
        (feedback.transport_wide, "transport-cc"),
        // Nobody repairs audio: a retransmission comes too late to be heard.
        (feedback.nack && codec != Codec::Opus, "nack"),
        (feedback.pli, "nack pli"),
        (feedback.fir, "ccm fir"),
    ];
    for (_, kind) in kinds.iter().filter(|(offered, _)| *offered) {
        write!(out, "a=rtcp-fb:{pt} {kind}\r\n")?;
    }
    match codec {
        // In-band FEC: a lost packet is heard from the next one.
        Codec::Opus => {
            write!(out, "a=fmtp:{pt} minptime=10;maxaveragebitrate={VOICE_BITRATE};useinbandfec=1\r\n")?;
        }
        Codec::Vp9 => write!(out, "a=fmtp:{pt} profile-id=0\r\n")?,
        Codec::Vp8 => {}
    }
    rtx.map_or(Ok(()), |rtx| write!(out, "a=rtpmap:{rtx} rtx/90000\r\na=fmtp:{rtx} apt={pt}\r\n"))
}

fn layers(out: &mut String, published: &Published) -> std::fmt::Result {
    if published.rids.is_empty() {
        return Ok(());
    }
    published.rids.iter().try_for_each(|rid| write!(out, "a=rid:{rid} recv\r\n"))?;
    write!(out, "a=simulcast:recv {}\r\n", published.rids.join(";"))
}

fn sources(out: &mut String, slot: &Slot) -> std::fmt::Result {
    let (ssrc, stream, mid) = (slot.ssrc, &slot.stream, &slot.mid);
    if let Some(rtx) = slot.rtx_ssrc {
        write!(out, "a=ssrc-group:FID {ssrc} {rtx}\r\n")?;
    }
    // The name (RFC 3550 § 6.5.1) says which clocks belong together: one for each stream.
    for ssrc in [Some(ssrc), slot.rtx_ssrc].into_iter().flatten() {
        write!(out, "a=ssrc:{ssrc} cname:{stream}\r\na=ssrc:{ssrc} msid:{stream} slot-{mid}\r\n")?;
    }
    Ok(())
}
