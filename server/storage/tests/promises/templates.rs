//! Promises about communication templates.

use domain::template::Template;
use services::ports::Clash;
use storage::testing::TestDatabase;

use crate::world::{World, clash, id, later, may_enter, may_manage_templates};

promises!(
    templates_are_the_groups_own_by_name,
    a_name_is_given_once_in_a_group_whatever_its_case,
    the_second_of_two_who_edit_is_told,
    a_stranger_touches_none,
);

fn template(name: &str) -> Template {
    Template { id: id(), name: name.into(), body: "Dear {{patient.first_name}}".into(), version: 1 }
}

async fn add(world: &World, template: &Template) {
    let mut work = world.begin().await;
    work.add_template(&may_manage_templates(&world.mira), template, later(1)).await.unwrap();
    work.save().await.unwrap();
}

async fn templates_are_the_groups_own_by_name(database: &TestDatabase) {
    let world = World::new(database).await;
    let (b, a, c) = (template("Beta"), template("alpha"), template("Gamma"));
    for one in [&b, &a, &c] {
        add(&world, one).await;
    }
    let may = may_enter(&world.mira);
    let mut work = world.begin().await;
    assert_eq!(work.list_templates(&may).await.unwrap(), [a.clone(), b.clone(), c.clone()]);
    assert_eq!(work.lookup_template(&may, b.id).await.unwrap(), Some(b.clone()));
    assert_eq!(work.lookup_template(&may, id()).await.unwrap(), None);
    assert!(work.remove_template(&may_manage_templates(&world.mira), b.id, b.version).await.unwrap());
    assert!(!work.remove_template(&may_manage_templates(&world.mira), b.id, b.version).await.unwrap());
    assert_eq!(work.list_templates(&may).await.unwrap(), [a, c]);
}

async fn a_name_is_given_once_in_a_group_whatever_its_case(database: &TestDatabase) {
    let world = World::new(database).await;
    let (welcome, other) = (template("Willkommen Ä"), template("Other"));
    add(&world, &welcome).await;
    add(&world, &other).await;
    let may = may_manage_templates(&world.mira);
    let mut work = world.begin().await;
    assert_eq!(clash(work.add_template(&may, &template("WILLKOMMEN ä"), later(1)).await), Clash::TemplateName);
    drop(work);
    let mut work = world.begin().await;
    let renamed = Template { name: welcome.name.to_uppercase(), ..other };
    assert_eq!(clash(work.save_template(&may, &renamed, later(1)).await), Clash::TemplateName);
    drop(work);
    let mut work = world.begin().await;
    work.add_template(&may_manage_templates(&world.other), &template("Willkommen Ä"), later(1)).await.unwrap();
}

async fn the_second_of_two_who_edit_is_told(database: &TestDatabase) {
    let world = World::new(database).await;
    let read = template("Welcome");
    add(&world, &read).await;
    let may = may_manage_templates(&world.mira);
    let mut work = world.begin().await;
    let changed = Template { body: "New".into(), ..read.clone() };
    assert!(work.save_template(&may, &changed, later(2)).await.unwrap());
    assert!(!work.save_template(&may, &read, later(3)).await.unwrap());
    let stored = work.lookup_template(&may_enter(&world.mira), read.id).await.unwrap().unwrap();
    assert_eq!(stored, Template { version: 2, ..changed });
}

async fn a_stranger_touches_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let one = template("Welcome");
    add(&world, &one).await;
    let mut work = world.begin().await;
    let may = may_manage_templates(&world.other);
    assert!(work.list_templates(&may_enter(&world.other)).await.unwrap().is_empty());
    assert_eq!(work.lookup_template(&may_enter(&world.other), one.id).await.unwrap(), None);
    assert!(!work.save_template(&may, &one, later(2)).await.unwrap());
    assert!(!work.remove_template(&may, one.id, one.version).await.unwrap());
}
