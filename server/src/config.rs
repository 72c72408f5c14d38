//! The configuration: read once, from flags and the environment, and checked whole before anything is touched.
#![allow(rustdoc::bare_urls, rustdoc::invalid_html_tags, reason = "these lines are what --help prints")]

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::{Args, Parser, Subcommand};
use domain::ids::GroupId;
use http::{HeaderName, Uri};
use storage::DatabaseUrl;

use crate::{
    failure::{Code, Failure},
    safe::{KEYS, KeyRing, SecretKey},
    scanner::ClamdAddress,
    vault::S3Settings,
};

const SECRETS_HELP: &str = "\
Secrets come from the environment only, never from the command line, where every user of the machine could read them.
Each may also be given as the path of a file that holds it, under its name with _FILE behind it:

  DATABASE_URL  Where everything is kept [default: sqlite://<DATA_DIR>/portico.db?mode=rwc]
                postgres://user:password@host/database for several servers
  SMTP_URL      The mail server: smtps://user:password@host, or smtp://user:password@host:587?tls=required
                [default: none; mail then waits until there is one]
  SECRET_KEY    32 bytes in base64, one key a line; the first seals files and links that wait to be mailed, those behind it
                still open what they sealed. Keep it apart from backups of the database. See `portico keys`
                [default: <DATA_DIR>/secret.key, made at the first start]
  FILES_ACCESS_KEY, FILES_SECRET_KEY
                For FILES_URL when that is a bucket

What is also read: RUST_LOG, which says what is logged, such as `info` or `warn,services=debug` [default: info]

Exit codes:
  0  done
  1  a fault of Portico's own; please report it
  2  the command line or a setting is wrong; the message names it
  3  the database cannot be opened or does not answer
  4  the database was made by a newer Portico than this one
  5  `verify` found that the audit trail was changed
  6  a file or folder cannot be read or written
  7  the address to listen on cannot be had
  8  `keys list` found that a key is missing

Nothing is changed by a command that ends with 2, 3, 4, 6 or 7.";

/// Portico: a patient portal and practice console that a practice runs itself.
#[derive(Debug, Parser)]
#[command(name = "portico", version, about, after_help = SECRETS_HELP, max_term_width = 110)]
pub struct Cli {
    /// The settings that are no secret.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Bring the database up to date, then serve the portal and the console until told to stop.
    Serve,
    /// Bring the database up to date and stop. `serve` does this by itself.
    Migrate,
    /// Write everything in the database to a new file. Safe while the server runs.
    Backup {
        /// The file to write; it must not exist yet.
        file: PathBuf,
    },
    /// Make the database from a backup. Only where there is no database yet.
    Restore {
        /// The backup to read.
        file: PathBuf,
    },
    /// Add another practice group, with its first location and its owner, who is told by mail. The first one is made at
    /// /set-up.
    AddGroup(AddGroup),
    /// Give a group that nobody manages any more another owner, who is told by mail.
    AddOwner(AddOwner),
    /// See and turn the keys that files and waiting links are sealed by.
    #[command(subcommand)]
    Keys(Keys),
    /// Prove that the audit trail is whole: print the head of each chain and the first entry that was changed.
    Verify {
        /// A head printed earlier, `<chain>:<number>:<hash>`: proves that nothing was cut off since. May be repeated.
        #[arg(long, value_name = "HEAD")]
        head: Vec<Head>,
    },
    /// Fill an empty database with a practice that does not exist, and serve it. Mail goes to /demo/mailbox.
    Demo,
}

/// What to do with the keys.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Keys {
    /// Print which keys there are, by their ids, and what each of them seals. Ends with 8 when one is missing.
    List,
    /// Make <DATA_DIR>/secret.key where there is none: before the first start, or to go on after the key was lost. What the lost
    /// one sealed stays closed until it is put back, as a further line.
    Create,
    /// Put a new key in front of <DATA_DIR>/secret.key and seal by it what the older ones sealed. Stop the server before, and start
    /// it after. With SECRET_KEY, put a new line in front of it yourself; this then seals anew.
    Rotate {
        /// Also give every group a new key of its own, and seal the keys of its files by that. No file is touched.
        #[arg(long)]
        groups: bool,
    },
}

