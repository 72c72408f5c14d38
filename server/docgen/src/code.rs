//! A QR code, as the dark squares of it.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};
use serde::{Deserialize, Serialize};

/// White around the code, in squares: a camera finds it by that.
const QUIET: usize = 4;

/// A QR code as an SVG path in squares of one unit, the quiet zone counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// How many units it is wide and high.
    pub size: usize,
    /// The dark squares.
    pub path: String,
}

impl Code {
    /// The code of a text; none when the text is longer than a code can hold.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            // One rectangle for neighbours: drawn one by one, hair lines show between them.
            for run in row.chunk_by(|one, next| one == next) {
                if run.first() == Some(&Color::Dark) {
                    let (left, length) = (x + QUIET, run.len());
                    // Writing to a string does not fail.
                    let _ = write!(path, "M{left} {}h{length}v1h-{length}z", y + QUIET);
                }
                x += run.len();
            }
        }
        Some(Self { size: width + 2 * QUIET, path })
    }

    /// The whole picture.
    #[must_use]
    pub fn svg(&self) -> String {
        let Self { size, path } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_white_around_it_and_an_end() {
        let code = Code::of("https://portal.example.org/sign-in").unwrap();
        // A code of version 3: 29 squares.
        assert_eq!(code.size, 29 + 8);
        // The corner that every code has.
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "{}", code.path);
        assert!(code.svg().contains(&code.path));
        assert_eq!(Code::of(&"x".repeat(5_000)), None);
    }
}
