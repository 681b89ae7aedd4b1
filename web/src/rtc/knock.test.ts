import fc from "fast-check";
import { expect, it } from "vitest";
import type { ClientMessage, Member, ServerMessage } from "../api/types";
import { initial, nextDeadline, step, type Effect, type Input, type State } from "./machine";

const publishing = { microphone: true, camera: true, screen: false };
const offer = { sdp: "v=0", publish: [], receive: [], restart: false };

/** The server's end of one socket, as `schemas/src/room.rs` has it. */
class Socket {
  place: "outside" | "knocking" | "door" | "seat" | "gone" = "outside";
  offers = 0;
  private readonly unread: ClientMessage[] = [];

  constructor(private readonly isGuest: boolean) {}

  say(message: ClientMessage): void {
    this.unread.push(message);
  }

  /** Reads one message. Whatever the protocol does not allow fails the test. */
  read(): ServerMessage | undefined {
    const message = this.unread.shift();
    switch (message?.type) {
      case undefined:
        return undefined;
      case "knock":
        expect(this.place).toBe("outside");
        this.place = "knocking";
        return { type: "ready" };
      case "hello":
        expect(this.place).toBe("outside");
        return this.comeIn();
      case "enter":
        expect(this.place).toBe("knocking");
        return this.comeIn();
      case "ping":
        expect(this.place).toMatch(/door|seat/);
        return { type: "pong", nonce: message.nonce };
      case "offer":
        if (this.place === "seat") {
          this.offers += 1;
          return { type: "answer", sdp: "a" };
        }
        expect(this.place).toBe("door");
        return { type: "refused", code: "not_admitted", detail: null };
      case "publishing":
        if (this.place === "seat") return undefined;
        expect(this.place).toBe("door");
        return { type: "refused", code: "not_admitted", detail: null };
      case "leave":
        expect(this.place).toMatch(/door|seat/);
        this.place = "gone";
        return undefined;
      default:
        throw new Error(`the server got ${message?.type}`);
    }
  }

  /** Nobody has come in for a minute. */
  expire(): ServerMessage | undefined {
    if (this.place !== "knocking") return undefined;
    this.unread.length = 0;
    this.place = "gone";
    return { type: "refused", code: "ticket_expired", detail: null };
  }

  /** The client has closed it; what it said before is read all the same. */
  drain(): void {
    while (this.unread.length > 0) this.read();
  }

  admit(): ServerMessage | undefined {
    return this.place === "door" ? this.welcome() : undefined;
  }

  private comeIn(): ServerMessage {
    this.place = "door";
    return this.isGuest ? { type: "waiting" } : this.welcome();
  }

  private welcome(): ServerMessage {
    this.place = "seat";
    return { type: "welcome", you: 1, roster: [{ id: 1 } as Member], encryption: { type: "required" } };
  }
}

const MOVES = [
  "prepare", "join", "ticket", "no ticket", "offer", "read", "expire", "admit", "close", "network", "awake", "tick",
  "mute", "leave",
] as const;
type Move = (typeof MOVES)[number];

class World {
  private state: State = initial;
  private now = 0;
  private socket: Socket | undefined;
  private hasAsked = false;
  private hasPeer = false;

  constructor(private readonly isGuest: boolean) {}

  make(move: Move): void {
    const { epoch, peer } = this.state;
    switch (move) {
      case "prepare":
        return this.feed({ type: "prepare" });
      case "join":
        return this.feed({ type: "join", publishing });
      case "ticket":
        if (this.hasAsked) this.feed({ type: "ticket", epoch, ticket: "t", url: "ws://x" });
        this.hasAsked = false;
        return;
      case "no ticket":
        if (this.hasAsked) this.feed({ type: "ticket_failed", epoch, code: "offline" });
        this.hasAsked = false;
        return;
      case "offer":
        if (this.hasPeer) this.feed({ type: "offer", peer, offer });
        this.hasPeer = false;
        return;
      case "read":
        return this.hear(this.socket?.read());
      case "admit":
        return this.hear(this.socket?.admit());
      case "expire": {
        const refused = this.socket?.expire();
        if (!refused) return;
        this.hear(refused);
        return this.make("close");
      }
      case "close":
        if (!this.socket) return;
        this.socket = undefined;
        return this.feed({ type: "socket_closed", epoch });
      case "network":
      case "awake":
      case "leave":
        return this.feed({ type: move });
      case "mute":
        return this.feed({ type: "publishing", publishing });
      case "tick":
        this.now = nextDeadline(this.state) ?? this.now;
        return this.feed({ type: "tick" });
    }
  }

  /** Nothing stands in the way any more: the offer of whoever has come in is read, once. */
  settle(): void {
    this.make("join");
    for (let i = 0; i < 40; i += 1) for (const move of ["ticket", "offer", "read", "admit"] as const) this.make(move);
    if (this.state.phase === "waiting") {
      this.make("tick");
      return this.settle();
    }
    expect([this.state.phase, this.socket?.place, this.socket?.offers]).toEqual(["media", "seat", 1]);
  }

  private hear(message: ServerMessage | undefined): void {
    if (message) this.feed({ type: "message", epoch: this.state.epoch, message });
  }

  private feed(input: Input): void {
    const { state, effects } = step(this.state, input, this.now, 0);
    this.state = state;
    for (const effect of effects) this.carryOut(effect);
  }

  private carryOut(effect: Effect): void {
    switch (effect.type) {
      case "ticket":
        this.hasAsked = true;
        return;
      case "peer":
        this.hasPeer = true;
        return;
      case "socket":
        this.socket?.drain();
        this.socket = new Socket(this.isGuest);
        return this.socket.say(effect.first);
      case "send":
        return this.socket?.say(effect.message);
      case "close_socket":
        this.hasAsked = false;
        this.socket?.drain();
        this.socket = undefined;
        return;
      default:
    }
  }
}

it("however prepared, pressed, interrupted and let in, who comes in is offered once and keeps to the protocol", () => {
  const moves = fc.array(fc.constantFrom(...MOVES), { maxLength: 40 });
  fc.assert(
    fc.property(fc.boolean(), moves, (isGuest, made) => {
      const world = new World(isGuest);
      for (const move of made) world.make(move);
      world.settle();
    }),
    { numRuns: 3000 },
  );
});
