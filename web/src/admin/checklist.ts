/** What is missing until a first consult can ring somebody. Pure. */

import type { AdminDirectory, AdminPerson, AdminService } from "../api/types";

export type StepName = "hospitals" | "network" | "service" | "people" | "contract" | "turns";

export interface Step {
  name: StepName;
  isDone: boolean;
  /** Where it is done. */
  href: string;
}

/** The steps in the order in which each needs those before it. */
export function setupSteps(directory: AdminDirectory): Step[] {
  const { hospitals, networks, services, contracts } = directory;
  const reachable = contracts.filter((contract) => {
    const service = services.find(({ id }) => id === contract.service_id);
    const providers = service ? candidates(directory, service) : [];
    return (
      providers.some((person) => person.hospital_id === contract.provider_hospital_id) &&
      referrers(directory).some((person) => person.hospital_id === contract.hospital_id)
    );
  });
  const isOnTurn = reachable.some((contract) => {
    const service = services.find(({ id }) => id === contract.service_id);
    return service !== undefined && hasTurns(directory, service, contract.provider_hospital_id);
  });
  const canAsk = referrers(directory).length > 0;
  const canAnswer = services.some((service) => candidates(directory, service).length > 0);
  const first = services[0]?.id;
  return [
    { name: "hospitals", isDone: hospitals.length > 1 || contracts.length > 0, href: "#/hospitals/new" },
    { name: "network", isDone: networks.length > 0, href: "#/networks/new" },
    { name: "service", isDone: services.length > 0, href: "#/services/new" },
    { name: "people", isDone: canAsk && canAnswer, href: "#/people/new" },
    { name: "contract", isDone: reachable.length > 0, href: "#/contracts" },
    { name: "turns", isDone: isOnTurn, href: first === undefined ? "#/services" : `#/services/${first}` },
  ];
}

/** Who may be on duty for a service: active, a specialist, qualified for it, of its network. */
export function candidates(directory: AdminDirectory, service: Pick<AdminService, "network_id" | "specialty">): AdminPerson[] {
  return directory.people.filter(
    (person) =>
      person.active &&
      person.roles.includes("specialist") &&
      person.qualifications.includes(service.specialty) &&
      person.networks.includes(service.network_id),
  );
}

const referrers = (directory: AdminDirectory) =>
  directory.people.filter((person) => person.active && person.roles.includes("referrer"));

/** A rota that is more than weekly turns counts: somebody has planned it. */
function hasTurns(directory: AdminDirectory, service: AdminService, hospital: string): boolean {
  if (service.turns.some((turns) => !turns.is_whole_rota)) return true;
  const able = candidates(directory, service).filter((person) => person.hospital_id === hospital);
  return service.turns.some(
    (turns) => turns.level === "primary" && turns.people.some((id) => able.some((person) => person.id === id)),
  );
}
