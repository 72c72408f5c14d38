//! The portal's handout (S3-37, S3-38).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use docgen::Paper;
use domain::{
    audit::Action,
    error::{Conflict, Problem},
    handout::Text,
    location::LocationForm,
    practice::PracticeForm,
    user::Level,
};
use services::{Ctx, Error, handout, locations, settings};

use crate::town::{Staff, Town};

on_both_engines! {
    everybody_prints_it,
    the_practice_writes_its_own,
    what_was_never_written_follows_the_standard,
    who_may_change_it,
}

/// The paper as the fake printer got it.
async fn printed(ctx: &Ctx) -> docgen::Handout {
    let file = handout::pdf(ctx).await.unwrap();
    match serde_json::from_slice(&STANDARD.decode(file.base64).unwrap()).unwrap() {
        Paper::Handout(handout) => handout,
        other => panic!("{other:?}"),
    }
}

/// S3-37: nobody has to write one to have one; whoever works in the group prints it, and its code leads to the portal.
async fn everybody_prints_it(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let practice = settings::practice(&owner).await.unwrap().name;
    for level in [Level::Personal, Level::CalendarContacts, Level::Clinical, Level::Full] {
        let user = town.user(group, &format!("{}@harbour.example", level.code()), level).await;
        let view = handout::find(&user).await.unwrap();
        assert_eq!((view.version, &view.text), (0, &Text::standard()));
        let paper = printed(&user).await;
        assert_eq!((&paper.practice, &paper.title), (&practice, &format!("Your patient portal at {practice}")));
        assert_eq!(paper.address, "https://portal.example.org/sign-in");
        assert_eq!(Some(paper.code), docgen::Code::of(&paper.address));
        assert_eq!(paper.steps.len(), 3);
    }
    assert!(matches!(handout::find(&town.anon()).await, Err(Error::NotSignedIn)));
    assert!(matches!(handout::pdf(&town.anon()).await, Err(Error::NotSignedIn)));
}

/// S3-38: what it says is the practice's own, with its telephone and its first location; two who save at once do not
/// overwrite each other, and nobody else's changes.
async fn the_practice_writes_its_own(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let other = town.practice().await;
    let first = LocationForm {
        name: "Aaa".into(),
        address: "1 Quay Street".into(),
        time_zone: "Australia/Perth".into(),
        ..LocationForm::default()
    };
    locations::add(&owner, &first).await.unwrap();
    let form = PracticeForm {
        name: "Harbour".into(),
        phone: "02 9999 1111".into(),
        idle_minutes: "15".into(),
        emergency_hours: None,
    };
    settings::save_practice(&owner, settings::practice(&owner).await.unwrap().version, &form).await.unwrap();
    let text = Text {
        title: " {{practice.name}} on line ".into(),
        introduction: "First.\n\nSecond.".into(),
        benefits: "Good\nBetter".into(),
        steps: "{{portal.address}}".into(),
        closing: "{{practice.phone}}\n{{location.name}}, {{location.address}}".into(),
    };
    handout::save(&owner, 0, &text).await.unwrap();
    let late = handout::save(&owner, 0, &Text { title: "Mine".into(), ..Text::default() }).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
    let paper = printed(&owner).await;
    assert_eq!(paper.title, "Harbour on line");
    assert_eq!(paper.introduction, ["First.", "Second."]);
    assert_eq!(paper.benefits, ["Good", "Better"]);
    assert_eq!(paper.steps, ["https://portal.example.org/sign-in"]);
    assert_eq!(paper.closing, ["02 9999 1111", "Aaa, 1 Quay Street"]);
    assert_eq!(handout::find(&other.owner).await.unwrap().text, Text::standard());
    let wrong = Text { introduction: "{{patient.full_name}}".into(), ..text };
    let wrong = handout::save(&owner, 1, &wrong).await.unwrap_err();
    assert!(
        matches!(wrong, Error::Invalid(invalid) if invalid.of("introduction") == Some(Problem::UnknownHandoutField))
    );
    assert_eq!(handout::find(&owner).await.unwrap().version, 1);
}

/// The standard text is never copied: who puts it back has it as it is from then on, and versions do not come twice.
async fn what_was_never_written_follows_the_standard(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    handout::save(&owner, 0, &Text { title: "Ours".into(), ..Text::standard() }).await.unwrap();
    handout::save(&owner, 1, &Text::standard()).await.unwrap();
    assert_eq!(town.engine.texts("SELECT coalesce(text, 'none') FROM handouts").await, ["none"]);
    let view = handout::find(&owner).await.unwrap();
    assert_eq!((view.version, view.text), (2, Text::standard()));
    let late = handout::save(&owner, 0, &Text { title: "Late".into(), ..Text::default() }).await.unwrap_err();
    assert!(matches!(late, Error::Conflict(Conflict::ChangedMeanwhile)));
}

/// PR-13: it is a setting, and the trail says who changed it.
async fn who_may_change_it(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let text = Text { title: "Ours".into(), ..Text::default() };
    for level in [Level::Personal, Level::OwnAndContacts, Level::Clinical, Level::CalendarContacts] {
        let user = town.user(group, &format!("{}@harbour.example", level.code()), level).await;
        assert!(matches!(handout::save(&user, 0, &text).await, Err(Error::Forbidden(_))));
    }
    let before = town.engine.audited(Action::SettingsChanged).await;
    handout::save(&owner, 0, &text).await.unwrap();
    assert_eq!(town.engine.audited(Action::SettingsChanged).await, before + 1);
    // Nothing of all this is about a patient: looking at it is no entry.
    handout::find(&owner).await.unwrap();
    assert_eq!(town.engine.audited(Action::PatientViewed).await, 0);
}
