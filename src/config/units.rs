//! Sizes and times as people write them: `25MiB`, `2m`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// Bytes, written as a number or with a binary unit: `25MiB`, `256 KiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

/// A time longer than zero, written with units: `90s`, `2m`, `1h 30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting(pub Duration);

const SIZE_LOOKS: &str = "a size looks like 25MiB, 256KiB or 1048576";
const TIME_LOOKS: &str = "a time looks like 90s, 2m or 1h 30m";

impl std::str::FromStr for Size {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Size, &'static str> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let shift = match text[digits..].trim() {
            "" | "B" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            _ => return Err(SIZE_LOOKS),
        };
        let number: u64 = text[..digits].parse().map_err(|_| SIZE_LOOKS)?;
        number.checked_mul(1 << shift).map(Size).ok_or(SIZE_LOOKS)
    }
}

impl std::str::FromStr for Lasting {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Lasting, &'static str> {
        let signed: jiff::SignedDuration = text.trim().parse().map_err(|_| TIME_LOOKS)?;
        let duration = Duration::try_from(signed).map_err(|_| TIME_LOOKS)?;
        if duration.is_zero() { Err(TIME_LOOKS) } else { Ok(Lasting(duration)) }
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Size;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a size like \"25MiB\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Size, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Size, E> {
                u64::try_from(number).map(Size).map_err(|_| E::custom(SIZE_LOOKS))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lasting, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times() {
        for (text, bytes) in [("25MiB", 25 << 20), ("256 KiB", 256 << 10), ("7", 7), ("1GiB", 1 << 30), ("5B", 5)] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for bad in ["", "MiB", "25MB", "-1", "1.5MiB", "99999999999999999999", "99999999999GiB"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
        for (text, seconds) in [("2m", 120), ("90s", 90), ("1h 30m", 5400)] {
            assert_eq!(text.parse(), Ok(Lasting(Duration::from_secs(seconds))), "{text}");
        }
        for bad in ["", "2", "0s", "-2m", "soon"] {
            assert!(bad.parse::<Lasting>().is_err(), "{bad}");
        }
    }
}
