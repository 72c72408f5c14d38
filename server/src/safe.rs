//! Seals secrets that wait in the database with a key that is kept outside it: XChaCha20-Poly1305.
//!
//! What is sealed begins with one byte that says how: 1, by the only key there was then; 2, by the key whose id follows. So several
//! keys can be kept, the first of which seals: a key is turned by putting a new one in front.

use std::{fmt, sync::Arc};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use services::ports::{Key, Random, Safe, SealedBy};
use sha2::{Digest as _, Sha256};

/// Sealed by a key that says nothing of itself.
const UNNAMED: u8 = 1;
/// Sealed by the key whose id follows.
const NAMED: u8 = 2;
/// The length of a nonce, in bytes. Random ones of this length do not repeat.
const NONCE: usize = 24;
/// The length of a key's id, in bytes.
const ID: usize = 4;
/// Keys that are kept at most.
pub const KEYS: usize = 16;

/// One of the server's keys. Whoever has it and the database can read what waits in the outbox, and with the vault every file.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(pub [u8; 32]);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

    /// What tells it apart from others, and nothing about it.
    #[must_use]
    pub fn id(&self) -> [u8; ID] {
        let digest = Sha256::new().chain_update(b"portico key id\0").chain_update(self.0).finalize();
        let mut id = [0; ID];
        id.copy_from_slice(&digest[..ID]);
        id
    }

    /// The same, to be read.
    #[must_use]
    pub fn name(&self) -> String {
        key_name(self.id())
    }
}

/// A key's id, to be read.
#[must_use]
pub fn key_name(id: [u8; ID]) -> String {
    format!("key-{:08x}", u32::from_be_bytes(id))
}

/// The server's keys: the one that seals, and older ones that still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRing {
    current: SecretKey,
    older: Vec<SecretKey>,
}

impl KeyRing {
    /// The first of these seals.
    #[must_use]
    pub const fn new(current: SecretKey, older: Vec<SecretKey>) -> Self {
        Self { current, older }
    }

    /// The key that seals.
    #[must_use]
    pub const fn current(&self) -> &SecretKey {
        &self.current
    }

    /// Every key, the one that seals first.
    pub fn all(&self) -> impl Iterator<Item = &SecretKey> {
        std::iter::once(&self.current).chain(&self.older)
    }

    /// The same with a new key that seals from now on.
    #[must_use]
    pub fn turned(&self, key: SecretKey) -> Self {
        let older = self.all().filter(|older| **older != key).take(KEYS - 1).cloned().collect();
        Self { current: key, older }
    }
}

/// A safe with the server's keys.
pub struct KeySafe {
    ring: KeyRing,
    random: Arc<dyn Random>,
}

impl KeySafe {
    /// With these keys.
    #[must_use]
    pub const fn new(ring: KeyRing, random: Arc<dyn Random>) -> Self {
        Self { ring, random }
    }

    fn seal_with(&self, key: &[u8; 32], head: &[u8], secret: &[u8], bound_to: &str) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&self.random.secret()[..NONCE]);
        let payload = Payload { msg: secret, aad: bound_to.as_bytes() };
        // Only a text of 256 GiB cannot be sealed; then nothing is kept rather than something readable.
        let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [head, &nonce, &sealed].concat()
    }
}

/// Opens what stands behind the head.
fn open_with(key: &[u8; 32], sealed: &[u8], bound_to: &str) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let payload = Payload { msg: sealed, aad: bound_to.as_bytes() };
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(nonce), payload).ok()
}

impl Safe for KeySafe {
    fn seal(&self, secret: &[u8], bound_to: &str) -> Vec<u8> {
        let key = self.ring.current();
        let mut head = vec![NAMED];
        head.extend_from_slice(&key.id());
        self.seal_with(&key.0, &head, secret, bound_to)
    }

    fn open(&self, sealed: &[u8], bound_to: &str) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        match *version {
            UNNAMED => self.ring.all().find_map(|key| open_with(&key.0, rest, bound_to)),
            NAMED => {
                let (id, rest) = rest.split_at_checked(ID)?;
                let key = self.ring.all().find(|key| key.id() == id)?;
                open_with(&key.0, rest, bound_to)
            }
            _ => None,
        }
    }

    fn seal_by(&self, key: &Key, secret: &[u8], bound_to: &str) -> Vec<u8> {
        self.seal_with(&key.0, &[UNNAMED], secret, bound_to)
    }

    fn open_by(&self, key: &Key, sealed: &[u8], bound_to: &str) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        if *version == UNNAMED { open_with(&key.0, rest, bound_to) } else { None }
    }

    fn sealed_by(&self, sealed: &[u8]) -> SealedBy {
        let id = match sealed.split_first() {
            Some((&NAMED, rest)) => rest.first_chunk::<ID>().copied(),
            _ => None,
        };
        match id {
            Some(id) if id == self.ring.current().id() => SealedBy::Current,
            Some(id) if self.ring.older.iter().any(|key| key.id() == id) => SealedBy::Older,
            Some(id) => SealedBy::Missing(id),
            None => SealedBy::Older,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MachineChance;

    fn key(byte: u8) -> SecretKey {
        SecretKey([byte; 32])
    }

    fn safe(byte: u8) -> KeySafe {
        ring(byte, &[])
    }

    fn ring(current: u8, older: &[u8]) -> KeySafe {
        KeySafe::new(KeyRing::new(key(current), older.iter().map(|byte| key(*byte)).collect()), Arc::new(MachineChance))
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

    // A key is turned: what the older one sealed still opens, as long as that one is kept.
    #[test]
    fn an_older_key_still_opens_what_it_sealed() {
        let sealed = safe(1).seal(b"a", "x");
        assert_eq!(ring(2, &[1]).open(&sealed, "x").as_deref(), Some(&b"a"[..]));
        assert_eq!(ring(2, &[1]).sealed_by(&sealed), SealedBy::Older);
        assert_eq!(safe(1).sealed_by(&sealed), SealedBy::Current);
        assert_eq!(safe(2).sealed_by(&sealed), SealedBy::Missing(key(1).id()));
        let anew = ring(2, &[1]).seal(b"a", "x");
        assert_eq!(safe(2).open(&anew, "x").as_deref(), Some(&b"a"[..]));
    }

    // What was sealed before keys had ids: a mail that waited while the program was replaced.
    #[test]
    fn what_has_no_key_id_is_opened_by_any_key_of_the_ring() {
        let old = safe(1).seal_with(&[1; 32], &[UNNAMED], b"a", "x");
        assert_eq!(ring(2, &[1]).open(&old, "x").as_deref(), Some(&b"a"[..]));
        assert_eq!(safe(2).open(&old, "x"), None);
    }

    #[test]
    fn a_ring_keeps_each_key_once_and_not_for_ever() {
        let mut all = KeyRing::new(key(0), Vec::new());
        for byte in 1..40 {
            all = all.turned(key(byte));
        }
        assert_eq!(all.current(), &key(39));
        assert_eq!(all.all().count(), KEYS);
        assert_eq!(all.turned(key(38)).all().filter(|one| **one == key(38)).count(), 1);
    }

    #[test]
    fn the_set_up_code_is_of_its_key() {
        let code = key(1).set_up_code();
        assert_eq!(code, key(1).set_up_code());
        assert_ne!(code, key(2).set_up_code());
        assert_eq!(code.len(), 14);
    }
}
