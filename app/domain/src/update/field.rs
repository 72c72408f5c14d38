//! The fields of a record that patients may change.

use serde::{Deserialize, Serialize};

use super::Record;
use crate::{background, error::Problem, limits, patient::optional_email, person::Gender, text};

/// A heading under which fields stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// What to call and how to reach the person.
    Personal,
    /// The postal address.
    Address,
    /// Who pays (S0-02).
    Funding,
    /// How the person lives (S0-19).
    Social,
}

impl Section {
    /// Every section, in the order pages show them.
    pub const ALL: [Self; 4] = [Self::Personal, Self::Address, Self::Funding, Self::Social];
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $code:literal in $section:ident;)+) => {
        /// A part of the record that the patient may change. Name in law, birth date and status are the practice's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $($(#[$doc])* $name,)+
        }

        impl Field {
            /// Every field, in the order pages show them. The country comes before the postcode, whose shape it decides.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code, as stored and as forms name it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// The heading it stands under.
            #[must_use]
            pub const fn section(self) -> Section {
                match self {
                    $(Self::$name => Section::$section,)+
                }
            }
        }
    };
}

fields! {
    /// What the person wants to be called.
    Preferred = "preferred" in Personal;
    /// Administrative gender.
    Gender = "gender" in Personal;
    /// Mobile telephone.
    Mobile = "mobile" in Personal;
    /// Another telephone.
    Phone = "phone" in Personal;
    /// The address for mail: the patient's own to change, and nobody's who acts for them (PX-05).
    Email = "email" in Personal;
    /// Street and number.
    Street = "street" in Address;
    /// Suburb or city.
    City = "city" in Address;
    /// State or region.
    Region = "region" in Address;
    /// Country.
    Country = "country" in Address;
    /// Postcode.
    Postcode = "postcode" in Address;
    /// The health fund.
    Fund = "fund" in Funding;
    /// The membership's number there.
    FundNumber = "fund_number" in Funding;
    /// The scheme.
    Scheme = "scheme" in Funding;
    /// The number of its card.
    SchemeNumber = "scheme_number" in Funding;
    /// Work, school, or neither.
    Occupation = "occupation" in Social;
    /// Where and with whom.
    Living = "living" in Social;
    /// Tobacco.
    Smoking = "smoking" in Social;
    /// Alcohol.
    Alcohol = "alcohol" in Social;
    /// Movement.
    Activity = "activity" in Social;
    /// Anything else.
    SocialMore = "social_more" in Social;
}

impl Field {
    /// Reads a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.code() == code)
    }

    /// Is it for those who treat the patient only?
    #[must_use]
    pub fn is_social(self) -> bool {
        self.section() == Section::Social
    }

    /// What a record says, as forms show it.
    #[must_use]
    pub fn of(self, record: &Record) -> String {
        let Record { details, background, .. } = record;
        match self {
            Self::Preferred => details.name.preferred.clone(),
            Self::Gender => details.gender.code().to_owned(),
            Self::Mobile => details.mobile.clone(),
            Self::Phone => details.phone.clone(),
            Self::Email => details.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
            Self::Street => details.address.street.clone(),
            Self::City => details.address.city.clone(),
            Self::Region => details.address.region.clone(),
            Self::Country => details.address.country.clone(),
            Self::Postcode => details.address.postcode.clone(),
            Self::Fund => background.funding.fund.clone(),
            Self::FundNumber => background.funding.fund_number.clone(),
            Self::Scheme => background.funding.scheme.clone(),
            Self::SchemeNumber => background.funding.scheme_number.clone(),
            Self::Occupation => background.social.occupation.clone(),
            Self::Living => background.social.living.clone(),
            Self::Smoking => background.social.smoking.clone(),
            Self::Alcohol => background.social.alcohol.clone(),
            Self::Activity => background.social.activity.clone(),
            Self::SocialMore => background.social.social_more.clone(),
        }
    }

    /// Puts back what a record said before, whatever today's checks make of it.
    pub(super) fn restore(self, record: &mut Record, value: &str) -> Result<(), Problem> {
        let Record { details, background, .. } = record;
        let (address, funding, social) = (&mut details.address, &mut background.funding, &mut background.social);
        let kept = match self {
            // They are no text.
            Self::Gender | Self::Email => return self.put(record, value),
            Self::Preferred => &mut details.name.preferred,
            Self::Mobile => &mut details.mobile,
            Self::Phone => &mut details.phone,
            Self::Street => &mut address.street,
            Self::City => &mut address.city,
            Self::Region => &mut address.region,
            Self::Country => &mut address.country,
            Self::Postcode => &mut address.postcode,
            Self::Fund => &mut funding.fund,
            Self::FundNumber => &mut funding.fund_number,
            Self::Scheme => &mut funding.scheme,
            Self::SchemeNumber => &mut funding.scheme_number,
            Self::Occupation => &mut social.occupation,
            Self::Living => &mut social.living,
            Self::Smoking => &mut social.smoking,
            Self::Alcohol => &mut social.alcohol,
            Self::Activity => &mut social.activity,
            Self::SocialMore => &mut social.social_more,
        };
        value.clone_into(kept);
        Ok(())
    }

    /// Puts what was typed into a record, checked.
    ///
    /// # Errors
    /// What is wrong with it; the record is as it was.
    pub fn put(self, record: &mut Record, typed: &str) -> Result<(), Problem> {
        let Record { details, background, .. } = record;
        let (address, funding, social) = (&mut details.address, &mut background.funding, &mut background.social);
        match self {
            Self::Preferred => details.name.preferred = text::optional_line(typed, limits::NAME)?,
            Self::Gender => details.gender = Gender::from_code(typed)?,
            Self::Mobile => details.mobile = text::phone(typed)?,
            Self::Phone => details.phone = text::phone(typed)?,
            Self::Email => details.email = optional_email(typed)?,
            Self::Street => address.street = text::optional_line(typed, limits::LINE)?,
            Self::City => address.city = text::optional_line(typed, limits::NAME)?,
            Self::Region => address.region = text::optional_line(typed, limits::NAME)?,
            Self::Country => address.country = text::optional_line(typed, limits::NAME)?,
            Self::Postcode => address.postcode = text::postcode(typed, &address.country)?,
            Self::Fund => funding.fund = background::fund(typed)?,
            Self::FundNumber => funding.fund_number = text::card_number(typed)?,
            Self::Scheme => funding.scheme = background::fund(typed)?,
            Self::SchemeNumber => funding.scheme_number = text::card_number(typed)?,
            Self::Occupation => social.occupation = background::social(typed)?,
            Self::Living => social.living = background::social(typed)?,
            Self::Smoking => social.smoking = background::social(typed)?,
            Self::Alcohol => social.alcohol = background::social(typed)?,
            Self::Activity => social.activity = background::social(typed)?,
            Self::SocialMore => social.social_more = background::social(typed)?,
        }
        Ok(())
    }
}
