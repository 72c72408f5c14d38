//! What patients change in their own record: by the group's setting, field by field, and never unseen over what the practice
//! changed.

mod contacts;
mod history;
mod queue;
mod together;

use std::collections::BTreeMap;

use domain::{
    audit::Action,
    background::BackgroundForm,
    error::{Conflict, Problem, Refusal},
    grant::{Level as Sees, Role, TermsForm},
    ids::{PatientId, UpdateId},
    invitation::{InviteForm, Whom},
    limits,
    notification::News,
    page::PageRequest,
    patient::DetailsForm,
    practice::PatientAccessForm,
    time::Span,
    update::{Field, Mode, OwnProfile, OwnState, ProfileForm, UpdateRow, Verdict, Waiting},
    user::Level,
};
use services::{Ctx, Error, Result, invitations, notifications, patients, settings, updates};

use crate::{
    answers::{conflict, forbidden},
    town::{PASSWORD, Staff, Town, access_form, details},
};

on_both_engines! {
    approval_is_asked_for,
    at_once,
    nothing_is_taken,
    everything_a_patient_may_change,
    what_is_wrong_is_said_beside_its_field,
    a_later_change_replaces_the_earlier,
    a_conflict_waits_for_a_look,
    the_bell_says_it_once_and_is_right_about_it,
    nobody_decides_about_their_own,
    who_acts_for_somebody,
    one_person_with_two_practices,
    how_somebody_lives_is_for_who_treats_them,
    whoever_switches_says_what_becomes_of_what_waits,
    a_decision_is_taken_back,
    whoever_asked_is_told_by_mail,
    all_at_once_but_what_needs_a_look,
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
            []
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
    // The first of two decisions is taken back when the second has emptied the list: one waits, and the bell says so.
    change(&lien, patient, &[(Field::City, "Manly"), (Field::Region, "Elsewhere")]).await.unwrap();
    let rows = waiting(&desk, patient).await;
    for row in &rows {
        town.clock.pass(Span::seconds(1));
        decide(&desk, patient, row, false).await.unwrap();
    }
    town.clock.pass(Span::seconds(1));
    assert!(told(&staff.owner).await[0]);
    updates::undo(&desk, patient, rows[0].update.id).await.unwrap();
    assert!(!told(&staff.owner).await[0]);
    decide(&desk, patient, &rows[0], false).await.unwrap();
    let so_far = told(&desk).await;
    // How somebody lives is not the front desk's.
    change(&lien, patient, &[(Field::Alcohol, "None")]).await.unwrap();
    assert_eq!((told(&staff.owner).await[0], told(&desk).await), (false, so_far));
    // Nor does its bell go on saying that something waits when that alone is left.
    change(&lien, patient, &[(Field::City, "Rozelle")]).await.unwrap();
    assert!(!told(&desk).await[0]);
    let city = waiting(&desk, patient).await.remove(0);
    decide(&desk, patient, &city, false).await.unwrap();
    assert_eq!((told(&staff.owner).await[0], told(&desk).await[0]), (false, true));
    change(&lien, patient, &[(Field::City, "Rozelle")]).await.unwrap();
    assert!(!told(&desk).await[0]);
    change(&lien, patient, &[(Field::City, "")]).await.unwrap();
    assert_eq!((told(&staff.owner).await[0], told(&desk).await[0]), (false, true), "taken back");
}

/// Grace, who works at the desk and is a patient: she asks for something, and is back at the console.
async fn at_both_sides(town: &Town, staff: &Staff, field: Field, wanted: &str) -> (PatientId, Ctx) {
    let patient = town.patient(&staff.owner, "Grace", "Lim").await;
    let grace = town.user(staff.group, "grace@harbour.example", Level::AdminFull).await;
    town.set_password("grace@harbour.example", PASSWORD).await;
    town.invite(&staff.owner, patient, "grace@harbour.example").await;
    invitations::confirm(&grace, &town.link_to("grace@harbour.example").await).await.unwrap();
    let portal = town.follow(&grace).await;
    change(&portal, patient, &[(field, wanted)]).await.unwrap();
    services::accounts::switch_door(&portal, domain::account::Door::Console).await.unwrap();
    (patient, town.follow(&portal).await)
}

/// PT-13: an administrator who is a patient does not approve what she asked for; nor does anybody from the portal.
async fn nobody_decides_about_their_own(town: Town) {
    let Place { staff, .. } = place(&town, Mode::Approval).await;
    let (patient, grace) = at_both_sides(&town, &staff, Field::Mobile, "0400 000 002").await;
    let row = waiting(&staff.owner, patient).await.remove(0);
    let shown = waiting(&grace, patient).await;
    assert!(!shown[0].may_decide);
    for approve in [true, false] {
        assert_eq!(forbidden(decide(&grace, patient, &row, approve).await), Refusal::OwnUpdate);
    }
    let all = updates::approve_all(&grace, patient, &[(row.update.id, row.now.clone())]).await.unwrap();
    assert!(all.is_empty());
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
    assert_eq!(updates::approve_all(owner, patient, &[(row.update.id, row.now.clone())]).await.unwrap().len(), 0);
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
    assert_eq!(updates::approve_all(&desk, patient, &seen).await.unwrap().len(), 1);
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
    assert_eq!(updates::approve_all(owner, patient, &seen).await.unwrap().len(), 3);
    assert_eq!(says(owner, patient, Field::Postcode).await, "SW1A 1AA");
    assert_eq!(says(owner, patient, Field::Mobile).await, "0400 000 003");
    assert_eq!(waiting(owner, patient).await.len(), 1);
    let nothing: UpdateId = uuid::Uuid::nil().into();
    assert!(matches!(updates::undo(owner, patient, nothing).await, Err(Error::NotFound)));
}
