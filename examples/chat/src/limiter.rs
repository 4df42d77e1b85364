//! How much the people behind one address may do.

use std::net::IpAddr;

use durable_object::Date;
use durable_object::prelude::*;

/// The milliseconds until one action is forgotten …
const ACTION: i64 = 1_000;
/// … and the milliseconds until all of them are: twenty actions at once, and then one each second.
const AT_ONCE: i64 = 20 * ACTION;

/// Counts what comes from one address, in all rooms together. Each address has an object of its own, so none waits for
/// another. The count is in memory only: an object that nobody calls leaves memory after seconds to minutes, and has
/// forgotten nearly all by then.
#[durable_object]
pub struct Limiter {
    /// When all actions are forgotten, in milliseconds since 1970.
    forgotten_at: i64,
}

#[durable_object]
impl Limiter {
    #[init]
    fn init(_: Ctx) -> Result<Self> {
        Ok(Self { forgotten_at: 0 })
    }

    /// Counts an action, and returns the milliseconds before the next one may come: 0 when it may come at once. They
    /// are never more than those after twenty actions too many.
    #[rpc]
    pub fn count(&mut self) -> Result<u64> {
        let now = Date::now().as_millis();
        self.forgotten_at = (self.forgotten_at.max(now) + ACTION).min(now + 2 * AT_ONCE);
        // The next action must find room for itself.
        let wait = self.forgotten_at + ACTION - now - AT_ONCE;
        Ok(u64::try_from(wait).unwrap_or(0))
    }
}

/// Returns the limiter for the client of a request.
pub(crate) fn of(env: &Env, request: &Request) -> Result<LimiterStub> {
    // Cloudflare sets this header. Elsewhere the proxy in front must: without it, all users share one limit.
    let address = request.headers().get("cf-connecting-ip")?.unwrap_or_default();
    Limiter::named(env, &network(&address))
}

/// A network has one IPv4 address, or 2^64 IPv6 addresses.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => format!("{:x?}", &address.segments()[..4]),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_a_network_have_one_limit() {
        assert_eq!(network("2001:db8:0:1::7"), network("2001:db8:0:1:ff::"));
        assert_ne!(network("2001:db8:0:1::7"), network("2001:db8:0:2::7"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
