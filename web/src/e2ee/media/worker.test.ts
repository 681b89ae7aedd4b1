import { describe, expect, it, vi } from "vitest";
import { importBaseKey } from "../sframe/cipher";
import { decodeHeader } from "../sframe/header";
import type { Counts, FromWorker, ToWorker, TransformOptions } from "./messages";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

/** A worker's scope, and the page's side of it. */
class Scope {
  onmessageerror: () => void = () => undefined;
  constructor(readonly name = "1") {}
  onrtctransform: (event: unknown) => void = () => undefined;
  onmessage: (event: { data: ToWorker }) => void = () => undefined;
  counts: Counts | undefined;
  postMessage({ counts }: FromWorker): void {
    this.counts = counts;
  }
  send(data: ToWorker): void {
    this.onmessage({ data });
  }
  count(): Counts {
    this.send({ type: "count", id: 1 });
    if (!this.counts) throw new Error();
    return this.counts;
  }
}

interface Frame {
  data: ArrayBuffer;
  type?: "key" | "delta";
  getMetadata(): { mimeType?: string };
}

const sound = (byte: number): Frame => ({
  data: new Uint8Array(40).fill(byte).buffer,
  getMetadata: () => ({ mimeType: "audio/opus" }),
});
const picture = (type: "key" | "delta"): Frame => ({
  data: new Uint8Array(80).fill(type === "key" ? 2 : 3).buffer,
  type,
  getMetadata: () => ({ mimeType: "video/VP8" }),
});

/** A transform with what goes in and what has come out of it. */
class Line {
  readonly out: Frame[] = [];
  asked = 0;
  pushed = 0;
  private readonly writer: WritableStreamDefaultWriter<Frame>;

  constructor(scope: Scope, side: "send" | "receive", line: string, by: "transform" | "streams" = "transform") {
    const into = new TransformStream<Frame, Frame>();
    this.writer = into.writable.getWriter();
    const writable = new WritableStream<Frame>({ write: (frame) => void this.out.push(frame) });
    const sendKeyFrameRequest = async () => void (this.asked += 1);
    const { readable } = into;
    const options: TransformOptions = { side, line };
    if (by === "streams") scope.send({ type: "streams", options, readable, writable });
    else scope.onrtctransform({ transformer: { readable, writable, options, sendKeyFrameRequest } });
  }

  async push(frame: Frame, isPassed: boolean): Promise<Frame | undefined> {
    const before = this.out.length;
    this.pushed += 1;
    await this.writer.write(frame);
    if (isPassed) await vi.waitFor(() => expect(this.out).toHaveLength(before + 1));
    return this.out.at(before);
  }
}

async function worker(name?: string): Promise<Scope> {
  const scope = new Scope(name);
  vi.stubGlobal("self", scope);
  vi.resetModules();
  await import("./worker");
  return scope;
}

const members = new Map([[2, "anna"]]);
const epochOf = async (fill: number): Promise<ToWorker> => {
  const base = await importBaseKey(new Uint8Array(16).fill(fill));
  return { type: "epoch", epoch: BigInt(fill), leaf: 2, members, base, shown: new Map() };
};

