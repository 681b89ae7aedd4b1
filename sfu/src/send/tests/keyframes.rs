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
fn after_a_connection_key_frames_are_asked_for_twice() {
    let (mut requests, now) = (KeyframeRequests::default(), origin());
    let after = |time| now + millis(time);
    requests.want(now);
    requests.want_again_at(after(500));
    assert!(requests.poll(now));
    assert_eq!(requests.deadline(), Some(after(500)));
    // What others want meanwhile takes nothing from it.
    requests.want(after(100));
    assert_eq!(requests.deadline(), Some(after(250)));
    assert!(requests.poll(after(250)) && !requests.poll(after(499)));
    assert!(requests.poll(after(500)));
    assert_eq!(requests.deadline(), None);
    // Both at once are one request.
    requests.want_again_at(after(900));
    requests.want(after(900));
    assert!(requests.poll(after(900)) && !requests.poll(after(900)));
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
