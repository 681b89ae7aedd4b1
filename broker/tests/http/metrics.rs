//! What `/metrics` says of media; that each figure of the SFU is shown, and that each moves, is tested beside them.

use crate::house::House;
use crate::rooms::Accepted;
use schemas::room::{ClientMessage, PublishLine, ReceiveLine, ServerMessage, Source};
use std::net::UdpSocket;
use std::time::Duration;

const CHROMIUM: &str = include_str!("../../../sfu/src/transport/sdp/fixtures/chromium.sdp");

#[tokio::test]
async fn rooms_peers_and_what_is_thrown_away_are_counted() {
    let accepted = Accepted::open(House::open().await).await;
    let (mut socket, _) = accepted.enter(&accepted.referrer).await;
    let publish = vec![PublishLine { mid: "1".to_owned(), source: Source::Camera }];
    let receive = vec![ReceiveLine { mid: "4".to_owned(), source: Source::Camera }];
    socket.say(&ClientMessage::Offer { sdp: CHROMIUM.into(), publish, receive, restart: false }).await;
    let answer = socket.until(|message| match message {
        ServerMessage::Answer { sdp } => Some(sdp.0.clone()),
        _ => None,
    });
    let answer = answer.await;
    let candidate = answer.lines().find(|line| line.starts_with("a=candidate:") && line.contains(" udp ")).unwrap();
    let [address, port] = [4, 5].map(|at| candidate.split(' ').nth(at).unwrap());
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    stranger.send_to(&[255; 30], format!("{address}:{port}")).unwrap();
    let shown = [
        "telekonsil_sfu_rooms 1",
        "telekonsil_sfu_peers 1",
        "telekonsil_sfu_packets_total{direction=\"in\"} 1",
        "telekonsil_sfu_bytes_total{direction=\"in\"} 30",
        "telekonsil_sfu_drops_total{cause=\"malformed\"} 1",
    ];
    let all = async {
        loop {
            let text = accepted.house.stranger().get("/metrics").await.text().await.unwrap();
            if shown.iter().all(|line| text.lines().any(|have| have == *line)) {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all).await.expect("all of them are shown");
    accepted.house.close().await;
}
