import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReplayWindow, WINDOW } from "./replayWindow";

/** What the window is to do, said with a set. */
class Model {
  private readonly seen = new Set<number>();
  private highest = -1;
  add(ctr: number): boolean {
    if (this.seen.has(ctr) || ctr <= this.highest - WINDOW) return false;
    this.seen.add(ctr);
    this.highest = Math.max(this.highest, ctr);
    return true;
  }
}

describe("the replay window", () => {
  it("takes each counter once, in any order, as long as it is not too old", () => {
    const jump = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -70, max: 70 }) },
      { weight: 2, arbitrary: fc.integer({ min: -WINDOW - 40, max: WINDOW + 80 }) },
      { weight: 1, arbitrary: fc.constantFrom(-WINDOW, -WINDOW - 1, 1 - WINDOW, 10 * WINDOW) },
    );
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(jump, { maxLength: 300 }), (start, jumps) => {
        const [window, model] = [new ReplayWindow(), new Model()];
        let ctr = start;
        for (const by of jumps) {
          ctr = Math.max(0, ctr + by);
          expect(window.add(ctr)).toBe(model.add(ctr));
          expect(window.has(ctr)).toBe(true);
        }
      }),
    );
  });

  it("works up to the largest safe integer", () => {
    const window = new ReplayWindow();
    expect(window.add(Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(window.add(Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(window.add(Number.MAX_SAFE_INTEGER - 1)).toBe(true);
    expect(window.add(0)).toBe(false);
  });
});
