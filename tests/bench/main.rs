//! Speed and memory, with a peer beside each figure where there is one. Prints; asserts nothing about time.
//!
//! `cargo build --release --workspace` first: the server is a program of its own. Then
//! `cargo run --release -p tests --bin bench [SECTION…]`; without a section all of them run (about ten minutes).
//! `bench sfu 50@1000 rooms` runs these two sizes of the section alone. `bench soak` lets rooms come and go for half an
//! hour (`tests/run --long`). PostgreSQL figures need `tests/pg run cargo run …`.
#![allow(clippy::print_stdout, reason = "printing is what this program is for")]
#![allow(clippy::duplicate_mod, reason = "the native peer keeps its link of the chain to itself")]

mod bare;
mod browserless;
mod clients;
mod images;
mod matching;
#[path = "../../sfu/tests/native/mod.rs"]
mod native;
mod packets;
mod pairing;
mod process;
mod reports;
mod rota;
mod service;
mod soak;
mod view;
mod world;

use anyhow::{Result, bail};
use packets::Shape;

const SECTIONS: [&str; 13] = [
    "sfu", "view", "rota", "reports", "matching", "ring", "commands", "pairing", "sse", "clients", "imaging", "join",
    "memory",
];

#[tokio::main]
async fn main() -> Result<()> {
    let mut asked: Vec<String> = std::env::args().skip(1).collect();
    if let [command, ip] = &asked[..]
        && command == packets::SERVE
    {
        return packets::serve(ip.parse()?).await;
    }
    if asked == ["soak"] {
        process::raise_file_limit()?;
        return soak::run().await;
    }
    let shape_of = |name: &String| Shape::ALL.into_iter().find(|shape| shape.name() == *name);
    let shapes: Vec<Shape> = asked.iter().filter_map(shape_of).collect();
    asked.retain(|name| shape_of(name).is_none());
    if let Some(unknown) = asked.iter().find(|name| !SECTIONS.contains(&name.as_str())) {
        let sizes = Shape::ALL.map(Shape::name).join(", ");
        bail!("there is no section {unknown}; there are {}, of sfu the sizes {sizes}", SECTIONS.join(", "));
    }
    process::raise_file_limit()?;
    for section in SECTIONS.into_iter().filter(|name| asked.is_empty() || asked.iter().any(|asked| asked == name)) {
        println!("\n## {section}");
        match section {
            "sfu" => packets::run(&shapes).await?,
            "view" => view::run().await?,
            "reports" => reports::run().await?,
            "rota" => rota::run()?,
            "matching" => matching::run()?,
            "ring" => service::ring().await?,
            "commands" => service::commands().await?,
            "pairing" => pairing::run().await?,
            "sse" => service::fan_out().await?,
            "clients" => clients::run().await?,
            "imaging" => images::run().await?,
            "join" => browserless::run().await?,
            _ => process::run().await?,
        }
    }
    Ok(())
}

/// Percentiles of a sample, in its own unit.
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    pub(crate) fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get(last * percent / 100).copied().unwrap_or(f64::NAN)
    }

    /// A 99th percentile of fewer than a hundred would be the maximum under another name.
    pub(crate) fn line(&self, unit: &str) -> String {
        let (n, [half, late, most]) = (self.0.len(), [50, 99, 100].map(|percent| self.percentile(percent)));
        match n < 100 {
            true => format!("median {half:.1} {unit}, max {most:.1} {unit} (n = {n})"),
            false => format!("p50 {half:.1} {unit}, p99 {late:.1} {unit}, max {most:.1} {unit} (n = {n})"),
        }
    }
}

/// Milliseconds since `start`.
pub(crate) fn millis_since(start: std::time::Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
