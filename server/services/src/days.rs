//! Days of the calendar where the practice is.

use domain::time::{Date, Time};

/// The day of this moment in a time zone; in UTC when there is none.
pub(crate) fn day_in(now: Time, zone: Option<&str>) -> Option<Date> {
    let zone = zone.and_then(|name| jiff::tz::TimeZone::get(name).ok()).unwrap_or(jiff::tz::TimeZone::UTC);
    let day = jiff::Timestamp::from_millisecond(now.millis()).ok()?.to_zoned(zone).date();
    Date::new(day.year(), u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?).ok()
}

/// What the clock on the wall shows in a time zone: the day of the week, Monday being 0, and the minutes after midnight. Nothing
/// for a zone that this machine does not know.
pub(crate) fn wall_clock(now: Time, zone: &str) -> Option<(usize, u16)> {
    let zone = jiff::tz::TimeZone::get(zone).ok()?;
    let there = jiff::Timestamp::from_millisecond(now.millis()).ok()?.to_zoned(zone);
    let day = usize::try_from(there.weekday().to_monday_zero_offset()).ok()?;
    let minute = u16::try_from(there.hour()).ok()? * 60 + u16::try_from(there.minute()).ok()?;
    Some((day, minute))
}

/// The last whole day before a moment in which a day begins.
pub(crate) fn day_before(moment: Time, zone: Option<&str>) -> Option<Date> {
    day_in(Time::from_millis(moment.millis() - 1), zone)
}

/// The moment in which a day begins in a time zone, or the one after it.
pub(crate) fn start_of(day: Date, zone: &str, later: i32) -> Option<Time> {
    let date =
        jiff::civil::Date::new(day.year(), i8::try_from(day.month()).ok()?, i8::try_from(day.day()).ok()?).ok()?;
    let date = date.checked_add(jiff::Span::new().days(later)).ok()?;
    // A zone that this machine does not know must not widen what was asked for.
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    Some(Time::from_millis(date.to_zoned(zone).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_practice_is() {
        let day = Date::new(2026, 11, 23).unwrap();
        let start = |zone, later| start_of(day, zone, later).unwrap().millis();
        assert_eq!(start("UTC", 0), 1_795_392_000_000);
        assert_eq!(start("Australia/Sydney", 0), start("UTC", 0) - 11 * 3_600_000);
        assert_eq!(start("UTC", 1), start("UTC", 0) + 86_400_000);
        // What was asked for is not widened to all days.
        assert_eq!(start("No/Where", 0), start("UTC", 0));
    }

    #[test]
    fn the_clock_on_the_wall_is_that_of_the_place() {
        let evening = Time::from_millis(1_795_384_800_000); // Sunday, 2026-11-22T22:00:00Z
        assert_eq!(wall_clock(evening, "UTC"), Some((6, 22 * 60)));
        assert_eq!(wall_clock(evening, "Australia/Sydney"), Some((0, 9 * 60)));
        assert_eq!(wall_clock(evening, "No/Where"), None);
    }

    #[test]
    fn it_is_tomorrow_in_sydney_first() {
        let evening = Time::from_millis(1_795_384_800_000); // 2026-11-22T22:00:00Z
        assert_eq!(day_in(evening, None).unwrap().to_string(), "2026-11-22");
        assert_eq!(day_in(evening, Some("Australia/Sydney")).unwrap().to_string(), "2026-11-23");
        let midnight = start_of(Date::new(2026, 11, 23).unwrap(), "Australia/Sydney", 0).unwrap();
        assert_eq!(day_before(midnight, Some("Australia/Sydney")).unwrap().to_string(), "2026-11-22");
        assert_eq!(day_in(evening, Some("No/Where")).unwrap().to_string(), "2026-11-22");
    }
}
