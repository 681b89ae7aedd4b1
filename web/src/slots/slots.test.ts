import { describe, expect, it } from "vitest";
import type { Appointment, ConsultSummary, AppointmentSlot } from "../api/types";
import { appointmentsOf, byDay, firstInTime, isLate, slotKey } from "./slots";

const person = (id: string) => ({ id, name: id, hospital_id: "h", hospital: "H", phone: null });
const at = (text: string) => Date.parse(text);
const slot = (start: string, who = "a"): AppointmentSlot => ({ person: person(who), start: at(start), end: at(start) + 1_800_000 });

describe("slots", () => {
  it("stand under the days of the service's zone", () => {
    const slots = [slot("2026-11-24T22:30:00Z"), slot("2026-11-24T23:00:00Z"), slot("2026-11-25T07:00:00Z", "b")];
    expect(byDay(slots, "Europe/Berlin").map(({ date, slots: of }) => [date, of.length])).toEqual([
      ["2026-11-24", 1],
      ["2026-11-25", 2],
    ]);
    expect(byDay([], "Europe/Berlin")).toEqual([]);
  });

  it("are told apart by time and person", () => {
    expect(slotKey(slot("2026-11-25T07:00:00Z"))).not.toBe(slotKey(slot("2026-11-25T07:00:00Z", "b")));
  });

  it("keep a deadline when they end before it", () => {
    const slots = [slot("2026-11-24T09:00:00Z"), slot("2026-11-24T10:00:00Z")];
    expect(firstInTime(slots, at("2026-11-24T12:00:00Z"))).toBe(slots[0]);
    expect(isLate(slots[0] as AppointmentSlot, at("2026-11-24T09:29:00Z"))).toBe(true);
    expect(firstInTime(slots, at("2026-11-24T09:29:00Z"))).toBeNull();
    expect(firstInTime(slots, null)).toBeNull();
    expect(isLate(slots[1] as AppointmentSlot, null)).toBe(false);
  });
});

describe("a specialist's appointments", () => {
  const consult = (id: string, of: Partial<Appointment>, state = "booked"): ConsultSummary =>
    ({
      id,
      state,
      appointment: {
        status: "pending",
        slot: slot("2026-11-24T09:00:00Z"),
        confirmed_by_specialist: false,
        confirmed_by_requester: true,
        before: [],
        ...of,
      },
    }) as unknown as ConsultSummary;

  it("are those to answer, those that the other side answers, and those that stand", () => {
    const lists = appointmentsOf(
      [
        consult("later", { slot: slot("2026-11-26T09:00:00Z") }),
        consult("asked", {}),
        consult("waiting", { status: "proposed", confirmed_by_specialist: true, confirmed_by_requester: false }),
        consult("booked", { status: "booked", confirmed_by_specialist: true }),
        consult("open", { status: "booked", confirmed_by_specialist: true }, "accepted"),
        consult("other", { slot: slot("2026-11-24T09:00:00Z", "b") }),
        consult("gone", { slot: slot("2026-11-24T09:00:00Z", "b"), before: [person("a")], last_end: "duty_changed" }),
        consult("waits", { status: "waitlist", slot: null, before: [person("a")], last_end: "declined" }),
      ],
      "a",
    );
    const ids = (list: ConsultSummary[]) => list.map(({ id }) => id);
    expect(ids(lists.asked)).toEqual(["asked", "later"]);
    expect(ids(lists.waiting)).toEqual(["waiting"]);
    expect(ids(lists.booked)).toEqual(["booked"]);
    expect(ids(lists.gone)).toEqual(["gone"]);
  });
});
