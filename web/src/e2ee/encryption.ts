/**
 * End-to-end encryption of one stay in a room: runs {@link step} over the member's MLS group, and gives what leaves and
 * what comes the keys of its epochs. Nothing leaves without a key; `schemas/END_TO_END.md` says what it protects from.
 */

import type { Attestation, MlsNews, MlsRequest, Encryption as Mode } from "../api/types";
import { fromBase64Url, toBase64Url } from "./base64url";
import { equalBytes, utf8 } from "./bytes";
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
import { checkAttestation, type Attestation as Attested } from "./group/attestation";
import type { Device } from "./group/device";
import { judgeReattestation, type Trust } from "./group/policy";
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

/** What the first attestation fixes: whose stay it is, and who answers for the members. */
interface Stay {
  readonly as: Attested;
  readonly trust: Trust & { readonly text: string };
  readonly port: MlsPort;
  readonly known: Acquaintances;
}

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

  private readonly renewal: Renewal;
  private readonly worker: WorkerMedia;
  private readonly values: GroupData;
  private machine: State = initial;
  private device: Device | undefined;
  private me: MemberId | undefined;
  private stay: Stay | undefined;
  private attesting: Promise<unknown> = Promise.resolve();
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
    this.renewal = new Renewal(options, () => this.renew());
    this.media = this.worker = new WorkerMedia(options.isAble, options.worker, () => {
      this.mediaLosses += 1;
      this.mediaLost();
      this.publish();
    });
    this.data = this.values = new GroupData(() => this.stay, options);
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
   * With a ticket, which has failed where this does: an attestation that does not check changes nothing. The first one
   * says whose stay this is; later ones are for the next key package, and for the group with the next renewal of the
   * keys. `false`: the device was somebody else's, and is another one for which a ticket is to be asked anew.
   */
  attested(news: Attestation): Promise<boolean> {
    // One after the other: what the first one fixes holds for all others.
    const attesting = this.attesting.then(() => this.attest(news));
    this.attesting = attesting.catch(() => undefined);
    return attesting;
  }

  private async attest({ attestation, authority }: Attestation): Promise<boolean> {
    const { device, options, stay } = this;
    if (!device || this.machine.isOver) return true;
    if (stay && stay.trust.text !== authority) return this.refuse("authority_changed");
    const trust = { authority: fromBase64Url(authority) ?? new Uint8Array(0), consult: options.consult, text: authority };
    const identity = { device, attestation: utf8(attestation) };
    const said = await checkAttestation(identity.attestation, { ...trust, key: device.publicKey }, options.now());
    if (this.machine.isOver) return true;
    if (typeof said === "string") return this.refuse(said);
    const change = stay && judgeReattestation(stay.as, said);
    if (change) return this.refuse(change);
    if (!stay) {
      const own = await options.claim(said.person);
      if (this.machine.isOver) return true;
      if (!equalBytes(own.publicKey, device.publicKey)) {
        this.device = own;
        return false;
      }
    }
    // Of a ticket before.
    this.fault = undefined;
    if (!this.isLifted) this.renewal.endsAt(said.expires);
    if (stay) {
      stay.port.identity = identity;
      stay.port.group?.reattest(identity.attestation);
      this.publish();
      return true;
    }
    const known = new Acquaintances(options.memory, said.person, options.consult, authority);
    this.stay = { as: said, trust, port: new MlsPort(identity, trust), known };
    this.publish();
    if (this.me !== undefined) this.online(this.me);
    return true;
  }

  /** The user joins: what they have seen in the lobby holds. */
  begin(): void {
    this.hasBegun = true;
  }

  /** The socket is open; the seat is `me`. */
  online(me: MemberId): void {
    this.me = me;
    if (this.stay && !this.isLifted) this.feed({ type: "online", me });
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
    this.stay?.known.confirm(this.others(), this.options.now());
    this.publish(true);
  }

  /** The words were compared and do not agree. */
  distrust(): void {
    this.stay?.known.distrust(this.others());
    this.publish(true);
  }

  /** What was announced has been read. */
  acknowledge(): void {
    this.stay?.known.acknowledge();
    this.publish(true);
  }

  standing(person: string): Standing {
    const member = this.others().find((each) => each.person === person);
    return (member && this.stay?.known.standing(member)) ?? "unknown";
  }

  private others(): Keyed[] {
    const { members, leaf } = this.keys ?? { members: [], leaf: undefined };
    return members
      .filter((member) => member.leaf !== leaf)
      .map(({ attestation, key }) => ({ person: attestation.person, key }));
  }

  private refuse(code: string): never {
    this.fault = code;
    this.publish();
    throw new Error(code);
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
    const { port } = this.stay ?? {};
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
    const { life } = this;
    const { port, known } = this.stay ?? {};
    if (!port?.group || !known) return;
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
    known.meet(this.others());
    this.publish();
  }

  private forget(): void {
    this.life += 1;
    this.stay?.port.forget();
    this.worker.stop();
    this.values.stop();
    this.keys?.authenticator.fill(0);
    this.keys = this.places = undefined;
  }

  // What is shown of it.

  private publish(isChanged = false): void {
    const { keys } = this;
    const { announced, isAuthorityNew, differs } = this.stay?.known ?? NOTHING;
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
      differs,
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
