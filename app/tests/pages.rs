//! Every page the server renders, drawn from made-up data: what each must have is checked on all of them. With
//! `PREVIEW=folder` they are written there, to be looked at in a browser.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{collections::BTreeMap, sync::Arc};

use app::{
    account::{
        ForgotPassword, FreshLinkSent, LinkSent, SignIn, invitation::InvitationView, new_password::NewPasswordView,
        set_up::SetUpView, welcome::WelcomeView,
    },
    error::AppError,
    forms::Answer,
    help::{PatientHelp, PracticeHelp},
    portal::{
        AccessLogView, AccountView, ActivitiesView, ActivityView, ContactView, ContactsView, ConversationView,
        DetailsView, DocumentView, DocumentsView, FilesView, FormView, FormsView, HomeView, MessagesView, Place,
        PlaceView, ProfileHistoryView, StartView,
    },
    shell::{Assets, Trouble, Typed, console_shell, error_page},
};
use domain::{
    access_log::{AccessLog, Part, Visit, Visitor},
    account::{Device, Door},
    activity::{
        ActivityFile, ActivityText, OwnActivities, OwnActivity, OwnActivityRow, OwnDay, Schedule, Weekday, Weekdays,
    },
    audit::Action,
    chat::{
        Answering, Author, Message, Messages, OwnConversation, OwnConversationRow, OwnConversations, PortalPerson,
        Standing,
    },
    document::{DocumentText, DocumentType, OwnDocument, OwnDocumentRow, OwnDocuments},
    emergency::{self, EmergencyContact},
    error::{Conflict, Invalid, Problem, Refusal},
    file::{FileCategory, FileState, FileType, OwnFileRow, OwnFiles, Room},
    form::{
        self, Answered, Completeness, Definition, Filled, OwnForm, OwnFormRow, OwnForms, Question, Raw, RequestState,
        Section,
    },
    grant::{self, Kind, Reach, Role},
    ids::{PatientId, SessionId},
    invitation::LinkPage,
    page::Page as ListPage,
    profile_history::{ChangeRow, ProfileHistory, What},
    time::{Date, Span, Time},
    update::{Elsewhere, Field, Mode, OwnContact, OwnContacts, OwnField, OwnProfile, OwnState, OwnUpdate, Subject},
    user::{self, Level, Membership, Offer, Offers},
    views::{Lobby, PasswordLinkPage, PortalFrame, PortalRecord, PortalStart},
};
use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    location::RequestUrl,
    path,
};

const NOW: Time = Time::from_millis(1_795_500_000_000);
const DONE: &str = "/api/activities/done";
const NOT_DONE: &str = "/api/activities/not_done";
const SEND: &str = "/api/chat/own_send";
const ACKNOWLEDGE: &str = "/api/documents/acknowledge";
const EVIL: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";

fn patient(n: u128) -> PatientId {
    format!("pat_{n:032x}").parse().unwrap()
}

fn record(n: u128, shown: &str, practice: &str, kind: Kind) -> PortalRecord {
    let reach = Reach { role: Role::Edit, level: grant::Level::Clinical };
    let (shown, practice, manages) = (shown.into(), practice.into(), kind == Kind::Own);
    PortalRecord {
        patient: patient(n),
        grant: format!("gra_{n:032x}").parse().unwrap(),
        shown,
        practice,
        kind,
        reach,
        steps_down_on: None,
        last_day: None,
        manages,
        sees_log: manages,
    }
}

fn frame(records: Vec<PortalRecord>, greet: &str, phone: &str) -> PortalFrame {
    PortalFrame {
        record: records[0].clone(),
        asked_forms: 0,
        unread_notes: 0,
        unread_documents: 0,
        unconfirmed_documents: 0,
        unread_messages: 0,
        unread_activities: 0,
        due_activities: 0,
        unread_files: 0,
        answered_details: 0,
        answered_contacts: 0,
        practice_phone: phone.into(),
        greet: greet.into(),
        records,
        also_console: false,
    }
}

fn welcome(temporary_password: bool, offers: u128, groups: u128) -> AnyView {
    let user = |n: u128| format!("usr_{n:032x}").parse().unwrap();
    let offer = |n| Offer { user: user(n), group_name: format!("Clinic {n} {EVIL}"), level: Level::Clinical, at: NOW };
    let group =
        |n| Membership { user: user(n), group_name: "Hill Clinic".into(), profession: "Physiotherapist".into() };
    let lobby = Lobby {
        email: "noor@example.org".into(),
        temporary_password,
        offers: Offers { list: (0..offers).map(offer).collect(), unproven: false },
        groups: (0..groups).map(group).collect(),
    };
    view! { <WelcomeView lobby=lobby chosen=Answer::default() answered=Answer::default()/> }.into_any()
}

fn one() -> PortalFrame {
    frame(vec![record(1, "Amelia Okafor", "Harbour Street Practice", Kind::Own)], "Amelia", "02 5550 1234")
}

fn family() -> PortalFrame {
    frame(
        vec![
            record(2, "Noor Al-Rashid", "Harbour Street Practice", Kind::Contact),
            record(3, "لينا محمود الرشيد", "Harbour Street Practice", Kind::Own),
            record(
                4,
                "Maximiliane-Alexandra von Hohenstein-Wittgenstein",
                "Praxis für Physiotherapie und Osteopathie am Alten Rathausplatz",
                Kind::Other,
            ),
        ],
        "",
        "",
    )
}

fn device(n: u128, door: Door, agent: &str, minutes: u32, this_one: bool) -> Device {
    Device {
        id: format!("ses_{n:032x}").parse::<SessionId>().unwrap(),
        door,
        opened_at: NOW - Span::days(1),
        last_act_at: NOW - Span::minutes(minutes),
        idle: door.idle(),
        agent: agent.into(),
        this_one,
    }
}

fn devices() -> Vec<Device> {
    vec![
        device(
            1,
            Door::Portal,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
            0,
            true,
        ),
        device(2, Door::Portal, "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36", 75, false),
        device(3, Door::Console, "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Firefox/127.0", 3000, false),
    ]
}

fn refused(door: &str, values: &[(&str, &str)], error: AppError) {
    provide_context(Typed {
        door: door.to_owned(),
        values: values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        error,
    });
}

fn wrong(fields: &[(&str, Problem)]) -> AppError {
    let mut invalid = Invalid::default();
    for (field, problem) in fields {
        invalid.add(field, *problem);
    }
    AppError::Invalid(invalid)
}

fn link(page: LinkPage) -> AnyView {
    view! { <InvitationView page=page token="tok".to_owned() now=Some(NOW)/> }.into_any()
}

fn practice() -> (String, String) {
    ("Harbour Street Practice".to_owned(), "02 5550 1234".to_owned())
}

/// A form with a question of each kind, all of whose words try to be markup.
fn definition() -> Definition {
    let options = || vec![EVIL.to_owned(), "Other".to_owned()];
    let number = form::Kind::Number { least: "1".into(), most: "9".into(), unit: EVIL[..20].into() };
    let kinds = [
        form::Kind::Text,
        form::Kind::LongText,
        form::Kind::Choice { options: options() },
        form::Kind::Choices { options: options() },
        number,
        form::Kind::Date,
        form::Kind::YesNo,
        form::Kind::Signature,
    ];
    let question = |(n, kind)| Question {
        key: format!("q{n}"),
        label: format!("{n} {EVIL}"),
        help: EVIL.into(),
        required: n % 2 == 0,
        kind,
    };
    let questions = kinds.into_iter().enumerate().map(question).collect();
    Definition { sections: vec![Section { title: EVIL.into(), help: EVIL.into(), questions }] }
}

fn typed() -> Raw {
    let values = [EVIL, EVIL, EVIL, EVIL, "5", "2026-02-01", "yes", EVIL];
    values.iter().enumerate().map(|(n, value)| (format!("q{n}"), vec![(*value).to_owned()])).collect()
}

