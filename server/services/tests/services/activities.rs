//! Home activities: assigned, read, ticked off, changed, ended, taken back; and nobody reads, lists or counts what is not for them.

use domain::{
    access::Relationship,
    activity::{ActivityForm, ActivityPage, ActivityState, Adherence, OwnActivity},
    audit::Action,
    error::{Conflict, Problem, Refusal},
    grant::{Level as Sees, Role},
    ids::{ActivityId, PatientId},
    limits,
    page::PageRequest,
    time::{Date, Span},
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, access_log, activities, files, portal};

use crate::{
    answers::{conflict, forbidden, not_found},
    files::{pdf, sent},
    portal_users::{mother, terms, whole},
    relationships::relate,
    town::{Staff, Town},
};

on_both_engines! {
    an_activity_is_assigned_read_and_ticked_off,
    what_was_taken_back_is_not_there,
    what_is_ended_stays_to_be_read,
    a_day_that_may_be_ticked_off,
    who_acts_and_who_only_looks,
    it_is_there_for_nobody_else,
    who_reads_and_who_assigns,
    two_devices_at_once,
    what_belongs_to_it,
    what_goes_with_it,
    the_practice_says_what_day_it_is,
    what_became_of_it_before_the_mail_left,
    a_page_that_was_left_open,
    the_trail_says_what_was_done_and_no_words,
    the_list_pages,
}

const LIEN: &str = "lien@example.org";
/// Of the first location.
const ZONE: &str = "Australia/Sydney";
/// What stands in the activities and must stand nowhere else.
const TEXT: [&str; 3] = ["Zyzzogeton", "pseudarthrosis", "flibbertigibbet"];

fn form(title: &str) -> ActivityForm {
    ActivityForm {
        title: title.into(),
        dose: "3 × 10".into(),
        instructions: "Slowly".into(),
        days: "mon tue wed thu fri sat sun".into(),
        from: "2020-01-01".into(),
        ..ActivityForm::default()
    }
}

async fn place(town: &Town) -> (Staff, PatientId, Ctx) {
    let staff = town.practice().await;
    let patient = town.patient(&staff.owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(&staff.owner, patient, LIEN).await;
    (staff, patient, lien)
}

async fn own(by: &Ctx, patient: PatientId, id: ActivityId) -> OwnActivity {
    activities::open_own(by, patient, id).await.unwrap()
}

async fn open(by: &Ctx, patient: PatientId, id: ActivityId) -> ActivityPage {
    activities::open(by, patient, id).await.unwrap()
}

async fn own_ids(by: &Ctx, patient: PatientId) -> Vec<ActivityId> {
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = activities::list_own(by, patient, &page).await.unwrap().activities;
        all.extend(found.rows.into_iter().map(|row| row.id));
        match found.next {
            Some(next) => page.after = Some(next),
            None => return all,
        }
    }
}

/// What Home says: how many are unread, and how many are to be done today.
async fn home(by: &Ctx, patient: PatientId) -> (i64, i64) {
    let frame = portal::frame(by, patient).await.unwrap();
    (frame.unread_activities, frame.due_activities)
}

/// Letters about something new in the record.
fn told(town: &Town, email: &str) -> usize {
    town.mailer.to(email).iter().filter(|letter| letter.subject == "record shared").count()
}

/// Every way to one activity in the portal.
async fn is_not_there(by: &Ctx, patient: PatientId, id: ActivityId, today: Date) {
    not_found(activities::open_own(by, patient, id).await);
    not_found(activities::still_open(by, patient, id).await);
    not_found(activities::done(by, patient, id, today, "").await);
    not_found(activities::not_done(by, patient, id, today).await);
}

