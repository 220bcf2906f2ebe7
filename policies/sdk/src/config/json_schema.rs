//! The JSON Schema of settings, written when a policy is compiled.
//!
//! All functions are `const`: `export!` puts their result into a section of the component of its own, where
//! hosts and editors find it without running anything. Draft 2020-12.

use super::schema::{Bounds, Property, Schema, Variant};

const BEGIN: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","#;

/// How many bytes the JSON Schema has.
pub const fn length(schema: &Schema, about: &str) -> usize {
    let mut writer = Writer {
        bytes: &mut [],
        length: 0,
    };
    writer.whole(schema, about);
    writer.length
}

/// The JSON Schema as so many bytes; `N` is their [`length`].
pub const fn bytes<const N: usize>(schema: &Schema, about: &str) -> [u8; N] {
    let mut bytes = [b' '; N];
    write(schema, about, &mut bytes);
    bytes
}

/// Writes the JSON Schema to where it just fits.
pub(super) const fn write(schema: &Schema, about: &str, bytes: &mut [u8]) {
    let mut writer = Writer { bytes, length: 0 };
    writer.whole(schema, about);
}

/// Counts the bytes that are written, and keeps those that there is room for.
struct Writer<'a> {
    bytes: &'a mut [u8],
    length: usize,
}

