import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Link } from "../../rtc/channel";
import { SEND_INTERVAL, SharedView, type Timer } from "./session";
import type { SharedAnnotation, SharedViewport } from "./values";

/** Virtual time. */
class Time implements Timer {
  private t = 0;
  private due: { at: number; run: () => void }[] = [];
  now(): number {
    return this.t;
  }
  after(ms: number, run: () => void): () => void {
    const item = { at: this.t + ms, run };
    this.due.push(item);
    return () => (this.due = this.due.filter((other) => other !== item));
  }
  pass(ms: number): void {
    const until = this.t + ms;
    for (;;) {
      const next = this.due.filter((item) => item.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.due = this.due.filter((item) => item !== next);
      this.t = next.at;
      next.run();
    }
    this.t = until;
  }
}

/** The SFU's part: keeps the last payload for each (sender, key), snapshots for those who come, relays with any delay. */
class Relay {
  private readonly kept = new Map<number, Map<string, Uint8Array>>();
  private readonly on = new Map<number, { view: SharedView; link: Link }>();
  readonly queue: (() => void)[] = [];
  sent = 0;
  congested = false;

  connect(seat: number, view: SharedView): void {
    const link: Link = {
      put: (key, payload) => {
        if (this.congested) return false;
        this.sent += 1;
        if (this.on.get(seat)?.link !== link) return false;
        const mine = this.kept.get(seat) ?? new Map<string, Uint8Array>();
        this.kept.set(seat, mine.set(key, payload));
        this.relay(seat, { kind: 1, sender: seat, key, payload });
        return true;
      },
      ephemeral: (key, payload) => this.relay(seat, { kind: 3, sender: seat, key, payload }),
    };
    this.on.set(seat, { view, link });
    view.seat(seat);
    view.opened(link);
    for (const [sender, entries] of this.kept) {
      for (const [key, payload] of entries) this.queue.push(() => view.received({ kind: 1, sender, key, payload }));
    }
    this.queue.push(() => view.received({ kind: 4, sender: 0, key: "", payload: new Uint8Array() }));
    this.roster();
  }

  /** Network lost; the seat stays. */
  drop(seat: number): void {
    const member = this.on.get(seat);
    this.on.delete(seat);
    member?.view.closed(member.link);
  }

  /** Left for good: the SFU forgets what the seat has put. */
  leave(seat: number): void {
    this.drop(seat);
    this.kept.delete(seat);
    this.roster();
  }

  /** The SFU starts anew and remembers nothing. */
  restart(): void {
    this.kept.clear();
  }

  deliver(): void {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) next();
  }

  private roster(): void {
    for (const { view } of this.on.values()) view.roster([...this.on.keys()]);
  }

  private relay(from: number, message: Parameters<SharedView["received"]>[0]): void {
    for (const [seat, { view, link }] of this.on) {
      if (seat !== from) this.queue.push(() => void (this.on.get(seat)?.link === link && view.received(message)));
    }
  }
}

class Room {
  readonly time = new Time();
  readonly sfu = new Relay();
  readonly views = new Map<number, SharedView>();

  join(seat: number): SharedView {
    const view = new SharedView(this.time);
    this.views.set(seat, view);
    this.sfu.connect(seat, view);
    this.settle();
    return view;
  }

  /** Lets every timer fire and every message arrive. */
  settle(): void {
    for (let i = 0; i < 20; i += 1) {
      this.sfu.deliver();
      this.time.pass(SEND_INTERVAL + 1);
    }
    this.sfu.deliver();
  }
}

const show = (slice: number): SharedViewport => ({
  studyUid: "1.2",
  seriesUid: "1.2.3",
  sopInstanceUid: `1.2.3.${slice}`,
  frame: 1,
  voi: { lower: 0, upper: 80 },
  invert: false,
  rotation: 0,
  flipH: false,
  flipV: false,
  camera: { focalPoint: [1, 2, slice], parallelScale: 120, halfWidth: 120 },
});

