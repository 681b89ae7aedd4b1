//! The loop of a shard's thread: sleep until a datagram, a command or a deadline; then do what is to be done.

use super::{Command, Shard};
use crate::net::clock;
use crate::net::udp::Socket;
use crate::net::wake::{Bell, sleep};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

/// Longest sleep. Deadlines wake the loop anyway; this bounds the harm of a forgotten one.
const MAX_SLEEP: Duration = Duration::from_secs(1);
/// Batches read before commands and deadlines get their turn. More: a flood delays them. Less: more loops under load.
const BATCHES: usize = 16;

pub(crate) fn run(mut shard: Shard, mut socket: Socket, bell: &Bell, commands: &Receiver<Command>) {
    tracing::debug!(address = %socket.local_addr(), "sfu started");
    loop {
        let now = clock::now();
        let timeout = shard.deadline().map_or(MAX_SLEEP, |at| at.saturating_duration_since(now).min(MAX_SLEEP));
        sleep(socket.fd(), bell, timeout);

        for _ in 0..BATCHES {
            let now = clock::now();
            let more = socket.receive(|from, data| shard.datagram(now, from, data));
            shard.batch_done(now);
            flush(&mut shard, &socket);
            if !more {
                break;
            }
        }
        let now = clock::now();
        loop {
            match commands.try_recv() {
                Ok(Command::Stop { done }) => {
                    shard.close_all();
                    flush(&mut shard, &socket);
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
        flush(&mut shard, &socket);
    }
}

fn flush(shard: &mut Shard, socket: &Socket) {
    if shard.outbox.is_empty() {
        return;
    }
    let sent = socket.send(&mut shard.outbox);
    let counters = shard.counters();
    counters.packets_out.add(sent.datagrams);
    counters.bytes_out.add(sent.bytes);
    counters.send_failed.add(sent.failed);
}
