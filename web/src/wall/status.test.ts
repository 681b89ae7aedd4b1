import { describe, expect, test } from "vitest";
import type { BoardService, ConsultSummary, Duty, DutyLevel, DutySelfTest } from "../api/types";
import { GAP_SOON_MS, PAGE_MS, pageOf, rowsOf, shortTime, siteLight, sitesShown, type Facts } from "./status";

const NOW = 1_000_000_000;
const HOUR = 3_600_000;

const duty = (id: string, level: DutyLevel): Duty => ({
  service_id: "s",
  level,
  kind: "on_call",
  person: { id, name: `Dr. ${id}`, hospital_id: "h", hospital: "Haus", phone: null },
  from: NOW - HOUR,
  until: NOW + HOUR,
  is_override: false,
});

const entry = (change: Partial<BoardService> = {}): BoardService => ({
  service: { id: "s", name: "Schlaganfall", specialty: "stroke_neurology", network_id: "n", network: "N", fallback_phone: "1", zone: "Europe/Berlin" },
  on_duty: [duty("a", "primary"), duty("b", "secondary")],
  next: [],
  gap_at: null,
  open: 0,
  resting: [],
  sites: [],
  ...change,
});

const consult = (change: Partial<ConsultSummary>) =>
  ({ id: "c", label: "TK-1", service: { id: "s" }, state: "ringing", created_at: NOW - 90_000, alarm: null, is_test: false, ...change }) as ConsultSummary;

const row = (service: BoardService, change: Partial<Facts> = {}) => {
  const [only] = rowsOf({ services: [service], consults: [], tests: null, now: NOW, ...change });
  if (!only) throw new Error("a row");
  return { light: only.light, reasons: only.reasons.map(({ kind }) => kind), row: only };
};

const tested = (id: string, passed: boolean | null): DutySelfTest => ({
  person: duty(id, "primary").person,
  person_id: id,
  test: passed === null ? null : { id: "t", person: duty(id, "primary").person, started_at: NOW - HOUR, push_ms: 9, push_fault: null, report: { sound: null, camera: null, microphone: null, path: null }, passed },
});

describe("a light", () => {
  test("is green while first and second duty are there and nothing comes near", () => {
    expect(row(entry())).toMatchObject({ light: "green", reasons: [] });
    expect(row(entry({ gap_at: NOW + GAP_SOON_MS })).light).toBe("green");
  });

  test("is red when nobody has first duty, whoever else has", () => {
    expect(row(entry({ on_duty: [] }))).toMatchObject({ light: "red", reasons: ["nobody"] });
    expect(row(entry({ on_duty: [duty("b", "secondary"), duty("c", "backup")] }))).toMatchObject({ light: "red", reasons: ["nobody"] });
    const over = { ...duty("a", "primary"), until: NOW };
    expect(row(entry({ on_duty: [over] })).light).toBe("red");
  });

  test("is red when all who are on duty are resting, yellow when one of them is", () => {
    expect(row(entry({ resting: ["a", "b"] }))).toMatchObject({ light: "red", reasons: ["all_resting"] });
    expect(row(entry({ resting: ["a"] }))).toMatchObject({ light: "yellow", reasons: ["resting"] });
  });

  test("is red under an alarm that somebody must act on, yellow under a late one, and a test alarms nobody", () => {
    expect(row(entry(), { consults: [consult({ alarm: "ladder_exhausted" })] })).toMatchObject({ light: "red", reasons: ["alarm"] });
    expect(row(entry(), { consults: [consult({ alarm: "answer_late" })] })).toMatchObject({ light: "yellow", reasons: ["alarm"] });
    expect(row(entry(), { consults: [consult({ alarm: "ladder_exhausted", is_test: true })] }).light).toBe("green");
  });

  test("is yellow for a gap within a day, one person alone, and a failed self-test", () => {
    expect(row(entry({ gap_at: NOW + GAP_SOON_MS - 1 })).reasons).toEqual(["gap"]);
    expect(row(entry({ on_duty: [duty("a", "primary"), duty("a", "secondary")] })).reasons).toEqual(["alone"]);
    expect(row(entry(), { tests: [tested("a", false), tested("b", true)] })).toMatchObject({ light: "yellow", reasons: ["test_failed"] });
    const fine = row(entry(), { tests: [tested("a", true), tested("b", null)] });
    expect(fine).toMatchObject({ light: "green", row: { tests: { passed: 1, of: 2, last: NOW - HOUR } } });
  });

  test("of a house is that of who works for it", () => {
    const site = (...covered_by: DutyLevel[]) => ({ id: "h", name: "Tannbach", covered_by });
    expect([siteLight(site("primary", "backup")), siteLight(site("backup")), siteLight(site())]).toEqual(["green", "yellow", "red"]);
    expect(row(entry({ sites: [site()] }))).toMatchObject({ light: "yellow", reasons: ["site"] });
    expect(row(entry({ sites: [site("backup"), site("primary")] }))).toMatchObject({ light: "yellow", reasons: ["site_reserve"] });
  });
});

test("of many houses the worst are shown, and how many more there are", () => {
  const site = (name: string, ...covered_by: DutyLevel[]) => ({ id: name, name, covered_by });
  const four = [site("a", "primary"), site("b", "primary"), site("c"), site("d", "backup")];
  expect(sitesShown(four, 3)).toEqual({ sites: [four[2], four[3]], more: 2 });
  expect(sitesShown(four.slice(0, 3), 3).more).toBe(0);
});

test("times are as short as a week allows", () => {
  const now = Date.parse("2026-11-28T22:30:00Z");
  const of = (text: string) => shortTime(Date.parse(text), now, "de-DE", "Europe/Berlin");
  expect(of("2026-11-28T22:45:00Z")).toBe("23:45");
  expect(of("2026-11-28T23:15:00Z")).toBe("So 00:15");
  expect(of("2026-12-06T00:00:00Z")).toBeNull();
});

test("the worst stands first, and the longest wait is told", () => {
  const named = (name: string, change: Partial<BoardService> = {}) => ({ ...entry(change), service: { ...entry().service, id: name, name } });
  const rows = rowsOf({ services: [named("A"), named("C", { on_duty: [] }), named("B", { gap_at: NOW + 1 })], consults: [], tests: null, now: NOW });
  expect(rows.map(({ entry: { service } }) => service.name)).toEqual(["C", "B", "A"]);
  const waits = row(entry(), { consults: [consult({}), consult({ created_at: NOW - 5 * 60_000 }), consult({ state: "accepted", created_at: 0 })] });
  expect(waits.row).toMatchObject({ consults: 3, waitingSince: NOW - 5 * 60_000 });
});

test("pages take turns, and every row comes up", () => {
  const rows = [1, 2, 3, 4, 5];
  expect(pageOf(rows, 2, 0)).toEqual({ rows: [1, 2], page: 0, pages: 3 });
  expect(pageOf(rows, 2, PAGE_MS * 2).rows).toEqual([5]);
  expect(pageOf(rows, 2, PAGE_MS * 3).rows).toEqual([1, 2]);
  expect(pageOf(rows, 5, PAGE_MS * 7)).toEqual({ rows, page: 0, pages: 1 });
  expect(pageOf([], 0, 5)).toEqual({ rows: [], page: 0, pages: 1 });
});
