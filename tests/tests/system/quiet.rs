//! The log of a whole consult, at its most talkative, holds nothing that is anybody's business.

use anyhow::{Result, ensure};
use tests::database::Engine;
use tests::installation::Installation;
use tests::script::{PRIVATE, Script, WHOLE};

on_both_engines!(the_log_tells_nothing_of_patients_and_holds_no_keys);

async fn the_log_tells_nothing_of_patients_and_holds_no_keys(engine: Engine) -> Result<()> {
    let Some(mut installation) = Installation::new(engine).await? else { return Ok(()) };
    installation.node()?.log_filter = Some("debug");
    installation.restart_hard().await?;
    let people = installation.people().await?;
    let mut script = Script::new(&people).await?;
    for step in WHOLE {
        script.step(*step).await?;
    }
    let log = installation.node()?.log()?;
    ensure!(log.contains("DEBUG"), "the log is at its most talkative");
    let mut secrets: Vec<String> = PRIVATE.iter().map(|text| (*text).to_owned()).collect();
    secrets.append(&mut script.secrets);
    for client in [&people.referrer, &people.specialist, &people.second, &people.coordinator] {
        secrets.push(client.me.csrf_token.0.clone());
        secrets.push(client.me.person.name.clone());
        let cookie = client.cookie.to_str()?;
        secrets.push(cookie.split_once('=').map_or(cookie, |(_, value)| value).to_owned());
    }
    secrets.extend(["/enter?token=".to_owned(), telekonsil::demo::PASSWORD.to_owned(), "a=fingerprint".to_owned()]);
    secrets.extend(["ice-pwd", "$argon2", "@auenstadt.example", "@tannbach.example"].map(str::to_owned));
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(&secret));
        ensure!(line.is_none(), "the log holds {secret:?}: {line:?}");
    }
    installation.stop()
}
