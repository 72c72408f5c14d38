//! Records that are opened in an emergency (PR-04).

use domain::{
    access::{Because, Relationship},
    access_log::{Part, Visitor},
    audit::Action,
    document::DocumentForm,
    emergency_access::{EmergencyRow, ReasonForm, SeekForm},
    error::{Conflict, Problem, Refusal},
    history::{HistoryFilter, HistoryRow},
    ids::{GroupId, NoteId, PatientId, UserId},
    limits::EMERGENCIES_NOT_FOUND,
    note::{NoteFilter, NoteForm},
    notification::News,
    page::PageRequest,
    patient::{DetailsForm, PatientFilter},
    practice::PracticeForm,
    relationship::Wanted,
    time::{Span, Time},
    user::{AccessSettings, Level, UserForm, UserState},
};
use services::{
    Ctx, Error, Result, access_log, audit, documents, emergency_access, files, history, notes, notifications, patients,
    relationships, settings, updates, users,
};

use crate::{
    answers::{conflict, forbidden, not_found, wrong},
    town::{Staff, Town, details},
};

on_both_engines! {
    it_opens_for_reading_and_ends_by_itself,
    nobody_makes_it_longer,
    it_opens_to_nobody_else,
    what_was_hidden_stays_hidden,
    whoever_is_sought_is_opened,
    to_seek_tells_nothing,
    those_who_look_are_told,
    it_is_ended_by_hand,
    three_in_a_week,
    entries_are_marked,
    the_patient_sees_it,
    the_practice_sets_for_how_long,
    of_two_at_once_one_opens,
    what_only_it_shows_is_marked,
    it_opens_the_record_and_not_its_trail,
    what_is_not_finished_stays_its_authors,
    hidden_once_it_does_not_come_back,
    asking_tells_of_no_patient,
    nobody_looks_at_their_own,
}

const WHY: &str = "Found unconscious in the waiting room.";

fn why() -> ReasonForm {
    ReasonForm { reason: WHY.to_owned() }
}

fn sought(first: &str, last: &str) -> SeekForm {
    SeekForm {
        first_name: first.into(),
        last_name: last.into(),
        birth_date: details(first, last).birth_date,
        reason: WHY.into(),
    }
}

fn id_of(ctx: &Ctx) -> UserId {
    ctx.actor().unwrap().user().unwrap().user
}

/// A practice with a patient, and a practitioner who does not know of them.
async fn practice(town: &Town) -> (Ctx, GroupId, PatientId, Ctx) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Zoltan", "Quark").await;
    let noor = town.user(group, "noor@harbour.example", Level::Personal).await;
    (owner, group, patient, noor)
}

async fn note(by: &Ctx, patient: PatientId, title: &str, publish: bool) -> NoteId {
    let form = NoteForm { title: title.into(), category: "consultation".into(), body: "Text".into() };
    let id = notes::begin(by, patient, &form).await.unwrap();
    if publish {
        notes::publish(by, patient, id, 0, &form).await.unwrap();
    }
    id
}

async fn titles(by: &Ctx, patient: PatientId) -> Result<Vec<String>> {
    let listed = notes::list(by, patient, &NoteFilter::default(), &PageRequest::default()).await?;
    Ok(listed.notes.rows.into_iter().map(|row| row.title).collect())
}

async fn open_at(by: &Ctx, patient: PatientId) -> Option<Time> {
    patients::profile(by, patient).await.unwrap().emergency
}

async fn rows(by: &Ctx) -> Vec<EmergencyRow> {
    emergency_access::list(by, &PageRequest::default()).await.unwrap().rows
}

/// What the bell says of emergencies.
async fn heard(by: &Ctx) -> Vec<News> {
    let rows = notifications::list(by, &PageRequest::default()).await.unwrap().rows;
    rows.into_iter().map(|row| row.news).filter(|news| matches!(news, News::EmergencyOpened { .. })).collect()
}

