use super::*;

#[test]
fn requests_of_many_become_one() {
    let (mut requests, now) = (KeyframeRequests::default(), origin());
    for _ in 0..7 {
        requests.want(now);
    }
    assert!(requests.poll(now) && !requests.poll(now));
    requests.want(now);
    assert_eq!(requests.deadline(), Some(now + millis(250)));
    assert!(!requests.poll(now + millis(249)));
    assert!(requests.poll(now + millis(250)));
    requests.still_want(now + millis(251));
    assert!(!requests.poll(now + millis(700)));
    assert!(requests.poll(now + millis(750)));
}

#[test]
fn a_flood_of_requests_reaches_the_publisher_four_times_a_second() {
    let (mut requests, now) = (KeyframeRequests::default(), origin());
    let sent = (0..10_000u64).filter(|time| {
        requests.want(now + millis(*time));
        requests.poll(now + millis(*time))
    });
    assert_eq!(sent.count(), 40);
}
