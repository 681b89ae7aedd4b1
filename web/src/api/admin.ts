/** Requests of the administration and of the first start. */

import { request } from "./client";
import type {
  AdminDirectory,
  AdminHospital,
  AdminNetwork,
  AdminPerson,
  AdminService,
  Contract,
  Me,
  PersonId,
  SessionId,
  SessionInfo,
  Setup,
  SignInLink,
} from "./types";

const seg = encodeURIComponent;
const put = (kind: string, body: { id: string }) =>
  request<unknown>(`/api/admin/${kind}/${seg(body.id)}`, { method: "PUT", body });

export const adminApi = {
  directory: () => request<AdminDirectory>("/api/admin/directory"),
  putHospital: (body: AdminHospital) => put("hospitals", body),
  putNetwork: (body: AdminNetwork) => put("networks", body),
  putService: (body: AdminService) => put("services", body),
  putPerson: (body: AdminPerson) => put("people", body),
  addContract: (body: Contract) => request<unknown>("/api/admin/contracts", { method: "PUT", body }),
  removeContract: (body: Contract) => request<unknown>("/api/admin/contracts", { method: "DELETE", body }),
  /** `forgetPassword`: the old one goes, with every session of that person. */
  signInLink: (id: PersonId, forgetPassword: boolean) =>
    request<SignInLink>(`/api/admin/people/${seg(id)}/link`, {
      method: "POST",
      body: { forget_password: forgetPassword },
    }),
  sessions: () => request<SessionInfo[]>("/api/admin/sessions"),
  endSession: (id: SessionId) => request<undefined>(`/api/admin/sessions/${seg(id)}`, { method: "DELETE" }),
  setupNeeded: () => request<{ needed: boolean }>("/api/setup", { anonymous: true }),
  setUp: (body: Setup) => request<Me>("/api/setup", { method: "POST", body, anonymous: true }),
};
