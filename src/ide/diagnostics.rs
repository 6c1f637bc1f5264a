//! All findings of a file, in the order of the text, and those that the settings show.

use rowan::TextRange as SyntaxRange;

use super::analysis::Analysis as Snapshot;
use super::suppressions;
use crate::checks;
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::model::document::Document;
use crate::model::place::Place;
use crate::syntax::{Parse, SyntaxKind, SyntaxNode};
use crate::text::{TextRange, TextSize};

/// The findings of the parser with those of the model and the checks, `found`, at their places of the
/// text, also those that are off by default. Severities are those of the codes, or the finding's own.
pub(super) fn all(document: &Document, found: &[Diagnostic<Place>]) -> Vec<Diagnostic> {
    let syntax = document.parse().diagnostics();
    let found = found.iter().cloned().map(|mut finding| {
        checks::offer_moves(document, &mut finding);
        finding
    });
    let mut all: Vec<Diagnostic> = syntax.iter().cloned().chain(placed(document, found)).collect();
    mend_edits(document, &mut all);
    sort(&mut all);
    all
}

/// The findings that the text does not switch off, also those that the settings ask for. Severities are
/// those of the codes, or the finding's own.
pub(super) fn of_settings(snapshot: &Snapshot, config: &Config) -> Vec<Diagnostic> {
    let document = snapshot.document();
    let Some((analysis, summary)) = snapshot.summary() else { return Vec::new() };
    let by_settings = checks::check_settings(document, analysis, summary, config);
    let mut more = placed(document, by_settings.iter().cloned());
    more.extend(checks::check_comments(document, config));
    mend_edits(document, &mut more);
    let mut found = snapshot.diagnostics().to_vec();
    let is_sorted = more.is_empty();
    found.append(&mut more);
    let about_comments = suppressions::apply(document, config, &mut found);
    if !is_sorted || !about_comments.is_empty() {
        found.extend(about_comments);
        sort(&mut found);
    }
    found
}

/// The findings at their places of the text, without those about text that was misread.
fn placed(
    document: &Document,
    findings: impl Iterator<Item = Diagnostic<Place>>,
) -> Vec<Diagnostic> {
    let misread = misread(document.parse());
    findings
        .map(|finding| finding.map_places(|place| document.range(place)))
        .filter(|finding| !misread.iter().any(|range| range.contains_range(finding.place)))
        .collect()
}
/// Sorts findings by the order of the text, and leaves out those that say the same.
fn sort(all: &mut Vec<Diagnostic>) {
    all.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.place.start(), std::cmp::Reverse(d.severity), d.place.end());
        key(a).cmp(&key(b)).then_with(|| a.code.cmp(&b.code))
    });
    // Findings that start together stand side by side.
    let says_again = |at: usize| {
        let same_start = |other: &&Diagnostic| other.place.start() == all[at].place.start();
        all[..at].iter().rev().take_while(same_start).any(|other| {
            (other.code, other.place, &other.message)
                == (all[at].code, all[at].place, &all[at].message)
        })
    };
    let again: Vec<bool> = (0..all.len()).map(says_again).collect();
    if again.contains(&true) {
        let mut again = again.into_iter();
        all.retain(|_| again.next() != Some(true));
    }
}

/// Fits edits that were made without their surroundings into the text. A fix that would take a layer
/// away and leave its block, or no layers at all, is left out.
fn mend_edits(document: &Document, findings: &mut [Diagnostic]) {
    let text = document.text();
    for finding in findings {
        finding.fixes.retain_mut(|fix| {
            fix.edits.iter_mut().all(|edit| {
                indent(text, edit.range, &mut edit.new_text);
                if !edit.new_text.is_empty() || edit.range.is_empty() {
                    return true;
                }
                let Some(whole) = removed_with(document, edit.range) else { return false };
                edit.range = whole_line(text, whole);
                true
            })
        });
    }
}

