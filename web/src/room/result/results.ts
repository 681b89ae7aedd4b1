/**
 * What is shown in the room of a report that is not signed yet: decision, recommendation, key images; one member's end of
 * it. It travels on the `state` data channel under `result/{author}/…` as the chat does: signed by its author, kept for
 * those who come later, passed on by the first seat of the team when the author has left. The server reads and stores
 * none of it. Who may be believed is not known here.
 *
 * The tab keeps what its user shows, for a reload. Every page asks the others once for what else it has to pass on or to
 * say again ({@link askKey}): what its author showed in another tab, and what people who have left showed.
 *
 * What was shown to a sealed room leaves in no other: once the room was lifted, its author has to show it anew, and nobody
 * passes it on.
 *
 * Knows neither DOM nor WebRTC.
 */

import type { KeyImage } from "../../api/types";
import { utf8 } from "../../e2ee/bytes";
import type { RoomContent, ShowFault } from "../../report/inRoom";
import type { Consumer, Link, Received, Said } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import { encodeJson } from "../../viewer/sync/codec";
import type { Json } from "../../viewer/sync/replica";
import type { Sitter } from "../chat/chat";
import type { Author } from "../chat/message";
import { askKey, decodePart, encodePart, partKey, partsOf, sizeFault, tidyContent, type Part, type Words } from "./value";

/** Keys that are held, thirteen of an author. More lets a server that attests people without end fill the page's memory. */
const MAX_HELD = 256;

/** What somebody shows. */
export interface Shown {
  readonly author: Author;
  /** Since when, milliseconds since 1970 by the author's idea of the server's clock. Each set has another one. */
  readonly revision: number;
  /** Number of signed versions that it follows. */
  readonly after: number;
  /** Absent as long as key images are on their way. */
  readonly content: RoomContent | undefined;
  /** Signed and sealed. `false`: it was shown to a lifted room, and the author is who the server says. */
  readonly isSigned: boolean;
  /** Signed, or from the author's own seat. */
  readonly isVerified: boolean;
  /** Passed on by somebody else, with the author's signature: the author has left. */
  readonly isQuoted: boolean;
}

export interface ResultsState {
  readonly own: Shown | undefined;
  /** Something of this member's has not left yet. */
  readonly isUnsent: boolean;
  /** The newest first. */
  readonly others: readonly Shown[];
}

/** What a tab keeps of what its user shows: one text for each person. */
export interface ResultStore {
  read(person: string): string | null;
  write(person: string, text: string): void;
}

export interface ResultsOptions {
  /** Who has a seat now. */
  who(seat: number): Sitter | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** The room was lifted: what is put leaves as it is. */
  isOpen(): boolean;
  readonly store: ResultStore;
}

interface Held extends Part {
  readonly name: string;
  readonly isSigned: boolean;
  readonly isVerified: boolean;
  readonly isQuoted: boolean;
  /** Of somebody else, where the room is sealed. */
  readonly quotation: Said["quotation"] | undefined;
}

