//! Comments that switch codes off in place: `# neural: allow(code, …)` for the statement before or below
//! it, `# neural: allow-file(code, …)` for the file.
//!
//! They are held against findings that are already made, so one that is added or removed computes
//! nothing anew. One that has no effect is a finding itself.

use rowan::NodeOrToken;

use crate::config::Config;
use crate::diagnostics::{Code, Diagnostic, codes, did_you_mean};
use crate::model::document::{Document, SUPPRESSION_MARK};
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::{TextEdit, TextRange, TextSize};

/// The two forms.
const WORDS: [&str; 2] = ["allow", "allow-file"];

/// A comment of this kind.
struct Suppression {
    /// The comment.
    range: TextRange,
    /// Where it switches codes off; `None` for the whole file.
    scope: Option<TextRange>,
    /// The codes as written, with their places.
    codes: Vec<(Result<Code, String>, TextRange)>,
}

/// Takes away the findings that comments switch off; gives what is wrong with the comments.
pub(super) fn apply(
    document: &Document,
    config: &Config,
    found: &mut Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let mut about = Vec::new();
    let suppressions = read(document, &mut about);
    if suppressions.is_empty() && about.is_empty() {
        return about;
    }
    let mut used: Vec<Vec<bool>> =
        suppressions.iter().map(|suppression| vec![false; suppression.codes.len()]).collect();
    let mut is_suppressed = |finding: &Diagnostic| {
        let mut any = false;
        for (suppression, used) in suppressions.iter().zip(&mut used) {
            let here = suppression.scope.is_none_or(|scope| {
                scope.contains(finding.place.start()) || scope.end() == finding.place.start()
            });
            for ((code, _), used) in suppression.codes.iter().zip(used) {
                if here && code.as_ref().is_ok_and(|code| *code == finding.code) {
                    *used = true;
                    any = true;
                }
            }
        }
        any
    };
    found.retain(|finding| !is_suppressed(finding));
    about.retain(|finding| !is_suppressed(finding));
    let mut unused = Vec::new();
    for (suppression, used) in suppressions.iter().zip(&used) {
        for (at, (code, range)) in suppression.codes.iter().enumerate() {
            match code {
                Err(name) => about.push(unknown(name, *range)),
                // Of a code that is off it is not known whether it would be found, and one about such
                // comments is looked at last.
                Ok(code)
                    if !used[at] && config.is_on(*code) && *code != codes::UNUSED_SUPPRESSION =>
                {
                    unused.push(useless(document.text(), suppression, at, *code));
                }
                Ok(_) => {}
            }
        }
    }
    // Whoever writes `allow-file(unused-suppression)` means these too.
    let allows_unused = suppressions.iter().any(|suppression| {
        let of_unused = |(code, _): &(Result<Code, String>, TextRange)| {
            code.as_ref().is_ok_and(|code| *code == codes::UNUSED_SUPPRESSION)
        };
        suppression.scope.is_none() && suppression.codes.iter().any(of_unused)
    });
    if !allows_unused {
        about.append(&mut unused);
    }
    about
}

fn unknown(name: &str, range: TextRange) -> Diagnostic {
    let near = did_you_mean(name, codes::all().map(Code::name));
    let message = match near {
        Some(near) => format!("there is no code `{name}`; did you mean `{near}`?"),
        None => format!("there is no code `{name}`"),
    };
    let finding = Diagnostic::new(codes::UNKNOWN_SUPPRESSION, range, message);
    match near {
        Some(near) => {
            finding.with_fix(format!("Change to `{near}`"), vec![TextEdit::new(range, near)])
        }
        None => finding.with_help("`neural-analyzer explain` lists the codes"),
    }
}

/// The finding about a code that is not found where it is switched off.
fn useless(text: &str, suppression: &Suppression, at: usize, code: Code) -> Diagnostic {
    let (_, range) = suppression.codes[at];
    let place = match suppression.scope {
        Some(_) => "here",
        None => "in this file",
    };
    let message = format!("`{code}` is not found {place}, so there is nothing to switch off");
    let remove = match suppression.codes.as_slice() {
        [_] => with_line(text, suppression.range),
        codes => match codes.get(at + 1) {
            Some((_, next)) => TextRange::new(range.start(), next.start()),
            None => TextRange::new(codes[at - 1].1.end(), range.end()),
        },
    };
    let title = match suppression.codes.len() {
        1 => "Remove the comment".to_owned(),
        _ => format!("Remove `{code}` from the comment"),
    };
    Diagnostic::new(codes::UNUSED_SUPPRESSION, range, message)
        .with_fix(title, vec![TextEdit::new(remove, "")])
}

