//! One's own account: the devices signed in, the password.

use domain::{account::Door, ids::SessionId};
use leptos::{prelude::*, task::spawn_local};

use super::{
    confirm::Confirm,
    desk::{SIGNED_OUT, use_desk},
    drafts,
    form::Form,
    frame::Head,
    load::load,
    words,
};
use crate::{
    api,
    components::{Button, Card, CheckField, Kind, PasswordField, Table, Username, When, acts, column, lesser},
};

/// The account page.
#[component]
pub fn Account() -> impl IntoView {
    let desk = use_desk();
    let start = desk.start();
    view! {
        <Head title=words::YOUR_ACCOUNT/>
        <div class="column">
            <Card title=words::ABOUT_YOU id="about-you">
                <dl class="facts">
                    <div><dt>{words::NAME}</dt><dd dir="auto">{start.user_name}</dd></div>
                    {(!start.profession.is_empty()).then(|| view! {
                        <div><dt>{words::PROFESSION}</dt><dd dir="auto">{start.profession}</dd></div>
                    })}
                    <div><dt>{words::PRACTICE}</dt><dd dir="auto">{desk.practice.get_untracked()}</dd></div>
                    <div><dt>{words::ACCESS_LEVEL}</dt><dd>{words::level(start.level)}</dd></div>
                    {words::settings_fact(start.settings)}
                </dl>
            </Card>
            <Password/>
            <Tips/>
            <Devices/>
        </div>
    }
}

/// Short tips by mail for who is new (S4-30), until they are not wanted any more.
#[component]
fn Tips() -> impl IntoView {
    let desk = use_desk();
    let tips = load(api::account::tips);
    view! {
        <Card title=words::TIPS id="tips">
            {tips.view(1, move |wanted| {
                let on = RwSignal::new(wanted);
                Effect::new(move |before: Option<bool>| {
                    let now = on.get();
                    if before.is_some_and(|before| before != now) {
                        spawn_local(async move {
                            match api::account::set_tips(now).await {
                                Ok(()) => desk.toasts.say(words::SAVED),
                                Err(error) => {
                                    desk.refused(&error);
                                    tips.again();
                                }
                            }
                        });
                    }
                    now
                });
                view! { <CheckField name="tips" id="tips-wanted" label=words::TIPS_TICK bind=on hint=words::TIPS_HINT/> }.into_any()
            })}
        </Card>
    }
}

/// Where this account is signed in.
#[component]
fn Devices() -> impl IntoView {
    let desk = use_desk();
    let devices = load(api::account::devices);
    let ending = RwSignal::new(None::<SessionId>);
    let leaving = RwSignal::new(false);
    view! {
        <Card title=words::DEVICES id="devices">
            <p class="card-text">{words::DEVICES_TEXT}</p>
            {devices.view(3, move |devices| {
                let rows: Vec<_> = devices
                    .into_iter()
                    .map(|device| {
                        let id = device.id;
                        let side = if device.door == Door::Console { words::CONSOLE } else { words::PORTAL };
                        let name = words::agent(&device.agent);
                        let end = words::sign_out_device(&name);
                        view! {
                            <tr>
                                <th scope="row">{name}{device.this_one.then(|| view! { <span class="badge badge-good">{words::THIS_DEVICE}</span> })}</th>
                                <td class="lesser">{side}</td>
                                <td class="lesser"><When at=device.opened_at/></td>
                                <td><When at=device.last_act_at/></td>
                                <td class="acts">
                                    {(!device.this_one).then(|| view! {
                                        <Button kind=Kind::Quiet name=end press=move |_| ending.set(Some(id))>
                                            {words::SIGN_OUT}
                                        </Button>
                                    })}
                                </td>
                            </tr>
                        }
                    })
                    .collect();
                let columns = vec![
                    column(words::DEVICE), lesser(words::SIDE), lesser(words::SIGNED_IN), column(words::LAST_USED), acts(words::ACTIONS),
                ];
                view! { <Table caption=words::DEVICES columns=columns>{rows}</Table> }.into_any()
            })}
            <div class="card-end">
                <Button icon="log-out" press=move |_| leaving.set(true)>{words::SIGN_OUT_EVERYWHERE}</Button>
            </div>
        </Card>
        {move || ending.get().map(|id| view! {
            <Confirm
                title=words::END_DEVICE
                text=words::END_DEVICE_TEXT
                button=words::END_DEVICE_BUTTON
                danger=true
                act=move || api::account::end_device(id, String::new())
                on_close=move |done| {
                    ending.set(None);
                    if done {
                        desk.toasts.say(words::DEVICE_ENDED);
                        devices.again();
                    }
                }
            />
        })}
        {move || leaving.get().then(|| view! {
            <Confirm
                title=words::LEAVE_EVERYWHERE
                text=words::LEAVE_EVERYWHERE_TEXT
                button=words::SIGN_OUT_EVERYWHERE
                danger=true
                act=api::account::sign_out_everywhere
                on_close=move |done| {
                    leaving.set(false);
                    if done {
                        drafts::clear_all();
                        let _ = window().location().assign(SIGNED_OUT);
                    }
                }
            />
        })}
    }
}

/// Changing the password.
#[component]
fn Password() -> impl IntoView {
    let desk = use_desk();
    let form = Form::new("password", "", Vec::new());
    let current = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    form.answers("current", current);
    form.answers("password", password);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let ask = api::passwords::change(current.get_untracked(), password.get_untracked(), String::new());
        form.send(ask, move |()| {
            current.set(String::new());
            password.set(String::new());
            desk.toasts.say(words::PASSWORD_CHANGED);
        });
    };
    view! {
        <Card title=words::PASSWORD id="password">
            <form class=form.class() novalidate on:submit=send>
                {form.notices()}
                <Username email=desk.start().email/>
                <PasswordField
                    name="current"
                    id=form.id("current")
                    label=words::PRESENT_PASSWORD
                    bind=current
                    error=form.problem("current")
                />
                <PasswordField
                    name="password"
                    id=form.id("new")
                    label=words::NEW_PASSWORD
                    new=true
                    bind=password
                    hint=words::PASSWORD_HINT
                    error=form.problem("password")
                />
                <div class="form-end"><Button kind=Kind::Main submit=true busy=form.busy>{words::CHANGE_PASSWORD}</Button></div>
            </form>
        </Card>
    }
}
