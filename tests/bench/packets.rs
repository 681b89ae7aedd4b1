//! What it costs an SFU to forward a packet: ours, the bare loop ([`crate::bare`]) and Janus VideoRoom where it is
//! installed, in turns and at the same pace, once congestion control has found that all of it gets through. Peers send
//! feedback and reports as browsers do, overlook some packets and ask for them again; a round in which packets do not
//! come is no round.

#[path = "../../sfu/tests/native/deliver.rs"]
mod deliver;
mod heard;
mod janus;
mod limit;
mod meter;
mod pace;
mod peer;
mod round;
mod scene;
mod server;
mod shape;
mod talk;
mod wire;

use anyhow::{Result, ensure};
use janus::Janus;
use round::Round;
use scene::{MEASURED, Scene};
use server::Ours;
pub(crate) use server::{SERVE, serve};
pub(crate) use shape::Shape;
use std::net::Ipv4Addr;
use std::process::Command;

/// More: a tighter median. Less: less time on a machine that others wait for.
const ROUNDS: usize = 5;
/// Rounds of one stage that are made again. More: a broken forwarder takes long to be found out.
const VOID: usize = 5;
/// Of the benchmark in its own network, and of nothing else.
const ADDRESS: &str = "TELEKONSIL_BENCH_ADDRESS";
const PRIVATE: &str = "10.77.0.1";

/// `shapes`: all, if there are none.
pub(crate) async fn run(shapes: &[Shape]) -> Result<()> {
    let shapes = if shapes.is_empty() { &Shape::ALL } else { shapes };
    let ip: Ipv4Addr = match std::env::var(ADDRESS) {
        Ok(address) => address.parse()?,
        Err(_) if in_private_network(shapes)? => return Ok(()),
        Err(_) => Ipv4Addr::LOCALHOST,
    };
    let with_janus = !ip.is_loopback() && janus::is_installed();
    println!("What a forwarded packet costs, in seconds of CPU time for a million of them.");
    println!("Bare loop: one thread that receives, opens and seals AES-128-GCM, and calls sendmmsg, nothing else.");
    println!("{ROUNDS} rounds of {} s for each, in turns; medians, with lowest and highest.", MEASURED.as_secs());
    println!(
        "Clients of SFU and Janus overlook one packet of pictures in {}, publishers lose one in {}; both are repeated.",
        heard::OVERLOOKED,
        peer::LOST
    );
    if ip.is_loopback() {
        println!("(over loopback, with whatever else goes on there: a network of its own needs root)");
    }
    if !with_janus {
        println!("(without Janus: it needs the package janus and a network of its own)");
    }
    for shape in shapes {
        stage(ip, *shape, with_janus).await?;
    }
    Ok(())
}

/// Runs this program once more in a network without anybody else. `false`: we may not.
fn in_private_network(shapes: &[Shape]) -> Result<bool> {
    let set_up = format!(
        "ip link set lo up && ip link add bench0 type veth peer name bench1 && ip address add {PRIVATE}/24 dev bench0 && \
         ip link set bench0 up && ip link set bench1 up"
    );
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--net", "sh", "-c", script]).arg(std::env::current_exe().unwrap_or_default());
        command
    };
    if !unshare(&set_up).output().is_ok_and(|output| output.status.success()) {
        return Ok(false);
    }
    let mut inner = unshare(&format!("{set_up} && exec \"$0\" sfu \"$@\""));
    let status = inner.args(shapes.iter().map(|shape| shape.name())).env(ADDRESS, PRIVATE).status()?;
    ensure!(status.success(), "the benchmark in its own network ended with {status}");
    Ok(true)
}

async fn stage(ip: Ipv4Addr, shape: Shape, with_janus: bool) -> Result<()> {
    println!("\n{}", shape.title());
    let mut ours = Scene::new(Ours::start(ip)?, ip, shape).await?;
    let mut janus = match (with_janus, shape) {
        (true, Shape::Lecture { .. }) => Some(Scene::new(Janus::start(ip).await?, ip, shape).await?),
        _ => None,
    };
    let [mut bare, mut sfu, mut other] = [const { Vec::new() }; 3];
    let mut void = Void::default();
    for _ in 0..ROUNDS {
        bare.push(void.until_whole("bare loop", || limit::round(ip, shape))?);
        sfu.push(void.until_whole("SFU", || {
            ours.warm_up(|| janus.as_mut().map_or(Ok(()), Scene::rest))?;
            ours.round()
        })?);
        if let Some(janus) = &mut janus {
            other.push(void.until_whole("Janus", || {
                janus.warm_up(|| ours.rest())?;
                janus.round()
            })?);
            ours.rest()?;
        }
    }
    println!("{}", round::line("bare loop", &bare, &bare));
    println!("{}", round::line("SFU", &sfu, &bare));
    if let Some(janus) = &janus {
        println!("{}", round::line("Janus", &other, &bare));
        println!("  Janus: {}", janus.peers_line()?);
    }
    println!("  SFU:   {}", ours.peers_line()?);
    println!("  said in the SFU's rounds, {}", round::talk(&sfu, &ours.talk(), shape.is_probed())?);
    Ok(())
}

/// Rounds in which packets did not come.
#[derive(Default)]
struct Void(usize);

impl Void {
    /// The first round that counts; after too many that do not, the next one whatever it is.
    fn until_whole(&mut self, who: &str, mut round: impl FnMut() -> Result<Round>) -> Result<Round> {
        loop {
            let done = round()?;
            if done.counts() {
                return Ok(done);
            }
            self.0 += 1;
            let is_kept = self.0 > VOID;
            println!("  (void{}, {who}: {})", if is_kept { " and kept" } else { "" }, done.why_not());
            if is_kept {
                return Ok(done);
            }
        }
    }
}
