//! Who lives in the demo: invented people, drawn from a seed, the same ones every time.
//!
//! Addresses end in example.org or example.com and telephone numbers are of the ranges kept for fiction, so that nothing
//! that is tried with the demo reaches anybody.

use domain::{
    patient::{ContactForm, DetailsForm},
    text,
    time::Date,
};

/// A patient of the demo and the people attached to them, as typed into the forms.
pub(super) struct Person {
    pub(super) details: DetailsForm,
    pub(super) contacts: Vec<ContactForm>,
}

/// How many there are.
pub(super) const PATIENTS: usize = 200;

/// People drawn by hand, for what a draw would hardly give: legal first, legal last, preferred, gender, email.
const FIRST: [[&str; 5]; 14] = [
    // The portal user of the demo, and the administrator who is a patient too.
    ["Thị Liên", "Nguyễn", "Lien", "female", "lien.nguyen@example.org"],
    ["Grace", "Lim", "", "female", "grace.lim@example.org"],
    // A practitioner as a patient: this address cannot be invited.
    ["Thomas", "Okafor", "Tom", "male", "tom.okafor@example.org"],
    ["Mohammed", "Al-Rashid", "محمد", "male", "m.alrashid@example.com"],
    ["Noor", "Haddad", "نور", "female", "noor.haddad@example.org"],
    [
        "Wilhelmina Alexandrina",
        "Featherstonehaugh-Cholmondeley-Vandersteen",
        "Billie",
        "female",
        "billie.fcv@example.org",
    ],
    ["Tenzin", "", "", "other", "tenzin@example.org"],
    ["Wayan", "", "", "male", ""],
    ["Siobhán", "Ní Bhriain", "", "female", "siobhan.nibhriain@example.org"],
    ["Tāne", "Te Rangi", "", "male", "tane.terangi@example.com"],
    ["Papadopoulou", "Papadopoulou", "Voula", "female", ""],
    ["Jean-Luc", "D\u{2019}Arcy O\u{2019}Neill", "", "male", "jl.darcy@example.org"],
    ["X Æ", "Sørensen", "Alex", "unknown", "alex.sorensen@example.org"],
    ["María del Carmen", "Fernández de la Vega", "Mamen", "female", "mamen@example.com"],
];

/// Women's names, men's names, family names of people who live beside each other.
const CULTURES: [[&[&str]; 3]; 10] = [
    [
        &["Anh", "Hương", "Mai", "Thảo", "Ngọc", "Linh"],
        &["Minh", "Đức", "Quang", "Tuấn", "Huy"],
        &["Nguyễn", "Trần", "Phạm", "Lê", "Đặng"],
    ],
    [
        &["Fatima", "Layla", "Amira", "Zahra", "Yasmin"],
        &["Omar", "Yusuf", "Khalid", "Tariq", "Hassan"],
        &["Haddad", "Khoury", "El-Sayed", "Mansour", "Nasser"],
    ],
    [
        &["Aoife", "Niamh", "Gráinne", "Róisín", "Maeve"],
        &["Cian", "Oisín", "Pádraig", "Declan", "Eoin"],
        &["O\u{2019}Brien", "Murphy", "Kelly", "Byrne", "Ó Súilleabháin"],
    ],
    [
        &["Eleni", "Katerina", "Despina", "Sofia"],
        &["Nikolaos", "Giorgos", "Stavros", "Dimitri"],
        &["Papadopoulos", "Georgiou", "Nikolaidis", "Pappas"],
    ],
    [
        &["Li Na", "Xiu Ying", "Mei", "Jing", "Yan"],
        &["Wei", "Jun", "Hao", "Ming", "Zhi Qiang"],
        &["Wang", "Li", "Zhang", "Chen", "Lim"],
    ],
    [
        &["Priya", "Ananya", "Lakshmi", "Harpreet", "Divya"],
        &["Arjun", "Rajesh", "Vikram", "Gurpreet", "Sanjay"],
        &["Sharma", "Patel", "Singh", "Iyer", "Krishnamurthy"],
    ],
    [
        &["Aroha", "Mereana", "Hinemoa", "Ngaire"],
        &["Wiremu", "Rangi", "Hemi", "Tama"],
        &["Ngata", "Parata", "Te Kanawa", "Tamihere"],
    ],
    [
        &["Kirra", "Tarni", "Jedda", "Marlee", "Shirley"],
        &["Jarrah", "Banjo", "Koa", "Ernie", "Archie"],
        &["Williams", "Simpson", "Dodson", "Pearson", "Roberts"],
    ],
    [
        &["Lucía", "Isabel", "Begoña", "Ximena"],
        &["Íñigo", "Santiago", "José María", "Andrés"],
        &["García", "Muñoz", "Ibáñez", "Rodríguez-Acosta"],
    ],
    [
        &["Charlotte", "Olivia", "Ruby", "Margaret", "Dorothy", "Zoe"],
        &["Jack", "William", "Noah", "Kenneth", "Trevor", "Lachlan"],
        &["Smith", "Brown", "Taylor", "Walker", "Campbell", "Fitzgerald-Moore"],
    ],
];

