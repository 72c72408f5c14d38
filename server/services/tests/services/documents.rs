//! Documents: written, completed, read, confirmed, printed, taken back; and nobody reads, lists or counts what is not for them.

use domain::{
    access::Relationship,
    access_log::Part,
    audit::Action,
    document::{DocumentForm, DocumentPage, DocumentState, DocumentType},
    error::{Conflict, Problem, Refusal},
    grant::{Level as Sees, Role},
    ids::{DocumentId, NoteId, PatientId},
    note::NoteForm,
    page::PageRequest,
    practice::PatientAccessForm,
    time::Span,
    user::{AccessSettings, Level, UserState},
};
use services::{
    Ctx, Error, access_log, documents, notes,
    paper::record::{self, Paper},
    portal, settings,
};

use crate::{
    answers::{conflict, forbidden, not_found},
    portal_users::{mother, terms, whole},
    relationships::relate,
    town::{Staff, Town, access_form},
};

on_both_engines! {
    a_document_is_written_completed_read_and_confirmed,
    what_is_not_completed_is_not_there,
    a_hidden_type_is_not_there,
    what_became_of_it_before_the_mail_left,
    it_is_there_for_nobody_else,
    who_reads_and_who_writes,
    two_devices_at_once,
    what_is_completed_stays,
    a_paper_of_it,
    a_press_is_for_everybody,
    a_page_that_was_left_open,
    the_trail_says_what_was_done_and_no_words,
    the_access_log_tells_of_no_draft,
    an_old_page_shows_nothing_again,
    the_list_pages,
}

const LIEN: &str = "lien@example.org";
/// What stands in the documents and must stand nowhere else.
const TEXT: [&str; 2] = ["Zyzzogeton", "pseudarthrosis"];

fn form(title: &str, kind: DocumentType, body: &str) -> DocumentForm {
    DocumentForm { title: title.into(), kind: kind.code().into(), body: body.into(), asks: String::new() }
}

fn letter(title: &str) -> DocumentForm {
    form(title, DocumentType::Letter, "Text")
}

fn asking(title: &str) -> DocumentForm {
    DocumentForm { asks: "yes".into(), ..letter(title) }
}

async fn place(town: &Town) -> (Staff, PatientId, Ctx) {
    let staff = town.practice().await;
    let patient = town.patient(&staff.owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(&staff.owner, patient, LIEN).await;
    (staff, patient, lien)
}

/// A document that is completed.
async fn completed(by: &Ctx, patient: PatientId, form: &DocumentForm) -> DocumentId {
    let id = documents::begin(by, patient, form).await.unwrap();
    documents::complete(by, patient, id, 1, form).await.unwrap();
    id
}

async fn hide(by: &Ctx, kinds: &str) {
    let by = by.clone().proved(Some(by.now()));
    let version = settings::patient_access(&by).await.unwrap().version;
    let form = PatientAccessForm { hidden_documents: Some(kinds.into()), ..access_form(true, 24) };
    settings::save_patient_access(&by, version, &form).await.unwrap();
}

async fn own_ids(by: &Ctx, patient: PatientId) -> Vec<DocumentId> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = documents::list_own(by, patient, &page).await.unwrap().documents;
        all.extend(found.rows.into_iter().map(|row| row.id));
        match found.next {
            Some(next) => page.after = Some(next),
            None => return all,
        }
    }
}

/// What Home says: how many are unread, and how many are asked to be confirmed.
async fn home(by: &Ctx, patient: PatientId) -> (i64, i64) {
    let frame = portal::frame(by, patient).await.unwrap();
    (frame.unread_documents, frame.unconfirmed_documents)
}

/// Letters about something new in the record.
fn told(town: &Town, email: &str) -> usize {
    town.mailer.to(email).iter().filter(|letter| letter.subject == "record shared").count()
}

async fn open(by: &Ctx, patient: PatientId, id: DocumentId) -> DocumentPage {
    documents::open(by, patient, id).await.unwrap()
}

/// Somebody who may take what they see out of the program, and proved lately who they are.
async fn exporting(town: &Town, staff: &Staff) -> Ctx {
    let settings = AccessSettings { export_data: true, ..AccessSettings::default() };
    let by = town.user_with(staff.group, "export@harbour.example", Level::Full, settings, UserState::Active).await;
    let by = by.unwrap();
    let now = by.now();
    by.proved(Some(now))
}

