//! Numbers as people type them: whole or with up to three decimals, exact.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::Problem;

/// Digits before the decimal mark.
const WHOLE: usize = 12;
/// Digits after it.
const DECIMALS: usize = 3;

/// A number, in thousandths. As text it has no needless zeros: `37.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(i64);

impl FromStr for Number {
    type Err = Problem;

    /// Takes a point or a comma before the decimals, as people write either.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, decimals) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
        let only_digits = |part: &str, most: usize| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !only_digits(whole, WHOLE) || !only_digits(decimals, DECIMALS) {
            return Err(Problem::NotANumber);
        }
        let thousandths = format!("{whole}{decimals:0<DECIMALS$}");
        thousandths.parse::<i64>().map(|number| Self(sign * number)).map_err(|_| Problem::NotANumber)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, decimals) = (self.0.unsigned_abs() / 1_000, self.0.unsigned_abs() % 1_000);
        if decimals == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{decimals:03}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(|_| de::Error::custom("not a number"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_as_people_type_them() {
        for (typed, kept) in [
            ("7", "7"),
            (" 007 ", "7"),
            ("37,5", "37.5"),
            ("37.50", "37.5"),
            ("-0", "0"),
            ("\u{2212}1.25", "-1.25"),
            ("0.007", "0.007"),
            ("-0.5", "-0.5"),
        ] {
            assert_eq!(typed.parse::<Number>().unwrap().to_string(), kept, "{typed}");
        }
        for typed in ["", "-", ".5", "5.", "1.2345", "1e3", "12 kg", "1,000.5", "9999999999999", "NaN", "٣"] {
            assert_eq!(typed.parse::<Number>(), Err(Problem::NotANumber), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(thousandths in -999_999_999_999_999_i64..=999_999_999_999_999) {
            let number = Number(thousandths);
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,20}") {
            let _ = text.parse::<Number>();
        }
    }
}
