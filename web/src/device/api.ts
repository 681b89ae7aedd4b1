/** Requests about how one is reached, and about this device. */

import { request } from "../api/client";
import type { CallOut, ContactSettings, Contacts, SelfTest, SelfTestReport } from "../api/types";

const seg = encodeURIComponent;

export const deviceApi = {
  channels: () => request<ContactSettings>("/api/me/channels"),
  putChannels: (body: ContactSettings) => request<ContactSettings>("/api/me/channels", { method: "PUT", body }),
  deletePush: (id: string) => request<undefined>(`/api/me/push/${seg(id)}`, { method: "DELETE" }),
  contacts: () => request<Contacts>("/api/me/contacts"),
  callOuts: (from: number, until: number) => request<CallOut[]>(`/api/me/call-outs?from=${from}&until=${until}`),
  lastTest: () => request<SelfTest | null>("/api/me/self-test"),
  beginTest: (device: string | null) => request<SelfTest>("/api/me/self-test", { method: "POST", body: { device } }),
  reportTest: (id: string, body: SelfTestReport) => request<SelfTest>(`/api/me/self-test/${seg(id)}`, { method: "PUT", body }),
};

export const callOutsCsv = (from: number, until: number): string => `/api/me/call-outs.csv?from=${from}&until=${until}`;

export const keys = {
  channels: ["channels"] as const,
  contacts: ["contacts"] as const,
  callOuts: ["call-outs"] as const,
  selfTest: ["self-test"] as const,
};
