//! What is printed, read back with poppler's tools: its text, that it is tagged, and its code as a camera sees it.

#![cfg(feature = "pdf")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::Instant,
};

use docgen::{Code, Document, Handout, Item, Paper, Section, Unprinted, pdf};

const ADDRESS: &str = "https://portal.example.org/sign-in";

/// What would be an instruction if it were read as one.
const TRICKS: [&str; 8] = [
    "#import \"@preview/x:1.0.0\": *",
    "#read(\"/etc/passwd\")",
    "#panic()",
    "*bold* _thin_ $x^2$",
    "back\\slash \\u{41}",
    "= heading",
    "```rust x```",
    "</path><script>alert(1)</script>",
];

fn handout() -> Handout {
    Handout {
        language: "en".into(),
        practice: "Harbour & Hill".into(),
        title: "Your portal".into(),
        introduction: vec!["A private page for you.".into(), "Nothing to install.".into()],
        benefits_title: "What it is good for".into(),
        benefits: vec!["See your appointments".into(), "Write to us, Lien Nguyễn".into()],
        steps_title: "How to get there".into(),
        steps: vec!["Ask for an invitation".into(), "Choose a password".into()],
        address: ADDRESS.into(),
        code: Code::of(ADDRESS).unwrap(),
        code_name: "A code that leads to the portal".into(),
        closing: vec!["Ring us.".into()],
    }
}

/// Runs one of poppler's tools on a PDF.
fn poppler(tool: &str, arguments: &[&str], pdf: &[u8]) -> Vec<u8> {
    let mut run = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{tool} (Debian: poppler-utils): {error}"));
    let mut stdin = run.stdin.take().unwrap();
    let pdf = pdf.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&pdf));
    let out = run.wait_with_output().unwrap();
    let _ = writer.join();
    assert!(out.status.success(), "{tool}");
    out.stdout
}

fn text(pdf: &[u8]) -> String {
    String::from_utf8(poppler("pdftotext", &["-layout", "-", "-"], pdf)).unwrap()
}

fn info(pdf: &[u8]) -> String {
    String::from_utf8(poppler("pdfinfo", &["-"], pdf)).unwrap()
}

// S3-37: the handout has its words, is tagged for screen readers, and names itself.
#[test]
fn a_handout_says_what_it_was_given() {
    let made = pdf(&Paper::Handout(handout())).unwrap();
    let text = text(&made);
    for wanted in ["Harbour & Hill", "Your portal", "A private page for you.", "Lien Nguyễn", "Ask for an invitation"]
    {
        assert!(text.contains(wanted), "{wanted} is not in {text}");
    }
    assert!(text.contains("portal.example.org/sign-in"), "{text}");
    let info = info(&made);
    for (name, value) in [("Tagged", "yes"), ("Title", "Your portal"), ("Pages", "1"), ("Creator", "Portico")] {
        let line = info.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        assert!(line.ends_with(value), "{name} is {line}");
    }
    let structure = String::from_utf8(poppler("pdfinfo", &["-struct", "-"], &made)).unwrap();
    for tag in ["H1", "H2", "L (", "Figure"] {
        assert!(structure.contains(tag), "no {tag} in {structure}");
    }
    assert!(made.windows(9).any(|bytes| bytes == b"/Lang(en)" || bytes == b"/Lang (en"), "no language");
}

// S3-37: a telephone's camera reads the code off the paper.
#[test]
fn the_code_on_the_paper_leads_to_the_portal() {
    let made = pdf(&Paper::Handout(handout())).unwrap();
    let image = poppler("pdftoppm", &["-gray", "-r", "110", "-"], &made);
    // PGM: P5, width and height, the brightest, then a byte for each point.
    let mut parts = image.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut number = || std::str::from_utf8(parts.next().unwrap()).unwrap().to_owned();
    assert_eq!(number(), "P5");
    let (width, height): (usize, usize) = (number().parse().unwrap(), number().parse().unwrap());
    let points = &image[image.len() - width * height..];
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| points[y * width + x]);
    let grids = seen.detect_grids();
    assert_eq!(grids.len(), 1);
    assert_eq!(grids[0].decode().unwrap().1, ADDRESS);
}

