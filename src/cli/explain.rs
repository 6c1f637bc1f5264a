//! `neural-analyzer explain`: the documentation of a code, or the list of codes.

use std::io;

use super::args::ExplainArgs;
use super::{Status, Streams};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Code, codes};

/// Prints the page of a code, or the list of all codes.
pub(super) fn run(
    args: &ExplainArgs,
    streams: &mut Streams<'_>,
    status: &mut Status,
) -> io::Result<()> {
    let Some(name) = &args.code else { return list(streams) };
    match Code::from_name(name) {
        Some(code) => write!(streams.out, "{}", code.page()),
        None => {
            status.raise(Status::Failure);
            let near = did_you_mean(name, codes::all().map(|code| code.name()));
            streams.error(&match near {
                Some(near) => format!("there is no code `{name}`; did you mean `{near}`?"),
                None => {
                    format!("there is no code `{name}`; `neural-analyzer explain` lists every code")
                }
            })
        }
    }
}

fn list(streams: &mut Streams<'_>) -> io::Result<()> {
    let width = codes::all().map(|code| code.name().len()).max().unwrap_or(0);
    for code in codes::all() {
        let info = code.info();
        let severity = if info.enabled { info.severity.as_str() } else { "off" };
        writeln!(streams.out, "{:width$}  {severity:7}  {}", info.name, info.summary)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(code: Option<&str>) -> (String, String, Status) {
        let (mut out, mut err, mut status) = (Vec::new(), Vec::new(), Status::Clean);
        let args = ExplainArgs { code: code.map(str::to_owned) };
        let mut streams = Streams { out: &mut out, err: &mut err };
        run(&args, &mut streams, &mut status).unwrap();
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap(), status)
    }

    #[test]
    fn every_code_has_a_page_and_is_listed() {
        let (list, _, _) = explain(None);
        for code in codes::all() {
            let (page, err, status) = explain(Some(code.name()));
            assert!(page.starts_with(&format!("# {code}\n")));
            assert_eq!((err.as_str(), status), ("", Status::Clean));
            assert!(list.contains(code.name()));
        }
    }

    #[test]
    fn an_unknown_code_is_a_usage_error() {
        let (out, err, status) = explain(Some("unknown-lyer"));
        assert_eq!((out.as_str(), status), ("", Status::Failure));
        assert_eq!(err, "error: there is no code `unknown-lyer`; did you mean `unknown-layer`?\n");
    }
}
