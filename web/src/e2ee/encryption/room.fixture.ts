/** Stays in one room over the modelled delivery service, for tests. Messages cross the wire as JSON, in order. */

import type { MlsNews, MlsRequest } from "../../api/types";
import { toBase64Url } from "../base64url";
import type { Bytes } from "../bytes";
import type { FromService, MemberId, Somebody, ToService } from "../delivery/messages";
import { ServiceModel } from "../delivery/serviceModel";
import { Encryption } from "../encryption";
import { attestationOf, CONSULT, Installation, NOW } from "../group/fixture";
import { makeDevice, type Device } from "../group/device";
import { Lines } from "../media/lines";
import type { MediaWorker } from "../media/mediaWorker";
import type { Counts, ToWorker, TransformOptions } from "../media/messages";
import { NOTHING, type ChecksStore, type Remembered } from "./checksStore";
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

  /** Somebody comes, with the device and the memory of an earlier stay if there was one. */
  async join(
    person: string,
    { as = "member", before }: { as?: "member" | "guest"; before?: Before } = {},
  ): Promise<Stay> {
    const device = before?.device ?? (await makeDevice());
    const stay = new Stay(this, person, as === "guest", device, before?.checks ?? new MemoryChecks());
    await stay.askForTicket();
    this.open(stay, (this.seats += 1));
    return stay;
  }

  /** The page is loaded anew: nothing is left of it but the device and what the browser remembers. */
  async reload(stay: Stay): Promise<Stay> {
    const seat = stay.seat;
    this.lose(stay);
    const next = new Stay(this, stay.person, stay.isGuest, stay.device, stay.checks);
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

/** What of an earlier stay is still in the browser. */
export type Before = Pick<Stay, "device" | "checks">;

export class Stay {
  readonly encryption: Encryption;
  /** The last one that was started. */
  worker!: WorkerDouble;
  seat: MemberId = 0;

  constructor(
    private readonly room: Room,
    readonly person: string,
    readonly isGuest: boolean,
    readonly device: Device,
    readonly checks: ChecksStore,
  ) {
    const { now, elapsed, after } = room.clock;
    this.encryption = new Encryption({
      consult: CONSULT,
      isAble: true,
      device: () => Promise.resolve(device),
      claim: () => Promise.resolve(true),
      worker: (died) => (this.worker = new WorkerDouble(room.clock, died)),
      now,
      elapsed,
      after,
      checks,
    });
    this.encryption.send = (request) => room.take(this, request);
    this.encryption.renew = () => void this.askForTicket();
    this.encryption.mediaLost = () => this.connect();
    this.connect();
  }

  /** A connection is made, with a microphone. */
  private connect(): void {
    this.encryption.media.seal({} as RTCRtpSender, "mic");
  }

  async askForTicket(by = this.room.installation): Promise<void> {
    const { person, isGuest, encryption } = this;
    if ((await encryption.deviceKey()) !== toBase64Url(this.device.publicKey)) throw new Error("another device");
    const as = isGuest ? ({ role: "guest", consult: CONSULT, hospital: undefined } as const) : {};
    const [notBefore, expires] = [this.room.clock.now(), this.room.clock.now() + this.room.validFor];
    const attestation = await by.attest({ ...attestationOf(person, this.device.publicKey), ...as, notBefore, expires });
    await encryption.attested({
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

export class MemoryChecks implements ChecksStore {
  private remembered = NOTHING;
  read(): Remembered {
    return this.remembered;
  }
  write(remembered: Remembered): void {
    this.remembered = remembered;
  }
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
