//! `telekonsil user`: accounts. Passwords come from stdin, never from the command line, which others can read.

use super::{Place, print_line, tools};
use crate::app::ports::DirectoryRows;
use crate::app::{NewPerson, sign_in_path};
use crate::config::Secret;
use crate::server::Parts;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use schemas::directory::{Role, Specialty};
use schemas::{HospitalId, NetworkId, PersonId};
use serde::de::DeserializeOwned;
use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;
use uuid::Uuid;

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Make an account and print its identifier.
    Add(AddArgs),
    /// Set a password.
    Password(OneArgs),
    /// Print the path of a link that signs in once, within a day.
    Link(OneArgs),
}

#[derive(Args)]
pub(super) struct AddArgs {
    #[command(flatten)]
    place: Place,
    #[arg(long)]
    email: String,
    /// With academic title.
    #[arg(long)]
    name: String,
    /// Name or identifier of the house.
    #[arg(long)]
    hospital: String,
    /// referrer, specialist, coordinator, admin or data_protection; may be repeated.
    #[arg(long = "role", required = true, value_parser = named::<Role>)]
    roles: Vec<Role>,
    /// Name or identifier of a network that a specialist works for or a coordinator watches; may be repeated.
    #[arg(long = "network")]
    networks: Vec<String>,
    /// stroke_neurology, neurosurgery, cardiology or radiology; may be repeated.
    #[arg(long = "qualification", value_parser = named::<Specialty>)]
    qualifications: Vec<Specialty>,
    /// Language, ISO 639-1; may be repeated.
    #[arg(long = "language", default_values_t = [String::from("de")])]
    languages: Vec<String>,
    /// Professional telephone number.
    #[arg(long)]
    phone: Option<String>,
    /// Without a password: the person signs in by links.
    #[arg(long)]
    no_password: bool,
}

#[derive(Args)]
pub(super) struct OneArgs {
    #[command(flatten)]
    place: Place,
    #[arg(long)]
    email: String,
}

pub(super) async fn run(command: UserCommand) -> Result<()> {
    let place = match &command {
        UserCommand::Add(args) => &args.place,
        UserCommand::Password(args) | UserCommand::Link(args) => &args.place,
    };
    let parts = tools::open(&tools::config(place)?).await?;
    let result = match command {
        UserCommand::Add(args) => add(&parts, args).await,
        UserCommand::Password(args) => set_password(&parts, &args.email).await,
        UserCommand::Link(args) => link(&parts, &args.email).await,
    };
    parts.close().await;
    result
}

async fn add(parts: &Parts, args: AddArgs) -> Result<()> {
    let rows = parts.repo.directory().await?;
    let person = NewPerson {
        id: PersonId(Uuid::now_v7()),
        hospital_id: HospitalId(hospital(&rows, &args.hospital)?),
        name: args.name,
        email: args.email,
        phone: args.phone,
        roles: args.roles,
        networks: args.networks.iter().map(|text| network(&rows, text)).collect::<Result<_>>()?,
        languages: args.languages,
        qualifications: args.qualifications,
        password: if args.no_password { None } else { Some(read_password()?.expose().to_owned()) },
    };
    let id = person.id;
    parts.app.add_person(person).await?;
    print_line(&id.to_string())
}

async fn set_password(parts: &Parts, email: &str) -> Result<()> {
    let password = read_password()?;
    Ok(parts.app.set_password(email, password.expose()).await?)
}

async fn link(parts: &Parts, email: &str) -> Result<()> {
    let email = email.trim().to_lowercase();
    let rows = parts.repo.directory().await?;
    let person = rows.people.iter().find(|person| person.email == email);
    let person = person.with_context(|| format!("There is no account {email}"))?;
    let token = parts.app.create_link(PersonId(person.id), Duration::from_secs(24 * 3600)).await?;
    print_line(&sign_in_path(&token))
}

fn hospital(rows: &DirectoryRows, text: &str) -> Result<Uuid> {
    if rows.hospitals.is_empty() {
        bail!("There are no houses in this database yet: accounts need one");
    }
    let found = rows.hospitals.iter().find(|row| row.name == text || row.id.to_string() == text);
    let names: Vec<_> = rows.hospitals.iter().map(|row| row.name.as_str()).collect();
    found.map(|row| row.id).with_context(|| format!("There is no house {text}. Known: {}", names.join(", ")))
}

fn network(rows: &DirectoryRows, text: &str) -> Result<NetworkId> {
    let found = rows.networks.iter().find(|row| row.name == text || row.id.to_string() == text);
    let names: Vec<_> = rows.networks.iter().map(|row| row.name.as_str()).collect();
    let found = found.with_context(|| format!("There is no network {text}. Known: {}", names.join(", ")))?;
    Ok(NetworkId(found.id))
}

/// An enum by its name on the wire.
fn named<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| format!("{text} is not known"))
}

/// The first line of stdin. On a terminal it is asked for and not shown.
fn read_password() -> Result<Secret> {
    let stdin = std::io::stdin();
    let hidden = if stdin.is_terminal() {
        write!(std::io::stderr(), "Password: ")?;
        Some(HiddenInput::new()?)
    } else {
        None
    };
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    let password = Secret::new(line);
    if hidden.is_some() {
        writeln!(std::io::stderr())?;
    }
    let text = password.expose().trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        bail!("No password was given on stdin");
    }
    Ok(Secret::new(text.to_owned()))
}

/// The terminal without echo; restored when dropped.
struct HiddenInput(libc::termios);

impl HiddenInput {
    fn new() -> Result<Self> {
        // SAFETY: `termios` is plain data, filled by `tcgetattr`; both calls only use the valid pointer for their time.
        let before = unsafe {
            let mut settings = std::mem::zeroed::<libc::termios>();
            if libc::tcgetattr(libc::STDIN_FILENO, &raw mut settings) != 0 {
                return Err(std::io::Error::last_os_error().into());
            }
            settings
        };
        let mut silent = before;
        silent.c_lflag &= !libc::ECHO;
        Self::apply(&silent)?;
        Ok(Self(before))
    }

    fn apply(settings: &libc::termios) -> Result<()> {
        // SAFETY: the pointer is valid for the call.
        if unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, settings) } != 0 {
            return Err(std::io::Error::last_os_error().into());
        }
        Ok(())
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that went away.
        let _ = Self::apply(&self.0);
    }
}
