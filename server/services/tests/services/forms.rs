//! Forms: made, sent, filled in, returned, read (S3-13, S3-14, S3-30, PT-14).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    access::Because,
    audit::Action,
    error::{Conflict, Problem, Refusal},
    form::{
        Answer, Completeness, Definition, FormDraft, FormState, Kind, Question, Raw, RequestState, Section, SendForm,
    },
    ids::{FormId, FormRequestId, PatientId},
    limits,
    notification::News,
    page::PageRequest,
    patient::{DetailsForm, Status},
    relationship::Wanted,
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, forms, notifications, patients, portal_users, relationships};

use crate::{
    answers::{conflict, not_found},
    town::{Staff, Town},
};

on_both_engines! {
    a_form_is_written_published_and_put_away,
    a_published_version_never_changes,
    who_may_manage_forms,
    a_form_goes_to_the_person_and_comes_back,
    a_refused_return_keeps_what_was_typed,
    answers_outside_the_form_twice_and_after_the_end,
    of_two_who_return_it_at_once_one_does,
    only_the_person_who_was_asked_sees_it,
    who_is_invited_sees_it_once_they_accept,
    what_cannot_be_sent,
    who_reads_the_answers,
    markup_stays_text,
    a_mail_says_that_something_waits_while_it_does,
    a_returned_form_is_a_file_for_whoever_may_read_it,
    a_mail_about_forms_goes_to_who_may_fill_them_in,
    one_mail_however_often_forms_are_sent,
}

pub fn question(key: &str, required: bool, kind: Kind) -> Question {
    Question { key: key.into(), label: format!("About {key}"), help: String::new(), required, kind }
}

pub fn draft(title: &str) -> FormDraft {
    let questions = vec![
        question("reason", true, Kind::LongText),
        question("side", false, Kind::Choice { options: vec!["Left".into(), "Right".into()] }),
        question("weight", false, Kind::Number { least: "2".into(), most: "300".into(), unit: "kg".into() }),
    ];
    let section = Section { title: "About you".into(), help: String::new(), questions };
    FormDraft { title: title.into(), definition: Definition { sections: vec![section] } }
}

pub async fn published(by: &Ctx, title: &str) -> FormId {
    let id = forms::add(by, &draft(title)).await.unwrap();
    forms::publish(by, id, 0, &draft(title)).await.unwrap();
    id
}

pub fn typed(pairs: &[(&str, &str)]) -> Raw {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect()
}

async fn send(by: &Ctx, patient: PatientId, form: FormId) -> services::Result<()> {
    let start = forms::send_start(by, patient).await?;
    let to = start.people[0].grant.to_string();
    forms::send(by, patient, &SendForm { to, forms: vec![form], message: "Please fill this in".into() }).await
}

async fn only_request(by: &Ctx, patient: PatientId) -> FormRequestId {
    let page = forms::requests(by, patient, &PageRequest::default()).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    page.rows[0].id
}

