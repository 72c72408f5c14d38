//! An invitation: the emailed link that turns a grant from invited into activated.
//!
//! Its state is read from what happened to it and from the clock, never kept beside them:
//!
//! ```text
//!   queued ──► sent ──► opened ──► activated
//!      │         │         │
//!      ├─ failed │         │      (the mail cannot be delivered; resend makes it queued again)
//!      └────────►┴────────►┴──► expired   (its link's life is over; resend makes it queued again)
//!      any of these but activated ──► revoked
//!      failed stays failed when its life is over, unless the link was seen: nobody ever got it
//! ```

use serde::{Deserialize, Serialize};

use crate::{
    email::Email,
    error::{Conflict, Invalid, Problem},
    form::{self, FormChoice},
    grant::{self, Kind, Person, TermsForm, TermsTyped},
    ids::{AccountId, ContactId, FormId, GrantId, GroupId, InvitationId, PatientId, UserId},
    limits,
    mail::Failure,
    text,
    time::{Date, Span, Time},
};

/// What has happened to an invitation so far, each with its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Events {
    /// The mail server took the mail.
    pub sent_at: Option<Time>,
    /// The mail cannot be delivered.
    pub failed_at: Option<Time>,
    /// Why it cannot be.
    pub failure: Option<Failure>,
    /// The link's page was seen by a person.
    pub opened_at: Option<Time>,
    /// The person accepted.
    pub activated_at: Option<Time>,
    /// Staff took it back, or a newer invitation took its place.
    pub revoked_at: Option<Time>,
}

/// An invitation to the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The patient's group.
    pub group: GroupId,
    /// To whose record.
    pub patient: PatientId,
    /// The grant it activates.
    pub grant: GrantId,
    /// The account of the person invited; made with the invitation if there was none.
    pub account: AccountId,
    /// Who the invited person is to the patient.
    pub kind: Kind,
    /// Where the mail goes; the grant is tied to it (PX-10).
    pub email: Email,
    /// Who invited, and who is told when it is accepted (S1-12). When a portal user invited: whoever let that one in.
    pub inviter: UserId,
    /// The grant of the portal user who invited, when it was no user of the practice (S0-26).
    pub given_by: Option<GrantId>,
    /// The message in the mail, merge fields already filled; may be empty.
    pub message: String,
    /// When it was made.
    pub invited_at: Time,
    /// When the present link stops working.
    pub expires_at: Time,
    /// When the person is reminded that the present link runs out: once, and not after they saw it.
    pub remind_at: Option<Time>,
    /// How many links were made: one, and one for each resend. Only the last one works.
    pub links: i64,
    /// What has happened since the present link was made.
    pub events: Events,
}

/// Where an invitation stands (B-06).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "at")]
pub enum State {
    /// The mail waits to leave.
    Queued,
    /// The mail server took the mail.
    Sent(Time),
    /// The mail cannot be delivered.
    Failed(Time),
    /// The person looked at the link's page.
    Opened(Time),
    /// The person accepted.
    Activated(Time),
    /// The link's life is over.
    Expired(Time),
    /// It was taken back.
    Revoked(Time),
}

impl State {
    /// The code, as in a file for a spreadsheet.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent(_) => "sent",
            Self::Failed(_) => "failed",
            Self::Opened(_) => "opened",
            Self::Activated(_) => "activated",
            Self::Expired(_) => "expired",
            Self::Revoked(_) => "revoked",
        }
    }

    /// May a new link be sent?
    #[must_use]
    pub const fn may_resend(self) -> bool {
        !matches!(self, Self::Activated(_) | Self::Revoked(_))
    }

    /// May it be taken back?
    #[must_use]
    pub const fn may_revoke(self) -> bool {
        !matches!(self, Self::Activated(_) | Self::Revoked(_))
    }
}

/// When somebody is reminded of a link that is made now: when a quarter of its life is left. Of a link for a few hours
/// nobody is: the invitation itself is still on top.
#[must_use]
pub fn remind_at(now: Time, life: Span) -> Option<Time> {
    let left = Span::minutes(u32::try_from(life.as_minutes() / 4).unwrap_or(u32::MAX));
    (life >= limits::REMINDED_LIFE).then(|| now + life - left)
}

