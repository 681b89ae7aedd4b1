import { describe, expect, it } from "vitest";
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

function media(): [Recorder, WorkerMedia] {
  const worker = new Recorder();
  return [worker, new WorkerMedia(true, () => worker)];
}

describe("the worker of a room", () => {
  it("is told what holds when it is started late", () => {
    const [worker, made] = media();
    made.expect("1", "ben");
    made.use(keys(3n, "anna", "ben"));
    expect(worker.said).toEqual([]);
    made.seal(line, "mic");
    expect(worker.log()).toEqual(["epoch", "1: 1"]);
  });

  it("shows each line its person's frames, on whichever leaf they are, and nobody's when they are gone", () => {
    const [worker, made] = media();
    made.open(line, "1");
    made.expect("1", "ben");
    made.use(keys(3n, "anna", "ben"));
    made.use(keys(4n, "anna", "carla", "ben"));
    made.use(keys(5n, "anna", "carla"));
    made.expect("1", "carla");
    made.expect("1", "carla");
    made.expect("1", undefined);
    const expected = worker.log().filter((each) => each !== "epoch");
    expect(expected).toEqual(["1: undefined", "1: 1", "1: 2", "1: undefined", "1: 1", "1: undefined"]);
  });

  it("is stopped before it is ended, and none is started after that", () => {
    const [worker, made] = media();
    made.seal(line, "mic");
    made.end();
    expect([worker.log(), worker.ended]).toEqual([["stop"], 1]);
    expect(() => made.seal(line, "cam")).toThrow();
  });
});
