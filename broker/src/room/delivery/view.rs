//! What each seat is told of the group.

use super::Delivery;
use schemas::MemberId;
use schemas::mls::{MlsNews, MlsSeat, MlsView, MlsWaiting};

impl Delivery {
    /// To everybody who is connected and was told something else, or nothing on this socket: views are complete, and
    /// nobody has to remember one. They hold the key packages of all who wait, so one that says nothing new would let
    /// whoever talks much fill the sockets of the others.
    pub(super) fn show(&mut self) {
        let board = self.board();
        if self.board.as_ref() != Some(&board) {
            self.seats.values_mut().for_each(|seat| seat.told = None);
        }
        // Grows also where only one is told: whoever reads takes the highest.
        self.version += 1;
        let connected: Vec<_> = self.seats.keys().copied().filter(|member| self.is_connected(*member)).collect();
        for member in connected {
            let is_barred = self.is_barred(member);
            let Some(seat) = self.seats.get_mut(&member) else { continue };
            let attempt = seat.attempt;
            if seat.told.replace((attempt, is_barred)) != Some((attempt, is_barred)) {
                let view = MlsView { version: self.version, attempt, is_barred, ..board.clone() };
                self.say(member, MlsNews::Group(view));
            }
        }
        self.board = Some(board);
    }

    /// What a view says to all.
    fn board(&self) -> MlsView {
        let seat = |member: MemberId| {
            let seat = self.seats.get(&member)?;
            Some(MlsSeat { member, person: seat.person, is_guest: seat.is_guest, connected: seat.connected })
        };
        let shown = self.seats.keys().copied().filter(|member| !self.is_barred(*member));
        let is_other = |member: &MemberId| !self.group.has(*member) && !self.waiting.contains_key(member);
        let waiting = self.waiting.iter().filter(|(member, _)| !self.is_barred(**member));
        MlsView {
            version: 0,
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
            attempt: 0,
            is_barred: false,
        }
    }
}