// What people typed is text on the paper, whatever it looks like; nothing is read, run or looked up for it.
#[test]
fn what_was_typed_is_never_an_instruction() {
    let tricks: Vec<String> = TRICKS.iter().map(|trick| (*trick).to_owned()).collect();
    let all = TRICKS.join(" | ");
    let sheet = Handout {
        practice: TRICKS[0].into(),
        title: TRICKS[1].into(),
        introduction: tricks.clone(),
        benefits: tricks.clone(),
        steps: tricks.clone(),
        closing: tricks.clone(),
        benefits_title: TRICKS[2].into(),
        steps_title: TRICKS[3].into(),
        code_name: all.clone(),
        ..handout()
    };
    let printed = text(&pdf(&Paper::Handout(sheet)).unwrap());
    for trick in TRICKS {
        let times = printed.matches(trick).count();
        assert!(times >= 4, "{trick} stands {times} times in {printed}");
    }
    assert!(!printed.contains("root:"));
    let form = Document {
        language: "en".into(),
        title: TRICKS[1].into(),
        practice: TRICKS[0].into(),
        lines: tricks.clone(),
        footer: TRICKS[2].into(),
        sections: TRICKS
            .iter()
            .map(|trick| Section {
                title: (*trick).into(),
                help: (*trick).into(),
                text: (*trick).into(),
                items: vec![Item {
                    label: (*trick).into(),
                    help: (*trick).into(),
                    answer: Some((*trick).into()),
                    blank_lines: 0,
                }],
            })
            .collect(),
    };
    let printed = text(&pdf(&Paper::Document(form)).unwrap());
    for trick in TRICKS {
        let times = printed.matches(trick).count();
        assert!(times >= 7, "{trick} stands {times} times in {printed}");
    }
}

// A form with answers, and one to fill in by hand.
#[test]
fn a_form_has_its_questions_its_answers_and_room_to_write() {
    let item = |label: &str, answer: Option<&str>, blank_lines| Item {
        label: label.into(),
        help: "As you would say it".into(),
        answer: answer.map(str::to_owned),
        blank_lines,
    };
    let form = Document {
        language: "en".into(),
        title: "First visit".into(),
        practice: "Harbour & Hill".into(),
        lines: vec!["Lien Nguyễn, born 3 May 1990".into(), "ليلى حداد".into()],
        sections: vec![Section {
            title: "Your health".into(),
            help: "Leave out what you would rather say in person.".into(),
            text: "It takes ten minutes.\n\nNobody but your practice reads it.".into(),
            items: vec![
                item("What brings you here?", Some("My back.\nSince March."), 0),
                item("Anything else?", None, 3),
            ],
        }],
        footer: "Printed for the record".into(),
    };
    let made = pdf(&Paper::Document(form.clone())).unwrap();
    let printed = text(&made);
    for wanted in [
        "First visit",
        "Lien Nguyễn, born 3 May 1990",
        "Your health",
        "It takes ten minutes.",
        "Nobody but your practice reads it.",
        "What brings you here?",
        "My back.",
        "Since March.",
        "Anything else?",
        "As you would say it",
        "Printed for the record",
        "1/1",
    ] {
        assert!(printed.contains(wanted), "{wanted} is not in {printed}");
    }
    assert!(info(&made).contains("Tagged:          yes"), "{}", info(&made));
    // The lines to write on take room: with many of them there is a second page.
    let mut long = form;
    long.sections[0].items[1].blank_lines = 40;
    assert!(text(&pdf(&Paper::Document(long)).unwrap()).contains("2/2"));
}

#[test]
fn more_than_a_book_is_refused_at_once() {
    let long = Handout { closing: vec!["x".repeat(500_000)], ..handout() };
    assert!(matches!(pdf(&Paper::Handout(long)), Err(Unprinted::TooMuch(_))));
}

// As much as is printed at once is printed within the time that the server waits for it, unoptimised too.
#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "how long it took is printed")]
#[test]
fn the_longest_paper_takes_seconds_not_minutes() {
    let item =
        Item { label: "Why? ".repeat(20), help: String::new(), answer: Some("So. ".repeat(250)), blank_lines: 2 };
    let section = Section { title: "Part".into(), items: vec![item; 30], ..Section::default() };
    let form =
        Document { language: "en".into(), title: "Long".into(), sections: vec![section; 10], ..Document::default() };
    let from = Instant::now();
    let made = pdf(&Paper::Document(form)).unwrap();
    let (took, pages) = (from.elapsed(), info(&made));
    println!("{took:?} for {} bytes: {pages}", made.len());
    assert!(took.as_secs() < 60, "{took:?}");
}
