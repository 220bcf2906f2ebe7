//! What a call was about and how far it had come when it was broken off.

use std::fmt;

use wasmtime::WasmBacktrace;

use super::error::plain;

/// What a call was about and how far it had come when it was broken off: what its author looks for first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Circumstances {
    /// What it was told: the key of an entry, so many changes, so many bytes of settings.
    pub about: String,
    /// How often it had called its host.
    pub host_calls: u64,
    /// Which function of the host it had called last, such as `purge.keys`.
    pub last_host_call: Option<&'static str>,
    /// Functions of the guest that were under way, the innermost first, where the component has names.
    pub functions: Vec<String>,
    /// The last line that it logged as an error during the call.
    pub said: Option<String>,
}

/// Functions that are told of: the innermost say where, the others how one got there.
const FUNCTIONS: usize = 3;
/// Bytes of a name that are shown: those of generic functions are long.
const NAME: usize = 120;

impl Circumstances {
    /// The functions that were under way when an error of wasmtime came about.
    pub(super) fn functions(error: &wasmtime::Error) -> Vec<String> {
        let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else {
            return Vec::new();
        };
        let names = backtrace
            .frames()
            .iter()
            .filter_map(|frame| frame.func_name());
        let names = names.map(readable).filter(|name| !is_of_the_language(name));
        names.take(FUNCTIONS).collect()
    }
}

/// A name as its author wrote it.
fn readable(name: &str) -> String {
    plain(format!("{:#}", rustc_demangle::demangle(name)), NAME)
}

/// How a language panics, which is not where.
fn is_of_the_language(name: &str) -> bool {
    const PREFIXES: [&str; 6] = [
        "core::panicking",
        "core::option::",
        "core::result::",
        "std::",
        "__rust",
        "abort",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || name == "rust_begin_unwind"
}

impl fmt::Display for Circumstances {
    /// In brackets, behind what happened.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.about.is_empty() {
            parts.push(self.about.clone());
        }
        match (self.host_calls, self.last_host_call) {
            (0, _) | (_, None) => {}
            (1, Some(last)) => parts.push(format!("after 1 call of {last}")),
            (calls, Some(last)) => {
                parts.push(format!("after {calls} calls of the host, the last {last}"));
            }
        }
        if let [innermost, others @ ..] = &self.functions[..] {
            let mut place = format!("in {innermost}");
            for other in others {
                place += &format!(" of {other}");
            }
            parts.push(place);
        }
        if let Some(said) = &self.said {
            parts.push(format!("it said: {said}"));
        }
        match parts.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", parts.join("; ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circumstances_stand_in_brackets_and_only_where_there_are_any() {
        assert_eq!(Circumstances::default().to_string(), "");
        let all = Circumstances {
            about: "3 changes".into(),
            host_calls: 12,
            last_host_call: Some("purge.keys"),
            functions: vec!["mine::expand".into(), "mine::on_changes".into()],
            said: Some("panicked at src/lib.rs:12: half way".into()),
        };
        assert_eq!(
            all.to_string(),
            " (3 changes; after 12 calls of the host, the last purge.keys; in mine::expand of \
             mine::on_changes; it said: panicked at src/lib.rs:12: half way)"
        );
    }

    #[test]
    fn names_are_as_their_authors_wrote_them() {
        assert_eq!(
            readable("_ZN4mine6expand17h0123456789abcdefE"),
            "mine::expand"
        );
        assert_eq!(readable("on_fill"), "on_fill");
        assert!(is_of_the_language("core::panicking::panic_fmt"));
    }

    #[test]
    fn the_functions_under_way_are_named_where_a_module_has_names() {
        // One function, `boom`, which is exported as `f` and does nothing but trap.
        let module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x05\x01\x01f\0\0\
            \x0a\x05\x01\x03\0\0\x0b\0\x0e\x04name\x01\x07\x01\0\x04boom";
        let named = |bytes: &[u8]| {
            let engine = wasmtime::Engine::default();
            let module = wasmtime::Module::from_binary(&engine, bytes).unwrap();
            let mut store = wasmtime::Store::new(&engine, ());
            let instance = wasmtime::Instance::new(&mut store, &module, &[]).unwrap();
            let function = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
            Circumstances::functions(&function.call(&mut store, ()).unwrap_err())
        };
        assert_eq!(named(module), ["boom"]);
        assert_eq!(
            named(&module[..module.len() - 16]),
            [""; 0],
            "without names"
        );
    }
}
