import { expect, test } from "vitest";
import { ApiError } from "../api/problem";
import type { GuestView } from "../api/types";
import { enter } from "./enter";

const view = { name: "Fr. Kaya" } as GuestView;
const fails = (code: ConstructorParameters<typeof ApiError>[0], status: number) => () => Promise.reject(new ApiError(code, status));

test("a link that was used lets the same browser in again", async () => {
  expect(await enter("t", { open: async () => view, view: fails("unknown", 500) })).toBe(view);
  expect(await enter("t", { open: fails("guest_link_used", 410), view: async () => view })).toBe(view);
});

test("another browser is told that it was used, and another failure stays what it is", async () => {
  const used = enter("t", { open: fails("guest_link_used", 410), view: fails("not_signed_in", 401) });
  await expect(used).rejects.toMatchObject({ code: "guest_link_used" });
  await expect(enter("t", { open: fails("offline", 0), view: async () => view })).rejects.toMatchObject({ code: "offline" });
});
