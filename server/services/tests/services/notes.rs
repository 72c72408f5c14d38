//! Notes: written, published, corrected, shared, read; and nobody reads, lists or counts what is not for them (decision 9).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    access::{EnterGroup, Relationship},
    access_log::Part,
    audit::Action,
    error::{Conflict, Problem, Refusal},
    grant::{Kind, Level as Sees, Role},
    ids::{NoteId, PatientId, UserId},
    note::{Category, NoteFilter, NoteForm, NotePage, NoteRow, NoteState, OwnNotes, Share, ShareForm},
    notification::News,
    page::PageRequest,
    practice::PatientAccessForm,
    time::{Span, Time},
    user::{AccessSettings, Level, UserState},
};
use services::{
    Ctx, Error, Result, access_log, audit, notes, notifications, patients, portal, portal_users, ports::Letter,
    settings,
};

use crate::{
    answers::{conflict, forbidden, not_found},
    portal_users::{mother, terms, user as portal_user, whole},
    relationships::relate,
    town::{Staff, Town, access_form},
};

on_both_engines! {
    an_old_page_switches_nothing_off,
    it_is_taken_back_without_its_author,
    a_note_is_written_shared_read_and_corrected,
    what_is_not_shared_is_not_there,
    a_day_to_come,
    one_mail_however_much_is_shared,
    colleagues_read_what_was_shared_with_them,
    the_switch_holds_back_what_was_shared,
    who_writes_and_who_shares,
    with_whom_it_cannot_be_shared,
    a_draft_is_published_when_it_is_shared,
    what_is_refused_changes_nothing,
    two_devices_at_once,
    drafts_are_thrown_away,
    how_the_patient_would_see_it,
    the_list_is_what_opens_is_what_was_decided,
    words_find_notes,
    a_search_goes_on_where_it_stopped,
    the_portals_list_is_what_opens_there,
    the_trail_holds_nothing_of_the_text,
    the_access_log_tells_that_notes_were_looked_at,
}

const LIEN: &str = "lien@example.org";
/// What stands in the notes and must stand nowhere else.
const TEXT: [&str; 3] = ["Zyzzogeton", "pseudarthrosis", "quinquagenarian"];

fn form(title: &str, body: &str) -> NoteForm {
    NoteForm { title: title.into(), category: "consultation".into(), body: body.into() }
}

fn id_of(ctx: &Ctx) -> UserId {
    ctx.actor().unwrap().user().unwrap().user
}

#[track_caller]
fn invalid<T: std::fmt::Debug>(answer: Result<T>) -> domain::error::Invalid {
    match answer {
        Err(Error::Invalid(invalid)) => invalid,
        other => panic!("nothing was wrong: {other:?}"),
    }
}

/// Everything of a list, few at a time.
async fn rows(by: &Ctx, patient: PatientId, filter: &NoteFilter) -> Result<Vec<NoteRow>> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(3) });
    loop {
        let found = notes::list(by, patient, filter, &page).await?.notes;
        all.extend(found.rows);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(all),
        }
    }
}

/// What a list holds, latest first; nothing for whoever may not know that there is one.
async fn listed(by: &Ctx, patient: PatientId) -> Vec<NoteId> {
    match rows(by, patient, &NoteFilter::default()).await {
        Ok(rows) => rows.into_iter().map(|row| row.id).collect(),
        Err(Error::NotFound) => Vec::new(),
        Err(other) => panic!("{other:?}"),
    }
}

async fn own(by: &Ctx, patient: PatientId) -> OwnNotes {
    notes::list_own(by, patient, &PageRequest::default()).await.unwrap()
}

async fn own_ids(by: &Ctx, patient: PatientId) -> Vec<NoteId> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = notes::list_own(by, patient, &page).await.unwrap().notes;
        all.extend(found.rows.into_iter().map(|row| row.id));
        match found.next {
            Some(next) => page.after = Some(next),
            None => return all,
        }
    }
}

/// A note that was published once; its version is 1.
async fn published(by: &Ctx, patient: PatientId, title: &str) -> NoteId {
    let id = notes::begin(by, patient, &form(title, "x")).await.unwrap();
    assert_eq!(notes::publish(by, patient, id, 0, &form(title, "Text")).await.unwrap(), 1);
    id
}

/// And shared with the patient; its version is 2.
async fn shared(by: &Ctx, patient: PatientId, title: &str) -> NoteId {
    let id = published(by, patient, title).await;
    assert_eq!(notes::share_with_patient(by, patient, id, 1, &ShareForm::default()).await.unwrap(), 2);
    id
}

fn from_day(day: &str) -> ShareForm {
    ShareForm { on: day.into() }
}

/// Letters about something new in the record.
fn told(town: &Town, email: &str) -> usize {
    town.mailer.to(email).iter().filter(|letter| letter.subject == "record shared").count()
}

/// All that a letter says: its `Debug` tells nothing of it.
fn said_in(letter: &Letter) -> String {
    let Letter { from_name, subject, text, html, reply_to, .. } = letter;
    format!("{from_name}\n{subject}\n{text}\n{html}\n{reply_to:?}")
}

