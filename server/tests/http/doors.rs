//! The door list: what is registered is what is listed, and each door refuses everybody it should.

use std::collections::{BTreeMap, BTreeSet};

use app::routes;
use domain::{
    access::{
        ConversationFacts, Explanation, Face, GroupConversationFacts, NoteFacts, NotesFacts, PatientFacts,
        Relationship, UserFace, Waits, Who, explain,
    },
    account::Door,
    chat::Switches,
    ids::GroupId,
    user::{AccessSettings, Level, User, UserState},
};
use serde_json::{Value, json};
use server::http::{
    PATHS,
    doors::{self as door, Doors, Entry, Lobby},
};
use services::ports::Clock as _;
use uuid::Uuid;

use crate::{
    app::{App, ENGINES, Engine, NO_SETTINGS, Persona},
    client::{Response, form},
};

/// What a door is called with: JSON, or the fields of a form. Well-formed, so that only the caller can be refused.
#[derive(PartialEq)]
enum Body {
    Json(Value),
    Form(Vec<(&'static str, String)>),
}

/// Ids that bodies are filled with.
#[derive(Clone)]
struct Ids {
    patient: String,
    contact: String,
    invitation: String,
    template: String,
    mail: String,
    session: String,
    notification: String,
    user: String,
    location: String,
    bulk: String,
    grant: String,
    report: String,
    form: String,
    request: String,
    update: String,
    note: String,
    document: String,
    activity: String,
    conversation: String,
    /// Between users: theirs alone, and one that they may leave.
    group_conversation: String,
    leaving: String,
    note_template: String,
    emergency: String,
    file: String,
    upload: String,
}

/// A kind of thing that has an id.
type Kind = (&'static str, fn(&mut Ids) -> &mut String);

const KINDS: [Kind; 25] = [
    ("patient", |ids| &mut ids.patient),
    ("contact", |ids| &mut ids.contact),
    ("invitation", |ids| &mut ids.invitation),
    ("template", |ids| &mut ids.template),
    ("mail", |ids| &mut ids.mail),
    ("session", |ids| &mut ids.session),
    ("notification", |ids| &mut ids.notification),
    ("user", |ids| &mut ids.user),
    ("location", |ids| &mut ids.location),
    ("bulk invitation", |ids| &mut ids.bulk),
    ("portal grant", |ids| &mut ids.grant),
    ("saved report", |ids| &mut ids.report),
    ("form", |ids| &mut ids.form),
    ("form that was sent", |ids| &mut ids.request),
    ("change from the portal", |ids| &mut ids.update),
    ("note", |ids| &mut ids.note),
    ("document", |ids| &mut ids.document),
    ("activity", |ids| &mut ids.activity),
    ("conversation", |ids| &mut ids.conversation),
    ("conversation between users", |ids| &mut ids.group_conversation),
    ("conversation to leave", |ids| &mut ids.leaving),
    ("note template", |ids| &mut ids.note_template),
    ("emergency", |ids| &mut ids.emergency),
    ("file", |ids| &mut ids.file),
    ("file on its way", |ids| &mut ids.upload),
];

impl Ids {
    /// Ids of nothing.
    fn unknown() -> Self {
        let id = |prefix: &str| format!("{prefix}_{:032x}", 0xdead_beef_u64);
        Self {
            patient: id("pat"),
            contact: id(domain::ids::ContactId::PREFIX),
            invitation: id(domain::ids::InvitationId::PREFIX),
            template: id(domain::ids::TemplateId::PREFIX),
            mail: id(domain::ids::MailId::PREFIX),
            session: id(domain::ids::SessionId::PREFIX),
            notification: id(domain::ids::NotificationId::PREFIX),
            user: id(domain::ids::UserId::PREFIX),
            location: id(domain::ids::LocationId::PREFIX),
            bulk: id(domain::ids::BulkId::PREFIX),
            grant: id(domain::ids::GrantId::PREFIX),
            report: id(domain::ids::SavedReportId::PREFIX),
            form: id(domain::ids::FormId::PREFIX),
            request: id(domain::ids::FormRequestId::PREFIX),
            update: id(domain::ids::UpdateId::PREFIX),
            note: id(domain::ids::NoteId::PREFIX),
            document: id(domain::ids::DocumentId::PREFIX),
            activity: id(domain::ids::ActivityId::PREFIX),
            conversation: id(domain::ids::ConversationId::PREFIX),
            group_conversation: id(domain::ids::GroupConversationId::PREFIX),
            leaving: id(domain::ids::GroupConversationId::PREFIX),
            note_template: id(domain::ids::NoteTemplateId::PREFIX),
            emergency: id(domain::ids::EmergencyId::PREFIX),
            file: id(domain::ids::FileId::PREFIX),
            upload: id(domain::ids::FileId::PREFIX),
        }
    }

    /// These, but for one.
    fn but(&self, (_, kind): Kind, other: &Self) -> Self {
        let mut ids = self.clone();
        *kind(&mut ids) = kind(&mut other.clone()).clone();
        ids
    }
}

/// One thing of every kind in a group: a patient whom its `full` user alone treats, what hangs on the record, that user,
/// what waits for them, and the device that comes with it.
async fn things(app: &App, group: char, number: u32) -> (Persona, Ids) {
    let email = format!("full@{group}.example.org");
    let owner = app.user_at_once(&email).await;
    let id = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no id: {value}")).to_owned();
    let canary = |column: &str| format!("CNRY-{group}-{number}-{column}");
    let patient = app.patient(&owner, group, number).await;
    let form = json!({ "name": canary("contact"), "relationship": "mother" });
    let contact = owner.call("patients/add_contact", json!({ "id": patient, "form": form })).await.is(200).json();
    let form = json!({ "name": canary("template"), "body": "Hello" });
    let template = owner.call("templates/add", json!({ "form": form })).await.is(200).json();
    let email_of = crate::app::patient_email(group, number);
    let form = json!({ "email": email_of, "email_again": email_of, "message": "" });
    let invitation = owner.call("invitations/invite", json!({ "patient": patient, "form": form })).await.is(200).json();
    // Once the mail has left nothing changes by itself any more.
    let list = json!({ "patient": patient, "page": { "after": null, "limit": null } });
    while owner.call("invitations/list", list.clone()).await.is(200).text().contains("queued") {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let chosen = json!({ "selection": { "these": [patient] } });
    let bulk = owner.call("bulk/open", chosen).await.is(200).json()["id"].clone();
    while owner.call("bulk/view", json!({ "id": bulk })).await.is(200).text().contains("gathering") {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let name = canary("report");
    let report = owner.call("reports/save", json!({ "name": name, "form": {} })).await.is(200).json();
    let account = app.account(&email).await;
    let user = app.services.store.read().await.unwrap().list_own_groups(account).await.unwrap()[0].user.clone();
    assert!(app.news_and_stuck_mail(&user, &patient).await);
    let (form, request) = app.returned_form(&owner, &user, &patient, &format!("Intake {number}")).await;
    let update = app.waiting_update(&user, &patient).await;
    let emergency = app.opened_in_emergency(&user, &patient).await;
    let text = json!({ "title": "A note", "category": "plan", "body": canary("note") });
    let note = owner.call("notes/begin", json!({ "patient": patient, "form": text })).await.is(200).json();
    let publish = json!({ "patient": patient, "id": note, "version": 0, "form": text });
    owner.call("notes/publish", publish).await.is(200);
    let letter = json!({ "title": "A letter", "kind": "letter", "body": canary("document"), "asks": "yes" });
    let document = owner.call("documents/begin", json!({ "patient": patient, "form": letter })).await.is(200).json();
    let complete = json!({ "patient": patient, "id": document, "version": 1, "form": letter });
    owner.call("documents/complete", complete).await.is(200);
    let outline = json!({ "form": { "name": canary("outline"), "category": "plan", "body": canary("outline") } });
    let note_template = owner.call("note_templates/add", outline).await.is(200).json();
    let assign = json!({ "patient": patient, "form": activity_form(&canary("activity")) });
    let activity = owner.call("activities/assign", assign).await.is(200).json();
    let conversation = app.conversation(&user, &patient, &canary("message")).await;
    let group_conversation = app.group_conversation(&user, &canary("desk")).await;
    let leaving = app.group_conversation(&user, &canary("desk")).await;
    let file = owner.send_file(&patient, &format!("{}.pdf", canary("name")), pdf(&canary("file")).as_bytes()).await;
    let upload = owner.begin_file(&patient, "more.pdf", FILE.len() as u64).await.is(200).json();
    let page = json!({ "page": { "after": null, "limit": null } });
    let about = |rows: &Value| {
        let mut rows = rows.as_array().unwrap().iter();
        rows.find(|row| row.to_string().contains(invitation.as_str().unwrap())).unwrap()["id"].clone()
    };
    let portal_users = owner.call("portal_users/list", json!({ "patient": patient })).await.is(200).json();
    let notifications = owner.call("notifications/list", page.clone()).await.is(200).json();
    let mails = owner.call("mails/list", page).await.is(200).json();
    let devices = owner.post("account/devices", &[]).await.is(200).json();
    let device = devices.as_array().unwrap().iter().find(|device| device["this_one"] == true).unwrap();
    let places = owner.call("locations/list", json!({})).await.is(200).json();
    let ids = Ids {
        contact: id(&contact),
        invitation: id(&invitation),
        template: id(&template),
        mail: id(&about(&mails["page"]["rows"])),
        session: id(&device["id"]),
        notification: id(&about(&notifications["rows"])),
        user: user.id.to_string(),
        location: id(&places[0]["id"]),
        bulk: id(&bulk),
        grant: id(&portal_users[0]["id"]),
        report: id(&report),
        form,
        request,
        update,
        note: id(&note),
        document: id(&document),
        activity: id(&activity),
        conversation,
        group_conversation,
        leaving,
        note_template: id(&note_template),
        emergency,
        file,
        upload: id(&upload["id"]),
        patient,
    };
    (owner, ids)
}

/// A file that says this.
fn pdf(text: &str) -> String {
    format!("%PDF-1.4\n% {text}\n%%EOF\n")
}

/// What is sent of the one that is on its way.
const FILE: &str = "%PDF-1.4\n%%EOF\n";

fn body(door: &str, ids: &Ids) -> Body {
    let page = json!({ "after": null, "limit": null });
    let patient_form = json!({ "legal_first": "Somebody" });
    let contact_form =
        json!({ "name": "Somebody", "relationship": "friend", "email": "", "phone": "", "emergency": "" });
    let template = json!({ "name": "A template", "body": "Hello" });
    let invite = json!({ "email": "x@example.org", "email_again": "x@example.org", "message": "" });
    let note_form = json!({ "title": "A note", "category": "plan", "body": "Walk" });
    let outline = json!({ "name": "An outline", "category": "plan", "body": "{{today}}" });
    let document_form = json!({ "title": "A letter", "kind": "letter", "body": "Walk", "asks": "yes" });
    let text = |text: &str| text.to_owned();
    match door {
        "account/sign_in" => {
            Body::Form(vec![("door", text("portal")), ("email", text("x@example.org")), ("password", text("x"))])
        }
        "account/sign_out"
        | "account/sign_out_everywhere"
        | "account/stay"
        | "account/devices"
        | "account/tips"
        | "account/is_proved"
        | "memberships/lobby" => Body::Form(vec![]),
        "account/step_up" => Body::Form(vec![("password", text("x"))]),
        "account/set_tips" => Body::Form(vec![("wanted", text("true"))]),
        "passwords/choose" => Body::Form(vec![("password", text("four words of nothing"))]),
        "memberships/answer" => Body::Form(vec![("user", ids.user.clone()), ("join", text("yes"))]),
        "memberships/accept" | "memberships/reject" | "memberships/switch" => Body::Json(json!({ "user": ids.user })),
        "account/end_device" => Body::Form(vec![("id", ids.session.clone())]),
        "account/switch_door" => Body::Form(vec![("to", text("portal"))]),
        "passwords/request_link" => Body::Form(vec![("email", text("x@example.org")), ("door", text("portal"))]),
        "passwords/link_page" => Body::Form(vec![("token", text("x"))]),
        "passwords/set_by_link" => Body::Form(vec![("token", text("x")), ("password", text("four words of nothing"))]),
        "passwords/change" => Body::Form(vec![("current", text("x")), ("password", text("four words of nothing"))]),
        "set_up" => Body::Form(
            ["code", "group_name", "location_name", "time_zone", "first_name", "last_name", "email", "email_again"]
                .into_iter()
                .chain(["password"])
                .map(|name| (name, text("x")))
                .collect(),
        ),
        "console/start"
        | "notifications/unread"
        | "settings/patient_access"
        | "chat/replies"
        | "settings/waiting_updates"
        | "settings/practice"
        | "settings/messages"
        | "memberships/offers"
        | "memberships/prove"
        | "reports/choices"
        | "locations/list"
        | "templates/list"
        | "note_templates/list"
        | "emergencies/own"
        | "reports/saved"
        | "handout/find"
        | "handout/pdf" => Body::Json(json!({})),
        "settings/save_messages" => Body::Json(json!({ "version": 999, "form": { "reminder_hours": "24" } })),
        "users/list" => Body::Json(json!({ "filter": {}, "page": page })),
        "users/page" => Body::Json(json!({ "id": ids.user })),
        "users/add" => Body::Json(json!({
            "form": { "role": "practitioner", "email": "", "email_again": "", "user": {} },
            "password": "", "password_again": "",
        })),
        "users/save" => Body::Json(json!({ "id": ids.user, "version": 999, "form": user_form(ids) })),
        "users/deactivate" | "users/reactivate" | "users/invite_again" => {
            Body::Json(json!({ "id": ids.user, "version": 999 }))
        }
        "users/explain" => Body::Json(json!({ "id": ids.user, "patient": ids.patient })),
        "locations/add" => Body::Json(json!({ "form": { "name": "" } })),
        "locations/save" => Body::Json(json!({ "id": ids.location, "version": 999, "form": location_form() })),
        "relationships/list" => Body::Json(json!({ "patient": ids.patient, "page": page })),
        "relationships/practitioners" => Body::Json(json!({ "patient": ids.patient, "text": "" })),
        "relationships/set" => {
            Body::Json(json!({ "patient": ids.patient, "user": ids.user, "seen": null, "wanted": "granted" }))
        }
        "history/list" => Body::Json(json!({ "filter": {}, "page": page })),
        "history/users" => Body::Json(json!({ "text": "a" })),
        "history/chosen" => Body::Json(json!({ "user": ids.user, "patient": ids.patient })),
        "history/export" => Body::Json(json!({ "filter": {} })),
        "reports/case_load" => Body::Json(json!({ "form": {}, "page": page })),
        "reports/export_case_load" => Body::Json(json!({ "form": {} })),
        "notifications/list" | "mails/list" | "bulk/list" => Body::Json(json!({ "page": page })),
        // Nobody, and a field that there is not: who passes starts no job.
        "bulk/open" => Body::Json(json!({ "selection": { "these": [] } })),
        "bulk/start" => Body::Json(json!({ "id": ids.bulk, "message": "{{no.such}}" })),
        "bulk/view" | "bulk/stop" | "bulk/go_on" => Body::Json(json!({ "id": ids.bulk })),
        "bulk/patients" => Body::Json(json!({ "id": ids.bulk, "outcome": null, "page": page })),
        "bulk/export" => Body::Json(json!({ "id": ids.bulk, "outcome": null })),
        "notifications/mark_read" => Body::Json(json!({ "id": ids.notification })),
        "patients/list" => Body::Json(json!({ "filter": { "text": "", "status": null }, "page": page })),
        "patients/search" => Body::Json(json!({ "text": "cnry" })),
        "patients/profile" | "patients/contacts" | "patients/background" => Body::Json(json!({ "id": ids.patient })),
        "patients/add" => Body::Json(json!({ "form": patient_form })),
        "patients/save" => Body::Json(json!({ "id": ids.patient, "version": 999, "form": patient_form })),
        "patients/save_background" => Body::Json(json!({ "id": ids.patient, "version": 999, "form": {} })),
        "patients/add_contact" => Body::Json(json!({ "id": ids.patient, "form": contact_form })),
        "patients/save_contact" => {
            Body::Json(json!({ "id": ids.patient, "contact": ids.contact, "version": 1, "form": contact_form }))
        }
        "patients/remove_contact" => Body::Json(json!({ "id": ids.patient, "contact": ids.contact, "version": 0 })),
        "invitations/start" => Body::Json(json!({ "patient": ids.patient })),
        "invitations/invite" => Body::Json(json!({ "patient": ids.patient, "form": invite })),
        "invitations/list" => Body::Json(json!({ "patient": ids.patient, "page": page })),
        "invitations/resend" | "invitations/revoke" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.invitation }))
        }
        "invitations/link_page" | "invitations/opened" | "invitations/confirm" | "invitations/renew" => {
            Body::Form(vec![("token", text("x"))])
        }
        "invitations/accept" => Body::Form(vec![("token", text("x")), ("password", text("four words of nothing"))]),
        "settings/save_patient_access" => Body::Json(
            json!({ "version": 999, "form": { "invitations": "yes", "link_hours": "24", "updates": "approval" } }),
        ),
        "portal_users/list" => Body::Json(json!({ "patient": ids.patient })),
        "portal_users/find" => Body::Json(json!({ "patient": ids.patient, "email": "x@example.org" })),
        "portal_users/save" => Body::Json(
            json!({ "patient": ids.patient, "id": ids.grant, "form": { "role": "view", "level": "clinical" } }),
        ),
        "portal_users/suspend" | "portal_users/restore" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.grant }))
        }
        "family/people" | "family/leave" | "access_log/list" => Body::Form(vec![("patient", ids.patient.clone())]),
        "family/invite" => Body::Form(vec![("patient", ids.patient.clone()), ("name", text("x"))]),
        "family/end" | "family/send_again" => {
            Body::Form(vec![("patient", ids.patient.clone()), ("id", ids.grant.clone())])
        }
        "settings/save_practice" => Body::Json(json!({ "version": 999, "form": { "name": "A practice" } })),
        "reports/save" => Body::Json(json!({ "name": "A report", "form": { "email": "yes" } })),
        "reports/rename" => Body::Json(json!({ "id": ids.report, "name": "Another name" })),
        "reports/remove" => Body::Json(json!({ "id": ids.report })),
        "handout/save" => Body::Json(json!({ "version": 0, "text": { "title": "Ours" } })),
        "emergencies/open" => Body::Json(json!({ "patient": ids.patient, "form": {} })),
        "emergencies/seek" => Body::Json(json!({ "form": {} })),
        "emergencies/close" => Body::Json(json!({ "patient": ids.patient })),
        "emergencies/list" => Body::Json(json!({ "page": page })),
        "emergencies/review" | "emergencies/end" => Body::Json(json!({ "id": ids.emergency })),
        "note_templates/open" => Body::Json(json!({ "id": ids.note_template })),
        "note_templates/add" => Body::Json(json!({ "form": outline })),
        "note_templates/save" => Body::Json(json!({ "id": ids.note_template, "version": 1, "form": outline })),
        "note_templates/remove" => Body::Json(json!({ "id": ids.note_template, "version": 9 })),
        "note_templates/offered" => Body::Json(json!({ "patient": ids.patient })),
        "note_templates/begin" => Body::Json(json!({ "patient": ids.patient, "id": ids.note_template })),
        "templates/add" => Body::Json(json!({ "form": template })),
        "templates/save" => Body::Json(json!({ "id": ids.template, "version": 1, "form": template })),
        "templates/remove" => Body::Json(json!({ "id": ids.template, "version": 0 })),
        "templates/preview" => Body::Json(json!({ "body": "Hello", "patient": ids.patient })),
        "forms/list" => Body::Json(json!({})),
        "forms/open" => Body::Json(json!({ "id": ids.form })),
        "forms/add" => Body::Json(json!({ "form": { "title": "", "definition": { "sections": [] } } })),
        "forms/save" | "forms/publish" => {
            let question = json!({ "key": "a", "label": "A", "kind": "text" });
            let definition = json!({ "sections": [{ "title": "A", "questions": [question] }] });
            let form = json!({ "title": "A form", "definition": definition });
            Body::Json(json!({ "id": ids.form, "version": 999, "form": form }))
        }
        "forms/archive" | "forms/restore" => Body::Json(json!({ "id": ids.form, "version": 999 })),
        "forms/send_start" => Body::Json(json!({ "patient": ids.patient })),
        "forms/send" => {
            Body::Json(json!({ "patient": ids.patient, "form": { "to": "", "forms": [ids.form], "message": "" } }))
        }
        "forms/requests" => Body::Json(json!({ "patient": ids.patient, "page": page })),
        "forms/answers" | "forms/pdf" | "forms/withdraw" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.request }))
        }
        "forms/own" => Body::Form(vec![("patient", ids.patient.clone())]),
        "forms/fill_in" => Body::Form(vec![("patient", ids.patient.clone()), ("id", ids.request.clone())]),
        "forms/answer" => Body::Form(vec![
            ("patient", ids.patient.clone()),
            ("id", ids.request.clone()),
            ("wish", text("submit")),
            ("answers[reason][]", text("x")),
        ]),
        "notes/list" => Body::Json(json!({ "patient": ids.patient, "filter": {}, "page": page })),
        "notes/open" | "notes/as_patient" => Body::Json(json!({ "patient": ids.patient, "id": ids.note })),
        "notes/versions" => Body::Json(json!({ "patient": ids.patient, "id": ids.note, "page": page })),
        "notes/begin" => Body::Json(json!({ "patient": ids.patient, "form": note_form })),
        "notes/keep" | "notes/publish" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.note, "version": 999, "form": note_form }))
        }
        "notes/unshare_with_patient" => Body::Json(json!({ "patient": ids.patient, "id": ids.note })),
        "notes/discard" => Body::Json(json!({ "patient": ids.patient, "id": ids.note, "version": 999 })),
        "notes/set_private" => Body::Json(json!({ "patient": ids.patient, "id": ids.note, "private": false })),
        "notes/share_with_patient" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.note, "version": 999, "form": {} }))
        }
        "notes/share_with" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.note, "version": 999, "user": ids.user }))
        }
        "notes/unshare_with" => Body::Json(json!({ "patient": ids.patient, "id": ids.note, "user": ids.user })),
        "notes/colleagues" => Body::Json(json!({ "patient": ids.patient, "text": "" })),
        "notes/all_shares" => Body::Json(json!({ "patient": ids.patient })),
        "notes/share_all" | "notes/unshare_all" => Body::Json(json!({ "patient": ids.patient, "user": ids.user })),
        "notes/own" => Body::Form(vec![("patient", ids.patient.clone())]),
        "notes/read" => Body::Form(vec![("patient", ids.patient.clone()), ("id", ids.note.clone())]),
        "notes/pdf" => Body::Json(json!({ "patient": ids.patient, "id": ids.note })),
        "group_chat/list" => Body::Json(json!({ "page": page })),
        "group_chat/colleagues" => Body::Json(json!({ "text": "x" })),
        "group_chat/start" => Body::Json(json!({ "with": ids.user })),
        "group_chat/begin" => Body::Json(json!({ "form": { "name": "A desk", "members": [ids.user] } })),
        "group_chat/open" => Body::Json(json!({ "id": ids.group_conversation, "window": "latest" })),
        "group_chat/more" => Body::Json(json!({ "id": ids.group_conversation, "window": { "after": 0 } })),
        "group_chat/read" | "group_chat/withdraw" => Body::Json(json!({ "id": ids.group_conversation, "number": 99 })),
        "group_chat/send" => {
            Body::Json(json!({ "id": ids.group_conversation, "message": MESSAGE, "form": { "body": "x" } }))
        }
        "group_chat/rename" => Body::Json(json!({ "id": ids.group_conversation, "form": { "name": "" } })),
        "group_chat/add" => Body::Json(json!({ "id": ids.group_conversation, "user": ids.user })),
        "group_chat/leave" => Body::Json(json!({ "id": ids.leaving })),
        "chat/list" => Body::Json(json!({ "filter": {}, "page": page })),
        "chat/unread" => Body::Json(json!({})),
        "chat/partners" => Body::Json(json!({ "text": "x" })),
        "chat/start" | "chat/switch" => Body::Json(json!({ "patient": ids.patient })),
        "chat/save_switch" => Body::Json(json!({ "patient": ids.patient, "on": true })),
        "chat/open" => Body::Json(json!({ "id": ids.conversation, "window": "latest" })),
        "chat/more" => Body::Json(json!({ "id": ids.conversation, "window": { "after": 0 } })),
        "chat/read" | "chat/withdraw" => Body::Json(json!({ "id": ids.conversation, "number": 99 })),
        "chat/settle" => Body::Json(json!({ "id": ids.conversation, "number": 99 })),
        "chat/save_replies" => Body::Json(json!({ "version": 99, "form": { "away": "x" } })),
        "chat/send" => Body::Json(json!({ "id": ids.conversation, "message": MESSAGE, "form": { "body": "x" } })),
        "chat/own" => Body::Form(vec![("patient", ids.patient.clone())]),
        "chat/own_open" => Body::Form(vec![("patient", ids.patient.clone()), ("id", ids.conversation.clone())]),
        "chat/own_more" => Body::Form(vec![
            ("patient", ids.patient.clone()),
            ("id", ids.conversation.clone()),
            ("after", "0".to_owned()),
        ]),
        "chat/own_withdraw" => Body::Form(vec![
            ("patient", ids.patient.clone()),
            ("id", ids.conversation.clone()),
            ("number", "1".to_owned()),
        ]),
        "chat/own_send" => Body::Form(vec![
            ("patient", ids.patient.clone()),
            ("id", ids.conversation.clone()),
            ("message", MESSAGE.to_owned()),
            ("body", "x".to_owned()),
        ]),
        "activities/list" => Body::Json(json!({ "patient": ids.patient, "page": page })),
        "activities/open" | "activities/end" | "activities/withdraw" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.activity }))
        }
        "activities/doings" => Body::Json(json!({ "patient": ids.patient, "id": ids.activity, "page": page })),
        "activities/assign" => Body::Json(json!({ "patient": ids.patient, "form": activity_form("Walks") })),
        "activities/save" => {
            let form = activity_form("Walks");
            Body::Json(json!({ "patient": ids.patient, "id": ids.activity, "version": 999, "form": form }))
        }
        "activities/own" => Body::Form(vec![("patient", ids.patient.clone())]),
        "activities/read" => Body::Form(vec![("patient", ids.patient.clone()), ("id", ids.activity.clone())]),
        "activities/done" | "activities/not_done" => Body::Form(vec![
            ("patient", ids.patient.clone()),
            ("id", ids.activity.clone()),
            ("day", "2026-11-28".to_owned()),
        ]),
        "documents/list" => Body::Json(json!({ "patient": ids.patient, "kind": null, "page": page })),
        "documents/open" | "documents/as_patient" | "documents/pdf" | "documents/withdraw" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.document }))
        }
        "documents/begin" => Body::Json(json!({ "patient": ids.patient, "form": document_form })),
        "documents/save" | "documents/complete" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.document, "version": 999, "form": document_form }))
        }
        "documents/discard" => Body::Json(json!({ "patient": ids.patient, "id": ids.document, "version": 999 })),
        "documents/own" => Body::Form(vec![("patient", ids.patient.clone())]),
        "documents/read" | "documents/acknowledge" => {
            Body::Form(vec![("patient", ids.patient.clone()), ("id", ids.document.clone())])
        }
        "files/list" => Body::Json(json!({ "patient": ids.patient, "page": page })),
        "files/rename" => Body::Json(
            json!({ "patient": ids.patient, "id": ids.file, "name": "Another name.pdf", "category": "letter" }),
        ),
        "files/share" | "files/unshare" | "files/remove" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.file }))
        }
        "files/begin" => {
            Body::Json(json!({ "patient": ids.patient, "form": { "name": "a.pdf", "category": "other", "size": 10 } }))
        }
        "files/progress" | "files/finish" | "files/give_up" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.upload }))
        }
        "files/own" => Body::Form(vec![("patient", ids.patient.clone())]),
        "updates/waiting" => Body::Json(json!({ "patient": ids.patient })),
        "updates/decided" => Body::Json(json!({ "patient": ids.patient, "page": page })),
        "updates/decide" => {
            Body::Json(json!({ "patient": ids.patient, "id": ids.update, "verdict": { "reject": { "reason": "" } } }))
        }
        // None is named: who passes approves nothing.
        "updates/approve_all" => Body::Json(json!({ "patient": ids.patient, "seen": [] })),
        "updates/history" => Body::Json(json!({ "patient": ids.patient, "page": page })),
        "updates/queue" => Body::Json(json!({ "filter": {}, "page": page })),
        "updates/count" => Body::Json(json!({})),
        "updates/approve_some" => Body::Json(json!({ "picked": [] })),
        "updates/reject_some" => Body::Json(json!({ "picked": [], "reason": "" })),
        "updates/undo_some" => Body::Json(json!({ "picked": [] })),
        "updates/undo" => Body::Json(json!({ "patient": ids.patient, "id": ids.update })),
        "updates/own" => Body::Form(vec![("patient", ids.patient.clone())]),
        "updates/change" => Body::Form(vec![
            ("patient", ids.patient.clone()),
            ("seen[city]", text("")),
            ("values[city]", text("Elsewhere")),
        ]),
        "updates/own_history" => Body::Form(vec![("patient", ids.patient.clone())]),
        "updates/contacts" => Body::Form(vec![("patient", ids.patient.clone())]),
        "updates/put_contact" => Body::Form(vec![
            ("patient", ids.patient.clone()),
            ("name", text("Ada")),
            ("relationship", text("Aunt")),
            ("phone", text("0491 570 156")),
        ]),
        "updates/remove_contact" => {
            Body::Form(vec![("patient", ids.patient.clone()), ("contact", ids.contact.clone()), ("seen", text(""))])
        }
        "updates/order_contacts" => {
            Body::Form(vec![("patient", ids.patient.clone()), ("order", ids.contact.clone()), ("seen", text(""))])
        }
        "mails/retry" => Body::Json(json!({ "id": ids.mail })),
        "portal/start" => Body::Form(vec![]),
        "portal/frame" => Body::Form(vec![("patient", ids.patient.clone())]),
        other => panic!("the door {other} has no body here: add one"),
    }
}

