//! A portal grant: which account may act for which patient, how far, and until when.

use serde::{Deserialize, Serialize};

use crate::{
    email::{Email, EmailProblem},
    error::{Invalid, Problem},
    ids::{AccountId, ContactId, GrantId, GroupId, PatientId},
    invitation, limits, text,
    time::{Date, Time},
};

/// A closed list whose codes are stored.
macro_rules! coded {
    ($name:ident { $($variant:ident = $code:literal),+ }) => {
        impl $name {
            /// Every one there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code, as stored.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }

            /// Reads a code.
            ///
            /// # Errors
            /// [`Problem::NotAChoice`].
            pub fn from_code(code: &str) -> Result<Self, Problem> {
                Self::ALL.iter().copied().find(|one| one.code() == code).ok_or(Problem::NotAChoice)
            }
        }
    };
}

/// Who the portal user is to the patient (S3-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The patient.
    #[serde(rename = "self")]
    Own,
    /// A contact of the patient.
    Contact,
    /// Somebody else who was designated.
    Other,
}

coded!(Kind { Own = "self", Contact = "contact", Other = "other" });

/// What the portal user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look.
    View,
    /// Act for the patient as well: answer forms, write, book.
    Edit,
}

coded!(Role { View = "view", Edit = "edit" });

/// How much the portal user sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Appointments and invoices.
    Administrative,
    /// Whatever is shared with the patient.
    Clinical,
}

coded!(Level { Administrative = "administrative", Clinical = "clinical" });

/// How far a grant reaches, as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What the portal user may do.
    pub role: Role,
    /// How much the portal user sees.
    pub level: Level,
    /// May they invite others to the record, as long as the patient has no account? For a parent of a child.
    pub manages: bool,
    /// When it ends by itself, if ever.
    pub ends_at: Option<Time>,
}

impl Terms {
    /// What a patient holds over the own record.
    pub const OWN: Self = Self { role: Role::Edit, level: Level::Clinical, manages: false, ends_at: None };

    /// The same, held to what somebody else has: nobody gives more than they hold, or for longer.
    #[must_use]
    pub fn within(self, giver: &Self) -> Self {
        Self {
            role: self.role.min(giver.role),
            level: self.level.min(giver.level),
            manages: false,
            ends_at: match (self.ends_at, giver.ends_at) {
                (Some(own), Some(most)) => Some(own.min(most)),
                (own, most) => own.or(most),
            },
        }
    }
}

/// Where a grant stands, as stored. A grant whose invitation ran out is still invited: the link expired, not the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Invited, not accepted yet.
    Invited,
    /// The person has set a password and accepted.
    Activated {
        /// When.
        at: Time,
    },
    /// The practice took access away, and may restore it.
    Suspended {
        /// When.
        at: Time,
    },
    /// Over: taken back by the patient's side or given up. Another invitation begins anew.
    Ended {
        /// When.
        at: Time,
    },
}

/// A portal grant: account × patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The patient's group.
    pub group: GroupId,
    /// For whom the account acts.
    pub patient: PatientId,
    /// Whose grant.
    pub account: AccountId,
    /// Who the portal user is to the patient.
    pub kind: Kind,
    /// Which contact, when it is one.
    pub contact: Option<ContactId>,
    /// What the practice and the patient know the person by; empty for the patient.
    pub name: String,
    /// What the person is to the patient, such as `mother`; empty for the patient.
    pub relationship: String,
    /// How far it reaches.
    pub terms: Terms,
    /// The grant of the portal user who gave it, when the practice did not.
    pub given_by: Option<GrantId>,
    /// When it was given, the last time. What an age ends was given before that age.
    pub given_at: Time,
    /// Where it stands.
    pub state: State,
}

impl Grant {
    /// The patient's own, invited.
    #[must_use]
    pub const fn own(id: GrantId, group: GroupId, patient: PatientId, account: AccountId, given_at: Time) -> Self {
        Self {
            id,
            group,
            patient,
            account,
            kind: Kind::Own,
            contact: None,
            name: String::new(),
            relationship: String::new(),
            terms: Terms::OWN,
            given_by: None,
            given_at,
            state: State::Invited,
        }
    }

    /// Accepted now. Accepting again changes nothing; one that was suspended or ended stays so.
    #[must_use]
    pub fn activate(self, now: Time) -> Self {
        match self.state {
            State::Invited => Self { state: State::Activated { at: now }, ..self },
            State::Activated { .. } | State::Suspended { .. } | State::Ended { .. } => self,
        }
    }

