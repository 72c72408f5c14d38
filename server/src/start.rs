//! A running server: built from a configuration, the edge in front of it, the workers beside it.

use std::{net::SocketAddr, path::Path, sync::Arc};

use services::{
    Services,
    files::FileRoom,
    hashing::Hasher,
    ports::{Mailer, Random, Scanner, Store, Vault},
};
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{AppUrl, Config, FilesPlace, read_keys, write_keys},
    failure::{Code, Failure},
    http::{self, Edge, Settings},
    jobs, limits,
    mail::{Mailbox, Nowhere, SmtpMailer, Templates, mailbox::write_atomically},
    printing::Press,
    safe::{KeyRing, KeySafe, SecretKey},
    scanner::{Clamd, NoScanner},
    vault::{LocalVault, S3Vault},
    world::{MachineChance, MachineClock},
};

/// A server that runs until it is stopped.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stopping: CancellationToken,
    edge: JoinHandle<()>,
    workers: JoinSet<()>,
}

impl Running {
    /// Stops: no new connections, running requests finish, streams are told to come back, workers put down what they hold.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        // Requests and workers end side by side, so that stopping takes as long as the slower of the two.
        let workers = async { while self.workers.join_next().await.is_some() {} };
        let (edge, workers) = tokio::join!(self.edge, tokio::time::timeout(limits::WORKERS_GOODBYE, workers));
        // A panic in there was logged where it happened.
        drop(edge);
        if workers.is_err() {
            tracing::warn!("background work was cut off; it will be taken up again");
        }
    }
}

/// Serves `services` on `listener`.
///
/// # Errors
/// When the listener has no address or the built-in door list cannot be read.
pub fn start(services: &Arc<Services>, settings: Settings, listener: TcpListener) -> Result<Running, Failure> {
    let address = listener.local_addr().map_err(|error| cannot_listen("the address", &error))?;
    let stopping = CancellationToken::new();
    let behind_proxy = settings.client_ip_header.is_some();
    let edge = Edge::new(Arc::clone(services), settings, stopping.clone()).map_err(|error| {
        Failure::new(Code::Fault, format!("the built-in door list is wrong: {error}"), "", "Please report this.")
    })?;
    let edge = Arc::new(edge);
    let mut workers = jobs::start(services, &stopping);
    workers.spawn(Arc::clone(&edge.switchboard).run(Arc::clone(services), stopping.clone()));
    // Registers the pages and Leptos' executor before the first request.
    let _ = leptos_axum::generate_route_list(app::shell::App);
    let router = http::router(&edge);
    let edge = tokio::spawn(http::edge::serve(listener, router, behind_proxy, stopping.clone()));
    Ok(Running { address, stopping, edge, workers })
}

/// Where mail goes.
pub enum Post {
    /// To the mail server of the configuration, or nowhere when there is none.
    Configured,
    /// Into the mailbox of the demo.
    Caught(Arc<Mailbox>),
}

/// The practice on this machine: real clock, real random, the key, mail.
///
/// # Errors
/// When the key cannot be read or made, or the mail server's address cannot be used.
pub async fn services(
    config: &Config,
    store: Arc<dyn Store>,
    app_url: &AppUrl,
    post: Post,
) -> Result<Arc<Services>, Failure> {
    let random: Arc<dyn Random> = Arc::new(MachineChance);
    let ring = match &config.keys {
        Some(ring) => ring.clone(),
        None => kept_keys(&config.data_dir, &*store, &*random).await?,
    };
    let mailer: Arc<dyn Mailer> = match (post, &config.smtp) {
        (Post::Caught(mailbox), _) => mailbox,
        (Post::Configured, Some(smtp)) => Arc::new(SmtpMailer::new(smtp, app_url.host())?),
        (Post::Configured, None) => {
            tracing::warn!("SMTP_URL is not set: mail waits in the database until it is");
            Arc::new(Nowhere)
        }
    };
    let mail_writer = Templates::new().map_err(|error| {
        Failure::new(Code::Fault, format!("a built-in mail template is wrong: {error}"), "", "Please report this.")
    })?;
    Ok(Arc::new(Services {
        store,
        clock: Arc::new(MachineClock::default()),
        set_up_code: ring.current().set_up_code(),
        safe: Arc::new(KeySafe::new(ring, Arc::clone(&random))),
        random,
        mailer,
        mail_writer: Arc::new(mail_writer),
        printer: Arc::new(Press::default()),
        hasher: Hasher::new(),
        courtesy: Arc::default(),
        base_url: app_url.origin(),
        files: FileRoom::new(vault(config)?, scanner(config)),
    }))
}

