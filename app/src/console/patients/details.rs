//! The fields of a patient's record, for adding and for editing.

use domain::{
    error::Problem,
    limits,
    patient::{DetailsForm, Status},
    person::Gender,
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    components::Choice,
    console::{
        form::{Form, Line, Values},
        words,
    },
};

/// What stands in the fields at first.
pub fn fields(form: DetailsForm) -> Values {
    vec![
        ("legal_first", form.legal_first),
        ("legal_last", form.legal_last),
        ("preferred", form.preferred),
        ("birth_date", form.birth_date),
        ("gender", form.gender),
        ("email", form.email),
        ("mobile", form.mobile),
        ("phone", form.phone),
        ("street", form.street),
        ("city", form.city),
        ("region", form.region),
        ("postcode", form.postcode),
        ("country", form.country),
        ("status", form.status),
    ]
}

/// What stands in the fields now.
pub fn typed(form: Form) -> DetailsForm {
    DetailsForm {
        legal_first: form.value("legal_first"),
        legal_last: form.value("legal_last"),
        preferred: form.value("preferred"),
        birth_date: form.value("birth_date"),
        gender: form.value("gender"),
        email: form.value("email"),
        mobile: form.value("mobile"),
        phone: form.value("phone"),
        street: form.value("street"),
        city: form.value("city"),
        region: form.value("region"),
        postcode: form.value("postcode"),
        country: form.value("country"),
        status: form.value("status"),
    }
}

/// A date that is only half typed reaches us as nothing; without this look it would be saved as no date at all.
pub fn half_typed_date(form: Form) -> bool {
    let field = document().get_element_by_id(&form.id("birth_date"));
    let half = field
        .and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok())
        .is_some_and(|field| field.validity().bad_input());
    if half {
        form.refuse("birth_date", Problem::NotADate);
    }
    half
}

/// The fields.
pub fn view(form: Form) -> AnyView {
    let name = Line { longest: limits::NAME, ..Line::default() };
    let line = Line { longest: limits::LINE, ..Line::default() };
    let genders = Gender::ALL.into_iter().map(|gender| Choice::new(gender.code(), words::gender(gender))).collect();
    let statuses = Status::ALL.into_iter().map(|status| Choice::new(status.code(), words::status(status))).collect();
    view! {
        <fieldset class="fieldset">
            <legend>{words::ABOUT_PATIENT}</legend>
            <div class="fields-pair">
                {form.text("legal_first", words::LEGAL_FIRST, name.required())}
                {form.text("legal_last", words::LEGAL_LAST, name)}
                {form.text("preferred", words::PREFERRED, name.hint(words::PREFERRED_HINT))}
                {form.text("birth_date", words::BIRTH_DATE, Line::of("date"))}
                {form.select("gender", words::GENDER, genders, "")}
                {form.select("status", words::STATUS, statuses, words::STATUS_HINT)}
            </div>
        </fieldset>
        <fieldset class="fieldset">
            <legend>{words::HOW_TO_REACH}</legend>
            <div class="fields-pair">
                {form.text("email", words::EMAIL, Line::of("email").hint(words::EMAIL_HINT))}
                {form.text("mobile", words::MOBILE, Line::of("tel"))}
                {form.text("phone", words::OTHER_PHONE, Line::of("tel"))}
            </div>
        </fieldset>
        <fieldset class="fieldset">
            <legend>{words::ADDRESS}</legend>
            <div class="fields-pair">
                {form.text("street", words::STREET, line)}
                {form.text("city", words::CITY, name)}
                {form.text("region", words::REGION, name)}
                {form.text("postcode", words::POSTCODE, Line { longest: 20, ..Line::default() })}
                {form.text("country", words::COUNTRY, name)}
            </div>
        </fieldset>
    }
    .into_any()
}