/// Every way to one document in the portal.
async fn is_not_there(by: &Ctx, patient: PatientId, id: DocumentId) {
    not_found(documents::open_own(by, patient, id).await);
    not_found(documents::still_open(by, patient, id).await);
    not_found(documents::acknowledge(by, patient, id).await);
    not_found(record::print_own(by, patient, Paper::Document(id)).await);
}

// S3-07, B-04
async fn a_document_is_written_completed_read_and_confirmed(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = documents::begin(&owner, patient, &form("After six weeks", DocumentType::Report, "")).await.unwrap();
    let page = open(&owner, patient, id).await;
    assert!(page.may.edit && !page.may.withdraw && page.state == DocumentState::Draft && page.version == 1);
    let missing =
        documents::complete(&owner, patient, id, 1, &form("After six weeks", DocumentType::Report, " ")).await;
    assert!(matches!(missing, Err(Error::Invalid(invalid)) if invalid.of("body") == Some(Problem::Missing)));
    let text = DocumentForm { asks: "yes".into(), ..form(TEXT[0], DocumentType::Report, TEXT[1]) };
    assert_eq!(documents::save(&owner, patient, id, 1, &text).await.unwrap(), 2);
    let preview = documents::as_patient(&owner, patient, id).await.unwrap();
    assert_eq!((preview.text.title.as_str(), preview.text.body.as_str()), (TEXT[0], TEXT[1]));
    assert_eq!(own_ids(&lien, patient).await, []);
    documents::complete(&owner, patient, id, 2, &text).await.unwrap();
    town.post().await;
    assert_eq!(told(&town, LIEN), 1);
    for mail in town.mailer.to(LIEN) {
        let said = format!("{} {}", mail.subject, mail.text);
        assert!(TEXT.iter().all(|secret| !said.contains(secret)) && !said.contains("eport"), "{said}");
    }

    assert_eq!(home(&lien, patient).await, (1, 0));
    let row = documents::list_own(&lien, patient, &PageRequest::default()).await.unwrap().documents.rows.remove(0);
    assert!(row.unread && row.asks && row.id == id && row.title == TEXT[0]);
    let read = documents::open_own(&lien, patient, id).await.unwrap();
    assert_eq!((read.text.clone(), read.acknowledged_at), (preview.text, None));
    // What is read and not confirmed is still asked.
    assert_eq!(home(&lien, patient).await, (0, 1));
    let readers = open(&owner, patient, id).await.readers;
    assert_eq!(readers.len(), 1);
    assert!(readers[0].email == LIEN && readers[0].own && readers[0].acknowledged_at.is_none());
    documents::acknowledge(&lien, patient, id).await.unwrap();
    let first = documents::open_own(&lien, patient, id).await.unwrap().acknowledged_at.unwrap();
    town.clock.pass(Span::hours(1));
    documents::acknowledge(&lien, patient, id).await.unwrap();
    assert_eq!(documents::open_own(&lien, patient, id).await.unwrap().acknowledged_at, Some(first), "the first counts");
    assert_eq!(home(&lien, patient).await, (0, 0));
    let row = documents::list(&owner, patient, None, &PageRequest::default()).await.unwrap().documents.rows.remove(0);
    assert_eq!((row.acknowledged, row.by_patient), (1, true));
}

// S3-10: neither a draft, nor what was taken back.
async fn what_is_not_completed_is_not_there(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let draft = documents::begin(&owner, patient, &asking("Draft")).await.unwrap();
    let gone = completed(&owner, patient, &asking("Gone")).await;
    documents::open_own(&lien, patient, gone).await.unwrap();
    assert_eq!(conflict(documents::withdraw(&owner, patient, draft).await), Conflict::DocumentNotCompleted);
    for _ in 0..2 {
        documents::withdraw(&owner, patient, gone).await.unwrap();
    }
    for id in [draft, gone] {
        is_not_there(&lien, patient, id).await;
    }
    assert_eq!(own_ids(&lien, patient).await, []);
    assert_eq!(home(&lien, patient).await, (0, 0));
    let page = open(&owner, patient, gone).await;
    assert!(matches!(page.state, DocumentState::Withdrawn { .. }) && !page.may.edit && !page.may.withdraw);
    assert_eq!(page.readers.len(), 1, "who had read it stays known");
    documents::discard(&owner, patient, draft, 1).await.unwrap();
    not_found(documents::open(&owner, patient, draft).await);
    not_found(documents::withdraw(&owner, patient, draft).await);
}

