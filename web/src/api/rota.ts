/** Requests of rotas and absences. */

import { request } from "./client";
import type { Absence, AbsenceEffect, AbsenceId, Duty, DutyNote, PublishRota, PutAbsence, PutDraft, RotaVersion, RotaView, ServiceId, TakeOverDuty } from "./types";

const seg = encodeURIComponent;
const rota = (service: ServiceId) => `/api/services/${seg(service)}/rota`;

export const rotaApi = {
  rota: (service: ServiceId, from: number, until: number) => request<RotaView>(`${rota(service)}?from=${from}&until=${until}`),
  putDraft: (service: ServiceId, body: PutDraft) => request<undefined>(`${rota(service)}/draft`, { method: "PUT", body }),
  deleteDraft: (service: ServiceId, rev: number) => request<undefined>(`${rota(service)}/draft?rev=${rev}`, { method: "DELETE" }),
  publish: (service: ServiceId, body: PublishRota) => request<undefined>(`${rota(service)}/publish`, { method: "POST", body }),
  history: (service: ServiceId) => request<RotaVersion[]>(`${rota(service)}/history`),
  restore: (service: ServiceId, revision: number) => request<undefined>(`${rota(service)}/restore`, { method: "POST", body: { revision } }),
  takeOver: (service: ServiceId, body: TakeOverDuty) => request<Duty>(`${rota(service)}/take-over`, { method: "POST", body }),
  putAbsence: (id: AbsenceId, body: PutAbsence) => request<AbsenceEffect>(`/api/absences/${seg(id)}`, { method: "PUT", body }),
  myAbsences: () => request<Absence[]>("/api/me/absences"),
  notes: () => request<DutyNote[]>("/api/me/duty-notes"),
  /** Whatever was told until then has been read. */
  seeNotes: (until: number) => request<undefined>(`/api/me/duty-notes/seen?until=${until}`, { method: "POST" }),
  deleteAbsence: (id: AbsenceId) => request<undefined>(`/api/absences/${seg(id)}`, { method: "DELETE" }),
};
