//! The key: the two WASM entries. Everything they open is in the crate `app`.

// Without naming the crate the linker drops every island.
extern crate app;

#[cfg(any(feature = "portal", feature = "console"))]
use wasm_bindgen::prelude::wasm_bindgen;

/// Wakes the portal's islands.
#[cfg(feature = "portal")]
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}

/// Draws the console.
#[cfg(feature = "console")]
#[wasm_bindgen]
pub fn console() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::console::Console);
}