/// Another practice group.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct AddGroup {
    /// What patients know the group by.
    pub name: String,
    #[command(flatten)]
    pub owner: Owner,
    /// The name of the first location.
    #[arg(long, value_name = "NAME", default_value = "Main rooms")]
    pub location: String,
    /// The time zone of the first location, such as Australia/Sydney.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: String,
}

/// Another owner of a group.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct AddOwner {
    /// The group's id, as `portico verify` prints it (grp_...).
    pub group: GroupId,
    #[command(flatten)]
    pub owner: Owner,
}

/// The owner of a group.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Owner {
    /// The owner's email. Somebody who has an account is asked to join; others set a password by "Forgot password".
    #[arg(long, value_name = "EMAIL")]
    pub owner: String,
    /// The owner's first name.
    #[arg(long, value_name = "NAME")]
    pub first_name: String,
    /// The owner's last name.
    #[arg(long, value_name = "NAME")]
    pub last_name: String,
    /// The owner sees patients: a Practitioner with full access, else an Administrator.
    #[arg(long)]
    pub practises: bool,
}

impl Command {
    /// Does it make a new database where there is none? The others only look, and say that there is none.
    const fn makes_a_database(&self) -> bool {
        matches!(self, Self::Serve | Self::Migrate | Self::Restore { .. } | Self::Demo)
    }
}

/// The settings that are no secret: flags or the environment.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// The folder for the database, the secret key and the demo's mail.
    #[arg(long, env = "DATA_DIR", global = true, value_name = "FOLDER", default_value = "data")]
    pub data_dir: PathBuf,
    /// The address people type, such as https://portal.example.org. Links in mail start with it. Must be https, except
    /// on this machine itself [default: http://127.0.0.1:<port>]
    #[arg(long, env = "APP_URL", global = true, value_name = "URL")]
    pub app_url: Option<String>,
    /// Where to listen. Put a proxy that speaks https in front of it.
    #[arg(long, env = "LISTEN_ADDR", global = true, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    pub listen_addr: String,
    /// The sender of every mail; needed with SMTP_URL.
    #[arg(long, env = "MAIL_FROM", global = true, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// The header in which your proxy names the client's address, such as X-Forwarded-For. Without it no such header is
    /// believed.
    #[arg(long, env = "CLIENT_IP_HEADER", global = true, value_name = "HEADER")]
    pub client_ip_header: Option<String>,
    /// Where files are kept, sealed: a folder, or a bucket that several servers share, as
    /// s3://bucket/prefix?region=eu-central-1, with &endpoint=https%3A%2F%2F... for another provider than Amazon
    /// [default: <DATA_DIR>/files]
    #[arg(long, env = "FILES_URL", global = true, value_name = "FOLDER|URL")]
    pub files_url: Option<String>,
    /// The virus scanner: tcp://127.0.0.1:3310 or unix:/var/run/clamav/clamd.ctl, of a clamd with `AlertExceedsMax yes`.
    /// While it does not answer, files that come wait and nobody opens them [default: none; files are not scanned]
    #[arg(long, env = "CLAMD_URL", global = true, value_name = "URL")]
    pub clamd_url: Option<String>,
    /// How log lines look: `text`, or `json` for machines.
    #[arg(long, env = "LOG_FORMAT", global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Everything, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder for what is kept beside the database.
    pub data_dir: PathBuf,
    /// Where everything is kept.
    pub database: DatabaseUrl,
    /// The address people type; when none was given it follows from where the server listens.
    pub app_url: Option<AppUrl>,
    /// Where to listen.
    pub listen_addr: SocketAddr,
    /// The mail server, if there is one.
    pub smtp: Option<Smtp>,
    /// The keys, when they were given.
    pub keys: Option<KeyRing>,
    /// Where files are kept.
    pub files: FilesPlace,
    /// The virus scanner, if there is one.
    pub clamd: Option<ClamdAddress>,
    /// The only forwarding header that is believed.
    pub client_ip_header: Option<HeaderName>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_filter: String,
}

