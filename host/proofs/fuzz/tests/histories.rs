//! Any history, against the oracle of `shelflife-properties`.

use shelflife_fuzz::{Setting, check, operations};

fn fuzz(setting: Setting) {
    bolero::check!()
        .with_iterations(10_000)
        .with_max_len(1_000)
        .for_each(|bytes: &[u8]| {
            let operations = operations(bytes);
            if let Err(what) = check(setting, &operations) {
                panic!("{what}\n{operations:#?}");
            }
        });
}

#[test]
fn an_engine_with_room() {
    fuzz(Setting {
        is_narrow: false,
        shards: 1,
    });
}

#[test]
fn an_engine_with_too_little_room() {
    fuzz(Setting {
        is_narrow: true,
        shards: 1,
    });
}
