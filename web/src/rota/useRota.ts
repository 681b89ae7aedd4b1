import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../api/problem";
import { keys } from "../api/query";
import { rotaApi } from "../api/rota";
import type { PutDraft, RotaDraft, RotaPlan, RotaView, ServiceId } from "../api/types";
import { adopted, written, type Drafting } from "./drafting";
import { edited, redone, undone, type History } from "./edits";
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
  const [held, setHeld] = useState<Drafting>();
  const reread = () => client.invalidateQueries({ queryKey: keys.rota });
  /** The steps for undo go with the draft; what was refused is read again, since somebody else was faster. */
  const finish = async (work: Promise<unknown>) => {
    try {
      await work;
      setHeld(undefined);
    } finally {
      await reread();
    }
  };

  const save = useMutation({
    scope: { id: `draft ${service}` },
    mutationFn: (body: PutDraft) => rotaApi.putDraft(service, body),
    // What could not be written is not there: the page shows what is.
    onError: () => setHeld(undefined),
    onSettled: reread,
  });
  const isSaving = save.isPending;
  const { data } = view;
  const isSettled = !isSaving && !view.isFetching && !view.isPlaceholderData && !view.isError;
  const drafting = data && adopted(held, { ...stateOf(data, zone), at: view.dataUpdatedAt }, isSettled);
  if (drafting && drafting !== held) setHeld(drafting);

  const go = (next: History | undefined) => {
    if (!drafting || !next) return false;
    setHeld(written(drafting, next, Date.now()));
    save.mutate({ plan: next.plan, rev: drafting.rev, revision: drafting.revision });
    return true;
  };
  const history = drafting?.history;
  return {
    view,
    plan: history?.plan ?? emptyIn(zone),
    isSaving,
    /** The view does not know the last edits yet. */
    isBehind: drafting !== undefined && drafting.rev !== (data?.draft?.rev ?? 0),
    error: save.error,
    /** Somebody else plans as well. */
    isOvertaken: asApiError(save.error)?.code === "conflict",
    /** As `isOvertaken`, and it was noticed before anything was written. */
    isForeign: drafting?.isForeign ?? false,
    edit: (next: RotaPlan) => go(history && edited(history, next)),
    undo: () => go(history && undone(history)),
    redo: () => go(history && redone(history)),
    canUndo: (history?.past.length ?? 0) > 0,
    canRedo: (history?.future.length ?? 0) > 0,
    discard: ({ rev }: RotaDraft) => finish(rotaApi.deleteDraft(service, rev)),
    /** The draft as it is, upon what is published now. */
    rebase: ({ plan, rev }: RotaDraft) => finish(rotaApi.putDraft(service, { plan, rev, revision: data?.revision ?? 0, rebase: true })),
    publish: ({ rev }: RotaDraft, note: string) => finish(rotaApi.publish(service, { rev, note })),
    restore: (revision: number) => finish(rotaApi.restore(service, revision)),
    reread,
  };
}

const emptyIn = (zone: string): RotaPlan => ({ zone, land: null, layers: [], temporaries: [], overrides: [] });

function stateOf({ draft, published, revision }: RotaView, zone: string) {
  return { rev: draft?.rev ?? 0, revision, plan: draft?.plan ?? published ?? emptyIn(zone) };
}
