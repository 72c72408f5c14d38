//! Inviting many at once: the dry run, what becomes of each, and that nobody is invited twice.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    audit::Action,
    bulk::{BulkPatient, Outcome, Selection, Stage},
    error::{Conflict, Problem},
    ids::{BulkId, PatientId},
    invitation::State,
    limits::{BULK_STEP, BULK_STEP_CROWDED, BULK_UNSTARTED},
    page::PageRequest,
    patient::{ContactForm, DetailsForm},
    report::CaseLoadForm,
    template::TemplateForm,
    time::Span,
    user::{AccessSettings, Level, UserForm, UserState},
};
use services::{Ctx, Error, audit, bulk, patients, relationships, settings, sweep, templates, users};

use crate::town::{Staff, Town, access_form, details, overloaded};

on_both_engines! {
    what_will_happen_is_what_happens,
    who_has_no_address_and_who_has_a_practitioners,
    each_gets_one_mail_with_the_message_above,
    ids_that_one_should_not_have,
    all_that_a_report_finds_but_some,
    a_family_with_one_address,
    started_twice_and_worked_on_by_many,
    two_who_invite_the_same_at_once,
    what_changed_meanwhile_counts,
    rights_that_were_taken_away_meanwhile,
    stopped_and_gone_on_with,
    while_somebody_is_about_a_step_is_short,
    one_of_many_is_stored_as_one_alone,
    dead_links_are_replaced,
    the_message_is_checked,
    only_ones_own,
    as_a_table,
    one_after_another_of_several,
    what_was_never_started_is_forgotten,
    a_step_that_fails_holds_up_nobody,
    one_dry_run_at_a_time,
    hidden_meanwhile,
    two_groups_with_the_same_new_addresses,
}

fn with_email(first: &str, email: &str) -> DetailsForm {
    DetailsForm { email: email.to_owned(), ..details(first, "Quark") }
}

async fn patient(by: &Ctx, first: &str, email: &str) -> PatientId {
    patients::add(by, &with_email(first, email)).await.unwrap()
}

async fn some(by: &Ctx, count: usize) -> Vec<PatientId> {
    let mut all = Vec::new();
    for n in 0..count {
        all.push(patient(by, &format!("P{n}"), &format!("p{n}@y.example")).await);
    }
    all
}

/// The jobs run.
async fn work(town: &Town) {
    bulk::work(&town.anon().services, &|| false).await.unwrap();
}

async fn opened(town: &Town, by: &Ctx, patients: &[PatientId]) -> BulkId {
    let id = bulk::open(by, &Selection::These(patients.to_vec())).await.unwrap().id;
    work(town).await;
    id
}

/// Everybody who was chosen, over all pages.
async fn rows(by: &Ctx, id: BulkId, outcome: Option<Outcome>) -> Vec<BulkPatient> {
    let mut all = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(3) };
    loop {
        let found = bulk::patients(by, id, outcome, &page).await.unwrap();
        all.extend(found.rows);
        page.after = found.next;
        if page.after.is_none() {
            return all;
        }
    }
}

async fn outcomes(by: &Ctx, id: BulkId) -> Vec<Outcome> {
    rows(by, id, None).await.iter().map(|row| row.outcome).collect()
}

async fn invited(town: &Town) -> i64 {
    town.engine.count("invitations").await
}

