//! Turns a letter into a mail message: text and HTML side by side, headers that no input can add to.

use domain::email::Email;
use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart, header},
};
use services::ports::Letter;

/// The longest name or subject in a header, in characters.
const HEADER_TEXT: usize = 150;

/// The message of a letter. `host` is of the server's public address: a repeated mail carries the same Message-ID.
///
/// # Errors
/// When the mail library finds an address it cannot use.
pub fn message(letter: &Letter, from: &Email, host: &str) -> Result<Message, lettre::error::Error> {
    let from = Mailbox::new(Some(header_text(&letter.from_name)), address(from)?);
    let to = Mailbox::new(None, address(&letter.to)?);
    let mut message = Message::builder().from(from).to(to);
    if let Some(reply_to) = &letter.reply_to {
        message = message.reply_to(Mailbox::new(None, address(reply_to)?));
    }
    message
        .subject(header_text(&letter.subject))
        .message_id(Some(format!("<{}@{host}>", letter.id)))
        // Out-of-office programs do not answer what is marked so.
        .raw_header(header::HeaderValue::new(
            header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
}

fn address(email: &Email) -> Result<Address, lettre::error::Error> {
    email.as_str().parse().map_err(|_| lettre::error::Error::MissingTo)
}

/// One line without controls, whatever came in (PR-19). Unicode has line ends of its own.
fn header_text(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}') { ' ' } else { c })
        .take(HEADER_TEXT)
        .collect();
    line.trim().to_owned()
}

#[cfg(test)]
pub(crate) fn letter() -> Letter {
    Letter {
        id: uuid::Uuid::from_u128(7).into(),
        to: "ann@example.org".parse().unwrap(),
        from_name: "Harbour Street Practice".into(),
        reply_to: None,
        subject: "An invitation".into(),
        text: "Hello".into(),
        html: "<p>Hello</p>".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(letter: &Letter) -> String {
        let from = "portal@example.org".parse().unwrap();
        String::from_utf8(message(letter, &from, "portal.example.org").unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_repeated_mail_carries_the_same_message_id() {
        let id = format!("Message-ID: <{}@portal.example.org>", letter().id);
        assert!(written(&letter()).contains(&id), "{}", written(&letter()));
        assert!(written(&letter()).contains(&id));
    }

    // S4-09: the group says where answers go.
    #[test]
    fn answers_go_where_the_group_says() {
        assert!(!written(&letter()).contains("Reply-To"));
        let answered = Letter { reply_to: Some("desk@example.org".parse().unwrap()), ..letter() };
        assert!(written(&answered).contains("Reply-To: desk@example.org"));
    }

    #[test]
    fn text_and_html_stand_side_by_side() {
        let mail = written(&letter());
        assert!(mail.contains("multipart/alternative"));
        assert!(mail.contains("text/plain") && mail.contains("text/html"));
    }

    // PR-19: line ends of any kind in a name or subject add no header.
    #[test]
    fn no_name_or_subject_adds_a_header() {
        for end in ["\r\n", "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}", "\0", "\u{b}"] {
            let mut letter = letter();
            letter.subject = format!("Hello{end}Bcc: x@evil.example{end}{end}<b>body</b>");
            letter.from_name = format!("Practice{end}Cc: y@evil.example");
            let mail = written(&letter);
            let (head, _) = mail.split_once("\r\n\r\n").unwrap();
            assert!(!head.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("Cc:")), "{end:?}: {head}");
            assert_eq!(head.lines().filter(|line| line.starts_with("To:")).count(), 1);
        }
    }
}