/// A practice and a patient who uses the portal.
async fn place(town: &Town) -> (Staff, PatientId, Ctx) {
    let staff = town.practice().await;
    let patient = town.patient(&staff.owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(&staff.owner, patient, LIEN).await;
    (staff, patient, lien)
}

async fn set_sharing(by: &Ctx, on: bool) {
    let by = by.clone().proved(Some(by.now()));
    let version = settings::patient_access(&by).await.unwrap().version;
    let note_sharing = if on { "yes" } else { "" };
    let form = PatientAccessForm { note_sharing: Some(note_sharing.into()), ..access_form(true, 24) };
    settings::save_patient_access(&by, version, &form).await.unwrap();
}

/// Nothing of the note is in the portal of this person, wherever they ask.
async fn is_not_there(by: &Ctx, patient: PatientId, id: NoteId) {
    assert!(!own_ids(by, patient).await.contains(&id));
    assert_eq!(services::portal::frame(by, patient).await.map_or(0, |frame| frame.unread_notes), 0);
    assert_eq!(portal::frame(by, patient).await.unwrap().unread_notes, 0);
    not_found(notes::open_own(by, patient, id).await);
}

// S0-22, decision 9, decision 14, PR-07
async fn a_note_is_written_shared_read_and_corrected(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    let id = notes::begin(&owner, patient, &form(TEXT[0], "")).await.unwrap();
    let row = rows(&owner, patient, &NoteFilter::default()).await.unwrap().remove(0);
    assert_eq!((row.id, row.own, row.state, row.title.as_str()), (id, true, NoteState::Draft, TEXT[0]));
    // Half of it is kept, and no half of it is published.
    assert_eq!(notes::keep(&owner, patient, id, 0, &form(TEXT[0], "pseud")).await.unwrap(), 1);
    let wrong = invalid(notes::publish(&owner, patient, id, 1, &form(" ", "")).await);
    assert_eq!((wrong.of("title"), wrong.of("body")), (Some(Problem::Missing), Some(Problem::Missing)));
    let page = notes::open(&owner, patient, id).await.unwrap();
    assert_eq!((page.draft.unwrap().body.as_str(), page.version, page.published), ("pseud", 1, None));
    is_not_there(&lien, patient, id).await;

    let written = owner.now();
    assert_eq!(notes::publish(&owner, patient, id, 1, &form(TEXT[0], TEXT[1])).await.unwrap(), 2);
    is_not_there(&lien, patient, id).await;
    town.post().await;
    assert_eq!(told(&town, LIEN), 0);
    town.clock.pass(Span::minutes(5));
    assert_eq!(notes::share_with_patient(&owner, patient, id, 2, &ShareForm::default()).await.unwrap(), 3);
    town.post().await;
    town.post().await;
    assert_eq!(told(&town, LIEN), 1);
    let letter = said_in(&town.mailer.to(LIEN).pop().unwrap());
    assert!(letter.contains("Harbour Health"), "{letter}");
    for secret in [TEXT[0], TEXT[1], "Lien N", "Nguyen", "Mira", "not_", "pat_", "onsultation"] {
        assert!(!letter.contains(secret), "{secret}: {letter}");
    }

    assert_eq!(services::portal::frame(&lien, patient).await.unwrap().unread_notes, 1);
    assert_eq!(portal::frame(&lien, patient).await.unwrap().unread_notes, 1);
    let list = own(&lien, patient).await;
    let [row] = list.notes.rows.as_slice() else { panic!("{list:?}") };
    assert_eq!((row.id, row.title.as_str(), row.author.as_str(), row.unread), (id, TEXT[0], "Dr Mira Anand", true));
    assert_eq!((row.category, row.shared_at, row.at), (Category::Consultation, owner.now(), written));
    assert_eq!(list.time_zone, "Australia/Sydney");
    // To look at the list is not to read it.
    assert!(notes::open(&owner, patient, id).await.unwrap().sharing.unwrap().readers.is_empty());
    let read = notes::open_own(&lien, patient, id).await.unwrap();
    assert_eq!((read.text.body.as_str(), read.profession.as_str()), (TEXT[1], "Physiotherapist"));
    assert_eq!((read.written_at, read.changed_at, read.time_zone.as_str()), (written, None, "Australia/Sydney"));
    assert_eq!(services::portal::frame(&lien, patient).await.unwrap().unread_notes, 0);
    assert!(!own(&lien, patient).await.notes.rows[0].unread);
    let sharing = notes::open(&owner, patient, id).await.unwrap().sharing.unwrap();
    let readers: Vec<_> = sharing.readers.iter().map(|one| (one.name.as_str(), one.in_portal, one.number)).collect();
    assert_eq!(readers, [(LIEN, true, 1)]);
    let portal: Vec<_> = sharing.portal.iter().map(|one| (one.email.as_str(), one.kind, one.sees)).collect();
    assert_eq!(portal, [(LIEN, Kind::Own, true)]);

    // What is typed since is nobody's but the author's.
    town.clock.pass(Span::days(1));
    assert_eq!(notes::keep(&owner, patient, id, 3, &form("New", TEXT[2])).await.unwrap(), 4);
    let read = notes::open_own(&lien, patient, id).await.unwrap();
    assert_eq!((read.text.title.as_str(), read.text.body.as_str(), read.changed_at), (TEXT[0], TEXT[1], None));
    assert_eq!(notes::publish(&owner, patient, id, 4, &form("New", TEXT[2])).await.unwrap(), 5);
    let corrected = owner.now();
    town.post().await;
    assert_eq!(told(&town, LIEN), 2, "the correction is news");
    assert_eq!(services::portal::frame(&lien, patient).await.unwrap().unread_notes, 1);
    let read = notes::open_own(&lien, patient, id).await.unwrap();
    assert_eq!((read.text.title.as_str(), read.text.body.as_str()), ("New", TEXT[2]));
    assert_eq!((read.written_at, read.changed_at), (written, Some(corrected)));
    let readers = notes::open(&owner, patient, id).await.unwrap().sharing.unwrap().readers;
    assert_eq!(readers.iter().map(|one| one.number).collect::<Vec<_>>(), [2]);
    let versions = notes::versions(&owner, patient, id, &PageRequest::default()).await.unwrap().rows;
    let versions: Vec<_> = versions.iter().map(|one| (one.number, one.text.body.as_str(), one.at)).collect();
    assert_eq!(versions, [(2, TEXT[2], corrected), (1, TEXT[1], written)]);
    let row = rows(&owner, patient, &NoteFilter::default()).await.unwrap().remove(0);
    assert_eq!(row.state, NoteState::Published { number: 2, at: corrected, changing: false });
    for action in [Action::NoteSaved, Action::NotePublished, Action::NoteShared, Action::NotesListed] {
        assert!(town.engine.audited(action).await > 0, "{action:?}");
    }
    assert!(!town.engine.chain(&group.to_string()).await.is_empty());
}

// S0-23, PT-01, PT-02, PT-03
async fn what_is_not_shared_is_not_there(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let (mum, _) = mother(&town, &owner, patient, "mum@example.org", whole()).await;
    let desk = terms(Role::Edit, Sees::Administrative);
    let other = town.patient(&owner, "Bob", "Lee").await;
    let bob = town.portal_user(&owner, other, "bob@example.org").await;
    let contact = domain::patient::ContactForm {
        name: "Aunt Vidal".into(),
        relationship: "aunt".into(),
        ..domain::patient::ContactForm::default()
    };
    patients::add_contact(&owner, patient, &contact).await.unwrap();
    let (aunt, _) = mother(&town, &owner, patient, "aunt@example.org", desk).await;

    let draft = notes::begin(&owner, patient, &form("Draft", "x")).await.unwrap();
    let unshared = published(&owner, patient, "Unshared").await;
    let private = published(&owner, patient, "Private").await;
    notes::set_private(&owner, patient, private, true).await.unwrap();
    let made_private = shared(&owner, patient, "Made private").await;
    notes::set_private(&owner, patient, made_private, true).await.unwrap();
    let taken_back = shared(&owner, patient, "Taken back").await;
    notes::open_own(&lien, patient, taken_back).await.unwrap();
    notes::unshare_with_patient(&owner, patient, taken_back).await.unwrap();
    for id in [draft, unshared, private, made_private, taken_back] {
        for person in [&lien, &mum] {
            is_not_there(person, patient, id).await;
        }
    }
    // Public again is not shared again.
    assert_eq!(notes::set_private(&owner, patient, made_private, false).await.unwrap(), 4);
    is_not_there(&lien, patient, made_private).await;
    assert_eq!(notes::share_with_patient(&owner, patient, made_private, 4, &ShareForm::default()).await.unwrap(), 5);
    town.post().await;
    for person in [&lien, &mum] {
        assert_eq!(own_ids(person, patient).await, [made_private]);
        notes::open_own(person, patient, made_private).await.unwrap();
    }
    // Each reads for themselves, and is named.
    let readers = notes::open(&owner, patient, made_private).await.unwrap().sharing.unwrap().readers;
    let names: BTreeSet<_> = readers.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from([LIEN, "mum@example.org"]));

    // Here for appointments: not the note, and not that there are any.
    not_found(notes::list_own(&aunt, patient, &PageRequest::default()).await);
    not_found(notes::open_own(&aunt, patient, made_private).await);
    assert_eq!(portal::frame(&aunt, patient).await.unwrap().unread_notes, 0);
    // Another patient's portal user, by either patient's id; whoever works here; nobody.
    not_found(notes::list_own(&bob, patient, &PageRequest::default()).await);
    not_found(notes::open_own(&bob, patient, made_private).await);
    not_found(notes::open_own(&bob, other, made_private).await);
    is_not_there(&bob, other, made_private).await;
    not_found(notes::open_own(&owner, patient, made_private).await);
    assert!(matches!(notes::open_own(&town.anon(), patient, made_private).await, Err(Error::NotSignedIn)));
    assert!(matches!(notes::open(&lien, patient, made_private).await, Err(Error::Forbidden(Refusal::Door))));
    // Nobody but who sees it was written to.
    let people = [LIEN, "mum@example.org", "aunt@example.org", "bob@example.org"];
    assert_eq!(people.map(|email| told(&town, email)), [1, 1, 0, 0]);
    // Over with the access.
    let grant = portal_user(&owner, patient, "mum@example.org").await.id;
    portal_users::suspend(&owner, patient, grant).await.unwrap();
    not_found(notes::open_own(&mum, patient, made_private).await);
    not_found(notes::list_own(&mum, patient, &PageRequest::default()).await);
}

// S0-22, S0-23, PT-03: it is 23 November in Sydney.
async fn a_day_to_come(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let note = published(&owner, patient, "Soon").await;
    for wrong in ["2026-11-23", "2026-11-22", "soon", "2031-01-01", "2026-02-30"] {
        let refused = invalid(notes::share_with_patient(&owner, patient, note, 1, &from_day(wrong)).await);
        assert!(refused.of("on").is_some(), "{wrong}: {refused:?}");
    }
    assert_eq!(notes::share_with_patient(&owner, patient, note, 1, &from_day("2026-12-01")).await.unwrap(), 2);
    let never = published(&owner, patient, "Never").await;
    notes::share_with_patient(&owner, patient, never, 1, &from_day("2026-11-28")).await.unwrap();
    let hidden = published(&owner, patient, "Hidden").await;
    notes::share_with_patient(&owner, patient, hidden, 1, &from_day("2026-11-29")).await.unwrap();
    // The beginning of the first in Sydney.
    let from = notes::open(&owner, patient, note).await.unwrap().patient_from.unwrap();
    assert_eq!(from, owner.now() + Span::hours(7 * 24 + 15));
    let filter = NoteFilter { with_patient: true, ..NoteFilter::default() };
    assert_eq!(rows(&owner, patient, &filter).await.unwrap().len(), 3);
    // A correction before the day is no news to anybody.
    notes::publish(&owner, patient, note, 2, &form("Soon", "Corrected")).await.unwrap();
    town.post().await;
    for id in [note, never, hidden] {
        is_not_there(&lien, patient, id).await;
    }
    assert_eq!(told(&town, LIEN), 0);
    notes::unshare_with_patient(&owner, patient, never).await.unwrap();
    notes::set_private(&owner, patient, hidden, true).await.unwrap();
    town.clock.pass((from - Span::millis(1)).since(owner.now()));
    town.post().await;
    for id in [note, never, hidden] {
        is_not_there(&lien, patient, id).await;
    }
    assert_eq!(told(&town, LIEN), 0, "what was taken back before its day is not announced");
    town.clock.pass(Span::millis(1));
    town.post().await;
    town.post().await;
    assert_eq!(own_ids(&lien, patient).await, [note]);
    assert_eq!(services::portal::frame(&lien, patient).await.unwrap().unread_notes, 1);
    assert_eq!(own(&lien, patient).await.notes.rows[0].shared_at, from);
    assert_eq!(notes::open_own(&lien, patient, note).await.unwrap().text.body, "Corrected");
    assert_eq!(told(&town, LIEN), 1);
    not_found(notes::open_own(&lien, patient, hidden).await);
}

