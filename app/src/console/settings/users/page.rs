//! One user: what is known of them, how far their access reaches and why, and ending it (S4-03, S4-15).

use domain::{
    error::Conflict,
    ids::UserId,
    location::Location,
    user::{AccessSettings, UserForm, UserPage, UserState},
};
use leptos::prelude::*;

use super::{super::NotForYou, explain, fields};
use crate::{
    api,
    components::{Button, Card, Dialog, Empty, Kind, LinkButton, Notice, When},
    console::{
        confirm::Confirm,
        desk::use_desk,
        drafts,
        form::{Form, Values},
        frame::Head,
        load::{Load, load},
        words,
    },
    error::AppError,
};

/// A user, and the places there are.
type Shown = (UserPage, Vec<Location>);

/// What can be done about a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    End,
    TakeBack,
    GiveBack,
    AskAgain,
}

impl Turn {
    /// What can be done from a state.
    const fn of(state: UserState) -> Self {
        match state {
            UserState::Active => Self::End,
            UserState::Invited => Self::TakeBack,
            UserState::Deactivated => Self::GiveBack,
            UserState::Rejected => Self::AskAgain,
        }
    }

    /// What it means, the button that does it, and what is said when it is done.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::End => (words::DEACTIVATE_TEXT, words::DEACTIVATE, words::DEACTIVATED),
            Self::TakeBack => (words::TAKE_BACK_TEXT, words::TAKE_BACK, words::TAKEN_BACK),
            Self::GiveBack => (words::REACTIVATE_TEXT, words::REACTIVATE, words::REACTIVATED),
            Self::AskAgain => (words::ASK_AGAIN_TEXT, words::ASK_AGAIN, words::ASKED_AGAIN),
        }
    }

    const fn takes_away(self) -> bool {
        matches!(self, Self::End | Self::TakeBack)
    }

    async fn act(self, id: UserId, version: i64) -> Result<(), AppError> {
        match self {
            Self::End | Self::TakeBack => api::users::deactivate(id, version).await,
            Self::GiveBack => api::users::reactivate(id, version).await,
            Self::AskAgain => api::users::invite_again(id, version).await,
        }
    }
}

/// The page.
#[component]
pub fn User(id: UserId) -> impl IntoView {
    let desk = use_desk();
    if !desk.start().may.manage {
        return view! { <NotForYou/> }.into_any();
    }
    let page = load(move || async move { Ok((api::users::page(id).await?, api::locations::list().await?)) });
    let shown = page.value();
    let editing = RwSignal::new(drafts::was_open(&format!("user:{id}")));
    let turning = RwSignal::new(None::<(Turn, String)>);
    let gone = Memo::new(move |_| page.failure().with(|error| *error == Some(AppError::NotFound)));
    let there = Memo::new(move |_| shown.with(Option::is_some));
    let version = Memo::new(move |_| shown.with(|shown| shown.as_ref().map_or(0, |(page, _)| page.user.version)));
    view! {
        {move || if gone.get() {
            view! {
                <Head title=words::NO_SUCH_USER up=UP/>
                <Empty title=words::NO_SUCH_USER_TEXT>
                    <LinkButton href="/console/settings/users">{words::ALL_USERS}</LinkButton>
                </Empty>
            }.into_any()
        } else {
            view! {
                {page.title(UP)}
                {page.view(6, move |shown| facts(shown, editing, turning))}
                {move || there.get().then(|| view! {
                    <div class="profile-sheet">{explain::of_user(id, version.into())}</div>
                })}
            }.into_any()
        }}
        // Also when the page comes after the wish to edit: a dialog that was open when the session ended is open again.
        {move || (editing.get() && there.get()).then(|| shown.get_untracked().map(|shown| edit(shown, page, editing)))}
        {move || turning.get().map(|(turn, name)| {
            let (text, button, done) = turn.words();
            view! {
                <Confirm
                    title=words::turn_of(button, &name)
                    text=text
                    button=button
                    danger=turn.takes_away()
                    // The version that is shown by then: one's own change of a moment ago is none of somebody else's.
                    act=move || turn.act(id, version.get_untracked())
                    on_close=move |is_done: bool| {
                        turning.set(None);
                        if is_done {
                            desk.toasts.say(done);
                        }
                        // After a no the page may be old as well: somebody else may have been quicker.
                        page.again();
                    }
                />
            }
        })}
    }
    .into_any()
}

/// One level up.
const UP: (&str, &str) = ("/console/settings/users", words::USERS);

