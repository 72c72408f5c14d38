//! How practitioners and patients belong together, and that lists, records and explanations agree.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    access::{Because, Explanation, ManageRelationships, PatientFacts, Relationship},
    activity::ActivityForm,
    bulk::Selection,
    document::DocumentForm,
    emergency_access::ReasonForm,
    error::{Conflict, Refusal},
    file::FileForm,
    group_chat::GroupConversationForm,
    history::HistoryFilter,
    ids::{PatientId, UserId},
    note::NoteForm,
    page::PageRequest,
    patient::{DetailsForm, PatientFilter},
    practice::PatientAccessForm,
    relationship::{RelationshipRow, Wanted},
    user::{AccessSettings, Level, Role, UserFilter, UserState},
};
use services::{
    Ctx, Error, activities, bulk, chat, console, documents, emergency_access, files, forms, group_chat, history,
    invitations, locations, mails, notes, notifications, patients, relationships, settings, templates, updates, users,
};

use crate::town::{Staff, Town, access_form};

on_both_engines! {
    granted_hidden_and_undone,
    an_old_look_overwrites_nothing,
    two_who_hide_a_patient_from_each_other_at_once,
    a_hidden_patient_is_not_in_the_bell,
    who_may_grant,
    what_lists_show_is_what_opens_is_what_is_explained,
}

/// Sets a relationship as somebody who looked a moment ago.
async fn set(by: &Ctx, patient: PatientId, user: UserId, wanted: Wanted) -> services::Result<()> {
    let rows = relationships::list(by, patient, &PageRequest::default()).await?.rows;
    let seen = rows.into_iter().find(|row| row.user == user).map(|row| row.relationship);
    relationships::set(by, patient, user, seen, wanted).await
}

async fn listed_beside(by: &Ctx, patient: PatientId) -> Vec<RelationshipRow> {
    relationships::list(by, patient, &PageRequest::default()).await.unwrap().rows
}

async fn listed(by: &Ctx, text: &str) -> BTreeSet<PatientId> {
    let filter = PatientFilter { text: text.to_owned(), status: None };
    let mut ids = BTreeSet::new();
    let mut page = PageRequest { after: None, limit: Some(3) };
    loop {
        let found = patients::list(by, &filter, &page).await.unwrap();
        ids.extend(found.rows.iter().map(|row| row.id));
        match found.next {
            Some(next) => page.after = Some(next),
            None => return ids,
        }
    }
}

// S4-05, PR-01: from the next request on, in lists, search, profile.
async fn granted_hidden_and_undone(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Zoltan", "Quark").await;
    let noor = town.user(group, "noor@harbour.example", Level::Personal).await;
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    let [noor_id, tom_id] = [&noor, &tom].map(|ctx| ctx.actor().unwrap().user().unwrap().user);
    assert!(matches!(patients::profile(&noor, patient).await, Err(Error::NotFound)));
    assert!(listed(&noor, "quark").await.is_empty());

    set(&owner, patient, noor_id, Wanted::Granted).await.unwrap();
    assert!(patients::profile(&noor, patient).await.is_ok());
    assert_eq!(listed(&noor, "quark").await, BTreeSet::from([patient]));

    set(&owner, patient, tom_id, Wanted::Revoked).await.unwrap();
    assert!(matches!(patients::profile(&tom, patient).await, Err(Error::NotFound)));
    assert!(matches!(patients::contacts(&tom, patient).await, Err(Error::NotFound)));
    assert!(!listed(&tom, "").await.contains(&patient));
    assert!(listed(&tom, "quark").await.is_empty());

    let rows = listed_beside(&owner, patient).await;
    let kinds: Vec<_> = rows.iter().map(|row| (row.user, row.relationship)).collect();
    assert!(kinds.contains(&(noor_id, Relationship::Granted)) && kinds.contains(&(tom_id, Relationship::Revoked)));
    let choices = relationships::practitioners(&owner, patient, "").await.unwrap();
    assert!(choices.iter().all(|choice| choice.user != noor_id && choice.user != tom_id));

    set(&owner, patient, tom_id, Wanted::Neither).await.unwrap();
    assert!(patients::profile(&tom, patient).await.is_ok());
    set(&owner, patient, noor_id, Wanted::Neither).await.unwrap();
    assert!(matches!(patients::profile(&noor, patient).await, Err(Error::NotFound)));
    let again = set(&owner, patient, noor_id, Wanted::Neither).await;
    assert!(matches!(again, Err(Error::Conflict(Conflict::ChangedMeanwhile))), "{again:?}");
}

