/** Requests of how a service asks its people. */

import { request } from "./client";
import type { DryRun, DryRunResult, PoliciesView, PolicyVersion, PutPolicies, RestorePolicies, ServiceId } from "./types";

const of = (service: ServiceId) => `/api/services/${encodeURIComponent(service)}/policies`;

export const policyApi = {
  policies: (service: ServiceId) => request<PoliciesView>(of(service)),
  put: (service: ServiceId, body: PutPolicies) => request<undefined>(of(service), { method: "PUT", body }),
  history: (service: ServiceId) => request<PolicyVersion[]>(`${of(service)}/history`),
  restore: (service: ServiceId, body: RestorePolicies) => request<undefined>(`${of(service)}/restore`, { method: "POST", body }),
  /** Who would be rung now. Rings nobody. */
  dryRun: (service: ServiceId, body: DryRun) => request<DryRunResult>(`${of(service)}/dry-run`, { method: "POST", body }),
};
