//! The worker alone: what `telekonsil imaging-worker` runs, for this crate's own tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    imaging::worker::run_stdio()
}
