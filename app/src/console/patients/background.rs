//! Who pays, and how the patient lives: two cards of the Summary tab, and the dialog that changes them (S0-02, S0-19).

use domain::{
    background::{Background, BackgroundForm, BackgroundPage},
    ids::PatientId,
    limits,
    patient::Profile,
    update::Field,
};
use leptos::prelude::*;

use crate::{
    api,
    components::{Button, Card, Dialog, Kind},
    console::{
        desk::use_desk,
        drafts,
        form::{Form, Line, Values},
        load::{Load, load},
        words,
    },
};

/// The cards.
#[component]
pub fn BackgroundCards(id: PatientId, profile: Load<Profile>, may_edit: bool) -> impl IntoView {
    let rung = use_desk().rung_about(id);
    let page = load(move || api::refresh(rung.again(), api::patients::background(id)));
    let editing = RwSignal::new(may_edit && drafts::was_open(&format!("background:{id}")));
    view! {
        <div class="cards">{page.view(3, move |page| cards(page, may_edit, editing))}</div>
        {move || editing.get().then(|| {
            page.value().get_untracked().map(|start| view! {
                <Edit id=id start=start page=page profile=profile on_close=move || editing.set(false)/>
            })
        })}
    }
}

fn cards(page: BackgroundPage, may_edit: bool, editing: RwSignal<bool>) -> AnyView {
    let BackgroundPage { background: Background { funding, social }, sees_social, .. } = page;
    let edit: Children = Box::new(move || {
        let name = if sees_social { words::EDIT_BACKGROUND } else { words::EDIT_FUNDING };
        may_edit
            .then(|| view! { <Button icon="pencil" name=name press=move |_| editing.set(true)>{words::EDIT}</Button> })
            .into_any()
    });
    view! {
        <Card title=words::FUNDING id="funding" actions=edit>
            <dl class="facts">
                {words::fact(words::field(Field::Fund), &funding.fund)}
                {words::fact(words::field(Field::FundNumber), &funding.fund_number)}
                {words::fact(words::field(Field::Scheme), &funding.scheme)}
                {words::fact(words::field(Field::SchemeNumber), &funding.scheme_number)}
            </dl>
        </Card>
        {sees_social.then(|| view! {
            <Card title=words::SOCIAL_HISTORY id="social-history">
                <dl class="facts">
                    {words::fact(words::field(Field::Occupation), &social.occupation)}
                    {words::fact(words::field(Field::Living), &social.living)}
                    {words::fact(words::field(Field::Smoking), &social.smoking)}
                    {words::fact(words::field(Field::Alcohol), &social.alcohol)}
                    {words::fact(words::field(Field::Activity), &social.activity)}
                    {words::fact(words::field(Field::SocialMore), &social.social_more)}
                </dl>
            </Card>
        })}
    }
    .into_any()
}

fn fields(background: &Background) -> Values {
    let form = BackgroundForm::of(background);
    vec![
        ("fund", form.fund),
        ("fund_number", form.fund_number),
        ("scheme", form.scheme),
        ("scheme_number", form.scheme_number),
        ("occupation", form.occupation),
        ("living", form.living),
        ("smoking", form.smoking),
        ("alcohol", form.alcohol),
        ("activity", form.activity),
        ("social_more", form.social_more),
    ]
}

fn typed(form: Form) -> BackgroundForm {
    BackgroundForm {
        fund: form.value("fund"),
        fund_number: form.value("fund_number"),
        scheme: form.value("scheme"),
        scheme_number: form.value("scheme_number"),
        occupation: form.value("occupation"),
        living: form.value("living"),
        smoking: form.value("smoking"),
        alcohol: form.value("alcohol"),
        activity: form.value("activity"),
        social_more: form.value("social_more"),
    }
}

#[component]
fn Edit(
    id: PatientId,
    start: BackgroundPage,
    page: Load<BackgroundPage>,
    profile: Load<Profile>,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let desk = use_desk();
    let BackgroundPage { background, sees_social, version } = start;
    let form = Form::versioned("background", &id.to_string(), version, fields(&background));
    form.follow(move || async move {
        api::patients::background(id).await.map(|newer| Some((newer.version, fields(&newer.background))))
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.send(api::patients::save_background(id, form.version(), typed(form)), move |()| {
            desk.toasts.say(words::SAVED);
            page.again();
            profile.again();
            on_close();
        });
    };
    let close = move || {
        if form.version() != version {
            page.again();
            profile.again();
        }
        on_close();
    };
    let give_up = move |_| {
        form.discard();
        close();
    };
    let line = Line { longest: limits::NAME, ..Line::default() };
    let area = move |name: &'static str, field: Field| form.area(name, words::field(field), "", false, limits::SOCIAL);
    view! {
        <Dialog title=if sees_social { words::EDIT_BACKGROUND } else { words::EDIT_FUNDING } id="edit-background" wide=true on_close=move |()| close()>
            <form class=form.class() novalidate on:submit=send>
                <div class="dialog-body">
                    {form.notices()}
                    <fieldset class="fieldset">
                        <legend>{words::FUNDING}</legend>
                        <div class="fields-pair">
                            {form.text("fund", words::field(Field::Fund), line)}
                            {form.text("fund_number", words::field(Field::FundNumber), line)}
                            {form.text("scheme", words::field(Field::Scheme), line)}
                            {form.text("scheme_number", words::field(Field::SchemeNumber), line)}
                        </div>
                    </fieldset>
                    {sees_social.then(|| view! {
                        <fieldset class="fieldset">
                            <legend>{words::SOCIAL_HISTORY}</legend>
                            <div class="fields-pair">
                                {area("occupation", Field::Occupation)}
                                {area("living", Field::Living)}
                                {area("smoking", Field::Smoking)}
                                {area("alcohol", Field::Alcohol)}
                                {area("activity", Field::Activity)}
                                {area("social_more", Field::SocialMore)}
                            </div>
                        </fieldset>
                    })}
                </div>
                <footer class="dialog-foot">
                    <Button press=give_up>{words::CANCEL}</Button>
                    <Button kind=Kind::Main submit=true busy=form.busy>{words::SAVE}</Button>
                </footer>
            </form>
        </Dialog>
    }
}
