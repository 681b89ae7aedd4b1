//! Members who have an answer and have not connected: somebody may ask for answers and do nothing with them.

use super::routes::Home;
use std::collections::VecDeque;

/// Of them, at most. More: memory, 37 kB each. Less: an honest client, who needs a tenth of a second to connect, makes way
/// in a flood of less: now of ten thousand offers a second, all that a shard can answer, each by somebody with a ticket.
pub(super) const MOST: usize = 1_024;

/// In the order in which they came. Who has connected or left meanwhile stays until there is no room.
#[derive(Default)]
pub(super) struct Newcomers {
    waiting: VecDeque<Home>,
}

impl Newcomers {
    /// One more. Returns who makes way for it: the one who has not connected for longest, since honest ones are quick.
    pub(super) fn joined(&mut self, home: Home, is_new: impl Fn(&Home) -> bool) -> Option<Home> {
        // With a fresh offer its time begins anew.
        self.waiting.retain(|other| *other != home);
        if self.waiting.len() >= MOST {
            self.waiting.retain(is_new);
        }
        let oldest = if self.waiting.len() >= MOST { self.waiting.pop_front() } else { None };
        self.waiting.push_back(home);
        oldest
    }
}