impl Invitation {
    /// Is a reminder of any use? The mail left, nobody has seen the link, and it does not come on the heels of a mail that
    /// left late.
    #[must_use]
    pub fn is_worth_reminding(&self, now: Time) -> bool {
        matches!(self.state(now), State::Sent(at) if now.since(at) >= self.expires_at.since(now))
    }

    /// Where it stands at this moment.
    #[must_use]
    pub fn state(&self, now: Time) -> State {
        let Events { sent_at, failed_at, opened_at, activated_at, revoked_at, failure: _ } = self.events;
        if let Some(at) = activated_at {
            State::Activated(at)
        } else if let Some(at) = revoked_at {
            State::Revoked(at)
        } else if let (Some(at), None, None) = (failed_at, sent_at, opened_at) {
            // Nobody ever got this link: that it is too old as well explains nothing.
            State::Failed(at)
        } else if now >= self.expires_at {
            State::Expired(self.expires_at)
        } else if let Some(at) = opened_at {
            State::Opened(at)
        } else if let Some(at) = failed_at {
            State::Failed(at)
        } else if let Some(at) = sent_at {
            State::Sent(at)
        } else {
            State::Queued
        }
    }

    /// Does the link still open the door?
    ///
    /// # Errors
    /// [`Conflict::AlreadyAccepted`], [`Conflict::Revoked`] or [`Conflict::Expired`].
    pub fn check_live(&self, now: Time) -> Result<(), Conflict> {
        if self.events.activated_at.is_some() {
            Err(Conflict::AlreadyAccepted)
        } else if self.events.revoked_at.is_some() {
            Err(Conflict::Revoked)
        } else if now >= self.expires_at {
            Err(Conflict::Expired)
        } else {
            Ok(())
        }
    }

    /// A person saw the link's page. Only the first time counts.
    ///
    /// # Errors
    /// As [`Invitation::check_live`].
    pub fn open(mut self, now: Time) -> Result<Self, Conflict> {
        self.check_live(now)?;
        self.events.opened_at.get_or_insert(now);
        self.remind_at = None;
        Ok(self)
    }

    /// The person accepts.
    ///
    /// # Errors
    /// As [`Invitation::check_live`].
    pub fn activate(mut self, now: Time) -> Result<Self, Conflict> {
        self.check_live(now)?;
        self.events.activated_at = Some(now);
        self.remind_at = None;
        Ok(self)
    }

    /// The person proved in another way that the address is theirs, by a link that sets a password: the life of the
    /// invitation's own link does not matter then (S3-21).
    ///
    /// # Errors
    /// [`Conflict::AlreadyAccepted`] or [`Conflict::Revoked`].
    pub fn activate_by_password_link(mut self, now: Time) -> Result<Self, Conflict> {
        match self.check_live(now) {
            Ok(()) | Err(Conflict::Expired) => {
                self.events.activated_at = Some(now);
                self.remind_at = None;
                Ok(self)
            }
            Err(other) => Err(other),
        }
    }

    /// Takes it back.
    ///
    /// # Errors
    /// [`Conflict::AlreadyAccepted`] or [`Conflict::Revoked`].
    pub fn revoke(mut self, now: Time) -> Result<Self, Conflict> {
        match self.state(now) {
            State::Activated(_) => Err(Conflict::AlreadyAccepted),
            State::Revoked(_) => Err(Conflict::Revoked),
            _ => {
                self.events.revoked_at = Some(now);
                self.remind_at = None;
                Ok(self)
            }
        }
    }

    /// A new link that lives for `life`; the one before stops working.
    ///
    /// # Errors
    /// [`Conflict::AlreadyAccepted`] or [`Conflict::Revoked`].
    pub fn renew(mut self, now: Time, life: Span) -> Result<Self, Conflict> {
        match self.state(now) {
            State::Activated(_) => Err(Conflict::AlreadyAccepted),
            State::Revoked(_) => Err(Conflict::Revoked),
            _ => {
                self.expires_at = now + life;
                self.remind_at = remind_at(now, life);
                self.links += 1;
                self.events = Events::default();
                Ok(self)
            }
        }
    }
}

/// Who is invited to the portal of a patient (S3-01).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// The patient.
    #[default]
    Patient,
    /// One of the patient's contacts.
    Contact(ContactId),
    /// Somebody else (S3-33).
    Other,
}

