//! The accept loop: connections are counted, bounded in time, and end well when the server stops (F3, R-29, R-31).

use std::{
    collections::HashMap,
    convert::Infallible,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, header},
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::{Instant, Sleep},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::limits;

/// The other end of a request's connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Listens, with a longer queue than the usual 128: those who come all at once overflow that, and the operating system lets
/// them try again only a second later.
///
/// # Errors
/// When the address cannot be had.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that is started again has not to wait until its old connections are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(limits::BACKLOG)
}

/// Serves until `stopping` is cancelled, then lets what runs finish. `behind_proxy`: connections from this machine are a
/// proxy's and are not counted by address.
pub async fn serve(listener: TcpListener, router: Router, behind_proxy: bool, stopping: CancellationToken) {
    let most = limits::CONNECTIONS.min(open_files().saturating_sub(limits::FILES_KEPT)).max(64);
    let guests = Arc::new(Guests { most, behind_proxy, present: Mutex::default() });
    let mut connections = JoinSet::new();
    // Who finds the server full is sent away at once: nothing is worse than waiting for nothing.
    let welcome = |connections: &mut JoinSet<()>, stream: TcpStream, address: SocketAddr| {
        let Some(guest) = guests.enter(address.ip()) else { return };
        // Without it every answer of two writes waits 40 ms for the client's confirmation.
        let _ = stream.set_nodelay(true);
        let work = connection(stream, address, router.clone(), stopping.clone());
        connections.spawn(async move {
            let _guest = guest;
            work.await;
        });
    };
    loop {
        let accepted = tokio::select! {
            () = stopping.cancelled() => break,
            // What ended is forgotten as it ends.
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => welcome(&mut connections, stream, address),
            Err(error) => {
                // Out of open files, most likely: wait until somebody leaves.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    for (stream, address) in close(listener) {
        welcome(&mut connections, stream, address);
    }
    let all_left = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits::GOODBYE, all_left).await.is_err() {
        tracing::warn!("some requests were still running and were cut off");
    }
}

/// Closes the listener and gives the connections that waited for it, which the operating system would hang up. They are
/// taken without a pause, so that hardly anybody can come between the last one and the close.
fn close(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    // Asked of the operating system itself: tokio says "nobody" until it has heard of somebody.
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let waiting: Vec<_> = std::iter::from_fn(|| listener.accept().ok()).collect();
    drop(listener);
    let usable = |(stream, address): (std::net::TcpStream, _)| {
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, address))
    };
    waiting.into_iter().filter_map(usable).collect()
}

async fn connection(stream: TcpStream, address: SocketAddr, router: Router, stopping: CancellationToken) {
    let stop = stopping.clone();
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(Peer(address));
        let answer = router.clone().oneshot(request);
        let stop = stop.clone();
        async move {
            let mut answer = answer.await?;
            if stop.is_cancelled() {
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Counts from the first moment and again after each answer: silent, slow and idle connections alike.
        .header_read_timeout(limits::HEAD)
        .max_buf_size(limits::HEAD_SIZE)
        .max_headers(limits::HEADERS)
        .half_close(false);
    let io = TokioIo::new(Patient { stream, waiting: None });
    let connection = builder.serve_connection(io, service);
    tokio::pin!(connection);
    let last_call = async {
        stopping.cancelled().await;
        // Told to shut down, hyper hangs up on whoever it has read nothing from, though a request may be on its way.
        tokio::time::sleep(limits::LAST_CALL).await;
    };
    tokio::select! {
        // First, so that a request which is there already is taken up.
        biased;
        _ = connection.as_mut() => return,
        () = last_call => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Who is here, in all and from which address.
struct Guests {
    most: usize,
    behind_proxy: bool,
    present: Mutex<Present>,
}

#[derive(Default)]
struct Present {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Guests {
    fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Guest> {
        let address = network(address);
        let exempt = self.behind_proxy && address.is_loopback();
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let here = present.by_address.get(&address).copied().unwrap_or(0);
        if present.all >= self.most || (here >= limits::CONNECTIONS_PER_ADDRESS && !exempt) {
            return None;
        }
        present.all += 1;
        *present.by_address.entry(address).or_default() += 1;
        Some(Guest { guests: Arc::clone(self), address })
    }
}

/// What counts as one address: of IPv6 the /64, because one customer holds all of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into())
        }
        address => address,
    }
}

/// A connection, as counted; leaves when dropped.
struct Guest {
    guests: Arc<Guests>,
    address: IpAddr,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut present = self.guests.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.all = present.all.saturating_sub(1);
        if let Some(here) = present.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                present.by_address.remove(&self.address);
            }
        }
    }
}

