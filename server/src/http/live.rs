//! Live events: one stream of server-sent events for each signed-in device. An event is a hint; the truth is in the
//! database, so a lost or doubled hint costs a look, never data.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

use app::error::AppError;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use domain::{
    access::{Face, Waits},
    account::SessionClock,
    error::Refusal,
    ids::{AccountId, SessionId},
    limits::SESSION_WARNING,
};
use futures::stream;
use services::{Services, ports::Hint, sessions};
use tokio::{
    sync::{Notify, broadcast::error::RecvError},
    time::{Instant, Interval, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use super::{Shared, answer, outer::About, session};
use crate::limits;

/// What a stream is told: each a bit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Word {
    /// Look at the bell.
    Bell = 1,
    /// Look at the conversations.
    Chat = 2,
    /// The session ended.
    Over = 4,
}

/// Words that wait for a reader. One that waits already is not needed twice, and none is lost to a slow one.
#[derive(Default)]
struct Words {
    waiting: AtomicU8,
    news: Notify,
}

impl Words {
    fn say(&self, word: Word) {
        self.waiting.fetch_or(word as u8, Ordering::AcqRel);
        self.news.notify_one();
    }

    /// The most urgent word that waits.
    fn take(&self) -> Option<Word> {
        [Word::Over, Word::Bell, Word::Chat]
            .into_iter()
            .find(|word| self.waiting.fetch_and(!(*word as u8), Ordering::AcqRel) & *word as u8 != 0)
    }

    /// Waits for the next word. Given up half-way, nothing is lost: a word is taken only when it is there.
    async fn next(&self) -> Word {
        loop {
            if let Some(word) = self.take() {
                return word;
            }
            self.news.notified().await;
        }
    }
}

/// Who listens.
#[derive(Default)]
pub struct EventHub {
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    next: u64,
    by_account: HashMap<AccountId, Vec<Line>>,
    count: usize,
}

struct Line {
    number: u64,
    session: SessionId,
    words: Arc<Words>,
}

impl EventHub {
    /// Passes hints on until `stopping` is cancelled.
    pub async fn run(self: Arc<Self>, services: Arc<Services>, stopping: CancellationToken) {
        let mut hints = services.store.hints();
        loop {
            let hint = tokio::select! {
                () = stopping.cancelled() => return,
                hint = hints.recv() => hint,
            };
            match hint {
                Ok(Hint::Bell(account)) => self.tell(account, None, Word::Bell),
                Ok(Hint::Chat(account)) => self.tell(account, None, Word::Chat),
                Ok(Hint::SessionEnded(session)) => self.tell_session(session),
                Ok(Hint::Mail | Hint::Bulk) => {}
                // Some were missed: everybody looks once.
                Ok(Hint::Missed) | Err(RecvError::Lagged(_)) => self.tell_all(),
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        // Nothing in here panics half-way.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, account: AccountId, session: Option<SessionId>, word: Word) {
        for line in self.lines().by_account.get(&account).into_iter().flatten() {
            if session.is_none_or(|session| session == line.session) {
                line.words.say(word);
            }
        }
    }

    fn tell_session(&self, session: SessionId) {
        for line in self.lines().by_account.values().flatten().filter(|line| line.session == session) {
            line.words.say(Word::Over);
        }
    }

    fn tell_all(&self) {
        for line in self.lines().by_account.values().flatten() {
            line.words.say(Word::Bell);
            line.words.say(Word::Chat);
        }
    }

    fn open(self: &Arc<Self>, account: AccountId, session: SessionId) -> Option<(Place, Arc<Words>)> {
        let mut lines = self.lines();
        let of_account = lines.by_account.get(&account);
        let of_session = of_account.into_iter().flatten().filter(|line| line.session == session).count();
        if of_session >= limits::STREAMS_PER_SESSION || lines.count >= limits::STREAMS {
            return None;
        }
        let words = Arc::<Words>::default();
        let number = lines.next;
        lines.next += 1;
        lines.count += 1;
        lines.by_account.entry(account).or_default().push(Line { number, session, words: Arc::clone(&words) });
        drop(lines);
        Some((Place { board: Arc::clone(self), account, number }, words))
    }
}

/// A place at the hub; given back when dropped.
struct Place {
    board: Arc<EventHub>,
    account: AccountId,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.board.lines();
        lines.count = lines.count.saturating_sub(1);
        if let Some(of_account) = lines.by_account.get_mut(&self.account) {
            of_account.retain(|line| line.number != self.number);
            if of_account.is_empty() {
                lines.by_account.remove(&self.account);
            }
        }
    }
}

/// Opens a stream for the device that asks.
pub async fn events(State(state): State<Shared>, Extension(about): Extension<About>, request: Request) -> Response {
    let headers = request.headers();
    let refuse = |error| answer::error(&state, headers, &error);
    let ctx = match session::ctx(&state, headers, &about, false).await {
        Ok(ctx) => ctx,
        Err(error) => return refuse(error),
    };
    let (Some(actor), Some(token)) = (ctx.maybe_actor(), session::token(headers)) else {
        let mut response = refuse(AppError::NotSignedIn);
        if session::is_dead(headers, &ctx) {
            session::forget_pages(response.headers_mut());
        }
        return response;
    };
    if *actor.face() == Face::Lobby(Waits::Password) {
        return refuse(AppError::Forbidden(Refusal::TemporaryPassword));
    }
    let Some((place, words)) = state.switchboard.open(actor.account(), actor.session()) else {
        return refuse(AppError::TooMany { seconds: 30 });
    };
    let listener = Listener {
        services: Arc::clone(&state.services),
        stopping: state.stopping.clone(),
        token: token.to_owned(),
        words,
        checks: every(limits::STREAM_CHECK),
        alive: every(limits::STREAM_ALIVE),
        warned: false,
        stage: Stage::Opening,
        _place: place,
    };
    let events = stream::unfold(listener, |mut listener| async move {
        listener.next().await.map(|event| (Ok::<_, Infallible>(event), listener))
    });
    let mut response = answer::with_type(StatusCode::OK, "text/event-stream", Body::from_stream(events));
    // Proxies that collect answers must not collect this one.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    response
}

fn every(period: std::time::Duration) -> Interval {
    let mut interval = tokio::time::interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// One open stream.
struct Listener {
    services: Arc<Services>,
    stopping: CancellationToken,
    token: String,
    words: Arc<Words>,
    checks: Interval,
    alive: Interval,
    /// Was it said that the session ends soon?
    warned: bool,
    stage: Stage,
    _place: Place,
}

#[derive(PartialEq, Eq)]
enum Stage {
    Opening,
    Open,
    Closed,
}

impl Listener {
    /// What to send next; nothing more after the last word.
    async fn next(&mut self) -> Option<Bytes> {
        match self.stage {
            Stage::Closed => return None,
            Stage::Opening => {
                self.stage = Stage::Open;
                let retry = limits::STREAM_RETRY.as_millis();
                // Whoever comes back may have missed something: the first events say "look".
                return Some(format!("retry: {retry}\n\n{}{}", self.bell(), self.look_at("chat")).into());
            }
            Stage::Open => {}
        }
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => {
                    self.stage = Stage::Closed;
                    return Some(format!("retry: {}\n\n", limits::STREAM_RETRY.as_millis()).into());
                }
                word = self.words.next() => match word {
                    Word::Bell => return Some(self.bell().into()),
                    Word::Chat => return Some(self.look_at("chat").into()),
                    Word::Over => return Some(self.over()),
                },
                _ = self.checks.tick() => match sessions::clock(&self.services, &self.token).await {
                    Ok(Some(clock)) => {
                        if let Some(event) = self.warning(&clock) {
                            return Some(event);
                        }
                    }
                    Ok(None) => return Some(self.over()),
                    // Who cannot be checked is not told anything more; the browser comes back by itself.
                    Err(_) => {
                        self.stage = Stage::Closed;
                        return Some(Bytes::from_static(b": later\n\n"));
                    }
                },
                _ = self.alive.tick() => return Some(Bytes::from_static(b": here\n\n")),
            }
        }
    }

    fn bell(&self) -> String {
        self.look_at("bell")
    }

    fn look_at(&self, what: &str) -> String {
        format!("event: {what}\ndata: {{\"at\":{}}}\n\n", self.services.clock.now().millis())
    }

    /// Two minutes before the end the page hears that it is near: `soon` when an act puts it off, `last` when nothing does,
    /// and `stays` once it was put off (WCAG 2.2.1).
    fn warning(&mut self, clock: &SessionClock) -> Option<Bytes> {
        let now = self.services.clock.now();
        let left = clock.ends_at().since(now);
        let near = left <= SESSION_WARNING;
        if near == self.warned {
            return None;
        }
        self.warned = near;
        let put_off = SessionClock { last_act_at: now, ..*clock };
        let event = match near {
            false => "stays",
            true if put_off.ends_at() > clock.ends_at() => "soon",
            true => "last",
        };
        Some(format!("event: {event}\ndata: {{\"seconds\":{}}}\n\n", left.as_millis() / 1_000).into())
    }

    fn over(&mut self) -> Bytes {
        self.stage = Stage::Closed;
        Bytes::from_static(b"event: over\ndata: {}\n\n")
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_session_has_a_few_lines_and_gives_them_back() {
        let board = Arc::new(EventHub::default());
        let (account, session): (AccountId, SessionId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let mut places: Vec<_> =
            (0..limits::STREAMS_PER_SESSION).map(|_| board.open(account, session).unwrap()).collect();
        assert!(board.open(account, session).is_none());
        assert!(board.open(account, Uuid::from_u128(3).into()).is_some(), "another session is not affected");
        places.pop();
        assert!(board.open(account, session).is_some());
        drop(places);
        assert_eq!(board.lines().count, 0);
        assert!(board.lines().by_account.is_empty());
    }

    #[test]
    fn a_word_reaches_the_account_and_nobody_else() {
        let board = Arc::new(EventHub::default());
        let (ann, bob): (AccountId, AccountId) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into());
        let (session, other): (SessionId, SessionId) = (Uuid::from_u128(3).into(), Uuid::from_u128(4).into());
        let (_place, anns) = board.open(ann, session).unwrap();
        let (_other_place, bobs) = board.open(bob, other).unwrap();
        board.tell(ann, None, Word::Bell);
        assert_eq!(anns.take(), Some(Word::Bell));
        assert_eq!((anns.take(), bobs.take()), (None, None));
        board.tell_session(other);
        assert_eq!(bobs.take(), Some(Word::Over));
        assert_eq!(anns.take(), None);
    }

    /// B-11: however many bells wait for a slow reader, the word that there is a message is not lost among them.
    #[test]
    fn words_that_wait_are_said_once_each_and_none_is_lost() {
        let board = Arc::new(EventHub::default());
        let (ann, session): (AccountId, SessionId) = (Uuid::from_u128(1).into(), Uuid::from_u128(3).into());
        let (_place, anns) = board.open(ann, session).unwrap();
        for _ in 0..100 {
            board.tell(ann, None, Word::Bell);
        }
        board.tell(ann, None, Word::Chat);
        assert_eq!([anns.take(), anns.take(), anns.take()], [Some(Word::Bell), Some(Word::Chat), None]);
        // Whoever fell behind among the hints looks at everything.
        board.tell_all();
        assert_eq!([anns.take(), anns.take(), anns.take()], [Some(Word::Bell), Some(Word::Chat), None]);
    }

    #[tokio::test]
    async fn a_word_said_before_anybody_waits_is_heard() {
        let words = Words::default();
        words.say(Word::Chat);
        assert_eq!(words.next().await, Word::Chat);
        let waits = words.next();
        tokio::pin!(waits);
        assert!(futures::poll!(&mut waits).is_pending());
        words.say(Word::Bell);
        assert_eq!(waits.await, Word::Bell);
    }
}