fn user_form(ids: &Ids) -> Value {
    json!({
        "first_name": "Some", "last_name": "Body", "profession": "Physiotherapist", "level": "personal",
        "locations": [ids.location],
    })
}

fn location_form() -> Value {
    json!({ "name": "A place", "time_zone": "Europe/London" })
}

async fn knock(persona: &Persona, door: &str, ids: &Ids) -> Response {
    match body(door, ids) {
        Body::Json(value) => persona.call(door, value).await,
        Body::Form(fields) => {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            persona.post(door, &fields).await
        }
    }
}

fn doors() -> Doors {
    Doors::read().unwrap()
}

#[test]
fn every_registered_function_is_listed_and_every_listed_one_registered() {
    let registered: BTreeSet<String> =
        server_fn::axum::server_fn_paths().map(|(path, _)| path.trim_start_matches("/api/").to_owned()).collect();
    let listed: BTreeSet<String> = doors().api.into_keys().collect();
    assert!(registered.len() > 30, "the functions are linked into this test");
    assert_eq!(registered, listed);
}

// Rule 14: POST only, so that no link and no picture of another site calls a function.
#[test]
fn every_function_is_a_post_under_api() {
    for (path, method) in server_fn::axum::server_fn_paths() {
        assert_eq!(method, "POST", "{path}");
        assert!(path.starts_with("/api/"), "{path}");
    }
}

