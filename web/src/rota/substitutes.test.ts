import { expect, it } from "vitest";
import type { RotaView } from "../api/types";
import { isFree, ranked, replaced } from "./substitutes";
import { instantOf } from "./zoneTime";

const ZONE = "Europe/Berlin";
const NOW = instantOf("2026-11-27T02:07:00", ZONE);
const who = (id: string) => ({ id, name: id, hospital_id: "h", hospital: "H", phone: null });
const burden = (hours: number) => ({ duty: hours * 3600, nights: 0, weekends: 0, holidays: 0, call_outs: 0, weight: hours * 3600 });
const able = (id: string, hours: number, more = {}) => ({ person: who(id), qualified: true, has_contract: true, contracts: [], burden: burden(hours), even: 0, ...more });
const duty = (id: string, level: "primary" | "secondary") => ({
  service_id: "s", level, kind: "on_call" as const, person: who(id), from: NOW - 3_600_000, until: NOW + 3_600_000, is_override: false,
});

it("who may and is free comes first, then who has worked least; who is away, or there already, cannot", () => {
  const view = {
    service: { zone: ZONE },
    people: [able("worked", 20), able("fresh", 0), able("second", 1), able("first", 0), able("ill", 0), able("other", 0, { qualified: false }), able("apart", 0, { has_contract: false })],
    duties: [duty("first", "primary"), duty("second", "secondary")],
    absences: [{ id: "a", person: who("ill"), kind: "sick", zone: ZONE, from: "2026-11-27T00:00:00", until: "2026-11-28T00:00:00" }],
  } as unknown as RotaView;
  const list = ranked(view, "primary", NOW);
  expect(list.map(({ person }) => person.id)).toEqual(["fresh", "worked", "second", "apart", "ill", "other", "first"]);
  expect(list.filter(({ isAble }) => isAble)).toHaveLength(4);
  expect(list[2]!.reasons.map(({ text }) => text)).toEqual(["onDuty", "hours"]);
  expect(ranked(view, "backup", NOW).find(({ person }) => person.id === "first")!.isAble).toBe(true);
});

it("asked are those who are free; replaced is who is on, or would be and is away", () => {
  const view = {
    service: { zone: ZONE },
    people: [able("free", 0), able("second", 0), able("apart", 0, { has_contract: false })],
    duties: [duty("second", "secondary")],
    absences: [],
    conflicts: [{ kind: "absent", level: "primary", person: who("ill"), from: NOW - 1000, until: NOW + 5000 }],
  } as unknown as RotaView;
  expect(ranked(view, "primary", NOW).filter(isFree).map(({ person }) => person.id)).toEqual(["free"]);
  expect(replaced(view, "secondary", NOW)).toEqual({ person: "second", until: NOW + 3_600_000 });
  expect(replaced(view, "primary", NOW)).toEqual({ person: "ill", until: NOW + 5000 });
  expect(replaced(view, "backup", NOW)).toBeUndefined();
});
