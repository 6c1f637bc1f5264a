//! Whether the client's process is still there.
//!
//! A client that dies usually closes the streams, which ends the session. Not where another process
//! has inherited them; so the process that `initialize` names is looked at from time to time.

use tokio::sync::mpsc;

use super::connection::Incoming;

/// Watches a process, and tells the session when it has ended.
#[cfg(unix)]
pub(super) fn watch(process: i64, incoming: mpsc::Sender<Incoming>) {
    use rustix::process::{Pid, test_kill_process};
    use std::time::Duration;

    const INTERVAL: Duration = Duration::from_secs(1);

    let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) else { return };
    let is_there = move || test_kill_process(pid) != Err(rustix::io::Errno::SRCH);
    // A client in another container counts its processes differently.
    if !is_there() {
        tracing::info!("the client's process {process} is not visible and is not watched");
        return;
    }
    tokio::spawn(async move {
        while is_there() {
            tokio::time::sleep(INTERVAL).await;
        }
        let _ = incoming.send(Incoming::ClientGone).await;
    });
}

/// Elsewhere the streams alone tell.
#[cfg(not(unix))]
pub(super) fn watch(_process: i64, _incoming: mpsc::Sender<Incoming>) {}
