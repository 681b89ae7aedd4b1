import { describe, expect, it } from "vitest";
import type { Member, PersonRef, ServerMessage } from "../api/types";
import * as machine from "./machine";
import { initial, nextDeadline, step, type Effect, type Input, type State } from "./machine";

const publishing = { microphone: true, camera: true, screen: false };
const offer = { sdp: "v=0", publish: [], receive: [], restart: false };
const again = { ...offer, sdp: "v=1", restart: true };
const member = { id: 3 } as Member;

/** Runs inputs at the given times; keeps the last state and all effects. */
class Plan {
  state: State = initial;
  effects: Effect[] = [];
  now = 0;
  at(now: number, ...inputs: Input[]): this {
    this.now = now;
    for (const input of inputs) {
      const next = step(this.state, input, now, 0);
      this.state = next.state;
      this.effects.push(...next.effects);
    }
    return this;
  }
  /** Goes to the next deadline and ticks. */
  due(): this {
    return this.at(nextDeadline(this.state) ?? this.now, { type: "tick" });
  }
  get epoch(): number {
    return this.state.epoch;
  }
  said(): string[] {
    return this.effects.map((e) => (e.type === "send" ? e.message.type : e.type));
  }
  message(message: ServerMessage): this {
    return this.at(this.now, { type: "message", epoch: this.epoch, message });
  }
  /** The server stops, which takes the peer with it, and the next attempt begins. */
  stopped(now: number): this {
    this.now = now;
    return this.message({ type: "bye", reason: "restart" }).due();
  }
  /** Welcome on the socket of the next attempt. */
  back(): this {
    this.at(this.now, { type: "ticket", epoch: this.epoch, ticket: "t", url: "ws://x" });
    return this.message({ type: "welcome", you: 3, roster: [member], encryption: { type: "required" } });
  }
  peers(): number {
    return this.said().filter((said) => said === "peer").length;
  }
  live(): this {
    return this.at(0, { type: "join", publishing })
      .at(10, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" })
      .at(20, { type: "offer", peer: 1, offer })
      .message({ type: "welcome", you: 3, roster: [member], encryption: { type: "required" } })
      .message({ type: "answer", sdp: "a" })
      .at(90, { type: "media", peer: 1, state: "connected" });
  }
}

describe("the way into the room", () => {
  it("asks for ticket and offer at once, and sends the offer after Welcome", () => {
    const plan = new Plan().live();
    expect(plan.state.phase).toBe("live");
    expect(plan.said()).toEqual(["ticket", "peer", "socket", "offer", "publishing", "answer", "retire"]);
    expect(plan.state.you).toBe(3);
  });

  it("sends the offer once when it is ready only after Welcome", () => {
    const plan = new Plan()
      .at(0, { type: "join", publishing })
      .at(1, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" })
      .message({ type: "welcome", you: 1, roster: [], encryption: { type: "required" } })
      .at(5, { type: "offer", peer: 1, offer });
    expect(plan.said().filter((s) => s === "offer")).toHaveLength(1);
    expect(plan.state.phase).toBe("offer");
  });

  it.each([
    ["not_signed_in", "signed_out"],
    ["forbidden", "forbidden"],
    ["not_found", "forbidden"],
    ["wrong_state", "consult_ended"],
    ["room_full", "room_full"],
    ["not_admitted", "removed"],
  ] as const)("ends when the ticket is refused with %s", (code, reason) => {
    const plan = new Plan().at(0, { type: "join", publishing }).at(1, { type: "ticket_failed", epoch: 1, code });
    expect(plan.state).toMatchObject({ phase: "ended", end: reason });
    expect(nextDeadline(plan.state)).toBeUndefined();
  });

  it("gives every step its time and tries again", () => {
    const plan = new Plan().at(0, { type: "join", publishing });
    expect(nextDeadline(plan.state)).toBe(machine.TICKET_WITHIN);
    plan.due();
    expect(plan.state.phase).toBe("waiting");
    plan.due();
    expect(plan.state).toMatchObject({ phase: "ticket", epoch: 2 });
  });
});

describe("coming back", () => {
  it("waits twice as long after each failure, up to the longest wait", () => {
    const plan = new Plan().at(0, { type: "join", publishing });
    const waits: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      plan.at(plan.now, { type: "ticket_failed", epoch: plan.epoch, code: "offline" });
      waits.push((nextDeadline(plan.state) ?? 0) - plan.now);
      plan.due();
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 2000, 2000]);
  });

  it("knocks at short intervals when it was in the room, for a minute", () => {
    const plan = new Plan().live().at(1000, { type: "socket_closed", epoch: 1 });
    const waits: number[] = [];
    for (let i = 0; i < machine.BACK_ATTEMPTS + 3; i += 1) {
      waits.push((nextDeadline(plan.state) ?? 0) - plan.now);
      plan.due().at(plan.now, { type: "ticket_failed", epoch: plan.epoch, code: "offline" });
    }
    expect(waits.slice(0, 5)).toEqual([250, 250, 250, 250, 250]);
    expect(waits.slice(-2)).toEqual([machine.LAST_RETRY, machine.LAST_RETRY]);
  });

  it("spreads over half of the wait, so that two thousand do not knock at once", () => {
    const plan = new Plan().live();
    const at = (random: number) => step(plan.state, { type: "socket_closed", epoch: 1 }, 0, random).state.deadline;
    expect([at(0), at(0.5), at(0.999)]).toEqual([250, 188, 125]);
  });

  it("gives a server that asks for time its time, and then comes at a moment of its own", () => {
    const plan = new Plan().at(0, { type: "join", publishing });
    plan.at(1, { type: "ticket_failed", epoch: 1, code: "unavailable", retryAfter: 2000 });
    expect(nextDeadline(plan.state)).toBe(1 + 2000 + 250);
  });

  it("makes one offer for all attempts that find no server, and sends it when there is one", () => {
    const plan = new Plan().live().stopped(1000);
    plan.at(plan.now, { type: "offer", peer: 2, offer });
    for (let i = 0; i < 4; i += 1)
      plan.at(plan.now, { type: "ticket_failed", epoch: plan.epoch, code: "offline" }).due();
    expect(plan.said().filter((s) => s === "peer")).toHaveLength(2);
    plan.at(plan.now, { type: "ticket", epoch: plan.epoch, ticket: "t", url: "ws://x" });
    plan.message({ type: "welcome", you: 3, roster: [member], encryption: { type: "required" } });
    expect(plan.state.phase).toBe("offer");
    expect(plan.said().filter((s) => s === "offer")).toHaveLength(2);
  });

  it("makes another offer when the one that waited is old or of another network", () => {
    const made = (plan: Plan) => plan.said().filter((s) => s === "peer").length;
    const lost = () => new Plan().live().stopped(1000);
    const old = lost();
    old.at(old.now + machine.KEEPS, { type: "ticket_failed", epoch: old.epoch, code: "offline" }).due();
    expect(made(old)).toBe(3);
    const moved = lost();
    expect(made(moved.at(moved.now + 10, { type: "network" }))).toBe(3);
    const broken = lost();
    broken.at(broken.now, { type: "peer_failed", peer: 2 }).due();
    expect(made(broken)).toBe(3);
  });

  it("takes a new ticket when the socket is lost, and keeps roster and slots on screen meanwhile", () => {
    const plan = new Plan().live().message({ type: "slots", slots: [{ mid: "4", member: 7, source: "camera" }] });
    plan.at(1000, { type: "socket_closed", epoch: 1 });
    expect(plan.state.phase).toBe("waiting");
    expect(plan.state.roster).toEqual([member]);
    expect(plan.state.slots).toHaveLength(1);
    plan.due();
    expect(plan.effects.at(-1)).toEqual({ type: "ticket", epoch: 2 });
  });

  it("notices a silent server by its missing pong", () => {
    const plan = new Plan().live();
    plan.due();
    expect(plan.said().at(-1)).toBe("ping");
    const deadline = plan.now + machine.PONG_WITHIN;
    while (plan.state.phase === "live") plan.due();
    expect(plan.state.phase).toBe("waiting");
    expect(plan.now).toBe(deadline);
  });

  it("stays while pongs come", () => {
    const plan = new Plan().live();
    for (let i = 0; i < 20; i += 1) plan.due().message({ type: "pong", nonce: plan.state.nonce });
    expect(plan.state).toMatchObject({ phase: "live", epoch: 1 });
  });

  it("does not break off what may have succeeded while the page stood still", () => {
    const plan = new Plan().at(0, { type: "join", publishing }).at(machine.TICKET_WITHIN + 3000, { type: "tick" });
    expect(plan.state.phase).toBe("ticket");
    plan.at(plan.now, { type: "ticket", epoch: 1, ticket: "t", url: "u" });
    expect(plan.state.phase).toBe("socket");
    plan.due();
    expect(plan.state.phase).toBe("waiting");
  });

  it("ignores what an older attempt reports", () => {
    const plan = new Plan().live().stopped(200);
    const before = plan.state;
    plan.at(300, { type: "media", peer: 1, state: "failed" }, { type: "socket_closed", epoch: 1 });
    expect(plan.state).toBe(before);
  });

  it("does not wait when the network is back", () => {
    const plan = new Plan().live().at(200, { type: "socket_closed", epoch: 1 }, { type: "network" });
    expect(plan.state).toMatchObject({ phase: "ticket", epoch: 2 });
  });

  it.each(["restart", "lost"] as const)("comes back after Bye %s", (reason) => {
    expect(new Plan().live().message({ type: "bye", reason }).state.phase).toBe("waiting");
  });

  it.each(["consult_ended", "joined_elsewhere"] as const)("stays away after Bye %s", (reason) => {
    const plan = new Plan().live().message({ type: "bye", reason });
    expect(plan.state).toMatchObject({ phase: "ended", end: reason });
    expect(plan.said().slice(-2)).toEqual(["close_socket", "retire"]);
  });

  it("gives up when the server refuses the offer again and again", () => {
    const plan = new Plan().live();
    for (let i = 0; i < 3 && plan.state.phase !== "ended"; i += 1) {
      plan.message({ type: "refused", code: "invalid_sdp" });
      if (plan.state.phase === "waiting") plan.due();
    }
    expect(plan.state).toMatchObject({ phase: "ended", end: "unsupported" });
  });

  it("says Leave and ends", () => {
    const plan = new Plan().live().at(500, { type: "leave" });
    expect(plan.said().slice(-3)).toEqual(["leave", "close_socket", "retire"]);
    expect(plan.state.end).toBe("left");
  });

  it("tells the server at once when something is muted, and again after a rejoin", () => {
    const muted = { microphone: false, camera: true, screen: false };
    const plan = new Plan().live().at(100, { type: "publishing", publishing: muted });
    expect(plan.effects.at(-1)).toMatchObject({ type: "send", message: { type: "publishing", publishing: muted } });
    plan.stopped(200).at(plan.now, { type: "offer", peer: 2, offer }).back();
    expect(plan.effects.at(-1)).toMatchObject({ message: { publishing: muted } });
  });
});