/// How many files the operating system lets this process open.
fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    soft.and_then(|number| number.parse().ok()).unwrap_or(limits::CONNECTIONS)
}

/// A connection that is given up when its other end takes nothing for too long.
struct Patient {
    stream: TcpStream,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn judge<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.waiting = None;
            return outcome;
        }
        let waiting =
            self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + limits::UNREAD)));
        match waiting.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.judge(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const ASK: &[u8] = b"GET / HTTP/1.1\r\nHost: portico.test\r\n\r\n";

    fn guests(most: usize, behind_proxy: bool) -> Arc<Guests> {
        Arc::new(Guests { most, behind_proxy, present: Mutex::default() })
    }

    // caps in all and per address.
    #[test]
    fn guests_are_counted_in_all_and_by_address() {
        let full = guests(2, false);
        let first = full.enter([192, 0, 2, 1].into());
        let _second = full.enter([192, 0, 2, 2].into());
        assert!(full.enter([192, 0, 2, 3].into()).is_none());
        drop(first);
        assert!(full.enter([192, 0, 2, 3].into()).is_some());

        let wide = guests(100_000, false);
        let one: IpAddr = [192, 0, 2, 1].into();
        let all: Vec<_> = (0..limits::CONNECTIONS_PER_ADDRESS).map(|_| wide.enter(one).unwrap()).collect();
        assert!(wide.enter(one).is_none());
        assert!(wide.enter([192, 0, 2, 2].into()).is_some());
        drop(all);
        assert_eq!(wide.present.lock().unwrap().by_address.len(), 0);
    }

    #[test]
    fn a_proxy_on_this_machine_is_not_counted_by_address() {
        let local: IpAddr = [127, 0, 0, 1].into();
        let fill = |guests: &Arc<Guests>| {
            (0..=limits::CONNECTIONS_PER_ADDRESS).map(|_| guests.enter(local)).collect::<Option<Vec<_>>>().is_some()
        };
        assert!(fill(&guests(100_000, true)));
        assert!(!fill(&guests(100_000, false)));
    }

    // whoever connected before the stop is answered, though nobody had accepted the connection, or it had said
    // nothing yet; whoever says nothing keeps nobody waiting.
    #[tokio::test]
    async fn who_waits_at_the_door_at_the_stop_is_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut guests = Vec::new();
        for n in 0..20 {
            let mut guest = TcpStream::connect(address).await.unwrap();
            if n % 2 == 0 {
                guest.write_all(ASK).await.unwrap();
            }
            guests.push(guest);
        }
        let silent = TcpStream::connect(address).await.unwrap();

        let stopping = CancellationToken::new();
        stopping.cancel();
        let router = Router::new().route("/", axum::routing::get(|| async { "good night" }));
        let began = Instant::now();
        let serving = tokio::spawn(serve(listener, router, false, stopping));
        for (n, mut guest) in guests.into_iter().enumerate() {
            if n % 2 == 1 {
                guest.write_all(ASK).await.unwrap();
            }
            let mut answer = String::new();
            guest.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("good night"), "{n}: {answer:?}");
            assert!(answer.contains("connection: close"), "{answer:?}");
        }
        serving.await.unwrap();
        assert!(began.elapsed() < limits::LAST_CALL * 4);
        drop(silent);
        assert!(TcpStream::connect(address).await.is_err());
    }

    #[test]
    fn ipv6_counts_by_the_64_bits_a_customer_holds() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }
}
