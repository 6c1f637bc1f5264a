//! `neural-analyzer shapes`: the output shape, parameters, MACs and memory of every layer.

use std::io;

use super::args::{ShapesArgs, ShapesFormat};
use super::session::{Checked, Session};
use super::{Status, Streams, inputs, render, table};
use crate::diagnostics::suggest::did_you_mean;
use crate::ide::{NetworkReport, json};

/// Shows the shapes of the networks that the arguments name.
pub(super) fn run(
    args: &ShapesArgs,
    streams: &mut Streams<'_>,
    status: &mut Status,
) -> io::Result<()> {
    let (sources, problems) = inputs::collect(&args.input.paths);
    let mut session = Session::new(args.settings());
    let mut names = Vec::new();
    for source in &sources {
        if let Some(checked) = session.check(source, streams, status)? {
            names.extend(checked.networks.iter().filter_map(|network| network.name.clone()));
            write_file(args, &checked, streams)?;
        }
    }
    for problem in &problems {
        status.raise(Status::Failure);
        streams.error(problem)?;
    }
    if let Some(wanted) = &args.network
        && !names.iter().any(|name| name == wanted)
    {
        status.raise(Status::Failure);
        let near = did_you_mean(wanted, names.iter().map(|name| name.as_str()));
        streams.error(&match near {
            Some(near) => format!("there is no network `{wanted}`; did you mean `{near}`?"),
            None => format!("there is no network `{wanted}`"),
        })?;
    }
    Ok(())
}

fn write_file(args: &ShapesArgs, checked: &Checked, streams: &mut Streams<'_>) -> io::Result<()> {
    let shown = |network: &NetworkReport| match &args.network {
        Some(wanted) => network.name.as_deref() == Some(wanted),
        None => true,
    };
    if args.format == ShapesFormat::Json {
        return json::write_shapes(streams.out, &checked.json(), shown);
    }
    for network in checked.networks.iter().filter(|network| shown(network)) {
        let fold = args.fold;
        table::write_network(streams.out, &checked.name, &checked.config, network, fold)?;
    }
    streams.out.flush()?;
    for finding in &checked.diagnostics {
        let line = render::line(&checked.name, &checked.text, &checked.index, finding);
        writeln!(streams.err, "{line}")?;
    }
    Ok(())
}
