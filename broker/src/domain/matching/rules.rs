//! Each rule: whether it is passed, what it is worth, and what it saw. Points and words come from the same functions, so
//! that an explanation cannot say anything but what was counted.

use super::{DutyFact, MatchInput, PersonFacts};
use schemas::{
    UnixMillis,
    directory::DutyLevel,
    matching::{OverflowRefusal, Rule, RuleFact, RuleResult, Weights},
};

/// Rest between work and work, § 5 Abs. 1 ArbZG: eleven hours.
pub const REST_SECONDS: i64 = crate::domain::rota::REST_SECONDS;
/// Open consults that count. More would let load outweigh the duty level.
pub const MAX_LOAD_COUNTED: u32 = 5;
/// Call-outs that count. More would let fairness outweigh a shared language.
pub const MAX_CALLOUTS_COUNTED: u32 = 20;
/// Tens of seconds that count: three minutes, by when an acknowledgement is late anyway.
pub const MAX_TEN_SECONDS_COUNTED: u32 = 18;
/// The own network's people come first, whatever the weights: this outweighs all of them at [`super::MAX_WEIGHT`].
const OUT_OF_AREA_POINTS: i32 = -10_000_000;

/// In the order in which somebody counts as failed at the first one.
pub(super) const FILTERS: [Rule; 8] = [
    Rule::OnDuty,
    Rule::Qualified,
    Rule::Licensed,
    Rule::Contract,
    Rule::Rested,
    Rule::NotExclusiveBusy,
    Rule::NotDeclined,
    Rule::Overflow,
];
/// In the order of importance.
pub(super) const SCORES: [Rule; 6] =
    [Rule::OutOfArea, Rule::DutyLevel, Rule::Load, Rule::Language, Rule::AnswerTime, Rule::Fairness];

/// One person before the rules.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) input: &'a MatchInput,
    pub(super) person: &'a PersonFacts,
    pub(super) duty: Option<&'a DutyFact>,
}

