/** Typed requests to the broker. Every failure is an {@link ApiError}. */

import { learnServerTime } from "./clock";
import { heard } from "./contact";
import { ApiError, problemOf } from "./problem";
import type {
  Action,
  Board,
  BreakGlass,
  ChangePassword,
  CheckTickets,
  Colleague,
  ConsultDetail,
  ConsultId,
  ConsultSummary,
  DeclareStudy,
  Duty,
  GlassBroken,
  GuestLink,
  InviteGuest,
  MatchExplanation,
  Me,
  NewConsult,
  PhoneLink,
  RedeemLink,
  RoomTicket,
  Service,
  SessionId,
  SessionInfo,
  SignIn,
  SignReport,
  StudyId,
  StudyStatus,
  TicketRequest,
} from "./types";

/** Longest wait for an answer. More leaves a doctor looking at a spinner; less gives up on a slow mobile network. */
const TIMEOUT_MS = 15_000;

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  /** Sign-in itself: sends no anti-forgery token and does not lead to the sign-in page. */
  anonymous?: boolean;
  /** Anti-forgery token of somebody who is not signed in: a guest. */
  csrf?: string;
  signal?: AbortSignal;
}

let session: Promise<Me> | null = null;

/** Who is signed in; asked once per page. */
export function me(): Promise<Me> {
  session ??= request<Me>("/api/session").catch((error: unknown) => {
    session = null;
    throw error;
  });
  return session;
}

/** The anti-forgery header for requests that do not go through this module (STOW-RS). */
export async function csrfHeader(): Promise<Record<string, string>> {
  return { "X-CSRF-Token": (await me()).csrf_token };
}

/** Forgets the token, so that the next request asks for it again. */
export function forgetSession(): void {
  session = null;
}

/** What this tab kept goes with the person: drafts of reports are patient data. */
function forgetTab(): void {
  try {
    sessionStorage.clear();
  } catch {
    // Storage is forbidden: nothing was kept.
  }
}

/** Leads to the sign-in page and back again; used when a session has ended. */
export function goToSignIn(): void {
  const next = location.pathname + location.search + location.hash;
  location.assign(`/login?next=${encodeURIComponent(next)}`);
}

/**
 * `fetch` that turns network failures and error statuses into {@link ApiError}. `isAnswer` lets error statuses through
 * whose body says more than a problem would (STOW-RS).
 */
export async function send(
  url: string,
  init: RequestInit,
  timeoutMs = TIMEOUT_MS,
  isAnswer: (response: Response) => boolean = (response) => response.ok,
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const sentAt = Date.now();
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError("offline", 0);
  }
  heard();
  learnServerTime(response.headers.get("date"), sentAt, Date.now());
  if (!isAnswer(response)) throw await problemOf(response);
  return response;
}

/** One request of JSON for JSON; the modules of the other pages (`admin.ts`, `privacy.ts`, `guest.ts`) use it too. */
export async function request<T>(url: string, options: RequestOptions = {}): Promise<T> {
  try {
    return await attempt<T>(url, options);
  } catch (error) {
    if (!(error instanceof ApiError) || options.anonymous) throw error;
    if (error.code === "csrf_failed" && options.method !== undefined) {
      // Signed in again in another tab: the token is a new one.
      forgetSession();
      return attempt<T>(url, options);
    }
    if (error.code === "not_signed_in") goToSignIn();
    throw error;
  }
}

async function attempt<T>(url: string, options: RequestOptions): Promise<T> {
  const method = options.method ?? "GET";
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.csrf !== undefined) headers["X-CSRF-Token"] = options.csrf;
  else if (method !== "GET" && !options.anonymous) Object.assign(headers, await csrfHeader());
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  const response = await send(url, {
    method,
    headers,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError("unknown", response.status);
  }
}

const consult = (id: ConsultId) => `/api/consults/${encodeURIComponent(id)}`;

export const ticketRequest = (device: string | undefined): TicketRequest => (device === undefined ? {} : { device });

/** Address of the report as PDF; the current version unless one is named. */
export const reportPdf = (id: ConsultId, version?: number): string =>
  `${consult(id)}/report.pdf${version === undefined ? "" : `?version=${version}`}`;

/** One function for each route that the consult's pages use. */
export const api = {
  me,
  async signIn(body: SignIn): Promise<Me> {
    forgetSession();
    const signedIn = await request<Me>("/api/session", { method: "POST", body, anonymous: true });
    session = Promise.resolve(signedIn);
    return signedIn;
  },
  /** Signs in by a link that works once. */
  async redeemLink(body: RedeemLink): Promise<Me> {
    forgetSession();
    const signedIn = await request<Me>("/api/session/link", { method: "POST", body, anonymous: true });
    session = Promise.resolve(signedIn);
    return signedIn;
  },
  changePassword: (body: ChangePassword) => request<undefined>("/api/session/password", { method: "PUT", body }),
  sessions: () => request<SessionInfo[]>("/api/me/sessions"),
  endSession: (id: SessionId) => request<undefined>(`/api/me/sessions/${encodeURIComponent(id)}`, { method: "DELETE" }),
  breakGlass: (body: BreakGlass) => request<GlassBroken>("/api/break-glass", { method: "POST", body }),
  async signOut(): Promise<void> {
    await request<undefined>("/api/session", { method: "DELETE" });
    forgetSession();
    forgetTab();
  },
  services: () => request<Service[]>("/api/services"),
  board: () => request<Board>("/api/board"),
  /** Those that the caller may see; only open ones unless `all`. */
  consults: (all = false) => request<ConsultSummary[]>(`/api/consults?all=${all}`),
  consult: (id: ConsultId) => request<ConsultDetail>(consult(id)),
  createConsult: (body: NewConsult) => request<ConsultDetail>("/api/consults", { method: "POST", body }),
  act: (id: ConsultId, body: Action) => request<ConsultDetail>(`${consult(id)}/actions`, { method: "POST", body }),
  signReport: (id: ConsultId, body: SignReport) =>
    request<ConsultDetail>(`${consult(id)}/report`, { method: "POST", body }),
  inviteGuest: (id: ConsultId, body: InviteGuest) => request<GuestLink>(`${consult(id)}/guests`, { method: "POST", body }),
  phoneLink: (id: ConsultId) => request<PhoneLink>(`${consult(id)}/phone-link`, { method: "POST" }),
  colleagues: (id: ConsultId) => request<Colleague[]>(`${consult(id)}/colleagues`),
  match: (id: ConsultId) => request<MatchExplanation[]>(`${consult(id)}/match`),
  declareStudy: (id: ConsultId, body: DeclareStudy) =>
    request<StudyStatus>(`${consult(id)}/studies`, { method: "POST", body }),
  /** Studies of the own house that belong to no consult yet. */
  inbox: () => request<StudyStatus[]>("/api/studies"),
  /** SOP Instance UIDs that have arrived. */
  receivedInstances: (id: StudyId) => request<string[]>(`/api/studies/${encodeURIComponent(id)}/instances`),
  /** `device`: its public key, base64url; none from a browser that cannot encrypt. */
  ticket: (id: ConsultId, signal: AbortSignal, device: string | undefined) =>
    request<RoomTicket>(`${consult(id)}/ticket`, { method: "POST", body: ticketRequest(device), signal }),
  checkTickets: (signal: AbortSignal) => request<CheckTickets>("/api/rooms/check", { method: "POST", signal }),
  duties: () => request<Duty[]>("/api/me/duties"),
};