    /// What the account may do and see of the patient through this grant at this moment; nothing when it is not open.
    ///
    /// Its end and the patient's age are looked at here, by the clock, so that no job has to run for them (PX-03).
    #[must_use]
    pub fn reach(&self, ages: &Birthdays, now: Time) -> Option<Reach> {
        let State::Activated { .. } = self.state else { return None };
        let over = |end: Option<Time>| end.is_some_and(|end| now >= end);
        if over(self.terms.ends_at) || over(self.grown_up(ages)) {
            return None;
        }
        let level = if over(self.steps_down(ages)) { Level::Administrative } else { self.terms.level };
        Some(Reach { role: self.terms.role, level })
    }

    /// When the patient's age ends it, if it will.
    #[must_use]
    pub fn grown_up(&self, ages: &Birthdays) -> Option<Time> {
        self.by_age(ages.ends_at)
    }

    /// When the patient's age narrows it to appointments and invoices, if it will.
    #[must_use]
    pub fn steps_down(&self, ages: &Birthdays) -> Option<Time> {
        self.by_age(ages.steps_down_at).filter(|_| self.terms.level == Level::Clinical)
    }

    /// When it ends by itself: at its end or at an age, whichever comes first.
    #[must_use]
    pub fn last_moment(&self, ages: &Birthdays) -> Option<Time> {
        [self.terms.ends_at, self.grown_up(ages)].into_iter().flatten().min()
    }

    /// When an age of the patient changes next what this opens or, for the patient, what the grants of others open: both are
    /// told of it beforehand.
    #[must_use]
    pub fn next_age(&self, ages: &Birthdays, now: Time) -> Option<Time> {
        let both = match self.kind {
            Kind::Own => [ages.steps_down_at, ages.ends_at],
            Kind::Contact | Kind::Other => [self.steps_down(ages), self.grown_up(ages)],
        };
        let over_before = |at: Time| self.terms.ends_at.is_some_and(|end| end <= at);
        both.into_iter().flatten().filter(|at| *at > now && !over_before(*at)).min()
    }

    /// A birthday counts for what others were given before it: a carer of a grown person is not a parent of a child.
    fn by_age(&self, birthday: Option<Time>) -> Option<Time> {
        birthday.filter(|birthday| self.kind != Kind::Own && self.given_at < *birthday)
    }
}

/// How far an open grant reaches at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// What the portal user may do.
    pub role: Role,
    /// How much the portal user sees.
    pub level: Level,
}

/// At what ages of the patient the access of others steps down or ends: a setting of the group. Never, when none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AgeRules {
    /// From this birthday on others see appointments and invoices only.
    pub steps_down: Option<u8>,
    /// On this birthday their access ends.
    pub ends: Option<u8>,
}

impl AgeRules {
    /// Checks the two ages as typed; empty is never.
    ///
    /// # Errors
    /// [`Problem::OutOfRange`] outside 1 to 30 years, [`Problem::OutOfOrder`] when stepping down comes after the end.
    pub fn check(invalid: &mut Invalid, steps_down: &str, ends: &str) -> Option<Self> {
        let age = |typed: &str| match typed.trim() {
            "" => Ok(None),
            typed => match typed.parse() {
                Ok(age) if (1..=limits::GROWN_UP_MOST).contains(&age) => Ok(Some(age)),
                _ => Err(Problem::OutOfRange),
            },
        };
        let (steps_down, ends) = (invalid.check("steps_down", age(steps_down)), invalid.check("ends", age(ends)));
        let rules = Self { steps_down: steps_down?, ends: ends? };
        if let (Some(narrow), Some(end)) = (rules.steps_down, rules.ends)
            && narrow >= end
        {
            invalid.add("steps_down", Problem::OutOfOrder);
            return None;
        }
        Some(rules)
    }

    /// The ages at which something changes, and what.
    pub fn changes(self) -> impl Iterator<Item = (u8, AgeChange)> {
        let steps_down = self.steps_down.map(|age| (age, AgeChange::StepsDown));
        steps_down.into_iter().chain(self.ends.map(|age| (age, AgeChange::Ends)))
    }
}

/// What an age of the patient does to the access of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeChange {
    /// They see appointments and invoices only.
    StepsDown,
    /// It ends.
    Ends,
}

/// The patient's birthdays that matter by the group's rules, as moments where the practice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Birthdays {
    /// From then on others see appointments and invoices only.
    pub steps_down_at: Option<Time>,
    /// Then the access of others ends.
    pub ends_at: Option<Time>,
}

/// Where a portal user stands, as people are shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The invitation is out, and where it is.
    Invited(invitation::State),
    /// Uses the portal, since then.
    Active(Time),
    /// The practice took access away, then.
    Suspended(Time),
    /// Over, since then.
    Ended(Time),
}

