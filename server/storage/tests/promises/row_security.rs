//! Promises of PostgreSQL's row-level security: a statement that forgot its scope finds nothing (TG-09).

use services::ports::{Purpose, Scope, StoreError, Work};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, query_as};
use storage::testing;

use crate::world::{self, World, actor};

/// What belongs to a group and is open all the same: workers read it for every group.
const OPEN: [&str; 1] = ["outbox"];

async fn open(world: &World, purpose: Purpose, scope: Scope) -> Box<dyn Work> {
    world.store.open(purpose, scope).await.unwrap()
}

// TG-09
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_of_work_in_one_group_finds_no_row_of_another() {
    let database = testing::postgres().await;
    let world = World::new(&database).await;
    let patient = world.patient("Lien", "Nguyen").await;
    let may = world.may_view(&world.mira, patient.id).await;
    let here = Scope::Group(world.group);
    let elsewhere = Scope::Group(world.other.group);
    for (scope, seen) in [(here, true), (elsewhere, false), (Scope::Every, true)] {
        let mut work = open(&world, Purpose::Read, scope).await;
        // These name the group and the id rightly; it is the scope that is another.
        assert_eq!(work.lookup_patient(&may).await.unwrap().is_some(), seen, "{scope:?}");
        let user = work.unscoped_lookup_user(world.group, world.mira.id).await.unwrap();
        assert_eq!(user.is_some(), seen, "{scope:?}");
        assert_eq!(work.list_memberships(world.mira.account).await.unwrap().len(), usize::from(seen), "{scope:?}");
    }

    // Nor is anything written there.
    let add = actor(&world.mira).may(domain::access::AddPatient, &()).unwrap();
    let mut work = open(&world, Purpose::Write, elsewhere).await;
    let refused = work.add_patient(&add, &world::patient("Omar", "Haddad"), None).await;
    assert!(matches!(refused, Err(StoreError::Fault(_))), "{refused:?}");
    let mut work = open(&world, Purpose::Write, here).await;
    work.add_patient(&add, &world::patient("Omar", "Haddad"), None).await.unwrap();
    work.save().await.unwrap();
}

// TG-09
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_scope_sees_no_row_of_any_group() {
    let database = testing::postgres().await;
    let world = World::new(&database).await;
    world.patient("Lien", "Nguyen").await;
    let url = database.url_text();
    let mut bare = PgConnection::connect(&url).await.unwrap();
    let mut scoped = world::postgres(&url).await.unwrap();
    let tables: Vec<(String, bool)> = query_as(
        "SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity
         FROM pg_class c
         JOIN pg_attribute a
             ON a.attrelid = c.oid
            AND a.attname = 'group_id'
         WHERE c.relkind = 'r'
         ORDER BY c.relname",
    )
    .fetch_all(&mut bare)
    .await
    .unwrap();
    let mut rows = 0;
    for (table, held) in &tables {
        assert_eq!(*held, !OPEN.contains(&table.as_str()), "{table}: new tables of a group need the policy too");
        if !held {
            continue;
        }
        let count = || AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let (seen,): (i64,) = query_as(count()).fetch_one(&mut bare).await.unwrap();
        assert_eq!(seen, 0, "{table}");
        let (there,): (i64,) = query_as(count()).fetch_one(&mut scoped).await.unwrap();
        rows += there;
    }
    assert!(tables.len() > 12 && rows > 8, "{rows} rows in {tables:?}");
}
