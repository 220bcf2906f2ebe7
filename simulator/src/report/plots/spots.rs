//! Names beside marks: where there is room for them.

use super::axis::Frame;
use super::canvas::width_of;

/// A straight line from one point to another.
pub type Stroke = ((f64, f64), (f64, f64));

/// Of the names.
pub const SIZE: f64 = 13.0;
/// Half of the height of one.
const HALF: f64 = 7.5;

/// Where the name of each spot begins: the first of the places around it that covers no spot, none
/// of the `strokes` and no name before it and lies within the frame. None where there is no such place: the
/// legend has the name.
pub fn labels(
    frame: &Frame,
    spots: &[(f64, f64)],
    strokes: &[Stroke],
    words: &[String],
) -> Vec<Option<(f64, f64)>> {
    let mut taken: Vec<[f64; 4]> = spots
        .iter()
        .map(|(x, y)| [x - 8.0, y - 8.0, x + 8.0, y + 8.0])
        .collect();
    taken.extend(strokes.iter().map(|((x, y), (to_x, to_y))| {
        [
            x.min(*to_x) - 1.0,
            y.min(*to_y) - 1.0,
            x.max(*to_x) + 1.0,
            y.max(*to_y) + 1.0,
        ]
    }));
    let mut places = Vec::new();
    for ((x, y), words) in spots.iter().zip(words) {
        let w = width_of(words, SIZE);
        let candidates = [
            (x + 12.0, *y),
            (x - 12.0 - w, *y),
            (x + 9.0, y - 15.0),
            (x + 9.0, y + 15.0),
            (x - 9.0 - w, y - 15.0),
            (x - 9.0 - w, y + 15.0),
            (x - w / 2.0, y - 19.0),
            (x - w / 2.0, y + 19.0),
            (x + 9.0, y - 32.0),
            (x + 9.0, y + 32.0),
            (x - 9.0 - w, y - 32.0),
            (x - 9.0 - w, y + 32.0),
            (x + 9.0, y + 48.0),
            (x + 9.0, y - 48.0),
        ];
        let free = |(cx, cy): &(f64, f64)| {
            let own = [*cx, cy - HALF, cx + w, cy + HALF];
            let within = own[0] >= frame.left + 2.0
                && own[2] <= frame.right()
                && own[1] >= frame.top - 2.0
                && own[3] <= frame.bottom();
            within && taken.iter().all(|other| overlap(&own, other) <= 0.0)
        };
        let place = candidates.into_iter().find(free);
        if let Some(place) = place {
            taken.push([place.0, place.1 - HALF, place.0 + w, place.1 + HALF]);
        }
        places.push(place);
    }
    places
}

fn overlap(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    (a[2].min(b[2]) - a[0].max(b[0])).max(0.0) * (a[3].min(b[3]) - a[1].max(b[1])).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::axis::Axis;
    use super::*;

    fn frame() -> Frame {
        Frame {
            left: 0.0,
            top: 0.0,
            width: 600.0,
            height: 300.0,
            x: Axis::share(0.0, 1.0, ""),
            y: Axis::share(0.0, 1.0, ""),
        }
    }

    #[test]
    fn a_name_is_not_struck_out_by_an_interval() {
        let place = |strokes: &[Stroke]| {
            let at = [(300.0, 150.0)];
            labels(&frame(), &at, strokes, &["ttl".to_owned()])[0]
                .unwrap()
                .1
        };
        assert_eq!(place(&[]), 150.0);
        let interval = ((250.0, 150.0), (350.0, 150.0));
        assert!((place(&[interval]) - 150.0).abs() > 9.0);
    }

    #[test]
    fn names_of_spots_at_one_place_do_not_cover_each_other_and_go_where_there_is_no_room() {
        let words = vec!["a policy".to_owned(); 30];
        let places = labels(&frame(), &[(80.0, 150.0); 30], &[], &words);
        let written: Vec<(f64, f64)> = places.iter().flatten().copied().collect();
        assert!(written.len() > 3 && written.len() < 30);
        for (i, a) in written.iter().enumerate() {
            for b in &written[..i] {
                assert!((a.0 - b.0).abs() > 55.0 || (a.1 - b.1).abs() >= 13.0);
            }
        }
    }
}
