/**
 * Members, a delivery service and a network between them in virtual time, for tests. The network delays, doubles and
 * swaps messages of one socket; a lost socket takes with it what was under way.
 */

import type { FromService, MemberId, ToService } from "./messages";
import { initial, nextDeadline, step, type Effect, type Input, type State } from "./machine";
import type { GroupPort } from "./port";
import { ServiceModel } from "./serviceModel";

/** A small seeded generator (mulberry32): 0 ≤ x < 1. */
export function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** How long an operation on the group takes at most, in milliseconds. */
const WORK = 60;
/** Of a hundred messages, how many come twice. */
const DOUBLED = 10;
/** Steps after which a run counts as endless. */
const MAX_STEPS = 200_000;

export class Person {
  state: State = initial;
  seat: MemberId | undefined;
  /** Of its seat, whenever it has one: whoever leaves and returns has the same. */
  number: MemberId | undefined;
  /** Number of the open socket; 0 while there is none. */
  socket = 0;
  frozenUntil = 0;
  port: GroupPort;
  /** Number of the page: what an earlier one still does counts no more. */
  page = 0;
  timer = 0;

  constructor(
    readonly name: string,
    readonly isGuest: boolean,
    private readonly makePort: (person: string) => GroupPort,
  ) {
    this.port = makePort(name);
  }

  reload(): void {
    this.page += 1;
    this.state = initial;
    this.port = this.makePort(this.name);
  }
}

export interface Network {
  /** Longest way of a message, in milliseconds. */
  readonly way: number;
  /** Messages of one socket may overtake one another. */
  readonly overtakes: boolean;
}

export class World {
  now = 1000;
  service: ServiceModel;
  /** Groups that were dropped because they were of no use any more. */
  dropped = 0;
  /** What the service was told of: code and whom it is about. */
  readonly faults: { readonly code: string; readonly about: MemberId | undefined }[] = [];
  private readonly queue: { at: number; order: number; run: () => void | Promise<void> }[] = [];
  private order = 0;
  private sockets = 0;
  private seats = 0;
  private readonly people = new Map<string, Person>();
  private serviceTimer = 0;
  /** Earliest time of the next message on a socket, unless messages may overtake one another. */
  private readonly inOrder = new Map<string, number>();

  constructor(
    private readonly random: () => number,
    private readonly makePort: (person: string) => GroupPort,
    private readonly network: Network,
    /** Unix milliseconds at which virtual time begins. */
    private readonly epoch = 0,
  ) {
    this.service = this.makeService();
  }

  // What people do.

  person(name: string, isGuest = false): Person {
    const known = this.people.get(name) ?? new Person(name, isGuest, this.makePort);
    this.people.set(name, known);
    return known;
  }

  /** Those in the room. */
  present(): Person[] {
    return [...this.people.values()].filter(({ seat }) => seat !== undefined);
  }

  join(person: Person): void {
    if (person.seat !== undefined || (person.isGuest && !this.hasTeam())) return;
    person.number ??= this.seats += 1;
    person.seat = person.number;
    person.reload();
    if (person.isGuest) this.admit(person.name);
    this.open(person);
  }

  leave(person: Person): void {
    if (person.seat === undefined) return;
    this.service.leave(person.seat, this.now);
    this.wakeService();
    person.seat = undefined;
    person.socket = 0;
    this.input(person, { type: "leave" });
    // Guests are back at the door when nobody of the team is there any more.
    if (!this.hasTeam()) for (const guest of this.present()) this.leave(guest);
  }

  /** The page is gone and comes back without a state, on the same seat. */
  crash(person: Person): void {
    if (person.seat === undefined) return;
    this.drop(person);
    person.reload();
    this.open(person);
  }

  /** The page forgets all it has and goes on with its socket, as when its device turns out to be somebody else's. */
  anew(person: Person): void {
    if (person.seat === undefined || person.socket === 0) return;
    person.reload();
    this.input(person, { type: "online", me: person.seat });
    for (const other of this.people.values())
      if (other.isGuest && !person.isGuest) this.input(person, { type: "admitted", person: other.name });
  }

  drop(person: Person): void {
    if (person.seat === undefined || person.socket === 0) return;
    person.socket = 0;
    this.service.disconnect(person.seat, this.now);
    this.wakeService();
    this.input(person, { type: "offline" });
  }

  open(person: Person): void {
    if (person.seat === undefined || person.socket !== 0) return;
    person.socket = this.sockets += 1;
    this.service.connect(person.seat, person.name, person.isGuest, this.now);
    this.wakeService();
    this.input(person, { type: "online", me: person.seat });
    for (const other of this.people.values())
      if (other.isGuest && !person.isGuest) this.input(person, { type: "admitted", person: other.name });
  }

