//! What is shared, through the eyes of somebody of the portal: the patient, or one who acts for them (B-04).

use domain::{grant, note::PortalReader};
use leptos::prelude::*;

use crate::{
    components::{Choice, Notice, SelectField, Tone},
    console::words,
};

/// The sheet as one of these sees it, chosen from a list, the patient at first; and in its place that they see nothing.
pub fn seen_as(portal: &[PortalReader], sheet: AnyView) -> AnyView {
    let choice =
        |reader: &PortalReader| Choice::new(reader.grant.to_string(), words::portal_person(&reader.email, reader.kind));
    let (own, others): (Vec<_>, Vec<_>) = portal.iter().partition(|reader| reader.kind == grant::Kind::Own);
    // Before the patient was invited it is shown all the same, as it will be.
    let patient = own.first().map_or_else(|| Choice::new("", words::PATIENT_WITHOUT_PORTAL), |own| choice(own));
    let chosen = RwSignal::new(patient.value.clone());
    let choices: Vec<_> = std::iter::once(patient).chain(others.into_iter().map(choice)).collect();
    let blind: Vec<_> = portal.iter().filter(|one| !one.sees).map(|one| one.grant.to_string()).collect();
    let sees = Memo::new(move |_| chosen.with(|chosen| !blind.contains(chosen)));
    let list = (choices.len() > 1).then(|| {
        view! { <SelectField name="seen-as" label=words::SEEN_AS choices=choices bind=chosen unmarked=true/> }
    });
    view! {
        {list}
        <div role="status">
            {move || (!sees.get()).then(|| view! { <Notice tone=Tone::Info><p>{words::SEES_NOTHING_TEXT}</p></Notice> })}
        </div>
        <div hidden=move || !sees.get()>{sheet}</div>
    }
    .into_any()
}
