//! Inviting many patients at once (S1-17, S1-21 to S1-26): who was chosen, what will become of each, and what did (B-05).
//!
//! ```text
//!   gathering ──► ready ──► running ──► done
//!                             │  ▲
//!                             ▼  │
//!                           stopped
//! ```
//!
//! While it gathers, each chosen patient gets a place and an outcome as things stand: that is the dry run. While it runs,
//! each is looked at once more, in the order of the places, and invited if that is still right.

use serde::{Deserialize, Serialize};

use crate::{
    access::Because,
    email::Email,
    error::{Conflict, Invalid},
    grant::{Grant, Kind, State as GrantState},
    ids::{BulkId, GroupId, InvitationId, PatientId, UserId},
    invitation::{Invitation, State},
    limits,
    patient::Status,
    practice::PatientAccess,
    report::CaseLoadForm,
    template::{self, TemplateChoice},
    time::Time,
};

/// Who was ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Selection {
    /// These, at most [`limits::BULK_CHOSEN`].
    These(Vec<PatientId>),
    /// Everybody whom a report finds, but these.
    All {
        /// The report.
        report: Box<CaseLoadForm>,
        /// Whose tick was taken away, at most [`limits::BULK_CHOSEN`].
        but: Vec<PatientId>,
    },
}

impl Selection {
    /// Checks it.
    ///
    /// # Errors
    /// [`Conflict::NobodyChosen`] or [`Conflict::TooManyChosen`].
    pub fn check(&self) -> Result<(), Conflict> {
        let chosen = match self {
            Self::These(patients) if patients.is_empty() => return Err(Conflict::NobodyChosen),
            Self::These(patients) => patients,
            Self::All { but, .. } => but,
        };
        if chosen.len() > limits::BULK_CHOSEN { Err(Conflict::TooManyChosen) } else { Ok(()) }
    }
}

/// How far a bulk invitation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Who was chosen is being looked at.
    Gathering,
    /// What will become of each is known; nobody is invited yet.
    Ready,
    /// Patients are being invited.
    Running,
    /// Stopped by hand, or because its steps failed: it can go on. Before it was started: whoever began it may not invite any
    /// more, or began another one.
    Stopped,
    /// Everybody was seen to.
    Done,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 5] = [Self::Gathering, Self::Ready, Self::Running, Self::Stopped, Self::Done];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gathering => "gathering",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }

    /// Is the server at work on it?
    #[must_use]
    pub const fn is_at_work(self) -> bool {
        matches!(self, Self::Gathering | Self::Running)
    }
}

/// What becomes of one patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Is invited.
    Invited,
    /// Uses the portal already (S1-25).
    InPortal,
    /// Was invited, and the link still works: a second one would only confuse.
    Waiting,
    /// Has no email address (S1-26).
    NoEmail,
    /// Has the address of a practitioner (S1-26).
    PractitionerEmail,
    /// Has the address of one of their contacts (S1-15).
    ContactEmail,
    /// Is blocked.
    Blocked,
    /// Has died.
    Deceased,
    /// Patient Invitations is off.
    InvitationsOff,
    /// Whoever started it may not invite this patient.
    NoAccess,
    /// Whoever started it sees no names.
    NamesHidden,
    /// Was chosen twice; the other place counts.
    Twice,
    /// With this patient's name the message is longer than a message may be.
    MessageTooLong,
}

impl Outcome {
    /// Every outcome, in the order in which they are shown.
    pub const ALL: [Self; 13] = [
        Self::Invited,
        Self::InPortal,
        Self::Waiting,
        Self::NoEmail,
        Self::PractitionerEmail,
        Self::ContactEmail,
        Self::Blocked,
        Self::Deceased,
        Self::InvitationsOff,
        Self::NoAccess,
        Self::NamesHidden,
        Self::Twice,
        Self::MessageTooLong,
    ];

    /// The code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::InPortal => "in_portal",
            Self::Waiting => "waiting",
            Self::NoEmail => "no_email",
            Self::PractitionerEmail => "practitioner_email",
            Self::ContactEmail => "contact_email",
            Self::Blocked => "blocked",
            Self::Deceased => "deceased",
            Self::InvitationsOff => "invitations_off",
            Self::NoAccess => "no_access",
            Self::NamesHidden => "names_hidden",
            Self::Twice => "twice",
            Self::MessageTooLong => "message_too_long",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// What a right that was not granted comes to.
    #[must_use]
    pub const fn of_refusal(refused: Because) -> Self {
        match refused {
            Because::NamesHidden => Self::NamesHidden,
            _ => Self::NoAccess,
        }
    }
}

/// What must be known of a patient to tell what becomes of them.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Where the patient stands with the practice.
    pub status: Status,
    /// The address on the record.
    pub email: Option<&'a Email>,
    /// Is the address a practitioner's?
    pub practitioner: bool,
    /// The addresses of the patient's contacts.
    pub contacts: &'a [Email],
    /// The patient's own grants, whatever the account.
    pub grants: &'a [Grant],
    /// The patient's own open invitations.
    pub open: &'a [Invitation],
}

