//! `trace generate`, `trace stat`, `trace convert`, and comparisons on what they write.

use std::collections::BTreeMap;
use std::path::Path;

use crate::reports::count;
use crate::{Dir, SMALL};

/// The figures of `trace stat` by their names, but for those of one format only.
fn statistics(dir: &Dir, args: &[&str]) -> BTreeMap<String, String> {
    let text = dir.succeeds(&[&["trace", "stat"], args].concat());
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("  op ") && !line.starts_with("sets "));
    let pairs = lines.map(|line| line.split_at_checked(22).unwrap());
    pairs
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

#[test]
fn a_generated_trace_is_counted_and_compared_as_it_was_generated() {
    let dir = Dir::new("generate");
    dir.write("small.toml", SMALL);
    let mut found = Vec::new();
    for name in [
        "a.csv",
        "b.csv.gz",
        "c.csv.zst",
        "d.jsonl",
        "e.jsonl.gz",
        "f.jsonl.zst",
    ] {
        let said = dir.succeeds(&["trace", "generate", "small.toml", name]);
        let rows: u64 = said
            .strip_suffix(&format!(" rows written to {name}\n"))
            .unwrap()
            .parse()
            .unwrap();
        let figures = statistics(&dir, &[name]);
        assert_eq!(figures["events"], rows.to_string());
        let reads: u64 = figures["reads"].parse().unwrap();
        assert!((2_700..3_300).contains(&reads), "{reads} reads of 3,000");
        found.push((name, figures));
    }
    assert!(
        found.iter().all(|(_, figures)| *figures == found[0].1),
        "{found:?}"
    );

    let (_, figures) = &found[0];
    for (name, _) in &found[..4] {
        dir.succeeds(&[
            "compare",
            "--trace",
            name,
            "--policy",
            "native:cdc",
            "--out",
            "out",
        ]);
        let report = dir.json("out/report.json");
        let summary = &report["runs"][0]["summary"];
        assert_eq!(
            count(summary, "reads").to_string(),
            figures["reads"],
            "{name}"
        );
        assert_eq!(
            report["trace"]["statistics"]["writes"].to_string(),
            figures["writes"],
            "{name}"
        );
        assert_eq!(report["trace"]["path"], *name);
    }
}

#[test]
fn a_trace_is_generated_from_the_seed() {
    let dir = Dir::new("generate-seed");
    dir.write("small.toml", SMALL);
    let generate = |seed: &str, name: &str| {
        dir.succeeds(&["trace", "generate", "small.toml", name, "--seed", seed]);
        dir.read(name)
    };
    let first = generate("1", "a.csv");
    assert!(first.starts_with("ts_us,op,key,size,tags,txn,client\n"));
    assert!(first == generate("1", "b.csv"));
    assert!(first != generate("2", "c.csv"));
    dir.succeeds(&[
        "trace",
        "generate",
        "small.toml",
        "d.csv",
        "--set",
        "duration=6s",
    ]);
    let rows = dir.read("d.csv").lines().count();
    assert!(
        (200..420).contains(&rows),
        "{rows} rows in a tenth of the time"
    );
}

