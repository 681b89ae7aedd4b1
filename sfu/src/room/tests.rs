use super::*;
use crate::api::MAX_MEMBERS;
use proptest::prelude::*;

fn lines(audio: usize, video: usize, screen: usize) -> Vec<(String, Source)> {
    let of = |source, count| (0..count).map(move |_| source);
    of(Source::Microphone, audio)
        .chain(of(Source::Camera, video))
        .chain(of(Source::Screen, screen))
        .enumerate()
        .map(|(index, source)| (index.to_string(), source))
        .collect()
}

fn room_of(members: u32) -> Room {
    let mut room = Room::new(MAX_MEMBERS);
    for member in 0..members {
        room.join(MemberId(member), Source::ALL, lines(7, 7, 1)).unwrap();
    }
    room
}

fn all_on() -> Publishing {
    Publishing { microphone: true, camera: true, screen: false }
}

fn carried(room: &Room, member: u32) -> Vec<Option<Stream>> {
    room.lines(MemberId(member)).iter().map(|line| line.carries).collect()
}

#[test]
fn nobody_is_forwarded_before_saying_so() {
    let room = room_of(3);
    assert!(room.slots(MemberId(0)).is_empty());
}

#[test]
fn eight_members_all_get_seven_others() {
    let mut room = room_of(8);
    for member in 0..8 {
        room.set_publishing(MemberId(member), all_on());
    }
    for member in 0..8 {
        assert_eq!(room.slots(MemberId(member)).len(), 14);
    }
}

#[test]
fn the_ninth_is_refused_and_a_rejoin_is_not() {
    let mut room = room_of(8);
    assert_eq!(room.join(MemberId(8), [], []), Err(Full));
    assert_eq!(room.join(MemberId(7), [], []), Ok(()));
}

#[test]
fn voice_and_face_of_one_member_have_the_same_rank() {
    let mut room = room_of(4);
    room.set_publishing(MemberId(1), Publishing { camera: true, ..Publishing::default() });
    room.set_publishing(MemberId(2), Publishing { microphone: true, ..Publishing::default() });
    room.set_publishing(MemberId(1), all_on());
    room.set_publishing(MemberId(2), all_on());
    let lines = carried(&room, 0);
    for rank in 0..7 {
        let (voice, face) = (lines[rank], lines[7 + rank]);
        assert_eq!(voice.map(|s| s.member), face.map(|s| s.member), "rank {rank}");
    }
}

#[test]
fn the_newest_sharer_wins_the_screen_and_the_older_one_returns() {
    let mut room = room_of(3);
    let share = |on| Publishing { screen: on, ..Publishing::default() };
    let screen = |room: &Room, member: u32| carried(room, member)[14].map(|s| s.member.0);
    room.set_publishing(MemberId(0), share(true));
    room.set_publishing(MemberId(1), share(true));
    assert_eq!((screen(&room, 0), screen(&room, 1), screen(&room, 2)), (Some(1), Some(0), Some(1)));
    room.set_publishing(MemberId(1), share(false));
    assert_eq!((screen(&room, 0), screen(&room, 1), screen(&room, 2)), (None, Some(0), Some(0)));
}

#[test]
fn a_source_without_an_m_line_is_not_forwarded() {
    let mut room = Room::new(MAX_MEMBERS);
    room.join(MemberId(0), [Source::Microphone], lines(1, 1, 1)).unwrap();
    room.join(MemberId(1), [Source::Microphone], lines(1, 1, 1)).unwrap();
    room.set_publishing(MemberId(0), all_on());
    assert_eq!(room.slots(MemberId(1)).len(), 1);
}

#[derive(Clone, Debug)]
enum Op {
    Join(u32, usize, usize),
    Leave(u32),
    Publish(u32, bool, bool, bool),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let member = 0..10u32;
    proptest::collection::vec(
        prop_oneof![
            (member.clone(), 0..8usize, 0..8usize).prop_map(|(m, a, v)| Op::Join(m, a, v)),
            member.clone().prop_map(Op::Leave),
            (member, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(m, a, v, s)| Op::Publish(m, a, v, s)),
        ],
        0..60,
    )
}

proptest! {
    #[test]
    fn slots_are_sound_complete_and_stable(ops in ops()) {
        let mut room = Room::new(MAX_MEMBERS);
        for op in ops {
            let before: Vec<_> = room.members().map(|m| (m, room.lines(m).to_vec())).collect();
            let touched = match op {
                Op::Join(m, audio, video) => {
                    let _ = room.join(MemberId(m), Source::ALL, lines(audio, video, 1));
                    MemberId(m)
                }
                Op::Leave(m) => { room.leave(MemberId(m)); MemberId(m) }
                Op::Publish(m, microphone, camera, screen) => {
                    room.set_publishing(MemberId(m), Publishing { microphone, camera, screen });
                    MemberId(m)
                }
            };
            prop_assert!(room.members().count() <= MAX_MEMBERS);
            for member in room.members() {
                let lines = room.lines(member);
                let mut seen = BTreeSet::new();
                for line in lines {
                    let Some(stream) = line.carries else { continue };
                    prop_assert_eq!(stream.source, line.source);
                    prop_assert_ne!(stream.member, member);
                    prop_assert!(room.seats[&stream.member].sends(stream.source));
                    prop_assert!(seen.insert(stream), "carried twice");
                }
                for source in [Source::Microphone, Source::Camera] {
                    let sent = room.seats.iter().filter(|(id, s)| **id != member && s.sends(source)).count();
                    let total = lines.iter().filter(|line| line.source == source).count();
                    let used = seen.iter().filter(|stream| stream.source == source).count();
                    prop_assert_eq!(used, sent.min(total), "a free line stays empty");
                }
                // Faces and voices of members that the operation did not touch stay where they were.
                let Some((_, old)) = before.iter().find(|(m, _)| *m == member && *m != touched) else { continue };
                for (was, is) in old.iter().zip(lines) {
                    if let Some(stream) = was.carries
                        && stream.member != touched
                        && stream.source != Source::Screen
                    {
                        prop_assert_eq!(is.carries, was.carries);
                    }
                }
            }
        }
    }
}
