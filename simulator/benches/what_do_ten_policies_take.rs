//! How much longer ten policies take on all cores than one of them on one, by the clock on the wall.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use support::{Setting, is_quick, spread};

fn main() {
    let (rounds, seconds) = if is_quick() { (1, 20) } else { (5, 100) };
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let mut text = format!(
        r#"
        seed = 1
        duration = "{seconds}s"
        [workload]
        keys = 1000000
        reads = {{ rate = 90000.0 }}
        writes = {{ rate = 10000.0 }}
        "#
    );
    // One policy with ten settings: of ten different ones nobody knows which to compare with.
    for ttl in 1..=10 {
        text += &format!(
            "[[policy]]\nuse = \"ttl\"\nlabel = \"{ttl}\"\nconfig = {{ ttl = \"{}s\" }}\n",
            50 + 2 * ttl
        );
    }
    let setting = Setting::new(&text);
    let (mut alone, mut together, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let before = timed(|| run(&setting, 4));
        let all = timed(|| run_all(&setting, cores));
        let after = timed(|| run(&setting, 5));
        let one = (before + after).as_secs_f64() / 2.0;
        alone.push(one);
        together.push(all.as_secs_f64());
        ratios.push(all.as_secs_f64() / one);
    }
    println!(
        "\n{rounds} rounds of {seconds} virtual seconds, {cores} cores: median, least, most\n"
    );
    for (what, figures) in [
        ("one, s", alone),
        ("ten, s", together),
        ("ten / one", ratios),
    ] {
        let (median, least, most) = spread(figures);
        println!("{what:<12}{median:.2} ({least:.2}-{most:.2})");
    }
}

fn run_all(setting: &Setting, cores: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= 10 {
                        break;
                    }
                    run(setting, number);
                }
            });
        }
    });
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn run(setting: &Setting, number: usize) {
    let timed = setting.run(number);
    assert!(timed.hit_ratio > 0.0);
}