/// The trail, latest first, as somebody reads it who may.
async fn trail(town: &Town, group: GroupId, action: Option<Action>) -> Vec<HistoryRow> {
    let email = format!("reader.{}@harbour.example", town.now().millis());
    town.clock.pass(Span::millis(1));
    let settings = AccessSettings { view_history: true, export_data: true, ..AccessSettings::default() };
    let reader = town.user_with(group, &email, Level::Full, settings, UserState::Active).await.unwrap();
    let filter = HistoryFilter { action, ..HistoryFilter::default() };
    history::list(&reader, &filter, &PageRequest::default()).await.unwrap().rows
}

async fn it_opens_for_reading_and_ends_by_itself(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    note(&owner, patient, "Knee", true).await;
    let draft = note(&owner, patient, "Draft", false).await;
    let private = note(&owner, patient, "Private", true).await;
    notes::set_private(&owner, patient, private, true).await.unwrap();
    not_found(patients::profile(&noor, patient).await);
    // No reason, no record.
    for (reason, problem) in [("", Problem::Missing), ("urgent", Problem::TooShort)] {
        let form = ReasonForm { reason: reason.to_owned() };
        assert_eq!(wrong(emergency_access::open(&noor, patient, &form).await, "reason"), Some(problem));
    }
    not_found(patients::profile(&noor, patient).await);

    let until = town.now() + Span::hours(4);
    let opened = emergency_access::open(&noor, patient, &why()).await.unwrap();
    assert_eq!((opened.patient, opened.until), (patient, until));
    let profile = patients::profile(&noor, patient).await.unwrap();
    assert_eq!((profile.emergency, &*profile.shown), (Some(until), "Zoltan Quark"));
    let may = profile.may;
    assert!(may.see_notes && may.see_documents && may.see_activities && may.see_social, "{may:?}");
    assert!(!may.edit && !may.invite && !may.emergency, "{may:?}");
    // What its author keeps private, and what is not finished, is not what an emergency needs.
    assert_eq!(titles(&noor, patient).await.unwrap(), ["Knee"]);
    for hidden in [draft, private] {
        not_found(notes::open(&noor, patient, hidden).await);
    }
    documents::list(&noor, patient, None, &PageRequest::default()).await.unwrap();
    files::list(&noor, patient, &PageRequest::default()).await.unwrap();
    let open = emergency_access::own(&noor).await.unwrap();
    assert_eq!(
        open.open.iter().map(|one| (one.patient, &*one.shown, one.until)).collect::<Vec<_>>(),
        [(patient, "Zoltan Quark", until)]
    );
    assert_eq!(open.hours, Some(4));

    // It is read, not changed: or it would last.
    let read_only = |answer: Result<()>| assert_eq!(forbidden(answer), Refusal::ReadOnly);
    read_only(patients::save(&noor, patient, 1, &details("Zoltan", "Quark")).await.map(drop));
    read_only(notes::begin(&noor, patient, &NoteForm::default()).await.map(drop));
    read_only(documents::begin(&noor, patient, &domain::document::DocumentForm::default()).await.map(drop));
    read_only(files::begin(&noor, patient, &domain::file::FileForm::default()).await.map(drop));
    // And it is in no list.
    for text in ["", "quark"] {
        let filter = PatientFilter { text: text.into(), status: None };
        assert_eq!(patients::list(&noor, &filter, &PageRequest::default()).await.unwrap().rows.len(), 0);
    }

    town.clock.pass(Span::millis(4 * 60 * 60 * 1_000 - 1));
    assert_eq!(titles(&noor, patient).await.unwrap(), ["Knee"]);
    town.clock.pass(Span::millis(1));
    not_found(titles(&noor, patient).await);
    not_found(patients::profile(&noor, patient).await);
    not_found(documents::list(&noor, patient, None, &PageRequest::default()).await);
    assert_eq!(emergency_access::own(&noor).await.unwrap().open, []);
}

