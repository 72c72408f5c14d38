//! What one change is about: a field, a contact, or their order; and a record as changes see it.

use serde::{Deserialize, Serialize};

use super::Field;
use crate::{
    background::Background,
    emergency::{self, EmergencyContact},
    error::{Invalid, Problem},
    ids::ContactId,
    limits,
    patient::{Contact, ContactDetails, Details, optional_email},
};

/// All that a record says of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What every list reads.
    pub details: Details,
    /// The rest.
    pub background: Background,
    /// The people attached, as lists show them.
    pub contacts: Vec<Contact>,
}

/// A kind of thing that is changed as a whole: what a list of changes is narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Topic {
    /// A field.
    Field(Field),
    /// Somebody to ring in an emergency (S0-18).
    Contact,
    /// Whom to ring first.
    Order,
}

impl Topic {
    const CONTACT: &'static str = "contact";
    const ORDER: &'static str = "contact_order";

    /// Every topic, in the order pages show them.
    pub fn all() -> impl Iterator<Item = Self> {
        Field::ALL.iter().copied().map(Self::Field).chain([Self::Contact, Self::Order])
    }

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Field(field) => field.code(),
            Self::Contact => Self::CONTACT,
            Self::Order => Self::ORDER,
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|topic| topic.code() == code)
    }

    /// Is it for those who treat the patient only?
    #[must_use]
    pub fn is_social(self) -> bool {
        matches!(self, Self::Field(field) if field.is_social())
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.code().to_owned()
    }
}

impl TryFrom<String> for Topic {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::from_code(&code).ok_or("no kind of change")
    }
}

/// What one change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A field.
    Field(Field),
    /// Somebody to ring in an emergency: added when the record had nobody of this id, removed when nobody is wanted.
    Contact(ContactId),
    /// Whom to ring first.
    Order,
}

impl From<Field> for Subject {
    fn from(field: Field) -> Self {
        Self::Field(field)
    }
}

impl Subject {
    /// What kind of thing it is.
    #[must_use]
    pub const fn topic(self) -> Topic {
        match self {
            Self::Field(field) => Topic::Field(field),
            Self::Contact(_) => Topic::Contact,
            Self::Order => Topic::Order,
        }
    }

    /// Which contact, when it is one.
    #[must_use]
    pub const fn contact(self) -> Option<ContactId> {
        match self {
            Self::Contact(id) => Some(id),
            Self::Field(_) | Self::Order => None,
        }
    }

    /// Of a topic and a contact.
    #[must_use]
    pub fn new(topic: Topic, contact: Option<ContactId>) -> Option<Self> {
        match (topic, contact) {
            (Topic::Field(field), None) => Some(Self::Field(field)),
            (Topic::Contact, Some(id)) => Some(Self::Contact(id)),
            (Topic::Order, None) => Some(Self::Order),
            (Topic::Field(_) | Topic::Order, Some(_)) | (Topic::Contact, None) => None,
        }
    }

    /// What a record says: as forms show it, or as [`EmergencyContact::code`] and [`emergency::order_code`] write it.
    #[must_use]
    pub fn of(self, record: &Record) -> String {
        match self {
            Self::Field(field) => field.of(record),
            Self::Contact(id) => {
                let contact = record.contacts.iter().find(|contact| contact.id == id);
                contact.and_then(EmergencyContact::of).map(|contact| contact.code()).unwrap_or_default()
            }
            Self::Order => emergency::order_code(&emergency::order(&record.contacts)),
        }
    }

    /// Do two values say the same? An order is compared by those who stand in both.
    #[must_use]
    pub fn same(self, one: &str, other: &str) -> bool {
        match self {
            Self::Field(_) | Self::Contact(_) => one == other,
            Self::Order => emergency::same_order(one, other),
        }
    }

