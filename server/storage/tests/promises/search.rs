//! Promises about the patient list and its search.

use domain::{
    access::Relationship,
    page::PageRequest,
    patient::{DetailsForm, Patient, PatientFilter, Status},
    time::Date,
    user::User,
};
use storage::testing::TestDatabase;

use crate::world::{World, details, later, may_add, may_list, patient};

promises!(
    the_list_is_by_family_name_and_pages_without_a_gap,
    a_status_narrows_the_list,
    words_are_found_by_their_beginnings_whatever_the_accents,
    numbers_and_dates_are_found_as_people_type_them,
    every_word_must_be_there,
    a_search_pages_without_a_gap_or_a_repeat,
    own_patients_only,
    a_revoked_relationship_hides_the_patient,
    who_sees_no_names_finds_by_number_only,
    a_changed_name_is_found_and_the_old_one_is_not,
    another_group_finds_nothing,
    a_huge_limit_and_a_strange_cursor_do_no_harm,
    very_long_names_fit,
);

async fn add(world: &World, people: &[(&str, &str)]) {
    let mut work = world.begin().await;
    for (first, last) in people {
        work.add_patient(&may_add(&world.mira), &patient(first, last), None).await.unwrap();
    }
    work.save().await.unwrap();
}

fn filter(text: &str) -> PatientFilter {
    PatientFilter { text: text.into(), status: None }
}

/// The names found, page by page.
async fn found(world: &World, user: &User, filter: &PatientFilter, limit: u32) -> Vec<String> {
    let mut names = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(limit) };
    loop {
        let answer = world.read().await.list_patients(&may_list(user), filter, &page).await.unwrap();
        assert!(answer.rows.len() <= limit as usize);
        names.extend(answer.rows.iter().map(|record| record.patient.details.name.shown()));
        match answer.next {
            None => return names,
            Some(_) => page.after = answer.next,
        }
    }
}

async fn by(world: &World, text: &str) -> Vec<String> {
    found(world, &world.mira, &filter(text), 50).await
}

async fn the_list_is_by_family_name_and_pages_without_a_gap(database: &TestDatabase) {
    let world = World::new(database).await;
    add(&world, &[("Zoë", "Ångström"), ("Ann", "lee"), ("Bea", "Lee"), ("Ann", "Lee"), ("Suharto", ""), ("Øle", "Bø")])
        .await;
    let expected = ["Zoë Ångström", "Øle Bø", "Ann lee", "Ann Lee", "Bea Lee", "Suharto"];
    for limit in [1, 2, 3, 6, 200] {
        assert_eq!(found(&world, &world.mira, &filter(""), limit).await, expected, "pages of {limit}");
        assert_eq!(found(&world, &world.mira, &filter("  "), limit).await, expected, "pages of {limit}");
    }
}

async fn a_status_narrows_the_list(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut work = world.begin().await;
    for (n, status) in [Status::Active, Status::Deceased, Status::Active, Status::Deceased].into_iter().enumerate() {
        let mut one = patient("Ann", &format!("Lee{n}"));
        one.details.status = status;
        work.add_patient(&may_add(&world.mira), &one, Some(Relationship::Automatic)).await.unwrap();
        work.add_patient(
            &may_add(&world.noor),
            &Patient { details: one.details, ..patient("x", "y") },
            Some(Relationship::Automatic),
        )
        .await
        .unwrap();
    }
    work.save().await.unwrap();
    for user in [&world.mira, &world.noor, &world.alex] {
        for text in ["", "ann"] {
            // Who sees no names does not find by name.
            let finds = text.is_empty() || user.id != world.alex.id;
            let each = if user.id == world.noor.id { 1 } else { 2 };
            let only = PatientFilter { text: text.into(), status: Some(Status::Deceased) };
            let names = found(&world, user, &only, 1).await;
            assert_eq!(names.len(), if finds { 2 * each } else { 0 }, "{:?} {text:?}", user.level);
            assert!(names.iter().all(|name| name.ends_with('1') || name.ends_with('3')), "{names:?}");
        }
    }
}

