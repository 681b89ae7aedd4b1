//! Writes the invented report to a file, to look at it: `cargo run -p report --example sample -- report.pdf [en]`.

#[path = "../tests/sample/mod.rs"]
#[allow(dead_code, reason = "the tests use all of it")]
mod sample;

use report::{Language, render};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("where to?")?;
    let language = if arguments.next().as_deref() == Some("en") { Language::English } else { Language::German };
    std::fs::write(path, render(&sample::report(language))?)?;
    Ok(())
}
