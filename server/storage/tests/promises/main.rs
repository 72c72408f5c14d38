//! What storage promises, said once and kept on both engines.
//!
//! Each promise is a function over a fresh database; `promises!` makes two tests of it, `…::sqlite::…` and
//! `…::postgres::…`. Run through `make test`, or `scripts/with-postgres cargo test -p storage`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

/// Makes a test on each engine of every promise named.
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(&storage::testing::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                super::$name(&storage::testing::postgres().await).await;
            })+
        }
    };
}

mod accounts;
mod activities;
mod audit;
mod bench;
mod chat;
mod contacts;
mod documents;
mod emergencies;
mod files;
mod forms;
mod grants;
mod group_chat;
mod handouts;
mod invitations;
mod locations;
mod migrations;
mod note_templates;
mod notes;
mod notifications;
mod outbox;
mod patient_files;
mod patients;
mod practice;
mod relationships;
mod reports;
mod row_security;
mod search;
mod server;
mod sessions;
mod source;
mod templates;
mod throttle;
mod updates;
mod users;
mod work;
mod world;
