//! Derives the settings of a `shelflife` policy, and their JSON Schema.
