import type { Consumer, Link, Received } from "../../rtc/channel";
import { decodeEntry, decodeJson, encodeEntry, encodeJson } from "./codec";
import { Replica, type Entry, type Json } from "./replica";
import { initialMode, keeper, modeOf, stepMode, type Mode, type ModeInput, type ModeState } from "./mode";
import { compareVersions } from "./version";
import {
  annotationKey,
  annotationUid,
  ASK_KEY,
  POINTER_KEY,
  PRESENTER_KEY,
  readAnnotation,
  readPointer,
  readPresenter,
  readViewport,
  VIEWPORT_KEY,
  type SharedAnnotation,
  type SharedPointer,
  type SharedViewport,
} from "./values";

/**
 * Least time between two sends, in milliseconds: 30 a second. More makes a follower's scrolling visibly jerky; less
 * only fills the channel, since a screen shows no more.
 */
export const SEND_INTERVAL = 1000 / 30;

/** The session's clock; a test drives it by hand. */
export interface Timer {
  /** Milliseconds, from any origin. */
  now(): number;
  /** Calls `run` once after `ms`; the result cancels it. */
  after(ms: number, run: () => void): () => void;
}

export interface SharedState {
  readonly mode: Mode;
  readonly me: number | undefined;
  readonly presenter: number | undefined;
  /** The snapshot has arrived; before it nothing of this member is sent. */
  readonly ready: boolean;
  /** What the presenter shows. */
  readonly viewport: SharedViewport | undefined;
  /** In the order of their last change. */
  readonly annotations: ReadonlyMap<string, SharedAnnotation>;
}

const PUT = 1;
const EPHEMERAL = 3;
const END_OF_SNAPSHOT = 4;

/**
 * One member's end of the shared view: the replica, what of it still has to be sent, and who drives. It knows neither
 * DOM nor WebRTC nor Cornerstone.
 *
 * Invariant: `vp/0` is written only while this member presents and is applied only while it does not. A remote view
 * that was applied can therefore never come back as an own one.
 */
export class SharedView implements Consumer {
  private readonly replica = new Replica();
  /** Latest value of each key that waits to be written: the throttle, the wait for the snapshot and the wait for a congested channel in one. */
  private readonly outbox = new Map<string, Json>();
  /** Entries that are in the replica and have to be sent (again) as they are. */
  private readonly resend = new Set<string>();
  /** Seats that this page has had. */
  private readonly seats = new Set<number>();
  private link: Link | undefined;
  private ready = false;
  private hasAsked = false;
  /** Drawn by each page, so that a question that comes again with each epoch is answered once. */
  private readonly page = Math.trunc(Math.random() * 2 ** 32);
  private readonly asked = new Set<string>();
  private mode: ModeState = initialMode;
  private members: readonly number[] = [];
  private lastSend = Number.NEGATIVE_INFINITY;
  private lastPointer = Number.NEGATIVE_INFINITY;
  private cancelFlush: (() => void) | undefined;
  private state: SharedState = {
    mode: "follow",
    me: undefined,
    presenter: undefined,
    ready: false,
    viewport: undefined,
    annotations: new Map(),
  };
  private readonly listeners = new Set<() => void>();
  private readonly pointerListeners = new Set<(sender: number, pointer: SharedPointer) => void>();

  constructor(private readonly timer: Timer) {}

  // What comes from the room.

  /** This member's seat. */
  seat(me: number): void {
    this.seats.add(me);
    this.turn({ type: "seat", me });
  }

  /** Seats in the room, this one included; kept seats of people who lost the network count. */
  roster(members: readonly number[]): void {
    this.members = members;
    this.adopt();
    this.refresh();
  }

  /** The `state` channel opened; the SFU sends its snapshot first. */
  opened(link: Link): void {
    this.link = link;
    this.ready = false;
    this.refresh();
  }

  /** The channel of `link` is gone; writes wait for the next one. */
  closed(link: Link): void {
    if (this.link !== link) return;
    this.link = undefined;
    this.ready = false;
    this.refresh();
  }

