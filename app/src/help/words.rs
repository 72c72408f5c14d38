//! What the two guides say, in one place, ready for translation. What a practice sets or decides is told to the practice only.

/// A guide.
pub struct Guide {
    /// Heading.
    pub title: &'static str,
    /// Under it.
    pub lead: &'static str,
    /// What must be read before anything else; may be empty.
    pub warning: &'static str,
    /// What is asked, in the order in which people come to it.
    pub topics: &'static [Topic],
    /// The way on: an address, and what the link says.
    pub door: (&'static str, &'static str),
}

/// Something people ask.
pub struct Topic {
    /// The question.
    pub title: &'static str,
    /// The answer.
    pub lines: &'static [&'static str],
}

/// For patients, parents and carers.
pub const PATIENTS: Guide = Guide {
    title: "Help for patients",
    lead: "How to use your patient portal. For what only your practice knows, ring them.",
    warning: "The portal is not for emergencies. If somebody is in danger, call the emergency number of your country.",
    topics: &[
        Topic {
            title: "How do I get in for the first time?",
            lines: &[
                "Your practice invites you by email. Open the link in it, choose a password, and you are in. The link works once, \
                 and for a while only; the email says how long.",
                "No email? Look among unwanted mail, then ask your practice to send it again.",
                "You use the portal with several practices? Sign in with the same email and password. Each practice’s record \
                 stays its own; you choose between them at the top.",
            ],
        },
        Topic {
            title: "I forgot my password",
            lines: &[
                "On the sign-in page choose “Forgot password?” and type your email. A link comes that sets a new one.",
                "Whoever works at the practice does not know your password and never asks for it.",
            ],
        },
        Topic {
            title: "How do I change my telephone, address, health fund or emergency contacts?",
            lines: &[
                "Home, then Details. Change what is not right and send it.",
                "Some practices look at each change first. Then you see “Waiting for the practice” beside it, and later what became \
                 of it: accepted, changed by the practice, or not accepted and why. What was not accepted you can mend and send \
                 again.",
                "Some practices take no changes from the portal: the page says so. Ring them.",
                "Your name in law and your birth date are changed by the practice only.",
            ],
        },
        Topic {
            title: "What did my details say before, and who changed them?",
            lines: &[
                "Home, then Details, then “What changed, and when”: what they said before, when it was changed, and by whom.",
            ],
        },
        Topic {
            title: "Where do I read what my practitioner wrote for me?",
            lines: &[
                "Under Records. What is new is marked, and Home says so. An email tells you that there is something new, never what.",
                "You see what was shared with you. If you expect something that is not there, ask your practice to share it.",
                "A note can be printed, or saved as a PDF. If something in it is wrong, ask the practice: it can correct the note.",
            ],
        },
        Topic {
            title: "Where are letters and reports from my practice?",
            lines: &[
                "Home, then Documents. You see what your practice has completed for you; what is still being written is not there yet.",
                "Open one to read it, print it or save it as a PDF. When the practice asks you to confirm that you have read it, there is \
                 a button under it; confirming says nothing about whether you agree.",
            ],
        },
        Topic {
            title: "Where do I see what to do at home?",
            lines: &[
                "Home, then Home activities: what your practice asks you to do, how, how much and on which days. What is to be done today \
                 stands on Home too.",
                "Open one and press “I did it” for a day of the last seven; a few words about how it went help your practice, which \
                 sees them. Pressed by mistake? “Not done after all” takes it back.",
                "Print it to have it beside you: on paper there is a table to tick off with a pen.",
            ],
        },
        Topic {
            title: "How do I send a referral, a letter or a photo?",
            lines: &[
                "Home, then Files. Choose what it is and the file, or several, and Send: a PDF, a photo, a Word document or a text of at \
                 most 25 MB. Where it was taken is removed from a photo.",
                "When the network goes, keep the page open: it goes on by itself. After a reload choose the same file again, and it goes \
                 on where it was.",
                "The practice is told that something came, and those who treat you can open it. What it shares with you stands there, too.",
            ],
        },
        Topic {
            title: "Who can see my record?",
            lines: &[
                "Home, then “People who can see this record”: who uses the portal for you. You can let somebody in, and end what you \
                 gave.",
                "Home, then “Who looked at this record”: who opened or changed it, at the practice and in the portal.",
                "“Download this record” gives you all that the portal shows of it in one file.",
                "“In an emergency” stands beside what somebody at the practice looked at because you needed help and your record was \
                 not open to them. The practice looks at each of these; ask there when you do not know of one.",
                "You see these two when the record is your own, or when you decide for the patient who may see it.",
            ],
        },
        Topic {
            title: "I act for somebody else",
            lines: &[
                "Their practice, or they themselves, can let you in: as somebody who may look, or who may act. You sign in as \
                 yourself, and the practice sees that it was you.",
                "A child’s record closes to you, or shows less, at the age that the practice has set. Home tells you beforehand.",
            ],
        },
        Topic {
            title: "How do I fill in a form?",
            lines: &[
                "Forms that wait for you stand on Home. What you type is kept as you go; you can stop and come back. Once you \
                 return it, the practice has it and you can read and print it.",
            ],
        },
        Topic {
            title: "Is it safe?",
            lines: &[
                "Mails from the portal never say anything about your health: they only say that there is something new.",
                "You are signed out after a while without doing anything. On somebody else’s device, sign out when you are done. \
                 Under Account you see where you are signed in, and can end it.",
            ],
        },
    ],
    door: ("/sign-in", "To the portal"),
};