fn own_form(state: RequestState, draft: Raw, answers: Option<Vec<Answered>>) -> OwnForm {
    OwnForm {
        id: format!("frq_{:032x}", 1).parse().unwrap(),
        title: EVIL.into(),
        message: EVIL.into(),
        asked_at: NOW,
        state,
        definition: definition(),
        filled: Filled { draft, answers },
        may_answer: state.open().is_ok(),
        time_zone: "Australia/Sydney".into(),
    }
}

fn own_forms() -> OwnForms {
    let row = |state| OwnFormRow {
        id: format!("frq_{:032x}", 1).parse().unwrap(),
        title: EVIL.into(),
        message: EVIL.into(),
        asked_at: NOW,
        state,
    };
    OwnForms {
        asked: vec![row(RequestState::Asked), row(RequestState::Started { at: NOW })],
        returned: ListPage { rows: vec![row(RequestState::Submitted { at: NOW })], next: Some("frq_x".into()) },
        time_zone: "Australia/Sydney".into(),
    }
}

fn form_page(form: OwnForm, answer: Answer) -> AnyView {
    view! { <FormView frame=one() form=form answer=answer now=NOW/> }.into_any()
}

fn access_log(who: Vec<Visitor>, next: Option<&str>) -> AnyView {
    let visit = |who| Visit { at: NOW, who, what: Action::PatientViewed, part: Part::Contacts, emergency: true };
    let visits = ListPage { rows: who.into_iter().map(visit).collect(), next: next.map(str::to_owned) };
    let log = AccessLog { visits, time_zone: "Australia/Sydney".into() };
    view! { <AccessLogView frame=one() log=log later=true now=NOW/> }.into_any()
}

/// Where a change stands, in words that try to be more.
fn asked(wanted: &str, state: OwnState) -> Option<OwnUpdate> {
    let id = format!("upd_{:032x}", 1).parse().unwrap();
    Some(OwnUpdate { id, had: String::new(), wanted: wanted.into(), at: NOW, state })
}

fn states() -> [OwnState; 4] {
    let reason = EVIL.to_owned();
    [
        OwnState::Waiting,
        OwnState::Accepted { at: NOW },
        OwnState::Edited { at: NOW },
        OwnState::Rejected { at: NOW, reason },
    ]
}

fn details(may_edit: bool) -> AnyView {
    let states = states();
    let field = |(at, field): (usize, &Field)| {
        let value = if *field == Field::Gender { "female".to_owned() } else { EVIL.to_owned() };
        let last = asked(&value, states[at % 4].clone());
        OwnField { field: *field, value, last, may_edit: may_edit && *field != Field::Email }
    };
    let profile = OwnProfile {
        legal_name: EVIL.into(),
        birth_date: None,
        fields: Field::ALL.iter().enumerate().map(field).collect(),
        emergency_contacts: vec![rung()],
        contacts_wait: true,
        mode: if may_edit { Mode::Approval } else { Mode::Disabled },
        may_edit,
        elsewhere: vec![Elsewhere { patient: patient(3), practice: EVIL.into(), mode: Mode::Auto }],
        time_zone: "Australia/Sydney".into(),
    };
    view! { <DetailsView frame=one() profile=profile answer=Answer::of("/api/updates/change") saved=may_edit now=NOW/> }
        .into_any()
}

fn rung() -> EmergencyContact {
    EmergencyContact { name: EVIL.into(), relationship: EVIL.into(), phone: EVIL.into() }
}

/// Each of the states of somebody who is on the list, who is to go, and who is not there yet.
fn own_contacts(may_edit: bool) -> OwnContacts {
    let of = |n: u128, there: bool, wanted: &str, state: OwnState| OwnContact {
        id: format!("con_{n:032x}").parse().unwrap(),
        value: there.then(rung),
        last: asked(wanted, state),
    };
    let code = rung().code();
    let mut contacts = Vec::new();
    for (at, state) in (1..).zip(states()) {
        contacts.push(of(at, true, &code, state.clone()));
        contacts.push(of(at + 10, true, "", state.clone()));
        contacts.push(of(at + 20, false, &code, state));
    }
    let ids: Vec<_> = contacts.iter().map(|one| one.id).collect();
    OwnContacts {
        contacts,
        order: emergency::order_code(&ids[..3]),
        order_last: asked(&emergency::order_code(&ids), OwnState::Waiting),
        mode: Mode::Approval,
        may_edit,
        elsewhere: vec![Elsewhere { patient: patient(3), practice: EVIL.into(), mode: Mode::Approval }],
        time_zone: "Australia/Sydney".into(),
    }
}

fn contacts(page: OwnContacts, saved: bool) -> AnyView {
    let answers = [Answer::of("/api/updates/remove_contact"), Answer::of("/api/updates/order_contacts")];
    view! { <ContactsView frame=one() page=page answers=answers saved=saved now=NOW/> }.into_any()
}

fn contact(which: Option<usize>) -> AnyView {
    let page = own_contacts(true);
    let contact = which.map(|which| page.contacts[which].clone());
    view! { <ContactView frame=one() page=page contact=contact answer=Answer::of("/api/updates/put_contact")/> }
        .into_any()
}

fn profile_history(next: Option<&str>, rows: bool) -> AnyView {
    let (id, code) = (own_contacts(true).contacts[0].id, rung().code());
    let who = [
        Visitor::You,
        Visitor::User { name: EVIL.into(), profession: EVIL.into(), role: user::Role::Practitioner },
        Visitor::PortalUser { name: EVIL.into(), relationship: EVIL.into() },
        Visitor::Somebody,
        Visitor::Program,
    ];
    let what = [
        (What::LegalName, EVIL.to_owned()),
        (What::BirthDate, EVIL.to_owned()),
        (What::Subject(Field::City.into()), EVIL.to_owned()),
        (What::Subject(Subject::Contact(id)), code),
        (What::Subject(Subject::Order), id.to_string()),
    ];
    let row = |((what, value), by): ((What, String), Visitor)| ChangeRow {
        what,
        before: value.clone(),
        after: value,
        at: NOW,
        approved_by: Some(by.clone()),
        by,
        people: vec![(id, EVIL.into())],
    };
    let rows: Vec<_> = if rows { what.into_iter().zip(who).map(row).collect() } else { Vec::new() };
    let changes = ListPage { rows, next: next.map(str::to_owned) };
    let history = ProfileHistory { changes, added_at: NOW, time_zone: "Australia/Sydney".into() };
    view! { <ProfileHistoryView frame=one() history=history later=true now=NOW/> }.into_any()
}

const ROOM: Room = Room { largest: 25 << 20, bytes: 1 << 30, files: 500 };

/// Every state by every sender, of every type in turn; their names try to be markup.
fn own_files() -> Vec<OwnFileRow> {
    let states = [FileState::Kept, FileState::Waiting, FileState::Infected];
    let senders = [(true, false), (false, true), (false, false)];
    let all = states.into_iter().flat_map(|state| senders.map(|sender| (state, sender)));
    let row = |(n, (state, (own, from_practice))): (u32, (FileState, (bool, bool)))| OwnFileRow {
        id: format!("fil_{n:032x}").parse().unwrap(),
        name: format!("{EVIL}.pdf"),
        kind: FileType::ALL[n as usize % 6],
        category: FileCategory::ALL[n as usize % 5],
        size: 1_234 * u64::from(n * n * n),
        state,
        own,
        from_practice,
        at: NOW,
        unread: from_practice,
    };
    (1..).zip(all).map(row).collect()
}