const STREETS: [&str; 10] = [
    "Harbour Street",
    "Hill Road",
    "Jacaranda Avenue",
    "Banksia Lane",
    "Old Wharf Road",
    "Kurrajong Crescent",
    "Station Street",
    "Lighthouse Parade",
    "Magpie Close",
    "Eleventh Avenue",
];
const TOWNS: [[&str; 3]; 6] = [
    ["Balmain", "NSW", "2041"],
    ["Marrickville", "NSW", "2204"],
    ["Cabramatta", "NSW", "2166"],
    ["Lakemba", "NSW", "2195"],
    ["Glenelg", "SA", "5045"],
    ["Port Adelaide", "SA", "5015"],
];

/// Draws everybody. `today` makes the ages.
pub(super) fn draw(today: Date) -> Vec<Person> {
    let mut dice = Dice(0x0050_4f52_5449_434f);
    let mut people: Vec<Person> = FIRST.iter().map(|row| by_hand(&mut dice, today, row)).collect();
    while people.len() < PATIENTS {
        if dice.one_in(9) {
            family(&mut dice, today, &mut people);
        } else {
            people.push(one(&mut dice, today));
        }
    }
    people.truncate(PATIENTS);
    distinct_emails(&mut people);
    people
}

fn by_hand(dice: &mut Dice, today: Date, row: &[&str; 5]) -> Person {
    let [legal_first, legal_last, preferred, gender, email] = row.map(str::to_owned);
    let birth_date = born(dice, today, 25, 60);
    let details = DetailsForm { legal_first, legal_last, preferred, gender, email, birth_date, ..reach(dice) };
    Person { details, contacts: Vec::new() }
}

fn one(dice: &mut Dice, today: Date) -> Person {
    let culture = dice.pick(&CULTURES);
    let (first, gender) = first_name(dice, culture);
    let last = dice.pick(culture[2]);
    let (youngest, oldest) =
        *dice.pick(&[(0, 2), (3, 15), (16, 40), (16, 40), (41, 65), (41, 65), (66, 80), (81, 100)]);
    let mut person = Person {
        details: DetailsForm {
            legal_first: first.to_owned(),
            legal_last: (*last).to_owned(),
            gender: gender.to_owned(),
            birth_date: born(dice, today, youngest, oldest),
            email: if dice.one_in(6) { String::new() } else { email_of(first, last) },
            status: status(dice, oldest).to_owned(),
            ..reach(dice)
        },
        contacts: Vec::new(),
    };
    if oldest < 16 {
        // A small child's address is a parent's: it stands with the parent.
        person.details.email = String::new();
        let parent = dice.pick(culture[0]);
        person.contacts.push(contact(&format!("{parent} {last}"), "Mother", &email_of(parent, last), dice));
    } else if oldest > 80 {
        let child = dice.pick(culture[1]);
        person.contacts.push(contact(&format!("{child} {last}"), "Son", &email_of(child, last), dice));
    } else if dice.one_in(3) {
        let partner = dice.pick(culture[usize::from(gender == "female")]);
        person.contacts.push(contact(&format!("{partner} {last}"), "Partner", "", dice));
    }
    person
}

/// A parent and two children under one roof, with one email address for all three.
fn family(dice: &mut Dice, today: Date, people: &mut Vec<Person>) {
    let culture = dice.pick(&CULTURES);
    let last = dice.pick(culture[2]);
    let (first, gender) = first_name(dice, culture);
    let home = reach(dice);
    let email = email_of(first, last);
    let parent = DetailsForm {
        legal_first: first.to_owned(),
        legal_last: (*last).to_owned(),
        gender: gender.to_owned(),
        birth_date: born(dice, today, 28, 48),
        email: email.clone(),
        ..home.clone()
    };
    people.push(Person { details: parent, contacts: Vec::new() });
    for (youngest, oldest) in [(0, 6), (7, 15)] {
        let (child, child_gender) = first_name(dice, culture);
        let relationship = if gender == "female" { "Mother" } else { "Father" };
        let details = DetailsForm {
            legal_first: child.to_owned(),
            legal_last: (*last).to_owned(),
            gender: child_gender.to_owned(),
            birth_date: born(dice, today, youngest, oldest),
            email: email.clone(),
            ..home.clone()
        };
        let parent = ContactForm {
            name: format!("{first} {last}"),
            relationship: relationship.to_owned(),
            email: email.clone(),
            phone: home.mobile.clone(),
            emergency: "yes".to_owned(),
        };
        people.push(Person { details, contacts: vec![parent] });
    }
}

fn first_name(dice: &mut Dice, culture: &[&'static [&'static str]; 3]) -> (&'static str, &'static str) {
    if dice.one_in(2) { (*dice.pick(culture[0]), "female") } else { (*dice.pick(culture[1]), "male") }
}

