import { expect, it, vi } from "vitest";
import { ManualClock } from "./manualClock";
import { ASK_AGAIN, Renewal, RENEW_BEFORE } from "./renewal";

const DAY = 24 * 3_600_000;

it("an attestation is asked for again before it ends, until there is another one", () => {
  const clock = new ManualClock(1_000);
  const ask = vi.fn();
  const renewal = new Renewal(clock, ask);
  renewal.endsAt(clock.now() + DAY);
  clock.advance(DAY - RENEW_BEFORE - 1);
  expect(ask).not.toHaveBeenCalled();
  clock.advance(1);
  expect(ask).toHaveBeenCalledTimes(1);
  clock.advance(ASK_AGAIN);
  expect(ask).toHaveBeenCalledTimes(2);
  renewal.endsAt(clock.now() + DAY);
  clock.advance(DAY - RENEW_BEFORE - 1);
  expect(ask).toHaveBeenCalledTimes(2);
  clock.advance(1);
  expect(ask).toHaveBeenCalledTimes(3);
  renewal.stop();
  clock.advance(DAY);
  expect(ask).toHaveBeenCalledTimes(3);
});

it("one that ends soon, or by a wrong clock long ago, is no reason to ask without a pause", () => {
  const clock = new ManualClock(DAY);
  const ask = vi.fn(() => renewal.endsAt(0));
  const renewal: Renewal = new Renewal(clock, ask);
  renewal.endsAt(0);
  clock.advance(ASK_AGAIN - 1);
  expect(ask).not.toHaveBeenCalled();
  clock.advance(ASK_AGAIN);
  expect(ask).toHaveBeenCalledTimes(1);
});