fn files(rows: Vec<OwnFileRow>, room: Option<Room>, next: Option<&str>, later: bool) -> AnyView {
    let page = ListPage { rows, next: next.map(str::to_owned) };
    let files = OwnFiles { files: page, room, time_zone: "Australia/Sydney".into() };
    view! { <FilesView frame=one() files=files later=later now=NOW/> }.into_any()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn schedule() -> Schedule {
    Schedule {
        from: day("2026-11-01"),
        until: None,
        days: [Weekday::Mon, Weekday::Wed, Weekday::Fri].into_iter().collect(),
    }
}

/// One that is to be done today, one that was, one that is not due, and one that is over.
fn own_activities() -> Vec<OwnActivityRow> {
    let row = |(n, (current, due, done)): (u32, (bool, bool, bool))| OwnActivityRow {
        id: format!("act_{n:032x}").parse().unwrap(),
        title: format!("{n} {EVIL}"),
        dose: if n == 1 { EVIL.into() } else { String::new() },
        schedule: if n == 2 { Schedule { days: Weekdays::EVERY, ..schedule() } } else { schedule() },
        current,
        due,
        done,
        unread: n == 1,
    };
    let all = [(true, true, false), (true, true, true), (true, false, false), (false, false, true)];
    (1..).zip(all).map(row).collect()
}

fn activities(rows: Vec<OwnActivityRow>, next: Option<&str>, later: bool) -> AnyView {
    let activities = OwnActivities { activities: ListPage { rows, next: next.map(str::to_owned) } };
    view! { <ActivitiesView frame=one() activities=activities later=later/> }.into_any()
}

fn activity(current: bool, may_do: bool, days: &[(&str, Option<&str>)]) -> AnyView {
    let text = ActivityText {
        title: EVIL.into(),
        dose: EVIL.into(),
        instructions: format!("First {EVIL}\n\nSecond {EVIL}"),
        schedule: schedule(),
    };
    let id = format!("fil_{:032x}", 7).parse().unwrap();
    let file = ActivityFile { id, name: EVIL.into(), kind: FileType::Pdf, size: 1_234 };
    let activity = OwnActivity {
        id: own_activities()[0].id,
        text,
        files: vec![file],
        author: EVIL.into(),
        profession: EVIL.into(),
        current,
        days: days
            .iter()
            .map(|(on, done)| OwnDay { day: day(on), done: done.map(str::to_owned), is_own: *done != Some("Theirs") })
            .collect(),
        today: day("2026-11-25"),
        may_do,
    };
    view! { <ActivityView frame=one() activity=activity/> }.into_any()
}

/// Two conversations: one with something new, one with nothing in it yet.
fn own_conversations() -> Vec<OwnConversationRow> {
    let row = |n: u32| OwnConversationRow {
        id: format!("cnv_{n:032x}").parse().unwrap(),
        with: format!("{n} {EVIL}"),
        profession: EVIL.into(),
        last: (n == 1).then(|| EVIL.into()),
        withdrawn: false,
        at: NOW,
        unread: i64::from(2 - n),
    };
    (1..=2).map(row).collect()
}

fn conversations(rows: Vec<OwnConversationRow>, next: Option<&str>, later: bool) -> AnyView {
    let rows = ListPage { rows, next: next.map(str::to_owned) };
    let conversations = OwnConversations { rows, time_zone: "Australia/Sydney".into() };
    view! { <MessagesView frame=one() conversations=conversations later=later now=NOW/> }.into_any()
}

/// Four messages, of everybody who can write one; the last was withdrawn.
fn own_messages() -> Messages {
    let person = |kind| Author::Portal(PortalPerson { name: EVIL.into(), kind, relationship: EVIL.into() });
    let authors =
        [Author::User { name: EVIL.into(), profession: EVIL.into() }, Author::Own, person(Kind::Contact), Author::Own];
    let row = |(number, author): (i64, Author)| Message {
        number,
        id: format!("msg_{number:032x}").parse().unwrap(),
        author,
        body: if number == 4 { String::new() } else { format!("{number} {EVIL}") },
        sent_at: NOW,
        withdrawn: number == 4,
        automatic: number == 1,
    };
    Messages { rows: (1..).zip(authors).map(row).collect(), earlier: false, later: false }
}

fn conversation(standing: Standing, may_write: bool, messages: Messages, read: i64) -> AnyView {
    let conversation = OwnConversation {
        id: own_conversations()[0].id,
        with: EVIL.into(),
        profession: EVIL.into(),
        standing,
        may_write,
        read,
        messages,
        next: format!("msg_{:032x}", 99).parse().unwrap(),
        answering: Answering { promised_hours: 48, emergency_number: EVIL.into(), closed: true },
        time_zone: "Australia/Sydney".into(),
    };
    view! { <ConversationView frame=one() conversation=conversation now=NOW/> }.into_any()
}

/// One of each type, their titles and authors trying to be markup: every other one is unread, every third one asks.
fn own_documents() -> Vec<OwnDocumentRow> {
    let row = |(n, kind): (u32, DocumentType)| OwnDocumentRow {
        id: format!("doc_{n:032x}").parse().unwrap(),
        title: format!("{n} {EVIL}"),
        kind,
        author: EVIL.into(),
        at: NOW,
        unread: n % 2 == 1,
        asks: n % 3 == 0,
    };
    (1..).zip(DocumentType::ALL).map(row).collect()
}

fn documents(rows: Vec<OwnDocumentRow>, next: Option<&str>, later: bool) -> AnyView {
    let documents = ListPage { rows, next: next.map(str::to_owned) };
    let documents = OwnDocuments { documents, time_zone: "Australia/Sydney".into() };
    view! { <DocumentsView frame=one() documents=documents later=later now=NOW/> }.into_any()
}

fn document(asks: bool, acknowledged_at: Option<Time>) -> AnyView {
    let text = DocumentText {
        title: EVIL.into(),
        kind: DocumentType::Letter,
        body: format!("First {EVIL}\n\nSecond {EVIL}"),
        asks,
    };
    let document = OwnDocument {
        id: own_documents()[0].id,
        text,
        author: EVIL.into(),
        profession: EVIL.into(),
        at: NOW,
        acknowledged_at,
        time_zone: "Australia/Sydney".into(),
    };
    view! { <DocumentView frame=one() document=document now=NOW/> }.into_any()
}

/// A page, and what it is drawn from.
type Page = Box<dyn Fn() -> AnyView + Send + Sync>;

/// Every page by name. Those that read their address are drawn inside a router.
fn pages() -> BTreeMap<&'static str, String> {
    let (p, t) = practice();
    let named = move || (p.clone(), t.clone());
    let list: Vec<(&'static str, Page)> = vec![
        ("sign-in", Box::new(|| view! { <SignIn door=Door::Portal/> }.into_any())),
        (
            "sign-in-refused",
            Box::new(|| {
                refused(
                    "/api/account/sign_in",
                    &[("email", "amelia@example.org"), ("next", "")],
                    AppError::SignInRefused,
                );
                view! { <SignIn door=Door::Portal/> }.into_any()
            }),
        ),
        (
            "sign-in-evil",
            Box::new(|| {
                refused("/api/account/sign_in", &[("email", EVIL), ("next", EVIL)], AppError::SignInRefused);
                view! { <SignIn door=Door::Portal/> }.into_any()
            }),
        ),
        ("console-sign-in", Box::new(|| view! { <SignIn door=Door::Console/> }.into_any())),
        ("forgot", Box::new(|| view! { <ForgotPassword door=Door::Portal/> }.into_any())),
        (
            "forgot-refused",
            Box::new(|| {
                refused(
                    "/api/passwords/request_link",
                    &[("email", "amelia")],
                    wrong(&[("email", Problem::NotAnEmail)]),
                );
                view! { <ForgotPassword door=Door::Portal/> }.into_any()
            }),
        ),
        ("sent", Box::new(|| view! { <LinkSent door=Door::Portal/> }.into_any())),
        (
            "new-password",
            Box::new(|| {
                let page =
                    PasswordLinkPage::Live { accepts: vec!["Harbour Street Practice".into(), "Hill Clinic".into()] };
                view! { <NewPasswordView page=page token="tok".to_owned() answer=Answer::default()/> }.into_any()
            }),
        ),
        (
            "new-password-dead",
            Box::new(|| {
                view! { <NewPasswordView page=PasswordLinkPage::Dead token="tok".to_owned() answer=Answer::default()/> }
                    .into_any()
            }),
        ),
        ("welcome-password", Box::new(|| welcome(true, 0, 0))),
        ("welcome-offers", Box::new(|| welcome(false, 2, 0))),
        ("welcome-joined", Box::new(|| welcome(false, 0, 1))),
        ("welcome-nothing", Box::new(|| welcome(false, 0, 0))),
        ("invitation-unknown", Box::new(|| link(LinkPage::Unknown))),
        (
            "invitation-set-password",
            Box::new({
                let named = named.clone();
                move || {
                    link(LinkPage::SetPassword {
                        practice: named().0,
                        expires_at: NOW + Span::hours(23),
                        other_signed_in: false,
                    })
                }
            }),
        ),
        (
            "invitation-weak",
            Box::new({
                let named = named.clone();
                move || {
                    refused(
                        "/api/invitations/accept",
                        &[("token", "tok")],
                        wrong(&[("password", Problem::PasswordTooWeak)]),
                    );
                    link(LinkPage::SetPassword {
                        practice: named().0,
                        expires_at: NOW + Span::days(9),
                        other_signed_in: true,
                    })
                }
            }),
        ),
        (
            "invitation-confirm",
            Box::new({
                let named = named.clone();
                move || {
                    refused(
                        "/api/invitations/confirm",
                        &[("token", "tok")],
                        AppError::Conflict(Conflict::OtherAccount),
                    );
                    link(LinkPage::Confirm { practice: named().0, email: "ann@example.org".to_owned() })
                }
            }),
        ),
        (
            "invitation-sign-in",
            Box::new({
                let named = named.clone();
                move || link(LinkPage::SignIn { practice: named().0, other_signed_in: false })
            }),
        ),
        (
            "invitation-other",
            Box::new({
                let named = named.clone();
                move || link(LinkPage::SignIn { practice: named().0, other_signed_in: true })
            }),
        ),
        (
            "invitation-practitioner",
            Box::new({
                let named = named.clone();
                move || link(LinkPage::PractitionerNow { practice: named().0, phone: named().1 })
            }),
        ),
        (
            "invitation-used",
            Box::new({
                let named = named.clone();
                move || link(LinkPage::Used { practice: named().0, phone: named().1 })
            }),
        ),
        (
            "invitation-expired",
            Box::new({
                let named = named.clone();
                move || link(LinkPage::Expired { practice: named().0, phone: named().1 })
            }),
        ),
        ("invitation-revoked", Box::new(move || link(LinkPage::Revoked { practice: named().0, phone: named().1 }))),
        ("fresh-link-sent", Box::new(|| view! { <FreshLinkSent/> }.into_any())),
        ("set-up", Box::new(|| view! { <SetUpView code="K7QF-2M9D".to_owned() answer=Answer::default()/> }.into_any())),
        (
            "set-up-refused",
            Box::new(|| {
                let error = wrong(&[
                    ("group_name", Problem::Missing),
                    ("time_zone", Problem::NotAChoice),
                    ("email_again", Problem::Differs),
                    ("password", Problem::PasswordTooShort),
                ]);
                refused("/api/set_up", &[("first_name", EVIL), ("time_zone", "Europe/Paris"), ("code", "x")], error);
                view! { <SetUpView code=String::new() answer=Answer::of("/api/set_up")/> }.into_any()
            }),
        ),
        ("home", Box::new(|| view! { <HomeView frame=one()/> }.into_any())),
        ("home-family", Box::new(|| view! { <HomeView frame=family()/> }.into_any())),
        (
            "home-evil",
            Box::new(|| {
                view! { <HomeView frame=frame(vec![record(1, EVIL, EVIL, Kind::Own), record(2, EVIL, EVIL, Kind::Other)], EVIL, EVIL)/> }.into_any()
            }),
        ),
        ("details", Box::new(|| details(true))),
        ("details-to-read", Box::new(|| details(false))),
        ("contacts", Box::new(|| contacts(own_contacts(true), true))),
        ("contacts-to-read", Box::new(|| contacts(own_contacts(false), false))),
        (
            "contacts-none",
            Box::new(|| {
                let none =
                    OwnContacts { contacts: Vec::new(), order: String::new(), order_last: None, ..own_contacts(true) };
                contacts(none, false)
            }),
        ),
        ("contact-new", Box::new(|| contact(None))),
        ("contact-edit", Box::new(|| contact(Some(0)))),
        ("profile-history", Box::new(|| profile_history(Some("chg_1"), true))),
        ("profile-history-none", Box::new(|| profile_history(None, false))),
        ("help", Box::new(|| view! { <PatientHelp/> }.into_any())),
        ("help-practice", Box::new(|| view! { <PracticeHelp/> }.into_any())),
        (
            "home-answered",
            Box::new(|| {
                let frame = PortalFrame { answered_details: 2, answered_contacts: 1, ..one() };
                view! { <HomeView frame=frame/> }.into_any()
            }),
        ),
        ("appointments", Box::new(|| view! { <PlaceView place=Place::Appointments frame=one()/> }.into_any())),
        ("records", Box::new(|| view! { <PlaceView place=Place::Records frame=family()/> }.into_any())),
        ("messages", Box::new(|| view! { <PlaceView place=Place::Messages frame=one()/> }.into_any())),
        ("health", Box::new(|| view! { <PlaceView place=Place::Health frame=one()/> }.into_any())),
        ("invoices", Box::new(|| view! { <PlaceView place=Place::Invoices frame=one()/> }.into_any())),
        ("home-asked", Box::new(|| view! { <HomeView frame=PortalFrame { asked_forms: 2, ..one() }/> }.into_any())),
        ("forms", Box::new(|| view! { <FormsView frame=family() forms=own_forms() now=NOW/> }.into_any())),
        (
            "forms-none",
            Box::new(|| {
                let none = ListPage { rows: Vec::new(), next: None };
                let forms = OwnForms { asked: Vec::new(), returned: none, ..own_forms() };
                view! { <FormsView frame=one() forms=forms now=NOW/> }.into_any()
            }),
        ),
        ("files", Box::new(|| files(own_files(), Some(ROOM), Some("fil_x"), false))),
        ("files-to-read", Box::new(|| files(own_files(), None, None, false))),
        ("files-none", Box::new(|| files(Vec::new(), Some(ROOM), None, false))),
        ("files-none-to-read", Box::new(|| files(Vec::new(), None, None, false))),
        ("files-no-room", Box::new(|| files(own_files(), Some(Room { files: 0, ..ROOM }), None, false))),
        ("files-earlier", Box::new(|| files(own_files(), Some(ROOM), None, true))),
        ("files-no-earlier", Box::new(|| files(Vec::new(), Some(ROOM), None, true))),
        (
            "home-files",
            Box::new(|| {
                let frame = PortalFrame { unread_files: 2, ..one() };
                view! { <HomeView frame=frame/> }.into_any()
            }),
        ),
        ("documents", Box::new(|| documents(own_documents(), Some("doc_x"), false))),
        ("documents-none", Box::new(|| documents(Vec::new(), None, false))),
        ("documents-earlier", Box::new(|| documents(own_documents(), None, true))),
        ("documents-no-earlier", Box::new(|| documents(Vec::new(), None, true))),
        ("document-asks", Box::new(|| document(true, None))),
        (
            "document-refused",
            Box::new(|| {
                refused(ACKNOWLEDGE, &[], AppError::NotFound);
                document(true, None)
            }),
        ),
        ("document-acknowledged", Box::new(|| document(true, Some(NOW)))),
        ("document", Box::new(|| document(false, None))),
        (
            "home-documents",
            Box::new(|| {
                let frame = PortalFrame { unread_documents: 2, ..one() };
                view! { <HomeView frame=frame/> }.into_any()
            }),
        ),
        ("messages", Box::new(|| conversations(own_conversations(), Some("1.cnv_x"), false))),
        (
            "home-messages",
            Box::new(|| {
                let frame = PortalFrame { unread_messages: 3, ..one() };
                view! { <HomeView frame=frame/> }.into_any()
            }),
        ),
        ("messages-none", Box::new(|| conversations(Vec::new(), None, false))),
        ("messages-further", Box::new(|| conversations(own_conversations(), None, true))),
        ("messages-no-further", Box::new(|| conversations(Vec::new(), None, true))),
        ("conversation", Box::new(|| conversation(Standing::Open, true, own_messages(), 2))),
        ("conversation-first", Box::new(|| conversation(Standing::Open, true, own_messages(), 0))),
        ("conversation-empty", Box::new(|| conversation(Standing::Open, true, Messages::default(), 0))),
        ("conversation-off", Box::new(|| conversation(Standing::PatientOff, false, own_messages(), 4))),
        ("conversation-look", Box::new(|| conversation(Standing::Open, false, own_messages(), 4))),
        (
            "conversation-middle",
            Box::new(|| {
                let middle = Messages { earlier: true, later: true, ..own_messages() };
                conversation(Standing::Open, true, middle, 4)
            }),
        ),
        (
            "conversation-off-meanwhile",
            Box::new(|| {
                let typed = [("message", "msg_00000000000000000000000000000007"), ("body", EVIL)];
                refused(SEND, &typed, AppError::Forbidden(Refusal::ChatOff));
                conversation(Standing::PatientOff, false, own_messages(), 4)
            }),
        ),
        (
            "conversation-refused",
            Box::new(|| {
                let typed = [("message", "msg_00000000000000000000000000000007"), ("body", EVIL)];
                refused(SEND, &typed, AppError::Invalid(Invalid::field("body", Problem::TooLong)));
                conversation(Standing::Open, true, own_messages(), 4)
            }),
        ),
        ("activities", Box::new(|| activities(own_activities(), Some("1.act_x"), false))),
        ("activities-none", Box::new(|| activities(Vec::new(), None, false))),
        ("activities-further", Box::new(|| activities(own_activities(), None, true))),
        ("activities-no-further", Box::new(|| activities(Vec::new(), None, true))),
        ("activity", Box::new(|| activity(true, true, &[("2026-11-25", None), ("2026-11-23", Some(EVIL))]))),
        ("activity-done", Box::new(|| activity(true, true, &[("2026-11-25", Some("")), ("2026-11-23", Some(EVIL))]))),
        (
            "activity-theirs",
            Box::new(|| activity(true, true, &[("2026-11-25", Some("")), ("2026-11-23", Some("Theirs"))])),
        ),
        (
            "activity-meanwhile",
            Box::new(|| {
                let typed = [("day", "2026-11-23"), ("note", EVIL)];
                refused(DONE, &typed, AppError::Conflict(Conflict::ChangedMeanwhile));
                activity(true, true, &[("2026-11-25", Some("")), ("2026-11-23", Some(""))])
            }),
        ),
        ("activity-not-yet", Box::new(|| activity(true, true, &[]))),
        ("activity-look", Box::new(|| activity(true, false, &[("2026-11-25", None), ("2026-11-23", Some(EVIL))]))),
        ("activity-over", Box::new(|| activity(false, true, &[]))),
        ("activity-over-lately", Box::new(|| activity(false, true, &[("2026-11-23", None)]))),
        (
            "activity-refused",
            Box::new(|| {
                let typed = [("day", "2026-11-23"), ("note", EVIL)];
                refused(DONE, &typed, AppError::Invalid(Invalid::field("note", Problem::TooLong)));
                activity(true, true, &[("2026-11-25", None), ("2026-11-23", None)])
            }),
        ),
        (
            "activity-undo-refused",
            Box::new(|| {
                refused(NOT_DONE, &[], AppError::Conflict(Conflict::NotThatDay));
                activity(true, true, &[("2026-11-25", None), ("2026-11-23", Some(EVIL))])
            }),
        ),
        (
            "home-activities",
            Box::new(|| {
                let frame = PortalFrame { unread_activities: 2, due_activities: 1, ..one() };
                view! { <HomeView frame=frame/> }.into_any()
            }),
        ),
        (
            "home-unconfirmed",
            Box::new(|| {
                let frame = PortalFrame { unconfirmed_documents: 1, ..one() };
                view! { <HomeView frame=frame/> }.into_any()
            }),
        ),
        (
            "access-log",
            Box::new(|| {
                let user =
                    |profession: &str, role| Visitor::User { name: EVIL.into(), profession: profession.into(), role };
                let relative = Visitor::PortalUser { name: EVIL.into(), relationship: EVIL.into() };
                let staff = [user(EVIL, user::Role::Practitioner), user("", user::Role::Administrator)];
                access_log([relative, Visitor::You, Visitor::Program].into_iter().chain(staff).collect(), Some("25"))
            }),
        ),
        ("access-log-left-out", Box::new(|| access_log(Vec::new(), Some("25")))),
        ("access-log-none", Box::new(|| access_log(Vec::new(), None))),
        ("form", Box::new(|| form_page(own_form(RequestState::Started { at: NOW }, typed(), None), Answer::default()))),
        (
            "form-refused",
            Box::new(|| {
                let all = (0..8).map(|n| (format!("q{n}"), Problem::Missing));
                let mut invalid = Invalid::default();
                for (key, problem) in all {
                    invalid.add(&key, problem);
                }
                refused("/api/forms/answer", &[], AppError::Invalid(invalid));
                form_page(own_form(RequestState::Asked, typed(), None), Answer::of("/api/forms/answer"))
            }),
        ),
        (
            "form-returned",
            Box::new(|| {
                let answers = definition().answers(&typed(), Completeness::Draft).unwrap();
                assert!(answers.len() > 6, "{answers:?}");
                form_page(own_form(RequestState::Submitted { at: NOW }, Raw::new(), Some(answers)), Answer::default())
            }),
        ),
        (
            "form-withdrawn",
            Box::new(|| form_page(own_form(RequestState::Withdrawn { at: NOW }, typed(), None), Answer::default())),
        ),
        (
            "account",
            Box::new(|| {
                let start =
                    PortalStart { records: family().records, also_console: true, email: "ann@example.org".to_owned() };
                let chosen = patient(3).to_string();
                view! { <AccountView start=start devices=devices() chosen=chosen now=Some(NOW) answer=Answer::default()/> }.into_any()
            }),
        ),
        (
            "account-refused",
            Box::new(|| {
                refused(
                    "/api/passwords/change",
                    &[("back", "/portal/account")],
                    wrong(&[("current", Problem::WrongPassword)]),
                );
                let start =
                    PortalStart { records: one().records, also_console: false, email: "ann@example.org".to_owned() };
                let answer = Answer::of("/api/passwords/change");
                view! { <AccountView start=start devices=devices() chosen=String::new() now=Some(NOW) answer=answer/> }
                    .into_any()
            }),
        ),
        ("no-records", Box::new(|| view! { <StartView/> }.into_any())),
        ("not-found", Box::new(|| view! { <Trouble error=AppError::NotFound/> }.into_any())),
    ];
    list.into_iter().map(|(name, page)| (name, draw(page))).collect()
}

