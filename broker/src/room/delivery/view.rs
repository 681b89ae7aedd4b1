//! What each seat is told of the group.

use super::Delivery;
use schemas::MemberId;
use schemas::mls::{MlsNews, MlsSeat, MlsView, MlsWaiting};

impl Delivery {
    /// To everybody who is connected: views are complete, and nobody has to remember one.
    pub(super) fn show(&mut self) {
        self.version += 1;
        let seats: Vec<_> = self.seats.keys().copied().filter(|member| self.is_connected(*member)).collect();
        for member in seats {
            let view = self.view_of(member);
            self.say(member, MlsNews::Group(view));
        }
    }

    fn view_of(&self, receiver: MemberId) -> MlsView {
        let seat = |member: MemberId| {
            let seat = self.seats.get(&member)?;
            Some(MlsSeat { member, person: seat.person, is_guest: seat.is_guest, connected: seat.connected })
        };
        let shown = self.seats.keys().copied().filter(|member| !self.is_barred(*member));
        let is_other = |member: &MemberId| !self.group.has(*member) && !self.waiting.contains_key(member);
        let waiting = self.waiting.iter().filter(|(member, _)| !self.is_barred(**member));
        MlsView {
            version: self.version,
            generation: self.group.generation,
            epoch: self.group.epoch,
            creator: self.creator.as_ref().map(|creator| creator.member),
            members: self.group.members().filter_map(seat).collect(),
            waiting: waiting
                .filter_map(|(member, offer)| {
                    let (reference, key_package) = (offer.reference.clone(), offer.key_package.clone());
                    Some(MlsWaiting { seat: seat(*member)?, reference, key_package })
                })
                .collect(),
            others: shown.filter(is_other).filter_map(seat).collect(),
            is_settling: !self.has_settled,
            attempt: self.seats.get(&receiver).map_or(0, |seat| seat.attempt),
            is_barred: self.is_barred(receiver),
        }
    }
}