// hidden by one, and granted by another who looked before that.
async fn an_old_look_overwrites_nothing(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let second = town.user(group, "second@harbour.example", Level::AdminFull).await;
    let patient = town.patient(&owner, "Zoltan", "Quark").await;
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    let id = tom.actor().unwrap().user().unwrap().user;
    relationships::set(&owner, patient, id, None, Wanted::Revoked).await.unwrap();
    let late = relationships::set(&second, patient, id, None, Wanted::Granted).await;
    assert!(matches!(late, Err(Error::Conflict(Conflict::ChangedMeanwhile))), "{late:?}");
    assert!(matches!(patients::profile(&tom, patient).await, Err(Error::NotFound)), "still hidden");
}

// AD-04: one of them comes too late, so that somebody is left who sees the patient and may undo it.
async fn two_who_hide_a_patient_from_each_other_at_once(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let second = town.user(group, "second@harbour.example", Level::Full).await;
    let [one, two] = [&owner, &second].map(|ctx| ctx.actor().unwrap().user().unwrap().user);
    for n in 0..10 {
        let patient = town.patient(&owner, "Zoltan", &format!("Quark{n}")).await;
        listed_beside(&second, patient).await;
        let (a, b) = tokio::join!(
            relationships::set(&owner, patient, two, None, Wanted::Revoked),
            set(&second, patient, one, Wanted::Revoked),
        );
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|done| **done).count(), 1, "{a:?} {b:?}");
    }
}

// PR-01: not listed, not counted.
async fn a_hidden_patient_is_not_in_the_bell(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    let id = tom.actor().unwrap().user().unwrap().user;
    let patient = town.patient(&owner, "Zoltan", "Quark").await;
    invitations::invite(&tom, patient, &crate::town::form("zoltan@example.org")).await.unwrap();
    let token = town.link_to("zoltan@example.org").await;
    invitations::accept(&town.anon(), &token, crate::town::PASSWORD).await.unwrap();
    let bell = async || {
        let rows = notifications::list(&tom, &PageRequest::default()).await.unwrap().rows;
        (rows.len(), notifications::unread(&tom).await.unwrap())
    };
    assert_eq!(bell().await, (1, 1));
    set(&owner, patient, id, Wanted::Revoked).await.unwrap();
    assert_eq!(bell().await, (0, 0));
    set(&owner, patient, id, Wanted::Neither).await.unwrap();
    assert_eq!(bell().await, (1, 1));
}

async fn who_may_grant(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Zoltan", "Quark").await;
    let own = owner.actor().unwrap().user().unwrap().user;
    for level in Level::ALL.into_iter().filter(|level| !level.is_full() && *level != Level::Personal) {
        let user = town.user(group, &format!("{}@harbour.example", level.code()), level).await;
        let refused = relationships::set(&user, patient, own, None, Wanted::Granted).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::Level))), "{level:?} {refused:?}");
        assert!(matches!(relationships::list(&user, patient, &PageRequest::default()).await, Err(Error::Forbidden(_))));
    }
    // Nobody hides a patient from themselves: they could not undo it.
    let hidden = relationships::set(&owner, patient, own, None, Wanted::Revoked).await;
    assert!(matches!(hidden, Err(Error::Conflict(Conflict::Yourself))));
    // Administrators treat nobody.
    let desk = town.user(group, "desk@harbour.example", Level::CalendarContacts).await;
    let desk = desk.actor().unwrap().user().unwrap().user;
    let granted = relationships::set(&owner, patient, desk, None, Wanted::Granted).await;
    assert!(matches!(granted, Err(Error::Conflict(Conflict::NotAPractitioner))));
    // Another group's user and another group's patient are not there.
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let theirs = town.patient(&other, "Not", "Ours").await;
    let stranger = other.actor().unwrap().user().unwrap().user;
    assert!(matches!(relationships::set(&owner, patient, stranger, None, Wanted::Granted).await, Err(Error::NotFound)));
    assert!(matches!(relationships::set(&owner, theirs, own, None, Wanted::Granted).await, Err(Error::NotFound)));
}

/// Dice that fall the same way each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides).unwrap()
    }
}

/// Sets a relationship, also one that only appointments, invoices and notes make.
pub async fn relate(town: &Town, by: &Ctx, patient: PatientId, user: UserId, relationship: Relationship) {
    let actor = by.actor().unwrap();
    let facts = PatientFacts { group: actor.user().unwrap().group, patient, relationship: None, emergency: false };
    let access = actor.may(ManageRelationships, &facts).unwrap();
    let mut work = town.begin().await;
    assert!(work.set_relationship(&access, user, relationship).await.unwrap());
    work.save().await.unwrap();
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    Through,
    Refused,
    NotFound,
}

impl Came {
    fn of<T: std::fmt::Debug>(answer: services::Result<T>) -> Self {
        match answer {
            Err(Error::NotFound) => Self::NotFound,
            // Nobody can be invited there, whoever asks.
            Err(
                Error::Forbidden(_)
                | Error::Conflict(Conflict::InvitationsOff | Conflict::PatientBlocked | Conflict::PatientDeceased),
            ) => Self::Refused,
            Ok(_) | Err(Error::Invalid(_) | Error::Conflict(_)) => Self::Through,
            Err(other) => panic!("{other:?}"),
        }
    }