fn draw(page: Page) -> String {
    let page = Arc::new(page);
    let owner = Owner::new();
    owner.with(|| {
        provide_context(RequestUrl::new("/"));
        let view = move || page();
        view! {
            <Router>
                <FlatRoutes fallback=|| "no page">
                    <Route path=path!("/") view=view/>
                </FlatRoutes>
            </Router>
        }
        .to_html()
    })
}

/// The texts of every `attribute="…"`.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!(" {name}=\"");
    html.match_indices(&mark)
        .map(|(at, _)| {
            let rest = &html[at + mark.len()..];
            &rest[..rest.find('"').unwrap()]
        })
        .collect()
}

fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!("<{name} ");
    html.match_indices(&mark).map(|(at, _)| &html[at..at + html[at..].find('>').unwrap()]).collect()
}

#[test]
fn every_page_has_one_heading_and_one_main_and_no_id_twice() {
    for (name, html) in pages() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}: {html}");
        assert_eq!(html.matches("<main").count(), 1, "{name}: {html}");
        let mut ids = attributes(&html, "id");
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id stands there twice: {html}");
    }
}

// B-08: what is asked for is said in a label, and what describes it is there.
#[test]
fn every_control_has_its_label_and_its_descriptions() {
    for (name, html) in pages() {
        let (ids, labels) = (attributes(&html, "id"), attributes(&html, "for"));
        for control in ["input", "select", "textarea"].into_iter().flat_map(|tag| tags(&html, tag)) {
            // Nobody sees or reads these: values that go along, and the name a password manager keeps a password under.
            if control.contains("type=\"hidden\"") || control.contains(" hidden") {
                continue;
            }
            let id = attributes(control, "id")[0];
            assert!(labels.contains(&id), "{name}: {id} has no label");
        }
        for described in attributes(&html, "aria-describedby").into_iter().chain(attributes(&html, "aria-labelledby")) {
            for id in described.split(' ') {
                assert!(ids.contains(&id), "{name}: {id} is not on the page");
            }
        }
    }
}