  /** The channel takes messages again after {@link Link.put} answered `false`. */
  drained(): void {
    this.flush();
  }

  received(message: Received): void {
    switch (message.kind) {
      case PUT: {
        if (message.key === ASK_KEY) return this.answer(message);
        const entry = decodeEntry(message.key, message.payload);
        if (!entry || !this.replica.merge(entry)) return;
        // Others had kept it for this page, which was loaded anew.
        if (this.ready && this.seats.has(entry.version.member)) this.resend.add(entry.key);
        // A snapshot counts as a whole, so that nobody sees half of it.
        if (this.ready) this.refresh();
        this.flush();
        return;
      }
      case EPHEMERAL: {
        const pointer = message.key === POINTER_KEY ? readPointer(decodeJson(message.payload)) : undefined;
        if (pointer) for (const listener of this.pointerListeners) listener(message.sender, pointer);
        return;
      }
      case END_OF_SNAPSHOT:
        // A slow member gets the snapshot again on an open channel: nothing of its own was lost then.
        if (this.ready) return;
        this.ready = true;
        for (const entry of this.replica.entries())
          if (this.seats.has(entry.version.member)) this.resend.add(entry.key);
        this.ask();
        this.adopt();
        this.refresh();
        this.flush();
        return;
    }
  }

  /** In a sealed room nobody can open any more what this seat put before its page was loaded anew. */
  private ask(): void {
    const { link, hasAsked } = this;
    if (!hasAsked && link?.passOn) this.hasAsked = link.put(ASK_KEY, encodeJson(this.page));
  }

  private answer({ sender: seat, payload }: Received): void {
    const question = `${seat} ${String(decodeJson(payload))}`;
    if (!this.ready || this.asked.has(question)) return;
    this.asked.add(question);
    const others = this.members.filter((member) => member !== seat);
    if (!this.ready || keeper(this.presenterEntry(), others) !== this.mode.me) return;
    for (const { key, version } of this.replica.entries()) if (version.member === seat) this.resend.add(key);
    this.flush();
  }

  // What comes from this member.

  /** The viewer moved the images by hand. */
  navigated(): void {
    this.turn({ type: "navigated" });
  }

  follow(): void {
    this.turn({ type: "follow" });
  }

  takeControl(): void {
    this.turn({ type: "take" });
  }

  /** Shows `viewport` to the others; ignored unless this member presents. */
  show(viewport: SharedViewport): void {
    if (modeOf(this.mode) === "present") this.write(VIEWPORT_KEY, viewport as unknown as Json);
  }

  /** Draws or changes a measurement; `undefined` deletes it. */
  annotate(uid: string, annotation: SharedAnnotation | undefined): void {
    this.write(annotationKey(uid), (annotation ?? null) as unknown as Json);
  }

  /** Points at the patient; dropped when it comes too fast. */
  point(pointer: SharedPointer): void {
    const now = this.timer.now();
    if (!this.link || now - this.lastPointer < SEND_INTERVAL) return;
    this.lastPointer = now;
    this.link.ephemeral(POINTER_KEY, encodeJson(pointer as unknown as Json));
  }

  // What the screen reads.

  readonly snapshot = (): SharedState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  onPointer(listener: (sender: number, pointer: SharedPointer) => void): () => void {
    this.pointerListeners.add(listener);
    return () => this.pointerListeners.delete(listener);
  }

  /** Every entry that this member holds, for tests. */
  entries(): Entry[] {
    return this.replica.entries();
  }

  /** Stops every timer. */
  stop(): void {
    this.cancelFlush?.();
    this.cancelFlush = undefined;
    this.link = undefined;
  }

  private turn(input: ModeInput): void {
    const { state, claim } = stepMode(this.mode, input);
    this.mode = state;
    if (claim) this.write(PRESENTER_KEY, { member: state.me ?? 0 });
    this.refresh();
  }

  private write(key: string, value: Json): void {
    // Set anew, so that keys leave in the order of their last change.
    this.outbox.delete(key);
    this.outbox.set(key, value);
    this.resend.delete(key);
    this.flush();
    this.refresh();
  }

