//! The demo group.

use domain::{
    account::Door,
    invitation::State,
    page::PageRequest,
    patient::{PatientFilter, PortalState},
};
use services::{
    Ctx, accounts, audit, console, demo, invitations, mails, notifications, patients, portal, set_up, updates,
};

use crate::town::Town;

on_both_engines! {
    the_demo,
}

async fn everybody(ctx: &Ctx) -> Vec<domain::patient::PatientRow> {
    let page = PageRequest { after: None, limit: Some(200) };
    patients::list(ctx, &PatientFilter::default(), &page).await.unwrap().rows
}

async fn the_demo(town: Town) {
    let began = tokio::time::Instant::now();
    let people = demo::fill(&town.services).await.unwrap();
    // A quarter of a second alone on a machine (SQLite, debug build); tests share it.
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
    let again = demo::fill(&town.services).await.unwrap();
    assert_eq!((people.len(), again.len()), (8, 8), "twice is once");
    assert!(!set_up::needed(&town.services).await.unwrap());

    let mut counts = Vec::new();
    for person in &people[..5] {
        let ctx = town.anon();
        accounts::sign_in(&ctx, Door::Console, person.email, person.password).await.unwrap();
        let ctx = town.follow(&ctx).await;
        console::start(&ctx).await.unwrap();
        counts.push(everybody(&ctx).await.len());
    }
    assert_eq!(counts, [200, 200, 66, 200, 200]);

    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Console, people[0].email, people[0].password).await.unwrap();
    let mira = town.follow(&ctx).await;
    let rows = everybody(&mira).await;
    assert_eq!(rows.iter().filter(|row| row.portal == PortalState::Activated).count(), 2);
    let mut states = Vec::new();
    for row in rows {
        for one in invitations::list(&mira, row.id, &PageRequest::default()).await.unwrap().rows {
            states.push(one.state);
        }
    }
    let has = |is: fn(&State) -> bool| states.iter().any(is);
    assert!(has(|state| matches!(state, State::Sent(_))));
    assert!(has(|state| matches!(state, State::Opened(_))));
    assert!(has(|state| matches!(state, State::Failed(_))));
    assert!(has(|state| matches!(state, State::Expired(_))));
    assert!(has(|state| matches!(state, State::Revoked(_))));
    assert!(has(|state| matches!(state, State::Activated(_))));
    assert_eq!(notifications::unread(&mira).await.unwrap(), 5);
    assert_eq!(mails::list(&mira, &PageRequest::default()).await.unwrap().page.rows.len(), 1);
    town.post().await;
    let by_itself = town.mailer.all().iter().filter(|letter| letter.subject != "new device").count();
    assert_eq!(by_itself, 0, "the demo sends nothing by itself");

    // Grace works at the desk and is a patient: the switch.
    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Console, people[3].email, people[3].password).await.unwrap();
    let grace = town.follow(&ctx).await;
    assert!(console::start(&grace).await.unwrap().also_portal);
    accounts::switch_door(&grace, Door::Portal).await.unwrap();
    assert_eq!(portal::start(&town.follow(&grace).await).await.unwrap().records.len(), 1);
    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Portal, people[5].email, people[5].password).await.unwrap();
    let lien = town.follow(&ctx).await;
    let record = portal::start(&lien).await.unwrap().records.remove(0);
    assert_eq!(portal::frame(&lien, record.patient).await.unwrap().greet, "Lien");
    assert_eq!(updates::waiting(&mira, record.patient).await.unwrap().len(), 4);

    let reports = audit::verify(&*town.services.store).await.unwrap();
    assert!(reports.iter().all(|report| report.fault.is_none()), "{reports:?}");
}
