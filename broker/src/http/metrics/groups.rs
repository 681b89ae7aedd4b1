//! What became of the groups of keys in rooms.

use super::Series;
use crate::room::Tally;
use std::sync::atomic::{AtomicU64, Ordering};

/// All of it; a figure that is new does not compile here until it is shown.
pub fn of_groups(tally: &Tally) -> Vec<Series> {
    let Tally { groups, taken, late, refused, faults } = tally;
    let read = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
    let one = [
        ("telekonsil_groups_total", "Groups of keys that began in rooms of this node.", groups),
        ("telekonsil_group_faults_total", "Refusals that members of groups reported.", faults),
    ];
    let mut series = Vec::from(one.map(|(name, help, figure)| Series::counter(name, help, read(figure))));
    for (outcome, figure) in [("taken", taken), ("late", late), ("refused", refused)] {
        let help = "Commits: that ended an epoch, that came to nothing, that came too fast.";
        series.push(Series::counter("telekonsil_commits_total", help, read(figure)).of("outcome", outcome));
    }
    series
}

#[cfg(test)]
mod tests {
    use super::super::Metrics;
    use super::*;

    #[test]
    fn each_figure_is_shown_under_its_name() {
        let [groups, taken, late, refused, faults] = [1, 2, 3, 4, 5].map(AtomicU64::new);
        let text = Metrics::default().write(&of_groups(&Tally { groups, taken, late, refused, faults }));
        let shown = "\
# HELP telekonsil_groups_total Groups of keys that began in rooms of this node.
# TYPE telekonsil_groups_total counter
telekonsil_groups_total 1
# HELP telekonsil_group_faults_total Refusals that members of groups reported.
# TYPE telekonsil_group_faults_total counter
telekonsil_group_faults_total 5
# HELP telekonsil_commits_total Commits: that ended an epoch, that came to nothing, that came too fast.
# TYPE telekonsil_commits_total counter
telekonsil_commits_total{outcome=\"taken\"} 2
telekonsil_commits_total{outcome=\"late\"} 3
telekonsil_commits_total{outcome=\"refused\"} 4
";
        assert!(text.ends_with(shown), "{text}");
    }
}
