//! What is said of templates of notes.

use domain::note_template::NoteField;

/// Heading.
pub const NOTE_TEMPLATES: &str = "Templates of notes";
/// Under it.
pub const NOTE_TEMPLATES_TEXT: &str = "Whoever writes a note can begin it with one of these.";
/// Button, and heading of the dialog.
pub const NEW_NOTE_TEMPLATE: &str = "New note template";
/// Heading of the dialog.
pub const EDIT_NOTE_TEMPLATE: &str = "Edit note template";
/// Nothing yet.
pub const NO_NOTE_TEMPLATES: &str = "No note templates yet";
/// Under it.
pub const NO_NOTE_TEMPLATES_TEXT: &str =
    "Write the outline of a first visit or a report once, and begin notes with it.";
/// Under it, for who can write some.
pub const NO_NOTE_TEMPLATES_MANAGE: &str = "They are written in Settings, under Templates.";
/// Under it, for everybody else.
pub const NO_NOTE_TEMPLATES_ASK: &str = "Whoever manages the practice's settings can write some.";
/// Under the name's field.
pub const NOTE_TEMPLATE_NAME_HINT: &str = "The note is called so to begin with.";
/// Under the text's field.
pub const NOTE_TEMPLATE_TEXT_HINT: &str = "Fields in {{ }} are filled in when a note begins.";
/// In the dialog that removes one.
pub const REMOVE_NOTE_TEMPLATE_TEXT: &str = "It can no longer be chosen. Notes that began with it are not touched.";
/// Button, and heading of the dialog.
pub const BEGIN_WITH_TEMPLATE: &str = "Begin with a template";
/// In it.
pub const BEGIN_WITH_TEMPLATE_TEXT: &str =
    "Its fields are filled in for this patient. You can change everything in it.";

/// A field that a note's template may use.
pub const fn note_field(field: NoteField) -> &'static str {
    match field {
        NoteField::PatientFirstName => "Patient's first name",
        NoteField::PatientFullName => "Patient's full name",
        NoteField::PatientAge => "Patient's age",
        NoteField::PatientBirthDate => "Patient's birth date",
        NoteField::AuthorName => "Your name",
        NoteField::AuthorProfession => "Your profession",
        NoteField::PracticeName => "Practice name",
        NoteField::Today => "Today's date",
    }
}
