import { describe, expect, it } from "vitest";
import { ASK_EVERY, dropped, opened, tick, whole } from "./keyFrames";
import { look, LOOKS, UNDER_WAY } from "./leak";

describe("a picture that stands still", () => {
  it("asks for a key frame at once, and again until one has come", () => {
    let { state, ask } = dropped(whole, 1000);
    expect(ask).toBe(true);
    ({ state, ask } = dropped(state, 1000 + ASK_EVERY - 1));
    expect(ask).toBe(false);
    // The key has come, late; frames that build on lost ones do not help.
    ({ state, ask } = opened(state, false, 1000 + ASK_EVERY));
    expect(ask).toBe(true);
    ({ state, ask } = tick(state, 1000 + 2 * ASK_EVERY));
    expect(ask).toBe(true);
    ({ state, ask } = opened(state, true, 1000 + 3 * ASK_EVERY));
    expect(ask).toBe(false);
    expect(tick(state, 10_000).ask).toBe(false);
  });

  it("asks nothing while everything opens", () => {
    expect(opened(whole, false, 5).ask).toBe(false);
  });
});

describe("the watch over unsealed frames", () => {
  const start = { encodedAtStart: 0, suspicious: 0 };

  it("says so when the encoder has counted more than the transform has seen", () => {
    let { watch, leaks } = look(start, { encoded: UNDER_WAY + 1, seen: 0 });
    for (let i = 1; i < LOOKS; i += 1) {
      expect(leaks).toBe(false);
      ({ watch, leaks } = look(watch, { encoded: 2 * UNDER_WAY, seen: 0 }));
    }
    expect(leaks).toBe(true);
  });

  it("takes frames under way for none, and one late figure for chance", () => {
    let { watch, leaks } = look(start, { encoded: 100 + UNDER_WAY, seen: 100 });
    expect([watch.suspicious, leaks]).toEqual([0, false]);
    ({ watch } = look(watch, { encoded: 200, seen: 100 }));
    ({ watch, leaks } = look(watch, { encoded: 200, seen: 200 }));
    expect([watch.suspicious, leaks]).toEqual([0, false]);
  });
});
