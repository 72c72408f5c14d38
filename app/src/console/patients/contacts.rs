//! The patient and the people attached, with how to reach them.

use domain::{
    grant::{Kind as Who, PortalUser, Standing},
    ids::{ContactId, PatientId},
    limits,
    patient::{Contact, ContactForm, Profile},
};
use leptos::prelude::*;

use super::{
    invite::Target,
    portal_users::{self, PortalUsers},
};
use crate::{
    api,
    components::{Button, Card, Dialog, Icon, Kind, Table, acts, column, lesser},
    console::{
        confirm::Confirm,
        desk::use_desk,
        drafts,
        form::{Form, Line, Values},
        load::{Load, load},
        words,
    },
};

/// The Contacts tab.
#[component]
pub fn Contacts(
    id: PatientId,
    profile: Load<Profile>,
    may_edit: bool,
    /// Who is being invited.
    inviting: RwSignal<Option<Target>>,
    /// Counts the invitations made in the dialog.
    invited: RwSignal<u32>,
) -> impl IntoView {
    let desk = use_desk();
    let contacts = load(move || api::patients::contacts(id));
    let rung = desk.rung_about(id);
    let users = load(move || {
        invited.track();
        api::refresh(rung.again(), api::portal_users::list(id))
    });
    let portal = users.value();
    let standing = move |contact: Option<ContactId>| {
        portal.with(|users| {
            let mut users = users.iter().flatten();
            let of = |user: &&PortalUser| match contact {
                Some(contact) => user.contact == Some(contact),
                None => user.kind == Who::Own,
            };
            users.find(of).map(|user| user.standing)
        })
    };
    // Some(None) is a new one.
    let editing = RwSignal::new(drafts::was_open(&format!("contact:{id}/new")).then_some(None::<Contact>));
    let removing = RwSignal::new(None::<Contact>);
    let record = profile.value();
    let may_invite =
        Signal::derive(move || record.with(|record| record.as_ref().is_some_and(|record| record.may.invite)));
    // A badge, or the way to invite (S3-28). Whoever is in, or out for a while, is changed further down.
    let portal_cell = move |target: Target, contact: Option<ContactId>, email: bool, name: String| {
        let name = words::invite_named(&name);
        move || {
            let (target, name) = (target.clone(), name.clone());
            let standing = standing(contact);
            let open = !matches!(standing, Some(Standing::Active(_) | Standing::Suspended(_)));
            let again = matches!(standing, Some(Standing::Invited(_)));
            view! {
                {standing.map(portal_users::badge)}
                {(open && email && may_invite.get()).then(|| view! {
                    <Button kind=Kind::Quiet icon="send" name=name press=move |_| inviting.set(Some(target.clone()))>
                        {if again { words::INVITE_AGAIN } else { words::INVITE_TO_PORTAL_BUTTON }}
                    </Button>
                })}
                {(!email && standing.is_none()).then(|| view! { <span class="muted">{words::NO_EMAIL_TO_INVITE}</span> })}
            }
        }
    };
    let own = move || {
        record.get().map(|record| {
            let (email, phone) = record.details.map_or_else(Default::default, |details| {
                let phone = if details.mobile.is_empty() { details.phone } else { details.mobile };
                (details.email.map(|email| email.as_str().to_owned()).unwrap_or_default(), phone)
            });
            let shown = email.clone();
            let cell = portal_cell(Target::Patient, None, true, record.shown.clone());
            view! {
                <tr>
                    <th scope="row" class="long" dir="auto" title=record.shown.clone()>{record.shown.clone()}</th>
                    <td>{words::THE_PATIENT}</td>
                    <td class="long" title=email>{words::or_none(shown)}</td>
                    <td class="number lesser">{words::or_none(phone)}</td>
                    <td class="lesser"></td>
                    <td class="lines">{cell}</td>
                    {may_edit.then(|| view! { <td class="acts"></td> })}
                </tr>
            }
        })
    };
    let row = move |contact: Contact| {
        if drafts::was_open(&format!("contact:{}", contact.id)) {
            editing.set(Some(Some(contact.clone())));
        }
        let details = contact.details.clone();
        let (edit, remove) = (words::edit_named(&details.name), words::remove_named(&details.name));
        let invite = Target::Contact(contact.clone());
        if drafts::was_open(&format!("invite:{}", invite.key(id))) && inviting.with_untracked(Option::is_none) {
            inviting.set(Some(invite.clone()));
        }
        let cell = portal_cell(invite, Some(contact.id), contact.details.email.is_some(), details.name.clone());
        let (to_edit, to_remove) = (contact.clone(), contact);
        let actions = may_edit.then(|| {
            view! {
                <td class="acts">
                    <button type="button" class="icon-button" aria-label=edit.clone() title=edit
                        on:click=move |_| editing.set(Some(Some(to_edit.clone())))><Icon name="pencil"/></button>
                    <button type="button" class="icon-button" aria-label=remove.clone() title=remove
                        on:click=move |_| removing.set(Some(to_remove.clone()))><Icon name="trash-2"/></button>
                </td>
            }
        });
        let email = details.email.map(|email| email.as_str().to_owned()).unwrap_or_default();
        let shown = email.clone();
        view! {
            <tr>
                <th scope="row" class="long" dir="auto" title=details.name.clone()>{details.name.clone()}</th>
                <td dir="auto">{details.relationship}</td>
                <td class="long" title=email>{words::or_none(shown)}</td>
                <td class="number lesser">{words::or_none(details.phone)}</td>
                <td class="lesser">{details.emergency.then(|| view! { <span class="badge badge-warn">{words::EMERGENCY}</span> })}</td>
                <td class="lines">{cell}</td>
                {actions}
            </tr>
        }
    };
    let add: Children = Box::new(move || {
        may_edit
            .then(|| view! { <Button icon="plus" press=move |_| editing.set(Some(None))>{words::ADD_CONTACT}</Button> })
            .into_any()
    });
    view! {
        <div class="stack">
        <Card title=words::CONTACTS id="contacts" actions=add>
            {contacts.view(4, move |list| {
                let mut columns = vec![
                    column(words::NAME), column(words::RELATIONSHIP), column(words::EMAIL), lesser(words::PHONE), lesser(words::EMERGENCY_CONTACT),
                    column(words::PORTAL),
                ];
                if may_edit {
                    columns.push(acts(words::ACTIONS));
                }
                let none = list.is_empty();
                let rows: Vec<_> = list.into_iter().map(row).collect();
                view! {
                    <Table caption=words::CONTACTS columns=columns>{own}{rows}</Table>
                    {none.then(|| view! { <p class="card-text">{words::NO_CONTACTS}</p> })}
                }.into_any()
            })}
        </Card>
        <PortalUsers id=id users=users may_change=may_edit may_invite=may_invite inviting=inviting/>
        </div>
        {move || editing.get().map(|contact| view! {
            <Edit
                id=id
                contact=contact
                on_close=move |look_again: bool| {
                    editing.set(None);
                    if look_again {
                        contacts.again();
                        users.again();
                    }
                }
            />
        })}
        {move || removing.get().map(|contact| {
            let (key, version) = (contact.id, contact.version);
            let name = contact.details.name;
            view! {
                <Confirm
                    title=words::remove_contact(&name)
                    text=words::REMOVE_CONTACT_TEXT
                    button=words::REMOVE_CONTACT
                    danger=true
                    act=move || api::patients::remove_contact(id, key, version)
                    on_close=move |done| {
                        removing.set(None);
                        if done {
                            desk.toasts.say(words::CONTACT_REMOVED);
                        }
                        // Given up, too: somebody else may have changed it meanwhile.
                        contacts.again();
                        users.again();
                    }
                />
            }
        })}
    }
}

