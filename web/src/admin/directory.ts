/** The directory as the administration reads and writes it. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { adminApi } from "../api/admin";
import { useEvents } from "../api/events";
import type { AdminDirectory } from "../api/types";

export const adminKeys = {
  directory: ["admin", "directory"] as const,
  sessions: ["admin", "sessions"] as const,
};

export const useDirectory = () => useQuery({ queryKey: adminKeys.directory, queryFn: adminApi.directory });

/** Reads the directory again whenever somebody has written it. */
export function useLiveDirectory(): void {
  const client = useQueryClient();
  useEvents((event) => {
    if (event.type === "hello" || event.type === "board") void client.invalidateQueries({ queryKey: adminKeys.directory });
  });
}

/** The directory as it is now, whatever the cache holds. */
export function useFreshDirectory(): () => Promise<AdminDirectory> {
  const client = useQueryClient();
  return () => client.fetchQuery({ queryKey: adminKeys.directory, queryFn: adminApi.directory, staleTime: 0 });
}

/** Names by id, for lists. */
export function namesOf(entries: readonly { id: string; name: string }[]): ReadonlyMap<string, string> {
  return new Map(entries.map((entry) => [entry.id, entry.name]));
}

/** Whether every word of `search` is in one of the texts; upper and lower case and accents are the same. */
export function matches(search: string, texts: readonly (string | null | undefined)[]): boolean {
  const fold = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const all = fold(texts.filter(Boolean).join("\n"));
  return fold(search)
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** Entries of a list at once. More makes typing in the search field slow; less hides what could be scrolled to. */
export const SHOWN = 100;

/** In the order a reader of `locale` expects. */
export function byName<T extends { name: string }>(entries: readonly T[], locale: string): T[] {
  return [...entries].sort((a, b) => a.name.localeCompare(b.name, locale));
}
