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
/** Until members who leave somebody waiting are given up for those who wait. */
export const STUCK_AFTER = 30_000;
/** How long a key package stands, unrefused, for the wait of its owner to go on with the next one. More, up to the 20 s
 * after which a page tries another one, waits for slower members to refuse it; less lets forged ones follow one another
 * faster than anybody can refuse them, and cost the group. */
export const HEARD_WITHIN = 10_000;
/** Until who neither waits nor was added begins to be outside anew. More lets somebody whose page slept cost the group when
 * it wakes; less, down to the 15 s that a page pauses at most, forgets how long somebody has tried in vain. */
export const SILENT_AFTER = 20_000;
/** After a restart, until those who do not come back count as gone. More keeps them in the group for longer; less removes
 * somebody whose browser takes its time to find the server again. */
export const SETTLE_WITHIN = 10_000;
/** How far the clocks of two nodes may be apart: no group is younger that members bring back after a restart. */
export const CLOCKS_APART = 3_600_000;
/** Highest epoch that members bring back after a restart. */
export const LAST_EPOCH = 2 ** 32 - 1;
/** Commits kept for those who come back. More than fits into a socket's outbox would hang up on them; less has members
 * added anew who were away for long. */
export const LOG_KEPT = 32;
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
  /** What a guest came back with before there was a group. */
  early: Extract<ToService, { type: "back" }> | undefined;
  /** Of its last view, what is its own; `undefined` when that view is out of date. */
  told: string | undefined;
}

/** Where a member is, by its own word: without a tag until it has said that it is there. */
interface Place {
  readonly epoch: number;
  readonly tag: Tag | undefined;
}

interface Offer {
  readonly ref: string;
  readonly keyPackage: string;
  /** When it came. */
  at: number;
  /** Since when its owner waits, with this one or one before it. */
  since: number;
  isRefused: boolean;
}

/** One of the team who wants to be in and is not, whatever others say of it: refused, or added falsely. */
interface Outside {
  readonly since: number;
  /** Since when it neither waits nor was added. See `SILENT_AFTER`. */
  silentSince: number | undefined;
}

interface Logged {
  readonly committer: MemberId;
  readonly commit: string;
}

export type Out = (to: MemberId, message: FromService) => void;

export class ServiceModel {
  private version = 0;
  /** What the last views had in common. */
  private board = "";
  private generation = 0;
  private epoch = 0;
  private readonly seats = new Map<MemberId, Seat>();
  private members = new Map<MemberId, Place>();
  private readonly waiting = new Map<MemberId, Offer>();
  private readonly outside = new Map<MemberId, Outside>();
  private creator: { readonly member: MemberId; readonly since: number } | undefined;
  private log = new Map<number, Logged>();
  /** As the team says: a guest who lies would leave out all others. The first of the team is believed. */
  private tags = new Map<number, Tag>();
  private hasSettled = true;
  private epochSince = 0;
  /** When the group was made, or first brought back. */
  private begunAt = 0;
  private complaints = new Set<MemberId>();
  private readonly strikes = new Map<MemberId, number>();
  private noLiveSince: number | undefined;
  private restoredAt: number | undefined;
  /** Generations that began, for the audit. */
  readonly announced: number[] = [];

  constructor(private readonly out: Out) {}

  // What the room tells.

  connect(member: MemberId, person: string, isGuest: boolean, now: number): void {
    this.seats.set(member, { person, isGuest, connected: true, attempt: 0, early: undefined, told: undefined });
    // Nobody could add it while it was away.
    this.outside.delete(member);
    const offer = this.waiting.get(member);
    if (offer) offer.at = offer.since = now;
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
    this.outside.delete(member);
    this.changed(now);
  }