#[test]
fn every_page_and_route_is_listed_with_its_audience() {
    let doors = doors();
    let pages: BTreeMap<&str, door::Who> = routes::RENDERED
        .iter()
        .chain(routes::CONSOLE)
        .map(|page| {
            let who = match page.audience {
                routes::Audience::Public => door::Who::Public,
                routes::Audience::Portal => door::Who::Portal,
                routes::Audience::Console => door::Who::Console,
                routes::Audience::SignedIn => door::Who::SignedIn,
            };
            (page.path, who)
        })
        .chain([("/", door::Who::Public)])
        .collect();
    let listed: BTreeMap<&str, door::Who> = doors.page.iter().map(|(path, entry)| (path.as_str(), entry.who)).collect();
    assert_eq!(pages, listed);
    let routes: BTreeSet<&str> = PATHS.iter().copied().collect();
    assert_eq!(routes, doors.route.keys().map(String::as_str).collect());
}

#[tokio::test]
async fn leptos_knows_the_same_pages() {
    let known: BTreeSet<String> = leptos_axum::generate_route_list(app::shell::App)
        .iter()
        .map(|route| route.path().replace('{', ":").replace('}', ""))
        .collect();
    let table: BTreeSet<String> = routes::RENDERED.iter().map(|page| page.path.to_owned()).collect();
    assert_eq!(known, table);
}