// Decision 14: what is new waits for whoever looks; the mail only says that there is something.
async fn one_mail_however_much_is_shared(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    for title in ["One", "Two", "Three"] {
        shared(&owner, patient, title).await;
    }
    town.post().await;
    assert_eq!(told(&town, LIEN), 1);
    // Read before it leaves, or taken back: then there is nothing to say.
    let fourth = shared(&owner, patient, "Four").await;
    for id in own_ids(&lien, patient).await {
        notes::open_own(&lien, patient, id).await.unwrap();
    }
    town.post().await;
    assert_eq!(told(&town, LIEN), 1);
    let fifth = shared(&owner, patient, "Five").await;
    notes::unshare_with_patient(&owner, patient, fifth).await.unwrap();
    town.post().await;
    assert_eq!(told(&town, LIEN), 1);
    assert_eq!(services::portal::frame(&lien, patient).await.unwrap().unread_notes, 0);
    not_found(notes::open_own(&lien, patient, fifth).await);
    notes::open_own(&lien, patient, fourth).await.unwrap();
}

/// Practitioners of the practice who read only what is theirs.
async fn colleagues(town: &Town, staff: &Staff, patient: PatientId) -> (Ctx, Ctx) {
    let noor = town.user(staff.group, "noor@harbour.example", Level::Personal).await;
    relate(town, &staff.owner, patient, id_of(&noor), Relationship::Granted).await;
    let tom = town.user(staff.group, "tom@harbour.example", Level::OwnAndContacts).await;
    (noor, tom)
}