/// For who works in a practice.
pub const PRACTICE: Guide = Guide {
    title: "Help for practices",
    lead: "How to run the portal in your practice. Patients have a guide of their own at /help: tell them that address.",
    warning: "",
    topics: &[
        Topic {
            title: "What is left to do in a new practice?",
            lines: &[
                "The portal is on. Add patients, then invite them: on a patient, under the name, or many at once under Reports > Case \
                 Load.",
                "Settings > General > Patient Access says who may be invited, for how long a link works, and what becomes of changes.",
            ],
        },
        Topic {
            title: "Why can I not invite somebody?",
            lines: &[
                "Patient Invitations may be switched off, the patient may have no email, or the address belongs to somebody who works \
                 as a practitioner or to one of the patient’s contacts. The dialog says which, and the way out.",
                "Settings > Mail lists mail that does not get through.",
            ],
        },
        Topic {
            title: "What becomes of changes that patients make?",
            lines: &[
                "Settings > General > Patient Access > Patient Updates, for the whole practice. Auto update: the record follows at \
                 once. Require approval: they wait until somebody decides. Disabled: none is taken, and the portal says so.",
                "Whatever the setting, a change is never written over something that was changed here since the patient looked: \
                 it waits as a conflict.",
            ],
        },
        Topic {
            title: "How do I decide about a change?",
            lines: &[
                "The bell says that something waits. On the patient’s Updates tab old stands beside new; approve, edit and approve, or \
                 reject with a reason that the patient reads. For a minute you can take a decision back.",
                "Patients > Changes from patients lists those of the whole practice, oldest first: narrow the list to one kind of change and \
                 decide about many at once. What needs a look each is left out.",
                "Whoever asked gets one mail that says nothing of what it was about. Nobody decides about their own record.",
            ],
        },
        Topic {
            title: "Who reads my notes?",
            lines: &[
                "Nobody reads a draft but you. What you publish is read by colleagues whose access includes all notes, and by those \
                 you share it with: this note, or all of yours about this patient. A private note only by those you share it with.",
                "The patient reads a note when you share it with them, now or from a day on. “See it as the patient” shows \
                 beforehand what they will see, and who of the portal can.",
                "What was published stays. A correction is a further version, and both are kept.",
                "Settings > General > Patient Access > Note Sharing switches sharing among colleagues off: then what was shared with \
                 them cannot be read until it is on again.",
            ],
        },
        Topic {
            title: "How do I give somebody exercises for home?",
            lines: &[
                "In the patient’s Home activities tab, Assign: what, how much, how it is done, on which days and for how long. Files of the \
                 record, such as a picture of the exercise, can belong to it; the patient can open them from then on.",
                "The patient sees it in the portal at once, prints it, and ticks off the days on which they did it. The tab shows how \
                 often that was in the last four weeks, and what they said.",
                "Change it when it changes: the portal shows it as new. End stops it and leaves it to be read; “Take back” is for one that \
                 was assigned by mistake.",
            ],
        },
        Topic {
            title: "How do I begin notes with a text of ours?",
            lines: &[
                "Settings > Templates has templates of notes: a name, a kind and a text, with fields such as the patient’s age or today’s \
                 date that are filled in when a note begins.",
                "In a patient’s Notes tab, “Begin with a template” makes a draft of it. Everything in it can be changed.",
            ],
        },
        Topic {
            title: "How do I write a letter, a report or a plan?",
            lines: &[
                "In the patient’s Documents tab, New document. A draft is seen by colleagues who treat the patient, never in the portal. \
                 “As the patient sees it” shows what it will look like.",
                "Complete makes it final: it carries your name, nobody changes it any more, and the portal shows it. “Take back” takes it \
                 out of the portal; it stays in the record.",
                "Ask the reader to confirm having read it, and the document says who has, and when. Settings > General > Patient \
                 Access hides whole types from the portal.",
            ],
        },
        Topic {
            title: "Where is what a patient sent?",
            lines: &[
                "On the patient, under Documents; the bell says that something came. Those who treat the patient, and clinical and full \
                 access, can open it. Others see that a file came, not what it is called.",
                "Add files puts in what came by other ways. The portal shows it only when you choose “Show in the portal”.",
            ],
        },
        Topic {
            title: "Who sees what?",
            lines: &[
                "Settings > Users, then a user: their access, and why they may or may not. On a patient’s Access tab the same is \
                 explained for that patient.",
                "How a patient lives is read by practitioners who treat them, by practitioners with clinical access and by those with \
                 full access; not by the front desk.",
                "Emergency access opens a record that is not open to a practitioner, for some hours and to read only: on Patients, or on \
                 the patient’s profile. It takes a reason; administrators are told at once and look at it under Settings > Emergency \
                 access, where it can be ended too. For how long, and whether at all, is set under Settings > General > Practice.",
                "Every look at a record is written down. Patients see who looked, by name and role.",
            ],
        },
        Topic {
            title: "Somebody acts for a patient",
            lines: &[
                "On the patient’s Contacts tab: let them in, say how far and until when. At the ages set under Patient Access a \
                 parent’s access steps down or ends by itself; both are told beforehand.",
            ],
        },
        Topic {
            title: "How do I tell patients of the portal?",
            lines: &[
                "Settings > Portal handout prints a sheet to take away. Settings > Templates holds texts for mails. Point patients to their \
                 own guide, not to this one.",
            ],
        },
    ],
    door: ("/console/sign-in", "To the console"),
};
