use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn egress(hosts: &[&str], private: &[&str]) -> Egress {
    let settings = Outbound {
        hosts: hosts.iter().map(|text| HostRule::parse(text).unwrap()).collect(),
        private: private.iter().map(|text| Network::parse(text).unwrap()).collect(),
        ..Outbound::default()
    };
    Egress::new(&settings).unwrap()
}

/// Answers every request with that text; how many came.
async fn server(answer: &'static str) -> (u16, Arc<std::sync::atomic::AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    (port, count)
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nja";

#[tokio::test]
async fn nothing_is_asked_of_a_host_that_is_not_listed() {
    let (port, count) = server(OK).await;
    for hosts in [&[][..], &["push.example.org"], &["http://127.0.0.1:1"], &["127.0.0.1"]] {
        let egress = egress(hosts, &["127.0.0.0/8"]);
        assert_eq!(egress.fetch(&format!("http://127.0.0.1:{port}/x"), 10).await, Err(FetchError::NotAllowed));
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 0);
}

/// Whatever form the address has: the URL standard knows several for one.
#[tokio::test]
async fn a_private_address_is_refused_in_every_form_also_when_it_is_listed_by_name() {
    let (port, count) = server(OK).await;
    let listed = format!("http://127.0.0.1:{port}");
    let (six, name) = (format!("http://[::ffff:7f00:1]:{port}"), format!("http://localhost:{port}"));
    let egress = egress(&[&listed, &six, &name], &[]);
    for host in ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "localhost"] {
        let url = format!("http://{host}:{port}/x");
        assert_eq!(egress.fetch(&url, 10).await, Err(FetchError::NotAllowed), "{host}");
        let handed = egress.post(&url, UnixMillis(0), |request| request).await;
        assert_eq!(handed, Handed::Failed(DeliveryFault::NotAllowed), "{host}");
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 0, "nobody was asked");
}

#[tokio::test]
async fn what_is_listed_twice_is_reached_by_address_and_by_a_name_that_resolves_to_it() {
    let (port, _) = server(OK).await;
    let (address, name) = (format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}"));
    let egress = egress(&[&address, &name], &["127.0.0.1", "::1"]);
    for host in ["127.0.0.1", "localhost", "2130706433"] {
        assert_eq!(egress.fetch(&format!("http://{host}:{port}/"), 10).await, Ok(b"ja".to_vec()), "{host}");
    }
    let with_name = format!("http://user:pass@127.0.0.1:{port}/");
    assert_eq!(egress.fetch(&with_name, 10).await, Err(FetchError::NotAllowed));
    assert_eq!(egress.fetch(&format!("{address}/"), 1).await, Err(FetchError::TooLarge(1)));
    assert_eq!(egress.fetch("no address", 1).await, Err(FetchError::NotAnAddress));
    // Another port of the same host, and another scheme, are other hosts.
    assert_eq!(egress.fetch("http://127.0.0.1:9/", 1).await, Err(FetchError::NotAllowed));
    assert_eq!(egress.fetch(&format!("https://127.0.0.1:{port}/"), 1).await, Err(FetchError::NotAllowed));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (inside, reached) = server(OK).await;
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{inside}/\r\ncontent-length: 0\r\n\r\n");
    let (port, _) = server(answer.leak()).await;
    let (one, other) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{inside}"));
    let egress = egress(&[&one, &other], &["127.0.0.1"]);
    assert_eq!(egress.fetch(&one, 10).await, Err(FetchError::Status(302)));
    let handed = egress.post(&one, UnixMillis(0), |request| request).await;
    assert_eq!(handed, Handed::Failed(DeliveryFault::Refused));
    assert_eq!(reached.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[test]
fn answers_say_whether_to_try_again_and_when() {
    let now = UnixMillis(1_795_482_420_000);
    let of = |status: u16, wish: Option<&'static str>| {
        let value = wish.map(header::HeaderValue::from_static);
        handed(StatusCode::from_u16(status).unwrap(), value.as_ref(), now)
    };
    assert_eq!(of(201, None), Handed::Sent);
    assert_eq!(of(410, None), Handed::Failed(DeliveryFault::Gone));
    assert_eq!(of(400, None), Handed::Failed(DeliveryFault::Refused));
    assert_eq!(of(503, Some("7")), Handed::Again { after_seconds: Some(7) });
    assert_eq!(of(429, Some("Tue, 24 Nov 2026 01:07:30 GMT")), Handed::Again { after_seconds: Some(30) });
    assert_eq!(of(500, Some("soon")), Handed::Again { after_seconds: None });
    assert_eq!(of(500, Some("-5")), Handed::Again { after_seconds: Some(0) });
    assert_eq!(of(500, Some("999999999")), Handed::Again { after_seconds: Some(LONGEST_WISH) });
}
