//! What becomes of a panic.
//!
//! It ends in a trap, which carries no text, and on a target without unwinding nothing can be answered from
//! within one. What is left is an import, and imports are permissions that a policy asks for: so a panic is
//! told where the policy was built with the feature `log-panics`, and else not.

#[cfg(not(feature = "log-panics"))]
pub(super) fn tell() {}

/// From here on a panic is logged before it traps: `panicked at src/lib.rs:12:9: the message`.
#[cfg(feature = "log-panics")]
pub(super) fn tell() {
    use super::bindings::imports::shelflife::policy::log::{Level, emit};

    std::panic::set_hook(Box::new(|panic| {
        let message = match panic.payload().downcast_ref::<String>() {
            Some(message) => message.as_str(),
            None => panic
                .payload()
                .downcast_ref()
                .copied()
                .unwrap_or("of an unknown kind"),
        };
        let line = match panic.location() {
            Some(place) => format!("panicked at {place}: {message}"),
            None => format!("panicked: {message}"),
        };
        emit(Level::Error, &line);
    }));
}
