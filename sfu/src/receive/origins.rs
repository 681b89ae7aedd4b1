//! Whose packets an SSRC carries. SSRCs are declared by SDP or learned from the first packets' `mid`, `rid` and
//! `repaired-rid` (RFC 8852 § 3, RFC 9143 § 9.2); only what was decrypted may teach.

/// SSRCs remembered of each stream. More: a hostile peer makes every look-up longer. Less: when a sender changes its SSRC
/// (Firefox does when it starts again), the last packets of the old one are nobody's.
const PER_ORIGIN: usize = 2;

/// One layer of one of a peer's media, as itself or as its repair stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Place among the media announced with [`Origins::add_media`].
    pub(crate) media: u8,
    /// Place among its rids; 0 without simulcast.
    pub(crate) layer: u8,
    pub(crate) is_repair: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Origins {
    known: Vec<(u32, Origin)>,
    media: Vec<Media>,
}

#[derive(Debug)]
struct Media {
    mid: String,
    rids: Vec<String>,
}

/// What the extensions of a packet say of its stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names<'a> {
    pub(crate) mid: Option<&'a str>,
    pub(crate) rid: Option<&'a str>,
    pub(crate) repaired_rid: Option<&'a str>,
}

impl Origins {
    /// The next media section, with its rids from `a=simulcast` (none without). Returns its place.
    pub(crate) fn add_media(&mut self, mid: &str, rids: &[&str]) -> u8 {
        self.media.push(Media { mid: mid.to_owned(), rids: rids.iter().map(|rid| (*rid).to_owned()).collect() });
        (self.media.len() - 1) as u8
    }

    /// An SSRC that the description names (`a=ssrc`, and `a=ssrc-group:FID` for its repair). The first word on an SSRC
    /// stands.
    pub(crate) fn declare(&mut self, ssrc: u32, origin: Origin) {
        if self.find(ssrc).is_some() {
            return;
        }
        let mut same = self.known.iter().enumerate().filter(|(_, (_, known))| *known == origin).map(|(at, _)| at);
        if let (Some(oldest), true) = (same.next(), same.count() + 1 >= PER_ORIGIN) {
            self.known.remove(oldest);
        }
        self.known.push((ssrc, origin));
    }

    /// For each packet.
    pub(crate) fn find(&self, ssrc: u32) -> Option<Origin> {
        self.known.iter().find(|(known, _)| *known == ssrc).map(|(_, origin)| *origin)
    }

    /// For a decrypted packet whose SSRC is not known. `is_repair`: its payload type is RTX. `None` if it names nothing
    /// that was announced, or not clearly.
    pub(crate) fn learn(&mut self, ssrc: u32, is_repair: bool, names: Names<'_>) -> Option<Origin> {
        let origin = self.named(is_repair, names)?;
        self.declare(ssrc, origin);
        Some(origin)
    }

    fn named(&self, is_repair: bool, names: Names<'_>) -> Option<Origin> {
        let rid = if is_repair { names.repaired_rid } else { names.rid };
        if names.mid.is_none() && rid.is_none() {
            return None;
        }
        let mut fitting = self.media.iter().enumerate().filter_map(|(place, media)| {
            if names.mid.is_some_and(|mid| media.mid != mid) {
                return None;
            }
            let layer = match rid {
                Some(rid) if !media.rids.is_empty() => media.rids.iter().position(|known| known == rid)?,
                // Without simulcast the mid alone names the stream.
                _ => (names.mid.is_some() && media.rids.is_empty()).then_some(0)?,
            };
            Some(Origin { media: place as u8, layer: layer as u8, is_repair })
        });
        let origin = fitting.next()?;
        // A rid alone is enough where only one media has it.
        fitting.next().is_none().then_some(origin)
    }
}
