import { useQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "../api/query";
import { swapsApi } from "../api/swaps";

/** A hint that was lost costs at most this long. */
const POLL_MS = 30_000;

/** Swaps that concern the reader. Below `rota`, so that what invalidates rotas reads these again. */
export const useSwaps = () => useQuery({ queryKey: [...keys.rota, "swaps"], queryFn: swapsApi.swaps, refetchInterval: POLL_MS });

/** Reads everything again that hangs on duties. */
export function useRereadDuties() {
  const client = useQueryClient();
  return () => {
    for (const queryKey of [keys.rota, keys.duties, keys.board]) void client.invalidateQueries({ queryKey });
  };
}