// PR-04: neither by asking again nor by what was opened.
async fn nobody_makes_it_longer(town: Town) {
    let (_, _, patient, noor) = practice(&town).await;
    let until = emergency_access::open(&noor, patient, &why()).await.unwrap().until;
    town.clock.pass(Span::hours(3));
    assert_eq!(conflict(emergency_access::open(&noor, patient, &why()).await), Conflict::EmergencyOpen);
    assert_eq!(conflict(emergency_access::seek(&noor, &sought("Zoltan", "Quark")).await), Conflict::EmergencyOpen);
    assert_eq!(open_at(&noor, patient).await, Some(until));
    // Nor what else is open: so many at once, and no more.
    let owner = town.user(noor.actor().unwrap().user().unwrap().group, "second@harbour.example", Level::Full).await;
    for n in 1..10 {
        let other = town.patient(&owner, "Ann", &format!("Lee{n}")).await;
        emergency_access::open(&noor, other, &why()).await.unwrap();
    }
    let one_more = town.patient(&owner, "Ann", "Lee").await;
    assert_eq!(conflict(emergency_access::open(&noor, one_more, &why()).await), Conflict::TooManyEmergencies);
    not_found(patients::profile(&noor, one_more).await);
    // When it is over, it takes a reason anew, and whoever looks at it hears anew.
    town.clock.pass(Span::hours(1));
    not_found(patients::profile(&noor, patient).await);
    let again = emergency_access::open(&noor, patient, &why()).await.unwrap();
    assert_eq!(again.until, until + Span::hours(4));
    assert_eq!(rows(&owner).await.len(), 11);
}

async fn it_opens_to_nobody_else(town: Town) {
    let (owner, group, patient, noor) = practice(&town).await;
    let lee = town.user(group, "lee@harbour.example", Level::Personal).await;
    emergency_access::open(&noor, patient, &why()).await.unwrap();
    not_found(patients::profile(&lee, patient).await);
    // Those who read every record need none, those who treat nobody have none.
    for (level, refusal) in [
        (Level::Clinical, Refusal::NotNeeded),
        (Level::Full, Refusal::NotNeeded),
        (Level::CalendarContacts, Refusal::Level),
        (Level::CalendarContactsFinance, Refusal::Level),
        (Level::AdminFull, Refusal::Level),
    ] {
        let user = town.user(group, &format!("{}@harbour.example", level.code()), level).await;
        assert_eq!(forbidden(emergency_access::open(&user, patient, &why()).await), refusal, "{level:?}");
        assert_eq!(forbidden(emergency_access::seek(&user, &sought("Zoltan", "Quark")).await), refusal, "{level:?}");
        assert_eq!(forbidden(emergency_access::own(&user).await), refusal, "{level:?}");
        not_found(emergency_access::end_own(&user, patient).await);
        if !level.is_full() {
            assert_eq!(forbidden(emergency_access::list(&user, &PageRequest::default()).await), Refusal::Level);
        }
    }
    assert_eq!(forbidden(emergency_access::list(&noor, &PageRequest::default()).await), Refusal::Level);
    let id = rows(&owner).await[0].id;
    assert_eq!(forbidden(emergency_access::review(&noor, id).await), Refusal::Level);
    assert_eq!(forbidden(emergency_access::end(&noor, id).await), Refusal::Level);
    let ada = town.portal_user(&owner, patient, "zoltan@example.org").await;
    assert_eq!(forbidden(emergency_access::open(&ada, patient, &why()).await), Refusal::Door);
    // Another group's are not there.
    let Staff { owner: stranger, group: other } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let near = town.user(other, "near@hill.example", Level::Personal).await;
    not_found(emergency_access::open(&near, patient, &why()).await);
    assert_eq!(conflict(emergency_access::seek(&near, &sought("Zoltan", "Quark")).await), Conflict::NobodyFound);
    assert_eq!(rows(&stranger).await, []);
    not_found(emergency_access::review(&stranger, id).await);
    not_found(emergency_access::end(&stranger, id).await);
    not_found(emergency_access::end_own(&near, patient).await);
}