/// A comment with the space before it, or with its line where it stands alone.
fn with_line(text: &str, range: TextRange) -> TextRange {
    let before = &text[..usize::from(range.start())];
    let start = before.trim_end_matches([' ', '\t']);
    let after = &text[usize::from(range.end())..];
    let newline = after.find('\n').filter(|at| after[..*at].trim().is_empty());
    match (start.is_empty() || start.ends_with('\n'), newline) {
        (true, Some(newline)) => {
            TextRange::new(TextSize::of(start), range.end() + TextSize::new(newline as u32 + 1))
        }
        _ => TextRange::new(TextSize::of(start), range.end()),
    }
}

/// The comments of a file. What cannot be read is added to `about`.
fn read(document: &Document, about: &mut Vec<Diagnostic>) -> Vec<Suppression> {
    let text = document.text();
    let mut suppressions = Vec::new();
    for at in document.occurrences(SUPPRESSION_MARK) {
        let at = usize::from(*at);
        let Some(token) = comment_at(document, at) else { continue };
        suppressions.extend(read_one(text, &token, at, about));
    }
    suppressions
}

fn comment_at(document: &Document, at: usize) -> Option<SyntaxToken> {
    let at = TextSize::new(at as u32);
    let range = TextRange::at(at, TextSize::of(SUPPRESSION_MARK));
    match document.parse().syntax().covering_element(range) {
        NodeOrToken::Token(token) if token.kind() == SyntaxKind::COMMENT => Some(token),
        _ => None,
    }
}

/// Reads the comment `token`, whose mark is at `at`.
fn read_one(
    text: &str,
    token: &SyntaxToken,
    at: usize,
    about: &mut Vec<Diagnostic>,
) -> Option<Suppression> {
    let range = token.text_range();
    let before = &text[usize::from(range.start())..at];
    if !before.trim_start_matches(['#', '/', '*']).trim().is_empty() {
        return None;
    }
    let rest = &text[at + SUPPRESSION_MARK.len()..usize::from(range.end())];
    let start = at + SUPPRESSION_MARK.len() + (rest.len() - rest.trim_start().len());
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
    let word_range = TextRange::at(TextSize::new(start as u32), TextSize::of(word));
    let list = after.trim_start().strip_prefix('(');
    if !WORDS.contains(&word) {
        // Prose may begin with the mark; a call of something like the words is a misspelling.
        if let (Some(near), Some(_)) = (did_you_mean(word, WORDS.into_iter()), list) {
            let message = format!("`{word}` switches nothing off; did you mean `{near}`?");
            let finding = Diagnostic::new(codes::UNKNOWN_SUPPRESSION, word_range, message);
            about.push(
                finding
                    .with_fix(format!("Change to `{near}`"), vec![TextEdit::new(word_range, near)]),
            );
        }
        return None;
    }
    let inside = list.and_then(|list| list.find(')').map(|end| &list[..end]));
    let Some(inside) = inside.filter(|inside| !inside.trim().is_empty()) else {
        let message =
            format!("`{word}` needs the codes to switch off: `{SUPPRESSION_MARK} {word}(code)`");
        about.push(Diagnostic::new(codes::UNKNOWN_SUPPRESSION, word_range, message));
        return None;
    };
    let mut codes = Vec::new();
    let mut offset = inside.as_ptr() as usize - text.as_ptr() as usize;
    for part in inside.split(',') {
        let name = part.trim();
        let start = offset + (part.len() - part.trim_start().len());
        offset += part.len() + 1;
        if name.is_empty() {
            continue;
        }
        let range = TextRange::at(TextSize::new(start as u32), TextSize::of(name));
        codes.push((Code::from_name(name).ok_or_else(|| name.to_owned()), range));
    }
    let scope = (word == "allow").then(|| scope(text, token));
    Some(Suppression { range, scope, codes })
}

