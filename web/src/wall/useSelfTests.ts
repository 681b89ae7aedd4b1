import { useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import type { DutySelfTest } from "../api/types";

/** Tests are made at the beginning of a shift: nobody waits for the minute. */
const POLL_MS = 60_000;

/** The last self-test of everybody who is on duty now or soon. */
export const useSelfTests = () =>
  useQuery({
    queryKey: ["self-tests"],
    queryFn: () => request<DutySelfTest[]>("/api/self-tests"),
    refetchInterval: POLL_MS,
  });
