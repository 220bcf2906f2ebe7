//! The sections of a WebAssembly binary, module or component, without what is in them.

/// What every binary begins with, and how long that is with the version behind it.
const MAGIC: &[u8] = b"\0asm";
const HEADER: usize = 8;

/// The kinds of sections that are looked at, by their number.
const CUSTOM: u8 = 0;
/// In a component: a core module, and a component.
const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// A module or a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A core module.
    Module,
    /// A component.
    Component,
}

/// One section.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    id: u8,
    /// What is in it.
    body: &'a [u8],
    /// The same with its number and length.
    whole: &'a [u8],
}

impl<'a> Section<'a> {
    /// Its name and contents, where it is a custom section.
    fn custom(&self) -> Option<(&'a str, &'a [u8])> {
        if self.id != CUSTOM {
            return None;
        }
        let (name, contents) = text(self.body)?;
        Some((name, contents))
    }
}

/// A binary that is read section by section. Iterating ends at the first that is cut short.
#[derive(Clone, Debug)]
pub struct Binary<'a> {
    /// Which it is.
    pub kind: Kind,
    header: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Binary<'a> {
    /// `None` for bytes that are no WebAssembly.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, rest) = bytes.split_at_checked(HEADER)?;
        let kind = match header.strip_prefix(MAGIC)? {
            [_, _, 0, 0] => Kind::Module,
            [_, _, 1, 0] => Kind::Component,
            _ => return None,
        };
        Some(Self { kind, header, rest })
    }

    /// The custom sections at this level, by name.
    pub fn custom(self) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.filter_map(|section| section.custom())
    }

    /// The modules and components inside of a component, in their order; none in a module.
    pub fn inner(self) -> impl Iterator<Item = Binary<'a>> {
        let holds = self.kind == Kind::Component;
        self.filter(move |section| holds && matches!(section.id, MODULE | COMPONENT))
            .filter_map(|section| Binary::read(section.body))
    }

    /// The binary again, and those inside of it, without the custom sections that `unwanted` says yes to. `None`
    /// where it is cut short.
    pub fn without(self, unwanted: &dyn Fn(&str) -> bool) -> Option<Vec<u8>> {
        let mut kept = self.header.to_vec();
        let kind = self.kind;
        let mut rest = self;
        for section in rest.by_ref() {
            if section.custom().is_some_and(|(name, _)| unwanted(name)) {
                continue;
            }
            let inner = match (kind, section.id) {
                (Kind::Component, MODULE | COMPONENT) => Binary::read(section.body),
                _ => None,
            };
            match inner {
                Some(inner) => {
                    let inner = inner.without(unwanted)?;
                    kept.push(section.id);
                    write_leb128(inner.len(), &mut kept);
                    kept.extend(inner);
                }
                None => kept.extend_from_slice(section.whole),
            }
        }
        rest.rest.is_empty().then_some(kept)
    }
}

impl<'a> Iterator for Binary<'a> {
    type Item = Section<'a>;

    fn next(&mut self) -> Option<Section<'a>> {
        let [id, after @ ..] = self.rest else {
            return None;
        };
        let (size, body) = read_leb128(after)?;
        let (body, next) = body.split_at_checked(size)?;
        let whole = self.rest.strip_suffix(next)?;
        self.rest = next;
        Some(Section {
            id: *id,
            body,
            whole,
        })
    }
}

/// A custom section with this name.
pub fn custom_section(name: &str, contents: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    write_leb128(name.len(), &mut body);
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(contents);
    let mut section = vec![CUSTOM];
    write_leb128(body.len(), &mut section);
    section.extend(body);
    section
}

/// A text with its length in front, and what follows it.
pub fn text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = read_leb128(bytes)?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

/// A number in WebAssembly's variable length, and what follows it.
pub fn read_leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let length = bytes.iter().position(|byte| byte & 0x80 == 0)? + 1;
    // No length or count is larger than 32 bits, which take five bytes.
    if length > 5 {
        return None;
    }
    let (number, rest) = bytes.split_at(length);
    let number = number
        .iter()
        .rev()
        .fold(0, |number, byte| number << 7 | usize::from(byte & 0x7f));
    Some((number, rest))
}

fn write_leb128(mut number: usize, bytes: &mut Vec<u8>) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE_HEADER: &[u8] = b"\0asm\x01\0\0\0";
    const COMPONENT_HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

    fn component_with(module: &[u8]) -> Vec<u8> {
        let mut component = COMPONENT_HEADER.to_vec();
        component.push(MODULE);
        write_leb128(module.len(), &mut component);
        component.extend_from_slice(module);
        component
    }

    #[test]
    fn lengths_of_any_size_are_written_as_they_are_read() {
        for number in [0, 1, 127, 128, 300, 16_384, 1 << 31] {
            let mut bytes = Vec::new();
            write_leb128(number, &mut bytes);
            assert_eq!(read_leb128(&bytes), Some((number, &[][..])));
        }
        assert_eq!(read_leb128(&[0x80]), None);
        assert_eq!(read_leb128(&[0x80, 0x80, 0x80, 0x80, 0x80, 0]), None);
    }

    #[test]
    fn sections_go_at_every_level_and_the_others_stay() {
        let long = vec![7; 300];
        let mut module = MODULE_HEADER.to_vec();
        module.extend(custom_section("name", &long));
        module.extend(custom_section("kept", &long));
        let mut component = component_with(&module);
        component.extend(custom_section("name", b"x"));
        let without = Binary::read(&component)
            .unwrap()
            .without(&|name| name == "name")
            .unwrap();
        let binary = Binary::read(&without).unwrap();
        assert_eq!(binary.clone().custom().count(), 0);
        let module = binary.inner().next().unwrap();
        let names: Vec<&str> = module.custom().map(|(name, _)| name).collect();
        assert_eq!(names, ["kept"]);
    }

    #[test]
    fn what_is_cut_short_is_noticed() {
        let whole = component_with(MODULE_HEADER);
        for length in HEADER + 1..whole.len() {
            let binary = Binary::read(&whole[..length]).unwrap();
            assert_eq!(binary.without(&|_| false), None, "{length}");
        }
        assert!(Binary::read(b"\0asm").is_none());
        assert!(Binary::read(b"PK\x03\x04....").is_none());
    }
}
