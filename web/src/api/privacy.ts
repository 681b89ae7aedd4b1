/** Requests of the data-protection page. */

import { request } from "./client";
import type { AccessEntry, ConsultId, Export, ExportId, Notice, NoticeId, Retention } from "./types";

const seg = encodeURIComponent;

export const privacyApi = {
  notices: () => request<Notice[]>("/api/privacy/notices"),
  noticeSeen: (id: NoticeId) => request<undefined>(`/api/privacy/notices/${seg(id)}/seen`, { method: "POST" }),
  accessLog: (id: ConsultId) => request<AccessEntry[]>(`/api/consults/${seg(id)}/access-log`),
  exports: () => request<Export[]>("/api/privacy/exports"),
  requestExport: (id: ConsultId, reason: string) =>
    request<Export>(`/api/consults/${seg(id)}/exports`, { method: "POST", body: { reason } }),
  decideExport: (id: ExportId, approve: boolean) =>
    request<Export>(`/api/privacy/exports/${seg(id)}/decision`, { method: "POST", body: { approve } }),
  /** Address of an approved export; downloading it counts. */
  exportFile: (id: ExportId) => `/api/privacy/exports/${seg(id)}/file`,
  retention: () => request<Retention>("/api/privacy/retention"),
};
