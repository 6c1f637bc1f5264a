" Colours without a server: words, strings, comments. A server's semantic tokens are laid over them.
if exists('b:current_syntax')
  finish
endif

syntax case match
syntax sync minlines=100

syntax keyword neuralTodo contained TODO FIXME XXX NOTE
syntax match neuralComment "#.*$" contains=neuralTodo,neuralAllow,@Spell
syntax match neuralComment "//.*$" contains=neuralTodo,neuralAllow,@Spell
syntax region neuralComment start="/\*" end="\*/" contains=neuralTodo,neuralAllow,@Spell
syntax match neuralAllow contained "neural:\s*allow\(-file\)\?([^)]*)"

syntax region neuralString start=+"+ end=+"+ oneline
syntax region neuralString start=+'+ end=+'+ oneline
syntax match neuralNumber "\<\d\+\(\.\d*\)\?\([eE][-+]\?\d\+\)\?\>"
syntax match neuralNumber "\.\d\+\([eE][-+]\?\d\+\)\?\>"
syntax case ignore
syntax keyword neuralConstant true false none
syntax case match

syntax match neuralKeyword "\<\(network\|define\|research\)\>\ze\s*\h" nextgroup=neuralName skipwhite
syntax match neuralName contained "\h\w*"
" The last of several matches at one place wins: sections are also keys.
syntax match neuralBranch "\<\h\w*\>\ze\s*:\s*{"
syntax match neuralKey "\<\h\w*\>\ze\s*:\s*[^{[:space:]]"
syntax match neuralSection "\<\(input\|layers\|loss\|optimizer\|metrics\)\>\ze\s*:"
syntax match neuralSection "\<\(train\|training\|execute\|execution\|metrics\|references\)\>\ze\s*:\?\s*{"
syntax match neuralParameter "\<\h\w*\>\ze\s*=[^=]"
syntax match neuralLayer "\<\u\w*\>\ze\s*\((\|$\|{\|\*\|@\|#\|//\)"
syntax match neuralLayer "\<\h\w*\>\ze("
syntax keyword neuralHpo HPO choice range log_range
syntax match neuralVariable "\$\h\w*"
syntax match neuralOperator "[*@+/-]"

highlight default link neuralTodo Todo
highlight default link neuralComment Comment
highlight default link neuralAllow SpecialComment
highlight default link neuralString String
highlight default link neuralNumber Number
highlight default link neuralConstant Constant
highlight default link neuralKeyword Keyword
highlight default link neuralName Type
highlight default link neuralSection Statement
highlight default link neuralBranch Label
highlight default link neuralKey Identifier
highlight default link neuralParameter Identifier
highlight default link neuralLayer Function
highlight default link neuralHpo Special
highlight default link neuralVariable PreProc
highlight default link neuralOperator Operator

" What the server says of a word has the colour that the word has without it.
highlight default link @lsp.type.class.neural neuralName
highlight default link @lsp.type.type.neural neuralLayer
highlight default link @lsp.type.macro.neural neuralLayer
highlight default link @lsp.type.namespace.neural neuralBranch
highlight default link @lsp.type.property.neural neuralParameter
highlight default link @lsp.type.parameter.neural neuralVariable
highlight default link @lsp.type.enumMember.neural neuralConstant
highlight default link @lsp.type.decorator.neural neuralHpo

let b:current_syntax = 'neural'
