//! Who may know of a note, read it, change it and share it: the one decision for note × actor (decision 9). Lists, pages,
//! counts, news and exports all go by it; the SQL of lists says the same by the reach that `list_notes` gives, and a test
//! compares the two.

use super::{
    actor::{UserFace, Who},
    explain::Because,
    proof::{NotesReach, OnNote, OnPatient, OwnNote, Refused},
    rights::{
        Decision, GrantFacts, PatientFacts, hidden, names_hidden, no, only_read, share_notes, user, view_own_clinical,
        view_patient, writes, yes,
    },
};
use crate::{
    error::Refusal,
    ids::{NoteId, UserId},
    note::Share,
    time::Time,
    user::{Level, Role},
};

/// What must be known to decide about a patient's notes at large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotesFacts {
    /// The patient.
    pub patient: PatientFacts,
    /// Does the group share notes among colleagues (S0-39)?
    pub sharing: bool,
}

/// What must be known to decide about one note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteFacts {
    /// The patient, and the group's switch.
    pub of: NotesFacts,
    /// Which note, from the row.
    pub note: NoteId,
    /// Who wrote it.
    pub author: UserId,
    /// Was it ever published?
    pub published: bool,
    /// Is it private?
    pub private: bool,
    /// Is it shared with the asking user?
    pub shared: Option<Share>,
}

/// What must be known to decide about one note in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNoteFacts {
    /// The portal user's grant.
    pub grant: GrantFacts,
    /// Which note, from the row: of the grant's patient.
    pub note: NoteId,
    /// Was it ever published?
    pub published: bool,
    /// Is it private?
    pub private: bool,
    /// From when on it is shared with the patient.
    pub patient_from: Option<Time>,
}

/// Does this level read every note that is not private, whoever wrote it? An administrator's does at Full only.
const fn reads_all(level: Level) -> bool {
    match level {
        Level::Clinical | Level::Full | Level::AdminFull => true,
        Level::Personal | Level::OwnAndContacts | Level::CalendarContacts | Level::CalendarContactsFinance => false,
    }
}

/// Does this practitioner read them for a time only, because of an emergency (PR-04)?
const fn reads_all_in_emergency(user: &UserFace, facts: &NotesFacts) -> bool {
    facts.patient.emergency && practitioner(user) && !reads_all(user.level)
}

/// Refuses to change what is open because of an emergency only.
fn open_otherwise(who: &Who, facts: &NotesFacts) -> Result<(), Refused> {
    only_read(&view_patient(who, &facts.patient)?)
}

/// Is this somebody notes are written by and shared with?
const fn practitioner(user: &UserFace) -> bool {
    matches!(user.level.role(), Role::Practitioner)
}

/// Whoever may read no note at all does not learn that there are any.
pub(super) fn list_notes(who: &Who, facts: &NotesFacts) -> Decision<NotesReach> {
    let seen = view_patient(who, &facts.patient)?;
    let user = user(who)?;
    if names_hidden(user) {
        return Err(hidden(Because::NamesHidden));
    }
    if !reads_all(user.level) && !practitioner(user) {
        return Err(hidden(Because::LevelTooLow));
    }
    let emergency = reads_all_in_emergency(user, facts);
    let reach = NotesReach {
        on: seen.scope,
        all: reads_all(user.level) || emergency,
        shared: facts.sharing && practitioner(user),
    };
    yes(reach, if emergency { Because::Emergency } else { seen.because })
}

pub(super) fn write_notes(who: &Who, facts: &PatientFacts) -> Decision<OnPatient> {
    let seen = view_patient(who, facts)?;
    let user = user(who)?;
    if !practitioner(user) {
        return Err(no(Refusal::Level, Because::PractitionersOnly));
    }
    writes(user)?;
    only_read(&seen)?;
    Ok(seen)
}