/// Where files are kept.
#[derive(Debug, Clone)]
pub enum FilesPlace {
    /// In a folder of this machine, or one that several servers mount.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(S3Settings),
}

/// The mail server.
#[derive(Clone)]
pub struct Smtp {
    /// Where, how, and as whom.
    pub url: String,
    /// The sender of every mail.
    pub from: domain::email::Email,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp(…)")
    }
}

/// The public address of the server: scheme and authority, nothing behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppUrl {
    https: bool,
    host: String,
    port: Option<u16>,
}

impl AppUrl {
    /// The address of a server on this machine.
    #[must_use]
    pub fn local(port: u16) -> Self {
        Self { https: false, host: "127.0.0.1".to_owned(), port: Some(port) }
    }

    /// Does it speak https?
    #[must_use]
    pub const fn https(&self) -> bool {
        self.https
    }

    /// The name of the host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// As every link starts: no slash at the end.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.https { "https" } else { "http" }, authority(&self.host, self.port))
    }

    /// What the `Host` of a request may be (AN-13). On this machine its other names are as good.
    #[must_use]
    pub fn authorities(&self) -> Vec<String> {
        let mut hosts = vec![self.host.as_str()];
        if is_loopback(&self.host) {
            hosts.extend(["127.0.0.1", "localhost", "[::1]"]);
        }
        hosts.into_iter().map(|host| authority(host, self.port)).collect()
    }

    /// Is it of this machine only?
    #[must_use]
    pub fn loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

fn authority(host: &str, port: Option<u16>) -> String {
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl std::str::FromStr for AppUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.trim_end_matches('/').parse().map_err(|_| "is not an address")?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("must start with https://"),
        };
        let authority = uri.authority().ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("must not hold a user or password");
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || text.contains('#') {
            return Err("must end after the host and port: Portico lives at the top of its address");
        }
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() {
            return Err("names no host");
        }
        if !https && !is_loopback(&host) {
            return Err("must be https: sessions and records would cross the network readable for all");
        }
        let usual = if https { 443 } else { 80 };
        let port = match authority.as_str().rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => Some(port.parse::<u16>().map_err(|_| "names no port")?),
            _ => None,
        };
        Ok(Self { https, host, port: port.filter(|port| *port != usual) })
    }
}

/// A chain head that was printed earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which chain.
    pub chain: String,
    /// The number of the entry.
    pub seq: i64,
    /// Its hash, in hex.
    pub hash: String,
}

impl std::str::FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "must be <chain>:<number>:<hash>, as `portico verify` prints it";
        let mut parts = text.split(':');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(chain), Some(seq), Some(hash), None) if !chain.is_empty() && hash.len() == 64 => {
                let seq = seq.parse().map_err(|_| wrong)?;
                Ok(Self { chain: chain.to_owned(), seq, hash: hash.to_ascii_lowercase() })
            }
            _ => Err(wrong),
        }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.chain, self.seq, self.hash)
    }
}

