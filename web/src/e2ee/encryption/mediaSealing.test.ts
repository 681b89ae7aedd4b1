import { describe, expect, it, vi } from "vitest";
import { Installation, attestationOf } from "../group/fixture";
import type { Member } from "../group/members";
import type { MediaWorker } from "../media/mediaWorker";
import type { ToWorker } from "../media/messages";
import { importBaseKey } from "../sframe/cipher";
import type { EpochKeys } from "./keys";
import { WorkerMedia } from "./mediaSealing";

const { trust } = await Installation.make();
const base = await importBaseKey(new Uint8Array(16));
const line = {} as RTCRtpSender & RTCRtpReceiver;

class Recorder implements MediaWorker {
  readonly said: ToWorker[] = [];
  constructor(readonly die: () => void) {}
  ended = 0;
  post(message: ToWorker): void {
    this.said.push(message);
  }
  attach(): void {}
  counts(): Promise<never> {
    return Promise.reject(new Error());
  }
  end(): void {
    this.ended += 1;
  }
  /** Types of messages, and the leaf that a line expects. */
  log(): string[] {
    return this.said.flatMap((each) => {
      if (each.type === "epoch") return ["epoch", ...[...each.shown].map(([line, leaf]) => `${line}: ${leaf}`)];
      return [each.type === "expect" ? `${each.line}: ${each.leaf}` : each.type];
    });
  }
}

function keys(epoch: bigint, ...people: readonly string[]): EpochKeys {
  const members: Member[] = people.map((person, leaf) => ({
    leaf,
    attestation: attestationOf(person, trust.authority),
    key: person,
  }));
  return { generation: 1, epoch, leaf: 0, members, authenticator: new Uint8Array(32), media: base, data: base };
}

/** Those that were started, in order. */
function media(died: () => void = () => undefined): [Recorder[], WorkerMedia] {
  const workers: Recorder[] = [];
  const start = (die: () => void) => {
    const worker = new Recorder(die);
    workers.push(worker);
    return worker;
  };
  return [workers, new WorkerMedia(true, start, died)];
}

describe("the worker of a room", () => {
  it("is told what holds when it is started late", () => {
    const [workers, made] = media();
    made.expect("1", "ben");
    made.use(keys(3n, "anna", "ben"));
    expect(workers).toEqual([]);
    made.seal(line, "mic");
    expect(workers[0]?.log()).toEqual(["epoch", "1: 1"]);
  });

  it("shows each line its person's frames, on whichever leaf they are, and nobody's when they are gone", () => {
    const [workers, made] = media();
    made.open(line, "1");
    made.expect("1", "ben");
    made.use(keys(3n, "anna", "ben"));
    made.use(keys(4n, "anna", "carla", "ben"));
    made.use(keys(5n, "anna", "carla"));
    made.expect("1", "carla");
    made.expect("1", "carla");
    made.expect("1", undefined);
    const expected = workers[0]?.log().filter((each) => each !== "epoch");
    expect(expected).toEqual(["1: undefined", "1: 1", "1: 2", "1: undefined", "1: 1", "1: undefined"]);
  });

  it("is stopped before it is ended, and none is started after that", () => {
    const [workers, made] = media();
    made.seal(line, "mic");
    made.end();
    expect([workers[0]?.log(), workers[0]?.ended]).toEqual([["stop"], 1]);
    expect(() => made.seal(line, "cam")).toThrow();
  });

  it("forgets a line whose connection is closed", () => {
    const [workers, made] = media();
    made.open(line, "1");
    made.open(line, "2");
    made.expect("1", "ben");
    made.expect("2", "ben");
    made.release("1");
    made.use(keys(3n, "anna", "ben"));
    expect(workers[0]?.log()).toEqual(["1: undefined", "2: undefined", "release", "epoch", "2: 1"]);
  });

  it("that has died is replaced with the next line, which has the keys and whatever else holds", async () => {
    const died = vi.fn();
    const [workers, made] = media(died);
    made.use(keys(3n, "anna", "ben"));
    made.seal(line, "mic");
    made.hold();
    workers[0]?.die();
    expect(died).toHaveBeenCalledOnce();
    // Nobody counts, and nothing is told to the dead one.
    expect(await made.counts()).toBeUndefined();
    made.use(keys(4n, "anna", "ben"));
    expect([workers.length, workers[0]?.log()]).toEqual([1, ["epoch", "held"]]);
    made.seal(line, "mic again");
    made.open(line, "1 again");
    made.expect("1 again", "ben");
    expect([workers.length, workers[1]?.log()]).toEqual([2, ["epoch", "held", "1 again: 1"]]);
  });
});
