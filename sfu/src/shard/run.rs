//! The loop of a shard's thread: sleep until a packet, a command or a deadline; then do what is to be done.

use super::{Command, Shard};
use crate::net::clock;
use crate::net::port::Port;
use crate::net::wake::Bell;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

/// Longest sleep. Deadlines wake the loop anyway; this bounds the harm of a forgotten one.
const MAX_SLEEP: Duration = Duration::from_secs(1);
/// Batches read before commands and deadlines get their turn. More: a flood delays them. Less: more loops under load.
const BATCHES: usize = 16;

pub(crate) fn run(mut shard: Shard, mut port: Port, bell: &Bell, commands: &Receiver<Command>) {
    tracing::debug!(address = %port.local_addr(), "sfu started");
    loop {
        let now = clock::now();
        let timeout = shard.deadline().map_or(MAX_SLEEP, |at| at.saturating_duration_since(now).min(MAX_SLEEP));
        if port.sleep(bell, timeout) {
            read_streams(&mut shard, &mut port, clock::now());
        }
        for _ in 0..BATCHES {
            if !read_datagrams(&mut shard, &mut port, clock::now()) {
                break;
            }
        }
        let now = clock::now();
        loop {
            match commands.try_recv() {
                Ok(Command::Stop { done }) => {
                    shard.close_all(now);
                    port.flush(now, &mut shard.outbox);
                    tracing::debug!("sfu stopped");
                    // Nobody waits if the last handle was dropped.
                    let _ = done.map(|done| done.send(()));
                    return;
                }
                Ok(command) => shard.command(now, command),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        shard.timeout(now);
        port.flush(now, &mut shard.outbox);
        port.sweep(now);
        while let Some(route) = port.next_closed() {
            shard.closed(route);
        }
    }
}

fn read_streams(shard: &mut Shard, port: &mut Port, now: Instant) {
    port.read_streams(now, |from, packet| shard.datagram(now, from, packet));
    shard.batch_done(now);
    port.flush(now, &mut shard.outbox);
}

/// Returns whether there may be more.
fn read_datagrams(shard: &mut Shard, port: &mut Port, now: Instant) -> bool {
    let more = port.read_datagrams();
    for n in 0..port.datagrams() {
        let Some((from, datagram)) = port.datagram(n) else { continue };
        shard.datagram(now, from, datagram);
        if shard.outbox.is_full() {
            port.flush(now, &mut shard.outbox);
        }
    }
    shard.batch_done(now);
    port.flush(now, &mut shard.outbox);
    more
}