// PR-01: a former partner, say, has no emergency with this patient; nor does one last that was there before.
async fn what_was_hidden_stays_hidden(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    emergency_access::open(&noor, patient, &why()).await.unwrap();
    relationships::set(&owner, patient, id_of(&noor), None, Wanted::Revoked).await.unwrap();
    not_found(patients::profile(&noor, patient).await);
    assert_eq!(emergency_access::own(&noor).await.unwrap().open, []);
    not_found(emergency_access::open(&noor, patient, &why()).await);
    let nobody = conflict(emergency_access::seek(&noor, &sought("Zoltan", "Quark")).await);
    assert_eq!(nobody, Conflict::NobodyFound, "as if there were no such patient");
    // Nor does another of the same name tell that there is one more.
    let other = town.patient(&owner, "Zoltan", "Quark").await;
    assert_eq!(emergency_access::seek(&noor, &sought("Zoltan", "Quark")).await.unwrap().patient, other);
}

async fn whoever_is_sought_is_opened(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    let form = DetailsForm { preferred: "Zed".into(), ..details("Zac", "Quark") };
    let twin = patients::add(&owner, &form).await.unwrap();
    let incomplete = SeekForm { reason: String::new(), last_name: " ".into(), ..sought("Zoltan", "Quark") };
    let Err(Error::Invalid(invalid)) = emergency_access::seek(&noor, &incomplete).await else { panic!() };
    assert_eq!(invalid.of("last_name"), Some(Problem::Missing));
    assert_eq!(invalid.of("reason"), Some(Problem::Missing));
    assert_eq!(emergency_access::seek(&noor, &sought("zoltán", "QUARK")).await.unwrap().patient, patient);
    assert_eq!(emergency_access::seek(&noor, &sought("Zed", "Quark")).await.unwrap().patient, twin);
    assert!(open_at(&noor, patient).await.is_some() && open_at(&noor, twin).await.is_some());
}

// PR-01: who looks for people learns of nobody, is written down and is slowed.
async fn to_seek_tells_nothing(town: Town) {
    let (owner, group, _, noor) = practice(&town).await;
    for _ in 0..2 {
        town.patient(&owner, "Ann", "Lee").await;
    }
    assert_eq!(conflict(emergency_access::seek(&noor, &sought("Ann", "Lee")).await), Conflict::SeveralFound);
    for _ in 1..EMERGENCIES_NOT_FOUND {
        assert_eq!(conflict(emergency_access::seek(&noor, &sought("No", "Body")).await), Conflict::NobodyFound);
    }
    // Nor somebody who is there, by then.
    assert!(matches!(emergency_access::seek(&noor, &sought("Zoltan", "Quark")).await, Err(Error::TooMany { .. })));
    let tries = trail(&town, group, Some(Action::EmergencySought)).await;
    let details: Vec<_> = tries.iter().map(|row| row.detail.as_str()).collect();
    assert_eq!(details, ["nobody", "nobody", "nobody", "nobody", "several"]);
    assert_eq!(rows(&owner).await, []);
    town.clock.pass(Span::hours(1));
    emergency_access::seek(&noor, &sought("Zoltan", "Quark")).await.unwrap();
}