#[test]
fn a_conversion_keeps_every_figure_and_a_second_one_every_byte() {
    let dir = Dir::new("convert");
    dir.write(
        "twitter.csv",
        "0,a,1,10,1,get,0\n0,b,1,0,2,get,0\n1,b,1,20,2,set,60\n2,a,1,0,1,delete,0\n",
    );
    dir.write("blocks.lis", "10 3 0 0\n11 1 0 1\n");
    let oracle: Vec<u8> = [(5_u32, 7_u64), (5, 8), (9, 7)]
        .iter()
        .flat_map(|(second, key)| {
            let (second, key) = (second.to_le_bytes(), key.to_le_bytes());
            [
                &second[..],
                &key,
                &64_u32.to_le_bytes(),
                &(-1_i64).to_le_bytes(),
            ]
            .concat()
        })
        .collect();
    dir.write("w.oracleGeneral", oracle);
    dir.write(
        "tagged.csv",
        "ts_us,op,key,tags,client\n0,R,a,x;y,c1\n9,W,\"k,\"\"1\",x,c2\n12,D,a,,\n",
    );
    for (name, events) in [
        ("twitter.csv", "4"),
        ("blocks.lis", "4"),
        ("w.oracleGeneral", "3"),
        ("tagged.csv", "3"),
    ] {
        // The name of the original stays a part of it, and shall not decide the format.
        let first = format!("{name}.out.csv");
        dir.succeeds(&["trace", "convert", name, &first]);
        let figures = statistics(&dir, &[name]);
        assert_eq!(figures["events"], events, "{name}");
        assert_eq!(figures, statistics(&dir, &[&first]), "{name}");
        dir.succeeds(&["trace", "convert", &first, "again.jsonl"]);
        dir.succeeds(&["trace", "convert", "again.jsonl", "again.csv"]);
        assert_eq!(dir.read("again.csv"), dir.read(&first), "{name}");
        // Over itself too: it is read before it is written.
        dir.succeeds(&["trace", "convert", "again.csv", "again.csv"]);
        assert_eq!(dir.read("again.csv"), dir.read(&first), "{name}");
    }
}

#[test]
fn columns_of_other_names_are_set_on_the_command_line() {
    let dir = Dir::new("columns");
    dir.write("log.csv", "when;url\n").write(
        "log.csv",
        "when,method,url\n5,get,/a\n7,put,/a\n9,options,/b\n",
    );
    let set = [
        "trace.format=csv",
        "trace.columns.time=when",
        "trace.columns.unit=ms",
        "trace.columns.op=method",
        "trace.columns.key=url",
        "trace.columns.ops.put=write",
        "trace.columns.ops.options=skip",
    ];
    let set: Vec<&str> = set.iter().flat_map(|set| ["--set", set]).collect();
    let figures = statistics(&dir, &[&["log.csv"], &set[..]].concat());
    assert_eq!(
        (&*figures["reads"], &*figures["writes"], &*figures["span"]),
        ("1", "1", "0.002 s")
    );
    dir.succeeds(&[&["trace", "convert", "log.csv", "mine.csv"], &set[..]].concat());
    assert_eq!(statistics(&dir, &["mine.csv"]), figures);
    dir.succeeds(
        &[
            &["compare", "--trace", "log.csv", "--policy", "native:ttl"],
            &set[..],
        ]
        .concat(),
    );
    let wrong = [&["trace", "stat", "log.csv"], &set[..10]].concat();
    dir.is_wrong(&wrong, "log.csv:3: unknown op `put`: ");
    dir.is_wrong(
        &["trace", "stat", "log.csv", "--set", "trace.formt=csv"],
        "log.csv:1: no format",
    );
}

#[test]
fn a_report_is_named_after_its_trace_whatever_that_is_called() {
    let dir = Dir::new("names");
    for (name, report) in [("a b.c.csv", "a b"), (".csv", "csv"), ("...", "trace")] {
        dir.write(name, "ts_us,op,key\n0,R,a\n");
        dir.succeeds(&["compare", "--trace", name, "--policy", "native:ttl"]);
        assert!(dir.path(&format!("reports/{report}/index.html")).exists());
    }
}

#[test]
#[cfg(unix)]
fn a_name_that_is_not_utf_8_is_said_to_be_so() {
    use std::os::unix::ffi::OsStrExt;
    let dir = Dir::new("not-utf-8");
    let name = std::ffi::OsStr::from_bytes(b"t\xff.csv");
    std::fs::write(dir.path("").join(name), "ts_us,op,key\n0,R,a\n").unwrap();
    let output = dir.command(&["trace", "stat"]).arg(name).output().unwrap();
    let line = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(line.contains("is not UTF-8: give it another one"), "{line}");
}

