//! The bytes of a trace file, unpacked.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::scenario::did_you_mean;

/// Traces that come with the program.
const BUILT_IN: [(&str, &[u8]); 1] = [(
    "shop",
    include_bytes!("../../../data/shop/semi-weblog-norobots.csv.zst"),
)];

const BUFFER: usize = 1 << 18;

/// The byte order mark that some programs put before a text.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// An open trace file, unpacked as it is read.
pub(super) struct Input {
    name: String,
    packing: Packing,
    reader: Box<dyn BufRead>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// The file as it lies on disk.
fn raw(path: &Path, base_dir: &Path) -> Result<Box<dyn BufRead>, Error> {
    let name = path.to_string_lossy();
    if let Some(built_in) = name.strip_prefix("builtin:") {
        let found = BUILT_IN.iter().find(|(known, _)| *known == built_in);
        let (_, bytes) = found.ok_or_else(|| {
            let known = BUILT_IN.iter().map(|(known, _)| *known);
            Error::usage(format_args!(
                "no built-in trace `{built_in}`{}",
                did_you_mean(built_in, known)
            ))
        })?;
        return Ok(Box::new(Cursor::new(*bytes)));
    }
    let place = base_dir.join(path);
    let failed = |error: io::Error| Error::usage(format_args!("{name}: {error}"));
    let kind = std::fs::metadata(&place).map_err(failed)?;
    if kind.is_dir() {
        return Err(Error::usage(format_args!("{name}: it is a directory")));
    }
    if !kind.is_file() {
        return Err(Error::usage(format_args!(
            "{name}: a trace is read more than once, so it has to be a file, not a pipe"
        )));
    }
    let file = File::open(place).map_err(failed)?;
    Ok(Box::new(BufReader::with_capacity(BUFFER, file)))
}

/// Checks that there is a file to read, or a built-in trace of that name.
pub(in crate::workload) fn check_place(path: &Path, base_dir: &Path) -> Result<(), Error> {
    raw(path, base_dir).map(drop)
}

/// The SHA-256 of a trace as it lies on disk, in hexadecimal. Its path is relative to `base_dir`, or
/// `builtin:shop`.
///
/// # Errors
///
/// The file cannot be read.
pub fn sha256(path: &Path, base_dir: &Path) -> Result<String, Error> {
    let mut reader = raw(path, base_dir)?;
    let mut hasher = Sha256::new();
    loop {
        let chunk = reader
            .fill_buf()
            .map_err(|error| Error::usage(format_args!("{}: {error}", path.display())))?;
        if chunk.is_empty() {
            return Ok(hasher
                .finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect());
        }
        hasher.update(chunk);
        let n = chunk.len();
        reader.consume(n);
    }
}

impl Input {
    pub(super) fn open(path: &Path, base_dir: &Path) -> Result<Self, Error> {
        Self::unpack(path.to_string_lossy().into_owned(), raw(path, base_dir)?)
    }

    fn unpack(name: String, mut raw: Box<dyn BufRead>) -> Result<Self, Error> {
        let start = raw
            .fill_buf()
            .map_err(|error| Error::usage(format_args!("{name}: {error}")))?;
        let packing = match start {
            [] => return Err(Error::usage(format_args!("{name}: the file is empty"))),
            [0x1f, 0x8b, ..] => Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', ..] => {
                return Err(Error::usage(format_args!(
                    "{name}: it is packed with xz: unpack it, or pack it with zstd or gzip"
                )));
            }
            _ => Packing::Plain,
        };
        let reader: Box<dyn BufRead> = match packing {
            Packing::Plain => raw,
            Packing::Gzip => Box::new(BufReader::with_capacity(
                BUFFER,
                flate2::bufread::MultiGzDecoder::new(raw),
            )),
            Packing::Zstd => {
                let decoder = zstd::stream::read::Decoder::with_buffer(raw);
                let decoder =
                    decoder.map_err(|error| Error::usage(format_args!("{name}: {error}")))?;
                Box::new(BufReader::with_capacity(BUFFER, decoder))
            }
        };
        Ok(Self {
            name,
            packing,
            reader,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What a failed read means.
    pub(super) fn read_error(&self, error: &io::Error) -> Error {
        let packing = match self.packing {
            Packing::Plain => return Error::usage(format_args!("{}: {error}", self.name)),
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        };
        if error.kind() == io::ErrorKind::UnexpectedEof {
            Error::usage(format_args!(
                "{}: truncated: it ends in the middle of its {packing} stream",
                self.name
            ))
        } else {
            Error::usage(format_args!(
                "{}: its {packing} stream is damaged: {error}",
                self.name
            ))
        }
    }

    /// Calls `each` with the number (from 1) and the text of every line that is not empty.
    pub(super) fn lines(
        &mut self,
        mut each: impl FnMut(u64, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            match self.reader.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return Err(self.read_error(&error)),
            }
            let text = match number {
                1 => line.strip_prefix(MARK).unwrap_or(&line),
                _ => &line,
            };
            let text = text.strip_suffix(b"\n").unwrap_or(text);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if !text.is_empty() {
                each(number, text)?;
            }
        }
        Ok(())
    }

    /// The first line, or the first 4 KiB of what has no lines.
    pub(super) fn first_line(&mut self) -> Result<Vec<u8>, Error> {
        let mut line = Vec::new();
        match self.reader.by_ref().take(4096).read_until(b'\n', &mut line) {
            Ok(0) => Err(Error::usage(format_args!(
                "{}: the file is empty",
                self.name
            ))),
            Ok(_) => {
                let text = line.strip_prefix(MARK).unwrap_or(&line);
                Ok(text.trim_ascii_end().to_vec())
            }
            Err(error) => Err(self.read_error(&error)),
        }
    }

    /// Calls `each` with every record of `N` bytes.
    pub(super) fn records<const N: usize>(
        &mut self,
        mut each: impl FnMut(u64, &[u8; N]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut record = [0; N];
        for number in 1.. {
            let mut filled = 0;
            while filled < N {
                match self.reader.read(&mut record[filled..]) {
                    Ok(0) => break,
                    Ok(n) => filled += n,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(self.read_error(&error)),
                }
            }
            match filled {
                0 => break,
                n if n < N => {
                    return Err(Error::usage(format_args!(
                        "{}: truncated: record {number} has {n} bytes of {N}, or this is another format",
                        self.name
                    )));
                }
                _ => each(number, &record)?,
            }
        }
        Ok(())
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}