    /// Puts what is wanted into a record, checked.
    ///
    /// # Errors
    /// What is wrong with it, by the names of the contact's fields or as `put`; the record is as it was.
    pub fn put(self, record: &mut Record, wanted: &str) -> Result<(), Invalid> {
        let of_put = |problem| Invalid::field("put", problem);
        match self {
            Self::Field(field) => field.put(record, wanted).map_err(of_put),
            Self::Contact(id) if wanted.is_empty() => {
                remove(&mut record.contacts, id);
                Ok(())
            }
            Self::Contact(id) => {
                let wanted = EmergencyContact::from_code(wanted).map_err(of_put)?.check()?;
                put_contact(&mut record.contacts, id, wanted)
            }
            Self::Order => {
                let order = emergency::order_from_code(wanted).map_err(of_put)?;
                emergency::put_order(&mut record.contacts, &order);
                Ok(())
            }
        }
    }

    /// All that a change of it may take away, for [`Subject::restore`].
    pub(super) fn kept(self, record: &Record) -> String {
        match self {
            Self::Field(_) | Self::Order => self.of(record),
            Self::Contact(id) => {
                let contact = record.contacts.iter().find(|contact| contact.id == id);
                contact.map(kept_contact).unwrap_or_default()
            }
        }
    }

    /// Puts back what a record said before, whatever today's checks make of it.
    pub(super) fn restore(self, record: &mut Record, kept: &str) -> Result<(), Invalid> {
        let of_put = |problem| Invalid::field("put", problem);
        match self {
            Self::Field(field) => field.restore(record, kept).map_err(of_put),
            Self::Order => self.put(record, kept),
            Self::Contact(id) => {
                let before = match kept {
                    "" => None,
                    kept => Some(contact_of(id, kept).ok_or_else(|| of_put(Problem::NotInForm))?),
                };
                // The version goes on from where it is, or was.
                let now = record.contacts.iter().find(|contact| contact.id == id).map(|contact| contact.version);
                record.contacts.retain(|contact| contact.id != id);
                record
                    .contacts
                    .extend(before.map(|before| Contact { version: now.unwrap_or(before.version + 1), ..before }));
                emergency::sort(&mut record.contacts);
                Ok(())
            }
        }
    }
}

/// All of a contact, a line each: none of them holds a line's end.
fn kept_contact(contact: &Contact) -> String {
    let ContactDetails { name, relationship, email, phone, emergency } = &contact.details;
    let email = email.as_ref().map_or("", |email| email.as_str());
    let (place, version) = (contact.place.to_string(), contact.version.to_string());
    let emergency = if *emergency { "yes" } else { "no" };
    [name.as_str(), relationship, phone, email, emergency, &place, &version].join("\n")
}

fn contact_of(id: ContactId, kept: &str) -> Option<Contact> {
    let lines: Vec<_> = kept.split('\n').collect();
    let [name, relationship, phone, email, emergency, place, version] = lines.as_slice() else { return None };
    let details = ContactDetails {
        name: (*name).to_owned(),
        relationship: (*relationship).to_owned(),
        email: optional_email(email).ok()?,
        phone: (*phone).to_owned(),
        emergency: *emergency == "yes",
    };
    Some(Contact { id, details, place: place.parse().ok()?, version: version.parse().ok()? })
}

/// Nobody rings this one any more. Who is here for that only is gone; whom the practice writes to stays a contact.
fn remove(contacts: &mut Vec<Contact>, id: ContactId) {
    contacts.retain(|contact| contact.id != id || contact.details.email.is_some());
    for contact in contacts.iter_mut().filter(|contact| contact.id == id) {
        contact.details.emergency = false;
        contact.place = 0;
    }
    emergency::sort(contacts);
}

fn put_contact(contacts: &mut Vec<Contact>, id: ContactId, wanted: EmergencyContact) -> Result<(), Invalid> {
    let EmergencyContact { name, relationship, phone } = wanted;
    let (last, count) = (emergency::last_place(contacts), contacts.len());
    match contacts.iter_mut().find(|contact| contact.id == id) {
        Some(contact) => {
            if !contact.details.emergency {
                contact.place = last;
            }
            let email = contact.details.email.take();
            contact.details = ContactDetails { name, relationship, email, phone, emergency: true };
        }
        None if count >= limits::CONTACTS as usize => return Err(Invalid::field("name", Problem::TooMany)),
        None => {
            let details = ContactDetails { name, relationship, email: None, phone, emergency: true };
            contacts.push(Contact { id, details, place: last, version: 0 });
        }
    }
    emergency::sort(contacts);
    Ok(())
}