export class Results implements Consumer {
  /** By key, what was taken back included. */
  private readonly held = new Map<string, Held>();
  /** Own keys that have to be sent (again). */
  private readonly dirty = new Set<string>();
  /** Keys of others to be passed on. */
  private readonly owed = new Set<string>();
  /** Revisions of those that were. */
  private readonly passedOn = new Map<string, number>();
  private hasAsked = false;
  private isOver = false;
  private link: Link | undefined;
  private seatNumber: number | undefined;
  private me: Sitter | undefined;
  private members: readonly number[] = [];
  private state: ResultsState = { own: undefined, isUnsent: false, others: [] };
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: ResultsOptions) {}

  readonly snapshot = (): ResultsState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Shows it in the place of what was shown before; what is too large is not shown at all. */
  show(content: RoomContent): ShowFault | undefined {
    const clean = tidyContent(content);
    if ("type" in clean) return clean;
    if (!this.me) return { type: "offline" };
    const parts = partsOf(this.me.id, this.nextRevision(), clean);
    const fault = sizeFault(parts);
    if (!fault) this.replace(parts);
    return fault;
  }

  takeBack(): void {
    if (!this.me || !this.state.own) return;
    this.replace([{ author: this.me.id, slot: "words", revision: this.nextRevision(), value: undefined }]);
  }

  /** The stay is over: what comes late is kept nowhere. */
  stop(): void {
    this.isOver = true;
  }

  seat(me: number): void {
    this.seatNumber = me;
    this.meet();
  }

  /** Who leaves takes the kept entries along. */
  roster(members: readonly number[]): void {
    this.members = members;
    this.meet();
    this.owe(({ author }) => !this.isPresent(author));
    this.flush();
  }

  opened(link: Link): void {
    this.link = link;
    for (const part of this.own()) this.dirty.add(partKey(part));
    this.flush();
  }

  closed(link: Link): void {
    if (this.link === link) this.link = undefined;
  }

  drained(): void {
    this.flush();
  }

  received({ kind, sender, key, payload, said }: Received): void {
    const sitter = this.options.who(sender);
    // Guests have no part in it, whatever the server relays.
    if (kind !== Kind.put || (said ?? sitter)?.isGuest) return;
    if (said && key === askKey(said.person)) return this.answer(said.person, Number(new TextDecoder().decode(payload)));
    const part = decodePart(key, payload, this.options.now());
    // Whoever signs or sits there says to be somebody else.
    if (!part || (said?.person ?? sitter?.id ?? part.author) !== part.author) return;
    const isVerified = said !== undefined || sitter !== undefined;
    const isQuoted = said?.isQuoted ?? false;
    if (!this.isNews(key, part, isVerified, isQuoted)) return;
    const isOwn = part.author === this.me?.id;
    const name = said?.name ?? sitter?.name ?? "";
    const of = { name, isSigned: said !== undefined, isVerified, isQuoted: isQuoted && !isOwn, quotation: said?.quotation };
    this.held.set(key, { ...part, ...of });
    if (isOwn) this.keep();
    // What others had kept for its author is the author's to say again.
    if (isOwn && isQuoted) this.dirty.add(key);
    // What was passed on is not kept in an older revision.
    if (this.passedOn.has(key)) this.owed.add(key);
    this.flush();
  }

  private isNews(key: string, { revision }: Part, isVerified: boolean, isQuoted: boolean): boolean {
    const known = this.held.get(key);
    if (!known) return this.held.size < MAX_HELD;
    if (known.isVerified !== isVerified) return isVerified;
    return revision > known.revision || (revision === known.revision && known.isQuoted && !isQuoted);
  }

  /** As soon as it is known who this is: what the tab has kept. */
  private meet(): void {
    const sitter = this.seatNumber === undefined ? undefined : this.options.who(this.seatNumber);
    if (!sitter || sitter.id === this.me?.id) return;
    this.me = sitter;
    const kept = readKept(this.options.store.read(sitter.id), sitter.id, this.options.now());
    for (const [part, isSigned] of kept) this.write(part, isSigned);
    this.flush();
  }

  private own(): Held[] {
    return [...this.held.values()].filter(({ author }) => author === this.me?.id);
  }

  private lastRevision(): number {
    return Math.max(0, ...this.own().map(({ revision }) => revision));
  }

  private nextRevision(): number {
    return Math.max(this.lastRevision() + 1, Math.round(this.options.now()));
  }

  /** The parts of a set, and nothing where one was that the new set has not. */
  private replace(parts: readonly [Part, ...Part[]]): void {
    const keys = new Set(parts.map(partKey));
    const { revision } = parts[0];
    const gone = this.own().filter((part) => part.value && !keys.has(partKey(part)));
    for (const part of [...parts, ...gone.map((each) => ({ ...each, revision, value: undefined }))]) this.write(part);
    this.keep();
    this.flush();
  }

  private write({ author, slot, revision, value }: Part, isSigned = !this.options.isOpen()): void {
    const key = partKey({ author, slot });
    const said = { name: this.me?.name ?? "", isSigned, isVerified: true, isQuoted: false, quotation: undefined };
    this.held.set(key, { author, slot, revision, value, ...said });
    this.dirty.add(key);
  }

  private keep(): void {
    const kept = this.own().map((part) => [partKey(part), part.revision, part.value ?? null, part.isSigned]);
    if (this.me && !this.isOver) this.options.store.write(this.me.id, JSON.stringify(kept));
  }

  private isPresent(person: string): boolean {
    return this.members.some((seat) => this.options.who(seat)?.id === person);
  }

  private answer(person: string, revision: number): void {
    this.owe((part) => !this.isPresent(part.author) || (part.author === person && part.revision > revision), person);
    this.flush();
  }

  /** What those parts say is passed on: the first of the team does it, but nobody for themselves. */
  private owe(isWanted: (part: Part) => boolean, except?: string): void {
    const team = this.members.filter((seat) => {
      const sitter = this.options.who(seat);
      return sitter && !sitter.isGuest && sitter.id !== except;
    });
    if (this.seatNumber !== Math.min(...team)) return;
    for (const [key, part] of this.held) if (part.author !== this.me?.id && isWanted(part)) this.owed.add(key);
  }

  private flush(): void {
    this.send();
    this.refresh();
  }

  private send(): void {
    const { link, me } = this;
    if (!link || !me || me.isGuest) return;
    const isOpen = this.options.isOpen();
    for (const key of this.dirty) {
      const part = this.held.get(key);
      const mayLeave = !isOpen || !part?.isSigned || part.value === undefined;
      // A sealed channel takes it as put once it has left, and tells when.
      if (!part || !mayLeave || link.put(key, encodePart(part))) this.dirty.delete(key);
    }
    if (!link.passOn || isOpen) return;
    this.hasAsked ||= link.put(askKey(me.id), utf8(String(this.lastRevision())));
    for (const key of this.owed) {
      const { quotation, revision = 0 } = this.held.get(key) ?? {};
      if (quotation && this.passedOn.get(key) !== revision) {
        if (!link.passOn(key, quotation)) return;
        this.passedOn.set(key, revision);
      }
      this.owed.delete(key);
    }
  }

  private refresh(): void {
    const all = [...this.held.values()].flatMap((part) => this.shown(part) ?? []);
    const isOwn = ({ author }: Shown) => author.id === this.me?.id;
    this.state = {
      own: all.find(isOwn),
      isUnsent: this.dirty.size > 0,
      others: all.filter((each) => !isOwn(each)).sort((a, b) => b.revision - a.revision),
    };
    for (const listener of this.listeners) listener();
  }

  private shown({ author, slot, revision, value, name, isSigned, isVerified, isQuoted }: Held): Shown | undefined {
    if (slot !== "words" || !value) return undefined;
    const { images, ...words } = value as Words;
    const keyImages = Array.from({ length: images }, (_, i) => this.held.get(partKey({ author, slot: i })))
      .filter((part) => part?.revision === revision)
      .flatMap((part) => (part?.value ? [part.value as KeyImage] : []));
    return {
      author: { id: author, name },
      revision,
      after: words.after,
      content: keyImages.length === images ? { ...words, keyImages } : undefined,
      isSigned,
      isVerified,
      isQuoted,
    };
  }
}

function readKept(text: string | null, person: string, now: number): [Part, boolean][] {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(kept) ? kept.flatMap((each) => readPart(each, person, now)) : [];
  } catch {
    return [];
  }
}

function readPart(kept: unknown, person: string, now: number): [Part, boolean][] {
  const [key, revision, value, isSigned] = Array.isArray(kept) ? (kept as Json[]) : [];
  const part = typeof key === "string" ? decodePart(key, encodeJson([revision ?? null, value ?? null]), now) : undefined;
  return part?.author === person ? [[part, isSigned !== false]] : [];
}
