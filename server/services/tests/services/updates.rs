//! What patients change in their own record: by the group's setting, field by field, and never unseen over what the practice
//! changed.

use std::collections::BTreeMap;

use domain::{
    audit::Action,
    background::BackgroundForm,
    emergency::{self, EmergencyContact},
    error::{Conflict, Problem, Refusal},
    grant::{Level as Sees, Role, TermsForm},
    ids::{ContactId, PatientId, UpdateId},
    invitation::{InviteForm, Whom},
    limits,
    notification::News,
    page::PageRequest,
    patient::{ContactForm, DetailsForm},
    practice::PatientAccessForm,
    time::Span,
    update::{Field, Mode, OwnContacts, OwnProfile, OwnState, ProfileForm, Subject, UpdateRow, Verdict, Waiting},
    user::Level,
};
use services::{Ctx, Error, Result, invitations, notifications, patients, settings, updates};

use crate::town::{PASSWORD, Staff, Town, access_form, details};

on_both_engines! {
    approval_is_asked_for,
    at_once,
    nothing_is_taken,
    everything_a_patient_may_change,
    what_is_wrong_is_said_beside_its_field,
    a_later_change_replaces_the_earlier,
    a_conflict_waits_for_a_look,
    the_bell_says_it_once_and_is_right_about_it,
    one_of_two_who_decide,
    nobody_decides_about_their_own,
    who_acts_for_somebody,
    one_person_with_two_practices,
    how_somebody_lives_is_for_who_treats_them,
    whoever_switches_says_what_becomes_of_what_waits,
    a_decision_is_taken_back,
    whoever_asked_is_told_by_mail,
    all_at_once_but_what_needs_a_look,
    whom_to_ring_is_changed_where_somebody_decides,
    whom_to_ring_is_changed_at_once,
    whom_to_ring_is_nobody_elses_to_change,
    whom_to_ring_is_told_two_practices,
    whatever_happens_the_record_is_what_was_decided,
}

const LIEN: &str = "lien@example.org";

/// A practice of a mode, a patient, and her at the portal.
struct Place {
    staff: Staff,
    patient: PatientId,
    lien: Ctx,
}

async fn set(by: &Ctx, mode: Mode, waiting: &str) -> Result<()> {
    let version = settings::patient_access(by).await.unwrap().version;
    let form = PatientAccessForm { updates: mode.code().into(), waiting: waiting.into(), ..access_form(true, 24) };
    settings::save_patient_access(by, version, &form).await
}

async fn place(town: &Town, mode: Mode) -> Place {
    let staff = town.practice().await;
    set(&staff.owner, mode, "").await.unwrap();
    let form =
        DetailsForm { mobile: "0400 000 001".into(), birth_date: "1990-02-28".into(), ..details("Lien", "Nguyen") };
    let patient = patients::add(&staff.owner, &form).await.unwrap();
    let lien = town.portal_user(&staff.owner, patient, LIEN).await;
    Place { staff, patient, lien }
}

/// The form as the page shows it to this reader, with some fields typed anew.
async fn typed(by: &Ctx, patient: PatientId, fields: &[(Field, &str)]) -> ProfileForm {
    over(&updates::profile(by, patient).await.unwrap(), fields)
}

fn over(page: &OwnProfile, fields: &[(Field, &str)]) -> ProfileForm {
    let mut form = ProfileForm::default();
    for own in page.fields.iter().filter(|own| own.may_edit) {
        form.seen.insert(own.field, own.shown().to_owned());
        form.had.insert(own.field, own.value.clone());
        form.values.insert(own.field, own.shown().to_owned());
    }
    form.values.extend(fields.iter().map(|(field, value)| (*field, (*value).to_owned())));
    form
}

async fn change(by: &Ctx, patient: PatientId, fields: &[(Field, &str)]) -> Result<()> {
    let form = typed(by, patient, fields).await;
    updates::save(by, patient, &form, &[]).await
}

/// What the practice's record says.
async fn says(by: &Ctx, patient: PatientId, field: Field) -> String {
    let details = patients::profile(by, patient).await.unwrap().details.unwrap();
    let background = patients::background(by, patient).await.unwrap().background;
    field.of(&domain::update::Record { details, background, contacts: Vec::new() })
}

/// Where the last change of a field stands, for the patient.
async fn stands(by: &Ctx, patient: PatientId, field: Field) -> Option<OwnState> {
    let page = updates::profile(by, patient).await.unwrap();
    page.fields.into_iter().find(|own| own.field == field).unwrap().last.map(|last| last.state)
}

async fn waiting(by: &Ctx, patient: PatientId) -> Vec<UpdateRow> {
    updates::waiting(by, patient).await.unwrap()
}

async fn decide(by: &Ctx, patient: PatientId, row: &UpdateRow, approve: bool) -> Result<()> {
    let verdict = match approve {
        true => Verdict::Approve { saw: row.now.clone(), put: None },
        false => Verdict::Reject { reason: "It has a digit too few.".into() },
    };
    updates::decide(by, patient, row.update.id, &verdict).await
}

fn conflict<T: std::fmt::Debug>(answer: Result<T>) -> Conflict {
    match answer {
        Err(Error::Conflict(conflict)) => conflict,
        other => panic!("{other:?}"),
    }
}

