//! What letters say: templates in `templates/`, filled in for each content. No health information, and no patient's
//! name (decision 14).

use minijinja::{AutoEscape, Environment, context, escape_formatter, syntax::SyntaxConfig};
use services::ports::{AccessChange, MailContent, MailWriter, Written};

use crate::html::escaped;

/// Our own name, as sender of what no practice sends.
const PORTICO: &str = "Portico";

/// The templates, read and checked once.
pub struct Templates {
    templates: Environment<'static>,
}

const TEMPLATES: &[(&str, &str)] = &[
    ("frame.html", include_str!("templates/frame.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("invitation.html", include_str!("templates/invitation.html")),
    ("invitation.txt", include_str!("templates/invitation.txt")),
    ("reminder.html", include_str!("templates/reminder.html")),
    ("reminder.txt", include_str!("templates/reminder.txt")),
    ("age_notice.html", include_str!("templates/age_notice.html")),
    ("age_notice.txt", include_str!("templates/age_notice.txt")),
    ("messages_wait.html", include_str!("templates/messages_wait.html")),
    ("messages_wait.txt", include_str!("templates/messages_wait.txt")),
    ("record_shared.html", include_str!("templates/record_shared.html")),
    ("record_shared.txt", include_str!("templates/record_shared.txt")),
    ("updates_decided.html", include_str!("templates/updates_decided.html")),
    ("updates_decided.txt", include_str!("templates/updates_decided.txt")),
    ("forms_asked.html", include_str!("templates/forms_asked.html")),
    ("forms_asked.txt", include_str!("templates/forms_asked.txt")),
    ("password_link.html", include_str!("templates/password_link.html")),
    ("password_link.txt", include_str!("templates/password_link.txt")),
    ("password_changed.html", include_str!("templates/password_changed.html")),
    ("password_changed.txt", include_str!("templates/password_changed.txt")),
    ("account_exists.html", include_str!("templates/account_exists.html")),
    ("account_exists.txt", include_str!("templates/account_exists.txt")),
    ("new_device.html", include_str!("templates/new_device.html")),
    ("new_device.txt", include_str!("templates/new_device.txt")),
    ("welcome.html", include_str!("templates/welcome.html")),
    ("welcome.txt", include_str!("templates/welcome.txt")),
    ("join_group.html", include_str!("templates/join_group.html")),
    ("join_group.txt", include_str!("templates/join_group.txt")),
    ("tip.html", include_str!("templates/tip.html")),
    ("tip.txt", include_str!("templates/tip.txt")),
];

impl Templates {
    /// Reads the templates.
    ///
    /// # Errors
    /// When one of them is wrong; a test keeps that from ever being the case.
    pub fn new() -> Result<Self, minijinja::Error> {
        // What is called *.html is escaped by itself.
        let mut templates = Environment::new();
        templates.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        templates.set_formatter(|out, state, value| match (state.auto_escape(), value.as_str()) {
            // The library would also write every slash of a link as a number, which mail filters take for a trick.
            (AutoEscape::Html, Some(text)) if !value.is_safe() => Ok(out.write_str(&escaped(text))?),
            _ => escape_formatter(out, state, value),
        });
        templates.add_filter("lines", |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>());
        for (name, text) in TEMPLATES {
            templates.add_template(name, text)?;
        }
        Ok(Self { templates })
    }

    fn fill(&self, name: &str, values: &minijinja::Value) -> String {
        self.templates.get_template(name).and_then(|template| template.render(values)).unwrap_or_else(|error| {
            tracing::error!(name, %error, "a mail template failed");
            String::new()
        })
    }
}

impl MailWriter for Templates {
    fn write(&self, content: &MailContent) -> Written {
        let (name, from_name, subject, values) = match content {
            MailContent::Invitation { practice, phone, inviter, message, link, hours, has_password } => (
                "invitation",
                practice.clone(),
                format!("{practice} invites you to its patient portal"),
                context! { practice, phone, inviter, message, link, has_password, life => life(*hours) },
            ),
            MailContent::Reminder { practice, phone, inviter, link, hours, has_password } => (
                "reminder",
                practice.clone(),
                format!("Your invitation from {practice} expires soon"),
                context! { practice, phone, inviter, link, has_password, life => life(*hours) },
            ),
            MailContent::FormsAsked { practice, phone, link } => (
                "forms_asked",
                practice.clone(),
                format!("{practice} asks you to fill something in"),
                context! { practice, phone, link },
            ),
            MailContent::RecordShared { practice, phone, link } => (
                "record_shared",
                practice.clone(),
                format!("{practice}: something new for you"),
                context! { practice, phone, link },
            ),
            MailContent::MessagesWait { practice, phone, link } => (
                "messages_wait",
                practice.clone(),
                format!("{practice}: a message waits for you"),
                context! { practice, phone, link },
            ),
            MailContent::UpdatesDecided { practice, phone, link } => (
                "updates_decided",
                practice.clone(),
                format!("{practice} looked at your changes"),
                context! { practice, phone, link },
            ),
            MailContent::AgeNotice { practice, phone, link, change } => {
                let (own, others, what) = match change {
                    AccessChange::Own => (true, false, "who sees your record"),
                    AccessChange::Others => (false, true, "what you see"),
                    AccessChange::Both => (true, true, "who sees what"),
                };
                (
                    "age_notice",
                    practice.clone(),
                    format!("{practice}: {what} changes soon"),
                    context! { practice, phone, link, own, others },
                )
            }
            MailContent::PasswordLink { link, minutes } => (
                "password_link",
                PORTICO.to_owned(),
                "Set your password".to_owned(),
                context! { link, life => minutes_in_words(*minutes) },
            ),
            MailContent::PasswordChanged { link } => {
                ("password_changed", PORTICO.to_owned(), "Your password was changed".to_owned(), context! { link })
            }
            MailContent::AccountExists { link } => {
                ("account_exists", PORTICO.to_owned(), "You have an account already".to_owned(), context! { link })
            }
            MailContent::NewDevice { link } => {
                ("new_device", PORTICO.to_owned(), "A new device signed in".to_owned(), context! { link })
            }
            MailContent::Welcome { practice, name, email, link } => (
                "welcome",
                practice.clone(),
                format!("Welcome to {practice}"),
                context! { practice, name, email, link },
            ),
            MailContent::JoinGroup { practice, link } => {
                ("join_group", practice.clone(), format!("{practice} asks you to join it"), context! { practice, link })
            }
            MailContent::Tip { practice, number, practises, link, stop } => (
                "tip",
                practice.clone(),
                tip(*number, *practises).0.to_owned(),
                context! { practice, link, stop, title => tip(*number, *practises).0, lines => tip(*number, *practises).1 },
            ),
        };
        let values = context! { from_name => &from_name, ..values };
        Written {
            from_name,
            text: self.fill(&format!("{name}.txt"), &values),
            html: self.fill(&format!("{name}.html"), &values),
            subject,
        }
    }
}

/// What a tip says: its title, and line by line what to try (S4-30).
const fn tip(number: u8, practises: bool) -> (&'static str, [&'static str; 3]) {
    match (number, practises) {
        (1, _) => (
            "Three things that save time",
            [
                "Press / on any page to search for a patient.",
                "The bell at the top says what is new; nothing rings twice.",
                "What you type is kept on this device until you save it, also when the network is lost.",
            ],
        ),
        (_, true) => (
            "Your patients and their portal",
            [
                "On a patient's profile, \u{201c}Invite to the portal\u{201d} is under the name.",
                "A patient's Access tab shows what became of each invitation.",
                "Your colleagues see what their access level says; ask your practice's owner if something is missing.",
            ],
        ),
        (_, false) => (
            "The front desk in Portico",
            [
                "The list of patients filters by name, telephone and birth date.",
                "Settings > Templates keeps texts that you write often, if your level includes settings.",
                "An invitation to the portal that cannot be delivered rings the bell of whoever sent it.",
            ],
        ),
    }
}

fn life(hours: i64) -> String {
    match hours {
        1 => "1 hour".to_owned(),
        24 => "24 hours".to_owned(),
        hours if hours % 24 == 0 => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    }
}

fn minutes_in_words(minutes: i64) -> String {
    if minutes % 60 == 0 { life(minutes / 60) } else { format!("{minutes} minutes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation(message: &str, has_password: bool) -> Written {
        Templates::new().unwrap().write(&MailContent::Invitation {
            practice: "Harbour & Sons <Practice>".into(),
            phone: "020 7946 0000".into(),
            inviter: "Dr Ada Okafor".into(),
            message: message.into(),
            link: "https://portal.example.org/invitation/abc".into(),
            hours: 24,
            has_password,
        })
    }

    // S1-13, S1-14: how to accept, and how to set up the account. S3-20: how long the link works.
    #[test]
    fn an_invitation_says_how_to_accept_and_set_up() {
        let written = invitation("", false);
        for part in [&written.text, &written.html] {
            assert!(part.contains("https://portal.example.org/invitation/abc"), "{part}");
            assert!(part.contains("24 hours"), "{part}");
            assert!(part.contains("Dr Ada Okafor"), "{part}");
            assert!(part.to_lowercase().contains("to accept"), "{part}");
            assert!(part.contains("password"), "{part}");
            assert!(part.contains("020 7946 0000"), "{part}");
        }
        assert!(invitation("", true).text.contains("sign in"));
    }

    // A reminder says whose invitation it is, how long there is, and what to do; it is no second invitation.
    #[test]
    fn a_reminder_says_how_long_there_is() {
        let reminder = |has_password| {
            Templates::new().unwrap().write(&MailContent::Reminder {
                practice: "Harbour & Sons <Practice>".into(),
                phone: "020 7946 0000".into(),
                inviter: "Dr Ada Okafor".into(),
                link: "https://portal.example.org/invitation/abc".into(),
                hours: 6,
                has_password,
            })
        };
        let written = reminder(false);
        assert_eq!(written.subject, "Your invitation from Harbour & Sons <Practice> expires soon");
        for part in [&written.text, &written.html] {
            for wanted in ["https://portal.example.org/invitation/abc", "6 hours", "Dr Ada Okafor", "020 7946 0000"] {
                assert!(part.contains(wanted), "{wanted}: {part}");
            }
            assert!(part.contains("Choose a password"), "{part}");
        }
        assert!(!written.html.contains("<Practice>"), "{}", written.html);
        for part in [&reminder(true).text, &reminder(true).html] {
            assert!(part.contains("Sign in") && !part.contains("Choose a password"), "{part}");
        }
    }

    // Decision 14: that something waits, and not what. The link is a button and spelled out, in one template for all.
    #[test]
    fn a_mail_about_forms_leads_to_the_portal() {
        let written = Templates::new().unwrap().write(&MailContent::FormsAsked {
            practice: "Harbour & Sons <Practice>".into(),
            phone: "020 7946 0000".into(),
            link: "https://portal.example.org/sign-in".into(),
        });
        assert_eq!(written.subject, "Harbour & Sons <Practice> asks you to fill something in");
        assert!(written.text.contains("https://portal.example.org/sign-in"), "{}", written.text);
        assert_eq!(written.html.matches("href=\"https://portal.example.org/sign-in\"").count(), 2, "{}", written.html);
        assert!(written.html.contains(">Sign in</a>") && !written.html.contains("<Practice>"), "{}", written.html);
    }

    // Decision 14: that it was looked at, and neither what nor how.
    #[test]
    fn a_mail_about_changes_says_no_more_than_that() {
        let written = Templates::new().unwrap().write(&MailContent::UpdatesDecided {
            practice: "Harbour & Sons <Practice>".into(),
            phone: "020 7946 0000".into(),
            link: "https://portal.example.org/sign-in".into(),
        });
        assert_eq!(written.subject, "Harbour & Sons <Practice> looked at your changes");
        for part in [&written.text, &written.html] {
            assert!(part.contains("https://portal.example.org/sign-in") && part.contains("020 7946 0000"), "{part}");
        }
        assert!(!written.html.contains("<Practice>"), "{}", written.html);
    }

    // S0-27, decision 14: that something changes, and neither whose record nor when. Each side reads what it means for them.
    #[test]
    fn an_age_is_told_to_both_sides() {
        let written = |change| {
            Templates::new().unwrap().write(&MailContent::AgeNotice {
                practice: "Harbour & Sons <Practice>".into(),
                phone: "020 7946 0000".into(),
                link: "https://portal.example.org/sign-in".into(),
                change,
            })
        };
        let (patient, carer) = (written(AccessChange::Own), written(AccessChange::Others));
        let both = written(AccessChange::Both);
        assert_eq!(patient.subject, "Harbour & Sons <Practice>: who sees your record changes soon");
        assert_eq!(carer.subject, "Harbour & Sons <Practice>: what you see changes soon");
        assert_eq!(both.subject, "Harbour & Sons <Practice>: who sees what changes soon");
        for (part, wanted) in [
            (&patient.text, "you reach an age"),
            (&patient.html, "you reach an age"),
            (&carer.text, "Somebody whose record you see"),
            (&carer.html, "Somebody whose record you see"),
            (&both.text, "you reach an age"),
            (&both.html, "you reach an age"),
            (&both.text, "Somebody whose record you see"),
            (&both.html, "Somebody whose record you see"),
        ] {
            assert!(part.contains(wanted) && part.contains("https://portal.example.org/sign-in"), "{part}");
            assert!(part.contains("020 7946 0000"), "{part}");
        }
        assert!(!patient.html.contains("<Practice>") && !carer.html.contains("<Practice>"), "{}", carer.html);
    }

    // S1-09, S1-23: the custom message stands above the invitation.
    #[test]
    fn the_custom_message_stands_above_the_invitation() {
        let written = invitation("Dear Ann,\nsee you soon.", false);
        for part in [&written.text, &written.html] {
            let message = part.find("see you soon.").unwrap();
            let link = part.find("/invitation/abc").unwrap();
            let invites = part.find("invites you").unwrap();
            assert!(message < link && message < invites, "{part}");
        }
        assert!(!invitation("", false).text.contains("\n\n\n"));
    }

    // PR-19: whatever is typed stays text.
    #[test]
    fn what_is_typed_stays_text() {
        let evil = "<script>alert(1)</script><a href='https://evil.example'>x</a> {{ link }} {% raw %}";
        let written = invitation(evil, false);
        assert!(
            !written.html.contains("<script>") && !written.html.contains("<a href='https://evil"),
            "{}",
            written.html
        );
        assert!(written.html.contains("{{ link }}") || written.html.contains("&#x7b;"), "{}", written.html);
        assert!(!written.html.contains("<Practice>"));
        assert!(written.text.contains("<Practice>"), "text is not escaped");
    }

    // Decision 14: no content even knows a patient's name; subjects are the practice's and ours.
    #[test]
    fn every_occasion_has_words() {
        let link = "https://portal.example.org/x".to_owned();
        let paper = Templates::new().unwrap();
        for content in [
            MailContent::PasswordLink { link: link.clone(), minutes: 60 },
            MailContent::PasswordChanged { link: link.clone() },
            MailContent::AccountExists { link: link.clone() },
            MailContent::NewDevice { link: link.clone() },
        ] {
            let written = paper.write(&content);
            assert!(written.text.contains(&link) && written.html.contains(&link), "{content:?}");
            assert!(!written.subject.is_empty() && !written.from_name.is_empty());
            assert!(!written.html.contains("<script") && !written.html.contains("<img"), "nothing is loaded from afar");
        }
    }

    #[test]
    fn lives_in_words() {
        assert_eq!(life(1), "1 hour");
        assert_eq!(life(24), "24 hours");
        assert_eq!(life(720), "30 days");
        assert_eq!(minutes_in_words(60), "1 hour");
        assert_eq!(minutes_in_words(90), "90 minutes");
    }
}
