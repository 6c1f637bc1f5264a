//! What a message is: a request, a notification, an answer, or a mistake of the client.
//!
//! tower-lsp decodes a message in one step and says only whether that worked. Here a message that
//! is JSON but makes no sense is answered with its own id, and a few things that clients send
//! differently are made equal before tower-lsp sees them.

use serde_json::{Map, Value, json};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};

/// A message that could be decoded.
#[derive(Debug)]
pub(super) enum Message {
    /// A request, or a notification where it has no id.
    Request(Request),
    /// An answer to a request of ours.
    Answer {
        /// The id that our request had.
        id: Id,
        /// The result, or the error as the client wrote it.
        result: Result<Value, Value>,
    },
}

/// Decodes a message. The error is what to answer.
pub(super) fn decode(body: &[u8]) -> Result<Message, Box<Response>> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| refuse(Id::Null, ErrorCode::ParseError, format!("no JSON: {error}")))?;
    let invalid = |id: Id, message: &str| refuse(id, ErrorCode::InvalidRequest, message.to_owned());
    let Value::Object(mut fields) = value else {
        let message = match value {
            Value::Array(_) => "this protocol has no batches: send each message by itself",
            _ => "a message is an object",
        };
        return Err(invalid(Id::Null, message));
    };
    let id = match fields.remove("id") {
        None => None,
        Some(Value::String(id)) => Some(Id::String(id)),
        Some(Value::Number(id)) if id.is_i64() => Some(Id::Number(id.as_i64().unwrap_or_default())),
        Some(_) => return Err(invalid(Id::Null, "an id is a string or a whole number")),
    };
    if fields.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(invalid(id.unwrap_or(Id::Null), "the field `jsonrpc` is not \"2.0\""));
    }
    match (fields.remove("method"), id) {
        (Some(Value::String(method)), id) => Ok(Message::Request(request(method, id, fields))),
        (Some(_), id) => Err(invalid(id.unwrap_or(Id::Null), "the field `method` is not a string")),
        (None, Some(id)) => match (fields.remove("result"), fields.remove("error")) {
            (_, Some(error)) if !error.is_null() => Ok(Message::Answer { id, result: Err(error) }),
            (Some(result), _) => Ok(Message::Answer { id, result: Ok(result) }),
            (None, _) => Err(invalid(id, "the message has neither `method` nor `result`")),
        },
        (None, None) => Err(invalid(Id::Null, "the message has no `method`")),
    }
}

fn request(method: String, id: Option<Id>, mut fields: Map<String, Value>) -> Request {
    let params = fields.remove("params").filter(|params| !params.is_null());
    let params = match method.as_str() {
        // Clients send `null`, `{}`, `[]` or nothing where there are no parameters; tower-lsp takes the
        // last of them.
        "shutdown" | "exit" | "neural-analyzer/status" => None,
        "initialized" => Some(json!({})),
        // What a client can do is read from the JSON: the types of tower-lsp are older than some of
        // it, and refuse the whole session for one value that they do not know.
        "initialize" => params.map(|params| {
            let mut wrapped = json!({ "capabilities": {} });
            wrapped["initializationOptions"] = params;
            wrapped
        }),
        _ => params,
    };
    let mut request = Request::build(method);
    if let Some(params) = params {
        request = request.params(params);
    }
    if let Some(id) = id {
        request = request.id(id);
    }
    request.finish()
}

fn refuse(id: Id, code: ErrorCode, message: String) -> Box<Response> {
    Box::new(Response::from_error(id, error(code, message)))
}

/// What is said of a panic.
pub(super) const DEFECT: &str = "a defect of neural-analyzer; its log on standard error says more";

/// An error of JSON-RPC.
pub(super) fn error(code: ErrorCode, message: impl Into<String>) -> Error {
    Error { code, message: message.into().into(), data: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(body: &str, expect: Expect) {
        let actual = match decode(body.as_bytes()) {
            Ok(Message::Request(request)) => request.to_string(),
            Ok(Message::Answer { id, result }) => format!("answer {id}: {result:?}"),
            Err(response) => serde_json::to_string(&response).unwrap(),
        };
        expect.assert_eq(&actual);
    }

    #[test]
    fn messages_are_told_apart() {
        check(
            r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"b":2}}"#,
            expect![[r#"{"jsonrpc":"2.0","method":"a","params":{"b":2},"id":1}"#]],
        );
        check(
            r#"{"jsonrpc":"2.0","method":"shutdown","params":null,"id":"x"}"#,
            expect![[r#"{"jsonrpc":"2.0","method":"shutdown","id":"x"}"#]],
        );
        for params in ["", r#","params":null"#, r#","params":{}"#, r#","params":[]"#] {
            check(
                &format!(r#"{{"jsonrpc":"2.0","id":2,"method":"neural-analyzer/status"{params}}}"#),
                expect![[r#"{"jsonrpc":"2.0","method":"neural-analyzer/status","id":2}"#]],
            );
        }
        check(
            r#"{"jsonrpc":"2.0","method":"initialized"}"#,
            expect![[r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#]],
        );
        check(r#"{"jsonrpc":"2.0","id":7,"result":null}"#, expect!["answer 7: Ok(Null)"]);
        check(
            r#"{"jsonrpc":"2.0","id":7,"error":{"code":1}}"#,
            expect![[r#"answer 7: Err(Object {"code": Number(1)})"#]],
        );
    }

    #[test]
    fn mistakes_are_answered() {
        check(
            "{",
            expect![[
                r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"no JSON: EOF while parsing an object at line 1 column 1"},"id":null}"#
            ]],
        );
        check(
            "[]",
            expect![[
                r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"this protocol has no batches: send each message by itself"},"id":null}"#
            ]],
        );
        check(
            "7",
            expect![[
                r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"a message is an object"},"id":null}"#
            ]],
        );
        check(
            r#"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#,
            expect![[
                r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"an id is a string or a whole number"},"id":null}"#
            ]],
        );
        check(
            r#"{"id":1,"method":"a"}"#,
            expect![[
                r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"the field `jsonrpc` is not \"2.0\""},"id":1}"#
            ]],
        );
        check(
            r#"{"jsonrpc":"2.0","id":1,"method":5}"#,
            expect![[
                r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"the field `method` is not a string"},"id":1}"#
            ]],
        );
        check(
            r#"{"jsonrpc":"2.0","id":3}"#,
            expect![[
                r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"the message has neither `method` nor `result`"},"id":3}"#
            ]],
        );
        check(
            r#"{"jsonrpc":"2.0"}"#,
            expect![[
                r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"the message has no `method`"},"id":null}"#
            ]],
        );
    }

    #[test]
    fn nesting_without_end_is_a_mistake_and_no_crash() {
        let deep = "[".repeat(1_000_000);
        let response = decode(deep.as_bytes()).unwrap_err();
        assert_eq!(response.error().map(|error| error.code), Some(ErrorCode::ParseError));
    }
}