    /// As an explanation says.
    fn said(one: &Explanation) -> Self {
        match (one.may, one.hidden) {
            (true, _) => Self::Through,
            (false, true) => Self::NotFound,
            (false, false) => Self::Refused,
        }
    }
}

/// Tries what each right over a patient is for.
pub async fn tried_on(user: &Ctx, patient: PatientId) -> BTreeMap<&'static str, Came> {
    let (page, email) = (PageRequest::default(), format!("{}@y.example", patient.uuid().simple()));
    BTreeMap::from([
        ("ViewPatient", Came::of(patients::profile(user, patient).await)),
        ("ViewContacts", Came::of(patients::contacts(user, patient).await)),
        ("EditPatient", Came::of(patients::save(user, patient, 999, &crate::town::details("A", "B")).await)),
        ("ViewPatientAccess", Came::of(invitations::list(user, patient, &page).await)),
        ("InvitePatient", Came::of(invitations::invite(user, patient, &crate::town::form(&email)).await)),
        ("SendForms", Came::of(forms::send_start(user, patient).await)),
        ("ViewForms", Came::of(forms::requests(user, patient, &page).await)),
        ("WriteNotes", Came::of(notes::begin(user, patient, &NoteForm::default()).await)),
        ("ReadDocuments", Came::of(documents::list(user, patient, None, &page).await)),
        ("ReadActivities", Came::of(activities::list(user, patient, &page).await)),
        ("AssignActivities", Came::of(activities::assign(user, patient, &ActivityForm::default()).await)),
        ("WriteDocuments", Came::of(documents::begin(user, patient, &DocumentForm::default()).await)),
        ("StartConversation", Came::of(chat::start(user, patient).await)),
        ("ViewFiles", Came::of(files::list(user, patient, &page).await)),
        ("AddFiles", Came::of(files::begin(user, patient, &FileForm::default()).await)),
        ("OpenInEmergency", opened_in_emergency(user, patient).await),
        ("ManageRelationships", Came::of(relationships::list(user, patient, &page).await)),
    ])
}

/// With a reason, since a missing one is said to everybody. What it opened is closed again; what was open stays so.
async fn opened_in_emergency(user: &Ctx, patient: PatientId) -> Came {
    let why = ReasonForm { reason: "Found unconscious.".to_owned() };
    let opened = emergency_access::open(user, patient, &why).await;
    if opened.is_ok() {
        emergency_access::end_own(user, patient).await.unwrap();
    }
    Came::of(opened)
}

/// Tries what each right in the group at large is for.
pub async fn tried_in_group(user: &Ctx) -> BTreeMap<&'static str, Came> {
    let page = PageRequest::default();
    BTreeMap::from([
        ("EnterGroup", Came::of(console::start(user).await)),
        ("ListPatients", Came::of(patients::list(user, &PatientFilter::default(), &page).await)),
        ("AddPatient", Came::of(patients::add(user, &DetailsForm::default()).await)),
        ("ReviewUpdates", Came::of(updates::count(user).await)),
        ("InvitePatients", Came::of(bulk::open(user, &Selection::These(Vec::new())).await)),
        ("ViewHistory", Came::of(history::list(user, &HistoryFilter::default(), &page).await)),
        ("ExportData", Came::of(history::export(user, &HistoryFilter::default()).await)),
        ("ManageUsers", Came::of(users::list(user, &UserFilter::default(), &page).await)),
        ("ManageLocations", Came::of(locations::list(user).await)),
        ("ManageSettings", Came::of(settings::practice(user).await)),
        ("ManageTemplates", Came::of(templates::list(user).await)),
        ("ManageForms", Came::of(forms::list(user).await)),
        ("StartGroupConversation", Came::of(group_chat::begin(user, &GroupConversationForm::default()).await)),
        ("SeekInEmergency", Came::of(emergency_access::own(user).await)),
        ("ReviewEmergencies", Came::of(emergency_access::list(user, &page).await)),
        ("ManageMail", Came::of(mails::list(user, &page).await)),
    ])
}

/// Rights to what there is no door to by itself, or nothing to see: nobody has returned a form or sent a file.
const NO_DOOR: [&str; 8] = [
    "ManageFiles",
    "ReadFiles",
    "ShareNotes",
    "ViewAppointments",
    "ViewFormAnswers",
    "ViewInvoices",
    "ViewNotes",
    "ViewSocialHistory",
];

