/** Requests of swaps, hand-overs and calendars. */

import { request } from "./client";
import type {
  AskSwap,
  Calendar,
  CalendarLink,
  DutyLevel,
  Feed,
  FeedEffect,
  HandOverView,
  PersonId,
  PutCalendar,
  PutFeed,
  RotaSettings,
  ServiceId,
  Swap,
  SwapCandidate,
  SwapStep,
} from "./types";

const seg = encodeURIComponent;

export interface CandidatesOf {
  readonly service: ServiceId;
  readonly level: DutyLevel;
  readonly from: number;
  readonly until: number;
  /** Whose duty it is; absent: the reader's. */
  readonly giver?: PersonId | undefined;
}

export const swapsApi = {
  swaps: () => request<Swap[]>("/api/swaps"),
  ask: (id: string, body: AskSwap) => request<undefined>(`/api/swaps/${seg(id)}`, { method: "PUT", body }),
  say: (id: string, body: SwapStep) => request<undefined>(`/api/swaps/${seg(id)}/steps`, { method: "POST", body }),
  candidates: ({ service, level, from, until, giver }: CandidatesOf) =>
    request<SwapCandidate[]>(
      `/api/services/${seg(service)}/swap-candidates?level=${level}&from=${from}&until=${until}${giver ? `&giver=${seg(giver)}` : ""}`,
    ),
  putSettings: (service: ServiceId, body: RotaSettings) =>
    request<undefined>(`/api/services/${seg(service)}/rota/settings`, { method: "PUT", body }),
  myHandOvers: () => request<HandOverView[]>("/api/me/hand-overs"),
  handOver: (service: ServiceId) => request<HandOverView>(`/api/services/${seg(service)}/hand-over`),
  putNote: (id: string, service_id: ServiceId, text: string) =>
    request<undefined>(`/api/hand-over-notes/${seg(id)}`, { method: "PUT", body: { service_id, text } }),
  calendars: () => request<Calendar[]>("/api/calendars"),
  putCalendar: (id: string, body: PutCalendar) => request<CalendarLink>(`/api/calendars/${seg(id)}`, { method: "PUT", body }),
  deleteCalendar: (id: string) => request<undefined>(`/api/calendars/${seg(id)}`, { method: "DELETE" }),
  feeds: () => request<Feed[]>("/api/feeds"),
  previewFeed: (id: string, body: PutFeed) => request<FeedEffect>(`/api/feeds/${seg(id)}/preview`, { method: "POST", body }),
  putFeed: (id: string, body: PutFeed) => request<FeedEffect>(`/api/feeds/${seg(id)}`, { method: "PUT", body }),
  deleteFeed: (id: string) => request<undefined>(`/api/feeds/${seg(id)}`, { method: "DELETE" }),
};