/// What goes with `range` when it is removed: a call with the device and the copies of its statement, and
/// the separator behind it.
/// `None` where the statement has a block, which would be left without its layer, or is the only one of
/// a network.
fn removed_with(document: &Document, range: TextRange) -> Option<TextRange> {
    let root = document.parse().syntax();
    if range.end() > root.text_range().end() {
        return Some(range);
    }
    let element = root.covering_element(range);
    let Some(first) = element.as_node().cloned().or_else(|| element.parent()) else {
        return Some(range);
    };
    let mut same = first.ancestors().take_while(|node| node.text_range() == range);
    let call = same.find(|node| node.kind() == SyntaxKind::CALL_EXPR);
    let stmt = call.and_then(|call| call.parent());
    let Some(stmt) = stmt.filter(|node| node.kind() == SyntaxKind::LAYER_STMT) else {
        return Some(range);
    };
    let has_block = stmt.children().any(|child| child.kind() == SyntaxKind::BLOCK);
    (!has_block && !is_only_layer(&stmt)).then(|| {
        let end = stmt.text_range().end();
        let rest = &document.text()[usize::from(end)..];
        let behind = rest.trim_start_matches([' ', '\t']);
        let separator = match behind.starts_with([',', ';']) {
            true => rest.len() - behind.len() + 1,
            false => 0,
        };
        TextRange::new(stmt.text_range().start(), end + TextSize::new(separator as u32))
    })
}

/// Whether a statement is all that the layers list of a network has.
fn is_only_layer(stmt: &SyntaxNode) -> bool {
    let mut node = stmt.clone();
    loop {
        if node.prev_sibling().or_else(|| node.next_sibling()).is_some() {
            return false;
        }
        match node.parent() {
            Some(parent) if parent.kind() == SyntaxKind::CHUNK => node = parent,
            parent => return parent.is_some_and(|it| it.kind() == SyntaxKind::LAYER_LIST),
        }
    }
}

/// The range with its line where nothing else stands on it, so that removing it leaves no empty line.
fn whole_line(text: &str, range: TextRange) -> TextRange {
    let (start, end) = (usize::from(range.start()), usize::from(range.end()));
    let is_space = |c: char| c == ' ' || c == '\t';
    let line_start = text[..start].trim_end_matches(is_space);
    let rest = text[end..].trim_start_matches(is_space);
    let newline = match rest {
        rest if rest.starts_with("\r\n") => 2,
        rest if rest.starts_with('\n') => 1,
        // A comment stays, in the place of what it stood behind.
        rest if rest.starts_with('#') || rest.starts_with("//") => {
            return TextRange::new(range.start(), TextSize::new((text.len() - rest.len()) as u32));
        }
        _ => return range,
    };
    if !line_start.ends_with('\n') {
        return range;
    }
    let end = text.len() - rest.len() + newline;
    TextRange::new(TextSize::of(line_start), TextSize::new(end as u32))
}

/// The pieces of text that the parser could not read as they were meant: calls and entries with an
/// error in them. What they seem to say is not judged, since it is likely a consequence of the error.
fn misread(parse: &Parse) -> Vec<TextRange> {
    let errors = parse.diagnostics().iter().filter(|found| found.is_syntax_error());
    let root = parse.syntax();
    errors.filter_map(|error| enclosing_piece(&root, error.place)).collect()
}

fn enclosing_piece(root: &SyntaxNode, place: TextRange) -> Option<TextRange> {
    let place = SyntaxRange::new(place.start(), place.end().min(root.text_range().end()));
    let element = root.covering_element(place);
    let first = match element {
        rowan::NodeOrToken::Node(node) => Some(node),
        rowan::NodeOrToken::Token(token) => token.parent(),
    };
    for node in first?.ancestors() {
        match node.kind() {
            SyntaxKind::LAYER_STMT => {
                // The block of a layer is read by itself.
                let range = node.text_range();
                let block = node.children().find(|child| child.kind() == SyntaxKind::BLOCK);
                let Some(block) = block.map(|block| block.text_range()) else { return Some(range) };
                let head = TextRange::new(range.start(), block.start());
                return (!block.contains_range(place)).then_some(head);
            }
            SyntaxKind::KEY_VALUE
            | SyntaxKind::INPUT_DECL
            | SyntaxKind::LOSS_SECTION
            | SyntaxKind::OPTIMIZER_SECTION
            | SyntaxKind::METRICS_SECTION
            | SyntaxKind::PARAM_LIST => return Some(node.text_range()),
            SyntaxKind::BLOCK | SyntaxKind::LAYER_LIST | SyntaxKind::NETWORK => return None,
            _ => {}
        }
    }
    None
}