/// The environment, as far as it is asked: name in, value out.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The process's own environment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "here the configuration is read")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Config {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting that is wrong, by its name.
    pub fn check(settings: Settings, command: &Command, environment: Environment<'_>) -> Result<Self, Failure> {
        let Settings { data_dir, app_url, listen_addr, mail_from, client_ip_header, files_url, clamd_url, log_format } =
            settings;
        let app_url = given(app_url);
        let app_url = app_url
            .map(|text| {
                text.parse::<AppUrl>().map_err(|wrong| {
                    Failure::setting(
                        "APP_URL",
                        format_args!("{wrong}: {text}"),
                        "Set it to the address people type, such as https://portal.example.org.",
                    )
                })
            })
            .transpose()?;
        let listen_addr = listen_addr.parse().map_err(|_| {
            Failure::setting(
                "LISTEN_ADDR",
                format_args!("is not an address and a port: {listen_addr}"),
                "Set it to something like 127.0.0.1:3000.",
            )
        })?;
        let client_ip_header = given(client_ip_header).map(|name| check_header(&name)).transpose()?;
        let log_format = match log_format.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => {
                return Err(Failure::setting(
                    "LOG_FORMAT",
                    format_args!("is neither `text` nor `json`: {other}"),
                    "Set it to one of the two.",
                ));
            }
        };
        let log_filter = given(environment("RUST_LOG")).unwrap_or_else(|| "info".to_owned());
        Ok(Self {
            database: check_database(secret("DATABASE_URL", environment)?, &data_dir, command.makes_a_database())?,
            smtp: check_smtp(secret("SMTP_URL", environment)?, given(mail_from))?,
            keys: secret("SECRET_KEY", environment)?.map(|text| read_keys("SECRET_KEY", &text)).transpose()?,
            files: check_files(given(files_url), &data_dir, environment)?,
            clamd: given(clamd_url).map(|url| check_clamd(&url)).transpose()?,
            data_dir,
            app_url,
            listen_addr,
            client_ip_header,
            log_format,
            log_filter,
        })
    }
}

/// Compose files pass on empty variables: they count as not set.
fn given(value: Option<String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A secret, from its variable or from the file that `<NAME>_FILE` names.
fn secret(name: &str, environment: Environment<'_>) -> Result<Option<String>, Failure> {
    let (value, file) = (given(environment(name)), given(environment(&format!("{name}_FILE"))));
    match (value, file) {
        (Some(_), Some(_)) => {
            Err(Failure::setting(name, format_args!("and {name}_FILE are both set"), "Set only one of the two."))
        }
        (Some(value), None) => Ok(Some(value)),
        (None, Some(file)) => match std::fs::read_to_string(&file) {
            Ok(text) if text.trim().is_empty() => {
                Err(Failure::setting(&format!("{name}_FILE"), format_args!("is empty: {file}"), "Fill it or unset it."))
            }
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) => Err(Failure::setting(
                &format!("{name}_FILE"),
                format_args!("cannot be read: {file}: {error}"),
                "Check that it exists and that this user may read it.",
            )),
        },
        (None, None) => Ok(None),
    }
}

fn check_database(url: Option<String>, data_dir: &Path, make: bool) -> Result<DatabaseUrl, Failure> {
    let url = url.unwrap_or_else(|| {
        format!("sqlite://{}{}", data_dir.join("portico.db").display(), if make { "?mode=rwc" } else { "" })
    });
    // The address may hold a password, so it is not repeated.
    url.parse::<DatabaseUrl>().map_err(|wrong| {
        // Storage's own words say what to write instead.
        Failure::new(Code::Usage, format!("DATABASE_URL: {wrong}"), "", "Nothing was started and nothing was changed.")
    })
}