// S3-09: not listed, not reachable, not counted, not told; and there again when it is hidden no longer.
async fn a_hidden_type_is_not_there(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let report =
        completed(&owner, patient, &DocumentForm { asks: "yes".into(), ..form("R", DocumentType::Report, "x") }).await;
    let plan = completed(&owner, patient, &form("P", DocumentType::Plan, "x")).await;
    town.post().await;
    assert_eq!((own_ids(&lien, patient).await, told(&town, LIEN)), (vec![plan, report], 1));
    hide(&owner, "report other").await;
    is_not_there(&lien, patient, report).await;
    assert_eq!((own_ids(&lien, patient).await, home(&lien, patient).await), (vec![plan], (1, 0)));
    assert!(open(&owner, patient, report).await.hidden.contains(DocumentType::Report));
    documents::open_own(&lien, patient, plan).await.unwrap();
    let second = completed(&owner, patient, &form("R2", DocumentType::Report, "x")).await;
    town.post().await;
    assert_eq!(told(&town, LIEN), 1, "nobody is written to about what they cannot see");
    is_not_there(&lien, patient, second).await;
    assert_eq!(home(&lien, patient).await, (0, 0));
    hide(&owner, "").await;
    assert_eq!(own_ids(&lien, patient).await, [second, plan, report]);
    documents::acknowledge(&lien, patient, report).await.unwrap();
}

// PT-03: a mail that waits is asked again when it leaves.
async fn what_became_of_it_before_the_mail_left(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let first = completed(&owner, patient, &letter("One")).await;
    documents::withdraw(&owner, patient, first).await.unwrap();
    town.post().await;
    assert_eq!(told(&town, LIEN), 0);
    completed(&owner, patient, &letter("Two")).await;
    hide(&owner, "letter").await;
    town.post().await;
    assert_eq!(told(&town, LIEN), 0);
    hide(&owner, "").await;
    let third = completed(&owner, patient, &letter("Three")).await;
    for id in own_ids(&lien, patient).await {
        documents::open_own(&lien, patient, id).await.unwrap();
    }
    town.post().await;
    assert_eq!(told(&town, LIEN), 0, "read before it left");
    documents::still_open(&lien, patient, third).await.unwrap();
    completed(&owner, patient, &letter("Four")).await;
    completed(&owner, patient, &letter("Five")).await;
    town.post().await;
    assert_eq!(told(&town, LIEN), 1, "one mail says it for both");
}

// PT-01, PT-02, PX-07
async fn it_is_there_for_nobody_else(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let owner = &staff.owner;
    let other = town.patient(owner, "Ada", "Vidal").await;
    let ada = town.portal_user(owner, other, "ada@example.org").await;
    let id = completed(owner, patient, &asking("One")).await;
    is_not_there(&ada, patient, id).await;
    is_not_there(&ada, other, id).await;
    not_found(documents::list_own(&ada, patient, &PageRequest::default()).await);
    assert_eq!(own_ids(&ada, other).await, []);
    // Here for appointments and invoices only.
    let (aunt, _) = mother(&town, owner, patient, "aunt@example.org", terms(Role::View, Sees::Administrative)).await;
    is_not_there(&aunt, patient, id).await;
    not_found(documents::list_own(&aunt, patient, &PageRequest::default()).await);
    assert_eq!(home(&aunt, patient).await, (0, 0));
    // The practice sees that it was not the patient who confirmed.
    let (mum, _) = mother(&town, owner, patient, "mum@example.org", whole()).await;
    documents::acknowledge(&mum, patient, id).await.unwrap();
    let row = documents::list(owner, patient, None, &PageRequest::default()).await.unwrap().documents.rows.remove(0);
    assert_eq!((row.acknowledged, row.by_patient), (1, false));
    assert!(documents::open(owner, patient, id).await.unwrap().readers.iter().all(|reader| !reader.own));
    documents::acknowledge(&lien, patient, id).await.unwrap();
    let row = documents::list(owner, patient, None, &PageRequest::default()).await.unwrap().documents.rows.remove(0);
    assert_eq!((row.acknowledged, row.by_patient), (2, true));
    // Of another practice; and of another patient of this one.
    let there = town.practice_called("Other", "boss@other.example").await.owner;
    not_found(documents::open(&there, patient, id).await);
    not_found(documents::list(&there, patient, None, &PageRequest::default()).await);
    for answer in [
        documents::open(owner, other, id).await.map(drop),
        documents::as_patient(owner, other, id).await.map(drop),
        documents::save(owner, other, id, 1, &letter("x")).await.map(drop),
        documents::complete(owner, other, id, 1, &letter("x")).await,
        documents::discard(owner, other, id, 1).await,
        documents::withdraw(owner, other, id).await,
        record::print(owner, other, Paper::Document(id)).await.map(drop),
    ] {
        not_found(answer);
    }
}

