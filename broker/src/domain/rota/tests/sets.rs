use super::*;
use std::collections::BTreeSet;

/// Moments 0..60 as a set of numbers.
fn moments(set: &Stretches) -> BTreeSet<i64> {
    (0..60).filter(|t| set.contains(UnixMillis(*t))).collect()
}

fn sets() -> impl Strategy<Value = Stretches> {
    proptest::collection::vec((0i64..60, 0i64..20), 0..6).prop_map(|parts| {
        parts.into_iter().map(|(from, length)| (UnixMillis(from), UnixMillis((from + length).min(60)))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn are_the_sets_of_their_moments(a in sets(), b in sets(), low in 0i64..60, length in 0i64..30) {
        let (one, other) = (moments(&a), moments(&b));
        prop_assert_eq!(moments(&a.or(&b)), one.union(&other).copied().collect());
        prop_assert_eq!(moments(&a.and(&b)), one.intersection(&other).copied().collect());
        prop_assert_eq!(moments(&a.minus(&b)), one.difference(&other).copied().collect());
        prop_assert_eq!(a.length(), one.len() as i64);
        let stretch = (UnixMillis(low), UnixMillis((low + length).min(60)));
        let part = |inside: bool| (low..(low + length).min(60)).filter(|t| one.contains(t) == inside).collect::<BTreeSet<_>>();
        prop_assert_eq!(moments(&a.within(stretch).collect()), part(true));
        prop_assert_eq!(moments(&a.outside(stretch).collect()), part(false));
        let all: Vec<_> = a.or(&b).iter().collect();
        prop_assert!(all.windows(2).all(|w| w[0].1 < w[1].0) && all.iter().all(|(from, until)| from < until));
    }
}