// S3-11
async fn an_activity_is_assigned_read_and_ticked_off(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let wrong = activities::assign(&owner, patient, &ActivityForm { instructions: " ".into(), ..form("x") }).await;
    assert!(matches!(wrong, Err(Error::Invalid(invalid)) if invalid.of("instructions") == Some(Problem::Missing)));
    let text = ActivityForm { dose: TEXT[1].into(), instructions: TEXT[2].into(), ..form(TEXT[0]) };
    let id = activities::assign(&owner, patient, &text).await.unwrap();
    town.post().await;
    assert_eq!(told(&town, LIEN), 1);
    for mail in town.mailer.to(LIEN) {
        let said = format!("{} {}", mail.subject, mail.text);
        assert!(TEXT.iter().all(|secret| !said.contains(secret)) && !said.contains("ctivit"), "{said}");
    }
    assert_eq!(home(&lien, patient).await, (1, 1));
    let row = activities::list_own(&lien, patient, &PageRequest::default()).await.unwrap().activities.rows.remove(0);
    assert!(row.id == id && row.title == TEXT[0] && row.unread && row.current && row.due && !row.done);
    let page = own(&lien, patient, id).await;
    assert!(page.current && page.may_do && page.text.instructions == TEXT[2]);
    assert_eq!(page.days.len(), 7);
    assert!(page.days.iter().all(|day| day.done.is_none()) && page.days[0].day == page.today);
    assert_eq!(home(&lien, patient).await, (0, 1));
    let wrong = activities::done(&lien, patient, id, page.today, &"x".repeat(limits::DOING_NOTE + 1)).await;
    assert!(matches!(wrong, Err(Error::Invalid(invalid)) if invalid.of("note") == Some(Problem::TooLong)));
    for note in ["Went well", "Went well, a little sore"] {
        activities::done(&lien, patient, id, page.today, note).await.unwrap();
    }
    activities::done(&lien, patient, id, page.days[2].day, "").await.unwrap();
    assert_eq!(home(&lien, patient).await, (0, 0));
    let page = own(&lien, patient, id).await;
    let done: Vec<_> = page.days.iter().map(|day| day.done.as_deref()).collect();
    assert_eq!(done, [Some("Went well, a little sore"), None, Some(""), None, None, None, None]);
    // The practice sees on which days, what was said, and by whom.
    let seen = open(&owner, patient, id).await;
    assert_eq!(seen.adherence, Adherence { due: 28, done: 2 });
    let doings = &seen.doings.rows;
    assert_eq!(doings.iter().map(|doing| doing.day).collect::<Vec<_>>(), [page.today, page.days[2].day]);
    assert!(doings.iter().all(|doing| doing.own && doing.by == LIEN) && doings[0].note.ends_with("sore"));
    let row = activities::list(&owner, patient, &PageRequest::default()).await.unwrap().activities.rows.remove(0);
    assert_eq!((row.adherence, row.over), (seen.adherence, false));
    // It was a mistake.
    for _ in 0..2 {
        activities::not_done(&lien, patient, id, page.today).await.unwrap();
    }
    assert_eq!(open(&owner, patient, id).await.adherence, Adherence { due: 27, done: 1 });
    assert_eq!(home(&lien, patient).await, (0, 1));
}

async fn what_was_taken_back_is_not_there(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = activities::assign(&owner, patient, &form("One")).await.unwrap();
    let today = own(&lien, patient, id).await.today;
    activities::done(&lien, patient, id, today, "").await.unwrap();
    for _ in 0..2 {
        activities::withdraw(&owner, patient, id).await.unwrap();
    }
    is_not_there(&lien, patient, id, today).await;
    assert_eq!((own_ids(&lien, patient).await, home(&lien, patient).await), (vec![], (0, 0)));
    let page = open(&owner, patient, id).await;
    assert!(matches!(page.state, ActivityState::Withdrawn { .. }) && page.doings.rows.len() == 1);
    assert_eq!(conflict(activities::save(&owner, patient, id, page.version, &form("x")).await), Conflict::ActivityOver);
    assert_eq!(conflict(activities::end(&owner, patient, id).await), Conflict::ActivityOver);
}

