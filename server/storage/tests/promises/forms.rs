//! Promises about forms, their versions, and what was sent to portal users.

use domain::{
    access::{Access, GrantFacts, SendForms, ViewFormAnswers, ViewForms, ViewOwnRecord},
    form::{
        Answer, Answered, Definition, Filled, Form, FormRequest, FormState, Kind, Question, Raw, RequestState, Section,
        Version,
    },
    grant::{Birthdays, Grant, State},
    ids::FormId,
    notification::{News, Notification},
    page::PageRequest,
    patient::{Patient, Status},
};
use services::ports::{Clash, Hint};
use storage::testing::TestDatabase;

use crate::world::{NOW, World, clash, id, later, may_enter, may_manage_forms, portal_actor};

promises!(
    forms_are_the_groups_own_by_title,
    a_title_is_given_once_among_the_forms_in_use,
    the_second_of_two_who_edit_is_told,
    a_version_stays_as_it_was_published,
    requests_are_listed_for_the_patient_and_for_the_grant,
    a_draft_is_kept_until_the_form_is_returned,
    of_two_who_return_a_form_at_once_one_does,
    what_was_withdrawn_is_neither_saved_nor_returned,
    only_the_grant_that_was_asked_touches_it,
    a_stranger_touches_none,
    the_practice_hears_of_a_returned_form,
);

fn definition(label: &str) -> Definition {
    let question = Question {
        key: "a".into(),
        label: label.into(),
        help: String::new(),
        required: true,
        kind: Kind::Number { least: "1".into(), most: String::new(), unit: "kg".into() },
    };
    Definition { sections: vec![Section { title: "Part".into(), help: String::new(), questions: vec![question] }] }
}

fn form(title: &str) -> Form {
    let draft = Some(definition("How much?"));
    Form { id: id(), title: title.into(), draft, published: None, archived_at: None, version: 0 }
}

async fn add(world: &World, form: &Form) {
    let mut work = world.begin().await;
    work.add_form(&may_manage_forms(&world.mira), form, later(1)).await.unwrap();
    work.save().await.unwrap();
}

/// A published form.
async fn published(world: &World, title: &str) -> FormId {
    let form = form(title);
    add(world, &form).await;
    let may = may_manage_forms(&world.mira);
    let mut work = world.begin().await;
    let version = Version { number: 1, title: form.title.clone(), definition: definition("How much?") };
    work.add_form_version(&may, form.id, &version, later(2)).await.unwrap();
    assert!(work.save_form(&may, &Form { draft: None, published: Some(1), ..form.clone() }, later(2)).await.unwrap());
    work.save().await.unwrap();
    form.id
}

async fn may_send(world: &World, patient: &Patient) -> Access<SendForms> {
    (&world.may_invite(&world.mira, patient.id).await).into()
}

async fn may_read(world: &World, patient: &Patient) -> Access<ViewFormAnswers> {
    let facts = world.read().await.patient_facts(&may_enter(&world.mira), patient.id, NOW).await.unwrap().unwrap();
    crate::world::actor(&world.mira).may(ViewFormAnswers, &facts).unwrap()
}

fn may_answer(grant: &Grant) -> Access<ViewOwnRecord> {
    let grant = Grant { state: State::Activated { at: NOW }, ..grant.clone() };
    portal_actor(grant.account)
        .may(
            ViewOwnRecord,
            &GrantFacts {
                grant,
                status: Status::Active,
                ages: Birthdays::default(),
                patient_uses_portal: false,
                now: NOW,
            },
        )
        .unwrap()
}

async fn ask(world: &World, patient: &Patient, grant: &Grant, form: FormId) -> FormRequest {
    let request = FormRequest {
        id: id(),
        form,
        number: 1,
        title: "Intake".into(),
        grant: grant.id,
        message: "Please".into(),
        asked_by: world.mira.id,
        asked_at: later(3),
        state: RequestState::Asked,
    };
    let mut work = world.begin().await;
    work.add_form_request(&may_send(world, patient).await, &request).await.unwrap();
    work.save().await.unwrap();
    request
}

/// A patient whose portal user is asked for a form.
async fn asked(database: &TestDatabase) -> (World, Patient, Grant, FormRequest) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let form = published(&world, "Intake").await;
    let request = ask(&world, &ann, &grant, form).await;
    (world, ann, grant, request)
}