impl Standing {
    /// Where a grant stands at this moment. `invitation` is where its last invitation stands; without one, or when that one
    /// was taken back, an invited grant is over.
    #[must_use]
    pub fn of(grant: &Grant, ages: &Birthdays, invitation: Option<invitation::State>, now: Time) -> Self {
        let ended = grant.last_moment(ages).filter(|end| now >= *end);
        match (grant.state, ended) {
            (State::Suspended { at }, _) => Self::Suspended(at),
            (State::Ended { at }, _) => Self::Ended(at),
            (_, Some(at)) => Self::Ended(at),
            (State::Activated { at }, None) => Self::Active(at),
            (State::Invited, None) => match invitation {
                Some(invitation::State::Revoked(at)) => Self::Ended(at),
                Some(state) => Self::Invited(state),
                None => Self::Ended(grant.given_at),
            },
        }
    }

    /// Is the person out, and nothing under way?
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Ended(_))
    }
}

/// Somebody who may act for the patient in the portal, or was asked to: as the Contacts tab and "Portal settings" list them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalUser {
    /// The grant.
    pub id: GrantId,
    /// Who they are to the patient.
    pub kind: Kind,
    /// Which contact, when it is one.
    pub contact: Option<ContactId>,
    /// What they are known by; the patient's own name for the patient.
    pub name: String,
    /// What they are to the patient; empty for the patient.
    pub relationship: String,
    /// Their address.
    pub email: String,
    /// How far it reaches.
    pub terms: Terms,
    /// When the patient's age narrows it, if it will.
    pub steps_down_at: Option<Time>,
    /// When it ends by itself, at its end or at an age.
    pub ends_at: Option<Time>,
    /// The last day that was given, where the practice is.
    pub given_until: Option<Date>,
    /// The day on which it steps down, where the practice is.
    pub steps_down_on: Option<Date>,
    /// The last whole day of access, whatever ends it, where the practice is.
    pub last_day: Option<Date>,
    /// Who gave it, when it was another portal user: their name.
    pub given_by: Option<String>,
    /// Where they stand.
    pub standing: Standing,
}

/// Terms as typed in a dialog or on a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TermsForm {
    /// A code of [`Role`].
    pub role: String,
    /// A code of [`Level`].
    pub level: String,
    /// `yes` when they may invite others.
    pub manages: String,
    /// The last day, such as `2027-01-31`; may be empty.
    pub last_day: String,
}

/// Terms as typed, checked; the end is a day still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermsTyped {
    /// What the portal user may do.
    pub role: Role,
    /// How much the portal user sees.
    pub level: Level,
    /// May they invite others?
    pub manages: bool,
    /// The last day, if there is one.
    pub last_day: Option<Date>,
}

impl TermsForm {
    /// Checks the fields. `today` is the day where the practice is.
    ///
    /// # Errors
    /// Noted in `invalid`.
    pub fn check(&self, invalid: &mut Invalid, today: Date) -> Option<TermsTyped> {
        let role = invalid.check("role", Role::from_code(&self.role));
        let level = invalid.check("level", Level::from_code(&self.level));
        let day = match self.last_day.trim() {
            "" => Ok(None),
            typed => match typed.parse::<Date>() {
                Ok(day) if day < today => Err(Problem::InThePast),
                Ok(day) => Ok(Some(day)),
                Err(_) => Err(Problem::NotADate),
            },
        };
        let last_day = invalid.check("last_day", day);
        Some(TermsTyped { role: role?, level: level?, manages: self.manages == "yes", last_day: last_day? })
    }
}

/// A person to be invited who is not the patient, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// What they are to the patient.
    pub relationship: String,
    /// Their address.
    pub email: Email,
}

impl Person {
    /// Checks what was typed of a person.
    pub fn check(invalid: &mut Invalid, name: &str, relationship: &str, email: [&str; 2]) -> Option<Self> {
        let name = invalid.check("name", text::line(name, limits::NAME));
        let relationship = invalid.check("relationship", text::optional_line(relationship, limits::RELATIONSHIP));
        let email = confirmed(invalid, email);
        Some(Self { name: name?, relationship: relationship?, email: email? })
    }
}

