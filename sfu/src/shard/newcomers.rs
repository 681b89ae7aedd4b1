//! Members who have an answer and have not connected: somebody may ask for answers and do nothing with them.

use super::routes::Home;
use std::collections::VecDeque;

/// Of them, at most. More: memory, 37 kB each. Less: an honest client, who needs a tenth of a second to connect, makes way
/// in a flood of less: now of ten thousand offers a second, all that a shard can answer, each by somebody with a ticket.
pub(super) const MOST: usize = 1_024;

/// So many may come before it is looked for who of them has connected or left. More: one may make way for another although
/// so many have. Less: work for each who comes in a flood.
const BETWEEN: usize = MOST / 8;

/// In the order in which they came. Who has connected or left meanwhile stays until there is no room.
#[derive(Default)]
pub(super) struct Newcomers {
    waiting: VecDeque<Home>,
    /// Since that was looked for.
    came: usize,
}

impl Newcomers {
    /// One more. Returns who makes way for it: the one who has not connected for longest, since honest ones are quick.
    pub(super) fn joined(&mut self, home: Home, is_new: impl Fn(&Home) -> bool) -> Option<Home> {
        // With a fresh offer its time begins anew.
        self.waiting.retain(|other| *other != home);
        self.came += 1;
        if self.waiting.len() >= MOST && self.came >= BETWEEN {
            self.waiting.retain(&is_new);
            self.came = 0;
        }
        let oldest = if self.waiting.len() >= MOST { self.waiting.pop_front() } else { None };
        self.waiting.push_back(home);
        oldest.filter(is_new)
    }
}
