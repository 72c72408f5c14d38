//! Every size, count and length of time that the product promises or enforces, in one place.

use crate::time::Span;

/// Rows on one page of a list.
pub const PAGE: u32 = 50;
/// Rows on one page of who opened a record.
pub const ACCESS_LOG: u32 = 25;
/// How many times so many entries as a caller may ask for are looked through for one such page, before it shows what it has.
pub const ACCESS_LOG_LOOKS: u32 = 5;
/// The most rows a caller may ask for.
pub const PAGE_MOST: u32 = 200;
/// Rows under the search field.
pub const SEARCH_ROWS: u32 = 12;
/// The longest search text that is looked at, in characters.
pub const SEARCH_TEXT: usize = 100;

/// The longest single name, in characters.
pub const NAME: usize = 100;
/// The longest one-line text, in characters.
pub const LINE: usize = 200;
/// Characters of one answer of the social history.
pub const SOCIAL: usize = 500;
/// Characters of the reason why a change was not accepted.
pub const REASON: usize = 300;
/// Other records of the same person that one change may go to as well.
pub const ALSO: usize = 20;
/// Users who are told that a change waits, or looked at for it.
pub const REVIEWERS: u32 = 100;
/// Changes that are seen to in one unit of work when the group does not want to be asked any more.
pub const UPDATES_STEP: u32 = 50;
/// For so long changes that wait are settled when the setting is saved; what is left goes on waiting.
pub const SETTLE: Span = Span::seconds(20);
/// Changes of the group's queue are counted up to this many.
pub const QUEUE_COUNTED: u32 = 1_000;
/// Changes of the group's queue that are decided about at once.
pub const QUEUE_PICKED: usize = 200;
/// A mail about decisions waits so long for further ones.
pub const UPDATES_PAUSE: Span = Span::minutes(3);
/// For so long a decision about a change can be taken back.
pub const UNDO: Span = Span::minutes(1);
/// The longest custom message of an invitation, in characters, and so the longest text of a communication template.
pub const MESSAGE: usize = 2_000;
/// The longest message of a conversation, in characters.
pub const CHAT_MESSAGE: usize = 4_000;
/// How much of the last message a list of conversations shows, in characters.
pub const CHAT_BEGINNING: usize = 80;
/// Messages that are read at once.
pub const CHAT_WINDOW: u32 = 50;
/// Withdrawn messages that an open page is told of.
pub const CHAT_WITHDRAWN: u32 = 100;
/// The longest text that answers by itself, in characters.
pub const CHAT_AWAY: usize = 500;
/// The longest number for emergencies, in characters.
pub const CHAT_EMERGENCY_NUMBER: usize = 40;
/// The longest promise of an answer, in hours.
pub const CHAT_PROMISE_MOST: u32 = 14 * 24;
/// A conversation is answered by itself so often at most.
pub const CHAT_AWAY_EVERY: Span = Span::hours(4);
/// After this long somebody of the portal who has not read a message is told by mail...
pub const CHAT_REMINDER: Span = Span::hours(2);
/// ... and so often at most.
pub const CHAT_REMINDER_EVERY: Span = Span::hours(24);
/// Messages before the first unread one that are shown with it.
pub const CHAT_READ_SHOWN: i64 = 5;
/// The longest name of a conversation between users, in characters.
pub const GROUP_CHAT_NAME: usize = 80;
/// Users who take part in one.
pub const GROUP_CHAT_MEMBERS: usize = 50;
/// The longest name of a time zone, in characters.
pub const TIME_ZONE: usize = 60;
/// The longest registration number, in characters.
pub const REGISTRATION: usize = 40;
/// Locations a group may have.
pub const LOCATIONS: usize = 200;
/// Times a day that a location may open.
pub const OPENINGS: usize = 4;
/// Practitioners shown beside a patient, and offered to be granted one.
pub const RELATIONSHIPS: u32 = 200;
/// The largest file, in bytes.
pub const FILE: u64 = 25 * 1024 * 1024;
/// A file is sent, sealed and read in pieces of so many bytes: a broken connection costs one of them, and a request holds no more
/// than one in memory.
pub const FILE_PIECE: u64 = 256 * 1024;
/// The longest name of a file, in characters.
pub const FILE_NAME: usize = 120;
/// Files about one patient.
pub const FILES: u64 = 500;
/// Bytes of all files about one patient.
pub const FILES_BYTES: u64 = 1024 * 1024 * 1024;
/// Bytes of all files of a group.
pub const GROUP_BYTES: u64 = 100 * 1024 * 1024 * 1024;
/// Files that one person has on the way at once.
pub const UPLOADS: u32 = 5;
/// Files that a group has on the way at once.
pub const GROUP_UPLOADS: u32 = 250;
/// A file of which so long nothing came is given up; what came of it is swept away.
pub const UPLOAD_REST: Span = Span::minutes(45);
/// Files that are whole in memory at the same moment: when all of one is here, and it is looked at.
pub const FILES_FINISHING: usize = 2;
/// The longest a file's sender waits for the virus scanner; then the file waits, and the sender need not.
pub const SCAN_AT_ONCE: Span = Span::seconds(10);
/// Bytes of the disk that no file takes.
pub const DISK_KEPT: u64 = 256 * 1024 * 1024;
/// Parts of a Word document, which is an archive.
pub const ARCHIVE_ENTRIES: usize = 1_000;
/// Bytes that they say they unpack to. Nothing is unpacked here; whoever opens the document would (UP-04).
pub const ARCHIVE_UNPACKED: u64 = 50 * 1024 * 1024;
/// The largest picture, in points.
pub const PICTURE_POINTS: u64 = 100_000_000;
/// The longest side of a picture, in points.
pub const PICTURE_SIDE: u32 = 30_000;
/// Users a group may have, those who left counted.
pub const USERS: u32 = 2_000;
/// Users who are told when somebody's access changes.
pub const MANAGERS_TOLD: u32 = 50;
/// Groups one person may work in.
pub const MEMBERSHIPS: u32 = 100;
/// The highest limit a group may set itself on its mails in a month.
pub const CREDIT_MOST: u32 = 1_000_000;
/// The longest before an appointment that a reminder may go out, in hours.
pub const REMINDER_HOURS_MOST: u32 = 336;
/// When a new user's two tips go out, after they joined (S4-30).
pub const TIPS: [Span; 2] = [Span::days(2), Span::days(7)];
/// Rows of one export.
pub const EXPORT: u32 = 20_000;
/// Templates a group may keep.
pub const TEMPLATES: u32 = 200;
/// Benefits that the portal's handout may list, and steps to the portal.
pub const HANDOUT_LINES: usize = 12;
/// Reports a user may keep.
pub const SAVED_REPORTS: u32 = 50;
/// The longest text of a note, in characters.
pub const NOTE: usize = 50_000;
/// Characters of the instructions of a home activity.
pub const INSTRUCTIONS: usize = 10_000;
/// Characters of what somebody says when they tick one off.
pub const DOING_NOTE: usize = 300;
/// Files that belong to one home activity.
pub const ACTIVITY_FILES: usize = 5;
/// How many days before today may still be ticked off.
pub const ACTIVITY_BACK: u16 = 6;
/// Days over which adherence is counted, today among them.
pub const ACTIVITY_WINDOW: u16 = 28;
/// Colleagues that a note, or all of a practitioner's notes about a patient, may be shared with.
pub const NOTE_SHARES: u32 = 100;
/// Readers of a note that are shown, the latest.
pub const NOTE_READERS: u32 = 50;
/// Forms a group may keep, those put away counted.
pub const FORMS: u32 = 200;
/// Sections of a form.
pub const FORM_SECTIONS: usize = 30;
/// Questions of a form.
pub const FORM_QUESTIONS: usize = 200;
/// Options of a question.
pub const FORM_OPTIONS: usize = 50;
/// The longest key of a question, in characters.
pub const FORM_KEY: usize = 40;
/// The longest question, in characters.
pub const FORM_LABEL: usize = 300;
/// The longest help beside a question or over a section, in characters.
pub const FORM_HELP: usize = 2_000;
/// The longest option, in characters.
pub const FORM_OPTION: usize = 120;
/// The longest unit of a number, in characters.
pub const FORM_UNIT: usize = 20;
/// All texts of a form together, in bytes.
pub const FORM_TEXT: usize = 100_000;
/// The longest answer of several lines, in characters.
pub const FORM_LONG_ANSWER: usize = 5_000;
/// All answers to a form together, in characters.
pub const FORM_ANSWERS: usize = 40_000;
/// Forms that are sent to somebody at once.
pub const FORMS_AT_ONCE: usize = 10;
/// Forms that one portal user may be asked for at a time.
pub const FORMS_ASKED: u32 = 50;
/// Portal users of one patient that forms are sent to.
pub const RECIPIENTS: u32 = 50;
/// The greatest age that a report asks for, in years.
pub const AGE_MOST: i16 = 150;
/// Records that one statement of a report looks at.
pub const LOOKED_AT: u32 = 2_000;
/// How many pages of a report an export looks through.
pub const EXPORT_LOOKS: u32 = 400;
/// How many times a report looks for one page before it shows what it has.
pub const LOOKS: u32 = 2;
/// Patients ticked one by one for a bulk invitation; of more, all that a report finds.
pub const BULK_CHOSEN: usize = 1_000;
/// Patients of a bulk invitation that one unit of work sees to.
pub const BULK_STEP: u32 = 200;
/// The same while somebody is about, who waits for one such step at most.
pub const BULK_STEP_CROWDED: u32 = 5;
/// Steps of a bulk invitation that fail in a row before it is stopped.
pub const BULK_FAILURES: u32 = 5;
/// How long a bulk invitation that was never started is kept.
pub const BULK_UNSTARTED: Span = Span::days(1);
/// Contacts a patient may have.
pub const CONTACTS: u32 = 50;
/// People to call in an emergency that a patient names from the portal, those who are asked for among them.
pub const EMERGENCY_CONTACTS: usize = 10;
/// Portal users of one patient that are listed, those whose access is over among them.
pub const PORTAL_USERS: u32 = 60;
/// Portal users of one patient at one time.
pub const PORTAL_USERS_AT_ONCE: usize = 20;
/// The oldest age at which a parent's access can be set to end.
pub const GROWN_UP_MOST: u8 = 30;
/// Characters of what somebody is to the patient.
pub const RELATIONSHIP: usize = 60;

