//! Where the findings of macro bodies are reported.
//!
//! A mistake that every use of a macro makes is one mistake, in the body. A mistake that only some
//! uses make is theirs: it is reported at those calls, with the place in the body as related
//! information. With macros inside macros the same question is asked again one level further out.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::place::Place;
use super::result::Finding;
use crate::diagnostics::{Code, Diagnostic};

/// The findings of a file as they are reported; `expansions` says how often each macro was expanded.
///
/// Every finding comes with the path of its layer still in two parts: see [`Finding::path`]. The
/// result keeps the order of the input.
pub fn lift(findings: Vec<Finding>, expansions: &BTreeMap<SmolStr, u64>) -> Vec<Finding> {
    let mut done: Vec<Finding> = Vec::new();
    let mut pending = findings;
    // Each round takes away one level of macros, so the number of rounds is bounded by the nesting.
    while !pending.is_empty() {
        let mut uses: FxHashMap<(Code, Place), FxHashSet<u64>> = FxHashMap::default();
        for finding in &pending {
            if let Some(call) = finding.calls.last() {
                uses.entry((finding.diagnostic.code, finding.diagnostic.place))
                    .or_default()
                    .insert(call.instance);
            }
        }
        let mut next = Vec::new();
        for mut finding in pending {
            let Some(call) = finding.calls.last() else {
                done.push(finding);
                continue;
            };
            let used = uses
                .get(&(finding.diagnostic.code, finding.diagnostic.place))
                .map_or(0, FxHashSet::len);
            let all = expansions.get(&call.name).copied().unwrap_or(0);
            if used as u64 >= all && !finding.of_use {
                finding.calls.clear();
                done.push(finding);
            } else {
                next.push(at_call(finding));
            }
        }
        pending = next;
    }
    let mut seen: FxHashSet<(Code, Place)> = FxHashSet::default();
    done.retain(|finding| seen.insert((finding.diagnostic.code, finding.diagnostic.place)));
    done
}

/// The finding at the innermost call instead of in the body.
fn at_call(mut finding: Finding) -> Finding {
    let Some(call) = finding.calls.pop() else { return finding };
    let body = finding.diagnostic.place;
    let mut diagnostic = Diagnostic { place: call.place, ..finding.diagnostic };
    diagnostic.message = format!("in `{}`: {}", call.name, diagnostic.message);
    // A change of the body would change the uses that are right.
    diagnostic.fixes.retain(|fix| fix.edits.iter().all(|edit| edit.range.owner != body.owner));
    let message = format!("it happens here, in the body of `{}`", call.name);
    diagnostic = diagnostic.with_related(body, message);
    finding.diagnostic = diagnostic;
    finding.of_use = false;
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;
    use crate::model::place::OwnerId;
    use crate::model::result::MacroCall;
    use crate::text::TextRange;

    fn place(owner: u32) -> Place {
        Place::new(OwnerId(owner), TextRange::new(0.into(), 3.into()))
    }

    fn finding(body: u32, calls: &[(&str, u32, u64)]) -> Finding {
        Finding {
            diagnostic: Diagnostic::new(codes::BAD_VALUE, place(body), "units is wrong"),
            calls: calls
                .iter()
                .map(|&(name, owner, instance)| MacroCall {
                    name: name.into(),
                    place: place(owner),
                    instance,
                })
                .collect(),
            of_use: false,
            path: None,
        }
    }

    fn places(findings: Vec<Finding>, expansions: &[(&str, u64)]) -> Vec<u32> {
        let expansions =
            expansions.iter().map(|&(name, count)| (SmolStr::from(name), count)).collect();
        lift(findings, &expansions)
            .into_iter()
            .map(|finding| finding.diagnostic.place.owner.0)
            .collect()
    }

    #[test]
    fn a_mistake_of_every_use_stands_in_the_body_once() {
        let findings = vec![finding(9, &[("Block", 1, 11)]), finding(9, &[("Block", 2, 12)])];
        assert_eq!(places(findings, &[("Block", 2)]), [9]);
    }

    #[test]
    fn a_mistake_of_some_uses_stands_at_those_calls() {
        let findings = vec![finding(9, &[("Block", 1, 11)]), finding(9, &[("Block", 2, 12)])];
        assert_eq!(places(findings, &[("Block", 3)]), [1, 2]);
    }

    #[test]
    fn macros_in_macros_are_asked_level_by_level() {
        // `Inner` is used three times, twice by way of `Outer`, whose call of it is the wrong one.
        let findings = vec![
            finding(9, &[("Outer", 1, 11), ("Inner", 5, 21)]),
            finding(9, &[("Outer", 2, 12), ("Inner", 5, 22)]),
        ];
        assert_eq!(places(findings, &[("Outer", 2), ("Inner", 3)]), [5]);
    }
}
