//! The kinds of token and node of the tree, and the type that ties them to rowan.
//!
//! Keywords have no kinds of their own: `layers`, `train` and the rest are names that are special
//! only where they stand, so the lexer calls them [`SyntaxKind::IDENT`] and the grammar looks at
//! their text. A layer or a parameter may therefore bear any name.

/// Declares the enum together with the table that leads back from rowan's numbers.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// What a token or a node is.
        #[allow(non_camel_case_types)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum SyntaxKind {
            $($(#[$doc])* $kind,)*
        }

        /// Every kind, in the order of its number.
        const ALL: &[SyntaxKind] = &[$(SyntaxKind::$kind),*];
    };
}

kinds! {
    /// Not a token of any text: what the parser sees past the last one.
    EOF,

    /// Blanks, newlines, a byte-order mark.
    WHITESPACE,
    /// `# …`, `// …` or `/* … */`.
    COMMENT,
    /// `/* …` without its end: all of the text from there on.
    OPEN_COMMENT,

    /// A name or a keyword.
    IDENT,
    /// `42`
    INT,
    /// `0.5`, `5.`, `.5`, `1e-4`
    FLOAT,
    /// What starts like a number and is none: `1_000`, `1e`, `3x3`.
    BAD_NUMBER,
    /// `"…"` or `'…'`
    STRING,
    /// `"…` without its end: the rest of the line.
    OPEN_STRING,
    /// `“…”`: a string in quotes of a word processor.
    CURLY_STRING,

    /// `{`
    L_BRACE,
    /// `}`
    R_BRACE,
    /// `(`
    L_PAREN,
    /// `)`
    R_PAREN,
    /// `[`
    L_BRACK,
    /// `]`
    R_BRACK,
    /// `:`
    COLON,
    /// `,`
    COMMA,
    /// `;`
    SEMICOLON,
    /// `=`
    EQ,
    /// `*`
    STAR,
    /// `@`
    AT,
    /// `$`
    DOLLAR,
    /// `+`
    PLUS,
    /// `-`
    MINUS,
    /// `/`
    SLASH,
    /// `.`
    DOT,
    /// `...` or `…`
    ELLIPSIS,
    /// `->`, `=>`, `>>`, `|>` or `→`
    ARROW,
    /// A run of characters that no token of the language starts with.
    BAD_CHARACTERS,

    /// The whole text.
    FILE,
    /// `network Name { … }`
    NETWORK,
    /// `define Name(…) { … }`
    MACRO_DEF,
    /// `(a, b=3)` of a macro.
    PARAM_LIST,
    /// `b=3` of a macro.
    PARAM,
    /// `research Name { … }`
    RESEARCH,
    /// `input: …`
    INPUT_SECTION,
    /// One shape of an input section, with its name if it has one.
    INPUT_DECL,
    /// `layers: …`
    LAYERS_SECTION,
    /// The statements of a layers section.
    LAYER_LIST,
    /// Storage: some neighbouring statements of a long list. The typed tree looks through it.
    CHUNK,
    /// A layer or a macro call with what follows it.
    LAYER_STMT,
    /// `name: { … }`
    BRANCH_STMT,
    /// `{ … }` with statements.
    BLOCK,
    /// `* N`
    REPEAT,
    /// `@ "device"`
    DEVICE,
    /// `( … )` after a name.
    ARG_LIST,
    /// `units=64` or `64`
    ARG,
    /// `(a, b)`, `(a,)` or `()`
    TUPLE,
    /// `[a, b]`
    LIST,
    /// `(a)`
    PAREN_EXPR,
    /// A number, a string, `true`, `false` or `None`.
    LITERAL,
    /// A bare name as a value.
    NAME_REF,
    /// `$name`
    MACRO_PARAM,
    /// `Dense(10)`, or the name alone where a layer stands.
    CALL_EXPR,
    /// `HPO(choice(…))`, or `choice(…)` alone.
    HPO_EXPR,
    /// `-x`
    PREFIX_EXPR,
    /// `a + b - c`: operands and operators of one precedence, side by side.
    CHAIN_EXPR,
    /// `loss: …`
    LOSS_SECTION,
    /// `optimizer: …`
    OPTIMIZER_SECTION,
    /// `metrics: …`, also the block of that name in a research form.
    METRICS_SECTION,
    /// `train { … }`
    TRAIN_SECTION,
    /// `execute { … }`
    EXECUTE_SECTION,
    /// `references { … }` of a research form.
    REFERENCES_SECTION,
    /// `epochs: 5`
    KEY_VALUE,
    /// A section that the language does not have.
    UNKNOWN_SECTION,
    /// Tokens that have no place in the grammar.
    ERROR,
}

impl SyntaxKind {
    /// Whether this is white space or a comment.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::WHITESPACE | Self::COMMENT | Self::OPEN_COMMENT)
    }
}

/// Neural DSL, as rowan knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeuralLanguage {}

impl rowan::Language for NeuralLanguage {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        ALL.get(usize::from(raw.0)).copied().unwrap_or(SyntaxKind::ERROR)
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A node of the tree.
pub type SyntaxNode = rowan::SyntaxNode<NeuralLanguage>;
/// A token of the tree.
pub type SyntaxToken = rowan::SyntaxToken<NeuralLanguage>;
/// A node or a token of the tree.
pub type SyntaxElement = rowan::SyntaxElement<NeuralLanguage>;

#[cfg(test)]
mod tests {
    use super::*;
    use rowan::Language;

    #[test]
    fn numbers_lead_back_to_kinds() {
        for &kind in ALL {
            assert_eq!(NeuralLanguage::kind_from_raw(NeuralLanguage::kind_to_raw(kind)), kind);
        }
        assert_eq!(NeuralLanguage::kind_from_raw(rowan::SyntaxKind(u16::MAX)), SyntaxKind::ERROR);
    }
}
