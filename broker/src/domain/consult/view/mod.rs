//! What others see of a consult. Names come from outside: every function takes a resolver from ids to people.

mod timeline;

pub use timeline::{explanations, timeline};

use super::{Consult, Recorded, Ring, actions, ledger, next_deadline};
use crate::domain::{
    access::{self, Permission},
    directory::Actor,
    slots::Slot,
};
use schemas::{
    ConsultId, PersonId, PrivateText, UnixMillis,
    consult::{self as wire, ActionName, ConsultDetail, ConsultSummary, SignedAnswer, StudyStatus},
    directory::{HospitalRef, PersonRef, Service},
    guest,
    mls::Encryption,
    report,
    slots::{self, Appointment},
};

/// From an id to a person as colleagues see them.
pub type Resolve<'a> = &'a dyn Fn(PersonId) -> PersonRef;

/// Short name for the telephone, `TK-7F3A`: the last four hexadecimal digits of the id, which are random in a UUIDv7.
/// Two consults of the same day share one in about 1 of 65,536 cases; software never uses it.
pub fn label(id: ConsultId) -> String {
    let [.., high, low] = *id.0.as_bytes();
    format!("TK-{high:02X}{low:02X}")
}

/// The line in a list. `hospital` is the one that asks, `ahead` what [`wire::Queue::ahead`] says. Holds no patient
/// data.
pub fn summary(
    consult: &Consult,
    hospital: HospitalRef,
    service: Service,
    ahead: u32,
    resolve: Resolve,
) -> ConsultSummary {
    let people = |people: &[PersonId]| people.iter().map(|person| resolve(*person)).collect();
    ConsultSummary {
        id: consult.id,
        label: label(consult.id),
        seq: consult.seq,
        state: consult.state,
        urgency: consult.urgency,
        hospital,
        service,
        requester: resolve(consult.requester),
        specialist: consult.specialist.map(resolve),
        former: consult.former.iter().map(|person| resolve(*person)).collect(),
        created_at: consult.created_at,
        requested_at: consult.asked_since(),
        state_since: consult.state_since,
        eta: consult.fields.eta,
        deadline: consult.fields.deadline,
        ringing: consult.active_rings().map(|ring| resolve(ring.person)).collect(),
        promised_until: consult.promise.map(|promise| promise.until),
        promised_by: consult.promise.map(|promise| resolve(promise.person)),
        next_deadline: next_deadline(consult),
        alarm: consult.alarm,
        missing: consult.fields.missing(),
        studies: count(consult.studies.len()),
        in_room: consult.in_room.iter().map(|person| resolve(*person)).collect(),
        participants: consult
            .participants
            .iter()
            .map(|each| wire::Participant { person: resolve(each.person), part: each.part, since: each.since })
            .collect(),
        offer: consult.offer.map(|offer| wire::Offer {
            to: resolve(offer.to),
            by: resolve(offer.by),
            at: offer.at,
            is_hand_over: offer.is_hand_over,
        }),
        queue: consult.queue.as_ref().map(|queue| wire::Queue {
            since: queue.since,
            behind: people(&queue.behind),
            ahead,
        }),
        appointment: appointment(consult, resolve),
        taken_over_by: consult.taken_over.map(|held| resolve(held.person)),
        asked_for_more: consult.asked_for_more(),
        is_test: consult.test.is_some(),
        waiting_guests: count(consult.waiting_guests().count()),
        report_taken_over: consult.report_taken_over_at.is_some(),
        outcomes: count(consult.outcomes.len()),
        // Named by whoever knows the directory.
        out_of_area: None,
    }
}

fn appointment(consult: &Consult, resolve: Resolve) -> Option<Appointment> {
    let (of, status) = (consult.appointment.as_ref()?, consult.appointment_status()?);
    let held = of.slot.as_ref();
    Some(Appointment {
        status,
        slot: held.map(|held| slot(&held.slot, resolve)),
        since: of.since,
        confirm_by: held.filter(|held| !held.is_confirmed()).map(|held| held.confirm_by),
        room_opens_at: held.map(super::Held::room_opens_at),
        confirmed_by_specialist: held.is_some_and(|held| held.specialist),
        confirmed_by_requester: held.is_some_and(|held| held.requester),
        before: of.before.iter().map(|person| resolve(*person)).collect(),
        last_end: of.last_end,
    })
}

/// As it is offered.
pub fn slot(slot: &Slot, resolve: Resolve) -> slots::AppointmentSlot {
    slots::AppointmentSlot { person: resolve(slot.person), start: slot.from, end: slot.until }
}

/// What the caller of [`detail`] has read from elsewhere.
pub struct Material {
    pub summary: ConsultSummary,
    /// Attached now.
    pub studies: Vec<StudyStatus>,
    pub detached: Vec<StudyStatus>,
}