/// Gives the new lines of an edit the indentation of the line that it changes, and ends them as the text
/// does.
fn indent(text: &str, range: TextRange, new_text: &mut String) {
    if !new_text.contains('\n') {
        return;
    }
    let start = usize::from(range.start().min(TextSize::of(text)));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[line_start..];
    let width = line.len() - line.trim_start_matches([' ', '\t']).len();
    let indentation = &line[..width];
    let first_line = text.find('\n').map_or("", |end| &text[..end]);
    let newline = if first_line.ends_with('\r') { "\r\n" } else { "\n" };
    let lines = new_text.replace("\r\n", "\n");
    *new_text = lines.replace('\n', &format!("{newline}{indentation}"));
}

#[cfg(test)]
mod tests {
    use crate::config::{self, Config};
    use crate::diagnostics::Code;
    use crate::ide::analyze_with;
    use crate::lang::Framework;
    use crate::text::apply_edits;
    use expect_test::{Expect, expect};

    /// Compares the layers after the first fix of the finding with this code.
    fn check(layers: &str, code: &str, expect: Expect) {
        let (layer, _) = config::parse("profile = \"strict\"");
        let newline = if layers.contains('\r') { "\r\n" } else { "\n" };
        let text = format!("network N {{{newline}  input: (8)\n  layers:\n{layers}\n}}\n");
        let found = analyze_with(&text, Framework::Keras, &Config::resolve([&layer])).diagnostics;
        let code = Code::from_name(code).expect("there is such a code");
        let finding = found.iter().find(|it| it.code == code).expect("it is found");
        let mended = match finding.fixes.first() {
            Some(fix) => apply_edits(&text, &fix.edits),
            None => "no fix".to_owned(),
        };
        let layers = mended.split_once("layers:\n").map_or(&*mended, |(_, layers)| layers);
        expect.assert_eq(&layers.replace('\r', "␍"));
    }

    #[test]
    fn a_layer_is_removed_with_what_belongs_to_it() {
        check(
            "    Dense(8) # kept\n    Flatten() @ \"cpu\" # kept too\n    Flatten * 3",
            "repeated-flatten",
            expect![[r#"
                    Dense(8) # kept
                    # kept too
                    Flatten * 3
                }
            "#]],
        );
        check(
            "    Dense(8)\n    Flatten * 3",
            "repeated-flatten",
            expect![[r#"
                    Dense(8)
                }
            "#]],
        );
        check(
            "    Dense(8),\n    Flatten() ;\n    Dense(4)",
            "repeated-flatten",
            expect![[r#"
                    Dense(8),
                    Dense(4)
                }
            "#]],
        );
        check("    Flatten() { Dense(8) }", "repeated-flatten", expect!["no fix"]);
        check("    Flatten()", "repeated-flatten", expect!["no fix"]);
    }

    #[test]
    fn new_lines_are_those_of_the_text() {
        check(
            "    Dense(8)\r\n    Dropout(0.5) // a\r\n    BatchNormalization()\r\n    ReLU()",
            "dropout-before-normalization",
            expect![[r#"
                    Dense(8)␍
                    BatchNormalization()␍
                    Dropout(0.5) // a␍
                    ReLU()
                }
            "#]],
        );
        check(
            "    Dense(8)\n    Dropout(0.5) // a\n    BatchNormalization()\n    ReLU()",
            "dropout-before-normalization",
            expect![[r#"
                    Dense(8)
                    BatchNormalization()
                    Dropout(0.5) // a
                    ReLU()
                }
            "#]],
        );
    }
}