describe("a path that changes", () => {
  const interrupted = () => new Plan().live().at(1000, { type: "media", peer: 1, state: "disconnected" });
  const restarted = () =>
    interrupted().at(1010, { type: "offer", peer: 1, offer: again }).message({ type: "answer", sdp: "b" });

  it("is answered by an ICE restart on the same socket, without another peer or ticket", () => {
    const plan = restarted();
    expect(plan.state.phase).toBe("restart");
    expect(plan.effects.slice(-3)).toEqual([
      { type: "restart", peer: 1 },
      { type: "send", message: { type: "offer", ...again } },
      { type: "answer", peer: 1, sdp: "b" },
    ]);
    plan.at(1300, { type: "media", peer: 1, state: "connected" });
    expect(plan.state).toMatchObject({ phase: "live", epoch: 1, peer: 1, restart: undefined, deadline: undefined });
  });

  it("may heal by itself before the answer, which is then still taken", () => {
    const plan = interrupted().at(1010, { type: "offer", peer: 1, offer: again });
    plan.at(1020, { type: "media", peer: 1, state: "connected" });
    expect(plan.state.phase).toBe("live");
    plan.message({ type: "answer", sdp: "b" });
    expect(plan.effects.at(-1)).toEqual({ type: "answer", peer: 1, sdp: "b" });
    expect(plan.state).toMatchObject({ phase: "live", restart: undefined });
  });

  it("is restarted once, however often it is reported", () => {
    const plan = interrupted().at(1100, { type: "media", peer: 1, state: "failed" });
    expect(plan.said().filter((said) => said === "restart")).toHaveLength(1);
  });

  it("gets a fresh peer when the restart leads nowhere", () => {
    const plan = restarted().at(1010 + machine.RESTART_WITHIN, { type: "tick" });
    expect(plan.state.phase).toBe("waiting");
    plan.due();
    expect(plan.state).toMatchObject({ phase: "ticket", epoch: 2, peer: 2 });
  });

  it("gets a fresh peer when the server has lost the old one", () => {
    const plan = interrupted().at(1010, { type: "offer", peer: 1, offer: again });
    plan.message({ type: "refused", code: "invalid_sdp" }).due();
    expect(plan.state).toMatchObject({ phase: "ticket", peer: 2, refusedOffers: 0 });
  });

  it("takes another socket for the same peer when this one does not answer", () => {
    const plan = interrupted().at(1010, { type: "offer", peer: 1, offer: again });
    expect(nextDeadline(plan.state)).toBe(1010 + machine.RESTART_ANSWER_WITHIN);
    plan.due().due().back();
    expect(plan.effects.at(-1)).toEqual({ type: "restart", peer: 1 });
    plan.at(plan.now, { type: "offer", peer: 1, offer: again }).message({ type: "answer", sdp: "c" });
    expect(plan.state.phase).toBe("media");
    plan.at(plan.now + 50, { type: "media", peer: 1, state: "connected" });
    expect(plan.state).toMatchObject({ phase: "live", epoch: 2, peer: 1 });
    expect(plan.peers()).toBe(1);
  });

  it("is restarted as soon as the browser tells of another network, before media notice", () => {
    const plan = new Plan().live().at(1000, { type: "network" });
    expect(plan.effects.at(-1)).toEqual({ type: "restart", peer: 1 });
    expect(plan.state.phase).toBe("live");
    plan.at(1010, { type: "offer", peer: 1, offer: again }).message({ type: "answer", sdp: "b" });
    expect(plan.state).toMatchObject({ phase: "live", restart: undefined });
  });

  it("drops a socket whose answer is due when the network is another one", () => {
    const plan = interrupted().at(1010, { type: "offer", peer: 1, offer: again }).at(1500, { type: "network" });
    expect(plan.said().slice(-2)).toEqual(["close_socket", "ticket"]);
    expect(plan.state).toMatchObject({ phase: "ticket", epoch: 2, isAlive: true });
  });
});

