//! The unit of everything that is measured, granted or asked for here.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul};
use std::time::Duration;

/// Bits per second on the wire.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DataRate(u64);

impl DataRate {
    pub(crate) const ZERO: DataRate = DataRate(0);
    pub(crate) const MAX: DataRate = DataRate(u64::MAX);

    pub(crate) const fn bits(per_second: u64) -> Self {
        Self(per_second)
    }

    pub(crate) const fn kilobits(per_second: u64) -> Self {
        Self(per_second.saturating_mul(1_000))
    }

    /// Not a number and negative ones count as nothing.
    pub(super) fn from_f64(bits_per_second: f64) -> Self {
        Self(bits_per_second as u64)
    }

    pub(crate) const fn as_bits(self) -> u64 {
        self.0
    }

    /// Bytes that this rate brings over in `span`, rounded down.
    pub(crate) fn bytes_in(self, span: Duration) -> u64 {
        u64::try_from(u128::from(self.0) * span.as_micros() / 8_000_000).unwrap_or(u64::MAX)
    }

    pub(crate) const fn saturating_sub(self, other: DataRate) -> DataRate {
        DataRate(self.0.saturating_sub(other.0))
    }
}

impl Add for DataRate {
    type Output = DataRate;

    fn add(self, other: DataRate) -> DataRate {
        DataRate(self.0.saturating_add(other.0))
    }
}

/// By a factor that is not negative.
impl Mul<f64> for DataRate {
    type Output = DataRate;

    fn mul(self, factor: f64) -> DataRate {
        DataRate::from_f64(self.0 as f64 * factor)
    }
}

impl Sum for DataRate {
    fn sum<I: Iterator<Item = DataRate>>(rates: I) -> DataRate {
        rates.fold(DataRate::ZERO, Add::add)
    }
}

impl fmt::Debug for DataRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kbit/s", self.0 / 1_000)
    }
}
