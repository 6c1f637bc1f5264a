//! Formulas over unknown sizes: sums of products of symbols and of floored quotients.
//!
//! Every formula is kept in one normal form, so that two formulas that are equal for simple reasons
//! are equal values: terms are sorted, quotients of quotients are one quotient, and the constant
//! under a quotient by `n` lies in `(-n, 0]`. The last rule makes a convolution with stride 2 read
//! `floor((T-1)/2)+1`, as the manuals write it.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

/// How many terms a formula may have before it counts as unknown.
const MAX_TERMS: usize = 8;
/// How deep quotients may nest before the formula counts as unknown.
const MAX_DEPTH: usize = 4;

/// An unknown size with a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol {
    /// The name that the author gave, or the parameter that the size comes from.
    pub name: SmolStr,
    /// The smallest size it can have.
    pub min: u64,
    /// The largest size it can have, where that is known.
    pub max: Option<u64>,
}

/// What a formula is built of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Atom {
    /// An unknown size.
    Symbol(Symbol),
    /// `floor(poly / divisor)`.
    Floor(Arc<Poly>, u64),
}

/// `coefficient × atom × atom …`
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Term {
    factors: Vec<Atom>,
    coefficient: i64,
}

/// A formula that is not a plain number: at least one term, and a constant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Poly {
    terms: Vec<Term>,
    constant: i64,
}

/// A formula, which may be a plain number after all.
pub(super) enum Value {
    Number(i64),
    Poly(Poly),
}

impl Poly {
    /// The formula that is just `symbol`.
    pub fn symbol(symbol: Symbol) -> Poly {
        Poly {
            terms: vec![Term { factors: vec![Atom::Symbol(symbol)], coefficient: 1 }],
            constant: 0,
        }
    }

    fn normal(mut terms: Vec<Term>, constant: i64) -> Option<Value> {
        terms.sort();
        let mut merged: Vec<Term> = Vec::with_capacity(terms.len());
        for term in terms {
            match merged.last_mut() {
                Some(last) if last.factors == term.factors => {
                    last.coefficient = last.coefficient.checked_add(term.coefficient)?;
                }
                _ => merged.push(term),
            }
        }
        merged.retain(|term| term.coefficient != 0);
        if merged.is_empty() {
            return Some(Value::Number(constant));
        }
        let poly = Poly { terms: merged, constant };
        (poly.terms.len() <= MAX_TERMS && poly.depth() <= MAX_DEPTH).then_some(Value::Poly(poly))
    }

    fn depth(&self) -> usize {
        let atoms = self.terms.iter().flat_map(|term| &term.factors);
        atoms
            .map(|atom| match atom {
                Atom::Symbol(_) => 1,
                Atom::Floor(inner, _) => 1 + inner.depth(),
            })
            .max()
            .unwrap_or(0)
    }

    pub(super) fn add(&self, other: &Poly) -> Option<Value> {
        let terms = self.terms.iter().chain(&other.terms).cloned().collect();
        Poly::normal(terms, self.constant.checked_add(other.constant)?)
    }

    pub(super) fn add_number(&self, number: i64) -> Option<Poly> {
        Some(Poly { terms: self.terms.clone(), constant: self.constant.checked_add(number)? })
    }

    pub(super) fn mul_number(&self, number: i64) -> Option<Value> {
        let terms = self.terms.iter().map(|term| {
            let coefficient = term.coefficient.checked_mul(number)?;
            Some(Term { factors: term.factors.clone(), coefficient })
        });
        Poly::normal(terms.collect::<Option<_>>()?, self.constant.checked_mul(number)?)
    }

    pub(super) fn mul(&self, other: &Poly) -> Option<Value> {
        let mut terms = Vec::new();
        for a in &self.terms {
            for b in &other.terms {
                let mut factors = [a.factors.as_slice(), b.factors.as_slice()].concat();
                factors.sort();
                if factors.len() > MAX_DEPTH {
                    return None;
                }
                terms
                    .push(Term { factors, coefficient: a.coefficient.checked_mul(b.coefficient)? });
            }
        }
        for (poly, constant) in [(self, other.constant), (other, self.constant)] {
            for term in &poly.terms {
                let coefficient = term.coefficient.checked_mul(constant)?;
                terms.push(Term { factors: term.factors.clone(), coefficient });
            }
        }
        Poly::normal(terms, self.constant.checked_mul(other.constant)?)
    }

    /// `floor(self / divisor)`, `divisor ≥ 1`.
    pub(super) fn floor_div(&self, divisor: u64) -> Option<Value> {
        let n = i64::try_from(divisor).ok()?;
        if n == 1 {
            return Some(Value::Poly(self.clone()));
        }
        // What the divisor divides leaves the quotient.
        let (whole, rest): (Vec<Term>, Vec<Term>) =
            self.terms.iter().cloned().partition(|term| term.coefficient % n == 0);
        let mut terms: Vec<Term> = whole
            .into_iter()
            .map(|term| Term { coefficient: term.coefficient / n, ..term })
            .collect();
        // The constant that stays under the quotient lies in (-n, 0].
        let carried = self.constant.checked_add(n - 1)?.div_euclid(n);
        let kept = self.constant.checked_sub(carried.checked_mul(n)?)?;
        if rest.is_empty() {
            return Poly::normal(terms, self.constant.div_euclid(n));
        }
        let (mut inner, mut by) = (Poly { terms: rest, constant: kept }, divisor);
        // floor((floor(p/a) + c) / n) = floor((p + a·c) / (a·n))
        if let [Term { factors, coefficient: 1 }] = inner.terms.as_slice()
            && let [Atom::Floor(deeper, a)] = factors.as_slice()
        {
            let shift = i64::try_from(*a).ok()?.checked_mul(inner.constant)?;
            let merged = a.checked_mul(by)?;
            let deeper = deeper.add_number(shift)?;
            if deeper.constant > -i64::try_from(merged).ok()? {
                (inner, by) = (deeper, merged);
            }
        }
        terms.push(Term { factors: vec![Atom::Floor(Arc::new(inner), by)], coefficient: 1 });
        Poly::normal(terms, carried)
    }

