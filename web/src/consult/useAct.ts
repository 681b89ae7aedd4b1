import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { asApiError } from "../api/problem";
import { adopt, keys } from "../api/query";
import type { Action, ConsultDetail, ConsultId } from "../api/types";

export interface Act {
  /** Sends an action; `true` when it was carried out. A second one is not sent while the first is on its way. */
  act: (action: Action) => Promise<boolean>;
  /** The same for a request that is not one of the actions; its answer, where it is a consult, is taken in. */
  run: (name: string, request: () => Promise<ConsultDetail | undefined>) => Promise<boolean>;
  /** Name of what is on its way. */
  pending: string | null;
  error: unknown;
  clear: () => void;
}

/** Refusals that mean that what is on screen is out of date. */
const STALE = new Set(["wrong_state", "already_taken", "not_rung", "conflict"]);

/** Does something to one consult, takes the answer into the cache, and keeps what was in the way. */
export function useAct(id: ConsultId): Act {
  const client = useQueryClient();
  const [pending, setPending] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);

  const run = async (name: string, request: () => Promise<ConsultDetail | undefined>): Promise<boolean> => {
    if (pending !== null) return false;
    setPending(name);
    setError(null);
    try {
      const detail = await request();
      if (detail) adopt(client, detail);
      void client.invalidateQueries({ queryKey: keys.board });
      return true;
    } catch (failure) {
      setError(failure);
      if (STALE.has(asApiError(failure)?.code ?? "")) {
        void client.invalidateQueries({ queryKey: keys.consult(id) });
        void client.invalidateQueries({ queryKey: keys.consults });
      }
      return false;
    } finally {
      setPending(null);
    }
  };

  return {
    act: (action) => run(action.type, () => api.act(id, action)),
    run,
    pending,
    error,
    clear: () => setError(null),
  };
}
