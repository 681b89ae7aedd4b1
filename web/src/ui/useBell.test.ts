import { expect, test, vi } from "vitest";
import { armByGesture } from "./useBell";

function bell() {
  let isArmed = false;
  let tries = 0;
  return {
    isArmed: () => isArmed,
    arm: async () => {
      tries += 1;
      return isArmed;
    },
    tries: () => tries,
    allow: (allowed: boolean) => {
      isArmed = allowed;
    },
  };
}

test("every press allows the sound until it is allowed, and again once it has stopped", () => {
  const page = new EventTarget();
  const sound = bell();
  armByGesture(page, sound);
  page.dispatchEvent(new Event("click"));
  page.dispatchEvent(new Event("keydown"));
  expect(sound.tries()).toBe(2);
  sound.allow(true);
  page.dispatchEvent(new Event("click"));
  expect(sound.tries()).toBe(2);
  sound.allow(false);
  page.dispatchEvent(new Event("click"));
  expect(sound.tries()).toBe(3);
});

test("it hears of presses before anybody can keep them, and no longer than the page wants", () => {
  const page = new EventTarget();
  const listened = vi.spyOn(page, "addEventListener");
  const sound = bell();
  const stop = armByGesture(page, sound);
  for (const [, , options] of listened.mock.calls) expect(options).toEqual({ capture: true });
  stop();
  page.dispatchEvent(new Event("click"));
  expect(sound.tries()).toBe(0);
});
