//! Promises about the files of patients: on their way, kept, listed, shared, removed; and the keys that seal them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    access::{
        Access, AddFiles, GrantFacts, ListOwnFiles, ManageFiles, OwnFileFacts, PatientFacts, ReadFiles, ReadOwnFile,
        Relationship, SendOwnFiles, SendingFiles, ViewFiles, ViewOwnRecord,
    },
    file::{Announced, FileCategory, FileForm, FileName, FileState, FileType, SealedKey, Underway},
    grant::{Birthdays, Grant, Kind, Level as Sees, State, Terms},
    ids::{AccountId, FileId, GroupId, PatientId, UserId},
    limits,
    notification::{News, Notification},
    page::{Page, PageRequest},
    patient::Status,
    user::{Level, User, UserState},
};
use services::ports::{
    FileSender, FilesKept, GroupKey, Hint, Known, ListedFile, NewFile, Stored, StoredFile, WaitingFile,
};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, account, actor, count, id, later, may_enter, portal_actor, user};

promises!(
    a_file_comes_piece_by_piece,
    a_foreign_sender_moves_nothing,
    a_file_becomes_one_of_the_record_once,
    the_list_is_read_page_by_page,
    the_portals_list_is_what_opens_there,
    what_the_practice_shows_is_new_until_it_is_opened,
    what_all_files_take_is_kept,
    what_is_kept_and_on_its_way_is_counted,
    a_file_is_named_anew_and_taken_out,
    a_groups_keys_are_unique_by_number,
    keys_of_files_are_sealed_anew,
    what_is_known_of_an_id,
    what_rests_is_given_up,
    the_scanners_word_counts_once,
    who_is_to_know_that_a_file_came,
    news_of_files_are_forgotten,
    a_stranger_touches_none,
    another_patients_proof_touches_none,
);

async fn patient_facts(world: &World, by: &User, patient: PatientId) -> PatientFacts {
    world.read().await.patient_facts(&may_enter(by), patient, NOW).await.unwrap().unwrap()
}

async fn may_add(world: &World, by: &User, patient: PatientId) -> SendingFiles {
    (&actor(by).may(AddFiles, &patient_facts(world, by, patient).await).unwrap()).into()
}

async fn may_view(world: &World, by: &User, patient: PatientId) -> Access<ViewFiles> {
    actor(by).may(ViewFiles, &patient_facts(world, by, patient).await).unwrap()
}

async fn may_read(world: &World, by: &User, patient: PatientId) -> Access<ReadFiles> {
    actor(by).may(ReadFiles, &patient_facts(world, by, patient).await).unwrap()
}

