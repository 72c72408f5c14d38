//! Forms of a group, their versions, and what was sent to portal users. What is asked, typed and answered is JSON here: it is
//! read and written whole, and no statement looks into it.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageForms, SendForms, ViewFormAnswers, ViewForms, ViewOwnRecord},
    form::{Answered, Definition, Filled, Form, FormRequest, FormRow, FormState, Raw, RequestState, Version},
    grant::{self, Grant},
    ids::{FormId, FormRequestId, GrantId, GroupId},
    limits,
    page::{Page, PageRequest},
    person::UserName,
    time::Time,
};
use serde::{Serialize, de::DeserializeOwned};
use services::ports::{Forms, ListedFormRequest, StoreError, Stored};
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{
    SqlWork,
    grants::{GrantRow, select_grant},
};
use crate::common::{BEYOND, readable};

fn json<T: Serialize + ?Sized>(value: &T) -> Stored<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Fault(Box::new(error)))
}

/// What a newer program wrote is a fault, not half a form.
fn read<T: DeserializeOwned>(text: &str, what: &'static str) -> Stored<T> {
    readable(serde_json::from_str(text), what)
}

#[derive(sqlx::FromRow)]
struct StoredFormRow {
    id: Uuid,
    title: String,
    draft: Option<String>,
    published: Option<i64>,
    archived_at: Option<i64>,
    version: i64,
}

impl TryFrom<StoredFormRow> for Form {
    type Error = StoreError;

    fn try_from(row: StoredFormRow) -> Stored<Self> {
        Ok(Self {
            id: row.id.into(),
            title: row.title,
            draft: row.draft.map(|draft| read(&draft, "form")).transpose()?,
            published: row.published,
            archived_at: row.archived_at.map(Time::from_millis),
            version: row.version,
        })
    }
}

/// A form without what it asks.
#[derive(sqlx::FromRow)]
struct ListedFormRow {
    id: Uuid,
    title: String,
    changed: bool,
    published: Option<i64>,
    archived_at: Option<i64>,
}

impl From<ListedFormRow> for FormRow {
    fn from(row: ListedFormRow) -> Self {
        let state = match (row.archived_at, row.published) {
            (Some(_), _) => FormState::Archived,
            (None, None) => FormState::Draft,
            (None, Some(number)) => FormState::Published { number, changed: row.changed },
        };
        Self { id: row.id.into(), title: row.title, state }
    }
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    number: i64,
    title: String,
    definition: String,
}

impl TryFrom<VersionRow> for Version {
    type Error = StoreError;

    fn try_from(row: VersionRow) -> Stored<Self> {
        Ok(Self { number: row.number, title: row.title, definition: read(&row.definition, "version of a form")? })
    }
}

#[derive(sqlx::FromRow)]
struct RequestRow {
    id: Uuid,
    form_id: Uuid,
    number: i64,
    title: String,
    grant_id: Uuid,
    message: String,
    asked_by: Uuid,
    asked_at: i64,
    saved_at: Option<i64>,
    submitted_at: Option<i64>,
    withdrawn_at: Option<i64>,
}

impl From<RequestRow> for FormRequest {
    fn from(row: RequestRow) -> Self {
        let at = |millis: Option<i64>| millis.map(Time::from_millis);
        Self {
            id: row.id.into(),
            form: row.form_id.into(),
            number: row.number,
            title: row.title,
            grant: row.grant_id.into(),
            message: row.message,
            asked_by: row.asked_by.into(),
            asked_at: Time::from_millis(row.asked_at),
            state: RequestState::of(at(row.saved_at), at(row.submitted_at), at(row.withdrawn_at)),
        }
    }
}

#[derive(sqlx::FromRow)]
struct ListedRequestRow {
    #[sqlx(flatten)]
    request: RequestRow,
    email: String,
    kind: String,
    user_title: String,
    first_name: String,
    last_name: String,
}

impl TryFrom<ListedRequestRow> for ListedFormRequest {
    type Error = StoreError;

    fn try_from(row: ListedRequestRow) -> Stored<Self> {
        Ok(Self {
            request: row.request.into(),
            email: row.email,
            kind: readable(grant::Kind::from_code(&row.kind), "kind of grant")?,
            asked_by: UserName { title: row.user_title, first: row.first_name, last: row.last_name },
        })
    }
}

