//! Promises about what the bell says.

use domain::{
    ids::NotificationId,
    notification::{News, Notification},
    page::PageRequest,
};
use services::ports::Hint;
use storage::testing::TestDatabase;

use crate::world::{World, id, later, may_enter};

promises!(
    notifications_are_the_users_own_latest_first,
    unread_ones_are_counted_up_to_a_hundred,
    the_bell_rings_when_saved_and_only_then,
    nothing_is_told_across_groups,
    the_answer_to_an_invitation_to_join_is_told,
);

/// A world with an invitation, and news about it.
async fn news(database: &TestDatabase) -> (World, impl Fn() -> Notification) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (invitation, _) = world.invitation(&grant).await;
    let make = move || {
        let news = News::InvitationAccepted { patient: ann.id, invitation: invitation.id };
        Notification { id: id(), news, at: later(1), read_at: None }
    };
    (world, make)
}

async fn tell(world: &World, notification: &Notification) {
    let mut work = world.begin().await;
    work.unscoped_notify(world.group, world.mira.id, notification).await.unwrap();
    work.save().await.unwrap();
}

async fn notifications_are_the_users_own_latest_first(database: &TestDatabase) {
    let (world, make) = news(database).await;
    let mut told: Vec<Notification> = (0..5).map(|_| make()).collect();
    let News::InvitationAccepted { patient, invitation } = told[0].news else { panic!() };
    told[2].news = News::InvitationFailed { patient, invitation };
    for one in &told {
        tell(&world, one).await;
    }
    told.reverse();
    let may = may_enter(&world.mira);
    let mut listed = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(2) };
    loop {
        let answer = world.read().await.list_notifications(&may, &page).await.unwrap();
        listed.extend(answer.rows);
        page.after = answer.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(listed, told);
    let noors = world.read().await.list_notifications(&may_enter(&world.noor), &PageRequest::default()).await.unwrap();
    assert!(noors.rows.is_empty());
    let strange = PageRequest { after: Some("x".into()), limit: None };
    assert!(world.read().await.list_notifications(&may, &strange).await.unwrap().rows.is_empty());
}

async fn unread_ones_are_counted_up_to_a_hundred(database: &TestDatabase) {
    let (world, make) = news(database).await;
    let may = may_enter(&world.mira);
    let mut work = world.begin().await;
    let told: Vec<NotificationId> = {
        let mut ids = Vec::new();
        for _ in 0..102 {
            let one = make();
            work.unscoped_notify(world.group, world.mira.id, &one).await.unwrap();
            ids.push(one.id);
        }
        ids
    };
    work.save().await.unwrap();
    let mut work = world.begin().await;
    assert_eq!(work.unread_notifications(&may).await.unwrap(), 100);
    for one in &told[..3] {
        work.mark_read(&may, Some(*one), later(2)).await.unwrap();
    }
    assert_eq!(work.unread_notifications(&may).await.unwrap(), 99);
    work.mark_read(&may_enter(&world.noor), Some(told[50]), later(3)).await.unwrap();
    work.mark_read(&may_enter(&world.noor), None, later(3)).await.unwrap();
    assert_eq!(work.unread_notifications(&may).await.unwrap(), 99, "one marks one's own only");
    work.mark_read(&may, None, later(4)).await.unwrap();
    assert_eq!(work.unread_notifications(&may).await.unwrap(), 0);
    let page = PageRequest { after: None, limit: Some(200) };
    let rows = work.list_notifications(&may, &page).await.unwrap().rows;
    let read_at = |id| rows.iter().find(|row| row.id == id).unwrap().read_at;
    assert_eq!((read_at(told[0]), read_at(told[9])), (Some(later(2)), Some(later(4))), "the first time counts");
}

async fn the_bell_rings_when_saved_and_only_then(database: &TestDatabase) {
    let (world, make) = news(database).await;
    let mut hints = world.store.hints();
    let mut undone = world.begin().await;
    undone.unscoped_notify(world.group, world.noor.id, &make()).await.unwrap();
    drop(undone);
    tell(&world, &make()).await;
    let bell = Hint::Bell(world.mira.account);
    assert_eq!(hints.recv().await, Ok(bell), "Noor's was undone: her bell does not ring");
    let may = may_enter(&world.mira);
    let mut work = world.begin().await;
    work.mark_read(&may, None, later(2)).await.unwrap();
    work.save().await.unwrap();
    assert_eq!(hints.recv().await, Ok(bell), "the user's other pages look again");
}

async fn nothing_is_told_across_groups(database: &TestDatabase) {
    let (world, make) = news(database).await;
    let mut work = world.begin().await;
    work.unscoped_notify(world.group, world.other.id, &make()).await.unwrap();
    work.save().await.unwrap();
    let page = PageRequest::default();
    let others = world.read().await.list_notifications(&may_enter(&world.other), &page).await.unwrap();
    assert!(others.rows.is_empty());
    // The second wall: news of this group's patient cannot be stored with the other group.
    let mut work = world.begin().await;
    assert!(work.unscoped_notify(world.other.group, world.other.id, &make()).await.is_err());
}

// S4-32: news about a user, among those about patients.
async fn the_answer_to_an_invitation_to_join_is_told(database: &TestDatabase) {
    let (world, make) = news(database).await;
    let about = |news| Notification { id: id(), news, at: later(1), read_at: None };
    let told = [
        make(),
        about(News::MembershipAccepted { user: world.noor.id }),
        about(News::MembershipRejected { user: world.alex.id }),
    ];
    for one in &told {
        tell(&world, one).await;
    }
    let may = may_enter(&world.mira);
    let mut work = world.begin().await;
    assert_eq!(work.unread_notifications(&may).await.unwrap(), 3);
    let mut listed = work.list_notifications(&may, &PageRequest::default()).await.unwrap().rows;
    listed.reverse();
    assert_eq!(listed, told);
    // TG-01, the second wall: another group's user cannot be stored.
    let stranger = about(News::MembershipAccepted { user: world.other.id });
    assert!(work.unscoped_notify(world.group, world.mira.id, &stranger).await.is_err());
}
