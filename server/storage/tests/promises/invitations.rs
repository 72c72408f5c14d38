//! Promises about invitations and their links.

use domain::{invitation::Invitation, mail::Failure, page::PageRequest, patient::PortalState, time::Span};
use storage::testing::TestDatabase;

use crate::world::{World, id, invitation, later, token};

promises!(
    an_invitation_is_kept_whole,
    every_link_finds_its_invitation,
    the_patients_invitations_latest_first,
    of_fifty_who_accept_at_once_one_does,
    what_was_accepted_or_revoked_stays_so,
    a_stale_copy_does_not_undo_a_new_link,
    the_mails_outcome_is_noted_for_the_present_link_only,
    the_portal_state_follows_the_invitations,
    an_accounts_open_invitations,
    a_stranger_finds_and_saves_none,
    of_many_who_take_a_reminder_one_does,
);

async fn an_invitation_is_kept_whole(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (one, _) = world.invitation(&grant).await;
    let may = world.may_see_access(&world.mira, ann.id).await;
    let mut view = world.read().await;
    assert_eq!(view.lookup_invitation(&may, one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(view.unscoped_lookup_invitation(one.id).await.unwrap(), Some(one));
    assert_eq!(view.lookup_invitation(&may, id()).await.unwrap(), None);
    assert_eq!(view.unscoped_lookup_invitation(id()).await.unwrap(), None);
}

// S3-20, AN-05: the page of an older link can still say that it is dead, and no token is stored.
async fn every_link_finds_its_invitation(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (one, first) = world.invitation(&grant).await;
    let may = world.may_invite(&world.mira, ann.id).await;
    let second = token();
    let renewed = one.renew(later(5), Span::hours(48)).unwrap();
    let mut work = world.begin().await;
    assert!(work.save_invitation(&(&may).into(), &renewed, Some(&second)).await.unwrap());
    work.save().await.unwrap();
    let mut view = world.read().await;
    for (token, link) in [(first, 1), (second, 2)] {
        let found = view.unscoped_find_invitation(&token).await.unwrap().unwrap();
        assert_eq!((found.invitation, found.link), (renewed.clone(), link));
    }
    assert!(view.unscoped_find_invitation(&token()).await.unwrap().is_none());
}

// B-06
async fn the_patients_invitations_latest_first(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await);
    let grant = world.grant(ann.id, "ann@example.org").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(world.invitation(&grant).await.0.id);
    }
    made.reverse();
    world.invitation(&world.grant(bea.id, "bea@example.org").await).await;
    let may = world.may_see_access(&world.mira, ann.id).await;
    let mut listed = Vec::new();
    let mut page = PageRequest { after: None, limit: Some(2) };
    loop {
        let answer = world.read().await.list_invitations(&may, &page).await.unwrap();
        assert!(answer.rows.iter().all(|(_, inviter)| *inviter == world.mira.name.shown()));
        listed.extend(answer.rows.iter().map(|(invitation, _)| invitation.id));
        page.after = answer.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(listed, made);
    let inviting = (&world.may_invite(&world.mira, ann.id).await).into();
    let open = world.read().await.list_open_invitations(&inviting).await.unwrap();
    assert_eq!(open.iter().map(|one| one.id).collect::<Vec<_>>(), made);
    let page = PageRequest { after: Some("nonsense".into()), limit: None };
    assert!(world.read().await.list_invitations(&may, &page).await.unwrap().rows.is_empty());
}

// RC-04
async fn of_fifty_who_accept_at_once_one_does(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (_, token) = world.invitation(&grant).await;
    let mut people = tokio::task::JoinSet::new();
    for person in 0..50 {
        let store = database.store();
        people.spawn(async move {
            let mut work = store.begin().await.unwrap();
            let found = work.unscoped_find_invitation(&token).await.unwrap().unwrap();
            // Those who come late are told by the domain already; those who read at the same time by the UPDATE.
            let Ok(accepted) = found.invitation.activate(later(person)) else { return false };
            let accepted = work.unscoped_save_invitation(&accepted, None).await.unwrap();
            work.save().await.unwrap();
            accepted
        });
    }
    let accepted = people.join_all().await.into_iter().filter(|accepted| *accepted).count();
    assert_eq!(accepted, 1);
}

async fn what_was_accepted_or_revoked_stays_so(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let may = world.may_invite(&world.mira, ann.id).await;
    for revoke in [true, false] {
        let (one, _) = world.invitation(&grant).await;
        let ended = if revoke { one.clone().revoke(later(1)) } else { one.clone().activate(later(1)) }.unwrap();
        let mut work = world.begin().await;
        assert!(work.save_invitation(&(&may).into(), &ended, None).await.unwrap());
        assert!(!work.unscoped_save_invitation(&one.clone().activate(later(2)).unwrap(), None).await.unwrap());
        assert!(!work.save_invitation(&(&may).into(), &one.clone().revoke(later(2)).unwrap(), None).await.unwrap());
        let renewed = one.clone().renew(later(2), Span::hours(1)).unwrap();
        let new = token();
        assert!(!work.save_invitation(&(&may).into(), &renewed, Some(&new)).await.unwrap());
        assert!(work.unscoped_find_invitation(&new).await.unwrap().is_none(), "no link for it either");
        assert_eq!(work.unscoped_lookup_invitation(one.id).await.unwrap(), Some(ended));
    }
}

async fn a_stale_copy_does_not_undo_a_new_link(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (read, _) = world.invitation(&grant).await;
    let may = world.may_invite(&world.mira, ann.id).await;
    let renewed = read.clone().renew(later(5), Span::hours(48)).unwrap();
    let mut work = world.begin().await;
    assert!(work.save_invitation(&(&may).into(), &renewed, Some(&token())).await.unwrap());
    // The person opened the old link's page with what was read before.
    assert!(!work.unscoped_save_invitation(&read.clone().open(later(6)).unwrap(), None).await.unwrap());
    // Two users resend at once.
    assert!(
        !work
            .save_invitation(&(&may).into(), &read.renew(later(6), Span::hours(1)).unwrap(), Some(&token()))
            .await
            .unwrap()
    );
    assert_eq!(work.unscoped_lookup_invitation(renewed.id).await.unwrap(), Some(renewed));
}

async fn the_mails_outcome_is_noted_for_the_present_link_only(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (read, _) = world.invitation(&grant).await;
    let mut work = world.begin().await;
    work.unscoped_mail_outcome(read.id, 1, Err(Failure::Rejected), later(1)).await.unwrap();
    let events = |one: Option<Invitation>| one.unwrap().events;
    assert_eq!(events(work.unscoped_lookup_invitation(read.id).await.unwrap()).failed_at, Some(later(1)));
    assert_eq!(events(work.unscoped_lookup_invitation(read.id).await.unwrap()).failure, Some(Failure::Rejected));
    // A click of the person, read before the mail failed, leaves what the worker noted.
    assert!(work.unscoped_save_invitation(&read, None).await.unwrap());
    assert_eq!(events(work.unscoped_lookup_invitation(read.id).await.unwrap()).failed_at, Some(later(1)));
    work.unscoped_mail_outcome(read.id, 1, Ok(()), later(2)).await.unwrap();
    let now = events(work.unscoped_lookup_invitation(read.id).await.unwrap());
    assert_eq!((now.sent_at, now.failed_at, now.failure), (Some(later(2)), None, None));
    // The person opens the page with what was read before the mail left: the mail's moment stays.
    assert!(work.unscoped_save_invitation(&read.clone().open(later(3)).unwrap(), None).await.unwrap());
    let now = events(work.unscoped_lookup_invitation(read.id).await.unwrap());
    assert_eq!((now.sent_at, now.opened_at), (Some(later(2)), Some(later(3))));
    let renewed = read.renew(later(4), Span::hours(1)).unwrap();
    assert!(work.unscoped_save_invitation(&renewed, Some(&token())).await.unwrap());
    work.unscoped_mail_outcome(renewed.id, 1, Ok(()), later(5)).await.unwrap();
    assert_eq!(work.unscoped_lookup_invitation(renewed.id).await.unwrap(), Some(renewed), "a new link starts over");
}

async fn the_portal_state_follows_the_invitations(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let see = world.may_view(&world.mira, ann.id).await;
    let may = world.may_invite(&world.mira, ann.id).await;
    let portal = async || world.read().await.lookup_patient(&see).await.unwrap().unwrap().portal;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (first, _) = world.invitation(&grant).await;
    let (second, _) = world.invitation(&grant).await;
    let revoke = async |one: Invitation| {
        let mut work = world.begin().await;
        assert!(work.save_invitation(&(&may).into(), &one.revoke(later(1)).unwrap(), None).await.unwrap());
        work.save().await.unwrap();
    };
    revoke(first).await;
    assert_eq!(portal().await, PortalState::Invited, "the other one is still out");
    revoke(second).await;
    assert_eq!(portal().await, PortalState::None);
    let (third, _) = world.invitation(&grant).await;
    assert_eq!(portal().await, PortalState::Invited);
    let mut work = world.begin().await;
    assert!(work.unscoped_save_invitation(&third.activate(later(2)).unwrap(), None).await.unwrap());
    assert!(work.unscoped_save_grant(&grant.activate(later(2)), later(2)).await.unwrap());
    work.save().await.unwrap();
    assert_eq!(portal().await, PortalState::Activated);
}

async fn an_accounts_open_invitations(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (first, _) = world.invitation(&grant).await;
    let (second, _) = world.invitation(&grant).await;
    world.invitation(&world.grant(ann.id, "dad@example.org").await).await;
    let mut work = world.begin().await;
    let open = work.unscoped_list_open_invitations(grant.account).await.unwrap();
    assert_eq!(open, [second.clone(), first.clone()]);
    assert!(work.unscoped_save_invitation(&second.revoke(later(1)).unwrap(), None).await.unwrap());
    assert_eq!(work.unscoped_list_open_invitations(grant.account).await.unwrap(), [first]);
}

async fn a_stranger_finds_and_saves_none(database: &TestDatabase) {
    let world = World::new(database).await;
    let (ann, bea) = (world.patient("Ann", "Lee").await, world.patient("Bea", "Lee").await);
    let grant = world.grant(ann.id, "ann@example.org").await;
    let (one, _) = world.invitation(&grant).await;
    let revoked = one.clone().revoke(later(1)).unwrap();
    for forged in [world.stranger_may_invite(ann.id), world.may_invite(&world.mira, bea.id).await] {
        let see = (&forged).into();
        let mut work = world.begin().await;
        assert_eq!(work.lookup_invitation(&see, one.id).await.unwrap(), None);
        assert!(work.list_invitations(&see, &PageRequest::default()).await.unwrap().rows.is_empty());
        assert!(work.list_open_invitations(&(&forged).into()).await.unwrap().is_empty());
        assert!(!work.save_invitation(&(&forged).into(), &revoked, None).await.unwrap());
        // The second wall: neither the grant nor the inviter is of this group and patient.
        let own = invitation(&grant, world.mira.id);
        let added = work.add_invitation(&(&forged).into(), &own, &token()).await;
        assert!(added.is_err(), "another patient's grant");
    }
    assert_eq!(world.read().await.unscoped_lookup_invitation(one.id).await.unwrap(), Some(one));
}

/// A reminder is due once: until it is taken, the link seen or a newer one made. A second token opens the same link.
async fn of_many_who_take_a_reminder_one_does(database: &TestDatabase) {
    let world = World::new(database).await;
    let ann = world.patient("Ann", "Lee").await;
    let grant = world.grant(ann.id, "ann@example.org").await;
    let may = world.may_invite(&world.mira, ann.id).await;
    let one = Invitation { remind_at: Some(later(10)), ..invitation(&grant, world.mira.id) };
    let (first, second) = (token(), token());
    let mut work = world.begin().await;
    work.add_invitation(&(&may).into(), &one, &first).await.unwrap();
    work.save().await.unwrap();
    let mut work = world.begin().await;
    assert_eq!(work.unscoped_list_reminders(later(9)).await.unwrap(), []);
    assert!(!work.unscoped_take_reminder(one.id, later(9)).await.unwrap());
    assert_eq!(work.unscoped_list_reminders(later(10)).await.unwrap(), [one.id]);
    assert!(work.unscoped_take_reminder(one.id, later(10)).await.unwrap());
    assert!(!work.unscoped_take_reminder(one.id, later(10)).await.unwrap());
    work.unscoped_add_token(&one, &second).await.unwrap();
    for token in [&first, &second] {
        let found = work.unscoped_find_invitation(token).await.unwrap().unwrap();
        assert_eq!((found.invitation.id, found.link, found.invitation.remind_at), (one.id, 1, None));
    }
    let renewed = one.renew(later(11), Span::hours(48)).unwrap();
    assert!(work.save_invitation(&(&may).into(), &renewed, Some(&token())).await.unwrap());
    assert_eq!(work.unscoped_lookup_invitation(renewed.id).await.unwrap().unwrap().remind_at, renewed.remind_at);
    assert!(work.unscoped_save_invitation(&renewed.clone().open(later(12)).unwrap(), None).await.unwrap());
    assert_eq!(work.unscoped_lookup_invitation(renewed.id).await.unwrap().unwrap().remind_at, None);
}
