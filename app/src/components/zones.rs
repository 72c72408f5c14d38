//! The time zones that are offered: one for each place people know, by part of the world.

use super::Choice;

const ZONES: &[(&str, &[&str])] = &[
    (
        "Africa",
        &[
            "Africa/Accra",
            "Africa/Addis_Ababa",
            "Africa/Algiers",
            "Africa/Cairo",
            "Africa/Casablanca",
            "Africa/Johannesburg",
            "Africa/Lagos",
            "Africa/Nairobi",
            "Africa/Tunis",
        ],
    ),
    (
        "America",
        &[
            "America/Anchorage",
            "America/Argentina/Buenos_Aires",
            "America/Bogota",
            "America/Caracas",
            "America/Chicago",
            "America/Denver",
            "America/Edmonton",
            "America/Halifax",
            "America/Lima",
            "America/Los_Angeles",
            "America/Mexico_City",
            "America/Montevideo",
            "America/New_York",
            "America/Phoenix",
            "America/Regina",
            "America/Santiago",
            "America/Sao_Paulo",
            "America/St_Johns",
            "America/Toronto",
            "America/Vancouver",
            "America/Winnipeg",
            "Pacific/Honolulu",
        ],
    ),
    (
        "Asia",
        &[
            "Asia/Baghdad",
            "Asia/Bangkok",
            "Asia/Beirut",
            "Asia/Colombo",
            "Asia/Dhaka",
            "Asia/Dubai",
            "Asia/Ho_Chi_Minh",
            "Asia/Hong_Kong",
            "Asia/Jakarta",
            "Asia/Jerusalem",
            "Asia/Karachi",
            "Asia/Kathmandu",
            "Asia/Kolkata",
            "Asia/Kuala_Lumpur",
            "Asia/Manila",
            "Asia/Riyadh",
            "Asia/Seoul",
            "Asia/Shanghai",
            "Asia/Singapore",
            "Asia/Taipei",
            "Asia/Tehran",
            "Asia/Tokyo",
            "Asia/Yangon",
        ],
    ),
    (
        "Australia and the Pacific",
        &[
            "Australia/Adelaide",
            "Australia/Brisbane",
            "Australia/Darwin",
            "Australia/Hobart",
            "Australia/Melbourne",
            "Australia/Perth",
            "Australia/Sydney",
            "Pacific/Auckland",
            "Pacific/Fiji",
            "Pacific/Guam",
            "Pacific/Port_Moresby",
        ],
    ),
    (
        "Europe",
        &[
            "Europe/Amsterdam",
            "Europe/Athens",
            "Europe/Belgrade",
            "Europe/Berlin",
            "Europe/Brussels",
            "Europe/Bucharest",
            "Europe/Budapest",
            "Europe/Copenhagen",
            "Europe/Dublin",
            "Europe/Helsinki",
            "Europe/Istanbul",
            "Europe/Kyiv",
            "Europe/Lisbon",
            "Europe/London",
            "Europe/Madrid",
            "Europe/Oslo",
            "Europe/Paris",
            "Europe/Prague",
            "Europe/Rome",
            "Europe/Sofia",
            "Europe/Stockholm",
            "Europe/Vienna",
            "Europe/Vilnius",
            "Europe/Warsaw",
            "Europe/Zurich",
            "Atlantic/Reykjavik",
        ],
    ),
    ("Elsewhere", &["UTC"]),
];

/// All of them, with their offset from UTC left out: it changes with the seasons. `choose` stands first, for nothing chosen.
#[must_use]
pub fn time_zones(choose: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", choose)];
    for (part, zones) in ZONES {
        choices.extend(zones.iter().map(|zone| Choice {
            value: (*zone).to_owned(),
            text: zone_city(zone),
            group: part,
        }));
    }
    choices
}

/// What people call a zone.
#[must_use]
pub fn zone_city(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_zone_exists_and_stands_there_once() {
        let mut all: Vec<_> = ZONES.iter().flat_map(|(_, zones)| zones.iter()).collect();
        for zone in &all {
            assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn a_zone_is_called_by_its_city() {
        assert_eq!(zone_city("America/Argentina/Buenos_Aires"), "Buenos Aires");
        assert_eq!(zone_city("UTC"), "UTC");
    }
}
