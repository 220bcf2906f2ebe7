//! How the caches of a fleet tell each other what one of them was told.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::origin::happens;
use crate::random::{Purpose, stream};
use crate::scenario;

/// One message: to which cache, and how long after the first was told; `None`: it is lost.
pub type Message = (usize, Option<u64>);

/// Decides, announcement by announcement. Every policy gets the same answers, whether it listens or not.
pub struct Bus<'a> {
    settings: &'a scenario::Bus,
    nodes: usize,
    told: ChaCha8Rng,
    messages: ChaCha8Rng,
}

impl<'a> Bus<'a> {
    pub fn new(settings: &'a scenario::Bus, nodes: usize, seed: u64, replication: u32) -> Bus<'a> {
        let stream = |entity| stream(seed, replication, Purpose::Bus, entity);
        Bus {
            settings,
            nodes,
            told: stream(0),
            messages: stream(1),
        }
    }

    /// Whether every cache hears at the same instant, so that who was told does not matter.
    pub fn is_perfect(&self) -> bool {
        self.nodes == 1 || (self.settings.delay.is_zero() && self.settings.loss == 0.0)
    }

    /// Which cache is told of a write, and when each of the others hears of it.
    pub fn pass_on(&mut self) -> (usize, Vec<Message>) {
        let told = self.told.random_range(0..self.nodes);
        let others = (0..self.nodes).filter(|node| *node != told);
        let messages = others.map(|node| {
            let delay = self.settings.delay.sample(&mut self.messages);
            let lost = happens(self.settings.loss, &mut self.messages);
            (node, (!lost).then_some(delay))
        });
        (told, messages.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Distribution, Nanos};

    #[test]
    fn one_cache_is_told_and_each_other_hears_by_a_message_of_its_own() {
        let settings = scenario::Bus {
            delay: Distribution::Constant(Nanos(5)),
            loss: 0.0,
        };
        let mut bus = Bus::new(&settings, 3, 1, 0);
        assert!(!bus.is_perfect());
        let (told, messages) = bus.pass_on();
        let mut heard: Vec<usize> = messages.iter().map(|(node, _)| *node).collect();
        heard.push(told);
        heard.sort_unstable();
        assert_eq!(heard, [0, 1, 2]);
        assert!(messages.iter().all(|(_, delay)| *delay == Some(5)));
    }

    #[test]
    fn a_bus_that_loses_everything_tells_no_other() {
        let settings = scenario::Bus {
            loss: 1.0,
            ..scenario::Bus::default()
        };
        let (_, messages) = Bus::new(&settings, 4, 1, 0).pass_on();
        assert!(messages.iter().all(|(_, delay)| delay.is_none()));
    }

    #[test]
    fn one_cache_alone_needs_no_bus() {
        let settings = scenario::Bus {
            loss: 1.0,
            ..scenario::Bus::default()
        };
        assert!(Bus::new(&settings, 1, 1, 0).is_perfect());
    }
}
