//! A bad network in a program: passes UDP and TCP between clients and the SFU's media port, and loses, delays and
//! narrows UDP as it is told. The kernel of a test machine often has no `netem`; this needs no rights.
//!
//! `relay LISTEN SERVER [SEED [SPARED]]`, e.g. `relay 127.0.0.2:8189 127.0.0.1:8189 7`; the server announces the address
//! of LISTEN. Each line on stdin is a command ([`conditions::Command`]); each is answered by a line on stdout, which says
//! what became of the packets so far. The end of stdin is the end.
#![allow(clippy::print_stdout, reason = "stdout is where the answers go")]

mod conditions;
mod link;
mod net;

use anyhow::{Context, Result, anyhow};
use conditions::{Command, Conditions, Direction};
use net::{Plan, Relay, now};
use std::io::Read;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |n: usize| args.get(n).map(String::as_str);
    let usage = "usage: relay LISTEN SERVER [SEED [SPARED]]";
    let plan = Plan {
        listen: arg(0).context(usage)?.parse()?,
        server: arg(1).context(usage)?.parse()?,
        seed: arg(2).map_or(Ok(0), str::parse)?,
        spared: arg(3).map(str::parse).transpose()?,
    };
    let mut relay = Relay::new(plan)?;
    answer(&relay, None);
    let mut later: Vec<(Instant, Direction, Conditions)> = Vec::new();
    let mut stdin = std::io::stdin().lock();
    let mut input = Vec::new();
    loop {
        let next = later.iter().map(|(at, ..)| *at).min();
        if relay.turn(next, stdin.as_raw_fd())? {
            // Larger than that of std: nothing stays where `turn` does not look.
            let mut buffer = [0; 65_536];
            match stdin.read(&mut buffer)? {
                0 => break,
                count => input.extend_from_slice(&buffer[..count]),
            }
        }
        while let Some(end) = input.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = input.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let refused = obey(&mut relay, &mut later, line.trim()).err().map(|error| error.to_string());
            answer(&relay, refused.as_deref());
        }
        for (_, direction, set) in later.extract_if(.., |(at, ..)| *at <= now()) {
            relay.set(direction, set);
        }
    }
    answer(&relay, None);
    Ok(())
}

fn obey(relay: &mut Relay, later: &mut Vec<(Instant, Direction, Conditions)>, line: &str) -> Result<()> {
    match conditions::parse(line).map_err(|error| anyhow!(error))? {
        Command::Network { direction, after_ms: 0, set } => relay.set(direction, set),
        Command::Network { direction, after_ms, set } => {
            later.push((now() + Duration::from_millis(after_ms), direction, set));
        }
        Command::Rebind => relay.rebind()?,
        Command::Tcp { open } => relay.pass_tcp(open)?,
        Command::Counts => {}
    }
    Ok(())
}

fn answer(relay: &Relay, refused: Option<&str>) {
    let (clients, up, down) = relay.counts();
    println!("{}", serde_json::json!({ "clients": clients, "up": up, "down": down, "refused": refused }));
}
