//! Promises about notes, their versions, with whom they are shared, and who has read them.

use domain::{
    access::{
        Access, EditNote, EnterGroup, GrantFacts, ListNotes, NoteFacts, NotesFacts, PatientFacts, ReadNote,
        ReadOwnNote, Relationship, ShareNote, ShareWithColleagues, ViewOwnClinical, WriteNotes,
    },
    grant::{Birthdays, Grant, State},
    ids::{NoteId, PatientId, UserId},
    note::{Category, Note, NoteFilter, NoteState, NoteText, Share, Version},
    notification::{News, Notification},
    page::PageRequest,
    patient::{Patient, PatientFilter, Status},
    practice::PatientAccess,
    time::Time,
    user::{Level, User, UserState},
};
use services::ports::{Hint, ListedOwnNote};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, account, actor, id, later, may_enter, may_manage_settings, portal_actor, user};

promises!(
    a_draft_is_kept_and_only_its_author_reads_it,
    the_second_of_two_who_save_is_told,
    what_was_published_stays,
    a_draft_is_thrown_away_and_what_was_published_is_not,
    writing_makes_a_patient_ones_own,
    a_note_is_shared_once_and_not_any_more,
    all_notes_are_shared_and_not_any_more,
    who_has_read_it_and_which_version,
    the_portal_lists_what_was_shared_last_first,
    what_is_unread_is_counted_for_each_account,
    a_list_holds_what_was_asked_for_page_by_page,
    who_notes_can_be_shared_with,
    a_stranger_touches_none,
    another_patients_proof_touches_none,
    the_groups_switch_is_kept_and_told,
    a_colleague_hears_of_shared_notes,
);

fn text(title: &str, body: &str) -> NoteText {
    NoteText { title: title.into(), category: Category::Plan, body: body.into() }
}

fn draft(by: &User, patient: &Patient, text: NoteText) -> Note {
    Note {
        id: id(),
        patient: patient.id,
        author: by.id,
        draft: Some(text),
        saved_at: Some(later(1)),
        published: None,
        private: false,
        patient_from: None,
        version: 0,
    }
}

async fn patient_facts(world: &World, by: &User, patient: PatientId) -> PatientFacts {
    world.read().await.patient_facts(&may_enter(by), patient, NOW).await.unwrap().unwrap()
}

async fn facts(world: &World, by: &User, note: &Note) -> NoteFacts {
    world.read().await.note_facts(&may_enter(by), note.patient, note.id, NOW).await.unwrap().unwrap()
}

async fn may_write(world: &World, by: &User, patient: PatientId) -> Access<WriteNotes> {
    actor(by).may(WriteNotes, &patient_facts(world, by, patient).await).unwrap()
}

async fn may_read(world: &World, by: &User, note: &Note) -> Access<ReadNote> {
    actor(by).may(ReadNote, &facts(world, by, note).await).unwrap()
}

async fn may_edit(world: &World, by: &User, note: &Note) -> Access<EditNote> {
    actor(by).may(EditNote, &facts(world, by, note).await).unwrap()
}

async fn may_share(world: &World, by: &User, note: &Note) -> Access<ShareNote> {
    actor(by).may(ShareNote, &facts(world, by, note).await).unwrap()
}

async fn at_large(world: &World, by: &User, patient: PatientId) -> NotesFacts {
    NotesFacts { patient: patient_facts(world, by, patient).await, sharing: true }
}

async fn may_list(world: &World, by: &User, patient: PatientId) -> Access<ListNotes> {
    actor(by).may(ListNotes, &at_large(world, by, patient).await).unwrap()
}

async fn may_share_all(world: &World, by: &User, patient: PatientId) -> Access<ShareWithColleagues> {
    actor(by).may(ShareWithColleagues, &at_large(world, by, patient).await).unwrap()
}

async fn add(world: &World, by: &User, note: &Note) {
    let may = may_write(world, by, note.patient).await;
    let mut work = world.begin().await;
    work.add_note(&may, note, later(1)).await.unwrap();
    work.save().await.unwrap();
}

/// Publishes what is given, as the note's author.
async fn publish(world: &World, by: &User, note: Note, text: NoteText, at: Time) -> Note {
    let may = may_edit(world, by, &note).await;
    let note = note.publish(text, at).unwrap();
    let version = note.published.clone().unwrap();
    let mut work = world.begin().await;
    assert!(work.publish_note(&may, &note, &version).await.unwrap());
    work.save().await.unwrap();
    Note { version: note.version + 1, ..note }
}

/// A note that was published once.
async fn published(world: &World, by: &User, patient: &Patient, title: &str) -> Note {
    let note = draft(by, patient, text(title, "Draft"));
    add(world, by, &note).await;
    publish(world, by, note, text(title, "First"), later(2)).await
}

/// Saves the note as it is given.
async fn save(world: &World, by: &User, note: Note) -> Note {
    let may = may_edit(world, by, &note).await;
    let mut work = world.begin().await;
    assert!(work.save_note(&may, &note).await.unwrap());
    work.save().await.unwrap();
    Note { version: note.version + 1, ..note }
}