async fn those_who_look_are_told(town: Town) {
    let (owner, group, patient, noor) = practice(&town).await;
    let hidden = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let alex =
        town.user_with(group, "alex@harbour.example", Level::AdminFull, hidden, UserState::Active).await.unwrap();
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    let until = emergency_access::open(&noor, patient, &why()).await.unwrap().until;
    let news = News::EmergencyOpened { user: id_of(&noor), often: false };
    for (who, hears) in [(&owner, true), (&alex, true), (&tom, false), (&noor, false)] {
        assert_eq!(heard(who).await, if hears { vec![news.clone()] } else { Vec::new() });
    }
    let [row] = &rows(&owner).await[..] else { panic!() };
    let whose = row.patient.as_ref().unwrap();
    assert_eq!((row.by.as_str(), whose.name.as_str(), whose.id), ("Dr Mira Anand", "Zoltan Quark", patient));
    assert_eq!((row.reason.as_deref(), row.until, row.open, row.own), (Some(WHY), until, true, false));
    assert_eq!((row.ended_at, &row.reviewed), (None, &None));
    // Who sees no names reads no reason: it may hold one.
    let [unnamed] = &rows(&alex).await[..] else { panic!() };
    assert!(unnamed.patient.as_ref().unwrap().name.starts_with("PT-") && unnamed.reason.is_none(), "{unnamed:?}");
    // PR-01: nor does somebody from whom the patient is hidden learn whose it was; that it was, they do.
    let lea = town.user(group, "lea@harbour.example", Level::Full).await;
    relationships::set(&owner, patient, id_of(&lea), None, Wanted::Revoked).await.unwrap();
    let [hidden] = &rows(&lea).await[..] else { panic!() };
    assert_eq!((&hidden.patient, &hidden.reason, hidden.by.as_str()), (&None, &None, "Dr Mira Anand"));

    emergency_access::review(&owner, row.id).await.unwrap();
    let reviewed = rows(&owner).await[0].reviewed.clone().unwrap();
    assert_eq!((reviewed.by.as_str(), reviewed.at), ("Dr Mira Anand", town.now()));
    assert_eq!(conflict(emergency_access::review(&alex, row.id).await), Conflict::ChangedMeanwhile);
    // It is open as long as before.
    assert_eq!(open_at(&noor, patient).await, Some(until));

    // Whoever opened it, and may look at such things by now, does not look at their own.
    let place = town.location(&owner).await;
    let raise = |form: &mut domain::user::UserForm| {
        form.level = Level::Full.code().to_owned();
        form.locations = vec![place];
    };
    crate::users::change(&owner, id_of(&noor), raise).await.unwrap();
    let noor = town.again(&noor).await.unwrap();
    let second = town.user(group, "lee@harbour.example", Level::Personal).await;
    emergency_access::open(&second, patient, &why()).await.unwrap();
    let own: Vec<_> = rows(&noor).await.into_iter().map(|row| row.own).collect();
    assert_eq!(own, [false, true]);
}

async fn it_is_ended_by_hand(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    emergency_access::open(&noor, patient, &why()).await.unwrap();
    town.clock.pass(Span::minutes(1));
    emergency_access::end_own(&noor, patient).await.unwrap();
    not_found(patients::profile(&noor, patient).await);
    not_found(emergency_access::end_own(&noor, patient).await);
    let first = &rows(&owner).await[0];
    assert_eq!((first.open, first.ended_at), (false, Some(town.now())));
    assert_eq!(conflict(emergency_access::end(&owner, first.id).await), Conflict::ChangedMeanwhile);

    emergency_access::open(&noor, patient, &why()).await.unwrap();
    let id = rows(&owner).await[0].id;
    emergency_access::end(&owner, id).await.unwrap();
    not_found(patients::profile(&noor, patient).await);
    assert_eq!(town.engine.audited(Action::EmergencyEnded).await, 2);
}

// PR-04: the third within seven days stands among what is unusual, and the bell says so.
async fn three_in_a_week(town: Town) {
    let (owner, group, patient, noor) = practice(&town).await;
    let often = async || match heard(&owner).await[0] {
        News::EmergencyOpened { often, .. } => often,
        _ => unreachable!(),
    };
    for (pass, expected) in [
        (Span::days(1), false),
        (Span::days(1), false),
        (Span::days(1), true),
        // The first is a week ago by then, to the millisecond; the two after it are not.
        (Span::days(5), true),
        (Span::days(8), false),
    ] {
        town.clock.pass(pass);
        emergency_access::open(&noor, patient, &why()).await.unwrap();
        assert_eq!(often().await, expected, "{:?}", heard(&owner).await);
        emergency_access::end_own(&noor, patient).await.unwrap();
    }
    let unusual = trail(&town, group, Some(Action::UnusualAccess)).await;
    let details: Vec<_> = unusual.iter().map(|row| row.detail.as_str()).filter(|d| d.starts_with("emer")).collect();
    assert_eq!(details, ["emergencies count=3", "emergencies count=3"]);
}

