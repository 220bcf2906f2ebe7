//! Components of the kinds that no host of policies can run, byte by byte.

/// The header of a core module and nothing else.
pub const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// The header of a component and nothing else.
pub const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// A component of another world: it imports an instance of this name and exports nothing.
pub fn that_imports(name: &str) -> Vec<u8> {
    // A type section with one type: an instance without exports.
    let types = [1, 0x42, 0];
    // An import section with one import, of an instance of type 0.
    let mut imports = vec![1, 0, u8::try_from(name.len()).unwrap()];
    imports.extend_from_slice(name.as_bytes());
    imports.extend([5, 0]);
    let mut component = EMPTY.to_vec();
    for (id, section) in [(7, &types[..]), (10, &imports)] {
        component.extend([id, u8::try_from(section.len()).unwrap()]);
        component.extend_from_slice(section);
    }
    component
}
