//! How the browser calls a door: as Leptos does, with a mark when nobody asked but the bell.

use std::{
    cell::Cell,
    future::poll_fn,
    pin::{Pin, pin},
};

use futures::{Sink, Stream};
use server_fn::{
    Bytes,
    client::{Client, browser::BrowserClient},
    request::browser::BrowserRequest,
    response::{ClientRes, browser::BrowserResponse},
};

use super::REFRESH;
use crate::error::AppError;

thread_local! {
    /// Is the call that is being made now nobody's act?
    static BY_ITSELF: Cell<bool> = const { Cell::new(false) };
}

/// Makes a call; `by_itself` says that the page looks again because the bell rang, which is no human act (decision 15).
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

/// Leptos' own client, and the mark. What is the same for every door stands here once, behind a box: without it each door
/// brings a copy of its own into the browser.
pub struct Marking;

impl Client<AppError> for Marking {
    type Request = BrowserRequest;
    type Response = Answered;

    fn send(request: Self::Request) -> impl Future<Output = Result<Self::Response, AppError>> + Send {
        send(request)
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static),
            AppError,
        >,
    > + Send {
        <BrowserClient as Client<AppError>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<AppError>>::spawn(future);
    }
}

type UnderWay<T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send>>;

fn send(request: BrowserRequest) -> UnderWay<Answered> {
    if BY_ITSELF.get() {
        request.headers().set(REFRESH, "1");
    }
    Box::pin(async { <BrowserClient as Client<AppError>>::send(request).await.map(Answered) })
}

/// The browser's answer.
pub struct Answered(BrowserResponse);

impl ClientRes<AppError> for Answered {
    fn try_into_string(self) -> impl Future<Output = Result<String, AppError>> + Send {
        text_of(self.0)
    }

    fn try_into_bytes(self) -> impl Future<Output = Result<Bytes, AppError>> + Send {
        self.0.try_into_bytes()
    }

    fn try_into_stream(self) -> Result<impl Stream<Item = Result<Bytes, Bytes>> + Send + Sync + 'static, AppError> {
        ClientRes::<AppError>::try_into_stream(self.0)
    }

    fn status(&self) -> u16 {
        ClientRes::<AppError>::status(&self.0)
    }

    fn status_text(&self) -> String {
        ClientRes::<AppError>::status_text(&self.0)
    }

    fn location(&self) -> String {
        ClientRes::<AppError>::location(&self.0)
    }

    fn has_redirect(&self) -> bool {
        ClientRes::<AppError>::has_redirect(&self.0)
    }
}

fn text_of(response: BrowserResponse) -> UnderWay<String> {
    Box::pin(response.try_into_string())
}
