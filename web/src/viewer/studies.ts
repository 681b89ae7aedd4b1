import { useQueries } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { send } from "../api/client";
import type { StudyStatus } from "../api/types";
import { inConsult, readStudy, type Dataset, type Series } from "./dicom";

/** Metadata of a large study take a while on a slow line; a frame that hangs must not look like a missing study. */
const TIMEOUT = 60_000;

/**
 * Least time between two readings while images arrive. More shows new slices later; less reads the metadata of a large
 * study again and again over a hospital's uplink.
 */
const REFRESH = 1500;

export interface LoadedStudy {
  readonly status: StudyStatus;
  readonly series: readonly Series[];
  readonly isLoading: boolean;
  readonly error: unknown;
}

/**
 * Series of the studies of a consult. While images still arrive, `received` grows (the live event brings it) and the
 * metadata are read again; what was there stays on screen meanwhile.
 */
export function useStudies(consultId: string, arriving: readonly StudyStatus[]): readonly LoadedStudy[] {
  const studies = usePaced(arriving, REFRESH);
  const results = useQueries({
    queries: studies.map((study) => ({
      queryKey: ["dicom", consultId, study.study_instance_uid, study.received] as const,
      queryFn: () => fetchSeries(consultId, study.study_instance_uid),
      enabled: study.received > 0,
      staleTime: Infinity,
      // Every number of images is another key: what is no longer shown must not pile up.
      gcTime: 0,
      // Only what was read of this very study: never another patient's images in its place.
      placeholderData: (before: Series[] | undefined, query?: { queryKey: readonly unknown[] }) =>
        query?.queryKey[1] === consultId && query.queryKey[2] === study.study_instance_uid ? before : undefined,
    })),
  });
  const data = results.map((result) => result.data);
  const key = results
    .map((result, i) => [studies[i]?.received, result.dataUpdatedAt, result.status, result.isFetching].join(":"))
    .join("|");
  return useMemo(
    () =>
      studies.map((status, i) => ({
        status,
        series: data[i] ?? [],
        isLoading: results[i]?.isLoading ?? false,
        error: results[i]?.error,
      })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for what of `results` matters
    [studies, key],
  );
}

/** `value`, but a new one at most every `ms`; the last one always comes through. */
function usePaced<T>(value: T, ms: number): T {
  const [shown, setShown] = useState({ value, at: 0 });
  useEffect(() => {
    if (shown.value === value) return;
    const timer = setTimeout(
      () => setShown({ value, at: performance.now() }),
      Math.max(0, shown.at + ms - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [value, shown, ms]);
  return shown.value;
}

async function fetchSeries(consultId: string, studyUid: string): Promise<Series[]> {
  const response = await send(
    inConsult(consultId, `/dicomweb/studies/${encodeURIComponent(studyUid)}/metadata`),
    { headers: { Accept: "application/dicom+json" } },
    TIMEOUT,
  );
  return readStudy((await response.json()) as Dataset[]);
}
