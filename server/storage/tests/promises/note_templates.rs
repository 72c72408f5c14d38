//! Promises about templates of notes.

use domain::{
    note::Category,
    note_template::{NoteTemplate, NoteTemplateChoice},
};
use services::ports::Clash;
use storage::testing::TestDatabase;

use crate::world::{World, clash, id, later, may_enter, may_manage_templates};

promises!(
    they_are_the_groups_own_by_name,
    a_name_is_given_once_in_a_group_whatever_its_case,
    the_second_of_two_who_edit_is_told,
    a_stranger_touches_none,
);

fn template(name: &str) -> NoteTemplate {
    let body = "Über {{patient.first_name}} 'x'; --".into();
    NoteTemplate { id: id(), name: name.into(), category: Category::Plan, body, version: 1 }
}

fn choice(template: &NoteTemplate) -> NoteTemplateChoice {
    NoteTemplateChoice { id: template.id, name: template.name.clone(), category: template.category }
}

async fn add(world: &World, template: &NoteTemplate) {
    let mut work = world.begin().await;
    work.add_note_template(&may_manage_templates(&world.mira), template, later(1)).await.unwrap();
    work.save().await.unwrap();
}

async fn they_are_the_groups_own_by_name(database: &TestDatabase) {
    let world = World::new(database).await;
    let (b, a, c) = (template("Beta"), template("alpha"), template("Gamma"));
    for one in [&b, &a, &c] {
        add(&world, one).await;
    }
    let may = may_enter(&world.mira);
    let mut work = world.begin().await;
    assert_eq!(work.list_note_templates(&may).await.unwrap(), [&a, &b, &c].map(choice));
    assert_eq!(work.lookup_note_template(&may, b.id).await.unwrap(), Some(b.clone()));
    assert_eq!(work.lookup_note_template(&may, id()).await.unwrap(), None);
    assert!(work.remove_note_template(&may_manage_templates(&world.mira), b.id, b.version).await.unwrap());
    assert!(!work.remove_note_template(&may_manage_templates(&world.mira), b.id, b.version).await.unwrap());
    assert_eq!(work.list_note_templates(&may).await.unwrap(), [&a, &c].map(choice));
}

async fn a_name_is_given_once_in_a_group_whatever_its_case(database: &TestDatabase) {
    let world = World::new(database).await;
    let (first, other) = (template("Erstbesuch Ä"), template("Other"));
    add(&world, &first).await;
    add(&world, &other).await;
    let may = may_manage_templates(&world.mira);
    let mut work = world.begin().await;
    let again = template("ERSTBESUCH ä");
    assert_eq!(clash(work.add_note_template(&may, &again, later(1)).await), Clash::NoteTemplateName);
    drop(work);
    let mut work = world.begin().await;
    let renamed = NoteTemplate { name: first.name.to_uppercase(), ..other };
    assert_eq!(clash(work.save_note_template(&may, &renamed, later(1)).await), Clash::NoteTemplateName);
    drop(work);
    let mut work = world.begin().await;
    work.add_note_template(&may_manage_templates(&world.other), &template("Erstbesuch Ä"), later(1)).await.unwrap();
}

async fn the_second_of_two_who_edit_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let read = template("First visit");
    add(&world, &read).await;
    let may = may_manage_templates(&world.mira);
    let mut work = world.begin().await;
    let changed = NoteTemplate { body: "New".into(), category: Category::Call, ..read.clone() };
    assert!(work.save_note_template(&may, &changed, later(2)).await.unwrap());
    assert!(!work.save_note_template(&may, &read, later(3)).await.unwrap());
    assert!(!work.remove_note_template(&may, read.id, read.version).await.unwrap());
    let stored = work.lookup_note_template(&may_enter(&world.mira), read.id).await.unwrap().unwrap();
    assert_eq!(stored, NoteTemplate { version: 2, ..changed });
}

async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let one = template("First visit");
    add(&world, &one).await;
    let mut work = world.begin().await;
    let may = may_manage_templates(&world.other);
    assert_eq!(work.list_note_templates(&may_enter(&world.other)).await.unwrap(), []);
    assert_eq!(work.lookup_note_template(&may_enter(&world.other), one.id).await.unwrap(), None);
    assert!(!work.save_note_template(&may, &one, later(2)).await.unwrap());
    assert!(!work.remove_note_template(&may, one.id, one.version).await.unwrap());
    work.save().await.unwrap();
    let kept = world.begin().await.lookup_note_template(&may_enter(&world.mira), one.id).await.unwrap();
    assert_eq!(kept, Some(one));
}