// S0-40, PR-01, PR-03, PR-07
async fn colleagues_read_what_was_shared_with_them(town: Town) {
    let staff = town.practice().await;
    let owner = &staff.owner;
    let patient = town.patient(owner, "Lien", "Nguyen").await;
    let (noor, tom) = colleagues(&town, &staff, patient).await;
    let one = published(owner, patient, "One").await;
    let two = published(owner, patient, "Two").await;
    let private = published(owner, patient, "Private").await;
    notes::set_private(owner, patient, private, true).await.unwrap();
    let draft = notes::begin(owner, patient, &form("Draft", "x")).await.unwrap();
    for colleague in [&noor, &tom] {
        assert_eq!(listed(colleague, patient).await, []);
        for id in [one, two, private, draft] {
            not_found(notes::open(colleague, patient, id).await);
            not_found(notes::versions(colleague, patient, id, &PageRequest::default()).await);
            // Nor is it said that it is another's.
            not_found(notes::keep(colleague, patient, id, 0, &form("Mine", "Mine")).await);
        }
    }
    // One note, with one of them.
    assert_eq!(notes::share_with(owner, patient, one, 1, id_of(&noor)).await.unwrap(), 1);
    assert_eq!((listed(&noor, patient).await, listed(&tom, patient).await), (vec![one], vec![]));
    let bell = notifications::list(&noor, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(bell.iter().map(|row| row.news.clone()).collect::<Vec<_>>(), [News::NotesShared { patient }]);
    assert_eq!(notifications::unread(&tom).await.unwrap(), 0);
    // Twice is once, also behind the bell.
    notes::share_with(owner, patient, one, 1, id_of(&noor)).await.unwrap();
    assert_eq!(notifications::unread(&noor).await.unwrap(), 1);
    let page = notes::open(&noor, patient, one).await.unwrap();
    assert!(!page.own && page.draft.is_none() && page.sharing.is_none(), "{page:?}");
    assert!(!page.may.edit && !page.may.share_with_patient && !page.may.share_with_colleagues);
    // Earlier versions are their author's: one of them may have been private.
    let versions = notes::versions(&noor, patient, one, &PageRequest::default()).await;
    assert_eq!(forbidden(versions), Refusal::NotAuthor);
    let sharing = notes::open(owner, patient, one).await.unwrap().sharing.unwrap();
    let with: Vec<_> = sharing.colleagues.iter().map(|with| (with.user, with.share)).collect();
    assert_eq!((with, sharing.open), (vec![(id_of(&noor), Share::This)], true));
    let readers: Vec<_> = sharing.readers.iter().map(|one| (one.name.as_str(), one.in_portal, one.number)).collect();
    assert_eq!(readers, [("Dr Mira Anand", false, 1)]);
    // PR-07: whoever reads it changes nothing, and is told why.
    let refusals = [
        forbidden(notes::keep(&noor, patient, one, 1, &form("Mine", "Mine")).await),
        forbidden(notes::publish(&noor, patient, one, 1, &form("Mine", "Mine")).await),
        forbidden(notes::discard(&noor, patient, one, 1).await),
        forbidden(notes::set_private(&noor, patient, one, true).await),
        forbidden(notes::as_patient(&noor, patient, one).await),
        forbidden(notes::share_with_patient(&noor, patient, one, 1, &ShareForm::default()).await),
        forbidden(notes::unshare_with_patient(&noor, patient, one).await),
        forbidden(notes::share_with(&noor, patient, one, 1, id_of(&tom)).await),
        forbidden(notes::unshare_with(&noor, patient, one, id_of(&noor)).await),
    ];
    assert_eq!(refusals, [Refusal::NotAuthor; 9]);
    assert_eq!(notes::open(owner, patient, one).await.unwrap().version, 1);
    notes::unshare_with(owner, patient, one, id_of(&noor)).await.unwrap();
    assert_eq!(listed(&noor, patient).await, []);
    not_found(notes::open(&noor, patient, one).await);

    // All of them: those to come as well, and neither drafts nor private ones.
    notes::share_all(owner, patient, id_of(&tom)).await.unwrap();
    notes::share_all(owner, patient, id_of(&tom)).await.unwrap();
    assert_eq!(notifications::unread(&tom).await.unwrap(), 1);
    let three = published(owner, patient, "Three").await;
    assert_eq!(listed(&tom, patient).await, [three, two, one]);
    for id in [private, draft] {
        not_found(notes::open(&tom, patient, id).await);
    }
    assert_eq!(listed(&noor, patient).await, []);
    let all = notes::all_shares(owner, patient).await.unwrap();
    assert_eq!(all.iter().map(|with| (with.user, with.share)).collect::<Vec<_>>(), [(id_of(&tom), Share::All)]);
    assert!(notes::all_shares(&noor, patient).await.unwrap().is_empty(), "whose shares those are");
    // By itself a private note is shared all the same.
    notes::share_with(owner, patient, private, 2, id_of(&tom)).await.unwrap();
    assert!(listed(&tom, patient).await.contains(&private));
    // A colleague sees that it is being changed no more than what is typed.
    notes::keep(owner, patient, two, 1, &form("Zwei", "typed")).await.unwrap();
    let row = rows(&tom, patient, &NoteFilter::default()).await.unwrap().into_iter().find(|row| row.id == two).unwrap();
    assert!(matches!(row.state, NoteState::Published { changing: false, .. }) && row.title == "Two", "{row:?}");
    assert!(notes::open(&tom, patient, two).await.unwrap().draft.is_none());
    notes::unshare_all(owner, patient, id_of(&tom)).await.unwrap();
    assert_eq!(listed(&tom, patient).await, [private]);
    // PR-01: whoever may not see the patient any more sees nothing that was shared either.
    relate(&town, owner, patient, id_of(&tom), Relationship::Revoked).await;
    not_found(notes::open(&tom, patient, private).await);
    not_found(notes::list(&tom, patient, &NoteFilter::default(), &PageRequest::default()).await);
}

// S0-39, S0-40
async fn the_switch_holds_back_what_was_shared(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let owner = &staff.owner;
    let (noor, tom) = colleagues(&town, &staff, patient).await;
    let clinical = town.user(staff.group, "clinical@harbour.example", Level::Clinical).await;
    let one = shared(owner, patient, "One").await;
    notes::share_with(owner, patient, one, 2, id_of(&noor)).await.unwrap();
    notes::share_all(owner, patient, id_of(&tom)).await.unwrap();
    let toms = published(&tom, patient, "Tom's").await;
    set_sharing(owner, false).await;
    for colleague in [&noor, &tom] {
        assert!(!listed(colleague, patient).await.contains(&one));
        not_found(notes::open(colleague, patient, one).await);
        not_found(notes::versions(colleague, patient, one, &PageRequest::default()).await);
    }
    // What is one's own, what the level shows, and what the patient reads is no matter of colleagues.
    assert_eq!(listed(&tom, patient).await, [toms]);
    assert_eq!(listed(&clinical, patient).await, [toms, one]);
    notes::open_own(&lien, patient, one).await.unwrap();
    let page = notes::open(owner, patient, one).await.unwrap();
    assert!(page.may.share_with_patient && !page.may.share_with_colleagues && !page.sharing.unwrap().open);
    assert!(!notes::list(owner, patient, &NoteFilter::default(), &PageRequest::default()).await.unwrap().may_share_all);
    let refusals = [
        forbidden(notes::share_with(owner, patient, one, 2, id_of(&tom)).await),
        forbidden(notes::share_all(owner, patient, id_of(&noor)).await),
        forbidden(notes::colleagues(owner, patient, "").await),
    ];
    assert_eq!(refusals, [Refusal::SharingOff; 3]);
    // What was shared with whom is still told, and can be ended.
    assert_eq!(notes::all_shares(owner, patient).await.unwrap().len(), 1);
    set_sharing(owner, true).await;
    for colleague in [&noor, &tom] {
        notes::open(colleague, patient, one).await.unwrap();
        assert!(listed(colleague, patient).await.contains(&one));
    }
    set_sharing(owner, false).await;
    notes::unshare_with(owner, patient, one, id_of(&noor)).await.unwrap();
    notes::unshare_all(owner, patient, id_of(&tom)).await.unwrap();
    set_sharing(owner, true).await;
    for colleague in [&noor, &tom] {
        not_found(notes::open(colleague, patient, one).await);
    }
}

// Decision 7, PR-01, PR-03
async fn who_writes_and_who_shares(town: Town) {
    let (staff, patient, _lien) = place(&town).await;
    let owner = &staff.owner;
    let group = staff.group;
    let note = published(owner, patient, "One").await;
    let colleague = town.user(group, "colleague@harbour.example", Level::Clinical).await;
    let with = async |email: &str, level, settings| {
        town.user_with(group, email, level, settings, UserState::Active).await.unwrap()
    };
    let plain = AccessSettings::default();
    // Sits at the desk, or sees no names: learns of no note, not even that there are none.
    let no_names = AccessSettings { hide_names: true, ..plain };
    for (email, level, settings) in [
        ("desk@harbour.example", Level::CalendarContacts, plain),
        ("money@harbour.example", Level::CalendarContactsFinance, plain),
        ("hidden@harbour.example", Level::AdminFull, no_names),
    ] {
        let desk = with(email, level, settings).await;
        not_found(notes::list(&desk, patient, &NoteFilter::default(), &PageRequest::default()).await);
        not_found(notes::open(&desk, patient, note).await);
        not_found(notes::versions(&desk, patient, note, &PageRequest::default()).await);
        not_found(notes::keep(&desk, patient, note, 1, &form("x", "x")).await);
        not_found(notes::share_with(&desk, patient, note, 1, id_of(&colleague)).await);
        not_found(notes::all_shares(&desk, patient).await);
        not_found(notes::share_all(&desk, patient, id_of(&colleague)).await);
        not_found(notes::colleagues(&desk, patient, "").await);
        assert_eq!(forbidden(notes::begin(&desk, patient, &form("x", "x")).await), Refusal::Level);
    }
    // An administrator with full access reads, and writes and shares none.
    let admin = with("admin@harbour.example", Level::AdminFull, plain).await;
    assert_eq!(listed(&admin, patient).await, [note]);
    assert_eq!(notes::open(&admin, patient, note).await.unwrap().may, domain::note::NoteActs::default());
    assert_eq!(forbidden(notes::begin(&admin, patient, &form("x", "x")).await), Refusal::Level);
    assert_eq!(forbidden(notes::share_all(&admin, patient, id_of(&colleague)).await), Refusal::Level);
    assert_eq!(forbidden(notes::share_with(&admin, patient, note, 1, id_of(&colleague)).await), Refusal::NotAuthor);
    let page = notes::list(&admin, patient, &NoteFilter::default(), &PageRequest::default()).await.unwrap();
    assert!(!page.may_write && !page.may_share_all);
    // Whoever may look only, also at what they wrote before.
    let reader = with("reader@harbour.example", Level::Full, plain).await;
    let theirs = published(&reader, patient, "Theirs").await;
    let begun = notes::begin(&reader, patient, &form("Begun", "x")).await.unwrap();
    let make = |column: &str| {
        format!(
            "UPDATE users SET {column} = {} WHERE account_id = (SELECT id FROM accounts WHERE email = '{}')",
            if town.engine.is_sqlite() { "1" } else { "TRUE" },
            "reader@harbour.example",
        )
    };
    town.engine.execute(&make("read_only")).await;
    let reader = town.again(&reader).await.unwrap();
    let refusals = [
        forbidden(notes::begin(&reader, patient, &form("x", "x")).await),
        forbidden(notes::keep(&reader, patient, begun, 0, &form("x", "x")).await),
        forbidden(notes::publish(&reader, patient, begun, 0, &form("x", "x")).await),
        forbidden(notes::discard(&reader, patient, begun, 0).await),
        forbidden(notes::set_private(&reader, patient, theirs, true).await),
        forbidden(notes::as_patient(&reader, patient, theirs).await),
        forbidden(notes::share_with_patient(&reader, patient, theirs, 1, &ShareForm::default()).await),
        forbidden(notes::unshare_with_patient(&reader, patient, theirs).await),
        forbidden(notes::share_with(&reader, patient, theirs, 1, id_of(&colleague)).await),
        forbidden(notes::unshare_with(&reader, patient, theirs, id_of(&colleague)).await),
        forbidden(notes::share_all(&reader, patient, id_of(&colleague)).await),
    ];
    assert_eq!(refusals, [Refusal::ReadOnly; 11]);
    assert_eq!(notes::open(&reader, patient, begun).await.unwrap().draft.unwrap().title, "Begun");
    // Keeps notes to themselves, by a setting: writes and publishes, and shares with nobody.
    let keeps = with("keeps@harbour.example", Level::Full, AccessSettings { no_note_sharing: true, ..plain }).await;
    let kept = published(&keeps, patient, "Kept").await;
    let refusals = [
        forbidden(notes::share_with_patient(&keeps, patient, kept, 1, &ShareForm::default()).await),
        forbidden(notes::share_with(&keeps, patient, kept, 1, id_of(&colleague)).await),
        forbidden(notes::share_all(&keeps, patient, id_of(&colleague)).await),
        forbidden(notes::colleagues(&keeps, patient, "").await),
    ];
    assert_eq!(refusals, [Refusal::Setting; 4]);
    let page = notes::open(&keeps, patient, kept).await.unwrap();
    assert!(page.may.edit && !page.may.share_with_patient && !page.may.share_with_colleagues, "{:?}", page.may);
    // Another group's, and whoever may not see the patient.
    let other = town.practice_called("Hill Clinic", "owner@hill.example").await.owner;
    let personal = town.user(group, "personal@harbour.example", Level::Personal).await;
    for stranger in [&other, &personal] {
        not_found(notes::list(stranger, patient, &NoteFilter::default(), &PageRequest::default()).await);
        not_found(notes::open(stranger, patient, note).await);
        not_found(notes::begin(stranger, patient, &form("x", "x")).await);
        not_found(notes::keep(stranger, patient, note, 1, &form("x", "x")).await);
        not_found(notes::share_all(stranger, patient, id_of(&colleague)).await);
        not_found(notes::all_shares(stranger, patient).await);
        not_found(notes::unshare_all(stranger, patient, id_of(&colleague)).await);
    }
    // Whoever writes about a patient treats them from then on (decision 7).
    let own = town.patient(owner, "Own", "Patient").await;
    let enter = keeps.actor().unwrap().may(EnterGroup, &()).unwrap();
    let relationship =
        async || town.read().await.patient_facts(&enter, own, town.now()).await.unwrap().unwrap().relationship;
    assert_eq!(relationship().await, None);
    // Not who only began to: a draft opens no answers and no social history.
    let begun = notes::begin(&keeps, own, &form("", "")).await.unwrap();
    assert_eq!(relationship().await, None);
    notes::publish(&keeps, own, begun, 0, &form("One", "Text")).await.unwrap();
    assert_eq!(relationship().await, Some(Relationship::Automatic));
}

// S0-40, PR-01: a share opens no record, and tells nobody that somebody works here.
async fn with_whom_it_cannot_be_shared(town: Town) {
    let (staff, patient, _lien) = place(&town).await;
    let (owner, group) = (&staff.owner, staff.group);
    let note = published(owner, patient, "One").await;
    let mut nobody = vec![id_of(owner), id_of(&town.practice_called("Hill", "owner@hill.example").await.owner)];
    for level in [Level::Personal, Level::CalendarContacts, Level::CalendarContactsFinance, Level::AdminFull] {
        nobody.push(id_of(&town.user(group, &format!("{}@harbour.example", level.code()), level).await));
    }
    let revoked = town.user(group, "revoked@harbour.example", Level::Full).await;
    relate(&town, owner, patient, id_of(&revoked), Relationship::Revoked).await;
    nobody.push(id_of(&revoked));
    let left = town.user(group, "left@harbour.example", Level::Clinical).await;
    let version =
        services::users::page(&owner.clone().proved(Some(owner.now())), id_of(&left)).await.unwrap().user.version;
    services::users::deactivate(&owner.clone().proved(Some(owner.now())), id_of(&left), version).await.unwrap();
    nobody.push(id_of(&left));
    nobody.push(UserId::from_uuid(town.services.random.id()));
    for user in &nobody {
        not_found(notes::share_with(owner, patient, note, 1, *user).await);
        not_found(notes::share_all(owner, patient, *user).await);
    }
    let able = town.user(group, "able@harbour.example", Level::OwnAndContacts).await;
    let offered = notes::colleagues(owner, patient, "").await.unwrap();
    assert_eq!(offered.iter().map(|one| one.user).collect::<Vec<_>>(), [id_of(&able)]);
    assert_eq!(notes::colleagues(owner, patient, "anand").await.unwrap().len(), 1);
    assert_eq!(notes::colleagues(owner, patient, "zzz").await.unwrap().len(), 0);
    notes::share_with(owner, patient, note, 1, id_of(&able)).await.unwrap();
    let page = notes::open(owner, patient, note).await.unwrap();
    assert_eq!(page.sharing.unwrap().colleagues.len(), 1);
    assert_eq!(town.engine.count("note_shares").await + town.engine.count("all_notes_shares").await, 1);
}

// Decision 9: nothing is shared that is not published.
async fn a_draft_is_published_when_it_is_shared(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let owner = &staff.owner;
    let (noor, _) = colleagues(&town, &staff, patient).await;
    let half = notes::begin(owner, patient, &form("", "x")).await.unwrap();
    for answer in [
        notes::share_with_patient(owner, patient, half, 0, &ShareForm::default()).await,
        notes::share_with(owner, patient, half, 0, id_of(&noor)).await,
    ] {
        let wrong = invalid(answer);
        assert_eq!((wrong.of("title"), wrong.of("body")), (Some(Problem::Missing), None));
    }
    let page = notes::open(owner, patient, half).await.unwrap();
    assert_eq!((page.published, page.version, page.patient_from), (None, 0, None));
    not_found(notes::open(&noor, patient, half).await);

    let one = notes::begin(owner, patient, &form("One", "One")).await.unwrap();
    let next = notes::share_with_patient(owner, patient, one, 0, &ShareForm::default()).await.unwrap();
    let page = notes::open(owner, patient, one).await.unwrap();
    assert_eq!((page.published.unwrap().number, page.version, page.draft), (1, next, None));
    assert_eq!(notes::open_own(&lien, patient, one).await.unwrap().text.body, "One");
    let two = notes::begin(owner, patient, &form("Two", "Two")).await.unwrap();
    let next = notes::share_with(owner, patient, two, 0, id_of(&noor)).await.unwrap();
    let page = notes::open(owner, patient, two).await.unwrap();
    assert_eq!((page.published.unwrap().number, page.version), (1, next));
    assert_eq!(notes::open(&noor, patient, two).await.unwrap().published.unwrap().text.body, "Two");
    // To share all of them publishes none.
    let three = notes::begin(owner, patient, &form("Three", "Three")).await.unwrap();
    notes::share_all(owner, patient, id_of(&noor)).await.unwrap();
    assert!(notes::open(owner, patient, three).await.unwrap().published.is_none());
    // B-04: what its author typed since, and looked at as the patient, is what the patient reads.
    notes::keep(owner, patient, two, next, &form("Two", "typed")).await.unwrap();
    notes::share_with_patient(owner, patient, two, next + 1, &ShareForm::default()).await.unwrap();
    let seen = notes::open_own(&lien, patient, two).await.unwrap();
    assert_eq!((seen.text.body.as_str(), seen.changed_at.is_some()), ("typed", true));
    assert_eq!(notes::open(owner, patient, two).await.unwrap().published.unwrap().number, 2);
    // What was typed and taken back again makes no version.
    notes::unshare_with_patient(owner, patient, two).await.unwrap();
    let version = notes::open(owner, patient, two).await.unwrap().version;
    let version = notes::keep(owner, patient, two, version, &form("Two", "typed")).await.unwrap();
    notes::share_with_patient(owner, patient, two, version, &ShareForm::default()).await.unwrap();
    let page = notes::open(owner, patient, two).await.unwrap();
    assert_eq!((page.published.unwrap().number, page.draft), (2, None));
}

// RC-05, PT-03
async fn what_is_refused_changes_nothing(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    let note = published(&owner, patient, "One").await;
    let draft = notes::begin(&owner, patient, &form("Draft", "x")).await.unwrap();
    let private = published(&owner, patient, "Private").await;
    notes::set_private(&owner, patient, private, true).await.unwrap();
    let before = (
        notes::open(&owner, patient, note).await.unwrap(),
        notes::open(&owner, patient, draft).await.unwrap(),
        notes::open(&owner, patient, private).await.unwrap(),
    );
    let trail = town.engine.audited(Action::NoteShared).await + town.engine.audited(Action::NotePublished).await;
    let now = ShareForm::default;
    // Nobody is in the portal yet; neither is one who was only invited, or is here for appointments.
    for step in 0..3 {
        for share in [now(), from_day("2026-12-01")] {
            assert_eq!(
                conflict(notes::share_with_patient(&owner, patient, note, 1, &share).await),
                Conflict::NobodyInPortal
            );
            assert_eq!(
                conflict(notes::share_with_patient(&owner, patient, draft, 0, &share).await),
                Conflict::NobodyInPortal
            );
        }
        match step {
            0 => drop(mother(&town, &owner, patient, "a@example.org", terms(Role::Edit, Sees::Administrative)).await),
            1 => drop(town.invite(&owner, patient, LIEN).await),
            _ => {}
        }
    }
    let token = town.link_to(LIEN).await;
    services::invitations::accept(&town.anon(), &token, crate::town::PASSWORD).await.unwrap();
    // As somebody who looked before it changed.
    let late = [
        conflict(notes::keep(&owner, patient, note, 0, &form("Late", "Late")).await),
        conflict(notes::publish(&owner, patient, note, 0, &form("Late", "Late")).await),
        conflict(notes::share_with_patient(&owner, patient, note, 0, &now()).await),
        conflict(notes::share_with_patient(&owner, patient, draft, 7, &now()).await),
        conflict(notes::discard(&owner, patient, draft, 7).await),
        conflict(notes::keep(&owner, patient, draft, -1, &form("Late", "Late")).await),
        conflict(notes::publish(&owner, patient, draft, i64::MAX, &form("Late", "Late")).await),
    ];
    assert_eq!(late, [Conflict::ChangedMeanwhile; 7]);
    let private_one = notes::share_with_patient(&owner, patient, private, 2, &now()).await;
    assert_eq!(conflict(private_one), Conflict::NoteIsPrivate);
    let same = notes::publish(&owner, patient, note, 1, &form("One", "Text")).await;
    assert_eq!(conflict(same), Conflict::NothingChanged);
    assert_eq!(conflict(notes::discard(&owner, patient, note, 1).await), Conflict::NotePublished);
    for wrong in [
        form("x", &"x".repeat(domain::limits::NOTE + 1)),
        form(&"x".repeat(domain::limits::NAME + 1), "x"),
        NoteForm { category: "diagnosis".into(), ..form("x", "x") },
    ] {
        invalid(notes::keep(&owner, patient, note, 1, &wrong).await);
        invalid(notes::publish(&owner, patient, note, 1, &wrong).await);
        invalid(notes::begin(&owner, patient, &wrong).await);
    }
    let without_sharing = |page: NotePage| NotePage { sharing: None, ..page };
    for (id, before) in [(note, before.0), (draft, before.1), (private, before.2)] {
        let after = notes::open(&owner, patient, id).await.unwrap();
        assert_eq!(without_sharing(after), without_sharing(before));
    }
    assert_eq!(listed(&owner, patient).await.len(), 3);
    // What came to nothing is not in the trail as if it had been done, and nobody was told.
    let after = town.engine.audited(Action::NoteShared).await + town.engine.audited(Action::NotePublished).await;
    assert_eq!(after, trail);
    town.post().await;
    assert_eq!(town.engine.count("outbox WHERE kind IN ('record_shared', 'record_opens')").await, 0);
}

// RC-05: a telephone and a desk.
async fn two_devices_at_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    for n in 0..8 {
        let id = notes::begin(&owner, patient, &form("Draft", "x")).await.unwrap();
        let [one, other] = [form("One", "One"), form("Other", "Other")];
        let (first, second) = if n % 2 == 0 {
            tokio::join!(notes::keep(&owner, patient, id, 0, &one), notes::keep(&owner, patient, id, 0, &other))
        } else {
            tokio::join!(notes::publish(&owner, patient, id, 0, &one), notes::keep(&owner, patient, id, 0, &other))
        };
        let (won, refused) = if first.is_ok() { ("One", second) } else { ("Other", first) };
        assert_eq!(conflict(refused), Conflict::ChangedMeanwhile);
        let page = notes::open(&owner, patient, id).await.unwrap();
        let text = page.draft.or(page.published.map(|version| version.text)).unwrap();
        assert_eq!((text.title.as_str(), page.version), (won, 1));
        // The other reads what is there, and goes on from it.
        notes::keep(&owner, patient, id, 1, &form("Again", "Again")).await.unwrap();
    }
    // Two corrections at once: a number is given once.
    let id = published(&owner, patient, "One").await;
    let [two, three] = [form("One", "Two"), form("One", "Three")];
    let (first, second) =
        tokio::join!(notes::publish(&owner, patient, id, 1, &two), notes::publish(&owner, patient, id, 1, &three));
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(notes::versions(&owner, patient, id, &PageRequest::default()).await.unwrap().rows.len(), 2);
}

