//! A running server: built from a configuration, the edge in front of it, the workers beside it.

use std::{net::SocketAddr, path::Path, sync::Arc};

use services::{
    Services,
    hashing::Hasher,
    ports::{Mailer, Random, Store},
};
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{AppUrl, Config, read_key},
    failure::{Code, Failure},
    http::{self, Edge, Settings},
    jobs, limits,
    mail::{Mailbox, Nowhere, SmtpMailer, Templates, mailbox::write_atomically},
    printing::Press,
    safe::{KeySafe, SecretKey},
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
pub fn services(
    config: &Config,
    store: Arc<dyn Store>,
    app_url: &AppUrl,
    post: Post,
) -> Result<Arc<Services>, Failure> {
    let random: Arc<dyn Random> = Arc::new(MachineChance);
    let key = match &config.secret_key {
        Some(key) => key.clone(),
        None => kept_key(&config.data_dir, &*random)?,
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
        safe: Arc::new(KeySafe::new(&key, Arc::clone(&random))),
        random,
        mailer,
        mail_writer: Arc::new(mail_writer),
        printer: Arc::new(Press::default()),
        hasher: Hasher::new(),
        courtesy: Arc::default(),
        base_url: app_url.origin(),
        set_up_code: key.set_up_code(),
    }))
}

/// The key kept in the data folder; made at the first start, readable by this user only.
fn kept_key(data_dir: &Path, random: &dyn Random) -> Result<SecretKey, Failure> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    let file = data_dir.join("secret.key");
    match std::fs::read_to_string(&file) {
        Ok(text) => read_key(&file.display().to_string(), &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = SecretKey(random.secret());
            std::fs::create_dir_all(data_dir)
                .and_then(|()| write_atomically(&file, format!("{}\n", STANDARD.encode(key.0)).as_bytes()))
                .map_err(|error| cannot_write(&file, &error))?;
            tracing::info!(file = %file.display(), "made the secret key; keep it apart from backups of the database");
            Ok(key)
        }
        Err(error) => Err(Failure::new(
            Code::Files,
            format!("{} cannot be read: {error}", file.display()),
            "It holds the key that seals waiting links. Nothing was started.",
            "Give this program's user the right to read it, or set SECRET_KEY_FILE.",
        )),
    }
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
