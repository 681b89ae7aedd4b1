//! What a room decides about its slots, carried out: who watches what, and who is told of it.

use super::downlink::Carried;
use super::live::LiveRoom;
use super::publication::Watcher;
use crate::api::MemberId;
use std::time::Instant;

impl LiveRoom {
    /// Takes over the room's decisions and tells those concerned.
    pub(super) fn apply_slots(&mut self, now: Instant) {
        for line in self.uplinks.iter_mut().flat_map(|uplink| &mut uplink.publications) {
            line.watchers.clear();
        }
        for place in 0..self.members.len() {
            let Some(id) = self.member(place).map(|member| member.id) else { continue };
            for slot in 0..self.room.lines(id).len() {
                let carries = self.room.lines(id)[slot].carries;
                let carried = carries.and_then(|stream| {
                    let source = self.place_of(stream.member)?;
                    let mut lines = self.uplinks[source].publications.iter();
                    let publication = lines.position(|line| line.source == stream.source)?;
                    Some(Carried { stream, place: source, publication })
                });
                self.carry(place, slot, carried);
            }
            let slots = self.room.slots(id);
            if let Some(member) = self.member_mut(place) {
                member.tell_slots(slots);
            }
            self.allocate(now, place);
        }
        self.tell_wanted(now);
    }

    fn carry(&mut self, place: usize, slot: usize, carried: Option<Carried>) {
        let LiveRoom { members, uplinks, .. } = self;
        let Some(downlink) = members[place].as_mut().map(|member| &mut member.downlink) else { return };
        let Some(known) = downlink.slots.get_mut(slot) else { return };
        let is_new = known.carries != carried;
        if is_new {
            known.carry(carried);
        }
        let Some(carried) = carried else { return };
        let line = &mut uplinks[carried.place].publications[carried.publication];
        line.watchers.push(Watcher { place, slot });
        if is_new {
            for layer in line.layers.iter().flatten() {
                if let Some(report) = layer.report {
                    downlink.heard_report(slot, layer.stream, report);
                }
            }
        }
    }

    /// A room has at most [`crate::MAX_MEMBERS`] pictures, so the list is short or somebody's mistake.
    pub(super) fn set_view(&mut self, now: Instant, id: MemberId, sizes: &[(String, u16)]) {
        let Some(place) = self.place_of(id) else { return };
        let Some(member) = self.member_mut(place) else { return };
        for slot in &mut member.downlink.slots {
            let told = sizes.iter().find(|(mid, _)| *mid == slot.mid);
            slot.height = Some(told.map_or(0, |(_, height)| *height));
        }
        self.allocate(now, place);
        self.tell_wanted(now);
    }

    /// Tells one member even if nothing changed.
    pub(super) fn tell_slots(&mut self, place: usize) {
        let Some(slots) = self.member(place).map(|member| self.room.slots(member.id)) else { return };
        if let Some(member) = self.member_mut(place) {
            member.tell_slots(slots);
        }
    }
}