impl Writer<'_> {
    const fn whole(&mut self, schema: &Schema, about: &str) {
        self.raw(BEGIN);
        self.about(about);
        self.schema(schema, &Bounds::NONE);
        self.raw("}");
    }

    const fn byte(&mut self, byte: u8) {
        if self.length < self.bytes.len() {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
    }

    const fn raw(&mut self, text: &str) {
        let text = text.as_bytes();
        let mut at = 0;
        while at < text.len() {
            self.byte(text[at]);
            at += 1;
        }
    }

    /// Text in quotation marks.
    const fn text(&mut self, text: &str) {
        const DIGITS: &[u8] = b"0123456789abcdef";
        let text = text.as_bytes();
        self.byte(b'"');
        let mut at = 0;
        while at < text.len() {
            match text[at] {
                b'\n' => self.raw("\\n"),
                byte @ 0..0x20 => {
                    self.raw("\\u00");
                    self.byte(DIGITS[(byte >> 4) as usize]);
                    self.byte(DIGITS[(byte & 15) as usize]);
                }
                byte => {
                    if byte == b'"' || byte == b'\\' {
                        self.byte(b'\\');
                    }
                    self.byte(byte);
                }
            }
            at += 1;
        }
        self.byte(b'"');
    }

    const fn about(&mut self, about: &str) {
        if !about.is_empty() {
            self.raw(r#""description":"#);
            self.text(about);
            self.raw(",");
        }
    }

    /// What a setting can be, without the braces around it.
    const fn schema(&mut self, schema: &Schema, bounds: &Bounds) {
        match schema {
            Schema::Duration => self.raw(r#""type":"string","format":"duration""#),
            Schema::Limit => {
                self.raw(r#""anyOf":[{"type":"string","format":"duration"},{"const":"none"}]"#);
            }
            Schema::Truth => self.raw(r#""type":"boolean""#),
            Schema::Text => self.raw(r#""type":"string""#),
            Schema::Number => {
                self.raw(r#""type":"number""#);
                self.bounds(bounds, true);
            }
            Schema::Whole { lowest, .. } => {
                self.raw(r#""type":"integer""#);
                self.bounds(bounds, *lowest < 0.0);
            }
            Schema::List(each) => {
                self.raw(r#""type":"array","items":{"#);
                self.schema(each, bounds);
                self.raw("}");
            }
            Schema::Named(each) => {
                self.raw(r#""type":"object","additionalProperties":{"#);
                self.schema(each, bounds);
                self.raw("}");
            }
            Schema::Choice(variants) => self.choice(variants),
            Schema::Table(properties) => self.table(properties, false),
            Schema::ByPrefix(properties) => self.table(properties, true),
        }
    }

    const fn bounds(&mut self, bounds: &Bounds, signed: bool) {
        match bounds.lowest {
            Some(lowest) => {
                self.raw(if bounds.above {
                    r#","exclusiveMinimum":"#
                } else {
                    r#","minimum":"#
                });
                self.raw(lowest.text);
            }
            None if !signed => self.raw(r#","minimum":0"#),
            None => {}
        }
        if let Some(highest) = bounds.highest {
            self.raw(r#","maximum":"#);
            self.raw(highest.text);
        }
    }

    /// Names alone are an `enum`; others are one of several, first of all the names alone.
    const fn choice(&mut self, variants: &[Variant]) {
        let mut names = 0;
        let mut at = 0;
        while at < variants.len() {
            names += variants[at].with.is_none() as usize;
            at += 1;
        }
        let mixed = names < variants.len();
        if mixed {
            self.raw(r#""anyOf":["#);
        }
        if names > 0 {
            if mixed {
                self.raw("{");
            }
            let mut first = true;
            self.raw(r#""enum":["#);
            at = 0;
            while at < variants.len() {
                if variants[at].with.is_none() {
                    self.comma(&mut first);
                    self.text(variants[at].name);
                }
                at += 1;
            }
            self.raw("]");
            if mixed {
                self.raw("}");
            }
        }
        if mixed {
            let mut first = names == 0;
            at = 0;
            while at < variants.len() {
                if let Some(with) = &variants[at].with {
                    self.comma(&mut first);
                    self.raw(r#"{"type":"object","properties":{"#);
                    self.text(variants[at].name);
                    self.raw(":{");
                    self.schema(with, &Bounds::NONE);
                    self.raw(r#"}},"required":["#);
                    self.text(variants[at].name);
                    self.raw(r#"],"additionalProperties":false}"#);
                }
                at += 1;
            }
            self.raw("]");
        }
    }

    const fn table(&mut self, properties: &[Property], by_prefix: bool) {
        self.raw(r#""type":"object","properties":{"#);
        let mut first = true;
        let mut at = 0;
        while at < properties.len() {
            let Property {
                field,
                about,
                schema,
            } = &properties[at];
            self.comma(&mut first);
            self.text(field.name);
            self.raw(":{");
            self.about(about);
            self.schema(schema, &field.bounds);
            if let Some(default) = field.default {
                // What may be absent without a default is nothing then.
                if default.as_bytes()[0] != b'n' {
                    self.raw(r#","default":"#);
                    self.raw(default);
                }
            }
            self.raw("}");
            at += 1;
        }
        if by_prefix {
            self.comma(&mut first);
            self.rules(properties);
        }
        self.raw("}");
        let mut first = true;
        at = 0;
        while at < properties.len() {
            if properties[at].field.default.is_none() {
                self.raw(if first { r#","required":["# } else { "," });
                self.text(properties[at].field.name);
                first = false;
            }
            at += 1;
        }
        self.raw(if first { "" } else { "]" });
        self.raw(r#","additionalProperties":false"#);
    }

    /// The rules by prefix: the same settings, but for those of the whole policy, and none of them required.
    const fn rules(&mut self, properties: &[Property]) {
        self.raw(r#""rules":{"description":"Other settings for the keys with a prefix; the longest that fits counts.","type":"array","items":{"type":"object","properties":{"prefix":{"type":"string","minLength":1}"#);
        let mut at = 0;
        while at < properties.len() {
            let field = properties[at].field;
            if !field.whole_policy {
                self.raw(",");
                self.text(field.name);
                self.raw(r##":{"$ref":"#/properties/"##);
                self.raw(field.name);
                self.raw("\"}");
            }
            at += 1;
        }
        self.raw(r#"},"required":["prefix"],"additionalProperties":false},"default":[]}"#);
    }

    const fn comma(&mut self, first: &mut bool) {
        self.raw(if *first { "" } else { "," });
        *first = false;
    }
}