fn facts(shown: Shown, editing: RwSignal<bool>, turning: RwSignal<Option<(Turn, String)>>) -> AnyView {
    let (UserPage { user, email, locations: own_places, own, last_full, temporary_password }, places) = shown;
    let name = user.name.shown();
    let state = user.state;
    let beside = Box::new(move || {
        view! {
            {words::user_state_badge(state, temporary_password)}
            {own.then(|| view! { <span class="badge">{words::YOU}</span> })}
        }
        .into_any()
    });
    let history = use_desk().start().may.view_history.then(|| format!("/console/history?user={}", user.id));
    let under = Box::new(move || {
        view! {
            <span class="muted">{words::role_and_level(user.level)}</span>
            {history.map(|to| view! { <a href=to>{words::WHAT_THEY_DID}</a> })}
        }
        .into_any()
    });
    let action = Box::new(move || {
        view! { <Button icon="pencil" press=move |_| editing.set(true)>{words::EDIT}</Button> }.into_any()
    });
    let at = places.into_iter().filter(|place| own_places.contains(&place.id)).map(|place| place.name);
    let at = at.collect::<Vec<_>>().join(", ");
    let turn = Turn::of(state);
    let (text, button, _) = turn.words();
    // What stands in the way is said beside the button, not only after it.
    let in_the_way = match turn {
        Turn::End if last_full => Some(Conflict::LastFull),
        Turn::End if own => Some(Conflict::Yourself),
        Turn::End if user.level.is_full() => Some(Conflict::LowerFirst),
        _ => None,
    };
    let why = in_the_way.map_or(text, crate::words::conflict);
    let kind = if turn.takes_away() { Kind::Danger } else { Kind::Plain };
    let (title, whom) = (name.clone(), name.clone());
    view! {
        <Head title=title up=UP beside=beside under=under action=action/>
        <div class="cards">
            <Card title=words::ABOUT_USER id="about-user">
                <dl class="facts">
                    {words::fact(words::NAME, &name)}
                    {words::fact(words::ROLE, words::role(user.level.role()))}
                    {words::fact(words::PROFESSION, &user.profession)}
                    {(!user.registration.is_empty()).then(|| words::fact(words::REGISTRATION, &user.registration))}
                    {words::linked_fact(words::EMAIL, email, "mailto:")}
                    {words::fact(words::LOCATIONS, &at)}
                </dl>
            </Card>
            <div class="cards-column">
                <Card title=words::ACCESS id="access">
                    <dl class="facts">
                        {words::fact(words::ACCESS_LEVEL, words::level(user.level))}
                        {words::fact(words::WHICH_MEANS, words::level_about(user.level))}
                        {words::settings_fact(user.settings)}
                    </dl>
                </Card>
                <Card title=words::MEMBERSHIP id="membership">
                    <dl class="facts">
                        <div><dt>{words::STATE}</dt><dd>{words::user_state(state)}</dd></div>
                        <div><dt>{words::SINCE}</dt><dd><When at=user.since/></dd></div>
                        {temporary_password.then(|| words::fact(words::PASSWORD, words::STILL_TEMPORARY))}
                    </dl>
                    <p class="card-text card-end">{why}</p>
                    <Button
                        kind=kind
                        disabled=in_the_way.is_some()
                        press=move |_| turning.set(Some((turn, whom.clone())))
                    >{button}</Button>
                </Card>
            </div>
        </div>
    }
    .into_any()
}

/// The dialog that changes details and access. One's own access is for somebody else to change.
fn edit(shown: Shown, page: Load<Shown>, editing: RwSignal<bool>) -> AnyView {
    let desk = use_desk();
    let (UserPage { user, locations, own, .. }, places) = shown;
    let (id, role) = (user.id, user.level.role());
    let (level, settings) = (user.level, user.settings);
    let of = |page: UserPage| -> (i64, Values) {
        (page.user.version, fields::values(UserForm::of(&page.user, page.locations)))
    };
    let version = user.version;
    let form = Form::versioned("user", &id.to_string(), version, fields::values(UserForm::of(&user, locations)));
    form.follow(move || async move { api::users::page(id).await.map(|newer| Some(of(newer))) });
    // After a look at the newer version the page behind is old.
    let close = move || {
        if form.version() != version {
            page.again();
        }
        editing.set(false);
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(api::users::save(id, form.version(), fields::typed(form)), move |()| {
            desk.toasts.say(words::SAVED);
            page.again();
            editing.set(false);
        });
    };
    let give_up = move |_| {
        form.discard();
        close();
    };
    let access = if own {
        view! {
            <fieldset class="fieldset">
                <legend>{words::ACCESS}</legend>
                <Notice><p>{words::OWN_ACCESS}</p></Notice>
                <dl class="facts">
                    {words::fact(words::ACCESS_LEVEL, words::level(level))}
                    {words::settings_fact(AccessSettings::of(settings, role))}
                </dl>
            </fieldset>
        }
        .into_any()
    } else {
        fields::access(form, role)
    };
    view! {
        <Dialog title=words::EDIT_USER id="edit-user" wide=true on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    {fields::name(form)}
                    {fields::work(form, role)}
                    {access}
                    {fields::places(form, &places)}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
