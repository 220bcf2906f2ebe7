//! A drawing as a PNG, painted by plotters with a font of its own, so that it is the same on every machine.

use std::io::{self, Write};
use std::sync::Once;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use plotters::backend::BitMapBackend;
use plotters::style::{FontStyle, register_font};

use super::brush::Brush;
use super::canvas::{Drawing, Shown};
use super::style::Dash;
use crate::error::Error;

/// Pixels that are painted for each CSS pixel, along each side, and how many of them make one of the image: plotters
/// paints without smoothing, and the mean of four is smooth.
const FINE: usize = 4;
const TOGETHER: usize = 2;

/// Height of a line of the font over its size: (ascent + descent) / units per em. plotters asks for the former.
const LINE: f64 = (2189.0 + 600.0) / 2048.0;

const REGULAR: &[u8] = include_bytes!("../fonts/OpenSans-Regular.subset.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/OpenSans-Bold.subset.ttf");
const FAMILY: &str = "figures";

const BRUSH: Brush = Brush {
    fine: FINE as f64,
    font: LINE,
    family: FAMILY,
};

/// The image, with two pixels for each CSS pixel along each side.
///
/// # Errors
///
/// It cannot be encoded.
pub fn png(drawing: &Drawing) -> Result<Vec<u8>, Error> {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        for (style, bytes) in [(FontStyle::Normal, REGULAR), (FontStyle::Bold, BOLD)] {
            // The bytes are a part of this program.
            let _ = register_font(FAMILY, style, bytes);
        }
    });
    let (width, height) = (
        drawing.width as usize * FINE,
        drawing.height as usize * FINE,
    );
    let mut pixels = vec![255; 3 * width * height];
    {
        let size = (width as u32, height as u32);
        let mut backend = BitMapBackend::with_buffer(&mut pixels, size);
        for (_, shown) in &drawing.drawn {
            paint(&mut backend, shown)
                .map_err(|why| Error::other(format!("a figure cannot be painted: {why}")))?;
        }
    }
    let (pixels, width, height) = smaller(&pixels, width, height);
    encoded(&pixels, width, height)
        .map_err(|why| Error::other(format!("a figure cannot be written as PNG: {why}")))
}

/// Each square of pixels as one, their mean.
fn smaller(pixels: &[u8], width: usize, height: usize) -> (Vec<u8>, usize, usize) {
    let (wide, high) = (width / TOGETHER, height / TOGETHER);
    let mut small = Vec::with_capacity(3 * wide * high);
    for y in 0..high {
        for x in 0..wide {
            for channel in 0..3 {
                let mut sum = 0;
                for dy in 0..TOGETHER {
                    for dx in 0..TOGETHER {
                        let (px, py) = (x * TOGETHER + dx, y * TOGETHER + dy);
                        sum += usize::from(pixels[3 * (py * width + px) + channel]);
                    }
                }
                small.push((sum / (TOGETHER * TOGETHER)) as u8);
            }
        }
    }
    (small, wide, high)
}

