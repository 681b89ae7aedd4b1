/**
 * End-to-end encryption of one stay in a room: runs {@link step} over the member's MLS group, and gives what leaves and
 * what comes the keys of its epochs. Nothing leaves without a key; `schemas/END_TO_END.md` says what it protects from.
 */

import type { Attestation, MlsNews, MlsRequest, Encryption as Mode } from "../api/types";
import { fromBase64Url, toBase64Url } from "./base64url";
import { utf8 } from "./bytes";
import type { MemberId } from "./delivery/messages";
import { initial, nextDeadline, step, type Effect, type Input, type State, type Work } from "./delivery/machine";
import { MlsPort } from "./delivery/mlsPort";
import { Acquaintances } from "./encryption/acquaintances";
import { GroupData } from "./encryption/dataSealing";
import { keysOf, type EpochKeys } from "./encryption/keys";
import { WorkerMedia } from "./encryption/mediaSealing";
import { Renewal } from "./encryption/renewal";
import { fromWire, toWire } from "./encryption/wire";
import type {
  DataSealing,
  EncryptionOptions,
  EncryptionState,
  EncryptionStatus,
  MediaSealing,
} from "./encryption/types";
import { readAttestation } from "./group/attestation";
import type { Device } from "./group/device";
import type { Trust } from "./group/policy";
import type { Keyed, Standing } from "./words/checks";
import { wordIndexes } from "./words/words";

export type * from "./encryption/types";

const NOTHING: EncryptionState = {
  status: "required",
  generation: 0,
  epoch: 0,
  members: [],
  fault: undefined,
  announced: [],
  isAuthorityNew: false,
  isLiftOffered: false,
  mediaLosses: 0,
  differs: false,
};

export class Encryption {
  /** Says something to the delivery service. */
  send: (message: MlsRequest) => void = () => undefined;
  /**
   * The worker that seals pictures and sound has died. Connections that had it carry nothing any more, and are to be
   * replaced: their transforms cannot be moved to another one.
   */
  mediaLost: () => void = () => undefined;
  /** The attestation is about to end: asks for another one, which {@link attested} is told. */
  renew: () => void = () => undefined;

  readonly media: MediaSealing;
  readonly data: DataSealing;