/// What becomes of a patient, when whoever asks may invite them.
#[must_use]
pub fn outcome(settings: &PatientAccess, of: &Standing<'_>, now: Time) -> Outcome {
    match settings.invites_to(of.status) {
        Ok(()) => {}
        Err(Conflict::PatientBlocked) => return Outcome::Blocked,
        Err(Conflict::PatientDeceased) => return Outcome::Deceased,
        Err(_) => return Outcome::InvitationsOff,
    }
    let uses = |grant: &Grant| grant.kind == Kind::Own && !matches!(grant.state, GrantState::Invited);
    if of.grants.iter().any(uses) {
        return Outcome::InPortal;
    }
    // One whose mail failed is invited anew: nobody ever got it.
    let waits = |one: &Invitation| {
        one.kind == Kind::Own && one.check_live(now).is_ok() && !matches!(one.state(now), State::Failed(_))
    };
    if of.open.iter().any(waits) {
        return Outcome::Waiting;
    }
    let Some(email) = of.email else { return Outcome::NoEmail };
    if of.practitioner {
        return Outcome::PractitionerEmail;
    }
    if of.contacts.contains(email) {
        return Outcome::ContactEmail;
    }
    Outcome::Invited
}

/// A bulk invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Its id.
    pub id: BulkId,
    /// The group.
    pub group: GroupId,
    /// Who started it.
    pub user: UserId,
    /// From which network address.
    pub origin: String,
    /// How far it is.
    pub stage: Stage,
    /// Who was chosen, until they all have a place.
    pub selection: Option<Selection>,
    /// Where gathering goes on: the report's cursor.
    pub cursor: Option<String>,
    /// The custom message, with its merge fields (S1-23).
    pub message: String,
    /// How many have a place.
    pub total: u32,
    /// How many were seen to.
    pub seen: u32,
    /// When it was begun.
    pub made_at: Time,
    /// When the first was invited.
    pub started_at: Option<Time>,
    /// When everybody was seen to.
    pub ended_at: Option<Time>,
}

/// The custom message, checked: its merge fields are known.
///
/// # Errors
/// [`Invalid`] naming `message`.
pub fn check_message(typed: &str) -> Result<String, Invalid> {
    let mut invalid = Invalid::default();
    invalid.check("message", template::checked(typed)).ok_or(invalid)
}

/// A bulk invitation as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkView {
    /// Its id.
    pub id: BulkId,
    /// How far it is.
    pub stage: Stage,
    /// The custom message, with its merge fields.
    pub message: String,
    /// How many were chosen, as far as is known.
    pub total: u32,
    /// How many were seen to.
    pub seen: u32,
    /// How many of each outcome: foreseen until a patient was seen to, then what came of it. In the order of
    /// [`Outcome::ALL`], without zeros.
    pub outcomes: Vec<(Outcome, u32)>,
    /// When it was begun.
    pub made_at: Time,
    /// When everybody was seen to.
    pub ended_at: Option<Time>,
}

impl BulkView {
    /// How many come to this.
    #[must_use]
    pub fn count(&self, of: Outcome) -> u32 {
        self.outcomes.iter().find(|(outcome, _)| *outcome == of).map_or(0, |(_, count)| *count)
    }
}

/// What the dialog starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkStart {
    /// The bulk invitation, still to be started.
    pub id: BulkId,
    /// The group's communication templates.
    pub templates: Vec<TemplateChoice>,
    /// How long a link will live, in hours.
    pub link_hours: i64,
}