fn raw(value: &str) -> Raw {
    Raw::from([("a".to_owned(), vec![value.to_owned()])])
}

fn answers() -> Vec<Answered> {
    vec![Answered { key: "a".into(), answer: Answer::Number("62.5".parse().unwrap()) }]
}

async fn forms_are_the_groups_own_by_title(database: &TestDatabase) {
    let world = World::new(database).await;
    let (b, a) = (form("Beta"), form("alpha"));
    let gone = Form { archived_at: Some(later(1)), ..form("Aaa") };
    for one in [&b, &a, &gone] {
        add(&world, one).await;
    }
    let c = published(&world, "Gamma").await;
    let may = may_enter(&world.mira);
    let mut view = world.read().await;
    let listed = view.list_forms(&may).await.unwrap();
    let states: Vec<_> = listed.iter().map(|row| (row.id, row.state)).collect();
    let expected = [
        (a.id, FormState::Draft),
        (b.id, FormState::Draft),
        (c, FormState::Published { number: 1, changed: false }),
        (gone.id, FormState::Archived),
    ];
    assert_eq!(states, expected);
    assert_eq!(view.lookup_form(&may, b.id).await.unwrap(), Some(b));
    assert_eq!(view.lookup_form(&may, id()).await.unwrap(), None);
}

async fn a_title_is_given_once_among_the_forms_in_use(database: &TestDatabase) {
    let world = World::new(database).await;
    let (intake, other) = (form("Aufnahme Ä"), form("Other"));
    add(&world, &intake).await;
    add(&world, &other).await;
    let may = may_manage_forms(&world.mira);
    let mut work = world.begin().await;
    assert_eq!(clash(work.add_form(&may, &form("AUFNAHME ä"), later(1)).await), Clash::FormTitle);
    drop(work);
    let mut work = world.begin().await;
    let renamed = Form { title: intake.title.to_uppercase(), ..other };
    assert_eq!(clash(work.save_form(&may, &renamed, later(1)).await), Clash::FormTitle);
    drop(work);
    // One that was put away holds its title no longer.
    let mut work = world.begin().await;
    assert!(work.save_form(&may, &Form { archived_at: Some(later(2)), ..intake }, later(2)).await.unwrap());
    work.add_form(&may, &form("Aufnahme Ä"), later(3)).await.unwrap();
    work.add_form(&may_manage_forms(&world.other), &form("Aufnahme Ä"), later(3)).await.unwrap();
}

async fn the_second_of_two_who_edit_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let seen = form("Intake");
    add(&world, &seen).await;
    let may = may_manage_forms(&world.mira);
    let mut work = world.begin().await;
    let changed = Form { draft: Some(definition("How many?")), ..seen.clone() };
    assert!(work.save_form(&may, &changed, later(2)).await.unwrap());
    assert!(!work.save_form(&may, &seen, later(3)).await.unwrap());
    let stored = work.lookup_form(&may_enter(&world.mira), seen.id).await.unwrap().unwrap();
    assert_eq!(stored, Form { version: 1, ..changed });
}

async fn a_version_stays_as_it_was_published(database: &TestDatabase) {
    let world = World::new(database).await;
    let form = published(&world, "Intake").await;
    let (may, enter) = (may_manage_forms(&world.mira), may_enter(&world.mira));
    let mut work = world.begin().await;
    let first = work.lookup_form_version(&enter, form, 1).await.unwrap().unwrap();
    assert_eq!(first.definition, definition("How much?"));
    let second = Version { number: 2, title: "Intake 2".into(), definition: definition("How many?") };
    work.add_form_version(&may, form, &second, later(5)).await.unwrap();
    assert_eq!(work.lookup_form_version(&enter, form, 1).await.unwrap(), Some(first));
    assert_eq!(work.lookup_form_version(&enter, form, 2).await.unwrap(), Some(second.clone()));
    assert_eq!(work.lookup_form_version(&enter, form, 3).await.unwrap(), None);
    clash(work.add_form_version(&may, form, &second, later(6)).await);
}