fn fields(form: ContactForm) -> Values {
    vec![
        ("name", form.name),
        ("relationship", form.relationship),
        ("email", form.email),
        ("phone", form.phone),
        ("emergency", form.emergency),
    ]
}

/// The dialog that adds or changes a contact.
#[component]
fn Edit(
    id: PatientId,
    contact: Option<Contact>,
    on_close: impl Fn(bool) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let key = contact.as_ref().map(|contact| contact.id);
    let version = contact.as_ref().map_or(0, |contact| contact.version);
    let about = key.map_or_else(|| format!("{id}/new"), |key| key.to_string());
    let start = contact.map(|contact| ContactForm::of(&contact.details)).unwrap_or_default();
    let form = Form::versioned("contact", &about, version, fields(start));
    form.follow(move || async move {
        let contacts = api::patients::contacts(id).await?;
        let newer = contacts.into_iter().find(|contact| Some(contact.id) == key);
        Ok(newer.map(|contact| (contact.version, fields(ContactForm::of(&contact.details)))))
    });
    // After a look at the newer version the list behind is old.
    let close = move |saved: bool| on_close(saved || form.version() != version);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = ContactForm {
            name: form.value("name"),
            relationship: form.value("relationship"),
            email: form.value("email"),
            phone: form.value("phone"),
            emergency: form.value("emergency"),
        };
        let version = form.version();
        let ask = async move {
            match key {
                Some(key) => api::patients::save_contact(id, key, version, typed).await,
                None => api::patients::add_contact(id, typed).await.map(|_| ()),
            }
        };
        form.send(ask, move |()| {
            desk.toasts.say(words::SAVED);
            on_close(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        close(false);
    };
    let title = if key.is_some() { words::EDIT_CONTACT } else { words::ADD_CONTACT };
    let name = Line { longest: limits::NAME, ..Line::default() };
    view! {
        <Dialog title=title id="edit-contact" on_close=move |()| close(false)>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {form.text("name", words::NAME, name.required())}
                    {form.text("relationship", words::RELATIONSHIP, Line { longest: 60, ..Line::default() }.required().hint(words::RELATIONSHIP_HINT))}
                    {form.text("email", words::EMAIL, Line::of("email"))}
                    {form.text("phone", words::PHONE, Line::of("tel"))}
                    {form.tick("emergency", words::EMERGENCY_TICK, "")}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
