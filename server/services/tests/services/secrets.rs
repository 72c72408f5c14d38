//! Whoever has the database, a backup or its log has no key to anything (DB-01, DB-02).

use domain::account::Door;
use services::{accounts, invitations, passwords, portal};

use crate::{
    town::{PASSWORD, Staff, Town, link_in, token_of},
    world::Smtp,
};

on_both_engines! {
    no_secret_stands_in_the_database,
}

/// DB-01: no session token, invitation link or password link, sent or still waiting, is in any table; nor a password.
async fn no_secret_stands_in_the_database(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let first = town.patient(&owner, "Ann", "Lee").await;
    let second = town.patient(&owner, "Bob", "Lee").await;
    town.invite(&owner, first, "ann@example.org").await;
    let link = town.link_to("ann@example.org").await;
    let phone = town.anon();
    invitations::accept(&phone, &link, PASSWORD).await.unwrap();
    let cookie = token_of(&phone).unwrap();
    let ann = town.with_token(&cookie).await.unwrap();
    portal::frame(&ann, first).await.unwrap();
    accounts::sign_in(&town.anon(), Door::Portal, "ann@example.org", PASSWORD).await.unwrap();
    accounts::sign_in(&town.anon(), Door::Portal, "ann@example.org", "a wrong passphrase").await.unwrap_err();
    // Some mails wait, some are parked.
    passwords::request_link(&town.anon(), "ann@example.org", Door::Portal).await.unwrap();
    town.mailer.set(Smtp::Fails(domain::mail::Failure::Rejected));
    town.invite(&owner, second, "bob@example.org").await;
    town.post().await;
    town.invite(&owner, second, "bobby@example.org").await;
    assert_eq!(link_in(&town.mailer.to("ann@example.org")[0]), link);

    let dump = town.engine.dump().await;
    assert!(dump.text().contains("ann@example.org"), "the dump shows what is there");
    let secrets = town.random.secrets();
    assert!(secrets.len() > 8);
    let text = dump.text().to_lowercase();
    for secret in secrets {
        let token = token_text(&secret);
        assert!(!dump.contains(token.as_bytes()), "a token stands in a table");
        assert!(!dump.contains(&secret), "a token's bytes stand in a table");
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!text.contains(&hex), "a token stands in a table, in hex");
    }
    assert!(!dump.contains(cookie.as_bytes()) && !dump.contains(link.as_bytes()));
    assert!(!dump.contains(PASSWORD.as_bytes()) && !dump.contains(b"a wrong passphrase"));
    // DB-02: what stands there instead.
    assert!(dump.text().contains("$argon2id$v=19$m=19456,t=2,p=1$"));
    // Rule 17: no address in clear among the counts.
    for key in town.engine.throttle_keys().await {
        assert!(!key.contains("10.0.") && !key.contains("example"), "{key}");
    }
}

fn token_text(secret: &[u8; 32]) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(secret)
}