  /** Sends what waits, at most every {@link SEND_INTERVAL}; the last value of a burst always leaves. */
  private flush(): void {
    const me = this.mode.me;
    if (!this.link || !this.ready || me === undefined || this.cancelFlush) return;
    if (this.outbox.size === 0 && this.resend.size === 0) return;
    const wait = this.lastSend + SEND_INTERVAL - this.timer.now();
    if (wait > 0) {
      this.cancelFlush = this.timer.after(wait, () => {
        this.cancelFlush = undefined;
        this.flush();
      });
      return;
    }
    this.lastSend = this.timer.now();
    for (const key of [...this.resend]) {
      const entry = this.replica.entry(key);
      if (entry && !this.link.put(key, encodeEntry(entry))) return;
      this.resend.delete(key);
    }
    for (const [key, value] of [...this.outbox]) {
      this.outbox.delete(key);
      if (key === VIEWPORT_KEY && modeOf(this.mode) !== "present") continue;
      const entry = this.replica.put(key, value, me);
      if (!this.link.put(key, encodeEntry(entry))) this.resend.add(key);
    }
    this.refresh();
  }

  /** Takes over what the SFU forgot together with its author's seat. */
  private adopt(): void {
    const me = this.mode.me;
    if (!this.ready || me === undefined || keeper(this.presenterEntry(), this.members) !== me) return;
    for (const { key, version } of this.replica.entries()) {
      if (!this.members.includes(version.member) && !this.seats.has(version.member)) this.resend.add(key);
    }
    this.flush();
  }

  private presenterEntry(): number | undefined {
    return readPresenter(this.outbox.get(PRESENTER_KEY) ?? this.replica.value(PRESENTER_KEY));
  }

  /** Brings {@link SharedState} up to date and tells the listeners when it changed. */
  private refresh(): void {
    const entry = this.presenterEntry();
    const presenter = entry !== undefined && this.members.includes(entry) ? entry : undefined;
    this.mode = stepMode(this.mode, { type: "presenter", presenter }).state;
    const next: SharedState = {
      mode: modeOf(this.mode),
      me: this.mode.me,
      presenter,
      ready: this.ready,
      viewport: this.readViewport(),
      annotations: this.readAnnotations(),
    };
    if (same(this.state, next)) return;
    this.state = next;
    for (const listener of this.listeners) listener();
  }

  private viewportFrom: Json | undefined;
  private readViewport(): SharedViewport | undefined {
    const value = this.replica.value(VIEWPORT_KEY);
    if (value === this.viewportFrom) return this.state.viewport;
    this.viewportFrom = value;
    return readViewport(value);
  }

  /** Measurements as this member sees them: its own unsent changes over the replica. Keeps the map while nothing changed. */
  private readAnnotations(): ReadonlyMap<string, SharedAnnotation> {
    const found = new Map<string, Json | undefined>();
    const byAge = this.replica.entries().sort((a, b) => compareVersions(a.version, b.version));
    for (const { key, value } of byAge) found.set(key, value ?? undefined);
    for (const [key, value] of this.outbox) {
      found.delete(key);
      found.set(key, value ?? undefined);
    }
    const annotations = new Map<string, SharedAnnotation>();
    let changed = false;
    for (const [key, value] of found) {
      const uid = annotationUid(key);
      if (uid === undefined || value === undefined) continue;
      const cached = this.parsed.get(value as object);
      const annotation = cached ?? readAnnotation(value);
      if (!annotation) continue;
      if (!cached) this.parsed.set(value as object, annotation);
      annotations.set(uid, annotation);
      if (this.state.annotations.get(uid) !== annotation) changed = true;
    }
    return changed || annotations.size !== this.state.annotations.size ? annotations : this.state.annotations;
  }
  private readonly parsed = new WeakMap<object, SharedAnnotation>();
}

function same(a: SharedState, b: SharedState): boolean {
  return (
    a.mode === b.mode &&
    a.me === b.me &&
    a.presenter === b.presenter &&
    a.ready === b.ready &&
    a.viewport === b.viewport &&
    a.annotations === b.annotations
  );
}
