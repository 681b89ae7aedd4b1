/** Stays in one room over the modelled delivery service, for tests. Messages cross the wire as JSON, in order. */

import type { MlsNews, MlsRequest } from "../../api/types";
import { fromBase64Url, toBase64Url } from "../base64url";
import type { Bytes } from "../bytes";
import type { FromService, MemberId, Somebody, ToService } from "../delivery/messages";
import { ServiceModel } from "../delivery/serviceModel";
import { Encryption } from "../encryption";
import type { Attestation } from "../group/attestation";
import { attestationOf, CONSULT, Installation, NOW } from "../group/fixture";
import { makeDevice, type Device } from "../group/device";
import { Lines } from "../media/lines";
import type { MediaWorker } from "../media/mediaWorker";
import type { Counts, ToWorker, TransformOptions } from "../media/messages";
import { NOTHING, type Kept, type Memory, type Remembered } from "./checksStore";
import { ManualClock } from "./manualClock";
import type { MlsSeat } from "./wire";

export class Room {
  readonly clock = new ManualClock(NOW);
  readonly service = new ServiceModel((to, message) => this.deliver(to, message));
  private readonly stays = new Map<MemberId, Stay>();
  private seats = 0;
  /** How long attestations are good, in milliseconds. */
  validFor = 24 * 3_600_000;

  private constructor(readonly installation: Installation) {}

  static async open(): Promise<Room> {
    return new Room(await Installation.make());
  }

  /** Somebody comes, with the browser of an earlier stay if there was one. */
  async join(
    person: string,
    { as = "member", browser }: { as?: "member" | "guest"; browser?: BrowserDouble } = {},
  ): Promise<Stay> {
    const stay = await this.stayOf(person, { as, browser });
    await stay.askForTicket();
    this.open(stay, (this.seats += 1));
    return stay;
  }

  /** Somebody who has no ticket yet. */
  async stayOf(
    person: string,
    { as = "member", browser }: { as?: "member" | "guest"; browser?: BrowserDouble } = {},
  ): Promise<Stay> {
    return new Stay(this, person, as === "guest", browser ?? (await BrowserDouble.make()));
  }

  /** The page is loaded anew: nothing is left of it but the device and what the browser remembers. */
  async reload(stay: Stay): Promise<Stay> {
    const seat = stay.seat;
    this.lose(stay);
    const next = new Stay(this, stay.person, stay.isGuest, stay.browser);
    await next.askForTicket();
    this.open(next, seat);
    return next;
  }

  open(stay: Stay, seat: MemberId): void {
    this.stays.set(seat, stay);
    stay.seat = seat;
    this.service.connect(seat, stay.person, stay.isGuest, this.clock.now());
    stay.encryption.begin();
    stay.encryption.online(seat);
  }

  /** The socket is lost. */
  lose(stay: Stay): void {
    this.stays.delete(stay.seat);
    this.service.disconnect(stay.seat, this.clock.now());
    stay.encryption.offline();
  }

  leave(stay: Stay): void {
    this.stays.delete(stay.seat);
    stay.encryption.leave();
    this.service.leave(stay.seat, this.clock.now());
  }

  take(stay: Stay, request: MlsRequest): void {
    const text = JSON.stringify(request);
    queueMicrotask(() => {
      if (this.stays.get(stay.seat) !== stay) return;
      this.service.receive(stay.seat, requestOf(JSON.parse(text) as MlsRequest), this.clock.now());
    });
  }

  private deliver(to: MemberId, message: FromService): void {
    const stay = this.stays.get(to);
    const text = JSON.stringify(newsOf(message));
    queueMicrotask(() => {
      if (stay && this.stays.get(to) === stay) stay.encryption.received(JSON.parse(text) as MlsNews);
    });
  }
}

/** What outlives a stay: the device, whose it is, and whom the people have compared words with. */
export class BrowserDouble {
  owner: string | undefined;
  readonly memory = new MemoryDouble();

  private constructor(public device: Device) {}

  static async make(): Promise<BrowserDouble> {
    return new BrowserDouble(await makeDevice());
  }

  async claim(person: string): Promise<Device> {
    if (this.owner !== undefined && this.owner !== person) this.device = await makeDevice();
    this.owner = person;
    return this.device;
  }
}

export class Stay {
  readonly encryption: Encryption;
  /** The last one that was started. */
  worker!: WorkerDouble;
  seat: MemberId = 0;

  constructor(
    private readonly room: Room,
    readonly person: string,
    readonly isGuest: boolean,
    readonly browser: BrowserDouble,
  ) {
    const { now, elapsed, after } = room.clock;
    this.encryption = new Encryption({
      consult: CONSULT,
      isAble: true,
      device: () => Promise.resolve(browser.device),
      claim: (owner) => browser.claim(owner),
      worker: (died) => (this.worker = new WorkerDouble(room.clock, died)),
      now,
      elapsed,
      after,
      memory: browser.memory,
    });
    this.encryption.send = (request) => room.take(this, request);
    this.encryption.renew = () => void this.askForTicket().catch(() => undefined);
    this.encryption.mediaLost = () => this.connect();
    this.connect();
  }

