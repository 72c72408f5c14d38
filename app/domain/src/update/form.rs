//! The portal's form, and what is wished for in it.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{Field, Record, Subject};
use crate::{
    error::{Invalid, Problem},
    limits, text,
};

/// The portal's form as typed: for each field what stood there when the page was drawn, and what is typed now.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileForm {
    /// What is typed now, by the fields' codes.
    pub values: BTreeMap<Field, String>,
    /// What stood in the fields.
    pub seen: BTreeMap<Field, String>,
    /// What the record said, where something else stood in the field: a change that waits.
    pub had: BTreeMap<Field, String>,
}

/// One change that is asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Wish {
    /// What it is about.
    pub subject: Subject,
    /// What the record said when the page was drawn.
    pub had: String,
    /// What is wanted, as a record would keep it.
    pub wanted: String,
}

impl ProfileForm {
    /// As a plain form names the fields.
    ///
    /// # Errors
    /// [`Problem::NotInForm`] for what is no field.
    pub fn named(
        values: &BTreeMap<String, String>,
        seen: &BTreeMap<String, String>,
        had: &BTreeMap<String, String>,
    ) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let mut read = |named: &BTreeMap<String, String>| {
            let mut fields = BTreeMap::new();
            for (code, text) in named {
                match Field::from_code(code) {
                    Some(field) => drop(fields.insert(field, text.clone())),
                    None => invalid.add(code, Problem::NotInForm),
                }
            }
            fields
        };
        let form = Self { values: read(values), seen: read(seen), had: read(had) };
        invalid.into_result()?;
        Ok(form)
    }

    /// The codes of the fields in which something else is typed than stood there.
    #[must_use]
    pub fn touched(&self) -> String {
        let touched = Field::ALL.iter().filter(|field| match (self.values.get(field), self.seen.get(field)) {
            (Some(typed), Some(seen)) => !same(typed, seen),
            _ => false,
        });
        touched.map(|field| field.code()).collect::<Vec<_>>().join(" ")
    }

    /// The fields that were changed, each checked as the record would keep it. What was not touched is not looked at: old
    /// values that are no longer allowed keep nobody from changing something else.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn wishes(&self, record: &Record) -> Result<Vec<Wish>, Invalid> {
        let mut invalid = Invalid::default();
        let (mut wishes, mut after) = (Vec::new(), record.clone());
        // A postcode is looked at with the country on the page, which may wait or not be touched.
        if let Some(country) = self.values.get(&Field::Country) {
            let _ = Field::Country.put(&mut after, country);
        }
        for &field in Field::ALL {
            let (Some(typed), Some(seen)) = (self.values.get(&field), self.seen.get(&field)) else { continue };
            if same(typed, seen) {
                continue;
            }
            if invalid.check(field.code(), field.put(&mut after, typed)).is_some() {
                let had = self.had.get(&field).unwrap_or(seen);
                // What the page said is what the record says, or said: nothing longer or stranger than a record keeps.
                let now = field.of(record);
                let had = if had.trim() == now.trim() { Ok(now) } else { text::paragraphs(had, limits::SOCIAL) };
                if let Some(had) = invalid.check(field.code(), had) {
                    wishes.push(Wish { subject: field.into(), had, wanted: field.of(&after) });
                }
            }
        }
        // Another country may not have such a postcode.
        let address = &after.details.address;
        if wishes.iter().any(|wish| wish.subject == Field::Country.into())
            && invalid.of(Field::Postcode.code()).is_none()
            && let Err(problem) = text::postcode(&address.postcode, &address.country)
        {
            invalid.add(Field::Postcode.code(), problem);
        }
        invalid.into_result()?;
        Ok(wishes)
    }
}

/// The same text? A form ends its lines as the network does.
fn same(typed: &str, seen: &str) -> bool {
    typed.replace("\r\n", "\n").trim() == seen.replace("\r\n", "\n").trim()
}

super::unspoken!(ProfileForm, Wish);
