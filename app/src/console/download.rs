//! Files that the browser keeps: a list that is taken out of the program as a table.

use domain::{history::Export, paper::File};
use js_sys::{Array, Function, Object, Reflect};
use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};

use super::{confirm::Confirm, desk::use_desk, words};
use crate::{
    components::{Button, Notice, Tone},
    error::AppError,
};

/// Asks whether the list shall leave the program; then `ask` fetches it, and it is saved as a file of this name.
pub fn dialog<F>(
    ask: impl Fn() -> F + Copy + Send + Sync + 'static,
    file: &'static str,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView
where
    F: Future<Output = Result<Export, AppError>> + 'static,
{
    let desk = use_desk();
    let act = move || async move {
        let export = ask().await?;
        save(&export, file).ok_or(AppError::Fault { reference: String::new() })?;
        desk.toasts.say(words::exported(export.rows, export.more));
        Ok(())
    };
    view! {
        <Confirm
            title=words::EXPORT_TITLE
            text=words::EXPORT_TEXT
            button=words::EXPORT
            act=act
            on_close=move |_: bool| on_close()
        />
    }
    .into_any()
}

/// Hands a table to the browser as a file of this name; none when the browser does not take it.
fn save(export: &Export, name: &str) -> Option<()> {
    let get = |from: &JsValue, name: &str| Reflect::get(from, &name.into()).ok();
    let options = Object::new();
    Reflect::set(&options, &"type".into(), &"text/csv;charset=utf-8".into()).ok()?;
    // With the mark by which spreadsheets know UTF-8.
    let parts = Array::of2(&"\u{feff}".into(), &export.csv.as_str().into());
    let make = get(&js_sys::global(), "Blob")?.dyn_into::<Function>().ok()?;
    let blob = Reflect::construct(&make, &Array::of2(&parts, &options)).ok()?;
    let urls = get(&js_sys::global(), "URL")?;
    let of = get(&urls, "createObjectURL")?.dyn_into::<Function>().ok()?;
    let address = of.call1(&urls, &blob).ok()?.as_string()?;
    let link = document().create_element("a").ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.dyn_into::<web_sys::HtmlElement>().ok()?.click();
    let drop = get(&urls, "revokeObjectURL")?.dyn_into::<Function>().ok()?;
    // The browser has its copy by then.
    set_timeout(move || drop_address(&drop, &urls, &address), std::time::Duration::from_secs(60));
    Some(())
}

/// Asks whether a paper about somebody shall leave the program; then `ask` fetches it, and it is saved as a file of this name.
pub fn pdf_dialog<F>(
    title: &'static str,
    text: &'static str,
    name: String,
    ask: impl Fn() -> F + Copy + Send + Sync + 'static,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView
where
    F: Future<Output = Result<File, AppError>> + 'static,
{
    let name = StoredValue::new(name);
    let act = move || async move {
        let file = ask().await?;
        name.with_value(|name| save_pdf(&file.base64, name)).ok_or(AppError::Fault { reference: String::new() })
    };
    view! { <Confirm title=title text=text button=words::DOWNLOAD_PDF act=act on_close=move |_: bool| on_close()/> }
        .into_any()
}

/// The buttons under what is written about somebody: print it; and save it as a PDF of this name, for those who may take what they
/// see out of the program.
pub fn paper<F>(name: String, ask: impl Fn() -> F + Copy + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = Result<File, AppError>> + 'static,
{
    let desk = use_desk();
    let saving = RwSignal::new(false);
    view! {
        <Button icon="printer" press=move |_| drop(window().print())>{words::PRINT}</Button>
        {desk.start().may.export_data.then(|| view! {
            <Button icon="download" press=move |_| saving.set(true)>{words::DOWNLOAD_PDF}</Button>
        })}
        {move || saving.get().then(|| {
            pdf_dialog(words::PDF_TITLE, words::PDF_TEXT, name.clone(), ask, move || saving.set(false))
        })}
    }
    .into_any()
}

/// A button that fetches a PDF and hands it to the browser as a file of this name, and what went wrong.
pub fn pdf<F>(name: &'static str, ask: impl Fn() -> F + Copy + Send + Sync + 'static) -> (AnyView, AnyView)
where
    F: Future<Output = Result<File, AppError>> + 'static,
{
    let desk = use_desk();
    let fetching = RwSignal::new(false);
    let failed = RwSignal::new(None::<AppError>);
    let fetch = move |_: MouseEvent| {
        if fetching.get_untracked() {
            return;
        }
        fetching.set(true);
        failed.set(None);
        let answer = ask();
        spawn_local(async move {
            let answer = answer.await;
            let _ = fetching.try_set(false);
            match answer {
                Ok(file) => {
                    let _ = save_pdf(&file.base64, name);
                }
                Err(error) => {
                    desk.failed(&error);
                    let _ = failed.try_set(Some(error));
                }
            }
        });
    };
    let problem = move || {
        failed.get().map(|error| view! { <Notice tone=Tone::Danger live=true><p>{words::error(&error)}</p></Notice> })
    };
    let button =
        view! { <Button icon="download" busy=Signal::from(fetching) press=fetch>{words::DOWNLOAD_PDF}</Button> };
    (button.into_any(), problem.into_any())
}

/// None when the browser does not take it.
fn save_pdf(base64: &str, name: &str) -> Option<()> {
    let link = document().create_element("a").ok()?;
    link.set_attribute("href", &format!("data:application/pdf;base64,{base64}")).ok()?;
    link.set_attribute("download", name).ok()?;
    link.dyn_into::<web_sys::HtmlElement>().ok()?.click();
    Some(())
}

fn drop_address(drop: &Function, urls: &JsValue, address: &str) {
    let _ = drop.call1(urls, &address.into());
}
