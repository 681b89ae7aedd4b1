import { describe, expect, it, vi } from "vitest";
import { utf8, type Bytes } from "../bytes";
import { ManualClock } from "../encryption/manualClock";
import { importBaseKey, type BaseKey } from "../sframe/cipher";
import { decodeHeader } from "../sframe/header";
import { decodeKid } from "../sframe/kid";
import { Lines } from "./lines";
import { WAIT_FOR_FIRST_KEY, WAIT_FOR_KEY } from "./patience";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const bases = await Promise.all([0, 1, 2, 3, 4].map((fill) => importBaseKey(new Uint8Array(16).fill(fill))));
const members = new Map([
  [0, "anna"],
  [1, "ben"],
]);
const FRAME = utf8("a frame of sound");

class Member {
  readonly lines: Lines;

  constructor(
    private readonly clock: ManualClock,
    private readonly leaf: number,
  ) {
    this.lines = new Lines((bytes) => void crypto.getRandomValues(bytes), clock.elapsed, clock.after);
  }

  enter(epoch: number): void {
    const base = bases[epoch] as BaseKey;
    this.lines.take({ type: "epoch", epoch: BigInt(epoch), leaf: this.leaf, members, base, shown: new Map([["in", 0]]) });
  }

  /** A frame, once it is sealed with the key of `epoch`. */
  async sealed(epoch: number): Promise<Bytes> {
    return vi.waitFor(async () => {
      const frame = (await this.lines.sealer("out").seal("opus", FRAME)) ?? new Uint8Array(0);
      expect(decodeKid(decodeHeader(frame)?.kid ?? 0n)?.epoch).toBe(epoch);
      return frame;
    });
  }

  open(frame: Bytes): Promise<Bytes | string> {
    return this.lines.opener("in").open("opus", frame, this.clock.elapsed());
  }
}

async function pair(): Promise<[ManualClock, Member, Member]> {
  const clock = new ManualClock();
  const [anna, ben] = [new Member(clock, 0), new Member(clock, 1)];
  anna.enter(1);
  ben.enter(1);
  expect(await ben.open(await anna.sealed(1))).toEqual(FRAME);
  return [clock, anna, ben];
}

/** Anna is an epoch ahead; her frames. */
async function ahead(anna: Member, epoch = 2): Promise<[Bytes, Bytes]> {
  anna.enter(epoch);
  return [await anna.sealed(epoch), await anna.sealed(epoch)];
}

describe("a line whose connection is closed", () => {
  it("leaves nothing behind, and a frame that its transform still has is not shown", async () => {
    const [clock, anna, ben] = await pair();
    const frame = await anna.sealed(1);
    const late = ben.lines.opener("in");
    for (const line of ["out", "in"]) anna.lines.take({ type: "release", line });
    ben.lines.take({ type: "release", line: "in" });
    expect([anna.lines.counts(), ben.lines.counts()]).toEqual(Array(2).fill({ sealed: {}, opened: {} }));
    expect(await late.open("opus", frame, clock.elapsed())).toBe("other_leaf");
  });
});

describe("a frame of the epoch to come", () => {
  it("waits for its key, and those behind it", async () => {
    const [clock, anna, ben] = await pair();
    const frames = await ahead(anna);
    const opened = Promise.all(frames.map((frame) => ben.open(frame)));
    clock.advance(WAIT_FOR_KEY - 1);
    ben.enter(2);
    expect(await opened).toEqual([FRAME, FRAME]);
  });

  it("is dropped when its key takes too long, and the next one does not wait again", async () => {
    const [clock, anna, ben] = await pair();
    const [first, second] = await ahead(anna);
    const opened = ben.open(first);
    clock.advance(WAIT_FOR_KEY);
    expect([await opened, await ben.open(second)]).toEqual(["no_key", "no_key"]);
    ben.enter(2);
    expect(await ben.open(second)).toEqual(FRAME);
  });

  it("does not wait where the key is not the next: at somebody who is behind by more", async () => {
    const [, anna, ben] = await pair();
    const [frame] = await ahead(anna, 3);
    expect(await ben.open(frame)).toBe("no_key");
  });

  it("waits longer at somebody who has no key yet: the first picture is not lost", async () => {
    const [clock, anna] = await pair();
    const carla = new Member(clock, 1);
    const frames = await ahead(anna, 4);
    const opened = Promise.all(frames.map((frame) => carla.open(frame)));
    clock.advance(WAIT_FOR_FIRST_KEY - 1);
    carla.enter(4);
    expect(await opened).toEqual([FRAME, FRAME]);
  });

  it("is dropped at once when all keys are forgotten meanwhile", async () => {
    const [, anna, ben] = await pair();
    const [frame] = await ahead(anna);
    const opened = ben.open(frame);
    ben.lines.take({ type: "stop" });
    expect(await opened).toBe("no_key");
  });
});
