/**
 * The delivery service as the owner node runs it, for tests: the reference for the broker's. It orders and routes, holds
 * nothing secret, and knows of a commit who sent it and whom it adds, because the sender says so.
 */

import type { FromService, MemberId, Somebody, Tag, ToService, View } from "./messages";

/** Until somebody who waits gets a new group, when no member is connected. More waits at a dead door; less gives up a
 * group for a network that was gone for a moment. */
export const NO_LIVE_AFTER = 3000;
/** Until another one is asked to make the group. */
export const CREATE_WITHIN = 5000;
/** Until a connected member that does not follow counts as stuck. */
export const LAG_WITHIN = 10_000;
/** Until members who add nobody are given up for those who wait. */
export const STUCK_AFTER = 30_000;
/** After a restart, until those who do not come back count as gone. More keeps them in the group for longer; less removes
 * somebody whose browser takes its time to find the server again. */
export const SETTLE_WITHIN = 10_000;
/** Commits that everybody else refused, before their author is left out. */
export const MAX_STRIKES = 2;
/** Of the team who have to refuse a commit until it counts against its author: one alone may be who lies. */
const MIN_COMPLAINTS = 2;
/** Refusals that say something of the page that refuses, and nothing of the commit. */
const LOCAL: ReadonlySet<string> = new Set(["failed", "gone", "removed", "wrong_epoch"]);

interface Seat {
  readonly person: string;
  readonly isGuest: boolean;
  connected: boolean;
  attempt: number;
}

interface Offer {
  readonly ref: string;
  readonly keyPackage: string;
  readonly since: number;
  isRefused: boolean;
}

interface Logged {
  readonly committer: MemberId;
  readonly commit: string;
}

export type Out = (to: MemberId, message: FromService) => void;

export class ServiceModel {
  private version = 0;
  private generation = 0;
  private epoch = 0;
  private readonly seats = new Map<MemberId, Seat>();
  /** In the group, with the epoch that they said they are in. */
  private members = new Map<MemberId, number>();
  private readonly waiting = new Map<MemberId, Offer>();
  private creator: { readonly member: MemberId; readonly since: number } | undefined;
  private log = new Map<number, Logged>();
  private tags = new Map<number, Tag>();
  private hasSettled = true;
  private epochSince = 0;
  private complaints = new Set<MemberId>();
  private readonly strikes = new Map<MemberId, number>();
  private noLiveSince: number | undefined;
  private restoredAt: number | undefined;
  /** Generations that began, for the audit. */
  readonly announced: number[] = [];

  constructor(private readonly out: Out) {}

  // What the room tells.

  connect(member: MemberId, person: string, isGuest: boolean, now: number): void {
    this.seats.set(member, { person, isGuest, connected: true, attempt: 0 });
    this.changed(now);
  }

  disconnect(member: MemberId, now: number): void {
    const seat = this.seats.get(member);
    if (seat) seat.connected = false;
    this.changed(now);
  }

  /** The seat is gone: left, timed out, removed by the host. */
  leave(member: MemberId, now: number): void {
    this.seats.delete(member);
    this.members.delete(member);
    this.waiting.delete(member);
    this.changed(now);
  }

  receive(from: MemberId, message: ToService, now: number): void {
    const seat = this.seats.get(from);
    if (!seat?.connected) return;
    switch (message.type) {
      case "here":
        if (message.attempt <= seat.attempt) return;
        seat.attempt = message.attempt;
        this.members.delete(from);
        this.waiting.set(from, {
          ref: message.ref,
          keyPackage: message.keyPackage,
          since: this.waiting.get(from)?.since ?? now,
          isRefused: false,
        });
        break;
      case "back":
        if (message.attempt <= seat.attempt) return;
        seat.attempt = message.attempt;
        this.back(from, message, now);
        break;
      case "created":
        if (message.generation !== this.generation || this.creator?.member !== from) return;
        this.creator = undefined;
        this.waiting.delete(from);
        this.members = new Map([[from, 0]]);
        this.tags.set(0, message.tag);
        this.epochSince = now;
        break;
      case "commit":
        if (!this.commit(from, message, now)) return;
        break;
      case "done":
        this.done(from, message);
        break;
      case "fault":
        this.fault(from, message);
        break;
    }
    this.changed(now);
  }

  tick(now: number): void {
    this.changed(now);
  }

