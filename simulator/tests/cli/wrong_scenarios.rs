//! Scenarios and traces with something wrong in them, by file, line and key.

use crate::{Dir, SMALL};

#[test]
fn a_wrong_scenario_names_file_line_and_key() {
    let dir = Dir::new("scenario");
    for (text, says) in [
        ("\nfoo = 1", "s.toml:2: unknown key `foo`"),
        (
            "[workload.reads]\nrat = 1",
            "s.toml:2: unknown key `rat` in [workload.reads]: did you mean `rate`?",
        ),
        (
            "[[policy]]\nuse = \"ttl\"\nconfg = {}",
            "s.toml:3: unknown key `confg` in [[policy]]: did you mean `config`?",
        ),
        (
            "[[policy]]\nuse = \"ttl\"\n[policy.config]\n\ntl = \"60s\"",
            "s.toml:5: policy ttl 0.1.0: configure: unknown setting `tl`: did you mean `ttl`?",
        ),
        (
            "[[policy]]\nuse = \"cdc\"\n[[policy]]\nuse = \"ttl\"\nconfig = { ttl = 60 }",
            "s.toml:5: policy ttl 0.1.0: configure: `ttl` should be a duration",
        ),
        (
            "[[policy]]\nuse = \"tll\"",
            "s.toml:2: `use` in [[policy]]: unknown policy `tll`: did you mean `ttl`?",
        ),
        (
            "[[policy]]\n\nuse = \"./nowhere.wasm\"",
            "s.toml:3: policy ./nowhere.wasm: cannot read ./nowhere.wasm: No such file",
        ),
        (
            "[[policy]]\nlabel = \"x\"",
            "s.toml:1: [[policy]]: the key `use` is missing",
        ),
        (
            "[[policy]]\nuse = \"ttl\"\n[[policy]]\nuse = \"ttl\"",
            "would both be called `ttl`",
        ),
        (
            "[[policy]]\nuse = \"ttl\"\nlabel = \"perfect\"",
            "s.toml:3: `label` in [[policy]]: `perfect` is what a baseline is called",
        ),
        (
            "[[policy]]\nuse = \"ttl\"\nlabel = \"no cache\"",
            "`no cache` is what a baseline is called",
        ),
        ("policy = \"ttl\"", "s.toml:1: `policy`: "),
        (
            "duration = \"soon\"",
            "s.toml:1: `duration`: `soon` is not a duration: write it as `250ms`, `60s` or `2h`",
        ),
        (
            "duration = 10",
            "s.toml:1: `duration`: integer `10` where a duration as text",
        ),
        (
            "warmup = 600",
            "s.toml:1: `warmup`: a share of the run is at least 0 and less than 1, not 600; a duration is text",
        ),
        (
            "warmup = \"aut\"",
            "s.toml:1: `warmup`: `aut` is not a duration: write it as `250ms`, `60s` or `2h`, or `auto`",
        ),
        ("a = [", "s.toml:1: "),
        ("seed = 1\nseed = 2", "s.toml:2: duplicate key"),
        (
            "[trace]\npath = \"nowhere.csv\"",
            "s.toml:2: nowhere.csv: No such file",
        ),
        ("[trace]\npath = \".\"", "s.toml:2: .: it is a directory"),
        (
            "[trace]\npath = \"builtin:shoop\"",
            "s.toml:2: no built-in trace `shoop`: did you mean `shop`?",
        ),
        (
            "[trace]\nformat = \"csv\"",
            "s.toml:1: [trace]: the key `path` is missing",
        ),
        (
            "[trace]\npath = \"x.csv\"\n[workload]\nkeys = 5",
            "s.toml:3: [trace] and [workload] exclude each other",
        ),
        (
            "[workload]\nembeddings.set = \"nowhere\"",
            "s.toml:2: nowhere.jsonl: No such file",
        ),
        (
            "[workload]\nreads.rate = 1.0\n[[workload.phase]]\nat = \"1h\"\nreads.rate = 9e8",
            "s.toml:5: `rate` in [workload.phase.reads]: ",
        ),
        (
            "[workload]\nreads.popularity = \"zipf\"",
            "s.toml:2: `popularity` in [workload.reads]: zipf has an exponent: write { zipf = 0.99 }",
        ),
        (
            "[workload]\nreads.popularity = { zpif = 0.9 }",
            "s.toml:2: unknown key `zpif` in [workload.reads.popularity]: did you mean `zipf`?",
        ),
        (
            "[origin]\nlatency = { exponental = \"1ms\" }",
            "s.toml:2: unknown key `exponental` in [origin.latency]: did you mean `exponential`?",
        ),
        (
            "[[origin]]\nlatency = \"1ms\"",
            "s.toml:1: `origin`: an array where a table belongs",
        ),
        (
            "[workload]\nreads = [5.0, \"even\"]",
            "s.toml:2: `reads` in [workload]: an array where a table belongs",
        ),
        (
            "[[policy]]\nuse = \"ttl\"\n[[workload.phase]]\nreads.rate = 5.0",
            "s.toml:3: [[workload.phase]]: the key `at` is missing",
        ),
        (
            "duration = \"1year\"",
            "s.toml:1: `duration`: 31557600000 reads in 8766h take days to run",
        ),
        (
            "seed = 99999999999999999999",
            "s.toml:1: 99999999999999999999 is too large: whole numbers go up to",
        ),
        (
            "seed = 18446744073709551615",
            "s.toml:1: 18446744073709551615 is too large: whole numbers go up to",
        ),
        (
            "[workload]\nkeys = 1\nkey = \"\"",
            "s.toml:3: `key` in [workload]: a key is not empty",
        ),
    ] {
        dir.write("s.toml", text);
        dir.is_wrong(&["compare", "s.toml"], says);
    }
    let name = "x".repeat(300);
    dir.write("s.toml", format!("name = \"{name}\""));
    dir.is_wrong(
        &["compare", "s.toml"],
        "s.toml:1: `name`: at most 200 bytes",
    );
    dir.write("t.csv", "ts_us,op,key\n0,R,a\n5,R,a\n");
    for (text, says) in [
        (
            "warmup = \"1s\"\n[trace]\npath = \"t.csv\"",
            "s.toml:1: `warmup`: 1s of warm-up leave nothing to measure of t.csv, whose last event is at 5us",
        ),
        (
            "[trace]\npath = \"t.csv\"\nspeed = 1e-300",
            "t.csv: 2e287 years from its first event to its last, at a speed of 1e-300",
        ),
        (
            "[trace]\npath = \"t.csv\"\nunit = \"ms\"",
            "s.toml:3: `unit` in [trace]: a unit is told for the formats",
        ),
    ] {
        dir.write("s.toml", text);
        dir.is_wrong(&["compare", "s.toml"], says);
    }
    dir.write("s.toml", [0x9e, 0x37, 0x79, 0xb9].repeat(999));
    dir.is_wrong(&["compare", "s.toml"], "s.toml: ");
}

