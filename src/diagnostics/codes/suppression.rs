//! Codes about the comments that switch codes off.

codes! { SUPPRESSION:

UNUSED_SUPPRESSION = "unused-suppression", Hint unnecessary,
    "A comment that switches off a code which is not found there.",
    "`# neural: allow(code)` at the end of a line or on the line above, and `# neural: allow-file(code)` for a file, switch codes off. One that has no effect any more hides the next mistake.",
    switch_off: "Where comments are kept for findings that come and go.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Output(1) # neural: allow(kernel-too-large)
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Output(1)
}";

UNKNOWN_SUPPRESSION = "unknown-suppression", Warning,
    "A comment that switches off a code which does not exist, or that cannot be read.",
    "Codes are written as findings show them: `# neural: allow(unused-macro)`.",
    switch_off: "Where files are shared with a newer version that has more codes.",
    wrong: "
# neural: allow(unused-macroo)
network Example {
  input: (20,)
  layers:
    Output(1)
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Output(1)
}";
}