#[test]
fn a_unit_may_stand_beside_the_columns() {
    let dir = Dir::new("unit");
    dir.write("t.csv", "ts_us,op,key\n0,R,a\n7,W,a\n");
    let set = ["--set", "trace.format=csv", "--set", "trace.unit=s"];
    let figures = statistics(&dir, &[&["t.csv"], &set[..]].concat());
    assert_eq!(&*figures["span"], "7.000 s");
    let twice = [
        &["trace", "stat", "t.csv"],
        &set[..],
        &["--set", "trace.columns.unit=s"],
    ]
    .concat();
    dir.is_wrong(&twice, "`columns` has a unit already");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_text() {
    let dir = Dir::new("mark");
    for (name, text) in [
        ("t.csv", "ts_us,op,key\r\n0,R,a\r\n7,W,a\r\n"),
        (
            "t.jsonl",
            "{\"ts_us\":0,\"op\":\"R\",\"key\":\"a\"}\r\n{\"ts_us\":7,\"op\":\"W\",\"key\":\"a\"}\r\n",
        ),
        (
            "w.csv",
            "version,time,op,size,lbn\n1,0,28,512,a\n1,7,2a,512,a\n",
        ),
        ("t.lis", "1 2 0 0\n"),
    ] {
        let plain = {
            dir.write(name, text);
            statistics(&dir, &[name])
        };
        dir.write(name, format!("\u{feff}{text}"));
        assert_eq!(statistics(&dir, &[name]), plain, "{name}");
        assert_eq!(plain["events"], "2", "{name}");
    }
}

#[test]
fn quoted_keys_may_hold_quotes_commas_and_lines() {
    let dir = Dir::new("quotes");
    dir.write(
        "t.csv",
        "ts_us,key,op\n0,\"a\nb\",R\n1,\"c\"\",\",R\n2,d\"e,R\n3,\"f\",\"R\"",
    );
    let figures = statistics(&dir, &["t.csv"]);
    assert_eq!((&*figures["events"], &*figures["keys"]), ("4", "4"));
}

#[test]
fn a_read_owes_its_client_nothing_of_what_it_writes_meanwhile() {
    let dir = Dir::new("read-your-writes");
    // The first read looks at the origin after 10 ms and is answered after 20; the write falls between.
    // Only the second read began after it.
    dir.write(
        "t.csv",
        "ts_us,op,key,client\n0,R,a,c\n15000,W,a,c\n30000,R,a,c\n40000,R,a,d\n",
    );
    dir.succeeds(&["compare", "--trace", "t.csv", "--policy", "native:ttl"]);
    let report = dir.json("reports/t/report.json");
    let summary = &report["runs"][0]["summary"];
    assert_eq!(count(summary, "stale_hits"), 2);
    assert_eq!(count(summary, "read_your_writes_violations"), 1);
    assert_eq!(count(summary, "monotonic_read_violations"), 0);
}

/// Recordings that are not part of the repository: where they are not at hand this checks nothing.
#[test]
fn recordings_of_every_known_format_are_converted_where_they_are_at_hand() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/traces");
    let dir = Dir::new("recordings");
    for (name, says) in [
        (
            "fixtures/cloudphysics-w92.oracleGeneral.bin.zst",
            Ok("113872"),
        ),
        ("fixtures/meta_kv_1.csv", Ok("691")),
        ("fixtures/meta_kv_2.csv", Ok("433")),
        ("fixtures/twitter-format-synthetic.csv.zst", Ok("20000")),
        ("fixtures/meta_block_1.csv", Err("meta_block_1.csv:1: ")),
        ("real/cloudphysics-w92.csv.zst", Ok("113872")),
        ("real/weblog-424-norobots.slt.gz", Ok("66319")),
        (
            "real/mooncake-conversation.jsonl.zst",
            Err("mooncake-conversation.jsonl.zst:1: no `ts_us`"),
        ),
        ("real/web07.trace.xz", Err("packed with xz")),
        ("semi/semi-weblog-norobots.csv.zst", Ok("72819")),
    ] {
        let path = root.join(name);
        if !path.exists() {
            continue;
        }
        let path = path.to_str().unwrap();
        let to = Path::new(name)
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
            + ".csv";
        match says {
            Ok(events) => {
                let said = dir.succeeds(&["trace", "convert", path, &to]);
                assert_eq!(said, format!("{events} rows written to {to}\n"));
                assert_eq!(
                    statistics(&dir, &[path]),
                    statistics(&dir, &[&to]),
                    "{name}"
                );
            }
            Err(says) => dir.is_wrong(&["trace", "convert", path, &to], says),
        }
    }
}