// B-05, S1-21, S1-22, S1-24, S1-25, S1-26: one reason for each, before and after.
async fn what_will_happen_is_what_happens(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let good = patient(&owner, "Good", "good@y.example").await;
    let uses = patient(&owner, "Uses", "uses@y.example").await;
    town.portal_user(&owner, uses, "uses@y.example").await;
    let waits = patient(&owner, "Waits", "waits@y.example").await;
    town.invite(&owner, waits, "waits@y.example").await;
    let none = patient(&owner, "None", "").await;
    let doctor = patient(&owner, "Doctor", "OWNER@harbour.example").await;
    let child = patient(&owner, "Child", "mother@y.example").await;
    let mother = ContactForm {
        name: "Mother".to_owned(),
        relationship: "Mother".to_owned(),
        email: "Mother@Y.example".to_owned(),
        ..ContactForm::default()
    };
    patients::add_contact(&owner, child, &mother).await.unwrap();
    let blocked = DetailsForm { status: "blocked".to_owned(), ..with_email("Blocked", "blocked@y.example") };
    let blocked = patients::add(&owner, &blocked).await.unwrap();
    let dead = DetailsForm { status: "deceased".to_owned(), ..with_email("Dead", "dead@y.example") };
    let dead = patients::add(&owner, &dead).await.unwrap();
    let before = invited(&town).await;

    let all = [good, uses, waits, none, doctor, child, blocked, dead, good];
    let expected = [
        Outcome::Invited,
        Outcome::InPortal,
        Outcome::Waiting,
        Outcome::NoEmail,
        Outcome::PractitionerEmail,
        Outcome::ContactEmail,
        Outcome::Blocked,
        Outcome::Deceased,
        Outcome::Twice,
    ];
    let id = opened(&town, &owner, &all).await;
    let view = bulk::view(&owner, id).await.unwrap();
    assert_eq!((view.stage, view.total, view.seen), (Stage::Ready, 9, 0));
    assert_eq!(view.outcomes, expected.map(|outcome| (outcome, 1)));
    assert_eq!(outcomes(&owner, id).await, expected);
    assert_eq!(invited(&town).await, before, "a dry run invites nobody");

    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    let view = bulk::view(&owner, id).await.unwrap();
    assert_eq!((view.stage, view.total, view.seen), (Stage::Done, 9, 9));
    assert!(view.ended_at.is_some());
    assert_eq!(outcomes(&owner, id).await, expected);
    assert_eq!(view.outcomes, expected.map(|outcome| (outcome, 1)));
    assert_eq!(invited(&town).await, before + 1);
    let rows = rows(&owner, id, Some(Outcome::Invited)).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].patient, Some((good, "Good Quark".to_owned())));
    assert!(matches!(rows[0].invitation, Some((_, State::Queued))));
    town.post().await;
    let rows = self::rows(&owner, id, Some(Outcome::Invited)).await;
    assert!(matches!(rows[0].invitation, Some((_, State::Sent(_)))), "where each stands by now");
    // The trail is whole, and each has an entry as if invited singly.
    assert!(audit::verify(&*town.anon().services.store).await.unwrap().iter().all(|chain| chain.fault.is_none()));
    assert_eq!(town.engine.audited(Action::InvitationMade).await, before + 1);
}

// S1-26, S1-25
async fn who_has_no_address_and_who_has_a_practitioners(town: Town) {
    let Staff { owner, group } = town.practice().await;
    town.user(group, "noor@harbour.example", Level::Personal).await;
    let practitioner = patient(&owner, "Noor", "noor@harbour.example").await;
    let none = patient(&owner, "None", "").await;
    let id = opened(&town, &owner, &[practitioner, none]).await;
    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    assert_eq!(outcomes(&owner, id).await, [Outcome::PractitionerEmail, Outcome::NoEmail]);
    town.post().await;
    assert!(town.mailer.to("noor@harbour.example").is_empty());
}

// S1-23, S1-24
async fn each_gets_one_mail_with_the_message_above(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let template =
        TemplateForm { name: "Hello".to_owned(), body: "Dear {{patient.first_name}}, from {{sender.name}}".to_owned() };
    templates::add(&owner, &template).await.unwrap();
    let all = some(&owner, BULK_STEP as usize + 5).await;
    let start = bulk::open(&owner, &Selection::These(all.clone())).await.unwrap();
    assert_eq!(start.templates.len(), 1);
    work(&town).await;
    bulk::start(&owner, start.id, &start.templates[0].body).await.unwrap();
    work(&town).await;
    town.post().await;
    for n in [0, 1, BULK_STEP, BULK_STEP + 4] {
        let letters = town.mailer.to(&format!("p{n}@y.example"));
        assert_eq!(letters.len(), 1, "p{n}");
        let text = &letters[0].text;
        let message = text.find(&format!("Dear P{n}, from Dr Mira Anand")).expect("the message is there");
        assert!(message < text.find("/invitation/").unwrap(), "above the link");
    }
    assert_eq!(bulk::view(&owner, start.id).await.unwrap().count(Outcome::Invited), BULK_STEP + 5);
    // The link of one opens that one's portal.
    let token = town.link_to("p3@y.example").await;
    let ctx = town.anon();
    services::invitations::accept(&ctx, &token, crate::town::PASSWORD).await.unwrap();
    let own = services::portal::start(&town.follow(&ctx).await).await.unwrap().records;
    assert_eq!(own.iter().map(|record| record.patient).collect::<Vec<_>>(), [all[3]]);
}

