//! What users did: who may see it, filters, pages, export.

use domain::{
    audit::Action,
    error::Refusal,
    history::{Doer, HistoryFilter, HistoryRow},
    page::PageRequest,
    time::Span,
    user::{AccessSettings, Level, UserState},
};
use services::{Ctx, Error, history, patients};

use crate::town::{Staff, Town};

on_both_engines! {
    who_did_what_when_from_where,
    filtered_and_paged,
    each_filter_selects_exactly,
    each_group_counts_for_itself,
    whom_to_ask_for_is_found_by_name,
    only_with_the_setting,
    names_that_the_reader_may_know,
    exported_by_those_who_may,
}

async fn reader(town: &Town, group: domain::ids::GroupId, level: Level, more: AccessSettings) -> Ctx {
    let settings = AccessSettings { view_history: true, ..more };
    let email = format!("reader.{}@harbour.example", level.code());
    town.user_with(group, &email, level, settings, UserState::Active).await.unwrap()
}

async fn rows(by: &Ctx, filter: HistoryFilter) -> Vec<HistoryRow> {
    history::list(by, &filter, &PageRequest { after: None, limit: Some(200) }).await.unwrap().rows
}

// Views included.
async fn who_did_what_when_from_where(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Ada", "Lovelace").await;
    patients::profile(&owner, patient).await.unwrap();
    let reader = reader(&town, group, Level::Full, AccessSettings::default()).await;
    let viewed = rows(&reader, HistoryFilter { patient: Some(patient), ..HistoryFilter::default() }).await;
    let actions: Vec<_> = viewed.iter().map(|row| row.action.unwrap()).collect();
    assert_eq!(actions, [Action::PatientViewed, Action::PatientAdded], "latest first");
    assert_eq!(viewed[0].patient.as_ref().unwrap().name, "Ada Lovelace");
    assert!(matches!(&viewed[0].who, Doer::User(user) if user.name == "Dr Mira Anand"));
    assert_eq!(viewed[0].origin, owner.origin.address);
    // Looking is written down too.
    let looked = rows(&reader, HistoryFilter { action: Some(Action::HistoryViewed), ..HistoryFilter::default() }).await;
    assert!(!looked.is_empty());
}

async fn filtered_and_paged(town: Town) {
    let Staff { owner, group } = town.practice().await;
    for n in 0..12 {
        town.patient(&owner, &format!("P{n}"), "Quark").await;
        town.clock.pass(Span::hours(12));
    }
    let reader = reader(&town, group, Level::AdminFull, AccessSettings::default()).await;
    let user = owner.actor().unwrap().user().unwrap().user;
    let filter = HistoryFilter { user: Some(user), action: Some(Action::PatientAdded), ..HistoryFilter::default() };
    let mut seqs = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(5) };
    loop {
        let found = history::list(&reader, &filter, &page).await.unwrap();
        assert!(found.rows.len() <= 5);
        seqs.extend(found.rows.iter().map(|row| row.seq));
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seqs.len(), 12);
    assert!(seqs.is_sorted_by(|a, b| a > b), "no row twice, none left out");
    // The clock of the group's location: 2026-11-23 begins in Sydney at 13:00 UTC of the day before.
    let day = |text: &str| Some(text.parse().unwrap());
    let of = |from: &str, to: &str| HistoryFilter { from: day(from), to: day(to), ..filter.clone() };
    assert_eq!(rows(&reader, of("2026-11-23", "2026-11-23")).await.len(), 2);
    assert_eq!(rows(&reader, of("2026-11-23", "2026-11-24")).await.len(), 4);
    assert_eq!(rows(&reader, of("2030-01-01", "2030-01-02")).await.len(), 0);
    assert_eq!(rows(&reader, of("2020-01-01", "2026-11-22")).await.len(), 0);
    // PT-34's like: nonsense in the cursor and a huge page are clamped.
    let odd = PageRequest { after: Some("x' OR 1=1".to_owned()), limit: Some(1_000_000) };
    assert!(history::list(&reader, &filter, &odd).await.unwrap().rows.len() <= 200);
}

