//! Files about patients: sent in pieces, looked at, kept sealed, opened by whoever may; and nothing is lost, left behind or told
//! to anybody else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    access::Relationship,
    access_log::Part,
    audit::Action,
    error::{Conflict, Invalid, Problem, Refusal},
    file::{
        FileCategory, FileForm, FileRow, FileState, FileType, Files, OwnFileRow, OwnFiles, Room, Sender, Sent, Upload,
    },
    grant::{Level as Sees, Role},
    ids::{FileId, PatientId, UserId},
    limits,
    notification::News,
    page::PageRequest,
    patient::DetailsForm,
    relationship::Wanted,
    time::Span,
    user::{AccessSettings, Level, Role as UserRole, UserState},
};
use futures::{StreamExt as _, future::BoxFuture, stream::BoxStream};
use services::{
    Ctx, Error, Result, Services, access_log, audit,
    files::{self, FileRoom, keys},
    hashing::Hasher,
    notifications, patients, portal, portal_users,
    ports::{BoxError, Letter, Scanner, Unscanned, Verdict},
    relationships,
};

use crate::{
    answers::{conflict, forbidden, not_found},
    portal_users::{mother, terms, user as portal_user, whole},
    relationships::relate,
    town::{Staff, Town, details},
    vault::Scans,
};

on_both_engines! {
    a_file_is_sent_listed_and_opened,
    it_is_there_for_nobody_else,
    a_closed_record_takes_and_shows_nothing,
    access_that_ends_on_the_way,
    access_that_ends_while_it_is_finished,
    a_colleague_whose_access_ends_on_the_way,
    only_so_many_files,
    only_so_many_bytes,
    only_so_many_at_once,
    a_virus_that_is_found,
    a_scanner_that_does_not_answer,
    a_scanner_that_is_asked_twice,
    what_cannot_be_read_holds_up_nobody,
    what_is_not_taken_leaves_nothing,
    a_picture_loses_where_it_was_taken,
    what_comes_twice_counts_once,
    two_finish_at_once,
    one_finishes_late,
    whoever_is_second_says_what_is_kept,
    a_full_vault_loses_nothing,
    a_vault_that_is_away_loses_nothing,
    what_is_given_up_leaves_nothing,
    what_nobody_knows_is_swept_away,
    a_removed_file_is_gone,
    what_was_changed_is_not_opened,
    what_was_changed_on_its_way_is_not_kept,
    turned_keys_open_what_was_kept,
    a_lost_key_loses_nothing,
    a_name_is_a_line_and_nothing_else,
    who_may_do_what,
    the_practice_shows_a_file,
    who_hears_that_a_file_came,
    the_trail_says_what_was_done_and_no_names,
    the_access_log_tells_of_files,
}

const LIEN: &str = "lien@example.org";
/// In the names of files, and in no letter, bell or trail.
const NAME: &str = "Zyzzogeton";
/// What the scanner takes for a virus.
const VIRUS: &str = "X5O!P%@AP-TEST-VIRUS";

/// A PDF of so many bytes, each like no other.
pub fn pdf(size: usize) -> Bytes {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut state = 0x9E37_79B9_u32;
    while bytes.len() < size {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.extend(state.to_le_bytes().map(|byte| byte % 128));
    }
    bytes.truncate(size);
    bytes.into()
}

/// One of three pieces.
fn large() -> Bytes {
    pdf(600 * 1024)
}

fn form(name: &str, size: usize) -> FileForm {
    FileForm { name: name.into(), category: "referral".into(), size: size as u64 }
}

fn piece_of(bytes: &Bytes, number: u64) -> Bytes {
    let piece = usize::try_from(limits::FILE_PIECE).unwrap();
    let from = usize::try_from(number).unwrap() * piece;
    bytes.slice(from..bytes.len().min(from + piece))
}

/// Announces a file and sends its first pieces.
async fn begun(by: &Ctx, patient: PatientId, name: &str, bytes: &Bytes, pieces: u64) -> FileId {
    let id = files::begin(by, patient, &form(name, bytes.len())).await.unwrap().id;
    for number in 0..pieces {
        let upload = files::piece(by, patient, id, number, piece_of(bytes, number)).await.unwrap();
        assert_eq!(upload.pieces, number + 1);
    }
    id
}

/// The whole of it, but not finished.
async fn all_there(by: &Ctx, patient: PatientId, name: &str, bytes: &Bytes) -> FileId {
    begun(by, patient, name, bytes, domain::file::pieces(bytes.len() as u64)).await
}

async fn finished(by: &Ctx, patient: PatientId, name: &str, bytes: &Bytes) -> Result<Sent> {
    let id = all_there(by, patient, name, bytes).await;
    files::finish(by, patient, id).await
}

/// A file of the record.
pub async fn sent(by: &Ctx, patient: PatientId, name: &str, bytes: &Bytes) -> FileId {
    let sent = finished(by, patient, name, bytes).await.unwrap();
    assert_eq!(sent.state, FileState::Kept);
    sent.id
}

/// Opens a file and reads all of it.
async fn content(by: &Ctx, patient: PatientId, id: FileId) -> Result<Bytes> {
    let download = files::open(by, patient, id).await?;
    let mut whole = Vec::new();
    for number in 0..download.pieces() {
        whole.extend_from_slice(&download.piece(&by.services, number).await?);
    }
    assert_eq!((download.id, download.size), (id, whole.len() as u64));
    Ok(whole.into())
}

async fn listed(by: &Ctx, patient: PatientId) -> Files {
    files::list(by, patient, &PageRequest::default()).await.unwrap()
}

async fn only_row(by: &Ctx, patient: PatientId) -> FileRow {
    let mut rows = listed(by, patient).await.files.rows;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

async fn own(by: &Ctx, patient: PatientId) -> OwnFiles {
    files::list_own(by, patient, &PageRequest::default()).await.unwrap()
}

/// The whole of the portal's list, two at a time.
async fn own_rows(by: &Ctx, patient: PatientId) -> Vec<OwnFileRow> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = files::list_own(by, patient, &page).await.unwrap().files;
        all.extend(found.rows);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return all,
        }
    }
}

async fn own_ids(by: &Ctx, patient: PatientId) -> Vec<FileId> {
    own_rows(by, patient).await.into_iter().map(|row| row.id).collect()
}

/// What the vault keeps a file under.
fn blob(id: FileId) -> String {
    id.uuid().simple().to_string()
}

/// How long what is on its way may rest, and so much longer.
fn rest(millis: i64) -> Span {
    Span::millis(u32::try_from(limits::UPLOAD_REST.as_millis() + millis).unwrap())
}

fn id_of(ctx: &Ctx) -> UserId {
    ctx.actor().unwrap().user().unwrap().user
}

#[track_caller]
fn fault<T: std::fmt::Debug>(answer: Result<T>) {
    assert!(matches!(answer, Err(Error::Fault(_))), "{answer:?}");
}

#[track_caller]
fn unavailable<T: std::fmt::Debug>(answer: Result<T>) {
    assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
}

#[track_caller]
fn full<T: std::fmt::Debug>(answer: Result<T>) {
    assert!(matches!(answer, Err(Error::Full)), "{answer:?}");
}

#[track_caller]
fn invalid<T: std::fmt::Debug>(answer: Result<T>) -> Invalid {
    match answer {
        Err(Error::Invalid(invalid)) => invalid,
        other => panic!("nothing was wrong: {other:?}"),
    }
}