/// Passwords: 10 to 128 characters (decision 16).
pub const PASSWORD_SHORTEST: usize = 10;
/// The longest password, in characters.
pub const PASSWORD_LONGEST: usize = 128;
/// zxcvbn's score that a password must reach, of 4.
pub const PASSWORD_SCORE: u8 = 3;

/// Console: time without a human act after which a session ends, unless the group says otherwise (decision 15).
pub const CONSOLE_IDLE: Span = Span::minutes(15);
/// The fewest minutes that a group may set.
pub const CONSOLE_IDLE_LEAST: u32 = 5;
/// The most minutes that a group may set.
pub const CONSOLE_IDLE_MOST: u32 = 60;
/// Console: the longest session.
pub const CONSOLE_ABSOLUTE: Span = Span::hours(12);
/// Portal: time without a human act after which a session ends.
pub const PORTAL_IDLE: Span = Span::minutes(30);
/// Portal: the longest session.
pub const PORTAL_ABSOLUTE: Span = Span::hours(24);
/// How long before its end a session's open pages say so, with a way to stay (WCAG 2.2.1).
pub const SESSION_WARNING: Span = Span::minutes(2);
/// How stale the stored time of the last act may be: saves a write a click.
pub const SESSION_TOUCH: Span = Span::seconds(30);

