//! Sizes as limits have them: by 1,024.

/// `63 KiB`, `1.1 MiB`, `16 MiB`.
pub fn binary(bytes: usize) -> String {
    let (unit, name) = match bytes {
        0..1_024 => return format!("{bytes} B"),
        1_024..0x10_0000 => (1_024.0, "KiB"),
        _ => (1_048_576.0, "MiB"),
    };
    let value = bytes as f64 / unit;
    match value < 10.0 && value.fract() > 0.0 {
        true => format!("{value:.1} {name}"),
        false => format!("{value:.0} {name}"),
    }
}