async fn share_with_patient(world: &World, by: &User, note: Note, from: Time) -> Note {
    save(world, by, note.share_with_patient(Some(from)).unwrap()).await
}

async fn lookup(world: &World, by: &User, note: &Note) -> Option<Note> {
    let may = may_read(world, by, note).await;
    world.read().await.lookup_note(&may).await.unwrap()
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

fn at_the_portal(grant: &Grant) -> Access<ViewOwnClinical> {
    portal_actor(grant.account).may(ViewOwnClinical, &open(grant)).unwrap()
}

async fn may_read_own(world: &World, grant: &Grant, note: NoteId) -> Access<ReadOwnNote> {
    let facts = world.read().await.own_note_facts(&at_the_portal(grant), note, &open(grant)).await.unwrap().unwrap();
    portal_actor(grant.account).may(ReadOwnNote, &facts).unwrap()
}

/// Another user of the group.
async fn add_user(world: &World, first: &str, last: &str, level: Level, state: UserState) -> User {
    let person = account(&format!("{}@example.org", id::<uuid::Uuid>().simple()));
    let user = User { state, ..user(world.group, &person, first, last, level) };
    let mut work = world.begin().await;
    work.add_account(&person, NOW).await.unwrap();
    work.unscoped_add_user(&user, NOW).await.unwrap();
    work.save().await.unwrap();
    user
}

async fn a_draft_is_kept_and_only_its_author_reads_it(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let tom = add_user(&world, "Tom", "Okafor", Level::Clinical, UserState::Active).await;
    // Half a note, and characters that a database does not keep as text by itself.
    let note = draft(&world.mira, &ann, text("", "Knee \u{1F600} </script> '; DROP TABLE notes;"));
    add(&world, &world.mira, &note).await;
    assert_eq!(lookup(&world, &world.mira, &note).await, Some(note.clone()));
    assert!(actor(&tom).may(ReadNote, &facts(&world, &tom, &note).await).is_err());

    let note = publish(&world, &world.mira, note, text("Knee", "First"), later(2)).await;
    let stored = lookup(&world, &world.mira, &note).await.unwrap();
    assert_eq!(stored, note, "published, and nothing of a draft is left");
    let note =
        save(&world, &world.mira, Note { draft: Some(text("Knee", "Sec")), saved_at: Some(later(3)), ..note }).await;
    assert_eq!(lookup(&world, &world.mira, &note).await, Some(note.clone()));
    // PT-03: whoever else reads it gets what was published.
    let read = lookup(&world, &tom, &note).await.unwrap();
    assert_eq!(read, Note { draft: None, saved_at: None, ..note.clone() });
    let (name, profession) =
        world.read().await.lookup_author(&may_read(&world, &tom, &note).await).await.unwrap().unwrap();
    assert_eq!((name, profession.as_str()), (world.mira.name.clone(), "Physiotherapist"));
    assert_eq!(world.read().await.note_facts(&may_enter(&tom), ann.id, id(), NOW).await.unwrap(), None);
}

// RC-05
async fn the_second_of_two_who_save_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let note = draft(&world.mira, &ann, text("Knee", "Draft"));
    add(&world, &world.mira, &note).await;
    let may = may_edit(&world, &world.mira, &note).await;
    let mut work = world.begin().await;
    let one = Note { draft: Some(text("Knee", "One")), ..note.clone() };
    assert!(work.save_note(&may, &one).await.unwrap());
    let other = Note { draft: Some(text("Knee", "Other")), private: true, ..note.clone() };
    assert!(!work.save_note(&may, &other).await.unwrap());
    let late = note.publish(text("Knee", "Late"), later(3)).unwrap();
    assert!(!work.publish_note(&may, &late, &late.published.clone().unwrap()).await.unwrap());
    assert!(!work.remove_note(&may, 0).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(lookup(&world, &world.mira, &one).await, Some(Note { version: 1, ..one.clone() }));
    // Nor is a version left of what was refused.
    let read = may_read(&world, &world.mira, &one).await;
    let versions = world.read().await.list_note_versions(&read, &PageRequest::default()).await.unwrap();
    assert_eq!(versions.rows, []);
}

// PR-07
async fn what_was_published_stays(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let mut note = published(&world, &world.mira, &ann, "Knee").await;
    for n in 2..=5 {
        let body = format!("Version {n}");
        note = publish(&world, &world.mira, note, text("Knee", &body), later(n)).await;
    }
    assert_eq!(note.published.as_ref().unwrap().number, 5);
    let may = may_read(&world, &world.mira, &note).await;
    let mut view = world.read().await;
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = view.list_note_versions(&may, &page).await.unwrap();
        all.extend(found.rows);
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    let first = Version { number: 1, text: text("Knee", "First"), at: later(2) };
    let later_ones =
        (2..=5).rev().map(|n| Version { number: n, text: text("Knee", &format!("Version {n}")), at: later(n) });
    assert_eq!(all, later_ones.chain([first]).collect::<Vec<_>>());
    for nonsense in ["x", "-", "1; DROP TABLE notes", "99999999999999999999"] {
        let page = PageRequest { after: Some(nonsense.into()), limit: None };
        assert_eq!(view.list_note_versions(&may, &page).await.unwrap().rows, [], "{nonsense}");
    }
    drop(view);
    // A number is given once.
    let edit = may_edit(&world, &world.mira, &note).await;
    let mut work = world.begin().await;
    let again = Version { number: 2, text: text("Knee", "Over it"), at: later(9) };
    assert!(work.publish_note(&edit, &note, &again).await.is_err());
}

async fn a_draft_is_thrown_away_and_what_was_published_is_not(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let [gone, kept] = ["Gone", "Kept"].map(|title| draft(&world.mira, &ann, text(title, "Draft")));
    add(&world, &world.mira, &gone).await;
    add(&world, &world.mira, &kept).await;
    let may = may_edit(&world, &world.mira, &gone).await;
    let mut work = world.begin().await;
    assert!(work.remove_note(&may, 0).await.unwrap());
    assert!(!work.remove_note(&may, 0).await.unwrap(), "twice is once");
    work.save().await.unwrap();
    assert_eq!(world.read().await.note_facts(&may_enter(&world.mira), ann.id, gone.id, NOW).await.unwrap(), None);
    let kept = publish(&world, &world.mira, kept, text("Kept", "Text"), later(2)).await;
    let may = may_edit(&world, &world.mira, &kept).await;
    let mut work = world.begin().await;
    assert!(!work.remove_note(&may, kept.version).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(lookup(&world, &world.mira, &kept).await, Some(kept));
}

// Decision 7: who writes about a patient treats them, whatever becomes of a grant.
async fn writing_makes_a_patient_ones_own(database: &TestDatabase) {
    let world = World::new(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let relationship =
        async |user: &User, patient: &Patient| patient_facts(&world, user, patient.id).await.relationship;
    assert_eq!(relationship(&world.mira, &ann).await, None);
    // Not who only began to.
    add(&world, &world.mira, &draft(&world.mira, &ann, text("Knee", ""))).await;
    assert_eq!(relationship(&world.mira, &ann).await, None);
    for _ in 0..2 {
        published(&world, &world.mira, &ann, "Knee").await;
        assert_eq!(relationship(&world.mira, &ann).await, Some(Relationship::Automatic));
    }
    let set = async |user: &User, patient: &Patient, relationship| {
        let may = world.may_relate(&world.mira, patient.id).await;
        let mut work = world.begin().await;
        assert!(work.set_relationship(&may, user.id, relationship).await.unwrap());
        work.save().await.unwrap();
    };
    set(&world.noor, &bea, Relationship::Granted).await;
    published(&world, &world.noor, &bea, "Hip").await;
    assert_eq!(relationship(&world.noor, &bea).await, Some(Relationship::Granted), "what was decided stays");
    // When the grant is taken back, the note is left to treat them by.
    let may = world.may_relate(&world.mira, bea.id).await;
    let mut work = world.begin().await;
    assert!(work.remove_relationship(&may, world.noor.id).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(relationship(&world.noor, &bea).await, Some(Relationship::Automatic));
    assert_eq!(relationship(&world.noor, &ann).await, None, "of no other patient");
    let (may, filter) = (crate::world::may_list(&world.noor), PatientFilter::default());
    let listed = world.read().await.list_patients(&may, &filter, &PageRequest::default()).await.unwrap();
    assert_eq!(listed.rows.into_iter().map(|row| row.patient.id).collect::<Vec<_>>(), [bea.id]);
    set(&world.noor, &bea, Relationship::Revoked).await;
    assert_eq!(relationship(&world.noor, &bea).await, Some(Relationship::Revoked));
}

// PR-03
async fn a_note_is_shared_once_and_not_any_more(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    world.relate(&world.noor, ann.id, Relationship::Granted).await;
    let [note, other] =
        [published(&world, &world.mira, &ann, "Knee").await, published(&world, &world.mira, &ann, "Hip").await];
    let share = may_share(&world, &world.mira, &note).await;
    let with = may_share_all(&world, &world.mira, ann.id).await;
    let mut work = world.begin().await;
    assert!(work.share_note(&share, &with, world.noor.id, later(3)).await.unwrap());
    assert!(!work.share_note(&share, &with, world.noor.id, later(4)).await.unwrap());
    work.save().await.unwrap();
    let edit = may_edit(&world, &world.mira, &note).await;
    let shares = world.read().await.list_note_shares(&edit).await.unwrap();
    let told: Vec<_> = shares.iter().map(|one| (one.user, one.share, one.at)).collect();
    assert_eq!(told, [(world.noor.id, Share::This, later(3))]);
    assert_eq!((&shares[0].name, shares[0].profession.as_str()), (&world.noor.name, "Physiotherapist"));
    assert_eq!(facts(&world, &world.noor, &note).await.shared, Some(Share::This));
    assert_eq!(facts(&world, &world.noor, &other).await.shared, None);
    assert_eq!(lookup(&world, &world.noor, &note).await.unwrap().published, note.published);
    let mut work = world.begin().await;
    assert!(!work.unshare_note(&edit, world.other.id).await.unwrap());
    assert!(work.unshare_note(&edit, world.noor.id).await.unwrap());
    assert!(!work.unshare_note(&edit, world.noor.id).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(facts(&world, &world.noor, &note).await.shared, None);
}

// S0-40
async fn all_notes_are_shared_and_not_any_more(database: &TestDatabase) {
    let world = World::new(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let tom = add_user(&world, "Tom", "Okafor", Level::Full, UserState::Active).await;
    let mine = published(&world, &world.mira, &ann, "Knee").await;
    let other_patients = published(&world, &world.mira, &bea, "Knee").await;
    let other_authors = published(&world, &tom, &ann, "Knee").await;
    for patient in [ann.id, bea.id] {
        world.relate(&world.noor, patient, Relationship::Granted).await;
    }
    let with = may_share_all(&world, &world.mira, ann.id).await;
    let mut work = world.begin().await;
    assert!(work.share_all_notes(&with, world.noor.id, later(3)).await.unwrap());
    assert!(!work.share_all_notes(&with, world.noor.id, later(4)).await.unwrap());
    work.save().await.unwrap();
    let list = may_list(&world, &world.mira, ann.id).await;
    let shares = world.read().await.list_all_notes_shares(&list).await.unwrap();
    let told: Vec<_> = shares.iter().map(|one| (one.user, one.share, one.at)).collect();
    assert_eq!(told, [(world.noor.id, Share::All, later(3))]);
    let toms = may_list(&world, &tom, ann.id).await;
    assert_eq!(world.read().await.list_all_notes_shares(&toms).await.unwrap(), []);
    // It shows with each note, and covers a later one.
    let later_one = published(&world, &world.mira, &ann, "Hip").await;
    for note in [&mine, &later_one] {
        let edit = may_edit(&world, &world.mira, note).await;
        assert_eq!(world.read().await.list_note_shares(&edit).await.unwrap(), shares);
        assert_eq!(facts(&world, &world.noor, note).await.shared, Some(Share::All));
    }
    for note in [&other_patients, &other_authors] {
        assert_eq!(facts(&world, &world.noor, note).await.shared, None);
    }
    // By itself weighs more: such a one is readable when it is private.
    let share = may_share(&world, &world.mira, &mine).await;
    let toms_own = may_write(&world, &tom, ann.id).await;
    let own = may_write(&world, &world.mira, ann.id).await;
    let mut work = world.begin().await;
    work.share_note(&share, &with, world.noor.id, later(5)).await.unwrap();
    assert!(!work.unshare_all_notes(&toms_own, world.noor.id).await.unwrap(), "Tom shares none");
    work.save().await.unwrap();
    assert_eq!(facts(&world, &world.noor, &mine).await.shared, Some(Share::This));
    let mut work = world.begin().await;
    assert!(work.unshare_all_notes(&own, world.noor.id).await.unwrap());
    assert!(!work.unshare_all_notes(&own, world.noor.id).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(facts(&world, &world.noor, &mine).await.shared, Some(Share::This));
    assert_eq!(facts(&world, &world.noor, &later_one).await.shared, None);
}

async fn who_has_read_it_and_which_version(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let tom = add_user(&world, "Tom", "Okafor", Level::Clinical, UserState::Active).await;
    let note = published(&world, &world.mira, &ann, "Knee").await;
    let note = share_with_patient(&world, &world.mira, note, later(3)).await;
    let (own, toms) = (may_read_own(&world, &grant, note.id).await, may_read(&world, &tom, &note).await);
    let mut work = world.begin().await;
    work.note_read(&toms, 1, later(4)).await.unwrap();
    work.own_note_read(&own, 1, later(5)).await.unwrap();
    work.note_read(&toms, 2, later(6)).await.unwrap();
    // Whoever wrote it is no reader of it.
    work.note_read(&may_read(&world, &world.mira, &note).await, 1, later(7)).await.unwrap();
    work.save().await.unwrap();
    let edit = may_edit(&world, &world.mira, &note).await;
    let readers = world.read().await.list_note_readers(&edit).await.unwrap();
    let told: Vec<_> = readers.iter().map(|one| (one.user.clone(), one.email.as_deref(), one.number, one.at)).collect();
    assert_eq!(told, [(Some(tom.name), None, 2, later(6)), (None, Some("ann@example.org"), 1, later(5))]);
    let other = published(&world, &world.mira, &ann, "Hip").await;
    assert_eq!(world.read().await.list_note_readers(&may_edit(&world, &world.mira, &other).await).await.unwrap(), []);
}

/// The whole list of the portal, so many at a time.
async fn own_notes(world: &World, grant: &Grant, now: Time, limit: u32) -> Vec<ListedOwnNote> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(limit) });
    loop {
        let found = world.read().await.list_own_notes(&at_the_portal(grant), now, &page).await.unwrap();
        assert!(found.rows.len() <= limit as usize);
        all.extend(found.rows);
        page.after = found.next;
        if page.after.is_none() {
            return all;
        }
    }
}

// S0-22, S0-23, PT-03: by when it was shared, not by when it was written; those of one moment by id.
async fn the_portal_lists_what_was_shared_last_first(database: &TestDatabase) {
    let world = World::new(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let grant = world.grant(ann.id, "ann@example.org").await;
    let theirs = published(&world, &world.mira, &bea, "Another's").await;
    share_with_patient(&world, &world.mira, theirs, later(1)).await;
    add(&world, &world.mira, &draft(&world.mira, &ann, text("A draft", ""))).await;
    published(&world, &world.mira, &ann, "Not shared").await;
    let private = published(&world, &world.mira, &ann, "Private").await;
    let private = share_with_patient(&world, &world.mira, private, later(1)).await;
    save(&world, &world.mira, private.keep_private(true)).await;
    let mut shared = Vec::new();
    for (title, from) in [("b", 20), ("a", 40), ("c", 20), ("d", 20), ("e", 10), ("soon", 50)] {
        let note = published(&world, &world.mira, &ann, title).await;
        shared.push(share_with_patient(&world, &world.mira, note, later(from)).await);
    }
    for limit in [1, 2, 3, 100] {
        let titles = async |now| {
            let rows = own_notes(&world, &grant, later(now), limit).await;
            rows.into_iter().map(|row| row.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(9).await, Vec::<String>::new());
        assert_eq!(titles(49).await, ["a", "d", "c", "b", "e"], "{limit}");
        assert_eq!(titles(50).await, ["soon", "a", "d", "c", "b", "e"], "{limit}");
    }
    let row = own_notes(&world, &grant, later(49), 100).await.remove(0);
    assert_eq!((row.author, row.category), (world.mira.name.clone(), Category::Plan));
    assert_eq!((row.shared_at, row.at, row.unread), (later(40), later(2), true));
    for nonsense in ["x", ".", "1.x", "x.y", "5", &format!("{}.", later(40).millis())] {
        let page = PageRequest { after: Some(nonsense.into()), limit: None };
        let found = world.read().await.list_own_notes(&at_the_portal(&grant), later(49), &page).await.unwrap();
        assert!(found.rows.is_empty() && found.next.is_none(), "{nonsense}");
    }
    // What it says is the latest version, and when the first was written.
    let note = publish(&world, &world.mira, shared.swap_remove(1), text("A", "Second"), later(45)).await;
    let read = world.read().await.lookup_own_note(&may_read_own(&world, &grant, note.id).await).await.unwrap().unwrap();
    assert_eq!(read.version, Version { number: 2, text: text("A", "Second"), at: later(45) });
    assert_eq!(
        (read.written_at, read.author, read.profession.as_str()),
        (later(2), world.mira.name.clone(), "Physiotherapist")
    );
}

// S0-22: unread again by the next version; one person's reading is not another's.
async fn what_is_unread_is_counted_for_each_account(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let [own, mother] = [world.grant(ann.id, "ann@example.org").await, world.grant(ann.id, "mo@example.org").await];
    let unread = async |grant: &Grant, now| {
        let may = at_the_portal(grant);
        let mut view = world.read().await;
        let count = view.count_own_unread_notes(&may, later(now)).await.unwrap();
        // What a mail goes by says the same.
        let waits = view.unscoped_notes_wait(world.group, ann.id, grant.account, later(now)).await.unwrap();
        assert_eq!(waits, count > 0);
        count
    };
    assert_eq!(unread(&own, 100).await, 0);
    let one = published(&world, &world.mira, &ann, "One").await;
    assert_eq!(unread(&own, 100).await, 0, "not shared");
    let one = share_with_patient(&world, &world.mira, one, later(10)).await;
    let two = published(&world, &world.mira, &ann, "Two").await;
    let two = share_with_patient(&world, &world.mira, two, later(20)).await;
    assert_eq!((unread(&own, 9).await, unread(&own, 10).await, unread(&own, 20).await), (0, 1, 2));
    let read = async |grant: &Grant, note: &Note| {
        let may = may_read_own(&world, grant, note.id).await;
        let number = world.read().await.lookup_own_note(&may).await.unwrap().unwrap().version.number;
        let mut work = world.begin().await;
        work.own_note_read(&may, number, later(30)).await.unwrap();
        work.save().await.unwrap();
    };
    read(&own, &one).await;
    read(&own, &two).await;
    assert_eq!((unread(&own, 30).await, unread(&mother, 30).await), (0, 2));
    let one = publish(&world, &world.mira, one, text("One", "Second"), later(40)).await;
    assert_eq!((unread(&own, 40).await, unread(&mother, 40).await), (1, 2));
    let rows = own_notes(&world, &own, later(40), 10).await;
    assert_eq!(rows.iter().map(|row| (row.id, row.unread)).collect::<Vec<_>>(), [(two.id, false), (one.id, true)]);
    // Neither what is not shared any more, nor what was made private.
    save(&world, &world.mira, one.share_with_patient(None).unwrap()).await;
    save(&world, &world.mira, two.keep_private(true)).await;
    assert_eq!((unread(&own, 50).await, unread(&mother, 50).await), (0, 0));
    let elsewhere = world.other.group;
    assert!(!world.read().await.unscoped_notes_wait(elsewhere, ann.id, own.account, later(50)).await.unwrap());
}

async fn a_list_holds_what_was_asked_for_page_by_page(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let tom = add_user(&world, "Tom", "Okafor", Level::Clinical, UserState::Active).await;
    let open = published(&world, &world.mira, &ann, "Open").await;
    let begun = draft(&world.mira, &ann, NoteText { category: Category::Call, ..text("Begun", "") });
    add(&world, &world.mira, &begun).await;
    let private = published(&world, &world.mira, &ann, "Private").await;
    save(&world, &world.mira, private.clone().keep_private(true)).await;
    let shown = published(&world, &world.mira, &ann, "Shown").await;
    let shown = share_with_patient(&world, &world.mira, shown, later(9)).await;
    let changing = Note { draft: Some(text("New title", "")), saved_at: Some(later(10)), ..shown };
    let changing = save(&world, &world.mira, changing).await;
    let toms = published(&world, &tom, &ann, "Toms").await;
    let listed = async |by: &User, filter: NoteFilter, limit| {
        let may = may_list(&world, by, ann.id).await;
        let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(limit) });
        loop {
            let found = world.read().await.list_notes(&may, &filter, &page).await.unwrap();
            all.extend(found.rows);
            page.after = found.next;
            if page.after.is_none() {
                return all;
            }
        }
    };
    let everything = [toms.id, changing.id, private.id, begun.id, open.id];
    for limit in [1, 2, 4, 100] {
        let ids = async |by: &User| {
            listed(by, NoteFilter::default(), limit).await.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&world.mira).await, everything);
        // PR-03: a colleague's drafts and private notes are not there.
        assert_eq!(ids(&tom).await, [toms.id, changing.id, open.id]);
    }
    let filtered =
        async |filter| listed(&world.mira, filter, 2).await.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let filter = NoteFilter::default;
    assert_eq!(filtered(NoteFilter { category: Some(Category::Call), ..filter() }).await, [begun.id]);
    assert_eq!(filtered(NoteFilter { own: true, ..filter() }).await, everything[1..]);
    assert_eq!(filtered(NoteFilter { drafts: true, ..filter() }).await, [begun.id]);
    assert_eq!(filtered(NoteFilter { with_patient: true, ..filter() }).await, [changing.id]);
    assert_eq!(filtered(NoteFilter { own: true, drafts: true, with_patient: true, ..filter() }).await, []);
    // With what each reads in them: nobody but the author what is typed and not published.
    let texts = async |by: &User| {
        let may = may_list(&world, by, ann.id).await;
        let page = PageRequest { after: None, limit: Some(100) };
        let read = world.read().await.read_notes(&may, &filter(), &page).await.unwrap();
        assert_eq!(read.rows.iter().map(|row| row.listed.clone()).collect::<Vec<_>>(), listed(by, filter(), 100).await);
        read.rows.into_iter().find(|row| row.listed.id == changing.id).unwrap().texts
    };
    let published = changing.published.clone().unwrap().text;
    let typed = changing.draft.clone().unwrap();
    assert_eq!(texts(&tom).await, [published.title.clone(), published.body.clone()]);
    assert_eq!(texts(&world.mira).await, [published.title, published.body, typed.title, typed.body]);
    // Whoever is changing it sees that; nobody else, and nobody what it is to be called.
    for (by, at_work) in [(&world.mira, true), (&tom, false)] {
        let row = listed(by, NoteFilter::default(), 100).await.into_iter().find(|row| row.id == changing.id).unwrap();
        assert_eq!(row.title, "Shown");
        assert_eq!(row.state, NoteState::Published { number: 1, at: later(2), changing: at_work });
        assert_eq!((row.author, row.patient_from, row.private), (world.mira.id, Some(later(9)), false));
    }
    let row = listed(&world.mira, NoteFilter { drafts: true, ..filter() }, 1).await.remove(0);
    assert_eq!((row.state, row.title.as_str(), row.added_at), (NoteState::Draft, "Begun", later(1)));
    let may = may_list(&world, &world.mira, ann.id).await;
    for nonsense in ["x".to_owned(), ann.id.to_string(), "not_".to_owned()] {
        let page = PageRequest { after: Some(nonsense), limit: None };
        assert_eq!(world.read().await.list_notes(&may, &NoteFilter::default(), &page).await.unwrap().rows, []);
    }
}

// S0-40, PR-01: only who works here and may see the patient, so that no share opens a record.
async fn who_notes_can_be_shared_with(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let (mut everybody, mut able): (Vec<UserId>, Vec<UserId>) = (Vec::new(), Vec::new());
    for level in Level::ALL {
        for state in UserState::ALL {
            for relationship in
                [None, Some(Relationship::Automatic), Some(Relationship::Granted), Some(Relationship::Revoked)]
            {
                let user = add_user(&world, "Some", "Body", level, state).await;
                if let Some(relationship) = relationship {
                    world.relate(&user, ann.id, relationship).await;
                }
                everybody.push(user.id);
                let practitioner =
                    !matches!(level, Level::CalendarContacts | Level::CalendarContactsFinance | Level::AdminFull);
                let sees = match relationship {
                    Some(Relationship::Revoked) => false,
                    None => level != Level::Personal,
                    Some(Relationship::Automatic | Relationship::Granted) => true,
                };
                if state == UserState::Active && practitioner && sees {
                    able.push(user.id);
                }
            }
        }
    }
    let siobhan = add_user(&world, "Siobhán", "Aaa", Level::OwnAndContacts, UserState::Active).await;
    let may = may_share_all(&world, &world.mira, ann.id).await;
    let mut view = world.read().await;
    for user in everybody {
        let found = view.find_note_colleague(&may, user).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(user).filter(|user| able.contains(user)));
    }
    let mut listed: Vec<_> = view.list_note_colleagues(&may, "").await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(listed.remove(0), siobhan.id, "by last name");
    let mut expected = able.clone();
    expected.sort_unstable();
    expected.truncate(listed.len());
    assert_eq!(listed, expected);
    let named = async |text: &str| {
        let users = world.read().await.list_note_colleagues(&may, text).await.unwrap();
        users.into_iter().map(|user| user.name.shown()).collect::<Vec<_>>()
    };
    assert_eq!(named("siob").await, ["Siobhán Aaa"]);
    assert_eq!(named("AA").await, ["Siobhán Aaa"]);
    assert_eq!(named("...").await, Vec::<String>::new());
    assert_eq!(named("iob").await, Vec::<String>::new());
    // Not oneself, nobody of another group, and nobody who is not there.
    for nobody in [world.mira.id, world.other.id, world.alex.id, world.noor.id, id()] {
        assert_eq!(view.find_note_colleague(&may, nobody).await.unwrap(), None);
    }
}

// TG-01, TG-05, PT-01: proofs of another group over ids that were guessed right.
async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let note = published(&world, &world.mira, &ann, "Knee").await;
    let note = share_with_patient(&world, &world.mira, note, later(3)).await;
    let began = draft(&world.mira, &ann, text("Begun", ""));
    add(&world, &world.mira, &began).await;
    let stranger = actor(&world.other);
    let enter: Access<EnterGroup> = may_enter(&world.other);
    let patient = PatientFacts { group: world.other.group, patient: ann.id, relationship: None, emergency: false };
    let of = NotesFacts { patient, sharing: true };
    // As if their own group had such a note of theirs.
    let forged = |note: NoteId| NoteFacts {
        of,
        note,
        author: world.other.id,
        published: true,
        private: false,
        shared: Some(Share::This),
    };
    let list = stranger.may(ListNotes, &of).unwrap();
    let with = stranger.may(ShareWithColleagues, &of).unwrap();
    let write = stranger.may(WriteNotes, &of.patient).unwrap();
    let mut work = world.begin().await;
    assert_eq!(work.note_facts(&enter, ann.id, note.id, NOW).await.unwrap(), None);
    assert_eq!(work.list_notes(&list, &NoteFilter::default(), &PageRequest::default()).await.unwrap().rows, []);
    assert_eq!(work.list_all_notes_shares(&list).await.unwrap(), []);
    assert!(!work.unshare_all_notes(&write, world.mira.id).await.unwrap());
    assert_eq!(work.list_note_colleagues(&with, "").await.unwrap(), []);
    for one in [&note, &began] {
        let (read, edit) =
            (stranger.may(ReadNote, &forged(one.id)).unwrap(), stranger.may(EditNote, &forged(one.id)).unwrap());
        let share = stranger.may(ShareNote, &forged(one.id)).unwrap();
        assert_eq!(work.lookup_note(&read).await.unwrap(), None);
        assert_eq!(work.lookup_author(&read).await.unwrap(), None);
        assert_eq!(work.list_note_versions(&read, &PageRequest::default()).await.unwrap().rows, []);
        assert!(!work.save_note(&edit, one).await.unwrap());
        let version = Version { number: 9, text: text("Mine", "Mine"), at: later(9) };
        assert!(!work.publish_note(&edit, one, &version).await.unwrap());
        assert!(!work.remove_note(&edit, one.version).await.unwrap());
        assert!(!work.share_note(&share, &with, world.other.id, later(9)).await.unwrap());
        assert!(!work.unshare_note(&edit, world.mira.id).await.unwrap());
        assert_eq!(work.list_note_shares(&edit).await.unwrap(), []);
        assert_eq!(work.list_note_readers(&edit).await.unwrap(), []);
    }
    drop(work);
    // What would be a row of theirs about our patient, note or colleague is refused.
    let write = stranger.may(WriteNotes, &patient).unwrap();
    assert!(world.begin().await.add_note(&write, &draft(&world.other, &ann, text("Mine", "")), NOW).await.is_err());
    assert!(world.begin().await.share_all_notes(&with, world.other.id, NOW).await.is_err());
    let read = stranger.may(ReadNote, &forged(note.id)).unwrap();
    assert!(world.begin().await.note_read(&read, 1, NOW).await.is_err());
    let ours = may_share_all(&world, &world.mira, ann.id).await;
    assert!(world.begin().await.share_all_notes(&ours, world.other.id, NOW).await.is_err());
    // The same in the portal: a grant of another group for the same patient.
    let foreign = Grant { group: world.other.group, ..grant.clone() };
    let own = at_the_portal(&foreign);
    let mut view = world.read().await;
    assert_eq!(view.own_note_facts(&own, note.id, &open(&foreign)).await.unwrap(), None);
    assert_eq!(view.list_own_notes(&own, later(100), &PageRequest::default()).await.unwrap().rows, []);
    assert_eq!(view.count_own_unread_notes(&own, later(100)).await.unwrap(), 0);
    assert_eq!(lookup(&world, &world.mira, &note).await, Some(note));
    assert_eq!(lookup(&world, &world.mira, &began).await, Some(began));
}

// PT-02, PT-05: in one group, a proof over one patient and the note of another.
async fn another_patients_proof_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let note = published(&world, &world.mira, &ann, "Knee").await;
    let note = share_with_patient(&world, &world.mira, note, later(3)).await;
    let theirs = world.grant(bea.id, "bea@example.org").await;
    let mut work = world.begin().await;
    assert_eq!(work.note_facts(&may_enter(&world.mira), bea.id, note.id, NOW).await.unwrap(), None);
    assert_eq!(work.own_note_facts(&at_the_portal(&theirs), note.id, &open(&theirs)).await.unwrap(), None);
    assert_eq!(own_notes(&world, &theirs, later(100), 10).await, []);
    // The note of one patient and the right to share those of another.
    let share = may_share(&world, &world.mira, &note).await;
    let with = may_share_all(&world, &world.mira, bea.id).await;
    assert!(!work.share_note(&share, &with, world.noor.id, later(4)).await.unwrap());
    let crossed = Note { patient: bea.id, ..note.clone() };
    let of = at_large(&world, &world.mira, bea.id).await;
    let facts = NoteFacts { of, note: note.id, author: world.mira.id, published: true, private: false, shared: None };
    let edit = actor(&world.mira).may(EditNote, &facts).unwrap();
    assert!(!work.save_note(&edit, &crossed).await.unwrap());
    assert!(!work.remove_note(&edit, note.version).await.unwrap());
    assert_eq!(work.lookup_note(&(&edit).into()).await.unwrap(), None);
    assert_eq!(work.list_note_versions(&(&edit).into(), &PageRequest::default()).await.unwrap().rows, []);
}

