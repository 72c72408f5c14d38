//! Seals secrets that wait in the database with a key that is kept outside it: XChaCha20-Poly1305.

use std::sync::Arc;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use services::ports::{Random, Safe};
use sha2::{Digest as _, Sha256};

/// What the first byte of everything sealed says: which way it was sealed.
const VERSION: u8 = 1;
/// The length of a nonce, in bytes. Random ones of this length do not repeat.
const NONCE: usize = 24;

/// The server's key. Whoever has it and the database can read what waits in the outbox.
#[derive(Clone)]
pub struct SecretKey(pub [u8; 32]);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// The code that the first-run page asks for. Made from the key, so that every server of a practice prints the same
    /// one, and a restart does not change it.
    #[must_use]
    pub fn set_up_code(&self) -> String {
        // Without letters and digits that are mistaken for each other.
        const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let digest = Sha256::new().chain_update(b"portico set-up code\0").chain_update(self.0).finalize();
        let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
        let letters: Vec<char> = digest.iter().take(12).map(letter).collect();
        letters.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }
}

/// A safe with one key.
pub struct KeySafe {
    cipher: XChaCha20Poly1305,
    random: Arc<dyn Random>,
}

impl KeySafe {
    /// With this key.
    #[must_use]
    pub fn new(key: &SecretKey, random: Arc<dyn Random>) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&key.0.into()), random }
    }
}

impl Safe for KeySafe {
    fn seal(&self, secret: &[u8], bound_to: &str) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&self.random.secret()[..NONCE]);
        let payload = Payload { msg: secret, aad: bound_to.as_bytes() };
        // Only a text of 256 GiB cannot be sealed; then nothing is kept rather than something readable.
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        let mut whole = Vec::with_capacity(1 + NONCE + sealed.len());
        whole.push(VERSION);
        whole.extend_from_slice(&nonce);
        whole.extend_from_slice(&sealed);
        whole
    }

    fn open(&self, sealed: &[u8], bound_to: &str) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        if *version != VERSION {
            return None;
        }
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        self.cipher.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: bound_to.as_bytes() }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MachineChance;

    fn safe(byte: u8) -> KeySafe {
        KeySafe::new(&SecretKey([byte; 32]), Arc::new(MachineChance))
    }

    // DB-03: what waits in the database cannot be read without the key, nor moved to another row.
    #[test]
    fn only_the_same_key_and_place_open_it() {
        let sealed = safe(1).seal(b"a token", "mai_1");
        assert!(!sealed.windows(5).any(|part| part == b"token"));
        assert_eq!(safe(1).open(&sealed, "mai_1").as_deref(), Some(&b"a token"[..]));
        assert_eq!(safe(2).open(&sealed, "mai_1"), None);
        assert_eq!(safe(1).open(&sealed, "mai_2"), None);
    }

    #[test]
    fn changed_or_cut_bytes_do_not_open() {
        let sealed = safe(1).seal(b"a token", "x");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(safe(1).open(&changed, "x"), None, "byte {at}");
            assert_eq!(safe(1).open(&sealed[..at], "x"), None, "cut at {at}");
        }
    }

    #[test]
    fn the_same_secret_never_looks_the_same() {
        assert_ne!(safe(1).seal(b"a", "x"), safe(1).seal(b"a", "x"));
    }

    #[test]
    fn the_set_up_code_is_of_its_key() {
        let code = SecretKey([1; 32]).set_up_code();
        assert_eq!(code, SecretKey([1; 32]).set_up_code());
        assert_ne!(code, SecretKey([2; 32]).set_up_code());
        assert_eq!(code.len(), 14);
    }
}
