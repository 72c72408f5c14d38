//! Groups one works in: the lobby, two tabs in two groups, answers from the portal.

use domain::{
    account::Door,
    error::{Conflict, Refusal},
    ids::UserId,
    page::PageRequest,
    patient::PatientFilter,
    practice::NewPracticeForm,
    user::{AccessSettings, Added, Level, UserState},
};
use services::{Ctx, Error, accounts, console, memberships, passwords, patients, portal, set_up, users};

use crate::{
    town::{PASSWORD, Staff, Town, token_of},
    users::{TEMPORARY, add, form},
};

on_both_engines! {
    two_tabs_in_two_groups_stay_in_theirs,
    a_session_acts_only_as_whom_it_entered,
    tabs_go_on_after_a_new_password,
    somebody_in_no_group_waits_in_the_lobby,
    a_temporary_password_shows_no_groups,
    who_answers_reads_the_mail_of_their_address,
    a_portal_link_proves_the_mailbox,
    the_owner_of_a_further_group_is_told_nothing_of_themselves,
    a_portal_user_joins_and_goes_over,
    of_fifty_answers_at_once_one_counts,
    an_invitation_that_was_taken_back_is_none,
}

fn user_of(ctx: &Ctx) -> UserId {
    ctx.actor().unwrap().user().unwrap().user
}

async fn all(ctx: &Ctx) -> Vec<String> {
    let page = patients::list(ctx, &PatientFilter::default(), &PageRequest::default()).await.unwrap();
    page.rows.into_iter().map(|row| row.shown).collect()
}

/// Tom, who works in two groups, signed in; his membership in each.
async fn tom(town: &Town) -> (String, UserId, UserId, Ctx, Ctx) {
    let Staff { owner: one, group: first } = town.practice().await;
    let Staff { owner: two, group: second } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    town.patient(&one, "Ada", "Harbour").await;
    town.patient(&two, "Bea", "Hill").await;
    town.user(first, "tom@x.example", Level::Clinical).await;
    let there = town.user(second, "tom@x.example", Level::Full).await;
    town.set_password("tom@x.example", PASSWORD).await;
    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Console, "tom@x.example", PASSWORD).await.unwrap();
    let token = token_of(&ctx).unwrap();
    let here = town.with_token(&token).await.unwrap();
    (token, user_of(&here), user_of(&there), one, two)
}

// S4-12, S4-13, TG-02, PR-10
async fn two_tabs_in_two_groups_stay_in_theirs(town: Town) {
    let (token, first, second, ..) = tom(&town).await;
    let one = town.with_token_as(&token, first).await.unwrap();
    assert_eq!(all(&one).await, ["Ada Harbour"]);
    memberships::switch(&one, second).await.unwrap();
    // The tab that switched, a new tab, and the one that stayed.
    let two = town.with_token_as(&token, second).await.unwrap();
    let new = town.with_token(&token).await.unwrap();
    let stayed = town.with_token_as(&token, first).await.unwrap();
    assert_eq!((all(&two).await, all(&new).await), (vec!["Bea Hill".to_owned()], vec!["Bea Hill".to_owned()]));
    assert_eq!(all(&stayed).await, ["Ada Harbour"]);
    // What one tab adds stands in its own group, whatever the other does in between.
    let added = patients::add(&stayed, &crate::town::details("Cora", "Harbour")).await.unwrap();
    assert!(matches!(patients::profile(&two, added).await, Err(Error::NotFound)));
    assert!(patients::profile(&town.with_token_as(&token, first).await.unwrap(), added).await.is_ok());
    // The switch is in the trail of the group that was entered.
    let start = console::start(&two).await.unwrap();
    let chain = town.engine.chain(&start.group.to_string()).await;
    assert!(chain.iter().any(|entry| entry.action == "group_switched"));
    assert_eq!(start.memberships.len(), 2);
}

// S4-13
async fn tabs_go_on_after_a_new_password(town: Town) {
    let (token, first, second, ..) = tom(&town).await;
    let one = town.with_token_as(&token, first).await.unwrap();
    memberships::switch(&one, second).await.unwrap();
    town.clock.pass(domain::time::Span::minutes(12));
    let two = town.with_token_as(&token, second).await.unwrap();
    assert!(matches!(two.proved_lately(), Err(Error::StepUp)));
    passwords::change(&two, PASSWORD, "quiet harbour lantern").await.unwrap();
    let renewed = token_of(&two).unwrap();
    let stayed = town.with_token_as(&renewed, first).await.unwrap();
    assert_eq!(all(&stayed).await, ["Ada Harbour"]);
    assert!(stayed.proved_lately().is_ok(), "proved a moment ago");
    assert!(town.with_token(&token).await.is_none());
}

