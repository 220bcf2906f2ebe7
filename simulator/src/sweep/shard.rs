//! A part of a sweep, for one job of many.

use std::fmt;
use std::str::FromStr;

/// Part `index` of `of` parts, from 0: what `--shard 0/4` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Below `of`.
    pub index: usize,
    /// At least 1.
    pub of: usize,
}

impl Shard {
    /// Whether the run at this place in the plan belongs to this part. Each run belongs to one.
    ///
    /// Runs next to each other go to different parts, and each round begins one part further on: a policy
    /// that takes long comes at the same place of every round, and shall not always meet the same part.
    #[must_use]
    pub fn has(self, run: usize) -> bool {
        let round = run / self.of;
        (run + round) % self.of == self.index
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    /// # Errors
    ///
    /// Says what a shard looks like.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let parts = parts.and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if index < of => Ok(Self { index, of }),
            Some((index, of)) if index == of && of > 0 => Err(format!(
                "parts are counted from 0: from 0/{of} to {}/{of}; of an index from 1 take one off",
                of - 1
            )),
            _ => Err("write it as i/n, from 0/n to (n-1)/n".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_in_one_part_and_the_parts_are_even() {
        for of in [1, 2, 3, 8] {
            let mut sizes = vec![0; of];
            for run in 0..100 {
                let parts = (0..of).filter(|index| Shard { index: *index, of }.has(run));
                let parts: Vec<usize> = parts.collect();
                assert_eq!(parts.len(), 1, "run {run} of {of} parts");
                sizes[parts[0]] += 1;
            }
            let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
            assert!(most - least <= 1, "{sizes:?}");
        }
    }

    #[test]
    fn what_comes_every_so_many_runs_is_spread_over_as_many_parts() {
        let slow = (0..64).filter(|run| run % 8 == 5);
        let first = Shard { index: 0, of: 8 };
        assert_eq!(slow.filter(|run| first.has(*run)).count(), 1);
    }

    #[test]
    fn a_shard_is_read_as_it_is_written_and_a_wrong_one_says_what_is_right() {
        let shard: Shard = "3/10".parse().unwrap();
        assert_eq!(shard, Shard { index: 3, of: 10 });
        assert_eq!(shard.to_string(), "3/10");
        for (text, says) in [
            ("4/4", "from 0/4 to 3/4; of an index from 1 take one off"),
            ("5/4", "from 0/n to (n-1)/n"),
            ("0/0", "from 0/n to (n-1)/n"),
            ("1", "write it as i/n"),
            ("-1/4", "write it as i/n"),
        ] {
            let error = text.parse::<Shard>().unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
