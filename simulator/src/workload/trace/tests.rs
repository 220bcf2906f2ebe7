use super::*;
use crate::scenario::{Columns, Overrides, Sets, load_trace};
use crate::workload::{Op, build};
use std::io::Write;
use std::path::PathBuf;

fn trace(format: TraceFormat) -> Trace {
    Trace {
        path: "t.csv".into(),
        format,
        columns: Columns::default(),
        sets: Sets::default(),
        rate: None,
        speed: 1.0,
        unit: None,
    }
}

fn read_bytes(
    bytes: &[u8],
    trace: &Trace,
) -> Result<(Catalogue, Vec<Event>, TraceStatistics), String> {
    // The dispatch of `read`, over a file of this test's own.
    let dir = Scratch::new();
    std::fs::write(dir.0.join(&trace.path), bytes).unwrap();
    let read = read(trace, &dir.0).map_err(|error| {
        assert_eq!(error.exit_status(), 2);
        error.to_string()
    })?;
    Ok((read.catalogue, read.events, read.info.statistics))
}

/// A folder that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("shelflife-trace-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

type Simple = (u64, Op, String, u32, u32);

fn simple((catalogue, events, _): &(Catalogue, Vec<Event>, TraceStatistics)) -> Vec<Simple> {
    let row = |event: &Event| {
        (
            event.at,
            event.op,
            catalogue.text(event.subject).to_string(),
            event.bytes,
            event.client,
        )
    };
    events.iter().map(row).collect()
}

#[test]
fn our_own_format_takes_its_columns_in_any_order() {
    let text = "key,size,op,ts_us,tags,client\na,10,R,1000,,\nb,,W,1000,x;y,alice\n\"a,c\",7,D,2500,x,bob\na,1,get,3000,,alice\n";
    let read = read_bytes(text.as_bytes(), &trace(TraceFormat::Shelflife)).unwrap();
    assert_eq!(
        simple(&read),
        [
            (0, Op::Read, "a".to_owned(), 10, 0),
            (0, Op::Write, "b".to_owned(), 0, 1),
            (1_500_000, Op::Delete, "a,c".to_owned(), 7, 2),
            (2_000_000, Op::Read, "a".to_owned(), 1, 1),
        ]
    );
    let names: Vec<_> = read
        .0
        .tags_of(1)
        .iter()
        .map(|tag| &**read.0.tag_name(*tag))
        .collect();
    assert_eq!(names, ["x", "y"]);
    assert_eq!((read.2.tags, read.2.clients), (2, 2));
}

#[test]
fn speed_divides_the_times() {
    let fast = Trace {
        speed: 4.0,
        ..trace(TraceFormat::Shelflife)
    };
    let read = read_bytes(b"ts_us,op,key\n8,R,a\n12,R,a\n", &fast).unwrap();
    assert_eq!(
        read.1.iter().map(|event| event.at).collect::<Vec<_>>(),
        [0, 1_000]
    );
}

#[test]
fn what_is_wrong_with_a_file_is_said_in_one_line_with_its_row() {
    for (text, says) in [
        (&b""[..], "t.csv: the file is empty"),
        (b"ts_us,op,key\n", "t.csv: no events in it"),
        (
            b"ts_us,op\n1,R\n",
            "t.csv:1: no column `key`: the header has ts_us, op",
        ),
        (
            b"ts_us,op,key\n1,R,a\n2,R\n",
            "t.csv:3: no value for `key`: the row has 2 columns, the header 3",
        ),
        (
            b"ts_us,op,key\n5,R,a\n3,R,a\n",
            "t.csv:3: time goes backwards: 3 us after 5 us in the row before: sort the file by time",
        ),
        (
            b"ts_us,op,key\n5,X,a\n",
            "t.csv:2: unknown op `X`: R (read), W (write)",
        ),
        (
            b"ts_us,op,key\n5,R,\xff\n",
            "t.csv:2: the key `\u{fffd}` is not UTF-8",
        ),
        (b"ts_us,op,key\n5,R,\n", "t.csv:2: the key is empty"),
        (b"ts_us,op,key\nnow,R,a\n", "t.csv:2: `now` is not a time"),
        (
            b"ts_us,op,key,size\n1,R,a,big\n",
            "t.csv:2: `big` is not a size",
        ),
        (b"\xfd7zXZ\0", "packed with xz"),
    ] {
        let error = read_bytes(text, &trace(TraceFormat::Shelflife)).unwrap_err();
        assert!(
            error.starts_with(says) || error.contains(says) && says.starts_with("packed"),
            "{error}"
        );
        assert!(!error.contains('\n'), "{error}");
    }
    let missing = Trace {
        path: "nowhere.csv".into(),
        ..trace(TraceFormat::Shelflife)
    };
    let error = read(&missing, Path::new("/")).err().unwrap().to_string();
    assert!(error.starts_with("nowhere.csv: "), "{error}");
}