/// The text that a comment is about: its line and the statement that ends there, or where nothing
/// stands before it on its line, the next line with something on it and the statement that begins there.
fn scope(text: &str, comment: &SyntaxToken) -> TextRange {
    let line_start = text[..usize::from(comment.text_range().start())]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let before = std::iter::successors(comment.prev_token(), SyntaxToken::prev_token)
        .take_while(|token| usize::from(token.text_range().end()) > line_start)
        .find(|token| !token.kind().is_trivia());
    let (token, is_before) = match before {
        Some(token) => (token, true),
        None => {
            let mut after = std::iter::successors(comment.next_token(), SyntaxToken::next_token);
            match after.find(|token| !token.kind().is_trivia()) {
                Some(token) => (token, false),
                None => return comment.text_range(),
            }
        }
    };
    let mut scope = line_of(text, token.text_range().start());
    if is_before {
        scope = scope.cover(line_of(text, comment.text_range().start()));
    }
    let starts_here = |node: &SyntaxNode| node.text_range().start() == token.text_range().start();
    let pieces = token.parent_ancestors().filter(|node| is_piece(node.kind()));
    let piece = match is_before {
        true => pieces.into_iter().next(),
        false => pieces.filter(starts_here).last(),
    };
    match piece {
        Some(piece) => scope.cover(piece.text_range()),
        None => scope,
    }
}

fn line_of(text: &str, at: TextSize) -> TextRange {
    let at = usize::from(at);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}

/// Whether a node is what a comment at its end or above it is about as a whole. Of a network or a
/// macro it is only the first line.
fn is_piece(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::LAYER_STMT
            | SyntaxKind::BRANCH_STMT
            | SyntaxKind::KEY_VALUE
            | SyntaxKind::INPUT_SECTION
            | SyntaxKind::LOSS_SECTION
            | SyntaxKind::OPTIMIZER_SECTION
            | SyntaxKind::METRICS_SECTION
            | SyntaxKind::TRAIN_SECTION
            | SyntaxKind::EXECUTE_SECTION
    )
}

