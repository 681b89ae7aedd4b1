//! `telekonsil dkim`: the keys that sign e-mails.

use super::print_line;
use crate::app::Handed;
use crate::app::ports::{Carrier, Clock, Letter};
use crate::clock::SystemClock;
use crate::config;
use crate::notify::{
    Notifier,
    dkim::{self, Key, Part},
};
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use imaging::seal::MasterKey;
use schemas::delivery::Channel;
use std::path::{Path, PathBuf};
use uuid::Uuid;

#[derive(Subcommand)]
pub(super) enum DkimCommand {
    /// Print the DNS records of every key, one line each.
    Show {
        #[arg(long)]
        config: PathBuf,
    },
    /// The next key signs from now on, and a new next one is made: publish its record. The first time makes both.
    Rotate {
        #[arg(long)]
        config: PathBuf,
    },
    /// Send one signed e-mail, as the server would send a ring.
    Test {
        #[arg(long)]
        config: PathBuf,
        /// Address that it goes to.
        #[arg(long)]
        to: String,
    },
}

pub(super) async fn run(command: &DkimCommand) -> Result<()> {
    let (path, rotates) = match command {
        DkimCommand::Show { config } => (config, false),
        DkimCommand::Rotate { config } => (config, true),
        DkimCommand::Test { config, to } => return test(config, to).await,
    };
    let (folder, domain) = place(path)?;
    let keys = if rotates { dkim::rotate(&folder)? } else { dkim::keys(&folder)? };
    keys.iter().try_for_each(|key| show(key, &domain))
}

/// The folder of the keys, and the domain whose DNS they stand in.
fn place(path: &Path) -> Result<(PathBuf, String)> {
    let config = config::load(path)?;
    let mail = config.outbound.mail.context("there is no [mail] in the configuration")?;
    let folder = mail.dkim.context("there is no mail.dkim_dir in the configuration")?;
    let (_, domain) = mail.from.rsplit_once('@').context("mail.from is no address")?;
    Ok((folder, domain.trim_end_matches('>').to_owned()))
}

async fn test(path: &Path, to: &str) -> Result<()> {
    let outbound = config::load(path)?.outbound;
    // No key of the installation is needed to write a letter.
    let notifier = Notifier::new(&outbound, &MasterKey::generate())?;
    let now = SystemClock.now();
    let letter = Letter {
        message_id: Uuid::now_v7(),
        to,
        language: "en",
        subject: "Telekonsil: test – Prüfung",
        text: "This is a test. Dies ist eine Prüfung: Grüße von der Rufbereitschaft.\n",
        until: now.plus_seconds(60),
    };
    match notifier.letter(Channel::Email, letter, now).await {
        Handed::Sent => Ok(()),
        Handed::Again { .. } => bail!("The mail server cannot be reached, or takes nothing now"),
        Handed::Failed(fault) => bail!("The e-mail was not taken: {fault:?}"),
    }
}

/// As a zone file has it; behind it, as a comment, what the key is for.
fn show(key: &Key, domain: &str) -> Result<()> {
    let (name, text) = dkim::record(key, domain)?;
    let part = match key.part {
        Part::Active => "signs",
        Part::Next => "signs after the next rotation: publish it now",
        Part::Retired => "signed before: remove it after some days",
    };
    print_line(&format!("{name}. IN TXT {text} ; {part}"))
}
