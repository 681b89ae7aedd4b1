/** One stay in a room, or the way to one: encryption, connection, own media, shared view, chat and what is shown of the report, joined to one another. */

import { serverNow } from "../api/clock";
import type { ConsultId, GuestId, PersonId } from "../api/types";
import { ADMIT_PREFIX, AdmitNotes, admitStore } from "../e2ee/data/admitNotes";
import { SealedChannels } from "../e2ee/data/sealedChannels";
import type { Encryption } from "../e2ee/encryption";
import { shownStore } from "../report/drafts";
import { Channels } from "../rtc/channel";
import { Connection, type AskTicket } from "../rtc/connection";
import type { LocalMedia, LocalState } from "../rtc/localMedia";
import { Meter } from "../rtc/meter";
import { SharedView } from "../viewer/sync/session";
import { Chat, type Sitter } from "./chat/chat";
import { CHAT_PREFIX } from "./chat/message";
import { Results } from "./result/results";
import { RESULT_PREFIX } from "./result/value";
import { forgetStay, readUpTo, rememberRead, rememberStay } from "./stay";

const clock = {
  now: () => performance.now(),
  after: (ms: number, run: () => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export class RoomSession {
  readonly view = new SharedView(clock);
  readonly chat: Chat;
  readonly results: Results;
  readonly connection: Connection;
  readonly meter: Meter;
  /** With an account, and yet without a part in case and images: the server gives them the chat alone. */
  interpreters: ReadonlySet<PersonId> = new Set();
  private readonly admissions: AdmitNotes;
  private isJoined = false;
  private before: LocalState;
  private readonly stops: (() => void)[];

  /** `ticket`: the way in, for a member of the team or for a guest. */
  constructor(
    private readonly consult: ConsultId,
    readonly local: LocalMedia,
    readonly encryption: Encryption,
    ticket: AskTicket,
  ) {
    // A key that has to be made first takes a moment; the ticket would wait for it.
    void encryption.deviceKey().catch(() => undefined);
    this.chat = new Chat({ who: (member) => this.personAt(member), now: serverNow, readUpTo: readUpTo(consult) });
    this.admissions = new AdmitNotes({
      who: (member) => this.personAt(member),
      admitted: (guest) => encryption.admitted(guest),
      withdrawn: (guest) => encryption.withdrawn(guest),
      store: admitStore(consult),
    });
    const who = (member: number) => this.personAt(member);
    const isOpen = () => encryption.snapshot().status === "lifted";
    this.results = new Results({ who, now: serverNow, isOpen, store: shownStore(consult) });
    const said = { [CHAT_PREFIX]: this.chat, [ADMIT_PREFIX]: this.admissions, [RESULT_PREFIX]: this.results };
    const parts = new Channels(said, this.view);
    const sealed = new SealedChannels(parts, encryption.data, { ...clock, now: serverNow, isOpen, who: (member) => who(member)?.id });
    this.connection = new Connection(ticket, sealed, encryption);
    this.meter = new Meter(this.connection);
    this.before = local.snapshot();
    this.stops = [
      () => this.meter.stop(),
      () => sealed.stop(),
      local.subscribe(() => this.publish()),
      this.connection.subscribe(() => this.endWhenOver()),
      this.connection.subscribe(() => this.closeWhenLeaked()),
      encryption.subscribe(() => this.remember()),
      this.chat.subscribe(() => rememberRead(consult, this.chat.readUpTo)),
    ];
  }

  /** Somebody is in the lobby, and about to join. */
  prepare(): void {
    this.connection.prepare();
  }

  join(): void {
    this.isJoined = true;
    this.encryption.begin();
    this.meter.start();
    this.connection.join(this.before.tracks, this.local.publishing());
    this.remember();
  }

  /** Leaves on purpose, the lobby too. */
  leave(): void {
    if (this.isJoined) forgetStay();
    this.connection.leave();
    this.stop();
  }

  /** This user lets the guest in: so the guest may be added to the group. */
  admit(guest: GuestId): void {
    this.admissions.admit(guest);
  }

  /** The guest is out. */
  withdraw(guest: GuestId): void {
    this.admissions.withdraw(guest);
  }

  private personAt(member: number): Sitter | undefined {
    const sitter = this.connection.snapshot().roster.find(({ id }) => id === member);
    if (!sitter) return undefined;
    const { id, name } = sitter.person;
    // Neither can pass on what the team has said to the team.
    return { id, name, isGuest: (sitter.is_guest ?? false) || this.interpreters.has(id) };
  }

  private publish(): void {
    const before = this.before;
    const now = this.local.snapshot();
    this.before = now;
    for (const source of ["microphone", "camera", "screen"] as const) {
      if (now.tracks[source] !== before.tracks[source])
        this.connection.publish(source, now.tracks[source], this.local.publishing());
    }
    if (now.muted !== before.muted)
      this.connection.publish("microphone", now.tracks.microphone, this.local.publishing());
    if (now.tracks !== before.tracks || now.muted !== before.muted) this.remember();
  }

  private remember(): void {
    if (!this.isJoined) return;
    const { tracks, cameraId, microphoneId, muted } = this.local.snapshot();
    const devices = {
      camera: tracks.camera !== undefined,
      microphone: tracks.microphone !== undefined,
      cameraId,
      microphoneId,
    };
    const isLifted = this.encryption.snapshot().status === "lifted";
    rememberStay({ consult: this.consult, devices, muted, isLifted });
  }

  private endWhenOver(): void {
    if (this.connection.snapshot().phase !== "ended") return;
    forgetStay();
    this.stop();
  }

  /** What must not leave is not filmed either. */
  private closeWhenLeaked(): void {
    if (!this.connection.hasLeaked) return;
    const { camera, microphone, screen } = this.local.snapshot().tracks;
    if (camera) this.local.closeCamera();
    if (microphone) this.local.closeMicrophone();
    if (screen) this.local.stopScreen();
  }

  private stop(): void {
    this.results.stop();
    for (const stop of this.stops) stop();
    this.view.stop();
    this.encryption.leave();
    this.local.close();
  }
}