    /// The smallest and largest value, the largest only where every symbol has a bound. `None` where
    /// a negative coefficient makes the bounds no simple matter.
    pub fn bounds(&self) -> Option<(u64, Option<u64>)> {
        if self.terms.iter().any(|term| term.coefficient < 0) {
            return None;
        }
        let mut low = i128::from(self.constant);
        let mut high = Some(i128::from(self.constant));
        for term in &self.terms {
            let (mut term_low, mut term_high) =
                (i128::from(term.coefficient), Some(i128::from(term.coefficient)));
            for atom in &term.factors {
                let (atom_low, atom_high) = match atom {
                    Atom::Symbol(symbol) => (symbol.min, symbol.max),
                    Atom::Floor(inner, by) => {
                        let (low, high) = inner.bounds()?;
                        (low / by, high.map(|high| high / by))
                    }
                };
                term_low = term_low.saturating_mul(i128::from(atom_low));
                term_high = term_high.zip(atom_high).map(|(a, b)| a.saturating_mul(i128::from(b)));
            }
            low = low.saturating_add(term_low);
            high = high.zip(term_high).map(|(a, b)| a.saturating_add(b));
        }
        let clamp = |value: i128| u64::try_from(value.max(0)).unwrap_or(u64::MAX);
        Some((clamp(low), high.map(clamp)))
    }

    /// The value where the formula's only symbol is `size`. `None` where there are several symbols,
    /// or the value is negative or too large.
    pub fn at(&self, size: u64) -> Option<u64> {
        let name = self.only_symbol()?.clone();
        u64::try_from(self.eval(&name, size)?).ok()
    }

    fn eval(&self, name: &SmolStr, size: u64) -> Option<i64> {
        let mut sum = self.constant;
        for term in &self.terms {
            let mut product = term.coefficient;
            for atom in &term.factors {
                let value = match atom {
                    Atom::Symbol(symbol) if symbol.name == *name => i64::try_from(size).ok()?,
                    Atom::Symbol(_) => return None,
                    Atom::Floor(inner, by) => {
                        inner.eval(name, size)?.div_euclid(i64::try_from(*by).ok()?)
                    }
                };
                product = product.checked_mul(value)?;
            }
            sum = sum.checked_add(product)?;
        }
        Some(sum)
    }

    /// The symbol, if the formula has only one.
    fn only_symbol(&self) -> Option<&SmolStr> {
        let mut found: Option<&SmolStr> = None;
        for atom in self.terms.iter().flat_map(|term| &term.factors) {
            let name = match atom {
                Atom::Symbol(symbol) => &symbol.name,
                Atom::Floor(inner, _) => inner.only_symbol()?,
            };
            if found.is_some_and(|found| found != name) {
                return None;
            }
            found = Some(name);
        }
        found
    }

    /// The symbol, if the formula is nothing else.
    pub fn as_symbol(&self) -> Option<&Symbol> {
        match (self.terms.as_slice(), self.constant) {
            ([Term { factors, coefficient: 1 }], 0) => match factors.as_slice() {
                [Atom::Symbol(symbol)] => Some(symbol),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether `self − other` is a number other than 0, so that the two differ whatever the symbols
    /// are.
    pub(super) fn differs_by_constant(&self, other: &Poly) -> bool {
        self.terms == other.terms && self.constant != other.constant
    }

    /// Whether no size ≥ 1 of the formula's only symbol gives `number`. `false` where that cannot
    /// be told.
    pub(super) fn never_equals(&self, number: u64) -> bool {
        /// How many sizes are tried.
        const TRIED: u64 = 4096;
        if self.terms.iter().any(|term| term.coefficient < 0) || self.only_symbol().is_none() {
            return false;
        }
        // With no negative coefficient the value grows with the size: past `number` it stays past it.
        for size in 1..=TRIED {
            match self.at(size) {
                Some(value) if value == number => return false,
                Some(value) if value > number => return true,
                Some(_) => {}
                // Too small a size for the layers before; the next size is tried.
                None if self.terms.len() == 1 => {}
                None => return false,
            }
        }
        false
    }
}

impl fmt::Display for Poly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            match (at, term.coefficient < 0) {
                (0, true) => f.write_str("-")?,
                (0, false) => {}
                (_, true) => f.write_str("-")?,
                (_, false) => f.write_str("+")?,
            }
            if term.coefficient.unsigned_abs() != 1 {
                write!(f, "{}*", term.coefficient.unsigned_abs())?;
            }
            for (at, atom) in term.factors.iter().enumerate() {
                if at > 0 {
                    f.write_str("*")?;
                }
                match atom {
                    Atom::Symbol(symbol) => f.write_str(&symbol.name)?,
                    Atom::Floor(inner, by) if inner.is_plain() => write!(f, "floor({inner}/{by})")?,
                    Atom::Floor(inner, by) => write!(f, "floor(({inner})/{by})")?,
                }
            }
        }
        match self.constant {
            0 => Ok(()),
            constant if constant < 0 => write!(f, "-{}", constant.unsigned_abs()),
            constant => write!(f, "+{constant}"),
        }
    }
}

impl Poly {
    /// Whether the formula can stand in a quotient without parentheses.
    fn is_plain(&self) -> bool {
        self.terms.len() == 1 && self.constant == 0
    }
}