impl Case<'_> {
    /// A bit for each filter of [`FILTERS`] that failed. Written out, so that each rule is decided by itself and not by
    /// its name: this runs for everybody.
    pub(super) fn failed(self) -> u8 {
        let fails = [
            self.passes(FILTERS[0]),
            self.passes(FILTERS[1]),
            self.passes(FILTERS[2]),
            self.passes(FILTERS[3]),
            self.passes(FILTERS[4]),
            self.passes(FILTERS[5]),
            self.passes(FILTERS[6]),
            self.passes(FILTERS[7]),
        ];
        (0..).zip(fails).fold(0, |failed, (at, passed)| failed | u8::from(!passed) << at)
    }

    pub(super) fn score(self) -> i32 {
        self.points(SCORES[0])
            + self.points(SCORES[1])
            + self.points(SCORES[2])
            + self.points(SCORES[3])
            + self.points(SCORES[4])
            + self.points(SCORES[5])
    }

    /// Every rule that applies to this person; the points only of those whom no filter ruled out.
    pub(super) fn results(self, eligible: bool) -> Vec<RuleResult> {
        let filters = FILTERS.iter().map(|rule| (*rule, 0));
        let scores = SCORES.iter().filter(|_| eligible).map(|rule| (*rule, self.points(*rule)));
        let only_partners = |rule: Rule| matches!(rule, Rule::Overflow | Rule::OutOfArea);
        filters
            .chain(scores)
            .filter(|(rule, _)| self.person.is_partner || !only_partners(*rule))
            .map(|(rule, points)| RuleResult { rule, passed: self.passes(rule), points, fact: self.fact(rule) })
            .collect()
    }

    #[inline(always)]
    fn passes(self, rule: Rule) -> bool {
        let Self { input, person, duty } = self;
        match rule {
            Rule::OnDuty => duty.is_some(),
            Rule::Qualified => person.qualified,
            Rule::Licensed => person.licensed,
            Rule::Contract => person.contract,
            Rule::Rested => self.resting().is_none() && (input.rest_set_aside || self.rests_from_call().is_none()),
            Rule::NotExclusiveBusy => !person.exclusive_busy,
            Rule::NotDeclined => !input.declined.contains(&person.person_id),
            Rule::Overflow => self.overflow_refusal().is_none(),
            Rule::Language => input.languages.is_empty() || !person.languages.is_empty(),
            Rule::OutOfArea | Rule::DutyLevel | Rule::Load | Rule::AnswerTime | Rule::Fairness => true,
        }
    }

    #[inline(always)]
    fn points(self, rule: Rule) -> i32 {
        let Self { input: MatchInput { weights, .. }, person, duty } = self;
        let per = |points: i32, n: u32| points.saturating_mul(i32::try_from(n).unwrap_or(0));
        match rule {
            Rule::OutOfArea => per(OUT_OF_AREA_POINTS, u32::from(person.is_partner)),
            Rule::DutyLevel => duty.map_or(0, |duty| level_points(weights, duty.level)),
            Rule::Load => per(weights.open_consult, person.open_consults.min(MAX_LOAD_COUNTED)),
            Rule::Language => per(weights.language, u32::from(!person.languages.is_empty())),
            Rule::AnswerTime => {
                per(weights.ten_seconds, (person.answers_in.unwrap_or(0) / 10).min(MAX_TEN_SECONDS_COUNTED))
            }
            Rule::Fairness => per(weights.call_out, in_a_full_post(person).min(MAX_CALLOUTS_COUNTED)),
            Rule::OnDuty
            | Rule::Qualified
            | Rule::Licensed
            | Rule::Contract
            | Rule::Rested
            | Rule::NotExclusiveBusy
            | Rule::NotDeclined
            | Rule::Overflow => 0,
        }
    }

    fn fact(self, rule: Rule) -> RuleFact {
        let Self { person, duty, .. } = self;
        let on_duty = duty.map(|duty| RuleFact::DutyUntil { level: duty.level, until: duty.until });
        let until = |until: Option<UnixMillis>| until.map(|until| RuleFact::RestUntil { until });
        let fact = match rule {
            Rule::OnDuty | Rule::DutyLevel => on_duty,
            Rule::Qualified | Rule::Licensed => person.valid_until.map(|until| RuleFact::ValidUntil { until }),
            Rule::Rested => until(self.resting().max(self.rests_from_call())),
            Rule::Load => Some(RuleFact::Count { n: person.open_consults }),
            Rule::Language => Some(RuleFact::Languages { codes: person.languages.clone() }),
            Rule::AnswerTime => person.answers_in.map(|n| RuleFact::Seconds { n }),
            Rule::Fairness if person.part_time < 100 => {
                Some(RuleFact::PartTime { n: person.callouts_7d, percent: person.part_time })
            }
            Rule::Fairness => Some(RuleFact::Count { n: person.callouts_7d }),
            Rule::Overflow => Some(RuleFact::Overflow { refusal: self.overflow_refusal() }),
            Rule::Contract | Rule::NotExclusiveBusy | Rule::NotDeclined | Rule::OutOfArea => None,
        };
        fact.unwrap_or(RuleFact::Plain)
    }

    fn resting(self) -> Option<UnixMillis> {
        self.person.resting_until.filter(|until| *until > self.input.now)
    }

    fn rests_from_call(self) -> Option<UnixMillis> {
        self.person.rests_from_call_until.filter(|until| *until > self.input.now)
    }

    /// Nobody of another network is asked without an agreement.
    fn overflow_refusal(self) -> Option<OverflowRefusal> {
        if !self.person.is_partner {
            return None;
        }
        let Some(partner) = self.input.partner else { return Some(OverflowRefusal::NotAgreed) };
        let is_busy = partner.only_when_free && self.person.open_consults > 0;
        partner.refusal.or(is_busy.then_some(OverflowRefusal::Busy))
    }
}

const fn level_points(weights: &Weights, level: DutyLevel) -> i32 {
    match level {
        DutyLevel::Primary => weights.primary,
        DutyLevel::Secondary => 0,
        DutyLevel::Backup => weights.backup,
    }
}

/// Half a post with three call-outs bears as much as a full one with six.
fn in_a_full_post(person: &PersonFacts) -> u32 {
    let percent = u64::from(person.part_time.clamp(1, 100));
    u32::try_from(u64::from(person.callouts_7d) * 100 / percent).unwrap_or(u32::MAX)
}
