import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { policyApi } from "../api/policy";
import { asApiError } from "../api/problem";
import type { Policies, Service, ServiceId } from "../api/types";

/** As much of a service as its escalation needs: coordinators and administrators know it by different names. */
export type KeptService = Pick<Service, "id" | "name" | "zone">;

export const keyOfPolicies = (service: ServiceId) => ["policies", service] as const;

/** A service's policies as they are stored, and as they are being edited. */
export function usePolicies(service: ServiceId) {
  const client = useQueryClient();
  const view = useQuery({ queryKey: keyOfPolicies(service), queryFn: () => policyApi.policies(service) });
  // With the revision that it was made from: what somebody else writes meanwhile is not overwritten.
  const [draft, setDraft] = useState<{ policies: Policies; revision: number }>();
  const current = view.data?.current;
  const reload = async () => {
    setDraft(undefined);
    await client.invalidateQueries({ queryKey: keyOfPolicies(service) });
  };
  const save = useMutation({
    mutationFn: (note: string) => policyApi.put(service, { ...draft!, note }),
    onSuccess: reload,
  });
  const restore = useMutation({
    mutationFn: (of: number) => policyApi.restore(service, { revision: current?.revision ?? 0, of }),
    onSuccess: reload,
  });
  const error = save.error ?? restore.error;
  return {
    view,
    policies: draft?.policies ?? current?.policies,
    isChanged: draft !== undefined,
    edit: (policies: Policies) => {
      save.reset();
      restore.reset();
      setDraft({ policies, revision: draft?.revision ?? current?.revision ?? 0 });
    },
    save,
    restore,
    error,
    isOvertaken: asApiError(error)?.code === "conflict",
    reload: () => {
      save.reset();
      restore.reset();
      void reload();
    },
  };
}