/// Its author; whom it is shared with, while the group shares at all; and who reads all notes, unless it is private.
pub(super) fn read_note(who: &Who, facts: &NoteFacts) -> Decision<OnNote> {
    let reach = list_notes(who, &facts.of)?;
    let NotesReach { on, all, shared } = reach.scope;
    let scope = OnNote { on, note: facts.note, author: facts.author };
    // What an emergency opens, and nothing else, is marked.
    let because = |otherwise| match open_otherwise(who, &facts.of) {
        Ok(()) => otherwise,
        Err(refused) => refused.because,
    };
    if facts.author == on.user {
        return yes(scope, because(Because::Author));
    }
    if !facts.published {
        return Err(hidden(Because::Draft));
    }
    // All notes were shared: not those that their author keeps private.
    let with_caller = match facts.shared {
        Some(Share::This) => true,
        Some(Share::All) => !facts.private,
        None => false,
    };
    if shared && with_caller {
        return yes(scope, because(Because::Shared));
    }
    if facts.private {
        return Err(hidden(Because::Private));
    }
    if all {
        let emergency = reads_all_in_emergency(user(who)?, &facts.of);
        return yes(scope, if emergency { Because::Emergency } else { Because::Level });
    }
    Err(hidden(if with_caller { Because::SharingOff } else { Because::NotShared }))
}

/// Only who wrote it: whoever reads it is told so (PR-07).
pub(super) fn edit_note(who: &Who, facts: &NoteFacts) -> Decision<OnNote> {
    let seen = read_note(who, facts)?;
    if seen.scope.author != seen.scope.on.user {
        return Err(no(Refusal::NotAuthor, Because::NotAuthor));
    }
    writes(user(who)?)?;
    open_otherwise(who, &facts.of)?;
    Ok(seen)
}

/// End that the patient sees it: its author, and whoever may do everything, so that a note is taken back when its author is away.
pub(super) fn withdraw_note(who: &Who, facts: &NoteFacts) -> Decision<OnNote> {
    let seen = read_note(who, facts)?;
    let user = user(who)?;
    if seen.scope.author != seen.scope.on.user && !user.level.is_full() {
        return Err(no(Refusal::NotAuthor, Because::NotAuthor));
    }
    writes(user)?;
    open_otherwise(who, &facts.of)?;
    Ok(seen)
}

/// Begin to share it, with whomever. To end that takes [`edit_note`] only.
pub(super) fn share_note(who: &Who, facts: &NoteFacts) -> Decision<OnNote> {
    let seen = edit_note(who, facts)?;
    share_notes(who, &())?;
    Ok(seen)
}

/// Share one's notes about a patient with colleagues: refused while the group does not (S0-40).
pub(super) fn share_with_colleagues(who: &Who, facts: &NotesFacts) -> Decision<OnPatient> {
    let seen = list_notes(who, facts)?;
    share_notes(who, &())?;
    open_otherwise(who, facts)?;
    if !facts.sharing {
        return Err(no(Refusal::SharingOff, Because::SharingOff));
    }
    yes(seen.scope.on, seen.because)
}