async fn what_is_ended_stays_to_be_read(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = activities::assign(&owner, patient, &form("One")).await.unwrap();
    let today = own(&lien, patient, id).await.today;
    for _ in 0..2 {
        activities::end(&owner, patient, id).await.unwrap();
    }
    let page = own(&lien, patient, id).await;
    assert!(!page.current && page.days.is_empty() && page.text.title == "One");
    let row = activities::list_own(&lien, patient, &PageRequest::default()).await.unwrap().activities.rows.remove(0);
    assert!(!row.current && !row.due && !row.unread);
    assert_eq!(home(&lien, patient).await, (0, 0));
    assert_eq!(conflict(activities::done(&lien, patient, id, today, "").await), Conflict::ActivityOver);
    assert_eq!(conflict(activities::not_done(&lien, patient, id, today).await), Conflict::ActivityOver);
    assert_eq!(conflict(activities::save(&owner, patient, id, 2, &form("x")).await), Conflict::ActivityOver);
    // By its last day it is over as well, and what was done a day before may still be said.
    let before = today.day_before().unwrap();
    let form = ActivityForm { until: before.to_string(), ..form("Two") };
    let id = activities::assign(&owner, patient, &form).await.unwrap();
    assert_eq!(home(&lien, patient).await, (0, 0));
    let page = own(&lien, patient, id).await;
    assert!(!page.current && page.days.len() == 6 && page.days[0].day == before);
    activities::done(&lien, patient, id, before, "").await.unwrap();
    assert!(open(&owner, patient, id).await.over);
}

async fn a_day_that_may_be_ticked_off(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = activities::assign(&owner, patient, &form("One")).await.unwrap();
    let today = own(&lien, patient, id).await.today;
    let back: Vec<_> = today.and_before(limits::ACTIVITY_BACK + 1).collect();
    activities::done(&lien, patient, id, back[6], "").await.unwrap();
    for wrong in [back[7], "2030-01-01".parse().unwrap()] {
        assert_eq!(conflict(activities::done(&lien, patient, id, wrong, "").await), Conflict::NotThatDay);
        assert_eq!(conflict(activities::not_done(&lien, patient, id, wrong).await), Conflict::NotThatDay);
    }
    let weekday = domain::activity::Weekday::of(today).code();
    let others = form("x").days.replace(weekday, "");
    let id = activities::assign(&owner, patient, &ActivityForm { days: others, ..form("Two") }).await.unwrap();
    assert_eq!(conflict(activities::done(&lien, patient, id, today, "").await), Conflict::NotThatDay);
    let row = activities::list_own(&lien, patient, &PageRequest::default()).await.unwrap().activities.rows.remove(0);
    assert!(row.id == id && row.current && !row.due);
    // The next day it is due.
    town.clock.pass(Span::days(1));
    assert!(activities::list_own(&lien, patient, &PageRequest::default()).await.unwrap().activities.rows[0].due);
}

// PX-04, PX-07
async fn who_acts_and_who_only_looks(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = activities::assign(&owner, patient, &form("One")).await.unwrap();
    let (looks, _) = mother(&town, &owner, patient, "looks@example.org", terms(Role::View, Sees::Clinical)).await;
    let page = own(&looks, patient, id).await;
    assert!(!page.may_do && page.days.len() == 7);
    assert_eq!(forbidden(activities::done(&looks, patient, id, page.today, "").await), Refusal::ReadOnly);
    assert_eq!(forbidden(activities::not_done(&looks, patient, id, page.today).await), Refusal::ReadOnly);
    let (mum, _) = mother(&town, &owner, patient, "mum@example.org", whole()).await;
    activities::done(&mum, patient, id, page.today, "Together").await.unwrap();
    let doing = open(&owner, patient, id).await.doings.rows.remove(0);
    assert!(!doing.own && doing.by == "mum@example.org");
    // What somebody else said of that day is not lost.
    let lost = activities::done(&lien, patient, id, page.today, "Alone").await;
    assert_eq!(conflict(lost), Conflict::ChangedMeanwhile);
    activities::done(&lien, patient, id, page.today, "").await.unwrap();
    assert_eq!(own(&lien, patient, id).await.days[0].done.as_deref(), Some("Together"));
}

