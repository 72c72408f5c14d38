//! Who opened a record, as the patient and whoever manages access for them are shown it.

use domain::{
    access_log::{AccessLog, Part, Visitor},
    audit::{Action, Entry},
    form::SendForm,
    grant::{Level as Sees, Role},
    ids::PatientId,
    limits,
    page::PageRequest,
    time::Span,
    user,
};
use services::{Ctx, Error, access_log, audit, forms, invitations, patients, portal, portal_users as people};

use crate::{
    answers::not_found,
    forms::{published, typed},
    portal_users::{child, mother, parent, terms, user as portal_user, whole},
    town::{Staff, Town},
};

on_both_engines! {
    the_patient_sees_who_opened_their_record,
    paged_without_a_gap,
    a_page_looks_only_so_far,
    a_parent_sees_it_until_the_patient_does,
    nobody_else_learns_that_there_is_one,
    what_a_teenager_was_asked_is_not_told,
}

async fn log(by: &Ctx, patient: PatientId) -> AccessLog {
    access_log::list(by, patient, None).await.unwrap()
}

fn said(log: &AccessLog) -> Vec<(&str, Action, Part)> {
    let name = |who| match who {
        &Visitor::You => "You",
        Visitor::User { name, .. } | Visitor::PortalUser { name, .. } => name.as_str(),
        &Visitor::Somebody => "somebody",
        &Visitor::Program => "program",
    };
    log.visits.rows.iter().map(|visit| (name(&visit.who), visit.what, visit.part)).collect()
}

/// The practice asks for a form, its portal user returns it, and the practice reads it.
async fn form_there_and_back(owner: &Ctx, patient: PatientId, by: &Ctx, email: &str) {
    let form = published(owner, "Alone with the doctor").await;
    let to = portal_user(owner, patient, email).await.id.to_string();
    forms::send(owner, patient, &SendForm { to, forms: vec![form], message: String::new() }).await.unwrap();
    let id = forms::requests(owner, patient, &PageRequest::default()).await.unwrap().rows[0].id;
    forms::open_own(by, patient, id).await.unwrap();
    forms::submit_own(by, patient, id, &typed(&[("reason", "my own affair")])).await.unwrap();
    forms::answers(owner, patient, id).await.unwrap();
}