// PR-07
async fn drafts_are_thrown_away(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    let draft = notes::begin(&owner, patient, &form("Draft", "x")).await.unwrap();
    notes::discard(&owner, patient, draft, 0).await.unwrap();
    not_found(notes::open(&owner, patient, draft).await);
    not_found(notes::discard(&owner, patient, draft, 0).await);
    assert_eq!(listed(&owner, patient).await, []);
    // Of a published one goes what was typed since, and nothing else.
    let note = published(&owner, patient, "One").await;
    notes::keep(&owner, patient, note, 1, &form("Typed", "typed")).await.unwrap();
    notes::discard(&owner, patient, note, 2).await.unwrap();
    let page = notes::open(&owner, patient, note).await.unwrap();
    assert_eq!((page.draft, page.saved_at, page.published.unwrap().text.body.as_str()), (None, None, "Text"));
    assert_eq!(conflict(notes::discard(&owner, patient, note, 3).await), Conflict::NotePublished);
}

// B-04
async fn how_the_patient_would_see_it(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let note = notes::begin(&owner, patient, &form("One", "Draft")).await.unwrap();
    let seen = notes::as_patient(&owner, patient, note).await.unwrap();
    assert_eq!((seen.text.body.as_str(), seen.author.as_str(), seen.changed_at), ("Draft", "Dr Mira Anand", None));
    // To look shares nothing, and reads nothing.
    is_not_there(&lien, patient, note).await;
    notes::share_with_patient(&owner, patient, note, 0, &ShareForm::default()).await.unwrap();
    let shown = notes::open_own(&lien, patient, note).await.unwrap();
    assert_eq!(notes::as_patient(&owner, patient, note).await.unwrap(), shown);
    assert_eq!(town.engine.audited(Action::NotePreviewed).await, 2);
    let version = notes::open(&owner, patient, note).await.unwrap().version;
    notes::keep(&owner, patient, note, version, &form("One", "Corrected")).await.unwrap();
    assert_eq!(notes::as_patient(&owner, patient, note).await.unwrap().text.body, "Corrected");
    assert_eq!(notes::open_own(&lien, patient, note).await.unwrap().text.body, "Draft");
}

