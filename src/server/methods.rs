//! The table of the protocol's methods that the server knows, and the page that is made from it.

/// Who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// A request of the client.
    Request,
    /// A notification of the client.
    Notification,
    /// A request or notification of the server.
    Server,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Method {
    /// The protocol's name.
    pub(super) name: &'static str,
    /// Who sends it.
    pub(super) direction: Direction,
    /// What it does here.
    pub(super) doc: &'static str,
}

const fn row(name: &'static str, direction: Direction, doc: &'static str) -> Method {
    Method { name, direction, doc }
}

/// Every method.
pub(super) const METHODS: &[Method] = &[
    row(
        "textDocument/hover",
        Direction::Request,
        "Shapes, parameters, MACs and memory of a layer with its formula and documentation; what a parameter, macro, section, hyperparameter or dimension is.",
    ),
    row(
        "textDocument/inlayHint",
        Direction::Request,
        "Output shapes behind layers, sums on a network's first line, none of either where nothing is known (the hover says why); as settings say, parameters of layers, names of positional arguments, where branches start. Only inside the range that is asked for.",
    ),
    row("inlayHint/resolve", Direction::Request, "The tooltip of a hint."),
    row(
        "textDocument/documentSymbol",
        Direction::Request,
        "Networks with their inputs, layers and sections, and macros; a tree, or a list for clients that know no trees.",
    ),
    row(
        "textDocument/definition",
        Direction::Request,
        "From the use of a macro, a macro's parameter, a named layer or an input to where it is defined.",
    ),
    row(
        "textDocument/references",
        Direction::Request,
        "The uses of a macro, a macro's parameter, a named layer or an input.",
    ),
    row("textDocument/documentHighlight", Direction::Request, "The same, marked in the text."),
    row(
        "textDocument/codeAction",
        Direction::Request,
        "Quick fixes: the changes that mend a finding. Findings that the settings turn off offer none.",
    ),
    row(
        "textDocument/semanticTokens/full",
        Direction::Request,
        "What each name is: a layer, a macro, a parameter, a named layer.",
    ),
    row(
        "textDocument/semanticTokens/range",
        Direction::Request,
        "The same for a part of the file.",
    ),
    row(
        "textDocument/foldingRange",
        Direction::Request,
        "Networks, macros, blocks, sections, long argument lists and comments.",
    ),
    row(
        "textDocument/selectionRange",
        Direction::Request,
        "Selections that grow from a word to the whole file.",
    ),
    row(
        "textDocument/diagnostic",
        Direction::Request,
        "The findings of a file, for clients that pull them: see below.",
    ),
    row(
        "neural-analyzer/shapes",
        Direction::Request,
        "The shape table of a file, as `neural-analyzer shapes --format json` writes it. Takes `{ textDocument }`.",
    ),
    row(
        "neural-analyzer/totals",
        Direction::Request,
        "The sums of each network and nothing else: parameters, MACs and memory. Where some parameters are unknown, `parameters_at_least` is the sum of the others. Takes `{ textDocument }`.",
    ),
    row(
        "neural-analyzer/syntaxTree",
        Direction::Request,
        "How a file is read, as text. Takes `{ textDocument }`.",
    ),
    row(
        "neural-analyzer/status",
        Direction::Request,
        "Version, settings and open files of the server. Takes nothing.",
    ),
    row(
        "textDocument/didOpen",
        Direction::Notification,
        "Begins to follow a file; one that is open already takes the new text.",
    ),
    row(
        "textDocument/didChange",
        Direction::Notification,
        "Edits of a file, applied in their order; the whole text is taken as well. Positions outside of the text are moved into it.",
    ),
    row(
        "textDocument/didSave",
        Direction::Notification,
        "Shows findings under `diagnostics.mode` `onSave`, and looks for `neural.toml` again.",
    ),
    row(
        "textDocument/didClose",
        Direction::Notification,
        "Forgets a file, and what is shown of it.",
    ),
    row(
        "workspace/didChangeConfiguration",
        Direction::Notification,
        "Asks the client for its settings; takes those that are sent from clients that cannot be asked.",
    ),
    row(
        "workspace/didChangeWorkspaceFolders",
        Direction::Notification,
        "Each folder has its own settings.",
    ),
    row(
        "workspace/didChangeWatchedFiles",
        Direction::Notification,
        "Reads `neural.toml` files again.",
    ),
    row("$/cancelRequest", Direction::Notification, "Gives up a request."),
    row(
        "textDocument/publishDiagnostics",
        Direction::Server,
        "The findings of a file with the version that they are about, where they differ from what is shown. At most 200, the worst ones. Findings of `neural.toml` are shown there.",
    ),
    row(
        "workspace/configuration",
        Direction::Server,
        "Asks for the section `neural-analyzer`, once for each workspace folder and once for files outside of them.",
    ),
    row(
        "client/registerCapability",
        Direction::Server,
        "Watches settings and `neural.toml` files; starts the pulling of diagnostics.",
    ),
    row(
        "client/unregisterCapability",
        Direction::Server,
        "Stops the pulling of diagnostics when a `diagnostics.mode` other than `onType` is set.",
    ),
    row(
        "workspace/inlayHint/refresh",
        Direction::Server,
        "Asks for hints to be fetched again after settings have changed.",
    ),
    row(
        "workspace/diagnostic/refresh",
        Direction::Server,
        "The same for diagnostics that are pulled.",
    ),
    row(
        "window/logMessage",
        Direction::Server,
        "What the author should see: wrong settings, a `neural.toml` that cannot be read.",
    ),
];