/// How long a proof of the password is good for what matters most: users, access, exports (AD-08).
pub const STEP_UP: Span = Span::minutes(10);

/// Records that a user opens within an hour before the password is asked for again; from there on each proof lasts as long
/// as any other (PR-14).
pub const RECORDS_AN_HOUR: u32 = 300;
/// For how many hours a record is opened in an emergency, when a group has not chosen (PR-04).
pub const EMERGENCY_HOURS: u32 = 4;
/// The most that a group may choose.
pub const EMERGENCY_HOURS_MOST: u32 = 24;
/// Letters and digits that a reason to open a record has at least.
pub const EMERGENCY_REASON_LEAST: usize = 10;
/// Characters of such a reason.
pub const EMERGENCY_REASON: usize = 500;
/// Emergencies of one user within seven days from which on it is out of the ordinary (PR-04).
pub const EMERGENCIES_A_WEEK: i64 = 3;
/// How often within an hour somebody is looked for in an emergency and not found.
pub const EMERGENCIES_NOT_FOUND: u32 = 5;
/// Patients of a group who were born on one day, among whom a name is looked for.
pub const BORN_ON_A_DAY: u32 = 1_000;
/// Patients of one name and birth date among whom the one is looked for whose record is opened.
pub const EMERGENCY_ALIKE: usize = 10;
/// Records that one user holds open in emergencies at once.
pub const EMERGENCIES_OPEN: u32 = 10;
/// Rows of an export from which on it is out of the ordinary (PR-14).
pub const EXPORT_LARGE: u32 = 1_000;

