//! Promises kept by reading the sources: every statement names its group, nothing builds SQL from text, nothing deletes
//! a user.

use std::{collections::BTreeSet, fs, path::PathBuf};

/// Tables whose rows belong to a group: those with a `group_id`, as the migrations make them.
fn group_tables() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in fs::read_dir(here().join("migrations/sqlite")).unwrap() {
        let sql = fs::read_to_string(file.unwrap().path()).unwrap();
        for table in sql.split("CREATE TABLE ").skip(1) {
            let (name, columns) = table.split_once('(').unwrap();
            let columns = columns.split(") STRICT").next().unwrap();
            if columns.lines().any(|line| line.trim_start().starts_with("group_id ")) {
                found.insert(name.trim().to_owned());
            }
        }
    }
    assert!(found.len() >= 13, "{found:?}");
    found
}

/// Functions of an account about itself: they go over groups, by the account's own id.
const OWN_ACCOUNT: [&str; 12] = [
    "is_practitioner",
    "practitioners_among",
    "list_memberships",
    "list_own_groups",
    "find_own_membership",
    "answer_own_membership",
    "enter_membership",
    "list_grants",
    "list_own_records",
    "find_own_grant",
    "find_session",
    "list_devices",
];

/// Tables that belong to no group, which a statement may join by a key of its own.
const NOBODYS: [&str; 1] = ["accounts"];

/// Functions without a group whose names the ports fixed: mail of the system, found by its id.
const SYSTEM: [&str; 1] = ["add_mail"];