// PR-04, B-02: what only the emergency allowed is marked in the chain, and what was written before stays whole.
async fn entries_are_marked(town: Town) {
    let (owner, group, patient, noor) = practice(&town).await;
    let knee = note(&owner, patient, "Knee", true).await;
    // Who sees the patient anyway, and notes because of the emergency only.
    let lee = town.user(group, "lee@harbour.example", Level::OwnAndContacts).await;
    for user in [&noor, &lee] {
        emergency_access::open(user, patient, &why()).await.unwrap();
        patients::profile(user, patient).await.unwrap();
        assert_eq!(titles(user, patient).await.unwrap(), ["Knee"]);
        notes::open(user, patient, knee).await.unwrap();
    }
    patients::profile(&owner, patient).await.unwrap();
    let rows = trail(&town, group, None).await;
    let marked = |by: &Ctx, action: Action| {
        let of: Vec<_> = rows
            .iter()
            .filter(|row| row.action == Some(action))
            .filter(|row| matches!(&row.who, domain::history::Doer::User(user) if user.id == id_of(by)))
            .map(|row| row.emergency)
            .collect();
        assert!(!of.is_empty() && of.iter().all(|mark| *mark == of[0]), "{action:?} {of:?}");
        of[0]
    };
    for action in [Action::EmergencyOpened, Action::NotesListed, Action::NoteViewed] {
        assert!(marked(&noor, action) && marked(&lee, action), "{action:?}");
    }
    assert!(marked(&noor, Action::PatientViewed) && !marked(&lee, Action::PatientViewed));
    assert!(!marked(&owner, Action::PatientViewed) && !marked(&owner, Action::NotePublished));
    let reports = audit::verify(&*town.services.store).await.unwrap();
    assert!(reports.iter().all(|report| report.fault.is_none()), "{reports:?}");
    let settings = AccessSettings { view_history: true, export_data: true, ..AccessSettings::default() };
    let reader = town.user_with(group, "csv@harbour.example", Level::Full, settings, UserState::Active).await.unwrap();
    let csv = history::export(&reader, &HistoryFilter::default()).await.unwrap().csv;
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].ends_with(",emergency"), "{}", lines[0]);
    assert_eq!(lines.iter().filter(|line| line.ends_with(",\"yes\"")).count(), 7);
    // The reason is no part of the trail.
    assert!(!csv.contains("unconscious"));
}

// PR-04, B-01
async fn the_patient_sees_it(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    let zoltan = town.portal_user(&owner, patient, "zoltan@example.org").await;
    emergency_access::open(&noor, patient, &why()).await.unwrap();
    titles(&noor, patient).await.unwrap();
    emergency_access::end_own(&noor, patient).await.unwrap();
    let log = access_log::list(&zoltan, patient, None).await.unwrap().visits.rows;
    let seen: Vec<_> = log.iter().take(3).map(|visit| (visit.what, visit.part, visit.emergency)).collect();
    assert_eq!(
        seen,
        [
            (Action::EmergencyEnded, Part::Profile, false),
            (Action::NotesListed, Part::Profile, true),
            (Action::EmergencyOpened, Part::Profile, true),
        ]
    );
    assert!(log.iter().take(3).all(|visit| matches!(visit.who, Visitor::User { .. })), "{log:?}");
    assert!(log.iter().skip(3).all(|visit| !visit.emergency));
}

async fn set_hours(owner: &Ctx, by: &Ctx, hours: Option<&str>) -> Result<()> {
    let now = settings::practice(owner).await.unwrap();
    let form = PracticeForm {
        name: now.name,
        phone: now.phone,
        idle_minutes: now.idle_minutes.to_string(),
        emergency_hours: hours.map(str::to_owned),
    };
    settings::save_practice(by, now.version, &form).await
}

