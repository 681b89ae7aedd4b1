import { utf8, type Bytes } from "../bytes";
import { openValue, sealValue, type Place } from "../data/sealed";
import type { MlsPort } from "../delivery/mlsPort";
import { decodeExactly } from "../group/keyPackage";
import { nameOf, type Member } from "../group/members";
import { checkQuotation, decodeQuotation, encodeQuotation, quote } from "../group/quotation";
import type { Trust } from "../group/policy";
import { Receiver } from "../sframe/receiver";
import { Sender } from "../sframe/sender";
import { namesOf, type EpochKeys } from "./keys";
import type { DataSealing, Heard, OpenedValue } from "./types";
import { toHex } from "../bytes";

/** The group that speaks and hears, as long as there is one. */
export interface Voice {
  readonly port: MlsPort;
  readonly trust: Trust;
}

export class GroupData implements DataSealing {
  private readonly sender = new Sender((bytes) => void crypto.getRandomValues(bytes));
  private readonly receiver = new Receiver();
  /** Device keys of everybody who was a member here, by person. */
  private readonly keysOf = new Map<string, Set<string>>();
  /** All who were members, by name: a value of an old epoch may be opened in the next. */
  private readonly people = new Map<string, string>();
  private current: number | undefined;
  private changes = 0;
  private uses = 0;
  private isLifted = false;
  private isOffered = false;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly voice: () => Voice | undefined,
    private readonly clock: { readonly now: () => number; readonly elapsed: () => number },
  ) {}

  readonly isLiftOffered = (): boolean => this.isOffered && !this.isLifted;

  readonly version = (): number | undefined => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async seal(place: Place, payload: Bytes): Promise<Bytes | undefined> {
    return this.isLifted ? payload : sealValue(this.sender, place, payload);
  }

  async open(place: Place, sealed: Bytes): Promise<OpenedValue> {
    const opened = await openValue(this.receiver, place, sealed, this.clock.elapsed());
    if (opened.ok) return { ok: true, person: this.people.get(opened.member), payload: opened.plaintext };
    if (this.isLifted && opened.fault !== "replayed") return { ok: true, person: undefined, payload: sealed };
    return opened;
  }

  async say(key: string, payload: Bytes): Promise<Bytes | undefined> {
    if (this.isLifted) return payload;
    const { port, trust } = this.voice() ?? {};
    if (!port || !trust) return undefined;
    return this.saySigned(key, encodeQuotation(await quote(port.identity, trust.consult, key, payload)));
  }

  async sayAgain(key: string, quotation: Bytes): Promise<Bytes | undefined> {
    return this.isLifted ? decodeQuotation(key, quotation)?.payload : this.saySigned(key, quotation);
  }

  async hear(key: string, message: Bytes): Promise<Heard> {
    if (this.isLifted && decodeExactly(message)?.wireformat !== "mls_private_message")
      return { ok: true, author: undefined, payload: message, quotation: undefined, isQuoted: false };
    const { port, trust } = this.voice() ?? {};
    const heard = await port?.group?.hear(message, this.clock.now(), utf8(key));
    if (!heard || !trust) return { ok: false, fault: "gone" };
    if (heard.kind === "refused") return { ok: false, fault: heard.fault };
    return this.judge(await readSaid(key, heard.author, heard.payload, trust, this.clock.now()));
  }

  /** Values are sealed with the new key at once: who has not got it yet holds them back (`data/sealedChannels.ts`). */
  async use({ epoch, leaf, members, data: base }: EpochKeys): Promise<void> {
    for (const member of members) {
      const { person } = member.attestation;
      this.people.set(nameOf(member), person);
      this.keysOf.set(person, (this.keysOf.get(person) ?? new Set()).add(member.key));
    }
    this.receiver.use({ epoch, members: namesOf(members), base }, this.clock.elapsed());
    const mine = (this.uses += 1);
    await this.sender.use({ epoch, leaf, base });
    if (mine === this.uses) this.change(true);
  }

  stop(): void {
    this.uses += 1;
    this.sender.stop();
    this.receiver.stop();
    this.change(false);
  }

  offerLift(): void {
    this.isOffered = true;
  }

  lift(): void {
    this.isLifted = true;
    this.change(true);
  }

  /**
   * The server can attest any key as anybody's. What is passed on in the name of somebody who was in the group has to be
   * signed by the key that they had there; of those whom this page never met the attestation is all there is.
   */
  private judge(heard: Heard & { readonly signedBy?: string }): Heard {
    if (!heard.ok || !heard.isQuoted || !heard.author) return heard;
    const known = this.keysOf.get(heard.author.person);
    return known && !known.has(heard.signedBy ?? "") ? { ok: false, fault: "quotation_forged" } : heard;
  }

  private async saySigned(key: string, quotation: Bytes): Promise<Bytes | undefined> {
    const said = await this.voice()?.port.group?.say(quotation, utf8(key));
    return said instanceof Uint8Array ? said : undefined;
  }

  private change(canSeal: boolean): void {
    this.changes += 1;
    this.current = canSeal ? this.changes : undefined;
    for (const listener of this.listeners) listener();
  }
}

/** What an application message carries is a quotation, also from its author: so it can be passed on later. */
async function readSaid(
  key: string,
  signer: Member,
  bytes: Bytes,
  trust: Trust,
  now: number,
): Promise<Heard & { readonly signedBy?: string }> {
  const quotation = decodeQuotation(key, bytes);
  if (!quotation) return { ok: false, fault: "quotation_malformed" };
  const author = await checkQuotation(quotation, trust, now);
  if (typeof author === "string") return { ok: false, fault: author };
  const { person, name, role } = author;
  const signedBy = toHex(author.key);
  const isQuoted = nameOf({ leaf: signer.leaf, attestation: author, key: signedBy }) !== nameOf(signer);
  return { ok: true, author: { person, name, isGuest: role === "guest" }, payload: quotation.payload, quotation: bytes, isQuoted, signedBy };
}
