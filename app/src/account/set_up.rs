//! `/set-up`: the first run makes the group, its first location and its owner.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_router::hooks::use_query_map;
use services::Ctx;

use super::{Gate, words as say};
use crate::{
    components::{Button, CheckField, Kind, PasswordField, SelectField, TextField, time_zones},
    error::AppError,
    forms::{Answer, DoorForm, Refused},
    shell::Trouble,
};

const DOOR: &str = "/api/set_up";

/// Chooses the browser's own time zone; without scripts, or where the list does not know it, the person does.
const GUESS_ZONE: &str = r#"try{const s=document.getElementById("time_zone"),z=Intl.DateTimeFormat().resolvedOptions().timeZone;if(!s.value&&[...s.options].some(o=>o.value==z))s.value=z}catch{}"#;

/// The page.
#[component]
pub fn SetUp() -> impl IntoView {
    let code = use_query_map().with_untracked(|query| query.get("code")).unwrap_or_default();
    let answer = Answer::of(DOOR);
    let ctx = use_context::<Ctx>();
    Suspend::new(async move {
        let needed = match &ctx {
            Some(ctx) => services::set_up::needed(&ctx.services).await,
            None => Ok(true),
        };
        match needed {
            Ok(true) => view! { <SetUpView code=code answer=answer/> }.into_any(),
            Ok(false) => view! { <Trouble error=AppError::NotFound/> }.into_any(),
            Err(error) => view! { <Trouble error=AppError::from_service(error, "set-up")/> }.into_any(),
        }
    })
}

/// The page of a server that is not set up.
#[component]
pub fn SetUpView(
    /// The code from the address, so that the link in the log is enough.
    code: String,
    /// What came back.
    answer: Answer,
) -> impl IntoView {
    let text = |field| (answer.value(field), answer.error(field));
    let (group_name, group_name_wrong) = text("group_name");
    let (group_phone, group_phone_wrong) = text("group_phone");
    let (location_name, location_name_wrong) = text("location_name");
    let (time_zone, time_zone_wrong) = text("time_zone");
    let (title, title_wrong) = text("title");
    let (first_name, first_name_wrong) = text("first_name");
    let (last_name, last_name_wrong) = text("last_name");
    let (profession, profession_wrong) = text("profession");
    let (email, email_wrong) = text("email");
    let (email_again, email_again_wrong) = text("email_again");
    let fresh = answer.refusal().is_none();
    view! {
        <Gate title=say::SET_UP_TITLE lead=say::SET_UP_LEAD wide=true>
            <DoorForm door=DOOR page="/set-up">
                <Refused answer=answer.clone()/>
                <fieldset class="fieldset">
                    <legend>{say::PRACTICE}</legend>
                    <TextField name="group_name" label=say::GROUP_NAME hint=say::GROUP_NAME_HINT required=true autocomplete="organization" value=group_name error=group_name_wrong/>
                    <TextField name="group_phone" label=say::GROUP_PHONE hint=say::GROUP_PHONE_HINT kind="tel" autocomplete="tel" value=group_phone error=group_phone_wrong/>
                    <div class="fields-pair">
                        <TextField name="location_name" label=say::LOCATION_NAME hint=say::LOCATION_NAME_HINT required=true value=location_name error=location_name_wrong/>
                        <SelectField name="time_zone" label=say::TIME_ZONE choices=time_zones(say::TIME_ZONE_CHOOSE) required=true value=time_zone error=time_zone_wrong/>
                    </div>
                </fieldset>
                <fieldset class="fieldset">
                    <legend>{say::OWNER}</legend>
                    <TextField name="title" label=say::TITLE autocomplete="honorific-prefix" value=title error=title_wrong/>
                    <div class="fields-pair">
                        <TextField name="first_name" label=say::FIRST_NAME required=true autocomplete="given-name" value=first_name error=first_name_wrong/>
                        <TextField name="last_name" label=say::LAST_NAME required=true autocomplete="family-name" value=last_name error=last_name_wrong/>
                    </div>
                    <TextField name="profession" label=say::PROFESSION autocomplete="organization-title" value=profession error=profession_wrong/>
                    <CheckField name="practises" label=say::PRACTISES hint=say::PRACTISES_HINT value=answer.value_or("practises", "yes") == "yes"/>
                </fieldset>
                <fieldset class="fieldset">
                    <legend>{say::YOUR_SIGN_IN}</legend>
                    <div class="fields-pair">
                        <TextField name="email" label=say::EMAIL kind="email" required=true autocomplete="username" value=email error=email_wrong/>
                        <TextField name="email_again" label=say::EMAIL_AGAIN kind="email" required=true value=email_again error=email_again_wrong/>
                    </div>
                    <PasswordField name="password" label=say::PASSWORD new=true hint=say::PASSWORD_HINT error=answer.error("password")/>
                    <TextField name="code" label=say::CODE hint=say::CODE_HINT required=true value=code error=answer.error("code")/>
                </fieldset>
                <div class="form-end">
                    <Button kind=Kind::Main submit=true>{say::SET_UP}</Button>
                </div>
            </DoorForm>
            {fresh.then(|| view! { <script nonce=use_nonce()>{GUESS_ZONE}</script> })}
        </Gate>
    }
}