// By user, by patient, by days and all of them at once, against the whole trail sifted by hand.
async fn each_filter_selects_exactly(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let tom = town.user(group, "tom@harbour.example", Level::Clinical).await;
    let reader = reader(&town, group, Level::Full, AccessSettings::default()).await;
    let [ann, bea] = [town.patient(&owner, "Ann", "Lee").await, town.patient(&tom, "Bea", "Lee").await];
    // It is nine in Sydney. In fifteen hours a new day begins there, and for UTC eleven hours later: one moment before,
    // then, and on through two more days.
    let before_midnight = |hours: u32| Span::millis(hours * 3_600_000 - 1);
    let instant = Span::millis(1);
    for pass in [before_midnight(15), instant, Span::hours(11), before_midnight(13), instant, Span::hours(24)] {
        town.clock.pass(pass);
        for (who, patient) in [(&owner, ann), (&owner, bea), (&tom, bea)] {
            patients::profile(who, patient).await.unwrap();
        }
    }
    let all = rows(&reader, HistoryFilter::default()).await;
    let day_in_sydney = |row: &HistoryRow| (row.at.millis() + 11 * 3_600_000).div_euclid(24 * 3_600_000);
    let monday = day_in_sydney(all.last().unwrap());
    let days = ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"].map(|day| day.parse().unwrap());
    let users = [&owner, &tom, &reader].map(|ctx| Some(ctx.actor().unwrap().user().unwrap().user));
    let (mut asked, mut partly) = (0, 0);
    for user in users.into_iter().chain([None]) {
        for patient in [None, Some(ann), Some(bea)] {
            for (from, to) in
                [(None, None), (Some(0), None), (Some(1), Some(1)), (Some(2), Some(2)), (Some(2), Some(3))]
                    .into_iter()
                    .chain([(None, Some(0)), (None, Some(1)), (Some(3), None), (Some(4), Some(4)), (Some(3), Some(1))])
            {
                let filter = HistoryFilter {
                    user,
                    patient,
                    action: None,
                    from: from.map(|at: usize| days[at]),
                    to: to.map(|at: usize| days[at]),
                };
                // Looking was written down meanwhile; that came later than everything here.
                let mut found: Vec<i64> = rows(&reader, filter).await.iter().map(|row| row.seq).collect();
                found.retain(|seq| *seq <= all[0].seq);
                let at = |day: usize| monday - 1 + i64::try_from(day).unwrap();
                let by = |row: &HistoryRow, user| matches!(&row.who, Doer::User(one) if one.id == user);
                let wanted: Vec<i64> = all
                    .iter()
                    .filter(|row| user.is_none_or(|user| by(row, user)))
                    .filter(|row| {
                        patient.is_none_or(|patient| row.patient.as_ref().is_some_and(|one| one.id == patient))
                    })
                    .filter(|row| from.is_none_or(|from| day_in_sydney(row) >= at(from)))
                    .filter(|row| to.is_none_or(|to| day_in_sydney(row) <= at(to)))
                    .map(|row| row.seq)
                    .collect();
                assert_eq!(found, wanted, "{user:?} {patient:?} {from:?} {to:?}");
                asked += 1;
                partly += usize::from(!wanted.is_empty() && wanted.len() < all.len());
            }
        }
    }
    assert!(asked == 120 && partly > 40, "{partly} of {asked} tell anything");
}

// TG-05: the numbers that are shown count in each group by itself, and what others do leaves no gap.
async fn each_group_counts_for_itself(town: Town) {
    let one = town.practice().await;
    let two = town.practice_called("Hill Clinic", "owner@hill.example").await;
    for n in 0..3 {
        town.patient(&one.owner, &format!("P{n}"), "Quark").await;
        for _ in 0..=n {
            town.patient(&two.owner, "Q", "Quark").await;
        }
    }
    for (group, level, added) in [(one.group, Level::Full, 3), (two.group, Level::Clinical, 6)] {
        let reader = reader(&town, group, level, AccessSettings::default()).await;
        let seqs: Vec<i64> = rows(&reader, HistoryFilter::default()).await.iter().rev().map(|row| row.seq).collect();
        assert_eq!(seqs, (1..=added).collect::<Vec<_>>());
    }
}

