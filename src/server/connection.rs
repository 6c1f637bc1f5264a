//! The session: reads messages in the order of the wire, gives them to the service, and sees its end.
//!
//! Each message is handed over before the next one is looked at, and its handler runs until it first
//! waits: so an edit is applied, and what a request asks about is fixed, in the order in which the
//! client sent them. Handlers that wait go on as tasks of their own. A handler that panics is an
//! error answer.

use std::future::Future;
use std::io::{BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::mpsc;
use tower_lsp::ExitedError;
use tower_lsp::jsonrpc::{ErrorCode, Id, Request, Response};
use tower_service::Service;

use super::client::{Client, Outgoing};
use super::frame::{self, FrameError, FrameReader};
use super::message::{self, Message};

/// How many messages are taken before diagnostics are computed, if more are waiting.
const BATCH: usize = 64;

/// How long the end of a session waits for a client that does not read.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What happens to the session from outside.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message, not decoded yet.
    Frame(Result<Vec<u8>, FrameError>),
    /// The stream has ended.
    End,
    /// The client's process has ended, or nobody reads what is written.
    ClientGone,
}

/// Starts the thread that reads `input`.
pub(super) fn read(input: impl Read + Send + 'static, incoming: mpsc::Sender<Incoming>) {
    std::thread::spawn(move || {
        let mut reader = FrameReader::new(BufReader::with_capacity(1 << 16, input));
        loop {
            let next = match reader.read() {
                Ok(Some(frame)) => Incoming::Frame(frame),
                Ok(None) => Incoming::End,
                Err(error) => {
                    tracing::error!("cannot read from the client: {error}");
                    Incoming::End
                }
            };
            let is_last = matches!(next, Incoming::End);
            if incoming.blocking_send(next).is_err() || is_last {
                return;
            }
        }
    });
}

/// The thread that writes; it ends when it is told to.
pub(super) struct Writer {
    done: Receiver<()>,
}

/// Starts the thread that writes to `output`.
pub(super) fn write(
    mut output: impl Write + Send + 'static,
    outgoing: Receiver<Outgoing>,
    incoming: mpsc::Sender<Incoming>,
) -> Writer {
    let (sender, done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        // Dropped at the end of the thread, which is what `finish` waits for.
        let _sender = sender;
        while let Ok(Outgoing::Message(body)) = outgoing.recv() {
            let written = frame::write(&mut output, &body).and_then(|()| output.flush());
            if let Err(error) = written {
                tracing::error!("cannot write to the client: {error}");
                let _ = incoming.blocking_send(Incoming::ClientGone);
                return;
            }
        }
    });
    Writer { done }
}

impl Writer {
    /// Waits until everything is written, unless the client has stopped reading.
    pub(super) fn finish(self) {
        if self.done.recv_timeout(LAST_WORDS) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the client does not read the last messages");
        }
    }
}

/// Serves a session until it ends, and gives the exit status: 0 after `shutdown`, else 1. `idle` is
/// called when all messages that have come are handed over.
pub(super) async fn serve<S>(
    mut service: S,
    client: Client,
    mut incoming: mpsc::Receiver<Incoming>,
    idle: impl Fn(),
) -> u8
where
    S: Service<Request, Response = Option<Response>, Error = ExitedError>,
    S::Future: Send + Unpin + 'static,
{
    let mut is_shut_down = false;
    loop {
        let first = incoming.recv().await;
        // A message that is taken from the queue is one that is handed over: `take` asks for no more.
        let waiting = std::iter::from_fn(|| incoming.try_recv().ok().map(Some));
        for next in std::iter::once(first).chain(waiting.take(BATCH - 1)) {
            match next {
                Some(Incoming::Frame(frame)) => match take(frame, &client) {
                    Some(request) if request.method() == "exit" => {
                        tracing::info!("the client ends the session");
                        return u8::from(!is_shut_down);
                    }
                    Some(request) => is_shut_down |= dispatch(&mut service, &client, request),
                    None => {}
                },
                Some(Incoming::End) | None => {
                    tracing::info!("the input has ended");
                    return u8::from(!is_shut_down);
                }
                Some(Incoming::ClientGone) => {
                    tracing::warn!("the client is gone");
                    return u8::from(!is_shut_down);
                }
            }
        }
        if catch_unwind(AssertUnwindSafe(&idle)).is_err() {
            tracing::error!("diagnostics could not be computed; the session goes on");
        }
        tokio::task::yield_now().await;
    }
}