async fn the_practice_sets_for_how_long(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    let set = async |by: &Ctx, hours: Option<&str>| set_hours(&owner, by, hours).await;
    for wrong_hours in ["25", "-1", "", "many"] {
        assert!(wrong(set(&owner, Some(wrong_hours)).await, "emergency_hours").is_some(), "{wrong_hours}");
    }
    // AD-08: it takes the password; what leaves it as it is does not.
    let long_ago = owner.clone().proved(None);
    assert!(matches!(set(&long_ago, Some("24")).await, Err(Error::StepUp)));
    set(&long_ago, Some("4")).await.unwrap();
    set(&owner, Some("1")).await.unwrap();
    // A page that does not know of it leaves it.
    set(&long_ago, None).await.unwrap();
    assert_eq!(emergency_access::own(&noor).await.unwrap().hours, Some(1));
    let until = emergency_access::open(&noor, patient, &why()).await.unwrap().until;
    assert_eq!(until, town.now() + Span::hours(1));
    set(&owner, Some("0")).await.unwrap();
    // What is open ends when it was said to.
    assert_eq!(open_at(&noor, patient).await, Some(until));
    let other = town.patient(&owner, "Ann", "Lee").await;
    assert_eq!(conflict(emergency_access::open(&noor, other, &why()).await), Conflict::EmergencyOff);
    assert_eq!(conflict(emergency_access::seek(&noor, &sought("Ann", "Lee")).await), Conflict::EmergencyOff);
    assert_eq!(emergency_access::own(&noor).await.unwrap().hours, None);
}

//
async fn of_two_at_once_one_opens(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    let (form, by_name) = (why(), sought("Zoltan", "Quark"));
    let (one, two) =
        tokio::join!(emergency_access::open(&noor, patient, &form), emergency_access::seek(&noor, &by_name));
    let (opened, refused) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(opened.is_ok());
    assert_eq!(conflict(refused), Conflict::EmergencyOpen);
    assert_eq!((rows(&owner).await.len(), heard(&owner).await.len()), (1, 1));
}

// PR-04, B-02: also where the entry stands for more than the emergency opened.
async fn what_only_it_shows_is_marked(town: Town) {
    let (_, group, patient, _) = practice(&town).await;
    let lee = town.user(group, "lee@harbour.example", Level::OwnAndContacts).await;
    let look = async || {
        let background = patients::background(&lee, patient).await.unwrap();
        let files = files::list(&lee, patient, &PageRequest::default()).await.unwrap();
        updates::waiting(&lee, patient).await.unwrap();
        (background.sees_social, files.may_read)
    };
    let marks = async || {
        let mut marks = Vec::new();
        for action in [Action::PatientViewed, Action::FilesListed, Action::UpdatesViewed] {
            marks.push(trail(&town, group, Some(action)).await[0].emergency);
        }
        marks
    };
    assert_eq!(look().await, (false, false));
    assert_eq!(marks().await, [false, false, false]);
    emergency_access::open(&lee, patient, &why()).await.unwrap();
    assert_eq!(look().await, (true, true));
    assert_eq!(marks().await, [true, true, true]);
}

// PR-04, PR-01
async fn it_opens_the_record_and_not_its_trail(town: Town) {
    let (owner, group, patient, _) = practice(&town).await;
    patients::profile(&owner, patient).await.unwrap();
    let settings = AccessSettings { view_history: true, export_data: true, ..AccessSettings::default() };
    let near = town.user_with(group, "h@harbour.example", Level::Personal, settings, UserState::Active).await.unwrap();
    emergency_access::open(&near, patient, &why()).await.unwrap();
    let filter = HistoryFilter { patient: Some(patient), ..HistoryFilter::default() };
    let all = town.user_with(group, "all@harbour.example", Level::Full, settings, UserState::Active).await.unwrap();
    assert!(!history::list(&all, &filter, &PageRequest::default()).await.unwrap().rows.is_empty());
    assert_eq!(history::list(&near, &filter, &PageRequest::default()).await.unwrap().rows, []);
    assert_eq!(history::export(&near, &filter).await.unwrap().csv.lines().count(), 1);
}

