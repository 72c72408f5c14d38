//! What a record said before, and that the portal says what became of a change.

use domain::{
    access_log::Visitor,
    background::BackgroundForm,
    grant::{Level as Sees, Role},
    ids::PatientId,
    page::PageRequest,
    patient::{ContactForm, DetailsForm},
    profile_history::{ChangeRow, ProfileHistory, What},
    update::{Field, Mode, Subject},
    user::{self, Level},
};
use services::{Ctx, Error, patients, portal, updates};

use super::{Place, carer, change, decide, place, set, waiting};
use crate::town::Town;

on_both_engines! {
    every_value_when_and_by_whom,
    how_somebody_lived_is_for_who_treats_them,
    who_else_sees_the_record_is_not_told_to_everybody,
    home_says_what_became_of_it_until_somebody_looked,
}

async fn own(by: &Ctx, patient: PatientId) -> Vec<ChangeRow> {
    updates::own_history(by, patient, None).await.unwrap().changes.rows
}

fn told(row: &ChangeRow) -> (&str, &str) {
    (&row.before, &row.after)
}

/// B-01: whoever changed it, from wherever.
async fn every_value_when_and_by_whom(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let ProfileHistory { changes, added_at, .. } = updates::own_history(&lien, patient, None).await.unwrap();
    assert!(changes.rows.is_empty() && added_at == patients_added(&town));
    // By the practice, by approval, taken back, at once.
    let profile = patients::profile(owner, patient).await.unwrap();
    let form = DetailsForm { legal_last: "Tran".into(), ..DetailsForm::of(&profile.details.unwrap()) };
    patients::save(owner, patient, profile.version, &form).await.unwrap();
    change(&lien, patient, &[(Field::Mobile, "0400 000 002")]).await.unwrap();
    assert_eq!(own(&lien, patient).await.len(), 1, "asked for is not changed");
    let row = waiting(owner, patient).await.remove(0);
    decide(owner, patient, &row, true).await.unwrap();
    updates::undo(owner, patient, row.update.id).await.unwrap();
    decide(owner, patient, &row, false).await.unwrap();
    set(owner, Mode::Auto, "").await.unwrap();
    change(&lien, patient, &[(Field::City, "Balmain")]).await.unwrap();
    let background = BackgroundForm { fund: "Harbour Mutual".into(), ..BackgroundForm::default() };
    let version = patients::background(owner, patient).await.unwrap().version;
    patients::save_background(owner, patient, version, &background).await.unwrap();
    let form = ContactForm {
        name: "Kim".into(),
        relationship: "Sister".into(),
        phone: "0400 000 003".into(),
        emergency: "yes".into(),
        ..ContactForm::default()
    };
    let kim = patients::add_contact(owner, patient, &form).await.unwrap();
    let form = ContactForm { email: "kim@example.org".into(), ..form };
    patients::save_contact(owner, patient, kim, 0, &form).await.unwrap();
    patients::remove_contact(owner, patient, kim, 1).await.unwrap();

    let rows = own(&lien, patient).await;
    let of = |what: What| rows.iter().filter(|row| row.what == what).map(told).collect::<Vec<_>>();
    assert_eq!(of(What::LegalName), [("Lien Nguyen", "Lien Tran")]);
    let mobile = What::Subject(Field::Mobile.into());
    assert_eq!(of(mobile), [("0400 000 002", "0400 000 001"), ("0400 000 001", "0400 000 002")], "latest first");
    assert_eq!(of(What::Subject(Field::City.into())), [("", "Balmain")]);
    assert_eq!(of(What::Subject(Field::Fund.into())), [("", "Harbour Mutual")]);
    let kims = of(What::Subject(Subject::Contact(kim)));
    assert_eq!(kims, [("Kim\nSister\n0400 000 003", ""), ("", "Kim\nSister\n0400 000 003")], "no address is told");
    assert_eq!(rows.len(), 7);
    let by = |what: What| rows.iter().rfind(|row| row.what == what).map(|row| (&row.by, row.approved_by.is_some()));
    assert_eq!(by(mobile), Some((&Visitor::You, true)));
    assert_eq!(by(What::Subject(Field::City.into())), Some((&Visitor::You, false)));
    match by(What::LegalName) {
        Some((Visitor::User { name, role, .. }, false)) => {
            assert_eq!((name.as_str(), *role), ("Dr Mira Anand", user::Role::Practitioner));
        }
        other => panic!("{other:?}"),
    }
    // What was written in place of what she wanted is the practice's own.
    set(owner, Mode::Approval, "").await.unwrap();
    change(&lien, patient, &[(Field::Region, "Somewhere")]).await.unwrap();
    let row = waiting(owner, patient).await.remove(0);
    let edited = domain::update::Verdict::Approve { saw: String::new(), put: Some("Elsewhere".into()) };
    updates::decide(owner, patient, row.update.id, &edited).await.unwrap();
    let rows = own(&lien, patient).await;
    assert!(matches!(rows[0].by, Visitor::User { .. }) && rows[0].approved_by.is_none(), "{:?}", rows[0].by);
    // Page by page it is the same, for the practice too, who reads who asked.
    let (mut page, mut all) = (PageRequest { after: None, limit: Some(2) }, Vec::new());
    loop {
        let found = updates::history(owner, patient, &page).await.unwrap();
        all.extend(found.rows);
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), rows.iter().map(told).collect::<Vec<_>>());
    let approved = all.iter().find(|row| row.approved_by.is_some()).unwrap();
    assert_eq!(approved.by, Visitor::PortalUser { name: "Lien Tran".into(), relationship: String::new() });
    // Another group's and a stranger's it is not.
    let other = town.practice_called("Riverside", "owner@riverside.example").await;
    assert!(matches!(updates::history(&other.owner, patient, &page).await, Err(Error::NotFound)));
    let stranger = town.patient(owner, "Some", "Body").await;
    assert!(matches!(updates::own_history(&lien, stranger, None).await, Err(Error::NotFound)));
}

