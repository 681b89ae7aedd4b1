import { expect, test } from "vitest";
import { ApiError } from "../api/problem";
import type { GuestView } from "../api/types";
import { enter, hasOpened, type Memory, type Opened } from "./enter";

const kaya = { id: "kaya", name: "Fr. Kaya" } as GuestView;
const other = { id: "other", name: "Hr. Roth" } as GuestView;
const fails = (code: ConstructorParameters<typeof ApiError>[0], status: number) => () => Promise.reject(new ApiError(code, status));
const used = fails("guest_link_used", 410);

function browser(): Memory & { opened: Opened | undefined } {
  return {
    opened: undefined,
    read() {
      return this.opened;
    },
    write(opened) {
      this.opened = opened;
    },
  };
}

async function after(token: string, view: GuestView) {
  const memory = browser();
  expect(await enter(token, { open: async () => view, view: fails("unknown", 500) }, memory)).toBe(view);
  return memory;
}

test("a link that was used lets the same browser in again", async () => {
  const memory = await after("t", kaya);
  expect(await enter("t", { open: used, view: async () => kaya }, memory)).toBe(kaya);
});

test("what the browser remembers is not the link", async () => {
  const { opened } = await after("t", kaya);
  expect(opened).toEqual({ link: expect.stringMatching(/^[0-9a-f]{64}$/), guest: "kaya" });
});

test("a browser knows whether an invitation was opened in it", async () => {
  expect(hasOpened(browser())).toBe(false);
  expect(hasOpened(await after("t", kaya))).toBe(true);
});

test("another browser is told that it was used, and another failure stays what it is", async () => {
  await expect(enter("t", { open: used, view: async () => kaya }, browser())).rejects.toMatchObject({ code: "guest_link_used" });
  const memory = await after("t", kaya);
  await expect(enter("t", { open: used, view: fails("not_signed_in", 401) }, memory)).rejects.toMatchObject({ code: "guest_link_used" });
  await expect(enter("t", { open: fails("offline", 0), view: async () => kaya }, memory)).rejects.toMatchObject({ code: "offline" });
});

test("a used link does not let the browser into another invitation", async () => {
  // Another link was opened here, or the cookie has become another guest's.
  await expect(enter("t", { open: used, view: async () => other }, await after("u", other))).rejects.toMatchObject({ code: "guest_link_used" });
  await expect(enter("t", { open: used, view: async () => other }, await after("t", kaya))).rejects.toMatchObject({ code: "guest_link_used" });
});
