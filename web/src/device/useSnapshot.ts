import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { heardBefore } from "../api/contact";
import { asApiError } from "../api/problem";
import { keys as liveKeys, useDuties, useMe, useServices } from "../api/query";
import type { Contacts, Me } from "../api/types";
import { deviceApi, keys } from "./api";
import { readSnapshot, writeSnapshot, type Snapshot } from "./snapshot";

/** How long an opening waits for the server before it shows what it knows. More leaves somebody with an empty screen at
 * the edge of the network; less flashes yesterday's duties on a slow one. */
const PATIENCE_MS = 2500;
/** Telephone numbers change rarely. */
const CONTACTS_EVERY = 600_000;
/** How often what is kept is marked as still right. */
const MARK_EVERY = 30_000;

export interface Known {
  me: Me | undefined;
  contacts: Contacts | null;
  /** What is shown was kept from the last time, and is as old as this says. */
  isOld: Snapshot | null;
}

/** Who is on call here, from the server, or without a network from what this device kept. */
export function useSnapshot(): Known {
  const client = useQueryClient();
  const me = useMe();
  const duties = useDuties();
  const services = useServices();
  const contacts = useQuery({ queryKey: keys.contacts, queryFn: deviceApi.contacts, refetchInterval: CONTACTS_EVERY });
  const [kept] = useState(readSnapshot);
  const [isPatient, setPatient] = useState(() => navigator.onLine);
  useEffect(() => {
    const end = setTimeout(() => setPatient(false), PATIENCE_MS);
    return () => clearTimeout(end);
  }, []);
  const hasFailed = me.isError && (asApiError(me.error)?.isTransient ?? false);
  const old = !me.data && (hasFailed || (me.isPending && !isPatient)) ? kept : null;
  useEffect(() => {
    if (!old) return;
    heardBefore(old.at);
    client.setQueryData(liveKeys.duties, (known: unknown) => known ?? old.duties, { updatedAt: old.at });
    client.setQueryData(liveKeys.services, (known: unknown) => known ?? old.services, { updatedAt: old.at });
  }, [client, old]);
  const [owner, own, served, whom] = [me.data, duties.data, services.data, contacts.data];
  useEffect(() => {
    if (!owner || !own || !served) return;
    const write = () => writeSnapshot({ me: owner, duties: own, services: served, contacts: whom ?? null });
    write();
    const timer = setInterval(write, MARK_EVERY);
    return () => clearInterval(timer);
  }, [owner, own, served, whom]);
  return { me: owner ?? old?.me, contacts: whom ?? kept?.contacts ?? null, isOld: old };
}