// PR-05: each refused singly, with a reason that tells nothing; exactly one mail to each of the rest.
async fn ids_that_one_should_not_have(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let theirs = patient(&other, "Theirs", "theirs@y.example").await;
    let noor = town.user(group, "noor@harbour.example", Level::Personal).await;
    let noor_id = noor.actor().unwrap().user().unwrap().user;
    let own = patient(&owner, "Own", "own@y.example").await;
    relationships::set(&owner, own, noor_id, None, domain::relationship::Wanted::Granted).await.unwrap();
    let not_hers = patient(&owner, "Other", "other@y.example").await;
    let nobody: PatientId = town.anon().services.random.id().into();

    let id = opened(&town, &noor, &[theirs, own, not_hers, nobody, own]).await;
    bulk::start(&noor, id, "").await.unwrap();
    work(&town).await;
    let rows = rows(&noor, id, None).await;
    let came: Vec<_> = rows.iter().map(|row| (row.outcome, row.patient.is_some())).collect();
    let expected = [
        (Outcome::NoAccess, false),
        (Outcome::Invited, true),
        (Outcome::NoAccess, false),
        (Outcome::NoAccess, false),
        (Outcome::Twice, true),
    ];
    assert_eq!(came, expected);
    assert!(rows.iter().filter(|row| row.patient.is_none()).all(|row| row.email.is_empty()), "nothing is told");
    town.post().await;
    assert_eq!(town.mailer.to("own@y.example").len(), 1);
    for address in ["theirs@y.example", "other@y.example"] {
        assert!(town.mailer.to(address).is_empty(), "{address}");
    }

    // Who sees no names, or may only look, has no such door.
    for (email, settings) in [
        ("h@harbour.example", AccessSettings { hide_names: true, ..AccessSettings::default() }),
        ("r@harbour.example", AccessSettings { read_only: true, ..AccessSettings::default() }),
    ] {
        let user = town.user_with(group, email, Level::CalendarContacts, settings, UserState::Active).await.unwrap();
        assert!(matches!(bulk::open(&user, &Selection::These(vec![own])).await, Err(Error::Forbidden(_))));
    }
    let nobody = bulk::open(&owner, &Selection::These(Vec::new())).await;
    assert!(matches!(nobody, Err(Error::Conflict(Conflict::NobodyChosen))));
}

async fn all_that_a_report_finds_but_some(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let all = some(&owner, BULK_STEP as usize * 2 + 7).await;
    patient(&owner, "None", "").await;
    let report = CaseLoadForm { email: "yes".to_owned(), portal: "none".to_owned(), ..CaseLoadForm::default() };
    let report = Box::new(report);
    let but = vec![all[0], all[BULK_STEP as usize + 3]];
    let start = bulk::open(&owner, &Selection::All { report, but: but.clone() }).await.unwrap();
    work(&town).await;
    let view = bulk::view(&owner, start.id).await.unwrap();
    assert_eq!((view.stage, view.total as usize), (Stage::Ready, all.len() - 2));
    bulk::start(&owner, start.id, "").await.unwrap();
    work(&town).await;
    let reached: BTreeSet<PatientId> = rows(&owner, start.id, Some(Outcome::Invited))
        .await
        .iter()
        .filter_map(|row| Some(row.patient.as_ref()?.0))
        .collect();
    assert_eq!(reached, all.iter().copied().filter(|id| !but.contains(id)).collect());
    // A report that cannot be read is refused at once.
    let report = CaseLoadForm { age_from: "old".to_owned(), ..CaseLoadForm::default() };
    let report = Box::new(report);
    let refused = bulk::open(&owner, &Selection::All { report, but: Vec::new() }).await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
}

async fn a_family_with_one_address(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let one = patient(&owner, "One", "home@y.example").await;
    let two = patient(&owner, "Two", "HOME@y.example").await;
    let accounts = town.engine.count("accounts").await;
    let id = opened(&town, &owner, &[one, two]).await;
    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    assert_eq!(outcomes(&owner, id).await, [Outcome::Invited; 2]);
    assert_eq!(town.engine.count("accounts").await, accounts + 1, "one account for both");
    assert_eq!(invited(&town).await, 2);
}

