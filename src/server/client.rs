//! The client as the server sees it: somebody to answer, to notify and to ask.
//!
//! Everything is put into the queue of the thread that writes, at once and in one order: an answer,
//! the diagnostics that belong to it and a request of ours leave in the order in which they were
//! made, and a client that does not read keeps nobody waiting. tower-lsp's own handle cannot give
//! that, since each of its messages waits for room in a channel.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Id, Response};
use tower_lsp::lsp_types::MessageType;

/// What the writing thread gets.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// A message to write.
    Message(Vec<u8>),
    /// Nothing comes after this.
    Close,
}

/// Why a request of ours has no result.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// The client answered with an error.
    Refused(Value),
    /// The time is over.
    TooLate,
}

/// A handle on the client.
#[derive(Debug, Clone)]
pub(super) struct Client {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    queue: Sender<Outgoing>,
    next_id: AtomicI64,
    open: Mutex<HashMap<i64, oneshot::Sender<Result<Value, Value>>>>,
}

impl Client {
    /// A client, and the messages for it.
    pub(super) fn new() -> (Client, Receiver<Outgoing>) {
        let (queue, outgoing) = channel();
        let inner = Inner { queue, next_id: AtomicI64::new(1), open: Mutex::default() };
        (Client { inner: Arc::new(inner) }, outgoing)
    }

    /// Answers a request.
    pub(super) fn respond(&self, response: &Response) {
        self.send(response);
    }

    /// Sends a notification.
    pub(super) fn notify(&self, method: &str, params: impl Serialize) {
        #[derive(Serialize)]
        struct Notification<'a, P> {
            jsonrpc: &'static str,
            method: &'a str,
            params: P,
        }
        self.send(&Notification { jsonrpc: "2.0", method, params });
    }

    /// Writes a line into the client's log, for the author to see.
    pub(super) fn log(&self, kind: MessageType, message: impl Into<String>) {
        let message: String = message.into();
        tracing::info!("told the client: {message}");
        self.notify("window/logMessage", json!({ "type": kind, "message": message }));
    }

    /// Sends a request, at once. The future waits for the answer, but not longer than `limit`.
    pub(super) fn request(
        &self,
        method: &str,
        params: Value,
        limit: Duration,
    ) -> impl Future<Output = Result<Value, Unanswered>> + use<> {
        let id = self.inner.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.open().insert(id, sender);
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let client = self.clone();
        async move {
            match tokio::time::timeout(limit, answer).await {
                Ok(Ok(Ok(result))) => Ok(result),
                Ok(Ok(Err(error))) => Err(Unanswered::Refused(error)),
                Ok(Err(_)) | Err(_) => {
                    client.open().remove(&id);
                    Err(Unanswered::TooLate)
                }
            }
        }
    }

    /// Takes the answer to a request of ours. An answer that nobody waits for is ignored.
    pub(super) fn answered(&self, id: &Id, result: Result<Value, Value>) {
        let waiting = match id {
            Id::Number(id) => self.open().remove(id),
            _ => None,
        };
        match waiting {
            // Whoever asked may have stopped waiting.
            Some(waiting) => drop(waiting.send(result)),
            None => tracing::warn!("an answer with the id {id} to no request"),
        }
    }

    /// Ends the writing thread once it has written what is in its queue.
    pub(super) fn close(&self) {
        let _ = self.inner.queue.send(Outgoing::Close);
    }

    fn send(&self, message: &impl Serialize) {
        match serde_json::to_vec(message) {
            // Where nobody writes any more, the session is at its end.
            Ok(body) => drop(self.inner.queue.send(Outgoing::Message(body))),
            Err(error) => tracing::error!("cannot write a message as JSON: {error}"),
        }
    }

    fn open(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<i64, oneshot::Sender<Result<Value, Value>>>> {
        self.inner.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
