//! A patient's profile: the name, under it the way to the portal, and the tabs.

use domain::{
    ids::PatientId,
    patient::{PortalState, Profile as Record, ProfileRights},
};
use leptos::prelude::*;

use super::{
    access::Access,
    contacts::Contacts,
    emergency::{OpenRecord, OpenedNotice},
    forms::Forms,
    invite::{Invite, Target},
    portal_users::PortalSettings,
    summary::Summary,
    updates::Updates,
};
use crate::{
    api,
    components::{Empty, Icon, LinkButton, Tabs},
    console::{
        desk::use_desk,
        drafts,
        frame::Head,
        load::load,
        nav::{self, Tab},
        pages, proof, words,
    },
    error::AppError,
};

const UP: (&str, &str) = ("/console/patients", words::PATIENTS);

/// The profile.
#[component]
pub fn Profile(id: PatientId) -> impl IntoView {
    let desk = use_desk();
    let rung = desk.rung_about(id);
    // A look that no person asked for keeps no session open.
    let by_itself = StoredValue::new(false);
    let profile = load(move || {
        let rang = rung.again();
        let by_itself = by_itself.try_update_value(std::mem::take).unwrap_or_default();
        api::refresh(rang || by_itself, api::patients::profile(id))
    });
    let look_again = move || {
        by_itself.set_value(true);
        profile.again();
    };
    let record = profile.value();
    let inviting = RwSignal::new(drafts::was_open(&format!("invite:{id}")).then_some(Target::Patient));
    let settings = RwSignal::new(false);
    // Counts the invitations made here: the list of them looks again.
    let invited = RwSignal::new(0_u32);
    let ready = Memo::new(move |_| record.with(Option::is_some));
    let may = Memo::new(move |_| record.with(|record| record.as_ref().map(|record| record.may)).unwrap_or_default());
    let path = Signal::derive(move || desk.nav.path());
    let tab = Memo::new(move |_| Tab::of(&path.get()));
    let note = Memo::new(move |_| nav::at(&path.get()));
    let document = Memo::new(move |_| nav::at(&path.get()));
    let activity = Memo::new(move |_| nav::at(&path.get()));

    let names_hidden = desk.start().may.names_hidden;
    let waiting = Memo::new(move |_| record.with(|record| record.as_ref().map_or(0, |record| record.updates)));
    let tabs = move || {
        ready.get().then(|| {
            let mut tabs = vec![(nav::patient(id, Tab::Summary), words::SUMMARY.to_owned())];
            // Contacts are people with names.
            if !names_hidden {
                tabs.push((nav::patient(id, Tab::Contacts), words::CONTACTS.to_owned()));
            }
            if may.get().see_notes {
                tabs.push((nav::patient(id, Tab::Notes), words::NOTES.to_owned()));
            }
            tabs.push((nav::patient(id, Tab::Documents), words::DOCUMENTS.to_owned()));
            if may.get().see_activities {
                tabs.push((nav::patient(id, Tab::Activities), words::ACTIVITIES.to_owned()));
            }
            tabs.push((nav::patient(id, Tab::Forms), words::FORMS.to_owned()));
            if !names_hidden {
                tabs.push((nav::patient(id, Tab::Updates), words::updates_tab(waiting.get())));
            }
            if may.get().see_access {
                tabs.push((nav::patient(id, Tab::Access), words::ACCESS.to_owned()));
            }
            // One note stands on the tab of all.
            let current = Signal::derive(move || nav::patient(id, tab.get()));
            view! { <Tabs label=words::PROFILE_TABS tabs=tabs current=current/> }
        })
    };
    let emergency = Memo::new(move |_| record.with(|record| record.as_ref().and_then(|record| record.emergency)));
    let opening = RwSignal::new(drafts::was_open(&format!("emergency:{id}")));
    // What is shown on a tab is drawn anew only when these change, not with every look at the record: when an emergency is over,
    // what it opened goes.
    let reach = Memo::new(move |_| {
        may.with(|ProfileRights { edit, see_access, .. }| (*edit, *see_access, emergency.get().is_some()))
    });
    let sheet = move || {
        let (edit, see_access, _) = reach.get();
        ready.get().then(|| match tab.get() {
            Tab::Summary => view! { <Summary id=id profile=profile may_edit=edit/> }.into_any(),
            Tab::Contacts | Tab::Updates if names_hidden => view! { <Empty title=words::NAMES_HIDDEN><p>{words::NAMES_HIDDEN_TEXT}</p></Empty> }.into_any(),
            Tab::Contacts => view! { <Contacts id=id profile=profile may_edit=edit inviting=inviting invited=invited/> }.into_any(),
            Tab::Notes if may.with_untracked(|may| may.see_notes) => pages::notes_tab(id, note.get()),
            Tab::Notes => view! { <Empty title=words::NOT_FOR_YOU><p>{crate::words::refusal(domain::error::Refusal::Level)}</p></Empty> }.into_any(),
            Tab::Documents => pages::documents_tab(id, document.get(), may.with_untracked(|may| may.see_documents)),
            Tab::Activities if may.with_untracked(|may| may.see_activities) => pages::activities_tab(id, activity.get()),
            Tab::Activities => view! { <Empty title=words::NOT_FOR_YOU><p>{words::ACTIVITIES_NOT_SEEN}</p></Empty> }.into_any(),
            Tab::Forms => view! { <Forms id=id may_send=edit/> }.into_any(),
            Tab::Updates => view! { <Updates id=id profile=profile/> }.into_any(),
            Tab::Access if see_access => view! { <Access id=id invited=invited inviting=inviting may=may changed=move || profile.again()/> }.into_any(),
            Tab::Access => view! { <Empty title=words::NOT_FOR_YOU><p>{crate::words::refusal(domain::error::Refusal::Level)}</p></Empty> }.into_any(),
        })
    };
    // As memo: a look that succeeds must not draw the whole page anew, and with it ask everything again.
    let gone = Memo::new(move |_| profile.failure().with(|error| *error == Some(AppError::NotFound)));
    // What an emergency opened does not stay when it is over and nobody can be asked whether it is.
    let over = Memo::new(move |_| {
        emergency.get().is_some_and(|until| desk.clock.is_past(until)) && profile.failure().with(Option::is_some)
    });
    let asked = Memo::new(move |_| profile.failure().with(|error| *error == Some(AppError::StepUp)));
    view! {
        {move || if gone.get() {
            view! { <NoSuchPatient/> }.into_any()
        } else if asked.get() {
            proof::before_showing(move || profile.again())
        } else if over.get() {
            profile.view(4, |_| ().into_any()).into_any()
        } else {
            view! {
                <div class="profile">
                    {profile.title(UP)}
                    {profile.view(4, move |record| view! { <Header record=record inviting=inviting settings=settings opening=opening/> }.into_any())}
                    {move || emergency.get().map(|until| view! { <OpenedNotice id=id until=until closed=move || profile.again() over=look_again/> })}
                    {tabs}
                    <div class="profile-sheet">{sheet}</div>
                </div>
            }.into_any()
        }}
        {move || (settings.get() && !gone.get()).then(|| view! {
            <PortalSettings
                id=id
                may_change=may.get_untracked().edit
                may_invite=Signal::derive(move || may.get().invite)
                inviting=inviting
                on_close=move || {
                    settings.set(false);
                    profile.again();
                    invited.update(|invited| *invited += 1);
                }
            />
        })}
        {move || opening.get().then(|| view! {
            <OpenRecord id=id on_close=move |done| {
                opening.set(false);
                if done {
                    profile.again();
                }
            }/>
        })}
        {move || inviting.get().map(|target| view! {
            <Invite
                id=id
                target=target
                on_close=move |sent: bool| {
                    inviting.set(None);
                    if sent {
                        desk.nobody_invited.set(false);
                        desk.patients_changed();
                        profile.again();
                        invited.update(|invited| *invited += 1);
                    }
                }
            />
        })}
    }
}

