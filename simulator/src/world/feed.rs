//! How changes reach the caches: paths that announce their writes, and a feed that captures all.

use rand_chacha::ChaCha8Rng;

use super::origin::happens;
use crate::random::{Purpose, stream};
use crate::scenario::{self, AfterOutage, Announce};

/// When one write is heard of, by each way; `None`: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// When the origin takes it.
    pub commits: u64,
    pub announced: Option<u64>,
    pub captured: Option<u64>,
    /// Captured and delivered once more.
    pub again: Option<u64>,
}

/// Decides, write by write. Every policy gets the same answers, whether it listens or not.
pub struct Ways<'a> {
    writes: &'a scenario::Writes,
    feed: &'a scenario::Feed,
    /// When the feed delivered last: it keeps its order.
    last: u64,
    announced: ChaCha8Rng,
    announce_delay: ChaCha8Rng,
    delay: ChaCha8Rng,
    loss: ChaCha8Rng,
    duplicates: ChaCha8Rng,
}

impl<'a> Ways<'a> {
    pub fn new(
        writes: &'a scenario::Writes,
        feed: &'a scenario::Feed,
        seed: u64,
        replication: u32,
    ) -> Ways<'a> {
        let stream = |purpose| stream(seed, replication, purpose, 0);
        Ways {
            writes,
            feed,
            last: 0,
            announced: stream(Purpose::Announced),
            announce_delay: stream(Purpose::AnnounceDelay),
            delay: stream(Purpose::FeedDelay),
            loss: stream(Purpose::FeedLoss),
            duplicates: stream(Purpose::FeedDuplicates),
        }
    }

    /// A write is made now.
    pub fn write(&mut self, now: u64) -> Heard {
        let announced = happens(self.writes.announced, &mut self.announced);
        let announce_delay = self.writes.announce_delay.sample(&mut self.announce_delay);
        let later = now.saturating_add(announce_delay);
        let (commits, tells) = match self.writes.announce {
            Announce::AfterCommit => (now, later),
            Announce::BeforeCommit => (later, now),
        };
        let delay = self.feed.delay.sample(&mut self.delay);
        let lost = happens(self.feed.loss, &mut self.loss);
        let captured = match lost {
            true => None,
            false => self.capture(commits.saturating_add(delay)),
        };
        // What is delivered again comes out of order, as after a reconnect to an earlier position.
        let twice = happens(self.feed.duplicates, &mut self.duplicates);
        let again = captured.filter(|_| twice).map(|due| {
            let delay = self.feed.delay.sample(&mut self.duplicates);
            due.saturating_add(delay)
        });
        Heard {
            commits,
            announced: announced.then(|| self.held_back(tells)),
            captured,
            again,
        }
    }

    /// Announcements go out together from time to time.
    fn held_back(&self, due: u64) -> u64 {
        match self.writes.batch.0 {
            0 => due,
            batch => due.div_ceil(batch).saturating_mul(batch),
        }
    }

    /// When the feed's gaps come to light: at the end of outages after which it does not replay.
    pub fn gaps(feed: &scenario::Feed) -> impl Iterator<Item = u64> + '_ {
        let gaps = feed
            .outages
            .iter()
            .filter(|outage| outage.then == AfterOutage::Gap);
        gaps.map(|outage| outage.at.0.saturating_add(outage.lasts.0))
    }

    fn capture(&mut self, due: u64) -> Option<u64> {
        // A feed delivers in the order of the commits: what is held up holds up what follows.
        let mut due = match self.feed.ordered {
            true => due.max(self.last),
            false => due,
        };
        for outage in &self.feed.outages {
            let end = outage.at.0.saturating_add(outage.lasts.0);
            if (outage.at.0..end).contains(&due) {
                match outage.then {
                    AfterOutage::Replay => due = end,
                    AfterOutage::Gap => return None,
                }
            }
        }
        self.last = due;
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Distribution, Nanos, Outage};

    fn captured(then: AfterOutage, writes: &[u64]) -> Vec<Option<u64>> {
        let delay = Distribution::Constant(Nanos(10));
        let outages = vec![Outage {
            at: Nanos(100),
            lasts: Nanos(50),
            then,
        }];
        let feed = scenario::Feed {
            delay,
            outages,
            ..scenario::Feed::default()
        };
        let paths = scenario::Writes::default();
        let mut ways = Ways::new(&paths, &feed, 0, 0);
        writes.iter().map(|now| ways.write(*now).captured).collect()
    }

    #[test]
    fn what_an_outage_holds_up_arrives_at_its_end() {
        let captured = captured(AfterOutage::Replay, &[80, 95, 139, 145]);
        assert_eq!(captured, [Some(90), Some(150), Some(150), Some(155)]);
    }

    #[test]
    fn announcements_go_out_together_and_never_before_their_time() {
        let writes = scenario::Writes {
            batch: Nanos(100),
            ..scenario::Writes::default()
        };
        let feed = scenario::Feed::default();
        let mut ways = Ways::new(&writes, &feed, 0, 0);
        let announced = [1, 99, 100, 101].map(|now| ways.write(now).announced);
        assert_eq!(announced, [Some(100), Some(100), Some(100), Some(200)]);
    }

    #[test]
    fn a_path_that_tells_before_it_commits_is_captured_after_the_commit() {
        let writes = scenario::Writes {
            announce: Announce::BeforeCommit,
            announce_delay: Distribution::Constant(Nanos(10)),
            ..scenario::Writes::default()
        };
        let feed = scenario::Feed {
            delay: Distribution::Constant(Nanos(5)),
            ..scenario::Feed::default()
        };
        let heard = Ways::new(&writes, &feed, 0, 0).write(100);
        assert_eq!((heard.announced, heard.commits), (Some(100), 110));
        assert_eq!(heard.captured, Some(115));
    }

    #[test]
    fn without_an_order_a_change_overtakes_one_that_is_held_up() {
        let feed = |ordered| scenario::Feed {
            delay: Distribution::Uniform(Nanos(0), Nanos(1000)),
            ordered,
            ..scenario::Feed::default()
        };
        let paths = scenario::Writes::default();
        let arrive = |feed: &scenario::Feed| {
            let mut ways = Ways::new(&paths, feed, 0, 0);
            (0..50)
                .map(|now| ways.write(now).captured)
                .collect::<Vec<_>>()
        };
        assert!(arrive(&feed(true)).is_sorted());
        assert!(!arrive(&feed(false)).is_sorted());
    }

    #[test]
    fn a_duplicate_arrives_once_more_after_another_delay() {
        let feed = scenario::Feed {
            delay: Distribution::Constant(Nanos(10)),
            duplicates: 1.0,
            ..scenario::Feed::default()
        };
        let paths = scenario::Writes::default();
        let heard = Ways::new(&paths, &feed, 0, 0).write(100);
        assert_eq!((heard.captured, heard.again), (Some(110), Some(120)));
    }

    #[test]
    fn what_is_lost_is_not_delivered_twice() {
        let feed = scenario::Feed {
            loss: 1.0,
            duplicates: 1.0,
            ..scenario::Feed::default()
        };
        let paths = scenario::Writes::default();
        let heard = Ways::new(&paths, &feed, 0, 0).write(100);
        assert_eq!((heard.captured, heard.again), (None, None));
    }

    #[test]
    fn a_gap_loses_what_falls_into_it() {
        assert_eq!(
            captured(AfterOutage::Gap, &[80, 95, 145]),
            [Some(90), None, Some(155)]
        );
    }
}
