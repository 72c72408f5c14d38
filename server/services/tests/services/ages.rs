//! Notice by mail, to both sides, before an age of the patient changes what others see: once, and only while it is true.

use domain::{
    grant::{Level as Sees, PortalUser, Role, Standing, TermsForm},
    ids::PatientId,
    invitation::{InviteForm, Whom},
    patient::{DetailsForm, Status},
    practice::PatientAccessForm,
    time::Span,
};
use services::{Ctx, invitations, patients, portal_users, settings};

use crate::town::{PASSWORD, Staff, Town, access_form, details};

const ADA: &str = "ada@example.org";
const BO: &str = "bo@example.org";
/// What a notice says: of the reader's own record, of somebody else's, of both.
const OWN: &str = "Own";
const OTHERS: &str = "Others";
const BOTH: &str = "Both";

on_both_engines! {
    both_are_told_once,
    nobody_is_told_in_vain,
    what_is_true_when_it_leaves,
    a_patient_whom_nobody_acts_for_any_more,
    who_is_both_reads_both,
    who_stays_after_all_is_told,
    who_was_narrowed_is_let_in_anew,
    another_birth_date_is_told_anew,
    two_servers_tell_one,
    many_on_one_day,
}

async fn with_rules(by: &Ctx, steps_down: &str, ends: &str) {
    let version = settings::patient_access(by).await.unwrap().version;
    let form = PatientAccessForm { steps_down: steps_down.into(), ends: ends.into(), ..access_form(true, 24) };
    settings::save_patient_access(by, version, &form).await.unwrap();
}

/// It is 23 November 2026.
async fn born(by: &Ctx, day: &str) -> PatientId {
    patients::add(by, &DetailsForm { birth_date: day.to_owned(), ..details("Bo", "Vidal") }).await.unwrap()
}

fn letting_in(email: &str, level: Sees, last_day: &str) -> InviteForm {
    let terms = TermsForm {
        role: Role::Edit.code().to_owned(),
        level: level.code().to_owned(),
        last_day: last_day.to_owned(),
        ..TermsForm::default()
    };
    let (name, email) = ("Ada Vidal".to_owned(), email.to_owned());
    InviteForm { whom: Whom::Other, name, email_again: email.clone(), email, terms, ..InviteForm::default() }
}

async fn carer(town: &Town, by: &Ctx, patient: PatientId, email: &str, level: Sees, last_day: &str) {
    let form = letting_in(email, level, last_day);
    invitations::invite(by, patient, &form).await.unwrap();
    let token = town.link_to(&form.email).await;
    invitations::accept(&town.anon(), &token, PASSWORD).await.unwrap();
}

/// The carer, as the list shows her.
async fn seen(by: &Ctx, patient: PatientId) -> PortalUser {
    let all = portal_users::list(by, patient).await.unwrap();
    all.into_iter().find(|user| user.email == ADA).unwrap()
}

async fn tell(town: &Town) {
    portal_users::tell_beforehand(&town.services, &|| false).await.unwrap();
    town.post().await;
}

/// What these notices said: the first word of each.
fn told(town: &Town, email: &str) -> Vec<String> {
    let notices = town.mailer.to(email).into_iter().filter(|letter| letter.subject == "age notice");
    notices.map(|letter| letter.text.split(' ').next().unwrap_or_default().to_owned()).collect()
}

/// S0-27: thirty days before and not sooner, the patient of their own record; each age by itself; who comes later as well.
async fn both_are_told_once(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "14", "16").await;
    let bo = born(&owner, "2012-12-24").await;
    town.portal_user(&owner, bo, BO).await;
    carer(&town, &owner, bo, ADA, Sees::Clinical, "").await;
    tell(&town).await;
    assert_eq!(told(&town, ADA).len() + told(&town, BO).len(), 0, "31 days before");
    for _ in 0..2 {
        town.clock.pass(Span::days(1));
        tell(&town).await;
        assert_eq!(told(&town, ADA), [OTHERS]);
        assert_eq!(told(&town, BO), [OWN]);
    }
    carer(&town, &owner, bo, "late@example.org", Sees::Clinical, "").await;
    tell(&town).await;
    assert_eq!(told(&town, "late@example.org"), [OTHERS]);
    town.clock.pass(Span::days(40));
    tell(&town).await;
    assert_eq!((told(&town, ADA).len(), told(&town, BO).len()), (1, 1));
    town.clock.pass(Span::days(2 * 365 - 40));
    tell(&town).await;
    assert_eq!(told(&town, ADA), [OTHERS; 2], "their access ends at 16");
    assert_eq!(told(&town, BO), [OWN; 2]);
}

