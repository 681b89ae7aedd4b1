import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { asApiError } from "../api/problem";
import { keys } from "../api/query";
import { rotaApi } from "../api/rota";
import type { RotaPlan, RotaView, ServiceId } from "../api/types";
import { begin, edited, redone, undone, type History } from "./edits";
import { firstOf, instantOf, shiftMonth, type Month } from "./zoneTime";

/** A service's month as it is planned, and the hands that change it. Edits are written one after the other. */
export function useRota(service: ServiceId, zone: string, month: Month) {
  const client = useQueryClient();
  const from = instantOf(`${firstOf(month)}T00:00:00`, zone);
  const until = instantOf(`${firstOf(shiftMonth(month, 1))}T00:00:00`, zone);
  const view = useQuery({
    queryKey: [...keys.rota, service, from],
    queryFn: () => rotaApi.rota(service, from, until),
    placeholderData: keepPreviousData,
  });
  const [history, setHistory] = useState<History>();
  const rev = useRef(0);
  const reread = () => client.invalidateQueries({ queryKey: keys.rota });

  const save = useMutation({
    scope: { id: `draft ${service}` },
    mutationFn: async (plan: RotaPlan) => {
      await rotaApi.putDraft(service, { plan, rev: rev.current });
      rev.current += 1;
    },
    // What could not be written is not there: the page shows what is.
    onError: () => setHistory(undefined),
    onSettled: reread,
  });
  const isSaving = save.isPending;
  const known = view.data?.draft?.rev ?? 0;
  useEffect(() => {
    if (!isSaving) rev.current = known;
  }, [known, isSaving]);

  const plan = history?.plan ?? planOf(view.data, zone);
  const go = (next: History | undefined) => {
    if (!next) return false;
    setHistory(next);
    save.mutate(next.plan);
    return true;
  };
  const forget = async () => {
    setHistory(undefined);
    await reread();
  };
  return {
    view,
    plan,
    isSaving,
    /** The view does not know the last edits yet. */
    isBehind: history !== undefined && (isSaving || view.isFetching),
    /** Somebody else plans as well, or the server could not be reached. */
    error: save.error,
    isOvertaken: asApiError(save.error)?.code === "conflict",
    edit: (next: RotaPlan) => go(edited(history ?? begin(plan), next)),
    undo: () => go(history && undone(history)),
    redo: () => go(history && redone(history)),
    canUndo: (history?.past.length ?? 0) > 0,
    canRedo: (history?.future.length ?? 0) > 0,
    discard: async () => {
      await rotaApi.deleteDraft(service, known);
      await forget();
    },
    publish: async (note: string) => {
      await rotaApi.publish(service, { rev: known, note });
      await forget();
    },
    restore: async (revision: number) => {
      await rotaApi.restore(service, revision);
      await forget();
    },
    reread,
  };
}

function planOf(view: RotaView | undefined, zone: string): RotaPlan {
  return view?.draft?.plan ?? view?.published ?? { zone, land: null, layers: [], temporaries: [], overrides: [] };
}
