import { useQuery } from "@tanstack/react-query";
import { privacyApi } from "../api/privacy";
import { keys, useAllConsults, useMe } from "../api/query";
import type { ConsultId } from "../api/types";

/** The safety net behind the `notice` event. More leaves a broken glass unseen when the stream is dead; less is load. */
const POLL_MS = 60_000;

export const privacyKeys = {
  notices: [...keys.privacy, "notices"] as const,
  exports: [...keys.privacy, "exports"] as const,
  retention: [...keys.privacy, "retention"] as const,
  access: (id: ConsultId) => [...keys.privacy, "access", id] as const,
};

export const useNotices = (enabled = true) =>
  useQuery({ queryKey: privacyKeys.notices, queryFn: privacyApi.notices, refetchInterval: POLL_MS, enabled });
export const useExports = () =>
  useQuery({ queryKey: privacyKeys.exports, queryFn: privacyApi.exports, refetchInterval: POLL_MS });
export const useRetention = (enabled = true) =>
  useQuery({ queryKey: privacyKeys.retention, queryFn: privacyApi.retention, enabled });
export const useAccessLog = (id: ConsultId) =>
  useQuery({ queryKey: privacyKeys.access(id), queryFn: () => privacyApi.accessLog(id), staleTime: 0 });

/** Consults that this page has heard of, so that their short names can be typed. */
export function useKnownConsults(): ConsultId[] {
  const mayWatch = useMe().data?.roles.includes("data_protection") ?? false;
  const notices = useNotices(mayWatch).data ?? [];
  const exports = useExports().data ?? [];
  const retention = useRetention(mayWatch).data?.not_taken_over ?? [];
  // Whoever asks for an export of their own consult knows it from their list.
  const own = useAllConsults(!mayWatch).data ?? [];
  return [
    ...notices.map((notice) => notice.consult_id),
    ...exports.map((entry) => entry.consult_id),
    ...retention,
    ...own.map((consult) => consult.id),
  ];
}
