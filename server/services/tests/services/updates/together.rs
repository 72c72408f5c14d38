//! Several at once: two who decide, a patient who edits meanwhile, a setting that is switched.

use std::{collections::BTreeMap, env};

use domain::{
    error::Conflict,
    page::PageRequest,
    profile_history::{ChangeRow, What},
    time::Span,
    update::{Field, Mode, Outcome, QueueFilter, Subject, UpdateRow},
    user::Level,
};
use futures::future::join_all;
use services::{Ctx, Error, Result, patients, updates};

use super::{Place, change, decide, edit_mobile, over, place, says, set, waiting};
use crate::town::Town;

on_both_engines! {
    one_of_two_who_decide,
    whatever_happens_the_record_is_what_was_decided,
    whatever_happens_at_once_nothing_is_lost,
}

/// How often: `make soak` says more.
#[expect(clippy::disallowed_methods, reason = "the soak asks for more")]
fn times(name: &str, short: usize) -> usize {
    env::var(name).ok().and_then(|times| times.parse().ok()).unwrap_or(short)
}

async fn verified(town: &Town) {
    let reports = services::audit::verify(&*town.services.store).await.unwrap();
    assert!(reports.iter().all(|report| report.fault.is_none()), "{reports:?}");
}

/// RC-02, R-11: approve and reject at once, and an edit of the patient in between: one decision counts, the other is told, and
/// the trail is whole.
async fn one_of_two_who_decide(town: Town) {
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let desk = town.user(staff.group, "desk@harbour.example", Level::AdminFull).await;
    let rounds = times("PAIRS", 1_000);
    for round in 0..rounds {
        let (before, wanted) = (says(owner, patient, Field::Mobile).await, format!("0400 001 {round:03}"));
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
    verified(&town).await;
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

/// What may be answered when others are at it as well.
fn tolerated<T: std::fmt::Debug>(answer: Result<T>) -> Option<T> {
    match answer {
        Ok(value) => Some(value),
        Err(Error::Conflict(_) | Error::Forbidden(_) | Error::NotFound) => None,
        Err(other) => panic!("{other:?}"),
    }
}

async fn every<T, F: Future<Output = domain::page::Page<T>>>(ask: impl Fn(PageRequest) -> F) -> Vec<T> {
    let (mut all, mut page) = (Vec::new(), PageRequest::default());
    loop {
        let found = ask(page.clone()).await;
        all.extend(found.rows);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return all,
        }
    }
}

/// the patient, somebody who acts for her, two reviewers, an editor and a switch of the setting, all at once. In the
/// end the record says what the last accepted decision or edit said, each value follows from the one before it, every wish is
/// waiting or was answered, and the count of those that wait is the list's.
async fn whatever_happens_at_once_nothing_is_lost(town: Town) {
    const FIELDS: [Field; 3] = [Field::Mobile, Field::City, Field::FundNumber];
    let Place { staff, patient, lien } = place(&town, Mode::Approval).await;
    let owner = &staff.owner;
    let desk = town.user(staff.group, "desk@harbour.example", Level::AdminFull).await;
    let mother = super::carer(
        &town,
        owner,
        patient,
        "mother@example.org",
        domain::grant::Role::Edit,
        domain::grant::Level::Clinical,
    )
    .await;
    let steps = times("STEPS", 25);
    let (asks, reviews, edits) = (asked(&lien, patient, 1, steps), reviewed(owner, patient, 2, steps), async {
        let mut dice = Dice(3);
        for _ in 0..steps {
            let profile = patients::profile(&desk, patient).await.unwrap();
            let mobile = format!("0400 002 {:03}", dice.roll(900));
            let form =
                domain::patient::DetailsForm { mobile, ..domain::patient::DetailsForm::of(&profile.details.unwrap()) };
            tolerated(patients::save(&desk, patient, profile.version, &form).await);
        }
    });
    let switches = async {
        for mode in [Mode::Auto, Mode::Approval, Mode::Disabled, Mode::Approval, Mode::Auto, Mode::Approval] {
            for _ in 0..steps {
                tokio::task::yield_now().await;
            }
            tolerated(set(owner, mode, "keep").await);
        }
    };
    let others = join_all([asked(&mother, patient, 4, steps), asked(&lien, patient, 5, steps)]);
    let (mine, one, two, (), (), others) =
        tokio::join!(asks, reviews, reviewed(&desk, patient, 6, steps), edits, switches, others);
    let undone = one.1 + two.1;
    assert!(one.0 + two.0 > 0 && mine.len() + others.iter().map(Vec::len).sum::<usize>() > 0, "nothing happened");

    let changes = every(|page| async move { updates::history(owner, patient, &page).await.unwrap() }).await;
    for field in FIELDS {
        let what = What::Subject(field.into());
        let mut of: Vec<&ChangeRow> = changes.iter().filter(|row| row.what == what).collect();
        of.reverse();
        let mut value = if field == Field::Mobile { "0400 000 001".to_owned() } else { String::new() };
        for row in of {
            assert_eq!(row.before, value, "{field:?}: a value came from nowhere");
            value.clone_from(&row.after);
        }
        assert_eq!(says(owner, patient, field).await, value, "{field:?}");
    }
    let open = waiting(owner, patient).await;
    assert_eq!(patients::profile(owner, patient).await.unwrap().updates, open.len());
    let queue = updates::queue(owner, &QueueFilter::default(), &PageRequest::default()).await.unwrap();
    assert_eq!((queue.total as usize, queue.changes.rows.len()), (open.len(), open.len()));
    for field in FIELDS {
        assert!(open.iter().filter(|row| row.update.subject == field.into()).count() <= 1);
    }
    // Every wish that was taken is there, waiting or answered, and what was approved was written by that decision.
    let past: Vec<UpdateRow> =
        every(|page| async move { updates::decided(owner, patient, &page).await.unwrap() }).await;
    let known: BTreeMap<(Subject, String), usize> = open.iter().chain(&past).fold(BTreeMap::new(), |mut known, row| {
        *known.entry((row.update.subject, row.update.wanted.clone())).or_default() += 1;
        known
    });
    for wish in mine.into_iter().chain(others.into_iter().flatten()) {
        assert!(known.contains_key(&wish), "{wish:?} is lost");
    }
    let approvals = past.iter().filter(|row| matches!(row.update.outcome, Outcome::Approved { .. }));
    let written = changes.iter().filter(|row| row.approved_by.is_some()).count();
    // One that wanted what the record said by then changed nothing.
    let changing = approvals.filter(|row| match &row.update.outcome {
        Outcome::Approved { put, replaced, .. } => put != replaced,
        _ => false,
    });
    assert_eq!(changing.count() + undone, written);
    verified(&town).await;
}

/// Somebody at the portal who changes one field after the other; tells what was taken.
async fn asked(by: &Ctx, patient: domain::ids::PatientId, seed: u64, steps: usize) -> Vec<(Subject, String)> {
    const FIELDS: [Field; 3] = [Field::Mobile, Field::City, Field::FundNumber];
    let mut dice = Dice(seed * 0x9e37_79b9);
    let mut taken = Vec::new();
    for step in 0..steps {
        let field = FIELDS[dice.roll(3)];
        let value = format!("0400 {seed}{:02} {step:03}", dice.roll(90));
        let page = updates::profile(by, patient).await.unwrap();
        if !page.may_edit {
            tokio::task::yield_now().await;
            continue;
        }
        if tolerated(updates::save(by, patient, &over(&page, &[(field, &value)]), &[]).await).is_some() {
            taken.push((field.into(), value));
        }
    }
    taken
}

/// A reviewer who decides about whatever waits; tells how often, and how many approvals were taken back.
async fn reviewed(by: &Ctx, patient: domain::ids::PatientId, seed: u64, steps: usize) -> (usize, usize) {
    let mut dice = Dice(seed * 0x9e37_79b9);
    let (mut decided, mut undone) = (0, 0);
    for _ in 0..steps {
        let rows = waiting(by, patient).await;
        if rows.is_empty() {
            tokio::task::yield_now().await;
            continue;
        }
        let row = &rows[dice.roll(rows.len())];
        let approve = dice.roll(3) > 0;
        if tolerated(decide(by, patient, row, approve).await).is_some() {
            decided += 1;
            if dice.roll(5) == 0 && tolerated(updates::undo(by, patient, row.update.id).await).is_some() && approve {
                undone += 1;
            }
        }
    }
    (decided, undone)
}
