use super::*;
use crate::net::announce::candidates;
use proptest::prelude::*;

/// Chromium 156: microphone, camera of three layers, screen; slots for one microphone and two cameras; data channels.
const CHROMIUM: &str = include_str!("fixtures/chromium.sdp");
/// Firefox 152: camera of three layers and microphone (from `rtc`'s test data).
const FIREFOX: &str = include_str!("fixtures/firefox.sdp");

fn list(entries: &[(&str, Source)]) -> Vec<(String, Source)> {
    entries.iter().map(|(mid, source)| ((*mid).to_owned(), *source)).collect()
}

fn chromium() -> (Offered, Negotiated) {
    let offered = parse(CHROMIUM).ok().unwrap();
    let publish = list(&[("0", Source::Microphone), ("1", Source::Camera), ("2", Source::Screen)]);
    let receive = list(&[("3", Source::Microphone), ("4", Source::Camera), ("5", Source::Screen)]);
    let negotiated = offered.negotiate(&publish, &receive).unwrap();
    (offered, negotiated)
}

fn answer(offered: &Offered, negotiated: &Negotiated) -> String {
    let candidates = candidates(&["10.0.0.1".parse().unwrap(), "fd00::1".parse().unwrap()], 8189, true);
    let local = Local {
        ufrag: "ours",
        password: "0123456789012345678901",
        fingerprint: &[0xab; 32],
        candidates: &candidates,
        session: 7,
        version: 2,
        max_message_size: 65_536,
    };
    write(offered, negotiated, &local)
}

/// The n-th m-line with what belongs to it.
fn section(sdp: &str, n: usize) -> Vec<&str> {
    let starts: Vec<usize> =
        sdp.match_indices("m=").map(|(at, _)| at).filter(|at| sdp[..*at].ends_with('\n')).collect();
    sdp[starts[n]..starts.get(n + 1).copied().unwrap_or(sdp.len())].lines().collect()
}

#[test]
fn an_offer_of_chromium_is_read() {
    let (offered, negotiated) = chromium();
    assert_eq!(offered.ufrag, "zxGU");
    assert_eq!((offered.fingerprint[0], offered.fingerprint[31]), (0xe9, 0xa8));
    assert_eq!(offered.max_message_size(), 262_144);
    assert!(offered.mixed_extensions);
    let [microphone, camera, screen] = &negotiated.published[..] else { panic!() };
    assert_eq!((microphone.ssrcs.as_slice(), microphone.extensions.audio_level), ([1_070_355_566].as_slice(), Some(1)));
    assert_eq!((microphone.payloads[0].codec, microphone.payloads[0].payload_type), (Codec::Opus, 111));
    assert_eq!(camera.rids, ["q", "h", "f"]);
    let payloads: Vec<_> = camera.payloads.iter().map(|p| (p.codec, p.payload_type, p.rtx)).collect();
    assert_eq!(payloads, [(Codec::Vp8, 96, Some(97)), (Codec::Vp9, 98, Some(99))]);
    assert!(camera.ssrcs.is_empty());
    assert!(camera.extensions.rid.is_some() && camera.extensions.repaired_rid.is_some());
    assert_eq!(screen.ssrcs, [1_608_393_345]);
    assert_eq!(screen.repairs, [(1_608_393_345, 2_197_972_742)]);
    assert!(negotiated.slots[0].rtx_ssrc.is_none() && negotiated.slots[1].rtx_ssrc.is_some());
}

#[test]
fn an_offer_of_firefox_is_read() {
    let offered = parse(FIREFOX).ok().unwrap();
    let negotiated = offered.negotiate(&list(&[("0", Source::Camera), ("1", Source::Microphone)]), &[]).unwrap();
    let camera = &negotiated.published[0];
    assert_eq!(camera.rids, ["h", "m", "l"]);
    assert_eq!(camera.ssrcs, [1_730_948, 3_146_512_205, 1_708_365_952]);
    assert_eq!(camera.repairs[0], (1_730_948, 819_241_208));
    assert_eq!((camera.payloads[0].payload_type, camera.payloads[0].rtx), (120, Some(124)));
    assert_eq!((camera.extensions.rid, camera.extensions.repaired_rid), (Some(9), Some(10)));
    let written = answer(&offered, &negotiated);
    assert!(section(&written, 0).contains(&"a=simulcast:recv h;m;l"));
}