// PT-01, PT-02
async fn it_is_there_for_nobody_else(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let owner = &staff.owner;
    let other = town.patient(owner, "Ada", "Vidal").await;
    let ada = town.portal_user(owner, other, "ada@example.org").await;
    let id = activities::assign(owner, patient, &form("One")).await.unwrap();
    let today = own(&lien, patient, id).await.today;
    is_not_there(&ada, patient, id, today).await;
    is_not_there(&ada, other, id, today).await;
    not_found(activities::list_own(&ada, patient, &PageRequest::default()).await);
    assert_eq!(own_ids(&ada, other).await, []);
    // Here for appointments and invoices only.
    let (aunt, _) = mother(&town, owner, patient, "aunt@example.org", terms(Role::Edit, Sees::Administrative)).await;
    is_not_there(&aunt, patient, id, today).await;
    not_found(activities::list_own(&aunt, patient, &PageRequest::default()).await);
    assert_eq!(home(&aunt, patient).await, (0, 0));
    // Of another practice; and of another patient of this one.
    let there = town.practice_called("Other", "boss@other.example").await.owner;
    not_found(activities::list(&there, patient, &PageRequest::default()).await);
    for (by, of) in [(&there, patient), (owner, other)] {
        for answer in [
            activities::open(by, of, id).await.map(drop),
            activities::doings(by, of, id, &PageRequest::default()).await.map(drop),
            activities::save(by, of, id, 1, &form("x")).await.map(drop),
            activities::end(by, of, id).await,
            activities::withdraw(by, of, id).await,
        ] {
            not_found(answer);
        }
    }
    assert_eq!(own(&lien, patient, id).await.text.title, "One");
}

// PR-01, PR-02
async fn who_reads_and_who_assigns(town: Town) {
    let (staff, patient, _lien) = place(&town).await;
    let owner = &staff.owner;
    let id = activities::assign(owner, patient, &form("One")).await.unwrap();
    let plain = AccessSettings::default();
    let with = async |email: &str, level, settings| {
        town.user_with(staff.group, email, level, settings, UserState::Active).await.unwrap()
    };
    let stranger = with("stranger@harbour.example", Level::Personal, plain).await;
    let desk = with("desk@harbour.example", Level::CalendarContacts, plain).await;
    let hidden = with("hidden@harbour.example", Level::AdminFull, AccessSettings { hide_names: true, ..plain }).await;
    for nobody in [&stranger, &desk, &hidden] {
        not_found(activities::list(nobody, patient, &PageRequest::default()).await);
        not_found(activities::open(nobody, patient, id).await);
        not_found(activities::doings(nobody, patient, id, &PageRequest::default()).await);
        not_found(activities::assign(nobody, patient, &form("x")).await);
        not_found(activities::save(nobody, patient, id, 1, &form("x")).await);
        not_found(activities::end(nobody, patient, id).await);
        not_found(activities::withdraw(nobody, patient, id).await);
    }
    let treats = with("treats@harbour.example", Level::Personal, plain).await;
    relate(&town, owner, patient, treats.actor().unwrap().user().unwrap().user, Relationship::Granted).await;
    assert!(activities::list(&treats, patient, &PageRequest::default()).await.unwrap().may_assign);
    // A colleague's is changed.
    activities::save(&treats, patient, id, 1, &form("Two")).await.unwrap();
    assert_eq!(open(owner, patient, id).await.text.title, "Two");
    // Whoever may look only.
    let reads = with("reads@harbour.example", Level::Clinical, AccessSettings { read_only: true, ..plain }).await;
    assert!(!open(&reads, patient, id).await.may_change);
    assert!(!activities::list(&reads, patient, &PageRequest::default()).await.unwrap().may_assign);
    for answer in [
        activities::assign(&reads, patient, &form("x")).await.map(drop),
        activities::save(&reads, patient, id, 2, &form("x")).await.map(drop),
        activities::end(&reads, patient, id).await,
        activities::withdraw(&reads, patient, id).await,
    ] {
        assert_eq!(forbidden(answer), Refusal::ReadOnly);
    }
}