// B-05: a double click, and several servers that work on it at the same time.
async fn started_twice_and_worked_on_by_many(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let all = some(&owner, BULK_STEP as usize * 2 + 30).await;
    let id = opened(&town, &owner, &all).await;
    let mut clicks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let owner = owner.clone();
        clicks.spawn(async move { bulk::start(&owner, id, "").await });
    }
    for click in clicks.join_all().await {
        assert!(click.is_ok() || overloaded(&click), "{click:?}");
    }
    bulk::start(&owner, id, "").await.unwrap();
    let mut servers = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let services = town.anon().services;
        servers.spawn(async move { bulk::work(&services, &|| false).await });
    }
    for server in servers.join_all().await {
        assert!(server.is_ok() || overloaded(&server), "{server:?}");
    }
    work(&town).await;
    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    let many = i64::try_from(all.len()).unwrap();
    assert_eq!(invited(&town).await, many);
    assert_eq!(town.engine.count("outbox").await, many);
    assert_eq!(bulk::view(&owner, id).await.unwrap().stage, Stage::Done);
    assert_eq!(town.engine.audited(Action::BulkInvitationStarted).await, 1);
}

// B-05: whoever comes second finds them invited.
async fn two_who_invite_the_same_at_once(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let other = town.user(group, "tom@harbour.example", Level::Full).await;
    let all = some(&owner, BULK_STEP as usize + 20).await;
    let ids = [opened(&town, &owner, &all).await, opened(&town, &other, &all).await];
    bulk::start(&owner, ids[0], "").await.unwrap();
    bulk::start(&other, ids[1], "").await.unwrap();
    let mut servers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let services = town.anon().services;
        servers.spawn(async move { bulk::work(&services, &|| false).await });
    }
    servers.join_all().await;
    work(&town).await;
    let many = u32::try_from(all.len()).unwrap();
    let (one, two) = (bulk::view(&owner, ids[0]).await.unwrap(), bulk::view(&other, ids[1]).await.unwrap());
    assert_eq!(one.count(Outcome::Invited) + two.count(Outcome::Invited), many);
    assert_eq!(one.count(Outcome::Waiting) + two.count(Outcome::Waiting), many);
    assert_eq!(invited(&town).await, i64::from(many));
}

/// What was foreseen is looked at once more when its turn comes.
async fn what_changed_meanwhile_counts(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let all = some(&owner, 4).await;
    let id = opened(&town, &owner, &all).await;
    assert_eq!(outcomes(&owner, id).await, [Outcome::Invited; 4]);
    town.invite(&owner, all[0], "p0@y.example").await;
    let profile = patients::profile(&owner, all[1]).await.unwrap();
    let gone = DetailsForm { status: "deceased".to_owned(), ..with_email("P1", "p1@y.example") };
    patients::save(&owner, all[1], profile.version, &gone).await.unwrap();
    let profile = patients::profile(&owner, all[2]).await.unwrap();
    patients::save(&owner, all[2], profile.version, &with_email("P2", "new@y.example")).await.unwrap();
    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    let expected = [Outcome::Waiting, Outcome::Deceased, Outcome::Invited, Outcome::Invited];
    assert_eq!(outcomes(&owner, id).await, expected);
    let view = bulk::view(&owner, id).await.unwrap();
    assert_eq!(view.outcomes, [(Outcome::Invited, 2), (Outcome::Waiting, 1), (Outcome::Deceased, 1)]);
    town.post().await;
    assert_eq!(town.mailer.to("new@y.example").len(), 1);
    assert!(town.mailer.to("p2@y.example").is_empty());

    // Nobody at all once the switch is off.
    let late = patient(&owner, "Late", "late@y.example").await;
    let id = opened(&town, &owner, &[late]).await;
    let version = settings::patient_access(&owner).await.unwrap().version;
    settings::save_patient_access(&owner, version, &access_form(false, 24)).await.unwrap();
    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    assert_eq!(outcomes(&owner, id).await, [Outcome::InvitationsOff]);
    let off = bulk::open(&owner, &Selection::These(vec![late])).await;
    assert!(matches!(off, Err(Error::Conflict(Conflict::InvitationsOff))));
}

