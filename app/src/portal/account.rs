//! `/portal/account`, and the same after something was done (`…/password-changed`, `…/device-ended`): devices, password, the
//! switch to the console, and the way out.

use domain::{
    account::{Device, Door},
    grant::Kind as GrantKind,
    time::Time,
    views::{PortalRecord, PortalStart},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use services::Ctx;

use super::{
    agent::Agent,
    draft::Draft,
    frame::{Frame, Place, trouble},
    words as say,
};
use crate::{
    account::words::PASSWORD_HINT,
    api,
    components::{Button, Card, Icon, Kind, Notice, PasswordField, Tone, Username},
    dates,
    forms::{Answer, DoorForm, Hidden, Refused},
};

const HERE: &str = "/portal/account";
const CHANGED: &str = "/portal/account/password-changed";
const ENDED: &str = "/portal/account/device-ended";
const CHANGE: &str = "/api/passwords/change";
const END: &str = "/api/account/end_device";
const SIGN_OUT: &str = "/api/account/sign_out";
const SIGN_OUT_EVERYWHERE: &str = "/api/account/sign_out_everywhere";
const LEAVE_RECORD: &str = "/api/family/leave";
const SWITCH: &str = "/api/account/switch_door";

/// The page.
#[component]
pub fn AccountPage(
    /// Was the password changed just now?
    #[prop(optional)]
    password_changed: bool,
    /// Was a device signed out just now?
    #[prop(optional)]
    device_ended: bool,
    /// Was somebody's record given up just now?
    #[prop(optional)]
    record_left: bool,
) -> impl IntoView {
    let done = match (password_changed, device_ended, record_left) {
        (true, _, _) => say::PASSWORD_CHANGED,
        (_, true, _) => say::DEVICE_ENDED,
        (_, _, true) => say::RECORD_LEFT,
        _ => "",
    };
    let chosen = use_query_map().with_untracked(|query| query.get("record")).unwrap_or_default();
    let now = use_context::<Ctx>().map(|ctx| ctx.now());
    let answer = Answer::of(CHANGE);
    Suspend::new(async move {
        let start = match api::portal::start().await {
            Ok(start) => start,
            Err(error) => return trouble(error).into_any(),
        };
        match api::account::devices().await {
            Ok(devices) => view! {
                <AccountView start=start devices=devices chosen=chosen now=now answer=answer done=done/>
            }
            .into_any(),
            Err(error) => trouble(error).into_any(),
        }
    })
}

/// The page, once everything is known.
#[component]
pub fn AccountView(
    /// The records of this person.
    start: PortalStart,
    /// Where they are signed in.
    devices: Vec<Device>,
    /// The record they came from, as the address says; another's is as good as none.
    chosen: String,
    /// What time it is.
    now: Option<Time>,
    /// What came back of the password form.
    answer: Answer,
    /// What was done just now; nothing when empty.
    #[prop(optional)]
    done: &'static str,
) -> impl IntoView {
    let PortalStart { records, also_console, email } = start;
    let chosen = chosen.parse().ok();
    let record = records.iter().find(|record| Some(record.patient) == chosen).or_else(|| records.first()).cloned();
    let seen = records.iter().map(|record| view! { <RecordRow record=record.clone()/> }).collect_view();
    let (has_records, known) = (!records.is_empty(), records.clone());
    let devices = devices.into_iter().map(|device| view! { <DeviceRow device=device now=now/> }).collect_view();
    view! {
        <Frame title=say::ACCOUNT place=Place::Account record=record records=records>
            <header class="page-head">
                <h1>{say::ACCOUNT}</h1>
                <p class="page-lead">{say::ACCOUNT_LEAD}</p>
            </header>
            {(!done.is_empty()).then(|| view! {
                <Notice tone=Tone::Success live=true focus=true><p>{done}</p></Notice>
            })}
            <Card title=say::DEVICES id="devices">
                <p class="card-lead">{say::DEVICES_LEAD}</p>
                <ul class="devices">{devices}</ul>
            </Card>
            <Card title=say::CHANGE_PASSWORD id="change-password">
                <p class="card-lead">{say::CHANGE_PASSWORD_LEAD}</p>
                <DoorForm door=CHANGE page=HERE>
                    <Refused answer=answer.clone()/>
                    <Hidden name="back" value=CHANGED/>
                    <Username email=email/>
                    <PasswordField name="current" label=say::CURRENT_PASSWORD error=answer.error("current")/>
                    <PasswordField name="password" label=say::NEW_PASSWORD new=true hint=PASSWORD_HINT error=answer.error("password")/>
                    <div class="form-end"><Button submit=true>{say::SAVE_PASSWORD}</Button></div>
                </DoorForm>
            </Card>
            {has_records.then(|| view! {
                <Card title=say::RECORDS_YOU_SEE id="records-you-see">
                    <ul class="people">{seen}</ul>
                </Card>
            })}
            {also_console.then(|| view! {
                <Card title=say::CONSOLE id="console">
                    <p class="card-lead">{say::CONSOLE_LEAD}</p>
                    <DoorForm door=SWITCH page=HERE>
                        <Hidden name="to" value=Door::Console.code()/>
                        <Button submit=true icon="arrow-left-right">{say::TO_CONSOLE}</Button>
                    </DoorForm>
                </Card>
            })}
            <Draft records=known/>
            <Card title=say::LEAVE id="leave">
                <p class="card-lead">{say::LEAVE_LEAD}</p>
                <div class="buttons">
                    <DoorForm door=SIGN_OUT page=HERE>
                        <Button kind=Kind::Main submit=true icon="log-out">{say::SIGN_OUT}</Button>
                    </DoorForm>
                    <DoorForm door=SIGN_OUT_EVERYWHERE page=HERE>
                        <Button submit=true>{say::SIGN_OUT_EVERYWHERE}</Button>
                    </DoorForm>
                </div>
            </Card>
        </Frame>
    }
}

/// One of the records that this person can see (S0-27).
#[component]
fn RecordRow(record: PortalRecord) -> impl IntoView {
    let PortalRecord { patient, shown, practice, kind, reach, steps_down_on, last_day, manages, .. } = record;
    let own = kind == GrantKind::Own;
    let people = manages.then(|| Place::People.path(patient));
    let details = Place::Details.opens_to(reach.level).then(|| Place::Details.path(patient));
    let details_words = say::details(kind);
    view! {
        <li class="person">
            <span class="place-icon"><Icon name="folder-heart"/></span>
            <div class="person-text">
                <p class="person-name"><a href=Place::Home.path(patient) dir="auto"><b>{shown.clone()}</b></a></p>
                <p class="person-more" dir="auto">{say::kind(kind)}" · "{practice}</p>
                {(!own).then(|| view! {
                    <p class="person-more">{say::you_may(reach)}</p>
                    <p class="person-more">{say::until(last_day, steps_down_on)}</p>
                })}
                {details.map(|href| view! { <p class="person-more"><a href=href>{details_words}</a></p> })}
                {people.map(|href| view! { <p class="person-more"><a href=href>{say::PEOPLE}</a></p> })}
                {(!own).then(|| view! {
                    <details class="sure">
                        <summary class="link-button">{say::leave_record_of(&shown)}</summary>
                        <p>{say::LEAVE_RECORD_TEXT}</p>
                        <DoorForm door=LEAVE_RECORD page=HERE>
                            <Hidden name="patient" value=patient.to_string()/>
                            <Button submit=true kind=Kind::Danger>{say::LEAVE_RECORD}</Button>
                        </DoorForm>
                    </details>
                })}
            </div>
        </li>
    }
}

#[component]
fn DeviceRow(device: Device, now: Option<Time>) -> impl IntoView {
    let Device { id, door, last_act_at, agent, this_one, .. } = device;
    let agent = Agent::of(&agent);
    let name = agent.words();
    let used = now.map(|now| say::last_used(&dates::ago(last_act_at, now)));
    let icon = if agent.phone { "smartphone" } else { "monitor" };
    let label = say::sign_out_device(&name);
    view! {
        <li class="device">
            <span class="place-icon"><Icon name=icon/></span>
            <div class="device-text">
                <p class="device-name">
                    <b>{name}</b>
                    {this_one.then(|| view! { <span class="chip">{say::THIS_DEVICE}</span> })}
                    {(door == Door::Console).then(|| view! { <span class="chip">{say::IN_CONSOLE}</span> })}
                </p>
                <p class="device-used">
                    {used.map(|used| view! { <time datetime=dates::machine(last_act_at)>{used}</time> })}
                </p>
            </div>
            {(!this_one).then(|| view! {
                <DoorForm door=END page=HERE>
                    <Hidden name="id" value=id.to_string()/>
                    <Hidden name="back" value=ENDED/>
                    <Button submit=true attr:aria-label=label>{say::SIGN_OUT_DEVICE}</Button>
                </DoorForm>
            })}
        </li>
    }
}