#[test]
fn every_right_on_the_list_exists() {
    let doors = doors();
    let entries = doors.api.values().chain(doors.page.values()).chain(doors.route.values());
    for right in entries.filter_map(|entry| entry.right.as_deref()) {
        assert!(domain::access::NAMES.contains(&right), "{right}");
    }
}

/// Doors that everybody may pass; sign-in alone says 401, because nobody is let in.
fn public_status(door: &str) -> &'static [u16] {
    match door {
        "account/sign_in" => &[401, 429],
        _ => &[200, 404, 409, 422, 429],
    }
}

// AN-01: nobody, a made-up cookie, and a session that is over get 401 everywhere but at the listed public doors.
#[tokio::test]
async fn nobody_passes_but_where_everybody_may() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let over = app.practitioner().await;
        let patient = app.patient(&over, 'a', 1).await;
        let stale = over.copy();
        over.post("account/sign_out", &[]).await.is(200);
        let made_up = app.anon();
        made_up.set_cookie(Some("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"));
        let garbled = app.anon();
        garbled.set_cookie(Some("x"));
        let mut nobody = stale.copy();
        nobody.may_see.clear();
        for (name, persona) in [("none", app.anon()), ("made up", made_up), ("garbled", garbled), ("over", nobody)] {
            let ids = Ids { patient: patient.clone(), ..Ids::unknown() };
            for (door, Entry { who, .. }) in &doors().api {
                let response = knock(&persona, door, &ids).await;
                if *who == door::Who::Public {
                    let allowed = public_status(door);
                    assert!(allowed.contains(&response.status), "{engine:?} {name} {door}: {}", response.status);
                } else {
                    assert_eq!(response.status, 401, "{engine:?} {name} {door}: {}", response.text());
                    assert_eq!(response.error(), "not_signed_in", "{door}");
                }
            }
        }
    }
}