// S3-13
async fn requests_are_listed_for_the_patient_and_for_the_grant(database: &TestDatabase) {
    let (world, ann, grant, first) = asked(database).await;
    let second = ask(&world, &ann, &grant, first.form).await;
    let third = ask(&world, &ann, &grant, first.form).await;
    // Who was never invited cannot be asked.
    let nobody = world.read().await.list_recipients(&may_send(&world, &ann).await, NOW).await.unwrap();
    assert!(nobody.is_empty());
    world.invitation(&grant).await;
    let own = may_answer(&grant);
    let send = may_send(&world, &ann).await;
    let see = Access::<ViewForms>::from(&send);
    let mut work = world.begin().await;
    assert!(work.submit_own_form(&own, second.id, &answers(), later(4)).await.unwrap());
    work.save().await.unwrap();

    let mut view = world.read().await;
    let mut listed = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(2) };
    loop {
        let answer = view.list_form_requests(&see, &page).await.unwrap();
        listed.extend(answer.rows);
        page.after = answer.next;
        if page.after.is_none() {
            break;
        }
    }
    let ids: Vec<_> = listed.iter().map(|one| one.request.id).collect();
    assert_eq!(ids, [third.id, second.id, first.id]);
    assert_eq!((listed[0].email.as_str(), listed[0].kind), ("ann@example.org", grant.kind));
    assert_eq!(listed[0].asked_by, world.mira.name);
    assert_eq!(listed[1].request.state, RequestState::Submitted { at: later(4) });
    let nonsense = PageRequest { after: Some("x".into()), limit: None };
    assert!(view.list_form_requests(&see, &nonsense).await.unwrap().rows.is_empty());
    assert!(view.list_own_returned_forms(&own, &nonsense).await.unwrap().rows.is_empty());

    let open: Vec<_> = view.list_own_asked_forms(&own).await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(open, [first.id, third.id]);
    assert_eq!(view.count_own_asked_forms(&own).await.unwrap(), 2);
    assert_eq!(view.count_asked_forms(&send, grant.id).await.unwrap(), 2);
    let returned = view.list_own_returned_forms(&own, &PageRequest::default()).await.unwrap();
    assert_eq!(returned.rows.iter().map(|one| one.id).collect::<Vec<_>>(), [second.id]);
    let (to, address) = view.list_recipients(&send, NOW).await.unwrap().remove(0);
    assert_eq!((to, address.as_str()), (grant, "ann@example.org"));
}

async fn a_draft_is_kept_until_the_form_is_returned(database: &TestDatabase) {
    let (world, ann, grant, request) = asked(database).await;
    let own = may_answer(&grant);
    let mut work = world.begin().await;
    // Whatever was typed, characters that a database does not keep as text too.
    let typed = raw("sixty\u{0} \u{1F600}</script>");
    assert!(work.save_own_form(&own, request.id, &typed, later(4)).await.unwrap());
    let (started, asked, filled) = work.lookup_own_form(&own, request.id).await.unwrap().unwrap();
    assert_eq!(started.state, RequestState::Started { at: later(4) });
    assert_eq!(asked, definition("How much?"));
    assert_eq!(filled, Filled { draft: typed, answers: None });
    let may = may_read(&world, &ann).await;
    assert_eq!(work.lookup_form_answers(&may, request.id).await.unwrap(), None);
    assert!(work.submit_own_form(&own, request.id, &answers(), later(5)).await.unwrap());
    let (_, _, filled) = work.lookup_own_form(&own, request.id).await.unwrap().unwrap();
    assert_eq!(filled, Filled { draft: Raw::new(), answers: Some(answers()) });
    let read = work.lookup_form_answers(&may, request.id).await.unwrap();
    assert_eq!(read, Some((definition("How much?"), answers())));
}

// PT-14, S3-14
async fn of_two_who_return_a_form_at_once_one_does(database: &TestDatabase) {
    let (world, _, grant, request) = asked(database).await;
    let own = may_answer(&grant);
    let one = async {
        let mut work = world.begin().await;
        let done = work.submit_own_form(&own, request.id, &answers(), later(4)).await.unwrap();
        work.save().await.unwrap();
        done
    };
    let other = async {
        let mut work = world.begin().await;
        let done = work.submit_own_form(&own, request.id, &answers(), later(5)).await.unwrap();
        work.save().await.unwrap();
        done
    };
    let (one, other) = tokio::join!(one, other);
    assert!(one != other, "{one} {other}");
    let mut work = world.begin().await;
    assert!(!work.save_own_form(&own, request.id, &raw("1"), later(6)).await.unwrap());
}