/// Dice that fall the same way each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides).unwrap()
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len() as u64)]
    }
}

/// What was done with a note, and with whom it was shared.
struct Told {
    id: NoteId,
    author: UserId,
    published: bool,
    private: bool,
    with: BTreeSet<UserId>,
}

/// Decision 9 in plain words: may this user read the note?
fn reads(
    user: &Ctx,
    relationship: Option<Relationship>,
    sharing: bool,
    note: &Told,
    all: &BTreeSet<(UserId, UserId)>,
) -> bool {
    let face = *user.actor().unwrap().user().unwrap();
    let sees_patient = match relationship {
        Some(Relationship::Revoked) => false,
        Some(_) => true,
        None => face.level != Level::Personal,
    };
    let treats = matches!(face.level, Level::Personal | Level::OwnAndContacts | Level::Clinical | Level::Full);
    let runs_it = face.level == Level::AdminFull && !face.settings.hide_names;
    if !sees_patient || !(treats || runs_it) {
        return false;
    }
    if note.author == face.user {
        return true;
    }
    let by_level = matches!(face.level, Level::Clinical | Level::Full) || runs_it;
    let this_one = note.with.contains(&face.user);
    let with_all = all.contains(&(note.author, face.user)) && !note.private;
    note.published && (by_level && !note.private || treats && sharing && (this_one || with_all))
}

// S0-39, S0-40, PR-01, PR-03: notes, shares, levels, settings and relationships by chance; then some of them changed.
#[expect(clippy::print_stdout, reason = "how much was asked is printed")]
async fn the_list_is_what_opens_is_what_was_decided(town: Town) {
    let (mut pairs, mut read) = (0, 0);
    let levels = [
        Level::Personal,
        Level::Personal,
        Level::OwnAndContacts,
        Level::OwnAndContacts,
        Level::Clinical,
        Level::Full,
        Level::CalendarContacts,
        Level::CalendarContactsFinance,
        Level::AdminFull,
    ];
    let outside = town.practice_called("Hill Clinic", "owner@hill.example").await.owner;
    for seed in 0..8 {
        let mut dice = Dice(0x0a07e5 + seed);
        let Staff { owner, group } = town.practice_called(&format!("G{seed}"), &format!("o{seed}@x.example")).await;
        let mut users = vec![owner.clone()];
        let mut emails = BTreeMap::new();
        for (n, level) in levels.into_iter().enumerate() {
            let settings = AccessSettings {
                hide_names: dice.roll(3) == 0,
                read_only: dice.roll(6) == 0,
                no_note_sharing: dice.roll(6) == 0,
                ..AccessSettings::default()
            };
            let email = format!("u{n}g{seed}@x.example");
            let user = town.user_with(group, &email, level, settings, UserState::Active).await.unwrap();
            emails.insert(id_of(&user), email);
            users.push(user);
        }
        for patient in 0..2 {
            let patient = town.patient(&owner, "Zelda", &format!("Quark{seed}{patient}")).await;
            let mut relationships = BTreeMap::new();
            for user in users.iter().skip(1).take(6) {
                let kinds = [Relationship::Automatic, Relationship::Granted, Relationship::Granted];
                if let Some(kind) = kinds.get(dice.roll(5)) {
                    relate(&town, &owner, patient, id_of(user), *kind).await;
                }
            }
            let (mut all, mut with_all) = (Vec::new(), BTreeSet::new());
            for n in 0..11 {
                let author = dice.one_of(&users[..7]).clone();
                let Ok(id) = notes::begin(&author, patient, &form(&format!("N{n}"), "Draft")).await else { continue };
                let category = dice.one_of(&Category::ALL).code().to_owned();
                let text = NoteForm { category, ..form(&format!("N{n}"), "Text") };
                let mut note =
                    Told { id, author: id_of(&author), published: false, private: false, with: BTreeSet::new() };
                let mut version = notes::keep(&author, patient, id, 0, &text).await.unwrap();
                if dice.roll(4) != 0 {
                    version = notes::publish(&author, patient, id, version, &text).await.unwrap();
                    note.published = true;
                }
                if dice.roll(3) == 0 {
                    version = notes::set_private(&author, patient, id, true).await.unwrap();
                    note.private = true;
                }
                if dice.roll(3) == 0 {
                    version = notes::keep(&author, patient, id, version, &form("Changing", "x")).await.unwrap();
                }
                for _ in 0..3 {
                    let with = id_of(dice.one_of(&users));
                    if note.published && notes::share_with(&author, patient, id, version, with).await.is_ok() {
                        note.with.insert(with);
                    }
                }
                let with = id_of(dice.one_of(&users));
                if dice.roll(4) == 0 && notes::share_all(&author, patient, with).await.is_ok() {
                    with_all.insert((id_of(&author), with));
                }
                all.push(note);
            }
            // Then things change: who treats the patient, and what somebody's level is.
            for user in users.iter().skip(1).take(6) {
                let kinds = [Relationship::Revoked, Relationship::Granted];
                if let Some(kind) = kinds.get(dice.roll(6)) {
                    relate(&town, &owner, patient, id_of(user), *kind).await;
                }
            }
            if patient_is_last(&all) {
                let (id, email) = emails.iter().nth(dice.roll(6)).unwrap();
                let level = dice.one_of(&Level::ALL).code();
                town.engine
                    .execute(&format!(
                        "UPDATE users SET level = '{level}' WHERE account_id = (SELECT id FROM accounts WHERE email = '{email}')"
                    ))
                    .await;
                let at = users.iter().position(|user| id_of(user) == *id).unwrap();
                users[at] = town.again(&users[at]).await.unwrap();
            }
            for user in &users {
                let enter = user.actor().unwrap().may(EnterGroup, &()).unwrap();
                let facts = town.read().await.patient_facts(&enter, patient, town.now()).await.unwrap().unwrap();
                relationships.insert(id_of(user), facts.relationship);
            }
            for sharing in [true, false] {
                set_sharing(&owner, sharing).await;
                for user in users.iter().chain([&outside]) {
                    let shown = listed(user, patient).await;
                    assert!(shown.is_sorted_by(|one, next| one > next), "latest first, none twice");
                    let relationship = relationships.get(&id_of(user)).copied();
                    for note in &all {
                        let face = user.actor().unwrap().user().unwrap();
                        let expected = relationship
                            .is_some_and(|relationship| reads(user, relationship, sharing, note, &with_all));
                        let what = format!("{face:?} {relationship:?} {sharing} {} {}", note.published, note.private);
                        assert_eq!(shown.contains(&note.id), expected, "in the list: {what}");
                        match notes::open(user, patient, note.id).await {
                            Ok(page) => {
                                assert!(expected, "opened: {what}");
                                assert!(page.own || page.draft.is_none(), "{what}");
                                read += 1;
                            }
                            Err(Error::NotFound) => assert!(!expected, "not opened: {what}"),
                            Err(other) => panic!("{other:?}"),
                        }
                        pairs += 1;
                    }
                    assert_eq!(shown.len(), all.iter().filter(|note| shown.contains(&note.id)).count(), "nothing else");
                    if !shown.is_empty() {
                        filters_narrow(user, patient).await;
                    }
                }
            }
            set_sharing(&owner, true).await;
        }
    }
    println!("{pairs} pairs, {read} read, on {}", if town.engine.is_sqlite() { "SQLite" } else { "PostgreSQL" });
    assert!(pairs > 2_000 && read > 400 && pairs - read > 400, "{pairs} {read}");
}