// B-07: without scripts a form goes to its door, and says which page to draw again.
#[test]
fn every_form_is_a_real_form() {
    for (name, html) in pages() {
        for form in tags(&html, "form") {
            // Files come in pieces, which only a script sends. Where there is none it says so, and no name comes into an address.
            if form.contains("class=\"sender-form\"") {
                assert!(form.contains("method=\"dialog\"") && !form.contains("action="), "{name}: {form}");
                assert!(html.contains("<noscript><p>To send files, switch scripts on"), "{name}: {html}");
                continue;
            }
            assert!(form.contains("method=\"post\""), "{name}: {form}");
            let action = attributes(form, "action")[0];
            assert!(action.starts_with("/api/") && action.contains("?page=/"), "{name}: {action}");
        }
    }
}

#[test]
fn a_refused_form_shows_what_was_typed_and_what_is_wrong_beside_it() {
    let pages = pages();
    let html = &pages["forgot-refused"];
    assert!(html.contains("value=\"amelia\""), "{html}");
    assert!(html.contains("aria-describedby=\"email-error\"") && html.contains("aria-invalid=\"true\""), "{html}");
    assert!(html.contains("role=\"alert\""), "{html}");
    let html = &pages["set-up-refused"];
    for field in ["group_name", "time_zone", "email_again", "password"] {
        assert!(html.contains(&format!("id=\"{field}-error\"")), "{field}: {html}");
    }
    assert!(html.contains("<option value=\"Europe/Paris\" selected"), "{html}");
    // A tick that was taken away is not set again.
    assert!(
        !tags(html, "input").iter().any(|tag| tag.contains("name=\"practises\"") && tag.contains("checked")),
        "{html}"
    );
}