/// The names of the requests that only this server has.
pub(super) fn own_requests() -> Vec<&'static str> {
    let requests = METHODS.iter().filter(|method| method.direction == Direction::Request);
    requests.map(|method| method.name).filter(|name| name.starts_with("neural-analyzer/")).collect()
}

/// The text of `docs/features.md`.
pub fn features_page() -> String {
    let mut page = String::from(
        "# What the language server does\n\
         \n\
         `neural-analyzer lsp` speaks the Language Server Protocol over standard input and output. This page is made\n\
         from the table in `src/server/methods.rs`.\n",
    );
    let tables = [
        (Direction::Request, "Requests of the editor"),
        (Direction::Notification, "Notifications of the editor"),
        (Direction::Server, "Messages of the server"),
    ];
    for (direction, title) in tables {
        page += &format!("\n## {title}\n\n| Method | Here |\n|---|---|\n");
        for method in METHODS.iter().filter(|method| method.direction == direction) {
            page += &format!("| `{}` | {} |\n", method.name, method.doc);
        }
    }
    page += "\n\
         ## Positions\n\
         \n\
         Columns count what the editor offers in `general.positionEncodings`: utf-8, else utf-32, else utf-16. Lines end\n\
         at `\\n`, `\\r\\n` and a lone `\\r`.\n\
         \n\
         ## Findings: pushed or pulled\n\
         \n\
         Findings are pulled by editors that can be told to start and stop pulling and to pull again\n\
         (`textDocument.diagnostic.dynamicRegistration` and `workspace.diagnostics.refreshSupport`), as long as no\n\
         [`diagnostics.mode`](configuration.md#diagnosticsmode) but `onType` is set. All other editors get them pushed. It\n\
         is never both. No findings are shown before the settings of the editor have come, but after half a second at the\n\
         latest.\n\
         \n\
         ## The session\n\
         \n\
         A message that cannot be decoded is answered with an error and costs nothing else. A request about a text that\n\
         has changed in the meantime is answered with `ContentModified`. The session ends with `exit`, with the end of\n\
         the input, or with the process that `initialize` names; the exit status is 0 after `shutdown` and 1 otherwise.\n\
         Standard output carries the protocol; the log goes to standard error and to the file that\n\
         [`log.file`](configuration.md#logfile) names.\n";
    page
}
