//! Which format a trace file has, by its name and its first line.

use std::path::Path;

use super::input::Input;
use super::ops;
use super::table::integer;
use crate::error::Error;
use crate::scenario::TraceFormat;

/// Tells the format of a trace file.
///
/// # Errors
///
/// The file cannot be read, or its first line is of no format that shows what it is.
pub fn detect(path: &Path) -> Result<TraceFormat, Error> {
    let mut input = Input::open(path, Path::new(""))?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let name = name.trim_end_matches(".zst").trim_end_matches(".gz");
    if let Some(format) = by_name(name) {
        return Ok(format);
    }
    let line = input.first_line()?;
    if line.is_empty() {
        let path = path.display();
        return Err(Error::usage(format_args!(
            "{path}:1: the first line is empty: a header or the first row was expected"
        )));
    }
    by_first_line(&line).ok_or_else(|| {
        let shown: String = String::from_utf8_lossy(&line).chars().take(60).collect();
        Error::usage(format_args!(
            "{}:1: no format that is known begins with `{}`: name it in a scenario, under `format` in [trace]",
            path.display(),
            shown.escape_debug()
        ))
    })
}

fn by_name(name: &str) -> Option<TraceFormat> {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        // Whatever the rest of the name says: it may be one of the others, converted.
        "csv" => None,
        "jsonl" => Some(TraceFormat::Jsonl),
        _ if name.contains("oraclegeneral") => Some(TraceFormat::OracleGeneral),
        "slt" => Some(TraceFormat::Cache2kTimed),
        "lis" => Some(TraceFormat::Arc),
        "trace" => Some(TraceFormat::Cache2k),
        _ => None,
    }
}

fn by_first_line(line: &[u8]) -> Option<TraceFormat> {
    let fields: Vec<&[u8]> = line
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .collect();
    let has = |column: &str| fields.contains(&column.as_bytes());
    if has("version") && has("lbn") {
        Some(TraceFormat::VscsiCsv)
    } else if has("op_time") && has("op_count") {
        Some(TraceFormat::MetaKv)
    } else if has("ts_us") || (has("op") && has("key")) {
        // A header of ours with a column missing too: its reader says which.
        Some(TraceFormat::Shelflife)
    } else if fields.len() >= 7
        && integer(fields[0]).is_some()
        && ops::plain(fields[fields.len() - 2]).is_some()
    {
        Some(TraceFormat::Twitter)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_first_lines_show_the_format() {
        assert_eq!(
            by_name("w92.oraclegeneral.bin"),
            Some(TraceFormat::OracleGeneral)
        );
        assert_eq!(by_name("oltp.lis"), Some(TraceFormat::Arc));
        assert_eq!(by_name("weblog.slt"), Some(TraceFormat::Cache2kTimed));
        assert_eq!(by_name("shop.csv"), None);
        assert_eq!(by_name("w92.oraclegeneral.csv"), None);
        assert_eq!(
            by_name("w92.oraclegeneral"),
            Some(TraceFormat::OracleGeneral)
        );
        for (line, format) in [
            ("key,ts_us,op", Some(TraceFormat::Shelflife)),
            ("ts,op,key", Some(TraceFormat::Shelflife)),
            ("version,time,op,size,lbn", Some(TraceFormat::VscsiCsv)),
            (
                "op_time,key,key_size,op,op_count,size,cache_hits,ttl,usecase,sub_usecase",
                Some(TraceFormat::MetaKv),
            ),
            ("0,nz:u:1,21,0,7,get,0", Some(TraceFormat::Twitter)),
            ("a,b,c", None),
        ] {
            assert_eq!(by_first_line(line.as_bytes()), format, "{line}");
        }
    }
}