  private known: Acquaintances;
  private readonly renewal: Renewal;
  private readonly worker: WorkerMedia;
  private readonly values: GroupData;
  private machine: State = initial;
  private device: Device | undefined;
  private me: MemberId | undefined;
  private port: MlsPort | undefined;
  private trust: (Trust & { readonly text: string }) | undefined;
  /** Of the epoch whose keys are in use. */
  private keys: EpochKeys | undefined;
  private places: Promise<readonly number[]> | undefined;
  /** Number of times that everything was forgotten: keys that were asked for before are not used any more. */
  private life = 0;
  private isLifted = false;
  private isLiftOffered = false;
  private hasAgreed = false;
  private hasBegun = false;
  private fault: string | undefined;
  private mediaLosses = 0;
  private current: EncryptionState = NOTHING;
  private stopTimer: () => void = () => undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: EncryptionOptions) {
    const voice = () => this.port && this.trust && { port: this.port, trust: this.trust };
    this.known = new Acquaintances(options.checks, options.consult);
    this.renewal = new Renewal(options, () => this.renew());
    this.media = this.worker = new WorkerMedia(options.isAble, options.worker, () => {
      this.mediaLosses += 1;
      this.mediaLost();
      this.publish();
    });
    this.data = this.values = new GroupData(voice, options);
  }

  readonly snapshot = (): EncryptionState => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  // What the connection tells.

  /** To ask for a ticket with, base64url; none in a browser that cannot encrypt. */
  async deviceKey(): Promise<string | undefined> {
    if (!this.options.isAble) return undefined;
    this.device ??= await this.options.device();
    return toBase64Url(this.device.publicKey);
  }

  /**
   * With a ticket. A newer one is for the next key package, and for the group with the next renewal of the keys. Fails
   * when the device was somebody else's: the key is another one then, for which a ticket is to be asked anew.
   */
  async attested({ attestation, authority }: Attestation): Promise<void> {
    const { device, options } = this;
    const key = fromBase64Url(authority);
    if (!device || !key || this.machine.isOver) return;
    // Whoever answers for the members stays the same as long as this stay lasts.
    if (this.trust && this.trust.text !== authority) return this.refuse("authority_changed");
    const identity = { device, attestation: utf8(attestation) };
    const said = readAttestation(identity.attestation);
    if (!said) return this.refuse("attestation_malformed");
    if (!(await options.claim(said.person))) {
      this.disown(device);
      throw new Error("the device was somebody else's");
    }
    if (device !== this.device || this.machine.isOver) return;
    if (!this.isLifted) this.renewal.endsAt(said.expires);
    if (this.port) {
      this.port.identity = identity;
      this.port.group?.reattest(identity.attestation);
      return;
    }
    this.trust = { authority: key, consult: options.consult, text: authority };
    this.port = new MlsPort(identity, this.trust);
    this.known.recognise(authority);
    this.publish();
    if (this.me !== undefined) this.online(this.me);
  }

  /** Whoever signed in here since gets nothing of the one before. */
  private disown(device: Device): void {
    if (device !== this.device) return;
    this.device = undefined;
    this.forget();
    this.port = undefined;
    this.machine = initial;
    this.known = new Acquaintances(this.options.checks, this.options.consult);
    this.schedule();
    this.publish();
  }

  /** The user joins: what they have seen in the lobby holds. */
  begin(): void {
    this.hasBegun = true;
  }

  /** The socket is open; the seat is `me`. */
  online(me: MemberId): void {
    this.me = me;
    if (this.port && !this.isLifted) this.feed({ type: "online", me });
  }

  offline(): void {
    this.me = undefined;
    this.feed({ type: "offline" });
  }

  received(news: MlsNews): void {
    const message = fromWire(news);
    if (message && !this.isLifted) this.feed({ type: "message", message });
  }

  /**
   * What the server says of the room. Before {@link begin} it counts: the lobby shows it. After it the server's word
   * changes nothing by itself: the user has to agree. Opening a room is for good.
   */
  setEncryption({ type }: Pick<Mode, "type">): void {
    if (type === "required" || this.isLifted) return;
    this.isLiftOffered = true;
    this.values.offerLift();
    if (this.hasAgreed || !this.hasBegun || !this.options.isAble) this.lift();
    else this.worker.hold();
    this.publish();
  }

  /** This user goes on without encryption: lifts it, or agrees to what somebody of the team has done. */
  agreeToLift(): void {
    this.hasAgreed = true;
    if (this.isLiftOffered && !this.isLifted) this.lift();
    this.publish();
  }

  private lift(): void {
    this.isLifted = true;
    // The keys stay for what was sealed before; the group is not kept up any more.
    this.feed({ type: "offline" });
    this.renewal.stop();
    this.worker.lift();
    this.values.lift();
  }

  /** This user let the guest in, or a member of the team said so under its signature. The server's word is not enough. */
  admitted(person: string): void {
    this.feed({ type: "admitted", person });
  }

  /** The guest was turned away or sent out, for good. Anybody's word is enough for that. */
  withdrawn(person: string): void {
    this.feed({ type: "withdrawn", person });
  }

  /** Forgets every key. */
  leave(): void {
    this.feed({ type: "leave" });
    this.renewal.stop();
    this.worker.end();
    this.options.left?.();
  }

  // What people do.

  /** The places of the verification words in the lists (`words/words.ts`). */
  async words(): Promise<readonly number[] | undefined> {
    const { keys } = this;
    return keys && (this.places ??= wordIndexes(keys.authenticator));
  }

  /** The words were compared with everybody who is there, and agree. */
  confirm(): void {
    this.known.confirm(this.others(), this.options.now());
    this.publish(true);
  }

  /** The words were compared and do not agree. */
  distrust(): void {
    this.known.distrust(this.others());
    this.publish(true);
  }

  /** What was announced has been read. */
  acknowledge(): void {
    this.known.acknowledge();
    this.publish(true);
  }

  standing(person: string): Standing {
    const member = this.others().find((each) => each.person === person);
    return member ? this.known.standing(member) : "unknown";
  }

  private others(): Keyed[] {
    const { members, leaf } = this.keys ?? { members: [], leaf: undefined };
    return members
      .filter((member) => member.leaf !== leaf)
      .map(({ attestation, key }) => ({ person: attestation.person, key }));
  }

  private refuse(code: string): void {
    this.fault = code;
    this.publish();
  }

  // The machine.

  private feed(input: Input): void {
    const { state, effects } = step(this.machine, input, this.options.elapsed());
    this.machine = state;
    for (const effect of effects) this.carryOut(effect);
    this.schedule();
    this.publish();
  }

  private carryOut(effect: Effect): void {
    switch (effect.type) {
      case "send":
        return this.send(toWire(effect.message));
      case "work":
        return void this.work(effect.id, effect.work);
      case "forget":
        return this.forget();
      case "epoch":
        return void this.enter(effect.generation);
    }
  }

  private async work(id: number, work: Work): Promise<void> {
    const { port } = this;
    if (!port) return;
    const result = await port.run(work, this.options.now()).catch(() => ({ type: "failed", code: "failed" }) as const);
    // A lifted room keeps no group; what comes late must not stop what passes in the open.
    if (!this.isLifted) this.feed({ type: "result", id, result });
  }

  private schedule(): void {
    this.stopTimer();
    const at = nextDeadline(this.machine);
    const { after, elapsed } = this.options;
    this.stopTimer = at === undefined ? () => undefined : after(at - elapsed(), () => this.feed({ type: "tick" }));
  }

  private async enter(generation: number): Promise<void> {
    const { life, port } = this;
    if (!port?.group) return;
    const keys = await keysOf(port.group, generation);
    if (life !== this.life) return;
    // It may have been attested anew since its key package was made.
    port.group.reattest(port.identity.attestation);
    this.keys?.authenticator.fill(0);
    this.keys = keys;
    this.places = undefined;
    this.fault = undefined;
    this.worker.use(keys);
    void this.values.use(keys);
    this.known.meet(this.others());
    this.publish();
  }

  private forget(): void {
    this.life += 1;
    this.port?.forget();
    this.worker.stop();
    this.values.stop();
    this.keys?.authenticator.fill(0);
    this.keys = this.places = undefined;
  }

  // What is shown of it.

  private publish(isChanged = false): void {
    const { keys } = this;
    const { announced, isAuthorityNew } = this.known;
    const next: EncryptionState = {
      status: this.status(),
      generation: keys?.generation ?? 0,
      epoch: Number(keys?.epoch ?? 0),
      members: keys?.members ?? NOTHING.members,
      fault: this.fault ?? this.machine.fault,
      announced,
      isAuthorityNew,
      isLiftOffered: this.isLiftOffered && !this.isLifted,
      mediaLosses: this.mediaLosses,
      differs: this.known.differs,
    };
    const names = Object.keys(next) as (keyof EncryptionState)[];
    if (!isChanged && names.every((name) => next[name] === this.current[name])) return;
    this.current = next;
    for (const listener of this.listeners) listener();
  }

  private status(): EncryptionStatus {
    if (this.isLifted) return "lifted";
    if (this.machine.view?.isBarred) return "barred";
    return this.keys ? "sealed" : "required";
  }
}