  receive(from: MemberId, message: ToService, now: number): void {
    const seat = this.seats.get(from);
    if (!seat?.connected) return;
    switch (message.type) {
      case "here":
        if (!this.isNewAttempt(seat, message.attempt)) return this.show();
        this.here(from, message, now);
        break;
      case "back":
        if (this.generation === 0 && seat.isGuest) {
          // A guest's word alone brings no group back, and to have forgotten it for being fast would cost them theirs.
          seat.early = message;
          return;
        }
        if (!this.isNewAttempt(seat, message.attempt)) return this.show();
        this.back(from, message, now);
        break;
      case "created":
        if (message.generation !== this.generation || this.creator?.member !== from) return;
        this.creator = undefined;
        this.waiting.delete(from);
        this.members = new Map([[from, { epoch: 0, tag: message.tag }]]);
        this.tags = new Map([[0, message.tag]]);
        this.epochSince = this.begunAt = now;
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
    // While somebody is asked, another one is asked next.
    if (this.noLiveSince !== undefined && !this.creator) times.push(this.noLiveSince + NO_LIVE_AFTER);
    if (this.restoredAt !== undefined && !this.hasSettled) times.push(this.restoredAt + SETTLE_WITHIN);
    if (this.laggards().length > 0) times.push(this.epochSince + LAG_WITHIN);
    const stuck = this.stuckSince();
    if (stuck !== undefined) times.push(stuck + STUCK_AFTER);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** One that is none is answered with the next view: a page that began anew on its socket learns there how far the one
   * before had counted. */
  private isNewAttempt(seat: Seat, attempt: number): boolean {
    const isNew = attempt > seat.attempt;
    if (isNew) seat.attempt = attempt;
    else seat.told = undefined;
    return isNew;
  }

  private here(from: MemberId, { ref, keyPackage }: Extract<ToService, { type: "here" }>, now: number): void {
    this.members.delete(from);
    const earlier = this.waiting.get(from);
    const hasStood = earlier && !earlier.isRefused && now >= earlier.at + HEARD_WITHIN;
    this.waiting.set(from, { ref, keyPackage, at: now, since: hasStood ? earlier.since : now, isRefused: false });
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
      this.members.set(member, { epoch, tag: undefined });
      if (welcome !== undefined) this.send(member, { type: "welcome", generation, ref, welcome });
    }
    this.epoch += 1;
    for (const kept of [this.log, this.tags])
      for (const old of kept.keys()) if (old < this.epoch - LOG_KEPT) kept.delete(old);
    this.epochSince = now;
    this.complaints.clear();
    return true;
  }

  /** Of an epoch in which the team has another tag, this one cannot talk to anybody. */
  private done(from: MemberId, { generation, epoch, tag }: Extract<ToService, { type: "done" }>): void {
    const place = this.members.get(from);
    if (generation !== this.generation || epoch > this.epoch || epoch < this.epoch - LOG_KEPT || !place) return;
    if (epoch >= place.epoch) this.members.set(from, { epoch, tag });
    if (this.isOfTeam(from) && !this.tags.has(epoch)) this.tags.set(epoch, tag);
    const known = this.tags.get(epoch);
    if (known === undefined) return;
    // A guest may have said another one before the team came.
    for (const [member, said] of this.members)
      if (said.epoch === epoch && said.tag !== undefined && said.tag !== known) this.members.delete(member);
    if (tag !== known) this.members.delete(from);
  }

  private fault(from: MemberId, message: Extract<ToService, { type: "fault" }>): void {
    const { about, ref, epoch } = message;
    const offer = about === undefined ? undefined : this.waiting.get(about);
    if (offer && offer.ref === ref && this.members.has(from) && this.isOfTeam(from)) offer.isRefused = true;
    const isOfLast = epoch === this.epoch - 1 && this.log.get(epoch)?.committer === about;
    // A guest complains of nobody, and a page that failed by itself blames no commit.
    const isComplaint = this.isOfTeam(from) && !LOCAL.has(message.code);
    if (isComplaint && isOfLast && about !== from && this.members.has(from)) this.complaints.add(from);
  }

  /** A member that was away: the log brings it up to date, as far as it reaches. */
  private back(from: MemberId, message: Extract<ToService, { type: "back" }>, now: number): void {
    if (this.isOfTeam(from) && !this.isBarred(from) && this.isOlderThan(message, now)) this.restore(message, now);
    this.comeBack(from, message);
  }

  /** After a restart the team knows more than the server: the newest group counts that one of it comes back with, as long
   * as they come back. Later it would let one who lies replace the group for ever. */
  private isOlderThan({ generation, epoch }: Extract<ToService, { type: "back" }>, now: number): boolean {
    if (generation > now + CLOCKS_APART || epoch > LAST_EPOCH) return false;
    if (this.generation === 0) return true;
    if (this.restoredAt === undefined || now >= this.restoredAt + SETTLE_WITHIN) return false;
    const isFurther = generation === this.generation && epoch > this.epoch && this.log.size === 0;
    return generation > this.generation || isFurther;
  }

  private comeBack(from: MemberId, { generation, epoch, tag }: Extract<ToService, { type: "back" }>): void {
    const known = this.tags.get(epoch);
    const isSame = known === undefined ? this.members.has(from) : known === tag;
    const canFollow = isSame && (this.members.has(from) || this.restoredAt !== undefined) && !this.isBarred(from);
    const isOfLog = generation === this.generation && epoch <= this.epoch && this.epoch - epoch <= this.log.size;
    const missed = isOfLog ? Array.from({ length: this.epoch - epoch }, (_, i) => this.log.get(epoch + i)) : [];
    if (!canFollow || !isOfLog || missed.includes(undefined)) return void this.members.delete(from);
    this.waiting.delete(from);
    this.members.set(from, { epoch, tag });
    missed.forEach((logged, i) => {
      if (logged) this.send(from, { type: "commit", generation, epoch: epoch + i, ...logged });
    });
  }

  /** Guests who came back before the team, once there is a group. */
  private hearTheEarly(): void {
    if (this.generation === 0) return;
    for (const [member, seat] of this.seats) {
      const { early } = seat;
      seat.early = undefined;
      if (early && seat.connected && this.isNewAttempt(seat, early.attempt)) this.comeBack(member, early);
    }
  }

  private restore({ generation, epoch, tag }: Extract<ToService, { type: "back" }>, now: number): void {
    this.generation = generation;
    this.epoch = epoch;
    this.epochSince = now;
    this.begunAt = this.restoredAt ??= now;
    this.members = new Map();
    this.log = new Map();
    this.tags = new Map([[epoch, tag]]);
    this.complaints.clear();
    this.creator = undefined;
  }

  private changed(now: number): void {
    this.judge();
    if (now >= this.epochSince + LAG_WITHIN) for (const member of this.laggards()) this.members.delete(member);
    this.lookOutside(now);
    this.choose(now);
    this.hearTheEarly();
    this.hasSettled = this.restoredAt === undefined || now >= this.restoredAt + SETTLE_WITHIN;
    this.show();
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

  private lookOutside(now: number): void {
    for (const member of this.seats.keys()) {
      const isOut = this.isAble(member) && this.members.get(member)?.tag === undefined;
      const known = this.outside.get(member)?.silentSince;
      if (!isOut || (known !== undefined && now >= known + SILENT_AFTER)) this.outside.delete(member);
      const outside = this.outside.get(member);
      if (isOut && (this.waiting.has(member) || this.members.has(member)))
        this.outside.set(member, { since: outside?.since ?? now, silentSince: undefined });
      else if (outside) outside.silentSince ??= now;
    }
  }

  /** Sees to it that there is a group, or that somebody makes one. */
  private choose(now: number): void {
    const stuck = this.stuckSince();
    const isStuck = stuck !== undefined && now >= stuck + STUCK_AFTER;
    // A guest adds nobody.
    const team = [...this.members.keys()].filter((member) => this.isOfTeam(member));
    const whoWait = [...this.waiting.keys()].filter((member) => this.isAble(member));
    const isAgreed = whoWait.length <= 2 * whoWait.filter((member) => !this.waiting.get(member)?.isRefused).length;
    // By those who are given up, or have left and are fewer.
    if (isStuck || (team.length === 0 && !isAgreed))
      for (const offer of this.waiting.values()) offer.isRefused = false;
    // Whoever leaves a group to make the next one comes last.
    const outsideSince = (member: MemberId) => this.outside.get(member)?.since ?? now;
    const able = whoWait
      .filter((member) => !this.waiting.get(member)?.isRefused)
      .sort((a, b) => outsideSince(a) - outsideSince(b) || a - b);
    if (this.isLive() || able.length === 0) this.noLiveSince = undefined;
    else this.noLiveSince ??= now;
    if (this.creator) {
      const place = able.indexOf(this.creator.member);
      if (place >= 0 && now < this.creator.since + CREATE_WITHIN) return;
      this.creator = undefined;
      return this.begin(place >= 0 ? (able[place + 1] ?? able[0]) : able[0], now);
    }
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
    return [...this.members].flatMap(([member, { epoch }]) =>
      epoch < this.epoch && this.seats.get(member)?.connected ? [member] : [],
    );
  }

  /** Since when somebody waits whom the members could have added. Neither a renewal of keys nor that they add others ends
   * it. What they say of those who wait counts, until these are more of the team than they. */
  private stuckSince(): number | undefined {
    if (this.creator || !this.isLive()) return undefined;
    const unrefused = [...this.waiting].filter(([member, { isRefused }]) => !isRefused && this.isAble(member));
    const inside = [...this.members].filter(([member, { tag }]) => tag !== undefined && this.isAble(member)).length;
    const wanting = [...this.outside.values()].filter(({ silentSince }) => silentSince === undefined);
    const outside = wanting.map(({ since }) => since).sort((a, b) => a - b);
    // One of them has to be there to be asked, and as long: who has just come is added first.
    const there = [...this.outside].filter(([member]) => this.waiting.has(member)).map(([, { since }]) => since);
    const outnumber = there.length > 0 ? outside.slice(inside, inside + 1) : [];
    const firstThere = Math.min(...there);
    const since = [
      ...unrefused.map(([, offer]) => offer.since),
      ...outnumber.map((since) => Math.max(since, firstThere)),
    ];
    return since.length === 0 ? undefined : Math.max(this.begunAt, Math.min(...since));
  }

  /** Somebody is there who could add others. */
  private isLive(): boolean {
    return [...this.members.keys()].some((member) => this.isOfTeam(member) && this.seats.get(member)?.connected);
  }

  private isAble(member: MemberId): boolean {
    return this.isOfTeam(member) && this.seats.get(member)?.connected === true && !this.isBarred(member);
  }

  private isOfTeam(member: MemberId): boolean {
    return this.seats.get(member)?.isGuest === false;
  }

  private isBarred(member: MemberId): boolean {
    return (this.strikes.get(member) ?? 0) >= MAX_STRIKES;
  }

  /** To everybody who was told something else, or nothing on this socket: views are complete. */
  private show(): void {
    const board = this.viewOfAll();
    const text = JSON.stringify(board);
    if (text !== this.board) for (const seat of this.seats.values()) seat.told = undefined;
    this.board = text;
    // Grows also where only one is told: whoever reads takes the highest.
    this.version += 1;
    for (const [member, seat] of this.seats) {
      const own = { attempt: seat.attempt, isBarred: this.isBarred(member) };
      const told = JSON.stringify(own);
      if (!seat.connected || seat.told === told) continue;
      seat.told = told;
      this.send(member, { type: "group", version: this.version, ...board, ...own });
    }
  }

  private viewOfAll(): Omit<View, "type" | "version" | "attempt" | "isBarred"> {
    const somebody = (member: MemberId): Somebody | undefined => {
      const seat = this.seats.get(member);
      return seat && { member, person: seat.person, isGuest: seat.isGuest, connected: seat.connected };
    };
    return {
      generation: this.generation,
      epoch: this.epoch,
      creator: this.creator?.member,
      members: [...this.members.keys()].flatMap((member) => somebody(member) ?? []),
      waiting: [...this.waiting].flatMap(([member, { ref, keyPackage }]) => {
        const known = somebody(member);
        return known && !this.isBarred(member) ? [{ ...known, ref, keyPackage }] : [];
      }),
      others: [...this.seats.keys()]
        .filter((member) => !this.members.has(member) && !this.waiting.has(member) && !this.isBarred(member))
        .flatMap((member) => somebody(member) ?? []),
      isSettling: !this.hasSettled,
    };
  }

  private send(to: MemberId, message: FromService): void {
    if (this.seats.get(to)?.connected) this.out(to, message);
  }
}
