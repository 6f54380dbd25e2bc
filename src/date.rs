//! Days of the calendar and seconds since 1970, in UTC, without a clock.

/// Seconds of a day.
pub const DAY: u64 = 86_400;

/// Days since 1970-01-01 of a date from then on.
///
/// <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>
pub const fn days_from_date(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01; the inverse of [`days_from_date`].
pub const fn date_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (
        year + era * 400 + if month <= 2 { 1 } else { 0 },
        month,
        of_year - (153 * shifted + 2) / 5 + 1,
    )
}

/// The date of a moment, as ISO 8601.
pub fn date(seconds: u64) -> String {
    let (year, month, day) = date_from_days(seconds / DAY);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The first moment of a day such as `2026-01-31`; `None` for what is no day from 1970 on.
pub fn day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let is_near =
        (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let seconds = is_near.then(|| days_from_date(year, month, day) * DAY)?;
    // The 31st of a month that has none is another day.
    (date(seconds) == format!("{year:04}-{month:02}-{day:02}"))
        .then(|| i64::try_from(seconds).ok())?
}

/// The moment of a date and time as ISO 8601 writes it: `2026-01-31`, `2026-01-31T10:30Z`, `2026-01-31T10:30:15+02:00`; `None` for
/// what is none from 1970 on. Without a zone it is UTC.
pub fn seconds_from_timestamp(text: &str) -> Option<i64> {
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else { return day(text) };
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at_checked(zone_at)?;
    let parts = |text: &str| -> Option<i64> {
        let mut seconds = 0;
        for (part, (unit, end)) in text.split(':').zip([(3600, 24), (60, 60), (1, 61)]) {
            // Parts of seconds are of no account.
            let whole = part.split('.').next().unwrap_or_default();
            let number = whole.parse::<i64>().ok().filter(|number| (0..end).contains(number))?;
            seconds += number * unit;
        }
        (text.split(':').count() <= 3).then_some(seconds)
    };
    let offset = match zone.split_at_checked(1) {
        None | Some(("Z" | "z", _)) => 0,
        Some((sign, offset)) => parts(offset)? * if sign == "-" { -1 } else { 1 },
    };
    Some(day(date)? + parts(time)? - offset)
}

/// A moment as RFC 3339.
pub fn timestamp(seconds: u64) -> String {
    let rest = seconds % DAY;
    format!("{}T{:02}:{:02}:{:02}Z", date(seconds), rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_in_their_zone() {
        let noon = day("2026-01-31").unwrap() + 12 * 3600;
        for (text, seconds) in [
            ("2026-01-31", Some(noon - 12 * 3600)),
            ("2026-01-31T12:00Z", Some(noon)),
            ("2026-01-31T12:00:15.5Z", Some(noon + 15)),
            ("2026-01-31T14:00:00+02:00", Some(noon)),
            ("2026-01-31T10:30:00-01:30", Some(noon)),
            ("2026-01-31T25:00:00Z", None),
            ("2026-01-31Tnoon", None),
            ("tomorrow", None),
        ] {
            assert_eq!(seconds_from_timestamp(text), seconds, "{text}");
        }
    }

    #[test]
    fn dates_go_both_ways() {
        for (days, text) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (20_088, "2024-12-31"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date(days * DAY), text);
            let (year, month, day) = date_from_days(days);
            assert_eq!(days_from_date(year, month, day), days);
        }
    }

    #[test]
    fn days() {
        assert_eq!(day("1970-01-02"), Some(86_400));
        assert_eq!(day("2026-11-20"), Some(1_795_132_800));
        for wrong in ["2026-02-30", "1969-12-31", "2026-13-01", "2026-11", "yesterday", ""] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn timestamps() {
        assert_eq!(timestamp(1_795_175_999), "2026-11-20T11:59:59Z");
    }
}