// PT-17: names and typed text are text wherever they stand, and nothing is said in inline styles (the CSP forbids them).
#[test]
fn nothing_typed_becomes_markup() {
    for (name, html) in pages() {
        // The first-run page has a script of its own, which looks up the time zone.
        let own = usize::from(name == "set-up");
        assert_eq!(html.matches("<script>try{").count(), own, "{name}: {html}");
        // What keeps drafts stands where a form is, or a way to sign out.
        let drafts = usize::from(html.contains("<p id=\"draft\""));
        assert_eq!(html.matches("<script type=\"module\">// See draft.rs.").count(), drafts, "{name}: {html}");
        // And what sends files where there is a form for it: a file of its own.
        let senders = usize::from(html.contains("<h2 id=\"send\">Send files</h2>"));
        // And what shows messages as they come, likewise.
        let come = usize::from(html.contains("data-messages"));
        assert_eq!(html.matches("<script type=\"module\"></script>").count(), senders + come, "{name}: {html}");
        assert!(
            html.matches("<script").count() == own + drafts + senders + come && !html.contains("<img"),
            "{name}: {html}"
        );
        assert!(!html.contains(" style=") && !html.contains(" onclick="), "{name}: {html}");
    }
}

// S1-01: the four places are reached from Home.
#[test]
fn home_leads_to_the_four_places() {
    let pages = pages();
    for (home, patient) in [("home", patient(1)), ("home-family", patient(2))] {
        for place in ["health", "appointments", "records", "invoices"] {
            assert!(pages[home].contains(&format!("href=\"/portal/{patient}/{place}\"")), "{home}: {place}");
        }
    }
    assert!(pages["home"].contains("Hello Amelia"));
}

// B-01: who, what they are, when by the practice's clock, what; and a way on that needs no scripts.
#[test]
fn the_access_log_says_who_what_and_when() {
    let pages = pages();
    let html = &pages["access-log"];
    for said in ["You", "The practice’s system", "Works at the practice", "Opened the contacts", "<time datetime="] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let on = format!("href=\"/portal/{}/access-log?after=25\"", patient(1));
    assert!(html.contains(&on) && pages["access-log-left-out"].contains(&on), "{html}");
    assert!(!pages["access-log-none"].contains("?after="));
    let way = |patient| format!("href=\"/portal/{patient}/access-log\"");
    assert!(pages["home"].contains(&way(patient(1))));
    assert!(!pages["home-family"].contains(&way(patient(2))), "only for who may see it");
}

// S0-21, UP-01: what is kept is opened; what waits or held a virus is named, and no way leads there. Who may not send is not asked to.
#[test]
fn the_files_page_says_what_each_is_and_who_may_send() {
    let pages = pages();
    for (name, sends) in [
        ("files", true),
        ("files-to-read", false),
        ("files-none", true),
        ("files-none-to-read", false),
        ("files-no-room", false),
        ("files-earlier", false),
        ("files-no-earlier", false),
    ] {
        let html = &pages[name];
        assert_eq!(html.contains("<file-sender"), sends, "{name}: {html}");
        assert_eq!(html.contains("type=\"file\""), sends, "{name}: {html}");
        assert!(!sends || attributes(html, "data-patient") == [patient(1).to_string()], "{name}: {html}");
    }
    assert!(pages["files-no-room"].contains("There is no room for further files"));
    assert!(pages["files-none"].contains("What you send stands here"));
    assert!(pages["files-none-to-read"].contains("What is sent to the practice stands here"));
    assert!(pages["files-no-earlier"].contains("What you saw before is all there is"));
    let html = &pages["files"];
    for row in own_files() {
        let links: Vec<_> =
            attributes(html, "href").into_iter().filter(|href| href.contains(&row.id.to_string())).collect();
        let open = format!("/files/{}/{}", patient(1), row.id);
        let view = format!("{open}/view");
        let expected = match (row.state, row.kind.is_shown()) {
            (FileState::Kept, true) => vec![open, view],
            (FileState::Kept, false) => vec![open],
            (FileState::Waiting | FileState::Infected, _) => Vec::new(),
        };
        assert_eq!(links, expected, "{:?} {:?}", row.state, row.kind);
    }
    for (said, times) in [
        ("Being checked for viruses.", 3),
        ("A virus was found in it", 3),
        ("You sent it on", 3),
        ("The practice shared it on", 3),
        ("Somebody else of this portal sent it on", 3),
        ("download", 3),
    ] {
        // The script has words of its own.
        let list = html.split("<ul class=\"places").nth(1).unwrap();
        let list = list.replace("#download", "");
        let count = if said == "download" {
            tags(&list, "a").iter().filter(|tag| tag.contains(" download")).count()
        } else {
            list.matches(said).count()
        };
        assert_eq!(count, times, "{said}: {list}");
    }
    let here = format!("/portal/{}/files", patient(1));
    assert!(html.contains(&format!("href=\"{here}?after=fil_x\"")) && !pages["files-earlier"].contains("?after="));
    assert!(attributes(&pages["files-earlier"], "href").contains(&here.as_str()));
    assert!(pages["home-files"].contains("2 files that you have not opened") && pages["home-files"].contains(&here));
    assert!(!pages["home"].contains("New in your files"));
}

