//! Codes of the parser: texts that the grammar cannot read. Forms that it reads although they are
//! not standard have codes of their own, in [`super::sections`].

codes! { SYNTAX:

SYNTAX_UNEXPECTED = "syntax-unexpected", Error,
    "Something stands where the grammar has no place for it.",
    "The message says what could stand there instead. The layers around the mistake are read as if it were not there, so their shapes stay.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10) &
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10)
}";
}