describe("the worker", () => {
  it("lets nothing out before it has a key, and nothing in that is not sealed for its tile", async () => {
    const scope = await worker();
    const [out, into] = [new Line(scope, "send", "mic"), new Line(scope, "receive", "1")];
    await out.push(sound(1), false);
    scope.send(await epochOf(1));
    scope.send({ type: "expect", line: "1", leaf: 2 });
    await vi.waitFor(() => expect(scope.count().sealed["mic"]?.noKey).toBe(1));
    expect(out.out).toEqual([]);

    // The key is there as soon as a frame gets through.
    const sealed = await vi.waitFor(async () => {
      await out.push(sound(7), false);
      const frame = out.out.at(-1);
      expect(frame).toBeDefined();
      return frame as Frame;
    });
    expect(sealed.data.byteLength).toBeGreaterThan(40);
    const opened = await into.push({ ...sealed }, true);
    expect(new Uint8Array(opened?.data ?? new ArrayBuffer(0))).toEqual(new Uint8Array(40).fill(7));

    await into.push(sound(9), false);
    await vi.waitFor(() => expect(Object.values(scope.count().opened["1"]?.faults ?? {})).toEqual([1]));
    expect(into.out).toHaveLength(1);
    expect(scope.count().sealed["mic"]?.sealed).toBeGreaterThan(0);
  });

  it("that replaces another one seals under other keys, whatever chance gives", async () => {
    // The same random bytes each time.
    const random = vi.spyOn(crypto, "getRandomValues").mockImplementation((bytes) => bytes);
    const kids: (bigint | undefined)[] = [];
    for (const name of ["1", "2", "255"]) {
      const scope = await worker(name);
      const out = new Line(scope, "send", "mic");
      scope.send(await epochOf(1));
      const sealed = await vi.waitFor(async () => {
        await out.push(sound(7), false);
        expect(out.out).not.toEqual([]);
        return out.out[0] as Frame;
      });
      kids.push(decodeHeader(new Uint8Array(sealed.data))?.kid);
    }
    random.mockRestore();
    expect(new Set(kids).size).toBe(3);
    expect(kids).not.toContain(undefined);
  });

  it("fails aloud when a message cannot be read: the page starts another one", async () => {
    const scope = await worker();
    expect(() => scope.onmessageerror()).toThrow();
  });

  it("asks for a key frame when a picture does not open", async () => {
    const scope = await worker();
    const into = new Line(scope, "receive", "2");
    scope.send(await epochOf(4));
    scope.send({ type: "expect", line: "2", leaf: 2 });
    await into.push(picture("delta"), false);
    await vi.waitFor(() => expect(into.asked).toBeGreaterThan(0));
    expect(into.out).toEqual([]);
  });

  it("asks for none when the same picture comes twice", async () => {
    const scope = await worker();
    const [out, into] = [new Line(scope, "send", "cam"), new Line(scope, "receive", "2")];
    scope.send(await epochOf(4));
    scope.send({ type: "expect", line: "2", leaf: 2 });
    const sealed = await vi.waitFor(async () => {
      await out.push(picture("key"), false);
      expect(out.out).not.toEqual([]);
      return out.out[0] as Frame;
    });
    await into.push({ ...sealed }, true);
    await into.push({ ...sealed }, false);
    await vi.waitFor(() => expect(scope.count().opened["2"]).toMatchObject({ opened: 1, faults: { replayed: 1 } }));
    expect(into.asked).toBe(0);
  });

  it("sends nothing any more once it was stopped", async () => {
    const scope = await worker();
    const out = new Line(scope, "send", "cam");
    scope.send(await epochOf(3));
    await vi.waitFor(async () => {
      await out.push(picture("key"), false);
      expect(out.out.length).toBeGreaterThan(0);
    });
    const seen = () => {
      const { sealed = 0, noKey = 0 } = scope.count().sealed["cam"] ?? {};
      return { sealed, noKey };
    };
    // Nothing is under way any more.
    await vi.waitFor(() => expect(seen().sealed + seen().noKey).toBe(out.pushed));
    const { sealed, noKey } = seen();
    scope.send({ type: "stop" });
    await out.push(picture("key"), false);
    await vi.waitFor(() => expect(seen()).toEqual({ sealed, noKey: noKey + 1 }));
    expect(out.out).toHaveLength(sealed);
  });

  it("takes streams where the browser has no transforms, and lets nothing through unsealed there either", async () => {
    const scope = await worker();
    const [out, into] = [new Line(scope, "send", "mic", "streams"), new Line(scope, "receive", "1", "streams")];
    await out.push(sound(1), false);
    await into.push(sound(2), false);
    await vi.waitFor(() => expect(scope.count().sealed["mic"]?.noKey).toBe(1));
    scope.send(await epochOf(4));
    await vi.waitFor(() => expect(Object.values(scope.count().opened["1"]?.faults ?? {})).toEqual([1]));
    expect([out.out, into.out]).toEqual([[], []]);
  });

  it("lets frames through as they are in a room that was opened, until it is stopped", async () => {
    const scope = await worker();
    const [out, into] = [new Line(scope, "send", "mic"), new Line(scope, "receive", "1")];
    scope.send({ type: "lifted" });
    expect((await out.push(sound(1), true))?.data).toEqual(sound(1).data);
    expect((await into.push(sound(2), true))?.data).toEqual(sound(2).data);
    scope.send({ type: "stop" });
    await out.push(sound(3), false);
    await vi.waitFor(() => expect(scope.count().sealed["mic"]).toMatchObject({ plain: 1, noKey: 1 }));
    expect(out.out).toHaveLength(1);
  });
});