/// The dialog "Invite to the portal", as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InviteForm {
    /// Whom.
    pub whom: Whom,
    /// The name of somebody who is neither the patient nor a contact.
    pub name: String,
    /// What they are to the patient.
    pub relationship: String,
    /// The address; a contact's as the inviter saw it.
    pub email: String,
    /// The same again; for a contact the tick below stands in its place.
    pub email_again: String,
    /// `yes` when the inviter has looked at the contact's address and found it right (S3-27).
    pub confirmed: String,
    /// How far the access of somebody else than the patient reaches.
    pub terms: TermsForm,
    /// The custom message; may be empty (S1-09), and may hold merge fields. What stands here is what is sent: where it came
    /// from does not matter.
    pub message: String,
    /// Intake forms that go along (S3-29); may be none (S3-31).
    pub forms: Vec<FormId>,
    /// What the person reads over the forms, in the portal (S3-30); may be empty.
    pub forms_message: String,
}

/// Who is invited, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invitee {
    /// The patient, at this address.
    Patient(Email),
    /// A contact, at the address that the inviter saw on the record.
    Contact {
        /// Which.
        id: ContactId,
        /// What the inviter saw.
        seen: Email,
        /// How far.
        terms: TermsTyped,
    },
    /// Somebody else.
    Other {
        /// Who.
        person: Person,
        /// How far.
        terms: TermsTyped,
    },
}

impl Invitee {
    /// Where the mail goes.
    #[must_use]
    pub const fn email(&self) -> &Email {
        match self {
            Self::Patient(email) | Self::Contact { seen: email, .. } => email,
            Self::Other { person, .. } => &person.email,
        }
    }
}

/// The dialog, checked. The message may still hold merge fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Who is invited.
    pub invitee: Invitee,
    /// The custom message; may be empty.
    pub message: String,
    /// Intake forms that go along.
    pub forms: Vec<FormId>,
    /// What the person reads over the forms; may be empty.
    pub forms_message: String,
}

impl InviteForm {
    /// Checks every field. `today` is the day where the practice is.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self, today: Date) -> Result<Invite, Invalid> {
        let mut invalid = Invalid::default();
        let invitee = match self.whom {
            Whom::Patient => grant::confirmed(&mut invalid, [&self.email, &self.email_again]).map(Invitee::Patient),
            Whom::Contact(id) => self.check_contact(&mut invalid, id, today),
            Whom::Other => {
                let email = [self.email.as_str(), self.email_again.as_str()];
                let person = Person::check(&mut invalid, &self.name, &self.relationship, email);
                let terms = self.terms.check(&mut invalid, today);
                person.zip(terms).map(|(person, terms)| Invitee::Other { person, terms })
            }
        };
        let message = invalid.check("message", crate::template::checked(&self.message));
        let forms = if self.forms.is_empty() { Ok(Vec::new()) } else { form::several(&self.forms) };
        let forms = invalid.check("forms", forms);
        let forms_message = invalid.check("forms_message", text::paragraphs(&self.forms_message, limits::MESSAGE));
        match (invitee, message, forms, forms_message) {
            (Some(invitee), Some(message), Some(forms), Some(forms_message)) => {
                Ok(Invite { invitee, message, forms, forms_message })
            }
            _ => Err(invalid),
        }
    }

    fn check_contact(&self, invalid: &mut Invalid, id: ContactId, today: Date) -> Option<Invitee> {
        let seen = invalid.check("email", self.email.parse());
        if self.confirmed != "yes" {
            invalid.add("confirmed", Problem::NotConfirmed);
        }
        let terms = self.terms.check(invalid, today);
        Some(Invitee::Contact { id, seen: seen?, terms: terms? }).filter(|_| self.confirmed == "yes")
    }
}

/// One invitation as the Access tab lists it (B-06).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationRow {
    /// Its id.
    pub id: InvitationId,
    /// Where the mail went; empty when the caller sees no names.
    pub email: String,
    /// Who the invited person is to the patient.
    pub kind: Kind,
    /// Who invited.
    pub inviter: String,
    /// Was it a portal user?
    pub by_family: bool,
    /// When.
    pub invited_at: Time,
    /// When the present link stops working.
    pub expires_at: Time,
    /// How many links were sent so far.
    pub links: i64,
    /// Where it stands.
    pub state: State,
    /// Why the mail of the present link was not delivered, when it was not.
    pub failure: Option<Failure>,
    /// May this user send a new link?
    pub may_resend: bool,
    /// May this user take it back?
    pub may_revoke: bool,
}