// B-05, PR-18: names hidden, or out of the practice, while it waits.
async fn rights_that_were_taken_away_meanwhile(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let all = some(&owner, 3).await;
    for (email, settings, state, expected) in [
        (
            "h@harbour.example",
            AccessSettings { hide_names: true, ..AccessSettings::default() },
            UserState::Active,
            Outcome::NamesHidden,
        ),
        (
            "r@harbour.example",
            AccessSettings { read_only: true, ..AccessSettings::default() },
            UserState::Active,
            Outcome::NoAccess,
        ),
        ("d@harbour.example", AccessSettings::default(), UserState::Deactivated, Outcome::NoAccess),
    ] {
        let desk = town.user(group, email, Level::CalendarContacts).await;
        let id = opened(&town, &desk, &all).await;
        bulk::start(&desk, id, "").await.unwrap();
        let user = desk.actor().unwrap().user().unwrap().user;
        let page = users::page(&owner, user).await.unwrap();
        if state == UserState::Deactivated {
            users::deactivate(&owner, user, page.user.version).await.unwrap();
        } else {
            let form = UserForm { settings, ..UserForm::of(&page.user, vec![town.location(&owner).await]) };
            users::save(&owner, user, page.user.version, &form).await.unwrap();
        }
        work(&town).await;
        // Nobody was invited, and each place says why.
        let came = town
            .engine
            .texts(
                "SELECT DISTINCT p.outcome
                 FROM bulk_places p
                 JOIN bulk_invitations b ON b.id = p.bulk_id
                 WHERE b.served_at = (SELECT MAX(served_at) FROM bulk_invitations)",
            )
            .await;
        assert_eq!(came, [expected.code()], "{email}");
        town.clock.pass(Span::seconds(1));
        assert_eq!(invited(&town).await, 0, "{email}");
    }
}

// B-05: resumable.
async fn stopped_and_gone_on_with(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let all = some(&owner, BULK_STEP as usize * 2).await;
    let id = opened(&town, &owner, &all).await;
    let not_running = bulk::stop(&owner, id).await;
    assert!(matches!(not_running, Err(Error::Conflict(Conflict::ChangedMeanwhile))));
    bulk::start(&owner, id, "").await.unwrap();
    // One step, as when the server is stopped.
    let steps = std::sync::atomic::AtomicU32::new(0);
    let once = || steps.fetch_add(1, std::sync::atomic::Ordering::SeqCst) >= 1;
    bulk::work(&town.anon().services, &once).await.unwrap();
    let view = bulk::view(&owner, id).await.unwrap();
    assert_eq!((view.stage, view.seen), (Stage::Running, BULK_STEP));
    bulk::stop(&owner, id).await.unwrap();
    work(&town).await;
    let view = bulk::view(&owner, id).await.unwrap();
    assert_eq!((view.stage, view.seen), (Stage::Stopped, BULK_STEP), "stopped is stopped");
    bulk::go_on(&owner, id).await.unwrap();
    assert!(matches!(bulk::go_on(&owner, id).await, Err(Error::Conflict(Conflict::ChangedMeanwhile))));
    work(&town).await;
    assert_eq!(bulk::view(&owner, id).await.unwrap().stage, Stage::Done);
    assert_eq!(invited(&town).await, i64::from(BULK_STEP * 2));
}

// TG-08, P-18: whoever is there waits for one short step, and it goes on all the same.
async fn while_somebody_is_about_a_step_is_short(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let all = some(&owner, BULK_STEP as usize).await;
    let id = opened(&town, &owner, &all).await;
    bulk::start(&owner, id, "").await.unwrap();
    let guest = town.services.courtesy.serve();
    let steps = std::sync::atomic::AtomicU32::new(0);
    let once = || steps.fetch_add(1, std::sync::atomic::Ordering::SeqCst) >= 1;
    bulk::work(&town.services, &once).await.unwrap();
    assert_eq!(bulk::view(&owner, id).await.unwrap().seen, BULK_STEP_CROWDED);
    town.post().await;
    assert_eq!(town.mailer.all().len(), BULK_STEP_CROWDED as usize);
    work(&town).await;
    assert_eq!(bulk::view(&owner, id).await.unwrap().count(Outcome::Invited), BULK_STEP);
    drop(guest);
}