  /** The time has come to renew this member's keys. */
  renew(person: Person): void {
    person.state = { ...person.state, renewedAt: Number.NEGATIVE_INFINITY };
    this.input(person, { type: "tick" });
  }

  freeze(person: Person, ms: number): void {
    person.frozenUntil = Math.max(person.frozenUntil, this.now + ms);
  }

  /** The server stops and comes back with nothing. */
  restart(): void {
    const there = this.present().filter(({ socket }) => socket !== 0);
    for (const person of there) this.drop(person);
    this.service = this.makeService();
    for (const person of this.present()) if (!there.includes(person)) person.socket = 0;
    for (const person of there) this.open(person);
  }

  /** Sends what no client of ours would. */
  inject(person: Person, message: ToService): void {
    this.toService(person, message);
  }

  private hasTeam(): boolean {
    return this.present().some(({ isGuest }) => !isGuest);
  }

  private admit(guest: string): void {
    for (const person of this.present()) if (!person.isGuest) this.input(person, { type: "admitted", person: guest });
  }

  // Time.

  async run(ms: number): Promise<void> {
    const until = this.now + ms;
    for (let steps = 0; ; steps += 1) {
      if (steps > MAX_STEPS) throw new Error("it never comes to rest");
      this.queue.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.queue[0];
      if (!next || next.at > until) break;
      this.queue.shift();
      this.now = Math.max(this.now, next.at);
      await next.run();
    }
    this.now = until;
  }

  private at(at: number, run: () => void | Promise<void>): void {
    this.queue.push({ at, order: (this.order += 1), run });
  }

  private input(person: Person, input: Input): void {
    const { state, effects } = step(person.state, input, this.now);
    person.state = state;
    for (const effect of effects) this.carryOut(person, effect);
    this.wake(person);
  }

  private carryOut(person: Person, effect: Effect): void {
    switch (effect.type) {
      case "send":
        return this.toService(person, effect.message);
      case "forget":
        if (person.seat !== undefined) this.dropped += 1;
        return person.port.forget();
      case "epoch":
        return;
      case "work": {
        const { page, port } = person;
        // Begins at once, as the group's own queue does; the answer takes its time.
        const done = port.run(effect.work, this.epoch + this.now);
        this.at(this.now + this.random() * WORK, async () => {
          const result = await done;
          this.whenAwake(person, () => {
            if (person.page === page) this.input(person, { type: "result", id: effect.id, result });
          });
        });
      }
    }
  }

  private wake(person: Person): void {
    const deadline = nextDeadline(person.state);
    const mine = (person.timer += 1);
    if (deadline === undefined) return;
    // A millisecond later at least, so that a deadline which is not met shows as an endless run in finite time.
    this.at(Math.max(deadline, this.now + 1), () => {
      if (person.timer === mine) this.whenAwake(person, () => this.input(person, { type: "tick" }));
    });
  }

  private whenAwake(person: Person, run: () => void): void {
    if (person.frozenUntil > this.now) this.at(person.frozenUntil, () => this.whenAwake(person, run));
    else run();
  }

  // The network.

  private toService(person: Person, message: ToService): void {
    const { socket, seat } = person;
    if (socket === 0 || seat === undefined) return;
    this.travel(`>${socket}`, () => {
      if (person.socket !== socket) return;
      if (message.type === "fault") this.faults.push({ code: message.code, about: message.about });
      this.service.receive(seat, message, this.now);
      this.wakeService();
    });
  }

  private toMember(seat: MemberId, message: FromService): void {
    const person = this.present().find((each) => each.seat === seat);
    if (!person || person.socket === 0) return;
    const { socket } = person;
    this.travel(`<${socket}`, () => {
      this.whenAwake(person, () => {
        if (person.socket === socket) this.input(person, { type: "message", message });
      });
    });
  }

  private travel(socket: string, arrive: () => void): void {
    const times = this.random() * 100 < DOUBLED ? 2 : 1;
    for (let i = 0; i < times; i += 1) {
      const at = this.now + this.random() * this.network.way;
      const earliest = this.network.overtakes ? at : Math.max(at, this.inOrder.get(socket) ?? 0);
      this.inOrder.set(socket, earliest);
      this.at(earliest, arrive);
    }
  }

  private makeService(): ServiceModel {
    const service: ServiceModel = new ServiceModel((to, message) => {
      if (this.service === service || !this.service) this.toMember(to, message);
    });
    return service;
  }

  private wakeService(): void {
    const { service } = this;
    const deadline = service.nextDeadline();
    const mine = (this.serviceTimer += 1);
    if (deadline === undefined) return;
    this.at(Math.max(deadline, this.now + 1), () => {
      if (this.serviceTimer !== mine || this.service !== service) return;
      service.tick(this.now);
      this.wakeService();
    });
  }
}