/// As PNG (ISO/IEC 15948): eight bits a channel, one block of data. The crate that writes them all would have
/// WebAssembly's runtime built with other features of what both share.
fn encoded(pixels: &[u8], width: usize, height: usize) -> io::Result<Vec<u8>> {
    let mut header = Vec::with_capacity(13);
    header.extend((width as u32).to_be_bytes());
    header.extend((height as u32).to_be_bytes());
    // Bits, red green blue, deflate, filters by line, not interlaced.
    header.extend([8, 2, 0, 0, 0]);
    let mut data = ZlibEncoder::new(Vec::new(), Compression::default());
    for (y, line) in pixels.chunks(3 * width).enumerate() {
        // What is like the line above costs nothing: filter 2, “up”.
        data.write_all(&[2])?;
        let above = &pixels[3 * width * y.saturating_sub(1)..];
        let differences = line.iter().zip(above).map(|(here, above)| match y {
            0 => *here,
            _ => here.wrapping_sub(*above),
        });
        data.write_all(&differences.collect::<Vec<u8>>())?;
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [
        (b"IHDR", header),
        (b"IDAT", data.finish()?),
        (b"IEND", Vec::new()),
    ] {
        let mut check = Crc::new();
        check.update(kind);
        check.update(&data);
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(kind);
        file.extend(data);
        file.extend(check.sum().to_be_bytes());
    }
    Ok(file)
}

fn paint(backend: &mut BitMapBackend<'_>, shown: &Shown) -> Result<(), String> {
    match shown {
        // plotters knows no patterns.
        Shown::Path {
            points,
            colour,
            width,
            dash,
        } => strokes(points, *dash)
            .iter()
            .try_for_each(|points| BRUSH.line(backend, points, *colour, *width)),
        Shown::Text { at, words, kind } => {
            // plotters centres the line, whose middle lies above that of its small letters.
            let at = (at.0, at.1 + 0.14 * kind.size);
            // The font has no raised minus; the macron has its place.
            BRUSH.text(backend, at, &words.replace('⁻', "¯"), kind)
        }
        other => BRUSH.draw(backend, other),
    }
}

/// A line as the strokes that its pattern leaves of it, around its corners.
fn strokes(points: &[(f64, f64)], dash: Dash) -> Vec<Vec<(f64, f64)>> {
    let (Some((on, off)), Some(first)) = (dash, points.first()) else {
        return vec![points.to_vec()];
    };
    let (on, off) = (f64::from(on), f64::from(off));
    let mut all = Vec::new();
    let mut stroke = vec![*first];
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = (to_x - x).hypot(to_y - y);
        let mut gone = 0.0;
        while length - gone > left {
            gone += left;
            let cut = (
                x + (to_x - x) * gone / length,
                y + (to_y - y) * gone / length,
            );
            if drawing {
                stroke.push(cut);
                all.push(std::mem::take(&mut stroke));
            } else {
                stroke = vec![cut];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        left -= length - gone;
        if drawing {
            stroke.push((to_x, to_y));
        }
    }
    if drawing {
        all.push(stroke);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::canvas::{draw, text};
    use super::super::style::INK;
    use super::*;

    #[test]
    fn dashes_cover_their_share_of_a_line_and_follow_its_corners() {
        let all = strokes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], Some((6, 4)));
        assert_eq!(
            all,
            [vec![(0.0, 0.0), (6.0, 0.0)], vec![(10.0, 0.0), (10.0, 6.0)],].to_vec()
        );
        assert!(strokes(&[], Some((6, 4))).concat().is_empty());
        assert_eq!(strokes(&[(0.0, 0.0), (9.0, 0.0)], None).len(), 1);
    }

    #[test]
    fn an_image_has_two_pixels_a_pixel_and_words_where_they_were_put() {
        let drawing = draw(60.0, 20.0, "", |canvas| {
            canvas.text(30.0, 10.0, "where", text(12.0).end());
        });
        let image = png(&drawing).unwrap();
        assert_eq!(&image[12..24], b"IHDR\0\0\0\x78\0\0\0\x28");
        let length = u32::from_be_bytes(image[33..37].try_into().unwrap()) as usize;
        assert_eq!(&image[37..41], b"IDAT");
        let mut lines = Vec::new();
        let mut data = flate2::read::ZlibDecoder::new(&image[41..41 + length]);
        std::io::Read::read_to_end(&mut data, &mut lines).unwrap();
        let mut pixels = vec![0; 3 * 120 * 40];
        for (y, line) in lines.chunks(1 + 3 * 120).enumerate() {
            assert_eq!(line[0], 2);
            for (x, difference) in line[1..].iter().enumerate() {
                let above = y.checked_sub(1).map_or(0, |y| pixels[360 * y + x]);
                pixels[360 * y + x] = difference.wrapping_add(above);
            }
        }
        let dark = |from: usize, to: usize| {
            let inked = (0..40).flat_map(|y| (from..to).map(move |x| 3 * (y * 120 + x)));
            inked.filter(|i| pixels[*i] < INK.0 + 60).count()
        };
        assert!(dark(0, 60) > 40, "written to the left of its end");
        assert_eq!(dark(64, 120), 0);
    }
}
