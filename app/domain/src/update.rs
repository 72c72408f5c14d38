//! What patients change in their own record: field by field, each with the value they saw and the value they want
//! (decision 8), and what the practice makes of it.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    background::{self, Background},
    emergency::{self, EmergencyContact},
    error::{Conflict, Invalid, Problem},
    grant,
    ids::{AccountId, ContactId, PatientId, UpdateId, UserId},
    limits,
    patient::{Contact, ContactDetails, Details, optional_email},
    person::Gender,
    text,
    time::{Date, Time},
};

/// What becomes of a change that a patient makes in the portal: a group's setting (S0-33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It is written to the record at once (S0-34).
    Auto,
    /// A user of the practice approves or rejects it first (S0-35).
    #[default]
    Approval,
    /// It is not taken (S0-38).
    Disabled,
}

impl Mode {
    /// The three values, in the order forms show them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Approval, Self::Disabled];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Approval => "approval",
            Self::Disabled => "disabled",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`].
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|mode| mode.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// What becomes of changes that wait when the group does not want to be asked any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// They go on waiting for somebody to decide.
    Keep,
    /// They are approved; where the practice changed the field meanwhile they go on waiting.
    Apply,
    /// They are not accepted.
    Reject,
}

impl Waiting {
    /// Every choice, in the order forms show them.
    pub const ALL: [Self; 3] = [Self::Keep, Self::Apply, Self::Reject];

    /// The code, as forms send it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Apply => "apply",
            Self::Reject => "reject",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`Problem::NotAChoice`], also when nothing was chosen.
    pub fn from_code(code: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|choice| choice.code() == code).ok_or(Problem::NotAChoice)
    }
}

/// A heading under which fields stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// What to call and how to reach the person.
    Personal,
    /// The postal address.
    Address,
    /// Who pays (S0-02).
    Funding,
    /// How the person lives (S0-19).
    Social,
}

impl Section {
    /// Every section, in the order pages show them.
    pub const ALL: [Self; 4] = [Self::Personal, Self::Address, Self::Funding, Self::Social];
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $code:literal in $section:ident;)+) => {
        /// A part of the record that the patient may change. Name in law, birth date and status are the practice's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $($(#[$doc])* $name,)+
        }

        impl Field {
            /// Every field, in the order pages show them. The country comes before the postcode, whose shape it decides.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code, as stored and as forms name it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The heading it stands under.
            #[must_use]
            pub const fn section(self) -> Section {
                match self {
                    $(Self::$name => Section::$section,)+
                }
            }
        }
    };
}

fields! {
    /// What the person wants to be called.
    Preferred = "preferred" in Personal;
    /// Administrative gender.
    Gender = "gender" in Personal;
    /// Mobile telephone.
    Mobile = "mobile" in Personal;
    /// Another telephone.
    Phone = "phone" in Personal;
    /// The address for mail: the patient's own to change, and nobody's who acts for them (PX-05).
    Email = "email" in Personal;
    /// Street and number.
    Street = "street" in Address;
    /// Suburb or city.
    City = "city" in Address;
    /// State or region.
    Region = "region" in Address;
    /// Country.
    Country = "country" in Address;
    /// Postcode.
    Postcode = "postcode" in Address;
    /// The health fund.
    Fund = "fund" in Funding;
    /// The membership's number there.
    FundNumber = "fund_number" in Funding;
    /// The scheme.
    Scheme = "scheme" in Funding;
    /// The number of its card.
    SchemeNumber = "scheme_number" in Funding;
    /// Work, school, or neither.
    Occupation = "occupation" in Social;
    /// Where and with whom.
    Living = "living" in Social;
    /// Tobacco.
    Smoking = "smoking" in Social;
    /// Alcohol.
    Alcohol = "alcohol" in Social;
    /// Movement.
    Activity = "activity" in Social;
    /// Anything else.
    SocialMore = "social_more" in Social;
}

impl Field {
    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.code() == code)
    }

    /// Is it for those who treat the patient only?
    #[must_use]
    pub fn is_social(self) -> bool {
        self.section() == Section::Social
    }

    /// What a record says, as forms show it.
    #[must_use]
    pub fn of(self, record: &Record) -> String {
        let Record { details, background, .. } = record;
        match self {
            Self::Preferred => details.name.preferred.clone(),
            Self::Gender => details.gender.code().to_owned(),
            Self::Mobile => details.mobile.clone(),
            Self::Phone => details.phone.clone(),
            Self::Email => details.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
            Self::Street => details.address.street.clone(),
            Self::City => details.address.city.clone(),
            Self::Region => details.address.region.clone(),
            Self::Country => details.address.country.clone(),
            Self::Postcode => details.address.postcode.clone(),
            Self::Fund => background.funding.fund.clone(),
            Self::FundNumber => background.funding.fund_number.clone(),
            Self::Scheme => background.funding.scheme.clone(),
            Self::SchemeNumber => background.funding.scheme_number.clone(),
            Self::Occupation => background.social.occupation.clone(),
            Self::Living => background.social.living.clone(),
            Self::Smoking => background.social.smoking.clone(),
            Self::Alcohol => background.social.alcohol.clone(),
            Self::Activity => background.social.activity.clone(),
            Self::SocialMore => background.social.social_more.clone(),
        }
    }

    /// Puts back what a record said before, whatever today's checks make of it.
    fn restore(self, record: &mut Record, value: &str) -> Result<(), Problem> {
        let Record { details, background, .. } = record;
        let (address, funding, social) = (&mut details.address, &mut background.funding, &mut background.social);
        let kept = match self {
            // They are no text.
            Self::Gender | Self::Email => return self.put(record, value),
            Self::Preferred => &mut details.name.preferred,
            Self::Mobile => &mut details.mobile,
            Self::Phone => &mut details.phone,
            Self::Street => &mut address.street,
            Self::City => &mut address.city,
            Self::Region => &mut address.region,
            Self::Country => &mut address.country,
            Self::Postcode => &mut address.postcode,
            Self::Fund => &mut funding.fund,
            Self::FundNumber => &mut funding.fund_number,
            Self::Scheme => &mut funding.scheme,
            Self::SchemeNumber => &mut funding.scheme_number,
            Self::Occupation => &mut social.occupation,
            Self::Living => &mut social.living,
            Self::Smoking => &mut social.smoking,
            Self::Alcohol => &mut social.alcohol,
            Self::Activity => &mut social.activity,
            Self::SocialMore => &mut social.social_more,
        };
        value.clone_into(kept);
        Ok(())
    }

    /// Puts what was typed into a record, checked.
    ///
    /// # Errors
    /// What is wrong with it; the record is as it was.
    pub fn put(self, record: &mut Record, typed: &str) -> Result<(), Problem> {
        let Record { details, background, .. } = record;
        let (address, funding, social) = (&mut details.address, &mut background.funding, &mut background.social);
        match self {
            Self::Preferred => details.name.preferred = text::optional_line(typed, limits::NAME)?,
            Self::Gender => details.gender = Gender::from_code(typed)?,
            Self::Mobile => details.mobile = text::phone(typed)?,
            Self::Phone => details.phone = text::phone(typed)?,
            Self::Email => details.email = optional_email(typed)?,
            Self::Street => address.street = text::optional_line(typed, limits::LINE)?,
            Self::City => address.city = text::optional_line(typed, limits::NAME)?,
            Self::Region => address.region = text::optional_line(typed, limits::NAME)?,
            Self::Country => address.country = text::optional_line(typed, limits::NAME)?,
            Self::Postcode => address.postcode = text::postcode(typed, &address.country)?,
            Self::Fund => funding.fund = background::fund(typed)?,
            Self::FundNumber => funding.fund_number = text::card_number(typed)?,
            Self::Scheme => funding.scheme = background::fund(typed)?,
            Self::SchemeNumber => funding.scheme_number = text::card_number(typed)?,
            Self::Occupation => social.occupation = background::social(typed)?,
            Self::Living => social.living = background::social(typed)?,
            Self::Smoking => social.smoking = background::social(typed)?,
            Self::Alcohol => social.alcohol = background::social(typed)?,
            Self::Activity => social.activity = background::social(typed)?,
            Self::SocialMore => social.social_more = background::social(typed)?,
        }
        Ok(())
    }
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    fn kept(self, record: &Record) -> String {
        match self {
            Self::Field(_) | Self::Order => self.of(record),
            Self::Contact(id) => {
                let contact = record.contacts.iter().find(|contact| contact.id == id);
                contact.map(kept_contact).unwrap_or_default()
            }
        }
    }

    /// Puts back what a record said before, whatever today's checks make of it.
    fn restore(self, record: &mut Record, kept: &str) -> Result<(), Invalid> {
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

/// What became of a change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody has to decide.
    Waiting,
    /// It was written at once, because the group wants it so.
    Applied {
        /// When.
        at: Time,
    },
    /// Somebody approved it.
    Approved {
        /// When.
        at: Time,
        /// Who.
        by: UserId,
        /// What was written: what the patient wanted, or what that user made of it.
        put: String,
        /// What the record said before, with all that is needed to take the decision back.
        replaced: String,
    },
    /// Somebody did not accept it.
    Rejected {
        /// When.
        at: Time,
        /// Who.
        by: UserId,
        /// Why, for the patient to read; may be empty.
        reason: String,
    },
    /// The patient changed the same field again before anybody decided, or took it back.
    Superseded {
        /// When.
        at: Time,
    },
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Outcome {
    /// The code, as stored.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Applied { .. } => "applied",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Superseded { .. } => "superseded",
        }
    }
}

/// A change of one thing that a portal user asked for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Its id; later ones sort after earlier ones.
    pub id: UpdateId,
    /// Whose record.
    pub patient: PatientId,
    /// What it is about.
    pub subject: Subject,
    /// What the record said when the portal user changed it.
    pub had: String,
    /// What they want it to say.
    pub wanted: String,
    /// Who asked.
    pub by: AccountId,
    /// When.
    pub at: Time,
    /// What became of it.
    pub outcome: Outcome,
}

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Update({}, {}, {:?})", self.id, self.subject.topic().code(), self.outcome)
    }
}

impl Update {
    /// Did the practice change it since the portal user saw it? Then it is never overwritten without a look.
    #[must_use]
    pub fn conflicts_with(&self, record: &Record) -> bool {
        let now = self.subject.of(record);
        !self.subject.same(&now, &self.had) && !self.subject.same(&now, &self.wanted)
    }

    /// Approves it: gives the record as it is then. `saw` is what the record said when the decision was made, `put` what is
    /// written in place of what the patient wanted, if that is something else.
    ///
    /// # Errors
    /// [`Conflict::DecidedMeanwhile`], [`Conflict::ChangedMeanwhile`] when the record says something else by now, or what is
    /// wrong with `put`.
    pub fn approve(
        self,
        record: &Record,
        saw: &str,
        put: Option<&str>,
        by: UserId,
        at: Time,
    ) -> Result<(Self, Record), Refused> {
        self.waits()?;
        if self.subject.of(record) != saw {
            return Err(Refused::Conflict(Conflict::ChangedMeanwhile));
        }
        let mut after = record.clone();
        self.subject.put(&mut after, put.unwrap_or(&self.wanted)).map_err(Refused::Invalid)?;
        let outcome = Outcome::Approved { at, by, put: self.subject.of(&after), replaced: self.subject.kept(record) };
        Ok((Self { outcome, ..self }, after))
    }

    /// Does not accept it: the record stays as it is (S0-37).
    ///
    /// # Errors
    /// [`Conflict::DecidedMeanwhile`].
    pub fn reject(self, reason: String, by: UserId, at: Time) -> Result<Self, Refused> {
        self.waits()?;
        Ok(Self { outcome: Outcome::Rejected { at, by, reason }, ..self })
    }

    /// Takes a decision back, by whoever made it, for a minute: it waits again, and the record says what it said before.
    ///
    /// # Errors
    /// [`Conflict::TooLateToUndo`], also for what somebody else decided; [`Conflict::ChangedMeanwhile`] when the record was
    /// changed since.
    pub fn undo(self, record: &Record, by: UserId, now: Time) -> Result<(Self, Record), Refused> {
        let mut after = record.clone();
        if self.undo_until(by).is_none_or(|end| now >= end) {
            return Err(Refused::Conflict(Conflict::TooLateToUndo));
        }
        if let Outcome::Approved { put, replaced, .. } = &self.outcome {
            if self.subject.of(record) != *put {
                return Err(Refused::Conflict(Conflict::ChangedMeanwhile));
            }
            self.subject.restore(&mut after, replaced).map_err(Refused::Invalid)?;
        }
        Ok((Self { outcome: Outcome::Waiting, ..self }, after))
    }

    /// Until when this user may take the decision back.
    #[must_use]
    pub fn undo_until(&self, user: UserId) -> Option<Time> {
        match self.outcome {
            Outcome::Approved { at, by, .. } | Outcome::Rejected { at, by, .. } if by == user => {
                Some(at + limits::UNDO)
            }
            Outcome::Approved { .. }
            | Outcome::Rejected { .. }
            | Outcome::Waiting
            | Outcome::Applied { .. }
            | Outcome::Superseded { .. } => None,
        }
    }

    fn waits(&self) -> Result<(), Refused> {
        match self.outcome {
            Outcome::Waiting => Ok(()),
            Outcome::Applied { .. }
            | Outcome::Approved { .. }
            | Outcome::Rejected { .. }
            | Outcome::Superseded { .. } => Err(Refused::Conflict(Conflict::DecidedMeanwhile)),
        }
    }
}

/// Why a decision is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The present state does not allow it.
    Conflict(Conflict),
    /// What was to be written cannot be.
    Invalid(Invalid),
}

/// The portal's form as typed: for each field what stood there when the page was drawn, and what is typed now.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileForm {
    /// What is typed now, by the fields' codes.
    pub values: BTreeMap<Field, String>,
    /// What stood in the fields.
    pub seen: BTreeMap<Field, String>,
    /// What the record said, where something else stood in the field: a change that waits.
    pub had: BTreeMap<Field, String>,
}

/// One change that is asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Wish {
    /// What it is about.
    pub subject: Subject,
    /// What the record said when the page was drawn.
    pub had: String,
    /// What is wanted, as a record would keep it.
    pub wanted: String,
}

impl ProfileForm {
    /// As a plain form names the fields.
    ///
    /// # Errors
    /// [`Problem::NotInForm`] for what is no field.
    pub fn named(
        values: &BTreeMap<String, String>,
        seen: &BTreeMap<String, String>,
        had: &BTreeMap<String, String>,
    ) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let mut read = |named: &BTreeMap<String, String>| {
            let mut fields = BTreeMap::new();
            for (code, text) in named {
                match Field::from_code(code) {
                    Some(field) => drop(fields.insert(field, text.clone())),
                    None => invalid.add(code, Problem::NotInForm),
                }
            }
            fields
        };
        let form = Self { values: read(values), seen: read(seen), had: read(had) };
        invalid.into_result()?;
        Ok(form)
    }

    /// The codes of the fields in which something else is typed than stood there.
    #[must_use]
    pub fn touched(&self) -> String {
        let touched = Field::ALL.iter().filter(|field| match (self.values.get(field), self.seen.get(field)) {
            (Some(typed), Some(seen)) => !same(typed, seen),
            _ => false,
        });
        touched.map(|field| field.code()).collect::<Vec<_>>().join(" ")
    }

    /// The fields that were changed, each checked as the record would keep it. What was not touched is not looked at: old
    /// values that are no longer allowed keep nobody from changing something else.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn wishes(&self, record: &Record) -> Result<Vec<Wish>, Invalid> {
        let mut invalid = Invalid::default();
        let (mut wishes, mut after) = (Vec::new(), record.clone());
        // A postcode is looked at with the country on the page, which may wait or not be touched.
        if let Some(country) = self.values.get(&Field::Country) {
            let _ = Field::Country.put(&mut after, country);
        }
        for &field in Field::ALL {
            let (Some(typed), Some(seen)) = (self.values.get(&field), self.seen.get(&field)) else { continue };
            if same(typed, seen) {
                continue;
            }
            if invalid.check(field.code(), field.put(&mut after, typed)).is_some() {
                let had = self.had.get(&field).unwrap_or(seen);
                // What the page said is what the record says, or said: nothing longer or stranger than a record keeps.
                let now = field.of(record);
                let had = if had.trim() == now.trim() { Ok(now) } else { text::paragraphs(had, limits::SOCIAL) };
                if let Some(had) = invalid.check(field.code(), had) {
                    wishes.push(Wish { subject: field.into(), had, wanted: field.of(&after) });
                }
            }
        }
        // Another country may not have such a postcode.
        let address = &after.details.address;
        if wishes.iter().any(|wish| wish.subject == Field::Country.into())
            && invalid.of(Field::Postcode.code()).is_none()
            && let Err(problem) = text::postcode(&address.postcode, &address.country)
        {
            invalid.add(Field::Postcode.code(), problem);
        }
        invalid.into_result()?;
        Ok(wishes)
    }
}

/// The same text? A form ends its lines as the network does.
fn same(typed: &str, seen: &str) -> bool {
    typed.replace("\r\n", "\n").trim() == seen.replace("\r\n", "\n").trim()
}

/// Health data stands in no log.
macro_rules! unspoken {
    ($($name:ident),+ $(,)?) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}

unspoken!(ProfileForm, Wish, OwnField, OwnUpdate, OwnState, Verdict);

/// What the portal shows of one field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnField {
    /// Which one.
    pub field: Field,
    /// What the record says.
    pub value: String,
    /// The change that was asked for last, and what became of it; none when none was asked for lately.
    pub last: Option<OwnUpdate>,
    /// May this reader change it?
    pub may_edit: bool,
}

impl OwnField {
    /// What stands in the field: a change that waits is the patient's own copy.
    #[must_use]
    pub fn shown(&self) -> &str {
        match &self.last {
            Some(last) if last.state == OwnState::Waiting => &last.wanted,
            Some(_) | None => &self.value,
        }
    }
}

/// A change, as whoever may see the record in the portal is shown it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnUpdate {
    /// Its id.
    pub id: UpdateId,
    /// What was wanted.
    pub wanted: String,
    /// When it was asked for.
    pub at: Time,
    /// Where it stands.
    pub state: OwnState,
}

/// Where a change stands, for the patient. Who of the practice decided is not said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnState {
    /// Nobody has decided yet.
    Waiting,
    /// The record says so now.
    Accepted {
        /// When.
        at: Time,
    },
    /// The practice wrote something else than was wanted.
    Edited {
        /// When.
        at: Time,
    },
    /// It was not accepted.
    Rejected {
        /// When.
        at: Time,
        /// Why; may be empty.
        reason: String,
    },
}

impl OwnState {
    /// What the patient is shown of an outcome; nothing of what was replaced by a later change.
    #[must_use]
    pub fn of(update: &Update) -> Option<Self> {
        match &update.outcome {
            Outcome::Waiting => Some(Self::Waiting),
            Outcome::Applied { at } => Some(Self::Accepted { at: *at }),
            Outcome::Approved { at, put, .. } if update.subject.same(put, &update.wanted) => {
                Some(Self::Accepted { at: *at })
            }
            Outcome::Approved { at, .. } => Some(Self::Edited { at: *at }),
            Outcome::Rejected { at, reason, .. } => Some(Self::Rejected { at: *at, reason: reason.clone() }),
            Outcome::Superseded { .. } => None,
        }
    }
}

/// The portal's page "My details".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnProfile {
    /// Name in law, which only the practice changes.
    pub legal_name: String,
    /// Birth date, which only the practice changes.
    pub birth_date: Option<Date>,
    /// The fields, in order.
    pub fields: Vec<OwnField>,
    /// Who is rung in an emergency, in their order.
    pub rung: Vec<EmergencyContact>,
    /// What becomes of a change.
    pub mode: Mode,
    /// May this reader change anything at all?
    pub may_edit: bool,
    /// The same person's records with other practices, where this reader may change them too.
    pub elsewhere: Vec<Elsewhere>,
    /// Where the practice is.
    pub time_zone: String,
}

/// The portal's page of those rung in an emergency (S0-18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnContacts {
    /// Those on the record in their order, then those who were asked for and are not there yet.
    pub contacts: Vec<OwnContact>,
    /// The order as the record has it, as [`emergency::order_code`] writes it.
    pub order: String,
    /// The change of the order that was asked for last.
    pub order_last: Option<OwnUpdate>,
    /// What becomes of a change.
    pub mode: Mode,
    /// May this reader change anything?
    pub may_edit: bool,
    /// The same person's records with other practices, where this reader may change them too.
    pub elsewhere: Vec<Elsewhere>,
    /// Where the practice is.
    pub time_zone: String,
}

/// Somebody rung in an emergency, or asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnContact {
    /// Which one.
    pub id: ContactId,
    /// What the record says; none when they are not there yet, or any more.
    pub value: Option<EmergencyContact>,
    /// The change that was asked for last.
    pub last: Option<OwnUpdate>,
}

impl OwnContact {
    /// A change that waits is the patient's own copy; none when what waits is that nobody rings them any more.
    #[must_use]
    pub fn shown(&self) -> Option<EmergencyContact> {
        match &self.last {
            Some(last) if last.state == OwnState::Waiting => EmergencyContact::from_code(&last.wanted).ok(),
            Some(_) | None => self.value.clone(),
        }
    }

    /// What the record says, as a change compares it.
    #[must_use]
    pub fn code(&self) -> String {
        self.value.as_ref().map(EmergencyContact::code).unwrap_or_default()
    }
}

/// The same person's record with another practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Which record.
    pub patient: PatientId,
    /// The practice.
    pub practice: String,
    /// What becomes of a change there.
    pub mode: Mode,
}

/// A change as the patient's Updates tab shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateRow {
    /// The change.
    pub update: Update,
    /// What the record says now.
    pub now: String,
    /// The names of those whom an order names, as far as they are known.
    pub people: Vec<(ContactId, String)>,
    /// Did the practice change it since? Then somebody looks before it is overwritten.
    pub conflict: bool,
    /// Can whoever asked not open the record any more? Then somebody looks, too.
    pub access_over: bool,
    /// Who asked: the address they sign in with.
    pub email: String,
    /// Who that is to the patient.
    pub kind: grant::Kind,
    /// Who decided, if a user did.
    pub decided_by: String,
    /// May this reader decide about it?
    pub may_decide: bool,
    /// Until when this reader may take the decision back.
    pub undo_until: Option<Time>,
}

/// What somebody makes of a change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// The record is to say what was wanted.
    Approve {
        /// What the record said on the page: if it says something else by now, nothing happens.
        saw: String,
        /// Written in its place, if not what was wanted.
        put: Option<String>,
    },
    /// The record stays as it is.
    Reject {
        /// Why, for the patient to read; may be empty.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::patient::DetailsForm;

    fn record(mobile: &str) -> Record {
        let form = DetailsForm { legal_first: "Lien".into(), mobile: mobile.into(), ..DetailsForm::default() };
        Record {
            details: form.check(Date::new(2026, 11, 27).unwrap()).unwrap(),
            background: Background::default(),
            contacts: Vec::new(),
        }
    }

    fn user(n: u128) -> UserId {
        uuid::Uuid::from_u128(n).into()
    }

    fn asked(subject: impl Into<Subject>, had: &str, wanted: &str) -> Update {
        let id = |n| uuid::Uuid::from_u128(n);
        Update {
            id: id(1).into(),
            patient: id(2).into(),
            subject: subject.into(),
            had: had.into(),
            wanted: wanted.into(),
            by: id(3).into(),
            at: Time::from_millis(0),
            outcome: Outcome::Waiting,
        }
    }

    const NOW: Time = Time::from_millis(1_000);

    // S0-36, S0-37: an approval writes, a rejection does not; either happens once (RC-02).
    #[test]
    fn a_decision_is_taken_once() {
        let before = record("0400 000 001");
        let update = asked(Field::Mobile, "0400 000 001", "0400 000 002");
        let (done, after) = update.clone().approve(&before, "0400 000 001", None, user(1), NOW).unwrap();
        assert_eq!(Field::Mobile.of(&after), "0400 000 002");
        let gone = Err(Refused::Conflict(Conflict::DecidedMeanwhile));
        assert_eq!(done.clone().approve(&after, "0400 000 002", None, user(1), NOW).map(drop), gone);
        assert_eq!(done.reject(String::new(), user(1), NOW).map(drop), gone);
        let rejected = update.reject("Too long".into(), user(1), NOW).unwrap();
        assert_eq!(OwnState::of(&rejected), Some(OwnState::Rejected { at: NOW, reason: "Too long".into() }));
        assert_eq!(rejected.approve(&before, "0400 000 001", None, user(1), NOW).map(drop), gone);
    }

    // Decision 8, B-03: what the practice changed meanwhile is shown as a conflict and never overwritten unseen.
    #[test]
    fn what_changed_meanwhile_is_not_overwritten_unseen() {
        let update = asked(Field::Mobile, "0400 000 001", "0400 000 002");
        let theirs = record("0400 000 003");
        assert!(!update.conflicts_with(&record("0400 000 001")) && update.conflicts_with(&theirs));
        assert!(!update.conflicts_with(&record("0400 000 002")), "they agree already");
        let unseen = update.clone().approve(&theirs, "0400 000 001", None, user(1), NOW);
        assert_eq!(unseen.map(drop), Err(Refused::Conflict(Conflict::ChangedMeanwhile)));
        let (edited, after) = update.approve(&theirs, "0400 000 003", Some("0400 000 004"), user(1), NOW).unwrap();
        assert_eq!(Field::Mobile.of(&after), "0400 000 004");
        assert_eq!(OwnState::of(&edited), Some(OwnState::Edited { at: NOW }));
    }

    #[test]
    fn a_decision_is_taken_back_within_a_minute_by_whoever_made_it() {
        let before = record("0400 000 001");
        let update = asked(Field::Mobile, "0400 000 001", "0400 000 002");
        let (done, after) = update.clone().approve(&before, "0400 000 001", None, user(1), NOW).unwrap();
        let late = Err(Refused::Conflict(Conflict::TooLateToUndo));
        assert_eq!(done.clone().undo(&after, user(2), NOW).map(drop), late);
        assert_eq!(done.clone().undo(&after, user(1), NOW + limits::UNDO).map(drop), late);
        assert_eq!(update.clone().undo(&after, user(1), NOW).map(drop), late, "nothing was decided");
        let changed = done.clone().undo(&record("0400 000 009"), user(1), NOW);
        assert_eq!(changed.map(drop), Err(Refused::Conflict(Conflict::ChangedMeanwhile)));
        assert_eq!(done.undo(&after, user(1), NOW), Ok((update.clone(), before.clone())));
        let rejected = update.clone().reject(String::new(), user(1), NOW).unwrap();
        assert_eq!(rejected.undo(&before, user(1), NOW), Ok((update, before)));
    }

    fn typed(pairs: &[(Field, &str, &str)]) -> ProfileForm {
        let mut form = ProfileForm::default();
        for (field, seen, value) in pairs {
            form.seen.insert(*field, (*seen).to_owned());
            form.values.insert(*field, (*value).to_owned());
        }
        form
    }

    #[test]
    fn only_what_was_touched_is_a_wish_and_is_checked() {
        let mut old = record("");
        old.details.phone = "no number at all".into();
        let form = typed(&[
            (Field::Phone, "no number at all", "no number at all "),
            (Field::Mobile, "", " 0400 000 002 "),
            (Field::SocialMore, "a\nb", "a\r\nb"),
        ]);
        let wishes = form.wishes(&old).unwrap();
        assert_eq!(wishes, [Wish { subject: Field::Mobile.into(), had: String::new(), wanted: "0400 000 002".into() }]);
        let bad = typed(&[(Field::Phone, "no number at all", "none"), (Field::FundNumber, "", "<1>")]);
        let invalid = bad.wishes(&old).unwrap_err();
        assert_eq!(invalid.of("phone"), Some(Problem::NotAPhone));
        assert_eq!(invalid.of("fund_number"), Some(Problem::NotACardNumber));
    }

    #[test]
    fn a_postcode_is_looked_at_with_its_country() {
        let mut old = record("");
        old.details.address.postcode = "2041".into();
        let form = typed(&[(Field::Country, "", "United Kingdom")]);
        assert_eq!(form.wishes(&old).unwrap_err().of("postcode"), Some(Problem::NotAPostcode));
        let both = typed(&[(Field::Country, "", "UK"), (Field::Postcode, "2041", "SW1A 1AA")]);
        assert_eq!(both.wishes(&old).unwrap().len(), 2);
    }

    // An untouched country that waits decides the postcode, and a page with an older value is told from the record.
    #[test]
    fn what_the_page_said_goes_along() {
        let mut old = record("0400 000 001");
        old.details.address.country = "Australia".into();
        let mut form = typed(&[(Field::Country, "UK", "UK"), (Field::Postcode, "", "SW1A 1AA")]);
        form.had.insert(Field::Country, "Australia".into());
        assert_eq!(form.wishes(&old).unwrap().len(), 1);
        assert_eq!(form.touched(), "postcode");
        let long = "x".repeat(limits::SOCIAL + 1);
        for strange in [long.as_str(), "a\u{202e}b", "a\0b"] {
            let form = typed(&[(Field::Mobile, strange, "0400 000 002")]);
            assert!(form.wishes(&old).is_err(), "{strange:?}");
        }
    }

    #[test]
    fn what_is_taken_back_needs_not_be_allowed_today() {
        let mut before = record("");
        before.details.mobile = "no number at all".into();
        let update = asked(Field::Mobile, "no number at all", "0400 000 002");
        let (done, after) = update.clone().approve(&before, "no number at all", None, user(1), NOW).unwrap();
        assert_eq!(done.undo(&after, user(1), NOW), Ok((update, before)));
    }

    #[test]
    fn every_field_has_its_code_and_keeps_what_is_put_into_it() {
        for &field in Field::ALL {
            assert_eq!(Field::from_code(field.code()), Some(field));
            assert_eq!(serde_json::to_string(&field).unwrap(), format!("\"{}\"", field.code()));
            let mut record = record("");
            let value = match field {
                Field::Gender => "other",
                Field::Mobile | Field::Phone => "0400 000 002",
                Field::Email => "lien@example.org",
                _ => "A1",
            };
            field.put(&mut record, value).unwrap();
            assert_eq!(field.of(&record), value, "{field:?}");
            assert_eq!(Field::ALL.iter().filter(|other| other.of(&record) == value).count(), 1, "{field:?}");
        }
    }

    fn contact(n: u128, email: bool) -> Contact {
        let details = ContactDetails {
            name: format!("Contact {n}"),
            relationship: "Friend".into(),
            email: email.then(|| "ada@example.org".parse().unwrap()),
            phone: "0400 000 001".into(),
            emergency: true,
        };
        Contact { id: uuid::Uuid::from_u128(n).into(), details, place: i64::try_from(n).unwrap(), version: 3 }
    }

    fn with(contacts: &[Contact]) -> Record {
        Record { contacts: contacts.to_vec(), ..record("") }
    }

    fn approved(update: &Update, record: &Record) -> (Update, Record) {
        let saw = update.subject.of(record);
        update.clone().approve(record, &saw, None, user(1), NOW).unwrap()
    }

    // S0-18: added, changed and removed as a whole; what is taken back is as it was, to the letter.
    #[test]
    fn contacts_are_added_changed_and_removed() {
        let before = with(&[contact(1, false), contact(2, true)]);
        let wanted = |name: &str| {
            EmergencyContact { name: name.into(), relationship: "Aunt".into(), phone: "0400 000 009".into() }.code()
        };
        let subject = |n: u128| Subject::Contact(uuid::Uuid::from_u128(n).into());
        let ids = |record: &Record| record.contacts.iter().map(|one| one.details.name.clone()).collect::<Vec<_>>();
        let cases = [
            (asked(subject(3), "", &wanted("Ada")), vec!["Contact 1", "Contact 2", "Ada"]),
            (asked(subject(1), &subject(1).of(&before), &wanted("Bea")), vec!["Bea", "Contact 2"]),
            (asked(subject(1), &subject(1).of(&before), ""), vec!["Contact 2"]),
            (asked(subject(2), &subject(2).of(&before), ""), vec!["Contact 1", "Contact 2"]),
            (
                asked(Subject::Order, &Subject::Order.of(&before), "con_00000000000000000000000000000002"),
                vec!["Contact 2", "Contact 1"],
            ),
        ];
        for (update, expected) in cases {
            assert!(!update.conflicts_with(&before));
            let (done, after) = approved(&update, &before);
            assert_eq!(ids(&after), expected);
            assert!(matches!(OwnState::of(&done), Some(OwnState::Accepted { .. })));
            let (again, back) = done.undo(&after, user(1), NOW).unwrap();
            assert_eq!(again, update);
            assert_eq!(ids(&back), ids(&before));
            assert!(back.contacts.iter().all(|one| one.details.emergency));
        }
        // Whom the practice writes to stays a contact, with the address, and is not rung any more.
        let (_, after) = approved(&asked(subject(2), &subject(2).of(&before), ""), &before);
        let kept = after.contacts.iter().find(|one| one.id == contact(2, true).id).unwrap();
        assert!(kept.details.email.is_some() && !kept.details.emergency && subject(2).of(&after).is_empty());
    }

    #[test]
    fn a_contact_that_was_changed_here_meanwhile_is_a_conflict() {
        let before = with(&[contact(1, false), contact(2, false), contact(3, false)]);
        let subject = Subject::Contact(contact(1, false).id);
        let update = asked(subject, &subject.of(&before), "");
        let mut changed = before.clone();
        changed.contacts[0].details.phone = "0400 000 007".into();
        assert!(update.conflicts_with(&changed));
        assert!(!update.conflicts_with(&with(&[])), "they agree already");
        // An order is in conflict when the practice put the same people into another order, not when one came or went.
        let code = |of: &[u128]| {
            emergency::order_code(&of.iter().map(|n| uuid::Uuid::from_u128(*n).into()).collect::<Vec<_>>())
        };
        let order = asked(Subject::Order, &code(&[1, 2, 3]), &code(&[3, 1, 2]));
        assert!(!order.conflicts_with(&with(&[contact(1, false), contact(3, false), contact(4, false)])));
        let mut swapped = before.clone();
        Subject::Order.put(&mut swapped, &code(&[2, 1, 3])).unwrap();
        assert!(order.conflicts_with(&swapped));
    }

    #[test]
    fn every_topic_has_its_code() {
        for topic in Topic::all() {
            assert_eq!(Topic::from_code(topic.code()), Some(topic));
        }
        assert_eq!(Topic::from_code("status"), None);
    }

    #[test]
    fn contacts_are_not_without_end() {
        let many: Vec<_> = (1..=u128::from(limits::CONTACTS)).map(|n| contact(n, false)).collect();
        let mut record = with(&many);
        let one = EmergencyContact { name: "Ada".into(), relationship: "Aunt".into(), phone: "0400 000 009".into() };
        let added = Subject::Contact(uuid::Uuid::from_u128(99).into()).put(&mut record, &one.code());
        assert_eq!(added.unwrap_err().of("name"), Some(Problem::TooMany));
        assert_eq!(record, with(&many));
    }

    proptest! {
        // What is refused leaves the record as it was; what is kept is kept as it would be shown and typed again.
        #[test]
        fn whatever_is_typed(at in 0..Field::ALL.len(), text in any::<String>()) {
            let (field, before) = (Field::ALL[at], record("0400 000 001"));
            let mut after = before.clone();
            if field.put(&mut after, &text).is_err() {
                prop_assert_eq!(&after, &before);
            } else {
                let kept = field.of(&after);
                let mut again = after.clone();
                prop_assert_eq!(field.put(&mut again, &kept), Ok(()));
                prop_assert_eq!(again, after);
            }
        }
    }
}
