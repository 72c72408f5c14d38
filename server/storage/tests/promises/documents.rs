//! Promises about documents, and who of the portal has read them.

use domain::{
    access::{
        Access, GrantFacts, OwnDocumentFacts, PatientFacts, ReadDocuments, ReadOwnDocument, ViewOwnClinical,
        WriteDocuments,
    },
    document::{Document, DocumentState, DocumentText, DocumentType, DocumentTypes},
    grant::{Birthdays, Grant, State},
    ids::{DocumentId, PatientId},
    page::PageRequest,
    patient::{Patient, Status},
    user::User,
};
use services::ports::OwnCounts;
use storage::testing::TestDatabase;

use crate::world::{NOW, World, actor, id, later, may_enter, portal_actor};

promises!(
    a_draft_is_kept_and_the_second_of_two_is_told,
    what_is_completed_never_changes,
    the_list_is_read_page_by_page_and_by_type,
    the_portal_lists_and_counts_what_opens_there,
    who_has_read_it_and_said_so,
    a_stranger_touches_none,
    another_patients_proof_touches_none,
);

fn text(title: &str, kind: DocumentType) -> DocumentText {
    DocumentText { title: title.into(), kind, body: "Text".into(), asks: true }
}

async fn facts(world: &World, by: &User, patient: PatientId) -> PatientFacts {
    world.read().await.patient_facts(&may_enter(by), patient, NOW).await.unwrap().unwrap()
}

async fn may_write(world: &World, patient: PatientId) -> Access<WriteDocuments> {
    actor(&world.mira).may(WriteDocuments, &facts(world, &world.mira, patient).await).unwrap()
}

async fn may_read(world: &World, patient: PatientId) -> Access<ReadDocuments> {
    (&may_write(world, patient).await).into()
}

/// A grant as it is once its person has accepted.
fn open(grant: &Grant) -> GrantFacts {
    GrantFacts {
        grant: Grant { state: State::Activated { at: NOW }, ..grant.clone() },
        status: Status::Active,
        ages: Birthdays::default(),
        patient_uses_portal: false,
        now: later(1_000),
    }
}

fn may_list_own(grant: &Grant) -> Access<ViewOwnClinical> {
    portal_actor(grant.account).may(ViewOwnClinical, &open(grant)).unwrap()
}

fn may_read_own(grant: &Grant, document: DocumentId) -> Access<ReadOwnDocument> {
    let facts = OwnDocumentFacts { grant: open(grant), document, completed: true, hidden: false };
    portal_actor(grant.account).may(ReadOwnDocument, &facts).unwrap()
}

async fn begun(world: &World, patient: &Patient, text: DocumentText) -> Document {
    let may = may_write(world, patient.id).await;
    let state = DocumentState::Draft;
    let document = Document { id: id(), patient: patient.id, author: world.mira.id, text, state, version: 1 };
    let mut work = world.begin().await;
    work.add_document(&may, &document, later(1)).await.unwrap();
    work.save().await.unwrap();
    document
}

async fn save(world: &World, document: &Document) -> bool {
    let may = may_write(world, document.patient).await;
    let mut work = world.begin().await;
    let saved = work.save_document(&may, document).await.unwrap();
    work.save().await.unwrap();
    saved
}

async fn completed(world: &World, patient: &Patient, text: DocumentText, millis: i64) -> DocumentId {
    let document = begun(world, patient, text).await;
    assert!(save(world, &Document { state: DocumentState::Completed { at: later(millis) }, ..document.clone() }).await);
    document.id
}

async fn withdraw(world: &World, patient: PatientId, id: DocumentId) -> bool {
    let may = may_write(world, patient).await;
    let mut work = world.begin().await;
    let withdrawn = work.withdraw_document(&may, id, later(50)).await.unwrap();
    work.save().await.unwrap();
    withdrawn
}

async fn lookup(world: &World, patient: PatientId, id: DocumentId) -> Option<Document> {
    let may = may_read(world, patient).await;
    world.read().await.lookup_document(&may, id).await.unwrap()
}

async fn a_draft_is_kept_and_the_second_of_two_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let one = begun(&world, &ann, text("Überweisung 'x'; --", DocumentType::Letter)).await;
    assert_eq!(lookup(&world, ann.id, one.id).await, Some(one.clone()));
    let two = Document { text: text("Two", DocumentType::Plan), ..one.clone() };
    assert!(save(&world, &two).await);
    assert!(!save(&world, &Document { text: text("Late", DocumentType::Plan), ..one.clone() }).await);
    assert_eq!(lookup(&world, ann.id, one.id).await, Some(Document { version: 2, ..two }));
    let may = may_write(&world, ann.id).await;
    let mut work = world.begin().await;
    assert!(!work.remove_document(&may, one.id, 1).await.unwrap());
    assert!(work.remove_document(&may, one.id, 2).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(lookup(&world, ann.id, one.id).await, None);
    let (author, profession) = {
        let id = begun(&world, &ann, text("Three", DocumentType::Other)).await.id;
        let may = may_read(&world, ann.id).await;
        world.read().await.lookup_document_author(&may, id).await.unwrap().unwrap()
    };
    assert_eq!((author, profession), (world.mira.name.clone(), world.mira.profession.clone()));
}

