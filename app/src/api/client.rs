//! How the console calls a door: as Leptos does, with the membership that this tab acts as, and with a mark when nobody asked
//! but the bell.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::{Pin, pin},
};

use domain::ids::UserId;
use futures::{Sink, Stream};
use server_fn::{
    Bytes,
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
    request::browser::BrowserRequest,
    response::browser::BrowserResponse,
};

use super::{AS_USER_HEADER, REFRESH};

thread_local! {
    /// Is the call that is being made now nobody's act?
    static BY_ITSELF: Cell<bool> = const { Cell::new(false) };
    /// As whom does this tab act? At first nobody says: then as whom the session says.
    static AS_USER: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on this tab acts as this membership; of several tabs each has its own (S4-12).
pub fn act_as(user: UserId) {
    AS_USER.replace(Some(user.to_string()));
}

/// Makes a call; `by_itself` says that the page looks again because the bell rang, which is no human act (decision 15).
/// Only doors whose client is `Console` carry the mark.
pub async fn refresh<F: Future>(by_itself: bool, call: F) -> F::Output {
    let mut call = pin!(call);
    poll_fn(move |context| {
        let before = BY_ITSELF.replace(by_itself);
        let state = Pin::as_mut(&mut call).poll(context);
        BY_ITSELF.set(before);
        state
    })
    .await
}

/// Leptos' own client, and the marks.
pub struct Console;

impl<Error, Input, Output> Client<Error, Input, Output> for Console
where
    Error: FromServerFnError,
    Input: FromServerFnError,
    Output: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: Self::Request) -> impl Future<Output = Result<Self::Response, Error>> + Send {
        if BY_ITSELF.get() {
            request.headers().set(REFRESH, "1");
        }
        AS_USER.with_borrow(|user| {
            if let Some(user) = user {
                request.headers().set(AS_USER_HEADER, user);
            }
        });
        <BrowserClient as Client<Error, Input, Output>>::send(request)
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static),
            Error,
        >,
    > + Send {
        <BrowserClient as Client<Error, Input, Output>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<Error, Input, Output>>::spawn(future);
    }
}