async fn may_manage(world: &World, by: &User, patient: PatientId) -> Access<ManageFiles> {
    actor(by).may(ManageFiles, &patient_facts(world, by, patient).await).unwrap()
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

fn may_send(grant: &Grant) -> SendingFiles {
    (&portal_actor(grant.account).may(SendOwnFiles, &open(grant)).unwrap()).into()
}

fn may_list_own(grant: &Grant) -> Access<ListOwnFiles> {
    portal_actor(grant.account).may(ListOwnFiles, &open(grant)).unwrap()
}

fn may_view_own(grant: &Grant) -> Access<ViewOwnRecord> {
    portal_actor(grant.account).may(ViewOwnRecord, &open(grant)).unwrap()
}

async fn own_facts(world: &World, grant: &Grant, file: FileId) -> Option<OwnFileFacts> {
    world.read().await.own_file_facts(&may_view_own(grant), file, &open(grant)).await.unwrap()
}

async fn may_read_own(world: &World, grant: &Grant, file: FileId) -> Access<ReadOwnFile> {
    portal_actor(grant.account).may(ReadOwnFile, &own_facts(world, grant, file).await.unwrap()).unwrap()
}

fn group_key(number: i64, seal: u8) -> GroupKey {
    GroupKey { number, sealed: vec![seal; 80] }
}

/// A world whose groups have their first keys.
async fn start(database: &TestDatabase) -> World {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    for group in [world.group, world.other.group] {
        assert!(work.unscoped_add_group_key(group, &group_key(1, 1), NOW).await.unwrap());
    }
    work.save().await.unwrap();
    world
}

fn name(text: &str) -> FileName {
    FileName::clean(text).unwrap().0
}

fn underway(patient: PatientId, size: u64) -> Underway {
    let form = FileForm { name: "Überweisung 'x'; --.pdf".into(), category: "referral".into(), size };
    let key = SealedKey { number: 1, sealed: vec![2, 0, 255] };
    Underway { id: id(), patient, announced: form.check().unwrap(), pieces: 0, key }
}

async fn begin(world: &World, by: &SendingFiles, size: u64) -> Underway {
    let upload = underway(by.patient(), size);
    let mut work = world.begin().await;
    work.add_upload(by, &upload, later(1)).await.unwrap();
    work.save().await.unwrap();
    upload
}

fn as_file(upload: &Underway) -> NewFile {
    let Announced { name, kind, category, size } = upload.announced.clone();
    let state = FileState::Kept;
    NewFile { name, kind, category, size, digest: [9; 32], key: upload.key.clone(), state, found: None }
}

/// A file of the record, of this state.
async fn file_of(world: &World, by: &SendingFiles, size: u64, state: FileState) -> FileId {
    let upload = begin(world, by, size).await;
    let mut work = world.begin().await;
    assert!(work.add_file(by, upload.id, &NewFile { state, ..as_file(&upload) }, later(2)).await.unwrap());
    work.save().await.unwrap();
    upload.id
}

async fn file(world: &World, by: &SendingFiles) -> FileId {
    file_of(world, by, 10, FileState::Kept).await
}

async fn share(world: &World, by: &User, patient: PatientId, file: FileId, shared: bool) -> bool {
    let may = may_manage(world, by, patient).await;
    let mut work = world.begin().await;
    let changed = work.share_file(&may, file, shared.then(|| later(5))).await.unwrap();
    work.save().await.unwrap();
    changed
}

async fn lookup(world: &World, by: &User, patient: PatientId, file: FileId) -> Option<StoredFile> {
    let may = may_read(world, by, patient).await;
    world.read().await.lookup_file(&may, file).await.unwrap()
}

async fn upload_of(world: &World, by: &SendingFiles, id: FileId) -> Option<Underway> {
    world.read().await.lookup_upload(by, id).await.unwrap()
}

async fn kept(world: &World, by: &SendingFiles) -> FilesKept {
    world.read().await.count_files(by).await.unwrap()
}

/// Somebody else's grant over this patient.
async fn proxy(world: &World, patient: PatientId, address: &str, level: Sees) -> Grant {
    let person = account(address);
    let own = Grant::own(id(), world.group, patient, person.id, NOW);
    let terms = Terms { level, ..Terms::OWN };
    let grant = Grant { kind: Kind::Other, name: "Ada Lee".into(), relationship: "aunt".into(), terms, ..own };
    add_grant(world, &grant, Some(&person)).await;
    grant
}

async fn add_grant(world: &World, grant: &Grant, person: Option<&domain::account::Account>) {
    let may = world.may_invite(&world.mira, grant.patient).await;
    let mut work = world.begin().await;
    if let Some(person) = person {
        work.add_account(person, NOW).await.unwrap();
    }
    work.add_grant(&(&may).into(), grant, NOW).await.unwrap();
    work.save().await.unwrap();
}

/// Another user of the group.
async fn add_user(world: &World, level: Level, state: UserState) -> User {
    let person = account(&format!("{}@example.org", id::<uuid::Uuid>().simple()));
    let user = User { state, ..user(world.group, &person, "Some", "Body", level) };
    let mut work = world.begin().await;
    work.add_account(&person, NOW).await.unwrap();
    work.unscoped_add_user(&user, NOW).await.unwrap();
    work.save().await.unwrap();
    user
}

/// The whole of a list, so many at a time, and how many pages that were.
async fn whole(
    limit: u32,
    mut page_of: impl AsyncFnMut(PageRequest) -> Stored<Page<ListedFile>>,
) -> (Vec<ListedFile>, u32) {
    let (mut all, mut pages, mut page) = (Vec::new(), 0, PageRequest { after: None, limit: Some(limit) });
    loop {
        let found = page_of(page.clone()).await.unwrap();
        assert!(found.rows.len() <= limit as usize);
        all.extend(found.rows);
        pages += 1;
        page.after = found.next;
        if page.after.is_none() {
            return (all, pages);
        }
    }
}

async fn listed(world: &World, by: &User, patient: PatientId, limit: u32) -> (Vec<ListedFile>, u32) {
    let may = may_view(world, by, patient).await;
    whole(limit, async |page| world.read().await.list_files(&may, &page).await).await
}

async fn own_listed(world: &World, grant: &Grant, limit: u32) -> Vec<ListedFile> {
    let may = may_list_own(grant);
    whole(limit, async |page| world.read().await.list_own_files(&may, &page).await).await.0
}

fn ids(rows: &[ListedFile]) -> Vec<FileId> {
    rows.iter().map(|row| row.id).collect()
}

// S0-21
async fn a_file_comes_piece_by_piece(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    for by in [may_add(&world, &world.mira, ann.id).await, may_send(&grant)] {
        let upload = begin(&world, &by, 600_000).await;
        assert_eq!(upload_of(&world, &by, upload.id).await, Some(upload.clone()));
        let advanced = async |pieces| {
            let mut work = world.begin().await;
            let advanced = work.upload_advanced(&by, upload.id, pieces, later(3)).await.unwrap();
            work.save().await.unwrap();
            advanced
        };
        // Only the next piece counts: neither one further on, nor one that is here already.
        assert_eq!([advanced(2).await, advanced(0).await, advanced(1).await], [false, false, true]);
        assert_eq!([advanced(1).await, advanced(3).await, advanced(2).await], [false, false, true]);
        assert_eq!(upload_of(&world, &by, upload.id).await, Some(Underway { pieces: 2, ..upload.clone() }));
        let mut work = world.begin().await;
        assert!(work.remove_upload(&by, upload.id).await.unwrap());
        assert!(!work.remove_upload(&by, upload.id).await.unwrap(), "twice is once");
        work.save().await.unwrap();
        assert_eq!(upload_of(&world, &by, upload.id).await, None);
        assert!(!advanced(3).await, "what was given up does not go on");
    }
}

// PT-15: in the same record, somebody else's file on its way is nobody's; by whichever side they come.
async fn a_foreign_sender_moves_nothing(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let own = may_send(&world.grant(ann.id, "ann@example.org").await);
    let aunt = may_send(&proxy(&world, ann.id, "aunt@example.org", Sees::Clinical).await);
    let mira = may_add(&world, &world.mira, ann.id).await;
    let colleague = add_user(&world, Level::Full, UserState::Active).await;
    let colleague = may_add(&world, &colleague, ann.id).await;
    let senders = [own, aunt, mira, colleague];
    for (n, by) in senders.iter().enumerate() {
        let upload = begin(&world, by, 10).await;
        for other in senders.iter().enumerate().filter(|(other, _)| *other != n).map(|(_, other)| other) {
            let mut work = world.begin().await;
            assert_eq!(work.lookup_upload(other, upload.id).await.unwrap(), None);
            assert!(!work.upload_advanced(other, upload.id, 1, later(3)).await.unwrap());
            assert!(!work.add_file(other, upload.id, &as_file(&upload), later(3)).await.unwrap());
            assert!(!work.remove_upload(other, upload.id).await.unwrap());
            work.save().await.unwrap();
        }
        assert_eq!(upload_of(&world, by, upload.id).await, Some(upload.clone()));
        let mut work = world.begin().await;
        assert!(work.add_file(by, upload.id, &as_file(&upload), later(3)).await.unwrap());
        work.save().await.unwrap();
        for (other, by) in senders.iter().enumerate() {
            let sent = world.read().await.find_sent_file(by, upload.id).await.unwrap();
            assert_eq!(sent, (other == n).then_some(FileState::Kept));
        }
    }
}

async fn a_file_becomes_one_of_the_record_once(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let own = world.grant(ann.id, "ann@example.org").await;
    let by = may_send(&own);
    let upload = begin(&world, &by, 10).await;
    assert_eq!(world.read().await.find_sent_file(&by, upload.id).await.unwrap(), None);
    let file = NewFile {
        name: name("Knee.PNG"),
        kind: FileType::Png,
        category: FileCategory::Picture,
        size: 7,
        digest: [3; 32],
        key: SealedKey { number: 1, sealed: vec![0, 1, 2] },
        state: FileState::Waiting,
        found: None,
    };
    let mut work = world.begin().await;
    assert!(work.add_file(&by, upload.id, &file, later(4)).await.unwrap());
    assert!(!work.add_file(&by, upload.id, &file, later(5)).await.unwrap());
    assert!(!work.add_file(&by, id(), &file, later(5)).await.unwrap(), "never announced");
    work.save().await.unwrap();
    assert_eq!(upload_of(&world, &by, upload.id).await, None);
    assert_eq!(world.read().await.find_sent_file(&by, upload.id).await.unwrap(), Some(FileState::Waiting));
    let stored = StoredFile {
        id: upload.id,
        name: file.name.clone(),
        kind: file.kind,
        size: file.size,
        state: file.state,
        by_practice: false,
        key: file.key,
    };
    assert_eq!(lookup(&world, &world.mira, ann.id, upload.id).await, Some(stored.clone()));
    let read = may_read_own(&world, &own, upload.id).await;
    assert_eq!(world.read().await.lookup_own_file(&read).await.unwrap(), Some(stored));
    let expected = ListedFile {
        id: upload.id,
        name: file.name,
        kind: file.kind,
        category: file.category,
        size: file.size,
        state: file.state,
        sender: FileSender::Portal { account: own.account, is_patient: true },
        shared_at: None,
        added_at: later(4),
        unread: false,
    };
    assert_eq!(listed(&world, &world.mira, ann.id, 10).await.0, std::slice::from_ref(&expected));
    assert_eq!(own_listed(&world, &own, 10).await, [expected]);
    assert_eq!(count(&database.url_text(), "SELECT count(*) FROM files WHERE length(digest) = 32").await, 1);
}

async fn the_list_is_read_page_by_page(database: &TestDatabase) {
    let world = start(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let own = may_send(&world.grant(ann.id, "ann@example.org").await);
    let aunt = proxy(&world, ann.id, "aunt@example.org", Sees::Clinical).await;
    let mira = may_add(&world, &world.mira, ann.id).await;
    file(&world, &may_add(&world, &world.mira, bea.id).await).await;
    let mut all = Vec::new();
    for by in [&own, &mira, &may_send(&aunt), &own, &mira] {
        all.insert(0, file(&world, by).await);
    }
    assert!(share(&world, &world.mira, ann.id, all[3], true).await);
    for (limit, pages) in [(1, 5), (2, 3), (4, 2), (5, 1), (100, 1)] {
        let (rows, read) = listed(&world, &world.mira, ann.id, limit).await;
        assert_eq!((ids(&rows), read), (all.clone(), pages), "{limit}");
    }
    // Neither names nor what is in them: who knows that they came gets the same list.
    assert_eq!(ids(&listed(&world, &world.alex, ann.id, 2).await.0), all);
    let (rows, _) = listed(&world, &world.mira, ann.id, 2).await;
    let senders: Vec<_> = rows.iter().map(|row| (row.sender.clone(), row.shared_at)).collect();
    let practice = FileSender::Practice(world.mira.name.clone());
    let portal = |account: AccountId, is_patient| (FileSender::Portal { account, is_patient }, None);
    let account = own.portal().unwrap();
    assert_eq!(
        senders,
        [
            (practice.clone(), None),
            portal(account, true),
            portal(aunt.account, false),
            (practice, Some(later(5))),
            portal(account, true)
        ]
    );
    let may = may_view(&world, &world.mira, ann.id).await;
    for nonsense in ["x".to_owned(), String::new(), ann.id.to_string(), "fil_".to_owned(), "'; --".to_owned()] {
        let page = PageRequest { after: Some(nonsense), limit: None };
        let found = world.read().await.list_files(&may, &page).await.unwrap();
        assert!(found.rows.is_empty() && found.next.is_none(), "{page:?}");
        let found = world.read().await.list_own_files(&may_list_own(&aunt), &page).await.unwrap();
        assert!(found.rows.is_empty() && found.next.is_none(), "{page:?}");
    }
}

/// Dice that fall the same way each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides).unwrap()
    }
}