fn contact(name: &str, relationship: &str, email: &str, dice: &mut Dice) -> ContactForm {
    ContactForm {
        name: name.to_owned(),
        relationship: relationship.to_owned(),
        email: email.to_owned(),
        phone: mobile(dice),
        emergency: "yes".to_owned(),
    }
}

fn status(dice: &mut Dice, oldest: i16) -> &'static str {
    match dice.below(30) {
        0 | 1 => "inactive",
        2 => "blocked",
        3..=10 if oldest > 80 => "deceased",
        _ => "active",
    }
}

/// Telephone and postal address.
fn reach(dice: &mut Dice) -> DetailsForm {
    let street = format!("{} {}", 1 + dice.below(180), dice.pick(&STREETS));
    let [city, region, postcode] = dice.pick(&TOWNS).map(str::to_owned);
    let phone = if dice.one_in(3) { format!("(02) 5550 {:04}", dice.below(10_000)) } else { String::new() };
    let country = "Australia".to_owned();
    DetailsForm { mobile: mobile(dice), phone, street, city, region, postcode, country, ..DetailsForm::default() }
}

fn mobile(dice: &mut Dice) -> String {
    format!("+61 491 57{} {:03}", dice.below(10), dice.below(1_000))
}

fn born(dice: &mut Dice, today: Date, youngest: i16, oldest: i16) -> String {
    let ages = u64::try_from(oldest - youngest + 1).unwrap_or(1);
    let age = youngest + i16::try_from(dice.below(ages)).unwrap_or(0);
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    let text = format!("{:04}-{month:02}-{day:02}", today.year() - age);
    // A newborn whose birthday of this year is still to come was born last year.
    match text.parse::<Date>() {
        Ok(date) if date <= today => text,
        _ => format!("{:04}-{month:02}-{day:02}", today.year() - age - 1),
    }
}

fn email_of(first: &str, last: &str) -> String {
    let plain = |name: &str| text::fold(name).replace(' ', "");
    let host = if first.len().is_multiple_of(3) { "example.com" } else { "example.org" };
    format!("{}.{}@{host}", plain(first), plain(last))
}

/// Two people of one name who are no family get two addresses.
fn distinct_emails(people: &mut [Person]) {
    let mut seen: Vec<(String, String)> = Vec::new();
    for person in people {
        let details = &mut person.details;
        if details.email.is_empty() {
            continue;
        }
        // Who shares a roof and a telephone shares the address.
        let roof = details.mobile.clone();
        let taken = |email: &str, seen: &[(String, String)]| seen.iter().any(|(e, r)| e == email && *r != roof);
        let wanted = details.email.clone();
        let mut number = 2;
        while taken(&details.email, &seen) {
            details.email = wanted.replacen('@', &format!("{number}@"), 1);
            number += 1;
        }
        for contact in &mut person.contacts {
            if contact.email == wanted {
                contact.email = details.email.clone();
            }
        }
        seen.push((details.email.clone(), roof));
    }
}

/// Dice that fall the same way every time (`splitmix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(all.len() as u64)).unwrap_or(0);
        &all[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::new(2026, 11, 23).unwrap()
    }

    #[test]
    fn the_demo_people_are_believable_and_the_same_every_time() {
        let people = draw(today());
        assert_eq!(people.len(), PATIENTS);
        let again = draw(today());
        assert!(people.iter().zip(&again).all(|(a, b)| a.details == b.details && a.contacts == b.contacts));

        let all: Vec<_> = people.iter().map(|person| person.details.check(today()).unwrap()).collect();
        for person in &people {
            for contact in &person.contacts {
                contact.check().unwrap();
            }
        }
        let without = all.iter().filter(|one| one.email.is_none()).count();
        assert!((PATIENTS / 10..=PATIENTS / 3).contains(&without), "{without} without email");
        let mut emails: Vec<_> = all.iter().filter_map(|one| one.email.as_ref().map(|email| email.folded())).collect();
        assert!(emails.iter().all(|email| email.ends_with("@example.org") || email.ends_with("@example.com")));
        emails.sort_unstable();
        let given = emails.len();
        emails.dedup();
        assert!(given - emails.len() >= 10, "some share an address: {}", given - emails.len());
        for code in ["inactive", "blocked", "deceased"] {
            let n = all.iter().filter(|one| one.status.code() == code).count();
            assert!(n >= 2, "{n} {code}");
        }
        let ages: Vec<i16> = all.iter().filter_map(|one| one.birth_date.map(|date| date.age_on(today()))).collect();
        assert!(ages.contains(&0) && ages.iter().any(|age| *age > 90), "{ages:?}");
        assert!(people.iter().filter(|person| !person.contacts.is_empty()).count() > 30);
    }

    #[test]
    fn nobody_is_born_tomorrow() {
        for day in ["2026-01-01", "2028-02-29", "2026-12-31"] {
            let today: Date = day.parse().unwrap();
            assert!(draw(today).iter().all(|person| person.details.check(today).is_ok()), "{day}");
        }
    }
}