// PR-01, PR-02
async fn who_reads_and_who_writes(town: Town) {
    let (staff, patient, _lien) = place(&town).await;
    let owner = &staff.owner;
    let id = completed(owner, patient, &letter("One")).await;
    let draft = documents::begin(owner, patient, &letter("Draft")).await.unwrap();
    let plain = AccessSettings::default();
    let with = async |email: &str, level, settings| {
        town.user_with(staff.group, email, level, settings, UserState::Active).await.unwrap()
    };
    let stranger = with("stranger@harbour.example", Level::Personal, plain).await;
    let desk = with("desk@harbour.example", Level::CalendarContacts, plain).await;
    let hidden = with("hidden@harbour.example", Level::AdminFull, AccessSettings { hide_names: true, ..plain }).await;
    for nobody in [&stranger, &desk, &hidden] {
        not_found(documents::list(nobody, patient, None, &PageRequest::default()).await);
        not_found(documents::open(nobody, patient, id).await);
        not_found(documents::as_patient(nobody, patient, id).await);
        not_found(documents::begin(nobody, patient, &letter("x")).await);
        not_found(documents::save(nobody, patient, draft, 1, &letter("x")).await);
        not_found(documents::complete(nobody, patient, draft, 1, &letter("x")).await);
        not_found(documents::discard(nobody, patient, draft, 1).await);
        not_found(documents::withdraw(nobody, patient, id).await);
        not_found(record::print(nobody, patient, Paper::Document(id)).await);
    }
    let treats = with("treats@harbour.example", Level::Personal, plain).await;
    relate(&town, owner, patient, treats.actor().unwrap().user().unwrap().user, Relationship::Granted).await;
    assert!(documents::list(&treats, patient, None, &PageRequest::default()).await.unwrap().may_write);
    // A colleague's draft is gone on with; who completes it signs it.
    documents::complete(&treats, patient, draft, 1, &letter("Done")).await.unwrap();
    // Whoever may look only.
    let reads = with("reads@harbour.example", Level::Clinical, AccessSettings { read_only: true, ..plain }).await;
    let page = open(&reads, patient, id).await;
    assert!(!page.may.edit && !page.may.withdraw);
    assert!(!documents::list(&reads, patient, None, &PageRequest::default()).await.unwrap().may_write);
    for answer in [
        documents::begin(&reads, patient, &letter("x")).await.map(drop),
        documents::save(&reads, patient, id, 1, &letter("x")).await.map(drop),
        documents::complete(&reads, patient, id, 1, &letter("x")).await,
        documents::discard(&reads, patient, id, 1).await,
        documents::withdraw(&reads, patient, id).await,
    ] {
        assert_eq!(forbidden(answer), Refusal::ReadOnly);
    }
}

// RC-02
async fn two_devices_at_once(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = documents::begin(&owner, patient, &letter("One")).await.unwrap();
    assert_eq!(documents::save(&owner, patient, id, 1, &letter("Two")).await.unwrap(), 2);
    assert_eq!(conflict(documents::save(&owner, patient, id, 1, &letter("Late")).await), Conflict::ChangedMeanwhile);
    assert_eq!(
        conflict(documents::complete(&owner, patient, id, 1, &letter("Late")).await),
        Conflict::ChangedMeanwhile
    );
    assert_eq!(conflict(documents::discard(&owner, patient, id, 1).await), Conflict::ChangedMeanwhile);
    assert_eq!(open(&owner, patient, id).await.text.title, "Two");
    let (a, b) = (letter("A"), letter("B"));
    let (one, two) =
        tokio::join!(documents::complete(&owner, patient, id, 2, &a), documents::complete(&owner, patient, id, 2, &b),);
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(own_ids(&lien, patient).await, [id]);
    town.post().await;
    assert_eq!(told(&town, LIEN), 1);
}

