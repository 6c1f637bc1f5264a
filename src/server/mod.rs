//! The language server: `neural-analyzer lsp` over standard input and output.
//!
//! The only room that knows the Language Session Protocol. From the wire inwards: [`frame`] finds the
//! messages, [`message`] decodes them, [`connection`] hands them in their order to tower-lsp's
//! service, whose handlers in [`backend`] are a thin shell around [`session`]: the state, the work,
//! and what is pushed to the client. A feature is a pure function in [`features`] from a
//! [`snapshot`] of a file and the request's parameters to its answer.
//!
//! One thread owns the state and applies edits as they come. Answers that take long are made from
//! snapshots on other threads. Nothing waits for the client: what is written goes through a queue.

mod backend;
mod capabilities;
mod client;
mod configuration;
mod connection;
mod convert;
mod document;
mod features;
mod frame;
mod kept;
mod logging;
mod message;
mod methods;
mod parent;
mod publish;
mod session;
mod settings;
mod snapshot;

use std::io::{Read, Write};

use tokio::sync::mpsc;
use tower_lsp::LspService;

use backend::Backend;
use client::Client;
use session::Session;

pub use methods::features_page;

/// The threads that make answers: each works on one snapshot.
const MAX_WORKERS: usize = 4;

/// Messages of the client that may wait to be looked at.
const QUEUE: usize = 1024;

/// The stack of a thread that may analyze: how deep that goes is bounded, but not to what a thread has
/// by default on every system.
const STACK: usize = 16 << 20;

/// Serves one session and gives the exit status: 0 where the client has shut it down, else 1.
///
/// The session also ends with the process `client_process`, as with the one that `initialize` names.
pub fn run(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    client_process: Option<i64>,
) -> u8 {
    let session = std::thread::Builder::new()
        .name("session".to_owned())
        .stack_size(STACK)
        .spawn(move || serve(input, output, client_process));
    // A panic here is one of the loop itself, which has been logged.
    session.ok().and_then(|session| session.join().ok()).unwrap_or(1)
}

fn serve(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    client_process: Option<i64>,
) -> u8 {
    let logging = logging::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .max_blocking_threads(MAX_WORKERS)
        .thread_stack_size(STACK)
        .thread_name("worker")
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("cannot start: {error}");
            return 1;
        }
    };
    let (sender, incoming) = mpsc::channel(QUEUE);
    let (client, outgoing) = Client::new();
    let writer = connection::write(output, outgoing, sender.clone());
    connection::read(input, sender.clone());
    let session = Session::new(client.clone(), logging, sender.clone());
    let for_backend = session.clone();
    // The socket is tower-lsp's own way to the client, which is not used: see `client`.
    let (service, _socket) = LspService::build(|_| Backend::new(for_backend))
        .custom_method("neural-analyzer/shapes", Backend::shapes)
        .custom_method("neural-analyzer/status", Backend::status)
        .custom_method("neural-analyzer/syntaxTree", Backend::syntax_tree)
        .custom_method("neural-analyzer/totals", Backend::totals)
        .finish();
    let idle = move || session.flush();
    let status = runtime.block_on(async {
        if let Some(process) = client_process {
            parent::watch(process, sender);
        }
        connection::serve(service, client.clone(), incoming, idle).await
    });
    client.close();
    writer.finish();
    runtime.shutdown_background();
    status
}
