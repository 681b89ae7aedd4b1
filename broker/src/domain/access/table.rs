//! The rows.

use super::{ActionName, Grant, Relation, Role};

/// Something that a person may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// An action on a consult; joining its room is one of them.
    Act(ActionName),
    /// The summary, rings and timeline: no patient data.
    ReadConsult,
    /// The case fields, without who the patient is.
    ReadFields,
    /// Who the patient is.
    ReadIdentity,
    /// The signed report, and what became of it: patient data.
    ReadAnswer,
    /// Why this specialist and why not the others.
    ReadMatch,
    /// Images of a study that is attached to this consult.
    ReadStudy,
    /// Minutes in the room and what they might be billed by.
    ReadLedger,
    /// Why somebody who was rung declined.
    ReadDeclines,
    /// Who could take the consult over or help.
    ReadColleagues,
    CreateConsult,
    /// Send DICOM objects in; they belong to the sender's house.
    StoreStudy,
    /// Studies of one's own house that wait for a consult; see [`super::owns_study`].
    ReadInbox,
    ReadServices,
    /// What can be booked of a service that one may ask, or works for.
    ReadSlots,
    /// Send a picture to the media server and back before a call.
    TryPath,
    ReadDuties,
    /// On which channels and devices one is reached, and to try them.
    KeepChannels,
    /// How the rings of a consult travelled.
    ReadDeliveries,
    /// The coordinator's board, for the coordinator's networks.
    ReadBoard,
    /// The rota of a service of one's own network, and what it came from.
    ReadRota,
    /// Draft, publish and restore rotas of services of the caller's networks.
    PlanRota,
    /// Read and write how a service asks its people: a coordinator for their networks, an administrator for all.
    KeepPolicies,
    /// Be on duty from now on, or put somebody there as a coordinator.
    TakeOverDuty,
    /// Write down when somebody is away: oneself, or for a coordinator whoever works for the same network.
    KeepAbsences,
    /// Ask for, answer, and as a coordinator decide swaps of duties.
    SwapDuties,
    /// What one duty leaves to the next, and what is open.
    HandDutyOver,
    /// Addresses at which calendar programs read duties.
    KeepCalendars,
    /// Say what one would like of a month that is being planned.
    Wish,
    /// Read a consult that one has nothing to do with, in an emergency, with a reason that somebody reads.
    BreakGlass,
    /// Who read which study, and when.
    ReadAccessLog,
    /// What the data-protection role is told.
    ReadNotices,
    RequestExport,
    /// Of somebody else's request; the caller sees to that.
    DecideExport,
    /// Answers, coverage and duties of the caller's networks.
    ReadReports,
    /// The history of a consult as a file, to the second. No patient data.
    ExportTimeline,
    /// Houses, departments, people and their telephone numbers.
    ReadDirectory,
    /// What is to be done before a house can begin, and the tests of it.
    KeepOnboarding,
    /// Everything below `/api/admin`.
    Administer,
}

impl Permission {
    /// Every permission, in the order of the printed table.
    pub fn all() -> impl Iterator<Item = Self> {
        ACTIONS.into_iter().map(Self::Act).chain(OTHERS)
    }
}

const ACTIONS: [ActionName; 41] = [
    ActionName::CompleteFields,
    ActionName::RequestNow,
    ActionName::ChangeUrgency,
    ActionName::Stamp,
    ActionName::Accept,
    ActionName::AcceptInFive,
    ActionName::PassOn,
    ActionName::Decline,
    ActionName::RingReceipt,
    ActionName::TakeOver,
    ActionName::Assign,
    ActionName::HandOver,
    ActionName::AcceptOffer,
    ActionName::DeclineOffer,
    ActionName::AddParticipant,
    ActionName::RemoveParticipant,
    ActionName::AskForMore,
    ActionName::Reply,
    ActionName::BookSlot,
    ActionName::AwaitSlot,
    ActionName::ConfirmSlot,
    ActionName::DeclineSlot,
    ActionName::ProposeSlot,
    ActionName::RingNow,
    ActionName::Cancel,
    ActionName::AttachStudy,
    ActionName::DetachStudy,
    ActionName::Join,
    ActionName::RollCall,
    ActionName::RecordConsent,
    ActionName::InviteGuest,
    ActionName::AdmitGuest,
    ActionName::RemoveGuest,
    ActionName::LiftEncryption,
    ActionName::EndSession,
    ActionName::SignReport,
    ActionName::Amend,
    ActionName::Acknowledge,
    ActionName::ReportTakenOver,
    ActionName::Close,
    ActionName::FeedBack,
];

