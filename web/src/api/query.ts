/** TanStack Query set up for this broker: live events invalidate, polling is only the safety net behind them. */

import { QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import { useEvents } from "./events";
import { asApiError } from "./problem";
import type { ConsultDetail, ConsultId, ConsultSummary, LiveEvent } from "./types";

/** Reads again without any event. More leaves a stale screen longer when the stream is dead; less is load for nothing. */
const SAFETY_POLL_MS = 30_000;

export const keys = {
  me: ["me"] as const,
  services: ["services"] as const,
  board: ["board"] as const,
  duties: ["duties"] as const,
  /** Plans, their history, and what people are told of them. */
  rota: ["rota"] as const,
  inbox: ["inbox"] as const,
  consults: ["consults"] as const,
  consult: (id: ConsultId) => ["consult", id] as const,
  match: (id: ConsultId) => ["match", id] as const,
  /** Closed ones too. Below `consults`, so that what invalidates those reads these again. */
  allConsults: ["consults", "all"] as const,
  colleagues: (id: ConsultId) => ["colleagues", id] as const,
  sessions: ["sessions"] as const,
  /** Everything of the data-protection page begins with this. */
  privacy: ["privacy"] as const,
};

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < 2 && (asApiError(error)?.isTransient ?? false),
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

export const useMe = () => useQuery({ queryKey: keys.me, queryFn: api.me, staleTime: Infinity });
export const useServices = () => useQuery({ queryKey: keys.services, queryFn: api.services, staleTime: 60_000 });
export const useBoard = () => useQuery({ queryKey: keys.board, queryFn: api.board, refetchInterval: SAFETY_POLL_MS });
export const useDuties = () => useQuery({ queryKey: keys.duties, queryFn: api.duties, refetchInterval: SAFETY_POLL_MS });
export const useInbox = (enabled: boolean) =>
  useQuery({ queryKey: keys.inbox, queryFn: api.inbox, enabled, refetchInterval: SAFETY_POLL_MS });

/** Open consults that the caller may see. */
export const useConsults = () =>
  useQuery({ queryKey: keys.consults, queryFn: () => api.consults(), refetchInterval: SAFETY_POLL_MS });

/** Closed and cancelled ones as well. */
export const useAllConsults = (enabled: boolean) =>
  useQuery({ queryKey: keys.allConsults, queryFn: () => api.consults(true), enabled });

export const useConsult = (id: ConsultId | null) =>
  useQuery({
    queryKey: keys.consult(id ?? ""),
    queryFn: () => api.consult(id ?? ""),
    enabled: id !== null,
    refetchInterval: SAFETY_POLL_MS,
  });

export const useMatch = (id: ConsultId) => useQuery({ queryKey: keys.match(id), queryFn: () => api.match(id) });

/** Who may take the consult over or help; read anew whenever it is asked for, because duty and business change. */
export const useColleagues = (id: ConsultId, enabled: boolean) =>
  useQuery({ queryKey: keys.colleagues(id), queryFn: () => api.colleagues(id), enabled, staleTime: 0 });

export const useSessions = () => useQuery({ queryKey: keys.sessions, queryFn: api.sessions, staleTime: 0 });

/** Takes an answer to an action into the cache at once, so that the screen does not wait for the event. */
export function adopt(client: QueryClient, detail: ConsultDetail): void {
  client.setQueryData(keys.consult(detail.summary.id), detail);
  client.setQueryData<ConsultSummary[]>(keys.consults, (list) => merge(list, detail.summary));
}

/** Takes out a consult that was declined: who declines may not see it any more, and a question for it finds nothing. */
export function forget(client: QueryClient, id: ConsultId): void {
  for (const key of [keys.consults, keys.allConsults])
    client.setQueryData<ConsultSummary[]>(key, (list) => list?.filter((consult) => consult.id !== id));
  client.removeQueries({ queryKey: keys.consult(id) });
  void client.invalidateQueries({ queryKey: keys.consults });
}

/** Keeps the cache up to date with the live events. */
export function useLiveCache(options: { exclusive?: boolean } = {}): void {
  const client = useQueryClient();
  useEvents((event) => applyEvent(client, event), options);
}

export function applyEvent(client: QueryClient, event: LiveEvent): void {
  switch (event.type) {
    case "hello":
      void client.invalidateQueries();
      return;
    case "consult":
    case "ring":
      client.setQueryData<ConsultSummary[]>(keys.consults, (list) => merge(list, event.summary));
      client.setQueryData<ConsultSummary[]>(keys.allConsults, (list) => merge(list, event.summary));
      void client.invalidateQueries({ queryKey: keys.consult(event.summary.id) });
      void client.invalidateQueries({ queryKey: keys.match(event.summary.id) });
      void client.invalidateQueries({ queryKey: keys.board });
      return;
    case "ring_ended":
      void readUnlessGone(client, event.consult_id);
      return;
    // The lists change by the `consult` event that comes with it.
    case "guest_waits":
      void client.invalidateQueries({ queryKey: keys.consult(event.consult_id) });
      return;
    case "study_progress":
      void client.invalidateQueries({ queryKey: keys.consult(event.consult_id) });
      void client.invalidateQueries({ queryKey: keys.inbox });
      return;
    case "notice":
      void client.invalidateQueries({ queryKey: keys.privacy });
      return;
    case "board":
      void client.invalidateQueries({ queryKey: keys.board });
      void client.invalidateQueries({ queryKey: keys.duties });
      void client.invalidateQueries({ queryKey: keys.rota });
      void client.invalidateQueries({ queryKey: keys.services });
      return;
  }
}

/** Whoever has declined, perhaps in another tab, may not see the consult any more: the list tells. */
async function readUnlessGone(client: QueryClient, id: ConsultId): Promise<void> {
  await client.invalidateQueries({ queryKey: keys.consults });
  const list = client.getQueryData<ConsultSummary[]>(keys.consults);
  if (list?.some((consult) => consult.id === id) ?? true)
    await client.invalidateQueries({ queryKey: keys.consult(id) });
}

/** `list` with `summary` in it, unless the list has a newer one; a list that was never read stays unread. */
export function merge(list: ConsultSummary[] | undefined, summary: ConsultSummary): ConsultSummary[] | undefined {
  if (list === undefined) return undefined;
  const old = list.find((consult) => consult.id === summary.id);
  if (old && old.seq > summary.seq) return list;
  return old ? list.map((consult) => (consult === old ? summary : consult)) : [summary, ...list];
}
