//! The binary. Everything is in the library, so that whole-system tests can start a server in their own process.

use std::process::ExitCode;

fn main() -> ExitCode {
    telekonsil::cli::main()
}
