//! Messages on a byte stream: `Content-Length`, a blank line, and that many bytes.
//!
//! tower-lsp's own framing ends a session at the first message that it cannot decode. This one says
//! what is wrong with a header and finds the next one: whatever stands before `Content-Length:` is
//! skipped, so a client that miscounts one message loses that message and not its session.

use std::io::{self, BufRead, Read, Write};

/// Longer messages are skipped: nothing that an author writes is so long, and a wrong length must
/// not take all memory.
pub(super) const MAX_MESSAGE: u64 = 256 << 20;

/// The longest line of a header that is kept.
const MAX_LINE: usize = 4096;

const LENGTH: &[u8] = b"content-length:";

/// Why a message was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameError {
    /// The header has no `Content-Length`.
    NoLength,
    /// The value of `Content-Length` is no number.
    BadLength,
    /// The message is longer than [`MAX_MESSAGE`].
    TooLong,
}

impl FrameError {
    /// What to tell the client.
    pub(super) fn message(self) -> &'static str {
        match self {
            FrameError::NoLength => "the header has no Content-Length",
            FrameError::BadLength => "the Content-Length of the header is no number",
            FrameError::TooLong => "the message is longer than 256 MiB",
        }
    }
}

/// The messages of a stream.
pub(super) struct FrameReader<R> {
    input: R,
    line: Vec<u8>,
    /// A header was wrong and has been reported; what comes until the next one is no message.
    lost: bool,
}

impl<R: BufRead> FrameReader<R> {
    /// Reads from `input`.
    pub(super) fn new(input: R) -> Self {
        FrameReader { input, line: Vec::new(), lost: false }
    }

    /// The next message; `None` at the end of the stream.
    pub(super) fn read(&mut self) -> io::Result<Option<Result<Vec<u8>, FrameError>>> {
        let mut length = None;
        let mut has_header = false;
        loop {
            if !self.read_line()? {
                return Ok(None);
            }
            if self.line.is_empty() {
                match length {
                    Some(length) => return self.body(length),
                    None if has_header && !self.lost => {
                        self.lost = true;
                        return Ok(Some(Err(FrameError::NoLength)));
                    }
                    None => has_header = false,
                }
                continue;
            }
            has_header = true;
            let Some(value) = length_value(&self.line) else { continue };
            match value.and_then(|value| value.parse().ok()) {
                Some(value) => length = Some(value),
                None => {
                    self.lost = true;
                    return Ok(Some(Err(FrameError::BadLength)));
                }
            }
        }
    }

    fn body(&mut self, length: u64) -> io::Result<Option<Result<Vec<u8>, FrameError>>> {
        self.lost = false;
        let mut rest = self.input.by_ref().take(length);
        if length > MAX_MESSAGE {
            let skipped = io::copy(&mut rest, &mut io::sink())?;
            return Ok((skipped == length).then_some(Err(FrameError::TooLong)));
        }
        // The length is the client's claim: memory is taken as the bytes come.
        let mut body = Vec::with_capacity(length.min(1 << 20) as usize);
        let read = rest.read_to_end(&mut body)?;
        Ok((read as u64 == length).then_some(Ok(body)))
    }

    /// Reads a line without its end. Of a long one only the tail is kept: it is no header, and a
    /// header may follow in the same line.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        loop {
            let available = self.input.fill_buf()?;
            if available.is_empty() {
                return Ok(false);
            }
            let end = available.iter().position(|&byte| byte == b'\n');
            let taken = end.map_or(available.len(), |at| at + 1);
            self.line.extend_from_slice(&available[..end.unwrap_or(taken)]);
            self.input.consume(taken);
            if self.line.len() > MAX_LINE {
                self.line.drain(..self.line.len() - MAX_LINE / 2);
            }
            if end.is_some() {
                if self.line.last() == Some(&b'\r') {
                    self.line.pop();
                }
                return Ok(true);
            }
        }
    }
}

/// The value of the last `Content-Length:` of a line; `Some(None)` where it is no text.
fn length_value(line: &[u8]) -> Option<Option<&str>> {
    let at = line.windows(LENGTH.len()).rposition(|part| part.eq_ignore_ascii_case(LENGTH))?;
    Some(std::str::from_utf8(&line[at + LENGTH.len()..]).ok().map(str::trim))
}

/// Writes one message, in one piece: a client that reads while it is written sees header and body
/// together.
pub(super) fn write(output: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    frame.extend_from_slice(body);
    output.write_all(&frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(input: &[u8], expect: Expect) {
        // A small buffer, so that every boundary falls somewhere.
        let mut reader = FrameReader::new(io::BufReader::with_capacity(3, input));
        let mut actual = String::new();
        while let Some(frame) = reader.read().unwrap() {
            match frame {
                Ok(body) => actual += &format!("{}\n", String::from_utf8_lossy(&body)),
                Err(error) => actual += &format!("error: {}\n", error.message()),
            }
        }
        expect.assert_eq(&actual);
    }

    #[test]
    fn messages_follow_one_another() {
        check(
            b"Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x\r\n\r\n[1]",
            expect![[r#"
                {}
                [1]
            "#]],
        );
        check(
            b"Content-Length: 0\r\n\r\nContent-Length: 1\n\n7",
            expect![[r#"

                7
            "#]],
        );
    }

    #[test]
    fn a_wrong_header_costs_its_message() {
        check(
            b"Content-Type: x\r\n\r\n{\"a\":1}Content-Length: 2\r\n\r\n{}",
            expect![[r#"
                error: the header has no Content-Length
                {}
            "#]],
        );
        check(
            b"Content-Length: two\r\n\r\n{}\r\n\r\nContent-Length: -1\r\n\r\n{}Content-Length: 2\r\n\r\n{}",
            expect![[r#"
                error: the Content-Length of the header is no number
                error: the Content-Length of the header is no number
                {}
            "#]],
        );
        check(
            b"Content-Length: \xff\r\n\r\n",
            expect![[r#"
                error: the Content-Length of the header is no number
            "#]],
        );
    }

    #[test]
    fn a_wrong_length_costs_two_messages_at_most() {
        check(
            b"Content-Length: 3\r\n\r\n{\"a\":1}Content-Length: 2\r\n\r\n{}",
            expect![[r#"
                {"a
                {}
            "#]],
        );
        check(
            b"Content-Length: 9\r\n\r\n{}Content-Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n[]",
            expect![[r#"
                {}Content
                error: the header has no Content-Length
                []
            "#]],
        );
    }

    #[test]
    fn a_stream_may_end_anywhere() {
        let input = b"Content-Length: 2\r\n\r\n{}";
        for end in 0..input.len() {
            let mut reader = FrameReader::new(&input[..end]);
            assert_eq!(reader.read().unwrap(), None, "{end}");
        }
    }

    #[test]
    fn long_lines_and_long_messages_are_skipped() {
        let mut input = vec![b'x'; 100_000];
        input.extend_from_slice(b"Content-Length: 2\r\n\r\n{}");
        input.extend_from_slice(format!("Content-Length: {}\r\n\r\n", u64::MAX).as_bytes());
        check(
            &input,
            expect![[r#"
                {}
            "#]],
        );
    }
}