// RC-02
async fn two_devices_at_once(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = activities::assign(&owner, patient, &form("One")).await.unwrap();
    own(&lien, patient, id).await;
    assert_eq!(activities::save(&owner, patient, id, 1, &form("Two")).await.unwrap(), 2);
    assert_eq!(conflict(activities::save(&owner, patient, id, 1, &form("Late")).await), Conflict::ChangedMeanwhile);
    assert_eq!(home(&lien, patient).await, (1, 1), "what was changed is new");
    let (a, b) = (form("A"), form("B"));
    let (one, two) =
        tokio::join!(activities::save(&owner, patient, id, 2, &a), activities::save(&owner, patient, id, 2, &b));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let today = own(&lien, patient, id).await.today;
    let (one, two) = tokio::join!(
        activities::done(&lien, patient, id, today, "Well"),
        activities::done(&lien, patient, id, today, "Well")
    );
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    assert_eq!(open(&owner, patient, id).await.doings.rows.len(), 1);
}

// What belongs to an activity is opened by the decision of files, and by nothing else.
async fn what_belongs_to_it(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let other = town.patient(&owner, "Ada", "Vidal").await;
    let (sheet, foreign) =
        (sent(&owner, patient, "sheet.pdf", &pdf(900)).await, sent(&owner, other, "other.pdf", &pdf(901)).await);
    let with = |id: domain::ids::FileId| ActivityForm { files: id.to_string(), ..form("One") };
    let wrong = activities::assign(&owner, patient, &with(foreign)).await;
    assert!(matches!(wrong, Err(Error::Invalid(invalid)) if invalid.of("files") == Some(Problem::NotAChoice)));
    assert_eq!(own_ids(&lien, patient).await, [], "nothing was assigned");
    not_found(files::open(&lien, patient, sheet).await);
    let id = activities::assign(&owner, patient, &with(sheet)).await.unwrap();
    let names =
        |files: &[domain::activity::ActivityFile]| files.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&open(&owner, patient, id).await.files), ["sheet.pdf"]);
    assert_eq!(names(&own(&lien, patient, id).await.files), ["sheet.pdf"]);
    files::open(&lien, patient, sheet).await.unwrap();
    // Out of the portal, it is not told of here either, and a change of something else does not bring it back.
    files::unshare(&owner, patient, sheet).await.unwrap();
    assert!(own(&lien, patient, id).await.files.is_empty());
    assert_eq!(open(&owner, patient, id).await.files.len(), 1);
    // To save what stands there changes nothing.
    assert_eq!(activities::save(&owner, patient, id, 1, &with(sheet)).await.unwrap(), 1);
    let more = ActivityForm { dose: "Twice".into(), ..with(sheet) };
    assert_eq!(activities::save(&owner, patient, id, 1, &more).await.unwrap(), 2);
    not_found(files::open(&lien, patient, sheet).await);
    // Out of the record, it is nowhere.
    files::remove(&owner, patient, sheet).await.unwrap();
    assert!(open(&owner, patient, id).await.files.is_empty());
    let gone = activities::save(&owner, patient, id, 2, &with(sheet)).await;
    assert!(matches!(gone, Err(Error::Invalid(invalid)) if invalid.of("files") == Some(Problem::NotAChoice)));
    assert_eq!(activities::save(&owner, patient, id, 2, &form("Without")).await.unwrap(), 3);
}