/// A patient who uses the portal and is asked for a form.
async fn asked(town: &Town) -> (Staff, PatientId, Ctx, FormRequestId) {
    let staff = town.practice().await;
    let patient = town.patient(&staff.owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(&staff.owner, patient, "lien@example.org").await;
    let form = published(&staff.owner, "New patient").await;
    send(&staff.owner, patient, form).await.unwrap();
    let request = only_request(&staff.owner, patient).await;
    (staff, patient, lien, request)
}

#[track_caller]
fn invalid<T: std::fmt::Debug>(answer: services::Result<T>) -> domain::error::Invalid {
    match answer {
        Err(Error::Invalid(invalid)) => invalid,
        other => panic!("nothing was wrong: {other:?}"),
    }
}

async fn a_form_is_written_published_and_put_away(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let other = town.practice_called("Another Practice", "owner@another.example").await.owner;
    let empty = FormDraft { title: "Intake".into(), ..FormDraft::default() };
    let id = forms::add(&owner, &empty).await.unwrap();
    assert_eq!(invalid(forms::add(&owner, &draft("INTAKE")).await).of("title"), Some(Problem::NameTaken));
    // Half a form is kept, and not published.
    assert_eq!(invalid(forms::publish(&owner, id, 0, &empty).await).of("sections"), Some(Problem::Missing));
    let mut half = draft("Intake");
    half.definition.sections[0].questions[0].label = String::new();
    forms::save(&owner, id, 0, &half).await.unwrap();
    assert_eq!(conflict(forms::save(&owner, id, 0, &draft("Intake")).await), Conflict::ChangedMeanwhile);
    assert_eq!(conflict(forms::publish(&owner, id, 0, &draft("Intake")).await), Conflict::ChangedMeanwhile);
    let page = forms::open(&owner, id).await.unwrap();
    assert_eq!((page.state, page.version), (FormState::Draft, 1));
    assert_eq!(page.definition, half.definition);
    let wrong = invalid(forms::publish(&owner, id, 1, &half).await);
    assert_eq!(wrong.of("sections.0.questions.0.label"), Some(Problem::Missing));

    assert_eq!(forms::publish(&owner, id, 1, &draft("Intake")).await.unwrap(), 1);
    let list = forms::list(&owner).await.unwrap();
    assert_eq!(list[0].state, FormState::Published { number: 1, changed: false });
    forms::save(&owner, id, 2, &half).await.unwrap();
    let list = forms::list(&owner).await.unwrap();
    assert_eq!(list[0].state, FormState::Published { number: 1, changed: true });
    not_found(forms::open(&other, id).await);
    not_found(forms::save(&other, id, 3, &half).await);
    not_found(forms::archive(&other, id, 3).await);
    assert_eq!(conflict(forms::archive(&owner, id, 2).await), Conflict::ChangedMeanwhile);
    forms::archive(&owner, id, 3).await.unwrap();
    assert_eq!(conflict(forms::archive(&owner, id, 4).await), Conflict::FormArchived);
    assert_eq!(conflict(forms::save(&owner, id, 4, &half).await), Conflict::FormArchived);
    assert_eq!(conflict(forms::publish(&owner, id, 4, &draft("Intake")).await), Conflict::FormArchived);
    // Its title is free again, and whoever takes it into use again is told when it is taken.
    let taker = forms::add(&owner, &draft("Intake")).await.unwrap();
    not_found(forms::restore(&other, id, 4).await);
    assert_eq!(conflict(forms::restore(&owner, id, 4).await), Conflict::FormTitleTaken);
    forms::archive(&owner, taker, 0).await.unwrap();
    assert_eq!(conflict(forms::restore(&owner, id, 3).await), Conflict::ChangedMeanwhile);
    forms::restore(&owner, id, 4).await.unwrap();
    assert_eq!(conflict(forms::restore(&owner, id, 5).await), Conflict::ChangedMeanwhile);
    assert_eq!(forms::open(&owner, id).await.unwrap().state, FormState::Published { number: 1, changed: true });
    assert!(forms::list(&other).await.unwrap().is_empty());
}

async fn a_published_version_never_changes(town: Town) {
    let (staff, patient, lien, request) = asked(&town).await;
    let form = forms::list(&staff.owner).await.unwrap()[0].id;
    let mut next = draft("New patient, again");
    next.definition.sections[0].questions[0].label = "Something else".into();
    assert_eq!(forms::publish(&staff.owner, form, 1, &next).await.unwrap(), 2);
    // What is out stays what it was.
    let open = forms::open_own(&lien, patient, request).await.unwrap();
    assert_eq!(open.title, "New patient");
    assert_eq!(open.definition, draft("").definition.check(Completeness::Whole).unwrap());
    send(&staff.owner, patient, form).await.unwrap();
    let own = forms::list_own(&lien, patient, &PageRequest::default()).await.unwrap();
    assert_eq!(
        own.asked.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(),
        ["New patient", "New patient, again"]
    );
}

async fn who_may_manage_forms(town: Town) {
    let Staff { group, owner } = town.practice().await;
    let form = published(&owner, "Intake").await;
    let clinical = town.user(group, "c@harbour.example", Level::Clinical).await;
    let looks = AccessSettings { read_only: true, ..AccessSettings::default() };
    let looks = town.user_with(group, "r@harbour.example", Level::Full, looks, UserState::Active).await.unwrap();
    for (user, refusal) in [(&clinical, Refusal::Level), (&looks, Refusal::ReadOnly)] {
        assert!(matches!(forms::list(user).await, Err(Error::Forbidden(why)) if why == refusal));
        assert!(matches!(forms::add(user, &draft("X")).await, Err(Error::Forbidden(why)) if why == refusal));
        assert!(matches!(forms::archive(user, form, 1).await, Err(Error::Forbidden(why)) if why == refusal));
    }
}

// S3-13, S3-14, S3-30
async fn a_form_goes_to_the_person_and_comes_back(town: Town) {
    let (staff, patient, lien, request) = asked(&town).await;
    let own = forms::list_own(&lien, patient, &PageRequest::default()).await.unwrap();
    assert_eq!(own.time_zone, "Australia/Sydney");
    assert_eq!((own.asked[0].id, own.asked[0].message.as_str()), (request, "Please fill this in"));
    assert_eq!(own.asked[0].state, RequestState::Asked);
    assert_eq!(services::portal::frame(&lien, patient).await.unwrap().asked_forms, 1);

    forms::save_own(&lien, patient, request, &typed(&[("reason", "my kn")])).await.unwrap();
    // A draft is nobody else's.
    let row = forms::requests(&staff.owner, patient, &PageRequest::default()).await.unwrap().rows.remove(0);
    assert!(matches!(row.state, RequestState::Started { .. }) && !row.may_view && row.may_withdraw, "{row:?}");
    not_found(forms::answers(&staff.owner, patient, request).await);
    assert_eq!(notifications::unread(&staff.owner).await.unwrap(), 1);

    let all = typed(&[("reason", "my knee\r\nhurts"), ("weight", "62,5"), ("side", "Left")]);
    forms::submit_own(&lien, patient, request, &all).await.unwrap();
    let row = forms::requests(&staff.owner, patient, &PageRequest::default()).await.unwrap().rows.remove(0);
    assert!(matches!(row.state, RequestState::Submitted { .. }) && row.may_view && !row.may_withdraw, "{row:?}");
    let read = forms::answers(&staff.owner, patient, request).await.unwrap();
    let answers: Vec<_> = read.answers.into_iter().map(|one| one.answer).collect();
    let expected = [
        Answer::Text("my knee\nhurts".into()),
        Answer::Chosen(vec!["Left".into()]),
        Answer::Number("62.5".parse().unwrap()),
    ];
    assert_eq!(answers, expected);

    // Whoever asked is told, and the portal user reads it again.
    let told = notifications::list(&staff.owner, &PageRequest::default()).await.unwrap().rows.remove(0);
    assert_eq!(told.news, News::FormReturned { patient, request });
    assert_eq!(told.about, "Lien Nguyen");
    let own = forms::list_own(&lien, patient, &PageRequest::default()).await.unwrap();
    assert!(own.asked.is_empty() && own.returned.rows[0].id == request);
    let open = forms::open_own(&lien, patient, request).await.unwrap();
    assert!(!open.may_answer && open.filled.answers.is_some_and(|answers| answers.len() == 3));
    assert_eq!(services::portal::frame(&lien, patient).await.unwrap().asked_forms, 0);
    let chain = town.engine.chain(&staff.group.to_string()).await;
    let trail: Vec<_> = chain.into_iter().map(|entry| entry.action).collect();
    for action in
        ["form_added", "form_published", "form_sent", "forms_listed", "form_saved", "form_returned", "form_viewed"]
    {
        assert!(trail.iter().any(|one| one == action), "{action} is missing: {trail:?}");
    }
}

async fn a_refused_return_keeps_what_was_typed(town: Town) {
    let (_, patient, lien, request) = asked(&town).await;
    let half = typed(&[("weight", "five hundred"), ("side", "Right"), ("reason", " ")]);
    let wrong = invalid(forms::submit_own(&lien, patient, request, &half).await);
    assert_eq!(wrong.of("reason"), Some(Problem::Missing));
    assert_eq!(wrong.of("weight"), Some(Problem::NotANumber));
    let open = forms::open_own(&lien, patient, request).await.unwrap();
    assert_eq!(open.filled.draft, half);
    assert!(open.may_answer && matches!(open.state, RequestState::Started { .. }));
    let whole = typed(&[("weight", "50"), ("side", "Right"), ("reason", "x")]);
    forms::submit_own(&lien, patient, request, &whole).await.unwrap();
}

// PT-14
async fn answers_outside_the_form_twice_and_after_the_end(town: Town) {
    let (staff, patient, lien, request) = asked(&town).await;
    let good = typed(&[("reason", "x")]);
    for bad in [typed(&[("reason", "x"), ("diagnosis", "y")]), typed(&[("reason", "x"), ("side", "Middle")])] {
        invalid(forms::save_own(&lien, patient, request, &bad).await);
        invalid(forms::submit_own(&lien, patient, request, &bad).await);
    }
    // Nothing of it was kept.
    assert_eq!(forms::open_own(&lien, patient, request).await.unwrap().state, RequestState::Asked);
    forms::submit_own(&lien, patient, request, &good).await.unwrap();
    assert_eq!(conflict(forms::submit_own(&lien, patient, request, &good).await), Conflict::FormReturned);
    assert_eq!(conflict(forms::save_own(&lien, patient, request, &good).await), Conflict::FormReturned);
    assert_eq!(conflict(forms::withdraw(&staff.owner, patient, request).await), Conflict::FormReturned);

    let form = forms::list(&staff.owner).await.unwrap()[0].id;
    send(&staff.owner, patient, form).await.unwrap();
    let second = forms::list_own(&lien, patient, &PageRequest::default()).await.unwrap().asked[0].id;
    forms::withdraw(&staff.owner, patient, second).await.unwrap();
    assert_eq!(conflict(forms::withdraw(&staff.owner, patient, second).await), Conflict::FormWithdrawn);
    assert_eq!(conflict(forms::submit_own(&lien, patient, second, &good).await), Conflict::FormWithdrawn);
    assert_eq!(conflict(forms::save_own(&lien, patient, second, &good).await), Conflict::FormWithdrawn);
    assert!(!forms::open_own(&lien, patient, second).await.unwrap().may_answer);
}

// PT-14
async fn of_two_who_return_it_at_once_one_does(town: Town) {
    let (staff, patient, lien, request) = asked(&town).await;
    let (one, other) = (typed(&[("reason", "one")]), typed(&[("reason", "other")]));
    let (first, second) = tokio::join!(
        forms::submit_own(&lien, patient, request, &one),
        forms::submit_own(&lien, patient, request, &other)
    );
    let refused = if first.is_ok() { second } else { first };
    assert_eq!(conflict(refused), Conflict::FormReturned);
    let told = notifications::list(&staff.owner, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(told.iter().filter(|row| matches!(row.news, News::FormReturned { .. })).count(), 1);
}

// PT-14: B's questionnaire, and that of somebody else who uses the same record.
async fn only_the_person_who_was_asked_sees_it(town: Town) {
    let (staff, patient, _, request) = asked(&town).await;
    let omar = town.patient(&staff.owner, "Omar", "Haddad").await;
    let stranger = town.portal_user(&staff.owner, omar, "omar@example.org").await;
    let good = typed(&[("reason", "x")]);
    for at in [patient, omar] {
        not_found(forms::open_own(&stranger, at, request).await);
        not_found(forms::save_own(&stranger, at, request, &good).await);
        not_found(forms::submit_own(&stranger, at, request, &good).await);
    }
    not_found(forms::list_own(&stranger, patient, &PageRequest::default()).await);
    assert!(forms::list_own(&stranger, omar, &PageRequest::default()).await.unwrap().asked.is_empty());
    not_found(forms::answers(&staff.owner, omar, request).await);
    not_found(forms::withdraw(&staff.owner, omar, request).await);
    // The practice's people have no business at the portal's side of it.
    assert!(matches!(
        forms::open_own(&staff.owner, patient, request).await,
        Err(Error::NotFound | Error::Forbidden(_))
    ));
    let other = town.practice_called("Another Practice", "owner@another.example").await.owner;
    not_found(forms::requests(&other, patient, &PageRequest::default()).await);
    not_found(forms::send_start(&other, patient).await);
}

async fn who_is_invited_sees_it_once_they_accept(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    let form = published(&owner, "Intake").await;
    assert!(forms::send_start(&owner, patient).await.unwrap().people.is_empty());
    town.invite(&owner, patient, "lien@example.org").await;
    assert!(!forms::send_start(&owner, patient).await.unwrap().people[0].active);
    send(&owner, patient, form).await.unwrap();
    let token = town.link_to("lien@example.org").await;
    let ctx = town.anon();
    services::invitations::accept(&ctx, &token, crate::town::PASSWORD).await.unwrap();
    let lien = town.follow(&ctx).await;
    let own = forms::list_own(&lien, patient, &PageRequest::default()).await.unwrap();
    assert_eq!(own.asked.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(), ["Intake"]);
}

async fn what_cannot_be_sent(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    town.portal_user(&owner, patient, "lien@example.org").await;
    let unpublished = forms::add(&owner, &draft("Draft")).await.unwrap();
    assert_eq!(conflict(send(&owner, patient, unpublished).await), Conflict::FormNotPublished);
    let archived = published(&owner, "Old").await;
    forms::archive(&owner, archived, 1).await.unwrap();
    assert_eq!(conflict(send(&owner, patient, archived).await), Conflict::FormArchived);
    let other = town.practice_called("Another Practice", "owner@another.example").await.owner;
    let theirs = published(&other, "Theirs").await;
    assert_eq!(invalid(send(&owner, patient, theirs).await).of("forms"), Some(Problem::NotAChoice));
    let form = published(&owner, "Intake").await;
    let choices = forms::send_start(&owner, patient).await.unwrap().forms;
    assert_eq!(choices.iter().map(|choice| choice.id).collect::<Vec<_>>(), [form]);
    // Somebody who is not of this patient.
    let omar = town.patient(&owner, "Omar", "Haddad").await;
    town.invite(&owner, omar, "omar@example.org").await;
    let to = forms::send_start(&owner, omar).await.unwrap().people[0].grant.to_string();
    let wrong = SendForm { to, forms: vec![form], message: String::new() };
    assert_eq!(invalid(forms::send(&owner, patient, &wrong).await).of("to"), Some(Problem::NotAChoice));
    // Nothing of all that was sent.
    assert!(forms::requests(&owner, patient, &PageRequest::default()).await.unwrap().rows.is_empty());
    let looks = AccessSettings { read_only: true, ..AccessSettings::default() };
    let looks = town.user_with(group, "r@harbour.example", Level::Full, looks, UserState::Active).await.unwrap();
    assert!(matches!(send(&looks, patient, form).await, Err(Error::Forbidden(Refusal::ReadOnly))));
    for _ in 0..limits::FORMS_ASKED {
        send(&owner, patient, form).await.unwrap();
    }
    assert_eq!(conflict(send(&owner, patient, form).await), Conflict::TooManyForms);
}

async fn who_reads_the_answers(town: Town) {
    let (staff, patient, lien, request) = asked(&town).await;
    forms::submit_own(&lien, patient, request, &typed(&[("reason", "x")])).await.unwrap();
    let page = PageRequest::default();
    let clinical = town.user(staff.group, "c@harbour.example", Level::Clinical).await;
    forms::answers(&clinical, patient, request).await.unwrap();
    // Who sees their own patients and contacts sees that it came back, not what it says, until they treat the patient.
    let own = town.user(staff.group, "o@harbour.example", Level::OwnAndContacts).await;
    let row = forms::requests(&own, patient, &page).await.unwrap().rows.remove(0);
    assert!(!row.may_view && row.email == "lien@example.org");
    not_found(forms::answers(&own, patient, request).await);
    let user = own.actor().unwrap().may(domain::access::EnterGroup, &()).unwrap().user();
    relationships::set(&staff.owner, patient, user, None, Wanted::Granted).await.unwrap();
    assert!(forms::requests(&own, patient, &page).await.unwrap().rows[0].may_view);
    forms::answers(&own, patient, request).await.unwrap();
    let why = services::users::explain(&staff.owner, user, Some(patient)).await.unwrap();
    let why = why.iter().find(|one| one.right == "ViewFormAnswers").unwrap();
    assert!(why.may && why.because == Because::Granted, "{why:?}");
    // Names hidden: that it came back, without an address, and no answers.
    let hidden = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let hidden =
        town.user_with(staff.group, "h@harbour.example", Level::AdminFull, hidden, UserState::Active).await.unwrap();
    let row = forms::requests(&hidden, patient, &page).await.unwrap().rows.remove(0);
    assert!(!row.may_view && row.email.is_empty() && !row.may_withdraw);
    not_found(forms::answers(&hidden, patient, request).await);
    assert!(matches!(forms::send_start(&hidden, patient).await, Err(Error::Forbidden(Refusal::NamesHidden))));
}

// PT-17
async fn markup_stays_text(town: Town) {
    let (staff, patient, lien, request) = asked(&town).await;
    let evil = "</textarea><script>alert(1)</script>";
    forms::submit_own(&lien, patient, request, &typed(&[("reason", evil)])).await.unwrap();
    let read = forms::answers(&staff.owner, patient, request).await.unwrap();
    assert_eq!(read.answers[0].answer, Answer::Text(evil.into()));
}

fn notices(town: &Town) -> usize {
    town.mailer.to("lien@example.org").iter().filter(|letter| letter.subject == "forms asked").count()
}

// Decision 14: that something waits, and neither what nor about whom.
async fn a_mail_says_that_something_waits_while_it_does(town: Town) {
    let (staff, patient, lien, request) = asked(&town).await;
    town.post().await;
    let letter = town.mailer.to("lien@example.org").pop().unwrap();
    assert_eq!(letter.subject, "forms asked");
    assert!(letter.text.contains("/sign-in"), "{}", letter.text);
    for secret in ["Lien", "New patient", "fill this in", &patient.to_string()] {
        assert!(!letter.text.contains(secret), "{secret}: {}", letter.text);
    }
    // Taken back, or returned, before the mail left: nothing is said.
    let form = forms::list(&staff.owner).await.unwrap()[0].id;
    forms::withdraw(&staff.owner, patient, request).await.unwrap();
    send(&staff.owner, patient, form).await.unwrap();
    let second = forms::requests(&staff.owner, patient, &PageRequest::default()).await.unwrap().rows[0].id;
    forms::submit_own(&lien, patient, second, &typed(&[("reason", "x")])).await.unwrap();
    town.post().await;
    assert_eq!(notices(&town), 1);
    // Nor to who has no access any more.
    send(&staff.owner, patient, form).await.unwrap();
    let grant = portal_users::list(&staff.owner, patient).await.unwrap()[0].id;
    portal_users::suspend(&staff.owner, patient, grant).await.unwrap();
    town.post().await;
    assert_eq!(notices(&town), 1);
}

async fn a_returned_form_is_a_file_for_whoever_may_read_it(town: Town) {
    let (staff, patient, lien, request) = asked(&town).await;
    let settings = AccessSettings { export_data: true, ..AccessSettings::default() };
    let user =
        town.user_with(staff.group, "out@harbour.example", Level::Full, settings, UserState::Active).await.unwrap();
    not_found(forms::pdf(&user, patient, request).await);
    forms::submit_own(&lien, patient, request, &typed(&[("reason", "my knee"), ("weight", "62,5")])).await.unwrap();
    // As with anything that leaves the program as a file: the right to it, and the password just now (AD-08).
    let denied = forms::pdf(&staff.owner, patient, request).await;
    assert!(matches!(denied, Err(Error::Forbidden(Refusal::Setting))), "{denied:?}");
    let later = town.again(&user).await.unwrap().proved(None);
    assert!(matches!(forms::pdf(&later, patient, request).await, Err(Error::StepUp)));
    assert_eq!(town.engine.audited(Action::FormPrinted).await, 0);
    let file = forms::pdf(&user, patient, request).await.unwrap();
    let paper = String::from_utf8(STANDARD.decode(file.base64).unwrap()).unwrap();
    for wanted in
        ["New patient", "About Lien Nguyen", "Returned by lien@example.org", "my knee", "62.5 kg", "Not answered"]
    {
        assert!(paper.contains(wanted), "{wanted}: {paper}");
    }
    assert_eq!(town.engine.audited(Action::FormPrinted).await, 1, "it is written down");
    let hidden = AccessSettings { hide_names: true, export_data: true, ..AccessSettings::default() };
    let hidden =
        town.user_with(staff.group, "h@harbour.example", Level::AdminFull, hidden, UserState::Active).await.unwrap();
    not_found(forms::pdf(&hidden, patient, request).await);
}

// Rule 11: what the reader could not open any more when the mail leaves is not spoken of.
async fn a_mail_about_forms_goes_to_who_may_fill_them_in(town: Town) {
    let staff = town.practice().await;
    let form = published(&staff.owner, "New patient").await;
    let mut people = Vec::new();
    for (n, email) in
        ["dead@example.org", "narrowed@example.org", "looks@example.org", "may@example.org"].iter().enumerate()
    {
        let patient = town.patient(&staff.owner, "Lien", &format!("Nguyen{n}")).await;
        town.portal_user(&staff.owner, patient, email).await;
        people.push(patient);
    }
    for patient in &people {
        send(&staff.owner, *patient, form).await.unwrap();
    }
    let profile = patients::profile(&staff.owner, people[0]).await.unwrap();
    let dead = DetailsForm { status: Status::Deceased.code().to_owned(), ..DetailsForm::of(&profile.details.unwrap()) };
    patients::save(&staff.owner, people[0], profile.version, &dead).await.unwrap();
    // As a carer's access, whose level or role was lowered meanwhile.
    for (email, change) in
        [("narrowed@example.org", "level = 'administrative'"), ("looks@example.org", "role = 'view'")]
    {
        let sql = format!(
            "UPDATE portal_grants SET {change} WHERE account_id = (SELECT id FROM accounts WHERE email = '{email}')"
        );
        town.engine.execute(&sql).await;
    }
    town.post().await;
    let asked: Vec<_> = town.mailer.all().into_iter().filter(|letter| letter.subject == "forms asked").collect();
    assert_eq!(asked.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["may@example.org"]);
}

async fn one_mail_however_often_forms_are_sent(town: Town) {
    let (staff, patient, _, request) = asked(&town).await;
    let form = forms::list(&staff.owner).await.unwrap()[0].id;
    forms::withdraw(&staff.owner, patient, request).await.unwrap();
    send(&staff.owner, patient, form).await.unwrap();
    let other = published(&staff.owner, "Another").await;
    send(&staff.owner, patient, other).await.unwrap();
    town.post().await;
    assert_eq!(notices(&town), 1);
    // It has left: what is asked from now on is news.
    let third = published(&staff.owner, "A third").await;
    send(&staff.owner, patient, third).await.unwrap();
    town.post().await;
    assert_eq!(notices(&town), 2);
}