/// Invitation link life when a group has not chosen (S3-20).
pub const LINK_LIFE: Span = Span::hours(24);
/// The shortest link life a group may choose.
pub const LINK_LIFE_SHORTEST: Span = Span::hours(1);
/// The longest link life a group may choose.
pub const LINK_LIFE_LONGEST: Span = Span::days(30);
/// The shortest life of an invitation's link of which its end is reminded.
pub const REMINDED_LIFE: Span = Span::hours(12);
/// Invitations that are looked at in one go when reminders are due.
pub const REMINDERS_STEP: u32 = 50;
/// Life of a link that sets a password.
pub const PASSWORD_LINK_LIFE: Span = Span::hours(1);

/// Tries after which the console shows a mail that still waits to leave.
pub const MAIL_SHOWN: u32 = 3;
/// How long mails that left, and mails that were given up, are remembered.
pub const MAIL_KEPT: Span = Span::days(30);
/// How long a worker may hold a mail before another may take it.
pub const MAIL_LEASE: Span = Span::minutes(2);

/// Sign-ins, resets and the like: tries of one account in [`THROTTLE_WINDOW`] before the next must wait.
pub const THROTTLE_ACCOUNT: u32 = 10;
/// Tries from one address in [`THROTTLE_WINDOW`].
pub const THROTTLE_ADDRESS: u32 = 30;
/// Sign-ins from one address in [`THROTTLE_WINDOW`], to accounts that never signed in from there (AN-07).
pub const THROTTLE_SIGN_INS: u32 = 5;
/// How long an address counts as known for an account that signed in from there: what strangers do elsewhere then slows
/// neither (AN-08).
pub const KNOWN_ADDRESS: Span = Span::days(60);
/// Guessed links from one address in [`THROTTLE_WINDOW`] (AN-06).
pub const THROTTLE_LINKS: u32 = 20;
/// Papers that one portal user has printed in [`THROTTLE_WINDOW`]: one person does not keep the press from everybody (TG-08).
pub const THROTTLE_PRINTS: u32 = 10;
/// Records that one portal user takes along in [`THROTTLE_WINDOW`].
pub const THROTTLE_DOWNLOADS: u32 = 3;
/// The window over which tries are counted.
pub const THROTTLE_WINDOW: Span = Span::minutes(1);
/// Links that set a password, mailed to one account in an hour: who asks again gets the same answer and no further mail.
pub const PASSWORD_MAILS: u32 = 5;
/// The window over which those are counted.
pub const PASSWORD_MAILS_WINDOW: Span = Span::hours(1);
/// How often an account is told that somebody tried to make it anew (AN-24).
pub const ACCOUNT_EXISTS_WINDOW: Span = Span::days(1);
/// How long a device is remembered after it was last used to sign in, here and by the browser, of which none keeps a cookie
/// for longer (SS-16).
pub const KNOWN_DEVICE: Span = Span::days(400);
/// Devices remembered of one account; of more, those used last.
pub const KNOWN_DEVICES: u32 = 50;
/// How long links that set a password are remembered after they ended.
pub const PASSWORD_LINK_KEPT: Span = Span::days(30);

/// How many days beforehand people are told of an age at which access changes.
pub const AGE_NOTICE_DAYS: i32 = 30;
/// Portal users who are told so in one unit of work.
pub const AGE_NOTICES_STEP: u32 = 50;
/// Groups whose age rules are looked at in one go.
pub const AGE_GROUPS_STEP: u32 = 100;

/// Rows a sweep removes in one unit of work, so that it holds no lock for long.
pub const SWEPT: u32 = 1_000;