// PT-14
async fn what_was_withdrawn_is_neither_saved_nor_returned(database: &TestDatabase) {
    let (world, ann, grant, request) = asked(database).await;
    let (own, send) = (may_answer(&grant), may_send(&world, &ann).await);
    let mut work = world.begin().await;
    assert!(work.withdraw_form_request(&send, request.id, later(4)).await.unwrap());
    assert!(!work.withdraw_form_request(&send, request.id, later(5)).await.unwrap());
    assert!(!work.save_own_form(&own, request.id, &raw("1"), later(6)).await.unwrap());
    assert!(!work.submit_own_form(&own, request.id, &answers(), later(6)).await.unwrap());
    assert_eq!(work.count_own_asked_forms(&own).await.unwrap(), 0);
    let listed = work.lookup_form_request(&(&send).into(), request.id).await.unwrap().unwrap();
    assert_eq!(listed.request.state, RequestState::Withdrawn { at: later(4) });
}

// PT-14: another portal user's, of the same patient or of another one.
async fn only_the_grant_that_was_asked_touches_it(database: &TestDatabase) {
    let (world, ann, _, request) = asked(database).await;
    let mother = world.grant(ann.id, "mother@example.org").await;
    let bob = world.patient("Bob", "Lee").await;
    let bob = world.grant(bob.id, "bob@example.org").await;
    let mut work = world.begin().await;
    for grant in [mother, bob] {
        let other = may_answer(&grant);
        assert_eq!(work.lookup_own_form(&other, request.id).await.unwrap(), None);
        assert!(!work.save_own_form(&other, request.id, &raw("1"), later(4)).await.unwrap());
        assert!(!work.submit_own_form(&other, request.id, &answers(), later(4)).await.unwrap());
        assert_eq!(work.list_own_asked_forms(&other).await.unwrap(), []);
        assert_eq!(work.count_own_asked_forms(&other).await.unwrap(), 0);
    }
}

async fn a_stranger_touches_none(database: &TestDatabase) {
    let (world, ann, _, request) = asked(database).await;
    let strange = Access::<SendForms>::from(&world.stranger_may_invite(ann.id));
    let see = Access::<ViewForms>::from(&strange);
    let (may, enter) = (may_manage_forms(&world.other), may_enter(&world.other));
    let mut work = world.begin().await;
    assert!(work.list_forms(&enter).await.unwrap().is_empty());
    assert_eq!(work.lookup_form(&enter, request.form).await.unwrap(), None);
    assert_eq!(work.lookup_form_version(&enter, request.form, 1).await.unwrap(), None);
    let theirs = Form { id: request.form, version: 1, ..form("Mine") };
    assert!(!work.save_form(&may, &theirs, later(4)).await.unwrap());
    assert!(work.list_form_requests(&see, &PageRequest::default()).await.unwrap().rows.is_empty());
    assert_eq!(work.lookup_form_request(&see, request.id).await.unwrap(), None);
    assert!(!work.withdraw_form_request(&strange, request.id, later(4)).await.unwrap());
    assert!(work.list_recipients(&strange, NOW).await.unwrap().is_empty());
    // Nor is a form of this group sent to a patient of another one.
    assert!(work.add_form_request(&strange, &FormRequest { id: id(), ..request }).await.is_err());
}

// S3-14
async fn the_practice_hears_of_a_returned_form(database: &TestDatabase) {
    let (world, ann, grant, request) = asked(database).await;
    let mut hints = world.store.hints();
    let news = News::FormReturned { patient: ann.id, request: request.id };
    let notification = Notification { id: id(), news, at: later(4), read_at: None };
    let mut work = world.begin().await;
    work.notify_practice(&may_answer(&grant), world.mira.id, &notification).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(hints.recv().await.unwrap(), Hint::Bell(world.mira.account));
    let told = world.read().await.list_notifications(&may_enter(&world.mira), &PageRequest::default()).await.unwrap();
    assert_eq!(told.rows, [notification]);
}