/// Every right that was explained was tried, and came to what was said.
pub fn agree(explained: &[Explanation], tried: &BTreeMap<&'static str, Came>) {
    let said: BTreeSet<&str> =
        explained.iter().map(|one| &*one.right).filter(|right| !NO_DOOR.contains(right)).collect();
    assert_eq!(said, tried.keys().copied().collect());
    let may = |right: &str| explained.iter().any(|one| one.right == right && one.may);
    for one in explained.iter().filter(|one| !NO_DOOR.contains(&&*one.right)) {
        // To export what users did takes the right to see it as well.
        let said = if one.right == "ExportData" && !may("ViewHistory") { Came::Refused } else { Came::said(one) };
        assert_eq!(tried[&*one.right], said, "{one:?}");
    }
}

// S1-02, S1-03, S3-26, PR-01, B-16: for random groups, levels, settings and relationships.
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn what_lists_show_is_what_opens_is_what_is_explained(town: Town) {
    let (mut pairs, mut came) = (0, HashMap::new());
    for seed in 0..24 {
        let mut dice = Dice(0x5eed + seed);
        let Staff { owner, group } = town.practice_called(&format!("G{seed}"), &format!("o{seed}@x.example")).await;
        let mut all = Vec::new();
        for n in 0..2 + dice.roll(4) {
            let status = ["active", "active", "inactive", "blocked", "deceased"][dice.roll(5)];
            let form = DetailsForm { status: status.to_owned(), ..crate::town::details(&format!("Zelda{n}"), "Quark") };
            all.push(patients::add(&owner, &form).await.unwrap());
        }
        let version = settings::patient_access(&owner).await.unwrap().version;
        let chats = Some(if seed % 2 == 0 { "yes" } else { "" }.to_owned());
        let form = PatientAccessForm { patient_chat: chats, ..access_form(dice.roll(4) != 0, 24) };
        settings::save_patient_access(&owner, version, &form).await.unwrap();
        for level in Level::ALL {
            let settings = AccessSettings {
                hide_names: dice.roll(2) == 0,
                read_only: dice.roll(3) == 0,
                view_history: dice.roll(2) == 0,
                export_data: dice.roll(2) == 0,
                no_note_sharing: dice.roll(2) == 0,
            };
            let email = format!("{}{seed}@x.example", level.code());
            let user = town.user_with(group, &email, level, settings, UserState::Active).await.unwrap();
            let id = user.actor().unwrap().user().unwrap().user;
            for patient in all.iter().filter(|_| level.role() == Role::Practitioner) {
                let kinds = [Relationship::Automatic, Relationship::Granted, Relationship::Revoked];
                if let Some(kind) = kinds.get(dice.roll(5)) {
                    relate(&town, &owner, *patient, id, *kind).await;
                }
            }
            let shown = listed(&user, "").await;
            let names_hidden = settings.hide_names && level.role() == Role::Administrator;
            let found = listed(&user, "quark").await;
            if names_hidden {
                assert!(found.is_empty(), "a name finds nobody for who sees none");
            } else {
                assert_eq!(found, shown, "{level:?}: search and list differ");
            }
            agree(&users::explain(&owner, id, None).await.unwrap(), &tried_in_group(&user).await);
            for patient in &all {
                let reason = ReasonForm { reason: "Found unconscious.".to_owned() };
                let emergency = dice.roll(3) == 0 && emergency_access::open(&user, *patient, &reason).await.is_ok();
                let tried = tried_on(&user, *patient).await;
                let explained = users::explain(&owner, id, Some(*patient)).await.unwrap();
                agree(&explained, &tried);
                // What an emergency opens is in no list (PR-04).
                let reached = shown.contains(patient) || emergency;
                assert_eq!(reached, tried["ViewPatient"] == Came::Through, "{level:?}");
                // Whatever ids are sent: only those the user may act for, and none without names (S1-02, S1-03).
                let may_invite = tried["InvitePatient"] == Came::Through;
                assert!(!(may_invite && (names_hidden || !shown.contains(patient))));
                for one in explained {
                    *came.entry((one.right, one.because)).or_insert(0) += 1;
                }
                pairs += 1;
            }
        }
    }
    println!("{pairs} pairs of user and patient on {}", if town.engine.is_sqlite() { "SQLite" } else { "PostgreSQL" });
    assert!(pairs > 24 * 7 * 2, "{pairs}");
    // The dice fell on every reason there is to see a patient or not.
    for because in
        [Because::Level, Because::Automatic, Because::Granted, Because::Revoked, Because::NotTheirs, Because::Emergency]
    {
        assert!(came[&("ViewPatient".to_owned(), because)] > 5, "{because:?}");
    }
    // And on every reason why nobody can be invited, whoever asks.
    for because in [Because::InvitationsOff, Because::PatientBlocked, Because::PatientDeceased] {
        assert!(came[&("InvitePatient".to_owned(), because)] > 5, "{because:?}");
    }
}