// PT-03: a file that is in the portal because of an activity goes with it, unless another one holds it, or somebody showed it.
async fn what_goes_with_it(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let (sheet, shown) =
        (sent(&owner, patient, "sheet.pdf", &pdf(900)).await, sent(&owner, patient, "shown.pdf", &pdf(901)).await);
    files::share(&owner, patient, shown).await.unwrap();
    let with = with_both(sheet, shown);
    let one = activities::assign(&owner, patient, &with).await.unwrap();
    let two = activities::assign(&owner, patient, &with).await.unwrap();
    activities::withdraw(&owner, patient, one).await.unwrap();
    for file in [sheet, shown] {
        files::open(&lien, patient, file).await.unwrap();
    }
    activities::withdraw(&owner, patient, two).await.unwrap();
    not_found(files::open(&lien, patient, sheet).await);
    files::open(&lien, patient, shown).await.unwrap();
    let three = activities::assign(&owner, patient, &with).await.unwrap();
    files::open(&lien, patient, sheet).await.unwrap();
    activities::withdraw(&owner, patient, three).await.unwrap();
    not_found(files::open(&lien, patient, sheet).await);
    files::open(&lien, patient, shown).await.unwrap();
    // And with the tick beside it.
    let four = activities::assign(&owner, patient, &with).await.unwrap();
    files::open(&lien, patient, sheet).await.unwrap();
    let without = ActivityForm { files: shown.to_string(), ..with };
    activities::save(&owner, patient, four, 1, &without).await.unwrap();
    not_found(files::open(&lien, patient, sheet).await);
    files::open(&lien, patient, shown).await.unwrap();
    // Taken out and shown again by hand, it stays.
    let five = activities::assign(&owner, patient, &with_both(sheet, shown)).await.unwrap();
    files::unshare(&owner, patient, sheet).await.unwrap();
    files::share(&owner, patient, sheet).await.unwrap();
    activities::withdraw(&owner, patient, five).await.unwrap();
    files::open(&lien, patient, sheet).await.unwrap();
}

fn with_both(one: domain::ids::FileId, two: domain::ids::FileId) -> ActivityForm {
    ActivityForm { files: format!("{one} {two}"), ..form("One") }
}

// The first location's zone says what day it is, on both sides; UTC's day is another one for half of it.
async fn the_practice_says_what_day_it_is(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let one = activities::assign(&owner, patient, &form("One")).await.unwrap();
    let mut days = Vec::new();
    for _ in 0..24 {
        let page = own(&lien, patient, one).await;
        let listed = activities::list(&owner, patient, &PageRequest::default()).await.unwrap();
        assert_eq!((page.today, home(&lien, patient).await), (listed.today, (0, 1)));
        let here = jiff::Timestamp::from_millisecond(owner.now().millis()).unwrap();
        let here = here.to_zoned(jiff::tz::TimeZone::get(ZONE).unwrap()).date();
        assert_eq!(page.today.to_string(), here.to_string());
        days.push(page.today);
        town.clock.pass(Span::hours(1));
    }
    days.dedup();
    assert_eq!(days.len(), 2);
}

// PT-03: a mail that waits is asked again when it leaves.
async fn what_became_of_it_before_the_mail_left(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let first = activities::assign(&owner, patient, &form("One")).await.unwrap();
    activities::withdraw(&owner, patient, first).await.unwrap();
    let second = activities::assign(&owner, patient, &form("Two")).await.unwrap();
    activities::end(&owner, patient, second).await.unwrap();
    let third = activities::assign(&owner, patient, &form("Three")).await.unwrap();
    own(&lien, patient, third).await;
    town.post().await;
    assert_eq!(told(&town, LIEN), 0);
    activities::save(&owner, patient, third, 1, &form("Three, more")).await.unwrap();
    activities::assign(&owner, patient, &form("Four")).await.unwrap();
    town.post().await;
    assert_eq!(told(&town, LIEN), 1, "one mail says it for both");
}

