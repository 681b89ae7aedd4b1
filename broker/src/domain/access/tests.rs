use super::*;
use uuid::Uuid;

const HOUSE: HospitalId = HospitalId(Uuid::from_u128(1));
const OTHER_HOUSE: HospitalId = HospitalId(Uuid::from_u128(2));
const NETWORK: NetworkId = NetworkId(Uuid::from_u128(3));
const OTHER_NETWORK: NetworkId = NetworkId(Uuid::from_u128(4));

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn actor(n: u128, hospital_id: HospitalId, role: Role, network: NetworkId) -> Actor {
    Actor { person_id: person(n), hospital_id, roles: vec![role], networks: vec![network] }
}

/// Everybody who stands around a consult, with a name for the table.
fn everybody() -> [(&'static str, Actor); 12] {
    [
        ("requester", actor(10, HOUSE, Role::Referrer, OTHER_NETWORK)),
        ("same-house", actor(11, HOUSE, Role::Referrer, OTHER_NETWORK)),
        ("rung-now", actor(20, OTHER_HOUSE, Role::Specialist, NETWORK)),
        ("rung-before", actor(21, OTHER_HOUSE, Role::Specialist, NETWORK)),
        ("specialist", actor(22, OTHER_HOUSE, Role::Specialist, NETWORK)),
        ("coordinator", actor(30, OTHER_HOUSE, Role::Coordinator, NETWORK)),
        ("x-referrer", actor(40, OTHER_HOUSE, Role::Referrer, NETWORK)),
        ("x-specialist", actor(41, OTHER_HOUSE, Role::Specialist, NETWORK)),
        ("x-coordin.", actor(42, HOUSE, Role::Coordinator, OTHER_NETWORK)),
        ("admin", actor(43, HOUSE, Role::Admin, NETWORK)),
        // Lost the role since: being named in the consult is not enough.
        ("ex-requester", actor(10, HOUSE, Role::Admin, NETWORK)),
        ("ex-specialist", actor(22, OTHER_HOUSE, Role::Admin, NETWORK)),
    ]
}

fn facts(specialist: Option<u128>) -> ConsultFacts {
    let ringing = if specialist.is_none() { [person(20)].into() } else { BTreeSet::new() };
    ConsultFacts {
        requester: person(10),
        hospital_id: HOUSE,
        network_id: NETWORK,
        specialist: specialist.map(person),
        ringing,
        rung: [person(20), person(21), person(22)].into(),
    }
}

/// The table as text: one row for each permission, `+` where it is granted.
fn table(facts: Option<&ConsultFacts>) -> String {
    let mut text = String::new();
    for permission in Permission::all() {
        let row: String =
            everybody().iter().map(|(_, actor)| if may(actor, facts, permission) { '+' } else { '.' }).collect();
        let name = match permission {
            Permission::Act(action) => format!("{action:?}"),
            other => format!("{other:?}"),
        };
        text.push_str(&format!("{name:<15} {row}\n"));
    }
    text
}

/// Columns: requester, same house, rung now, rung before, rung before (later the specialist), coordinator; strangers:
/// referrer, specialist, coordinator, admin; former requester and specialist.
#[test]
fn while_it_rings() {
    assert_eq!(
        table(Some(&facts(None))),
        "\
CompleteFields  ++..........
Accept          ..+++.......
AcceptInFive    ..+++.......
PassOn          ..+++.......
Decline         ..+++.......
RingReceipt     ..+++.......
Cancel          ++...+......
AttachStudy     ++..........
Join            ++..........
EndSession      ............
SubmitAnswer    ............
Acknowledge     ++..........
Close           ++...+......
ReadConsult     ++++++......
ReadFields      +++.........
ReadIdentity    ++..........
ReadAnswer      ++..........
ReadMatch       .....+......
ReadStudy       ++..........
CreateConsult   ++....+.....
StoreStudy      ++....+.....
ReadInbox       ++....+.....
ReadServices    ++++++++++++
ReadDuties      ..++++.++...
ReadBoard       .....+..+...
"
    );
}

#[test]
fn after_the_accept() {
    assert_eq!(
        table(Some(&facts(Some(22)))),
        "\
CompleteFields  ++..........
Accept          ..+++.......
AcceptInFive    ..+++.......
PassOn          ..+++.......
Decline         ..+++.......
RingReceipt     ..+++.......
Cancel          ++...+......
AttachStudy     ++..........
Join            ++..+.......
EndSession      ....+.......
SubmitAnswer    ....+.......
Acknowledge     ++..........
Close           ++...+......
ReadConsult     ++++++......
ReadFields      ++..+.......
ReadIdentity    ++..+.......
ReadAnswer      ++..+.......
ReadMatch       .....+......
ReadStudy       ++..+.......
CreateConsult   ++....+.....
StoreStudy      ++....+.....
ReadInbox       ++....+.....
ReadServices    ++++++++++++
ReadDuties      ..++++.++...
ReadBoard       .....+..+...
"
    );
}

#[test]
fn without_a_consult_only_what_hangs_on_the_role_is_granted() {
    let granted: Vec<String> = table(None).lines().filter(|row| row.contains('+')).map(str::to_owned).collect();
    assert_eq!(
        granted,
        [
            "CreateConsult   ++....+.....",
            "StoreStudy      ++....+.....",
            "ReadInbox       ++....+.....",
            "ReadServices    ++++++++++++",
            "ReadDuties      ..++++.++...",
            "ReadBoard       .....+..+...",
        ]
    );
}

#[test]
fn a_person_without_any_role_may_only_see_which_services_exist() {
    let nobody = Actor { person_id: person(10), hospital_id: HOUSE, roles: vec![], networks: vec![NETWORK] };
    let granted: Vec<_> = Permission::all().filter(|p| may(&nobody, Some(&facts(None)), *p)).collect();
    assert_eq!(granted, [Permission::ReadServices]);
}

#[test]
fn one_person_can_be_several_things_to_a_consult() {
    let mut both = actor(11, HOUSE, Role::Referrer, NETWORK);
    both.roles.push(Role::Coordinator);
    assert_eq!(relations(&both, &facts(None)), [Relation::SameHouse, Relation::Coordinator]);
    assert_eq!(relations(&actor(41, HOUSE, Role::Specialist, NETWORK), &facts(None)), []);
}

#[test]
fn a_study_belongs_to_the_referrers_of_its_house() {
    assert!(owns_study(&actor(1, HOUSE, Role::Referrer, NETWORK), HOUSE));
    assert!(!owns_study(&actor(1, OTHER_HOUSE, Role::Referrer, NETWORK), HOUSE));
    assert!(!owns_study(&actor(1, HOUSE, Role::Specialist, NETWORK), HOUSE));
}
