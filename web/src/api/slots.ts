/** Requests of appointments. */

import { useQuery, type QueryClient } from "@tanstack/react-query";
import { request } from "./client";
import { asApiError } from "./problem";
import type { ConsultId, PlacementProposal, SendPlacements, SentPlacements, ServiceBooking, ServiceId, SlotList } from "./types";

const seg = encodeURIComponent;
const of = (service: ServiceId) => `/api/services/${seg(service)}`;

export const slotsApi = {
  slots: (service: ServiceId, consult: ConsultId | null) =>
    request<SlotList>(`${of(service)}/slots${consult === null ? "" : `?consult=${seg(consult)}`}`),
  rules: (service: ServiceId) => request<ServiceBooking>(`${of(service)}/booking`),
  putRules: (service: ServiceId, body: ServiceBooking) => request<undefined>(`${of(service)}/booking`, { method: "PUT", body }),
  placements: (service: ServiceId) => request<PlacementProposal>(`${of(service)}/placements`),
  send: (service: ServiceId, body: SendPlacements) =>
    request<SentPlacements>(`${of(service)}/placements`, { method: "POST", body }),
};

export const slotKeys = {
  slots: (service: ServiceId, consult: ConsultId | null) => ["slots", service, consult] as const,
  rules: (service: ServiceId) => ["slots", service, "rules"] as const,
  placements: (service: ServiceId) => ["slots", service, "placements"] as const,
};

/** What can be booked: read anew while somebody picks, because others do too. */
export const useSlots = (service: ServiceId | null, consult: ConsultId | null, enabled = true) =>
  useQuery({
    queryKey: slotKeys.slots(service ?? "", consult),
    queryFn: () => slotsApi.slots(service ?? "", consult),
    enabled: enabled && service !== null,
    refetchInterval: 20_000,
  });

/** Somebody was faster: what is free now comes with the refusal. `true` when it was that. */
export function adoptFreeSlots(client: QueryClient, service: ServiceId, consult: ConsultId | null, error: unknown): boolean {
  const failure = asApiError(error);
  if (failure?.code !== "slot_taken") return false;
  const slots = [...(failure.slots ?? [])];
  client.setQueryData<SlotList>(slotKeys.slots(service, consult), (old) => old && { ...old, slots });
  void client.invalidateQueries({ queryKey: slotKeys.slots(service, consult) });
  return true;
}