// PR-10, PR-20
async fn a_session_acts_only_as_whom_it_entered(town: Town) {
    let (token, first, second, one, _) = tom(&town).await;
    let not_yet = town.with_token_as(&token, second).await.unwrap();
    let refused = patients::list(&not_yet, &PatientFilter::default(), &PageRequest::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden(Refusal::NoGroup))), "{refused:?}");
    // Somebody else's membership is nobody's.
    let owner = user_of(&one);
    let other = town.with_token_as(&token, owner).await.unwrap();
    assert!(matches!(console::start(&other).await, Err(Error::Forbidden(Refusal::NoGroup))));
    let mine = town.with_token_as(&token, first).await.unwrap();
    assert!(matches!(memberships::switch(&mine, owner).await, Err(Error::NotFound)));
    // Deactivated where the tab is: nothing more; the other group goes on.
    memberships::switch(&mine, second).await.unwrap();
    memberships::switch(&mine, first).await.unwrap();
    let page = users::page(&one, first).await.unwrap();
    users::deactivate(&one, first, page.user.version).await.unwrap();
    assert!(town.with_token_as(&token, first).await.is_none());
    assert!(matches!(sign_in(&town).await.map(|ctx| user_of(&ctx)), Ok(user) if user == second));
}

async fn sign_in(town: &Town) -> services::Result<Ctx> {
    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Console, "tom@x.example", PASSWORD).await?;
    Ok(town.follow(&ctx).await)
}

// S4-33, PR-20: asked to join, and in no group besides.
async fn somebody_in_no_group_waits_in_the_lobby(town: Town) {
    let Staff { owner, group } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let settings = AccessSettings::default();
    town.user_with(group, "tom@x.example", Level::Clinical, settings, UserState::Deactivated).await;
    let added = add(&town, &other, form("practitioner", "tom@x.example", Level::Clinical), "").await.unwrap();
    let Added::Invited(id) = added else { panic!("{added:?}") };
    // An account that never set a password gets one by a link, and waits in the lobby.
    passwords::request_link(&town.anon(), "tom@x.example", Door::Console).await.unwrap();
    let link = town.link_to("tom@x.example").await;
    let ctx = town.anon();
    assert_eq!(passwords::set_by_link(&ctx, &link, PASSWORD).await.unwrap(), Door::Console);
    let tom = town.follow(&ctx).await;
    assert!(matches!(console::start(&tom).await, Err(Error::Forbidden(Refusal::NoGroup))));
    let refused = patients::list(&tom, &PatientFilter::default(), &PageRequest::default()).await;
    assert!(matches!(refused, Err(Error::Forbidden(Refusal::NoGroup))));
    let lobby = memberships::lobby(&tom).await.unwrap();
    assert_eq!((lobby.offers.list.len(), lobby.temporary_password), (1, false));
    memberships::accept(&tom, id).await.unwrap();
    memberships::switch(&tom, id).await.unwrap();
    let tom = town.again(&tom).await.unwrap();
    assert_eq!(console::start(&tom).await.unwrap().group_name, "Hill Clinic");
    let _ = owner;
}

// PR-21: whoever chose the temporary password can sign in with it, and learns of no other group.
async fn a_temporary_password_shows_no_groups(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    add(&town, &owner, form("practitioner", "tom@x.example", Level::Clinical), TEMPORARY).await.unwrap();
    add(&town, &other, form("practitioner", "tom@x.example", Level::Clinical), "").await.unwrap();
    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Console, "tom@x.example", TEMPORARY).await.unwrap();
    let tom = town.follow(&ctx).await;
    let lobby = memberships::lobby(&tom).await.unwrap();
    assert!(lobby.temporary_password && lobby.offers.is_empty() && lobby.groups.is_empty(), "{lobby:?}");
    passwords::choose(&tom, PASSWORD).await.unwrap();
    let tom = town.follow(&tom).await;
    assert!(memberships::offers(&tom).await.unwrap().unproven, "then it waits for an answer");
}

// PR-21: the group that added an address, and chose its password, answers no other group in its name: whoever answers has
// used a link that was mailed there.
async fn who_answers_reads_the_mail_of_their_address(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    add(&town, &owner, form("practitioner", "tom@x.example", Level::Clinical), TEMPORARY).await.unwrap();
    let Added::Invited(id) =
        add(&town, &other, form("practitioner", "tom@x.example", Level::Clinical), "").await.unwrap()
    else {
        panic!("not asked")
    };
    // Whoever knows the temporary password makes it their own.
    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Console, "tom@x.example", TEMPORARY).await.unwrap();
    let knows = town.follow(&ctx).await;
    passwords::choose(&knows, PASSWORD).await.unwrap();
    let knows = town.follow(&knows).await;
    let shown = memberships::offers(&knows).await.unwrap();
    assert!(shown.unproven && shown.list.is_empty(), "not even which group asks: {shown:?}");
    assert!(matches!(memberships::accept(&knows, id).await, Err(Error::Conflict(Conflict::MailboxUnproven))));
    assert!(matches!(memberships::reject(&knows, id).await, Err(Error::Conflict(Conflict::MailboxUnproven))));
    assert_eq!(users::page(&other, id).await.unwrap().user.state, UserState::Invited);
    // A password changed inside proves nothing.
    passwords::change(&knows, PASSWORD, "seven grey herons on a wire").await.unwrap();
    let knows = town.follow(&knows).await;
    assert!(memberships::offers(&knows).await.unwrap().unproven);
    // Tom reads his mail; whoever chose the password is out, and he answers.
    memberships::prove_mailbox(&knows).await.unwrap();
    let token = town.link_to("tom@x.example").await;
    let tom = town.anon();
    passwords::set_by_link(&tom, &token, "nine brown owls in a barn").await.unwrap();
    assert!(town.again(&knows).await.is_none(), "the other one is signed out");
    let tom = town.follow(&tom).await;
    let shown = memberships::offers(&tom).await.unwrap();
    assert!(!shown.unproven && shown.list.len() == 1, "{shown:?}");
    memberships::accept(&tom, id).await.unwrap();
}

