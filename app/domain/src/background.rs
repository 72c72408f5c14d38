//! What a patient's record says beside name and address: who pays, and how the person lives.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    error::{Invalid, Problem},
    limits, text,
};

/// Who pays: a health fund, and a public or insurer's scheme. All may be empty.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Funding {
    /// The health fund's name.
    pub fund: String,
    /// The number of the membership there.
    pub fund_number: String,
    /// The scheme's name, such as the national one.
    pub scheme: String,
    /// The number of its card.
    pub scheme_number: String,
}

/// How the person lives, in their own words. All may be empty.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SocialHistory {
    /// Work, school, or neither.
    pub occupation: String,
    /// Where and with whom the person lives.
    pub living: String,
    /// Tobacco, now and before.
    pub smoking: String,
    /// Alcohol, how much.
    pub alcohol: String,
    /// Sport and movement.
    pub activity: String,
    /// Anything else that matters.
    pub social_more: String,
}

/// Both. Kept apart from [`crate::patient::Details`], which every list reads.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Background {
    /// Who pays.
    pub funding: Funding,
    /// How the person lives: for those who treat the patient.
    pub social: SocialHistory,
}

/// Health data stands in no log.
impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Background(…)")
    }
}

impl fmt::Debug for SocialHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SocialHistory(…)")
    }
}

impl fmt::Debug for Funding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Funding(…)")
    }
}

/// What one user of the practice is shown of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackgroundPage {
    /// Who pays, and how the patient lives; the latter empty for whoever may not see it.
    pub background: Background,
    /// May this user see how the patient lives?
    pub sees_social: bool,
    /// The record's version, to be sent back with a change.
    pub version: i64,
}

impl fmt::Debug for BackgroundForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackgroundForm(…)")
    }
}

/// The form as typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackgroundForm {
    /// The health fund's name.
    pub fund: String,
    /// The number of the membership there.
    pub fund_number: String,
    /// The scheme's name.
    pub scheme: String,
    /// The number of its card.
    pub scheme_number: String,
    /// Work.
    pub occupation: String,
    /// Where and with whom.
    pub living: String,
    /// Tobacco.
    pub smoking: String,
    /// Alcohol.
    pub alcohol: String,
    /// Movement.
    pub activity: String,
    /// Anything else.
    pub social_more: String,
}

impl BackgroundForm {
    /// The form that shows it.
    #[must_use]
    pub fn of(background: &Background) -> Self {
        let Background { funding, social } = background.clone();
        Self {
            fund: funding.fund,
            fund_number: funding.fund_number,
            scheme: funding.scheme,
            scheme_number: funding.scheme_number,
            occupation: social.occupation,
            living: social.living,
            smoking: social.smoking,
            alcohol: social.alcohol,
            activity: social.activity,
            social_more: social.social_more,
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn check(&self) -> Result<Background, Invalid> {
        let mut invalid = Invalid::default();
        let background = Background {
            funding: Funding {
                fund: invalid.check("fund", fund(&self.fund)).unwrap_or_default(),
                fund_number: invalid.check("fund_number", text::card_number(&self.fund_number)).unwrap_or_default(),
                scheme: invalid.check("scheme", fund(&self.scheme)).unwrap_or_default(),
                scheme_number: invalid
                    .check("scheme_number", text::card_number(&self.scheme_number))
                    .unwrap_or_default(),
            },
            social: SocialHistory {
                occupation: invalid.check("occupation", social(&self.occupation)).unwrap_or_default(),
                living: invalid.check("living", social(&self.living)).unwrap_or_default(),
                smoking: invalid.check("smoking", social(&self.smoking)).unwrap_or_default(),
                alcohol: invalid.check("alcohol", social(&self.alcohol)).unwrap_or_default(),
                activity: invalid.check("activity", social(&self.activity)).unwrap_or_default(),
                social_more: invalid.check("social_more", social(&self.social_more)).unwrap_or_default(),
            },
        };
        invalid.into_result()?;
        Ok(background)
    }
}

/// The name of a fund or scheme.
pub(crate) fn fund(typed: &str) -> Result<String, Problem> {
    text::optional_line(typed, limits::NAME)
}

/// What somebody says of how they live.
pub(crate) fn social(typed: &str) -> Result<String, Problem> {
    text::paragraphs(typed, limits::SOCIAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_shows_what_was_stored() {
        let typed = BackgroundForm {
            fund: "Harbour Mutual".into(),
            fund_number: "1234-5678 A".into(),
            smoking: "No,\nnot since 2009".into(),
            ..BackgroundForm::default()
        };
        let background = typed.check().unwrap();
        assert_eq!(BackgroundForm::of(&background), typed);
        assert_eq!(format!("{background:?}"), "Background(…)");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let bad = BackgroundForm { fund_number: "12<34".into(), living: "x".repeat(501), ..BackgroundForm::default() };
        let invalid = bad.check().unwrap_err();
        assert_eq!(invalid.of("fund_number"), Some(Problem::NotACardNumber));
        assert_eq!(invalid.of("living"), Some(Problem::TooLong));
    }
}