async fn words_are_found_by_their_beginnings_whatever_the_accents(database: &TestDatabase) {
    let world = World::new(database).await;
    add(
        &world,
        &[
            ("Thị Ánh", "Nguyễn"),
            ("Siobhán", "O’Brien-Łukaszewska"),
            ("Jürgen", "Weiß"),
            ("محمد", "علي"),
            ("小明", "王"),
        ],
    )
    .await;
    for (text, name) in [
        ("nguyen", "Thị Ánh Nguyễn"),
        ("NGUYỄN", "Thị Ánh Nguyễn"),
        ("ng", "Thị Ánh Nguyễn"),
        ("anh", "Thị Ánh Nguyễn"),
        ("obr", "Siobhán O’Brien-Łukaszewska"),
        ("o'brien", "Siobhán O’Brien-Łukaszewska"),
        ("lukas", "Siobhán O’Brien-Łukaszewska"),
        ("weiss", "Jürgen Weiß"),
        ("jurgen", "Jürgen Weiß"),
        ("محم", "محمد علي"),
        ("王", "小明 王"),
    ] {
        assert_eq!(by(&world, text).await, [name], "{text}");
    }
    for text in ["guyen", "%", "_", "nguyenx", "...", "'; DROP TABLE patients; --"] {
        assert_eq!(by(&world, text).await, Vec::<String>::new(), "{text}");
    }
}

async fn numbers_and_dates_are_found_as_people_type_them(database: &TestDatabase) {
    let world = World::new(database).await;
    let form = DetailsForm {
        legal_first: "Lien".into(),
        birth_date: "1990-02-08".into(),
        mobile: "0412 345 678".into(),
        ..DetailsForm::default()
    };
    let details = form.check(Date::new(2026, 11, 23).unwrap()).unwrap();
    world.add(&Patient { details, ..patient("x", "y") }, None).await;
    add(&world, &[("Somebody", "Else")]).await;
    for text in
        ["0412345678", "0412 345 678", "0412", "345678", "1990-02-08", "8/2/1990", "08.02.1990", "1990", "lien 0412 3"]
    {
        assert_eq!(by(&world, text).await, ["Lien"], "{text}");
    }
    assert_eq!(by(&world, "0413").await, Vec::<String>::new());
}

async fn every_word_must_be_there(database: &TestDatabase) {
    let world = World::new(database).await;
    add(&world, &[("John", "Smith"), ("Joan", "Smith"), ("John", "Smythe"), ("Ann Bea Cleo Dora Eve Fay", "Smith")])
        .await;
    assert_eq!(by(&world, "john smith").await, ["John Smith"]);
    assert_eq!(by(&world, "smi jo").await, ["Joan Smith", "John Smith"]);
    assert_eq!(by(&world, "jo sm").await.len(), 3);
    assert_eq!(by(&world, "john smith x").await, Vec::<String>::new());
    assert_eq!(by(&world, "a b c d e f").await, ["Ann Bea Cleo Dora Eve Fay Smith"]);
    assert_eq!(by(&world, "a b c d e x").await, Vec::<String>::new());
}

async fn a_search_pages_without_a_gap_or_a_repeat(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut people = Vec::new();
    let firsts = ["Anna", "Anne", "Annabel", "Bob", "Ann Anna"];
    let lasts = ["Annand", "Smith", "Anson", "Annis"];
    for first in firsts {
        for last in lasts {
            people.push((first, last));
            people.push((first, last));
        }
    }
    add(&world, &people).await;
    for text in ["an", "ann", "ann smith", "anna an"] {
        let whole = found(&world, &world.mira, &filter(text), 200).await;
        for limit in [1, 3, 7] {
            assert_eq!(found(&world, &world.mira, &filter(text), limit).await, whole, "{text} by {limit}");
        }
        let mut sorted = whole.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len() * 2, whole.len(), "each of the pairs of namesakes once: {text}");
    }
    // Everybody but the Bobs Smith has a word that begins with "an".
    assert_eq!(by(&world, "an").await.len(), people.len() - 2);
}

async fn own_patients_only(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let bea = world.patient("Bea", "Lee").await;
    let cleo = world.patient("Cleo", "Lee").await;
    world.relate(&world.noor, ann.id, Relationship::Automatic).await;
    world.relate(&world.noor, bea.id, Relationship::Granted).await;
    world.relate(&world.noor, cleo.id, Relationship::Revoked).await;
    for limit in [1, 50] {
        assert_eq!(found(&world, &world.noor, &filter(""), limit).await, ["Ann Lee", "Bea Lee"]);
        assert_eq!(found(&world, &world.noor, &filter("lee"), limit).await, ["Ann Lee", "Bea Lee"]);
    }
    assert_eq!(found(&world, &world.noor, &filter("le be"), 50).await, ["Bea Lee"]);
    assert_eq!(found(&world, &world.noor, &filter("cleo"), 50).await, Vec::<String>::new());
    assert_eq!(found(&world, &world.noor, &filter("!"), 50).await, Vec::<String>::new());
}

