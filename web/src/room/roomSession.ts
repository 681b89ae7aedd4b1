/** One stay in a room: connection, own media and shared view, joined to one another. */

import type { ConsultId } from "../api/types";
import { Connection } from "../rtc/connection";
import type { LocalMedia, LocalState } from "../rtc/localMedia";
import { SharedView } from "../viewer/sync/session";
import { forgetStay, rememberStay } from "./stay";

export class RoomSession {
  readonly view = new SharedView({
    now: () => performance.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
  readonly connection: Connection;
  private before: LocalState;
  private readonly stopLocal: () => void;
  private readonly stopConnection: () => void;

  constructor(
    private readonly consult: ConsultId,
    readonly local: LocalMedia,
  ) {
    this.connection = new Connection(consult, this.view);
    this.before = local.snapshot();
    this.stopLocal = local.subscribe(() => this.publish());
    this.stopConnection = this.connection.subscribe(() => this.endWhenOver());
    this.connection.join(this.before.tracks, local.publishing());
    this.remember();
  }

  /** Leaves on purpose. */
  leave(): void {
    forgetStay();
    this.connection.leave();
    this.stop();
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
    this.stopLocal();
    this.stopConnection();
    this.view.stop();
    this.local.close();
  }
}
