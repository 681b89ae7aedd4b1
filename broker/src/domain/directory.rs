//! Who is asking: the part of a person that decisions depend on.

use schemas::{ConsultId, HospitalId, NetworkId, PersonId, directory::Role};
use serde::{Deserialize, Serialize};

/// A signed-in person, as far as the access table and the consult machine need to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub person_id: PersonId,
    pub hospital_id: HospitalId,
    pub roles: Vec<Role>,
    /// Provider networks that this person works for; a coordinator coordinates these and no others.
    pub networks: Vec<NetworkId>,
    /// The session came by a telephone's QR code: it reaches this consult and nothing else.
    #[serde(default)]
    pub only_consult: Option<ConsultId>,
}

impl Actor {
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Is a coordinator of that network.
    pub fn coordinates(&self, network: NetworkId) -> bool {
        self.has_role(Role::Coordinator) && self.networks.contains(&network)
    }
}
