//! Who uses a patient's portal: on the Contacts tab (S3-33 … S3-35), and behind "Portal settings" under the name (S2-18).

use domain::{
    chat::Switches,
    grant::{Kind as Who, PortalUser, Standing},
    ids::{GrantId, PatientId},
};
use leptos::{prelude::*, task::spawn_local};

use super::{invite::Target, terms};
use crate::{
    api,
    components::{Button, Card, Choice, Dialog, Icon, Kind, Notice, Table, When, acts, column, focus_first_field},
    console::{
        confirm::Confirm,
        desk::use_desk,
        form::{Form, Line},
        load::{Load, load},
        words,
    },
};

/// The section of the Contacts tab.
#[component]
pub fn PortalUsers(
    id: PatientId,
    users: Load<Vec<PortalUser>>,
    /// May the caller let people in and change what they may?
    may_change: bool,
    /// May people be let in at all, as the group's settings and the patient stand?
    may_invite: Signal<bool>,
    /// Who is being invited.
    inviting: RwSignal<Option<Target>>,
) -> impl IntoView {
    let add: Children = Box::new(move || {
        view! {
            {move || may_invite.get().then(|| view! {
                <Button icon="user-plus" press=move |_| inviting.set(Some(Target::NOBODY))>{words::ADD_PORTAL_USER}</Button>
            })}
        }
        .into_any()
    });
    view! {
        <Card title=words::PORTAL_USERS id="portal-users" actions=add>
            <p class="card-text">{words::PORTAL_USERS_TEXT}</p>
            {move || may_invite.get().then(|| view! { <Link id=id inviting=inviting/> })}
            <People id=id users=users may_change=may_change may_invite=may_invite inviting=inviting/>
        </Card>
    }
}

/// "Portal settings" (S2-18): the same people, in a dialog.
#[component]
pub fn PortalSettings(
    id: PatientId,
    may_change: bool,
    may_invite: Signal<bool>,
    inviting: RwSignal<Option<Target>>,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let users = load(move || api::portal_users::list(id));
    // One dialog at a time: who is invited from here is invited in the dialog's place.
    Effect::new(move || {
        if inviting.with(Option::is_some) {
            on_close();
        }
    });
    view! {
        <Dialog title=words::PORTAL_SETTINGS id="portal-settings" wide=true on_close=move |()| on_close()>
            <div class="dialog-body">
                {may_change.then(|| view! { <ChatSwitch id=id/> })}
                <p class="muted">{words::PORTAL_USERS_TEXT}</p>
                <People id=id users=users may_change=may_change may_invite=may_invite inviting=inviting/>
            </div>
            <footer class="dialog-foot"><Button press=move |_| on_close()>{words::CLOSE}</Button></footer>
        </Dialog>
    }
}

/// Whether people write with this patient (S2-16).
#[component]
fn ChatSwitch(id: PatientId) -> impl IntoView {
    let switches = load(move || api::chat::switch(id));
    switches.view(1, move |switches| chat_form(id, switches))
}

fn chat_form(id: PatientId, switches: Switches) -> AnyView {
    let desk = use_desk();
    let now = if switches.patient { "on" } else { "off" };
    let form = Form::new("chat-switch", &id.to_string(), vec![("chat", now.to_owned())]);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(api::chat::save_switch(id, form.value("chat") == "on"), move |()| {
            desk.toasts.say(words::SAVED);
            form.saved_as(0);
        });
    };
    let choices = vec![Choice::new("on", words::CHAT_ENABLED), Choice::new("off", words::CHAT_DISABLED)];
    let hint = if switches.practice { words::CHAT_SWITCH_HINT } else { words::CHAT_SWITCH_OFF_HINT };
    view! {
        <form class=form.class() novalidate on:submit=save>
            {form.notices()}
            {form.select("chat", words::CHAT, choices, hint)}
            <div class="buttons"><Button submit=true busy=form.busy>{words::SAVE}</Button></div>
        </form>
    }
    .into_any()
}