const OTHERS: [Permission; 38] = [
    Permission::ReadConsult,
    Permission::ReadFields,
    Permission::ReadIdentity,
    Permission::ReadAnswer,
    Permission::ReadMatch,
    Permission::ReadStudy,
    Permission::ReadLedger,
    Permission::ReadDeclines,
    Permission::ReadColleagues,
    Permission::CreateConsult,
    Permission::StoreStudy,
    Permission::ReadInbox,
    Permission::ReadServices,
    Permission::ReadSlots,
    Permission::TryPath,
    Permission::ReadDuties,
    Permission::KeepChannels,
    Permission::ReadDeliveries,
    Permission::ReadBoard,
    Permission::ReadRota,
    Permission::PlanRota,
    Permission::KeepPolicies,
    Permission::TakeOverDuty,
    Permission::KeepAbsences,
    Permission::SwapDuties,
    Permission::HandDutyOver,
    Permission::KeepCalendars,
    Permission::Wish,
    Permission::BreakGlass,
    Permission::ReadAccessLog,
    Permission::ReadNotices,
    Permission::RequestExport,
    Permission::DecideExport,
    Permission::ReadReports,
    Permission::ExportTimeline,
    Permission::ReadDirectory,
    Permission::KeepOnboarding,
    Permission::Administer,
];