/// What the dialog "Invite to the portal" starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteStart {
    /// Whom.
    pub patient: String,
    /// The address on the record; may be empty.
    pub email: String,
    /// How long the link will live, in hours.
    pub link_hours: i64,
    /// An invitation that is out already, which a new one would replace.
    pub pending: bool,
    /// Templates to choose from.
    pub templates: Vec<crate::template::TemplateChoice>,
    /// What merge fields stand for, to show how the message will read.
    pub values: crate::template::MergeValues,
    /// Intake forms that may go along.
    pub forms: Vec<FormChoice>,
    /// The birthday that narrows what others see, by the group's rules, when it is still to come.
    pub steps_down_on: Option<Date>,
    /// The birthday that ends the access of others, when it is still to come.
    pub grown_up_on: Option<Date>,
}

/// What the page behind an invitation's link shows. Nobody learns from it who the patient is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPage {
    /// No such link: names nobody (AN-05).
    Unknown,
    /// Live, and the person has no password yet.
    SetPassword {
        /// Who invites.
        practice: String,
        /// When the link stops working.
        expires_at: Time,
        /// Is somebody else signed in on this device, who will be signed out (PX-10)?
        other_signed_in: bool,
    },
    /// Live, the person has an account and is signed in with it: one button.
    Confirm {
        /// Who invites.
        practice: String,
        /// The account that is signed in and will be opened to the record (PX-10): the reader's own address.
        email: String,
    },
    /// Live, the person has an account: sign in and confirm (decision 6).
    SignIn {
        /// Who invites.
        practice: String,
        /// Is somebody else signed in on this device (PX-10)?
        other_signed_in: bool,
    },
    /// Live, but the practice must not open it: the address is a practitioner's now.
    PractitionerNow {
        /// Who invites.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
    },
    /// Accepted before.
    Used {
        /// Who invited.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
    },
    /// The link's life is over; a fresh one goes to the invited address on request.
    Expired {
        /// Who invited.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
    },
    /// Taken back, or the patient's record is closed.
    Revoked {
        /// Who invited.
        practice: String,
        /// Its telephone; may be empty.
        phone: String,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const START: Time = Time::from_millis(1_790_000_000_000);

    fn today() -> Date {
        Date::new(2026, 11, 27).unwrap()
    }

    fn invitation() -> Invitation {
        let id = Uuid::from_u128(1);
        Invitation {
            id: id.into(),
            group: id.into(),
            patient: id.into(),
            grant: id.into(),
            account: id.into(),
            kind: Kind::Own,
            email: "ann@example.org".parse().unwrap(),
            inviter: id.into(),
            given_by: None,
            message: String::new(),
            invited_at: START,
            expires_at: START + crate::limits::LINK_LIFE,
            remind_at: remind_at(START, crate::limits::LINK_LIFE),
            links: 1,
            events: Events::default(),
        }
    }

    // S3-20: the link works for 24 hours and not a millisecond longer.
    #[test]
    fn the_link_expires_after_its_life() {
        let last = START + Span::hours(24);
        assert!(invitation().check_live(last - Span::millis(1)).is_ok());
        assert_eq!(invitation().check_live(last), Err(Conflict::Expired));
        assert_eq!(invitation().activate(last).unwrap_err(), Conflict::Expired);
    }

    // Once, when a quarter of the life is left; of a link for a few hours not at all.
    #[test]
    fn a_reminder_is_due_when_a_quarter_is_left() {
        assert_eq!(remind_at(START, Span::hours(24)), Some(START + Span::hours(18)));
        assert_eq!(remind_at(START, Span::days(30)), Some(START + Span::hours(540)));
        assert_eq!(remind_at(START, Span::hours(12)), Some(START + Span::hours(9)));
        assert_eq!(remind_at(START, Span::hours(8)), None);
    }

    #[test]
    fn whoever_has_answered_is_not_reminded() {
        let sent = |hours| {
            let events = Events { sent_at: Some(START + Span::hours(hours)), ..Events::default() };
            Invitation { events, ..invitation() }
        };
        let due = invitation().remind_at.unwrap();
        assert!(sent(0).is_worth_reminding(due));
        assert!(!invitation().is_worth_reminding(due), "the mail has not left");
        assert!(!sent(16).is_worth_reminding(due), "the mail has just left");
        assert!(!sent(0).is_worth_reminding(invitation().expires_at), "there is nothing left to use");
        let opened = sent(0).open(START).unwrap();
        assert!(!opened.is_worth_reminding(due) && opened.remind_at.is_none());
        assert_eq!(sent(0).activate(START).unwrap().remind_at, None);
        assert_eq!(sent(0).revoke(START).unwrap().remind_at, None);
        // A newer link has a reminder of its own, if it lives for long enough.
        assert_eq!(opened.clone().renew(due, Span::hours(24)).unwrap().remind_at, Some(due + Span::hours(18)));
        assert_eq!(opened.renew(due, Span::hours(1)).unwrap().remind_at, None);
    }

    #[test]
    fn a_link_works_once() {
        let accepted = invitation().activate(START).unwrap();
        assert_eq!(accepted.clone().activate(START).unwrap_err(), Conflict::AlreadyAccepted);
        assert_eq!(accepted.clone().revoke(START).unwrap_err(), Conflict::AlreadyAccepted);
        assert_eq!(accepted.renew(START, Span::hours(1)).unwrap_err(), Conflict::AlreadyAccepted);
    }

    #[test]
    fn a_revoked_invitation_stays_revoked() {
        let revoked = invitation().revoke(START).unwrap();
        assert_eq!(revoked.clone().activate(START).unwrap_err(), Conflict::Revoked);
        assert_eq!(revoked.clone().activate_by_password_link(START).unwrap_err(), Conflict::Revoked);
        assert_eq!(revoked.renew(START, Span::hours(1)).unwrap_err(), Conflict::Revoked);
    }

    // S3-21: after expiry the person gets in by "Forgot password".
    #[test]
    fn an_expired_invitation_is_accepted_by_a_password_link() {
        let late = START + Span::days(40);
        assert!(invitation().activate(late).is_err());
        assert!(invitation().activate_by_password_link(late).is_ok());
    }

    #[test]
    fn a_renewed_link_starts_over() {
        let mut failed = invitation();
        failed.events.failed_at = Some(START);
        assert_eq!(failed.state(START), State::Failed(START));
        let later = START + Span::days(2);
        let renewed = failed.renew(later, Span::hours(48)).unwrap();
        assert_eq!(renewed.state(later), State::Queued);
        assert_eq!(renewed.expires_at, later + Span::hours(48));
        assert_eq!(renewed.links, 2);
    }

    // B-06: every state the list shows can be reached and is told apart.
    #[test]
    fn the_states_of_the_list() {
        let mut one = invitation();
        assert_eq!(one.state(START), State::Queued);
        one.events.sent_at = Some(START);
        assert_eq!(one.state(START), State::Sent(START));
        let opened = one.clone().open(START + Span::minutes(5)).unwrap();
        assert_eq!(opened.state(START + Span::minutes(6)), State::Opened(START + Span::minutes(5)));
        let again = opened.open(START + Span::minutes(9)).unwrap();
        assert_eq!(again.events.opened_at, Some(START + Span::minutes(5)));
        assert_eq!(one.state(START + Span::days(3)), State::Expired(one.expires_at));
        assert!(matches!(one.clone().revoke(START).unwrap().state(START), State::Revoked(_)));
        assert!(matches!(one.activate(START).unwrap().state(START), State::Activated(_)));
    }

    // B-06, R-26: what was never delivered does not look as if the person had let it run out.
    #[test]
    fn a_mail_that_never_left_stays_failed() {
        let mut one = invitation();
        one.events.failed_at = Some(START);
        let late = START + Span::days(3);
        assert_eq!(one.state(late), State::Failed(START));
        // The link is dead all the same.
        assert_eq!(one.check_live(late), Err(Conflict::Expired));
        one.events.opened_at = Some(START + Span::hours(1));
        assert_eq!(one.state(late), State::Expired(one.expires_at), "somebody got it after all");
        one.events = Events { sent_at: Some(START), failed_at: Some(START), ..Events::default() };
        assert_eq!(one.state(late), State::Expired(one.expires_at));
    }

    #[test]
    fn the_dialog_is_checked_as_a_whole() {
        let form = InviteForm {
            email: "ann@example.org".into(),
            email_again: "anne@example.org".into(),
            message: "Hello {{patient.secret}}".into(),
            ..InviteForm::default()
        };
        let invalid = form.check(today()).unwrap_err();
        // S1-08
        assert_eq!(invalid.of("email_again"), Some(Problem::Differs));
        assert_eq!(invalid.of("message"), Some(Problem::UnknownMergeField));
        // S1-09: sending works without a message.
        let form = InviteForm { email_again: "ann@example.org".into(), message: String::new(), ..form };
        assert!(form.check(today()).is_ok());
    }

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u32),
        Open,
        Activate,
        Revoke,
        Renew(u32),
        Sent,
        Failed,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0u32..3_000).prop_map(Step::Wait),
            Just(Step::Open),
            Just(Step::Activate),
            Just(Step::Revoke),
            (1u32..72).prop_map(Step::Renew),
            Just(Step::Sent),
            Just(Step::Failed),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order: activated and revoked are final, and never both.
        #[test]
        fn ends_are_final(steps in proptest::collection::vec(step(), 0..40)) {
            let mut one = invitation();
            let mut now = START;
            let mut end: Option<State> = None;
            for step in steps {
                let result = match step {
                    Step::Wait(minutes) => { now = now + Span::minutes(minutes); Ok(one.clone()) }
                    Step::Open => one.clone().open(now),
                    Step::Activate => one.clone().activate(now),
                    Step::Revoke => one.clone().revoke(now),
                    Step::Renew(hours) => one.clone().renew(now, Span::hours(hours)),
                    Step::Sent => { one.events.sent_at = Some(now); Ok(one.clone()) }
                    Step::Failed => { one.events.failed_at = Some(now); Ok(one.clone()) }
                };
                if let Ok(next) = result {
                    one = next;
                }
                let state = one.state(now);
                if let Some(end) = end {
                    prop_assert_eq!(state, end);
                } else if matches!(state, State::Activated(_) | State::Revoked(_)) {
                    end = Some(state);
                }
                prop_assert!(one.events.activated_at.is_none() || one.events.revoked_at.is_none());
                let open = matches!(state, State::Queued | State::Sent(_) | State::Failed(_) | State::Opened(_));
                prop_assert_eq!(one.check_live(now).is_ok(), open && now < one.expires_at);
            }
        }
    }

    // S3-27: a contact is invited at the address on the record, which the inviter has looked at.
    #[test]
    fn a_contacts_address_is_looked_at_first() {
        let terms = TermsForm { role: "view".into(), level: "clinical".into(), ..TermsForm::default() };
        let whom = Whom::Contact(Uuid::from_u128(2).into());
        let form = InviteForm { whom, email: "ada@example.org".into(), terms, ..InviteForm::default() };
        assert_eq!(form.check(today()).unwrap_err().of("confirmed"), Some(Problem::NotConfirmed));
        assert!(InviteForm { confirmed: "yes".into(), ..form }.check(today()).is_ok());
    }

    // S3-34: Name and Email are enough of somebody who is no contact; the end is not over already.
    #[test]
    fn somebody_else_has_a_name_and_an_address() {
        let terms = TermsForm { role: "edit".into(), level: "administrative".into(), ..TermsForm::default() };
        let form = InviteForm {
            whom: Whom::Other,
            name: " ".into(),
            email: "sam@example.org".into(),
            email_again: "sam@example.org".into(),
            terms: TermsForm { last_day: "2026-11-26".into(), ..terms.clone() },
            ..InviteForm::default()
        };
        let invalid = form.check(today()).unwrap_err();
        assert_eq!(invalid.of("name"), Some(Problem::Missing));
        assert_eq!(invalid.of("last_day"), Some(Problem::InThePast));
        let good =
            InviteForm { name: "Sam Cho".into(), terms: TermsForm { last_day: "2026-11-27".into(), ..terms }, ..form };
        assert!(matches!(good.check(today()).unwrap().invitee, Invitee::Other { .. }));
    }
}
