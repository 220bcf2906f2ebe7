//! The tags policy under a guard, as a component and as native code.

use shelflife::policy::{Factory, Guard, Limits, Runtime, Surroundings};

use super::native::Native;

pub const CONFIG: &str = r#"{ "ttl": "10m" }"#;
const FEEDS: [&str; 1] = ["writes"];

pub fn component() -> Guard {
    let tags = shelflife_policies::find("tags").expect("it is built in");
    let runtime = Runtime::new(Limits::default()).expect("components run here");
    let compiled = runtime.compile("tags", tags.component).expect("it is one");
    let factory: Factory =
        Box::new(move || Ok(Box::new(compiled.instantiate(Surroundings::default())?)));
    guard(factory)
}

pub fn native() -> Guard {
    guard(Box::new(|| Ok(Box::new(Native::new("tags")))))
}

fn guard(factory: Factory) -> Guard {
    Guard::configure(factory, CONFIG, &FEEDS, Limits::default()).expect("the settings are right")
}
