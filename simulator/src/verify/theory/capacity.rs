//! Caches that hold a part of the keys, and origins that carry a part of the reads.

use super::expiry::wave;
use super::math::{root, within};

/// The characteristic time of a cache of `capacity` entries that evicts the one read longest ago: within it
/// as many keys are read as fit, `Σ(1 − e^(−λ_k t)) = C`. H. Che, Y. Tung, Z. Wang, "Hierarchical Web Caching
/// Systems", IEEE JSAC 20(7), 2002.
#[must_use]
pub fn characteristic_time(rates: &[f64], capacity: f64) -> f64 {
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    root(0.0, 100.0 / slowest, |time| {
        wave(rates.iter().copied(), time) - capacity
    })
}

/// Share of reads that hit such a cache: a key hits if it was read within the characteristic time.
#[must_use]
pub fn hits_lru(rates: &[f64], capacity: f64) -> f64 {
    let time = characteristic_time(rates, capacity);
    let total: f64 = rates.iter().sum();
    let hits = rates.iter().map(|rate| rate * within(rate * time));
    hits.sum::<f64>() / total
}

/// The same with a lease that ends where it stands, its place taken until it is read again or evicted: the
/// hits of one stay are those of a renewal process that ends with the first gap above the characteristic
/// time, up to the lease:
/// `m = Σ_j (−1)^j e^(−jλt) [(λ(T − jt))^(j+1)/(j+1)! + 1{j ≥ 1}(λ(T − jt))^j/j!]` over j < T/t, and a key
/// hits `m/(1 + m)` of its reads.
#[must_use]
pub fn hits_lru_ttl(rates: &[f64], capacity: f64, ttl: f64) -> f64 {
    let time = characteristic_time(rates, capacity);
    let total: f64 = rates.iter().sum();
    let hits = rates.iter().map(|rate| {
        let stay = hits_of_a_stay(*rate, time, ttl);
        rate * stay / (1.0 + stay)
    });
    hits.sum::<f64>() / total
}

fn hits_of_a_stay(rate: f64, time: f64, ttl: f64) -> f64 {
    let (mut sum, mut j, mut sign) = (0.0, 0.0, 1.0);
    while ttl > j * time {
        let x = rate * (ttl - j * time);
        // x^j / j!, and with it x^(j+1) / (j+1)!.
        let mut power = 1.0;
        let mut k = 1.0;
        while k <= j {
            power *= x / k;
            k += 1.0;
        }
        let next = power * x / (j + 1.0);
        let ended = if j > 0.0 { power } else { 0.0 };
        sum += sign * (-j * rate * time).exp() * (next + ended);
        sign = -sign;
        j += 1.0;
    }
    sum
}

/// Share of reads that hit a cache which evicts what was stored longest ago, with a lease: an entry stays
/// for t from its store, where `Σ λ_k t/(1 + λ_k t) = C`, or to the end of its lease. The least that a cache
/// makes of its room if it learns nothing from its hits.
#[must_use]
pub fn hits_fifo(rates: &[f64], capacity: f64, ttl: f64) -> f64 {
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    let held = |time: f64| {
        let shares = rates.iter().map(|rate| rate * time / (1.0 + rate * time));
        shares.sum::<f64>() - capacity
    };
    let stays = root(0.0, 100.0 * rates.len() as f64 / slowest, held).min(ttl);
    let total: f64 = rates.iter().sum();
    let hits = rates
        .iter()
        .map(|rate| rate * rate * stays / (1.0 + rate * stays));
    hits.sum::<f64>() / total
}

/// The most that any cache of this size can hit which does not know the future: the share of the keys that
/// are read most. E. G. Coffman, P. J. Denning, "Operating Systems Theory", 1973, section 6.6.
#[must_use]
pub fn hits_at_most(shares: &[f64], capacity: usize) -> f64 {
    let mut sorted = shares.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted.iter().take(capacity).sum()
}