// PT-24 and its mirror: who is signed in on one side has no business at the other's doors.
#[tokio::test]
async fn each_side_keeps_to_its_doors() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let practitioner = app.practitioner().await;
        let (portal_user, patient) = app.portal_user(&practitioner, 'a', 1).await;
        let ids = Ids { patient, ..Ids::unknown() };
        for (door, Entry { who, .. }) in &doors().api {
            let (stranger, name) = match who {
                door::Who::Console => (&portal_user, "portal user"),
                door::Who::Portal => (&practitioner, "practitioner"),
                door::Who::Public | door::Who::SignedIn => continue,
            };
            let response = knock(stranger, door, &ids).await;
            assert_eq!(response.status, 403, "{engine:?} {name} {door}: {}", response.text());
        }
    }
}

/// Who asks, and what rights are decided by.
struct Asker {
    name: String,
    persona: Persona,
    what: What,
    /// How they and a patient of group `a` belong together.
    relationship: Option<Relationship>,
    user: Option<User>,
}

enum What {
    /// Nobody, or somebody whose session is over.
    Nobody,
    /// In the portal of another patient, this one.
    Portal(String),
    /// In the lobby.
    Lobby(Waits),
    /// A user of group `a`, or of another one.
    User(Who),
}

impl Asker {
    fn new(name: &str, persona: Persona, what: What) -> Self {
        Self { name: name.to_owned(), persona, what, relationship: None, user: None }
    }

    async fn user(app: &App, email: &str, user: &User, relationship: Option<Relationship>) -> Self {
        let face = UserFace { group: user.group, user: user.id, level: user.level, settings: user.settings };
        let what = What::User(Who { account: user.account, face: Face::User(face) });
        let mut persona = app.session(user.account, Door::Console, Some(user.id)).await;
        persona.may_see.push(if email.contains("@b.") { "CNRY-b-" } else { "CNRY-a-" }.to_owned());
        if user.settings.hide_names {
            persona.may_see.clear();
        }
        Self { relationship, user: Some(user.clone()), ..Self::new(email, persona, what) }
    }

    fn group(&self) -> Option<GroupId> {
        self.user.as_ref().map(|user| user.group)
    }
}

/// Everybody there is: nobody, a portal user of another patient, the lobby, each of the seven levels, each setting, each
/// relationship, deactivated, another group.
async fn askers(app: &App) -> Vec<Asker> {
    let mut all = vec![Asker::new("nobody", app.anon(), What::Nobody)];
    let full = app.practitioner().await;
    let (portal, own) = app.portal_user(&full, 'a', 7).await;
    all.push(Asker::new("portal user of another patient", portal, What::Portal(own)));
    for (email, ..) in crate::app::USERS {
        let account = app.account(email).await;
        let own = app.services.store.read().await.unwrap().list_own_groups(account).await.unwrap();
        let treats = email.starts_with("full@a").then_some(Relationship::Granted);
        all.push(Asker::user(app, email, &own[0].user, treats).await);
    }
    let no_note_sharing = AccessSettings { no_note_sharing: true, ..NO_SETTINGS };
    for (email, level, settings, relationship) in [
        ("automatic@a.example.org", Level::Personal, NO_SETTINGS, Some(Relationship::Automatic)),
        ("granted@a.example.org", Level::Personal, NO_SETTINGS, Some(Relationship::Granted)),
        ("revoked@a.example.org", Level::Full, NO_SETTINGS, Some(Relationship::Revoked)),
        ("revoked.clinical@a.example.org", Level::Clinical, NO_SETTINGS, Some(Relationship::Revoked)),
        ("keeps.notes@a.example.org", Level::Full, no_note_sharing, None),
    ] {
        let user = app.add_user(email, level, settings, UserState::Active).await;
        all.push(Asker::user(app, email, &user, relationship).await);
    }
    for (waits, email) in [(Waits::Password, "temporary@a.example.org"), (Waits::Group, "nogroup@a.example.org")] {
        let temporary = waits == Waits::Password;
        let state = if temporary { UserState::Active } else { UserState::Invited };
        let user = app.add_user(email, Level::Full, NO_SETTINGS, state).await;
        if temporary {
            let mut work = app.services.store.begin().await.unwrap();
            work.mark_temporary_password(user.account, app.clock.now()).await.unwrap();
            work.save().await.unwrap();
        }
        let persona = app.session(user.account, Door::Console, temporary.then_some(user.id)).await;
        all.push(Asker::new(email, persona, What::Lobby(waits)));
    }
    let email = "deactivated@a.example.org";
    let user = app.add_user(email, Level::Full, NO_SETTINGS, UserState::Deactivated).await;
    let persona = app.session(user.account, Door::Console, Some(user.id)).await;
    all.push(Asker::new(email, persona, What::Nobody));
    all
}

fn activity_form(title: &str) -> Value {
    json!({ "title": title, "instructions": "Slowly", "days": "mon sat", "from": "2026-11-01" })
}

/// A message that nobody sent yet.
const MESSAGE: &str = "msg_000000000000400080000000000000aa";

/// Doors that show something and change nothing.
const READING: [&str; 85] = [
    "chat/list",
    "chat/more",
    "chat/open",
    "chat/partners",
    "chat/replies",
    "chat/switch",
    "chat/unread",
    "group_chat/colleagues",
    "group_chat/list",
    "group_chat/more",
    "group_chat/open",
    "emergencies/list",
    "emergencies/own",
    "note_templates/begin",
    "note_templates/list",
    "note_templates/offered",
    "note_templates/open",
    "activities/doings",
    "activities/list",
    "activities/open",
    "documents/as_patient",
    "documents/list",
    "documents/open",
    "documents/pdf",
    "files/list",
    "notes/all_shares",
    "notes/as_patient",
    "notes/colleagues",
    "notes/list",
    "notes/open",
    "notes/pdf",
    "notes/versions",
    "account/tips",
    "account/is_proved",
    "bulk/export",
    "bulk/list",
    "bulk/patients",
    "bulk/view",
    "console/start",
    "handout/find",
    "handout/pdf",
    "forms/answers",
    "forms/list",
    "forms/open",
    "forms/pdf",
    "forms/requests",
    "forms/send_start",
    "history/chosen",
    "history/export",
    "history/list",
    "history/users",
    "invitations/list",
    "invitations/start",
    "locations/list",
    "mails/list",
    "memberships/lobby",
    "memberships/offers",
    "notifications/list",
    "notifications/unread",
    "patients/background",
    "patients/contacts",
    "patients/list",
    "patients/profile",
    "patients/search",
    "portal/start",
    "portal_users/find",
    "portal_users/list",
    "relationships/list",
    "relationships/practitioners",
    "reports/case_load",
    "reports/choices",
    "reports/export_case_load",
    "reports/saved",
    "settings/messages",
    "settings/patient_access",
    "settings/practice",
    "settings/waiting_updates",
    "templates/list",
    "updates/count",
    "updates/decided",
    "updates/history",
    "updates/queue",
    "updates/waiting",
    "users/list",
    "users/page",
];