#[test]
fn the_answer_says_what_we_do() {
    let (offered, negotiated) = chromium();
    let written = answer(&offered, &negotiated);
    assert!(written.starts_with("v=0\r\no=- 7 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2 3 4 5 6\r\n"));
    assert!(written.lines().all(|line| line.as_bytes().get(1) == Some(&b'=')));
    let microphone = section(&written, 0);
    assert_eq!(
        microphone[..7],
        [
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "c=IN IP4 0.0.0.0",
            "a=candidate:1 1 udp 2130706431 10.0.0.1 8189 typ host",
            "a=candidate:2 1 udp 2130706175 fd00::1 8189 typ host",
            "a=candidate:3 1 tcp 1520435199 10.0.0.1 8189 typ host tcptype passive",
            "a=candidate:4 1 tcp 1520434943 fd00::1 8189 typ host tcptype passive",
            "a=end-of-candidates",
        ]
    );
    assert!(microphone.contains(&"a=setup:passive") && microphone.contains(&"a=recvonly"));
    assert!(microphone.contains(&"a=fmtp:111 minptime=10;maxaveragebitrate=40000;useinbandfec=1"));
    let camera = section(&written, 1);
    assert_eq!(camera[0], "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99");
    for wanted in [
        "a=rtcp-fb:96 nack",
        "a=rtcp-fb:96 nack pli",
        "a=rtcp-fb:96 ccm fir",
        "a=rtcp-fb:96 transport-cc",
        "a=fmtp:97 apt=96",
        "a=rid:q recv",
        "a=simulcast:recv q;h;f",
        "a=rtcp-rsize",
    ] {
        assert!(camera.contains(&wanted), "{wanted}");
    }
    assert!(!camera.iter().any(|line| line.contains("candidate") || line.contains("abs-send-time")));
    let slot = section(&written, 4);
    let (ssrc, rtx) = (negotiated.slots[1].ssrc, negotiated.slots[1].rtx_ssrc.unwrap());
    assert!(slot.contains(&"a=sendonly") && slot.contains(&"a=msid:seat0 slot-4"));
    assert!(slot.contains(&format!("a=ssrc-group:FID {ssrc} {rtx}").as_str()));
    assert!(section(&written, 5).contains(&"a=msid:screen0 slot-5"));
    assert!(section(&written, 3).contains(&"a=msid:seat0 slot-3"));
    assert_eq!(section(&written, 6)[0], "m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
    assert!(section(&written, 6).contains(&"a=sctp-port:5000"));
}

#[test]
fn a_line_that_nobody_uses_is_inactive_and_one_given_up_stays_so() {
    let offer = CHROMIUM.replacen("m=audio 9", "m=audio 0", 1).replace("BUNDLE 0 1", "BUNDLE 1");
    let offered = parse(&offer).ok().unwrap();
    let negotiated = offered.negotiate(&[], &[]).unwrap();
    let written = answer(&offered, &negotiated);
    assert!(written.contains("a=group:BUNDLE 1 2"));
    assert_eq!(section(&written, 0)[0], "m=audio 0 UDP/TLS/RTP/SAVPF 0");
    assert!(section(&written, 1).contains(&"a=inactive"));
    assert!(section(&written, 1).iter().any(|line| line.contains("candidate")));
    assert_eq!(offered.negotiate(&list(&[("0", Source::Microphone)]), &[]), Err(BadOffer::NotSendonly));
}

#[test]
fn lines_are_what_they_are_said_to_be() {
    let (offered, _) = chromium();
    let refused = |publish: &[(&str, Source)], receive: &[(&str, Source)]| {
        offered.negotiate(&list(publish), &list(receive)).err().unwrap()
    };
    assert_eq!(refused(&[("0", Source::Camera)], &[]), BadOffer::NotSendonly);
    assert_eq!(refused(&[("3", Source::Microphone)], &[]), BadOffer::NotSendonly);
    assert_eq!(refused(&[], &[("0", Source::Microphone)]), BadOffer::NotRecvonly);
    assert_eq!(refused(&[("9", Source::Camera)], &[]), BadOffer::UnknownMid);
    assert_eq!(refused(&[("1", Source::Camera)], &[("1", Source::Camera)]), BadOffer::ListedTwice);
}

#[test]
fn bad_offers_are_refused_with_a_reason() {
    let refused = |from: &str, to: &str| parse(&CHROMIUM.replace(from, to)).err();
    assert_eq!(refused("a=ice-pwd:", "a=x:"), Some(BadOffer::NoIceCredentials));
    assert_eq!(refused("a=ice-ufrag:zxGU", "a=ice-ufrag:z"), Some(BadOffer::NoIceCredentials));
    assert_eq!(refused("sha-256", "sha-1"), Some(BadOffer::NoFingerprint));
    assert_eq!(refused("setup:actpass", "setup:passive"), Some(BadOffer::Passive));
    assert_eq!(refused("a=mid:2", "a=mid:1"), Some(BadOffer::SameMid));
    assert_eq!(refused("a=mid:2", "a=mid:a b"), Some(BadOffer::NoMid));
    assert_eq!(refused("BUNDLE 0 1", "BUNDLE 0"), Some(BadOffer::NotBundled));
    assert_eq!(refused("v=0", "v=1"), Some(BadOffer::NotSdp));
    assert_eq!(refused("m=audio", "m=text"), Some(BadOffer::NotSdp));
    let layers = "a=rid:a send\r\na=rid:b send\r\na=simulcast:send q;a;h;b;f";
    assert_eq!(refused("a=simulcast:send q;h;f", layers), Some(BadOffer::TooManyLayers));
    assert_eq!(
        parse(&format!("{CHROMIUM}{}", "m=audio 9 x 0\r\na=mid:z\r\n".repeat(40))).err(),
        Some(BadOffer::TooManyLines)
    );
    assert_eq!(parse(&" ".repeat(300_000)).err(), Some(BadOffer::TooLong));
}

#[test]
fn a_line_without_known_codecs_cannot_be_used() {
    let offered = parse(&CHROMIUM.replace("opus/48000", "other/48000")).ok().unwrap();
    assert_eq!(offered.negotiate(&list(&[("0", Source::Microphone)]), &[]), Err(BadOffer::NoCodec));
}

proptest! {
    /// No bytes make it panic, and what is answered has as many lines as the offer and no line breaks of the client.
    #[test]
    fn any_description_is_survived(
        firefox: bool,
        cut in 0..=CHROMIUM.len(),
        edits in proptest::collection::vec((0..CHROMIUM.len(), "(\\PC{0,12}|[ -~]{0,20}|\r\na=[a-z-]{2,12}:[ -~]{0,12}\r\n)"), 0..4),
    ) {
        let mut text = if firefox { FIREFOX } else { CHROMIUM }.to_owned();
        text.truncate(cut);
        for (at, junk) in edits {
            text.insert_str(text.floor_char_boundary(at), &junk);
        }
        if let Ok(offered) = parse(&text) {
            let lists = [
                (list(&[]), list(&[])),
                (list(&[("0", Source::Microphone), ("1", Source::Camera)]), list(&[("4", Source::Camera)])),
            ];
            for (publish, receive) in lists {
                if let Ok(negotiated) = offered.negotiate(&publish, &receive) {
                    let written = answer(&offered, &negotiated);
                    prop_assert_eq!(written.lines().filter(|line| line.starts_with("m=")).count(), offered.lines.len());
                    prop_assert!(written.lines().all(|line| line.as_bytes().get(1) == Some(&b'=')));
                }
            }
        }
    }
}
