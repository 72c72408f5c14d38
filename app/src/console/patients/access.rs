//! Who was invited to the patient's portal, and what became of it (B-06); for those who manage access also which
//! practitioners belong to the patient.

use domain::{
    ids::{InvitationId, PatientId},
    invitation::{InvitationRow, State},
    patient::ProfileRights,
};
use leptos::{prelude::*, task::spawn_local};

use super::{invite::Target, practitioners};
use crate::{
    api,
    components::{Button, Card, Empty, Icon, Kind, Table, When, acts, column, lesser},
    console::{confirm::Confirm, desk::use_desk, load::Pages, words},
};

/// The Access tab.
#[component]
pub fn Access(
    id: PatientId,
    /// Counts the invitations made in the dialog.
    invited: RwSignal<u32>,
    inviting: RwSignal<Option<Target>>,
    may: Memo<ProfileRights>,
    changed: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let pages = Pages::new();
    let look = move |after: bool, by_itself: bool| {
        let page = if after { pages.following() } else { pages.first() };
        pages.take(after, api::refresh(by_itself, api::invitations::list(id, page)));
    };
    let ask = move |after: bool| look(after, false);
    let rung = desk.rung_about(id);
    Effect::new(move || {
        invited.track();
        look(false, rung.again());
    });
    let revoking = RwSignal::new(None::<(InvitationId, String)>);
    let sending = RwSignal::new(None::<InvitationId>);
    let resend = move |invitation: InvitationId, email: String| {
        if sending.get_untracked().is_some() {
            return;
        }
        sending.set(Some(invitation));
        spawn_local(async move {
            let answer = api::invitations::resend(id, invitation).await;
            let _ = sending.try_set(None);
            match answer {
                Ok(()) => {
                    desk.toasts.say(words::sent_again(&email));
                    ask(false);
                    changed();
                }
                Err(error) => {
                    desk.failed(&error);
                    desk.toasts.say(words::error(&error));
                    ask(false);
                }
            }
        });
    };
    let row = move |row: InvitationRow| {
        let InvitationRow {
            id,
            email,
            inviter,
            by_family,
            invited_at,
            expires_at,
            links,
            state,
            failure,
            may_resend,
            may_revoke,
            ..
        } = row;
        let shown = if email.is_empty() { words::HIDDEN.to_owned() } else { email };
        let (again, back) = (shown.clone(), shown.clone());
        let expiry = matches!(state, State::Queued | State::Sent(_) | State::Opened(_) | State::Failed(_));
        let (resend_name, revoke_name) = (words::resend_to(&shown), words::revoke_of(&shown));
        view! {
            <tr>
                <th scope="row">{shown}</th>
                <td class="wrap">
                    {badge(state)}
                    {failure.map(|failure| view! { <span class="muted">{words::failure(failure)}</span> })}
                    {(links > 1).then(|| view! { <span class="muted">{words::links(links)}</span> })}
                </td>
                <td class="lesser"><When at=invited_at/>{(!inviter.is_empty()).then(|| view! { <span class="muted" dir="auto">{words::by(&inviter)}</span> })}{by_family.then(|| view! { <span class="muted">{words::A_PORTAL_USER}</span> })}</td>
                <td class="lesser">{if expiry {
                    view! { <When at=expires_at/> }.into_any()
                } else {
                    view! { <span class="muted">{words::NONE}</span> }.into_any()
                }}</td>
                <td class="acts">
                    {may_resend.then(|| view! {
                        <Button
                            kind=Kind::Quiet
                            icon="refresh-cw"
                            busy=Signal::derive(move || sending.get() == Some(id))
                            name=resend_name
                            press=move |_| resend(id, again.clone())
                        >{words::RESEND}</Button>
                    })}
                    {may_revoke.then(|| view! {
                        <Button
                            kind=Kind::Quiet
                            icon="ban"
                            name=revoke_name
                            press=move |_| revoking.set(Some((id, back.clone())))
                        >{words::REVOKE}</Button>
                    })}
                </td>
            </tr>
        }
    };
    let draw = move |rows: Vec<InvitationRow>| {
        if rows.is_empty() {
            return view! {
                <Empty title=words::NOBODY_INVITED>
                    <p>{words::NOBODY_INVITED_TEXT}</p>
                    {may.get().invite.then(|| view! {
                        <Button kind=Kind::Main icon="send" press=move |_| inviting.set(Some(Target::Patient))>{words::INVITE_TO_PORTAL}</Button>
                    })}
                </Empty>
            }
            .into_any();
        }
        let columns = vec![
            column(words::EMAIL),
            column(words::STATE),
            lesser(words::INVITED),
            lesser(words::LINK_EXPIRES),
            acts(words::ACTIONS),
        ];
        let rows: Vec<_> = rows.into_iter().map(row).collect();
        view! { <Table caption=words::INVITATIONS columns=columns>{rows}</Table> }.into_any()
    };
    let start = desk.start().may;
    let manage = start.manage && !start.names_hidden;
    view! {
        <div class="stack">
            <Card title=words::INVITATIONS id="invitations">
                <p class="card-text">
                    {words::INVITATIONS_TEXT}" "<a href="/console/settings/handout">{words::HANDOUT_LINK}</a>
                </p>
                {pages.view(3, ask, draw)}
            </Card>
            {manage.then(|| practitioners::section(id))}
            {start.view_history.then(|| view! {
                <p><a href=format!("/console/history?patient={id}")>{words::WHAT_WAS_DONE}</a></p>
            })}
        </div>
        {move || revoking.get().map(|(invitation, email)| view! {
            <Confirm
                title=words::revoke(&email)
                text=words::REVOKE_TEXT
                button=words::REVOKE_BUTTON
                danger=true
                act=move || api::invitations::revoke(id, invitation)
                on_close=move |done| {
                    revoking.set(None);
                    if done {
                        desk.toasts.say(words::REVOKED);
                        desk.patients_changed();
                        ask(false);
                        changed();
                    }
                }
            />
        })}
    }
}

/// Where an invitation stands: an icon, a word, and when.
pub fn badge(state: State) -> AnyView {
    let (class, icon, at) = match state {
        State::Queued => ("badge badge-info", "clock", None),
        State::Sent(at) => ("badge badge-info", "mail", Some(at)),
        State::Failed(at) => ("badge badge-danger", "mail-x", Some(at)),
        State::Opened(at) => ("badge badge-info", "eye", Some(at)),
        State::Activated(at) => ("badge badge-good", "user-check", Some(at)),
        State::Expired(at) => ("badge badge-warn", "clock", Some(at)),
        State::Revoked(at) => ("badge", "ban", Some(at)),
    };
    view! {
        <span class=class><Icon name=icon/>{words::state(state)}</span>
        {at.map(|at| view! { <span class="muted"><When at=at/></span> })}
    }
    .into_any()
}
