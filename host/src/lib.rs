#![deny(unsafe_code)]
pub mod engine;
pub mod policy;