/// Not who sees appointments only of stepping down, nor whose access is over before, suspended or not accepted, nor of a closed
/// record, nor a patient whom nobody acts for, nor in a group without rules.
async fn nobody_is_told_in_vain(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let bo = born(&owner, "2012-12-20").await;
    carer(&town, &owner, bo, ADA, Sees::Clinical, "").await;
    tell(&town).await;
    assert!(told(&town, ADA).is_empty(), "there is no rule");

    with_rules(&owner, "14", "").await;
    let alone = born(&owner, "2012-12-20").await;
    town.portal_user(&owner, alone, BO).await;
    let few = born(&owner, "2012-12-20").await;
    town.portal_user(&owner, few, "few@example.org").await;
    carer(&town, &owner, few, "appointments@example.org", Sees::Administrative, "").await;
    carer(&town, &owner, bo, "until@example.org", Sees::Clinical, "2026-12-10").await;
    carer(&town, &owner, bo, "suspended@example.org", Sees::Clinical, "").await;
    let all = portal_users::list(&owner, bo).await.unwrap();
    let suspended = all.iter().find(|user| user.email == "suspended@example.org").unwrap().id;
    portal_users::suspend(&owner, bo, suspended).await.unwrap();
    let closed = born(&owner, "2012-12-20").await;
    carer(&town, &owner, closed, "closed@example.org", Sees::Clinical, "").await;
    let profile = patients::profile(&owner, closed).await.unwrap();
    let form = DetailsForm { status: Status::Deceased.code().to_owned(), ..DetailsForm::of(&profile.details.unwrap()) };
    patients::save(&owner, closed, profile.version, &form).await.unwrap();
    let invited = born(&owner, "2012-12-20").await;
    town.invite(&owner, invited, "invited@example.org").await;
    tell(&town).await;
    let all: Vec<_> = town.mailer.all().into_iter().filter(|letter| letter.subject == "age notice").collect();
    assert_eq!(all.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), [ADA]);
}

/// Rule 11: a notice that is queued and not true any more does not leave.
async fn what_is_true_when_it_leaves(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "14", "").await;
    let bo = born(&owner, "2012-12-20").await;
    carer(&town, &owner, bo, ADA, Sees::Clinical, "").await;
    portal_users::tell_beforehand(&town.services, &|| false).await.unwrap();
    with_rules(&owner, "", "").await;
    town.post().await;
    assert!(told(&town, ADA).is_empty());
    // The rule comes back: of this birthday she counts as told, and the portal says it in any case.
    with_rules(&owner, "14", "").await;
    tell(&town).await;
    assert!(told(&town, ADA).is_empty());
}

/// Nobody sees the record any more when the notice leaves: there is nothing to tell its patient.
async fn a_patient_whom_nobody_acts_for_any_more(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "14", "").await;
    let bo = born(&owner, "2012-12-20").await;
    town.portal_user(&owner, bo, BO).await;
    carer(&town, &owner, bo, ADA, Sees::Clinical, "").await;
    portal_users::tell_beforehand(&town.services, &|| false).await.unwrap();
    assert_eq!(town.engine.count("outbox WHERE kind = 'age_notice'").await, 2);
    let ada = seen(&owner, bo).await.id;
    portal_users::suspend(&owner, bo, ada).await.unwrap();
    town.post().await;
    assert!(told(&town, ADA).is_empty() && told(&town, BO).is_empty());
}

/// A patient of fourteen who acts for a sister of their age: one mail that says both.
async fn who_is_both_reads_both(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "14", "").await;
    let (bo, sister) = (born(&owner, "2012-12-20").await, born(&owner, "2012-12-20").await);
    let account = town.portal_user(&owner, bo, BO).await;
    carer(&town, &owner, bo, ADA, Sees::Clinical, "").await;
    invitations::invite(&owner, sister, &letting_in(BO, Sees::Clinical, "")).await.unwrap();
    invitations::confirm(&account, &town.link_to(BO).await).await.unwrap();
    tell(&town).await;
    assert_eq!(told(&town, BO), [BOTH]);
    assert_eq!(told(&town, ADA), [OTHERS]);
}

