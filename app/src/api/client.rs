//! How the browser calls a door that it may also call by itself: as Leptos does, with a mark when nobody asked but the bell.

use std::{
    cell::Cell,
    future::poll_fn,
    pin::{Pin, pin},
};

use futures::{Sink, Stream};
use server_fn::{
    Bytes,
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
    request::browser::BrowserRequest,
    response::browser::BrowserResponse,
};

use super::REFRESH;

thread_local! {
    /// Is the call that is being made now nobody's act?
    static BY_ITSELF: Cell<bool> = const { Cell::new(false) };
}

/// Makes a call; `by_itself` says that the page looks again because the bell rang, which is no human act (decision 15).
/// Only doors whose client is `Marking` carry the mark.
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

/// Leptos' own client, and the mark.
pub struct Marking;

impl<Error, Input, Output> Client<Error, Input, Output> for Marking
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