// S0-39
async fn the_groups_switch_is_kept_and_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let note = published(&world, &world.mira, &ann, "Knee").await;
    let may = may_manage_settings(&world.mira);
    assert!(facts(&world, &world.mira, &note).await.of.sharing, "on in a new group");
    for sharing in [false, true] {
        let mut work = world.begin().await;
        let read = work.unscoped_lookup_patient_access(world.group).await.unwrap();
        let wanted = PatientAccess { note_sharing: sharing, ..read };
        assert!(work.save_patient_access(&may, &wanted, later(1)).await.unwrap());
        work.save().await.unwrap();
        let mut view = world.read().await;
        assert_eq!(view.unscoped_lookup_patient_access(world.group).await.unwrap().note_sharing, sharing);
        assert!(view.unscoped_lookup_patient_access(world.other.group).await.unwrap().note_sharing);
        assert_eq!(facts(&world, &world.mira, &note).await.of.sharing, sharing);
    }
}

// S0-40
async fn a_colleague_hears_of_shared_notes(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    world.relate(&world.noor, ann.id, Relationship::Granted).await;
    let mut hints = world.store.hints();
    let notification =
        Notification { id: id(), news: News::NotesShared { patient: ann.id }, at: later(4), read_at: None };
    let with = may_share_all(&world, &world.mira, ann.id).await;
    let mut work = world.begin().await;
    work.notify_colleague(&with, world.noor.id, &notification).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(hints.recv().await.unwrap(), Hint::Bell(world.noor.account));
    let bell = async |user: &User| {
        world.read().await.list_notifications(&may_enter(user), &PageRequest::default()).await.unwrap().rows
    };
    assert_eq!(bell(&world.noor).await, [notification]);
    assert_eq!(bell(&world.mira).await, []);
    assert_eq!(world.read().await.unread_notifications(&may_enter(&world.noor)).await.unwrap(), 1);
}
