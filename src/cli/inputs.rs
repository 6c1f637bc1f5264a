//! Which files the command line means, and their texts.
//!
//! Folders are searched for the file names of the language, `.gitignore` respected and hidden
//! entries skipped. A file that is named is read whatever it is called. Within one argument files
//! are sorted; a file that two arguments name is read once.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// The extensions of the language.
pub(super) const EXTENSIONS: [&str; 3] = ["neural", "nr", "rnr"];

/// No more of a file is read than shows that it is too large, whatever its size: one byte more than
/// the 64 MiB that the parser takes, and what completes a character.
const READ_LIMIT: u64 = 64 * 1024 * 1024 + 4;

/// A text to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// As the author wrote it: relative paths stay relative, standard input is `-`.
    pub(super) name: String,
    /// `None` for standard input.
    pub(super) path: Option<PathBuf>,
}

impl Source {
    fn file(path: PathBuf) -> Source {
        // The search in the current folder gives `./a.neural`, which nobody writes.
        let path = path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
        Source { name: path.display().to_string(), path: Some(path) }
    }

    fn stdin() -> Source {
        Source { name: "-".to_owned(), path: None }
    }

    /// The source that a single argument names.
    pub(super) fn single(argument: &Path) -> Source {
        if argument == Path::new("-") {
            Source::stdin()
        } else {
            Source { name: argument.display().to_string(), path: Some(argument.to_owned()) }
        }
    }

    /// The text, or why there is none, in one line that names the file.
    pub(super) fn read(&self) -> Result<String, String> {
        let name = &self.name;
        let bytes = match &self.path {
            None => read_limited(io::stdin().lock()),
            Some(path) if path.is_dir() => return Err(format!("`{name}` is a folder")),
            Some(path) => File::open(path).and_then(read_limited),
        };
        let bytes = bytes.map_err(|error| format!("cannot read `{name}`: {}", reason(&error)))?;
        decode(bytes, name)
    }
}

/// The sources that the arguments name, and what is wrong with those that name none.
pub(super) fn collect(arguments: &[PathBuf]) -> (Vec<Source>, Vec<String>) {
    let mut collector = Collector::default();
    if arguments.is_empty() {
        collector.folder(Path::new("."));
    }
    for argument in arguments {
        collector.argument(argument);
    }
    (collector.sources, collector.problems)
}

#[derive(Default)]
struct Collector {
    sources: Vec<Source>,
    seen: HashSet<PathBuf>,
    problems: Vec<String>,
}

impl Collector {
    fn argument(&mut self, argument: &Path) {
        let pattern = argument.to_str().filter(|text| text.contains(['*', '?', '[']));
        if argument == Path::new("-") {
            if !self.sources.contains(&Source::stdin()) {
                self.sources.push(Source::stdin());
            }
        } else if argument.is_dir() {
            self.folder(argument);
        } else if argument.exists() || pattern.is_none() {
            // A file that is not there is reported when it is read.
            self.file(argument.to_owned());
        } else if let Some(pattern) = pattern {
            self.pattern(pattern);
        }
    }

    fn pattern(&mut self, pattern: &str) {
        let matches = match glob::glob(pattern) {
            Ok(matches) => matches,
            Err(error) => {
                self.problems.push(format!("`{pattern}` is no pattern: {}", error.msg));
                return;
            }
        };
        let mut paths = Vec::new();
        for entry in matches {
            match entry {
                Ok(path) => paths.push(path),
                Err(error) => self.problems.push(format!(
                    "cannot read `{}`: {}",
                    error.path().display(),
                    reason(error.error())
                )),
            }
        }
        if paths.is_empty() {
            self.problems.push(format!("no file matches `{pattern}`"));
        }
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self.folder(&path);
            } else {
                self.file(path);
            }
        }
    }

    fn folder(&mut self, folder: &Path) {
        let mut paths = Vec::new();
        // A `.gitignore` counts outside of a repository as well: the texts are the same.
        for entry in WalkBuilder::new(folder).require_git(false).build() {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {}
                Ok(entry) => paths.push(entry.into_path()),
                Err(error) => self.problems.push(error.to_string()),
            }
        }
        paths.retain(|path| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
        });
        paths.sort();
        for path in paths {
            self.file(path);
        }
    }

    fn file(&mut self, path: PathBuf) {
        let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.seen.insert(identity) {
            self.sources.push(Source::file(path));
        }
    }
}

fn read_limited(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(READ_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn decode(mut bytes: Vec<u8>, name: &str) -> Result<String, String> {
    if bytes.len() as u64 == READ_LIMIT {
        // The reading may have stopped inside a character.
        let complete = match std::str::from_utf8(&bytes) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => bytes.len(),
        };
        bytes.truncate(complete);
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        let byte = bytes.get(at).copied().unwrap_or_default();
        format!(
            "`{name}` is not UTF-8: the byte 0x{byte:02x} at offset {at} (line {line}) cannot be decoded"
        )
    })
}

/// Why an operation on a file failed, without the number of the system's error.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// A folder of its own for each test, with these files.
    fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
        let root =
            std::env::temp_dir().join(format!("neural-inputs-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        for (name, text) in files {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    fn check(root: &Path, arguments: &[&str], expect: Expect) {
        let arguments: Vec<PathBuf> = arguments.iter().map(|name| root.join(name)).collect();
        let (sources, problems) = collect(&arguments);
        let prefix = format!("{}/", root.display());
        let mut actual = String::new();
        for line in sources.into_iter().map(|source| source.name).chain(problems) {
            actual += &line.replace(&prefix, "");
            actual.push('\n');
        }
        expect.assert_eq(&actual);
    }

    #[test]
    fn folders_are_searched_in_order() {
        let root = folder(
            "order",
            &[
                ("b.neural", ""),
                ("a/z.nr", ""),
                ("a/a.neural", ""),
                ("a/paper.rnr", ""),
                ("readme.md", ""),
                (".hidden/x.neural", ""),
                ("build/x.neural", ""),
                (".gitignore", "build/\n"),
            ],
        );
        check(
            &root,
            &["."],
            expect![[r#"
                ./a/a.neural
                ./a/paper.rnr
                ./a/z.nr
                ./b.neural
            "#]],
        );
        check(
            &root,
            &["b.neural", "readme.md", "a", "b.neural"],
            expect![[r#"
            b.neural
            readme.md
            a/a.neural
            a/paper.rnr
            a/z.nr
        "#]],
        );
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn patterns_are_expanded() {
        let root = folder("glob", &[("b.neural", ""), ("a.neural", ""), ("c.txt", "")]);
        check(
            &root,
            &["*.neural"],
            expect![[r#"
            a.neural
            b.neural
        "#]],
        );
        check(
            &root,
            &["*.nr", "**/[", "gone.neural"],
            expect![[r#"
            gone.neural
            no file matches `*.nr`
            `**/[` is no pattern: invalid range pattern
        "#]],
        );
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn texts_that_are_not_utf8_are_refused_with_the_place() {
        let message = decode(b"network\nN \xff{".to_vec(), "a.neural").unwrap_err();
        expect!["`a.neural` is not UTF-8: the byte 0xff at offset 10 (line 2) cannot be decoded"]
            .assert_eq(&message);
        assert_eq!(decode("é".into(), "a"), Ok("é".to_owned()));
    }

    #[test]
    fn a_missing_file_is_named() {
        let message = Source::single(Path::new("gone.neural")).read().unwrap_err();
        expect!["cannot read `gone.neural`: there is no such file or folder"].assert_eq(&message);
    }
}