async fn what_is_completed_stays(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = completed(&owner, patient, &letter("One")).await;
    for answer in [
        documents::save(&owner, patient, id, 2, &letter("x")).await.map(drop),
        documents::complete(&owner, patient, id, 2, &letter("x")).await,
        documents::discard(&owner, patient, id, 2).await,
    ] {
        assert_eq!(conflict(answer), Conflict::DocumentCompleted);
    }
    assert_eq!(documents::open_own(&lien, patient, id).await.unwrap().text.title, "One");
    // Nobody asked for it: there is nothing to confirm.
    not_found(documents::acknowledge(&lien, patient, id).await);
}

// S3-08, AD-08
async fn a_paper_of_it(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let owner = exporting(&town, &staff).await;
    let id = completed(&owner, patient, &asking("One")).await;
    let draft = documents::begin(&owner, patient, &letter("Draft")).await.unwrap();
    let text = NoteForm { title: "Note".into(), category: "plan".into(), body: "Text".into() };
    let note: NoteId = notes::begin(&owner, patient, &text).await.unwrap();
    let own = |what| record::print_own(&lien, patient, what);
    not_found(own(Paper::Note(note)).await);
    not_found(record::print(&owner, patient, Paper::Note(note)).await);
    notes::share_with_patient(&owner, patient, note, 0, &domain::note::ShareForm::default()).await.unwrap();
    for (what, title) in [(Paper::Note(note), "Note"), (Paper::Document(id), "One")] {
        let (name, bytes) = own(what).await.unwrap();
        let said = String::from_utf8(bytes).unwrap();
        assert!(name == title && said.contains("Text") && said.contains("Nguyen"), "{name}: {said}");
        let base64 = record::print(&owner, patient, what).await.unwrap().base64;
        assert!(!base64.is_empty(), "{what:?}");
    }
    // That it was read is known by that.
    assert_eq!(home(&lien, patient).await, (0, 1));
    assert_eq!(open(&owner, patient, id).await.readers.len(), 1);
    // A draft, and what was taken back, is nobody's paper.
    documents::withdraw(&owner, patient, id).await.unwrap();
    for what in [draft, id] {
        let refused = record::print(&owner, patient, Paper::Document(what)).await;
        assert_eq!(conflict(refused), Conflict::DocumentNotCompleted);
        not_found(own(Paper::Document(what)).await);
    }
    let another = completed(&owner, patient, &letter("Two")).await;
    // Only who may take what they see out, and proved lately who they are; of a refusal nothing is left.
    let before = town.engine.chain(&staff.group.to_string()).await.len();
    let long_ago = owner.clone().proved(None);
    assert!(matches!(record::print(&long_ago, patient, Paper::Document(another)).await, Err(Error::StepUp)));
    let refused =
        record::print(&staff.owner.clone().proved(Some(owner.now())), patient, Paper::Document(another)).await;
    assert_eq!(forbidden(refused), Refusal::Setting);
    let chain = town.engine.chain(&staff.group.to_string()).await;
    let printed = chain[before..].iter().filter(|row| format!("{row:?}").contains("record_printed")).count();
    assert_eq!(printed, 0);
}

// TG-08
async fn a_press_is_for_everybody(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = completed(&owner, patient, &letter("One")).await;
    for _ in 0..domain::limits::THROTTLE_PRINTS {
        record::print_own(&lien, patient, Paper::Document(id)).await.unwrap();
    }
    let over = record::print_own(&lien, patient, Paper::Document(id)).await;
    assert!(matches!(over, Err(Error::TooMany { .. })));
    town.clock.pass(domain::limits::THROTTLE_WINDOW);
    record::print_own(&lien, patient, Paper::Document(id)).await.unwrap();
}

// PT-03: nothing counts as read by it, and what is taken back is gone.
async fn a_page_that_was_left_open(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = completed(&owner, patient, &letter("One")).await;
    documents::still_open(&lien, patient, id).await.unwrap();
    assert_eq!(home(&lien, patient).await, (1, 0));
    hide(&owner, "letter").await;
    not_found(documents::still_open(&lien, patient, id).await);
    hide(&owner, "").await;
    documents::withdraw(&owner, patient, id).await.unwrap();
    not_found(documents::still_open(&lien, patient, id).await);
}

