//! Numbers for Prometheus (text format 0.0.4), written by hand: a few dozen series need no library.

mod groups;
mod media;

pub use groups::of_groups;
pub use media::of_sfu;

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in seconds. More buckets cost a series per route each; these tell a database that is slow (0.1) from
/// one that hangs (1 and above).
const BUCKETS: [f64; 6] = [0.005, 0.025, 0.1, 0.5, 1.0, 5.0];

/// Counters of the HTTP edge. Route templates only: no identifier becomes a label.
#[derive(Default)]
pub struct Metrics {
    routes: Mutex<BTreeMap<Key, Times>>,
    pub live_streams: Gauge,
    pub room_sockets: Gauge,
    pub sign_in_failures: AtomicU64,
}

type Key = (&'static str, String, u16);

#[derive(Default)]
struct Times {
    count: u64,
    seconds: f64,
    buckets: [u64; BUCKETS.len()],
}

impl Metrics {
    pub fn observe(&self, method: &'static str, route: &str, status: u16, elapsed: Duration) {
        let Ok(mut routes) = self.routes.lock() else { return };
        let times = routes.entry((method, route.to_owned(), status)).or_default();
        let seconds = elapsed.as_secs_f64();
        times.count += 1;
        times.seconds += seconds;
        for (bucket, bound) in times.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// Everything, followed by `more` series. Those of one name stand together.
    pub fn write(&self, more: &[Series]) -> String {
        let mut text = String::new();
        let name = "telekonsil_http_request_seconds";
        let _ = writeln!(text, "# HELP {name} Time to the response's head.\n# TYPE {name} histogram");
        if let Ok(routes) = self.routes.lock() {
            for ((method, route, status), times) in routes.iter() {
                let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
                for (count, bound) in times.buckets.iter().zip(BUCKETS) {
                    let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
                }
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", times.count);
                let _ = writeln!(text, "{name}_sum{{{labels}}} {}", times.seconds);
                let _ = writeln!(text, "{name}_count{{{labels}}} {}", times.count);
            }
        }
        let failures = self.sign_in_failures.load(Ordering::Relaxed);
        let own = [
            Series::counter("telekonsil_sign_in_failures_total", "Wrong passwords and accounts.", failures),
            Series::gauge("telekonsil_live_streams", "Open event streams.", self.live_streams.get()),
            Series::gauge("telekonsil_room_sockets", "Open room sockets.", self.room_sockets.get()),
        ];
        let mut last = "";
        for Series { name, help, kind, labels, value } in own.iter().chain(more) {
            if *name != last {
                let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
                last = *name;
            }
            let _ = writeln!(text, "{name}{labels} {value}");
        }
        text
    }
}

/// One number.
pub struct Series {
    name: &'static str,
    help: &'static str,
    kind: &'static str,
    labels: String,
    value: String,
}

impl Series {
    /// What only grows.
    pub fn counter(name: &'static str, help: &'static str, value: impl Display) -> Self {
        Self { name, help, kind: "counter", labels: String::new(), value: value.to_string() }
    }

    /// What goes up and down.
    pub fn gauge(name: &'static str, help: &'static str, value: impl Display) -> Self {
        Self { kind: "gauge", ..Self::counter(name, help, value) }
    }

    /// With a label. `value` is a name of ours and needs no escaping.
    #[must_use]
    pub fn of(mut self, label: &str, value: &str) -> Self {
        self.labels = format!("{{{label}=\"{value}\"}}");
        self
    }
}

/// Number of things that are open now.
#[derive(Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Counts one more until the guard is dropped.
    pub fn enter(&self) -> Entered<'_> {
        self.up();
        Entered(self)
    }

    pub fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn down(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts down when dropped.
pub struct Entered<'a>(&'a Gauge);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.down();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_the_text_is_complete() {
        let metrics = Metrics::default();
        metrics.observe("GET", "/api/board", 200, Duration::from_millis(50));
        metrics.observe("GET", "/api/board", 200, Duration::from_secs(9));
        let guard = metrics.live_streams.enter();
        let states = |state, n: i64| Series::gauge("telekonsil_consults", "Open consults.", n).of("state", state);
        let text = metrics.write(&[states("ringing", 2), states("accepted", 1)]);
        drop(guard);
        let labels = "method=\"GET\",route=\"/api/board\",status=\"200\"";
        for line in [
            format!("telekonsil_http_request_seconds_bucket{{{labels},le=\"0.025\"}} 0"),
            format!("telekonsil_http_request_seconds_bucket{{{labels},le=\"0.1\"}} 1"),
            format!("telekonsil_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} 2"),
            "telekonsil_live_streams 1".to_owned(),
            "telekonsil_consults{state=\"ringing\"} 2".to_owned(),
            "telekonsil_consults{state=\"accepted\"} 1".to_owned(),
        ] {
            assert!(text.lines().any(|have| have == line), "{line} is missing in\n{text}");
        }
        assert_eq!(text.matches("# TYPE telekonsil_consults ").count(), 1, "said once for all its series");
    }
}
