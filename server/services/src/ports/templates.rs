//! Communication templates of a group.

use async_trait::async_trait;
use domain::{
    access::{Access, EnterGroup, ManageTemplates},
    ids::TemplateId,
    template::Template,
    time::Time,
};

use super::Stored;

/// Texts with merge fields.
#[async_trait]
pub trait Templates {
    /// The group's templates by name, at most [`domain::limits::TEMPLATES`].
    async fn list_templates(&mut self, access: &Access<EnterGroup>) -> Stored<Vec<Template>>;

    /// One template of the group.
    async fn lookup_template(&mut self, access: &Access<EnterGroup>, id: TemplateId) -> Stored<Option<Template>>;

    /// A new template. Clashes on the name, whatever its case.
    async fn add_template(&mut self, access: &Access<ManageTemplates>, template: &Template, at: Time) -> Stored<()>;

    /// Saves a template; false when it is not there or was changed meanwhile. Clashes on the name.
    async fn save_template(&mut self, access: &Access<ManageTemplates>, template: &Template, at: Time) -> Stored<bool>;

    /// Removes a template; false when it is not there or was changed meanwhile.
    async fn remove_template(&mut self, access: &Access<ManageTemplates>, id: TemplateId, version: i64)
    -> Stored<bool>;
}
