import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { privacyApi } from "../api/privacy";
import { keys } from "../api/query";
import type { ConsultId, NoticeId } from "../api/types";
import { nextPage } from "./noticeList";

/** The safety net behind the `notice` event. More leaves a broken glass unseen when the stream is dead; less is load. */
const POLL_MS = 60_000;

export const privacyKeys = {
  notices: [...keys.privacy, "notices"] as const,
  exports: [...keys.privacy, "exports"] as const,
  retention: [...keys.privacy, "retention"] as const,
  access: (id: ConsultId) => [...keys.privacy, "access", id] as const,
};

export const useNotices = (enabled = true) =>
  useInfiniteQuery({
    queryKey: privacyKeys.notices,
    queryFn: ({ pageParam }) => privacyApi.notices(pageParam),
    initialPageParam: null as NoticeId | null,
    getNextPageParam: nextPage,
    refetchInterval: POLL_MS,
    enabled,
  });
export const useExports = () =>
  useQuery({ queryKey: privacyKeys.exports, queryFn: privacyApi.exports, refetchInterval: POLL_MS });
export const useRetention = (enabled = true) =>
  useQuery({ queryKey: privacyKeys.retention, queryFn: privacyApi.retention, enabled });
export const useAccessLog = (id: ConsultId) =>
  useQuery({ queryKey: privacyKeys.access(id), queryFn: () => privacyApi.accessLog(id), staleTime: 0 });