#[test]
fn a_wrong_trace_names_file_and_line_whatever_is_done_with_it() {
    let dir = Dir::new("trace");
    for (text, says) in [
        ("", "t.csv: the file is empty"),
        ("ts_us,op,key\n", "t.csv: no events in it"),
        (
            "ts_us,op\n5,R\n",
            "t.csv:1: no column `key`: the header has ts_us, op",
        ),
        (
            "ts_us,op,key\n1,R,a\n2,R\n",
            "t.csv:3: no value for `key`: the row has 2 columns, the header 3",
        ),
        (
            "ts_us,op,key\n5,R,a\n2,R,b\n",
            "t.csv:3: time goes backwards: 2 us after 5 us",
        ),
        (
            "ts_us,op,key\n5,R,a\n-6,R,b\n",
            "t.csv:3: `-6` is not a time",
        ),
        ("ts_us,op,key\n5,R,a\n6,X,b\n", "t.csv:3: unknown op `X`"),
        ("ts_us,op,key\n5,R,\n", "t.csv:2: the key is empty"),
        (
            "ts_us,op,key\n0,R,a\n18446744073709551,R,b\n",
            "t.csv: 585 years from its first event to its last",
        ),
        (
            "ts_us,op,key,key\n0,R,a,b\n",
            "t.csv:1: two columns are called `key`: give one of them another name",
        ),
        (
            "ts_us,op,key\n0,R,a\n1,R,\"b\n2,R,c\n",
            "t.csv:3: a quote is opened in this row and never closed",
        ),
        ("\n\n", "t.csv:1: the first line is empty"),
        (
            "a,b,c\n1,2,3\n",
            "t.csv:1: no format that is known begins with `a,b,c`",
        ),
        (
            "\u{1}\u{2}\u{3}",
            "t.csv:1: no format that is known begins with",
        ),
    ] {
        dir.write("t.csv", text);
        dir.is_wrong(&["compare", "--trace", "t.csv"], says);
        dir.is_wrong(&["trace", "stat", "t.csv"], says);
        dir.is_wrong(&["trace", "convert", "t.csv", "out.csv"], says);
    }
    dir.is_wrong(
        &["compare", "--trace", "nowhere.csv"],
        "nowhere.csv: No such file",
    );
    dir.is_wrong(&["trace", "stat", "."], "it is a directory");
}

#[test]
fn a_trace_that_ends_in_the_middle_says_so() {
    let dir = Dir::new("truncated");
    let rows: String = (0..20_000)
        .map(|n| format!("{n},R,key:{}\n", n * 7919 % 1000))
        .collect();
    let text = format!("ts_us,op,key\n{rows}");
    let zstd = zstd::encode_all(text.as_bytes(), 0).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, text.as_bytes()).unwrap();
    for (packed, packing) in [(zstd, "zstd"), (gzip.finish().unwrap(), "gzip")] {
        dir.write("t.csv", &packed);
        let statistics = dir.succeeds(&["trace", "stat", "t.csv"]);
        assert!(
            statistics.starts_with("events                         20000\n"),
            "{statistics}"
        );
        dir.write("t.csv", &packed[..packed.len() / 2]);
        let says = format!("t.csv: truncated: it ends in the middle of its {packing} stream");
        dir.is_wrong(&["compare", "--trace", "t.csv"], &says);
        dir.is_wrong(&["trace", "stat", "t.csv"], &says);
        dir.is_wrong(&["trace", "convert", "t.csv", "out.csv"], &says);
    }
    dir.write("t.csv", b"\xfd7zXZ\0 and so on");
    dir.is_wrong(&["trace", "stat", "t.csv"], "packed with xz: unpack it");
}

#[test]
fn a_trace_is_written_under_a_name_that_says_how() {
    let dir = Dir::new("output-name");
    dir.write("small.toml", SMALL)
        .write("t.csv", "ts_us,op,key\n1,R,a\n");
    for name in ["out.txt", "out", "out.csv.xz", "."] {
        let says = "a trace is written as .csv or .jsonl";
        dir.is_wrong(&["trace", "convert", "t.csv", name], says);
        dir.is_wrong(&["trace", "generate", "small.toml", name], says);
    }
    let line = dir.fails(1, &["trace", "convert", "t.csv", "nowhere/out.csv"]);
    assert!(line.starts_with("nowhere/out.csv: No such file"), "{line}");
}