/// A practice and a patient who uses the portal.
async fn place(town: &Town) -> (Staff, PatientId, Ctx) {
    let staff = town.practice().await;
    let patient = town.patient(&staff.owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(&staff.owner, patient, LIEN).await;
    (staff, patient, lien)
}

/// What a user's bell says of files, and how many of those are unread.
async fn bell(user: &Ctx) -> (usize, usize) {
    let rows = notifications::list(user, &PageRequest { after: None, limit: Some(100) }).await.unwrap().rows;
    let of_files: Vec<_> = rows.iter().filter(|row| matches!(row.news, News::FileCame { .. })).collect();
    (of_files.len(), of_files.iter().filter(|row| !row.read).count())
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

async fn suspend(owner: &Ctx, patient: PatientId, email: &str) {
    let grant = portal_user(owner, patient, email).await.id;
    portal_users::suspend(owner, patient, grant).await.unwrap();
}

async fn set_status(owner: &Ctx, patient: PatientId, status: &str) {
    let version = patients::profile(owner, patient).await.unwrap().version;
    let form = DetailsForm { status: status.into(), ..details("Lien", "Nguyen") };
    patients::save(owner, patient, version, &form).await.unwrap();
}

/// Another server of the same practice, with a scanner of its own.
fn beside(town: &Town, scanner: Arc<dyn Scanner>) -> Arc<Services> {
    Arc::new(Services {
        files: FileRoom::new(town.vault.clone(), scanner),
        store: town.services.store.clone(),
        clock: town.services.clock.clone(),
        random: town.services.random.clone(),
        safe: town.services.safe.clone(),
        mailer: town.services.mailer.clone(),
        mail_writer: town.services.mail_writer.clone(),
        printer: town.services.printer.clone(),
        hasher: Hasher::new(),
        courtesy: Arc::default(),
        base_url: town.services.base_url.clone(),
        set_up_code: town.services.set_up_code.clone(),
    })
}

/// The same person at another server.
fn at(services: &Arc<Services>, ctx: &Ctx) -> Ctx {
    Ctx::new(Arc::clone(services), ctx.origin.clone(), ctx.maybe_actor().cloned())
}

/// Both places of those who look at a whole file are taken, so that the next one waits for them.
async fn crowd(town: &Town) -> tokio::sync::OwnedSemaphorePermit {
    let all = u32::try_from(limits::FILES_FINISHING).unwrap();
    town.services.files.finishing.clone().acquire_many_owned(all).await.unwrap()
}

/// Begins to finish a file, which then waits for its turn.
async fn finishing(by: &Ctx, patient: PatientId, id: FileId) -> tokio::task::JoinHandle<Result<Sent>> {
    let by = by.clone();
    let task = tokio::spawn(async move { files::finish(&by, patient, id).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!task.is_finished());
    task
}

// S0-21, PT-06, PR-01
async fn a_file_is_sent_listed_and_opened(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    let desk = town.user(group, "desk@harbour.example", Level::CalendarContacts).await;
    let bytes = large();
    let room = own(&lien, patient).await.room.unwrap();
    let all = Room { largest: limits::FILE, bytes: limits::FILES_BYTES, files: limits::FILES };
    assert_eq!(room, all);
    let begun = files::begin(&lien, patient, &form("Überweisung.PDF", bytes.len())).await.unwrap();
    let id = begun.id;
    let upload = |pieces| Upload { id, size: 600 * 1024, piece: limits::FILE_PIECE, pieces };
    assert_eq!(begun, upload(0));
    for number in 0..3 {
        let came = files::piece(&lien, patient, id, number, piece_of(&bytes, number)).await.unwrap();
        assert_eq!(came, upload(number + 1));
        assert_eq!(files::progress(&lien, patient, id).await.unwrap(), upload(number + 1));
    }
    // It is nobody's to see before it is whole.
    assert!(own(&lien, patient).await.files.rows.is_empty() && listed(&owner, patient).await.files.rows.is_empty());
    town.clock.pass(Span::minutes(5));
    assert_eq!(files::finish(&lien, patient, id).await.unwrap(), Sent { id, state: FileState::Kept });
    not_found(files::progress(&lien, patient, id).await);
    assert_eq!(town.vault.names(), [blob(id)], "one place, and no pieces");
    let kept = town.vault.bytes(&blob(id));
    assert!(!kept.windows(64).any(|window| window == &bytes[..64]), "sealed");

    assert_eq!(bell(&owner).await, (1, 1));
    let list = listed(&owner, patient).await;
    let row = FileRow {
        id,
        name: Some("Überweisung.PDF".into()),
        kind: FileType::Pdf,
        category: FileCategory::Referral,
        size: 600 * 1024,
        state: FileState::Kept,
        sender: Sender::Portal { is_patient: true },
        at: owner.now(),
        in_portal: true,
        by_practice: false,
    };
    assert!(list.files.rows == [row.clone()] && list.may_read && list.may_manage);
    let left = Room { bytes: all.bytes - 600 * 1024, files: all.files - 1, ..all };
    assert_eq!(list.room, Some(left));
    assert_eq!(bell(&owner).await, (1, 0), "whoever looks at the list has seen it");
    assert!(content(&owner, patient, id).await.unwrap() == bytes);
    assert!(content(&lien, patient, id).await.unwrap() == bytes);
    for who in [&owner, &lien] {
        let download = files::show(who, patient, id).await.unwrap();
        assert_eq!((download.name.as_str(), download.kind, download.pieces()), ("Überweisung.PDF", FileType::Pdf, 3));
    }

    // The front desk sees that it came, and neither what it is called nor what is in it.
    assert_eq!(bell(&desk).await, (1, 1));
    let list = listed(&desk, patient).await;
    assert!(list.files.rows == [FileRow { name: None, ..row }] && !list.may_read && !list.may_manage);
    assert_eq!(list.room, Some(left), "it may add some");
    not_found(files::open(&desk, patient, id).await);
    not_found(files::show(&desk, patient, id).await);

    let list = own(&lien, patient).await;
    assert_eq!((list.files.rows.len(), list.room, list.time_zone.as_str()), (1, Some(left), "Australia/Sydney"));
    let expected = OwnFileRow {
        id,
        name: "Überweisung.PDF".into(),
        kind: FileType::Pdf,
        category: FileCategory::Referral,
        size: 600 * 1024,
        state: FileState::Kept,
        own: true,
        from_practice: false,
        at: owner.now(),
        unread: false,
    };
    assert!(list.files.rows == [expected]);
}

// PT-05, PT-06, PT-15, TG-01: refused without a word that there is such a file.
async fn it_is_there_for_nobody_else(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    let (mum, _) = mother(&town, &owner, patient, "mum@example.org", terms(Role::View, Sees::Clinical)).await;
    let (aunt, _) = mother(&town, &owner, patient, "aunt@example.org", terms(Role::Edit, Sees::Administrative)).await;
    let other = town.patient(&owner, "Bob", "Lee").await;
    let bob = town.portal_user(&owner, other, "bob@example.org").await;
    let Staff { owner: elsewhere, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let theirs = town.patient(&elsewhere, "Not", "Ours").await;
    let stranger = town.portal_user(&elsewhere, theirs, "stranger@example.org").await;
    let noor = town.user(group, "noor@harbour.example", Level::Personal).await;

    let bytes = large();
    let id = sent(&lien, patient, "One.pdf", &bytes).await;
    let on_its_way = begun(&lien, patient, "Two.pdf", &bytes, 1).await;
    let added = sent(&owner, patient, "Added.pdf", &pdf(10)).await;
    for (who, of) in [
        (&bob, patient),
        (&bob, other),
        (&stranger, patient),
        (&stranger, theirs),
        (&elsewhere, patient),
        (&elsewhere, theirs),
        (&noor, patient),
        (&owner, other),
    ] {
        for file in [id, added, on_its_way] {
            not_found(files::open(who, of, file).await);
            not_found(files::progress(who, of, file).await);
            not_found(files::piece(who, of, file, 1, piece_of(&bytes, 1)).await);
            not_found(files::finish(who, of, file).await);
            not_found(files::give_up(who, of, file).await);
        }
    }
    // PT-15: into the record of another, by whoever it is.
    for who in [&bob, &stranger, &elsewhere, &noor] {
        not_found(files::begin(who, patient, &form("Mine.pdf", 10)).await);
        not_found(files::list(who, patient, &PageRequest::default()).await.or_else(|error| match error {
            // The portal's people have no such list at all.
            Error::Forbidden(Refusal::Door) => files_gone(),
            other => Err(other),
        }));
    }
    for who in [&bob, &stranger] {
        not_found(files::list_own(who, patient, &PageRequest::default()).await);
    }
    for who in [&elsewhere, &noor] {
        not_found(files::rename(who, patient, id, "Mine.pdf", "other").await);
        not_found(files::share(who, patient, added).await);
        not_found(files::unshare(who, patient, added).await);
        not_found(files::remove(who, patient, id).await);
    }
    for who in [&lien, &mum] {
        assert_eq!(forbidden(files::remove(who, patient, id).await), Refusal::Door);
        assert_eq!(forbidden(files::share(who, patient, added).await), Refusal::Door);
    }
    let nobody = town.anon();
    assert!(matches!(files::open(&nobody, patient, id).await, Err(Error::NotSignedIn)));
    assert!(matches!(files::begin(&nobody, patient, &form("A.pdf", 9)).await, Err(Error::NotSignedIn)));

    // In the same record: what one sent oneself; what came from the portal for who sees all of it; nothing that is not shared.
    let hers = sent(&aunt, patient, "Hers.pdf", &bytes).await;
    assert_eq!(own_ids(&lien, patient).await, [hers, id]);
    assert_eq!(own_ids(&mum, patient).await, [hers, id]);
    assert_eq!(own_ids(&aunt, patient).await, [hers]);
    let senders: Vec<_> = own_rows(&lien, patient).await.iter().map(|row| (row.own, row.from_practice)).collect();
    assert_eq!(senders, [(false, false), (true, false)]);
    assert!(
        content(&mum, patient, id).await.unwrap() == bytes && content(&lien, patient, hers).await.unwrap() == bytes
    );
    for (who, file) in [(&aunt, id), (&aunt, added), (&lien, added), (&mum, added)] {
        not_found(files::open(who, patient, file).await);
    }
    // Nor is what is on its way anybody's but its sender's, in the same record.
    for who in [&aunt, &owner] {
        not_found(files::progress(who, patient, on_its_way).await);
        not_found(files::piece(who, patient, on_its_way, 1, piece_of(&bytes, 1)).await);
        not_found(files::finish(who, patient, on_its_way).await);
        not_found(files::give_up(who, patient, on_its_way).await);
    }
    // Who may only look sends nothing, and is told so.
    assert_eq!(forbidden(files::begin(&mum, patient, &form("A.pdf", 9)).await), Refusal::ReadOnly);
    assert_eq!(own(&mum, patient).await.room, None);
    assert_eq!(files::progress(&lien, patient, on_its_way).await.unwrap().pieces, 1);
    assert_eq!(listed(&owner, patient).await.files.rows.len(), 3);
    assert!(own_ids(&bob, other).await.is_empty() && own_ids(&stranger, theirs).await.is_empty());
}

fn files_gone() -> Result<Files> {
    Err(Error::NotFound)
}

// PT-15
async fn a_closed_record_takes_and_shows_nothing(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let id = sent(&lien, patient, "One.pdf", &bytes).await;
    let on_its_way = all_there(&lien, patient, "Two.pdf", &bytes).await;
    for status in ["blocked", "deceased"] {
        set_status(&owner, patient, status).await;
        not_found(files::begin(&lien, patient, &form("Three.pdf", 10)).await);
        not_found(files::piece(&lien, patient, on_its_way, 2, piece_of(&bytes, 2)).await);
        not_found(files::progress(&lien, patient, on_its_way).await);
        not_found(files::finish(&lien, patient, on_its_way).await);
        not_found(files::give_up(&lien, patient, on_its_way).await);
        not_found(files::open(&lien, patient, id).await);
        not_found(files::list_own(&lien, patient, &PageRequest::default()).await);
        assert_eq!(listed(&owner, patient).await.files.rows.len(), 1);
        assert!(content(&owner, patient, id).await.unwrap() == bytes, "the practice keeps it");
    }
    set_status(&owner, patient, "inactive").await;
    files::finish(&lien, patient, on_its_way).await.unwrap();
    assert_eq!(own_ids(&lien, patient).await, [on_its_way, id]);
}

// UP-12
async fn access_that_ends_on_the_way(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let half = begun(&lien, patient, "Half.pdf", &bytes, 2).await;
    let all = all_there(&lien, patient, "All.pdf", &bytes).await;
    suspend(&owner, patient, LIEN).await;
    not_found(files::piece(&lien, patient, half, 2, piece_of(&bytes, 2)).await);
    not_found(files::finish(&lien, patient, half).await);
    not_found(files::finish(&lien, patient, all).await);
    not_found(files::begin(&lien, patient, &form("More.pdf", 10)).await);
    assert_eq!(town.engine.count("files").await, 0);
    assert_eq!(town.engine.audited(Action::FileAdded).await, 0);
    assert_eq!(bell(&owner).await, (0, 0));
    assert!(!town.vault.names().contains(&format!("{}.2", blob(half))), "not a further byte");
    assert!(town.vault.names().iter().all(|name| name.contains('.')), "no whole file");
    town.clock.pass(rest(1));
    files::sweep(&town.services, &|| false).await.unwrap();
    assert_eq!((town.engine.count("uploads").await, town.vault.names()), (0, Vec::new()));
}

// UP-12: at the last moment there is.
async fn access_that_ends_while_it_is_finished(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = all_there(&lien, patient, "One.pdf", &large()).await;
    let crowd = crowd(&town).await;
    let task = finishing(&lien, patient, id).await;
    suspend(&owner, patient, LIEN).await;
    drop(crowd);
    not_found(task.await.unwrap());
    assert_eq!((town.engine.count("files").await, town.engine.audited(Action::FileAdded).await), (0, 0));
    assert_eq!(bell(&owner).await, (0, 0));
    not_found(files::open(&owner, patient, id).await);
    // What was put into the vault for it stays with nobody.
    town.clock.pass(rest(1));
    files::sweep(&town.services, &|| false).await.unwrap();
    assert!(town.vault.names().is_empty());
}

// UP-12, PR-01: the same in the console.
async fn a_colleague_whose_access_ends_on_the_way(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    let bytes = large();
    let half = begun(&tom, patient, "Half.pdf", &bytes, 1).await;
    let all = all_there(&tom, patient, "All.pdf", &bytes).await;
    let kept = sent(&tom, patient, "Kept.pdf", &bytes).await;
    relationships::set(&owner, patient, id_of(&tom), None, Wanted::Revoked).await.unwrap();
    not_found(files::piece(&tom, patient, half, 1, piece_of(&bytes, 1)).await);
    not_found(files::finish(&tom, patient, all).await);
    not_found(files::open(&tom, patient, kept).await);
    not_found(files::list(&tom, patient, &PageRequest::default()).await);
    assert_eq!(town.engine.count("files").await, 1);
}

/// So many more rows of a file that is there, behind the services' back.
async fn copies(town: &Town, id: FileId, count: u64) {
    let (random, of) = if town.engine.is_sqlite() {
        ("randomblob(16)", format!("x'{}'", blob(id)))
    } else {
        ("gen_random_uuid()", format!("'{}'", id.uuid()))
    };
    town.engine
        .execute(&format!(
            "INSERT INTO files (group_id, id, patient_id, name, kind, category, size, digest, key_number, sealed_key,
                 state, found, sender_user_id, sender_account_id, shared_at, added_at)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             SELECT f.group_id, {random}, f.patient_id, f.name, f.kind, f.category, f.size, f.digest, f.key_number,
                 f.sealed_key, f.state, f.found, f.sender_user_id, f.sender_account_id, f.shared_at, f.added_at
             FROM files f CROSS JOIN n
             WHERE f.id = {of}"
        ))
        .await;
}

// UP-08
async fn only_so_many_files(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let other = town.patient(&owner, "Bob", "Lee").await;
    let id = sent(&lien, patient, "One.pdf", &pdf(10)).await;
    copies(&town, id, limits::FILES - 2).await;
    assert_eq!(own(&lien, patient).await.room.unwrap().files, 1);
    // One on its way takes its place beforehand.
    let last = begun(&lien, patient, "Last.pdf", &pdf(10), 1).await;
    for by in [&lien, &owner] {
        assert_eq!(conflict(files::begin(by, patient, &form("Over.pdf", 10)).await), Conflict::NoRoomForFile);
    }
    assert_eq!(listed(&owner, patient).await.room.unwrap().files, 0);
    files::finish(&lien, patient, last).await.unwrap();
    assert_eq!(conflict(files::begin(&lien, patient, &form("Over.pdf", 10)).await), Conflict::NoRoomForFile);
    assert_eq!(town.engine.count("uploads").await, 0, "nothing was begun");
    sent(&owner, other, "One.pdf", &pdf(10)).await;
    files::remove(&owner, patient, id).await.unwrap();
    sent(&lien, patient, "Again.pdf", &pdf(10)).await;
}

// UP-08
async fn only_so_many_bytes(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let other = town.patient(&owner, "Bob", "Lee").await;
    for (name, size, problem) in [
        ("Large.pdf", limits::FILE + 1, Problem::FileTooLarge),
        ("Huge.pdf", u64::MAX, Problem::FileTooLarge),
        ("Empty.pdf", 0, Problem::FileEmpty),
    ] {
        let form = FileForm { size, ..form(name, 0) };
        assert_eq!(invalid(files::begin(&lien, patient, &form).await).of("file"), Some(problem));
    }
    sent(&lien, patient, "One.pdf", &pdf(10)).await;
    town.engine.execute(&format!("UPDATE files SET size = {}", limits::FILES_BYTES - 100)).await;
    assert_eq!(own(&lien, patient).await.room.unwrap().bytes, 100);
    let over = files::begin(&lien, patient, &form("Over.pdf", 101)).await;
    assert_eq!(conflict(over), Conflict::NoRoomForFile);
    let last = begun(&lien, patient, "Last.pdf", &pdf(100), 1).await;
    assert_eq!(conflict(files::begin(&owner, patient, &form("Over.pdf", 9)).await), Conflict::NoRoomForFile);
    files::give_up(&lien, patient, last).await.unwrap();
    sent(&lien, patient, "Last.pdf", &pdf(100)).await;
    assert_eq!(conflict(files::begin(&lien, patient, &form("Over.pdf", 9)).await), Conflict::NoRoomForFile);
    // Another patient has room, as long as the practice has.
    sent(&owner, other, "Other.pdf", &pdf(100)).await;
    town.engine.execute(&format!("UPDATE file_usage SET bytes = {}", limits::GROUP_BYTES - 50)).await;
    assert_eq!(listed(&owner, other).await.room.unwrap().bytes, 50);
    assert_eq!(conflict(files::begin(&owner, other, &form("Over.pdf", 51)).await), Conflict::NoRoomForFile);
    sent(&owner, other, "Fits.pdf", &pdf(50)).await;
    assert_eq!(conflict(files::begin(&owner, other, &form("Over.pdf", 9)).await), Conflict::NoRoomForFile);
    // More bytes than were announced are not taken.
    town.engine.execute("UPDATE file_usage SET bytes = 0").await;
    let id = files::begin(&owner, other, &form("Short.pdf", 10)).await.unwrap().id;
    let long = files::piece(&owner, other, id, 0, pdf(11)).await;
    assert_eq!(conflict(long), Conflict::NotTheNextPiece);
}

// UP-08
async fn only_so_many_at_once(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    let bytes = pdf(10);
    let mut ids = Vec::new();
    for n in 0..limits::UPLOADS {
        ids.push(begun(&lien, patient, &format!("{n}.pdf"), &bytes, 0).await);
    }
    for _ in 0..2 {
        let over = files::begin(&lien, patient, &form("Over.pdf", 10)).await;
        assert_eq!(conflict(over), Conflict::TooManyUploads);
    }
    // That is nothing to anybody else.
    begun(&owner, patient, "Other.pdf", &bytes, 0).await;
    files::give_up(&lien, patient, ids[0]).await.unwrap();
    let again = begun(&lien, patient, "Again.pdf", &bytes, 1).await;
    assert_eq!(conflict(files::begin(&lien, patient, &form("Over.pdf", 10)).await), Conflict::TooManyUploads);
    files::finish(&lien, patient, again).await.unwrap();
    begun(&lien, patient, "More.pdf", &bytes, 0).await;
    // Nor may all of a group together send more at once than its server can take.
    let all = i64::from(limits::GROUP_UPLOADS);
    let mut on_their_way = town.engine.count("uploads").await;
    let mut n = 0;
    while on_their_way < all {
        let user = town.user(group, &format!("u{n}@harbour.example"), Level::Clinical).await;
        n += 1;
        for _ in 0..limits::UPLOADS.min(u32::try_from(all - on_their_way).unwrap()) {
            begun(&user, patient, "A.pdf", &bytes, 0).await;
            on_their_way += 1;
        }
    }
    let late = town.user(group, "late@harbour.example", Level::Clinical).await;
    assert_eq!(conflict(files::begin(&late, patient, &form("Over.pdf", 10)).await), Conflict::TooManyUploads);
}

/// With the scanner's virus where one piece ends and the next begins.
fn infected() -> Bytes {
    let mut bytes = large().to_vec();
    let from = usize::try_from(limits::FILE_PIECE).unwrap() - VIRUS.len() / 2;
    bytes[from..from + VIRUS.len()].copy_from_slice(VIRUS.as_bytes());
    bytes.into()
}

// UP-01
async fn a_virus_that_is_found(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    let desk = town.user(group, "desk@harbour.example", Level::CalendarContacts).await;
    town.scanner.set(Scans::Word(VIRUS));
    let harmless = sent(&lien, patient, "Harmless.pdf", &large()).await;
    listed(&owner, patient).await;
    let found = finished(&lien, patient, "Virus.pdf", &infected()).await.unwrap();
    assert_eq!(found.state, FileState::Infected);
    assert_eq!(town.vault.names(), [blob(harmless)], "nothing of it is kept");
    assert_eq!((bell(&owner).await, bell(&desk).await), ((2, 1), (1, 1)));
    let row = listed(&owner, patient).await.files.rows.remove(0);
    assert_eq!((row.id, row.state, row.name.as_deref()), (found.id, FileState::Infected, Some("Virus.pdf")));
    let row = own(&lien, patient).await.files.rows.remove(0);
    assert_eq!((row.id, row.state), (found.id, FileState::Infected));
    for who in [&owner, &lien] {
        assert_eq!(conflict(files::open(who, patient, found.id).await), Conflict::FileInfected);
    }
    // The practice's own is not shown to anybody either.
    let own_one = finished(&owner, patient, "Ours.pdf", &infected()).await.unwrap();
    assert_eq!(own_one.state, FileState::Infected);
    assert_eq!(conflict(files::share(&owner, patient, own_one.id).await), Conflict::FileInfected);
    assert_eq!(own_ids(&lien, patient).await, [found.id, harmless]);
    // Whoever finishes it again is told the same, and the scanner is not asked again.
    town.scanner.set(Scans::Never);
    assert_eq!(files::finish(&lien, patient, found.id).await.unwrap(), found);
    let chain = town.engine.chain(&group.to_string()).await;
    let added: Vec<_> = chain.iter().filter(|entry| entry.action == Action::FileAdded.code()).collect();
    let details: Vec<_> = added.iter().map(|entry| entry.detail.clone()).collect();
    let id = found.id;
    assert_eq!(details, [harmless.to_string(), format!("{id} infected"), format!("{} infected", own_one.id)]);
    files::remove(&owner, patient, found.id).await.unwrap();
    assert_eq!(town.vault.names(), [blob(harmless)]);
}

// UP-01
async fn a_scanner_that_does_not_answer(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    town.scanner.set(Scans::Silent);
    let wait = async |by: &Ctx, name: &str, bytes: &Bytes| {
        let sent = finished(by, patient, name, bytes).await.unwrap();
        assert_eq!(sent.state, FileState::Waiting);
        sent.id
    };
    let clean = wait(&lien, "Clean.pdf", &large()).await;
    let bad = wait(&lien, "Bad.pdf", &infected()).await;
    let ours = wait(&owner, "Ours.pdf", &large()).await;
    assert_eq!(town.vault.names(), [blob(clean), blob(bad), blob(ours)]);
    assert_eq!(bell(&owner).await, (1, 1));
    let states = async || listed(&owner, patient).await.files.rows.into_iter().map(|row| row.state).collect::<Vec<_>>();
    let scan = async || files::scan_waiting(&town.services, &|| false).await.unwrap();
    // Until it does, nobody opens any of them.
    assert_eq!(scan().await, 0);
    for id in [clean, bad] {
        for who in [&owner, &lien] {
            assert_eq!(conflict(files::open(who, patient, id).await), Conflict::FileWaits);
        }
    }
    assert_eq!(conflict(files::share(&owner, patient, ours).await), Conflict::FileWaits);
    assert_eq!(states().await, [FileState::Waiting; 3]);
    assert_eq!(files::finish(&lien, patient, bad).await.unwrap().state, FileState::Waiting);
    town.scanner.set(Scans::Word(VIRUS));
    assert_eq!(files::scan_waiting(&town.services, &|| true).await.unwrap(), 0, "the server is being stopped");
    assert_eq!(scan().await, 3);
    assert_eq!(states().await, [FileState::Kept, FileState::Infected, FileState::Kept]);
    assert_eq!(town.vault.names(), [blob(clean), blob(ours)]);
    for who in [&owner, &lien] {
        assert!(content(who, patient, clean).await.unwrap() == large());
        assert_eq!(conflict(files::open(who, patient, bad).await), Conflict::FileInfected);
    }
    assert_eq!(files::finish(&lien, patient, bad).await.unwrap().state, FileState::Infected);
    let chain = town.engine.chain(&group.to_string()).await;
    let entries: Vec<_> = chain.iter().filter(|entry| entry.action == Action::FileInfected.code()).collect();
    let [entry] = entries[..] else { panic!("{entries:?}") };
    assert_eq!(
        (entry.actor.as_str(), &entry.subject, &entry.detail),
        ("scanner", &patient.to_string(), &bad.to_string())
    );
    assert_eq!(scan().await, 0, "nothing waits any more");
    files::share(&owner, patient, ours).await.unwrap();
    // Whoever gives their scanner up waits for none.
    town.scanner.set(Scans::Silent);
    let last = wait(&lien, "Last.pdf", &pdf(10)).await;
    town.scanner.set(Scans::Never);
    assert_eq!(scan().await, 1);
    assert!(content(&lien, patient, last).await.is_ok());
}

/// A scanner that says the same of everything, and during whose first work something else is done.
struct Meanwhile(Verdict, Mutex<Option<BoxFuture<'static, ()>>>);

impl Meanwhile {
    fn finds(work: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        Arc::new(Self(Verdict::Infected { what: "Test-Virus".into() }, Mutex::new(Some(Box::pin(work)))))
    }

    fn misses(work: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        Arc::new(Self(Verdict::Clean, Mutex::new(Some(Box::pin(work)))))
    }
}

#[async_trait]
impl Scanner for Meanwhile {
    fn configured(&self) -> bool {
        true
    }

    async fn scan(
        &self,
        pieces: BoxStream<'_, std::result::Result<Bytes, BoxError>>,
    ) -> std::result::Result<Verdict, Unscanned> {
        assert!(pieces.collect::<Vec<_>>().await.iter().all(std::result::Result::is_ok));
        let work = self.1.lock().unwrap().take();
        if let Some(work) = work {
            work.await;
        }
        Ok(self.0.clone())
    }
}

// UP-01: by two servers at once, or while the file is taken out of the record: the trail says once what became of it, or nothing.
async fn a_scanner_that_is_asked_twice(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    town.scanner.set(Scans::Silent);
    let twice = finished(&lien, patient, "Twice.pdf", &infected()).await.unwrap().id;
    let other = beside(&town, Meanwhile::finds(async {}));
    let work = async move { assert_eq!(files::scan_waiting(&other, &|| false).await.unwrap(), 1) };
    let one = beside(&town, Meanwhile::finds(work));
    files::scan_waiting(&one, &|| false).await.unwrap();
    assert_eq!(town.engine.audited(Action::FileInfected).await, 1);
    assert_eq!(conflict(files::open(&owner, patient, twice).await), Conflict::FileInfected);

    let gone = finished(&lien, patient, "Gone.pdf", &infected()).await.unwrap().id;
    let by = owner.clone();
    let work = async move { files::remove(&by, patient, gone).await.unwrap() };
    let one = beside(&town, Meanwhile::finds(work));
    files::scan_waiting(&one, &|| false).await.unwrap();
    assert_eq!(town.engine.audited(Action::FileInfected).await, 1, "there was no such file any more");
    not_found(files::open(&owner, patient, gone).await);
    assert!(town.vault.names().is_empty());
}

// UP-01: what is damaged where it is kept does not keep everybody else's files waiting.
async fn what_cannot_be_read_holds_up_nobody(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    town.scanner.set(Scans::Silent);
    let mut damaged = Vec::new();
    for n in 0..25 {
        let id = finished(&lien, patient, &format!("{n}.pdf"), &pdf(10)).await.unwrap().id;
        town.vault.put_in_place(&blob(id), Bytes::from_static(b"something else"));
        damaged.push(id);
    }
    let whole = finished(&lien, patient, "Whole.pdf", &large()).await.unwrap().id;
    town.scanner.set(Scans::Word(VIRUS));
    assert_eq!(files::scan_waiting(&town.services, &|| false).await.unwrap(), 1);
    assert!(content(&owner, patient, whole).await.unwrap() == large());
    // Nobody has looked into those, so nobody opens them; and nothing was taken away.
    for id in damaged {
        assert_eq!(conflict(files::open(&owner, patient, id).await), Conflict::FileWaits);
        assert!(town.vault.names().contains(&blob(id)));
    }
    // The same when it is the scanner that falls silent: then there is nothing to go on for.
    town.scanner.set(Scans::Silent);
    assert_eq!(files::scan_waiting(&town.services, &|| false).await.unwrap(), 0);
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let summed = [kind.as_slice(), body].concat();
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &summed, &crc32fast::hash(&summed).to_be_bytes()].concat()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let parts = [chunk(b"IHDR", &header), chunk(b"IDAT", b"points"), chunk(b"IEND", b"")].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &parts].concat()
}

// UP-02
async fn what_is_not_taken_leaves_nothing(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    for name in ["a.html", "a.svg", "a.exe", "a.pdf.exe", "a", "a.docm"] {
        let refused = invalid(files::begin(&lien, patient, &form(name, 10)).await);
        assert_eq!(refused.of("file"), Some(Problem::FileType), "{name}");
    }
    assert_eq!(invalid(files::begin(&lien, patient, &form(" ", 10)).await).of("file"), Some(Problem::Missing));
    let wrong = FileForm { category: "x".into(), ..form("a.pdf", 10) };
    assert_eq!(invalid(files::begin(&lien, patient, &wrong).await).of("category"), Some(Problem::NotAChoice));
    assert_eq!(town.engine.count("uploads").await, 0);

    let page = [b"<!DOCTYPE html><script>alert(1)</script>".as_slice(), &[b' '; 300_000]].concat();
    let cases: [(&str, Vec<u8>, Problem); 8] = [
        ("page.png", page.clone(), Problem::FileType),
        ("page.txt", page.clone(), Problem::FileType),
        ("page.pdf", page, Problem::FileType),
        ("program.pdf", b"MZ\x90\0\x03\0\0\0".to_vec(), Problem::FileType),
        ("letter.jpg", large().to_vec(), Problem::FileNotWhatItSays),
        ("picture.pdf", png(10, 10), Problem::FileNotWhatItSays),
        ("cut.png", png(10, 10)[..30].to_vec(), Problem::FileDamaged),
        ("huge.png", png(limits::PICTURE_SIDE + 1, 10), Problem::FileTooLarge),
    ];
    for (name, bytes, problem) in cases {
        for by in [&lien, &owner] {
            let id = all_there(by, patient, name, &bytes.clone().into()).await;
            let refused = invalid(files::finish(by, patient, id).await);
            assert_eq!(refused.of("file"), Some(problem), "{name}");
            assert!(town.vault.names().is_empty(), "{name}");
            not_found(files::progress(by, patient, id).await);
            not_found(files::finish(by, patient, id).await);
        }
    }
    assert_eq!((town.engine.count("uploads").await, town.engine.count("files").await), (0, 0));
    assert_eq!(town.engine.audited(Action::FileAdded).await, 0);
    assert_eq!(bell(&owner).await, (0, 0));
    // And what is taken is taken under its own name.
    for (name, bytes, kind) in
        [("a.PNG", png(10, 10), FileType::Png), ("a.txt", "CRP <5 mg/l, Señora".as_bytes().to_vec(), FileType::Text)]
    {
        let id = sent(&lien, patient, name, &bytes.clone().into()).await;
        assert!(content(&owner, patient, id).await.unwrap() == bytes);
        assert_eq!(files::open(&owner, patient, id).await.unwrap().kind, kind);
    }
}

/// As a phone takes it: where it was, in which way it was held, and a small copy behind its end.
fn jpeg(secret: &[u8]) -> Bytes {
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    };
    let exif = [
        b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x88\x25\0\x04\0\0\0\x01\0\0\0\x40".as_slice(),
        &[0; 4],
        secret,
    ];
    let scan = b"\x12\x34\x56coded points".repeat(30_000);
    [
        b"\xff\xd8".to_vec(),
        segment(0xe1, &exif.concat()),
        segment(0xfe, secret),
        segment(0xc0, &[8, 0, 100, 0, 100, 1, 1, 0x11, 0]),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        scan,
        b"\xff\xd9".to_vec(),
        secret.to_vec(),
    ]
    .concat()
    .into()
}

// UP-11
async fn a_picture_loses_where_it_was_taken(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let secret = b"GPS 33.8568 S 151.2153 E";
    let taken = jpeg(secret);
    assert!(taken.len() as u64 > limits::FILE_PIECE, "of two pieces");
    let id = sent(&lien, patient, "Knee.jpg", &taken).await;
    let kept = content(&owner, patient, id).await.unwrap();
    assert!(!kept.windows(5).any(|window| window == b"151.2"), "where it was taken");
    let points = b"coded points".as_slice();
    let count = |bytes: &Bytes| bytes.windows(points.len()).filter(|window| *window == points).count();
    assert_eq!(count(&kept), 30_000, "nothing of the picture");
    assert!(kept.starts_with(b"\xff\xd8") && kept.ends_with(b"\xff\xd9"));
    assert!(kept.windows(10).any(|window| window == b"\x01\x12\0\x03\0\0\0\x01\0\x06"), "which way is up stays");
    let row = only_row(&owner, patient).await;
    assert_eq!((row.kind, row.size), (FileType::Jpeg, kept.len() as u64));
    assert!(row.size < taken.len() as u64);
    let room = own(&lien, patient).await.room.unwrap();
    assert_eq!(room.bytes, limits::FILES_BYTES - row.size, "what is not kept takes no room");
}

async fn what_comes_twice_counts_once(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    for (n, by) in [&lien, &owner].into_iter().enumerate() {
        let id = begun(by, patient, "One.pdf", &bytes, 0).await;
        let piece = async |number, bytes| files::piece(by, patient, id, number, bytes).await;
        // Not out of turn, not of another size, not more than there are.
        assert_eq!(conflict(piece(1, piece_of(&bytes, 1)).await), Conflict::NotTheNextPiece);
        for wrong in [Bytes::new(), pdf(9), bytes.slice(..262_145)] {
            assert_eq!(conflict(piece(0, wrong).await), Conflict::NotTheNextPiece);
        }
        assert_eq!(conflict(files::finish(by, patient, id).await), Conflict::PiecesMissing);
        assert_eq!(town.vault.names().len(), n, "nothing of that was kept");
        piece(0, piece_of(&bytes, 0)).await.unwrap();
        piece(1, piece_of(&bytes, 1)).await.unwrap();
        // The answers to these were lost: what is sent again is what is here, also when it is not the same.
        for (number, again) in [(1, piece_of(&bytes, 1)), (0, piece_of(&bytes, 0)), (0, piece_of(&bytes, 1))] {
            assert_eq!(piece(number, again).await.unwrap().pieces, 2);
        }
        assert_eq!(conflict(files::finish(by, patient, id).await), Conflict::PiecesMissing);
        assert_eq!(conflict(piece(2, piece_of(&bytes, 1)).await), Conflict::NotTheNextPiece);
        piece(2, piece_of(&bytes, 2)).await.unwrap();
        for number in [3, 4, u64::MAX] {
            assert_eq!(conflict(piece(number, piece_of(&bytes, 2)).await), Conflict::NotTheNextPiece);
            assert_eq!(conflict(piece(number, Bytes::new()).await), Conflict::NotTheNextPiece);
        }
        let sent = files::finish(by, patient, id).await.unwrap();
        for _ in 0..2 {
            assert_eq!(files::finish(by, patient, id).await.unwrap(), sent);
        }
        not_found(piece(2, piece_of(&bytes, 2)).await);
        not_found(files::give_up(by, patient, id).await);
        assert!(content(&owner, patient, id).await.unwrap() == bytes);
        let counted = i64::try_from(n + 1).unwrap();
        assert_eq!(town.engine.audited(Action::FileAdded).await, counted);
        assert_eq!(town.engine.count("files").await, counted);
        assert_eq!(town.vault.names().len(), n + 1);
    }
    assert_eq!(bell(&owner).await, (1, 1), "of the patient's alone");
}

async fn two_finish_at_once(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    for n in 0..5 {
        let id = all_there(&lien, patient, "One.pdf", &bytes).await;
        let (one, other) = tokio::join!(files::finish(&lien, patient, id), files::finish(&lien, patient, id));
        let sent = Sent { id, state: FileState::Kept };
        assert_eq!((one.unwrap(), other.unwrap()), (sent, sent));
        assert!(content(&owner, patient, id).await.unwrap() == bytes);
        assert_eq!(town.engine.audited(Action::FileAdded).await, n + 1);
        assert_eq!(town.engine.count("files").await, n + 1);
        assert_eq!(town.vault.names().len(), usize::try_from(n + 1).unwrap());
        assert_eq!(bell(&owner).await, (1, 1));
    }
    // And two who send the same piece: it is here once, or said to be.
    let id = begun(&lien, patient, "Two.pdf", &bytes, 1).await;
    let piece = || files::piece(&lien, patient, id, 1, piece_of(&bytes, 1));
    let (one, other) = tokio::join!(piece(), piece());
    for answer in [one, other] {
        let fine = answer.as_ref().is_ok_and(|upload| upload.pieces == 2)
            || matches!(answer, Err(Error::Conflict(Conflict::NotTheNextPiece)));
        assert!(fine, "{answer:?}");
    }
    assert_eq!(files::progress(&lien, patient, id).await.unwrap().pieces, 2);
    files::piece(&lien, patient, id, 2, piece_of(&bytes, 2)).await.unwrap();
    files::finish(&lien, patient, id).await.unwrap();
    assert!(content(&owner, patient, id).await.unwrap() == bytes);
}

/// Whoever asked again before the first answer came, and has to wait until that one is done, on whichever server.
async fn one_finishes_late(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let id = all_there(&lien, patient, "One.pdf", &bytes).await;
    let crowd = crowd(&town).await;
    let late = finishing(&lien, patient, id).await;
    let other = beside(&town, town.scanner.clone());
    let first = files::finish(&at(&other, &lien), patient, id).await.unwrap();
    drop(crowd);
    assert_eq!(late.await.unwrap().unwrap(), first);
    assert!(content(&owner, patient, id).await.unwrap() == bytes);
    assert_eq!((town.engine.audited(Action::FileAdded).await, town.vault.names()), (1, vec![blob(id)]));
}

/// Two servers finish it, and their scanners do not agree: both say what stands in the record.
async fn whoever_is_second_says_what_is_kept(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    for (scans, state) in [
        (Scans::Silent, FileState::Waiting),
        (Scans::Word(VIRUS), FileState::Infected),
        (Scans::Never, FileState::Kept),
    ] {
        for finds in [true, false] {
            town.scanner.set(scans);
            let id = all_there(&lien, patient, "One.pdf", &infected()).await;
            let by = lien.clone();
            let first = async move { assert_eq!(files::finish(&by, patient, id).await.unwrap(), Sent { id, state }) };
            let scanner = if finds { Meanwhile::finds(first) } else { Meanwhile::misses(first) };
            let second = files::finish(&at(&beside(&town, scanner), &lien), patient, id).await.unwrap();
            assert_eq!(second, Sent { id, state });
            assert_eq!(listed(&owner, patient).await.files.rows[0].state, state);
            let opened = content(&owner, patient, id).await;
            match state {
                FileState::Kept => assert!(opened.unwrap() == infected()),
                FileState::Waiting => assert_eq!(conflict(opened), Conflict::FileWaits),
                FileState::Infected => assert_eq!(conflict(opened), Conflict::FileInfected),
            }
        }
    }
    assert_eq!((town.engine.count("files").await, town.engine.audited(Action::FileAdded).await), (6, 6));
    // What the second one put into the vault for a file that held a virus is swept away.
    town.clock.pass(rest(1));
    files::sweep(&town.services, &|| false).await.unwrap();
    assert_eq!(town.vault.names().len(), 4);
}

//
async fn a_full_vault_loses_nothing(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let kept = sent(&lien, patient, "Kept.pdf", &bytes).await;
    let id = begun(&lien, patient, "One.pdf", &bytes, 1).await;
    let full_now = async |by: &Ctx| full(files::begin(by, patient, &form("Other.pdf", 10)).await);
    town.vault.fill(true);
    full_now(&lien).await;
    full_now(&owner).await;
    for _ in 0..2 {
        full(files::piece(&lien, patient, id, 1, piece_of(&bytes, 1)).await);
        assert_eq!(files::progress(&lien, patient, id).await.unwrap().pieces, 1);
    }
    assert_eq!(town.engine.count("uploads").await, 1, "what was refused was not begun");
    assert!(content(&owner, patient, kept).await.unwrap() == bytes, "what is kept is read as ever");
    town.vault.fill(false);
    files::piece(&lien, patient, id, 1, piece_of(&bytes, 1)).await.unwrap();
    files::piece(&lien, patient, id, 2, piece_of(&bytes, 2)).await.unwrap();
    // At the last step.
    town.vault.fill(true);
    for _ in 0..2 {
        full(files::finish(&lien, patient, id).await);
        assert_eq!(files::progress(&lien, patient, id).await.unwrap().pieces, 3);
    }
    assert_eq!((town.engine.count("files").await, town.engine.audited(Action::FileAdded).await), (1, 1));
    // To remove something takes no room.
    files::remove(&owner, patient, kept).await.unwrap();
    town.vault.fill(false);
    files::finish(&lien, patient, id).await.unwrap();
    assert!(content(&owner, patient, id).await.unwrap() == bytes);
    assert_eq!(town.vault.names(), [blob(id)]);
}

//
async fn a_vault_that_is_away_loses_nothing(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let kept = sent(&lien, patient, "Kept.pdf", &bytes).await;
    let gone = sent(&lien, patient, "Gone.pdf", &bytes).await;
    let id = begun(&lien, patient, "One.pdf", &bytes, 2).await;
    let given_up = begun(&lien, patient, "Given up.pdf", &bytes, 2).await;
    town.vault.unplug(true);
    unavailable(files::begin(&lien, patient, &form("Other.pdf", 10)).await);
    unavailable(files::piece(&lien, patient, id, 2, piece_of(&bytes, 2)).await);
    unavailable(content(&owner, patient, kept).await);
    unavailable(files::sweep(&town.services, &|| false).await);
    // The lists are there, and whoever removes something or gives it up is not kept waiting.
    assert_eq!((listed(&owner, patient).await.files.rows.len(), own_ids(&lien, patient).await.len()), (2, 2));
    files::remove(&owner, patient, gone).await.unwrap();
    files::give_up(&lien, patient, given_up).await.unwrap();
    town.vault.unplug(false);
    assert_eq!(files::progress(&lien, patient, id).await.unwrap().pieces, 2);
    files::piece(&lien, patient, id, 2, piece_of(&bytes, 2)).await.unwrap();
    town.vault.unplug(true);
    unavailable(files::finish(&lien, patient, id).await);
    town.vault.unplug(false);
    files::finish(&lien, patient, id).await.unwrap();
    for id in [kept, id] {
        assert!(content(&owner, patient, id).await.unwrap() == bytes);
    }
    // What could not be taken away is swept.
    assert_eq!(town.vault.names().len(), 2 + 1 + 2);
    town.clock.pass(rest(1));
    assert_eq!(files::sweep(&town.services, &|| false).await.unwrap(), 3);
    assert_eq!(town.vault.names(), [blob(kept), blob(id)]);
}

// UP-10
async fn what_is_given_up_leaves_nothing(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    for by in [&lien, &owner] {
        for pieces in [0, 1, 3] {
            let id = begun(by, patient, &format!("{NAME}.pdf"), &bytes, pieces).await;
            assert_eq!(town.vault.names().len() as u64, pieces);
            files::give_up(by, patient, id).await.unwrap();
            not_found(files::give_up(by, patient, id).await);
            not_found(files::progress(by, patient, id).await);
            not_found(files::piece(by, patient, id, pieces, piece_of(&bytes, 0)).await);
            not_found(files::finish(by, patient, id).await);
            assert!(town.vault.names().is_empty());
            assert_eq!((town.engine.count("uploads").await, town.engine.count("files").await), (0, 0));
        }
    }
    assert_eq!(own(&lien, patient).await.room.unwrap().bytes, limits::FILES_BYTES);
    assert_eq!(town.engine.audited(Action::FileAdded).await, 0);
}

// UP-10
async fn what_nobody_knows_is_swept_away(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let kept = sent(&lien, patient, "Kept.pdf", &bytes).await;
    town.scanner.set(Scans::Silent);
    let waiting = finished(&lien, patient, "Waiting.pdf", &bytes).await.unwrap().id;
    let bad = finished(&lien, patient, "Bad.pdf", &infected()).await.unwrap().id;
    let left = town.vault.bytes(&blob(bad));
    town.scanner.set(Scans::Word(VIRUS));
    assert_eq!(files::scan_waiting(&town.services, &|| false).await.unwrap(), 2);
    town.scanner.set(Scans::Silent);
    let still_waiting = finished(&owner, patient, "Still.pdf", &bytes).await.unwrap().id;
    let rests = begun(&lien, patient, "Rests.pdf", &bytes, 2).await;
    let goes_on = begun(&lien, patient, "Goes on.pdf", &bytes, 1).await;
    // As after a crash: pieces of what is whole, what was removed, what was written for a row that was never saved.
    let stranger = FileId::from(uuid::Uuid::from_u128(0xfeed_0000_0000_7000_8000_0000_0000_0001));
    for name in [format!("{}.0", blob(kept)), blob(bad), blob(stranger), format!("{}.7", blob(stranger))] {
        town.vault.put_in_place(&name, left.clone());
    }
    // What somebody else put there; also so much of it that one look does not reach the end.
    let foreign: Vec<String> = (0..5_200).map(|n| format!("0-foreign-{n}")).collect();
    for name in ["readme", "zz-backup.tar", "00.1"].into_iter().chain(foreign.iter().map(String::as_str)) {
        town.vault.put_in_place(name, Bytes::from_static(b"x"));
    }
    let before = town.vault.names();
    let sweep = async || files::sweep(&town.services, &|| false).await.unwrap();
    assert_eq!(sweep().await, 0);
    town.clock.pass(rest(-1));
    files::piece(&lien, patient, goes_on, 1, piece_of(&bytes, 1)).await.unwrap();
    assert_eq!(sweep().await, 0, "what is young may be somebody's at work");
    assert_eq!(town.vault.names().len(), before.len() + 1);
    town.clock.pass(Span::millis(2));
    assert_eq!(files::sweep(&town.services, &|| true).await.unwrap(), 0, "the server is being stopped");
    assert_eq!(sweep().await, 4 + 2);
    assert_eq!(sweep().await, 0);
    let names: BTreeSet<String> = town.vault.names().into_iter().collect();
    let ours: BTreeSet<String> = [blob(kept), blob(waiting), blob(still_waiting)]
        .into_iter()
        .chain([0, 1].map(|number| format!("{}.{number}", blob(goes_on))))
        .collect();
    let theirs: BTreeSet<String> =
        ["readme", "zz-backup.tar", "00.1"].map(str::to_owned).into_iter().chain(foreign).collect();
    assert_eq!(names, ours.union(&theirs).cloned().collect());
    not_found(files::progress(&lien, patient, rests).await);
    not_found(files::finish(&lien, patient, rests).await);
    assert!(content(&owner, patient, kept).await.unwrap() == bytes);
    // What goes on goes on.
    files::piece(&lien, patient, goes_on, 2, piece_of(&bytes, 2)).await.unwrap();
    town.scanner.set(Scans::Never);
    files::finish(&lien, patient, goes_on).await.unwrap();
    assert!(content(&owner, patient, goes_on).await.unwrap() == bytes);
    // However old it is, what is kept stays.
    town.clock.pass(Span::days(4_000));
    sweep().await;
    let lien = town
        .with_token(&town.session(lien.actor().unwrap().account(), domain::account::Door::Portal, None).await)
        .await;
    assert!(content(&lien.unwrap(), patient, kept).await.unwrap() == bytes);
}

// DB-08
async fn a_removed_file_is_gone(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let id = sent(&owner, patient, &format!("{NAME}.pdf"), &bytes).await;
    let stays = sent(&lien, patient, "Stays.pdf", &bytes).await;
    files::share(&owner, patient, id).await.unwrap();
    assert!(content(&lien, patient, id).await.unwrap() == bytes);
    let copy = town.vault.bytes(&blob(id));
    let opened = files::open(&lien, patient, id).await.unwrap();
    files::remove(&owner, patient, id).await.unwrap();
    not_found(files::remove(&owner, patient, id).await);
    assert_eq!(town.vault.names(), [blob(stays)]);
    assert_eq!((town.engine.count("files").await, town.engine.count("file_readings").await), (1, 0));
    let rows = town.engine.texts("SELECT name FROM files").await;
    assert_eq!(rows, ["Stays.pdf"], "and its key went with its row");
    fault(opened.piece(&town.services, 0).await);
    for who in [&owner, &lien] {
        not_found(files::open(who, patient, id).await);
    }
    not_found(files::share(&owner, patient, id).await);
    not_found(files::rename(&owner, patient, id, "New.pdf", "other").await);
    // Nobody brings it back with what was kept of the vault.
    town.vault.put_in_place(&blob(id), copy);
    not_found(files::open(&owner, patient, id).await);
    assert_eq!(own_ids(&lien, patient).await, [stays]);
    // The patient's own is taken out of the record by the practice, too; and nobody says of it that it is there.
    files::remove(&owner, patient, stays).await.unwrap();
    not_found(files::finish(&lien, patient, stays).await);
    assert_eq!(own(&lien, patient).await.room.unwrap().files, limits::FILES);
    assert_eq!(town.engine.audited(Action::FileRemoved).await, 2);
}

// DB-08, R-07: whatever was done to it where it is kept, what comes out is what went in, or nothing.
async fn what_was_changed_is_not_opened(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let (id, other) = (sent(&lien, patient, "One.pdf", &bytes).await, sent(&lien, patient, "Two.pdf", &bytes).await);
    let name = blob(id);
    let kept = town.vault.bytes(&name);
    let theirs = town.vault.bytes(&blob(other));
    let sealed = usize::try_from(limits::FILE_PIECE).unwrap() + 41;
    let (first, second, third) = (kept.slice(..sealed), kept.slice(sealed..2 * sealed), kept.slice(2 * sealed..));
    let changed = |at: usize| {
        let mut bytes = kept.to_vec();
        bytes[at] ^= 1;
        Bytes::from(bytes)
    };
    let joined =
        |parts: &[&Bytes]| Bytes::from(parts.iter().flat_map(|part| part.iter().copied()).collect::<Vec<u8>>());
    // What was done, and which pieces still open.
    let cases: [(&str, Bytes, [bool; 3]); 11] = [
        ("as it was", kept.clone(), [true, true, true]),
        ("a byte of the first changed", changed(100), [false, true, true]),
        ("a byte of the last changed", changed(kept.len() - 50), [true, true, false]),
        ("the last byte changed", changed(kept.len() - 1), [true, true, false]),
        ("cut by a byte", kept.slice(..kept.len() - 1), [true, true, false]),
        ("cut by a piece", kept.slice(..2 * sealed), [true, true, false]),
        ("empty", Bytes::new(), [false, false, false]),
        ("pieces exchanged", joined(&[&second, &first, &third]), [false, false, true]),
        ("a piece twice", joined(&[&first, &first, &third]), [true, false, true]),
        ("of another file", theirs.clone(), [false, false, false]),
        ("a piece of another file", joined(&[&first, &theirs.slice(sealed..2 * sealed), &third]), [true, false, true]),
    ];
    for (what, blob, opens) in cases {
        town.vault.put_in_place(&name, blob);
        for who in [&owner, &lien] {
            let download = files::open(who, patient, id).await.unwrap();
            for number in 0..3 {
                let piece = download.piece(&town.services, number).await;
                if opens[usize::try_from(number).unwrap()] {
                    assert!(piece.unwrap() == piece_of(&bytes, number), "{what} {number}");
                } else {
                    fault(piece);
                }
            }
        }
    }
    // Two files' places exchanged: neither opens, and both do when that is undone.
    town.vault.put_in_place(&name, theirs.clone());
    town.vault.put_in_place(&blob(other), kept.clone());
    for id in [id, other] {
        fault(content(&owner, patient, id).await);
    }
    town.vault.put_in_place(&name, kept);
    town.vault.put_in_place(&blob(other), theirs);
    for id in [id, other] {
        assert!(content(&owner, patient, id).await.unwrap() == bytes);
    }
    // Nor does it help to exchange their keys.
    let swap = |one: FileId, other: FileId| {
        let id =
            |id: FileId| if town.engine.is_sqlite() { format!("x'{}'", blob(id)) } else { format!("'{}'", id.uuid()) };
        format!(
            "UPDATE files SET sealed_key = (SELECT f.sealed_key FROM files f WHERE f.id = {}) WHERE id = {}",
            id(other),
            id(one)
        )
    };
    town.engine.execute(&swap(id, other)).await;
    assert_eq!(conflict(files::open(&owner, patient, id).await), Conflict::FileKeyMissing);
    // What is not there at all.
    services::ports::Vault::remove(&*town.vault, &blob(other)).await.unwrap();
    fault(content(&owner, patient, other).await);
}

async fn what_was_changed_on_its_way_is_not_kept(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let id = all_there(&lien, patient, "One.pdf", &bytes).await;
    let part = |number| format!("{}.{number}", blob(id));
    let [first, second, third] = [0, 1, 2].map(|number| town.vault.bytes(&part(number)));
    let mut changed = first.to_vec();
    changed[40] ^= 1;
    let longer = [&first[..], &[0; 64]].concat();
    for (name, blob) in [
        (part(0), Bytes::from(changed)),
        (part(0), second.clone()),
        (part(1), first.clone()),
        (part(2), third.slice(1..)),
        (part(2), Bytes::new()),
    ] {
        let before = town.vault.bytes(&name);
        town.vault.put_in_place(&name, blob);
        fault(files::finish(&lien, patient, id).await);
        assert_eq!((town.engine.count("files").await, town.vault.names().len()), (0, 3));
        town.vault.put_in_place(&name, before);
    }
    // What hangs on behind a piece is none of it.
    town.vault.put_in_place(&part(0), longer.into());
    files::finish(&lien, patient, id).await.unwrap();
    assert!(content(&owner, patient, id).await.unwrap() == bytes);
}

async fn turned_keys_open_what_was_kept(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let Staff { owner: elsewhere, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let theirs = town.patient(&elsewhere, "Not", "Ours").await;
    let bytes = large();
    assert_eq!(keys::report(&town.services).await.unwrap(), keys::KeyReport::default());
    assert_eq!(keys::turn_group_keys(&town.services).await.unwrap(), 0);
    let mut kept = Vec::new();
    for n in 0..3 {
        kept.push((&owner, patient, sent(&lien, patient, &format!("{n}.pdf"), &bytes).await));
    }
    kept.push((&elsewhere, theirs, sent(&elsewhere, theirs, "Theirs.pdf", &bytes).await));
    let on_its_way = begun(&lien, patient, "Going.pdf", &bytes, 2).await;
    let sealed = async || {
        let hex = if town.engine.is_sqlite() { "hex(sealed_key)" } else { "encode(sealed_key, 'hex')" };
        town.engine.texts(&format!("SELECT {hex} FROM files UNION SELECT {hex} FROM uploads")).await
    };
    let vault: BTreeMap<_, _> =
        town.vault.names().into_iter().map(|name| (name.clone(), town.vault.bytes(&name))).collect();
    for turns in 1..=2 {
        let before: BTreeSet<_> = sealed().await.into_iter().collect();
        assert_eq!(keys::turn_group_keys(&town.services).await.unwrap(), 5);
        let after: BTreeSet<_> = sealed().await.into_iter().collect();
        assert_eq!((after.len(), before.is_disjoint(&after)), (5, true), "every one of them anew");
        assert_eq!(town.engine.count("group_keys").await, 2 + 2 * turns);
        for (name, bytes) in &vault {
            assert!(town.vault.bytes(name) == bytes, "what is in the files is not touched");
        }
        for (who, patient, id) in &kept {
            assert!(content(who, *patient, *id).await.unwrap() == bytes);
        }
    }
    assert_eq!(town.vault.names().len(), vault.len());
    let report = keys::report(&town.services).await.unwrap();
    assert_eq!((report.current, report.older, report.missing), (6, 0, Vec::new()));
    assert_eq!(keys::seal_anew(&town.services).await.unwrap(), 0);
    // What was on its way goes on, and what begins now takes the new key.
    files::piece(&lien, patient, on_its_way, 2, piece_of(&bytes, 2)).await.unwrap();
    keys::turn_group_keys(&town.services).await.unwrap();
    files::finish(&lien, patient, on_its_way).await.unwrap();
    let new = sent(&lien, patient, "New.pdf", &bytes).await;
    for id in [on_its_way, new] {
        assert!(content(&owner, patient, id).await.unwrap() == bytes);
    }
    assert_eq!(town.engine.texts("SELECT DISTINCT CAST(key_number AS TEXT) FROM files").await, ["4"]);
    // While a file is being finished, too.
    let id = all_there(&lien, patient, "Last.pdf", &bytes).await;
    let crowd = crowd(&town).await;
    let task = finishing(&lien, patient, id).await;
    keys::turn_group_keys(&town.services).await.unwrap();
    drop(crowd);
    task.await.unwrap().unwrap();
    assert!(content(&owner, patient, id).await.unwrap() == bytes);
    assert_eq!(town.engine.texts("SELECT DISTINCT CAST(key_number AS TEXT) FROM files").await, ["5"]);
    // No key stands anywhere as it is.
    let dump = town.engine.dump().await;
    for secret in town.random.secrets() {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        // SQLite's file is looked through as it is, PostgreSQL's rows as text.
        let found = dump.contains(if town.engine.is_sqlite() { &secret } else { hex.as_bytes() });
        assert!(!found);
    }
}

async fn a_lost_key_loses_nothing(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let bytes = large();
    let id = sent(&lien, patient, "One.pdf", &bytes).await;
    let going = begun(&lien, patient, "Going.pdf", &bytes, 1).await;
    let whole = all_there(&lien, patient, "Whole.pdf", &bytes).await;
    town.scanner.set(Scans::Silent);
    let waiting = finished(&lien, patient, "Waiting.pdf", &bytes).await.unwrap().id;
    town.scanner.set(Scans::Word(VIRUS));
    let vault: BTreeMap<_, _> =
        town.vault.names().into_iter().map(|name| (name.clone(), town.vault.bytes(&name))).collect();
    let opened = town.engine.audited(Action::FileOpened).await;
    town.safe.lose_key();
    let missing = Conflict::FileKeyMissing;
    for who in [&owner, &lien] {
        assert_eq!(conflict(files::open(who, patient, id).await), missing);
        assert_eq!(conflict(files::begin(who, patient, &form("New.pdf", 10)).await), missing);
    }
    assert_eq!(conflict(files::piece(&lien, patient, going, 1, piece_of(&bytes, 1)).await), missing);
    assert_eq!(conflict(files::finish(&lien, patient, whole).await), missing);
    assert_eq!(files::scan_waiting(&town.services, &|| false).await.unwrap(), 0);
    assert_eq!(town.engine.audited(Action::FileOpened).await, opened, "what did not open was not opened");
    town.clock.pass(rest(-1));
    files::sweep(&town.services, &|| false).await.unwrap();
    assert_eq!(town.vault.names().len(), vault.len());
    for (name, bytes) in &vault {
        assert!(town.vault.bytes(name) == bytes);
    }
    // The list needs no key.
    assert_eq!((listed(&owner, patient).await.files.rows.len(), own_ids(&lien, patient).await.len()), (2, 2));
    assert_eq!(files::progress(&lien, patient, whole).await.unwrap().pieces, 3);
    assert_eq!(town.engine.count("group_keys").await, 1, "and no key was made in the place of it");
    assert_eq!(conflict(files::open(&owner, patient, waiting).await), Conflict::FileWaits);
}

// UP-06
async fn a_name_is_a_line_and_nothing_else(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let hostile = [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\Windows\\win.pdf", "win.pdf"),
        ("a\0b\r\nSet-Cookie: x.pdf", "abSet-Cookie_ x.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("'; DROP TABLE files; --.pdf", "'; DROP TABLE files; --.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
        ("letter\u{202E}fdp.exe.pdf", "letterfdp.exe.pdf"),
        ("%2e%2e%2fx.pdf", "%2e%2e%2fx.pdf"),
        ("Łódź 🦵.pdf", "Łódź 🦵.pdf"),
    ];
    let long = format!("{}.pdf", "x".repeat(5_000));
    let mut ids = Vec::new();
    for (raw, expected) in hostile {
        let id = sent(&lien, patient, raw, &pdf(10)).await;
        assert_eq!(files::open(&owner, patient, id).await.unwrap().name.as_str(), expected);
        assert_eq!(listed(&owner, patient).await.files.rows[0].name.as_deref(), Some(expected));
        assert_eq!(own(&lien, patient).await.files.rows[0].name, expected);
        ids.push(id);
    }
    let id = sent(&lien, patient, &long, &pdf(10)).await;
    let name = files::open(&owner, patient, id).await.unwrap().name;
    assert!(name.as_str().chars().count() == limits::FILE_NAME && name.as_str().ends_with("x.pdf"));
    ids.push(id);
    // Whatever it is called, it is kept under what we call it.
    assert_eq!(town.vault.names(), ids.into_iter().map(blob).collect::<Vec<_>>());
    // The same for one that is named anew.
    files::rename(&owner, patient, id, "..\\x/../Über\u{200B}weisung.PDF", "letter").await.unwrap();
    assert_eq!(files::open(&lien, patient, id).await.unwrap().name.as_str(), "Überweisung.PDF");
}

/// Who may do what, said apart from the code.
struct Rule {
    sees: bool,
    reads: bool,
    read_only: bool,
    names_hidden: bool,
}

impl Rule {
    fn of(level: Level, settings: AccessSettings, treats: bool) -> Self {
        let names_hidden = settings.hide_names && level.role() == UserRole::Administrator;
        let reads = match level {
            Level::Personal | Level::OwnAndContacts => treats,
            Level::Clinical | Level::Full | Level::AdminFull => true,
            Level::CalendarContacts | Level::CalendarContactsFinance => false,
        };
        let sees = level != Level::Personal || treats;
        Self { sees, reads: reads && !names_hidden, read_only: settings.read_only, names_hidden }
    }

    #[track_caller]
    fn manages<T: std::fmt::Debug>(&self, answer: Result<T>) -> bool {
        match answer {
            Ok(_) => assert!(self.reads && !self.read_only),
            Err(Error::Forbidden(Refusal::ReadOnly)) => assert!(self.reads && self.read_only),
            Err(Error::NotFound) => assert!(!self.reads),
            Err(other) => panic!("{other:?}"),
        }
        self.reads && !self.read_only
    }
}

// S0-21, PR-01: for every level, those who treat the patient and those who do not.
async fn who_may_do_what(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    let came = sent(&lien, patient, "Came.pdf", &pdf(10)).await;
    let mut did = BTreeMap::new();
    for level in Level::ALL {
        for treats in [false, true] {
            if treats && level.role() == UserRole::Administrator {
                continue;
            }
            for (n, settings) in [
                AccessSettings::default(),
                AccessSettings { read_only: true, ..AccessSettings::default() },
                AccessSettings { hide_names: true, ..AccessSettings::default() },
            ]
            .into_iter()
            .enumerate()
            {
                let email = format!("{}{treats}{n}@harbour.example", level.code());
                let user = town.user_with(group, &email, level, settings, UserState::Active).await.unwrap();
                if treats {
                    relate(&town, &owner, patient, id_of(&user), Relationship::Granted).await;
                }
                let rule = Rule::of(level, settings, treats);
                let what = format!("{level:?} {settings:?} {treats}");
                let adds = rule.sees && !rule.read_only && !rule.names_hidden;
                match files::list(&user, patient, &PageRequest::default()).await {
                    Ok(list) => {
                        assert!(rule.sees, "{what}");
                        assert!(list.files.rows.iter().all(|row| row.name.is_some() == rule.reads), "{what}");
                        assert_eq!(list.may_read, rule.reads, "{what}");
                        assert_eq!(list.may_manage, rule.reads && !rule.read_only, "{what}");
                        assert_eq!(list.room.is_some(), adds, "{what}");
                    }
                    Err(Error::NotFound) => assert!(!rule.sees, "{what}"),
                    Err(other) => panic!("{what}: {other:?}"),
                }
                match content(&user, patient, came).await {
                    Ok(bytes) => assert!(rule.reads && bytes == pdf(10), "{what}"),
                    Err(Error::NotFound) => assert!(!rule.reads, "{what}"),
                    Err(other) => panic!("{what}: {other:?}"),
                }
                match files::begin(&user, patient, &form("Mine.pdf", 10)).await {
                    Ok(upload) => {
                        assert!(adds, "{what}");
                        files::piece(&user, patient, upload.id, 0, pdf(10)).await.unwrap();
                        files::finish(&user, patient, upload.id).await.unwrap();
                        let mine = content(&user, patient, upload.id).await;
                        assert_eq!(mine.is_ok(), rule.reads, "{what}: the front desk does not read what it scanned");
                    }
                    Err(Error::NotFound) => assert!(!rule.sees, "{what}"),
                    Err(Error::Forbidden(Refusal::ReadOnly)) => assert!(rule.sees && rule.read_only, "{what}"),
                    Err(Error::Forbidden(Refusal::NamesHidden)) => assert!(rule.sees && rule.names_hidden, "{what}"),
                    Err(other) => panic!("{what}: {other:?}"),
                }
                let ours = sent(&owner, patient, "Ours.pdf", &pdf(10)).await;
                let may = rule.manages(files::rename(&user, patient, ours, "New.pdf", "result").await);
                rule.manages(files::share(&user, patient, ours).await);
                assert_eq!(own_ids(&lien, patient).await.contains(&ours), may, "{what}");
                // Nor does anybody else end it.
                files::share(&owner, patient, ours).await.unwrap();
                rule.manages(files::unshare(&user, patient, ours).await);
                assert_eq!(own_ids(&lien, patient).await.contains(&ours), !may, "{what}");
                rule.manages(files::remove(&user, patient, ours).await);
                let row = listed(&owner, patient).await.files.rows.into_iter().find(|row| row.id == ours);
                assert_eq!(row.is_none(), may, "{what}");
                assert!(row.is_none_or(|row| row.name.as_deref() == Some("Ours.pdf")), "{what}");
                *did.entry((rule.sees, rule.reads, may, adds)).or_insert(0) += 1;
            }
        }
    }
    // Nobody at all; who only sees; who adds what they do not read; who reads; who does everything.
    assert_eq!(did.len(), 5, "{did:?}");
}

// S0-21, decision 14
async fn the_practice_shows_a_file(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let (mum, _) = mother(&town, &owner, patient, "mum@example.org", whole()).await;
    let (aunt, _) = mother(&town, &owner, patient, "aunt@example.org", terms(Role::Edit, Sees::Administrative)).await;
    let bytes = large();
    let id = sent(&owner, patient, &format!("{NAME} letter.pdf"), &bytes).await;
    let second = sent(&owner, patient, "Second.pdf", &bytes).await;
    let came = sent(&lien, patient, "Came.pdf", &bytes).await;
    assert_eq!(bell(&owner).await, (1, 1), "what the practice adds itself is no news");
    let row = async |id| listed(&owner, patient).await.files.rows.into_iter().find(|row| row.id == id).unwrap();
    let told_all = || [LIEN, "mum@example.org", "aunt@example.org"].map(|email| told(&town, email));
    let unread = async |who: &Ctx| own_rows(who, patient).await.iter().filter(|row| row.unread).count();
    town.post().await;
    assert_eq!(told_all(), [0, 0, 0]);
    assert_eq!((row(id).await.in_portal, row(id).await.by_practice), (false, true));
    assert_eq!((row(came).await.in_portal, row(came).await.by_practice), (true, false));
    assert!(row(id).await.sender == Sender::Practice { name: "Dr Mira Anand".into() });

    town.clock.pass(Span::minutes(5));
    files::share(&owner, patient, id).await.unwrap();
    files::share(&owner, patient, second).await.unwrap();
    let shared_at = owner.now();
    for _ in 0..2 {
        town.post().await;
    }
    assert_eq!(told_all(), [1, 1, 0], "once for both, and not to who is here for appointments");
    for letter in town.mailer.to(LIEN).iter().filter(|letter| letter.subject == "record shared") {
        let said = said_in(letter);
        assert!(said.contains("Harbour Health"));
        for secret in [NAME, "letter", "Second", "pdf", "Nguyen", "Mira", "fil_", "pat_", "referral"] {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }
    assert!(row(id).await.in_portal);
    assert_eq!(own_ids(&lien, patient).await, [came, second, id]);
    assert_eq!(own_ids(&aunt, patient).await, []);
    not_found(files::open(&aunt, patient, id).await);
    let shown = own_rows(&lien, patient).await.remove(2);
    assert_eq!((shown.own, shown.from_practice, shown.at, shown.unread), (false, true, shared_at, true));
    // Twice is once: no second letter, no second entry, and no other moment.
    town.clock.pass(Span::minutes(5));
    files::share(&owner, patient, id).await.unwrap();
    town.post().await;
    assert_eq!((told_all(), town.engine.audited(Action::FileShared).await), ([1, 1, 0], 2));
    assert_eq!(own_rows(&lien, patient).await[2].at, shared_at);
    // To look at the list is not to open it; one person's opening is not another's.
    assert_eq!((unread(&lien).await, unread(&mum).await), (2, 2));
    assert_eq!(portal::frame(&lien, patient).await.unwrap().unread_files, 2);
    assert!(content(&lien, patient, id).await.unwrap() == bytes);
    assert_eq!((unread(&lien).await, unread(&mum).await), (1, 2));
    assert_eq!(portal::frame(&lien, patient).await.unwrap().unread_files, 1);

    files::unshare(&owner, patient, id).await.unwrap();
    files::unshare(&owner, patient, id).await.unwrap();
    assert_eq!(town.engine.audited(Action::FileWithdrawn).await, 1);
    for who in [&lien, &mum] {
        not_found(files::open(who, patient, id).await);
        assert_eq!(own_ids(who, patient).await, [came, second]);
    }
    assert!(content(&owner, patient, id).await.unwrap() == bytes);
    // Read or taken back before the letter leaves: then there is nothing to say.
    files::open(&lien, patient, second).await.unwrap();
    files::open(&mum, patient, second).await.unwrap();
    files::share(&owner, patient, id).await.unwrap();
    files::unshare(&owner, patient, id).await.unwrap();
    town.post().await;
    assert_eq!(told_all(), [1, 1, 0]);

    // What came from the portal is theirs who sent it to see.
    assert_eq!(conflict(files::share(&owner, patient, came).await), Conflict::FileFromPortal);
    assert_eq!(conflict(files::unshare(&owner, patient, came).await), Conflict::FileFromPortal);
    assert!(own_ids(&lien, patient).await.contains(&came));
    // Named anew, its ending stays what it is.
    for (name, problem) in [
        ("New.png", Problem::FileNotWhatItSays),
        ("New", Problem::FileType),
        ("New.html", Problem::FileType),
        (" .pdf", Problem::FileType),
        ("", Problem::Missing),
    ] {
        let refused = invalid(files::rename(&owner, patient, came, name, "letter").await);
        assert!(refused.of("name").is_some_and(|found| found == problem || name == " .pdf"), "{name}: {refused:?}");
    }
    assert_eq!(
        invalid(files::rename(&owner, patient, came, "New.pdf", "x").await).of("category"),
        Some(Problem::NotAChoice)
    );
    assert_eq!((row(came).await.name.as_deref(), row(came).await.category), (Some("Came.pdf"), FileCategory::Referral));
    assert_eq!(town.engine.audited(Action::FileChanged).await, 0);
    files::rename(&owner, patient, came, "New.PDF", "letter").await.unwrap();
    assert_eq!((row(came).await.name.as_deref(), row(came).await.category), (Some("New.PDF"), FileCategory::Letter));
    assert!(content(&lien, patient, came).await.unwrap() == bytes);

    // Where nobody could see it, nothing is shared.
    let alone = town.patient(&owner, "Bob", "Lee").await;
    let kept = sent(&owner, alone, "Kept.pdf", &bytes).await;
    let shared = town.engine.audited(Action::FileShared).await;
    assert_eq!(conflict(files::share(&owner, alone, kept).await), Conflict::NobodyInPortal);
    assert!(!only_row(&owner, alone).await.in_portal);
    assert_eq!(town.engine.audited(Action::FileShared).await, shared);
    suspend(&owner, patient, LIEN).await;
    suspend(&owner, patient, "mum@example.org").await;
    assert_eq!(conflict(files::share(&owner, patient, id).await), Conflict::NobodyInPortal);
}

// S0-21, PR-01: who treats the patient, the front desk, and who sees to everything.
async fn who_hears_that_a_file_came(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    let user = async |name: &str, level, relationship| {
        let user = town.user(group, &format!("{name}@harbour.example"), level).await;
        if let Some(relationship) = relationship {
            relate(&town, &owner, patient, id_of(&user), relationship).await;
        }
        user
    };
    let hear = [
        user("noor", Level::Personal, Some(Relationship::Granted)).await,
        user("own", Level::OwnAndContacts, Some(Relationship::Automatic)).await,
        user("desk", Level::CalendarContacts, None).await,
        user("finance", Level::CalendarContactsFinance, None).await,
        user("head", Level::AdminFull, None).await,
    ];
    let do_not = [
        user("far", Level::OwnAndContacts, None).await,
        user("tom", Level::Clinical, None).await,
        user("hidden", Level::Full, Some(Relationship::Revoked)).await,
        user("revoked", Level::Personal, Some(Relationship::Revoked)).await,
    ];
    sent(&lien, patient, &format!("{NAME}.pdf"), &pdf(10)).await;
    sent(&lien, patient, "Two.pdf", &pdf(10)).await;
    for (n, user) in hear.iter().chain([&owner]).enumerate() {
        assert_eq!(bell(user).await, (1, 1), "{n}: once, however many come");
    }
    for (n, user) in do_not.iter().enumerate() {
        assert_eq!(bell(user).await, (0, 0), "{n}");
    }
    // Nor does anything wait for those to whom the patient is not there now.
    let rows = town.engine.texts("SELECT what FROM notifications WHERE what = 'file_came'").await;
    assert_eq!(rows.len(), hear.len() + 1);
    // Who has seen it is told of the next one.
    listed(&hear[0], patient).await;
    assert_eq!((bell(&hear[0]).await, bell(&hear[1]).await), ((1, 0), (1, 1)));
    sent(&lien, patient, "Three.pdf", &pdf(10)).await;
    assert_eq!((bell(&hear[0]).await, bell(&hear[1]).await), ((2, 1), (1, 1)));
    // Nobody hears of what a colleague adds.
    sent(&hear[0], patient, "Four.pdf", &pdf(10)).await;
    assert_eq!((bell(&hear[0]).await, bell(&owner).await), ((2, 1), (1, 1)));
}

// Decision 17, S0-21
async fn the_trail_says_what_was_done_and_no_names(town: Town) {
    let (Staff { owner, group }, patient, lien) = place(&town).await;
    let desk = town.user(group, "desk@harbour.example", Level::CalendarContacts).await;
    let audited = async || {
        let mut counts = Vec::new();
        for action in
            [Action::FilesListed, Action::FileAdded, Action::FileOpened, Action::FileChanged, Action::FileRemoved]
        {
            counts.push(town.engine.audited(action).await);
        }
        <[i64; 5]>::try_from(counts).unwrap()
    };
    let text = format!("{NAME} CRP 5 mg/l");
    let name = format!("{NAME}.txt");
    let id = sent(&lien, patient, &name, &text.clone().into()).await;
    assert_eq!(audited().await, [0, 1, 0, 0, 0]);
    listed(&owner, patient).await;
    own(&lien, patient).await;
    assert_eq!(audited().await, [2, 1, 0, 0, 0]);
    files::open(&owner, patient, id).await.unwrap();
    files::open(&lien, patient, id).await.unwrap();
    assert_eq!(audited().await, [2, 1, 2, 0, 0]);
    // What is not shown in place is not opened by asking for that.
    for who in [&owner, &lien] {
        not_found(files::show(who, patient, id).await);
    }
    // What was refused leaves no entry that says it was done.
    let other = town.patient(&owner, "Bob", "Lee").await;
    not_found(files::open(&desk, patient, id).await);
    not_found(files::open(&owner, other, id).await);
    not_found(files::open(&lien, other, id).await);
    not_found(files::list_own(&lien, other, &PageRequest::default()).await);
    not_found(files::remove(&desk, patient, id).await);
    not_found(files::rename(&owner, other, id, "A.txt", "other").await);
    not_found(files::remove(&owner, other, id).await);
    drop(invalid(finished(&lien, patient, "A.txt", &Bytes::from_static(b"<html>")).await));
    assert_eq!(audited().await, [2, 1, 2, 0, 0]);
    files::rename(&owner, patient, id, &format!("{NAME} two.txt"), "result").await.unwrap();
    let ours = sent(&owner, patient, &name, &text.clone().into()).await;
    files::share(&owner, patient, ours).await.unwrap();
    files::unshare(&owner, patient, ours).await.unwrap();
    files::share(&owner, patient, ours).await.unwrap();
    town.post().await;
    files::remove(&owner, patient, id).await.unwrap();
    town.scanner.set(Scans::Word(NAME));
    finished(&lien, patient, &name, &text.clone().into()).await.unwrap();
    assert_eq!(audited().await, [2, 3, 2, 1, 1]);

    let chain = town.engine.chain(&group.to_string()).await;
    for (action, detail) in [
        (Action::FilesListed, String::new()),
        (Action::FileAdded, id.to_string()),
        (Action::FileOpened, id.to_string()),
        (Action::FileChanged, id.to_string()),
        (Action::FileShared, ours.to_string()),
        (Action::FileWithdrawn, ours.to_string()),
        (Action::FileRemoved, id.to_string()),
    ] {
        let entry = chain.iter().find(|entry| entry.action == action.code());
        let entry = entry.unwrap_or_else(|| panic!("{action:?} is missing"));
        assert_eq!((&entry.subject, &entry.detail), (&patient.to_string(), &detail), "{action:?}");
    }
    let bells = notifications::list(&owner, &PageRequest::default()).await.unwrap();
    let letters: Vec<_> = town.mailer.all().iter().map(said_in).collect();
    assert_eq!((told(&town, LIEN), bell(&owner).await), (1, (2, 1)));
    let told = format!("{chain:?} {letters:?} {bells:?}");
    assert!(!told.contains(NAME) && !told.contains(".txt"), "{told}");
    let dump = town.engine.dump().await;
    assert!(dump.contains(NAME.as_bytes()), "it is looked for rightly");
    // What is in a file stands in no database, and nowhere as it is.
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!dump.contains(text.as_bytes()) && !dump.contains(hex.as_bytes()));
    for kept in town.vault.names() {
        assert!(!String::from_utf8_lossy(&town.vault.bytes(&kept)).contains(NAME));
    }
    for report in audit::verify(&*town.services.store).await.unwrap() {
        assert_eq!(report.fault, None, "{}", report.chain);
    }
    // Decision 17: no trail, no file.
    town.scanner.set(Scans::Never);
    let whole = all_there(&lien, patient, "Whole.pdf", &pdf(10)).await;
    town.engine.break_the_trail().await;
    assert!(files::open(&owner, patient, ours).await.is_err());
    assert!(files::open(&lien, patient, ours).await.is_err());
    assert!(files::list(&owner, patient, &PageRequest::default()).await.is_err());
    assert!(files::list_own(&lien, patient, &PageRequest::default()).await.is_err());
    assert!(files::finish(&lien, patient, whole).await.is_err());
    assert!(files::remove(&owner, patient, ours).await.is_err());
    assert!(town.vault.names().contains(&blob(ours)), "what could not be removed is there");
}

// B-01, PT-33
async fn the_access_log_tells_of_files(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let log = async || access_log::list(&lien, patient, None).await.unwrap().visits.rows;
    let before = log().await.len();
    let id = sent(&owner, patient, &format!("{NAME}.pdf"), &pdf(10)).await;
    town.clock.pass(Span::hours(2));
    listed(&owner, patient).await;
    town.clock.pass(Span::hours(2));
    files::open(&owner, patient, id).await.unwrap();
    town.clock.pass(Span::hours(2));
    files::remove(&owner, patient, id).await.unwrap();
    let rows = log().await;
    let told: Vec<_> = rows.iter().take(rows.len() - before).map(|visit| (visit.what, visit.part)).collect();
    let parts = [Action::FileRemoved, Action::FileOpened, Action::FilesListed, Action::FileAdded];
    assert_eq!(told, parts.map(|action| (action, Part::Profile)));
    assert!(!format!("{rows:?}").contains(NAME) && !format!("{rows:?}").contains("fil_"));
    // One's own looking round is one's own.
    own(&lien, patient).await;
    assert_eq!(log().await.len(), rows.len());
}