const length = (author: number): SharedAnnotation => ({
  tool: "Length",
  author,
  studyUid: "1.2",
  seriesUid: "1.2.3",
  sopInstanceUid: "1.2.3.1",
  frame: 1,
  frameOfReferenceUid: "1.2.9",
  points: [
    [0, 0, 0],
    [10, 0, 0],
  ],
  label: "",
});

describe("presenter, follow, free", () => {
  it("the first who moves the images presents, the others follow", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.navigated();
    a.show(show(5));
    room.settle();
    expect(a.snapshot()).toMatchObject({ mode: "present", presenter: 1 });
    expect(b.snapshot()).toMatchObject({ mode: "follow", presenter: 1, viewport: show(5) });
  });

  it("a follower who moves the images by hand is free until it follows again", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.takeControl();
    room.settle();
    b.navigated();
    expect(b.snapshot().mode).toBe("free");
    expect(a.snapshot().mode).toBe("present");
    b.follow();
    expect(b.snapshot().mode).toBe("follow");
  });

  it("whoever takes control drives, and the one before follows", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.takeControl();
    a.show(show(1));
    room.settle();
    b.takeControl();
    b.show(show(2));
    room.settle();
    a.show(show(3));
    room.settle();
    expect(a.snapshot()).toMatchObject({ mode: "follow", presenter: 2, viewport: show(2) });
    expect(b.snapshot()).toMatchObject({ mode: "present", viewport: show(2) });
  });

  it("two who take control at once agree on one", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.takeControl();
    b.takeControl();
    room.settle();
    expect(a.snapshot().presenter).toBe(b.snapshot().presenter);
    expect([a.snapshot().mode, b.snapshot().mode].sort()).toEqual(["follow", "present"]);
  });

  it("nothing echoes: a follower sends nothing while the presenter drives", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.takeControl();
    room.settle();
    const before = room.sfu.sent;
    a.show(show(1));
    b.show(show(9));
    room.settle();
    expect(room.sfu.sent - before).toBe(1);
    expect(b.snapshot().viewport).toEqual(show(1));
  });

  it("sends at most thirty times a second, and always the last value", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.takeControl();
    room.settle();
    const before = room.sfu.sent;
    for (let i = 0; i < 1000; i += 1) {
      a.show(show(i));
      room.time.pass(1);
    }
    room.settle();
    expect(room.sfu.sent - before).toBeLessThanOrEqual(31);
    expect(b.snapshot().viewport).toEqual(show(999));
  });

  it("waits while the channel is congested", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.takeControl();
    room.settle();
    room.sfu.congested = true;
    a.show(show(1));
    a.show(show(2));
    room.settle();
    room.sfu.congested = false;
    a.drained();
    room.settle();
    expect(b.snapshot().viewport).toEqual(show(2));
  });
});