/// The address, typed twice.
pub fn confirmed(invalid: &mut Invalid, [email, again]: [&str; 2]) -> Option<Email> {
    match Email::confirmed(email, again) {
        Ok(email) => Some(email),
        Err(EmailProblem::Address(problem)) => {
            invalid.add("email", problem);
            None
        }
        Err(EmailProblem::Confirmation(problem)) => {
            invalid.add("email_again", problem);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Time {
        Time::from_millis(millis)
    }

    fn grant(state: State) -> Grant {
        let id = uuid::Uuid::from_u128(1);
        Grant { state, ..Grant::own(id.into(), id.into(), id.into(), id.into(), at(0)) }
    }

    fn mother(state: State) -> Grant {
        Grant { kind: Kind::Contact, name: "Ada".into(), relationship: "mother".into(), ..grant(state) }
    }

    const NO_AGES: Birthdays = Birthdays { steps_down_at: None, ends_at: None };

    #[test]
    fn only_an_activated_grant_opens_anything() {
        assert!(grant(State::Invited).reach(&NO_AGES, at(9)).is_none());
        assert!(grant(State::Activated { at: at(1) }).reach(&NO_AGES, at(9)).is_some());
        assert!(grant(State::Suspended { at: at(1) }).reach(&NO_AGES, at(9)).is_none());
        assert!(grant(State::Ended { at: at(1) }).reach(&NO_AGES, at(9)).is_none());
    }

    #[test]
    fn accepting_does_not_revive_what_was_taken_away() {
        let (then, later) = (at(1), at(9));
        for state in [State::Suspended { at: then }, State::Ended { at: then }, State::Activated { at: then }] {
            assert_eq!(grant(state).activate(later).state, state);
        }
        assert_eq!(grant(State::Invited).activate(later).state, State::Activated { at: later });
    }

    // PX-03: by the clock, to the millisecond.
    #[test]
    fn it_ends_at_its_end() {
        let open = mother(State::Activated { at: at(1) });
        let ends = Grant { terms: Terms { ends_at: Some(at(100)), ..Terms::OWN }, ..open };
        assert!(ends.reach(&NO_AGES, at(99)).is_some());
        assert!(ends.reach(&NO_AGES, at(100)).is_none());
        assert_eq!(Standing::of(&ends, &NO_AGES, None, at(100)), Standing::Ended(at(100)));
    }

    // PX-03, B-06: what a parent was given steps down and ends with the child's age; the patient's own does not, nor what
    // was given to a carer afterwards.
    #[test]
    fn it_steps_down_and_ends_with_the_age() {
        let ages = Birthdays { steps_down_at: Some(at(50)), ends_at: Some(at(100)) };
        let parent = mother(State::Activated { at: at(1) });
        assert_eq!(parent.reach(&ages, at(49)).map(|reach| reach.level), Some(Level::Clinical));
        assert_eq!(parent.reach(&ages, at(50)).map(|reach| reach.level), Some(Level::Administrative));
        assert!(parent.reach(&ages, at(100)).is_none());
        assert!(grant(State::Activated { at: at(1) }).reach(&ages, at(100)).is_some());
        let carer = Grant { given_at: at(100), ..parent };
        assert_eq!(carer.reach(&ages, at(200)).map(|reach| reach.level), Some(Level::Clinical));
    }

    #[test]
    fn an_invitation_taken_back_leaves_nobody_invited() {
        let invited = mother(State::Invited);
        let standing = |state| Standing::of(&invited, &NO_AGES, state, at(9));
        assert_eq!(standing(Some(invitation::State::Queued)), Standing::Invited(invitation::State::Queued));
        assert!(standing(Some(invitation::State::Revoked(at(3)))).is_over());
        assert!(standing(None).is_over());
    }

    #[test]
    fn ages_are_in_order() {
        let check = |narrow: &str, end: &str| {
            let mut invalid = Invalid::default();
            AgeRules::check(&mut invalid, narrow, end).ok_or(invalid)
        };
        assert_eq!(check("", ""), Ok(AgeRules::default()));
        assert_eq!(check("14", "16"), Ok(AgeRules { steps_down: Some(14), ends: Some(16) }));
        assert_eq!(check("16", "16").unwrap_err().of("steps_down"), Some(Problem::OutOfOrder));
        assert_eq!(check("0", "x").unwrap_err().fields.len(), 2);
        assert_eq!(check("", "31").unwrap_err().of("ends"), Some(Problem::OutOfRange));
    }

    fn terms() -> impl Strategy<Value = Terms> {
        (any::<bool>(), any::<bool>(), any::<bool>(), proptest::option::of(0..1_000_i64)).prop_map(
            |(edit, clinical, manages, end)| Terms {
                role: if edit { Role::Edit } else { Role::View },
                level: if clinical { Level::Clinical } else { Level::Administrative },
                manages,
                ends_at: end.map(Time::from_millis),
            },
        )
    }

    proptest! {
        // PX-05, PX-12: nobody hands on more than they hold, or for longer, or the right to hand on.
        #[test]
        fn nobody_gives_more_than_they_hold(wanted in terms(), giver in terms()) {
            let given = wanted.within(&giver);
            prop_assert!(given.role <= giver.role && given.level <= giver.level && !given.manages);
            if let Some(most) = giver.ends_at {
                prop_assert!(given.ends_at.is_some_and(|end| end <= most));
            }
            prop_assert!(given.role <= wanted.role && given.level <= wanted.level);
        }
    }
}