/// Many rows have statements of their own: what they write must not drift from what is written for one.
async fn one_of_many_is_stored_as_one_alone(town: Town) {
    const ROWS: [(&str, &str); 6] = [
        (
            "accounts WHERE email LIKE '%@y.example'",
            "password_hash, temporary_since, tips_stopped_at, mailbox_proved_at",
        ),
        (
            "portal_grants",
            "kind, name, relationship, role, level, manages, ends_at, ended_at, given_by, contact_id, activated_at, \
             suspended_at, changed_at - added_at",
        ),
        (
            "invitations",
            "kind, message, inviter_id, expires_at - invited_at, remind_at - invited_at, links, sent_at, failed_at, failure, \
             opened_at, activated_at, revoked_at, given_by",
        ),
        ("invitation_links", "link"),
        (
            "outbox",
            "kind, group_id, link, sealed IS NULL, length(sealed), tries, due_at - made_at, failure, parked_at, sent_at",
        ),
        ("patients", "portal_state"),
    ];
    let Staff { owner, .. } = town.practice().await;
    let all = some(&owner, 2).await;
    town.invite(&owner, all[0], "p0@y.example").await;
    let id = opened(&town, &owner, &all[1..]).await;
    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    for (table, columns) in ROWS {
        let count = |what: &str| format!("SELECT CAST(count(*) AS TEXT) FROM ({what}) AS found");
        let rows = town.engine.texts(&count(&format!("SELECT 1 AS one FROM {table}"))).await;
        let kinds = town.engine.texts(&count(&format!("SELECT DISTINCT {columns} FROM {table}"))).await;
        assert_eq!((rows[0].as_str(), kinds[0].as_str()), ("2", "1"), "{table}");
    }
}

async fn dead_links_are_replaced(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let ada = patient(&owner, "Ada", "ada@y.example").await;
    let first = town.invite(&owner, ada, "ada@y.example").await;
    let old = town.link_to("ada@y.example").await;
    town.clock.pass(Span::hours(25));
    let owner = town.user(owner.actor().unwrap().user().unwrap().group, "tom@harbour.example", Level::Full).await;
    let id = opened(&town, &owner, &[ada]).await;
    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    assert_eq!(outcomes(&owner, id).await, [Outcome::Invited]);
    assert!(matches!(town.row(&owner, ada, first).await.state, State::Revoked(_)));
    let new = town.link_to("ada@y.example").await;
    assert_ne!(old, new);
    let ctx = town.anon();
    services::invitations::accept(&ctx, &new, crate::town::PASSWORD).await.unwrap();
    assert_eq!(town.engine.count("portal_grants").await, 1, "the grant is the one there was");
}

async fn the_message_is_checked(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let long = "L".repeat(90);
    let ada = patient(&owner, &long, "ada@y.example").await;
    let bob = patient(&owner, "Bob", "bob@y.example").await;
    let id = opened(&town, &owner, &[ada, bob]).await;
    for (message, problem) in [
        ("{{patient.secret}}".to_owned(), Problem::UnknownMergeField),
        ("{{patient.first_name".to_owned(), Problem::UnclosedMergeField),
        ("x".repeat(2_001), Problem::TooLong),
    ] {
        match bulk::start(&owner, id, &message).await {
            Err(Error::Invalid(invalid)) => assert_eq!(invalid.of("message"), Some(problem)),
            other => panic!("{other:?}"),
        }
    }
    // Long enough for the one name, not for the other.
    bulk::start(&owner, id, &format!("{{{{patient.first_name}}}}{}", "x".repeat(1_950))).await.unwrap();
    work(&town).await;
    assert_eq!(outcomes(&owner, id).await, [Outcome::MessageTooLong, Outcome::Invited]);
}