describe("coming and going", () => {
  it("a late joiner sees the current view and the measurements", () => {
    const room = new Room();
    const a = room.join(1);
    a.takeControl();
    a.show(show(7));
    a.annotate("m1", length(1));
    room.settle();
    const late = room.join(2).snapshot();
    expect(late).toMatchObject({ mode: "follow", presenter: 1, viewport: show(7) });
    expect(late.annotations.get("m1")).toEqual(length(1));
  });

  it("what a member put who has left is still there for a late joiner", () => {
    const room = new Room();
    const a = room.join(1);
    room.join(2);
    a.takeControl();
    a.show(show(7));
    a.annotate("m1", length(1));
    room.settle();
    room.sfu.leave(1);
    room.settle();
    const late = room.join(3).snapshot();
    expect(late.viewport).toEqual(show(7));
    expect(late.annotations.size).toBe(1);
    expect(late.presenter).toBeUndefined();
  });

  it("survives an SFU that forgot everything", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.takeControl();
    a.show(show(3));
    b.annotate("m2", length(2));
    room.settle();
    room.sfu.drop(1);
    room.sfu.drop(2);
    room.sfu.restart();
    room.sfu.connect(1, a);
    room.sfu.connect(2, b);
    room.settle();
    const late = room.join(3).snapshot();
    expect(late.viewport).toEqual(show(3));
    expect([...late.annotations.keys()]).toEqual(["m2"]);
  });

  it("a reloaded page continues its own counter", () => {
    const room = new Room();
    const [a, b] = [room.join(1), room.join(2)];
    a.takeControl();
    for (let i = 0; i < 9; i += 1) {
      a.show(show(i));
      room.settle();
    }
    room.sfu.drop(1);
    const reloaded = room.join(1);
    expect(reloaded.snapshot()).toMatchObject({ mode: "present", viewport: show(8) });
    reloaded.show(show(20));
    room.settle();
    expect(b.snapshot().viewport).toEqual(show(20));
  });

  it("writes nothing before the snapshot has arrived", () => {
    const room = new Room();
    const a = room.join(1);
    a.takeControl();
    a.show(show(4));
    room.settle();
    const b = new SharedView(room.time);
    room.sfu.connect(2, b);
    b.annotate("m1", length(2));
    expect(b.snapshot().annotations.size).toBe(1);
    expect(room.sfu.sent).toBe(2);
    room.settle();
    expect(a.snapshot().annotations.size).toBe(1);
  });

  it("measurements stand in the order in which they were drawn, whatever their names", () => {
    const room = new Room();
    const a = room.join(1);
    for (const uid of ["z", "a", "m"]) {
      a.annotate(uid, length(1));
      room.settle();
    }
    a.annotate("b", length(1));
    expect([...a.snapshot().annotations.keys()]).toEqual(["z", "a", "m", "b"]);
    expect([...room.join(2).snapshot().annotations.keys()]).toEqual(["z", "a", "m", "b"]);
  });

  it("a deleted measurement stays deleted for those who come later", () => {
    const room = new Room();
    const a = room.join(1);
    a.annotate("m1", length(1));
    room.settle();
    a.annotate("m1", undefined);
    room.settle();
    expect(room.join(2).snapshot().annotations.size).toBe(0);
  });
});

type Move =
  | { type: "show" | "take" | "draw" | "erase" | "drop" | "return" | "free"; seat: number; n: number }
  | { type: "deliver"; n: number }
  | { type: "pass"; n: number };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constantFrom(
        "show" as const,
        "take" as const,
        "draw" as const,
        "erase" as const,
        "drop" as const,
        "return" as const,
        "free" as const,
      ),
      seat: fc.integer({ min: 1, max: 3 }),
      n: fc.nat(3),
    }),
    fc.record({ type: fc.constant("deliver" as const), n: fc.nat(6) }),
    fc.record({ type: fc.constant("pass" as const), n: fc.nat(80) }),
  ),
  { maxLength: 60 },
);

it("members agree on everything after any sequence of writes, losses and returns", () => {
  fc.assert(
    fc.property(moves, (plan) => {
      const room = new Room();
      for (const seat of [1, 2, 3]) room.join(seat);
      const away = new Set<number>();
      for (const move of plan) {
        if (move.type === "deliver") for (let i = 0; i < move.n; i += 1) room.sfu.queue.shift()?.();
        else if (move.type === "pass") room.time.pass(move.n);
        else {
          const view = room.views.get(move.seat) as SharedView;
          if (move.type === "show") view.show(show(move.n));
          if (move.type === "take") view.takeControl();
          if (move.type === "free") view.navigated();
          if (move.type === "draw") view.annotate(`m${move.n}`, length(move.seat));
          if (move.type === "erase") view.annotate(`m${move.n}`, undefined);
          if (move.type === "drop" && !away.has(move.seat)) {
            away.add(move.seat);
            room.sfu.drop(move.seat);
          }
          if (move.type === "return" && away.delete(move.seat)) room.sfu.connect(move.seat, view);
        }
      }
      for (const seat of away) room.sfu.connect(seat, room.views.get(seat) as SharedView);
      room.settle();
      const [first, ...others] = [...room.views.values()].map((view) => view.entries());
      for (const other of others) expect(other).toEqual(first);
      const presenting = [...room.views.values()].filter((view) => view.snapshot().mode === "present");
      expect(presenting.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 300 },
  );
});
