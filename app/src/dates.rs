//! Moments in words: "Tue 24 Nov, 2:30 pm". Only the server knows all time zones, so only it does this.

use domain::time::{Span, Time};
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// A moment in a time zone, such as `Tue 24 Nov, 2:30 pm`, with the year when it is not this one. A zone that does not
/// exist is taken as UTC, and then the text says so.
#[must_use]
pub fn moment(time: Time, zone: &str, now: Time) -> String {
    at(time, zone, Some(now))
}

/// The same with its year, for what is kept longer than that.
#[must_use]
pub fn whole_moment(time: Time, zone: &str) -> String {
    at(time, zone, None)
}

/// Year, month, day, hour, minute and second there, for formats that hold them apart; none of a time that no calendar has.
#[must_use]
pub fn civil(time: Time, zone: &str) -> Option<(u16, [u8; 5])> {
    let then = zoned(time, &TimeZone::get(zone).unwrap_or(TimeZone::UTC))?;
    let parts = [then.month(), then.day(), then.hour(), then.minute(), then.second()];
    Some((then.year().try_into().ok()?, parts.map(i8::unsigned_abs)))
}

/// Without the year when it is the one of `now`.
fn at(time: Time, zone: &str, now: Option<Time>) -> String {
    let (zone, suffix) = match TimeZone::get(zone) {
        Ok(known) if zone != "UTC" => (known, ""),
        _ => (TimeZone::UTC, " UTC"),
    };
    let Some(then) = zoned(time, &zone) else { return String::new() };
    let this_year = now.and_then(|now| zoned(now, &zone)).is_some_and(|today| then.year() == today.year());
    let day = if this_year { "%a %-d %b" } else { "%a %-d %b %Y" };
    format!("{}{suffix}", then.strftime(&format!("{day}, %-I:%M %P")))
}

/// How long ago, while that is under a day; then the moment itself, in UTC.
#[must_use]
pub fn ago(time: Time, now: Time) -> String {
    match now.since(time).as_minutes() {
        0 => "just now".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes @ 2..60 => format!("{minutes} minutes ago"),
        60..120 => "an hour ago".to_owned(),
        minutes @ 120..1_440 => format!("{} hours ago", minutes / 60),
        _ => moment(time, "UTC", now),
    }
}

/// How much time is left, rounded down: `23 hours`, `6 days`. The last five minutes of an hour count as the whole, so that a
/// link says what its mail said a moment ago.
#[must_use]
pub fn left(until: Time, now: Time) -> String {
    const HOUR: Span = Span::hours(1);
    let left = until.since(now);
    let hours = (left.as_millis() + Span::minutes(5).as_millis()) / HOUR.as_millis();
    match (left.as_minutes(), hours) {
        (..2, _) => "a minute".to_owned(),
        (minutes, 0) => format!("{minutes} minutes"),
        (_, 1) => "an hour".to_owned(),
        (_, hours @ 2..48) => format!("{hours} hours"),
        (_, hours) => format!("{} days", hours / 24),
    }
}

/// For `<time datetime=…>`.
#[must_use]
pub fn machine(time: Time) -> String {
    Timestamp::from_millisecond(time.millis()).map(|time| time.to_string()).unwrap_or_default()
}

fn zoned(time: Time, zone: &TimeZone) -> Option<Zoned> {
    Timestamp::from_millisecond(time.millis()).ok().map(|time| time.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        Time::from_millis(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn a_moment_is_shown_in_its_zone() {
        let time = at("2026-11-24T03:30:00Z");
        assert_eq!(moment(time, "Australia/Sydney", time), "Tue 24 Nov, 2:30 pm");
        assert_eq!(moment(time, "UTC", time), "Tue 24 Nov, 3:30 am UTC");
        assert_eq!(moment(time, "Nowhere/Land", time), "Tue 24 Nov, 3:30 am UTC");
        assert_eq!(moment(time, "UTC", at("2027-01-01T00:00:00Z")), "Tue 24 Nov 2026, 3:30 am UTC");
    }

    #[test]
    fn under_a_day_it_is_relative() {
        let now = at("2026-11-24T12:00:00Z");
        for (then, said) in [
            ("2026-11-24T11:59:30Z", "just now"),
            ("2026-11-24T11:58:59Z", "a minute ago"),
            ("2026-11-24T11:15:00Z", "45 minutes ago"),
            ("2026-11-24T10:30:00Z", "an hour ago"),
            ("2026-11-23T12:01:00Z", "23 hours ago"),
            ("2026-11-23T12:00:00Z", "Mon 23 Nov, 12:00 pm UTC"),
            ("2026-11-24T12:05:00Z", "just now"),
        ] {
            assert_eq!(ago(at(then), now), said, "{then}");
        }
    }

    #[test]
    fn what_is_left_is_rounded_down() {
        let now = at("2026-11-24T12:00:00Z");
        for (until, said) in [
            ("2026-11-24T11:00:00Z", "a minute"),
            ("2026-11-24T12:30:00Z", "30 minutes"),
            ("2026-11-24T13:10:00Z", "an hour"),
            ("2026-11-25T11:59:00Z", "24 hours"),
            ("2026-11-25T11:54:00Z", "23 hours"),
            ("2026-11-30T12:00:00Z", "6 days"),
        ] {
            assert_eq!(left(at(until), now), said, "{until}");
        }
    }
}
