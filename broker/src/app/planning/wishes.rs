//! What people would like of a month that is being planned, and what it is planned by. A wish is nobody's business but
//! the person's own and that of those who plan.

use super::{fairness::shares, findings::is_plannable, publish::zone_of, wire};
use crate::app::{
    App, Error, Result,
    directory::{Directory, Person, ServiceEntry, named},
    ports::{PlanningRulesRow, WishRow, WishWrite},
    require,
    validate::name_of,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    rota::{self, Burden, Stretch, Stretches, Zone},
};
use jiff::{
    Span,
    civil::{Date, DateTime},
};
use schemas::{
    PersonId, ServiceId, UnixMillis,
    wishes::{
        MyWishes, PersonFacts, PlanningFacts, PlanningRules, PutPlanningRules, PutWishes, Wish, WishKind, WishLimits,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// How far around a month other duties are told of: a rest reaches over its ends.
const AROUND_SECONDS: i64 = 7 * 86_400;
/// Months that wishes are kept for after they were planned: a year of fairness can be looked at with them.
const KEPT_MONTHS: i32 = 13;
/// Deadlines of one service. More is nobody's plan.
const MAX_DEADLINES: usize = 36;
/// Months of earlier burden: a year has every holiday once.
const MAX_BEFORE: u8 = 12;

impl App {
    /// The caller's own wishes of a month, for every service that they could be on duty for.
    pub async fn my_wishes(&self, actor: &Actor, month: &str) -> Result<Vec<MyWishes>> {
        require(may(actor, None, Permission::Wish))?;
        let month = Month::parse(month)?;
        let directory = self.directory().await?;
        let (from, until) = month.days();
        let rows = self.repo.wishes_of(actor.person_id.0, &from, &until).await?;
        let mut mine = Vec::new();
        let own = directory.person(actor.person_id);
        let services = directory.services.values().filter(|entry| own.is_some_and(|own| is_qualified(own, entry)));
        for entry in services {
            let (rules, _) = self.rules(entry.service.id).await?;
            let of_service = rows.iter().filter(|row| row.service_id == entry.service.id.0);
            mine.push(MyWishes {
                service: entry.service.clone(),
                limits: rules.limits,
                until: month.closes(&zone_of(entry)?, &rules),
                wishes: of_service.filter_map(wish).collect(),
            });
        }
        Ok(mine)
    }

    /// Writes down all wishes of one person for one month: one's own until the deadline, those of others as whoever plans.
    pub async fn put_wishes(&self, actor: &Actor, id: ServiceId, wish: &PutWishes) -> Result<()> {
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::Wish)?;
        let month = Month::parse(&wish.month)?;
        let person = wish.person.unwrap_or(actor.person_id);
        let plans = actor.coordinates(entry.service.network_id);
        if person != actor.person_id && !plans {
            return Err(Error::Forbidden);
        }
        let them = directory.person(person).filter(|them| is_qualified(them, entry)).ok_or(Error::NotFound)?;
        let (rules, _) = self.rules(id).await?;
        let now = self.now();
        let zone = zone_of(entry)?;
        let closes = if plans { zone.begin(month.after()) } else { month.closes(&zone, &rules) };
        if now >= closes {
            return Err(Error::Conflict("wishes for this month are closed"));
        }
        check(&month, &wish.wishes, rules.limits)?;
        let row = |of: &Wish| WishRow {
            service_id: id.0,
            person_id: them.refer.id.0,
            day: of.day.clone(),
            kind: name_of(&of.kind),
            author: actor.person_id.0,
            written_at: now.0,
        };
        let (from, until) = month.days();
        let write = WishWrite {
            service_id: id.0,
            person_id: person.0,
            from,
            until,
            rows: wish.wishes.iter().map(row).collect(),
            kept_from: zone.wall(now).date().saturating_sub(Span::new().months(KEPT_MONTHS)).to_string(),
        };
        self.repo.put_wishes(&write).await?;
        Ok(())
    }

    /// What a proposal for that month has to know; `before`: months whose burden is told.
    pub async fn planning_facts(&self, actor: &Actor, id: ServiceId, month: &str, before: u8) -> Result<PlanningFacts> {
        let directory = self.directory().await?;
        let entry = Self::planned(&directory, actor, id, Permission::PlanRota)?;
        let month = Month::parse(month)?;
        if before > MAX_BEFORE {
            return Err(invalid("before", "is 0 to 12 months"));
        }
        let (rules, rev) = self.rules(id).await?;
        let zone = zone_of(entry)?;
        let (from, until) = month.days();
        let mut wishes: BTreeMap<PersonId, Vec<Wish>> = BTreeMap::new();
        for row in self.repo.wishes(id.0, &from, &until).await? {
            wishes.entry(PersonId(row.person_id)).or_default().extend(wish(&row));
        }
        let span = (zone.begin(month.start()), zone.end(month.after()));
        let mut busy =
            busy(&directory, id, (span.0.plus_seconds(-AROUND_SECONDS), span.1.plus_seconds(AROUND_SECONDS)));
        let earlier = (zone.begin(month.earlier(before)), span.0);
        let call_outs = self.workload(self.now()).await?;
        let call_outs = call_outs.iter().map(|row| (PersonId(row.person_id), row.callouts)).collect();
        let borne = borne(&directory, entry, &call_outs, earlier)?;
        let people = directory.people.values().filter(|person| is_plannable(person, entry)).map(|person| {
            let id = person.refer.id;
            PersonFacts {
                person: id,
                wishes: wishes.remove(&id).unwrap_or_default(),
                busy: busy.remove(&id).map_or_else(Vec::new, |busy| wire::spans(&busy)),
                part: directory.part(entry, id, span),
                part_before: directory.part(entry, id, earlier),
                before: borne.get(&id).map(wire::burden).unwrap_or_default(),
            }
        });
        Ok(PlanningFacts { people: people.collect(), until: month.closes(&zone, &rules), rules, rev })
    }

    /// Limits and deadlines from now on.
    pub async fn put_planning_rules(&self, actor: &Actor, id: ServiceId, wish: &PutPlanningRules) -> Result<()> {
        let directory = self.directory().await?;
        Self::planned(&directory, actor, id, Permission::PlanRota)?;
        check_rules(&wish.rules)?;
        let now = self.now();
        let row = PlanningRulesRow {
            service_id: id.0,
            rev: wish.rev.saturating_add(1),
            body: serde_json::to_string(&wish.rules).map_err(|error| Error::bug("writing planning rules", error))?,
            author: actor.person_id.0,
            updated_at: now.0,
        };
        if self.repo.put_planning_rules(&row).await? {
            Ok(())
        } else {
            Err(Error::Conflict("somebody else has changed what this rota is planned by: read it again"))
        }
    }

    /// What the rota of a service is planned by, and its revision.
    pub(super) async fn rules(&self, service: ServiceId) -> Result<(PlanningRules, i64)> {
        let Some(row) = self.repo.planning_rules(service.0).await? else { return Ok((PlanningRules::default(), 0)) };
        let rules = serde_json::from_str(&row.body);
        let rules = rules.map_err(|error| Error::bug("stored planning rules", format!("column {}", error.column())))?;
        Ok((rules, row.rev))
    }
}

/// What each had to bear of the published rota.
fn borne(
    directory: &Directory,
    entry: &ServiceEntry,
    call_outs: &BTreeMap<PersonId, u32>,
    span: Stretch,
) -> Result<BTreeMap<PersonId, Burden>> {
    let Some(rota) = &entry.rota else { return Ok(BTreeMap::new()) };
    let shifts = rota::shifts(rota, &directory.away, span.0, span.1);
    let shares = shares(directory, entry, Some(rota), &shifts, call_outs, span)?;
    Ok(shares.into_iter().map(|share| (share.person, share.burden)).collect())
}

/// Duties for all services but this one, by person; of services that nobody of this one's network works for, none.
fn busy(directory: &Directory, but: ServiceId, (from, until): Stretch) -> BTreeMap<PersonId, Stretches> {
    let mut parts: BTreeMap<PersonId, Vec<Stretch>> = BTreeMap::new();
    let of_network = directory.services.get(&but);
    let is_ours = |person: PersonId| {
        directory.person(person).zip(of_network).is_some_and(|(person, entry)| is_plannable(person, entry))
    };
    for entry in directory.services.values().filter(|entry| entry.service.id != but) {
        let Some(rota) = entry.rota.as_ref().filter(|rota| rota.people().any(is_ours)) else { continue };
        for shift in rota::shifts(rota, &directory.away, from, until) {
            parts.entry(shift.person).or_default().push(shift.stretch());
        }
    }
    parts.into_iter().map(|(person, stretches)| (person, stretches.into_iter().collect())).collect()
}

fn is_qualified(person: &Person, entry: &ServiceEntry) -> bool {
    is_plannable(person, entry) && person.qualifications.contains(&entry.service.specialty)
}

fn wish(row: &WishRow) -> Option<Wish> {
    Some(Wish { day: row.day.clone(), kind: named(&row.kind)? })
}

/// Days of the month, each once, and no more of a kind than the limit is.
fn check(month: &Month, wishes: &[Wish], limits: WishLimits) -> Result<()> {
    let (from, until) = month.days();
    let days: BTreeSet<&str> = wishes.iter().map(|wish| wish.day.as_str()).collect();
    let is_day =
        |day: &str| day.parse::<Date>().is_ok_and(|date| date.to_string() == day) && *from <= *day && *day < *until;
    if days.len() != wishes.len() || !days.iter().all(|day| is_day(day)) {
        return Err(invalid("wishes", "name days of the month, each once"));
    }
    let count = |kind| wishes.iter().filter(|wish| wish.kind == kind).count();
    let kinds = [
        (WishKind::Want, limits.want),
        (WishKind::RatherNot, limits.rather_not),
        (WishKind::Impossible, limits.impossible),
    ];
    match kinds.into_iter().find(|(kind, limit)| count(*kind) > usize::from(*limit)) {
        Some((kind, limit)) => Err(invalid("wishes", &format!("more than {limit} days are {}", name_of(&kind)))),
        None => Ok(()),
    }
}

fn check_rules(PlanningRules { limits, deadlines }: &PlanningRules) -> Result<()> {
    if [limits.want, limits.rather_not, limits.impossible].into_iter().any(|limit| limit > 31) {
        return Err(invalid("limits", "a month has 31 days at most"));
    }
    let months: BTreeSet<&str> = deadlines.iter().map(|deadline| deadline.month.as_str()).collect();
    if months.len() != deadlines.len() || deadlines.len() > MAX_DEADLINES {
        return Err(invalid("deadlines", &format!("are one a month, {MAX_DEADLINES} at most")));
    }
    for deadline in deadlines {
        Month::parse(&deadline.month)?;
        deadline.until.parse::<DateTime>().map_err(|_| invalid("deadlines", "until is not a wall time"))?;
    }
    Ok(())
}

/// A month of the calendar.
struct Month(Date);

impl Month {
    fn parse(text: &str) -> Result<Self> {
        let first = format!("{text}-01").parse::<Date>().ok();
        let first = first.filter(|date| text.len() == 7 && (2000..2200).contains(&date.year()));
        first.map(Self).ok_or_else(|| invalid("month", "is not like 2026-12"))
    }

    fn start(&self) -> DateTime {
        self.0.at(0, 0, 0, 0)
    }

    /// So many months before it begins.
    fn earlier(&self, months: u8) -> DateTime {
        self.0.saturating_sub(Span::new().months(i32::from(months))).at(0, 0, 0, 0)
    }

    fn after(&self) -> DateTime {
        self.0.saturating_add(Span::new().months(1)).at(0, 0, 0, 0)
    }

    /// Its first day, and the first of the month after it.
    fn days(&self) -> (String, String) {
        (self.0.to_string(), self.after().date().to_string())
    }

    /// Until when people say what they would like of it.
    fn closes(&self, zone: &Zone, rules: &PlanningRules) -> UnixMillis {
        let name = &self.0.to_string()[..7];
        let deadline = rules.deadlines.iter().find(|deadline| deadline.month == name);
        let wall = deadline.and_then(|deadline| deadline.until.parse::<DateTime>().ok());
        zone.end(wall.unwrap_or_else(|| self.start()))
    }
}

fn invalid(field: &str, why: &str) -> Error {
    Error::InvalidField(format!("{field}: {why}"))
}
