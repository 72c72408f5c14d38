//! Forms of a group, their versions, and what was sent to portal users.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageForms, SendForms, ViewFormAnswers, ViewForms, ViewOwnRecord},
    form::{Answered, Definition, Filled, Form, FormRequest, FormRow, Raw, Version},
    grant::{self, Grant},
    ids::{FormId, FormRequestId, GrantId, GroupId},
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
};

use super::Stored;

/// A form that was sent, with what the patient's tab shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFormRequest {
    /// The request.
    pub request: FormRequest,
    /// The address of the portal user who is asked.
    pub email: String,
    /// Who that is to the patient.
    pub kind: grant::Kind,
    /// The user who asked.
    pub asked_by: UserName,
}

/// What a group asks people to fill in, and what they answered. Definitions are read anew at each opening: who publishes a
/// version changes no request that is out.
#[async_trait]
pub trait Forms {
    /// The group's forms: those in use by title, then those put away; at most [`domain::limits::FORMS`].
    async fn list_forms(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<FormRow>>;

    /// One form of the group.
    async fn lookup_form(&mut self, access: &Access<EnterGroup>, id: FormId) -> Stored<Option<Form>>;

    /// A new form. Clashes on the title, whatever its case.
    async fn add_form(&mut self, access: &Access<ManageForms>, form: &Form, at: Time) -> Stored<()>;

    /// Saves a form; false when it is not there or was changed meanwhile. Clashes on the title.
    async fn save_form(&mut self, access: &Access<ManageForms>, form: &Form, at: Time) -> Stored<bool>;

    /// A new version of a form, which never changes.
    async fn add_form_version(
        &mut self,
        access: &Access<ManageForms>,
        form: FormId,
        version: &Version,
        at: Time,
    ) -> Stored<()>;

    /// One version of a form.
    async fn lookup_form_version(
        &mut self,
        access: &Access<EnterGroup>,
        form: FormId,
        number: i64,
    ) -> Stored<Option<Version>>;

    /// Who of the patient's portal users can be sent something, with their addresses: whose access was not taken away; at most
    /// [`domain::limits::RECIPIENTS`].
    async fn list_recipients(&mut self, access: &Access<SendForms>, now: Time) -> Stored<Vec<(Grant, String)>>;

    /// Asks a portal user of the patient.
    async fn add_form_request(&mut self, access: &Access<SendForms>, request: &FormRequest) -> Stored<()>;

    /// How many forms a grant's portal user is asked for at present.
    async fn count_asked_forms(&mut self, access: &Access<SendForms>, grant: GrantId) -> Stored<i64>;

    /// What was sent for the patient, latest first. The cursor is the id of the last row.
    async fn list_form_requests(
        &mut self,
        access: &Access<ViewForms>,
        page: &PageRequest,
    ) -> Stored<Page<ListedFormRequest>>;

    /// One form that was sent for the patient.
    async fn lookup_form_request(
        &mut self,
        access: &Access<ViewForms>,
        id: FormRequestId,
    ) -> Stored<Option<ListedFormRequest>>;

    /// What was asked and answered; none when it was not returned.
    async fn lookup_form_answers(
        &mut self,
        access: &Access<ViewFormAnswers>,
        id: FormRequestId,
    ) -> Stored<Option<(Definition, Vec<Answered>)>>;

    /// Takes a form back that was sent; false when it is not out any more.
    async fn withdraw_form_request(&mut self, access: &Access<SendForms>, id: FormRequestId, at: Time) -> Stored<bool>;

    /// What this portal user is asked, oldest first; at most [`domain::limits::FORMS_ASKED`].
    async fn list_own_asked_forms(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Vec<FormRequest>>;

    /// How many that are.
    async fn count_own_asked_forms(&mut self, access: &Access<ViewOwnRecord>) -> Stored<i64>;

    /// What this portal user returned, latest first. The cursor is the id of the last row.
    async fn list_own_returned_forms(
        &mut self,
        access: &Access<ViewOwnRecord>,
        page: &PageRequest,
    ) -> Stored<Page<FormRequest>>;

    /// One form that this portal user was asked for, with what was filled in.
    async fn lookup_own_form(
        &mut self,
        access: &Access<ViewOwnRecord>,
        id: FormRequestId,
    ) -> Stored<Option<(FormRequest, Definition, Filled)>>;

    /// Keeps what was typed; false when the form is not out any more.
    async fn save_own_form(
        &mut self,
        access: &Access<ViewOwnRecord>,
        id: FormRequestId,
        draft: &Raw,
        at: Time,
    ) -> Stored<bool>;

    /// Returns a form; false when it is not out any more: of two who return it at once, one does.
    async fn submit_own_form(
        &mut self,
        access: &Access<ViewOwnRecord>,
        id: FormRequestId,
        answers: &[Answered],
        at: Time,
    ) -> Stored<bool>;

    /// Is any form waiting for the portal user of this grant?
    async fn unscoped_forms_wait(&mut self, group: GroupId, grant: GrantId) -> Stored<bool>;
}
