/** Requests of the data-protection page. */

import { request } from "./client";
import type { AccessEntry, ConsultId, Export, ExportId, NamedConsult, NoticeId, NoticePage, Retention } from "./types";

const seg = encodeURIComponent;

export const privacyApi = {
  /** The newest ones, or those that are older than the last one of the list so far. */
  notices: (before: NoticeId | null) =>
    request<NoticePage>(`/api/privacy/notices${before === null ? "" : `?before=${seg(before)}`}`),
  noticeSeen: (id: NoticeId) => request<undefined>(`/api/privacy/notices/${seg(id)}/seen`, { method: "POST" }),
  /** Consults of a short name such as TK-7F3A. */
  namedConsults: (label: string) => request<NamedConsult[]>(`/api/privacy/consults/${seg(label)}`),
  accessLog: (id: ConsultId) => request<AccessEntry[]>(`/api/consults/${seg(id)}/access-log`),
  exports: () => request<Export[]>("/api/privacy/exports"),
  requestExport: (consult: ConsultId, body: { id: ExportId; reason: string }) =>
    request<Export>(`/api/consults/${seg(consult)}/exports`, { method: "POST", body }),
  decideExport: (id: ExportId, approve: boolean) =>
    request<Export>(`/api/privacy/exports/${seg(id)}/decision`, { method: "POST", body: { approve } }),
  /** Address of an approved export; downloading it counts. */
  exportFile: (id: ExportId) => `/api/privacy/exports/${seg(id)}/file`,
  retention: () => request<Retention>("/api/privacy/retention"),
};