/// A request with what is asked and what was filled in.
#[derive(sqlx::FromRow)]
struct FilledRow {
    #[sqlx(flatten)]
    request: RequestRow,
    definition: String,
    draft: Option<String>,
    answers: Option<String>,
}

/// A grant with its account's address.
#[derive(sqlx::FromRow)]
struct RecipientRow {
    #[sqlx(flatten)]
    grant: GrantRow,
    email: String,
}

/// `SELECT`, a request's columns, and the rest of the statement, which calls the tables `r` and `v`.
macro_rules! select_request {
    ($rest:literal) => {
        concat!(
            "SELECT
                 r.id,
                 r.form_id,
                 r.number,
                 v.title,
                 r.grant_id,
                 r.message,
                 r.asked_by,
                 r.asked_at,
                 r.saved_at,
                 r.submitted_at,
                 r.withdrawn_at",
            $rest
        )
    };
}

/// The place after which a page begins that is read backwards; none for a cursor that is none.
fn before(page: &PageRequest) -> Option<Uuid> {
    match page.after.as_deref().map(str::parse::<FormRequestId>) {
        None => Some(BEYOND),
        Some(Ok(id)) => Some(id.uuid()),
        Some(Err(_)) => None,
    }
}

const fn nothing<T>() -> Page<T> {
    Page { rows: Vec::new(), next: None }
}