/// The request or notification of a frame. What is none is dealt with here.
fn take(frame: Result<Vec<u8>, FrameError>, client: &Client) -> Option<Request> {
    let body = match frame {
        Ok(body) => body,
        Err(error) => {
            tracing::error!("a message cannot be read: {}", error.message());
            let error = message::error(ErrorCode::ParseError, error.message());
            client.respond(&Response::from_error(Id::Null, error));
            return None;
        }
    };
    match message::decode(&body) {
        Ok(Message::Request(request)) => {
            tracing::debug!("received {}", request.method());
            tracing::trace!("{request}");
            Some(request)
        }
        Ok(Message::Answer { id, result }) => {
            client.answered(&id, result);
            None
        }
        Err(response) => {
            tracing::error!("a message makes no sense: {response:?}");
            client.respond(&response);
            None
        }
    }
}

/// Hands a message to the service. Whether it was a `shutdown` that was accepted.
fn dispatch<S>(service: &mut S, client: &Client, request: Request) -> bool
where
    S: Service<Request, Response = Option<Response>, Error = ExitedError>,
    S::Future: Send + Unpin + 'static,
{
    let is_shutdown = request.method() == "shutdown";
    let id = request.id().cloned();
    let called = catch_unwind(AssertUnwindSafe(|| service.call(request)));
    let Ok(future) = called else {
        return respond(client, id.map(crashed)) && is_shutdown;
    };
    let mut contained = Contained { future, id };
    let mut here = Context::from_waker(Waker::noop());
    match Pin::new(&mut contained).poll(&mut here) {
        Poll::Ready(response) => respond(client, response) && is_shutdown,
        Poll::Pending => {
            let client = client.clone();
            tokio::spawn(async move { respond(&client, contained.await) });
            false
        }
    }
}

/// Sends a response, if there is one. Whether it is no error.
fn respond(client: &Client, response: Option<Response>) -> bool {
    let Some(response) = response else { return false };
    if let Some(error) = response.error() {
        tracing::debug!("refused {}: {error}", response.id());
    }
    client.respond(&response);
    response.is_ok()
}

/// A handler whose panic is an error answer.
struct Contained<F> {
    future: F,
    id: Option<Id>,
}

impl<F> Future for Contained<F>
where
    F: Future<Output = Result<Option<Response>, ExitedError>> + Unpin,
{
    type Output = Option<Response>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let future = Pin::new(&mut self.future);
        match catch_unwind(AssertUnwindSafe(|| future.poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(response)) => Poll::Ready(response.ok().flatten()),
            Err(_) => Poll::Ready(self.id.take().map(crashed)),
        }
    }
}