/// After a flush, with one load a key at a time whose value is stored however late: when an origin that
/// carries `capacity` loads a second has caught up with the different keys that were asked for:
/// `Σ(1 − e^(−λ_k t)) = c·t`.
#[must_use]
pub fn caught_up(rates: &[f64], capacity: f64) -> f64 {
    let total: f64 = rates.iter().sum();
    // Before, there are more keys than the origin carries; it cannot take longer than all of them.
    let latest = rates.len() as f64 / capacity;
    root(1.0 / total, latest, |time| {
        capacity * time - wave(rates.iter().copied(), time)
    })
}

/// After a flush, without coalescing and with loads thrown away that take longer than `timeout`: share of
/// reads that are answered from then on. The limit of many keys.
///
/// Reads that miss queue. The one that comes at u is answered at t with `A(u) = c·t`, where A counts those
/// that missed: `A'(t) = R(1 − H(u(t)))` and H(u) is the share of the reads of keys that were read by u. Once
/// `A(t) > c(t + timeout)` whoever misses waits too long for the rest of time, and only what was read by then
/// is ever there.
#[must_use]
pub fn trapped(rates: &[f64], capacity: f64, timeout: f64) -> f64 {
    const STEPS_A_SECOND: f64 = 10_000.0;
    let total: f64 = rates.iter().sum();
    let there = |time: f64| {
        let hits = rates.iter().map(|rate| rate * within(rate * time));
        hits.sum::<f64>() / total
    };
    // By tenths of a percent of a second, and straight between.
    let mut table = vec![0.0];
    let mut share_by = |time: f64| {
        let place = time * 1000.0;
        let index = place as usize;
        while table.len() < index + 2 {
            table.push(there(table.len() as f64 / 1000.0));
        }
        let part = place - index as f64;
        table[index] * (1.0 - part) + table[index + 1] * part
    };
    let mut missed = vec![0.0_f64];
    let mut answered = 0;
    loop {
        let step = missed.len() - 1;
        let now = step as f64 / STEPS_A_SECOND;
        if missed[step] >= capacity * (now + timeout) {
            return share_by(now);
        }
        if now > rates.len() as f64 / capacity {
            // The origin has caught up before anybody waited too long.
            return 1.0;
        }
        while answered + 1 < missed.len() && missed[answered + 1] <= capacity * now {
            answered += 1;
        }
        let share = share_by(answered as f64 / STEPS_A_SECOND);
        missed.push(missed[step] + total * (1.0 - share) / STEPS_A_SECOND);
    }
}

#[cfg(test)]
mod tests {
    use super::super::math::zipf;
    use super::super::tests::rounds_to;
    use super::*;

    fn rates(total: f64) -> Vec<f64> {
        let shares = zipf(10_000, 0.99);
        shares.into_iter().map(|share| share * total).collect()
    }

    #[test]
    fn bounded_caches_have_the_figures_that_are_known() {
        let rates = rates(1000.0);
        rounds_to(characteristic_time(&rates, 1000.0), "2.282");
        rounds_to(hits_lru(&rates, 1000.0), "0.66414");
        rounds_to(hits_lru_ttl(&rates, 1000.0, 5.0), "0.64163");
        let fifo = hits_fifo(&rates, 1000.0, f64::INFINITY);
        assert!((0.58..hits_lru(&rates, 1000.0)).contains(&fifo), "{fifo}");
        rounds_to(hits_at_most(&zipf(10_000, 0.99), 1000), "0.7559");
    }

    #[test]
    fn overloaded_origins_have_the_figures_that_are_known() {
        let rates = rates(3000.0);
        rounds_to(caught_up(&rates, 300.0), "27.379");
        let goodput = trapped(&rates, 300.0, 1.0);
        assert!((0.48..0.495).contains(&goodput), "{goodput}");
        // An origin that carries all of the reads is never behind.
        assert_eq!(trapped(&rates, 4000.0, 1.0), 1.0);
    }
}
