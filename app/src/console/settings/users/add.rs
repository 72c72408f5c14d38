//! The dialog that adds a user (S4-17 to S4-31).

use domain::{
    location::Location,
    user::{Added, Level, NewUserForm, Role, UserForm},
};
use leptos::prelude::*;

use super::fields;
use crate::{
    api,
    components::{Button, Choice, Dialog, Kind, PasswordField, focus_first_field},
    console::{
        desk::use_desk,
        form::{Form, Line},
        load::load,
        words,
    },
};

/// The name of what was typed in it, as it is kept.
pub const DRAFT: &str = "user:new";

/// The dialog. `on_close` is told whether somebody was added.
pub fn dialog(on_close: Callback<bool>) -> AnyView {
    let locations = load(api::locations::list);
    view! {
        <Dialog title=words::ADD_USER id="add-user" wide=true on_close=move |()| on_close.run(false)>
            {locations.view(8, move |locations| form(&locations, on_close))}
        </Dialog>
    }
    .into_any()
}

/// The least that a role may do: what is not chosen is not given.
const fn least(role: Role) -> Level {
    match role {
        Role::Practitioner => Level::Personal,
        Role::Administrator => Level::CalendarContacts,
    }
}

fn form(locations: &[Location], on_close: Callback<bool>) -> AnyView {
    let desk = use_desk();
    let first = UserForm {
        level: least(Role::Practitioner).code().to_owned(),
        // Where there is one place only, there is nothing to choose.
        locations: if let [only] = locations { vec![only.id] } else { Vec::new() },
        ..UserForm::default()
    };
    let mut start =
        vec![("role", Role::Practitioner.code().to_owned()), ("email", String::new()), ("email_again", String::new())];
    start.extend(fields::values(first));
    let form = Form::new("user", "new", start);
    // Not among the fields: what is typed there is kept on the device, and a password never is.
    let password = RwSignal::new(String::new());
    let again = RwSignal::new(String::new());
    form.answers("password", password);
    form.answers("password_again", again);
    let code = form.field("role");
    let role = Memo::new(move |_| code.with(|code| Role::from_code(code)).unwrap_or(Role::Administrator));
    // Another role has other professions and levels.
    Effect::new(move |before: Option<Role>| {
        let role = role.get();
        if before.is_some_and(|before| before != role) {
            form.field("profession").set(String::new());
            form.field("level").set(least(role).code().to_owned());
        }
        role
    });
    Effect::new(move || request_animation_frame(focus_first_field));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = NewUserForm {
            role: form.value("role"),
            email: form.value("email"),
            email_again: form.value("email_again"),
            user: fields::typed(form),
        };
        let name = format!("{} {}", typed.user.first_name.trim(), typed.user.last_name.trim());
        let ask = api::users::add(typed, password.get_untracked(), again.get_untracked());
        form.send(ask, move |added| {
            desk.toasts.say(match added {
                Added::Joined(_) => words::user_added(&name),
                Added::Invited(_) => words::user_asked(&name),
            });
            on_close.run(true);
        });
    };
    let give_up = move |_| {
        form.discard();
        on_close.run(false);
    };
    let roles = Role::ALL.into_iter().map(|role| Choice::new(role.code(), words::role(role))).collect();
    view! {
        <form class=form.class() novalidate on:submit=send>
            <div class="dialog-body">
                {form.notices()}
                {fields::name(form)}
                {form.select("role", words::ROLE, roles, words::ROLE_HINT)}
                {move || fields::work(form, role.get())}
                <fieldset class="fieldset">
                    <legend>{words::SIGN_IN}</legend>
                    <div class="fields-pair">
                        {form.text("email", words::EMAIL, Line::of("email").required())}
                        {form.text("email_again", words::EMAIL_AGAIN, Line::of("email").required())}
                        <PasswordField
                            name="password"
                            id=form.id("password")
                            label=words::TEMPORARY_PASSWORD
                            new=true
                            optional=true
                            unmarked=true
                            bind=password
                            hint=words::TEMPORARY_PASSWORD_HINT
                            error=form.problem("password")
                        />
                        <PasswordField
                            name="password_again"
                            id=form.id("password_again")
                            label=words::TEMPORARY_PASSWORD_AGAIN
                            new=true
                            optional=true
                            unmarked=true
                            bind=again
                            error=form.problem("password_again")
                        />
                    </div>
                </fieldset>
                {move || fields::access(form, role.get())}
                {fields::places(form, locations)}
            </div>
            <footer class="dialog-foot">
                <Button press=give_up>{words::CANCEL}</Button>
                <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
            </footer>
        </form>
    }
    .into_any()
}
