//! What every vault promises, whatever it keeps files in. `tests/s3.rs` asks the same of a bucket.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use services::ports::{Vault, VaultError};

const A: &str = "0192f3c4d5e67890abcdef1234567890";

/// Asks for every promise, each of a vault of its own.
pub async fn all<V: Vault>(open: impl Fn(&str) -> Arc<V>) {
    what_is_put_is_got_in_parts_and_removed(&*open("parts")).await;
    what_is_put_again_is_replaced(&*open("again")).await;
    the_list_is_in_order_and_goes_on_where_it_ended(&*open("list")).await;
    other_names_are_refused(&*open("names")).await;
    many_puts_at_once_leave_one_whole(open("many")).await;
    assert!(open("room").room().await.is_ok());
}

async fn get(vault: &impl Vault, from: u64, most: u64) -> Option<Bytes> {
    vault.get(A, from, most).await.unwrap()
}

async fn what_is_put_is_got_in_parts_and_removed(vault: &impl Vault) {
    assert_eq!(get(vault, 0, 9).await, None);
    vault.remove(A).await.unwrap();
    vault.put(A, Bytes::from_static(b"0123456789")).await.unwrap();
    for (from, most, expected) in
        [(0, u64::MAX, "0123456789"), (0, 3, "012"), (7, 9, "789"), (9, 1, "9"), (10, 1, ""), (99, 9, ""), (2, 0, "")]
    {
        assert_eq!(get(vault, from, most).await.unwrap(), expected, "{most} from {from}");
    }
    vault.remove(A).await.unwrap();
    assert_eq!(get(vault, 0, 9).await, None);
    vault.put(A, Bytes::new()).await.unwrap();
    assert_eq!(get(vault, 0, 9).await.unwrap(), "");
    let pieces = ["01", "", "234", "5"].map(|piece| Bytes::from_static(piece.as_bytes()));
    vault.put_pieces(A, Box::new(pieces.into_iter())).await.unwrap();
    assert_eq!(get(vault, 1, 9).await.unwrap(), "12345");
}

async fn what_is_put_again_is_replaced(vault: &impl Vault) {
    vault.put(A, Bytes::from(vec![1; 100_000])).await.unwrap();
    vault.put(A, Bytes::from_static(b"new")).await.unwrap();
    assert_eq!(get(vault, 0, u64::MAX).await.unwrap(), "new");
}

async fn the_list_is_in_order_and_goes_on_where_it_ended(vault: &impl Vault) {
    assert!(vault.list("", 9).await.unwrap().is_empty());
    let names: BTreeSet<_> = (0..40)
        .map(|n| format!("{:032x}", n * 77))
        .flat_map(|id| [format!("{id}.1"), format!("{id}.17"), id])
        .collect();
    for name in &names {
        vault.put(name, Bytes::from_static(b"x")).await.unwrap();
    }
    let mut seen: Vec<String> = Vec::new();
    loop {
        let after = seen.last().cloned().unwrap_or_default();
        let page = vault.list(&after, 50).await.unwrap();
        assert!(page.iter().all(|kept| kept.at.millis() > 1_700_000_000_000));
        if page.is_empty() {
            break;
        }
        assert!(page.len() == 50 || seen.len() + page.len() == names.len());
        seen.extend(page.into_iter().map(|kept| kept.name));
    }
    assert!(seen.iter().eq(&names));
    assert!(vault.list("", 0).await.unwrap().is_empty());
}

// UP-06
async fn other_names_are_refused(vault: &impl Vault) {
    let long = "a".repeat(65);
    for name in ["", ".", "..", "../a", "a/b", "a\\b", "/etc/passwd", "A", "é", "a b", "a~b", "a\0", ".a", &long] {
        let refused = |result: Result<(), VaultError>| matches!(result, Err(VaultError::Unavailable(_)));
        assert!(refused(vault.put(name, Bytes::new()).await), "put {name:?}");
        assert!(refused(vault.get(name, 0, 1).await.map(drop)), "get {name:?}");
        assert!(refused(vault.remove(name).await), "remove {name:?}");
    }
    assert!(vault.list("", 9).await.unwrap().is_empty());
    vault.put(&long[..64], Bytes::new()).await.unwrap();
}

//
async fn many_puts_at_once_leave_one_whole<V: Vault>(vault: Arc<V>) {
    let size = 50_000;
    let puts = (0..50_u8).map(|n| {
        let vault = Arc::clone(&vault);
        tokio::spawn(async move { vault.put(A, Bytes::from(vec![n; size])).await.unwrap() })
    });
    for put in puts.collect::<Vec<_>>() {
        put.await.unwrap();
    }
    let bytes = get(&*vault, 0, u64::MAX).await.unwrap();
    assert_eq!(bytes.len(), size);
    assert!(bytes.iter().all(|byte| Some(byte) == bytes.first()));
    assert_eq!(vault.list("", 9).await.unwrap().len(), 1);
}
