/** One stay in a room, or the way to one: connection, own media, shared view and chat, joined to one another. */

import { serverNow } from "../api/clock";
import type { ConsultId, RoomTicket } from "../api/types";
import { Channels } from "../rtc/channel";
import { Connection } from "../rtc/connection";
import type { LocalMedia, LocalState } from "../rtc/localMedia";
import { Meter } from "../rtc/meter";
import { SharedView } from "../viewer/sync/session";
import { Chat } from "./chat/chat";
import { CHAT_PREFIX } from "./chat/message";
import { forgetStay, readUpTo, rememberRead, rememberStay } from "./stay";

export class RoomSession {
  readonly view = new SharedView({
    now: () => performance.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
  readonly chat: Chat;
  readonly connection: Connection;
  readonly meter: Meter;
  private isJoined = false;
  private before: LocalState;
  private readonly stops: (() => void)[];

  /** `ticket`: the way in, for a member of the team or for a guest. */
  constructor(
    private readonly consult: ConsultId,
    readonly local: LocalMedia,
    ticket: (signal: AbortSignal) => Promise<RoomTicket>,
  ) {
    this.chat = new Chat({ who: (member) => this.personAt(member), now: serverNow, readUpTo: readUpTo(consult) });
    this.connection = new Connection(ticket, new Channels({ [CHAT_PREFIX]: this.chat }, this.view));
    this.meter = new Meter(this.connection);
    this.before = local.snapshot();
    this.stops = [
      () => this.meter.stop(),
      local.subscribe(() => this.publish()),
      this.connection.subscribe(() => this.endWhenOver()),
      this.chat.subscribe(() => rememberRead(consult, this.chat.readUpTo)),
    ];
  }

  /** Somebody is in the lobby, and about to join. */
  prepare(): void {
    this.connection.prepare();
  }

  join(): void {
    this.isJoined = true;
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

  private personAt(member: number): { id: string; name: string } | undefined {
    return this.connection.snapshot().roster.find(({ id }) => id === member)?.person;
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
    rememberStay({ consult: this.consult, devices, muted });
  }

  private endWhenOver(): void {
    if (this.connection.snapshot().phase !== "ended") return;
    forgetStay();
    this.stop();
  }

  private stop(): void {
    for (const stop of this.stops) stop();
    this.view.stop();
    this.local.close();
  }
}
