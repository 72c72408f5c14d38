//! The small document of the console: calm until the browser has drawn the rest.

use leptos::prelude::*;

use super::Assets;
use crate::{account::words as say, components::Arch};

/// When the script cannot be had because the page is older than the last update, the page is fetched afresh, once.
const RELOAD_ONCE: &str = r#"addEventListener("error",e=>{if(e.target.id==="console"&&!sessionStorage.fresh){sessionStorage.fresh=1;location.reload()}},true);"#;

/// The look chosen on this device is on before anything is drawn: no white page in a dark room.
const THEME: &str = r#"try{const t=localStorage.getItem("portico.theme");if(t=="dark"||t=="light")document.documentElement.dataset.theme=t}catch{}"#;

/// The small document of the console; the browser draws the rest.
#[must_use]
pub fn console_shell(assets: &Assets, nonce: &str) -> String {
    let (css, js, wasm) = (assets.url("console.css"), assets.url("console.js"), assets.url("console.wasm"));
    let sender = assets.url("sender.js");
    let nonce = nonce.to_owned();
    let page = view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#faf8f4"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#101819"/>
                <title>{say::CONSOLE_TITLE}</title>
                <link rel="stylesheet" href=css/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <script nonce=nonce.clone()>{THEME}</script>
                <script nonce=nonce.clone()>{RELOAD_ONCE}</script>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script id="console" type="module" src=js data-sender=sender nonce=nonce></script>
            </head>
            <body>
                <main class="waiting" id="waiting">
                    <Arch class="arch-large"/>
                    <h1 class="waiting-words">{say::CONSOLE_WAITING}</h1>
                    <noscript>
                        <p>{say::CONSOLE_NO_SCRIPTS}</p>
                        <p><a href="/console/sign-in">{say::CONSOLE_SIGN_IN}</a></p>
                    </noscript>
                </main>
            </body>
        </html>
    };
    let owner = Owner::new();
    format!("<!DOCTYPE html>{}", owner.with(|| page.to_html()))
}
