//! What one change is about: a field, a contact, or their order; and a record as changes see it.

use serde::{Deserialize, Serialize};

use super::Field;
use crate::{
    background::Background,
    emergency::{self, EmergencyContact},
    error::{Invalid, Problem},
    ids::ContactId,
    limits,
    patient::{Contact, ContactDetails, Details},
    text,
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
    /// Somebody to call in an emergency (S0-18).
    Contact,
    /// Whom to call first.
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

/// Which of the portal's pages tells what became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The details.
    Details,
    /// The emergency contacts.
    Contacts,
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
    /// Somebody to call in an emergency: added when the record had nobody of this id, removed when nobody is wanted.
    Contact(ContactId),
    /// Whom to call first.
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

    /// What a record says, for who decides: of a contact whom the practice keeps and does not call, that, too.
    #[must_use]
    pub fn reviewed(self, record: &Record) -> String {
        let contact = self.contact().and_then(|id| record.contacts.iter().find(|contact| contact.id == id));
        match contact {
            Some(contact) if !contact.details.emergency => {
                let ContactDetails { name, relationship, phone, .. } = contact.details.clone();
                format!("{}{NOT_CALLED}", EmergencyContact { name, relationship, phone }.code())
            }
            Some(_) | None => self.of(record),
        }
    }

    /// Would this give somebody else's name to a contact the practice writes to? Then somebody looks: the address is not theirs.
    #[must_use]
    pub fn is_somebody_else(self, record: &Record, wanted: &str) -> bool {
        let contact = self.contact().and_then(|id| record.contacts.iter().find(|contact| contact.id == id));
        match (contact, EmergencyContact::from_code(wanted)) {
            (Some(contact), Ok(wanted)) => {
                contact.details.email.is_some() && text::fold(&contact.details.name) != text::fold(&wanted.name)
            }
            (Some(_) | None, _) => false,
        }
    }

    /// All that a change of it may take away, for [`Subject::restore`].
    pub(super) fn kept(self, record: &Record) -> String {
        match self {
            Self::Field(_) | Self::Order => self.of(record),
            Self::Contact(id) => {
                let order = emergency::order(&record.contacts);
                let contact = record.contacts.iter().find(|contact| contact.id == id);
                contact.map(|contact| Kept::of(contact, &order).code()).unwrap_or_default()
            }
        }
    }

    /// Puts back what a record said before, whatever today's checks make of it. What is not a patient's to change stays: a
    /// contact's address, and that the practice keeps somebody.
    pub(super) fn restore(self, record: &mut Record, kept: &str) -> Result<(), Invalid> {
        let of_put = |problem| Invalid::field("put", problem);
        match self {
            Self::Field(field) => field.restore(record, kept).map_err(of_put),
            Self::Order => self.put(record, kept),
            Self::Contact(id) if kept.is_empty() => {
                remove(&mut record.contacts, id);
                Ok(())
            }
            Self::Contact(id) => {
                let kept = Kept::from_code(kept).ok_or_else(|| of_put(Problem::NotInForm))?;
                kept.restore(&mut record.contacts, id);
                Ok(())
            }
        }
    }
}

/// After the code of a contact who is kept and not called.
pub const NOT_CALLED: &str = "\n-";

/// What a patient's change of a contact may take away.
struct Kept {
    contact: EmergencyContact,
    /// Where among those who are called; none when they were not.
    at: Option<usize>,
    version: i64,
}

impl Kept {
    fn of(contact: &Contact, order: &[ContactId]) -> Self {
        let ContactDetails { name, relationship, phone, .. } = contact.details.clone();
        Self {
            contact: EmergencyContact { name, relationship, phone },
            at: order.iter().position(|id| *id == contact.id),
            version: contact.version,
        }
    }

    /// A line each: none of them holds a line's end.
    fn code(&self) -> String {
        let at = self.at.map(|at| at.to_string()).unwrap_or_default();
        format!("{}\n{at}\n{}", self.contact.code(), self.version)
    }

    fn from_code(code: &str) -> Option<Self> {
        let lines: Vec<_> = code.split('\n').collect();
        let [name, relationship, phone, at, version] = lines.as_slice() else { return None };
        let contact = EmergencyContact {
            name: (*name).to_owned(),
            relationship: (*relationship).to_owned(),
            phone: (*phone).to_owned(),
        };
        let at = if at.is_empty() { None } else { Some(at.parse().ok()?) };
        Some(Self { contact, at, version: version.parse().ok()? })
    }

    fn restore(self, contacts: &mut Vec<Contact>, id: ContactId) {
        let EmergencyContact { name, relationship, phone } = self.contact;
        let called = self.at.is_some();
        match contacts.iter_mut().find(|contact| contact.id == id) {
            Some(contact) if contact.details.emergency => {
                contact.details.name = name;
                contact.details.relationship = relationship;
                contact.details.phone = phone;
                contact.details.emergency = called;
            }
            // What the practice wrote meanwhile about somebody who was not called is its own.
            Some(contact) => contact.details.emergency = called,
            None => {
                let details = ContactDetails { name, relationship, email: None, phone, emergency: called };
                contacts.push(Contact { id, details, rank: 0, version: self.version + 1 });
            }
        }
        emergency::sort(contacts);
        if let Some(at) = self.at {
            let mut order = emergency::order(contacts);
            order.retain(|other| *other != id);
            order.insert(at.min(order.len()), id);
            emergency::put_order(contacts, &order);
        }
    }
}

/// Nobody calls this one any more. Who is here for that only is gone; whom the practice writes to, or keeps without calling
/// them, stays a contact.
fn remove(contacts: &mut Vec<Contact>, id: ContactId) {
    contacts.retain(|contact| contact.id != id || !contact.details.emergency || contact.details.email.is_some());
    for contact in contacts.iter_mut().filter(|contact| contact.id == id && contact.details.emergency) {
        contact.details.emergency = false;
        contact.rank = 0;
    }
    emergency::sort(contacts);
}

fn put_contact(contacts: &mut Vec<Contact>, id: ContactId, wanted: EmergencyContact) -> Result<(), Invalid> {
    let EmergencyContact { name, relationship, phone } = wanted;
    let (last, count) = (emergency::last_rank(contacts), contacts.len());
    match contacts.iter_mut().find(|contact| contact.id == id) {
        Some(contact) => {
            if !contact.details.emergency {
                contact.rank = last;
            }
            let email = contact.details.email.take();
            contact.details = ContactDetails { name, relationship, email, phone, emergency: true };
        }
        None if count >= limits::CONTACTS as usize => return Err(Invalid::field("name", Problem::TooMany)),
        None => {
            let details = ContactDetails { name, relationship, email: None, phone, emergency: true };
            contacts.push(Contact { id, details, rank: last, version: 0 });
        }
    }
    emergency::sort(contacts);
    Ok(())
}