/// What the policy says of this caller at this door, about things of one group: a patient whom only `full@` treats, and
/// what belongs to that user.
fn policy(asker: &Asker, door: &str, entry: &Entry, facts: &PatientFacts, owner: bool) -> Expected {
    let expected = match (&asker.what, entry.who) {
        (_, door::Who::Public) => Expected::Through,
        (What::Nobody, _) => Expected::Refused(401),
        (What::Lobby(waits), _) => match (waits, entry.lobby) {
            (_, Some(Lobby::Everybody)) | (Waits::Group, Some(Lobby::Group)) => Expected::Through,
            _ => Expected::Refused(403),
        },
        // Both sides send by the same doors: in the portal about one's own patients, in the console by a right.
        (What::Portal(_), door::Who::SignedIn) if door.starts_with("files/") => Expected::Refused(404),
        (What::User(who), door::Who::SignedIn) if door.starts_with("files/") => by_right(who, facts, owner, "AddFiles"),
        (_, door::Who::SignedIn) => Expected::Through,
        (What::Portal(_), door::Who::Portal) if entry.right.is_some() => Expected::Refused(404),
        (What::Portal(_), door::Who::Portal) => Expected::Through,
        (What::Portal(_), door::Who::Console) | (What::User(_), door::Who::Portal) => Expected::Refused(403),
        (What::User(who), door::Who::Console) => {
            let right = entry.right.as_deref().expect("every door of the console names its right");
            let one = explained(who, facts, owner, right);
            match (one.may, door) {
                // To export something takes the right to see it as well.
                (true, "history/export") if !explained(who, facts, owner, "ViewHistory").may => Expected::Refused(403),
                (true, "bulk/export") if !explained(who, facts, owner, "InvitePatients").may => Expected::Refused(403),
                // And a paper about somebody is an export of what one may see.
                (true, "forms/pdf" | "documents/pdf" | "notes/pdf")
                    if !explained(who, facts, owner, "ExportData").may =>
                {
                    Expected::Refused(403)
                }
                _ => by_right(who, facts, owner, right),
            }
        }
    };
    let reached = match entry.who {
        // What is on its way is its sender's; anything may be announced.
        door::Who::SignedIn if door == "files/begin" => asker.group() == Some(facts.group),
        door::Who::SignedIn => owner,
        // A bulk invitation is its user's own.
        door::Who::Console if door.starts_with("bulk/") => owner,
        door::Who::Console => asker.group() == Some(facts.group),
        door::Who::Portal | door::Who::Public => true,
    };
    if expected == Expected::Through && !reached && takes_an_id(door) { Expected::Refused(404) } else { expected }
}

/// What a right that somebody has, or has not, comes to at a door.
fn by_right(who: &Who, facts: &PatientFacts, owner: bool, right: &str) -> Expected {
    let one = explained(who, facts, owner, right);
    match (one.may, one.hidden) {
        (true, _) => Expected::Through,
        (false, true) => Expected::Refused(404),
        (false, false) => Expected::Refused(403),
    }
}

/// What the policy says of this caller at the routes that files take, in the order of [`knock_at_files`].
fn file_policy(asker: &Asker, facts: &PatientFacts, owner: bool) -> [Expected; 3] {
    match &asker.what {
        What::Nobody => [Expected::Refused(401); 3],
        What::Lobby(_) => [Expected::Refused(403); 3],
        What::Portal(_) => [Expected::Refused(404); 3],
        What::User(who) => {
            let sends = match by_right(who, facts, owner, "AddFiles") {
                // A piece of somebody else's file.
                Expected::Through if !owner => Expected::Refused(404),
                other => other,
            };
            let reads = by_right(who, facts, owner, "ReadFiles");
            [sends, reads, reads]
        }
    }
}

/// Sends a piece of the file that is on its way, and opens the other one, both ways.
async fn knock_at_files(persona: &Persona, ids: &Ids) -> [Response; 3] {
    let path = format!("/files/{}/{}", ids.patient, ids.file);
    [
        persona.piece(&ids.patient, &ids.upload, 0, FILE.as_bytes()).await,
        persona.get(&path).await,
        persona.get(&format!("{path}/view")).await,
    ]
}

/// What the policy says of this caller at the route of the portal's papers: nobody here has a grant of the patient.
const fn paper_policy(asker: &Asker) -> u16 {
    match &asker.what {
        What::Nobody => 401,
        What::Lobby(_) | What::User(_) => 403,
        What::Portal(_) => 404,
    }
}

/// The note is published, not private, shared with nobody, and `full@` wrote it; the conversations are theirs.
fn explained(who: &Who, facts: &PatientFacts, owner: bool, right: &str) -> Explanation {
    let author = match &who.face {
        Face::User(user) if owner => user.user,
        _ => Uuid::from_u128(0xdead_beef).into(),
    };
    let note = NoteFacts {
        of: NotesFacts { patient: *facts, sharing: true },
        note: Uuid::from_u128(0xdead_beef).into(),
        author,
        published: true,
        private: false,
        shared: None,
    };
    let all = explain::in_group(who).into_iter().chain(explain::on_patient(who, facts));
    let switches = Switches { practice: true, patient: true, reachable: true };
    let conversation = Uuid::from_u128(0xdead_beef).into();
    let conversation = ConversationFacts { of: *facts, conversation, practitioner: author, switches };
    let all = all.chain(explain::on_note(who, &note)).chain(explain::on_conversation(who, &conversation));
    let group_conversation = GroupConversationFacts {
        group: facts.group,
        conversation: Uuid::from_u128(0xdead_beef).into(),
        member: Some(author),
        named: true,
        on: true,
    };
    let mut all = all.chain(explain::on_group_conversation(who, &group_conversation));
    all.find(|one| one.right == right).expect("every right is explained")
}

/// Does it find something by an id? What is marked as read, and whom a filter asks for, answers the same to any id.
fn takes_an_id(door: &str) -> bool {
    let mut other = Ids::unknown();
    for (_, kind) in KINDS {
        kind(&mut other).push('x');
    }
    !["notifications/mark_read", "history/chosen"].contains(&door) && body(door, &Ids::unknown()) != body(door, &other)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Not for the caller's sake refused; it may still not find its object, or not in this version.
    Through,
    Refused(u16),
}

/// Where this caller comes out at a page: its status, and where a redirection leads.
fn page_policy(asker: &Asker, page: &str, entry: &Entry, path: &str) -> (&'static [u16], Option<String>) {
    let welcome = (&[303][..], Some("/welcome".to_owned()));
    match (&asker.what, entry.who) {
        (_, door::Who::Public) if page == "/set-up" => (&[404], None),
        (What::Lobby(_), _) if page == "/" => welcome,
        (_, door::Who::Public) if page == "/" => (&[303], None),
        // There is no such link, and guesses are counted.
        (_, door::Who::Public) if page.contains(":token") => (&[200, 404, 429], None),
        (_, door::Who::Public) => (&[200], None),
        (What::Nobody, door::Who::SignedIn) => (&[303], Some("/console/sign-in".to_owned())),
        (_, door::Who::SignedIn) => (&[200, 302], None),
        (What::Lobby(_), _) => welcome,
        (What::Portal(own), door::Who::Portal) if entry.right.is_some() && !path.contains(own) => (&[404], None),
        // What was sent to somebody else, and whom somebody else names.
        (What::Portal(_), door::Who::Portal)
            if [":request", ":contact", ":note", ":document", ":activity", ":conversation"]
                .iter()
                .any(|one| page.contains(one)) =>
        {
            (&[404], None)
        }
        // Who has one record only is led to it.
        (What::Portal(own), door::Who::Portal) if page == "/portal" => (&[302], Some(format!("/portal/{own}"))),
        (What::Portal(_), door::Who::Portal) | (What::User(_), door::Who::Console) => (&[200], None),
        (_, door::Who::Portal) => (&[303], Some(format!("/sign-in?next={path}"))),
        (_, door::Who::Console) => (&[303], Some(format!("/console/sign-in?next={path}"))),
    }
}

