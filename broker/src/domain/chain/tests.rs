use super::*;
use proptest::prelude::*;
use uuid::Uuid;

const CONSULT: ConsultId = ConsultId(Uuid::from_u128(1));

fn chain(bodies: &[&str]) -> Vec<Entry> {
    let mut prev = GENESIS;
    let mut entries = Vec::new();
    for (body, seq) in bodies.iter().zip(1i64..) {
        let salt = [u8::try_from(seq).unwrap(); 32];
        let (at, actor, kind) =
            (UnixMillis(seq * 1000), (seq % 2 == 0).then_some(PersonId(Uuid::from_u128(7))), "kind");
        let commitment = commitment(&salt, body);
        let hash = link(&prev, CONSULT, seq, at, actor, kind, &commitment);
        entries.push(Entry {
            consult_id: CONSULT,
            seq,
            at,
            actor,
            kind: kind.into(),
            salt: Some(salt),
            body: Some((*body).into()),
            commitment,
            hash,
        });
        prev = hash;
    }
    entries
}

fn broken(entries: &[Entry]) -> Option<(i64, Broken)> {
    verify(entries).err().map(|broken| (broken.seq, broken.why))
}

#[test]
fn an_untouched_chain_verifies_and_an_empty_one_too() {
    assert_eq!(verify(&chain(&["a", "b", "c"])), Ok(()));
    assert_eq!(verify(&[]), Ok(()));
    assert_eq!(head(&[]), GENESIS);
}

#[test]
fn a_purged_chain_still_verifies_wholly_or_in_part() {
    let mut entries = chain(&["a", "b", "c"]);
    let before = head(&entries);
    for n in [1, 0, 2] {
        (entries[n].salt, entries[n].body) = (None, None);
        assert_eq!(verify(&entries), Ok(()));
    }
    assert_eq!(head(&entries), before);
}

#[test]
fn the_first_broken_entry_is_named() {
    let mut entries = chain(&["a", "b", "c", "d"]);
    entries[1].body = Some("changed".into());
    entries[3].body = Some("changed".into());
    assert_eq!(broken(&entries), Some((2, Broken::Body)));
}

#[test]
fn a_body_that_was_changed_with_its_commitment_breaks_the_link() {
    let mut entries = chain(&["a", "b", "c"]);
    entries[1].body = Some("changed".into());
    entries[1].commitment = commitment(&entries[1].salt.unwrap(), "changed");
    assert_eq!(broken(&entries), Some((2, Broken::Link)));
    // … and with its link as well breaks the next one.
    let e = &entries[1];
    entries[1].hash = link(&entries[0].hash, CONSULT, 2, e.at, e.actor, &e.kind, &e.commitment);
    assert_eq!(broken(&entries), Some((3, Broken::Link)));
}

#[test]
fn time_actor_and_kind_are_part_of_the_link() {
    let change: [fn(&mut Entry); 4] = [
        |entry| entry.at = UnixMillis(5),
        |entry| entry.actor = None,
        |entry| entry.actor = Some(PersonId(Uuid::from_u128(8))),
        |entry| entry.kind = "other".into(),
    ];
    for change in change {
        let mut entries = chain(&["a", "b", "c"]);
        change(&mut entries[1]);
        assert_eq!(broken(&entries), Some((2, Broken::Link)));
    }
}

#[test]
fn a_missing_swapped_or_foreign_entry_is_found() {
    let mut missing = chain(&["a", "b", "c"]);
    missing.remove(1);
    assert_eq!(broken(&missing), Some((3, Broken::Sequence)));
    let mut swapped = chain(&["a", "b", "c"]);
    swapped.swap(1, 2);
    assert_eq!(broken(&swapped), Some((3, Broken::Sequence)));
    let mut foreign = chain(&["a", "b"]);
    foreign[1].consult_id = ConsultId(Uuid::from_u128(2));
    assert_eq!(broken(&foreign), Some((2, Broken::Consult)));
}

#[test]
fn a_body_without_its_salt_was_not_purged_but_tampered_with() {
    let mut entries = chain(&["a", "b"]);
    entries[0].salt = None;
    assert_eq!(broken(&entries), Some((1, Broken::Body)));
}

/// Computed apart with Python's hashlib; the stored chains of years depend on it.
#[test]
fn the_hashes_are_what_they_were_in_the_first_release() {
    let commitment = commitment(&[1; 32], "{\"type\":\"closed\"}");
    let actor = Some(PersonId(Uuid::from_u128(7)));
    let link = link(&GENESIS, CONSULT, 1, UnixMillis(1_790_000_000_000), actor, "closed", &commitment);
    assert_eq!(hex(&commitment), "01cd6df06f9118f3aafe0dec9c08011d8490ed8bb08794cd981d8c673085b2bc");
    assert_eq!(hex(&link), "1bc75591d12fc2309bc139b0edd13a3d95da24075e06d2b07ab9f9db1100d7fc");
}

fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

proptest! {
    #[test]
    fn any_change_of_any_body_is_found_at_its_place(
        bodies in proptest::collection::vec(".{0,20}", 1..12),
        index in any::<prop::sample::Index>(),
        other in ".{0,20}",
    ) {
        let mut entries = chain(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
        let n = index.index(entries.len());
        prop_assume!(bodies[n] != other);
        entries[n].body = Some(other);
        prop_assert_eq!(broken(&entries), Some((n as i64 + 1, Broken::Body)));
    }
}