/// The comments that would switch a finding off: for its place, and for the file.
pub(super) fn offers(document: &Document, finding: &Diagnostic) -> Vec<(String, TextEdit)> {
    let about_comments = [codes::UNUSED_SUPPRESSION, codes::UNKNOWN_SUPPRESSION];
    if finding.is_syntax_error() || about_comments.contains(&finding.code) {
        return Vec::new();
    }
    let text = document.text();
    let code = finding.code;
    let line = line_of(text, finding.place.start());
    let here = &text[line];
    let indentation = &here[..here.len() - here.trim_start_matches([' ', '\t']).len()];
    let mut ignored = Vec::new();
    let existing = read(document, &mut ignored);
    let add_to = |suppression: &Suppression| {
        let (_, last) = suppression.codes.last()?;
        Some(TextEdit::new(TextRange::empty(last.end()), format!(", {code}")))
    };
    let in_place = existing
        .iter()
        .filter(|it| it.scope.is_some_and(|scope| scope.contains(finding.place.start())))
        .find_map(add_to)
        .unwrap_or_else(|| {
            let comment = format!("{indentation}# {SUPPRESSION_MARK} allow({code})\n");
            TextEdit::new(TextRange::empty(line.start()), comment)
        });
    let in_file =
        existing.iter().filter(|it| it.scope.is_none()).find_map(add_to).unwrap_or_else(|| {
            let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
            let at = TextRange::empty(TextSize::new(start as u32));
            TextEdit::new(at, format!("# {SUPPRESSION_MARK} allow-file({code})\n"))
        });
    vec![
        (format!("Allow `{code}` here"), in_place),
        (format!("Allow `{code}` in this file"), in_file),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::fixture::file;
    use super::*;
    use crate::text::{LineIndex, apply_edits};
    use expect_test::{Expect, expect};

    /// Compares the findings at the default settings, each with what the text is after its last fix.
    fn check(text: &str, expect: Expect) {
        let analysis = file(text);
        let index = LineIndex::new(analysis.text());
        let mut out = String::new();
        for finding in analysis.findings(&Config::default()) {
            let line = index.line(finding.place.start()) + 1;
            out += &format!("{line} {} {}: {}\n", finding.severity, finding.code, finding.message);
            if let (Some(fix), true) = (finding.fixes.last(), finding.code.name().contains("supp"))
            {
                let mended = apply_edits(analysis.text(), &fix.edits);
                out += &format!("  {}:\n{mended}\n", fix.title);
            }
        }
        expect.assert_eq(&out);
    }

    const MACRO: &str = "define Block { Dense(8) }";
    const NETWORK: &str = "network N {\n  input: (8,)\n  layers:\n    Dense(4)\n}";

    #[test]
    fn a_comment_at_the_end_of_a_line_or_above_it_switches_a_code_off() {
        check(
            &format!("{MACRO}\n{NETWORK}"),
            expect![[r#"
            1 warning unused-macro: nothing uses the macro `Block`
        "#]],
        );
        check(&format!("{MACRO} # neural: allow(unused-macro)\n{NETWORK}"), expect![[""]]);
        check(&format!("// neural: allow(unused-macro)\n{MACRO}\n{NETWORK}"), expect![[""]]);
        check(&format!("/* neural: allow(unused-macro) */\n{MACRO}\n{NETWORK}"), expect![[""]]);
        check(&format!("{MACRO}\n# neural: allow-file(unused-macro)\n{NETWORK}"), expect![[""]]);
    }

    #[test]
    fn a_comment_is_about_the_whole_statement() {
        check("Conv2D(\n  8, # neural: allow(kernel-too-large)\n  99\n)", expect![[""]]);
        check(
            "# neural: allow(kernel-too-large)\n# and why\nConv2D(\n  8,\n  99\n)",
            expect![[""]],
        );
        check("Conv2D(\n  8,\n  99\n) # neural: allow(kernel-too-large)", expect![[""]]);
        check(
            "Conv2D(8, 99)\nFlatten() # neural: allow(kernel-too-large)",
            expect![[r#"
            4 error kernel-too-large: `Conv2D`: `kernel_size` 99×99 does not fit the 28×28 input; the largest that fits is 28×28, or use `padding="same"`
            5 hint unused-suppression: `kernel-too-large` is not found here, so there is nothing to switch off
              Remove the comment:
            network N {
              input: (28, 28, 1)
              layers:
            Conv2D(8, 99)
            Flatten()
            }
        "#]],
        );
    }

    #[test]
    fn unknown_and_useless_codes_are_reported() {
        check(
            "Flatten() # neural: allow(kernel-to-large)",
            expect![[r#"
            4 warning unknown-suppression: there is no code `kernel-to-large`; did you mean `kernel-too-large`?
              Change to `kernel-too-large`:
            network N {
              input: (28, 28, 1)
              layers:
            Flatten() # neural: allow(kernel-too-large)
            }
        "#]],
        );
        check(
            "# neural: allow(kernel-too-large, bad-value)\nConv2D(8, 99)",
            expect![[r#"
            4 hint unused-suppression: `bad-value` is not found here, so there is nothing to switch off
              Remove `bad-value` from the comment:
            network N {
              input: (28, 28, 1)
              layers:
            # neural: allow(kernel-too-large)
            Conv2D(8, 99)
            }
        "#]],
        );
        check(
            "Flatten() # neural: alow(bad-value)\nDense(1) # neural: allow",
            expect![[r#"
            4 warning unknown-suppression: `alow` switches nothing off; did you mean `allow`?
              Change to `allow`:
            network N {
              input: (28, 28, 1)
              layers:
            Flatten() # neural: allow(bad-value)
            Dense(1) # neural: allow
            }
            5 warning unknown-suppression: `allow` needs the codes to switch off: `neural: allow(code)`
        "#]],
        );
        check(
            "Flatten() # neural: a kind (of) prose\n# see neural: allow(bad-value)",
            expect![[""]],
        );
    }

    #[test]
    fn a_code_that_is_off_is_not_called_useless() {
        check("Dense(5) # neural: allow(size-jump)", expect![[""]]);
        check(
            "Dense(5) # neural: allow(bad-value)\n# neural: allow-file(unused-suppression)",
            expect![[""]],
        );
    }

    /// What each offer makes of the text has the finding no more, and no other.
    #[test]
    fn offers_switch_the_finding_off() {
        for text in [
            format!("{MACRO}\n{NETWORK}"),
            "Conv2D(8,\n  99)\nFlatten()".to_owned(),
            "Conv2D(8, 99) # big\nFlatten()".to_owned(),
            "Conv2D(8, 99, stride=-1) # neural: allow(bad-value)\nFlatten()".to_owned(),
        ] {
            let analysis = file(&text);
            let found = analysis.findings(&Config::default());
            assert!(!found.is_empty(), "{text}");
            for finding in &found {
                for (title, edit) in offers(analysis.document(), finding) {
                    let mended = apply_edits(analysis.text(), &[edit]);
                    let left = file(&mended).findings(&Config::default());
                    assert_eq!(left.len(), found.len() - 1, "{title}: {mended}\n{left:?}");
                    assert!(left.iter().all(|left| left.code != finding.code), "{title}");
                }
            }
        }
    }
}