// PR-21: the link of a portal invitation went to the address as well.
async fn a_portal_link_proves_the_mailbox(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    town.portal_user(&owner, patient, "lien@example.org").await;
    let account = town.stored_account("lien@example.org").await.unwrap().id;
    assert!(town.read().await.mailbox_proved(account).await.unwrap());
}

// AD-04: the first user of a further group answers to nobody in it.
async fn the_owner_of_a_further_group_is_told_nothing_of_themselves(town: Town) {
    town.practice().await;
    let form = NewPracticeForm {
        group_name: "Hill Clinic".into(),
        location_name: "Hill Road".into(),
        time_zone: "UTC".into(),
        first_name: "Ana".into(),
        last_name: "Parata".into(),
        profession: "Podiatrist".into(),
        practises: "yes".into(),
        ..NewPracticeForm::default()
    };
    let (_, Added::Invited(id)) = set_up::add_group(&town.services, &form, "owner@harbour.example").await.unwrap()
    else {
        panic!("not asked")
    };
    town.set_password("owner@harbour.example", PASSWORD).await;
    let ctx = town.anon();
    accounts::sign_in(&ctx, Door::Console, "owner@harbour.example", PASSWORD).await.unwrap();
    let owner = town.follow(&ctx).await;
    memberships::accept(&owner, id).await.unwrap();
    memberships::switch(&owner, id).await.unwrap();
    let there = town.again(&owner).await.unwrap();
    assert_eq!(console::start(&there).await.unwrap().unread, 0);
}

async fn a_portal_user_joins_and_goes_over(town: Town) {
    let Staff { owner, .. } = town.practice().await;
    let patient = town.patient(&owner, "Lien", "Nguyen").await;
    let lien = town.portal_user(&owner, patient, "lien@example.org").await;
    let added = add(&town, &owner, form("administrator", "lien@example.org", Level::CalendarContacts), "").await;
    let Added::Invited(id) = added.unwrap() else { panic!("not asked") };
    assert!(portal::start(&lien).await.unwrap().also_console, "the way over is offered");
    assert_eq!(memberships::offers(&lien).await.unwrap().list.len(), 1);
    memberships::accept(&lien, id).await.unwrap();
    memberships::switch(&lien, id).await.unwrap();
    let desk = town.follow(&lien).await;
    assert!(town.again(&lien).await.is_none(), "the portal's session is over");
    assert!(console::start(&desk).await.unwrap().also_portal);
}

// RC-04's like: one answer.
async fn of_fifty_answers_at_once_one_counts(town: Town) {
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let Staff { group, .. } = town.practice().await;
    let tom = town.user(group, "tom@x.example", Level::Clinical).await;
    let added = add(&town, &other, form("practitioner", "tom@x.example", Level::Clinical), "").await.unwrap();
    let Added::Invited(id) = added else { panic!("{added:?}") };
    let mut answers = tokio::task::JoinSet::new();
    for n in 0..50 {
        let tom = tom.clone();
        answers.spawn(async move {
            if n % 2 == 0 { memberships::accept(&tom, id).await } else { memberships::reject(&tom, id).await }
        });
    }
    let answers = answers.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let late = |answer: &services::Result<()>| {
        matches!(answer, Err(Error::Conflict(Conflict::NotInvited))) || crate::town::overloaded(answer)
    };
    assert!(answers.iter().all(|answer| answer.is_ok() || late(answer)), "{answers:?}");
    let news = services::notifications::list(&other, &PageRequest::default()).await.unwrap().rows;
    assert_eq!(news.len(), 1, "and whoever asked hears of one");
}

async fn an_invitation_that_was_taken_back_is_none(town: Town) {
    let Staff { owner: other, .. } = town.practice_called("Hill Clinic", "owner@hill.example").await;
    let Staff { group, .. } = town.practice().await;
    let tom = town.user(group, "tom@x.example", Level::Clinical).await;
    let added = add(&town, &other, form("practitioner", "tom@x.example", Level::Full), "").await.unwrap();
    let Added::Invited(id) = added else { panic!("{added:?}") };
    let version = users::page(&other, id).await.unwrap().user.version;
    users::deactivate(&other, id, version).await.unwrap();
    assert!(memberships::offers(&tom).await.unwrap().is_empty());
    assert!(matches!(memberships::accept(&tom, id).await, Err(Error::Conflict(Conflict::NotInvited))));
    town.post().await;
    assert!(town.mailer.to("tom@x.example").is_empty(), "its mail does not leave any more");
    assert_eq!(users::page(&other, id).await.unwrap().user.state, UserState::Rejected);
}
