/** Requests of wishes, and of what a rota is planned by. */

import { request } from "./client";
import type { MyWishes, PlanningFacts, PutPlanningRules, PutWishes, ServiceId } from "./types";

const service = (id: ServiceId) => `/api/services/${encodeURIComponent(id)}`;

export const planningApi = {
  /** `month` is `2026-12`. */
  myWishes: (month: string) => request<MyWishes[]>(`/api/me/wishes?month=${month}`),
  putWishes: (id: ServiceId, body: PutWishes) => request<undefined>(`${service(id)}/wishes`, { method: "PUT", body }),
  facts: (id: ServiceId, month: string, before: number) => request<PlanningFacts>(`${service(id)}/planning?month=${month}&before=${before}`),
  putRules: (id: ServiceId, body: PutPlanningRules) => request<undefined>(`${service(id)}/planning`, { method: "PUT", body }),
};