async fn the_trail_says_what_was_done_and_no_words(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let owner = exporting(&town, &staff).await;
    let text = DocumentForm { asks: "yes".into(), ..form(TEXT[0], DocumentType::Report, TEXT[1]) };
    let gone = documents::begin(&owner, patient, &text).await.unwrap();
    documents::discard(&owner, patient, gone, 1).await.unwrap();
    let id = documents::begin(&owner, patient, &text).await.unwrap();
    open(&owner, patient, id).await;
    documents::save(&owner, patient, id, 1, &text).await.unwrap();
    documents::as_patient(&owner, patient, id).await.unwrap();
    documents::complete(&owner, patient, id, 2, &text).await.unwrap();
    documents::list(&owner, patient, None, &PageRequest::default()).await.unwrap();
    open(&owner, patient, id).await;
    record::print(&owner, patient, Paper::Document(id)).await.unwrap();
    documents::open_own(&lien, patient, id).await.unwrap();
    documents::acknowledge(&lien, patient, id).await.unwrap();
    documents::withdraw(&owner, patient, id).await.unwrap();
    let chain = format!("{:?}", town.engine.chain(&staff.group.to_string()).await);
    for action in [
        Action::DocumentsListed,
        Action::DocumentViewed,
        Action::DocumentDraftOpened,
        Action::DocumentPreviewed,
        Action::DocumentSaved,
        Action::DocumentDiscarded,
        Action::DocumentCompleted,
        Action::DocumentWithdrawn,
        Action::DocumentAcknowledged,
        Action::RecordPrinted,
    ] {
        assert!(chain.contains(action.code()), "{action:?}");
    }
    for secret in TEXT {
        assert!(!chain.contains(secret), "{secret}");
    }
}

// S3-10: that a document is begun is not told, that one is read is.
async fn the_access_log_tells_of_no_draft(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let log = async || access_log::list(&lien, patient, None).await.unwrap().visits.rows;
    let before = log().await.len();
    let id = documents::begin(&owner, patient, &letter(TEXT[0])).await.unwrap();
    open(&owner, patient, id).await;
    documents::save(&owner, patient, id, 1, &letter(TEXT[0])).await.unwrap();
    documents::as_patient(&owner, patient, id).await.unwrap();
    assert_eq!(log().await.len(), before);
    documents::complete(&owner, patient, id, 2, &letter(TEXT[0])).await.unwrap();
    open(&owner, patient, id).await;
    let rows = log().await;
    let told: Vec<_> = rows.iter().take(rows.len() - before).map(|visit| (visit.what, visit.part)).collect();
    assert_eq!(told, [(Action::DocumentViewed, Part::Profile)]);
    assert!(!format!("{rows:?}").contains(TEXT[0]));
}

// A page that does not know the setting yet leaves it as it is.
async fn an_old_page_shows_nothing_again(town: Town) {
    let (Staff { owner, .. }, ..) = place(&town).await;
    let owner = owner.clone().proved(Some(owner.now()));
    hide(&owner, "receipt letter").await;
    let kept = settings::patient_access(&owner).await.unwrap();
    settings::save_patient_access(&owner, kept.version, &access_form(true, 24)).await.unwrap();
    let after = settings::patient_access(&owner).await.unwrap();
    assert_eq!((after.hidden_documents.codes().as_str(), after.version), ("letter receipt", kept.version + 1));
    let wrong = PatientAccessForm { hidden_documents: Some("letter x".into()), ..access_form(true, 24) };
    let wrong = settings::save_patient_access(&owner, after.version, &wrong).await;
    assert!(
        matches!(wrong, Err(Error::Invalid(invalid)) if invalid.of("hidden_documents") == Some(Problem::NotAChoice))
    );
}

async fn the_list_pages(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let kind = if n % 2 == 0 { DocumentType::Plan } else { DocumentType::Letter };
        ids.push(completed(&owner, patient, &form(&format!("{n}"), kind, "x")).await);
        town.clock.pass(Span::seconds(1));
    }
    ids.reverse();
    assert_eq!(own_ids(&lien, patient).await, ids);
    for (kind, want) in [(None, 5), (Some(DocumentType::Plan), 3), (Some(DocumentType::Receipt), 0)] {
        let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
        loop {
            let found = documents::list(&owner, patient, kind, &page).await.unwrap().documents;
            assert!(found.rows.len() <= 2 && found.rows.iter().all(|row| kind.is_none_or(|kind| row.kind == kind)));
            all.extend(found.rows.into_iter().map(|row| row.id));
            match found.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        assert_eq!(all.len(), want);
    }
    let nowhere = PageRequest { after: Some("x".into()), limit: None };
    assert!(documents::list(&owner, patient, None, &nowhere).await.unwrap().documents.rows.is_empty());
    assert!(documents::list_own(&lien, patient, &nowhere).await.unwrap().documents.rows.is_empty());
}