async fn a_page_that_was_left_open(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let id = activities::assign(&owner, patient, &form("One")).await.unwrap();
    activities::still_open(&lien, patient, id).await.unwrap();
    assert_eq!(home(&lien, patient).await, (1, 1), "nothing counts as read by it");
    activities::end(&owner, patient, id).await.unwrap();
    activities::still_open(&lien, patient, id).await.unwrap();
    activities::withdraw(&owner, patient, id).await.unwrap();
    not_found(activities::still_open(&lien, patient, id).await);
}

async fn the_trail_says_what_was_done_and_no_words(town: Town) {
    let (staff, patient, lien) = place(&town).await;
    let owner = &staff.owner;
    let text = ActivityForm { dose: TEXT[1].into(), instructions: TEXT[2].into(), ..form(TEXT[0]) };
    let id = activities::assign(owner, patient, &text).await.unwrap();
    activities::list(owner, patient, &PageRequest::default()).await.unwrap();
    activities::save(owner, patient, id, 1, &ActivityForm { dose: "Twice".into(), ..text }).await.unwrap();
    open(owner, patient, id).await;
    let today = own(&lien, patient, id).await.today;
    activities::done(&lien, patient, id, today, TEXT[1]).await.unwrap();
    activities::not_done(&lien, patient, id, today).await.unwrap();
    activities::end(owner, patient, id).await.unwrap();
    activities::withdraw(owner, patient, id).await.unwrap();
    // The patient is told that one was assigned, and that it was taken back.
    let log = access_log::list(&lien, patient, None).await.unwrap().visits.rows;
    for told in [Action::ActivityAssigned, Action::ActivityWithdrawn] {
        assert!(log.iter().any(|visit| visit.what == told), "{told:?}: {log:?}");
    }
    let chain = format!("{:?}", town.engine.chain(&staff.group.to_string()).await);
    for action in [
        Action::ActivitiesListed,
        Action::ActivityViewed,
        Action::ActivityAssigned,
        Action::ActivityChanged,
        Action::ActivityEnded,
        Action::ActivityWithdrawn,
        Action::ActivityDone,
        Action::ActivityNotDone,
    ] {
        assert!(chain.contains(action.code()), "{action:?}");
    }
    // Which day it was stands there: what is taken back leaves nothing else.
    for action in [Action::ActivityDone, Action::ActivityNotDone] {
        let told = town.engine.chain(&staff.group.to_string()).await.into_iter().map(|row| format!("{row:?}"));
        let days = told.filter(|row| row.contains(&format!("\"{}\"", action.code())));
        assert!(days.clone().count() == 1 && days.clone().all(|row| row.contains(&format!("day={today}"))));
    }
    let log = format!("{log:?}");
    for secret in TEXT {
        assert!(!chain.contains(secret) && !log.contains(secret), "{secret}");
    }
}

async fn the_list_pages(town: Town) {
    let (Staff { owner, .. }, patient, lien) = place(&town).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(activities::assign(&owner, patient, &form(&n.to_string())).await.unwrap());
        town.clock.pass(Span::seconds(1));
    }
    activities::end(&owner, patient, ids[4]).await.unwrap();
    let wanted = [ids[3], ids[2], ids[1], ids[0], ids[4]];
    assert_eq!(own_ids(&lien, patient).await, wanted);
    let (mut all, mut page) = (Vec::new(), PageRequest { after: None, limit: Some(2) });
    loop {
        let found = activities::list(&owner, patient, &page).await.unwrap().activities;
        all.extend(found.rows.into_iter().map(|row| row.id));
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(all, wanted);
    let nowhere = PageRequest { after: Some("x".into()), limit: None };
    assert!(activities::list(&owner, patient, &nowhere).await.unwrap().activities.rows.is_empty());
    assert!(activities::list_own(&lien, patient, &nowhere).await.unwrap().activities.rows.is_empty());
}