/// Is there enough of a patient to change somebody's level over?
fn patient_is_last(all: &[Told]) -> bool {
    all.len() > 6
}

// B-04's list, PR-03: words find what the caller reads, and tell nothing of what they do not.
async fn words_find_notes(town: Town) {
    let (Staff { owner, group }, patient, _) = place(&town).await;
    let tom = town.user(group, "tom@harbour.example", Level::Full).await;
    let noor = town.user(group, "noor@harbour.example", Level::Personal).await;
    let add = async |title: &str, body: &str| {
        town.clock.pass(Span::seconds(1));
        let id = notes::begin(&owner, patient, &form(title, body)).await.unwrap();
        (id, notes::publish(&owner, patient, id, 0, &form(title, body)).await.unwrap())
    };
    let (knee, version) = add("Éxercise plan", "The knee: 120/80.\n\nKniegelenkserguss, said Dr O'Brien.").await;
    let (private, _) = add("Aside", "About the knee, for myself").await;
    notes::set_private(&owner, patient, private, true).await.unwrap();
    let (_, _) = add("Diet", "膝の痛み").await;
    let found = async |by: &Ctx, text: &str| {
        let filter = NoteFilter { text: text.into(), ..NoteFilter::default() };
        rows(by, patient, &filter).await.unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    for text in ["KNEE", "exercise", "  plan  knee ", "120/80", "erguss", "obrien", "o’brien knee"] {
        assert!(found(&owner, text).await.contains(&knee), "{text}");
        assert_eq!(found(&tom, text).await, [knee], "{text}");
    }
    assert_eq!(found(&owner, "knee").await, [private, knee]);
    assert_eq!(found(&tom, "痛み").await.len(), 1);
    for text in ["knees", "knee diet", "myself", "!", "%", "_"] {
        assert_eq!(found(&tom, text).await, [], "{text}");
    }
    // What is typed and not published is found by its author alone.
    notes::keep(&owner, patient, knee, version, &form("Éxercise plan", "The ankle, of course")).await.unwrap();
    assert_eq!(found(&owner, "ankle").await, [knee]);
    assert_eq!(found(&tom, "ankle").await, []);
    assert_eq!(found(&tom, "knee").await, [knee]);
    // The other filters hold beside it, and whoever may list nothing searches nothing.
    let own = NoteFilter { text: "knee".into(), own: true, ..NoteFilter::default() };
    assert_eq!(rows(&tom, patient, &own).await.unwrap(), []);
    let filter = NoteFilter { text: "knee".into(), ..NoteFilter::default() };
    not_found(notes::list(&noor, patient, &filter, &PageRequest::default()).await);
    // The trail tells that somebody searched, and not for what.
    let chain = town.engine.chain(&group.to_string()).await;
    assert!(format!("{chain:?}").contains("searched"));
    for secret in ["knee", "KNEE", "ankle"] {
        assert!(!format!("{chain:?}").contains(secret), "{secret}");
    }
}

// However many notes there are, a search looks at a bounded number, and goes on from there.
async fn a_search_goes_on_where_it_stopped(town: Town) {
    let (Staff { owner, .. }, patient, _) = place(&town).await;
    let mut with = Vec::new();
    for n in 0..520 {
        let body = if n % 260 == 0 { "the needle" } else { "hay" };
        let id = notes::begin(&owner, patient, &form("T", body)).await.unwrap();
        if n % 260 == 0 {
            with.insert(0, id);
        }
    }
    let filter = NoteFilter { text: "needle".into(), ..NoteFilter::default() };
    let first = notes::list(&owner, patient, &filter, &PageRequest::default()).await.unwrap().notes;
    assert_eq!(first.rows.iter().map(|row| row.id).collect::<Vec<_>>(), with[..1]);
    assert!(first.next.is_some());
    assert_eq!(rows(&owner, patient, &filter).await.unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>(), with);
    // A page that is full ends with the last that it shows.
    let filter = NoteFilter { text: "hay".into(), ..NoteFilter::default() };
    assert_eq!(rows(&owner, patient, &filter).await.unwrap().len(), 518);
}

/// A filter takes away what it says and nothing else.
async fn filters_narrow(user: &Ctx, patient: PatientId) {
    type Keeps = fn(&NoteRow) -> bool;
    let all = rows(user, patient, &NoteFilter::default()).await.unwrap();
    let plain = NoteFilter::default;
    let filters: [(NoteFilter, Keeps); 5] = [
        (NoteFilter { own: true, ..plain() }, |row| row.own),
        (NoteFilter { drafts: true, ..plain() }, |row| row.state == NoteState::Draft),
        (NoteFilter { with_patient: true, ..plain() }, |row| row.patient_from.is_some()),
        (NoteFilter { category: Some(Category::Plan), ..plain() }, |row| row.category == Category::Plan),
        (NoteFilter { category: Some(Category::Call), own: true, ..plain() }, |row| {
            row.category == Category::Call && row.own
        }),
    ];
    for (filter, keeps) in filters {
        let kept: Vec<_> = all.iter().filter(|row| keeps(row)).cloned().collect();
        assert_eq!(rows(user, patient, &filter).await.unwrap(), kept, "{filter:?}");
    }
}

// S0-23, PT-01, PT-03
async fn the_portals_list_is_what_opens_there(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let (mum, _) = mother(&town, &owner, patient, "mum@example.org", terms(Role::View, Sees::Clinical)).await;
    let mut dice = Dice(0x0907a1);
    // When the portal shows it, if ever.
    let mut all: Vec<(NoteId, Option<Time>)> = Vec::new();
    for n in 0..40 {
        town.clock.pass(Span::seconds(1));
        let id = notes::begin(&owner, patient, &form(&format!("N{n}"), "x")).await.unwrap();
        let mut version = 0;
        if dice.roll(4) != 0 {
            version = notes::publish(&owner, patient, id, version, &form("T", "x")).await.unwrap();
        } else {
            all.push((id, None));
            continue;
        }
        let mut from = None;
        let share = [ShareForm::default(), from_day("2026-11-25"), from_day("2026-11-27")];
        if let Some(share) = share.get(dice.roll(4)) {
            version = notes::share_with_patient(&owner, patient, id, version, share).await.unwrap();
            from = notes::open(&owner, patient, id).await.unwrap().patient_from;
        }
        match dice.roll(6) {
            0 => {
                notes::set_private(&owner, patient, id, true).await.unwrap();
                from = None;
            }
            1 => {
                notes::unshare_with_patient(&owner, patient, id).await.unwrap();
                from = None;
            }
            2 => drop(notes::publish(&owner, patient, id, version, &form("T", "y")).await.unwrap()),
            _ => {}
        }
        all.push((id, from));
    }
    let mut shown_by_day = Vec::new();
    for _ in 0..3 {
        for person in [&lien, &mum] {
            let unread = portal::frame(person, patient).await.unwrap().unread_notes;
            let shown = own_ids(person, patient).await;
            assert_eq!(shown.len(), shown.iter().collect::<BTreeSet<_>>().len());
            let marked =
                notes::list_own(person, patient, &PageRequest { after: None, limit: Some(100) }).await.unwrap();
            assert!(marked.notes.rows.is_sorted_by(|one, next| one.shared_at >= next.shared_at));
            assert_eq!(marked.notes.rows.iter().filter(|row| row.unread).count(), usize::try_from(unread).unwrap());
            for (id, from) in &all {
                let expected = from.is_some_and(|from| from <= owner.now());
                assert_eq!(shown.contains(id), expected, "{from:?}");
                match notes::open_own(person, patient, *id).await {
                    Ok(_) => assert!(expected, "{from:?}"),
                    Err(Error::NotFound) => assert!(!expected, "{from:?}"),
                    Err(other) => panic!("{other:?}"),
                }
            }
            assert_eq!(portal::frame(person, patient).await.unwrap().unread_notes, 0, "all were read");
            shown_by_day.push(shown.len());
        }
        town.clock.pass(Span::days(2));
    }
    assert!(shown_by_day[0] > 3 && shown_by_day[0] < shown_by_day[2] && shown_by_day[2] < shown_by_day[4]);
    assert!(shown_by_day[4] < all.len() - 10, "{shown_by_day:?}");
}

// Decision 14, decision 17, PR-03
async fn the_trail_holds_nothing_of_the_text(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let owner = &staff.owner;
    let (noor, tom) = colleagues(&town, &staff, patient).await;
    let text = || form(TEXT[0], TEXT[1]);
    let id = notes::begin(owner, patient, &text()).await.unwrap();
    let gone = notes::begin(owner, patient, &text()).await.unwrap();
    notes::discard(owner, patient, gone, 0).await.unwrap();
    notes::keep(owner, patient, id, 0, &text()).await.unwrap();
    notes::as_patient(owner, patient, id).await.unwrap();
    notes::publish(owner, patient, id, 1, &text()).await.unwrap();
    notes::set_private(owner, patient, id, true).await.unwrap();
    notes::set_private(owner, patient, id, false).await.unwrap();
    notes::share_with_patient(owner, patient, id, 4, &ShareForm::default()).await.unwrap();
    notes::share_with(owner, patient, id, 5, id_of(&noor)).await.unwrap();
    notes::share_all(owner, patient, id_of(&tom)).await.unwrap();
    listed(&noor, patient).await;
    notes::open(&noor, patient, id).await.unwrap();
    notes::versions(owner, patient, id, &PageRequest::default()).await.unwrap();
    notes::publish(owner, patient, id, 5, &form(TEXT[0], TEXT[2])).await.unwrap();
    town.post().await;
    own(&lien, patient).await;
    notes::open_own(&lien, patient, id).await.unwrap();
    notes::unshare_with(owner, patient, id, id_of(&noor)).await.unwrap();
    notes::unshare_all(owner, patient, id_of(&tom)).await.unwrap();
    notes::unshare_with_patient(owner, patient, id).await.unwrap();

    let chain = town.engine.chain(&staff.group.to_string()).await;
    for action in [
        Action::NotesListed,
        Action::NoteViewed,
        Action::NotePreviewed,
        Action::NoteSaved,
        Action::NotePublished,
        Action::NoteDiscarded,
        Action::NotePrivacyChanged,
        Action::NoteShared,
        Action::NoteUnshared,
        Action::AllNotesShared,
        Action::AllNotesUnshared,
    ] {
        let entry = chain.iter().find(|entry| entry.action == action.code());
        let entry = entry.unwrap_or_else(|| panic!("{action:?} is missing"));
        assert_eq!(entry.subject, patient.to_string(), "{action:?}");
    }
    // With whom is told, and which note.
    let detail = |action: Action| {
        let entries = chain.iter().filter(|entry| entry.action == action.code());
        entries.map(|entry| entry.detail.clone()).collect::<Vec<_>>()
    };
    assert_eq!(detail(Action::NoteShared), [format!("{id} patient"), format!("{id} {}", id_of(&noor))]);
    assert_eq!(detail(Action::NoteUnshared), [format!("{id} {}", id_of(&noor)), format!("{id} patient")]);
    assert_eq!(detail(Action::AllNotesShared), [id_of(&tom).to_string()]);
    assert_eq!(detail(Action::NoteDiscarded), [gone.to_string()]);
    let bell = notifications::list(&noor, &PageRequest::default()).await.unwrap();
    assert_eq!((told(&town, LIEN), bell.rows.len()), (1, 1));
    let letters: Vec<_> = town.mailer.all().iter().map(said_in).collect();
    let told = format!("{chain:?} {letters:?} {bell:?}");
    let stored = town.engine.dump().await;
    for secret in TEXT {
        assert!(!told.contains(secret), "{secret}");
        assert!(stored.contains(secret.as_bytes()), "{secret} is looked for rightly");
    }
    for report in audit::verify(&*town.services.store).await.unwrap() {
        assert_eq!(report.fault, None, "{}", report.chain);
    }
    // Decision 17: no trail, no note.
    town.engine.break_the_trail().await;
    assert!(notes::open(owner, patient, id).await.is_err());
    assert!(notes::list(owner, patient, &NoteFilter::default(), &PageRequest::default()).await.is_err());
    assert!(notes::begin(owner, patient, &text()).await.is_err());
    assert!(notes::list_own(&lien, patient, &PageRequest::default()).await.is_err());
}

// B-01, PT-03
async fn the_access_log_tells_that_notes_were_looked_at(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let log = async || access_log::list(&lien, patient, None).await.unwrap().visits.rows;
    let before = log().await.len();
    let draft = notes::begin(&owner, patient, &form(TEXT[0], TEXT[1])).await.unwrap();
    notes::keep(&owner, patient, draft, 0, &form(TEXT[0], TEXT[1])).await.unwrap();
    let private = published(&owner, patient, TEXT[0]).await;
    notes::set_private(&owner, patient, private, true).await.unwrap();
    let gone = notes::begin(&owner, patient, &form(TEXT[0], "")).await.unwrap();
    notes::discard(&owner, patient, gone, 0).await.unwrap();
    let colleague = town.user(owner.actor().unwrap().user().unwrap().group, "c@harbour.example", Level::Clinical).await;
    notes::share_with(&owner, patient, private, 2, id_of(&colleague)).await.unwrap();
    notes::share_all(&owner, patient, id_of(&colleague)).await.unwrap();
    // That somebody wrote what the patient may not know of is not told.
    assert_eq!(log().await.len(), before);
    notes::list(&owner, patient, &NoteFilter::default(), &PageRequest::default()).await.unwrap();
    notes::open(&colleague, patient, private).await.unwrap();
    let rows = log().await;
    let told: Vec<_> = rows.iter().take(rows.len() - before).map(|visit| (visit.what, visit.part)).collect();
    assert_eq!(told, [(Action::NoteViewed, Part::Profile), (Action::NotesListed, Part::Profile)]);
    let shown = format!("{rows:?}");
    for secret in TEXT.into_iter().chain(["not_", "rivate", "raft", "usr_"]) {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    // One's own reading is one's own.
    own(&lien, patient).await;
    assert_eq!(log().await.len(), rows.len());
}

// PT-03, PR-07: whose author is away, a note is still taken back, by who may do everything; and nobody collects empty drafts.
async fn it_is_taken_back_without_its_author(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let (noor, tom) = colleagues(&town, &staff, patient).await;
    let clinical = town.user(staff.group, "clinical@harbour.example", Level::Clinical).await;
    let note = published(&noor, patient, "One").await;
    notes::share_with_patient(&noor, patient, note, 1, &ShareForm::default()).await.unwrap();
    notes::still_open(&lien, patient, note).await.unwrap();
    assert_eq!(portal::frame(&lien, patient).await.unwrap().unread_notes, 1, "to ask that reads nothing");
    assert_eq!(forbidden(notes::unshare_with_patient(&clinical, patient, note).await), Refusal::NotAuthor);
    not_found(notes::unshare_with_patient(&tom, patient, note).await);
    let may = |page: NotePage| (page.may.withdraw, page.may.edit, page.version);
    assert_eq!(may(notes::open(&clinical, patient, note).await.unwrap()), (false, false, 0));
    assert_eq!(may(notes::open(&staff.owner, patient, note).await.unwrap()), (true, false, 0));
    notes::unshare_with_patient(&staff.owner, patient, note).await.unwrap();
    not_found(notes::open_own(&lien, patient, note).await);
    not_found(notes::still_open(&lien, patient, note).await);
    // Twice is once.
    notes::unshare_with_patient(&staff.owner, patient, note).await.unwrap();
    assert!(!notes::open(&staff.owner, patient, note).await.unwrap().may.withdraw);

    let empty = notes::begin(&noor, patient, &form("", "")).await.unwrap();
    assert_eq!(notes::begin(&noor, patient, &form("", " ")).await.unwrap(), empty);
    assert_ne!(notes::begin(&tom, patient, &form("", "")).await.unwrap(), empty);
    assert_ne!(notes::begin(&noor, patient, &form("", "Text")).await.unwrap(), empty);
    notes::keep(&noor, patient, empty, 0, &form("Titled", "")).await.unwrap();
    assert_ne!(notes::begin(&noor, patient, &form("", "")).await.unwrap(), empty);
}

// S0-39: a page that was loaded before there was such a setting does not switch it off.
async fn an_old_page_switches_nothing_off(town: Town) {
    let (Staff { owner, .. }, ..) = place(&town).await;
    let owner = owner.clone().proved(Some(owner.now()));
    let sharing = async || settings::patient_access(&owner).await.unwrap();
    for on in [true, false] {
        let form =
            PatientAccessForm { note_sharing: Some(if on { "yes" } else { "" }.into()), ..access_form(true, 24) };
        settings::save_patient_access(&owner, sharing().await.version, &form).await.unwrap();
        let old = PatientAccessForm { note_sharing: None, ..access_form(true, 48) };
        settings::save_patient_access(&owner, sharing().await.version, &old).await.unwrap();
        assert_eq!(sharing().await.note_sharing, on);
    }
}