/// Access that was to end before the birthday is prolonged beyond it: told then, and the patient with it.
async fn who_stays_after_all_is_told(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "14", "").await;
    let bo = born(&owner, "2012-12-20").await;
    town.portal_user(&owner, bo, BO).await;
    carer(&town, &owner, bo, ADA, Sees::Clinical, "2026-12-01").await;
    tell(&town).await;
    assert!(told(&town, ADA).is_empty());
    let ada = seen(&owner, bo).await.id;
    let longer = TermsForm {
        role: Role::Edit.code().to_owned(),
        level: Sees::Clinical.code().to_owned(),
        last_day: "2027-06-30".to_owned(),
        ..TermsForm::default()
    };
    portal_users::save(&owner, bo, ada, &longer).await.unwrap();
    tell(&town).await;
    assert_eq!(told(&town, ADA), [OTHERS]);
}

/// What the notice says: from that day on who was narrowed can be let in anew, by the patient and by the practice.
async fn who_was_narrowed_is_let_in_anew(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "14", "").await;
    let bo = born(&owner, "2012-12-20").await;
    carer(&town, &owner, bo, ADA, Sees::Clinical, "").await;
    town.clock.pass(Span::days(28));
    assert_eq!(seen(&owner, bo).await.terms.level, Sees::Clinical);
    assert!(seen(&owner, bo).await.steps_down_at.is_some_and(|then| then < owner.now()));
    invitations::invite(&owner, bo, &letting_in(ADA, Sees::Clinical, "")).await.unwrap();
    let again = seen(&owner, bo).await;
    assert_eq!((again.steps_down_at, again.terms.level), (None, Sees::Clinical));
    assert!(matches!(again.standing, Standing::Invited(_)), "she agrees anew: {again:?}");
}

/// Somebody who was told of a wrong day is told of the right one.
async fn another_birth_date_is_told_anew(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "14", "").await;
    let bo = born(&owner, "2012-12-01").await;
    carer(&town, &owner, bo, ADA, Sees::Clinical, "").await;
    tell(&town).await;
    let profile = patients::profile(&owner, bo).await.unwrap();
    let form = DetailsForm { birth_date: "2012-12-11".to_owned(), ..DetailsForm::of(&profile.details.unwrap()) };
    patients::save(&owner, bo, profile.version, &form).await.unwrap();
    tell(&town).await;
    tell(&town).await;
    assert_eq!(told(&town, ADA), [OTHERS; 2]);
}

/// Of several servers one queues it.
async fn two_servers_tell_one(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "14", "").await;
    for n in 0..8 {
        let bo = born(&owner, "2012-12-20").await;
        carer(&town, &owner, bo, &format!("ada{n}@example.org"), Sees::Clinical, "").await;
    }
    let server = || portal_users::tell_beforehand(&town.services, &|| false);
    let (one, two, three) = tokio::join!(server(), server(), server());
    for told in [one, two, three] {
        told.unwrap();
    }
    town.post().await;
    for n in 0..8 {
        assert_eq!(told(&town, &format!("ada{n}@example.org")), [OTHERS], "{n}");
    }
}

/// More than one step holds, and all of them of one person, who gets one mail.
async fn many_on_one_day(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    with_rules(&owner, "", "16").await;
    let first = born(&owner, "2010-12-20").await;
    carer(&town, &owner, first, ADA, Sees::Administrative, "").await;
    for _ in 0..60 {
        born(&owner, "2010-12-20").await;
    }
    // The same grant for each of them, as if she had accepted sixty times.
    town.engine
        .execute(
            "INSERT INTO portal_grants (group_id, id, patient_id, account_id, kind, role, level, added_at, changed_at, activated_at)
             SELECT g.group_id, p.id, p.id, g.account_id, g.kind, g.role, g.level, g.added_at, g.changed_at, g.activated_at
             FROM portal_grants g
             JOIN patients p ON p.group_id = g.group_id AND p.id <> g.patient_id AND p.birth_date = '2010-12-20'",
        )
        .await;
    portal_users::tell_beforehand(&town.services, &|| false).await.unwrap();
    assert_eq!(town.engine.count("portal_grants WHERE told_of_age = '2010-12-20+16'").await, 61);
    assert_eq!(town.engine.count("outbox WHERE kind = 'age_notice'").await, 1);
}