// PR-11, PR-12, PR-13, PR-18, PR-20, PR-21, PT-24, AD-01, AD-06, TG-01: every door and every page as every kind of caller,
// about things of their own group and of another one. What comes of it is what the policy says.
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn every_door_answers_everybody(engine: Engine) {
    let app = App::start(engine).await;
    let mut pairs = 0;
    for (n, asker) in (100..).zip(askers(&app).await) {
        for (group, id) in [('a', app.group_a), ('b', app.group_b)] {
            pairs += ask_everything(&app, engine, &asker, (group, id), n).await;
        }
    }
    println!("{pairs} pairs of caller and door on {engine:?}");
    assert!(pairs > 3_500, "{pairs}");
}

#[tokio::test]
async fn every_door_answers_everybody_as_the_policy_says_on_sqlite() {
    every_door_answers_everybody(Engine::Sqlite).await;
}

#[tokio::test]
async fn every_door_answers_everybody_as_the_policy_says_on_postgres() {
    every_door_answers_everybody(Engine::Postgres).await;
}

/// Knocks at every door and opens every page about things that nobody touched yet; gives how many those were.
async fn ask_everything(app: &App, engine: Engine, asker: &Asker, (group, id): (char, GroupId), n: u32) -> u32 {
    let (owner, ids) = things(app, group, n).await;
    let is_owner = asker.name == format!("full@{group}.example.org");
    if let (Some(relationship), Some(user), 'a', false) = (asker.relationship, &asker.user, group, is_owner) {
        app.relate(user, &ids.patient, relationship).await;
    }
    let relationship = if group == 'a' || is_owner { asker.relationship } else { None };
    let facts = PatientFacts { group: id, patient: ids.patient.parse().unwrap(), relationship, emergency: false };
    let knows = matches!(&asker.what, What::User(who) if explained(who, &facts, is_owner, "ViewPatient").may);
    let mut pairs = 0;
    let secret = format!("CNRY-{group}-{n}-file");
    let answers = knock_at_files(&asker.persona.copy(), &ids).await;
    for (n, (answer, expected)) in answers.iter().zip(file_policy(asker, &facts, is_owner)).enumerate() {
        let what = format!("{engine:?} {} at route {n} of files of {group}: {}", asker.name, answer.status);
        match expected {
            Expected::Through => assert_eq!(answer.status, 200, "{what}"),
            Expected::Refused(status) => assert_eq!(answer.status, status, "{what}"),
        }
        assert_eq!(answer.text().contains(&secret), n > 0 && expected == Expected::Through, "{what}");
        pairs += 1;
    }
    for record in [&ids.document, &ids.note] {
        let answer = asker.persona.copy().get(&format!("/pdf/{}/{record}", ids.patient)).await;
        let what = format!("{engine:?} {} at /pdf of {record} of {group}: {}", asker.name, answer.status);
        assert_eq!(answer.status, paper_policy(asker), "{what}");
        pairs += 1;
    }
    for (door, entry) in &doors().api {
        // What ends the session ends the round: it is tried elsewhere (`users.rs`, `sessions.rs`).
        let ends = ["account/sign_out", "account/sign_out_everywhere", "account/switch_door", "passwords/choose"];
        if ends.contains(&door.as_str()) && !matches!(asker.what, What::Nobody) {
            continue;
        }
        let mut response = knock(&asker.persona.copy(), door, &ids).await;
        let expected = policy(asker, door, entry, &facts, is_owner);
        // A missing reason is said before it is looked who is asked about (PR-01): with one they are not there.
        if door == "emergencies/open" && response.status == 422 && matches!(expected, Expected::Refused(404)) {
            let form = json!({ "reason": "Found unconscious." });
            response = asker.persona.copy().call(door, json!({ "patient": ids.patient, "form": form })).await;
        }
        let what = format!("{engine:?} {} at {door} of {group}: {} {}", asker.name, response.status, response.text());
        match expected {
            Expected::Refused(status) => assert_eq!(response.status, status, "{what}"),
            Expected::Through => {
                // Whoever may look is shown something: a door that finds nothing for anybody is no wall.
                let shows = READING.contains(&door.as_str());
                let status: &[u16] = match (entry.who, door.as_str()) {
                    _ if shows => &[200],
                    (_, "account/sign_in") => &[401, 422, 429],
                    (door::Who::Public, _) => &[200, 404, 409, 422, 429],
                    _ => &[200, 404, 409, 422],
                };
                assert!(status.contains(&response.status), "{what}");
                let error = response.error_or_none();
                assert_ne!(error.as_deref(), Some("forbidden"), "{what}");
                assert!(error.as_deref() != Some("not_signed_in"), "{what}");
            }
        }
        // Not in a list, not behind the bell, not in the history.
        assert!(knows || !response.text().contains(&ids.patient), "{what}");
        pairs += 1;
    }
    // Only the portal's pages look at whose they are before they are sent.
    let patients = match &asker.what {
        What::Portal(own) => vec![&ids.patient, own],
        _ if group == 'a' => vec![&ids.patient],
        _ => Vec::new(),
    };
    for (page, entry) in &doors().page {
        for patient in &patients {
            let path = page.replace(":patient", patient).replace(":user", &ids.user);
            let path = path.replace(":bulk", &ids.bulk).replace(":token", "x");
            let path = path.replace(":form", &ids.form).replace(":request", &ids.request);
            let path = path.replace(":contact", &ids.contact).replace(":note", &ids.note);
            let path = path.replace(":document", &ids.document).replace(":activity", &ids.activity);
            let path = path.replace(":conversation", &ids.conversation);
            let response = asker.persona.copy().get(&path).await;
            let (statuses, to) = page_policy(asker, page, entry, &path);
            let what = format!("{engine:?} {} at {path}: {} to {}", asker.name, response.status, response.location());
            assert!(statuses.contains(&response.status), "{what}");
            assert!(to.is_none_or(|to| to == response.location()), "{what}");
            pairs += 1;
        }
    }
    if !is_owner {
        assert!(owner.is_signed_in().await, "{engine:?} {}: a device was ended by somebody else", asker.name);
        let page = json!({ "page": { "after": null, "limit": null } });
        let bell = owner.call("notifications/list", page).await.is(200).json();
        let row = bell["rows"].as_array().unwrap().iter().find(|row| row["id"] == ids.notification.as_str());
        assert_eq!(row.unwrap()["read"], false, "{engine:?} {}: read by somebody else", asker.name);
        let upload = json!({ "patient": ids.patient, "id": ids.upload });
        let progress = owner.call("files/progress", upload.clone()).await.is(200).json();
        assert_eq!(progress["pieces"], 0, "{engine:?} {}: sent by somebody else", asker.name);
        owner.call("files/give_up", upload).await.is(200);
    }
    pairs
}

// Decision 7, by hand: a policy that changes changes this table too.
#[tokio::test]
async fn what_the_levels_may_is_what_was_decided() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let full = app.practitioner().await;
        let patient = app.patient(&full, 'a', 1).await;
        let doors: [(&str, Value); 6] = [
            ("patients/profile", json!({ "id": patient })),
            ("relationships/list", json!({ "patient": patient, "page": { "after": null, "limit": null } })),
            ("users/list", json!({ "filter": {}, "page": { "after": null, "limit": null } })),
            ("locations/list", json!({})),
            ("history/list", json!({ "filter": {}, "page": { "after": null, "limit": null } })),
            ("history/export", json!({ "filter": {} })),
        ];
        for (email, expected) in [
            ("full@a.example.org", [200, 200, 200, 200, 403, 403]),
            ("clinical@a.example.org", [200, 403, 403, 403, 403, 403]),
            ("personal@a.example.org", [404, 404, 403, 403, 403, 403]),
            ("auditor@a.example.org", [200, 200, 200, 200, 200, 200]),
            ("full@b.example.org", [404, 404, 200, 200, 403, 403]),
        ] {
            let asker = app.user(email).await;
            let mut told = Vec::new();
            for (door, body) in &doors {
                told.push(asker.call(door, body.clone()).await.status);
            }
            assert_eq!(told, expected, "{engine:?} {email}");
        }
    }
}

impl Response {
    fn error_or_none(&self) -> Option<String> {
        serde_json::from_slice::<Value>(&self.body).ok()?.get("error")?.as_str().map(str::to_owned)
    }
}

/// The part of an answer that may tell something: everything but the time and the request's own number.
fn told(response: &Response) -> (u16, Vec<(String, String)>, String) {
    let mut headers = response.headers.clone();
    headers.retain(|(name, _)| name != "date" && name != "x-request-id");
    (response.status, headers, response.text())
}