#[test]
fn packed_files_are_told_by_their_content_and_truncated_ones_are_refused() {
    let mut text = b"ts_us,op,key\n".to_vec();
    for row in 0_u32..5_000 {
        writeln!(text, "{row},R,key-{}", row.wrapping_mul(2_654_435_761)).unwrap();
    }
    let zstd = zstd::encode_all(&text[..], 1).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    let gzip = gzip.finish().unwrap();
    for (packed, packing) in [(zstd, "zstd"), (gzip, "gzip")] {
        assert_eq!(
            read_bytes(&packed, &trace(TraceFormat::Shelflife))
                .unwrap()
                .1
                .len(),
            5_000
        );
        let error =
            read_bytes(&packed[..packed.len() / 2], &trace(TraceFormat::Shelflife)).unwrap_err();
        assert_eq!(
            error,
            format!("t.csv: truncated: it ends in the middle of its {packing} stream")
        );
    }
}

#[test]
fn any_csv_can_be_mapped() {
    let columns = Columns {
        time: Some("when".to_owned()),
        op: Some("verb".to_owned()),
        key: Some("path".to_owned()),
        unit: Some("s".to_owned()),
        ops: [("GET", "read"), ("PUT", "write"), ("HEAD", "skip")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .into(),
        ..Columns::default()
    };
    let mapped = Trace {
        columns,
        ..trace(TraceFormat::Csv)
    };
    let read = read_bytes(
        b"path,verb,when\n/a,GET,1.5\n/a,HEAD,2\n/b,PUT,3\n/a,delete,3\n",
        &mapped,
    )
    .unwrap();
    let rows: Vec<_> = simple(&read)
        .into_iter()
        .map(|(at, op, key, ..)| (at, op, key))
        .collect();
    assert_eq!(
        rows,
        [
            (0, Op::Read, "/a".to_owned()),
            (1_500_000_000, Op::Write, "/b".to_owned()),
            (1_500_000_000, Op::Delete, "/a".to_owned())
        ]
    );
    let error = read_bytes(b"path,verb,when\n/a,PATCH,1\n", &mapped).unwrap_err();
    assert!(
        error.starts_with("t.csv:2: unknown op `PATCH`: say under `columns.ops`"),
        "{error}"
    );
}

#[test]
fn json_lines_have_the_names_of_the_csv() {
    let text = "{\"ts_us\":5,\"op\":\"R\",\"key\":17,\"tags\":[\"x\"]}\n\n{\"ts_us\":6.5,\"op\":\"W\",\"key\":\"b\",\"size\":3,\"client\":9}\n";
    let read = read_bytes(text.as_bytes(), &trace(TraceFormat::Jsonl)).unwrap();
    assert_eq!(
        simple(&read),
        [
            (0, Op::Read, "17".to_owned(), 0, 0),
            (1_500, Op::Write, "b".to_owned(), 3, 1)
        ]
    );
    assert_eq!(read.0.tags_of(0).len(), 1);
    let error =
        read_bytes(b"{\"ts_us\":5,\"op\":\"R\"}\n", &trace(TraceFormat::Jsonl)).unwrap_err();
    assert!(
        error.starts_with("t.csv:1: no `key`") && error.ends_with("the row has op, ts_us"),
        "{error}"
    );
    assert!(
        read_bytes(b"[1]\n", &trace(TraceFormat::Jsonl))
            .unwrap_err()
            .starts_with("t.csv:1: not a JSON object")
    );
}

const TWITTER: &str = "0,a,1,0,7,get,0\n1,a,1,5,7,set,60\n1,b,c,3,9,8,get,0\n2,a,1,6,7,set,60\n2,a,1,0,7,delete,0\n2,a,1,1,7,incr,0\n";

#[test]
fn twitter_sets_are_writes_or_refills_as_the_scenario_says() {
    for (sets, ops, fills) in [
        (Sets::Write, "RWRWWW", 0),
        (Sets::Fill, "RRWW", 2),
        (Sets::Auto, "RRWWW", 1),
    ] {
        let read = read_bytes(
            TWITTER.as_bytes(),
            &Trace {
                sets,
                ..trace(TraceFormat::Twitter)
            },
        )
        .unwrap();
        let found: String = read
            .1
            .iter()
            .map(|event| if event.op == Op::Read { 'R' } else { 'W' })
            .collect();
        assert_eq!(found, ops, "{sets:?}");
        assert_eq!(
            (read.2.sets_taken_as_fills, read.2.operations["set"]),
            (fills, 2)
        );
        assert!(read.0.lookup("b,c").is_some());
    }
    let error = read_bytes(b"0,a,1,0,7,get\n", &trace(TraceFormat::Twitter)).unwrap_err();
    assert!(
        error.starts_with("t.csv:1: the row has 6 columns of 7"),
        "{error}"
    );
    let error = read_bytes(b"0,a,1,0,7,fetch,0\n", &trace(TraceFormat::Twitter)).unwrap_err();
    assert!(error.starts_with("t.csv:1: unknown op `fetch`"), "{error}");
}

#[test]
fn seconds_are_spread_in_order_and_always_in_the_same_way() {
    let rows: String = (0..3_000)
        .map(|row| format!("{},k{row},2,5,1,get,0\n", 100 + row / 1_000))
        .collect();
    let twitter = trace(TraceFormat::Twitter);
    let first = read_bytes(rows.as_bytes(), &twitter).unwrap();
    assert!(first.1.is_sorted_by_key(|event| event.at));
    assert!(
        (0..).zip(&first.1).all(|(row, event)| event.subject == row),
        "the order of the file"
    );
    let span = first.1[2_999].at;
    assert!((2_900_000_000..3_000_000_000).contains(&span), "{span}");
    let in_first_half = first.1[..1_000]
        .iter()
        .filter(|event| event.at < 500_000_000)
        .count();
    assert!((430..570).contains(&in_first_half), "{in_first_half}");
    assert_eq!(first.1, read_bytes(rows.as_bytes(), &twitter).unwrap().1);
}

#[test]
fn a_row_of_metas_trace_stands_for_many_operations() {
    let text = "op_time,key,key_size,op,op_count,size,cache_hits,ttl\n5,a,1,GET,3,0,0,0\n6,a,1,SET,2,10,0,0\n6,a,1,DELETE,1,0,0,0\n";
    let read = read_bytes(
        text.as_bytes(),
        &Trace {
            sets: Sets::Auto,
            ..trace(TraceFormat::MetaKv)
        },
    )
    .unwrap();
    assert_eq!(
        (read.2.reads, read.2.writes, read.2.sets_taken_as_fills),
        (3, 2, 1)
    );
    assert_eq!(read.2.operations["GET"], 3);
    let error = read_bytes(b"op_time,key\n1,a\n", &trace(TraceFormat::MetaKv)).unwrap_err();
    assert_eq!(
        error,
        "t.csv:1: no column `op`: the header has op_time, key"
    );
}

#[test]
fn block_traces_know_scsi() {
    let text = b"version,time,op,size,lbn\n1,10,28,512,7\n1,12,2a,1024,8\n1,12,2A,512,7\n";
    let read = read_bytes(text, &trace(TraceFormat::VscsiCsv)).unwrap();
    assert_eq!(
        simple(&read),
        [
            (0, Op::Read, "7".to_owned(), 512, 0),
            (2_000, Op::Write, "8".to_owned(), 1024, 0),
            (2_000, Op::Write, "7".to_owned(), 512, 0),
        ]
    );
    let error = read_bytes(
        b"version,time,op,size,lbn\n1,10,35,512,7\n",
        &trace(TraceFormat::VscsiCsv),
    )
    .unwrap_err();
    assert_eq!(error, "t.csv:2: unknown op `35`: 28 is a read, 2a a write");
}

#[test]
fn traces_without_times_get_them_from_the_rate() {
    let slow = Trace {
        rate: Some(2.0),
        ..trace(TraceFormat::Arc)
    };
    let read = read_bytes(b"7 2 0 1\n7 1 0 2\n", &slow).unwrap();
    let rows: Vec<_> = simple(&read)
        .into_iter()
        .map(|(at, _, key, ..)| (at, key))
        .collect();
    assert_eq!(
        rows,
        [
            (0, "7".to_owned()),
            (500_000_000, "8".to_owned()),
            (1_000_000_000, "7".to_owned())
        ]
    );
    assert!(
        read_bytes(b"7 x 0 1\n", &slow)
            .unwrap_err()
            .starts_with("t.csv:1: a line is")
    );
    let read = read_bytes(
        &[0, 0, 0, 5, 0, 0, 1, 0],
        &Trace {
            rate: None,
            ..trace(TraceFormat::Cache2k)
        },
    )
    .unwrap();
    let rows: Vec<_> = simple(&read)
        .into_iter()
        .map(|(at, _, key, ..)| (at, key))
        .collect();
    assert_eq!(rows, [(0, "5".to_owned()), (1_000_000, "256".to_owned())]);
}

#[test]
fn binary_records_are_read_whole_or_not_at_all() {
    let read = read_bytes(
        &[0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 11, 0, 0, 0, 1],
        &trace(TraceFormat::Cache2kTimed),
    )
    .unwrap();
    assert_eq!(
        read.1.iter().map(|event| event.at).collect::<Vec<_>>(),
        [0, 2_000_000_000]
    );
    let mut record = Vec::new();
    record.extend_from_slice(&3_u32.to_le_bytes());
    record.extend_from_slice(&77_u64.to_le_bytes());
    record.extend_from_slice(&512_u32.to_le_bytes());
    record.extend_from_slice(&(-1_i64).to_le_bytes());
    let read = read_bytes(&record, &trace(TraceFormat::OracleGeneral)).unwrap();
    assert_eq!(simple(&read), [(0, Op::Read, "77".to_owned(), 512, 0)]);
    let error = read_bytes(&record[..20], &trace(TraceFormat::OracleGeneral)).unwrap_err();
    assert_eq!(
        error,
        "t.csv: truncated: record 1 has 20 bytes of 24, or this is another format"
    );
}

#[test]
fn the_built_in_trace_has_the_documented_figures() {
    let shop = Trace {
        path: "builtin:shop".into(),
        ..trace(TraceFormat::Shelflife)
    };
    let read = read(&shop, Path::new("")).unwrap();
    let statistics = &read.info.statistics;
    assert_eq!(
        (statistics.events, statistics.reads, statistics.writes),
        (72_819, 66_319, 6_500)
    );
    assert_eq!(
        (statistics.keys_read, statistics.keys_written),
        (8_810, 2_923)
    );
    assert_eq!(
        (read.info.path.as_str(), read.info.sha256.len()),
        ("builtin:shop", 64)
    );
}

#[test]
fn what_is_written_reads_back_as_the_same_events() {
    let dir = Scratch::new();
    let original = dir.0.join("in.csv");
    std::fs::write(
        &original,
        "ts_us,op,key,size,tags,client\n7,R,\"a,\"\"b\",10,x;y,c1\n7,W,b,0,,c2\n9,D,b,0,y,\n",
    )
    .unwrap();
    let load = |path: &Path| build(&load_trace(path, &Overrides::default()).unwrap()).unwrap();
    let workload = load(&original);
    for name in [
        "out.csv",
        "out.csv.gz",
        "out.csv.zst",
        "out.jsonl",
        "out.jsonl.zst",
    ] {
        let path = dir.0.join(name);
        assert_eq!(write(&workload, 1, &path).unwrap(), 3);
        let again = load(&path);
        assert_eq!(
            again.events(1, 0).collect::<Vec<_>>(),
            workload.events(1, 0).collect::<Vec<_>>(),
            "{name}"
        );
        assert_eq!(
            again.catalogue.tags_of(0),
            workload.catalogue.tags_of(0),
            "{name}"
        );
    }
    let error = write(&workload, 1, &dir.0.join("out.txt")).unwrap_err();
    assert!(
        error.to_string().contains("written as .csv or .jsonl"),
        "{error}"
    );
    assert!(write(&workload, 1, &dir.0.join("nowhere/out.csv")).is_err());
    let left: Vec<_> = std::fs::read_dir(&dir.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 6, "{left:?}");
}
