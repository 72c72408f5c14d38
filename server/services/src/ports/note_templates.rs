//! Templates of notes.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageTemplates},
    ids::NoteTemplateId,
    note_template::{NoteTemplate, NoteTemplateChoice},
    time::Time,
};

use super::Stored;

/// Texts with merge fields that notes begin with.
#[async_trait]
pub trait NoteTemplates {
    /// The group's templates by name, without their texts, at most [`domain::limits::TEMPLATES`].
    async fn list_note_templates(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<NoteTemplateChoice>>;

    /// One of them.
    async fn lookup_note_template(
        &mut self,
        access: &Access<EnterGroup>,
        id: NoteTemplateId,
    ) -> Stored<Option<NoteTemplate>>;

    /// A new one. Clashes on the name, whatever its case.
    async fn add_note_template(
        &mut self,
        access: &Access<ManageTemplates>,
        template: &NoteTemplate,
        at: Time,
    ) -> Stored<()>;

    /// Saves one; false when it is not there or was changed meanwhile. Clashes on the name.
    async fn save_note_template(
        &mut self,
        access: &Access<ManageTemplates>,
        template: &NoteTemplate,
        at: Time,
    ) -> Stored<bool>;

    /// Removes one; false when it is not there or was changed meanwhile.
    async fn remove_note_template(
        &mut self,
        access: &Access<ManageTemplates>,
        id: NoteTemplateId,
        version: i64,
    ) -> Stored<bool>;
}