/// The table.
pub(super) const fn grants(permission: Permission) -> &'static [Grant] {
    use Grant::{As, Role as By, SignedIn};
    use Relation::{
        AppointmentWith, Coordinator, FormerSpecialist, GlassBroken, Interpreter, Notified, OfferedTo, QueuedBehind,
        Requester, RungBefore, RungNow, SameHouse, SecondSpecialist, Specialist,
    };
    match permission {
        Permission::Act(action) => match action {
            ActionName::CompleteFields
            | ActionName::RequestNow
            | ActionName::AttachStudy
            | ActionName::DetachStudy
            | ActionName::Reply
            | ActionName::Acknowledge
            | ActionName::ReportTakenOver
            | ActionName::FeedBack => &[As(Requester), As(SameHouse)],
            ActionName::ChangeUrgency
            | ActionName::BookSlot
            | ActionName::AwaitSlot
            | ActionName::RingNow
            | ActionName::Cancel
            | ActionName::Close => &[As(Requester), As(SameHouse), As(Coordinator)],
            ActionName::ConfirmSlot | ActionName::DeclineSlot => &[As(Requester), As(SameHouse), As(AppointmentWith)],
            ActionName::ProposeSlot => &[As(AppointmentWith)],
            // The winner may repeat an accept whose response was lost.
            ActionName::Accept => &[As(RungNow), As(RungBefore), As(QueuedBehind), As(Specialist)],
            // Whoever was rung learns from the machine that the ring is over, not that it is forbidden.
            ActionName::AcceptInFive | ActionName::PassOn | ActionName::Decline | ActionName::RingReceipt => {
                &[As(RungNow), As(RungBefore), As(Specialist)]
            }
            ActionName::TakeOver | ActionName::Assign => &[As(Coordinator)],
            // Who took it over may repeat that.
            ActionName::AcceptOffer => &[As(OfferedTo), As(Specialist)],
            // Who offered it takes it back; the machine knows who that was.
            ActionName::DeclineOffer => &[As(OfferedTo), As(Specialist), As(Coordinator)],
            ActionName::AddParticipant | ActionName::RemoveParticipant => &[As(Specialist), As(Coordinator)],
            ActionName::Join => &[As(Requester), As(SameHouse), As(Specialist), As(SecondSpecialist), As(Interpreter)],
            ActionName::Stamp
            | ActionName::RollCall
            | ActionName::RecordConsent
            | ActionName::InviteGuest
            | ActionName::AdmitGuest
            | ActionName::RemoveGuest
            | ActionName::LiftEncryption => &[As(Requester), As(SameHouse), As(Specialist), As(SecondSpecialist)],
            ActionName::HandOver
            | ActionName::AskForMore
            | ActionName::EndSession
            | ActionName::SignReport
            | ActionName::Amend => &[As(Specialist)],
        },
        Permission::ReadConsult => &[
            As(Requester),
            As(SameHouse),
            As(Notified),
            As(RungNow),
            As(RungBefore),
            As(QueuedBehind),
            As(OfferedTo),
            As(AppointmentWith),
            As(Specialist),
            As(FormerSpecialist),
            As(SecondSpecialist),
            As(Interpreter),
            As(Coordinator),
            As(GlassBroken),
        ],
        Permission::ReadFields => &[
            As(Requester),
            As(SameHouse),
            As(RungNow),
            As(QueuedBehind),
            As(OfferedTo),
            As(AppointmentWith),
            As(Specialist),
            As(SecondSpecialist),
            As(GlassBroken),
        ],
        Permission::ReadIdentity | Permission::ReadStudy => {
            &[As(Requester), As(SameHouse), As(Specialist), As(SecondSpecialist), As(GlassBroken)]
        }
        // Whoever treated the patient keeps what was written about it.
        Permission::ReadAnswer => {
            &[As(Requester), As(SameHouse), As(Specialist), As(FormerSpecialist), As(SecondSpecialist), As(GlassBroken)]
        }
        Permission::ReadMatch => &[As(Coordinator)],
        Permission::ReadLedger => &[As(Requester), As(SameHouse), As(Specialist), As(Coordinator)],
        // Whoever looks for another one has to know; colleagues need not.
        Permission::ReadDeclines | Permission::ReadDeliveries => &[As(Requester), As(SameHouse), As(Coordinator)],
        Permission::ReadColleagues => &[As(Specialist), As(Coordinator)],
        Permission::CreateConsult | Permission::StoreStudy | Permission::ReadInbox => &[By(Role::Referrer)],
        Permission::ReadServices => &[SignedIn],
        Permission::ReadSlots => &[By(Role::Referrer), By(Role::Specialist), By(Role::Coordinator)],
        // Whoever has a place here, and no telephone that is bound to one consult.
        Permission::TryPath | Permission::KeepChannels => &[
            By(Role::Referrer),
            By(Role::Specialist),
            By(Role::Coordinator),
            By(Role::Admin),
            By(Role::DataProtection),
        ],
        Permission::ReadDuties
        | Permission::ReadRota
        | Permission::TakeOverDuty
        | Permission::KeepAbsences
        | Permission::SwapDuties
        | Permission::HandDutyOver
        | Permission::KeepCalendars
        | Permission::Wish => &[By(Role::Specialist), By(Role::Coordinator)],
        Permission::ReadBoard | Permission::PlanRota => &[By(Role::Coordinator)],
        Permission::KeepPolicies => &[By(Role::Coordinator), By(Role::Admin)],
        Permission::BreakGlass => &[By(Role::Referrer), By(Role::Specialist)],
        Permission::ReadAccessLog | Permission::ReadNotices | Permission::DecideExport => &[By(Role::DataProtection)],
        // Who asks gets the file only after a second person's approval.
        Permission::RequestExport => &[As(Requester), As(SameHouse), As(Specialist), By(Role::DataProtection)],
        Permission::ReadReports => &[By(Role::Coordinator)],
        Permission::ExportTimeline => &[As(Coordinator), By(Role::DataProtection)],
        Permission::ReadDirectory | Permission::KeepOnboarding => &[By(Role::Coordinator), By(Role::Admin)],
        Permission::Administer => &[By(Role::Admin)],
    }
}
