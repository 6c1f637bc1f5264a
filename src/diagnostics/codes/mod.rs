//! The table of codes, by family. A code is one entry of one of these files; nothing else has to be
//! changed to add one, and `docs/diagnostics/` is written from here.

use super::{Code, CodeInfo};

/// Declares entries of the table: a constant each, and the family's list of them.
macro_rules! codes {
    ($family:ident: $(
        $ident:ident = $name:literal, $severity:ident $($flag:ident)*,
            $summary:literal,
            $explanation:literal,
            $(switch_off: $switch_off:literal,)?
            $(settings: $settings:literal,)?
            wrong: $wrong:literal,
            mended: $mended:literal;
    )*) => {
        $(
            #[doc = $summary]
            pub const $ident: $crate::diagnostics::Code = $crate::diagnostics::codes::handle({
                static INFO: $crate::diagnostics::CodeInfo = $crate::diagnostics::CodeInfo {
                    name: $name,
                    severity: $crate::diagnostics::Severity::$severity,
                    enabled: $crate::diagnostics::codes::enabled(&[$(stringify!($flag)),*]),
                    tags: $crate::diagnostics::codes::tags(&[$(stringify!($flag)),*]),
                    summary: $summary,
                    explanation: $explanation,
                    switch_off: concat!($($switch_off)?),
                    settings: concat!($($settings)?),
                    wrong: $wrong,
                    mended: $mended,
                };
                &INFO
            });
        )*
        /// Every code of this family, in the order of the file.
        pub const $family: &[$crate::diagnostics::Code] = &[$($ident),*];
    };
}

mod cost;
mod graph;
mod layers;
mod output;
mod search;
mod sections;
mod structure;
mod suppression;
mod syntax;
mod tolerated;

pub use cost::*;
pub use graph::*;
pub use layers::*;
pub use output::*;
pub use search::*;
pub use sections::*;
pub use structure::*;
pub use suppression::*;
pub use syntax::*;
pub use tolerated::*;

/// Every code: syntax first, then tolerated forms, layers, the graph of layers, the other sections,
/// and what can be wrong with a network that can be built.
pub fn all() -> impl Iterator<Item = Code> {
    let built = [SYNTAX, TOLERATED, LAYERS, GRAPH, SECTIONS];
    let meant = [OUTPUT, STRUCTURE, COST, SEARCH, SUPPRESSION];
    built.into_iter().chain(meant).flatten().copied()
}

const fn handle(info: &'static CodeInfo) -> Code {
    Code(info)
}

/// Flags after the severity: `off` is not reported by default, `unnecessary` and `deprecated` are
/// the tags of those names.
const fn enabled(flags: &[&str]) -> bool {
    !has(flags, "off")
}

const fn tags(flags: &[&str]) -> &'static [super::Tag] {
    if has(flags, "unnecessary") {
        &[super::Tag::Unnecessary]
    } else if has(flags, "deprecated") {
        &[super::Tag::Deprecated]
    } else {
        &[]
    }
}

const fn has(flags: &[&str], wanted: &str) -> bool {
    let mut at = 0;
    while at < flags.len() {
        if same(flags[at].as_bytes(), wanted.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut seen = std::collections::HashSet::new();
        for code in all() {
            assert!(seen.insert(code.name()), "two codes are called {code}");
            let plain = code
                .name()
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            assert!(plain, "{code} is not kebab-case");
            assert_eq!(Code::from_name(code.name()), Some(code));
        }
    }

    #[test]
    fn what_can_be_meant_after_all_says_when() {
        let meant = [OUTPUT, STRUCTURE, COST, SEARCH, SUPPRESSION];
        for code in meant.into_iter().flatten() {
            assert!(code.info().switch_off.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn syntax_codes_say_so() {
        assert!(SYNTAX.iter().all(|code| code.name().starts_with("syntax-")));
        let mut others = all().filter(|code| !SYNTAX.contains(code));
        assert!(others.all(|code| !code.name().starts_with("syntax-")));
    }
}