// PR-04: as with notes.
async fn what_is_not_finished_stays_its_authors(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    let form =
        DocumentForm { title: "A plan".into(), kind: "plan".into(), body: "Walk".into(), ..DocumentForm::default() };
    let draft = documents::begin(&owner, patient, &form).await.unwrap();
    let done = documents::begin(&owner, patient, &form).await.unwrap();
    documents::complete(&owner, patient, done, 1, &form).await.unwrap();
    emergency_access::open(&noor, patient, &why()).await.unwrap();
    let listed = documents::list(&noor, patient, None, &PageRequest::default()).await.unwrap().documents.rows;
    assert_eq!(listed.into_iter().map(|row| row.id).collect::<Vec<_>>(), [done]);
    documents::open(&noor, patient, done).await.unwrap();
    not_found(documents::open(&noor, patient, draft).await);
    documents::open(&owner, patient, draft).await.unwrap();
}

async fn hidden_once_it_does_not_come_back(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    emergency_access::open(&noor, patient, &why()).await.unwrap();
    let owner = owner.clone().proved(Some(town.now()));
    relationships::set(&owner, patient, id_of(&noor), None, Wanted::Revoked).await.unwrap();
    assert!(!rows(&owner).await[0].open);
    relationships::set(&owner, patient, id_of(&noor), Some(Relationship::Revoked), Wanted::Neither).await.unwrap();
    not_found(patients::profile(&noor, patient).await);
    // With a new reason it opens again.
    emergency_access::open(&noor, patient, &why()).await.unwrap();
    patients::profile(&noor, patient).await.unwrap();
}

// PR-01: what is wrong with the asking is the same for a patient who is there and for one who is not.
async fn asking_tells_of_no_patient(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    let nobody = PatientId::from(town.services.random.id());
    for patient in [patient, nobody] {
        let refused = emergency_access::open(&noor, patient, &ReasonForm::default()).await;
        assert_eq!(wrong(refused, "reason"), Some(Problem::Missing));
    }
    not_found(emergency_access::open(&noor, nobody, &why()).await);
    set_hours(&owner, &owner, Some("0")).await.unwrap();
    for patient in [patient, nobody] {
        for form in [why(), ReasonForm::default()] {
            let refused = emergency_access::open(&noor, patient, &form).await;
            assert!(matches!(refused, Err(Error::Conflict(Conflict::EmergencyOff) | Error::Invalid(_))), "{refused:?}");
        }
        assert_eq!(conflict(emergency_access::open(&noor, patient, &why()).await), Conflict::EmergencyOff);
    }
    // Which "Explain access" says as well (B-16).
    let explained = users::explain(&owner, id_of(&noor), Some(patient)).await.unwrap();
    let told = explained.iter().find(|one| one.right == "OpenInEmergency").unwrap();
    assert_eq!((told.may, told.because), (false, Because::EmergenciesOff));
}

// Whoever opened a record and manages settings by now looks at that of others.
async fn nobody_looks_at_their_own(town: Town) {
    let (owner, _, patient, noor) = practice(&town).await;
    emergency_access::open(&noor, patient, &why()).await.unwrap();
    let page = users::page(&owner, id_of(&noor)).await.unwrap();
    let locations = vec![town.location(&owner).await];
    let form = UserForm { level: Level::Full.code().into(), ..UserForm::of(&page.user, locations) };
    users::save(&owner, id_of(&noor), page.user.version, &form).await.unwrap();
    let risen = town.again(&noor).await.unwrap();
    let row = rows(&risen).await.remove(0);
    assert!(row.own);
    assert_eq!(conflict(emergency_access::review(&risen, row.id).await), Conflict::Yourself);
}