describe("a socket that is lost while media flow", () => {
  const lost = () => new Plan().live().at(1000, { type: "socket_closed", epoch: 1 }).due();

  it("is replaced, and media never stop", () => {
    const plan = lost().back().at(1300, { type: "offer", peer: 1, offer: again });
    expect(plan.said().slice(-3)).toEqual(["restart", "offer", "publishing"]);
    plan.message({ type: "answer", sdp: "b" });
    expect(plan.state).toMatchObject({ phase: "live", epoch: 2, peer: 1, failures: 0 });
    expect(plan.peers()).toBe(1);
  });

  it("gets a fresh peer on the same socket when the server has forgotten the old one", () => {
    const plan = lost().back().at(1300, { type: "offer", peer: 1, offer: again });
    plan.message({ type: "refused", code: "invalid_sdp" });
    expect(plan.state).toMatchObject({ phase: "socket", epoch: 2, peer: 2, refusedOffers: 0 });
    plan.at(1350, { type: "offer", peer: 2, offer });
    expect(plan.effects.at(-2)).toEqual({ type: "send", message: { type: "offer", ...offer } });
  });

  it("asks for its ticket again every second, without giving up what it asked before", () => {
    const plan = lost();
    expect((nextDeadline(plan.state) ?? 0) - plan.now).toBe(machine.ASK_AGAIN);
    plan.due();
    expect(plan.effects.slice(-2)).toEqual([
      { type: "ticket", epoch: 2 },
      { type: "ticket", epoch: 2 },
    ]);
    expect(plan.back().state.phase).toBe("socket");
  });

  it("never waits longer than that second and a bit for what was sent into the void", () => {
    const plan = lost();
    const sent: number[] = [plan.now];
    while (plan.now < 30_000) {
      const before = plan.effects.length;
      plan.due();
      if (plan.effects.slice(before).some(({ type }) => type === "ticket")) sent.push(plan.now);
    }
    const gaps = sent.slice(1).map((at, i) => at - (sent[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(machine.ASK_AGAIN + machine.BACK_RETRY);
  });
});

describe("a page that was out of sight", () => {
  it("does not wait for its next attempt", () => {
    const plan = new Plan().live().at(200, { type: "socket_closed", epoch: 1 }, { type: "awake" });
    expect(plan.state).toMatchObject({ phase: "ticket", epoch: 2 });
  });

  it("finds out soon whether its socket has survived", () => {
    const plan = new Plan().live().at(100_000, { type: "awake" });
    expect(plan.said().at(-1)).toBe("ping");
    expect(nextDeadline(plan.state)).toBe(100_000 + machine.AWAKE_PONG_WITHIN);
    plan.message({ type: "pong", nonce: plan.state.nonce });
    expect(plan.state).toMatchObject({ phase: "live", pongBy: undefined });
    expect(new Plan().live().at(100_000, { type: "awake" }).due().state.phase).toBe("waiting");
  });

  it("has nothing to ask outside of a room", () => {
    expect(new Plan().at(5, { type: "awake" }).effects).toEqual([]);
  });
});

describe("a lobby", () => {
  const prepared = () =>
    new Plan()
      .at(0, { type: "prepare" })
      .at(10, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" })
      .at(20, { type: "offer", peer: 1, offer })
      .message({ type: "ready" });
  const joined = (plan: Plan, now: number) => {
    const before = plan.said().length;
    plan.at(now, { type: "join", publishing });
    return plan.said().slice(before);
  };

  it("knocks, and nobody hears of it before the press", () => {
    const plan = prepared().at(30, { type: "publishing", publishing });
    expect(plan.effects).toContainEqual({
      type: "socket",
      epoch: 1,
      url: "ws://x",
      first: { type: "knock", ticket: "t" },
    });
    expect(plan.state).toMatchObject({ phase: "idle", knock: "ready" });
    expect(plan.said()).toEqual(["ticket", "peer", "socket"]);
    expect(nextDeadline(plan.state)).toBeUndefined();
  });

  it("says everything at once at the press, and nothing again at the welcome", () => {
    const plan = prepared();
    expect(joined(plan, 5000)).toEqual(["enter", "offer", "publishing"]);
    plan.message({ type: "welcome", you: 3, roster: [member], encryption: { type: "required" } });
    expect(plan.state).toMatchObject({ phase: "offer", epoch: 1, knock: undefined, offer: undefined });
    plan.message({ type: "answer", sdp: "a" }).at(5100, { type: "media", peer: 1, state: "connected" });
    expect(plan.said().slice(-2)).toEqual(["answer", "retire"]);
    expect(plan.state.phase).toBe("live");
  });

  it("tells what is muted between the press and the welcome", () => {
    const plan = prepared();
    joined(plan, 5000);
    plan.at(5010, { type: "publishing", publishing: { ...publishing, microphone: false } });
    expect(plan.said().at(-1)).toBe("publishing");
  });

  it("enters as soon as the server is ready, and offers as soon as there is an offer", () => {
    const plan = new Plan().at(0, { type: "prepare" });
    plan.at(10, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" });
    expect(joined(plan, 20)).toEqual([]);
    plan.message({ type: "ready" });
    expect(plan.said().at(-1)).toBe("enter");
    plan.message({ type: "welcome", you: 3, roster: [member], encryption: { type: "required" } }).at(40, { type: "offer", peer: 1, offer });
    expect(plan.said().slice(-3)).toEqual(["enter", "offer", "publishing"]);
  });

  it("prepares once, and again when that has become old or the network another one", () => {
    const plan = prepared().at(1000, { type: "prepare" });
    expect(plan.peers()).toBe(1);
    plan.at(machine.KEEPS, { type: "prepare" });
    expect(plan.peers()).toBe(2);
    expect(plan.said().slice(-3)).toEqual(["close_socket", "ticket", "peer"]);
    plan.at(machine.KEEPS + 10, { type: "network" }, { type: "prepare" });
    expect(plan.peers()).toBe(3);
  });

  it("takes the ticket that is on its way at the press, and asks again when that hangs", () => {
    const plan = new Plan().at(0, { type: "prepare" });
    expect(joined(plan, 20)).toEqual([]);
    expect(nextDeadline(plan.state)).toBe(20 + machine.ASK_AGAIN);
    expect(plan.due().said()).toEqual(["ticket", "peer", "ticket"]);
    plan.at(plan.now, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" });
    expect(plan.effects.at(-1)).toMatchObject({ type: "socket", epoch: 1, first: { type: "hello", ticket: "t" } });
  });

  it("gives a socket that is just being opened the time of any other", () => {
    const plan = new Plan().at(0, { type: "prepare" }).at(10, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" });
    joined(plan, 20);
    expect(nextDeadline(plan.state)).toBe(20 + machine.WELCOME_WITHIN);
  });

  it("gives up the seat that it has asked for when somebody leaves before the welcome", () => {
    const plan = prepared();
    joined(plan, 5000);
    plan.at(5010, { type: "leave" });
    expect(plan.said().slice(-4)).toEqual(["publishing", "leave", "close_socket", "retire"]);
  });

  it("does without what is not there", () => {
    const failed = new Plan().at(0, { type: "prepare" }).at(5, { type: "ticket_failed", epoch: 1, code: "offline" });
    expect(joined(failed, 10)).toEqual(["ticket"]);
    expect(joined(prepared().at(30, { type: "network" }), 40)).toEqual(["ticket", "peer"]);
    const refused = prepared().message({ type: "refused", code: "ticket_expired", detail: null });
    expect(joined(refused.at(30, { type: "socket_closed", epoch: 1 }), 40)).toEqual(["ticket"]);
    expect(joined(prepared(), machine.KEEPS + 30)).toEqual(["enter", "peer"]);
  });

  it.each([
    ["is closed", { type: "socket_closed", epoch: 1 }],
    ["belongs to a server that stops", { type: "message", epoch: 1, message: { type: "bye", reason: "restart" } }],
    ["has another node's room", { type: "message", epoch: 1, message: { type: "refused", code: "ticket_invalid", detail: null } }],
  ] as const)("begins anew at once when the socket that knocked %s after the press", (_, input) => {
    const plan = prepared();
    joined(plan, 5000);
    plan.at(5010, input);
    expect(plan.said().slice(-3)).toEqual(["close_socket", "ticket", "peer"]);
    expect(plan.state).toMatchObject({ phase: "ticket", epoch: 2, failures: 0, isAhead: false });
    plan.at(5020, { type: "offer", peer: 2, offer }).back();
    expect(plan.said().slice(-3)).toEqual(["socket", "offer", "publishing"]);
  });

  it("does not wait long for a socket that has died unnoticed, and waits after the second failure", () => {
    const plan = prepared();
    joined(plan, 5000);
    expect(nextDeadline(plan.state)).toBe(5000 + machine.ENTER_WITHIN);
    expect(plan.due().state).toMatchObject({ phase: "ticket", epoch: 2, peer: 2 });
    plan.at(plan.now, { type: "ticket_failed", epoch: 2, code: "offline" });
    expect(plan.state).toMatchObject({ phase: "waiting", failures: 1 });
  });

  it.each([
    ["wrong_state", "consult_ended"],
    ["not_admitted", "removed"],
    ["room_full", "room_full"],
  ] as const)("ends when who has knocked is refused with %s", (code, reason) => {
    const plan = prepared();
    joined(plan, 5000);
    expect(plan.message({ type: "refused", code, detail: null }).state).toMatchObject({ phase: "ended", end: reason });
  });

  it("lets go of everything when nobody joins", () => {
    const plan = prepared().at(1000, { type: "leave" });
    expect(plan.said().slice(-2)).toEqual(["close_socket", "retire"]);
    expect(plan.at(1010, { type: "prepare" }).peers()).toBe(1);
  });
});

it("who speaks, how everybody gets through and what nobody needs come from the server", () => {
  const weak = { member: 7, level: "weak", cause: "their_uplink" } as const;
  const plan = new Plan().live().message({ type: "speaker", member: 7 }).message({ type: "quality", members: [weak] });
  expect(plan.state).toMatchObject({ speaker: 7, quality: [weak] });
  plan.message({ type: "wanted", source: "camera", layers: 1 });
  expect(plan.effects.at(-1)).toEqual({ type: "want", peer: 1, source: "camera", layers: 1 });
  plan.message({ type: "speaker", member: null });
  expect(plan.state.speaker).toBeUndefined();
});

describe("a guest", () => {
  const atTheDoor = () =>
    new Plan()
      .at(0, { type: "join", publishing })
      .at(10, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" })
      .at(20, { type: "offer", peer: 1, offer })
      .message({ type: "waiting" });

  it("waits at the door without a deadline and sends nothing but its heartbeat", () => {
    const plan = atTheDoor();
    expect(plan.state).toMatchObject({ phase: "door", deadline: undefined, roster: [] });
    plan.due();
    expect(plan.said()).toEqual(["ticket", "peer", "socket", "retire", "ping"]);
    plan.at(plan.now, { type: "publishing", publishing: { ...publishing, camera: false } });
    expect(plan.said().at(-1)).toBe("ping");
  });

  it("goes in when it is let in, with a new offer after a long wait", () => {
    const soon = atTheDoor().message({ type: "welcome", you: 4, roster: [member], encryption: { type: "required" } });
    expect(soon.state.phase).toBe("offer");
    const late = atTheDoor();
    late.at(60_000, { type: "message", epoch: 1, message: { type: "welcome", you: 4, roster: [member], encryption: { type: "required" } } });
    expect(late.state).toMatchObject({ phase: "socket", peer: 2 });
    late.at(60_100, { type: "offer", peer: 2, offer });
    expect(late.said().slice(-2)).toEqual(["offer", "publishing"]);
  });

  it("goes back to the door when the team has left: nothing is seen or heard any more", () => {
    const plan = new Plan().live().message({ type: "waiting" });
    expect(plan.state).toMatchObject({ phase: "door", roster: [], slots: [], welcomed: false });
    expect(plan.effects.at(-1)).toEqual({ type: "retire", keep: undefined });
  });

  it("is told that it was sent away, and does not come back", () => {
    const plan = atTheDoor().message({ type: "bye", reason: "removed" });
    expect(plan.state).toMatchObject({ phase: "ended", end: "removed" });
    const refused = new Plan()
      .at(0, { type: "join", publishing })
      .at(10, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" })
      .message({ type: "refused", code: "not_admitted", detail: null });
    expect(refused.state.end).toBe("removed");
  });

  it("says again when welcome what went ahead to the door, where nobody read it", () => {
    const plan = new Plan()
      .at(0, { type: "prepare" })
      .at(10, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" })
      .at(20, { type: "offer", peer: 1, offer })
      .message({ type: "ready" })
      .at(30, { type: "join", publishing });
    const unread = { type: "refused", code: "not_admitted", detail: null } as const;
    plan.message({ type: "waiting" });
    expect(plan.effects.at(-1)).toEqual({ type: "retire", keep: 1 });
    const soon = new Plan();
    Object.assign(soon, { state: plan.state, now: plan.now });
    plan.message(unread).message(unread).message({ type: "welcome", you: 4, roster: [member], encryption: { type: "required" } });
    expect(plan.said().slice(-3)).toEqual(["retire", "offer", "publishing"]);
    expect(plan.peers()).toBe(1);
    // Let in before the offer came to be read: it was not lost.
    soon.message({ type: "welcome", you: 4, roster: [member], encryption: { type: "required" } });
    expect([soon.state.phase, soon.said()]).toEqual(["offer", []]);
  });

  it("comes back to the door by itself after a restart", () => {
    const plan = atTheDoor().message({ type: "bye", reason: "restart" });
    expect(plan.state.phase).toBe("waiting");
    expect(plan.due().state).toMatchObject({ phase: "ticket", epoch: 2 });
  });
});

describe("encryption", () => {
  const by = { id: "p", name: "Dr. Falk", hospital: "", hospital_id: "h" } as unknown as PersonRef;
  const lifted = { type: "lifted", at: 5, by } as const;

  it("is known from the welcome, and lifted stays lifted whatever is said later", () => {
    const plan = new Plan().live();
    expect(plan.state.encryption).toEqual({ type: "required" });
    plan.message({ type: "encryption", encryption: lifted });
    plan.message({ type: "encryption", encryption: { type: "required" } });
    plan.message({ type: "encryption", encryption: { ...lifted, at: 9 } });
    expect(plan.state.encryption).toEqual(lifted);
  });

  it("is told at the door too, where the group's messages mean nothing", () => {
    const plan = new Plan()
      .at(0, { type: "join", publishing })
      .at(10, { type: "ticket", epoch: 1, ticket: "t", url: "ws://x" })
      .message({ type: "waiting" })
      .message({ type: "encryption", encryption: lifted })
      .message({ type: "mls", message: { type: "welcome", generation: 1, reference: "r", welcome: "w" } });
    expect(plan.state).toMatchObject({ phase: "door", encryption: lifted });
    expect(plan.said()).not.toContain("mls");
  });

  it("ends the way of a browser that cannot encrypt", () => {
    const plan = new Plan()
      .at(0, { type: "join", publishing })
      .at(10, { type: "ticket_failed", epoch: 1, code: "encryption_required" });
    expect(plan.state).toMatchObject({ phase: "ended", end: "cannot_encrypt" });
  });
});

it("the team hears who is at the door, and forgets it at the next welcome", () => {
  const guests = [{ id: "g" }] as never[];
  const plan = new Plan().live().message({ type: "waiting_guests", guests });
  expect(plan.state.waitingGuests).toHaveLength(1);
  plan.message({ type: "welcome", you: 3, roster: [member], encryption: { type: "required" } });
  expect(plan.state.waitingGuests).toEqual([]);
});