async fn what_is_completed_never_changes(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let id = completed(&world, &ann, text("One", DocumentType::Report), 5).await;
    let kept = lookup(&world, ann.id, id).await.unwrap();
    assert_eq!((kept.state, kept.version), (DocumentState::Completed { at: later(5) }, 2));
    for state in [DocumentState::Draft, DocumentState::Completed { at: later(9) }] {
        assert!(!save(&world, &Document { text: text("Two", DocumentType::Plan), state, ..kept.clone() }).await);
    }
    let may = may_write(&world, ann.id).await;
    assert!(!world.begin().await.remove_document(&may, id, 2).await.unwrap());
    assert_eq!(lookup(&world, ann.id, id).await, Some(kept.clone()));
    assert!(withdraw(&world, ann.id, id).await);
    assert!(!withdraw(&world, ann.id, id).await);
    let gone = lookup(&world, ann.id, id).await.unwrap();
    assert_eq!((gone.state, gone.text), (DocumentState::Withdrawn { at: later(50) }, kept.text));
    let draft = begun(&world, &ann, text("Draft", DocumentType::Report)).await;
    assert!(!withdraw(&world, ann.id, draft.id).await);
}

async fn the_list_is_read_page_by_page_and_by_type(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let mut all = Vec::new();
    for n in 0..7 {
        all.push((
            begun(&world, &ann, text(&n.to_string(), DocumentType::ALL[n % 3])).await.id,
            DocumentType::ALL[n % 3],
        ));
    }
    all.reverse();
    let may = may_read(&world, ann.id).await;
    for kind in [None, Some(DocumentType::ALL[1]), Some(DocumentType::Receipt)] {
        let want: Vec<_> =
            all.iter().filter(|(_, of)| kind.is_none_or(|kind| kind == *of)).map(|(id, _)| *id).collect();
        let (mut found, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
        loop {
            let rows = world.read().await.list_documents(&may, kind, &page).await.unwrap();
            assert!(rows.rows.len() <= 2);
            found.extend(rows.rows.into_iter().map(|row| row.id));
            match rows.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, want);
    }
}

// S3-07, S3-09, S3-10: whatever its state and the types that are hidden, SQL and the decision say the same.
async fn the_portal_lists_and_counts_what_opens_there(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (may, who) = (may_list_own(&grant), portal_actor(grant.account));
    let mut all = Vec::new();
    for (n, kind) in DocumentType::ALL.into_iter().enumerate() {
        all.push(begun(&world, &ann, text("Draft", kind)).await.id);
        for state in 0..4_i64 {
            let asks = state % 2 == 0;
            // Some at the same moment.
            let at = 5 + i64::try_from(n / 2).unwrap();
            let id = completed(&world, &ann, DocumentText { asks, ..text("Done", kind) }, at).await;
            all.push(id);
            let read = may_read_own(&grant, id);
            let mut work = world.begin().await;
            if state >= 2 {
                work.own_document_read(&read, later(20)).await.unwrap();
            }
            if state == 3 {
                work.acknowledge_document(&read, later(21)).await.unwrap();
            }
            work.save().await.unwrap();
            if n % 3 == 2 && state == 1 {
                assert!(withdraw(&world, ann.id, id).await);
            }
        }
    }
    for bits in [0, 1, 0b10_1010, 0b101_0101, 0x7F_u8] {
        let hidden: DocumentTypes = DocumentType::ALL
            .into_iter()
            .enumerate()
            .filter(|(n, _)| bits >> n & 1 == 1)
            .map(|(_, kind)| kind)
            .collect();
        let mut view = world.read().await;
        let (mut opens, mut counts) = (Vec::new(), OwnCounts::default());
        for id in &all {
            let facts = view.own_document_facts(&may, *id, hidden, &open(&grant)).await.unwrap().unwrap();
            if let Ok(access) = who.may(ReadOwnDocument, &facts) {
                assert!(view.lookup_own_document(&access).await.unwrap().is_some());
                opens.push(*id);
            }
        }
        let (mut listed, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(3) });
        loop {
            let found = view.list_own_documents(&may, hidden, &page).await.unwrap();
            for row in found.rows {
                counts.unread += i64::from(row.unread);
                counts.unconfirmed += i64::from(!row.unread && row.asks);
                listed.push((row.completed_at, row.id));
            }
            match found.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        assert!(listed.windows(2).all(|pair| pair[0] > pair[1]), "the latest first");
        let mut ids: Vec<_> = listed.into_iter().map(|(_, id)| id).collect();
        ids.sort_unstable();
        opens.sort_unstable();
        assert_eq!(ids, opens, "{bits:b}");
        assert_eq!(view.count_own_documents(&may, hidden).await.unwrap(), counts, "{bits:b}");
        let waits = view.unscoped_documents_wait(world.group, ann.id, grant.account, hidden).await.unwrap();
        assert_eq!(waits, counts.unread > 0);
    }
}

async fn who_has_read_it_and_said_so(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let id = completed(&world, &ann, text("One", DocumentType::Letter), 5).await;
    let (read, list) = (may_read_own(&grant, id), may_read(&world, ann.id).await);
    assert_eq!(world.read().await.list_document_readers(&list, id).await.unwrap(), []);
    for at in [10, 20] {
        let mut work = world.begin().await;
        work.own_document_read(&read, later(at)).await.unwrap();
        work.acknowledge_document(&read, later(at + 1)).await.unwrap();
        work.save().await.unwrap();
    }
    let readers = world.read().await.list_document_readers(&list, id).await.unwrap();
    assert_eq!(readers.len(), 1);
    assert!(readers[0].own && readers[0].email == "ann@example.org");
    assert_eq!(
        (readers[0].read_at, readers[0].acknowledged_at),
        (later(20), Some(later(11))),
        "what was said first counts"
    );
    let row = world.read().await.list_documents(&list, None, &PageRequest::default()).await.unwrap().rows.remove(0);
    assert_eq!((row.acknowledged, row.by_patient), (1, true));
    // What was taken back is not handed out to somebody who earned the right a moment before.
    assert!(world.read().await.lookup_own_document(&read).await.unwrap().is_some());
    assert!(withdraw(&world, ann.id, id).await);
    assert!(world.read().await.lookup_own_document(&read).await.unwrap().is_none());
}

async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let done = completed(&world, &ann, text("One", DocumentType::Letter), 5).await;
    let draft = begun(&world, &ann, text("Two", DocumentType::Letter)).await;
    let facts = PatientFacts { group: world.other.group, patient: ann.id, relationship: None, emergency: false };
    let write = actor(&world.other).may(WriteDocuments, &facts).unwrap();
    let read = Access::<ReadDocuments>::from(&write);
    let foreign = Grant { group: world.other.group, ..grant.clone() };
    let mut work = world.begin().await;
    assert_eq!(work.list_documents(&read, None, &PageRequest::default()).await.unwrap().rows, []);
    for id in [done, draft.id] {
        assert_eq!(work.lookup_document(&read, id).await.unwrap(), None);
        assert_eq!(work.lookup_document_author(&read, id).await.unwrap(), None);
        assert_eq!(work.list_document_readers(&read, id).await.unwrap(), []);
        assert!(!work.withdraw_document(&write, id, later(9)).await.unwrap());
        assert!(!work.remove_document(&write, id, 1).await.unwrap());
        let seen = may_list_own(&foreign);
        let none = work.own_document_facts(&seen, id, DocumentTypes::default(), &open(&foreign)).await.unwrap();
        assert_eq!(none, None);
        assert_eq!(work.lookup_own_document(&may_read_own(&foreign, id)).await.unwrap(), None);
    }
    assert!(!work.save_document(&write, &draft).await.unwrap());
    let hidden = DocumentTypes::default();
    let seen = may_list_own(&foreign);
    assert_eq!(work.list_own_documents(&seen, hidden, &PageRequest::default()).await.unwrap().rows, []);
    assert_eq!(work.count_own_documents(&seen, hidden).await.unwrap(), OwnCounts::default());
    work.save().await.unwrap();
    // What would be a row of theirs about our patient or document is refused.
    assert!(world.begin().await.add_document(&write, &Document { id: id(), ..draft.clone() }, NOW).await.is_err());
    assert!(world.begin().await.own_document_read(&may_read_own(&foreign, done), NOW).await.is_err());
    assert_eq!(lookup(&world, ann.id, draft.id).await, Some(draft));
}