async fn a_revoked_relationship_hides_the_patient(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    add(&world, &[("Bea", "Lee")]).await;
    for user in [&world.mira, &world.alex] {
        let text = if user.id == world.alex.id { "" } else { "lee" };
        assert_eq!(found(&world, user, &filter(""), 50).await.len(), 2);
        world.relate(user, ann.id, Relationship::Revoked).await;
        assert_eq!(found(&world, user, &filter(""), 50).await, ["Bea Lee"]);
        assert_eq!(found(&world, user, &filter(text), 50).await, ["Bea Lee"]);
        let active = PatientFilter { text: String::new(), status: Some(Status::Active) };
        assert_eq!(found(&world, user, &active, 50).await, ["Bea Lee"]);
    }
}

async fn who_sees_no_names_finds_by_number_only(database: &TestDatabase) {
    let world = World::new(database).await;
    for (number, last) in [(482_913, "Zorn"), (482_100, "Adams"), (7, "Bo"), (1_482_000, "Cho")] {
        world.add(&Patient { number, ..patient("Ann", last) }, None).await;
    }
    let alex = async |text: &str| found(&world, &world.alex, &filter(text), 2).await;
    assert_eq!(alex("").await, ["Ann Bo", "Ann Cho", "Ann Adams", "Ann Zorn"], "in the order of their numbers' text");
    assert_eq!(alex("PT-482913").await, ["Ann Zorn"]);
    assert_eq!(alex("pt-482").await, ["Ann Adams", "Ann Zorn"]);
    assert_eq!(alex("482").await, ["Ann Adams", "Ann Zorn"]);
    assert_eq!(alex("000007").await, ["Ann Bo"]);
    assert_eq!(alex("1482000").await, ["Ann Cho"]);
    for text in ["ann", "zorn", "z", "913", "ann 482"] {
        assert_eq!(alex(text).await, Vec::<String>::new(), "{text}");
    }
}

async fn a_changed_name_is_found_and_the_old_one_is_not(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let zed = world.patient("Zed", "Aaa").await;
    world.relate(&world.noor, ann.id, Relationship::Granted).await;
    world.relate(&world.noor, zed.id, Relationship::Granted).await;
    let may = world.may_edit(&world.mira, zed.id).await;
    let mut work = world.begin().await;
    assert!(work.save_patient(&may, &Patient { details: details("Zed", "Zzz"), ..zed }, later(1)).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(by(&world, "zzz").await, ["Zed Zzz"]);
    assert_eq!(by(&world, "aaa").await, Vec::<String>::new());
    assert_eq!(found(&world, &world.mira, &filter(""), 1).await, ["Ann Lee", "Zed Zzz"]);
    assert_eq!(
        found(&world, &world.noor, &filter(""), 1).await,
        ["Ann Lee", "Zed Zzz"],
        "own patients are sorted anew"
    );
}

async fn another_group_finds_nothing(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    for text in ["", "ann", "lee ann"] {
        assert_eq!(found(&world, &world.other, &filter(text), 50).await, Vec::<String>::new());
    }
    // Nor by a cursor that points into this group.
    let page = PageRequest { after: Some(ann.id.to_string()), limit: None };
    let answer = world.read().await.list_patients(&may_list(&world.other), &filter(""), &page).await.unwrap();
    assert!(answer.rows.is_empty() && answer.next.is_none());
}

// PT-34
async fn a_huge_limit_and_a_strange_cursor_do_no_harm(database: &TestDatabase) {
    let world = World::new(database).await;
    add(&world, &[("Ann", "Lee")]).await;
    for after in ["", "x", "pat_", "acc_00000000000000000000000000000001", "pat_00000000000000000000000000000001"] {
        let page = PageRequest { after: Some(after.into()), limit: Some(u32::MAX) };
        for text in ["", "ann"] {
            let answer = world.read().await.list_patients(&may_list(&world.mira), &filter(text), &page).await.unwrap();
            assert!(answer.rows.is_empty(), "{after:?}");
        }
    }
    let page = PageRequest { after: None, limit: Some(u32::MAX) };
    let answer = world.read().await.list_patients(&may_list(&world.mira), &filter(""), &page).await.unwrap();
    assert_eq!(answer.rows.len(), 1);
}

async fn very_long_names_fit(database: &TestDatabase) {
    let world = World::new(database).await;
    // U+FDFA folds to eighteen characters; a key of PostgreSQL's index has an end.
    let long = "ﷺ".repeat(100);
    let mut one = patient("x", "y");
    one.details.name.legal_first = long.clone();
    one.details.name.legal_last = "x".repeat(100);
    one.details.name.preferred = long;
    world.add(&one, None).await;
    assert_eq!(by(&world, &"x".repeat(100)).await.len(), 1);
}