/// "Link User by Email" (S3-35).
#[component]
fn Link(id: PatientId, inviting: RwSignal<Option<Target>>) -> impl IntoView {
    let form = Form::new("link-portal-user", &id.to_string(), vec![("email", String::new())]);
    let answer = RwSignal::new(None::<(String, Option<String>)>);
    let find = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        answer.set(None);
        let email = form.value("email").trim().to_owned();
        let asked = email.clone();
        form.send(api::portal_users::find(id, email), move |name| answer.set(Some((asked, name))));
    };
    let found = move || {
        answer.get().map(|(email, name)| match name {
            Some(name) => {
                let other = Target::Other { name: name.clone(), relationship: String::new(), email: email.clone() };
                view! {
                    <Notice live=true>
                        <p><strong dir="auto">{name}</strong>" ("{email}") "{words::USES_PORTAL_HERE}</p>
                        <div class="notice-actions">
                            <Button icon="user-plus" press=move |_| inviting.set(Some(other.clone()))>{words::LINK_TO_PATIENT}</Button>
                        </div>
                    </Notice>
                }
                .into_any()
            }
            None => {
                let other = Target::Other { name: String::new(), relationship: String::new(), email: email.clone() };
                view! {
                    <Notice live=true>
                        <p>{words::nobody_found(&email)}</p>
                        <div class="notice-actions">
                            <Button icon="user-plus" press=move |_| inviting.set(Some(other.clone()))>{words::ADD_PORTAL_USER}</Button>
                        </div>
                    </Notice>
                }
                .into_any()
            }
        })
    };
    view! {
        <p class="card-text">{words::LINK_BY_EMAIL_HINT}</p>
        <form class="link-user" novalidate on:submit=find>
            {form.text("email", words::LINK_BY_EMAIL, Line::of("email").required())}
            <Button submit=true icon="search" busy=form.busy>{words::FIND}</Button>
        </form>
        {found}
    }
}