// B-01, decision 13: who, what they are, when, what; of this record only, without the reader's own looking around; and
// looking at it is written down.
async fn the_patient_sees_who_opened_their_record(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let ada = town.patient(&owner, "Ada", "Lovelace").await;
    let other = town.patient(&owner, "Bea", "Lee").await;
    let reader = town.portal_user(&owner, ada, "ada@example.org").await;
    patients::profile(&owner, ada).await.unwrap();
    patients::profile(&owner, other).await.unwrap();
    portal::frame(&reader, ada).await.unwrap();
    patients::contacts(&owner, ada).await.unwrap();
    patients::background(&owner, ada).await.unwrap();
    form_there_and_back(&owner, ada, &reader, "ada@example.org").await;
    // Refused, in another group, unusual: none of it opened this record.
    let outside = town.practice_called("Hill Clinic", "owner@hill.example").await.owner;
    audit::denied(&owner, "patients/profile", &ada.to_string(), "not found").await.unwrap();
    audit::denied(&outside, "patients/profile", &ada.to_string(), "not found").await.unwrap();
    let mut work = town.begin().await;
    let (actor, subject) = (owner.actor().unwrap().by().actor, ada.to_string());
    let (detail, origin) = ("own_record".to_owned(), String::new());
    let entry = Entry {
        group: Some(group),
        at: owner.now(),
        actor,
        action: Action::UnusualAccess,
        subject,
        detail,
        origin,
        emergency: false,
    };
    work.audit(&entry).await.unwrap();
    work.save().await.unwrap();

    let before = town.engine.audited(Action::AccessLogViewed).await;
    let log = log(&reader, ada).await;
    let mira = "Dr Mira Anand";
    let profile = |who, what| (who, what, Part::Profile);
    assert_eq!(
        said(&log),
        [
            profile(mira, Action::FormViewed),
            profile("You", Action::FormReturned),
            profile(mira, Action::FormsListed),
            profile(mira, Action::FormSent),
            profile(mira, Action::PortalUsersViewed),
            (mira, Action::PatientViewed, Part::Background),
            (mira, Action::PatientViewed, Part::Contacts),
            profile(mira, Action::PatientViewed),
            profile("You", Action::InvitationAccepted),
            profile(mira, Action::InvitationMade),
            profile(mira, Action::PatientAdded),
        ]
    );
    let first = &log.visits.rows[0];
    let (name, profession) = (mira.to_owned(), "Physiotherapist".to_owned());
    assert_eq!(first.who, Visitor::User { name, profession, role: user::Role::Practitioner });
    assert_eq!((first.at, log.time_zone.as_str(), log.visits.next), (owner.now(), "Australia/Sydney", None));
    // Nothing of what only the trail knows.
    let shown = format!("{:?}", log.visits.rows);
    for secret in ["usr_", "acc_", "pat_", "frq_", "frm_", &owner.origin.address, "my own affair"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    assert_eq!(town.engine.audited(Action::AccessLogViewed).await, before + 1);
    let chain = town.engine.chain(&group.to_string()).await;
    let last = chain.last().unwrap();
    assert_eq!(
        (last.actor.as_str(), last.subject.as_str()),
        (reader.actor().unwrap().by().actor.as_str(), &*ada.to_string())
    );
    assert!(portal::frame(&reader, ada).await.unwrap().record.sees_log);
    // Decision 17: no trail, no record.
    town.engine.break_the_trail().await;
    assert!(access_log::list(&reader, ada, None).await.is_err());
}

// B-01, PT-32, PT-34: 25 a page, none twice and none left out; nonsense in the cursor finds nothing.
async fn paged_without_a_gap(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let ada = town.patient(&owner, "Ada", "Lovelace").await;
    let reader = town.portal_user(&owner, ada, "ada@example.org").await;
    for _ in 0..49 {
        town.clock.pass(Span::minutes(1));
        patients::profile(&owner, ada).await.unwrap();
        portal::frame(&reader, ada).await.unwrap();
    }
    let (mut sizes, mut times, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let log = access_log::list(&reader, ada, after).await.unwrap();
        sizes.push(log.visits.rows.len());
        times.extend(log.visits.rows.iter().map(|visit| (visit.at, visit.what)));
        match log.visits.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    // Added, invited and accepted came before the 49.
    assert_eq!(sizes, [25, 25, 2]);
    assert!(
        times.is_sorted_by(|one, next| one.0 > next.0 || one.1 != next.1),
        "no row twice, none left out: {times:?}"
    );
    for nonsense in ["x", "x' OR 1=1", "-1", "0", "9999999999999999999999"] {
        let log = access_log::list(&reader, ada, Some(nonsense.to_owned())).await.unwrap();
        assert_eq!((log.visits.rows, log.visits.next), (Vec::new(), None), "{nonsense}");
    }
}

// B-01, R-34: one page looks through so much and no more, and then goes on from there.
async fn a_page_looks_only_so_far(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let ada = town.patient(&owner, "Ada", "Lovelace").await;
    let reader = town.portal_user(&owner, ada, "ada@example.org").await;
    let entry = Entry {
        group: Some(group),
        at: owner.now(),
        actor: reader.actor().unwrap().by().actor,
        action: Action::PortalHomeViewed,
        subject: ada.to_string(),
        detail: String::new(),
        origin: String::new(),
        emergency: false,
    };
    let looked = (limits::PAGE_MOST * limits::ACCESS_LOG_LOOKS) as usize;
    let mut work = town.begin().await;
    work.audit_all(group, &vec![entry; looked + 1]).await.unwrap();
    work.save().await.unwrap();
    let first = log(&reader, ada).await.visits;
    assert!(first.rows.is_empty() && first.next.is_some(), "{first:?}");
    let log = access_log::list(&reader, ada, first.next).await.unwrap();
    let actions: Vec<_> = said(&log).iter().map(|(_, action, _)| *action).collect();
    assert_eq!(actions, [Action::InvitationAccepted, Action::InvitationMade, Action::PatientAdded]);
    assert_eq!(log.visits.next, None);
}

// B-01: what others do in the portal is told, under the names that the people page gives them.
async fn a_parent_sees_it_until_the_patient_does(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    portal::frame(&ada, bo).await.unwrap();
    form_there_and_back(&owner, bo, &ada, "ada@example.org").await;
    assert!(portal::frame(&ada, bo).await.unwrap().record.sees_log);
    let told = log(&ada, bo).await;
    assert_eq!(
        said(&told)[1],
        ("You", Action::FormReturned, Part::Profile),
        "of a small child the parent hears of forms"
    );
    assert!(!said(&told).iter().any(|(_, action, _)| *action == Action::PortalHomeViewed), "{told:?}");

    let patient = town.portal_user(&owner, bo, "bo@example.org").await;
    not_found(access_log::list(&ada, bo, None).await);
    assert!(!portal::frame(&ada, bo).await.unwrap().record.sees_log);
    let log = log(&patient, bo).await;
    let home = log.visits.rows.iter().find(|visit| visit.what == Action::PortalHomeViewed).unwrap();
    let (name, relationship) = ("Ada Vidal".to_owned(), "mother".to_owned());
    assert_eq!(home.who, Visitor::PortalUser { name, relationship });
}

// PT-33, PX-01, PX-05: another patient's, and whoever only looks, or sees appointments and invoices, or works there.
async fn nobody_else_learns_that_there_is_one(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let [bo, cleo] = [child(&owner, "Bo").await, child(&owner, "Cleo").await];
    let stranger = town.portal_user(&owner, cleo, "cleo@example.org").await;
    let kinds = [
        terms(Role::View, Sees::Clinical),
        whole(),
        terms(Role::Edit, Sees::Administrative),
        domain::grant::TermsForm { level: Sees::Administrative.code().to_owned(), ..parent() },
    ];
    let mut carers = vec![stranger];
    for (n, terms) in kinds.into_iter().enumerate() {
        let email = format!("carer{n}@example.org");
        carers.push(mother(&town, &owner, bo, &email, terms).await.0);
    }
    let before = town.engine.audited(Action::AccessLogViewed).await;
    for carer in &carers {
        not_found(access_log::list(carer, bo, None).await);
        for record in portal::start(carer).await.unwrap().records {
            assert_eq!(record.sees_log, record.patient == cleo);
        }
    }
    // The last of them manages access, and only that.
    assert!(portal::start(&carers[4]).await.unwrap().records[0].manages);
    not_found(access_log::list(&owner, bo, None).await);
    assert!(matches!(access_log::list(&town.anon(), bo, None).await, Err(Error::NotSignedIn)));
    assert_eq!(town.engine.audited(Action::AccessLogViewed).await, before);
}

// PX-06: the practice closed a teenager's own access; the parent who manages it again hears of no form.
async fn what_a_teenager_was_asked_is_not_told(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = child(&owner, "Bo").await;
    let (ada, _) = mother(&town, &owner, bo, "ada@example.org", parent()).await;
    let teenager = town.portal_user(&owner, bo, "bo@example.org").await;
    form_there_and_back(&owner, bo, &teenager, "bo@example.org").await;
    portal::frame(&teenager, bo).await.unwrap();
    let own = portal_user(&owner, bo, "bo@example.org").await.id;
    let told = |log: &AccessLog| said(log).iter().filter(|one| domain::access_log::is_of_forms(one.1)).count();
    assert_eq!(told(&log(&teenager, bo).await), 4);
    people::suspend(&owner, bo, own).await.unwrap();
    let log = log(&ada, bo).await;
    assert_eq!(told(&log), 0);
    let home = log.visits.rows.iter().find(|visit| visit.what == Action::PortalHomeViewed).unwrap();
    let (name, relationship) = ("Bo Vidal".to_owned(), String::new());
    assert_eq!(home.who, Visitor::PortalUser { name, relationship });
    invitations::list(&owner, bo, &PageRequest::default()).await.unwrap();
}
