//! "Confirm it is you" (AD-08): the server wants the password once more before what matters most. It is asked for where
//! one stands, given with the next try, and never kept on the device.

use domain::error::Problem;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use super::{
    desk::use_desk,
    frame::{Head, typing},
    words,
};
use crate::{
    api,
    components::{Button, Kind, Notice, PasswordField, Username},
    error::AppError,
};

/// The password, when it is asked for.
#[derive(Clone, Copy)]
pub struct Proof {
    /// In front of the field's id.
    place: &'static str,
    asked: RwSignal<bool>,
    typed: RwSignal<String>,
    wrong: RwSignal<Option<Problem>>,
}

impl Proof {
    /// Not asked for yet. `place` tells apart several on one page.
    #[must_use]
    pub fn new(place: &'static str) -> Self {
        Self { place, asked: RwSignal::new(false), typed: RwSignal::default(), wrong: RwSignal::new(None) }
    }

    /// Gives the password if it is asked for; then the act itself may be tried again.
    ///
    /// # Errors
    /// [`AppError::StepUp`] when it is not the password; else why it could not be given.
    pub async fn give(self) -> Result<(), AppError> {
        if !self.asked.try_get_untracked().unwrap_or_default() {
            return Ok(());
        }
        let given = api::account::step_up(self.typed.try_get_untracked().unwrap_or_default()).await;
        let problem = match given {
            Ok(()) => None,
            Err(error) => match error.problem("password") {
                Some(problem) => Some(problem),
                None => return Err(error),
            },
        };
        let _ = self.wrong.try_set(problem);
        if problem.is_some() {
            return Err(AppError::StepUp);
        }
        let _ = self.asked.try_set(false);
        let _ = self.typed.try_set(String::new());
        Ok(())
    }

    /// Asks for the password if that is what an error says; false when it says something else.
    #[must_use]
    pub fn is_asked_by(self, error: &AppError) -> bool {
        let asks = *error == AppError::StepUp;
        if asks {
            let _ = self.asked.try_set(true);
            self.take_focus();
        }
        asks
    }

    fn take_focus(self) {
        let id = self.id();
        request_animation_frame(move || {
            let field = document().get_element_by_id(&id);
            if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = field.focus();
            }
        });
    }

    fn id(self) -> String {
        format!("{}-proof", self.place)
    }

    /// The field, while it is asked for.
    #[must_use]
    pub fn view(self) -> AnyView {
        let notice = move || {
            self.asked.get().then(|| {
                view! {
                    <Notice live=true title=words::PROVE>
                        <p>{words::PROVE_TEXT}</p>
                        {self.field()}
                    </Notice>
                }
            })
        };
        notice.into_any()
    }

    fn field(self) -> AnyView {
        let email = use_desk().start().email;
        let wrong = Signal::derive(move || self.wrong.get().map(|problem| crate::words::problem(problem).to_owned()));
        // What was refused is not said any more once it is typed anew.
        Effect::new(move |before: Option<()>| {
            self.typed.track();
            if before.is_some() {
                self.wrong.set(None);
            }
        });
        view! {
            <Username email=email/>
            <PasswordField name="proof" id=self.id() label=words::YOUR_PASSWORD bind=self.typed error=wrong/>
        }
        .into_any()
    }
}

/// Asks for the password in place of a page, and then has the page asked for again.
pub fn before_showing(again: impl Fn() + Copy + Send + Sync + 'static) -> AnyView {
    let desk = use_desk();
    let proof = Proof::new("showing");
    let busy = RwSignal::new(false);
    proof.asked.set(true);
    if !typing() {
        proof.take_focus();
    }
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let given = proof.give().await;
            let _ = busy.try_set(false);
            match given {
                Ok(()) => again(),
                Err(AppError::StepUp) => {}
                Err(error) => desk.refused(&error),
            }
        });
    };
    view! {
        <Head title=words::PROVE/>
        <form class="column narrow" novalidate on:submit=go>
            <p>{words::PROVE_BEFORE_SHOWING}</p>
            {proof.field()}
            <div class="buttons"><Button kind=Kind::Main submit=true busy=busy>{words::SHOW_IT}</Button></div>
        </form>
    }
    .into_any()
}
