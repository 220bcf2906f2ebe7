//! How long an origin is behind after something broke.

/// Follows the loads at an origin from a fault on.
#[derive(Default)]
pub(super) struct Recovery {
    servers: u64,
    broke: Option<u64>,
    /// Whether a load has waited for a server since.
    is_behind: bool,
    took: Option<u64>,
}

impl Recovery {
    pub(super) fn broke(&mut self, now: u64, servers: u32) {
        if servers > 0 {
            *self = Recovery {
                servers: servers.into(),
                broke: Some(now),
                ..Recovery::default()
            };
        }
    }

    /// So many loads are in flight now.
    pub(super) fn loads(&mut self, now: u64, inflight: u64) {
        let Some(broke) = self.broke else {
            return;
        };
        if inflight > self.servers {
            self.is_behind = true;
        } else if self.is_behind {
            self.took = Some(now - broke);
            self.broke = None;
        }
    }

    pub(super) fn took(&self) -> Option<u64> {
        self.took
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_recovered_when_nobody_waits_who_did_before() {
        let mut recovery = Recovery::default();
        recovery.loads(1, 5);
        recovery.broke(10, 2);
        recovery.loads(11, 1);
        recovery.loads(12, 3);
        assert_eq!(recovery.took(), None);
        recovery.loads(40, 2);
        recovery.loads(41, 3);
        recovery.loads(60, 0);
        assert_eq!(recovery.took(), Some(30), "the first time counts");
    }

    #[test]
    fn an_origin_without_a_queue_is_never_behind() {
        let mut recovery = Recovery::default();
        recovery.broke(10, 0);
        recovery.loads(11, 100);
        recovery.loads(12, 0);
        assert_eq!(recovery.took(), None);
    }
}
