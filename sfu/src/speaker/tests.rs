use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

const ANNE: MemberId = MemberId(1);
const BERT: MemberId = MemberId(2);
const LOUD: u8 = 25;
const FAN: u8 = 70;

/// A room in which packets come every 20 ms; each entry of `levels` says how loud a member is.
struct Table {
    levels: Levels,
    now: Instant,
}

impl Table {
    fn new() -> Self {
        Self { levels: Levels::default(), now: crate::net::clock::now() }
    }

    /// Returns everybody who was dominant in the meantime, without repetitions.
    fn hear(&mut self, millis: u64, levels: &[(MemberId, u8)]) -> Vec<Option<MemberId>> {
        let mut seen = Vec::new();
        for step in 0..millis / 20 {
            self.now += Duration::from_millis(20);
            for (member, level) in levels {
                self.levels.heard(self.now, *member, *level, *level < FAN);
            }
            if step % 5 == 0 {
                seen.push(self.levels.dominant(self.now));
            }
        }
        seen.push(self.levels.dominant(self.now));
        seen.dedup();
        seen
    }
}

#[test]
fn who_speaks_alone_is_the_speaker_within_seven_tenths_of_a_second() {
    let mut table = Table::new();
    assert_eq!(table.hear(1_000, &[(ANNE, FAN), (BERT, FAN)]), [None]);
    assert_eq!(table.hear(700, &[(ANNE, FAN), (BERT, LOUD)]), [None, Some(BERT)]);
}

#[test]
fn two_beeps_in_a_row_are_nobodys_word() {
    let mut table = Table::new();
    for _ in 0..10 {
        assert_eq!(table.hear(100, &[(ANNE, 5)]), [None]);
        assert_eq!(table.hear(60, &[(ANNE, FAN)]), [None]);
        assert_eq!(table.hear(100, &[(ANNE, 5)]), [None]);
        assert_eq!(table.hear(740, &[(ANNE, FAN)]), [None]);
    }
}

#[test]
fn a_cough_or_a_word_between_changes_nothing() {
    let mut table = Table::new();
    assert_eq!(table.hear(100, &[(ANNE, 5)]), [None]);
    assert_eq!(table.hear(2_000, &[(ANNE, FAN)]), [None]);
    table.hear(1_000, &[(ANNE, LOUD)]);
    assert_eq!(table.hear(160, &[(ANNE, LOUD), (BERT, 5)]), [Some(ANNE)]);
    assert_eq!(table.hear(2_000, &[(ANNE, LOUD), (BERT, FAN)]), [Some(ANNE)]);
}

#[test]
fn a_louder_voice_takes_over_and_an_equal_one_does_not() {
    let mut table = Table::new();
    table.hear(1_000, &[(BERT, 40)]);
    assert_eq!(table.hear(5_000, &[(ANNE, 38), (BERT, 40)]), [Some(BERT)]);
    assert_eq!(table.hear(1_000, &[(ANNE, 28), (BERT, 40)]), [Some(BERT), Some(ANNE)]);
}

#[test]
fn turns_are_followed_and_pauses_are_bridged() {
    let mut table = Table::new();
    table.hear(1_000, &[(ANNE, LOUD), (BERT, FAN)]);
    assert_eq!(table.hear(1_500, &[(ANNE, FAN), (BERT, FAN)]), [Some(ANNE)]);
    assert_eq!(table.hear(1_000, &[(ANNE, FAN), (BERT, LOUD)]), [Some(ANNE), Some(BERT)]);
}

#[test]
fn in_silence_nobody_speaks_whether_packets_come_or_not() {
    for silence in [&[(ANNE, 127), (BERT, 127)][..], &[]] {
        let mut table = Table::new();
        table.hear(1_000, &[(ANNE, LOUD)]);
        assert_eq!(table.hear(4_000, silence), [Some(ANNE), None]);
    }
}

#[test]
fn a_tie_goes_to_who_began_first_and_then_to_the_lower_id() {
    let mut table = Table::new();
    assert_eq!(table.hear(1_000, &[(BERT, LOUD), (ANNE, LOUD)]), [None, Some(ANNE)]);
    let mut table = Table::new();
    table.hear(120, &[(BERT, LOUD)]);
    assert_eq!(table.hear(1_000, &[(BERT, LOUD), (ANNE, LOUD)]), [None, Some(BERT)]);
}

#[test]
fn who_leaves_does_not_speak_any_more() {
    let mut table = Table::new();
    table.hear(1_000, &[(ANNE, LOUD)]);
    table.levels.forget(ANNE);
    assert_eq!(table.levels.dominant(table.now), None);
}

proptest! {
    #[test]
    fn the_speaker_changes_at_most_every_four_tenths_of_a_second(
        packets in vec((0..4u32, any::<u8>(), any::<bool>(), 0..60u64), 1..600),
    ) {
        let (mut levels, mut now) = (Levels::default(), crate::net::clock::now());
        let (mut shown, mut changed) = (None, None::<Instant>);
        for (member, level, voice, pause) in packets {
            now += Duration::from_millis(pause);
            levels.heard(now, MemberId(member), level, voice);
            let dominant = levels.dominant(now);
            if dominant != shown && dominant.is_some() {
                prop_assert!(changed.is_none_or(|at| now - at >= LONGER.min(ALONE)));
                changed = Some(now);
            }
            shown = dominant;
        }
        prop_assert_eq!(levels.dominant(now + Duration::from_secs(10)), None);
    }
}
