//! The macro that makes a policy callable.

/// Makes a policy callable: as a component on WebAssembly, through
/// [`native`](crate::native) elsewhere.
///
/// Names the policy's type and what the component exports besides `lifecycle`: `leases` where
/// [`Policy::on_fill`](crate::Policy::on_fill) is written, `reactions` where
/// [`Policy::on_changes`](crate::Policy::on_changes) is, `snapshots` where
/// [`Policy::save`](crate::Policy::save) and [`Policy::restore`](crate::Policy::restore) are. A host calls what is listed and nothing else.
/// Once a crate, at its root or in any module.
///
/// ```
/// # use shelflife_policy::{Change, Fill, Host, Lease, Listen, Plan, Policy, PurgeMode};
/// # struct Tags;
/// # impl Policy for Tags {
/// #     type Config = ();
/// #     fn configure(_: ()) -> Result<(Self, Plan), String> {
/// #         Ok((Tags, Plan::on_fill().listen(Listen::Writes)))
/// #     }
/// #     fn on_fill(&mut self, fill: Fill, _: &mut Host) -> Result<Lease, String> {
/// #         Ok(Lease::until_purged().tags(fill.depends_on))
/// #     }
/// #     fn on_changes(&mut self, changes: &[Change], host: &mut Host) -> Result<(), String> {
/// #         let tags: Vec<_> = changes.iter().map(|change| change.key.clone()).collect();
/// #         host.purge_tags(&tags, PurgeMode::Drop);
/// #         Ok(())
/// #     }
/// # }
/// shelflife_policy::export!(Tags: leases, reactions);
///
/// use shelflife_policy::Exported;
/// assert!(Tags::EXPORTS.leases && Tags::EXPORTS.reactions && !Tags::EXPORTS.snapshots);
/// ```
#[macro_export]
macro_rules! export {
    ($policy:ident $(: $($export:ident),+)?) => {
        impl $crate::Exported for $policy {
            // Needless where both are listed, which is no mistake of the author's.
            #[allow(clippy::needless_update)]
            const EXPORTS: $crate::Exports = $crate::Exports {
                $($($export: true,)+)?
                ..$crate::Exports::NONE
            };
        }

        $crate::__export_component!($policy $($($export)+)?);
    };
}

/// Nothing: natively the trait [`Exported`](crate::Exported) is all there is to export.
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_component {
    ($policy:ident $($export:ident)*) => {};
}

/// The exported functions of a component, and what it says of itself in sections of its own: the JSON Schema
/// of its settings and what it was written with. The instance lives in a thread-local, which on a target
/// without threads is a plain static, and is `None` until the host has called `configure`.
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_component {
    ($policy:ident $($export:ident)*) => {
        #[allow(unsafe_code, reason = "exported functions take pointers from the host")]
        const _: () = {
            struct Component;

            std::thread_local! {
                static INSTANCE: $crate::guest::Instance<$policy> =
                    const { $crate::guest::Instance::new(None) };
            }

            $crate::__export_interface!(lifecycle Component INSTANCE);
            $($crate::__export_interface!($export Component INSTANCE);)*

            type Settings = <$policy as $crate::Policy>::Config;
            const SCHEMA: $crate::config::Schema = <Settings as $crate::config::Settings>::SCHEMA;
            const ABOUT: &str = <Settings as $crate::config::Settings>::ABOUT;

            #[used]
            #[unsafe(link_section = "shelflife:settings")]
            static SETTINGS: [u8; $crate::config::derive::length(&SCHEMA, ABOUT)] =
                $crate::config::derive::bytes(&SCHEMA, ABOUT);

            #[used]
            #[unsafe(link_section = "shelflife:sdk")]
            static SDK: [u8; $crate::guest::SDK.len()] = *$crate::guest::SDK;
        };
    };
}

/// One exported interface of a component. A component declares what it exports in a custom section
/// that comes with each of the three macros called here, so that an interface that is not listed is
/// not declared either.
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_interface {
    (lifecycle $component:ident $instance:ident) => {
        impl $crate::guest::lifecycle::Guest for $component {
            fn configure(config: String) -> Result<$crate::guest::lifecycle::Plan, String> {
                $instance.with(|instance| $crate::guest::configure(instance, &config))
            }
        }
        $crate::guest::bindings::lifecycle::export_lifecycle!(
            $component with_types_in $crate::guest::bindings::lifecycle
        );
    };
    (leases $component:ident $instance:ident) => {
        impl $crate::guest::leases::Guest for $component {
            fn on_fill(fill: $crate::guest::leases::Fill) -> Result<$crate::guest::leases::Lease, String> {
                $instance.with(|instance| $crate::guest::on_fill(instance, fill))
            }
        }
        $crate::guest::bindings::leases::export_leases!(
            $component with_types_in $crate::guest::bindings::leases
        );
    };
    (reactions $component:ident $instance:ident) => {
        impl $crate::guest::reactions::Guest for $component {
            fn on_changes(changes: Vec<$crate::guest::reactions::Change>) -> Result<(), String> {
                $instance.with(|instance| $crate::guest::on_changes(instance, changes))
            }
        }
        $crate::guest::bindings::reactions::export_reactions!(
            $component with_types_in $crate::guest::bindings::reactions
        );
    };
    (snapshots $component:ident $instance:ident) => {
        impl $crate::guest::snapshots::Guest for $component {
            fn save() -> Result<Vec<u8>, String> {
                $instance.with(|instance| $crate::guest::save(instance))
            }

            fn restore(saved_by: String, state: Vec<u8>) -> Result<(), String> {
                $instance.with(|instance| $crate::guest::restore(instance, &saved_by, &state))
            }
        }
        $crate::guest::bindings::snapshots::export_snapshots!(
            $component with_types_in $crate::guest::bindings::snapshots
        );
    };
}