/// Everything that this person may see of a consult at `now`; the caller has checked [`Permission::ReadConsult`].
/// What they may not see is left out, from `material` too.
pub fn detail(
    consult: &Consult,
    log: &[Recorded],
    material: Material,
    actor: &Actor,
    now: UnixMillis,
    resolve: Resolve,
) -> ConsultDetail {
    let facts = consult.facts(now);
    let may = |permission| access::may(actor, Some(&facts), permission);
    let reads_identity = may(Permission::ReadIdentity);
    let reads_fields = reads_identity || may(Permission::ReadFields);
    let reads_answer = may(Permission::ReadAnswer);
    let reads_declines = may(Permission::ReadDeclines);
    let because = |text: &PrivateText| (reads_fields && !text.is_blank()).then(|| text.clone());
    let versions: Vec<SignedAnswer> = if reads_answer { signed(consult, resolve) } else { vec![] };
    ConsultDetail {
        summary: material.summary,
        fields: match (reads_identity, reads_fields) {
            (true, _) => Some(consult.fields.clone()),
            (false, true) => Some(consult.fields.without_identity()),
            (false, false) => None,
        },
        rings: consult
            .rings
            .iter()
            .map(|each| wire::Ring {
                declined_because: each.declined_because.filter(|_| reads_declines),
                ..ring(each, resolve)
            })
            .collect(),
        studies: if may(Permission::ReadStudy) { material.studies } else { vec![] },
        detached: if may(Permission::Act(ActionName::DetachStudy)) { material.detached } else { vec![] },
        answer: versions.last().cloned(),
        versions,
        clock: reads_fields.then(|| clock(consult)),
        exchanges: if reads_identity { exchanges(consult, resolve) } else { vec![] },
        roll_call: consult.roll_call.as_ref().filter(|_| reads_identity).map(|call| wire::RollCall {
            at: call.at,
            by: resolve(call.by),
            present: call.present.clone(),
        }),
        consent: consult.consent.filter(|_| reads_identity).map(|consent| wire::RecordedConsent {
            consent: consent.consent,
            at: consent.at,
            by: resolve(consent.by),
        }),
        encryption: encryption(consult, resolve),
        guests: if may(Permission::Act(ActionName::AdmitGuest)) { guests(consult, resolve) } else { vec![] },
        ledger: (may(Permission::ReadLedger) && !consult.stays.is_empty()).then(|| billing(consult, now, resolve)),
        close_out: consult.close_out.clone().filter(|_| reads_answer),
        missing_because: because(&consult.missing_because),
        cancelled_because: because(&consult.cancelled_because),
        outcomes: if reads_answer { consult.outcomes.clone() } else { vec![] },
        timeline: timeline(log, reads_declines, resolve),
        actions: actions(consult, actor, now),
    }
}

/// As everybody sees it who sees the consult.
pub fn ring(ring: &Ring, resolve: Resolve) -> wire::Ring {
    wire::Ring {
        ring_id: ring.ring_id,
        person: resolve(ring.person),
        round: ring.round,
        step: ring.step,
        started_at: ring.started_at,
        until: ring.until,
        delivered_at: ring.delivered_at,
        seen_at: ring.seen_at,
        outcome: ring.outcome,
        ended_at: ring.ended_at,
        declined_because: None,
        busy: ring.busy,
    }
}

/// Whether its room is encrypted from end to end.
pub fn encryption(consult: &Consult, resolve: Resolve) -> Encryption {
    match consult.encryption_lifted {
        None => Encryption::Required,
        Some(lifted) => Encryption::Lifted { by: resolve(lifted.by), at: lifted.at },
    }
}

/// The ledger with names.
pub fn billing(consult: &Consult, now: UnixMillis, resolve: Resolve) -> report::Ledger {
    let ledger = ledger(consult, now);
    let stay = |stay: &super::Stay| report::Stay { person: resolve(stay.person), from: stay.from, until: stay.until };
    report::Ledger {
        stays: ledger.stays.iter().map(stay).collect(),
        talk_minutes: ledger.talk_minutes,
        specialist_minutes: ledger.specialist_minutes,
        suggestions: ledger.suggestions,
    }
}

/// Every version of the report, the first one first.
pub fn signed(consult: &Consult, resolve: Resolve) -> Vec<SignedAnswer> {
    let version = |signed: &super::Signed| SignedAnswer {
        version: signed.version,
        reason: signed.reason.clone(),
        answer: signed.answer.clone(),
        author: resolve(signed.author),
        signed_at: signed.signed_at,
    };
    consult.versions.iter().map(version).collect()
}

fn clock(consult: &Consult) -> wire::ClockTimes {
    wire::ClockTimes {
        last_seen_well: consult.fields.last_seen_well,
        eta: consult.fields.eta,
        door: consult.clock.door,
        imaging: consult.clock.imaging,
        decision: consult.clock.decision,
    }
}

fn exchanges(consult: &Consult, resolve: Resolve) -> Vec<wire::Exchange> {
    let exchange = |each: &super::Exchange| wire::Exchange {
        at: each.at,
        person: resolve(each.person),
        is_question: each.is_question,
        text: each.text.clone(),
    };
    consult.exchanges.iter().map(exchange).collect()
}

fn guests(consult: &Consult, resolve: Resolve) -> Vec<guest::Guest> {
    consult.guests.iter().map(|each| self::guest(each, resolve)).collect()
}

pub fn guest(guest: &super::Guest, resolve: Resolve) -> guest::Guest {
    guest::Guest {
        id: guest.id,
        name: guest.name.clone(),
        part: guest.part,
        state: guest.state,
        invited_by: resolve(guest.invited_by),
        at: guest.at,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