fn check_smtp(url: Option<String>, from: Option<String>) -> Result<Option<Smtp>, Failure> {
    let Some(url) = url else { return Ok(None) };
    let help = "Write smtps://user:password@host, or smtp://user:password@host:587?tls=required.";
    // The address may hold a password, so it is not repeated.
    let uri: Uri = url.parse().map_err(|_| Failure::setting("SMTP_URL", "is not an address", help))?;
    let (Some(scheme @ ("smtp" | "smtps")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(Failure::setting("SMTP_URL", "must start with smtps:// or smtp:// and name a host", help));
    };
    let encrypted = scheme == "smtps" || uri.query().is_some_and(|query| query.split('&').any(|q| q == "tls=required"));
    if !encrypted && authority.as_str().contains('@') && !is_loopback(authority.host()) {
        return Err(Failure::setting("SMTP_URL", "would send its password unencrypted", help));
    }
    let from = from.ok_or_else(|| {
        Failure::setting(
            "MAIL_FROM",
            "is not set, but SMTP_URL is",
            "Set it to the sender, such as portal@example.org.",
        )
    })?;
    let from = from.parse().map_err(|_| {
        Failure::setting(
            "MAIL_FROM",
            format_args!("is not an email address: {from}"),
            "Set it to the bare address of the sender, such as portal@example.org.",
        )
    })?;
    Ok(Some(Smtp { url, from }))
}

fn check_header(name: &str) -> Result<HeaderName, Failure> {
    let wrong = |what: &str| {
        Failure::setting(
            "CLIENT_IP_HEADER",
            format_args!("{what}: {name}"),
            "Set it to the header your proxy writes: X-Forwarded-For or X-Real-IP.",
        )
    };
    let header: HeaderName = name.parse().map_err(|_| wrong("is not the name of a header"))?;
    if header == http::header::FORWARDED {
        return Err(wrong("cannot be this one, which proxies pass on unchecked"));
    }
    Ok(header)
}

fn check_files(url: Option<String>, data_dir: &Path, environment: Environment<'_>) -> Result<FilesPlace, Failure> {
    let access = secret("FILES_ACCESS_KEY", environment)?;
    let key = secret("FILES_SECRET_KEY", environment)?;
    let Some(url) = url else { return Ok(FilesPlace::Folder(data_dir.join("files"))) };
    if !url.contains("://") {
        return Ok(FilesPlace::Folder(url.into()));
    }
    let (Some(access), Some(key)) = (access, key) else {
        let help = "Set both, or give FILES_URL the path of a folder.";
        return Err(Failure::setting(
            "FILES_URL",
            "is a bucket, but FILES_ACCESS_KEY or FILES_SECRET_KEY is not set",
            help,
        ));
    };
    let settings = S3Settings::read(&url, &access, &key);
    settings.map(FilesPlace::Bucket).map_err(|wrong| Failure::setting("FILES_URL", "cannot be used", wrong))
}

fn check_clamd(url: &str) -> Result<ClamdAddress, Failure> {
    ClamdAddress::read(url).map_err(|wrong| Failure::setting("CLAMD_URL", "cannot be used", wrong))
}

/// Reads keys from base64, one a line. Lines that begin with `#` say something about them.
///
/// # Errors
/// When one is not 32 bytes of base64, when there is none or too many; no key is repeated.
pub fn read_keys(name: &str, text: &str) -> Result<KeyRing, Failure> {
    let wrong = |what: &str| {
        Failure::new(
            Code::Usage,
            format!("{name} {what}"),
            "Without the key, files and links that wait to be mailed cannot be opened. Nothing was started.",
            "Put the key back that was there; a first one is made with: head -c 32 /dev/urandom | base64",
        )
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &str| {
        let bytes = STANDARD.decode(line).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(SecretKey).ok_or_else(|| wrong("is not 32 bytes in base64"))
    };
    let mut keys = lines.map(read).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() || keys.len() > KEYS {
        return Err(wrong(&format!("holds no key, or more than {KEYS}")));
    }
    let current = keys.remove(0);
    Ok(KeyRing::new(current, keys))
}

/// The same, as a file.
#[must_use]
pub fn write_keys(ring: &KeyRing) -> String {
    let lines = ring.all().map(|key| format!("# {}\n{}\n", key.name(), STANDARD.encode(key.0)));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(flags: &[&str], environment: &[(&str, &str)]) -> Result<Config, Failure> {
        let cli = Cli::try_parse_from(["portico", "serve"].iter().chain(flags)).unwrap();
        Config::check(cli.settings, &cli.command, &|name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn everything_has_a_safe_default() {
        let config = check(&[], &[]).unwrap();
        assert_eq!(config.listen_addr.to_string(), "127.0.0.1:3000");
        assert!(config.smtp.is_none() && config.app_url.is_none() && config.client_ip_header.is_none());
    }

    #[test]
    fn a_wrong_setting_is_named_and_its_secret_is_not_told() {
        type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], &'static str);
        let cases: [Case; 12] = [
            (&["--app-url", "http://portal.example.org"], &[], "APP_URL must be https"),
            (&["--app-url", "https://portal.example.org/portico"], &[], "APP_URL must end"),
            (&["--app-url", "ftp://portal.example.org"], &[], "APP_URL must start"),
            (&["--listen-addr", "3000"], &[], "LISTEN_ADDR"),
            (&["--log-format", "xml"], &[], "LOG_FORMAT"),
            (&["--client-ip-header", "Forwarded"], &[], "CLIENT_IP_HEADER"),
            (&["--client-ip-header", "a b"], &[], "CLIENT_IP_HEADER"),
            (&[], &[("DATABASE_URL", "mysql://u:hunter2@host/db")], "DATABASE_URL"),
            (&[], &[("SMTP_URL", "smtp://u:hunter2@mail.example.org")], "SMTP_URL would send"),
            (&[], &[("SMTP_URL", "smtps://u:hunter2@mail.example.org")], "MAIL_FROM"),
            (&[], &[("SECRET_KEY", "hunter2")], "SECRET_KEY"),
            (&[], &[("SECRET_KEY", "hunter2"), ("SECRET_KEY_FILE", "/x")], "both set"),
        ];
        for (flags, environment, expected) in cases {
            let failure = check(flags, environment).unwrap_err();
            assert_eq!(failure.code, Code::Usage);
            assert!(failure.to_string().contains(expected), "{failure}");
            assert!(!failure.to_string().contains("hunter2"), "{failure}");
        }
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        assert!(check(&[], &[("SMTP_URL", ""), ("SECRET_KEY_FILE", " ")]).is_ok());
    }

    #[test]
    fn a_secret_may_stand_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, format!("{}\n", STANDARD.encode([7; 32]))).unwrap();
        let config = check(&[], &[("SECRET_KEY_FILE", file.to_str().unwrap())]).unwrap();
        assert_eq!(config.keys.unwrap().current().0, [7; 32]);
        assert!(check(&[], &[("SECRET_KEY_FILE", "/nowhere/at/all")]).is_err());
    }

    #[test]
    fn the_address_is_kept_without_its_usual_port() {
        let url: AppUrl = "https://Portal.Example.org:443/".parse().unwrap();
        assert_eq!(url.origin(), "https://portal.example.org");
        assert_eq!(url.authorities(), ["portal.example.org"]);
        let url: AppUrl = "http://localhost:8080".parse().unwrap();
        assert!(url.authorities().contains(&"[::1]:8080".to_owned()));
        assert_eq!("http://[::1]:8080".parse::<AppUrl>().unwrap().origin(), "http://[::1]:8080");
        assert!("https://user:secret@example.org".parse::<AppUrl>().is_err());
    }

    #[test]
    fn the_help_names_every_setting_and_code() {
        use clap::CommandFactory as _;
        let help = Cli::command().render_long_help().to_string();
        for name in ["DATA_DIR", "APP_URL", "DATABASE_URL", "SMTP_URL", "SECRET_KEY", "_FILE", "Exit codes", "restore"]
        {
            assert!(help.contains(name), "{name}");
        }
    }

    #[test]
    fn a_head_reads_back() {
        let head = Head { chain: "grp_1".into(), seq: 12, hash: "a".repeat(64) };
        assert_eq!(head.to_string().parse(), Ok(head));
        assert!("grp_1:x".parse::<Head>().is_err());
    }
}