fn forbidden<T: std::fmt::Debug>(answer: Result<T>) -> Refusal {
    match answer {
        Err(Error::Forbidden(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// S0-35, S0-36, S0-37, PT-12: the record stays as it is until somebody approves, and after a rejection.
async fn approval_is_asked_for(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    change(&lien, patient, &[(Field::Mobile, "0400 000 002"), (Field::FundNumber, "12345678")]).await.unwrap();
    assert_eq!(says(owner, patient, Field::Mobile).await, "0400 000 001");
    assert_eq!(stands(&lien, patient, Field::Mobile).await, Some(OwnState::Waiting));
    let rows = waiting(owner, patient).await;
    assert_eq!(rows.len(), 2);
    assert_eq!(patients::profile(owner, patient).await.unwrap().updates, 2);
    let of = |field: Field| rows.iter().find(|row| row.update.subject == field.into()).unwrap();
    assert_eq!(
        (of(Field::Mobile).now.as_str(), of(Field::Mobile).update.wanted.as_str()),
        ("0400 000 001", "0400 000 002")
    );
    assert!(of(Field::Mobile).may_decide && of(Field::Mobile).email == LIEN);
    decide(owner, patient, of(Field::Mobile), true).await.unwrap();
    decide(owner, patient, of(Field::FundNumber), false).await.unwrap();
    assert_eq!(says(owner, patient, Field::Mobile).await, "0400 000 002");
    assert_eq!(says(owner, patient, Field::FundNumber).await, "");
    assert!(matches!(stands(&lien, patient, Field::Mobile).await, Some(OwnState::Accepted { .. })));
    match stands(&lien, patient, Field::FundNumber).await {
        Some(OwnState::Rejected { reason, .. }) => assert_eq!(reason, "It has a digit too few."),
        other => panic!("{other:?}"),
    }
    // The patient is found by the new number.
    assert_eq!(patients::search(owner, "0400 000 002").await.unwrap().len(), 1);
    // She can mend it: it waits again.
    change(&lien, patient, &[(Field::FundNumber, "123456789")]).await.unwrap();
    assert_eq!(stands(&lien, patient, Field::FundNumber).await, Some(OwnState::Waiting));
    for action in [Action::UpdateAsked, Action::UpdateApproved, Action::UpdateRejected, Action::UpdatesViewed] {
        assert!(town.engine.audited(action).await > 0, "{action:?}");
    }
    let decided = updates::decided(owner, patient, &PageRequest::default()).await.unwrap();
    assert_eq!(decided.rows.len(), 2);
    assert!(decided.rows.iter().all(|row| !row.decided_by.is_empty()));
}

/// S0-03, S0-34: the record says it at the next look.
async fn at_once(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    change(&lien, patient, &[(Field::Mobile, "0400 000 002"), (Field::Smoking, "Not since 2009")]).await.unwrap();
    assert_eq!(says(&staff.owner, patient, Field::Mobile).await, "0400 000 002");
    assert_eq!(says(&staff.owner, patient, Field::Smoking).await, "Not since 2009");
    assert!(waiting(&staff.owner, patient).await.is_empty());
    assert!(matches!(stands(&lien, patient, Field::Mobile).await, Some(OwnState::Accepted { .. })));
    let told = notifications::list(&staff.owner, &PageRequest::default()).await.unwrap().rows;
    assert!(told.iter().all(|row| !matches!(row.news, News::UpdatesWaiting { .. })), "nobody need do anything");
}

/// S0-38, PT-12: nothing changes, whoever asks how.
async fn nothing_is_taken(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let form = typed(&lien, patient, &[(Field::Mobile, "0400 000 002")]).await;
    set(&staff.owner, Mode::Disabled, "").await.unwrap();
    let page = updates::profile(&lien, patient).await.unwrap();
    assert!(!page.may_edit && page.mode == Mode::Disabled && page.fields.iter().all(|field| !field.may_edit));
    assert_eq!(forbidden(updates::save(&lien, patient, &form, &[]).await), Refusal::UpdatesOff);
    assert_eq!(says(&staff.owner, patient, Field::Mobile).await, "0400 000 001");
    assert!(waiting(&staff.owner, patient).await.is_empty());
}

/// S0-02, S0-04, S0-17, S0-19: personal details, address, funding and social history, each of them.
async fn everything_a_patient_may_change(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    let value = |field: Field| match field {
        Field::Gender => "female",
        Field::Mobile | Field::Phone => "0400 000 009",
        Field::Email => "new@example.org",
        Field::Country => "Australia",
        Field::Postcode => "2041",
        _ => "Something",
    };
    let all: Vec<_> = Field::ALL.iter().map(|field| (*field, value(*field))).collect();
    change(&lien, patient, &all).await.unwrap();
    for field in Field::ALL {
        assert_eq!(says(&staff.owner, patient, *field).await, value(*field), "{field:?}");
    }
    let page = updates::profile(&lien, patient).await.unwrap();
    assert_eq!((page.legal_name.as_str(), page.fields.len()), ("Lien Nguyen", Field::ALL.len()));
    // She signs in as before: the address for letters is another thing.
    assert!(town.stored_account("new@example.org").await.is_none());
}

async fn what_is_wrong_is_said_beside_its_field(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    let bad =
        change(&lien, patient, &[(Field::Phone, "none"), (Field::FundNumber, "<9>"), (Field::Mobile, "0400 000 002")])
            .await;
    let Err(Error::Invalid(invalid)) = bad else { panic!("{bad:?}") };
    assert_eq!(invalid.of("phone"), Some(Problem::NotAPhone));
    assert_eq!(invalid.of("fund_number"), Some(Problem::NotACardNumber));
    assert_eq!(says(&staff.owner, patient, Field::Mobile).await, "0400 000 001", "all or nothing");
    // Nothing touched is nothing done.
    let before = town.engine.audited(Action::UpdateAsked).await;
    change(&lien, patient, &[]).await.unwrap();
    assert_eq!(town.engine.audited(Action::UpdateAsked).await, before);
}

/// Decision 8: a later edit of the same field supersedes the earlier one; back to what the record says, it is taken back.
async fn a_later_change_replaces_the_earlier(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    change(&lien, patient, &[(Field::Mobile, "0400 000 002")]).await.unwrap();
    let first = waiting(&staff.owner, patient).await.remove(0);
    change(&lien, patient, &[(Field::Mobile, "0400 000 003")]).await.unwrap();
    let rows = waiting(&staff.owner, patient).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].update.wanted.as_str(), rows[0].update.had.as_str()), ("0400 000 003", "0400 000 001"));
    assert_eq!(conflict(decide(&staff.owner, patient, &first, true).await), Conflict::DecidedMeanwhile);
    change(&lien, patient, &[(Field::Mobile, "0400 000 001")]).await.unwrap();
    assert!(waiting(&staff.owner, patient).await.is_empty());
    assert_eq!(town.engine.audited(Action::UpdateTakenBack).await, 1);
    assert_eq!(stands(&lien, patient, Field::Mobile).await, None);
}

async fn edit_mobile(by: &Ctx, patient: PatientId, mobile: &str) {
    let profile = patients::profile(by, patient).await.unwrap();
    let form = DetailsForm { mobile: mobile.into(), ..DetailsForm::of(&profile.details.unwrap()) };
    patients::save(by, patient, profile.version, &form).await.unwrap();
}

/// B-03, R-14: what the practice changed meanwhile is shown, and overwritten by nobody who did not see it; not even where
/// changes count at once.
async fn a_conflict_waits_for_a_look(town: Town) {
    for mode in [Mode::Approval, Mode::Auto] {
        let name = format!("P{}", mode.code());
        let staff = town.practice_called(&name, &format!("{name}@harbour.example")).await;
        set(&staff.owner, mode, "").await.unwrap();
        let form = DetailsForm { mobile: "0400 000 001".into(), ..details("Lien", "Nguyen") };
        let patient = patients::add(&staff.owner, &form).await.unwrap();
        let lien = town.portal_user(&staff.owner, patient, &format!("{name}@example.org")).await;
        let form = typed(&lien, patient, &[(Field::Mobile, "0400 000 002")]).await;
        edit_mobile(&staff.owner, patient, "0400 000 003").await;
        updates::save(&lien, patient, &form, &[]).await.unwrap();
        assert_eq!(says(&staff.owner, patient, Field::Mobile).await, "0400 000 003", "{mode:?}");
        let rows = waiting(&staff.owner, patient).await;
        assert!(rows.len() == 1 && rows[0].conflict, "{mode:?}");
        // By somebody who saw the record before it was changed again.
        edit_mobile(&staff.owner, patient, "0400 000 004").await;
        assert_eq!(conflict(decide(&staff.owner, patient, &rows[0], true).await), Conflict::ChangedMeanwhile);
        assert_eq!(
            updates::approve_all(&staff.owner, patient, &[(rows[0].update.id, "0400 000 004".into())]).await.unwrap(),
            0
        );
        // A third thing is written, by somebody who looked.
        let row = waiting(&staff.owner, patient).await.remove(0);
        let other = |put: &str| Verdict::Approve { saw: row.now.clone(), put: Some(put.to_owned()) };
        let wrong = updates::decide(&staff.owner, patient, row.update.id, &other("no number")).await;
        assert!(matches!(wrong, Err(Error::Invalid(invalid)) if invalid.of("put") == Some(Problem::NotAPhone)));
        updates::decide(&staff.owner, patient, row.update.id, &other("0400 000 005")).await.unwrap();
        assert_eq!(says(&staff.owner, patient, Field::Mobile).await, "0400 000 005");
        assert!(matches!(stands(&lien, patient, Field::Mobile).await, Some(OwnState::Edited { .. })));
    }
}

async fn told(by: &Ctx) -> Vec<bool> {
    let rows = notifications::list(by, &PageRequest::default()).await.unwrap().rows;
    rows.into_iter().filter(|row| matches!(row.news, News::UpdatesWaiting { .. })).map(|row| row.read).collect()
}

/// S0-35: whoever may decide is told, once while anything waits; when nothing waits the bell says nothing of it any more.
async fn the_bell_says_it_once_and_is_right_about_it(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let desk = town.user(staff.group, "desk@harbour.example", Level::CalendarContacts).await;
    let far = town.user(staff.group, "far@harbour.example", Level::Clinical).await;
    change(&lien, patient, &[(Field::Mobile, "0400 000 002")]).await.unwrap();
    change(&lien, patient, &[(Field::City, "Balmain")]).await.unwrap();
    assert_eq!((told(&staff.owner).await, told(&desk).await), (vec![false], vec![false]));
    assert!(told(&far).await.is_empty(), "neither treats the patient nor runs the practice");
    let rows = waiting(&desk, patient).await;
    decide(&desk, patient, &rows[0], true).await.unwrap();
    assert_eq!(told(&staff.owner).await, [false], "one still waits");
    decide(&staff.owner, patient, &rows[1], false).await.unwrap();
    assert_eq!((told(&staff.owner).await, told(&desk).await), (vec![true], vec![true]));
    // Taken back by the patient there is nothing to decide; a decision that is taken back waits again, for everybody.
    change(&lien, patient, &[(Field::City, "Glebe")]).await.unwrap();
    assert_eq!(told(&desk).await, [false, true]);
    change(&lien, patient, &[(Field::City, "")]).await.unwrap();
    assert_eq!((told(&desk).await, waiting(&desk, patient).await.len()), (vec![true, true], 0));
    town.clock.pass(Span::seconds(1));
    change(&lien, patient, &[(Field::City, "Glebe")]).await.unwrap();
    let row = waiting(&desk, patient).await.remove(0);
    decide(&desk, patient, &row, false).await.unwrap();
    assert!(told(&staff.owner).await[0]);
    updates::undo(&desk, patient, row.update.id).await.unwrap();
    assert_eq!(told(&staff.owner).await[..2], [false, true]);
    decide(&desk, patient, &row, false).await.unwrap();
    let so_far = told(&desk).await;
    assert!(so_far.iter().all(|read| *read), "{so_far:?}");
    // How somebody lives is not the front desk's.
    change(&lien, patient, &[(Field::Alcohol, "None")]).await.unwrap();
    assert_eq!((told(&staff.owner).await[0], told(&desk).await), (false, so_far));
}

/// RC-02, R-11: approve and reject at once, and an edit of the patient in between: one decision counts, the other is told, and
/// the trail is whole.
async fn one_of_two_who_decide(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let desk = town.user(staff.group, "desk@harbour.example", Level::AdminFull).await;
    for round in 0..20 {
        let (before, wanted) = (says(owner, patient, Field::Mobile).await, format!("0400 000 1{round:02}"));
        change(&lien, patient, &[(Field::Mobile, &wanted)]).await.unwrap();
        let row = waiting(owner, patient).await.remove(0);
        let edits = round % 4 == 0;
        let (yes, no, again) =
            tokio::join!(decide(owner, patient, &row, true), decide(&desk, patient, &row, false), async {
                if edits { change(&lien, patient, &[(Field::Mobile, "0400 000 999")]).await } else { Ok(()) }
            });
        again.unwrap();
        let now = says(owner, patient, Field::Mobile).await;
        match (&yes, &no) {
            (Ok(()), Err(Error::Conflict(Conflict::DecidedMeanwhile))) => assert_eq!(now, wanted),
            (Err(Error::Conflict(Conflict::DecidedMeanwhile)), Ok(())) => assert_eq!(now, before),
            (Err(Error::Conflict(_)), Err(Error::Conflict(_))) if edits => {
                assert_eq!(now, before, "the patient was first")
            }
            other => panic!("round {round}: {other:?}"),
        }
        for row in waiting(owner, patient).await {
            decide(owner, patient, &row, false).await.unwrap();
        }
    }
    let reports = services::audit::verify(&*town.services.store).await.unwrap();
    assert!(reports.iter().all(|report| report.fault.is_none()), "{reports:?}");
}

/// PT-13: an administrator who is a patient does not approve what she asked for; nor does anybody from the portal.
async fn nobody_decides_about_their_own(town: Town) {
    let Place { staff, .. } = place(&town, Mode::Approval).await;
    let patient = town.patient(&staff.owner, "Grace", "Lim").await;
    let grace = town.user(staff.group, "grace@harbour.example", Level::AdminFull).await;
    town.set_password("grace@harbour.example", PASSWORD).await;
    town.invite(&staff.owner, patient, "grace@harbour.example").await;
    invitations::confirm(&grace, &town.link_to("grace@harbour.example").await).await.unwrap();
    let portal = town.follow(&grace).await;
    change(&portal, patient, &[(Field::Mobile, "0400 000 002")]).await.unwrap();
    let row = waiting(&staff.owner, patient).await.remove(0);
    services::accounts::switch_door(&portal, domain::account::Door::Console).await.unwrap();
    let grace = town.follow(&portal).await;
    let shown = waiting(&grace, patient).await;
    assert!(!shown[0].may_decide);
    for approve in [true, false] {
        assert_eq!(forbidden(decide(&grace, patient, &row, approve).await), Refusal::OwnUpdate);
    }
    assert_eq!(updates::approve_all(&grace, patient, &[(row.update.id, row.now.clone())]).await.unwrap(), 0);
    decide(&staff.owner, patient, &row, true).await.unwrap();
}

async fn carer(town: &Town, by: &Ctx, patient: PatientId, email: &str, role: Role, level: Sees) -> Ctx {
    let terms = TermsForm { role: role.code().to_owned(), level: level.code().to_owned(), ..TermsForm::default() };
    let (name, email) = ("Ada Vidal".to_owned(), email.to_owned());
    let form =
        InviteForm { whom: Whom::Other, name, email_again: email.clone(), email, terms, ..InviteForm::default() };
    invitations::invite(by, patient, &form).await.unwrap();
    let ctx = town.anon();
    invitations::accept(&ctx, &town.link_to(&form.email).await, PASSWORD).await.unwrap();
    town.follow(&ctx).await
}

/// PX-05, PX-07: who may act changes what the patient could, as themselves, but not the patient's address; who may look only
/// changes nothing; who is here for appointments sees nothing of it.
async fn who_acts_for_somebody(town: Town) {
    let Place { staff, patient, .. } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let mother = carer(&town, owner, patient, "mother@example.org", Role::Edit, Sees::Clinical).await;
    change(&mother, patient, &[(Field::Mobile, "0400 000 002")]).await.unwrap();
    let row = waiting(owner, patient).await.remove(0);
    assert_eq!((row.email.as_str(), row.kind), ("mother@example.org", domain::grant::Kind::Other));
    let mut form = typed(&mother, patient, &[]).await;
    assert!(!form.values.contains_key(&Field::Email), "she is not shown it as hers to change");
    form.seen.insert(Field::Email, String::new());
    form.values.insert(Field::Email, "mother@example.org".into());
    assert_eq!(forbidden(updates::save(&mother, patient, &form, &[]).await), Refusal::NotYours);
    let looks = carer(&town, owner, patient, "looks@example.org", Role::View, Sees::Clinical).await;
    let page = updates::profile(&looks, patient).await.unwrap();
    assert!(!page.may_edit && page.fields.iter().all(|field| !field.may_edit));
    let posted = ProfileForm {
        values: BTreeMap::from([(Field::City, "Balmain".to_owned())]),
        seen: BTreeMap::from([(Field::City, String::new())]),
        had: BTreeMap::new(),
    };
    assert!(updates::save(&looks, patient, &posted, &[]).await.is_err());
    let few = carer(&town, owner, patient, "few@example.org", Role::Edit, Sees::Administrative).await;
    assert!(matches!(updates::profile(&few, patient).await, Err(Error::NotFound)));
    assert!(matches!(updates::save(&few, patient, &posted, &[]).await, Err(Error::NotFound)));
    assert_eq!(waiting(owner, patient).await.len(), 1);
    // Her access ends: what she asked for is approved by nobody without a look.
    let id = services::portal_users::list(owner, patient).await.unwrap();
    let id = id.into_iter().find(|user| user.email == "mother@example.org").unwrap().id;
    services::portal_users::suspend(owner, patient, id).await.unwrap();
    let row = waiting(owner, patient).await.remove(0);
    assert!(row.access_over && row.may_decide);
    assert_eq!(updates::approve_all(owner, patient, &[(row.update.id, row.now.clone())]).await.unwrap(), 0);
    set(owner, Mode::Disabled, Waiting::Apply.code()).await.unwrap();
    assert_eq!(waiting(owner, patient).await.len(), 1);
    decide(owner, patient, &row, true).await.unwrap();
}

/// Decision 8: she picks which of her practices should know; another person's record is not among them.
async fn one_person_with_two_practices(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let other = town.practice_called("Riverside", "owner@riverside.example").await;
    set(&other.owner, Mode::Auto, "").await.unwrap();
    let off = town.practice_called("Closed", "owner@closed.example").await;
    set(&off.owner, Mode::Disabled, "").await.unwrap();
    let join = async |owner: &Ctx, first: &str| {
        let id = town.patient(owner, first, "Nguyen").await;
        town.invite(owner, id, LIEN).await;
        invitations::confirm(&lien, &town.link_to(LIEN).await).await.unwrap();
        id
    };
    let there = join(&other.owner, "Lien").await;
    let closed = join(&off.owner, "Lien").await;
    let form = typed(&lien, patient, &[(Field::Mobile, "0400 000 002")]).await;
    let page = updates::profile(&lien, patient).await.unwrap();
    assert_eq!(page.elsewhere.iter().map(|one| (one.patient, one.mode)).collect::<Vec<_>>(), [(there, Mode::Auto)]);
    assert_eq!(forbidden(updates::save(&lien, patient, &form, &[closed]).await), Refusal::UpdatesOff);
    updates::save(&lien, patient, &form, &[there]).await.unwrap();
    assert_eq!(says(&staff.owner, patient, Field::Mobile).await, "0400 000 001", "asked for");
    assert_eq!(says(&other.owner, there, Field::Mobile).await, "0400 000 002", "at once");
    assert_eq!(waiting(&staff.owner, patient).await.len(), 1);
    // A stranger's record cannot be named, nor can one's own child's be told one's own number.
    let stranger = town.patient(&other.owner, "Some", "Body").await;
    let form = typed(&lien, patient, &[(Field::City, "Balmain")]).await;
    assert!(matches!(updates::save(&lien, patient, &form, &[stranger]).await, Err(Error::NotFound)));
    let child = town.patient(&staff.owner, "Bo", "Nguyen").await;
    let terms = TermsForm {
        role: Role::Edit.code().to_owned(),
        level: Sees::Clinical.code().to_owned(),
        ..TermsForm::default()
    };
    let invited = InviteForm {
        whom: Whom::Other,
        name: "Lien".into(),
        email: LIEN.into(),
        email_again: LIEN.into(),
        terms,
        ..InviteForm::default()
    };
    invitations::invite(&staff.owner, child, &invited).await.unwrap();
    invitations::confirm(&lien, &town.link_to(LIEN).await).await.unwrap();
    assert!(matches!(updates::save(&lien, patient, &form, &[child]).await, Err(Error::NotFound)));
    assert_eq!(says(&staff.owner, child, Field::City).await, "");
    assert_eq!(waiting(&staff.owner, patient).await.len(), 1, "nothing of it happened anywhere");
}

/// S0-19: the front desk neither sees nor decides nor overwrites it.
async fn how_somebody_lives_is_for_who_treats_them(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let desk = town.user(staff.group, "desk@harbour.example", Level::CalendarContacts).await;
    let told = BackgroundForm { living: "Alone".into(), fund: "Harbour Mutual".into(), ..BackgroundForm::default() };
    let version = patients::background(&staff.owner, patient).await.unwrap().version;
    patients::save_background(&staff.owner, patient, version, &told).await.unwrap();
    let seen = patients::background(&desk, patient).await.unwrap();
    assert!(!seen.sees_social && seen.background.social.living.is_empty());
    assert_eq!(seen.background.funding.fund, "Harbour Mutual");
    let theirs = BackgroundForm { fund: "Riverside Mutual".into(), ..BackgroundForm::default() };
    let late = patients::save_background(&desk, patient, version, &theirs).await;
    assert_eq!(conflict(late), Conflict::ChangedMeanwhile, "RC-05");
    patients::save_background(&desk, patient, seen.version, &theirs).await.unwrap();
    assert_eq!(says(&staff.owner, patient, Field::Living).await, "Alone", "what they do not see stays");
    assert_eq!(says(&staff.owner, patient, Field::Fund).await, "Riverside Mutual");
    change(&lien, patient, &[(Field::Living, "With Kim"), (Field::City, "Balmain")]).await.unwrap();
    assert_eq!(waiting(&desk, patient).await.len(), 1);
    assert_eq!(patients::profile(&desk, patient).await.unwrap().updates, 1);
    let all = waiting(&staff.owner, patient).await;
    let living = all.iter().find(|row| row.update.subject == Field::Living.into()).unwrap();
    assert!(matches!(decide(&desk, patient, living, true).await, Err(Error::NotFound)));
    let seen: Vec<_> = all.iter().map(|row| (row.update.id, row.now.clone())).collect();
    assert_eq!(updates::approve_all(&desk, patient, &seen).await.unwrap(), 1);
    assert_eq!(waiting(&staff.owner, patient).await.len(), 1);
}

/// The switch asks, and does what was chosen; what needs a look goes on waiting.
async fn whoever_switches_says_what_becomes_of_what_waits(town: Town) {
    for (choice, mode) in [(Waiting::Keep, Mode::Disabled), (Waiting::Apply, Mode::Auto), (Waiting::Reject, Mode::Auto)]
    {
        let name = format!("S{}", choice.code());
        let staff = town.practice_called(&name, &format!("{name}@harbour.example")).await;
        set(&staff.owner, Mode::Approval, "").await.unwrap();
        let form = DetailsForm { mobile: "0400 000 001".into(), ..details("Lien", "Nguyen") };
        let patient = patients::add(&staff.owner, &form).await.unwrap();
        let lien = town.portal_user(&staff.owner, patient, &format!("{name}@example.org")).await;
        change(&lien, patient, &[(Field::City, "Balmain"), (Field::Mobile, "0400 000 002")]).await.unwrap();
        edit_mobile(&staff.owner, patient, "0400 000 003").await;
        assert_eq!(settings::waiting_updates(&staff.owner).await.unwrap(), 2);
        let unsaid = set(&staff.owner, mode, "").await;
        assert!(matches!(unsaid, Err(Error::Invalid(invalid)) if invalid.of("waiting") == Some(Problem::NotAChoice)));
        set(&staff.owner, mode, choice.code()).await.unwrap();
        let city = says(&staff.owner, patient, Field::City).await;
        let left = waiting(&staff.owner, patient).await.len();
        match choice {
            Waiting::Keep => assert_eq!((city.as_str(), left), ("", 2)),
            Waiting::Apply => assert_eq!((city.as_str(), left), ("Balmain", 1), "the conflict waits"),
            Waiting::Reject => assert_eq!((city.as_str(), left), ("", 0)),
        }
        assert_eq!(says(&staff.owner, patient, Field::Mobile).await, "0400 000 003");
    }
}

async fn a_decision_is_taken_back(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let (owner, desk) = (&staff.owner, town.user(staff.group, "desk@harbour.example", Level::AdminFull).await);
    change(&lien, patient, &[(Field::Mobile, "0400 000 002")]).await.unwrap();
    let row = waiting(owner, patient).await.remove(0);
    decide(owner, patient, &row, true).await.unwrap();
    assert_eq!(conflict(updates::undo(&desk, patient, row.update.id).await), Conflict::TooLateToUndo);
    let decided = updates::decided(owner, patient, &PageRequest::default()).await.unwrap().rows;
    assert!(decided[0].undo_until.is_some());
    updates::undo(owner, patient, row.update.id).await.unwrap();
    assert_eq!(says(owner, patient, Field::Mobile).await, "0400 000 001");
    let again = waiting(owner, patient).await;
    assert_eq!(again.len(), 1);
    decide(owner, patient, &again[0], false).await.unwrap();
    // She asked for something else meanwhile: one change of a field waits at a time.
    change(&lien, patient, &[(Field::Mobile, "0400 000 004")]).await.unwrap();
    assert_eq!(conflict(updates::undo(owner, patient, row.update.id).await), Conflict::ChangedMeanwhile);
    let row = waiting(owner, patient).await.remove(0);
    decide(owner, patient, &row, true).await.unwrap();
    town.clock.pass(limits::UNDO);
    assert_eq!(conflict(updates::undo(owner, patient, row.update.id).await), Conflict::TooLateToUndo);
    assert_eq!(says(owner, patient, Field::Mobile).await, "0400 000 004");
}

/// Decision 14: one mail for several decisions, once nobody can take them back; none when nothing is left of them.
async fn whoever_asked_is_told_by_mail(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let mails = |town: &Town| {
        let all = town.mailer.to(LIEN);
        all.into_iter().filter(|letter| letter.subject == "updates decided").count()
    };
    change(&lien, patient, &[(Field::Mobile, "0400 000 002"), (Field::City, "Balmain")]).await.unwrap();
    let rows = waiting(&staff.owner, patient).await;
    decide(&staff.owner, patient, &rows[0], true).await.unwrap();
    decide(&staff.owner, patient, &rows[1], false).await.unwrap();
    town.post().await;
    assert_eq!(mails(&town), 0, "not yet");
    town.clock.pass(limits::UPDATES_PAUSE);
    town.post().await;
    assert_eq!(mails(&town), 1);
    let letter = town.mailer.to(LIEN).pop().unwrap();
    for secret in ["Balmain", "0400", "Lien", &patient.to_string()] {
        assert!(!letter.text.contains(secret), "{secret}: {}", letter.text);
    }
    // Taken back before it left; or the access ended.
    town.clock.pass(Span::hours(2));
    for undone in [true, false] {
        let again = town.again(&staff.owner).await.unwrap_or_else(|| staff.owner.clone());
        let owner = if undone { &staff.owner } else { &again };
        change(&lien, patient, &[(Field::City, if undone { "Glebe" } else { "Annandale" })]).await.unwrap();
        let row = waiting(owner, patient).await.remove(0);
        decide(owner, patient, &row, true).await.unwrap();
        if undone {
            updates::undo(owner, patient, row.update.id).await.unwrap();
        } else {
            let grant = services::portal_users::list(owner, patient).await.unwrap()[0].id;
            services::portal_users::suspend(owner, patient, grant).await.unwrap();
        }
        town.clock.pass(limits::UPDATES_PAUSE);
        town.post().await;
        assert_eq!(mails(&town), 1, "undone: {undone}");
    }
}

async fn all_at_once_but_what_needs_a_look(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let address = [(Field::Postcode, "SW1A 1AA"), (Field::Country, "United Kingdom"), (Field::City, "London")];
    change(&lien, patient, &address).await.unwrap();
    change(&lien, patient, &[(Field::Mobile, "0400 000 002")]).await.unwrap();
    edit_mobile(owner, patient, "0400 000 003").await;
    let seen: Vec<_> = waiting(owner, patient).await.iter().map(|row| (row.update.id, row.now.clone())).collect();
    assert_eq!(updates::approve_all(owner, patient, &seen).await.unwrap(), 3);
    assert_eq!(says(owner, patient, Field::Postcode).await, "SW1A 1AA");
    assert_eq!(says(owner, patient, Field::Mobile).await, "0400 000 003");
    assert_eq!(waiting(owner, patient).await.len(), 1);
    let nothing: UpdateId = uuid::Uuid::nil().into();
    assert!(matches!(updates::undo(owner, patient, nothing).await, Err(Error::NotFound)));
}

fn rung(name: &str, phone: &str) -> EmergencyContact {
    EmergencyContact { name: name.into(), relationship: "Friend".into(), phone: phone.into() }
}

async fn own(by: &Ctx, patient: PatientId) -> OwnContacts {
    updates::contacts(by, patient).await.unwrap()
}

/// Those the practice rings, in their order.
async fn rings(by: &Ctx, patient: PatientId) -> Vec<String> {
    let contacts = patients::contacts(by, patient).await.unwrap().into_iter();
    contacts.filter(|contact| contact.details.emergency).map(|contact| contact.details.name).collect()
}

/// The practice's own contact.
async fn known(by: &Ctx, patient: PatientId, name: &str, email: &str, emergency: bool) -> ContactId {
    let form = ContactForm {
        name: name.into(),
        relationship: "Friend".into(),
        email: email.into(),
        phone: "0400 000 001".into(),
        emergency: if emergency { "yes".into() } else { String::new() },
    };
    patients::add_contact(by, patient, &form).await.unwrap()
}

/// S0-18, S0-37, B-03: added, changed, taken off and put in order, each looked at first; in conflict where the practice changed
/// the same contact; and taken back.
async fn whom_to_ring_is_changed_where_somebody_decides(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let kim = known(owner, patient, "Kim", "", true).await;
    let joe = known(owner, patient, "Joe", "joe@example.org", true).await;
    known(owner, patient, "Case worker", "", false).await;
    let page = own(&lien, patient).await;
    assert_eq!(page.contacts.iter().map(|one| one.id).collect::<Vec<_>>(), [kim, joe], "who is not rung is not shown");
    // She adds Ada, who is asked for and shown, changes her mind about the number, and wants her rung first.
    updates::save_contact(&lien, patient, None, "", &rung("Ada", "0400 000 002"), &[]).await.unwrap();
    let ada = own(&lien, patient).await.contacts.pop().unwrap();
    assert!(ada.value.is_none() && ada.shown().unwrap().name == "Ada");
    updates::save_contact(&lien, patient, Some(ada.id), "", &rung("Ada", "0400 000 003"), &[]).await.unwrap();
    let first = emergency::order_code(&[ada.id, joe, kim]);
    updates::order_contacts(&lien, patient, &page.order, &first).await.unwrap();
    updates::remove_contact(&lien, patient, kim, &page.contacts[0].code()).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Kim", "Joe"]);
    let rows = waiting(owner, patient).await;
    assert_eq!((rows.len(), patients::profile(owner, patient).await.unwrap().updates), (3, 3));
    assert!(rows.iter().all(|row| row.may_decide && !row.conflict));
    let seen: Vec<_> = rows.iter().map(|row| (row.update.id, row.now.clone())).collect();
    // One after the other what is seen of the order is another: only what was seen so is approved.
    assert_eq!(updates::approve_all(owner, patient, &seen).await.unwrap(), 2);
    let order = waiting(owner, patient).await.remove(0);
    assert!(!order.conflict && order.update.subject == Subject::Order);
    decide(owner, patient, &order, true).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada", "Joe"]);
    let page = own(&lien, patient).await;
    assert!(page.contacts.iter().all(|one| one.value.is_some()));
    assert!(matches!(page.order_last.map(|last| last.state), Some(OwnState::Accepted { .. })));
    // Taken back within the minute, the order is as it was.
    updates::undo(owner, patient, order.update.id).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Joe", "Ada"]);
    decide(owner, patient, &waiting(owner, patient).await.remove(0), false).await.unwrap();
    // Joe is written to by the practice: he is not rung any more and stays a contact.
    let page = own(&lien, patient).await;
    let of = |id: ContactId| page.contacts.iter().find(|one| one.id == id).unwrap().code();
    updates::remove_contact(&lien, patient, joe, &of(joe)).await.unwrap();
    decide(owner, patient, &waiting(owner, patient).await.remove(0), true).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada"]);
    let all = patients::contacts(owner, patient).await.unwrap();
    let kept = all.iter().find(|one| one.id == joe).unwrap();
    assert_eq!(kept.details.email.as_ref().unwrap().as_str(), "joe@example.org");
    assert!(all.iter().all(|one| one.id != kim), "who was here for that only is gone");
    // The practice changes the same contact: nobody's change is overwritten unseen.
    updates::save_contact(&lien, patient, Some(ada.id), &of(ada.id), &rung("Ada", "0400 000 004"), &[]).await.unwrap();
    let mine = all.iter().find(|one| one.id == ada.id).unwrap();
    let form = ContactForm { phone: "0400 000 005".into(), ..ContactForm::of(&mine.details) };
    patients::save_contact(owner, patient, ada.id, mine.version, &form).await.unwrap();
    let row = waiting(owner, patient).await.remove(0);
    assert!(row.conflict);
    let put = |put: &EmergencyContact| Verdict::Approve { saw: row.now.clone(), put: Some(put.code()) };
    let wrong = updates::decide(owner, patient, row.update.id, &put(&rung("Ada", "none"))).await;
    assert!(matches!(wrong, Err(Error::Invalid(invalid)) if invalid.of("phone") == Some(Problem::NotAPhone)));
    updates::decide(owner, patient, row.update.id, &put(&rung("Ada", "0400 000 006"))).await.unwrap();
    let last = own(&lien, patient).await.contacts.remove(0);
    assert_eq!(last.value.unwrap().phone, "0400 000 006");
    assert!(matches!(last.last.unwrap().state, OwnState::Edited { .. }));
    // Two who are asked for change places before anybody has decided; put back, nothing is asked for.
    for name in ["Cleo", "Dan"] {
        updates::save_contact(&lien, patient, None, "", &rung(name, "0400 000 007"), &[]).await.unwrap();
    }
    let page = own(&lien, patient).await;
    let ids: Vec<_> = page.contacts.iter().map(|one| one.id).collect();
    let swapped = emergency::order_code(&[ids[0], ids[2], ids[1]]);
    updates::order_contacts(&lien, patient, &page.order, &swapped).await.unwrap();
    assert_eq!(waiting(owner, patient).await.len(), 3);
    updates::order_contacts(&lien, patient, &page.order, &emergency::order_code(&ids)).await.unwrap();
    assert_eq!(waiting(owner, patient).await.len(), 2);
    for id in &ids[1..] {
        updates::remove_contact(&lien, patient, *id, "").await.unwrap();
    }
    // What is asked for and taken back is gone without a trace on the record.
    updates::save_contact(&lien, patient, None, "", &rung("Bea", "0400 000 007"), &[]).await.unwrap();
    let bea = own(&lien, patient).await.contacts.pop().unwrap();
    updates::remove_contact(&lien, patient, bea.id, "").await.unwrap();
    assert!(waiting(owner, patient).await.is_empty());
    assert_eq!(own(&lien, patient).await.contacts.len(), 1);
}

/// S0-18, S0-34: at once, except over what the practice changed meanwhile.
async fn whom_to_ring_is_changed_at_once(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    let owner = &staff.owner;
    for name in ["Ada", "Ben"] {
        updates::save_contact(&lien, patient, None, "", &rung(name, "0400 000 002"), &[]).await.unwrap();
    }
    assert_eq!(rings(owner, patient).await, ["Ada", "Ben"]);
    let page = own(&lien, patient).await;
    let (ada, ben) = (&page.contacts[0], &page.contacts[1]);
    let order = emergency::order_code(&[ben.id, ada.id]);
    updates::order_contacts(&lien, patient, &page.order, &order).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ben", "Ada"]);
    updates::save_contact(&lien, patient, Some(ada.id), &ada.code(), &rung("Ada V", "0400 000 009"), &[])
        .await
        .unwrap();
    updates::remove_contact(&lien, patient, ben.id, &ben.code()).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada V"]);
    assert!(patients::contacts(owner, patient).await.unwrap().len() == 1 && waiting(owner, patient).await.is_empty());
    // From an older page: what she saw is not what the record says.
    updates::save_contact(&lien, patient, Some(ada.id), &ada.code(), &rung("Ada", "0400 000 001"), &[]).await.unwrap();
    assert_eq!(rings(owner, patient).await, ["Ada V"]);
    assert!(waiting(owner, patient).await.remove(0).conflict);
    // What is wrong is said beside its field, and there is an end to it.
    let bad = updates::save_contact(&lien, patient, None, "", &rung("", "none"), &[]).await;
    let Err(Error::Invalid(invalid)) = bad else { panic!("{bad:?}") };
    assert_eq!((invalid.of("name"), invalid.of("phone")), (Some(Problem::Missing), Some(Problem::NotAPhone)));
    for n in 0..limits::EMERGENCY - 1 {
        updates::save_contact(&lien, patient, None, "", &rung(&format!("N{n}"), "0400 000 002"), &[]).await.unwrap();
    }
    let many = updates::save_contact(&lien, patient, None, "", &rung("One more", "0400 000 002"), &[]).await;
    assert!(matches!(many, Err(Error::Invalid(invalid)) if invalid.of("name") == Some(Problem::TooMany)));
}

/// PX-05, PT-12: a contact that is not on the list is not changed by its id; who may look only changes nothing; nor does
/// anybody where the practice takes no changes.
async fn whom_to_ring_is_nobody_elses_to_change(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    let owner = &staff.owner;
    let hidden = known(owner, patient, "Case worker", "worker@example.org", false).await;
    let kim = known(owner, patient, "Kim", "kim@example.org", true).await;
    let other = town.patient(owner, "Some", "Body").await;
    let theirs = known(owner, other, "Theirs", "", true).await;
    for id in [hidden, theirs] {
        for seen in ["", "Theirs\nFriend\n0400 000 001"] {
            let put = updates::save_contact(&lien, patient, Some(id), seen, &rung("Mine", "0400 000 002"), &[]).await;
            assert_eq!(conflict(put), Conflict::ChangedMeanwhile);
            assert_eq!(conflict(updates::remove_contact(&lien, patient, id, seen).await), Conflict::ChangedMeanwhile);
        }
        let order = emergency::order_code(&[id, kim]);
        assert_eq!(conflict(updates::order_contacts(&lien, patient, "", &order).await), Conflict::ChangedMeanwhile);
    }
    let looks = carer(&town, owner, patient, "looks@example.org", Role::View, Sees::Clinical).await;
    assert!(!own(&looks, patient).await.may_edit);
    let few = carer(&town, owner, patient, "few@example.org", Role::Edit, Sees::Administrative).await;
    assert!(matches!(updates::contacts(&few, patient).await, Err(Error::NotFound)));
    for (who, refused) in [(&looks, "look"), (&few, "few")] {
        let add = updates::save_contact(who, patient, None, "", &rung("Mine", "0400 000 002"), &[]).await;
        let take = updates::remove_contact(who, patient, kim, "").await;
        let order = updates::order_contacts(who, patient, "", &emergency::order_code(&[kim])).await;
        assert!(add.is_err() && take.is_err() && order.is_err(), "{refused}");
    }
    // Who may act puts the number right, and the address that invitations go to stays the practice's.
    let mother = carer(&town, owner, patient, "mother@example.org", Role::Edit, Sees::Clinical).await;
    let seen = own(&mother, patient).await.contacts.remove(0).code();
    updates::save_contact(&mother, patient, Some(kim), &seen, &rung("Kim", "0400 000 008"), &[]).await.unwrap();
    let all = patients::contacts(owner, patient).await.unwrap();
    let now = all.iter().find(|one| one.id == kim).unwrap();
    assert_eq!(
        (now.details.phone.as_str(), now.details.email.as_ref().unwrap().as_str()),
        ("0400 000 008", "kim@example.org")
    );
    set(owner, Mode::Disabled, "").await.unwrap();
    let page = own(&lien, patient).await;
    assert!(!page.may_edit && page.contacts.len() == 1);
    let refused = updates::save_contact(&lien, patient, None, "", &rung("Ada", "0400 000 002"), &[]).await;
    assert_eq!(forbidden(refused), Refusal::UpdatesOff);
    let refused = updates::remove_contact(&lien, patient, kim, &page.contacts[0].code()).await;
    assert_eq!(forbidden(refused), Refusal::UpdatesOff);
    assert_eq!(forbidden(updates::order_contacts(&lien, patient, &page.order, &page.order).await), Refusal::UpdatesOff);
    assert_eq!(rings(owner, patient).await, ["Kim"]);
}

/// Decision 8: somebody is added with both practices, by the way of each; changing them is each one's own.
async fn whom_to_ring_is_told_two_practices(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let other = town.practice_called("Riverside", "owner@riverside.example").await;
    set(&other.owner, Mode::Auto, "").await.unwrap();
    let there = town.patient(&other.owner, "Lien", "Nguyen").await;
    town.invite(&other.owner, there, LIEN).await;
    invitations::confirm(&lien, &town.link_to(LIEN).await).await.unwrap();
    assert_eq!(own(&lien, patient).await.elsewhere.len(), 1);
    updates::save_contact(&lien, patient, None, "", &rung("Ada", "0400 000 002"), &[there]).await.unwrap();
    assert_eq!(
        (rings(&staff.owner, patient).await, rings(&other.owner, there).await),
        (vec![], vec!["Ada".to_owned()])
    );
    let row = waiting(&staff.owner, patient).await.remove(0);
    decide(&staff.owner, patient, &row, true).await.unwrap();
    assert_eq!(rings(&staff.owner, patient).await, ["Ada"]);
    let stranger = town.patient(&other.owner, "Some", "Body").await;
    let refused = updates::save_contact(&lien, patient, None, "", &rung("Bea", "0400 000 002"), &[stranger]).await;
    assert!(matches!(refused, Err(Error::NotFound)));
}

/// A small generator: the same steps for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// whatever patients, two reviewers and the setting do in whatever order, the record is what a small model of the
/// accepted decisions says, no wish is lost, and the count of those that wait is the list's.
async fn whatever_happens_the_record_is_what_was_decided(town: Town) {
    const FIELDS: [Field; 3] = [Field::Mobile, Field::City, Field::FundNumber];
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let desk = town.user(staff.group, "desk@harbour.example", Level::AdminFull).await;
    let mut dice = Dice(0x5eed_cafe);
    let mut mode = Mode::Approval;
    let mut record = BTreeMap::from([(Field::Mobile, "0400 000 001".to_owned())]);
    let mut wishes: BTreeMap<Field, String> = BTreeMap::new();
    for step in 0..60 {
        let field = FIELDS[dice.roll(FIELDS.len())];
        let value = format!("0400 000 {:03}", dice.roll(6));
        let now = |record: &BTreeMap<Field, String>| record.get(&field).cloned().unwrap_or_default();
        let reviewer = if dice.roll(2) == 0 { &staff.owner } else { &desk };
        match dice.roll(6) {
            // The patient changes it.
            0..=1 if mode != Mode::Disabled => {
                let page = updates::profile(&lien, patient).await.unwrap();
                let shown = page.fields.iter().find(|own| own.field == field).unwrap().shown().to_owned();
                updates::save(&lien, patient, &over(&page, &[(field, &value)]), &[]).await.unwrap();
                if shown != value {
                    wishes.remove(&field);
                    match mode {
                        _ if now(&record) == value => {}
                        Mode::Auto => drop(record.insert(field, value)),
                        Mode::Approval | Mode::Disabled => drop(wishes.insert(field, value)),
                    }
                }
            }
            // The practice changes the number.
            2 => {
                edit_mobile(reviewer, patient, &value).await;
                record.insert(Field::Mobile, value);
            }
            // Somebody decides.
            3..=4 => {
                if let Some(row) =
                    waiting(reviewer, patient).await.into_iter().find(|row| row.update.subject == field.into())
                {
                    let approve = dice.roll(2) == 0;
                    decide(reviewer, patient, &row, approve).await.unwrap();
                    let wanted = wishes.remove(&field).unwrap();
                    assert_eq!(row.update.wanted, wanted, "step {step}");
                    if approve {
                        record.insert(field, wanted);
                    }
                } else {
                    assert!(!wishes.contains_key(&field), "step {step}: a wish is lost");
                }
            }
            // The setting changes; what waits goes on waiting.
            5 => {
                mode = Mode::ALL[dice.roll(3)];
                set(&staff.owner, mode, "keep").await.unwrap();
            }
            _ => {}
        }
        for field in FIELDS {
            let expected = record.get(&field).cloned().unwrap_or_default();
            assert_eq!(says(&staff.owner, patient, field).await, expected, "step {step}");
        }
        let rows = waiting(&staff.owner, patient).await;
        let listed: BTreeMap<_, _> = rows
            .into_iter()
            .map(|row| match row.update.subject {
                Subject::Field(field) => (field, row.update.wanted),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(listed, wishes, "step {step}");
        assert_eq!(patients::profile(&staff.owner, patient).await.unwrap().updates, wishes.len());
        town.clock.pass(Span::seconds(1));
    }
}