// S3-07, S3-08: each document is a link that says of what type it is, by whom and when, whether it is new and what is asked.
#[test]
fn the_documents_page_says_what_each_is() {
    let pages = pages();
    let html = &pages["documents"];
    let here = format!("/portal/{}/documents", patient(1));
    let list = html.split("<ul class=\"places").nth(1).unwrap().split("</ul>").next().unwrap();
    let links: Vec<_> = own_documents().iter().map(|row| format!("{here}/{}", row.id)).collect();
    let hrefs: Vec<_> = attributes(list, "href").into_iter().filter(|href| href.starts_with("/portal")).collect();
    assert_eq!(hrefs, links);
    for kind in ["Letter", "Report", "Plan", "Certificate", "Receipt", "Form", "Other document"] {
        assert!(list.contains(&format!("class=\"place-text\">{kind}<!>, ")), "{kind}: {list}");
    }
    for (said, times) in [("<time datetime=", 7), (">New<", 4), ("Please confirm that you have read it.", 2)] {
        assert_eq!(list.matches(said).count(), times, "{said}: {list}");
    }
    assert!(html.contains(&format!("href=\"{here}?after=doc_x\"")), "{html}");
    let earlier = &pages["documents-earlier"];
    assert!(earlier.contains("The latest documents") && !earlier.contains("?after="), "{earlier}");
    assert!(!html.contains("The latest documents"));
    let none = &pages["documents-none"];
    assert!(none.contains("No documents yet") && none.contains("href=\"tel:0255501234\""), "{none}");
    assert!(pages["documents-no-earlier"].contains("No earlier documents"));
    assert!(!pages["documents-no-earlier"].contains("No documents yet"));
    let home = &pages["home-documents"];
    assert!(home.contains("2 documents that you have not read yet") && home.contains("New documents"), "{home}");
    assert!(attributes(home, "href").contains(&here.as_str()));
    assert!(!pages["home"].contains("New documents"));
    let home = &pages["home-unconfirmed"];
    assert!(home.contains("asks you to confirm that you have read a document") && !home.contains("New documents"));
    assert!(attributes(home, "href").contains(&here.as_str()));
    assert!(!pages["home"].contains("asks you to confirm") && !pages["home-documents"].contains("asks you to confirm"));
}

// S3-11: each activity is a link that says when it is to be done, and whether it was today.
#[test]
fn the_activities_page_says_what_is_to_be_done() {
    let pages = pages();
    let html = &pages["activities"];
    let here = format!("/portal/{}/activities", patient(1));
    let part = |id: &str| html.split(&format!("<h2 id=\"{id}\"")).nth(1).unwrap().split("</ul>").next().unwrap();
    let links = |html: &str| {
        let all = attributes(html, "href").into_iter().map(str::to_owned);
        all.filter(|href| href.starts_with("/portal")).collect::<Vec<_>>()
    };
    let wanted: Vec<_> = own_activities().iter().map(|row| format!("{here}/{}", row.id)).collect();
    assert_eq!((links(part("goes-on")), links(part("over"))), (wanted[..3].to_vec(), wanted[3..].to_vec()));
    for (said, times) in [
        (">New<", 1),
        ("To do today", 1),
        ("Done today", 1),
        ("chip-quiet\">Over<", 1),
        ("Every day, from 1 Nov 2026", 1),
        ("Monday, Wednesday and Friday, from 1 Nov 2026", 3),
    ] {
        assert_eq!(html.matches(said).count(), times, "{said}: {html}");
    }
    assert!(html.contains(&format!("href=\"{here}?after=1.act_x\"")), "{html}");
    let further = &pages["activities-further"];
    assert!(further.contains("The first activities") && !further.contains("?after="), "{further}");
    let none = &pages["activities-none"];
    assert!(none.contains("No home activities yet") && none.contains("href=\"tel:0255501234\""), "{none}");
    assert!(!none.contains("What is over") && pages["activities-no-further"].contains("No further activities"));
    let home = &pages["home-activities"];
    assert!(home.contains("2 home activities that you have not read yet"), "{home}");
    assert!(home.contains("One home activity is to be done today."), "{home}");
    assert!(!home.contains("Nothing new") && !pages["home"].contains("is to be done today"));
    assert!(attributes(home, "href").contains(&here.as_str()));
}

// S2-01: each conversation is a link that says whether there is something new; nothing begins one (S2-02).
#[test]
fn the_messages_page_lists_conversations_and_begins_none() {
    let pages = pages();
    let html = &pages["messages"];
    let here = format!("/portal/{}/messages", patient(1));
    for (row, to) in own_conversations().iter().zip(["new", "last"]) {
        assert!(attributes(html, "href").contains(&format!("{here}/{}#{to}", row.id).as_str()), "{html}");
    }
    assert_eq!((html.matches("1 new message").count(), html.matches("Nothing was written yet.").count()), (1, 1));
    assert!(html.contains(&format!("href=\"{here}?after=1.cnv_x\"")), "{html}");
    assert!(pages["messages-further"].contains("The latest conversations"));
    assert!(pages["messages-no-further"].contains("No earlier conversations"));
    let none = &pages["messages-none"];
    assert!(none.contains("No messages yet") && none.contains("href=\"tel:0255501234\""), "{none}");
    let home = &pages["home-messages"];
    assert!(home.contains("There are 3 messages that you have not read yet.") && !home.contains("Nothing new"));
    for page in ["messages", "messages-none"] {
        assert!(!pages[page].contains("action=\"/api/chat/"), "{page}");
    }
}

// S2-19, S2-21, B-07: what was written is read, and answered by a form; when chat is off it is only read.
#[test]
fn a_conversation_is_read_and_answered() {
    let pages = pages();
    let here = format!("/portal/{}/messages/{}", patient(1), own_conversations()[0].id);
    let send = format!("action=\"{SEND}?page={here}\"");
    for (name, sends, withdraws, new, said) in [
        ("conversation", 1, 1, 1, "Delivered"),
        ("conversation-first", 1, 1, 0, "This message was withdrawn."),
        ("conversation-empty", 1, 0, 0, "Nothing was written yet."),
        ("conversation-off", 0, 0, 0, "Messages are switched off at present."),
        ("conversation-off-meanwhile", 0, 0, 0, "This was not sent"),
        ("conversation-look", 0, 0, 0, "You can read this conversation."),
        ("conversation-middle", 1, 1, 0, "Earlier messages"),
        ("conversation-refused", 1, 1, 0, "This is too long."),
    ] {
        let html = &pages[name];
        assert_eq!(html.matches(&send).count(), sends, "{name}: {html}");
        assert_eq!(html.matches("/api/chat/own_withdraw").count(), withdraws, "{name}");
        assert_eq!(html.matches("class=\"chat-new\"").count(), new, "{name}");
        assert!(html.contains(said), "{name}: {html}");
        assert_eq!(html.matches("id=\"last\"").count(), usize::from(name != "conversation-empty"), "{name}");
        assert_eq!(html.matches("<details class=\"sure\">").count(), withdraws, "{name}: two presses");
    }
    assert!(!pages["conversation-off"].contains("This was not sent"));
    for (name, times) in [("conversation", 1), ("conversation-off", 0), ("conversation-look", 0)] {
        let expected = "The practice is closed now. Usually answered within 2 days.";
        assert_eq!(pages[name].matches(expected).count(), times, "{name}: {}", pages[name]);
        assert!(pages[name].contains("In an emergency call"));
    }
    assert_eq!(pages["conversation"].matches("Sent automatically").count(), 1);
    assert!(pages["conversation"].contains("name=\"message\" value=\"msg_00000000000000000000000000000063\""));
    // What was refused is sent again under its own id.
    assert!(pages["conversation-refused"].contains("name=\"message\" value=\"msg_00000000000000000000000000000007\""));
    let middle = &pages["conversation-middle"];
    for href in [format!("{here}?before=1"), format!("{here}?after=4")] {
        assert!(attributes(middle, "href").contains(&href.as_str()), "{middle}");
    }
}

