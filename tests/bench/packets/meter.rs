//! What a round costs whom.

use super::wire;
use crate::native::now;
use crate::process::{cpu_of, cpu_of_all};
use anyhow::Result;
use std::time::{Duration, Instant};

pub(crate) struct Meter {
    process: u32,
    thread: Option<&'static str>,
    started: Instant,
    all: Duration,
    ours: Duration,
    overflow: u64,
    /// CPU time of what is measured.
    pub(crate) cpu: Duration,
    /// Part of one core that others used meanwhile: who is not alone measures the others too.
    pub(crate) others: f64,
}

impl Meter {
    /// `thread`: of this process's own, if it is but one that is measured.
    pub(crate) fn start(process: u32, thread: Option<&'static str>) -> Result<Meter> {
        let (cpu, overflow) = (cpu_of(process, thread)?, wire::overflowed()?);
        let (started, all, ours) = (now(), cpu_of_all()?, ours(process)?);
        Ok(Meter { process, thread, started, all, ours, overflow, cpu, others: 0.0 })
    }

    pub(crate) fn stop(&mut self) -> Result<()> {
        self.cpu = cpu_of(self.process, self.thread)? - self.cpu;
        let (all, ours) = (cpu_of_all()?.saturating_sub(self.all), ours(self.process)?.saturating_sub(self.ours));
        self.others = all.saturating_sub(ours).as_secs_f64() / self.started.elapsed().as_secs_f64();
        Ok(())
    }

    /// Datagrams that found a full socket since the start.
    pub(crate) fn overflowed(&self) -> Result<u64> {
        Ok(wire::overflowed()? - self.overflow)
    }
}

/// CPU time of the load and of what it is put on.
fn ours(process: u32) -> Result<Duration> {
    let load = std::process::id();
    let other = if process == load { Duration::ZERO } else { cpu_of(process, None)? };
    Ok(cpu_of(load, None)? + other)
}