/// The answer of a handler that has panicked.
fn crashed(id: Id) -> Response {
    let error = message::error(ErrorCode::InternalError, message::DEFECT);
    Response::from_error(id, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use serde_json::json;

    type Answer = Pin<Box<dyn Future<Output = Result<Option<Response>, ExitedError>> + Send>>;

    /// A service that crashes, waits or answers, as the method says.
    struct Scripted;

    impl Service<Request> for Scripted {
        type Response = Option<Response>;
        type Error = ExitedError;
        type Future = Answer;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ExitedError>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request) -> Answer {
            let (method, id, _) = request.into_parts();
            let ok = move || Ok(id.map(|id| Response::from_ok(id, json!("done"))));
            match method.as_ref() {
                "crash at once" => panic!("at once"),
                "crash" => Box::pin(async { panic!("in the handler") }),
                "crash later" => Box::pin(async {
                    tokio::task::yield_now().await;
                    panic!("after waiting")
                }),
                "wait" => Box::pin(async move {
                    tokio::task::yield_now().await;
                    ok()
                }),
                _ => Box::pin(async move { ok() }),
            }
        }
    }

    fn session(messages: &[&str]) -> (u8, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (client, outgoing) = Client::new();
        let (sender, incoming) = mpsc::channel(messages.len() + 1);
        for message in messages {
            sender.try_send(Incoming::Frame(Ok(message.as_bytes().to_vec()))).unwrap();
        }
        let ending = sender.clone();
        let status = runtime.block_on(async {
            // The stream ends only after the tasks have had their turn.
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let _ = ending.send(Incoming::End).await;
            });
            serve(Scripted, client.clone(), incoming, || ()).await
        });
        client.close();
        let mut written = String::new();
        while let Ok(Outgoing::Message(body)) = outgoing.try_recv() {
            written += &String::from_utf8_lossy(&body);
            written.push('\n');
        }
        (status, written)
    }

    fn check(messages: &[&str], status: u8, expect: Expect) {
        let (actual, written) = session(messages);
        assert_eq!(actual, status);
        expect.assert_eq(&written);
    }

    #[test]
    fn a_panic_is_an_error_answer() {
        check(
            &[
                r#"{"jsonrpc":"2.0","id":1,"method":"crash at once"}"#,
                r#"{"jsonrpc":"2.0","id":2,"method":"crash later"}"#,
                r#"{"jsonrpc":"2.0","id":3,"method":"crash"}"#,
                r#"{"jsonrpc":"2.0","method":"crash"}"#,
                r#"{"jsonrpc":"2.0","id":4,"method":"fine"}"#,
            ],
            1,
            expect![[r#"
                {"jsonrpc":"2.0","error":{"code":-32603,"message":"a defect of neural-analyzer; its log on standard error says more"},"id":1}
                {"jsonrpc":"2.0","error":{"code":-32603,"message":"a defect of neural-analyzer; its log on standard error says more"},"id":3}
                {"jsonrpc":"2.0","result":"done","id":4}
                {"jsonrpc":"2.0","error":{"code":-32603,"message":"a defect of neural-analyzer; its log on standard error says more"},"id":2}
            "#]],
        );
    }

    #[test]
    fn a_handler_that_waits_keeps_nobody_waiting() {
        check(
            &[
                r#"{"jsonrpc":"2.0","id":1,"method":"wait"}"#,
                r#"{"jsonrpc":"2.0","id":2,"method":"fine"}"#,
                "no json",
                r#"{"jsonrpc":"2.0","id":99,"result":1}"#,
            ],
            1,
            expect![[r#"
                {"jsonrpc":"2.0","result":"done","id":2}
                {"jsonrpc":"2.0","error":{"code":-32700,"message":"no JSON: expected ident at line 1 column 2"},"id":null}
                {"jsonrpc":"2.0","result":"done","id":1}
            "#]],
        );
    }

    #[test]
    fn no_message_of_a_long_queue_is_lost() {
        let count = 3 * BATCH;
        let messages: Vec<String> = (0..count)
            .map(|id| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"fine"}}"#))
            .collect();
        let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
        let (_, written) = session(&messages);
        let answer = |id: usize| format!(r#"{{"jsonrpc":"2.0","result":"done","id":{id}}}"#);
        let expected: Vec<String> = (0..count).map(answer).collect();
        assert_eq!(written.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_status_tells_whether_the_session_was_shut_down() {
        let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let shutdown = r#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#;
        assert_eq!(session(&[exit]).0, 1);
        assert_eq!(session(&[shutdown, exit]).0, 0);
        assert_eq!(session(&[shutdown]).0, 0);
        assert_eq!(session(&[]).0, 1);
    }
}