/// One patient of a bulk invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkPatient {
    /// The patient's place.
    pub place: u32,
    /// Who, if the caller may see the patient.
    pub patient: Option<(PatientId, String)>,
    /// The address on the record, if the caller may see the patient.
    pub email: String,
    /// What becomes of the patient, or what came of it.
    pub outcome: Outcome,
    /// Was the patient seen to?
    pub seen: bool,
    /// The invitation, and what became of it by now.
    pub invitation: Option<(InvitationId, State)>,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        error::Problem,
        ids::{AccountId, GrantId},
        invitation::Events,
        time::Span,
    };

    fn now() -> Time {
        Time::from_millis(1_000_000_000_000)
    }

    fn email(text: &str) -> Email {
        text.parse().unwrap()
    }

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    fn grant(kind: Kind, state: GrantState) -> Grant {
        Grant { kind, state, ..Grant::own(id(1), id(2), id(3), id(4), Time::from_millis(0)) }
    }

    fn invitation(kind: Kind, events: Events) -> Invitation {
        Invitation {
            id: id(9),
            group: id(2),
            patient: id(3),
            grant: id::<GrantId>(1),
            account: id::<AccountId>(4),
            kind,
            email: email("a@x.example"),
            given_by: None,
            inviter: id(7),
            message: String::new(),
            invited_at: now() - Span::hours(1),
            expires_at: now() + Span::hours(23),
            remind_at: None,
            links: 1,
            events,
        }
    }

    const ANYBODY: Standing<'static> =
        Standing { status: Status::Active, email: None, practitioner: false, contacts: &[], grants: &[], open: &[] };

    // B-05, S1-25, S1-26
    #[test]
    fn one_reason_for_each_who_is_not_invited() {
        let on = PatientAccess::default();
        let own = email("a@x.example");
        let with = Standing { email: Some(&own), ..ANYBODY };
        assert_eq!(outcome(&on, &with, now()), Outcome::Invited);
        assert_eq!(outcome(&on, &Standing { status: Status::Inactive, ..with }, now()), Outcome::Invited);
        assert_eq!(outcome(&on, &ANYBODY, now()), Outcome::NoEmail);
        assert_eq!(outcome(&on, &Standing { practitioner: true, ..with }, now()), Outcome::PractitionerEmail);
        let contacts = [email("other@x.example"), email("A@X.example")];
        assert_eq!(outcome(&on, &Standing { contacts: &contacts, ..with }, now()), Outcome::ContactEmail);
        assert_eq!(outcome(&on, &Standing { status: Status::Blocked, ..with }, now()), Outcome::Blocked);
        assert_eq!(outcome(&on, &Standing { status: Status::Deceased, ..with }, now()), Outcome::Deceased);
        let off = PatientAccess { invitations: false, ..on };
        assert_eq!(outcome(&off, &with, now()), Outcome::InvitationsOff);
    }

    #[test]
    fn who_uses_the_portal_is_not_invited_again() {
        let on = PatientAccess::default();
        let own = email("a@x.example");
        for state in [GrantState::Activated { at: now() }, GrantState::Suspended { at: now() }] {
            let grants = [grant(Kind::Own, GrantState::Invited), grant(Kind::Own, state)];
            let of = Standing { email: Some(&own), grants: &grants, ..ANYBODY };
            assert_eq!(outcome(&on, &of, now()), Outcome::InPortal);
            // Without an address as well: the first reason is the one that helps.
            assert_eq!(outcome(&on, &Standing { email: None, ..of }, now()), Outcome::InPortal);
        }
        let grants = [grant(Kind::Own, GrantState::Invited)];
        assert_eq!(outcome(&on, &Standing { email: Some(&own), grants: &grants, ..ANYBODY }, now()), Outcome::Invited);
    }

    #[test]
    fn who_holds_a_link_that_works_waits() {
        let on = PatientAccess::default();
        let own = email("a@x.example");
        let open = [invitation(Kind::Own, Events::default())];
        let of = Standing { email: Some(&own), open: &open, ..ANYBODY };
        assert_eq!(outcome(&on, &of, now()), Outcome::Waiting);
        // When the link is dead, or the mail never got there, the patient is invited anew.
        assert_eq!(outcome(&on, &of, now() + Span::hours(23)), Outcome::Invited);
        let failed = Events { failed_at: Some(now()), ..Events::default() };
        let open = [invitation(Kind::Own, failed)];
        assert_eq!(outcome(&on, &Standing { open: &open, ..of }, now()), Outcome::Invited);
    }

    #[test]
    fn codes_and_back() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_code(outcome.code()), Some(outcome));
        }
        for stage in Stage::ALL {
            assert_eq!(Stage::from_code(stage.code()), Some(stage));
        }
        assert_eq!((Outcome::from_code("newer"), Stage::from_code("newer")), (None, None));
    }

    #[test]
    fn a_selection_has_somebody_and_not_too_many() {
        let many = |count: usize| vec![id::<PatientId>(1); count];
        assert_eq!(Selection::These(Vec::new()).check(), Err(Conflict::NobodyChosen));
        assert_eq!(Selection::These(many(limits::BULK_CHOSEN)).check(), Ok(()));
        assert_eq!(Selection::These(many(limits::BULK_CHOSEN + 1)).check(), Err(Conflict::TooManyChosen));
        let all = |count| Selection::All { report: Box::default(), but: many(count) };
        assert_eq!(all(0).check(), Ok(()));
        assert_eq!(all(limits::BULK_CHOSEN + 1).check(), Err(Conflict::TooManyChosen));
    }

    #[test]
    fn a_message_names_known_fields() {
        assert_eq!(check_message(" Hi {{patient.first_name}} ").unwrap(), "Hi {{patient.first_name}}");
        let unknown = check_message("{{patient.secret}}").unwrap_err();
        assert_eq!(unknown.of("message"), Some(Problem::UnknownMergeField));
        assert!(check_message(&"x".repeat(limits::MESSAGE + 1)).is_err());
    }
}