/// The name, the state, and under the name the way to the portal (S1-06, S1-15).
#[component]
fn Header(
    record: Record,
    inviting: RwSignal<Option<Target>>,
    settings: RwSignal<bool>,
    opening: RwSignal<bool>,
) -> impl IntoView {
    let names_hidden = use_desk().start().may.names_hidden;
    let Record { id, shown, age, status, portal, may, details, .. } = record;
    let legal = details.filter(|details| !details.name.preferred.is_empty()).map(|details| {
        let name = &details.name;
        words::legal_name(&format!("{} {}", name.legal_first, name.legal_last))
    });
    let beside = Box::new(move || {
        view! {
            {words::status_badge(status)}
            {age.map(|age| view! { <span class="muted">{words::age(age)}</span> })}
            {legal.map(|legal| view! { <span class="muted" dir="auto">{legal}</span> })}
        }
        .into_any()
    });
    let access = nav::patient(id, Tab::Access);
    let badge = match portal {
        PortalState::None => None,
        PortalState::Invited => Some(("badge badge-info", "mail", words::INVITED_TO_PORTAL)),
        PortalState::Activated => Some(("badge badge-good", "user-check", words::USES_PORTAL)),
    };
    let link = match portal {
        _ if !may.invite => None,
        // Whoever was invited: the dialog says when it is the patient.
        PortalState::None | PortalState::Invited => Some(words::INVITE_TO_PORTAL),
        PortalState::Activated => None,
    };
    let under = Box::new(move || {
        view! {
            {badge.map(|(class, icon, text)| if may.see_access {
                view! { <a class=class href=access><Icon name=icon/>{text}</a> }.into_any()
            } else {
                view! { <span class=class><Icon name=icon/>{text}</span> }.into_any()
            })}
            {link.map(|text| view! {
                <button type="button" class="link-button" on:click=move |_| inviting.set(Some(Target::Patient))>
                    <Icon name="send"/>
                    {text}
                </button>
            })}
            // S2-18
            {(portal == PortalState::Activated && may.see_access && !names_hidden).then(|| view! {
                <button type="button" class="link-button" on:click=move |_| settings.set(true)>
                    <Icon name="settings"/>
                    {words::PORTAL_SETTINGS}
                </button>
            })}
            {may.emergency.then(|| view! {
                <button type="button" class="link-button" on:click=move |_| opening.set(true)>
                    <Icon name="triangle-alert"/>
                    {words::EMERGENCY_ACCESS}
                </button>
            })}
        }
        .into_any()
    });
    view! { <Head title=shown up=UP beside=beside under=under/> }
}

/// Not there, or not for this user.
#[component]
fn NoSuchPatient() -> impl IntoView {
    let emergency = use_desk().start().may.emergency;
    view! {
        <Head title=words::NO_SUCH_PATIENT/>
        <Empty title=words::NO_SUCH_PATIENT_TEXT>
            <LinkButton href="/console/patients">{words::ALL_PATIENTS}</LinkButton>
            {emergency.then(|| view! {
                <p>{words::IS_IT_AN_EMERGENCY}" "<a href="/console/emergency">{words::EMERGENCY_ACCESS}</a></p>
            })}
        </Empty>
    }
}
