//! Who may know of a patient's files, send them, open them and see to them. Lists, downloads, counts and news all go by it; the
//! SQL of lists says the same by the reach that `list_own_files` gives, and a test compares the two.

use super::{
    actor::{By, Who},
    explain::Because,
    proof::{Access, OnPatient, OwnFile, OwnFilesReach},
    rights::{
        AddFiles, Decision, GrantFacts, PatientFacts, SendOwnFiles, edit_own_record, edit_patient, hidden, only_read,
        user, view_form_answers, view_own_record, view_patient, writes, yes,
    },
};
use crate::{
    grant::Level,
    ids::{AccountId, FileId, GroupId, PatientId, UserId},
};

/// What must be known to decide about one file in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFileFacts {
    /// The portal user's grant.
    pub grant: GrantFacts,
    /// Which file, from the row: of the grant's patient.
    pub file: FileId,
    /// Who sent it through the portal; none when the practice added it.
    pub sent_by: Option<AccountId>,
    /// Does the practice show it in the portal?
    pub shared: bool,
}

/// That a file came, of what kind and how large; neither its name nor what is in it.
pub(super) fn view_files(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    view_patient(who, facts)
}

/// Files are for those who treat the patient, as answers are: a referral is for the practitioner whose patient it makes one.
pub(super) fn read_files(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    view_form_answers(who, facts)
}

/// Also for the front desk, which scans what it does not read.
pub(super) fn add_files(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    edit_patient(who, facts)
}

pub(super) fn manage_files(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = read_files(who, facts)?;
    writes(user(who)?)?;
    only_read(&seen)?;
    Ok(seen)
}

/// Whoever may act for the patient, also who is here for appointments only: a referral comes with the first of them.
pub(super) fn send_own_files(who: &Who, facts: &GrantFacts) -> Decision<super::OwnRecord> {
    edit_own_record(who, facts)
}

/// What one sent oneself; and all that the portal shows for who sees what is shared.
pub(super) fn list_own_files(who: &Who, facts: &GrantFacts) -> Decision<OwnFilesReach> {
    let seen = view_own_record(who, facts)?;
    let all = facts.reach().is_some_and(|reach| reach.level == Level::Clinical);
    yes(OwnFilesReach { of: seen.scope, all }, seen.because)
}

/// Refused without a word that there is such a file (PT-06).
pub(super) fn read_own_file(who: &Who, facts: &OwnFileFacts) -> Decision<OwnFile> {
    let reach = list_own_files(who, &facts.grant)?;
    let own = facts.sent_by == Some(reach.scope.of.account);
    let shown = facts.shared || facts.sent_by.is_some();
    if !(own || reach.scope.all && shown) {
        return Err(hidden(Because::NotShared));
    }
    yes(OwnFile { of: reach.scope.of, file: facts.file }, reach.because)
}

/// That somebody may send files about one patient: a user of the console, or a portal user. Earned only by [`AddFiles`] or
/// [`SendOwnFiles`].
#[derive(Debug, Clone)]
pub struct SendingFiles {
    group: GroupId,
    patient: PatientId,
    user: Option<UserId>,
    account: AccountId,
    by: By,
}

impl SendingFiles {
    /// The only group whose rows may be touched.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The only patient whose rows may be touched.
    #[must_use]
    pub const fn patient(&self) -> PatientId {
        self.patient
    }

    /// The user of the console, when it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        self.user
    }

    /// The portal user's account, when it is one.
    #[must_use]
    pub fn portal(&self) -> Option<AccountId> {
        if self.user.is_none() { Some(self.account) } else { None }
    }

    /// Who earned it, for the audit trail.
    #[must_use]
    pub const fn by(&self) -> &By {
        &self.by
    }
}

impl From<&Access<AddFiles>> for SendingFiles {
    fn from(access: &Access<AddFiles>) -> Self {
        let by = access.by.clone();
        Self { group: access.group(), patient: access.patient(), user: Some(access.user()), account: by.account, by }
    }
}

