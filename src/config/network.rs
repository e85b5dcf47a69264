//! An address or a network: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::Deserialize;

/// Addresses that share their first `prefix` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

const LOOKS: &str = "a proxy is an address or a network, like 127.0.0.1 or 10.0.0.0/8";

impl Network {
    /// This machine.
    pub fn loopback() -> [Network; 2] {
        [Network { address: Ipv4Addr::new(127, 0, 0, 0).into(), prefix: 8 }, Network { address: Ipv6Addr::LOCALHOST.into(), prefix: 128 }]
    }

    /// Does the address lie in it? An IPv4 address written as IPv6 (`::ffff:a.b.c.d`) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ours, ours_bits) = bits(self.address);
        let (theirs, theirs_bits) = bits(address);
        let shift = 128 - u32::from(self.prefix);
        ours_bits == theirs_bits && ours.checked_shr(shift) == theirs.checked_shr(shift)
    }
}

/// The address in the highest bits of a number, and how many bits it has.
fn bits(address: IpAddr) -> (u128, u8) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

impl FromStr for Network {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Network, &'static str> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| LOOKS)?;
        let most = bits(address).1;
        let prefix = prefix.map_or(Ok(most), str::parse).map_err(|_| LOOKS)?;
        if prefix > most { Err(LOOKS) } else { Ok(Network { address, prefix }) }
    }
}

impl TryFrom<String> for Network {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Network, &'static str> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l09_who_is_a_proxy() {
        let inside = |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(inside("10.0.0.0/8", "10.255.1.2") && !inside("10.0.0.0/8", "11.0.0.1"));
        assert!(inside("127.0.0.1", "127.0.0.1") && !inside("127.0.0.1", "127.0.0.2"));
        assert!(inside("10.0.0.0/8", "::ffff:10.1.1.1") && !inside("10.0.0.0/8", "a00::1"));
        assert!(inside("fd00::/8", "fd12::1") && !inside("fd00::/8", "fe80::1"));
        assert!(inside("0.0.0.0/0", "192.0.2.1") && !inside("0.0.0.0/0", "::1") && inside("::/0", "2001:db8::1"));
        for bad in ["", "localhost", "10.0.0.0/33", "10.0.0/8", "::1/129", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