// PR-01: whose it is not, for them it is not there.
async fn only_ones_own(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let all = some(&owner, 2).await;
    let id = opened(&town, &owner, &all).await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let colleague = town.user(group, "tom@harbour.example", Level::Full).await;
    for stranger in [&other, &colleague] {
        assert!(matches!(bulk::view(stranger, id).await, Err(Error::NotFound)));
        assert!(matches!(bulk::patients(stranger, id, None, &PageRequest::default()).await, Err(Error::NotFound)));
        assert!(matches!(bulk::start(stranger, id, "").await, Err(Error::NotFound)));
        assert!(matches!(bulk::stop(stranger, id).await, Err(Error::NotFound)));
        assert!(matches!(bulk::go_on(stranger, id).await, Err(Error::NotFound)));
    }
    assert!(bulk::list(&owner, &PageRequest::default()).await.unwrap().rows.is_empty(), "not started yet");
    bulk::start(&owner, id, "").await.unwrap();
    work(&town).await;
    let own = bulk::list(&owner, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(own.iter().map(|view| view.id).collect::<Vec<_>>(), [id]);
    assert!(bulk::list(&colleague, &PageRequest::default()).await.unwrap().rows.is_empty());
}

async fn as_a_table(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let all = some(&owner, 3).await;
    let none = patient(&owner, "None", "").await;
    let settings = AccessSettings { export_data: true, ..AccessSettings::default() };
    let desk =
        town.user_with(group, "desk@harbour.example", Level::CalendarContacts, settings, UserState::Active).await;
    let desk = desk.unwrap();
    let id = opened(&town, &desk, &[all[0], all[1], none]).await;
    bulk::start(&desk, id, "").await.unwrap();
    work(&town).await;
    let export = bulk::export(&desk, id, None).await.unwrap();
    assert_eq!((export.rows, export.more), (3, false));
    assert!(export.csv.starts_with("patient,email,outcome,invitation\r\n"));
    assert!(export.csv.contains("\"P0 Quark\",\"p0@y.example\",\"invited\",\"queued\"\r\n"), "{}", export.csv);
    assert!(export.csv.contains("\"None Quark\",\"\",\"no_email\",\"\"\r\n"));
    let export = bulk::export(&desk, id, Some(Outcome::NoEmail)).await.unwrap();
    assert_eq!(export.rows, 1);
    // Not without a proof of the password just now, not somebody else's, not without the right to take things out.
    let later = town.again(&desk).await.unwrap().proved(None);
    assert!(matches!(bulk::export(&later, id, None).await, Err(Error::StepUp)));
    let other = town.user_with(group, "other@harbour.example", Level::Full, settings, UserState::Active).await.unwrap();
    assert!(matches!(bulk::export(&other, id, None).await, Err(Error::NotFound)));
    let id = opened(&town, &owner, &[all[2]]).await;
    assert!(matches!(bulk::export(&owner, id, None).await, Err(Error::Forbidden(_))));
}

// TG-08: of several each has its turn.
async fn one_after_another_of_several(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let loud = some(&owner, BULK_STEP as usize * 3).await;
    let quiet = patient(&other, "Quiet", "quiet@y.example").await;
    let (loud, quiet) = (opened(&town, &owner, &loud).await, opened(&town, &other, &[quiet]).await);
    bulk::start(&owner, loud, "").await.unwrap();
    town.clock.pass(Span::seconds(1));
    bulk::start(&other, quiet, "").await.unwrap();
    town.clock.pass(Span::seconds(1));
    let steps = std::sync::atomic::AtomicU32::new(0);
    let twice = || steps.fetch_add(1, std::sync::atomic::Ordering::SeqCst) >= 2;
    bulk::work(&town.anon().services, &twice).await.unwrap();
    assert_eq!(bulk::view(&owner, loud).await.unwrap().seen, BULK_STEP);
    assert_eq!(bulk::view(&other, quiet).await.unwrap().stage, Stage::Done);
}

async fn what_was_never_started_is_forgotten(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let all = some(&owner, 3).await;
    let started = opened(&town, &owner, &all[..1]).await;
    bulk::start(&owner, started, "").await.unwrap();
    work(&town).await;
    for _ in 0..3 {
        opened(&town, &owner, &all).await;
    }
    sweep::sweep(&town.anon().services, &|| false).await.unwrap();
    assert_eq!(town.engine.count("bulk_invitations").await, 4, "not yet");
    town.clock.pass(BULK_UNSTARTED);
    town.clock.pass(Span::hours(1));
    sweep::sweep(&town.anon().services, &|| false).await.unwrap();
    let left: BTreeMap<&str, i64> = BTreeMap::from([
        ("bulk_invitations", town.engine.count("bulk_invitations").await),
        ("bulk_places", town.engine.count("bulk_places").await),
        ("bulk_counts", town.engine.count("bulk_counts").await),
    ]);
    assert_eq!(left.into_values().collect::<Vec<_>>(), [1, 1, 1]);
}

/// What nobody can read any more, as after an update that went back.
async fn a_step_that_fails_holds_up_nobody(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let all = some(&owner, 3).await;
    let broken = opened(&town, &owner, &all).await;
    bulk::start(&owner, broken, "").await.unwrap();
    town.engine.execute("UPDATE bulk_places SET outcome = 'of a newer program'").await;
    let quiet = patient(&other, "Quiet", "quiet@y.example").await;
    town.clock.pass(Span::seconds(1));
    let healthy = opened(&town, &other, &[quiet]).await;
    bulk::start(&other, healthy, "").await.unwrap();
    work(&town).await;
    assert_eq!(bulk::view(&other, healthy).await.unwrap().stage, Stage::Done);
    assert_eq!(bulk::view(&owner, broken).await.unwrap().stage, Stage::Stopped, "not tried for ever");
    // Once it can be read it goes on.
    town.engine.execute("UPDATE bulk_places SET outcome = 'invited'").await;
    bulk::go_on(&owner, broken).await.unwrap();
    work(&town).await;
    assert_eq!(bulk::view(&owner, broken).await.unwrap().stage, Stage::Done);
    assert_eq!(invited(&town).await, 4);
}

// TG-08: who opens dialog after dialog has one turn, as everybody else.
async fn one_dry_run_at_a_time(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let all = some(&owner, 2).await;
    let first = bulk::open(&owner, &Selection::These(all.clone())).await.unwrap().id;
    let second = bulk::open(&owner, &Selection::These(all)).await.unwrap().id;
    work(&town).await;
    let stages = [bulk::view(&owner, first).await.unwrap().stage, bulk::view(&owner, second).await.unwrap().stage];
    assert_eq!(stages, [Stage::Stopped, Stage::Ready]);
    for attempt in [bulk::start(&owner, first, "").await, bulk::go_on(&owner, first).await] {
        assert!(matches!(attempt, Err(Error::Conflict(Conflict::ChangedMeanwhile))), "half of it is not all");
    }
}

// PR-01: from the next request on, neither name nor address nor what became of the invitation.
async fn hidden_meanwhile(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let noor = town.user(group, "noor@harbour.example", Level::Clinical).await;
    let noor_id = noor.actor().unwrap().user().unwrap().user;
    let all = some(&owner, 2).await;
    let id = opened(&town, &noor, &all).await;
    relationships::set(&owner, all[0], noor_id, None, domain::relationship::Wanted::Revoked).await.unwrap();
    bulk::start(&noor, id, "").await.unwrap();
    work(&town).await;
    assert_eq!(outcomes(&noor, id).await, [Outcome::NoAccess, Outcome::Invited]);
    relationships::set(&owner, all[1], noor_id, None, domain::relationship::Wanted::Revoked).await.unwrap();
    for row in rows(&noor, id, None).await {
        assert!(row.patient.is_none() && row.email.is_empty() && row.invitation.is_none(), "{row:?}");
    }
}

async fn two_groups_with_the_same_new_addresses(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let here = some(&owner, BULK_STEP as usize * 2).await;
    let mut there = some(&other, BULK_STEP as usize * 2).await;
    there.reverse();
    let ids = [opened(&town, &owner, &here).await, opened(&town, &other, &there).await];
    bulk::start(&owner, ids[0], "").await.unwrap();
    bulk::start(&other, ids[1], "").await.unwrap();
    let mut servers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let services = town.anon().services;
        servers.spawn(async move { bulk::work(&services, &|| false).await });
    }
    for server in servers.join_all().await {
        assert!(server.is_ok() || overloaded(&server), "{server:?}");
    }
    work(&town).await;
    for (by, id) in [(&owner, ids[0]), (&other, ids[1])] {
        let view = bulk::view(by, id).await.unwrap();
        assert_eq!((view.stage, view.count(Outcome::Invited)), (Stage::Done, BULK_STEP * 2));
    }
    // The accounts are one, and so are the people behind them.
    assert_eq!(town.engine.count("accounts").await, 2 + i64::from(BULK_STEP) * 2);
}
