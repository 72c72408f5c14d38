//! TG-05: what can be guessed. An id tells when it was made and is no secret (`doors.rs` asks every door with ids that are
//! right and another's); what opens something is a token, 256 bits of the machine's random.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use server::world::MachineChance;
use services::{ports::Random as _, tokens};

use crate::{
    app::{App, ENGINES, NEW_PASSWORD, PASSWORD, patient_email},
    world::token,
};

const MADE: usize = 10_000;

/// How often each bit of these is set.
fn ones<const N: usize>(all: &[[u8; N]]) -> Vec<usize> {
    let bit = |at: usize| all.iter().filter(|bytes| bytes[at / 8] >> (at % 8) & 1 == 1).count();
    (0..N * 8).map(bit).collect()
}

// TG-05, rule 12: all 256 bits fall as a coin does, and no token comes twice.
#[test]
fn a_token_is_256_random_bits() {
    let made: Vec<String> = (0..MADE).map(|_| tokens::make(&MachineChance).0).collect();
    assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), MADE);
    let secrets: Vec<[u8; 32]> =
        made.iter().map(|token| URL_SAFE_NO_PAD.decode(token).unwrap().try_into().unwrap()).collect();
    // Ten times the deviation of a fair coin.
    assert!(ones(&secrets).iter().all(|ones| ones.abs_diff(MADE / 2) < 500), "{:?}", ones(&secrets));
}

// TG-05: UUIDv7: the time, a counter that begins anywhere in each millisecond, and 32 bits that are random in each id. None
// comes twice; of two made in one moment neither tells the other.
#[test]
fn an_id_does_not_tell_the_next() {
    let made: Vec<[u8; 16]> = (0..MADE).map(|_| *MachineChance.id().as_bytes()).collect();
    assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), MADE);
    let tails: Vec<[u8; 4]> = made.iter().map(|id| id[12..].try_into().unwrap()).collect();
    assert!(ones(&tails).iter().all(|ones| ones.abs_diff(MADE / 2) < 500), "{:?}", ones(&tails));
    assert!(made.iter().all(|id| id[6] >> 4 == 7 && id[8] >> 6 == 0b10));
}

// TG-05: what the server gives away as a key is such a token, each time another one; an id opens nothing in its place.
#[tokio::test]
async fn keys_are_tokens_and_ids_are_none() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let patient = app.patient(&practitioner, 'a', 1).await;
        let mut keys = vec![
            app.invite(&practitioner, &patient, &patient_email('a', 1)).await,
            app.invite(&practitioner, &patient, &patient_email('a', 1)).await,
        ];
        for _ in 0..3 {
            let again = app.practitioner().await;
            keys.extend([again.cookie().unwrap(), again.device().unwrap()]);
        }
        for n in 1..3 {
            let fields = [("email", "full@a.example.org"), ("door", "console")];
            app.anon().post("passwords/request_link", &fields).await.is(200);
            keys.push(token(&app.mailer.wait("full@a.example.org", n).await));
        }
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        assert!(keys.iter().all(|key| URL_SAFE_NO_PAD.decode(key).unwrap().len() == 32), "{engine:?}");

        let rows = json!({ "patient": patient, "page": { "after": null, "limit": null } });
        let rows = practitioner.call("invitations/list", rows).await.is(200).json();
        let devices = practitioner.post("account/devices", &[]).await.is(200).json();
        for id in [&rows["rows"][0]["id"], &devices[0]["id"]].map(|id| id.as_str().unwrap()) {
            for guess in [id, &id[4..], &URL_SAFE_NO_PAD.encode(&id[4..])] {
                let thief = app.anon();
                thief.set_cookie(Some(guess));
                assert_eq!(thief.send(thief.request("POST", "/api/account/devices")).await.status, 401, "{guess}");
                let fields = [("token", guess), ("password", NEW_PASSWORD)];
                app.anon().post("invitations/accept", &fields).await.is(404);
            }
        }
        app.anon().sign_in("console", "full@a.example.org", PASSWORD).await.is(200);
    }
}