  /** A connection is made, with a microphone. */
  private connect(): void {
    this.encryption.media.seal({} as RTCRtpSender, "mic");
  }

  /** For the device that the page has; `but` is what the server attests instead. */
  async askForTicket(but: Partial<Attestation> = {}, by = this.room.installation): Promise<boolean> {
    const { person, isGuest, encryption } = this;
    const key = fromBase64Url((await encryption.deviceKey()) ?? "");
    if (!key) throw new Error("no device");
    const as = isGuest ? ({ role: "guest", consult: CONSULT, hospital: undefined } as const) : {};
    const [notBefore, expires] = [this.room.clock.now(), this.room.clock.now() + this.room.validFor];
    const attestation = await by.attest({ ...attestationOf(person, key), ...as, notBefore, expires, ...but });
    return encryption.attested({
      attestation: new TextDecoder().decode(attestation),
      authority: toBase64Url(by.trust.authority),
    });
  }

  get state(): ReturnType<Encryption["snapshot"]> {
    return this.encryption.snapshot();
  }

  people(): string[] {
    return this.state.members.map(({ attestation }) => attestation.person);
  }

  /** Seals a frame of sound as it would leave. */
  frame(content: Bytes): Promise<Bytes | undefined> {
    return this.worker.lines.sealer("mic").seal("opus", content);
  }

  /** Opens a frame in the tile of `person`. */
  show(frame: Bytes, person: string): Promise<Bytes | string> {
    this.encryption.media.expect(`tile of ${person}`, person);
    return this.worker.lines.opener(`tile of ${person}`).open("opus", frame, this.room.clock.elapsed());
  }
}

/** What the real worker does with the page's messages, in the same thread. */
export class WorkerDouble implements MediaWorker {
  readonly lines: Lines;
  /** Of somebody who keeps the keys when told to forget them. */
  readonly hoard: Lines;
  readonly attached: TransformOptions[] = [];
  hasEnded = false;

  constructor(
    private readonly clock: ManualClock,
    private readonly died: () => void = () => undefined,
  ) {
    this.lines = this.make();
    this.hoard = this.make();
  }

  post(message: ToWorker): void {
    if (message.type === "count" || message.type === "streams") throw new Error("not of a page");
    this.lines.take(message);
    if (message.type !== "stop") this.hoard.take(message);
  }

  attach(_: unknown, options: TransformOptions): void {
    this.attached.push(options);
  }

  counts(): Promise<Counts> {
    return Promise.resolve(this.lines.counts());
  }

  end(): void {
    this.hasEnded = true;
  }

  /** The browser kills it. */
  die(): void {
    this.end();
    this.died();
  }

  private make(): Lines {
    return new Lines((bytes) => void crypto.getRandomValues(bytes), this.clock.elapsed, this.clock.after);
  }
}

export class MemoryDouble implements Memory {
  private readonly people = new Map<string, Kept<Remembered>>();
  readonly authority = keep<string | undefined>(undefined);

  checksOf(person: string): Kept<Remembered> {
    const kept = this.people.get(person) ?? keep(NOTHING);
    this.people.set(person, kept);
    return kept;
  }
}

function keep<T>(first: T): Kept<T> {
  let kept = first;
  return { read: () => kept, write: (value) => void (kept = value) };
}

// The service's side of the wire.

export function requestOf(request: MlsRequest): ToService {
  switch (request.type) {
    case "here": {
      const { type, attempt, reference, key_package } = request;
      return { type, attempt, ref: reference, keyPackage: key_package };
    }
    case "commit": {
      const { welcome, added = [], ...rest } = request;
      const refs = added.map(({ member, reference }) => ({ member, ref: reference }));
      return { ...rest, welcome: welcome ?? undefined, added: refs };
    }
    case "fault": {
      const { about, reference, ...rest } = request;
      return { ...rest, about: about ?? undefined, ref: reference ?? undefined };
    }
    default:
      return request;
  }
}

export function newsOf(message: FromService): MlsNews {
  switch (message.type) {
    case "group": {
      const { isSettling, isBarred, creator, members, waiting, others, ...rest } = message;
      return {
        ...rest,
        creator: creator ?? null,
        members: members.map(seatOf),
        waiting: waiting.map((each) => ({ ...seatOf(each), reference: each.ref, key_package: each.keyPackage })),
        others: others.map(seatOf),
        is_settling: isSettling,
        is_barred: isBarred,
      };
    }
    case "commit":
      return message;
    case "welcome": {
      const { ref, ...rest } = message;
      return { ...rest, reference: ref };
    }
  }
}

function seatOf({ member, person, isGuest, connected }: Somebody): MlsSeat {
  return { member, person, is_guest: isGuest, connected };
}