// PR-01: by name only those whom the reader may know.
async fn whom_to_ask_for_is_found_by_name(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Ada", "Lovelace").await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let theirs = town.patient(&other, "Not", "Ours").await;
    let reader = reader(&town, group, Level::Personal, AccessSettings::default()).await;
    let owners = owner.actor().unwrap().user().unwrap().user;
    for text in ["mir", "ANAN"] {
        let found = history::users(&reader, text).await.unwrap();
        assert!(found.iter().any(|one| one.id == owners && one.name == "Dr Mira Anand"), "{text}");
    }
    // Of another group there is one of the same name.
    let stranger = other.actor().unwrap().user().unwrap().user;
    assert!(history::users(&reader, "mira").await.unwrap().iter().all(|one| one.id != stranger));
    for text in ["", "  ", "%", "quark"] {
        assert_eq!(history::users(&reader, text).await.unwrap(), [], "{text:?}");
    }

    let named = history::chosen(&owner_who_reads(&town, group).await, Some(owners), Some(patient)).await.unwrap();
    assert_eq!(named.user.as_deref(), Some("Dr Mira Anand"));
    assert_eq!(named.patient.as_deref(), Some("Ada Lovelace"));
    // Nobody's patient to a reader of own patients only; another group's to anybody.
    for hidden in [patient, theirs] {
        let named = history::chosen(&reader, Some(stranger), Some(hidden)).await.unwrap();
        assert_eq!((named.user, named.patient), (None, None));
    }
    let unread = town.user(group, "tom@harbour.example", Level::Full).await;
    assert!(matches!(history::users(&unread, "mira").await, Err(Error::Forbidden(Refusal::Setting))));
    assert!(matches!(history::chosen(&unread, None, None).await, Err(Error::Forbidden(Refusal::Setting))));
}

async fn owner_who_reads(town: &Town, group: domain::ids::GroupId) -> Ctx {
    reader(town, group, Level::Full, AccessSettings::default()).await
}

async fn only_with_the_setting(town: Town) {
    let Staff { owner, group } = town.practice().await;
    for level in Level::ALL {
        let user = town.user(group, &format!("{}@harbour.example", level.code()), level).await;
        let refused = history::list(&user, &HistoryFilter::default(), &PageRequest::default()).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::Setting))), "{level:?}");
    }
    // TG-01: another group's trail is not there, whatever is asked for.
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let theirs = town.patient(&other, "Not", "Ours").await;
    let reader = reader(&town, group, Level::Full, AccessSettings::default()).await;
    assert!(rows(&reader, HistoryFilter { patient: Some(theirs), ..HistoryFilter::default() }).await.is_empty());
    let user = other.actor().unwrap().user().unwrap().user;
    assert!(rows(&reader, HistoryFilter { user: Some(user), ..HistoryFilter::default() }).await.is_empty());
    let _ = owner;
}

// PR-01: a pseudonym for who sees no names, and no name of a patient whom the reader may not see.
async fn names_that_the_reader_may_know(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let patient = town.patient(&owner, "Ada", "Lovelace").await;
    let hidden = AccessSettings { hide_names: true, ..AccessSettings::default() };
    let hidden = reader(&town, group, Level::CalendarContacts, hidden).await;
    let personal = reader(&town, group, Level::Personal, AccessSettings::default()).await;
    let of = HistoryFilter { patient: Some(patient), ..HistoryFilter::default() };
    let seen = rows(&hidden, of.clone()).await;
    assert!(seen[0].patient.as_ref().unwrap().name.starts_with("PT-"), "{seen:?}");
    assert!(rows(&personal, of).await.is_empty(), "there is no such patient for them");
    let all = rows(&personal, HistoryFilter::default()).await;
    assert!(!all.is_empty() && all.iter().all(|row| row.patient.is_none()), "{all:?}");
}

async fn exported_by_those_who_may(town: Town) {
    let Staff { owner, group } = town.practice().await;
    for n in 0..230 {
        let name = if n == 0 { "=HYPERLINK(\"x\")".to_owned() } else { format!("P{n}") };
        town.patient(&owner, &name, "").await;
    }
    let no = reader(&town, group, Level::Clinical, AccessSettings::default()).await;
    let refused = history::export(&no, &HistoryFilter::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden(Refusal::Setting))));
    let yes = AccessSettings { export_data: true, ..AccessSettings::default() };
    let yes = reader(&town, group, Level::Full, yes).await;
    let added = HistoryFilter { action: Some(Action::PatientAdded), ..HistoryFilter::default() };
    let export = history::export(&yes, &added).await.unwrap();
    assert_eq!((export.rows, export.more), (230, false));
    assert_eq!(export.csv.lines().count(), 231);
    // A cell is never a formula.
    assert!(export.csv.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{}", export.csv.lines().last().unwrap());
    assert_eq!(town.engine.audited(Action::HistoryExported).await, 1);
}