impl From<&Access<SendOwnFiles>> for SendingFiles {
    fn from(access: &Access<SendOwnFiles>) -> Self {
        Self {
            group: access.group(),
            patient: access.patient(),
            user: None,
            account: access.account(),
            by: access.by.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;
    use crate::{
        access::{
            Actor, Denied, Face, ListOwnFiles, ManageFiles, ReadFiles, ReadOwnFile, Relationship, UserFace, ViewFiles,
            Waits, dice::Dice,
        },
        error::Refusal,
        grant::{self, Birthdays, Grant, Kind, State, Terms},
        patient::Status,
        time::Time,
        user::{self, AccessSettings},
    };

    /// Cases of each side; together over 600,000.
    const CASES: u32 = 400_000;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    const ME: u128 = 2;
    const FILE: u128 = 40;

    fn actor(account: u128, face: Face) -> Actor {
        Actor::unscoped_from_session(id(account), id(4), String::new(), face)
    }

    /// What is expected: it is granted, it is not there, or it is refused with this.
    type Expected = Result<(), Denied>;

    const GONE: Expected = Err(Denied::NotFound);

    const fn refused(why: Refusal) -> Expected {
        Err(Denied::Forbidden(why))
    }

    /// The rule in plain words, of somebody who is in the console.
    struct Reference {
        user: UserFace,
        facts: PatientFacts,
    }

    impl Reference {
        fn is_administrator(&self) -> bool {
            use user::Level::{AdminFull, CalendarContacts, CalendarContactsFinance};
            matches!(self.user.level, CalendarContacts | CalendarContactsFinance | AdminFull)
        }

        fn names_are_hidden(&self) -> bool {
            self.is_administrator() && self.user.settings.hide_names
        }

        fn treats(&self) -> bool {
            matches!(self.facts.relationship, Some(Relationship::Automatic | Relationship::Granted))
        }

        /// Whoever may know of the patient may know that files came.
        fn view(&self) -> Expected {
            let hidden = self.facts.group != self.user.group
                || self.facts.relationship == Some(Relationship::Revoked)
                || self.user.level == user::Level::Personal && !self.treats() && !self.facts.emergency;
            if hidden { GONE } else { Ok(()) }
        }

        /// What is in them is for who reads everything, and for practitioners who treat the patient; never for who sees no names.
        fn read(&self) -> Expected {
            self.view()?;
            let everything =
                matches!(self.user.level, user::Level::Clinical | user::Level::Full | user::Level::AdminFull);
            let treating = (self.treats() || self.facts.emergency) && !self.is_administrator();
            if (everything || treating) && !self.names_are_hidden() { Ok(()) } else { GONE }
        }

        /// The front desk too, unless it may write nothing or does not know whose file it is.
        fn add(&self) -> Expected {
            self.view()?;
            let by_emergency = self.user.level == user::Level::Personal && !self.treats();
            if self.user.settings.read_only || by_emergency {
                refused(Refusal::ReadOnly)
            } else if self.names_are_hidden() {
                refused(Refusal::NamesHidden)
            } else {
                Ok(())
            }
        }

        fn manage(&self) -> Expected {
            self.read()?;
            let reaches = matches!(self.user.level, user::Level::Personal | user::Level::OwnAndContacts);
            let by_emergency = reaches && !self.treats();
            if self.user.settings.read_only || by_emergency { refused(Refusal::ReadOnly) } else { Ok(()) }
        }

        /// In the order of [`decided`].
        fn expects(&self) -> [Expected; 4] {
            [self.view(), self.read(), self.add(), self.manage()]
        }
    }

    /// What is decided about every right of the console.
    fn decided(asks: &Actor, facts: &PatientFacts) -> [(&'static str, Expected); 4] {
        [
            ("view", asks.may(ViewFiles, facts).map(drop)),
            ("read", asks.may(ReadFiles, facts).map(drop)),
            ("add", asks.may(AddFiles, facts).map(drop)),
            ("manage", asks.may(ManageFiles, facts).map(drop)),
        ]
    }

    fn user_face(dice: &mut Dice) -> UserFace {
        let settings = AccessSettings {
            hide_names: dice.below(4) == 0,
            read_only: dice.below(4) == 0,
            no_note_sharing: dice.coin(),
            view_history: dice.coin(),
            export_data: dice.coin(),
        };
        UserFace { group: id(1), user: id(ME), level: dice.one(&user::Level::ALL), settings }
    }

    /// What was seen is every outcome that there is, and none of them too rare for the comparison to mean anything.
    #[track_caller]
    fn all_of(seen: &BTreeMap<(&str, String), u32>, outcomes: &[(&'static str, &[&str])]) {
        let all: Vec<_> = outcomes
            .iter()
            .flat_map(|(what, denials)| {
                denials
                    .iter()
                    .map(move |denial| match *denial {
                        "NotFound" => (*what, "Err(NotFound)".to_owned()),
                        why => (*what, format!("Err(Forbidden({why}))")),
                    })
                    .chain([(*what, "Ok(())".to_owned())])
            })
            .collect();
        assert_eq!(seen.len(), all.len(), "{seen:?}");
        for outcome in all {
            assert!(seen.get(&outcome).is_some_and(|count| *count > 1_000), "{outcome:?}: {seen:?}");
        }
    }

    /// S0-21, PR-01, PR-04, PR-05: every decision about a patient's files is the one of the reference.
    #[test]
    fn the_console_decides_as_the_reference_does() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut seen: BTreeMap<(&str, String), u32> = BTreeMap::new();
        for _ in 0..CASES {
            let user = user_face(&mut dice);
            let group: GroupId = id(if dice.below(8) == 0 { 7 } else { 1 });
            let relationship = dice.one(&[
                None,
                Some(Relationship::Automatic),
                Some(Relationship::Granted),
                Some(Relationship::Revoked),
            ]);
            let facts = PatientFacts { group, patient: id(9), relationship, emergency: dice.below(3) == 0 };
            let asks = actor(5, Face::User(user));
            let rule = Reference { user, facts };
            for ((what, decided), expected) in decided(&asks, &facts).into_iter().zip(rule.expects()) {
                assert_eq!(decided, expected, "{what}: {facts:?} {user:?}");
                *seen.entry((what, format!("{decided:?}"))).or_default() += 1;
            }
            if let Ok(access) = asks.may(AddFiles, &facts) {
                let sending = SendingFiles::from(&access);
                assert_eq!((sending.group(), sending.patient()), (id(1), id(9)));
                assert_eq!((sending.user(), sending.portal()), (Some(id(ME)), None));
            }
            // Whoever is not in the console is told nothing but that.
            let (face, why) = dice.one(&[
                (Face::Portal, Refusal::Door),
                (Face::Lobby(Waits::Password), Refusal::TemporaryPassword),
                (Face::Lobby(Waits::Group), Refusal::NoGroup),
            ]);
            for (what, decided) in decided(&actor(5, face), &facts) {
                assert_eq!(decided, refused(why), "{what}: {face:?} {facts:?}");
            }
        }
        all_of(
            &seen,
            &[
                ("view", &["NotFound"]),
                ("read", &["NotFound"]),
                ("add", &["NotFound", "ReadOnly", "NamesHidden"]),
                ("manage", &["NotFound", "ReadOnly"]),
            ],
        );
    }

    /// What is decided about every right of the portal.
    fn decided_in_portal(asks: &Actor, facts: &OwnFileFacts) -> [(&'static str, Expected); 3] {
        [
            ("send", asks.may(SendOwnFiles, &facts.grant).map(drop)),
            ("list", asks.may(ListOwnFiles, &facts.grant).map(drop)),
            ("read", asks.may(ReadOwnFile, facts).map(drop)),
        ]
    }

    /// A file of somebody's patient, as random as it comes.
    fn own_file(dice: &mut Dice, now: Time) -> OwnFileFacts {
        let at = Time::from_millis(0);
        let activated = State::Activated { at };
        let state = dice.one(&[
            activated,
            activated,
            activated,
            activated,
            State::Invited,
            State::Suspended { at },
            State::Ended { at },
        ]);
        let terms = Terms {
            role: dice.one(&[grant::Role::Edit, grant::Role::Edit, grant::Role::View]),
            level: dice.one(&[Level::Clinical, Level::Administrative]),
            manages: dice.coin(),
            ends_at: dice.one(&[None, None, None, Some(at), Some(now), Some(Time::from_millis(1_001))]),
        };
        // Given before, on and after the birthdays that are past.
        let given_at = Time::from_millis(dice.one(&[0, 500, 900]));
        let mut birthday =
            || dice.one(&[None, None, Some(Time::from_millis(500)), Some(now), Some(Time::from_millis(1_001))]);
        let ages = Birthdays { steps_down_at: birthday(), ends_at: birthday() };
        let account = if dice.below(6) == 0 { 8 } else { 7 };
        let kind = dice.one(Kind::ALL);
        let grant = Grant { state, kind, terms, ..Grant::own(id(1), id(1), id(9), id(account), given_at) };
        let status = dice.one(&[Status::Active, Status::Active, Status::Inactive, Status::Blocked, Status::Deceased]);
        OwnFileFacts {
            grant: GrantFacts { grant, status, ages, patient_uses_portal: dice.coin(), now },
            file: id(FILE),
            sent_by: dice.one(&[None, None, Some(id(7)), Some(id(8))]),
            shared: dice.coin(),
        }
    }

    /// S0-21, PT-06, PT-15: an open grant of one's own in an open record; what one sent, and what the portal shows to who sees all.
    #[test]
    fn the_portal_decides_as_the_reference_does() {
        let mut dice = Dice(0xD1B5_4A32_D192_ED03);
        let mut seen: BTreeMap<(&str, String), u32> = BTreeMap::new();
        // Why a file opens; and hidden for one reason alone, by that reason.
        let mut reasons: BTreeMap<&str, u32> = BTreeMap::new();
        let now = Time::from_millis(1_000);
        for _ in 0..CASES {
            let facts = own_file(&mut dice, now);
            let GrantFacts { grant: own, status, ages, .. } = &facts.grant;
            // A birthday is nothing to the patient, nor to whoever was let in since.
            let came = |birthday: Option<Time>| {
                own.kind != Kind::Own && birthday.is_some_and(|birthday| birthday <= now && own.given_at < birthday)
            };
            let sees_all = own.terms.level == Level::Clinical && !came(ages.steps_down_at);
            let mine = facts.sent_by == Some(id(7));
            // Of others only what the practice shares, and what came through the portal.
            let shown = sees_all && (facts.shared || facts.sent_by.is_some());
            let needed = [
                ("the account's own", own.account == id(7)),
                ("activated", matches!(own.state, State::Activated { .. })),
                ("not over", own.terms.ends_at.is_none_or(|end| end > now)),
                ("not grown up", !came(ages.ends_at)),
                ("record open", matches!(status, Status::Active | Status::Inactive)),
                ("sent oneself, or shown to who sees all", mine || shown),
            ];
            let missing: Vec<&str> = needed.iter().filter(|(_, holds)| !holds).map(|(what, _)| *what).collect();
            let open = if needed[..5].iter().all(|(_, holds)| *holds) { Ok(()) } else { GONE };
            let send = match own.terms.role {
                grant::Role::Edit => open,
                grant::Role::View => open.and(refused(Refusal::ReadOnly)),
            };
            let read = if missing.is_empty() { Ok(()) } else { GONE };
            let asks = actor(7, Face::Portal);
            for ((what, decided), expected) in decided_in_portal(&asks, &facts).into_iter().zip([send, open, read]) {
                assert_eq!(decided, expected, "{what}: {facts:?}");
                *seen.entry((what, format!("{decided:?}"))).or_default() += 1;
            }
            if let Ok(access) = asks.may(ListOwnFiles, &facts.grant) {
                assert_eq!((access.all(), access.patient(), access.account()), (sees_all, own.patient, id(7)));
            }
            if let Ok(access) = asks.may(ReadOwnFile, &facts) {
                assert_eq!((access.file(), access.patient(), access.account()), (id(FILE), own.patient, id(7)));
                let why = match facts.sent_by {
                    Some(_) if mine && sees_all => "one's own",
                    Some(_) if mine => "one's own, seeing no more",
                    Some(_) => "another's",
                    None => "the practice's",
                };
                *reasons.entry(why).or_default() += 1;
            } else if let [only] = missing[..] {
                *reasons.entry(only).or_default() += 1;
            }
            if let Ok(access) = asks.may(SendOwnFiles, &facts.grant) {
                let sending = SendingFiles::from(&access);
                assert_eq!((sending.group(), sending.patient()), (own.group, own.patient));
                assert_eq!((sending.user(), sending.portal()), (None, Some(id(7))));
            }
            // Whoever is not in the portal is told nothing but that.
            let user = user_face(&mut dice);
            let (face, why) = dice.one(&[
                (Face::User(user), Refusal::Door),
                (Face::Lobby(Waits::Password), Refusal::TemporaryPassword),
                (Face::Lobby(Waits::Group), Refusal::Door),
            ]);
            for (what, decided) in decided_in_portal(&actor(7, face), &facts) {
                assert_eq!(decided, refused(why), "{what}: {face:?} {facts:?}");
            }
        }
        all_of(&seen, &[("send", &["NotFound", "ReadOnly"]), ("list", &["NotFound"]), ("read", &["NotFound"])]);
        assert!(reasons.len() == 6 + 4 && reasons.values().all(|count| *count > 1_000), "{reasons:?}");
    }
}