#[async_trait]
impl Forms for SqlWork {
    async fn list_forms(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<FormRow>> {
        let rows: Vec<ListedFormRow> = self
            .all(
                query_as(
                    "SELECT
                         id,
                         title,
                         draft IS NOT NULL AS changed,
                         published,
                         archived_at
                     FROM forms
                     WHERE group_id = $1
                     ORDER BY archived_at IS NOT NULL, title_folded, id
                     LIMIT $2",
                )
                .bind(access.group().uuid())
                .bind(i64::from(limits::FORMS)),
            )
            .await?;
        Ok(rows.into_iter().map(FormRow::from).collect())
    }

    async fn lookup_form(&mut self, access: &Access<EnterGroup>, id: FormId) -> Stored<Option<Form>> {
        let row: Option<StoredFormRow> = self
            .find(
                query_as(
                    "SELECT
                         id,
                         title,
                         draft,
                         published,
                         archived_at,
                         version
                     FROM forms
                     WHERE group_id = $1
                       AND id = $2",
                )
                .bind(access.group().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(Form::try_from).transpose()
    }

    async fn add_form(&mut self, access: &Access<ManageForms>, form: &Form, at: Time) -> Stored<()> {
        let draft = form.draft.as_ref().map(json).transpose()?;
        self.execute(
            query(
                "INSERT INTO forms (
                     group_id,
                     id,
                     title,
                     title_folded,
                     draft,
                     published,
                     archived_at,
                     version,
                     added_at,
                     changed_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
            )
            .bind(access.group().uuid())
            .bind(form.id.uuid())
            .bind(form.title.clone())
            .bind(form.title.to_lowercase())
            .bind(draft)
            .bind(form.published)
            .bind(form.archived_at.map(Time::millis))
            .bind(form.version)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn save_form(&mut self, access: &Access<ManageForms>, form: &Form, at: Time) -> Stored<bool> {
        let draft = form.draft.as_ref().map(json).transpose()?;
        let saved = self
            .execute(
                query(
                    "UPDATE forms
                     SET title = $4,
                         title_folded = $5,
                         draft = $6,
                         published = $7,
                         archived_at = $8,
                         version = version + 1,
                         changed_at = $9
                     WHERE group_id = $1
                       AND id = $2
                       AND version = $3",
                )
                .bind(access.group().uuid())
                .bind(form.id.uuid())
                .bind(form.version)
                .bind(form.title.clone())
                .bind(form.title.to_lowercase())
                .bind(draft)
                .bind(form.published)
                .bind(form.archived_at.map(Time::millis))
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn add_form_version(
        &mut self,
        access: &Access<ManageForms>,
        form: FormId,
        version: &Version,
        at: Time,
    ) -> Stored<()> {
        let definition = json(&version.definition)?;
        self.execute(
            query(
                "INSERT INTO form_versions (
                     group_id,
                     form_id,
                     number,
                     title,
                     definition,
                     published_at
                 ) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(access.group().uuid())
            .bind(form.uuid())
            .bind(version.number)
            .bind(version.title.clone())
            .bind(definition)
            .bind(at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn lookup_form_version(
        &mut self,
        access: &Access<EnterGroup>,
        form: FormId,
        number: i64,
    ) -> Stored<Option<Version>> {
        let row: Option<VersionRow> = self
            .find(
                query_as(
                    "SELECT
                         number,
                         title,
                         definition
                     FROM form_versions
                     WHERE group_id = $1
                       AND form_id = $2
                       AND number = $3",
                )
                .bind(access.group().uuid())
                .bind(form.uuid())
                .bind(number),
            )
            .await?;
        row.map(Version::try_from).transpose()
    }

    async fn list_recipients(&mut self, access: &Access<SendForms>, now: Time) -> Stored<Vec<(Grant, String)>> {
        let rows: Vec<RecipientRow> = self
            .all(
                query_as(select_grant!(
                    ",
                         a.email
                     FROM portal_grants g
                     JOIN accounts a
                         ON a.id = g.account_id
                     WHERE g.group_id = $1
                       AND g.patient_id = $2
                       AND g.suspended_at IS NULL
                       AND g.ended_at IS NULL
                       AND (g.ends_at IS NULL OR g.ends_at > $4)
                       AND g.role = 'edit'
                       AND g.level = 'clinical'
                       AND (
                           g.activated_at IS NOT NULL
                           OR EXISTS (
                               SELECT 1
                               FROM invitations i
                               WHERE i.group_id = g.group_id
                                 AND i.grant_id = g.id
                                 AND i.revoked_at IS NULL
                           )
                       )
                     ORDER BY g.added_at, g.id
                     LIMIT $3"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(i64::from(limits::RECIPIENTS))
                .bind(now.millis()),
            )
            .await?;
        rows.into_iter().map(|row| Ok((row.grant.try_into()?, row.email))).collect()
    }

    async fn add_form_request(&mut self, access: &Access<SendForms>, request: &FormRequest) -> Stored<()> {
        self.execute(
            query(
                "INSERT INTO form_requests (
                     group_id,
                     id,
                     patient_id,
                     form_id,
                     number,
                     grant_id,
                     message,
                     asked_by,
                     asked_at
                 ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(access.group().uuid())
            .bind(request.id.uuid())
            .bind(access.patient().uuid())
            .bind(request.form.uuid())
            .bind(request.number)
            .bind(request.grant.uuid())
            .bind(request.message.clone())
            .bind(request.asked_by.uuid())
            .bind(request.asked_at.millis()),
        )
        .await?;
        Ok(())
    }

    async fn count_asked_forms(&mut self, access: &Access<SendForms>, grant: GrantId) -> Stored<i64> {
        self.asked_forms(access.group().uuid(), grant.uuid()).await
    }

    async fn list_form_requests(
        &mut self,
        access: &Access<ViewForms>,
        page: &PageRequest,
    ) -> Stored<Page<ListedFormRequest>> {
        let Some(before) = before(page) else { return Ok(nothing()) };
        // Ids are made in order: the latest has the highest.
        let rows: Vec<ListedRequestRow> = self
            .all(
                query_as(select_request!(
                    ",
                         a.email,
                         g.kind,
                         u.title AS user_title,
                         u.first_name,
                         u.last_name
                     FROM form_requests r
                     JOIN form_versions v
                         ON v.group_id = r.group_id
                        AND v.form_id = r.form_id
                        AND v.number = r.number
                     JOIN portal_grants g
                         ON g.group_id = r.group_id
                        AND g.id = r.grant_id
                     JOIN accounts a
                         ON a.id = g.account_id
                     JOIN users u
                         ON u.group_id = r.group_id
                        AND u.id = r.asked_by
                     WHERE r.group_id = $1
                       AND r.patient_id = $2
                       AND r.id < $3
                     ORDER BY r.id DESC
                     LIMIT $4"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(ListedFormRequest::try_from).collect::<Stored<Vec<_>>>()?;
        Ok(Page::from_rows(rows, page.rows(), |listed| listed.request.id.to_string()))
    }

    async fn lookup_form_request(
        &mut self,
        access: &Access<ViewForms>,
        id: FormRequestId,
    ) -> Stored<Option<ListedFormRequest>> {
        let row: Option<ListedRequestRow> = self
            .find(
                query_as(select_request!(
                    ",
                         a.email,
                         g.kind,
                         u.title AS user_title,
                         u.first_name,
                         u.last_name
                     FROM form_requests r
                     JOIN form_versions v
                         ON v.group_id = r.group_id
                        AND v.form_id = r.form_id
                        AND v.number = r.number
                     JOIN portal_grants g
                         ON g.group_id = r.group_id
                        AND g.id = r.grant_id
                     JOIN accounts a
                         ON a.id = g.account_id
                     JOIN users u
                         ON u.group_id = r.group_id
                        AND u.id = r.asked_by
                     WHERE r.group_id = $1
                       AND r.patient_id = $2
                       AND r.id = $3"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(ListedFormRequest::try_from).transpose()
    }

    async fn lookup_form_answers(
        &mut self,
        access: &Access<ViewFormAnswers>,
        id: FormRequestId,
    ) -> Stored<Option<(Definition, Vec<Answered>)>> {
        let row: Option<(String, String)> = self
            .find(
                query_as(
                    "SELECT
                         v.definition,
                         r.answers
                     FROM form_requests r
                     JOIN form_versions v
                         ON v.group_id = r.group_id
                        AND v.form_id = r.form_id
                        AND v.number = r.number
                     WHERE r.group_id = $1
                       AND r.patient_id = $2
                       AND r.id = $3
                       AND r.submitted_at IS NOT NULL
                       AND r.answers IS NOT NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid()),
            )
            .await?;
        row.map(|(definition, answers)| Ok((read(&definition, "version of a form")?, read(&answers, "answer")?)))
            .transpose()
    }

    async fn withdraw_form_request(&mut self, access: &Access<SendForms>, id: FormRequestId, at: Time) -> Stored<bool> {
        let withdrawn = self
            .execute(
                query(
                    "UPDATE form_requests
                     SET withdrawn_at = $4
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND id = $3
                       AND submitted_at IS NULL
                       AND withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(id.uuid())
                .bind(at.millis()),
            )
            .await?;
        Ok(withdrawn == 1)
    }

    async fn list_own_asked_forms(&mut self, access: &Access<ViewOwnRecord>) -> Stored<Vec<FormRequest>> {
        let rows: Vec<RequestRow> = self
            .all(
                query_as(select_request!(
                    "
                     FROM form_requests r
                     JOIN form_versions v
                         ON v.group_id = r.group_id
                        AND v.form_id = r.form_id
                        AND v.number = r.number
                     WHERE r.group_id = $1
                       AND r.grant_id = $2
                       AND r.submitted_at IS NULL
                       AND r.withdrawn_at IS NULL
                       AND r.asked_at >= (
                           SELECT g.added_at
                           FROM portal_grants g
                           WHERE g.group_id = r.group_id
                             AND g.id = r.grant_id
                       )
                     ORDER BY r.id
                     LIMIT $3"
                ))
                .bind(access.group().uuid())
                .bind(access.grant().uuid())
                .bind(i64::from(limits::FORMS_ASKED)),
            )
            .await?;
        Ok(rows.into_iter().map(FormRequest::from).collect())
    }

    async fn count_own_asked_forms(&mut self, access: &Access<ViewOwnRecord>) -> Stored<i64> {
        self.asked_forms(access.group().uuid(), access.grant().uuid()).await
    }

    async fn list_own_returned_forms(
        &mut self,
        access: &Access<ViewOwnRecord>,
        page: &PageRequest,
    ) -> Stored<Page<FormRequest>> {
        let Some(before) = before(page) else { return Ok(nothing()) };
        let rows: Vec<RequestRow> = self
            .all(
                query_as(select_request!(
                    "
                     FROM form_requests r
                     JOIN form_versions v
                         ON v.group_id = r.group_id
                        AND v.form_id = r.form_id
                        AND v.number = r.number
                     WHERE r.group_id = $1
                       AND r.grant_id = $2
                       AND r.submitted_at IS NOT NULL
                       AND r.asked_at >= (
                           SELECT g.added_at
                           FROM portal_grants g
                           WHERE g.group_id = r.group_id
                             AND g.id = r.grant_id
                       )
                       AND r.id < $3
                     ORDER BY r.id DESC
                     LIMIT $4"
                ))
                .bind(access.group().uuid())
                .bind(access.grant().uuid())
                .bind(before)
                .bind(i64::from(page.rows()) + 1),
            )
            .await?;
        let rows = rows.into_iter().map(FormRequest::from).collect();
        Ok(Page::from_rows(rows, page.rows(), |request| request.id.to_string()))
    }

    async fn lookup_own_form(
        &mut self,
        access: &Access<ViewOwnRecord>,
        id: FormRequestId,
    ) -> Stored<Option<(FormRequest, Definition, Filled)>> {
        let row: Option<FilledRow> = self
            .find(
                query_as(select_request!(
                    ",
                         v.definition,
                         r.draft,
                         r.answers
                     FROM form_requests r
                     JOIN form_versions v
                         ON v.group_id = r.group_id
                        AND v.form_id = r.form_id
                        AND v.number = r.number
                     WHERE r.group_id = $1
                       AND r.patient_id = $2
                       AND r.grant_id = $3
                       AND r.id = $4
                       AND r.asked_at >= (
                           SELECT g.added_at
                           FROM portal_grants g
                           WHERE g.group_id = r.group_id
                             AND g.id = r.grant_id
                       )"
                ))
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.grant().uuid())
                .bind(id.uuid()),
            )
            .await?;
        let Some(FilledRow { request, definition, draft, answers }) = row else { return Ok(None) };
        let filled = Filled {
            draft: draft.map(|draft| read(&draft, "draft of a form")).transpose()?.unwrap_or_default(),
            answers: answers.map(|answers| read(&answers, "answer")).transpose()?,
        };
        Ok(Some((request.into(), read(&definition, "version of a form")?, filled)))
    }

    async fn save_own_form(
        &mut self,
        access: &Access<ViewOwnRecord>,
        id: FormRequestId,
        draft: &Raw,
        at: Time,
    ) -> Stored<bool> {
        let draft = json(draft)?;
        let saved = self
            .execute(
                query(
                    "UPDATE form_requests
                     SET draft = $5,
                         saved_at = $6
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND grant_id = $3
                       AND id = $4
                       AND submitted_at IS NULL
                       AND withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.grant().uuid())
                .bind(id.uuid())
                .bind(draft)
                .bind(at.millis()),
            )
            .await?;
        Ok(saved == 1)
    }

    async fn submit_own_form(
        &mut self,
        access: &Access<ViewOwnRecord>,
        id: FormRequestId,
        answers: &[Answered],
        at: Time,
    ) -> Stored<bool> {
        let answers = json(answers)?;
        let submitted = self
            .execute(
                query(
                    "UPDATE form_requests
                     SET draft = NULL,
                         answers = $5,
                         submitted_at = $6,
                         submitted_by = $7
                     WHERE group_id = $1
                       AND patient_id = $2
                       AND grant_id = $3
                       AND id = $4
                       AND submitted_at IS NULL
                       AND withdrawn_at IS NULL",
                )
                .bind(access.group().uuid())
                .bind(access.patient().uuid())
                .bind(access.grant().uuid())
                .bind(id.uuid())
                .bind(answers)
                .bind(at.millis())
                .bind(access.account().uuid()),
            )
            .await?;
        Ok(submitted == 1)
    }

    async fn unscoped_forms_wait(&mut self, group: GroupId, grant: GrantId) -> Stored<bool> {
        Ok(self.asked_forms(group.uuid(), grant.uuid()).await? > 0)
    }
}

impl SqlWork {
    async fn asked_forms(&mut self, group: Uuid, grant: Uuid) -> Stored<i64> {
        let (asked,): (i64,) = self
            .one(
                query_as(
                    "SELECT COUNT(*)
                     FROM form_requests r
                     WHERE r.group_id = $1
                       AND r.grant_id = $2
                       AND r.submitted_at IS NULL
                       AND r.withdrawn_at IS NULL
                       AND r.asked_at >= (
                           SELECT g.added_at
                           FROM portal_grants g
                           WHERE g.group_id = r.group_id
                             AND g.id = r.grant_id
                       )",
                )
                .bind(group)
                .bind(grant),
            )
            .await?;
        Ok(asked)
    }
}
