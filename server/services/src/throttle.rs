//! Tries that slow down: two keys, the address and the account (rule 17). They slow, they never lock out.

use std::net::IpAddr;

use domain::{
    ids::AccountId,
    limits::{
        KNOWN_ADDRESS, THROTTLE_ACCOUNT, THROTTLE_ADDRESS, THROTTLE_DOWNLOADS, THROTTLE_LINKS, THROTTLE_PRINTS,
        THROTTLE_SIGN_INS, THROTTLE_WINDOW,
    },
    time::{Span, Time},
};

use crate::{
    audit::hash,
    context::Ctx,
    error::{Error, Result},
    ports::Work,
};

/// Counts a try by this caller's address and, where there is one, on this account (an email, any case).
///
/// # Errors
/// [`crate::Error::TooMany`] when either had too many in the window.
pub async fn count(ctx: &Ctx, what: &'static str, account: Option<&str>) -> Result<()> {
    let mut keys = vec![Key { text: format!("{what}:addr:{}", address(ctx)), most: THROTTLE_ADDRESS }];
    if let Some(account) = account {
        keys.push(Key { text: format!("{what}:acct:{}", folded(account)), most: THROTTLE_ACCOUNT });
    }
    count_keys(ctx, &keys).await
}

/// A sign-in that is not over any limit yet. What is tried counts when [`Try::count`] has said so.
pub(crate) struct Try(Vec<Key>);

/// Looks whether a sign-in may be tried. An account is slowed as a whole, and so is an address; but who signs in from
/// where this account signed in before has a count of their own, so that a stranger who tries the account from elsewhere,
/// or others from here, cannot keep its owner out (AN-08).
///
/// # Errors
/// [`crate::Error::TooMany`].
pub(crate) async fn sign_in(ctx: &Ctx, work: &mut dyn Work, email: &str) -> Result<Try> {
    let (account, address) = (folded(email), address(ctx));
    let known = work.tries(&known_key(&account, &address), ctx.now()).await?.is_some();
    let keys = if known {
        vec![Key { text: format!("sign_in:both:{account}:{address}"), most: THROTTLE_ACCOUNT }]
    } else {
        vec![
            Key { text: format!("sign_in:addr:{address}"), most: THROTTLE_SIGN_INS },
            Key { text: format!("sign_in:acct:{account}"), most: THROTTLE_ACCOUNT },
        ]
    };
    look(ctx, work, &keys).await?;
    Ok(Try(keys))
}

impl Try {
    /// Counts it, in a unit of work of its own: what is tried counts whatever comes of it.
    ///
    /// # Errors
    /// [`crate::Error::TooMany`] when others were counted meanwhile.
    pub(crate) async fn count(self, ctx: &Ctx) -> Result<()> {
        write(ctx, &self.0).await
    }
}

/// Remembers that this account signed in from this caller's address.
///
/// # Errors
/// Storage's.
pub(crate) async fn remember_address(ctx: &Ctx, work: &mut dyn Work, email: &str) -> Result<()> {
    let key = known_key(&folded(email), &address(ctx));
    work.count_try(&key, ctx.now(), KNOWN_ADDRESS).await?;
    Ok(())
}

/// Counts, in this unit of work, something that is done for an account: true while it was done at most `most` times in the
/// window.
///
/// # Errors
/// Storage's.
pub(crate) async fn room(
    ctx: &Ctx,
    work: &mut dyn Work,
    what: &'static str,
    email: &str,
    (most, window): (u32, Span),
) -> Result<bool> {
    let (count, _) = work.count_try(&format!("{what}:acct:{}", folded(email)), ctx.now(), window).await?;
    Ok(count <= most)
}

/// Counts a guessed link by this caller's address.
///
/// # Errors
/// [`crate::Error::TooMany`] from the twentieth on (AN-06).
pub(crate) async fn count_guess(ctx: &Ctx) -> Result<()> {
    count_keys(ctx, &[Key { text: format!("guess:addr:{}", address(ctx)), most: THROTTLE_LINKS - 1 }]).await
}

/// Counts a paper that a portal user has printed.
///
/// # Errors
/// [`crate::Error::TooMany`] beyond [`THROTTLE_PRINTS`] (TG-08).
pub(crate) async fn count_print(ctx: &Ctx, account: AccountId) -> Result<()> {
    count_keys(ctx, &[Key { text: format!("print:acct:{account}"), most: THROTTLE_PRINTS }]).await
}

/// Counts a record that a portal user takes along.
///
/// # Errors
/// [`crate::Error::TooMany`] beyond [`THROTTLE_DOWNLOADS`].
pub(crate) async fn count_download(ctx: &Ctx, account: AccountId) -> Result<()> {
    count_keys(ctx, &[Key { text: format!("download:acct:{account}"), most: THROTTLE_DOWNLOADS }]).await
}

struct Key {
    text: String,
    /// How many tries of one window are let through.
    most: u32,
}

async fn count_keys(ctx: &Ctx, keys: &[Key]) -> Result<()> {
    let mut work = ctx.services.store.read().await?;
    look(ctx, work.as_mut(), keys).await?;
    drop(work);
    write(ctx, keys).await
}

/// Who is over the limit already costs a look, not a write to the disk.
async fn look(ctx: &Ctx, work: &mut dyn Work, keys: &[Key]) -> Result<()> {
    let now = ctx.now();
    for key in keys {
        if let Some((count, end)) = work.tries(&key.text, now).await? {
            refuse_over(key.most, count.saturating_add(1), end, now)?;
        }
    }
    Ok(())
}

async fn write(ctx: &Ctx, keys: &[Key]) -> Result<()> {
    let now = ctx.now();
    let mut work = ctx.services.store.begin().await?;
    let mut over = Ok(());
    for key in keys {
        let (count, end) = work.count_try(&key.text, now, THROTTLE_WINDOW).await?;
        over = over.and(refuse_over(key.most, count, end, now));
    }
    work.save().await?;
    over
}

fn refuse_over(most: u32, count: u32, end: Time, now: Time) -> Result<()> {
    if count > most { Err(Error::TooMany { retry_after: end.since(now) }) } else { Ok(()) }
}

fn known_key(account: &str, address: &str) -> String {
    format!("known:{account}:{address}")
}

fn address(ctx: &Ctx) -> String {
    hash(&network(&ctx.origin.address))
}

/// An email as it stands in a key: whatever its case, and not in clear.
fn folded(email: &str) -> String {
    hash(&email.trim().to_lowercase())
}

/// What counts as one address: of IPv6 the /64, because one customer holds all of it.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_counts_by_the_64_bits_a_customer_holds() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.7"), network("192.0.2.7"));
        assert_ne!(network("192.0.2.7"), network("192.0.2.8"));
        assert_eq!(network("unix"), "unix");
    }
}
