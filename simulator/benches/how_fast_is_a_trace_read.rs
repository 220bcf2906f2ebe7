//! How many rows a second of a packed CSV are read and run, on one core: unpacked, parsed, checked, given numbers for
//! their keys, and every one of them carried out under the ttl policy.

mod support;

use std::io::Write;

use rand::RngExt;
use rand_distr::{Distribution, Zipf};
use shelflife_sim::random::{Purpose, stream};
use support::{Setting, is_quick, spread, thread_time};

const KEYS: f64 = 1_000_000.0;

fn main() {
    let (rounds, rows) = if is_quick() {
        (2, 1_000_000)
    } else {
        (5, 5_000_000)
    };
    let path = std::env::temp_dir().join(format!("shelflife-{}.csv.zst", std::process::id()));
    write(&path, rows);
    let size = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    let mut read = Vec::new();
    let mut read_and_run = Vec::new();
    for _ in 0..rounds {
        let started = thread_time();
        let setting = Setting::new(&format!(
            "[trace]\npath = {path:?}\n[[policy]]\nuse = \"ttl\"\nconfig = {{ ttl = \"60s\" }}\n"
        ));
        read.push(f64::from(rows) / (thread_time() - started).as_secs_f64() / 1e6);
        let timed = setting.run(0);
        assert_eq!(timed.events, u64::from(rows));
        read_and_run.push(f64::from(rows) / (thread_time() - started).as_secs_f64() / 1e6);
    }
    let _ = std::fs::remove_file(&path);
    println!("\n{rows} rows, {size} bytes packed; {rounds} rounds: median, least, most\n");
    for (what, rates) in [("read", read), ("read and run", read_and_run)] {
        let (median, least, most) = spread(rates);
        println!("{what:<16}{median:.2} M rows/s ({least:.2}-{most:.2})");
    }
}

fn write(path: &std::path::Path, rows: u32) {
    let file = std::fs::File::create(path).expect("a file");
    let mut packed = zstd::Encoder::new(file, 3).expect("a packer");
    let mut rng = stream(1, 0, Purpose::ReadKeys, 0);
    let law = Zipf::new(KEYS, 0.99).expect("a law");
    writeln!(packed, "ts_us,op,key").expect("room");
    for row in 0..rows {
        let op = if rng.random_ratio(1, 10) { 'W' } else { 'R' };
        writeln!(
            packed,
            "{},{op},user:{}",
            u64::from(row) * 10,
            law.sample(&mut rng) as u64
        )
        .expect("room");
    }
    packed.finish().expect("room");
}