fn vault(config: &Config) -> Result<Arc<dyn Vault>, Failure> {
    match &config.files {
        FilesPlace::Folder(folder) => match LocalVault::open(folder.clone()) {
            Ok(vault) => Ok(Arc::new(vault)),
            Err(error) => Err(Failure::new(
                Code::Files,
                format!("the folder for files, {}, cannot be used: {error}", folder.display()),
                "Nothing was started and nothing was changed.",
                "Give this program's user the right to write there, or set FILES_URL to another folder.",
            )),
        },
        FilesPlace::Bucket(settings) => match S3Vault::new(settings.clone()) {
            Ok(vault) => Ok(Arc::new(vault)),
            Err(error) => Err(Failure::setting("FILES_URL", format_args!("cannot be used: {error}"), "Check it.")),
        },
    }
}

fn scanner(config: &Config) -> Arc<dyn Scanner> {
    match &config.clamd {
        Some(address) => Arc::new(Clamd::new(address.clone())),
        None => {
            tracing::warn!("CLAMD_URL is not set: files that people send are not scanned for viruses");
            Arc::new(NoScanner)
        }
    }
}

/// The keys kept in the data folder; made at the very first start, readable by this user only. Where something was sealed already
/// and the file is gone, no other key is put in its place without a word.
async fn kept_keys(data_dir: &Path, store: &dyn Store, random: &dyn Random) -> Result<KeyRing, Failure> {
    let file = data_dir.join(KEY_FILE);
    if let Some(ring) = read_key_file(data_dir)? {
        return Ok(ring);
    }
    if is_sealed(store).await? {
        return Err(Failure::new(
            Code::Files,
            format!("{} is not there, and files in this database were sealed by it", file.display()),
            "Nothing was started and nothing was changed. No file is lost as long as that key is somewhere.",
            "Put it back from where you keep it apart from your backups. If it is lost for good: `portico keys create` \
             makes another one to go on with; the files that the lost one sealed stay closed.",
        ));
    }
    let ring = KeyRing::new(SecretKey(random.secret()), Vec::new());
    write_key_file(data_dir, &ring)?;
    tracing::info!(file = %file.display(), "made the secret key; keep it apart from backups of the database");
    Ok(ring)
}

/// The name of the file in the data folder that holds the keys.
pub const KEY_FILE: &str = "secret.key";

/// What the data folder holds of keys, if anything.
///
/// # Errors
/// When it cannot be read.
pub fn read_key_file(data_dir: &Path) -> Result<Option<KeyRing>, Failure> {
    let file = data_dir.join(KEY_FILE);
    match std::fs::read_to_string(&file) {
        Ok(text) => read_keys(&file.display().to_string(), &text).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(
            Code::Files,
            format!("{} cannot be read: {error}", file.display()),
            "It holds the keys that seal files and waiting links. Nothing was started.",
            "Give this program's user the right to read it, or set SECRET_KEY_FILE.",
        )),
    }
}

/// Writes the keys into the data folder, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_key_file(data_dir: &Path, ring: &KeyRing) -> Result<(), Failure> {
    let file = data_dir.join(KEY_FILE);
    std::fs::create_dir_all(data_dir)
        .and_then(|()| write_atomically(&file, write_keys(ring).as_bytes()))
        .map_err(|error| cannot_write(&file, &error))
}

/// Has any group a key already, which only a key of the server's opens?
async fn is_sealed(store: &dyn Store) -> Result<bool, Failure> {
    let looked = async { store.look().await?.unscoped_list_group_keys(None, 1).await };
    let keys = looked.await.map_err(|error| {
        Failure::new(Code::Database, format!("the database does not answer: {error}"), "", "Check it and try again.")
    })?;
    Ok(!keys.is_empty())
}

/// A file or its folder cannot be written.
#[must_use]
pub fn cannot_write(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Files,
        format!("{} cannot be written: {error}", file.display()),
        "Nothing was started and nothing was changed.",
        "Give this program's user the right to write there, or set DATA_DIR to another folder.",
    )
}

/// An address cannot be listened on.
#[must_use]
pub fn cannot_listen(address: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Listen,
        format!("cannot listen on {address}: {error}"),
        "Another program, perhaps another Portico, may be listening there already.",
        "Stop that one, or set LISTEN_ADDR to another port.",
    )
}
