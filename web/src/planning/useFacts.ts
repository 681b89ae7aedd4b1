import { useQuery } from "@tanstack/react-query";
import { planningApi } from "../api/planning";
import { keys } from "../api/query";
import type { PlanningFacts, ServiceId } from "../api/types";
import type { WallDate } from "../rota/zoneTime";

/** What a month is planned by, with what people bore in the months before it. */
export function useFacts(service: ServiceId, first: WallDate, before: number) {
  const month = first.slice(0, 7);
  return useQuery({ queryKey: [...keys.rota, service, "facts", month, before], queryFn: (): Promise<PlanningFacts> => planningApi.facts(service, month, before) });
}