/// The table, and the dialogs it opens.
#[component]
fn People(
    id: PatientId,
    users: Load<Vec<PortalUser>>,
    may_change: bool,
    may_invite: Signal<bool>,
    inviting: RwSignal<Option<Target>>,
) -> impl IntoView {
    let desk = use_desk();
    let changing = RwSignal::new(None::<PortalUser>);
    let suspending = RwSignal::new(None::<(GrantId, String)>);
    let restoring = RwSignal::new(None::<GrantId>);
    let restore = move |grant: GrantId, name: String| {
        if restoring.get_untracked().is_some() {
            return;
        }
        restoring.set(Some(grant));
        spawn_local(async move {
            let answer = api::portal_users::restore(id, grant).await;
            let _ = restoring.try_set(None);
            match answer {
                Ok(()) => {
                    desk.toasts.say(words::access_restored(&name));
                    desk.patients_changed();
                }
                Err(error) => {
                    desk.failed(&error);
                    desk.toasts.say(words::error(&error));
                }
            }
            users.again();
        });
    };
    let row = move |user: PortalUser| {
        let (grant, name, standing) = (user.id, user.name.clone(), user.standing);
        let (change_name, suspend_name, restore_name) =
            (words::change_access_of(&name), words::suspend_access_of(&name), words::restore_access_of(&name));
        let again = match (user.kind, standing) {
            (Who::Contact | Who::Other, Standing::Ended(_)) => Some(Target::Other {
                name: user.name.clone(),
                relationship: user.relationship.clone(),
                email: user.email.clone(),
            })
            .filter(|_| user.kind == Who::Other),
            _ => None,
        };
        let changes = may_change && user.kind != Who::Own && !standing.is_over();
        let (to_change, to_suspend, to_restore) = (user.clone(), name.clone(), name.clone());
        let until = words::until(user.last_day, user.steps_down_on);
        view! {
            <tr>
                <th scope="row" class="lines">
                    <span dir="auto">{name.clone()}</span>
                    <span class="muted" dir="auto">{words::who_they_are(user.kind, &user.relationship)}</span>
                    <span class="muted">{user.email.clone()}</span>
                </th>
                <td class="lines">
                    <span>{words::sees(user.terms.level)}</span>
                    <span class="muted">{words::may_do(user.terms.role)}</span>
                    <span class="muted">{until}</span>
                    {user.terms.manages.then(|| view! { <span class="muted">{words::MANAGES_SHORT}</span> })}
                    {user.given_by.map(|giver| view! { <span class="muted" dir="auto">{words::let_in_by(&giver)}</span> })}
                </td>
                <td class="lines">{badge(standing)}</td>
                <td class="acts">
                    {changes.then(|| view! {
                        <Button kind=Kind::Quiet icon="pencil" name=change_name press=move |_| changing.set(Some(to_change.clone()))>
                            {words::CHANGE}
                        </Button>
                    })}
                    {(may_change && matches!(standing, Standing::Active(_))).then(|| view! {
                        <Button kind=Kind::Quiet icon="ban" name=suspend_name press=move |_| suspending.set(Some((grant, to_suspend.clone())))>
                            {words::SUSPEND}
                        </Button>
                    })}
                    {(may_change && matches!(standing, Standing::Suspended(_))).then(|| view! {
                        <Button
                            kind=Kind::Quiet
                            icon="undo-2"
                            busy=Signal::derive(move || restoring.get() == Some(grant))
                            name=restore_name
                            press=move |_| restore(grant, to_restore.clone())
                        >{words::RESTORE}</Button>
                    })}
                    {again.map(|target| view! {
                        {move || may_invite.get().then(|| {
                            let target = target.clone();
                            view! {
                                <Button kind=Kind::Quiet icon="send" press=move |_| inviting.set(Some(target.clone()))>{words::INVITE_AGAIN}</Button>
                            }
                        })}
                    })}
                </td>
            </tr>
        }
    };
    view! {
        {users.view(3, move |list| {
            if list.is_empty() {
                return view! { <p class="card-text">{words::NO_PORTAL_USERS}</p> }.into_any();
            }
            let columns = vec![
                column(words::NAME), column(words::ACCESS), column(words::STATE), acts(words::ACTIONS),
            ];
            let rows: Vec<_> = list.into_iter().map(row).collect();
            view! { <Table caption=words::PORTAL_USERS columns=columns>{rows}</Table> }.into_any()
        })}
        {move || changing.get().map(|user| view! {
            <Change
                id=id
                user=user
                on_close=move |changed: bool| {
                    changing.set(None);
                    if changed {
                        users.again();
                    }
                }
            />
        })}
        {move || suspending.get().map(|(grant, name)| view! {
            <Confirm
                title=words::suspend_title(&name)
                text=words::SUSPEND_TEXT
                button=words::SUSPEND_BUTTON
                danger=true
                act=move || api::portal_users::suspend(id, grant)
                on_close=move |done| {
                    suspending.set(None);
                    if done {
                        desk.toasts.say(words::ACCESS_SUSPENDED);
                        desk.patients_changed();
                    }
                    users.again();
                }
            />
        })}
    }
}

/// The dialog that changes how far somebody's access reaches.
#[component]
fn Change(id: PatientId, user: PortalUser, on_close: impl Fn(bool) + Copy + Send + Sync + 'static) -> impl IntoView {
    let desk = use_desk();
    let grant = user.id;
    let form = Form::new("portal-user", &grant.to_string(), terms::of(&user));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(api::portal_users::save(id, grant, terms::typed(form)), move |()| {
            desk.toasts.say(words::SAVED);
            on_close(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close(false);
    };
    Effect::new(move || request_animation_frame(focus_first_field));
    view! {
        <Dialog title=words::change_access_of(&user.name) id="change-access" on_close=move |()| on_close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {terms::fields(form, user.steps_down_on, None)}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}

/// Where somebody stands: an icon, a word, and since when.
pub fn badge(standing: Standing) -> AnyView {
    let (class, icon, text, at) = match standing {
        Standing::Invited(state) => return super::access::badge(state),
        Standing::Active(at) => ("badge badge-good", "user-check", words::USES_PORTAL, at),
        Standing::Suspended(at) => ("badge badge-danger", "ban", words::SUSPENDED, at),
        Standing::Ended(at) => ("badge", "x", words::ENDED, at),
    };
    view! {
        <span class=class><Icon name=icon/>{text}</span>
        <span class="muted"><When at=at/></span>
    }
    .into_any()
}
