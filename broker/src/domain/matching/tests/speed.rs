//! Fifty thousand on duty. The benchmark measures (`tests/bench/matching.rs`); this says what the order must not cost.

use super::{replay::many, *};

/// The ranking as it is written down: everybody sorted.
fn sorted(input: &MatchInput) -> Vec<PersonId> {
    let alone = |person: &PersonFacts| {
        let one = MatchInput { people: vec![person.clone()], ..input.clone() };
        rank(&one).record.candidates
    };
    let mut all: Vec<_> = input.people.iter().flat_map(alone).filter(|candidate| candidate.rank.is_some()).collect();
    all.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    all.into_iter().map(|candidate| candidate.person).collect()
}

#[test]
fn the_best_of_many_are_those_that_sorting_everybody_would_put_first() {
    let input = many(1500, 11);
    let eligible: Vec<PersonId> = rank(&input).eligible.into_iter().map(|one| one.person).collect();
    assert_eq!(eligible.len(), RANKED);
    let score = |id: PersonId| {
        let at = input.people.iter().position(|one| one.person_id == id).unwrap();
        (input.people[at].open_consults, input.people[at].callouts_7d)
    };
    let ours: Vec<_> = eligible.iter().map(|id| score(*id)).collect();
    let theirs: Vec<_> = sorted(&input).into_iter().take(RANKED).map(score).collect();
    assert_eq!(ours, theirs);
}

#[test]
#[ignore = "measures: cargo test … -- --ignored --nocapture fifty_thousand"]
#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "measures")]
fn fifty_thousand_people_on_duty() {
    let input = many(50_000, 5);
    let mut took: Vec<_> = (0..200)
        .map(|_| {
            let begin = std::time::Instant::now();
            assert_eq!(std::hint::black_box(rank(std::hint::black_box(&input))).eligible.len(), RANKED);
            begin.elapsed()
        })
        .collect();
    took.sort();
    println!("median {:?}, p99 {:?}, most {:?}", took[100], took[198], took[199]);
}