async fn another_patients_proof_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bob) = (world.patient("Ann", "Lee").await, world.patient("Bob", "Ray").await);
    let grant = world.grant(bob.id, "bob@example.org").await;
    let done = completed(&world, &ann, text("One", DocumentType::Letter), 5).await;
    let draft = begun(&world, &ann, text("Two", DocumentType::Letter)).await;
    let (write, read, own) = (may_write(&world, bob.id).await, may_read(&world, bob.id).await, may_list_own(&grant));
    let mut work = world.begin().await;
    assert_eq!(work.list_documents(&read, None, &PageRequest::default()).await.unwrap().rows, []);
    for id in [done, draft.id] {
        assert_eq!(work.lookup_document(&read, id).await.unwrap(), None);
        assert_eq!(work.lookup_document_author(&read, id).await.unwrap(), None);
        assert_eq!(work.list_document_readers(&read, id).await.unwrap(), []);
        assert!(!work.withdraw_document(&write, id, later(9)).await.unwrap());
        assert!(!work.remove_document(&write, id, 1).await.unwrap());
        let facts = work.own_document_facts(&own, id, DocumentTypes::default(), &open(&grant)).await.unwrap();
        assert_eq!(facts, None);
        assert_eq!(work.lookup_own_document(&may_read_own(&grant, id)).await.unwrap(), None);
    }
    assert!(!work.save_document(&write, &draft).await.unwrap());
    assert_eq!(work.count_own_documents(&own, DocumentTypes::default()).await.unwrap(), OwnCounts::default());
    work.save().await.unwrap();
    assert_eq!(lookup(&world, ann.id, draft.id).await, Some(draft));
}
