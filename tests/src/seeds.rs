//! Chance that can be repeated: a failing seed is printed and fails again.

/// `normal` seeds, or `long` ones in the nightly run (`TELEKONSIL_LONG=1`).
pub fn seeds(normal: u64, long: u64) -> std::ops::Range<u64> {
    0..if is_long() { long } else { normal }
}

pub fn is_long() -> bool {
    std::env::var("TELEKONSIL_LONG").is_ok_and(|value| value == "1")
}

/// SplitMix64 (Steele, Lea, Flood 2014): one step from `seed`, stirred with `salt`.
pub const fn stir(seed: u64, salt: u64) -> u64 {
    let mut z = seed.wrapping_add(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
