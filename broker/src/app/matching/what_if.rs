//! The ranking as it would be: with somebody ill, for another house, in another urgency. Nothing is written.

use super::{Case, Ranked};
use crate::app::{
    App, Error, Result,
    directory::{Directory, ServiceEntry},
    require,
};
use crate::domain::{
    access::{Permission, may},
    directory::Actor,
    escalation::Matched,
    matching::explanation,
};
use schemas::{
    ConsultId, HospitalId, PersonId, ServiceId,
    directory::HospitalRef,
    matching::{WhatIf, WhatIfAnswer, WhatIfStep},
};
use uuid::Uuid;

/// People who can be ill at once. More is no question that anybody asks.
const MAX_WITHOUT: usize = 50;

impl App {
    /// For coordinators of the service's network.
    pub async fn what_if(&self, actor: &Actor, id: ServiceId, wish: WhatIf) -> Result<WhatIfAnswer> {
        require(may(actor, None, Permission::ReadBoard))?;
        let directory = self.directory().await?;
        let entry = directory.services.get(&id).filter(|entry| actor.coordinates(entry.service.network_id));
        let entry = entry.ok_or(Error::NotFound)?;
        if wish.without.len() > MAX_WITHOUT {
            return Err(Error::InvalidField("without: names more than 50".to_owned()));
        }
        let now = self.now();
        let hospitals = hospitals(&directory, entry);
        let case = self.case_of(actor, id, &hospitals, &wish).await?;
        let Ranked { input, result, workload } = self.ranked(&directory, entry, &case, now).await?;
        let explained = explanation(&result.record, now, 1, &|person| directory.person_ref(person));
        let policies = &entry.policies.policies;
        let policy = policies.of(case.urgency);
        let around = self.around(policy, &policies.pools, &input, &workload).await?;
        let matched = Matched::new(policy, result, &around);
        let names = |people: &[PersonId]| people.iter().map(|person| directory.person_ref(*person)).collect();
        let steps = matched.plan.steps.iter().filter(|step| !step.people.is_empty());
        Ok(WhatIfAnswer {
            hospital_id: hospitals.iter().any(|house| house.id == case.hospital_id).then_some(case.hospital_id),
            hospitals,
            explanation: explained,
            steps: steps
                .map(|step| WhatIfStep { people: names(&step.people), ring_seconds: step.ring_seconds })
                .collect(),
            busy: names(&matched.busy),
        })
    }

    async fn case_of(&self, actor: &Actor, id: ServiceId, hospitals: &[HospitalRef], wish: &WhatIf) -> Result<Case> {
        let mut case = match wish.consult_id {
            Some(consult_id) => {
                let consult = self.for_those(actor, consult_id, Permission::ReadMatch).await?;
                if consult.service_id != id {
                    return Err(Error::InvalidField("consult_id: is of another service".to_owned()));
                }
                Case::of(&consult)
            }
            None => Case {
                hospital_id: hospitals.first().map_or(HospitalId(Uuid::nil()), |house| house.id),
                // Nobody who could be asked asks.
                ..Case::new(ConsultId(Uuid::now_v7()), id, PersonId(Uuid::nil()))
            },
        };
        case.urgency = wish.urgency;
        case.test = None;
        case.ill = wish.without.iter().copied().collect();
        if let Some(hospital) = wish.hospital_id {
            if hospitals.iter().all(|house| house.id != hospital) {
                return Err(Error::InvalidField("hospital_id: nobody has a contract with it".to_owned()));
            }
            case.hospital_id = hospital;
        }
        if wish.language.is_some() {
            case.language.clone_from(&wish.language);
        }
        Ok(case)
    }
}

/// Houses that may ask, by name.
fn hospitals(directory: &Directory, entry: &ServiceEntry) -> Vec<HospitalRef> {
    let offered = directory.hospitals.values().filter(|house| directory.is_offered(entry.service.id, house.id));
    let mut hospitals: Vec<HospitalRef> = offered.cloned().collect();
    hospitals.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    hospitals
}
