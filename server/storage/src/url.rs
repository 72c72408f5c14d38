//! The address of a database: `sqlite://path?mode=rwc`, `sqlite:path` or `postgres://user:password@host/database`.

use std::{fmt, path::PathBuf, str::FromStr};

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

use crate::OpenError;

/// The address of a database. Shown without its password.
#[derive(Clone)]
pub struct DatabaseUrl(pub(crate) Place);

/// Where the database is.
#[derive(Clone)]
pub(crate) enum Place {
    Sqlite { path: PathBuf, create: bool },
    Postgres(Box<Server>),
}

/// A PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) options: PgConnectOptions,
    /// The address as given, without the password: for people and for PostgreSQL's own programs.
    pub(crate) shown: String,
    pub(crate) password: Option<String>,
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(text: &str) -> Result<Self, OpenError> {
        let text = text.trim();
        if text.starts_with("sqlite:") {
            return sqlite(text).map(Self);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return postgres(text).map(Self);
        }
        Err(OpenError::BadUrl(match text.split_once(':') {
            Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) && !scheme.is_empty() => {
                format!("{scheme}: is not a kind of database that Portico knows")
            }
            _ => "it does not say which kind of database".to_owned(),
        }))
    }
}

fn sqlite(text: &str) -> Result<Place, OpenError> {
    let create = match text.split_once('?').map(|(_, parameters)| parameters) {
        None | Some("" | "mode=rw") => false,
        Some("mode=rwc") => true,
        Some(other) => return Err(OpenError::BadUrl(format!("?{other} is not known; only ?mode=rwc is"))),
    };
    let options = SqliteConnectOptions::from_str(text).map_err(|error| OpenError::BadUrl(error.to_string()))?;
    let path = options.get_filename().to_path_buf();
    let in_memory = text.contains(":memory:");
    if path.as_os_str().is_empty() || in_memory || text.ends_with('/') {
        return Err(OpenError::BadUrl("it names no file".to_owned()));
    }
    Ok(Place::Sqlite { path, create })
}

fn postgres(text: &str) -> Result<Place, OpenError> {
    let (shown, password) = without_password(text);
    // The error may repeat the address, so the part with the password is never handed on.
    let options = PgConnectOptions::from_str(text)
        .map_err(|_| OpenError::BadUrl(format!("{shown} is not the address of a PostgreSQL database")))?;
    if options.get_database().is_none() {
        return Err(OpenError::BadUrl(format!("{shown} names no database")));
    }
    Ok(Place::Postgres(Box::new(Server { options, shown, password })))
}

/// Takes the password out of the address.
fn without_password(text: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = text.split_once("://") else { return (text.to_owned(), None) };
    let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    let (name, mut password) = match user.split_once(':') {
        Some((name, password)) => (name, Some(decoded(password))),
        None => (user, None),
    };
    let mut kept = Vec::new();
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        match parameter.split_once('=') {
            Some(("password", value)) => password = Some(decoded(value)),
            _ => kept.push(parameter),
        }
    }
    let at = if name.is_empty() { "" } else { "@" };
    let question = if kept.is_empty() { "" } else { "?" };
    (format!("{scheme}://{name}{at}{host}{path}{question}{}", kept.join("&")), password)
}

/// `%2F` and the like, read.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite { path, .. } => write!(f, "sqlite://{}", path.display()),
            Place::Postgres(server) => f.write_str(&server.shown),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_not_shown() {
        for text in [
            "postgres://ann:s%40cret@db.example.org:5433/portico?sslmode=require",
            "postgres://ann@db.example.org:5433/portico?sslmode=require&password=s%40cret",
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), "postgres://ann@db.example.org:5433/portico?sslmode=require");
            assert!(!format!("{url:?}").contains("cret"));
            let Place::Postgres(server) = url.0 else { panic!() };
            assert_eq!(server.password.as_deref(), Some("s@cret"));
        }
    }

    #[test]
    fn a_bad_address_is_told_plainly_and_without_its_password() {
        for (text, says) in [
            ("", "which kind"),
            ("portico.db", "which kind"),
            ("mysql://x/y", "mysql"),
            ("sqlite:", "no file"),
            ("sqlite://", "no file"),
            ("sqlite::memory:", "no file"),
            ("sqlite://data/", "no file"),
            ("sqlite://x.db?mode=ro", "mode=ro"),
            ("sqlite://x.db?cache=shared", "cache"),
            ("postgres://ann:secret@host:port/portico", "not the address"),
            ("postgres://ann:secret@host", "no database"),
        ] {
            let told = text.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(told.contains(says), "{text}: {told}");
            assert!(!told.contains("secret"), "{told}");
            assert!(told.contains("mode=rwc"), "says what to write instead");
        }
    }

    #[test]
    fn sqlite_paths() {
        for (text, file, creates) in [
            ("sqlite://data/portico.db?mode=rwc", "data/portico.db", true),
            ("sqlite:portico.db", "portico.db", false),
            ("sqlite:///var/lib/portico/my%20db", "/var/lib/portico/my db", false),
        ] {
            let Place::Sqlite { path, create } = text.parse::<DatabaseUrl>().unwrap().0 else { panic!() };
            assert_eq!((path.to_str().unwrap(), create), (file, creates));
        }
    }
}