fn patients_added(town: &Town) -> domain::time::Time {
    town.anon().now()
}

/// S0-19
async fn how_somebody_lived_is_for_who_treats_them(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    let desk = town.user(staff.group, "desk@harbour.example", Level::CalendarContacts).await;
    change(&lien, patient, &[(Field::Smoking, "Not since 2009"), (Field::City, "Balmain")]).await.unwrap();
    let page = PageRequest::default();
    let read = async |by: &Ctx| updates::history(by, patient, &page).await.unwrap().rows.len();
    assert_eq!((read(&desk).await, read(&staff.owner).await, own(&lien, patient).await.len()), (1, 2, 2));
}

/// PX-06: who sees the record for somebody else learns neither of the others' names, nor anything when it is not for them.
async fn who_else_sees_the_record_is_not_told_to_everybody(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Auto).await;
    let looks = carer(&town, &staff.owner, patient, "looks@example.org", Role::View, Sees::Clinical).await;
    let acts = carer(&town, &staff.owner, patient, "acts@example.org", Role::Edit, Sees::Clinical).await;
    let few = carer(&town, &staff.owner, patient, "few@example.org", Role::Edit, Sees::Administrative).await;
    change(&acts, patient, &[(Field::City, "Balmain")]).await.unwrap();
    let by = async |who: &Ctx| own(who, patient).await.remove(0).by;
    assert_eq!(by(&acts).await, Visitor::You);
    assert_eq!(by(&looks).await, Visitor::Somebody);
    assert_eq!(by(&lien).await, Visitor::PortalUser { name: "Ada Vidal".into(), relationship: String::new() });
    assert!(matches!(updates::own_history(&few, patient, None).await, Err(Error::NotFound)));
}

/// S0-36: only what was asked for by the one who looks, and only until they looked at that page.
async fn home_says_what_became_of_it_until_somebody_looked(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let acts = carer(&town, owner, patient, "acts@example.org", Role::Edit, Sees::Clinical).await;
    let news = async |who: &Ctx| {
        let frame = portal::frame(who, patient).await.unwrap();
        (frame.answered_details, frame.answered_contacts)
    };
    let ada = domain::emergency::EmergencyContact {
        name: "Ada".into(),
        relationship: "Aunt".into(),
        phone: "0400 000 002".into(),
    };
    change(&lien, patient, &[(Field::City, "Balmain"), (Field::Mobile, "0400 000 002")]).await.unwrap();
    updates::save_contact(&lien, patient, None, "", &ada, &[]).await.unwrap();
    assert_eq!(news(&lien).await, (0, 0), "nobody has decided");
    let rows = waiting(owner, patient).await;
    for (at, row) in rows.iter().enumerate() {
        decide(owner, patient, row, at == 0).await.unwrap();
    }
    assert_eq!((news(&lien).await, news(&acts).await), ((2, 1), (0, 0)));
    // Taken back, it is no news.
    updates::undo(owner, patient, rows[0].update.id).await.unwrap();
    assert_eq!(news(&lien).await, (1, 1));
    updates::profile(&acts, patient).await.unwrap();
    assert_eq!(news(&lien).await, (1, 1), "somebody else looked");
    updates::profile(&lien, patient).await.unwrap();
    assert_eq!(news(&lien).await, (0, 1));
    updates::contacts(&lien, patient).await.unwrap();
    assert_eq!(news(&lien).await, (0, 0));
    decide(owner, patient, &waiting(owner, patient).await[0], true).await.unwrap();
    assert_eq!(news(&lien).await, (1, 0));
}