// S0-21, PT-05, PT-06: the SQL of the list and the decision about one file say the same.
async fn the_portals_list_is_what_opens_there(database: &TestDatabase) {
    let world = start(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let mut grants = Vec::new();
    for patient in [&ann, &bea] {
        let of = patient.details.name.legal_first.as_str();
        grants.push(world.grant(patient.id, &format!("{of}@example.org")).await);
        grants.push(proxy(&world, patient.id, &format!("mum.{of}@example.org"), Sees::Clinical).await);
        grants.push(proxy(&world, patient.id, &format!("desk.{of}@example.org"), Sees::Administrative).await);
    }
    // Who acts for both, and sees of each another half.
    for (n, level) in [(1, Sees::Administrative), (2, Sees::Clinical)] {
        let both = &grants[n];
        let grant = Grant { id: id(), patient: bea.id, terms: Terms { level, ..Terms::OWN }, ..both.clone() };
        add_grant(&world, &grant, None).await;
        grants.push(grant);
    }
    let mira = [may_add(&world, &world.mira, ann.id).await, may_add(&world, &world.mira, bea.id).await];
    let mut dice = Dice(0xF11E5);
    // The patient, the sender when it is one of the portal, and whether it is shown there.
    let mut files: BTreeMap<FileId, (PatientId, Option<AccountId>, bool)> = BTreeMap::new();
    while files.len() < 130 {
        let state = [FileState::Kept, FileState::Kept, FileState::Waiting, FileState::Infected][dice.roll(4)];
        if dice.roll(2) == 0 {
            let grant = &grants[dice.roll(8)];
            let file = file_of(&world, &may_send(grant), 10, state).await;
            files.insert(file, (grant.patient, Some(grant.account), true));
        } else {
            let by = &mira[dice.roll(2)];
            let file = file_of(&world, by, 10, state).await;
            let mut shared = dice.roll(3) != 0 && share(&world, &world.mira, by.patient(), file, true).await;
            if shared && dice.roll(4) == 0 {
                shared = !share(&world, &world.mira, by.patient(), file, false).await;
            }
            assert!(!shared || state == FileState::Kept, "only what is kept is shared");
            files.insert(file, (by.patient(), None, shared));
        }
    }
    let (mut pairs, mut opened) = (0, BTreeMap::new());
    for grant in &grants {
        let all = grant.terms.level == Sees::Clinical;
        let shown = ids(&own_listed(&world, grant, 7).await);
        assert!(shown.is_sorted_by(|one, next| one > next), "latest first, none twice");
        let mut opens = BTreeSet::new();
        for (file, (patient, sent_by, in_portal)) in &files {
            pairs += 1;
            let facts = own_facts(&world, grant, *file).await;
            assert_eq!(facts.is_some(), grant.patient == *patient);
            let Some(facts) = facts else { continue };
            assert_eq!((facts.file, facts.sent_by), (*file, *sent_by));
            let may = portal_actor(grant.account).may(ReadOwnFile, &facts);
            let own = *sent_by == Some(grant.account);
            assert_eq!(may.is_ok(), own || all && *in_portal, "{facts:?}");
            let Ok(may) = may else { continue };
            assert_eq!(world.read().await.lookup_own_file(&may).await.unwrap().map(|file| file.id), Some(*file));
            opens.insert(*file);
            *opened.entry((own, all, sent_by.is_some())).or_insert(0) += 1;
        }
        assert_eq!(shown.iter().copied().collect::<BTreeSet<_>>(), opens, "{grant:?}");
        assert!(opens.len() < files.len() / 2, "{}", opens.len());
    }
    assert!(pairs >= 1_000, "{pairs}");
    // One's own by who sees all and who does not; another's; the practice's.
    assert!(opened.len() == 4 && opened.values().all(|count| *count > 5), "{opened:?}");
}

// S0-21: one person's opening is not another's; and only what the practice shared is new.
async fn what_the_practice_shows_is_new_until_it_is_opened(database: &TestDatabase) {
    let world = start(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let own = world.grant(ann.id, "ann@example.org").await;
    let aunt = proxy(&world, ann.id, "aunt@example.org", Sees::Clinical).await;
    let desk = proxy(&world, ann.id, "desk@example.org", Sees::Administrative).await;
    let unread = async |grant: &Grant| {
        let mut view = world.read().await;
        let count = view.count_own_unread_files(&may_list_own(grant)).await.unwrap();
        let rows = view.list_own_files(&may_list_own(grant), &PageRequest::default()).await.unwrap().rows;
        assert_eq!(rows.iter().filter(|row| row.unread).count(), usize::try_from(count).unwrap());
        // What a mail goes by says the same of who sees what is shared.
        let waits = view.unscoped_files_wait(world.group, ann.id, grant.account).await.unwrap();
        assert!(waits == (count > 0) || grant.terms.level == Sees::Administrative);
        count
    };
    let mira = may_add(&world, &world.mira, ann.id).await;
    let theirs = may_add(&world, &world.mira, bea.id).await;
    let (one, two, hers) = (file(&world, &mira).await, file(&world, &mira).await, file(&world, &theirs).await);
    file(&world, &may_send(&aunt)).await;
    assert!(share(&world, &world.mira, bea.id, hers, true).await);
    assert_eq!((unread(&own).await, unread(&aunt).await), (0, 0), "shared with neither");
    for file in [one, two] {
        assert!(share(&world, &world.mira, ann.id, file, true).await);
        assert!(!share(&world, &world.mira, ann.id, file, true).await, "twice is once");
    }
    assert_eq!((unread(&own).await, unread(&aunt).await, unread(&desk).await), (2, 2, 0));
    let may = may_read_own(&world, &own, one).await;
    for at in [6, 7] {
        let mut work = world.begin().await;
        work.own_file_read(&may, later(at)).await.unwrap();
        work.save().await.unwrap();
    }
    assert_eq!((unread(&own).await, unread(&aunt).await), (1, 2));
    let marked: Vec<_> = own_listed(&world, &own, 10).await.into_iter().map(|row| (row.id, row.unread)).collect();
    assert_eq!(marked[1..], [(two, true), (one, false)]);
    assert!(share(&world, &world.mira, ann.id, two, false).await);
    assert!(!share(&world, &world.mira, ann.id, two, false).await);
    assert_eq!((unread(&own).await, unread(&aunt).await), (0, 1));
    // What came from the portal is not the practice's to show or hide; what waits is shown to nobody.
    let sent = file(&world, &may_send(&own)).await;
    assert!(!share(&world, &world.mira, ann.id, sent, true).await);
    assert!(!share(&world, &world.mira, ann.id, sent, false).await);
    for state in [FileState::Waiting, FileState::Infected] {
        let file = file_of(&world, &mira, 10, state).await;
        assert!(!share(&world, &world.mira, ann.id, file, true).await, "{state:?}");
    }
    let elsewhere = world.other.group;
    assert!(!world.read().await.unscoped_files_wait(elsewhere, ann.id, aunt.account).await.unwrap());
}

async fn usage(database: &TestDatabase) -> (i64, i64) {
    let url = database.url_text();
    let files = count(&url, "SELECT CAST(COALESCE(SUM(files), 0) AS BIGINT) FROM file_usage").await;
    (files, count(&url, "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM file_usage").await)
}

async fn what_all_files_take_is_kept(database: &TestDatabase) {
    let world = start(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let [of_ann, of_bea] = [may_add(&world, &world.mira, ann.id).await, may_add(&world, &world.mira, bea.id).await];
    let one = file_of(&world, &of_ann, 100, FileState::Kept).await;
    let two = file_of(&world, &of_bea, 20, FileState::Infected).await;
    // As large as it is in the end, not as it was announced.
    let upload = begin(&world, &of_ann, 1_000).await;
    let mut work = world.begin().await;
    work.add_file(&of_ann, upload.id, &NewFile { size: 3, ..as_file(&upload) }, later(2)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(usage(database).await, (3, 123));
    // What is undone was never there.
    let upload = begin(&world, &of_ann, 500).await;
    let mut work = world.begin().await;
    work.add_file(&of_ann, upload.id, &as_file(&upload), later(2)).await.unwrap();
    drop(work);
    assert_eq!(usage(database).await, (3, 123));
    for (patient, file, left) in [(ann.id, one, (2, 23)), (bea.id, two, (1, 3))] {
        let may = may_manage(&world, &world.mira, patient).await;
        let mut work = world.begin().await;
        assert!(work.remove_file(&may, file).await.unwrap());
        assert!(!work.remove_file(&may, file).await.unwrap());
        work.save().await.unwrap();
        assert_eq!(usage(database).await, left);
    }
}

// UP-08
async fn what_is_kept_and_on_its_way_is_counted(database: &TestDatabase) {
    let world = start(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let own = may_send(&world.grant(ann.id, "ann@example.org").await);
    let mira = may_add(&world, &world.mira, ann.id).await;
    let of_bea = may_add(&world, &world.mira, bea.id).await;
    assert_eq!(kept(&world, &own).await, FilesKept::default());
    file_of(&world, &mira, 100, FileState::Kept).await;
    file_of(&world, &of_bea, 20, FileState::Kept).await;
    for (by, size) in [(&own, 3), (&own, 4), (&mira, 5), (&of_bea, 6)] {
        begin(&world, by, size).await;
    }
    let of_ann = FilesKept { files: 4, bytes: 112, group_bytes: 138, own_uploads: 2, group_uploads: 4 };
    assert_eq!(kept(&world, &own).await, of_ann);
    // One's own are those of one's own whoever they are about.
    assert_eq!(kept(&world, &mira).await, of_ann);
    assert_eq!(kept(&world, &of_bea).await, FilesKept { files: 2, bytes: 26, ..of_ann });
    let elsewhere = world.elsewhere();
    let cleo = elsewhere.patient("Cleo", "Lee").await;
    assert_eq!(kept(&world, &may_add(&elsewhere, &world.other, cleo.id).await).await, FilesKept::default());
}

// DB-08
async fn a_file_is_named_anew_and_taken_out(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let mira = may_add(&world, &world.mira, ann.id).await;
    let own = world.grant(ann.id, "ann@example.org").await;
    let [one, two] = [file(&world, &mira).await, file(&world, &mira).await];
    let may = may_manage(&world, &world.mira, ann.id).await;
    let mut work = world.begin().await;
    assert!(work.save_file(&may, one, &name("Other.pdf"), FileCategory::Letter).await.unwrap());
    assert!(!work.save_file(&may, id(), &name("Other.pdf"), FileCategory::Letter).await.unwrap());
    work.save().await.unwrap();
    let rows = listed(&world, &world.mira, ann.id, 10).await.0;
    let told: Vec<_> = rows.iter().map(|row| (row.id, row.name.as_str(), row.category)).collect();
    assert_eq!(
        told,
        [(two, "Überweisung 'x'; --.pdf", FileCategory::Referral), (one, "Other.pdf", FileCategory::Letter)]
    );
    // One that was opened is taken out as well, and nothing of it is left.
    assert!(share(&world, &world.mira, ann.id, one, true).await);
    let read = may_read_own(&world, &own, one).await;
    let mut work = world.begin().await;
    work.own_file_read(&read, later(6)).await.unwrap();
    assert!(work.remove_file(&may, one).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(lookup(&world, &world.mira, ann.id, one).await, None);
    assert_eq!(own_facts(&world, &own, one).await, None);
    assert_eq!(world.read().await.lookup_own_file(&read).await.unwrap(), None);
    assert_eq!(world.read().await.find_sent_file(&mira, one).await.unwrap(), None);
    assert_eq!(ids(&listed(&world, &world.mira, ann.id, 10).await.0), [two]);
    assert_eq!(count(&database.url_text(), "SELECT count(*) FROM file_readings").await, 0);
    assert_eq!(count(&database.url_text(), "SELECT count(*) FROM files").await, 1);
}

async fn a_groups_keys_are_unique_by_number(database: &TestDatabase) {
    let world = World::new(database).await;
    let [ours, theirs] = [world.group, world.other.group];
    let add = async |group: GroupId, key: GroupKey| {
        let mut work = world.begin().await;
        let added = work.unscoped_add_group_key(group, &key, NOW).await.unwrap();
        work.save().await.unwrap();
        added
    };
    let key = async |group, number| world.read().await.unscoped_group_key(group, number).await.unwrap();
    assert_eq!((key(ours, None).await, key(ours, Some(1)).await), (None, None));
    assert!(add(ours, group_key(1, 10)).await);
    assert!(!add(ours, group_key(1, 11)).await);
    assert_eq!(key(ours, None).await, Some(group_key(1, 10)), "the first one counts");
    assert_eq!(key(theirs, None).await, None);
    assert!(add(ours, group_key(2, 20)).await);
    assert!(add(theirs, group_key(1, 30)).await);
    assert_eq!(key(ours, None).await, Some(group_key(2, 20)), "the latest");
    assert_eq!(key(ours, Some(1)).await, Some(group_key(1, 10)));
    assert_eq!(key(ours, Some(3)).await, None);
    let mut expected = vec![(ours, group_key(1, 10)), (ours, group_key(2, 20)), (theirs, group_key(1, 30))];
    expected.sort_by_key(|(group, key)| (*group, key.number));
    for most in [1, 2, 3, 10] {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let found = world.read().await.unscoped_list_group_keys(after, most).await.unwrap();
            assert!(found.len() <= most as usize);
            let Some((group, last)) = found.last() else { break };
            after = Some((*group, last.number));
            all.extend(found);
        }
        assert_eq!(all, expected, "{most}");
    }
    let mut work = world.begin().await;
    assert!(work.unscoped_save_group_key(ours, &group_key(1, 40)).await.unwrap());
    assert!(!work.unscoped_save_group_key(ours, &group_key(3, 40)).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(key(ours, Some(1)).await, Some(group_key(1, 40)));
    assert_eq!(key(ours, Some(2)).await, Some(group_key(2, 20)));
    assert_eq!(key(theirs, Some(1)).await, Some(group_key(1, 30)));
}

async fn keys_of_files_are_sealed_anew(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let mira = may_add(&world, &world.mira, ann.id).await;
    let elsewhere = world.elsewhere();
    let cleo = elsewhere.patient("Cleo", "Lee").await;
    let theirs = file(&world, &may_add(&elsewhere, &world.other, cleo.id).await).await;
    let (one, upload, two) = (file(&world, &mira).await, begin(&world, &mira, 10).await, file(&world, &mira).await);
    let mut work = world.begin().await;
    work.unscoped_add_group_key(world.group, &group_key(2, 2), NOW).await.unwrap();
    work.save().await.unwrap();
    let old =
        async |group, latest, most| world.read().await.unscoped_list_old_file_keys(group, latest, most).await.unwrap();
    let key = upload.key.clone();
    let all = [(one, key.clone()), (upload.id, key.clone()), (two, key.clone())];
    assert_eq!(old(world.group, 2, 10).await, all);
    assert_eq!(old(world.group, 2, 2).await, all[..2]);
    assert_eq!(old(world.group, 1, 10).await, []);
    let new = SealedKey { number: 2, sealed: vec![7; 50] };
    let save = async |group, id| {
        let mut work = world.begin().await;
        work.unscoped_save_file_key(group, id, &new).await.unwrap();
        work.save().await.unwrap();
    };
    save(world.group, one).await;
    save(world.group, upload.id).await;
    // Neither one of another group, nor one that nobody has.
    save(world.group, theirs).await;
    save(world.group, id()).await;
    assert_eq!(old(world.group, 2, 10).await, all[2..]);
    assert_eq!(old(world.other.group, 2, 10).await, [(theirs, key.clone())]);
    assert_eq!(lookup(&world, &world.mira, ann.id, one).await.unwrap().key, new);
    assert_eq!(lookup(&world, &world.mira, ann.id, two).await.unwrap().key, key);
    assert_eq!(upload_of(&world, &mira, upload.id).await.unwrap().key, new);
    // A key that the group does not have seals nothing.
    let unknown = SealedKey { number: 3, sealed: vec![7] };
    assert!(world.begin().await.unscoped_save_file_key(world.group, two, &unknown).await.is_err());
}

// UP-10
async fn what_is_known_of_an_id(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let mira = may_add(&world, &world.mira, ann.id).await;
    let known = async |id| world.read().await.unscoped_file_known(id).await.unwrap();
    let upload = begin(&world, &mira, 10).await;
    assert_eq!(known(upload.id).await, Known::Upload);
    let kept = file(&world, &mira).await;
    let waiting = file_of(&world, &mira, 10, FileState::Waiting).await;
    let infected = file_of(&world, &mira, 10, FileState::Infected).await;
    assert_eq!((known(kept).await, known(waiting).await), (Known::File, Known::File));
    assert_eq!((known(infected).await, known(id()).await), (Known::Nothing, Known::Nothing));
    let may = may_manage(&world, &world.mira, ann.id).await;
    let mut work = world.begin().await;
    assert!(work.remove_file(&may, kept).await.unwrap());
    assert!(work.remove_upload(&mira, upload.id).await.unwrap());
    work.save().await.unwrap();
    assert_eq!((known(kept).await, known(upload.id).await), (Known::Nothing, Known::Nothing));
    // An id is one file's, whoever it belongs to.
    let again = Underway { id: waiting, ..underway(ann.id, 10) };
    let elsewhere = world.elsewhere();
    let cleo = elsewhere.patient("Cleo", "Lee").await;
    let theirs = may_add(&elsewhere, &world.other, cleo.id).await;
    let mut work = world.begin().await;
    work.add_upload(&theirs, &Underway { patient: cleo.id, ..again.clone() }, NOW).await.unwrap();
    assert!(work.add_file(&theirs, waiting, &as_file(&again), NOW).await.is_err());
}

// UP-10
async fn what_rests_is_given_up(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let mira = may_add(&world, &world.mira, ann.id).await;
    let kept = file(&world, &mira).await;
    let (rests, goes_on) = (begin(&world, &mira, 10).await, begin(&world, &mira, 10).await);
    let mut work = world.begin().await;
    assert!(work.upload_advanced(&mira, goes_on.id, 1, later(9)).await.unwrap());
    work.save().await.unwrap();
    let sweep = async |before| {
        let mut work = world.begin().await;
        let swept = work.unscoped_sweep_uploads(later(before)).await.unwrap();
        work.save().await.unwrap();
        swept
    };
    assert_eq!(sweep(1).await, 0);
    assert_eq!(upload_of(&world, &mira, rests.id).await, Some(rests.clone()));
    assert_eq!(sweep(2).await, 1);
    assert_eq!(upload_of(&world, &mira, rests.id).await, None);
    assert_eq!(sweep(9).await, 0);
    assert!(upload_of(&world, &mira, goes_on.id).await.is_some());
    assert_eq!(sweep(10).await, 1);
    assert_eq!(upload_of(&world, &mira, goes_on.id).await, None);
    assert!(lookup(&world, &world.mira, ann.id, kept).await.is_some());
    // So many at a time.
    let mut work = world.begin().await;
    for _ in 0..limits::SWEPT + 2 {
        work.add_upload(&mira, &underway(ann.id, 10), later(100)).await.unwrap();
    }
    work.save().await.unwrap();
    assert_eq!([sweep(1_000).await, sweep(1_000).await, sweep(1_000).await], [u64::from(limits::SWEPT), 2, 0]);
}

// UP-01
async fn the_scanners_word_counts_once(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let mira = may_add(&world, &world.mira, ann.id).await;
    let one = file_of(&world, &mira, 11, FileState::Waiting).await;
    let kept = file(&world, &mira).await;
    file_of(&world, &mira, 10, FileState::Infected).await;
    let elsewhere = world.elsewhere();
    let cleo = elsewhere.patient("Cleo", "Lee").await;
    let two = file_of(&world, &may_add(&elsewhere, &world.other, cleo.id).await, 12, FileState::Waiting).await;
    let three = file_of(&world, &mira, 13, FileState::Waiting).await;
    let waiting = async |most| world.read().await.unscoped_list_waiting_files(None, most).await.unwrap();
    let key = SealedKey { number: 1, sealed: vec![2, 0, 255] };
    let of = |group, patient, id, size| WaitingFile { group, patient, id, size, key: key.clone() };
    let all =
        [of(world.group, ann.id, one, 11), of(world.other.group, cleo.id, two, 12), of(world.group, ann.id, three, 13)];
    assert_eq!(waiting(10).await, all);
    assert_eq!(waiting(2).await, all[..2]);
    assert_eq!(world.read().await.unscoped_list_waiting_files(Some(one), 10).await.unwrap(), all[1..]);
    assert_eq!(world.read().await.unscoped_list_waiting_files(Some(three), 10).await.unwrap(), []);
    let scanned = async |file: &WaitingFile, found: Option<&str>| {
        let mut work = world.begin().await;
        let changed = work.unscoped_file_scanned(file, found).await.unwrap();
        work.save().await.unwrap();
        changed
    };
    assert!(scanned(&all[0], None).await);
    assert!(!scanned(&all[0], Some("Late")).await, "it was said already");
    assert!(scanned(&all[2], Some("Eicar")).await);
    assert!(!scanned(&all[2], None).await);
    assert!(!scanned(&of(world.group, ann.id, kept, 10), Some("Eicar")).await, "it did not wait");
    assert!(!scanned(&of(world.group, cleo.id, two, 12), None).await, "of another group");
    assert_eq!(waiting(10).await, all[1..2]);
    let state = async |file| lookup(&world, &world.mira, ann.id, file).await.unwrap().state;
    assert_eq!(
        [state(one).await, state(kept).await, state(three).await],
        [FileState::Kept, FileState::Kept, FileState::Infected]
    );
    assert_eq!(count(&database.url_text(), "SELECT count(*) FROM files WHERE found = 'Eicar'").await, 1);
    assert_eq!(count(&database.url_text(), "SELECT count(*) FROM files WHERE found IS NOT NULL").await, 1);
}

async fn tell(world: &World, grant: &Grant, user: UserId) -> Notification {
    let news = News::FileCame { patient: grant.patient };
    let notification = Notification { id: id(), news, at: later(3), read_at: None };
    let mut work = world.begin().await;
    work.notify_practice(&may_view_own(grant), user, &notification).await.unwrap();
    work.save().await.unwrap();
    notification
}

// S0-21: whoever treats the patient first; then the front desk and who sees to everything. Once, until they have seen it.
async fn who_is_to_know_that_a_file_came(database: &TestDatabase) {
    let world = start(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let own = world.grant(ann.id, "ann@example.org").await;
    let (mut near, mut desk) = (Vec::new(), vec![(world.mira.id, None), (world.alex.id, None)]);
    for level in Level::ALL {
        for state in UserState::ALL {
            for relationship in
                [None, Some(Relationship::Automatic), Some(Relationship::Granted), Some(Relationship::Revoked)]
            {
                let user = add_user(&world, level, state).await;
                if let Some(relationship) = relationship {
                    world.relate(&user, ann.id, relationship).await;
                } else {
                    world.relate(&user, bea.id, Relationship::Granted).await;
                }
                let front = matches!(
                    level,
                    Level::Full | Level::CalendarContacts | Level::CalendarContactsFinance | Level::AdminFull
                );
                match relationship {
                    _ if state != UserState::Active => {}
                    Some(_) => near.push((user.id, relationship)),
                    None if front => desk.push((user.id, None)),
                    None => {}
                }
            }
        }
    }
    let all: Vec<_> = near.into_iter().chain(desk).collect();
    let receivers = async || {
        let found = world.read().await.list_file_receivers(&may_send(&own)).await.unwrap();
        found.into_iter().map(|(user, relationship)| (user.id, relationship)).collect::<Vec<_>>()
    };
    assert_eq!(receivers().await, all);
    // Whose bell says so is not told again; one about another patient is another matter.
    let theirs = world.grant(bea.id, "bea@example.org").await;
    tell(&world, &theirs, world.mira.id).await;
    assert_eq!(receivers().await, all);
    let told = tell(&world, &own, world.mira.id).await;
    assert_eq!(receivers().await, all.iter().copied().filter(|(user, _)| *user != world.mira.id).collect::<Vec<_>>());
    let mut work = world.begin().await;
    work.mark_read(&may_enter(&world.mira), Some(told.id), later(4)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(receivers().await, all);
    // Not more than can be told at once, and those who treat the patient before the others.
    while world.read().await.list_file_receivers(&may_send(&own)).await.unwrap().len() < limits::REVIEWERS as usize {
        for _ in 0..20 {
            add_user(&world, Level::CalendarContacts, UserState::Active).await;
        }
    }
    let last = add_user(&world, Level::Personal, UserState::Active).await;
    world.relate(&last, ann.id, Relationship::Automatic).await;
    let few = receivers().await;
    assert_eq!(few.len(), limits::REVIEWERS as usize);
    assert!(few.contains(&(last.id, Some(Relationship::Automatic))));
}

// S0-21: by whoever looks at the files, for themselves and this patient; other news stay.
async fn news_of_files_are_forgotten(database: &TestDatabase) {
    let world = start(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let [own, theirs] = [world.grant(ann.id, "ann@example.org").await, world.grant(bea.id, "bea@example.org").await];
    let mut hints = world.store.hints();
    tell(&world, &own, world.mira.id).await;
    tell(&world, &theirs, world.mira.id).await;
    tell(&world, &own, world.alex.id).await;
    let other = Notification { id: id(), news: News::UpdatesWaiting { patient: ann.id }, at: later(3), read_at: None };
    let mut work = world.begin().await;
    work.notify_practice(&may_view_own(&own), world.mira.id, &other).await.unwrap();
    work.save().await.unwrap();
    let unread = async |user: &User| world.read().await.unread_notifications(&may_enter(user)).await.unwrap();
    assert_eq!((unread(&world.mira).await, unread(&world.alex).await), (3, 1));
    let [mira, alex] = [&world.mira, &world.alex].map(|user| Hint::Bell(user.account));
    for rung in [mira, mira, alex, mira] {
        assert_eq!(hints.recv().await.unwrap(), rung);
    }
    let may = may_view(&world, &world.mira, ann.id).await;
    let mut work = world.begin().await;
    work.forget_file_news(&may, later(8)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(hints.recv().await.unwrap(), mira);
    assert_eq!((unread(&world.mira).await, unread(&world.alex).await), (2, 1));
    let rows =
        world.read().await.list_notifications(&may_enter(&world.mira), &PageRequest::default()).await.unwrap().rows;
    let read: Vec<_> = rows.into_iter().filter(|row| row.read_at.is_some()).collect();
    assert_eq!(read.len(), 1);
    assert_eq!((read[0].news.clone(), read[0].read_at), (News::FileCame { patient: ann.id }, Some(later(8))));
    // Nothing is left to forget, and nobody's page is rung for it.
    let mut work = world.begin().await;
    work.forget_file_news(&may, later(9)).await.unwrap();
    work.save().await.unwrap();
    tell(&world, &theirs, world.alex.id).await;
    assert_eq!(hints.recv().await.unwrap(), alex);
}

// TG-01, TG-05, PT-01: proofs of another group over ids that were guessed right.
async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = start(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let mira = may_add(&world, &world.mira, ann.id).await;
    let (kept, upload) = (file(&world, &mira).await, begin(&world, &mira, 10).await);
    let sent = file(&world, &may_send(&grant)).await;
    assert!(share(&world, &world.mira, ann.id, kept, true).await);
    let stranger = actor(&world.other);
    let facts = PatientFacts { group: world.other.group, patient: ann.id, relationship: None, emergency: false };
    let sending = SendingFiles::from(&stranger.may(AddFiles, &facts).unwrap());
    let (view, read) = (stranger.may(ViewFiles, &facts).unwrap(), stranger.may(ReadFiles, &facts).unwrap());
    let manage = stranger.may(ManageFiles, &facts).unwrap();
    // The same in the portal: a grant of another group for the same patient.
    let foreign = Grant { group: world.other.group, ..grant.clone() };
    let mut work = world.begin().await;
    assert_eq!(work.list_files(&view, &PageRequest::default()).await.unwrap().rows, []);
    for by in [&sending, &may_send(&foreign)] {
        assert_eq!(work.count_files(by).await.unwrap(), FilesKept::default());
        assert_eq!(work.lookup_upload(by, upload.id).await.unwrap(), None);
        assert!(!work.upload_advanced(by, upload.id, 1, later(3)).await.unwrap());
        assert!(!work.remove_upload(by, upload.id).await.unwrap());
        assert!(!work.add_file(by, upload.id, &as_file(&upload), later(3)).await.unwrap());
        assert_eq!(work.find_sent_file(by, sent).await.unwrap(), None);
    }
    for file in [kept, sent] {
        assert_eq!(work.lookup_file(&read, file).await.unwrap(), None);
        assert!(!work.save_file(&manage, file, &name("Mine.pdf"), FileCategory::Other).await.unwrap());
        assert!(!work.share_file(&manage, file, None).await.unwrap());
        assert!(!work.remove_file(&manage, file).await.unwrap());
        let seen = may_view_own(&foreign);
        assert_eq!(work.own_file_facts(&seen, file, &open(&foreign)).await.unwrap(), None);
        let forged = OwnFileFacts { grant: open(&foreign), file, sent_by: Some(foreign.account), shared: true };
        let may = portal_actor(foreign.account).may(ReadOwnFile, &forged).unwrap();
        assert_eq!(work.lookup_own_file(&may).await.unwrap(), None);
    }
    assert_eq!(work.list_own_files(&may_list_own(&foreign), &PageRequest::default()).await.unwrap().rows, []);
    assert_eq!(work.count_own_unread_files(&may_list_own(&foreign)).await.unwrap(), 0);
    let receivers = work.list_file_receivers(&sending).await.unwrap();
    assert!(receivers.iter().all(|(user, _)| user.group == world.other.group), "{receivers:?}");
    work.save().await.unwrap();
    // What would be a row of theirs about our patient or file is refused.
    assert!(world.begin().await.add_upload(&sending, &underway(ann.id, 10), NOW).await.is_err());
    let forged = OwnFileFacts { grant: open(&foreign), file: kept, sent_by: None, shared: true };
    let may = portal_actor(foreign.account).may(ReadOwnFile, &forged).unwrap();
    assert!(world.begin().await.own_file_read(&may, NOW).await.is_err());
    assert_eq!(ids(&listed(&world, &world.mira, ann.id, 10).await.0), [sent, kept]);
    assert_eq!(ids(&own_listed(&world, &grant, 10).await), [sent, kept]);
    assert_eq!(upload_of(&world, &mira, upload.id).await, Some(upload));
}

// PT-05, PT-15: in one group, a proof over one patient and the file of another.
async fn another_patients_proof_touches_none(database: &TestDatabase) {
    let world = start(database).await;
    let [ann, bea] = [world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await];
    let own = world.grant(ann.id, "ann@example.org").await;
    // The same person acts for Bea as well.
    let both = Grant { id: id(), patient: bea.id, kind: Kind::Other, name: "Ann".into(), ..own.clone() };
    add_grant(&world, &both, None).await;
    let [of_ann, of_bea] = [may_add(&world, &world.mira, ann.id).await, may_add(&world, &world.mira, bea.id).await];
    let (kept, sent) = (file(&world, &of_ann).await, file(&world, &may_send(&own)).await);
    assert!(share(&world, &world.mira, ann.id, kept, true).await);
    for (by, other) in [(&of_ann, &of_bea), (&may_send(&own), &may_send(&both))] {
        let upload = begin(&world, by, 10).await;
        let mut work = world.begin().await;
        assert_eq!(work.lookup_upload(other, upload.id).await.unwrap(), None);
        assert!(!work.upload_advanced(other, upload.id, 1, later(3)).await.unwrap());
        assert!(!work.add_file(other, upload.id, &as_file(&upload), later(3)).await.unwrap());
        assert!(!work.remove_upload(other, upload.id).await.unwrap());
        assert_eq!(work.find_sent_file(other, sent).await.unwrap(), None);
        assert_eq!(work.find_sent_file(other, kept).await.unwrap(), None);
        work.save().await.unwrap();
        assert!(upload_of(&world, by, upload.id).await.is_some());
    }
    let (read, manage) = (may_read(&world, &world.mira, bea.id).await, may_manage(&world, &world.mira, bea.id).await);
    let mut work = world.begin().await;
    for file in [kept, sent] {
        assert_eq!(work.lookup_file(&read, file).await.unwrap(), None);
        assert!(!work.save_file(&manage, file, &name("Mine.pdf"), FileCategory::Other).await.unwrap());
        assert!(!work.share_file(&manage, file, None).await.unwrap());
        assert!(!work.remove_file(&manage, file).await.unwrap());
        assert_eq!(work.own_file_facts(&may_view_own(&both), file, &open(&both)).await.unwrap(), None);
        let forged = OwnFileFacts { grant: open(&both), file, sent_by: Some(both.account), shared: true };
        let may = portal_actor(both.account).may(ReadOwnFile, &forged).unwrap();
        assert_eq!(work.lookup_own_file(&may).await.unwrap(), None);
    }
    work.save().await.unwrap();
    assert_eq!(own_listed(&world, &both, 10).await, []);
    assert_eq!(listed(&world, &world.mira, bea.id, 10).await.0, []);
    assert_eq!(ids(&own_listed(&world, &own, 10).await), [sent, kept]);
}
