/// What works end-to-end encrypted in both browsers (LAB.md); everything else is left out of our answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Opus,
    Vp8,
    /// Profile 0.
    Vp9,
}

impl Codec {
    /// Ticks a second of the RTP timestamp (RFC 7587 § 4.1, RFC 7741 § 4.1, RFC 9628 § 4.1).
    pub(crate) fn clock_rate(self) -> u32 {
        match self {
            Codec::Opus => 48_000,
            Codec::Vp8 | Codec::Vp9 => 90_000,
        }
    }
}