/// What a user is shown by the doors that only show.
async fn shown(persona: &Persona, ids: &Ids) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (door, entry) in &doors().api {
        if READING.contains(&door.as_str()) && entry.who == door::Who::Console {
            all.push((door.clone(), knock(persona, door, ids).await.text()));
        }
    }
    all
}

// TG-01, TG-05, PR-01, PT-01 (portal/frame): every door × every kind of id in its call. An id that was guessed right and is
// another's, and one that does not exist, are told in the same bytes; nothing of it is changed.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn not_yours_and_not_there_are_the_same_answer() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let (ours, others) = things(&app, 'a', 1).await;
        let (theirs, own) = things(&app, 'b', 1).await;
        // In the same group: another patient's.
        let (colleague, neighbour) = things(&app, 'a', 2).await;
        let (portal_user, _) = app.portal_user(&ours, 'a', 3).await;
        let before = shown(&ours, &others).await;
        assert!(before.iter().any(|(_, text)| text.contains("CNRY-a-1-contact")));
        let mut pairs = 0;
        for (door, entry) in &doors().api {
            for kind in KINDS {
                let [not_theirs, not_there] = [&others, &Ids::unknown()].map(|other| own.but(kind, other));
                if body(door, &own) == body(door, &not_there) || entry.who == door::Who::Portal {
                    continue;
                }
                let answer = told(&knock(&theirs, door, &not_theirs).await);
                assert_eq!(answer, told(&knock(&theirs, door, &not_there).await), "{engine:?} {door} {}", kind.0);
                let status = match (door.as_str(), kind.0) {
                    ("notifications/mark_read", _) => 200,
                    // One's own access is refused before the places are looked at.
                    ("users/save", "location") => 409,
                    // A field of the dialog; whom it goes to is not said either.
                    ("forms/send", "form") => 422,
                    // Whoever it is, it is not shared with them afterwards.
                    ("notes/unshare_with" | "notes/unshare_all", "user") => 200,
                    // Their settings allow neither.
                    ("bulk/export" | "history/chosen", _) => 403,
                    _ => 404,
                };
                assert_eq!(answer.0, status, "{engine:?} {door} {}: {}", kind.0, answer.2);
                pairs += 1;
                if [
                    "contact",
                    "invitation",
                    "form that was sent",
                    "note",
                    "document",
                    "activity",
                    "file",
                    "file on its way",
                ]
                .contains(&kind.0)
                {
                    let answer = told(&knock(&colleague, door, &neighbour.but(kind, &others)).await);
                    let not_there = told(&knock(&colleague, door, &neighbour.but(kind, &Ids::unknown())).await);
                    assert_eq!(answer, not_there, "{engine:?} {door}: another patient's {}", kind.0);
                    assert_eq!(answer.0, 404, "{engine:?} {door}: another patient's {}", kind.0);
                    pairs += 1;
                }
            }
        }
        println!("{pairs} pairs of door and id on {engine:?}");
        assert!(pairs > 40, "{pairs}");
        // The portal user about somebody else's record.
        let not_theirs = told(&knock(&portal_user, "portal/frame", &others).await);
        assert_eq!(not_theirs, told(&knock(&portal_user, "portal/frame", &Ids::unknown()).await));
        assert_eq!(not_theirs.0, 404);
        assert_eq!(before, shown(&ours, &others).await, "{engine:?}");
    }
}

/// Where objects stand in a JSON value, the value itself among them.
fn objects(value: &Value, at: &str) -> Vec<String> {
    let Some(fields) = value.as_object() else { return Vec::new() };
    let inside = fields.iter().flat_map(|(name, value)| objects(value, &format!("{at}/{name}")));
    std::iter::once(at.to_owned()).chain(inside).collect()
}

// TG-04: whatever JSON a door takes, beside the form and inside, a field that is not its own is refused and nothing is
// changed. 400, not the 422 of a field that is filled in wrongly: it is no such form at all (`deny_unknown_fields`).
#[tokio::test]
async fn no_door_takes_a_field_that_is_not_its_own() {
    let app = App::start(Engine::Sqlite).await;
    let (ours, ids) = things(&app, 'a', 1).await;
    let before = shown(&ours, &ids).await;
    let mut taken = Vec::new();
    let mut asked = Vec::new();
    for door in doors().api.keys() {
        let Body::Json(plain) = body(door, &ids) else { continue };
        for at in objects(&plain, "") {
            for field in ["group_id", "group"] {
                let mut more = plain.clone();
                more.pointer_mut(&at).unwrap()[field] = json!(app.group_b.to_string());
                let response = ours.call(door, more).await;
                if response.status != 400 {
                    taken.push(format!("{door} {at}/{field}: {}", response.status));
                }
            }
        }
        asked.push((door.clone(), plain));
    }
    assert!(taken.is_empty(), "{taken:#?}");
    assert_eq!(before, shown(&ours, &ids).await);
    assert!(asked.len() > 50, "{}", asked.len());
    // It was the field: without it there is nothing wrong with the form.
    for (door, plain) in asked {
        assert_ne!(ours.call(&door, plain).await.status, 400, "{door}");
    }
}

// A refusal of somebody who is signed in is written down: who, which door, which object, why.
#[tokio::test]
async fn a_refusal_leaves_an_entry_in_the_trail() {
    for engine in ENGINES {
        let app = App::start(engine).await;
        let ours = app.practitioner().await;
        let patient = app.patient(&ours, 'a', 1).await;
        let theirs = app.user("full@b.example.org").await;
        theirs.call("patients/profile", json!({ "id": patient })).await.is(404);
        let mut work = app.services.store.read().await.unwrap();
        let chain = work.unscoped_chain(&app.group_b.to_string(), 0, 100).await.unwrap();
        let denied = chain.iter().find(|entry| entry.subject == patient).expect("an entry");
        assert!(denied.detail.contains("patients/profile"), "{}", denied.detail);
    }
}

// AN-15: no other method has an effect, and no header makes a method of another.
#[tokio::test]
async fn no_other_method_reaches_a_function() {
    let app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    for door in doors().api.keys() {
        for method in ["GET", "PUT", "DELETE", "PATCH", "TRACE", "HEAD", "OPTIONS", "CONNECT", "BREW"] {
            let request = practitioner.request(method, &format!("/api/{door}"));
            let request = request.header("x-http-method-override", "POST").header("x-method-override", "POST");
            let status = practitioner.send(request).await.status;
            assert!(matches!(status, 400 | 404 | 405), "{method} {door}: {status}");
        }
    }
    assert!(practitioner.is_signed_in().await, "sign_out had no effect");
}

// SS-09: whatever another site sends, in whatever shape, reaches nothing.
#[tokio::test]
async fn no_other_site_reaches_a_function() {
    let app = App::start(Engine::Sqlite).await;
    let practitioner = app.practitioner().await;
    let ours = format!("http://{}", app.address);
    let origins: [&[(&str, &str)]; 8] = [
        &[],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        &[("origin", &ours), ("sec-fetch-site", "cross-site")],
        &[("origin", &ours), ("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://127.0.0.1")],
    ];
    let kinds =
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/json"];
    for door in doors().api.keys() {
        for origin in origins {
            for kind in kinds {
                let mut request = practitioner.request("POST", &format!("/api/{door}"));
                request = request.without("origin").without("sec-fetch-site");
                for (name, value) in origin {
                    request = request.header(name, value);
                }
                let response = practitioner.send(request.body(kind, form(&[("email", "x@example.org")]))).await;
                assert_eq!(response.status, 403, "{door} {origin:?} {kind}");
                assert_eq!(response.header("set-cookie"), None);
            }
        }
    }
    assert!(practitioner.is_signed_in().await);
    assert!(app.mailer.all().is_empty());
}

// AN-21: an unknown function is told in our own words.
#[tokio::test]
async fn an_unknown_function_is_simply_not_there() {
    let app = App::start(Engine::Sqlite).await;
    for path in
        ["/api/nothing", "/api/account/sign_in/", "/api/account", "/api//account/sign_in", "/api/ACCOUNT/sign_in"]
    {
        let anon = app.anon();
        let response = anon.send(anon.request("POST", path).header("accept", "application/json")).await.is(404);
        assert_eq!(response.text(), r#"{"error":"not_found"}"#);
    }
    app.anon().form("nothing", "/sign-in", &[]).await.is(404);
}