/// Refused without a word that there is such a note: as for any that is not there (S0-23, PT-03).
pub(super) fn read_own_note(who: &Who, facts: &OwnNoteFacts) -> Decision<OwnNote> {
    let seen = view_own_clinical(who, &facts.grant)?;
    let shared = facts.patient_from.is_some_and(|from| from <= facts.grant.now);
    if !facts.published || facts.private || !shared {
        return Err(hidden(Because::NotShared));
    }
    yes(OwnNote { of: seen.scope, note: facts.note }, seen.because)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;
    use crate::{
        access::{
            Actor, Denied, EditNote, Face, ListNotes, ReadNote, ReadOwnNote, Relationship, ShareNote,
            ShareWithColleagues, Waits, WithdrawNote, WriteNotes, dice::Dice,
        },
        grant::{self, Birthdays, Grant, Kind, State, Terms},
        ids::GroupId,
        patient::Status,
        user::AccessSettings,
    };

    /// Cases of each kind; together over a million.
    const CASES: u32 = 600_000;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    const ME: u128 = 2;
    const NOTE: u128 = 40;

    fn actor(account: u128, face: Face) -> Actor {
        Actor::unscoped_from_session(id(account), id(4), String::new(), face)
    }

    /// The rule of decision 9 in plain words, of somebody who is in the console.
    struct Reference {
        user: UserFace,
        facts: NoteFacts,
    }

    /// What is expected: it is granted, it is not there, or it is refused with this.
    type Expected = Result<(), Denied>;

    const GONE: Expected = Err(Denied::NotFound);

    const fn refused(why: Refusal) -> Expected {
        Err(Denied::Forbidden(why))
    }

    /// What is decided about every right of the console.
    fn decided(asks: &Actor, facts: &NoteFacts) -> [(&'static str, Expected); 8] {
        let share = asks.may(ShareNote, facts).map(drop);
        let colleagues = asks.may(ShareWithColleagues, &facts.of).map(drop);
        [
            ("list", asks.may(ListNotes, &facts.of).map(drop)),
            ("read", asks.may(ReadNote, facts).map(drop)),
            ("write", asks.may(WriteNotes, &facts.of.patient).map(drop)),
            ("edit", asks.may(EditNote, facts).map(drop)),
            ("withdraw", asks.may(WithdrawNote, facts).map(drop)),
            ("share", share),
            ("colleagues", colleagues),
            ("this with colleagues", share.and(colleagues)),
        ]
    }

    impl Reference {
        fn is_administrator(&self) -> bool {
            matches!(self.user.level, Level::CalendarContacts | Level::CalendarContactsFinance | Level::AdminFull)
        }

        fn sees_patient(&self) -> bool {
            let of = self.facts.of.patient;
            if of.group != self.user.group {
                return false;
            }
            match of.relationship {
                Some(Relationship::Revoked) => false,
                Some(Relationship::Automatic | Relationship::Granted) => true,
                None => self.user.level != Level::Personal || of.emergency,
            }
        }

        /// Nothing but an emergency lets them see the patient.
        fn only_reads(&self) -> bool {
            let of = self.facts.of.patient;
            self.user.level == Level::Personal && of.relationship.is_none() && of.emergency
        }

        fn changes(&self) -> Expected {
            if self.user.settings.read_only || self.only_reads() { refused(Refusal::ReadOnly) } else { Ok(()) }
        }

        fn lists(&self) -> bool {
            let hidden = self.is_administrator() && self.user.settings.hide_names;
            let may = !self.is_administrator() || self.user.level == Level::AdminFull;
            self.sees_patient() && !hidden && may
        }

        fn reads(&self) -> bool {
            if !self.lists() {
                return false;
            }
            if self.facts.author == self.user.user {
                return true;
            }
            if !self.facts.published {
                return false;
            }
            let shared = match self.facts.shared {
                Some(Share::This) => true,
                Some(Share::All) => !self.facts.private,
                None => false,
            };
            let by_sharing = shared && self.facts.of.sharing && !self.is_administrator();
            let by_level =
                !self.facts.private && matches!(self.user.level, Level::Clinical | Level::Full | Level::AdminFull);
            let by_emergency = !self.facts.private && self.facts.of.patient.emergency && !self.is_administrator();
            by_sharing || by_level || by_emergency
        }

        fn list(&self) -> Expected {
            if self.lists() { Ok(()) } else { GONE }
        }

        fn read(&self) -> Expected {
            if self.reads() { Ok(()) } else { GONE }
        }

        fn write(&self) -> Expected {
            if !self.sees_patient() {
                GONE
            } else if self.is_administrator() {
                refused(Refusal::Level)
            } else {
                self.changes()
            }
        }

        fn edit(&self) -> Expected {
            self.read()?;
            if self.facts.author != self.user.user { refused(Refusal::NotAuthor) } else { self.changes() }
        }

        fn may_share(&self) -> Expected {
            if self.is_administrator() {
                refused(Refusal::Level)
            } else if self.user.settings.read_only {
                refused(Refusal::ReadOnly)
            } else if self.user.settings.no_note_sharing {
                refused(Refusal::Setting)
            } else {
                Ok(())
            }
        }

        fn withdraw(&self) -> Expected {
            self.read()?;
            let full = matches!(self.user.level, Level::Full | Level::AdminFull);
            if self.facts.author != self.user.user && !full { refused(Refusal::NotAuthor) } else { self.changes() }
        }

        fn share(&self) -> Expected {
            self.edit().and_then(|()| self.may_share())
        }

        fn share_with_colleagues(&self) -> Expected {
            self.list()?;
            self.may_share()?;
            self.changes()?;
            if self.facts.of.sharing { Ok(()) } else { refused(Refusal::SharingOff) }
        }

        fn share_this_with_colleagues(&self) -> Expected {
            self.share()?;
            if self.facts.of.sharing { Ok(()) } else { refused(Refusal::SharingOff) }
        }

        /// In the order of [`decided`].
        fn expects(&self) -> [Expected; 8] {
            [
                self.list(),
                self.read(),
                self.write(),
                self.edit(),
                self.withdraw(),
                self.share(),
                self.share_with_colleagues(),
                self.share_this_with_colleagues(),
            ]
        }
    }

    /// Decision 9; S0-23, S0-40, PR-01, PR-03, PR-04, PR-07: every decision about a note is the one of the reference.
    #[test]
    fn the_console_decides_as_the_reference_does() {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let mut seen: BTreeMap<(&str, String), u32> = BTreeMap::new();
        for _ in 0..CASES {
            let settings = AccessSettings {
                hide_names: dice.below(4) == 0,
                read_only: dice.below(4) == 0,
                no_note_sharing: dice.below(4) == 0,
                view_history: dice.coin(),
                export_data: dice.coin(),
            };
            let user = UserFace { group: id(1), user: id(ME), level: dice.one(&Level::ALL), settings };
            let group: GroupId = id(if dice.below(8) == 0 { 7 } else { 1 });
            let relationship = dice.one(&[
                None,
                Some(Relationship::Automatic),
                Some(Relationship::Granted),
                Some(Relationship::Revoked),
            ]);
            let patient = PatientFacts { group, patient: id(9), relationship, emergency: dice.below(3) == 0 };
            let facts = NoteFacts {
                of: NotesFacts { patient, sharing: dice.coin() },
                note: id(NOTE),
                author: id(if dice.coin() { ME } else { 3 }),
                published: dice.below(4) != 0,
                private: dice.coin(),
                shared: dice.one(&[None, Some(Share::This), Some(Share::All)]),
            };
            let asks = actor(5, Face::User(user));
            let rule = Reference { user, facts };
            if let Ok(access) = asks.may(ListNotes, &facts.of) {
                let by_level = matches!(rule.user.level, Level::Clinical | Level::Full | Level::AdminFull);
                let all = by_level || patient.emergency && !rule.is_administrator();
                assert_eq!((access.all(), access.shared()), (all, facts.of.sharing && !rule.is_administrator()));
            }
            if let Ok(access) = asks.may(ReadNote, &facts) {
                assert_eq!((access.note(), access.patient(), access.group()), (facts.note, id(9), id(1)));
                assert_eq!(access.own(), facts.author == id(ME));
                // PR-04: an entry is marked when nothing but the emergency allows what it says, and only then.
                let otherwise = PatientFacts { emergency: false, ..patient };
                let of = NotesFacts { patient: otherwise, ..facts.of };
                let otherwise = asks.may(ReadNote, &NoteFacts { of, ..facts }).is_ok();
                assert_eq!(access.by().emergency, !otherwise, "{facts:?} {:?}", rule.user);
            }
            for ((what, decided), expected) in decided(&asks, &facts).into_iter().zip(rule.expects()) {
                assert_eq!(decided, expected, "{what}: {facts:?} {:?}", rule.user);
                *seen.entry((what, format!("{decided:?}"))).or_default() += 1;
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
        // Every outcome that there is, and none that is too rare for the comparison to mean anything.
        let all: Vec<_> = [
            ("colleagues", &["NotFound", "Level", "ReadOnly", "Setting", "SharingOff"][..]),
            ("edit", &["NotFound", "NotAuthor", "ReadOnly"]),
            ("withdraw", &["NotFound", "NotAuthor", "ReadOnly"]),
            ("list", &["NotFound"]),
            ("read", &["NotFound"]),
            ("share", &["NotFound", "Level", "NotAuthor", "ReadOnly", "Setting"]),
            ("this with colleagues", &["NotFound", "Level", "NotAuthor", "ReadOnly", "Setting", "SharingOff"]),
            ("write", &["NotFound", "Level", "ReadOnly"]),
        ]
        .into_iter()
        .flat_map(|(what, denials)| {
            denials
                .iter()
                .map(move |denial| match *denial {
                    "NotFound" => (what, "Err(NotFound)".to_owned()),
                    why => (what, format!("Err(Forbidden({why}))")),
                })
                .chain([(what, "Ok(())".to_owned())])
        })
        .collect();
        assert_eq!(seen.len(), all.len(), "{seen:?}");
        for outcome in all {
            assert!(seen.get(&outcome).is_some_and(|count| *count > 1_000), "{outcome:?}: {seen:?}");
        }
    }

    // Decision 9; S0-22, S0-23, PT-01, PT-03: an open grant that shows what is shared, and a note that is.
    #[test]
    fn the_portal_decides_as_the_reference_does() {
        let mut dice = Dice(0xD1B5_4A32_D192_ED03);
        // Shown, by who reads; and hidden for one reason alone, by that reason.
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        let now = Time::from_millis(1_000);
        for _ in 0..CASES {
            let at = Time::from_millis(0);
            let activated = State::Activated { at };
            let state = dice.one(&[
                activated,
                activated,
                activated,
                State::Invited,
                State::Suspended { at },
                State::Ended { at },
            ]);
            let terms = Terms {
                role: dice.one(grant::Role::ALL),
                level: dice.one(&[grant::Level::Clinical, grant::Level::Clinical, grant::Level::Administrative]),
                manages: dice.coin(),
                ends_at: dice.one(&[None, None, Some(at), Some(now), Some(Time::from_millis(1_001))]),
            };
            // Given before, on and after the birthdays that are past.
            let given_at = Time::from_millis(dice.one(&[0, 500, 900]));
            let mut birthday =
                || dice.one(&[None, None, Some(Time::from_millis(500)), Some(now), Some(Time::from_millis(1_001))]);
            let ages = Birthdays { steps_down_at: birthday(), ends_at: birthday() };
            let account = if dice.below(6) == 0 { 8 } else { 7 };
            let kind = dice.one(Kind::ALL);
            let grant = Grant { state, kind, terms, ..Grant::own(id(1), id(1), id(9), id(account), given_at) };
            let status = dice.one(&Status::ALL);
            let facts = OwnNoteFacts {
                grant: GrantFacts { grant, status, ages, patient_uses_portal: dice.coin(), now },
                note: id(NOTE),
                published: dice.below(4) != 0,
                private: dice.below(4) == 0,
                patient_from: dice.one(&[None, Some(at), Some(now), Some(Time::from_millis(1_001))]),
            };
            let own = &facts.grant.grant;
            // A birthday is nothing to the patient, nor to whoever was let in since.
            let came = |birthday: Option<Time>| {
                own.kind != Kind::Own && birthday.is_some_and(|birthday| birthday <= now && given_at < birthday)
            };
            let needed = [
                ("the account's own", own.account == id(7)),
                ("activated", own.state == activated),
                ("not over", own.terms.ends_at.is_none_or(|end| end > now)),
                ("clinical", own.terms.level == grant::Level::Clinical),
                ("not stepped down", !came(ages.steps_down_at)),
                ("not grown up", !came(ages.ends_at)),
                ("record open", matches!(status, Status::Active | Status::Inactive)),
                ("published", facts.published),
                ("not private", !facts.private),
                ("shared by now", facts.patient_from.is_some_and(|from| from <= now)),
            ];
            let mut missing = needed.iter().filter(|(_, holds)| !holds).map(|(what, _)| *what);
            let first = missing.next();
            match actor(7, Face::Portal).may(ReadOwnNote, &facts) {
                Ok(access) => {
                    assert_eq!(first, None, "{facts:?}");
                    assert_eq!((access.note(), access.patient(), access.account()), (facts.note, own.patient, id(7)));
                    *seen.entry(own.kind.code()).or_default() += 1;
                }
                Err(denied) => {
                    assert_eq!(denied, Denied::NotFound);
                    let what = first.unwrap_or_else(|| panic!("hidden for nothing: {facts:?}"));
                    if missing.next().is_none() {
                        *seen.entry(what).or_default() += 1;
                    }
                }
            }
            // Whoever is not in the portal is told nothing but that.
            let settings = AccessSettings::default();
            let user = UserFace { group: id(1), user: id(ME), level: dice.one(&Level::ALL), settings };
            let (face, why) = dice.one(&[
                (Face::User(user), Refusal::Door),
                (Face::Lobby(Waits::Password), Refusal::TemporaryPassword),
                (Face::Lobby(Waits::Group), Refusal::Door),
            ]);
            assert_eq!(actor(7, face).may(ReadOwnNote, &facts).map(drop), refused(why), "{face:?} {facts:?}");
        }
        assert!(seen.len() == Kind::ALL.len() + 10 && seen.values().all(|count| *count > 1_000), "{seen:?}");
    }
}
