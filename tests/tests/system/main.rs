//! The whole system as an operator runs it: `migrate`, `serve`, people over HTTP and WebSocket, and what goes wrong.
//! One binary, because linking another costs minutes.

macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() -> anyhow::Result<()> {
            super::$name(tests::database::Engine::Sqlite).await
        })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() -> anyhow::Result<()> {
            super::$name(tests::database::Engine::Postgres).await
        })* }
    };
}

mod consult;
mod crash;
mod crowd;
mod faults;
mod quiet;