  nextDeadline(): number | undefined {
    const times: number[] = [];
    if (this.creator) times.push(this.creator.since + CREATE_WITHIN);
    if (this.noLiveSince !== undefined) times.push(this.noLiveSince + NO_LIVE_AFTER);
    if (this.restoredAt !== undefined && !this.hasSettled) times.push(this.restoredAt + SETTLE_WITHIN);
    if (this.laggards().length > 0) times.push(this.epochSince + LAG_WITHIN);
    const stuck = this.stuckSince();
    if (stuck !== undefined) times.push(stuck + STUCK_AFTER);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  private commit(from: MemberId, message: Extract<ToService, { type: "commit" }>, now: number): boolean {
    const { generation, epoch, added, commit, welcome } = message;
    if (generation !== this.generation || epoch !== this.epoch || !this.members.has(from)) return false;
    if (!added.every(({ member, ref }) => this.waiting.get(member)?.ref === ref)) return false;
    this.log.set(epoch, { committer: from, commit });
    for (const member of this.members.keys())
      this.send(member, { type: "commit", generation, epoch, committer: from, commit });
    for (const { member, ref } of added) {
      this.waiting.delete(member);
      this.members.set(member, epoch);
      if (welcome !== undefined) this.send(member, { type: "welcome", generation, ref, welcome });
    }
    this.epoch += 1;
    this.epochSince = now;
    this.complaints.clear();
    return true;
  }

  /** Of an epoch in which others are with another tag, this one cannot talk to anybody. */
  private done(from: MemberId, { generation, epoch, tag }: Extract<ToService, { type: "done" }>): void {
    if (generation !== this.generation || !this.members.has(from)) return;
    const known = this.tags.get(epoch);
    if (known !== undefined && known !== tag) this.members.delete(from);
    else {
      // A guest who lies would leave out all others.
      if (this.seats.get(from)?.isGuest === false) this.tags.set(epoch, tag);
      this.members.set(from, Math.max(epoch, this.members.get(from) ?? 0));
    }
  }

  private fault(from: MemberId, message: Extract<ToService, { type: "fault" }>): void {
    const { about, ref, epoch } = message;
    const offer = about === undefined ? undefined : this.waiting.get(about);
    if (offer && offer.ref === ref && this.members.has(from)) offer.isRefused = true;
    const isOfLast = epoch === this.epoch - 1 && this.log.get(epoch)?.committer === about;
    // A guest complains of nobody, and a page that failed by itself blames no commit.
    const isComplaint = this.seats.get(from)?.isGuest === false && !LOCAL.has(message.code);
    if (isComplaint && isOfLast && about !== from && this.members.has(from)) this.complaints.add(from);
  }

  /** A member that was away: the log brings it up to date, as far as it reaches. */
  private back(from: MemberId, message: Extract<ToService, { type: "back" }>, now: number): void {
    const { generation, epoch, tag } = message;
    // After a restart the newest group counts that anybody comes back with; another one was given up before.
    const isNewer = this.restoredAt !== undefined && generation > this.generation && generation <= now;
    if (this.generation === 0 || isNewer) this.restore(message, now);
    if (generation !== this.generation) return void this.members.delete(from);
    if (this.restoredAt !== undefined && epoch > this.epoch && this.log.size === 0) this.restore(message, now);
    const known = this.tags.get(epoch);
    const isSame = known === undefined ? this.members.has(from) : known === tag;
    const missed = Array.from({ length: Math.max(0, this.epoch - epoch) }, (_, i) => this.log.get(epoch + i));
    const canFollow = (this.members.has(from) || this.restoredAt !== undefined) && isSame && epoch <= this.epoch;
    if (!canFollow || missed.includes(undefined)) return void this.members.delete(from);
    this.waiting.delete(from);
    this.members.set(from, epoch);
    missed.forEach((logged, i) => {
      if (logged) this.send(from, { type: "commit", generation, epoch: epoch + i, ...logged });
    });
  }

  /** After a restart of the server the members know more than it does. */
  private restore({ generation, epoch, tag }: { generation: number; epoch: number; tag: Tag }, now: number): void {
    this.generation = generation;
    this.epoch = epoch;
    this.epochSince = now;
    this.restoredAt = now;
    this.members = new Map();
    this.log = new Map();
    this.tags = new Map([[epoch, tag]]);
    this.creator = undefined;
  }

  private changed(now: number): void {
    this.judge();
    if (now >= this.epochSince + LAG_WITHIN) for (const member of this.laggards()) this.members.delete(member);
    this.choose(now);
    this.hasSettled = this.restoredAt === undefined || now >= this.restoredAt + SETTLE_WITHIN;
    this.broadcast();
  }

  /** A commit that everybody but its author refused. */
  private judge(): void {
    const author = this.log.get(this.epoch - 1)?.committer;
    const seat = author === undefined ? undefined : this.seats.get(author);
    if (author === undefined || this.complaints.size === 0 || !seat) return;
    if ([...this.members.keys()].some((member) => member !== author && this.seats.get(member)?.connected)) return;
    if (this.complaints.size >= MIN_COMPLAINTS) this.strikes.set(author, (this.strikes.get(author) ?? 0) + 1);
    this.complaints.clear();
    this.members.clear();
    if (this.isBarred(author)) this.waiting.delete(author);
  }

  /** Sees to it that there is a group, or that somebody makes one. */
  private choose(now: number): void {
    const able = [...this.waiting]
      .filter(([member, { isRefused }]) => !isRefused && this.isAble(member))
      .map(([member]) => member)
      .sort((a, b) => a - b);
    // A guest adds nobody.
    const team = [...this.members.keys()].filter((member) => this.seats.get(member)?.isGuest === false);
    if (this.isLive() || able.length === 0) this.noLiveSince = undefined;
    else this.noLiveSince ??= now;
    if (this.creator) {
      const isThere = able.includes(this.creator.member);
      if (isThere && now < this.creator.since + CREATE_WITHIN) return;
      const after = this.creator.member;
      this.creator = undefined;
      return this.begin(able.find((member) => member > after) ?? able[0], now);
    }
    const stuck = this.stuckSince();
    const isStuck = stuck !== undefined && now >= stuck + STUCK_AFTER;
    const isDead = this.noLiveSince !== undefined && now >= this.noLiveSince + NO_LIVE_AFTER;
    if (isStuck || isDead || (team.length === 0 && able.length > 0)) this.begin(able[0], now);
  }

  private begin(creator: MemberId | undefined, now: number): void {
    this.members = new Map();
    if (creator === undefined) return;
    this.generation = Math.max(this.generation + 1, Math.floor(now));
    this.epoch = 0;
    this.log = new Map();
    this.tags = new Map();
    this.complaints.clear();
    this.restoredAt = undefined;
    this.noLiveSince = undefined;
    this.creator = { member: creator, since: now };
    this.announced.push(this.generation);
  }

  private laggards(): MemberId[] {
    return [...this.members].flatMap(([member, epoch]) =>
      epoch < this.epoch && this.seats.get(member)?.connected ? [member] : [],
    );
  }

  /** Since when somebody waits whom the members could have added. */
  private stuckSince(): number | undefined {
    const waits = [...this.waiting].filter(([member, { isRefused }]) => !isRefused && this.isAble(member));
    if (this.creator || !this.isLive() || waits.length === 0) return undefined;
    return Math.max(this.epochSince, Math.min(...waits.map(([, { since }]) => since)));
  }

  /** Somebody is there who could add others. */
  private isLive(): boolean {
    return [...this.members.keys()].some((member) => {
      const seat = this.seats.get(member);
      return seat?.connected && !seat.isGuest;
    });
  }

  private isAble(member: MemberId): boolean {
    const seat = this.seats.get(member);
    return seat !== undefined && seat.connected && !seat.isGuest && !this.isBarred(member);
  }

  private isBarred(member: MemberId): boolean {
    return (this.strikes.get(member) ?? 0) >= MAX_STRIKES;
  }

  private broadcast(): void {
    this.version += 1;
    const somebody = (member: MemberId): Somebody | undefined => {
      const seat = this.seats.get(member);
      return seat && { member, person: seat.person, isGuest: seat.isGuest, connected: seat.connected };
    };
    const members = [...this.members.keys()].flatMap((member) => somebody(member) ?? []);
    const waiting = [...this.waiting].flatMap(([member, { ref, keyPackage }]) => {
      const known = somebody(member);
      return known && !this.isBarred(member) ? [{ ...known, ref, keyPackage }] : [];
    });
    const others = [...this.seats.keys()]
      .filter((member) => !this.members.has(member) && !this.waiting.has(member) && !this.isBarred(member))
      .flatMap((member) => somebody(member) ?? []);
    for (const [member, { attempt }] of this.seats) {
      const view: View = {
        type: "group",
        version: this.version,
        generation: this.generation,
        epoch: this.epoch,
        creator: this.creator?.member,
        members,
        waiting,
        others,
        isSettling: !this.hasSettled,
        attempt,
        isBarred: this.isBarred(member),
      };
      this.send(member, view);
    }
  }

  private send(to: MemberId, message: FromService): void {
    if (this.seats.get(to)?.connected) this.out(to, message);
  }
}
