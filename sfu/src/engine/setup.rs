//! How a peer connection is configured.

use super::interceptors::{DeliverKeyframeRequests, NackOriginals, Tapped, UnwrapRtx};
use crate::stats::Counters;
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::{NackGeneratorBuilder, NackResponderBuilder, Registry, Slot};
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::{configure_rtcp_reports, configure_twcc_receiver_only};
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::{SctpMaxMessageSize, SettingEngine, SettingEngineBuilder};
use rtc::peer_connection::transport::RTCDtlsRole;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind};
use rtc::shared::error::Result;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Between two connectivity checks of ours. More: slower set-up (the engine's 200 ms cost 0.35 s with native peers).
/// Less: more datagrams per joining client, which RFC 8445 § 14.2 limits to one in 5 ms.
const CHECK_INTERVAL: Duration = Duration::from_millis(20);
/// Silence before the agent reports "disconnected". Our own liveness decides; this only feeds its state.
const ICE_SILENCE: Duration = Duration::from_secs(5);
/// Between keep-alives of ours. More: NAT bindings may expire (RFC 8445 § 11: at most 15 s). Less: idle traffic.
const ICE_KEEPALIVE: Duration = Duration::from_secs(2);
/// Between two rounds of NACK to a publisher. More: a lost packet freezes the picture for longer. Less than a round
/// trip asks several times for the same packet.
const NACK_INTERVAL: Duration = Duration::from_millis(40);
/// Rounds after which a packet is given up; the subscriber's key frame request then repairs. More: retransmissions
/// that come too late to be shown. Less: bursts of loss end in key frames.
const NACK_ROUNDS: u16 = 8;
/// Newest packets that are not asked for yet. More: later repair. Less: reordering looks like loss.
const NACK_SKIP: u16 = 2;
/// Packets kept per slot for retransmission: at 300 packets/s more than three seconds, beyond any jitter buffer. It
/// must be a power of two. More costs 1.2 kB each.
const RTX_HISTORY: u16 = 1_024;

/// Payload types of ours; a client's offer replaces them by its own (RFC 3264 § 5.1).
const OPUS: u8 = 111;
const VP8: u8 = 96;
const VP8_RTX: u8 = 97;

pub(super) fn build(now: Instant, counters: &Arc<Counters>) -> Result<RTCPeerConnection> {
    let mut media = codecs()?;
    let registry = chain(&mut media, counters)?;
    RTCPeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_setting_engine(settings())
        .with_media_engine(media)
        .with_interceptor_registry(registry)
        .build(now)
}

/// VP8 and opus, the pair that end-to-end encryption works with in both browsers.
fn codecs() -> Result<MediaEngine> {
    let mut media = MediaEngine::default();
    let codec = |mime_type: &str, clock_rate, channels, fmtp: &str, payload_type| RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: mime_type.to_owned(),
            clock_rate,
            channels,
            sdp_fmtp_line: fmtp.to_owned(),
            rtcp_feedback: Vec::new(),
        },
        payload_type,
    };
    media.register_codec(codec(MIME_TYPE_OPUS, 48_000, 2, "minptime=10;useinbandfec=1", OPUS), RtpCodecKind::Audio)?;
    media.register_codec(codec(MIME_TYPE_VP8, 90_000, 0, "", VP8), RtpCodecKind::Video)?;
    media.register_codec(codec(MIME_TYPE_RTX, 90_000, 0, &format!("apt={VP8}"), VP8_RTX), RtpCodecKind::Video)?;
    for parameter in ["", "pli"] {
        let feedback = RTCPFeedback { typ: "nack".to_owned(), parameter: parameter.to_owned() };
        media.register_feedback(feedback, RtpCodecKind::Video);
    }
    Ok(media)
}

fn chain(media: &mut MediaEngine, counters: &Arc<Counters>) -> Result<Registry> {
    let nack = NackGeneratorBuilder::new()
        .with_interval(NACK_INTERVAL)
        .with_max_nacks_per_packet(NACK_ROUNDS)
        .with_skip_last_n(NACK_SKIP)
        .build();
    let registry = Registry::new()
        .with(Slot::NackResponder, NackResponderBuilder::new().with_size(RTX_HISTORY).build())
        .with(Slot::from(6_500), Tapped::new(UnwrapRtx::new(counters.clone())))
        .with(Slot::NackGenerator, NackOriginals::new(nack))
        .with(Slot::from(14_000), Tapped::new(DeliverKeyframeRequests { counters: counters.clone() }));
    Ok(configure_rtcp_reports(configure_twcc_receiver_only(registry, media)?))
}

fn settings() -> SettingEngine {
    SettingEngineBuilder::new()
        // The client speaks first: it knows when its path works.
        .with_answering_dtls_role(RTCDtlsRole::Server)
        // The engine takes the first profile in the *client's* order, and Chromium puts AES-CM first although it has
        // GCM; so GCM is the only one. It runs on AES hardware; all browsers since 2020 have it.
        .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
        .with_ice_connection_attempts(Some(CHECK_INTERVAL), None)
        // Never "failed": our own liveness decides, and a failed agent throws its candidates away.
        .with_ice_timeouts(Some(ICE_SILENCE), Some(Duration::ZERO), Some(ICE_KEEPALIVE))
        .with_host_acceptance_min_wait(Some(Duration::ZERO))
        .with_prflx_acceptance_min_wait(Some(Duration::ZERO))
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .with_sctp_max_message_size(SctpMaxMessageSize::Bounded(SctpMaxMessageSize::DEFAULT_MESSAGE_SIZE))
        .build()
}
