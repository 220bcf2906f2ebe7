//! Numbers as people read them: `3.4 k`, `1.2 s`, `0.012 %`.

/// Rounds to a whole number above ten, to one decimal below, without a trailing `.0`, and to one
/// significant digit what would else be shown as nothing.
fn short(x: f64) -> String {
    if x != 0.0 && x.abs() < 0.095 {
        let digits = (-x.abs().log10() - 1e-9).ceil().min(12.0) as usize;
        format!("{x:.digits$}")
    } else if x.abs() < 9.95 {
        let text = format!("{x:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    } else {
        format!("{x:.0}")
    }
}

/// A count or a rate: `17`, `3.4 k`, `120 k`, `1.2 M`.
pub fn count(x: f64) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    // The limits lie where the smaller unit would round up to 1000.
    match x.abs() {
        a if a < 999.5 => short(x),
        a if a < 999.5e3 => format!("{} k", short(x / 1e3)),
        a if a < 999.5e6 => format!("{} M", short(x / 1e6)),
        _ => format!("{} G", short(x / 1e9)),
    }
}

/// A size: `17 B`, `3.4 kB`, `1.2 MB`, by thousands.
pub fn bytes(x: f64) -> String {
    let text = count(x);
    match text.strip_suffix(['k', 'M', 'G']) {
        Some(_) => format!("{text}B"),
        None => format!("{text} B"),
    }
}

/// A time in microseconds: `350 µs`, `1.2 ms`, `45 s`, `12 min`, `2.5 h`.
pub fn duration(us: f64) -> String {
    if !us.is_finite() {
        return "–".to_owned();
    }
    match us.abs() {
        0.0 => "0".to_owned(),
        a if a < 999.5 => format!("{} µs", short(us)),
        a if a < 999.5e3 => format!("{} ms", short(us / 1e3)),
        a if a < 119.5e6 => format!("{} s", short(us / 1e6)),
        a if a < 119.5 * 60e6 => format!("{} min", short(us / 60e6)),
        a if a < 47.5 * 3600e6 => format!("{} h", short(us / 3600e6)),
        _ => format!("{} d", short(us / 86_400e6)),
    }
}

/// A share as a percentage without its sign. Neither a small share nor one just below the whole
/// is rounded to the end of the scale: `<0.001` is not `0`.
pub fn percent(share: f64) -> String {
    let p = share * 100.0;
    if !p.is_finite() {
        "–".to_owned()
    } else if p == 0.0 {
        "0".to_owned()
    } else if p > 0.0 && p < 0.0005 {
        "<0.001".to_owned()
    } else if p < 0.9995 {
        format!("{p:.3}")
    } else if (99.995..100.0).contains(&p) {
        ">99.99".to_owned()
    } else if p == 100.0 {
        "100".to_owned()
    } else {
        format!("{p:.2}")
    }
}

/// [`percent`] with its sign.
pub fn share(x: f64) -> String {
    format!("{} %", percent(x))
}

/// A figure of a summary in the unit that its name tells.
pub fn figure(name: &str, x: f64) -> String {
    match name {
        _ if name.contains("_us") => duration(x),
        _ if name.ends_with("_ratio") => percent(x),
        _ => count(x),
    }
}

/// A figure for the table of exact numbers and for CSV: the shortest text that reads back as the
/// same number, with no exponent. Not a number is empty.
pub fn exact(x: f64) -> String {
    if x.is_finite() {
        format!("{x}")
    } else {
        String::new()
    }
}

/// `text` without control characters, which XML cannot hold, at most `max` characters long.
pub fn clip(text: &str, max: usize) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if clean.chars().count() <= max {
        return clean;
    }
    let mut cut: String = clean.chars().take(max.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_change_where_the_smaller_one_would_show_four_digits() {
        assert_eq!(count(999.4), "999");
        assert_eq!(count(999.6), "1 k");
        assert_eq!(count(3_421.0), "3.4 k");
        let small = [0.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.000_02].map(count);
        let words = [
            "0", "0.5", "0.2", "0.1", "0.05", "0.02", "0.01", "0.005", "0.00002",
        ];
        assert_eq!(small, words);
        assert_eq!(duration(999_700.0), "1 s");
        assert_eq!(duration(60e6), "60 s");
        assert_eq!(duration(300e6), "5 min");
        assert_eq!(duration(7_200e6), "2 h");
    }

    #[test]
    fn only_nothing_is_shown_as_zero_and_only_all_as_a_hundred() {
        assert_eq!(percent(0.0), "0");
        assert_eq!(percent(1e-9), "<0.001");
        assert_eq!(percent(0.999_999), ">99.99");
        assert_eq!(percent(1.0), "100");
        assert_eq!(percent(0.0124), "1.24");
    }

    #[test]
    fn a_clipped_text_has_no_control_characters_and_keeps_its_length() {
        assert_eq!(clip("a\u{1}b", 10), "a b");
        assert_eq!(clip("abcdefgh", 4), "abc…");
    }
}
