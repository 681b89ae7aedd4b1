import { useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import type { BeginTest, DirectoryHouse, HospitalId, Onboarding, OnboardingStep } from "../api/types";

export const houseKeys = {
  directory: ["directory"] as const,
  onboarding: (id: HospitalId) => ["onboarding", id] as const,
};

/** A test that rings is looked at while somebody waits for its answer. */
const POLL_MS = 5_000;

export const useHouses = () =>
  useQuery({ queryKey: houseKeys.directory, queryFn: () => request<DirectoryHouse[]>("/api/directory"), staleTime: 60_000 });

const base = (id: HospitalId) => `/api/onboarding/${encodeURIComponent(id)}`;

export const useOnboarding = (id: HospitalId) =>
  useQuery({ queryKey: houseKeys.onboarding(id), queryFn: () => request<Onboarding>(base(id)), refetchInterval: POLL_MS });

export const putStep = (id: HospitalId, step: OnboardingStep, body: { is_done: boolean; note: string }) =>
  request<undefined>(`${base(id)}/${step}`, { method: "PUT", body });

export const beginTest = (id: HospitalId, body: BeginTest) =>
  request<undefined>(`${base(id)}/test-escalation`, { method: "POST", body });