struct Statement {
    file: String,
    function: String,
    sql: String,
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["src", "src/sqlite", "src/postgres"] {
        for file in fs::read_dir(here().join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "rs") {
                found.push((
                    path.file_name().unwrap().to_string_lossy().into_owned(),
                    fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    assert!(found.len() > 15);
    found
}

/// The source with each call of a `select_…!` macro written out far enough to be read as a statement.
fn written_out(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(at) = rest.find("select_") {
        let (before, call) = rest.split_at(at);
        out.push_str(before);
        let name = call.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(call.len());
        let literal = call[name..].strip_prefix("!(").map(str::trim_start).and_then(|call| call.strip_prefix('"'));
        if let Some(literal) = literal {
            out.push_str("(\"SELECT … ");
            rest = literal;
        } else {
            out.push_str(&call[..name]);
            rest = &call[name..];
        }
    }
    out + rest
}

/// Every string literal that is a statement, with the function it stands in.
fn statements() -> Vec<Statement> {
    let mut found = Vec::new();
    for (file, source) in sources() {
        let mut function = String::new();
        let source = written_out(&source);
        let mut rest = source.as_str();
        while let Some(at) = rest.find(['"', '/', 'f', '\'']) {
            let tail = &rest[at..];
            if tail.starts_with("//") {
                rest = tail.split_once('\n').map_or("", |(_, after)| after);
            } else if let Some(after) = tail.strip_prefix("'\"'") {
                rest = after;
            } else if let Some(literal) = tail.strip_prefix('"') {
                let mut end = 0;
                while !literal[end..].starts_with('"') {
                    end += if literal[end..].starts_with('\\') {
                        2
                    } else {
                        literal[end..].chars().next().unwrap().len_utf8()
                    };
                }
                let sql = literal[..end].trim().to_owned();
                let first = sql.split_whitespace().next().unwrap_or_default();
                if ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&first) || sql.contains(" outbox") {
                    found.push(Statement { file: file.clone(), function: function.clone(), sql });
                }
                rest = &literal[end + 1..];
            } else if let Some(name) = tail.strip_prefix("fn ").filter(|_| !rest[..at].ends_with(char::is_alphanumeric))
            {
                function = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                rest = name;
            } else {
                rest = &tail[tail.chars().next().unwrap().len_utf8()..];
            }
        }
    }
    assert!(found.len() > 60, "only {} statements were found", found.len());
    found
}

fn tables<'a>(sql: &str, of_groups: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    let words: Vec<&str> =
        sql.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    let named = words.windows(2).filter(|two| ["FROM", "JOIN", "INTO", "UPDATE"].contains(&two[0]));
    named.filter_map(|two| of_groups.get(two[1]).map(String::as_str)).collect()
}

// Rule 1 and 5 of security.md: the group is in the statement, not in an `if` after it.
#[test]
fn every_statement_on_a_groups_table_names_its_group() {
    let of_groups = group_tables();
    let mut checked = 0;
    for Statement { file, function, sql } in statements() {
        let excepted = function.starts_with("unscoped_")
            || OWN_ACCOUNT.contains(&function.as_str())
            || SYSTEM.contains(&function.as_str())
            || file == "files.rs"
            || file == "tools.rs";
        for table in tables(&sql, &of_groups) {
            checked += 1;
            let scoped = sql.contains("group_id = $1") || (sql.starts_with("INSERT INTO") && sql.contains("group_id,"));
            assert!(scoped || excepted, "{file}, fn {function}: {table} without group_id:\n{sql}");
        }
        // Every further table of a statement is bound to the group too.
        if !excepted {
            let bound = sql.matches("group_id =").count();
            let tables_read = ["FROM ", "JOIN "].iter().map(|word| sql.matches(word).count()).sum::<usize>();
            let nobodys = NOBODYS.iter().map(|table| sql.matches(&format!("JOIN {table} ")).count()).sum::<usize>();
            let tables_read = tables_read - nobodys;
            let reads_groups =
                !tables(&sql, &of_groups).is_empty() && !sql.starts_with("INSERT") && !sql.contains("FROM (");
            assert!(!reads_groups || bound >= tables_read, "{file}, fn {function}: a table without its group:\n{sql}");
        }
    }
    assert!(checked > 40, "only {checked} were checked");
}

#[test]
fn the_check_above_can_fail() {
    let of_groups = group_tables();
    assert_eq!(tables("SELECT id FROM patients WHERE id = $1", &of_groups), BTreeSet::from(["patients"]));
    assert_eq!(tables("UPDATE users SET x = 1", &of_groups), BTreeSet::from(["users"]));
    assert!(tables("SELECT id FROM accounts", &of_groups).is_empty());
    let written = written_out("query_as(select_grant!(\n    \",\n p.status FROM portal_grants g\"))");
    assert!(written.contains("(\"SELECT … ,\n p.status FROM portal_grants g\")"), "{written}");
}

// F10: no SQL is made from text; but for the scope of a transaction on PostgreSQL, which is made of a UUID.
#[test]
fn no_statement_is_built_from_text() {
    let mut made = Vec::new();
    for (file, source) in sources() {
        for word in ["QueryBuilder", "raw_sql"] {
            assert!(!source.contains(word), "{file} uses {word}");
        }
        made.extend(source.matches("AssertSqlSafe(").map(|_| file.clone()));
    }
    assert_eq!(made, ["engine.rs"]);
}

#[test]
fn every_order_ends_in_a_unique_key() {
    for Statement { file, function, sql } in statements() {
        for (at, _) in sql.match_indices("ORDER BY") {
            let order = sql[at + 8..].split("LIMIT").next().unwrap().split(')').next().unwrap();
            let last = order.split(',').next_back().unwrap().trim().trim_end_matches(" DESC");
            let last = last.rsplit('.').next().unwrap();
            let unique = [
                "id",
                "place",
                "device",
                "patient_id",
                "location_id",
                "chain",
                "seq",
                "key",
                "version",
                // Of a note's versions, and of its readers; of a document's.
                "number",
                "reader_id",
                "account_id",
                // Of somebody's conversations with colleagues.
                "conversation_id",
                // Of the days on which an activity was done.
                "day",
                "name",
                "tablename",
            ];
            assert!(unique.contains(&last), "{file}, fn {function}: ORDER BY … {last}");
        }
    }
}

#[test]
fn placeholders_are_numbered() {
    for Statement { file, function, sql } in statements() {
        assert!(!sql.contains('?'), "{file}, fn {function}");
    }
}

// S4-14: a user, once added, cannot be deleted, nor can what else others refer to.
#[test]
fn nothing_deletes_a_user() {
    let mut deletes = 0;
    for Statement { file, function, sql } in statements() {
        let Some(table) = sql.strip_prefix("DELETE FROM ") else { continue };
        deletes += 1;
        let table = table.split_whitespace().next().unwrap();
        let kept = ["users", "accounts", "locations", "patients", "practice_groups", "audit_entries"];
        assert!(!kept.contains(&table), "{file}, fn {function} deletes from {table}");
    }
    assert!(deletes > 5, "only {deletes} were checked");
    for (file, source) in sources() {
        for word in ["fn remove_user", "fn delete_user", "REPLACE INTO"] {
            assert!(!source.contains(word), "{file}: {word}");
        }
    }
}

// Both engines have migrations of the same names; what they come to is compared in `migrations.rs`.
#[test]
fn the_migrations_have_the_same_names() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = fs::read_dir(here().join("migrations").join(engine)).unwrap();
        folder.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

/// The statement of a function of a noun, as SQLite can be asked about it. For the tests of plans.
pub fn statement_of(file: &str, function: &str) -> String {
    let mut found: Vec<String> = statements()
        .into_iter()
        .filter(|statement| statement.file == file && statement.function == function)
        .map(|statement| statement.sql.replace("SELECT …", "SELECT u.id"))
        .collect();
    assert_eq!(found.len(), 1, "{file}, fn {function}: {found:?}");
    found.remove(0)
}