// S3-11, S3-12: the days that are open are offered, those that are ticked off can be taken back, and it works without scripts;
// who may only look is told so, and on paper there is a table for a pen.
#[test]
fn an_activity_offers_what_can_be_ticked_off() {
    let pages = pages();
    let id = own_activities()[0].id;
    let here = format!("/portal/{}/activities/{id}", patient(1));
    let done = format!("action=\"{DONE}?page={here}\"");
    let not_done = format!("action=\"{NOT_DONE}?page={here}\"");
    for (name, offered, undone, said) in [
        ("activity", 1, 1, "Did you do it?"),
        ("activity-done", 0, 2, "Every day so far is ticked off"),
        ("activity-theirs", 0, 1, "Every day so far is ticked off"),
        ("activity-meanwhile", 1, 2, "Mon"),
        ("activity-not-yet", 0, 0, "There is no day yet"),
        ("activity-look", 0, 0, "You may look at this record"),
        ("activity-over", 0, 0, "This activity is over"),
        ("activity-over-lately", 1, 0, "This activity is over"),
        ("activity-refused", 1, 0, "Did you do it?"),
        ("activity-undo-refused", 1, 1, "Did you do it?"),
    ] {
        let html = &pages[name];
        assert_eq!((html.matches(&done).count(), html.matches(&not_done).count()), (offered, undone), "{name}: {html}");
        assert!(html.contains(said), "{name}: {html}");
        assert!(html.contains("<h1 dir=\"auto\">Home activity of Amelia Okafor</h1>"), "{name}: {html}");
        assert!(attributes(html, "href").contains(&format!("/files/{}/fil_{:032x}", patient(1), 7).as_str()));
        assert_eq!(
            html.matches("<p class=\"note-text\" dir=\"auto\">").count()
                + html.matches("<p dir=\"auto\" class=\"note-text\">").count(),
            3,
            "{name}: {html}"
        );
        let current = !name.starts_with("activity-over");
        assert_eq!(html.contains("class=\"activity-table\""), current, "{name}");
    }
    let html = &pages["activity"];
    // Today is open, and the day before yesterday was done.
    assert!(html.contains("<option value=\"2026-11-25\" selected>Today</option>"), "{html}");
    assert!(!html.contains("<option value=\"2026-11-23\""), "{html}");
    assert!(html.contains("Not done after all: Monday 23 Nov"), "{html}");
    // What was typed, and the day that was chosen, are there again.
    let html = &pages["activity-refused"];
    assert!(html.contains("<option value=\"2026-11-23\" selected>Monday 23 Nov</option>"), "{html}");
    assert!(html.contains("aria-invalid=\"true\"") && html.contains("role=\"alert\""), "{html}");
    // Nor are they lost when somebody else ticked that day off meanwhile.
    let html = &pages["activity-meanwhile"];
    let option = "<option value=\"2026-11-23\" selected>Monday 23 Nov, ticked off meanwhile</option>";
    assert!(html.contains(option) && html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
    assert!(pages["activity-undo-refused"].contains("That day cannot be ticked off"));
    let table = html.split("activity-table").nth(1).unwrap().split("</table>").next().unwrap();
    assert_eq!((table.matches("–").count(), table.matches("<tr>").count()), (16, 5), "{table}");
}

// S3-08: who is asked finds one button, which works without scripts; who said so finds when, and who is not asked neither.
// Each can be saved and printed.
#[test]
fn a_document_asks_once_and_only_where_it_is_to() {
    let pages = pages();
    let id = own_documents()[0].id;
    let here = format!("/portal/{}/documents/{id}", patient(1));
    for (name, asked, acknowledged) in [
        ("document-asks", true, false),
        ("document-refused", true, false),
        ("document-acknowledged", false, true),
        ("document", false, false),
    ] {
        let html = &pages[name];
        let door = format!("action=\"{ACKNOWLEDGE}?page={here}\"");
        assert_eq!(html.contains(&door), asked, "{name}: {html}");
        let fields = ["patient", "id"].map(|field| html.contains(&format!("name=\"{field}\"")));
        assert_eq!(fields, [asked, asked], "{name}: {html}");
        assert_eq!(html.contains("You confirmed having read it:"), acknowledged, "{name}: {html}");
        let asking = html.split("id=\"acknowledge\"").nth(1).unwrap_or_default().split("</form>").next().unwrap();
        assert_eq!(asking.contains("role=\"alert\""), name == "document-refused", "{name}: {html}");
        assert!(attributes(html, "href").contains(&format!("/pdf/{}/{id}", patient(1)).as_str()), "{name}: {html}");
        assert!(html.contains("<h1 dir=\"auto\">Document of Amelia Okafor</h1>"), "{name}: {html}");
        // The text in its paragraphs.
        assert!(html.contains("First \"&gt;&lt;script&gt;"), "{name}: {html}");
        assert_eq!(html.matches("<p dir=\"auto\" class=\"note-text\">").count(), 2, "{name}: {html}");
    }
}

// AN-05: an unknown link names nobody; a dead one the practice and its telephone.
#[test]
fn a_dead_link_names_the_practice_only() {
    let pages = pages();
    let unknown = &pages["invitation-unknown"];
    assert!(!unknown.contains("Harbour") && !unknown.contains("tel:"), "{unknown}");
    for dead in ["invitation-practitioner", "invitation-used", "invitation-expired", "invitation-revoked"] {
        let html = &pages[dead];
        assert!(html.contains("Harbour Street Practice") && html.contains("href=\"tel:0255501234\""), "{dead}: {html}");
    }
    assert!(pages["invitation-expired"].contains("action=\"/api/invitations/renew?page=/invitation/tok\""));
}

// S3-22: one account, several records: the switcher keeps the place.
#[test]
fn the_switcher_leads_to_the_same_place_of_another_record() {
    let pages = pages();
    assert!(pages["records"].contains(&format!("href=\"/portal/{}/records\"", patient(4))));
    assert!(!pages["home"].contains("<details"), "with one record there is nothing to switch to");
}

#[test]
fn whole_documents_carry_the_nonce_and_the_names_of_this_build() {
    let names = [("console.js", "console.1a.js"), ("console.css", "console.2b.css"), ("portal.css", "portal.3c.css")];
    let assets = Assets::new(names.map(|(name, hashed)| (name.to_owned(), hashed.to_owned())).into());
    let html = console_shell(&assets, "n0nce");
    assert!(html.starts_with("<!DOCTYPE html><html"), "{html}");
    assert!(html.contains("/pkg/console.1a.js") && html.contains("/pkg/console.2b.css"), "{html}");
    assert_eq!(html.matches("<script").count(), html.matches("nonce=\"n0nce\"").count(), "{html}");
    let html = error_page(&assets, &AppError::Fault { reference: "r-42".into() }, None);
    assert!(html.contains("r-42") && html.contains("/pkg/portal.3c.css") && !html.contains("<script"), "{html}");
}

// AN-02, B-07: the table of pages, from which the server knows who may open what, and the pages themselves are the same,
// and none of them streams in late.
#[test]
fn every_page_of_the_table_is_there_and_no_other() {
    let mut listed: Vec<String> = app::routes::RENDERED.iter().map(|route| route.path.to_owned()).collect();
    let routes = leptos_axum::generate_route_list(app::shell::App);
    let mut drawn: Vec<String> = routes.iter().map(|route| route.path().replace("/{", "/:").replace('}', "")).collect();
    listed.sort_unstable();
    drawn.sort_unstable();
    assert_eq!(drawn, listed);
    for route in &routes {
        assert!(matches!(route.mode(), leptos_router::SsrMode::Async), "{}", route.path());
    }
}

/// Not a test of anything: writes the pages where `PREVIEW` says.
#[test]
fn previews_are_written_when_asked_for() {
    let Some(folder) = std::env::var_os("PREVIEW") else { return };
    let folder = std::path::Path::new(&folder);
    for (name, html) in pages() {
        let document = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{name}</title><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><link rel=\"stylesheet\" href=\"/pkg/portal.css\"></head>\
             <body>{html}</body></html>"
        );
        std::fs::write(folder.join(format!("{name}.html")), document).unwrap();
    }
    std::fs::write(folder.join("console.html"), console_shell(&Assets::default(), "n")).unwrap();
    std::fs::write(
        folder.join("fault.html"),
        error_page(&Assets::default(), &AppError::Fault { reference: "r-42".into() }, None),
    )
    .unwrap();
}
