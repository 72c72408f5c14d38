//! Tokens of links and cookies: 256 random bits, known to their bearer; stored as SHA-256 only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::ports::{Random, TokenHash};

/// A new token and the hash to store.
#[must_use]
pub fn make(random: &dyn Random) -> (String, TokenHash) {
    let secret = random.secret();
    (URL_SAFE_NO_PAD.encode(secret), TokenHash(Sha256::digest(secret).into()))
}

/// The hash under which a token would be stored; none when the text is not a token at all.
#[must_use]
pub fn hash(token: &str) -> Option<TokenHash> {
    let secret: [u8; 32] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
    Some(TokenHash(Sha256::digest(secret).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn secret(&self) -> [u8; 32] {
            [self.0; 32]
        }

        fn id(&self) -> uuid::Uuid {
            uuid::Uuid::nil()
        }
    }

    #[test]
    fn a_token_is_found_by_its_hash_and_does_not_contain_it() {
        let (token, stored) = make(&Fixed(7));
        assert_eq!(token.len(), 43);
        assert_eq!(hash(&token), Some(stored));
        assert_ne!(hash(&token), Some(make(&Fixed(8)).1));
    }

    #[test]
    fn what_is_no_token_has_no_hash() {
        for text in ["", "abc", "!!!", "ÄÖÜ", &"A".repeat(44), &"A".repeat(5_000)] {
            assert_eq!(hash(text), None, "{text:.20}");
        }
    }
}
