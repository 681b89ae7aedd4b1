import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startMediaWorker, type MediaWorker } from "./mediaWorker";
import type { FromWorker, ToWorker } from "./messages";
import { ASK_EVERY, MAX_LOADING, MAX_SILENT } from "./pulse";

const counts = { sealed: {}, opened: {} };

/** A worker's outside. It answers as long as it lives. */
class FakeWorker {
  static readonly made: FakeWorker[] = [];
  onmessage: (event: { data: FromWorker }) => void = () => undefined;
  onerror: () => void = () => undefined;
  onmessageerror: () => void = () => undefined;
  answers = true;
  isTerminated = false;
  constructor(
    _: URL,
    readonly options: WorkerOptions,
  ) {
    FakeWorker.made.push(this);
  }
  postMessage(message: ToWorker): void {
    if (this.answers && message.type === "count") this.onmessage({ data: { id: message.id, counts } });
  }
  terminate(): void {
    this.isTerminated = true;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", FakeWorker);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function start(): { worker: MediaWorker; inner: FakeWorker; died: ReturnType<typeof vi.fn> } {
  const died = vi.fn();
  const worker = startMediaWorker(died);
  return { worker, inner: FakeWorker.made.at(-1) as FakeWorker, died };
}

const seconds = (n: number) => vi.advanceTimersByTime(n * ASK_EVERY);

describe("a worker", () => {
  it("lives as long as it answers, and is never taken for dead after it was ended", () => {
    const { worker, inner, died } = start();
    seconds(100);
    expect(died).not.toHaveBeenCalled();
    worker.end();
    seconds(100);
    inner.onerror();
    expect([died.mock.calls, inner.isTerminated]).toEqual([[], true]);
  });

  it.each(["onerror", "onmessageerror"] as const)("is ended and given up at once with %s, and said so once", (what) => {
    const { inner, died } = start();
    inner[what]();
    inner[what]();
    seconds(100);
    expect([died.mock.calls.length, inner.isTerminated]).toEqual([1, true]);
  });

  it("that the browser has killed is missed after a few seconds", () => {
    const { inner, died } = start();
    seconds(1);
    inner.answers = false;
    seconds(MAX_SILENT);
    expect(died).not.toHaveBeenCalled();
    seconds(1);
    expect([died.mock.calls.length, inner.isTerminated]).toEqual([1, true]);
  });

  it("has time to be loaded, on a slow line too", () => {
    const { inner, died } = start();
    inner.answers = false;
    seconds(MAX_LOADING);
    expect(died).not.toHaveBeenCalled();
    seconds(1);
    expect(died).toHaveBeenCalledOnce();
  });

  it("is not taken for dead because the computer slept: what counts are questions", () => {
    const { inner, died } = start();
    seconds(1);
    inner.answers = false;
    seconds(1);
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    seconds(1);
    inner.answers = true;
    seconds(100);
    expect(died).not.toHaveBeenCalled();
  });

  it("that is gone leaves no question open, and says nothing of what it has seen", async () => {
    const { worker, inner } = start();
    expect(await worker.counts()).toEqual(counts);
    inner.answers = false;
    const asked = worker.counts();
    inner.onerror();
    expect([await asked, await worker.counts()]).toEqual([undefined, undefined]);
  });

  it("has a name that no other of this page has: its keys are made with it", () => {
    const names = [start(), start(), start()].map(({ inner }) => inner.options.name);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(Number(name)).toBeGreaterThan(0);
  });
});
