/** This person's camera, microphone and shared screen: opened, switched, muted, closed. */

import type { Publishing } from "../api/types";
import {
  listDevices,
  openCamera,
  openMicrophone,
  openScreen,
  type DeviceChoice,
  type DeviceProblem,
  type Devices,
} from "./devices";
import type { LocalTracks } from "./peer";

export interface LocalState {
  readonly tracks: LocalTracks;
  /** The microphone is open but sends silence. */
  readonly muted: boolean;
  readonly cameraProblem: DeviceProblem | undefined;
  readonly microphoneProblem: DeviceProblem | undefined;
  readonly devices: Devices;
  readonly cameraId: string | undefined;
  readonly microphoneId: string | undefined;
  /** A camera or microphone is being opened. */
  readonly isOpening: boolean;
}

export class LocalMedia {
  private state: LocalState = {
    tracks: { microphone: undefined, camera: undefined, screen: undefined },
    muted: false,
    cameraProblem: undefined,
    microphoneProblem: undefined,
    devices: { cameras: [], microphones: [] },
    cameraId: undefined,
    microphoneId: undefined,
    isOpening: false,
  };
  /** Numbers the openings of each device, so that a slow one cannot overtake a later wish. */
  private readonly turns = { camera: 0, microphone: 0 };
  private isClosed = false;
  private readonly listeners = new Set<() => void>();

  readonly snapshot = (): LocalState => this.state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Opens what `choice` asks for; whatever cannot be had is left out, with the reason. */
  async open(choice: DeviceChoice): Promise<void> {
    navigator.mediaDevices?.addEventListener?.("devicechange", this.relist);
    this.set({ cameraId: choice.cameraId, microphoneId: choice.microphoneId, isOpening: true });
    if (choice.microphone) await this.openMicrophone(choice.microphoneId);
    if (choice.camera) await this.openCamera(choice.cameraId);
    this.set({ isOpening: false });
    await this.relist();
  }

  async openCamera(id = this.state.cameraId): Promise<void> {
    const turn = (this.turns.camera += 1);
    const captured = await openCamera(id);
    const track = "track" in captured ? captured.track : undefined;
    if (this.isClosed || turn !== this.turns.camera) return track?.stop();
    this.replace("camera", track);
    this.set({ cameraProblem: "problem" in captured ? captured.problem : undefined, cameraId: deviceId(track) ?? id });
    await this.relist();
  }

  /** The light goes off: the device is given back, not only hidden. */
  closeCamera(): void {
    this.turns.camera += 1;
    this.replace("camera", undefined);
    this.set({ cameraProblem: undefined });
  }

  async openMicrophone(id = this.state.microphoneId): Promise<void> {
    const turn = (this.turns.microphone += 1);
    const captured = await openMicrophone(id);
    const track = "track" in captured ? captured.track : undefined;
    if (this.isClosed || turn !== this.turns.microphone) return track?.stop();
    if (track) track.enabled = !this.state.muted;
    this.replace("microphone", track);
    this.set({
      microphoneProblem: "problem" in captured ? captured.problem : undefined,
      microphoneId: deviceId(track) ?? id,
    });
    await this.relist();
  }

  closeMicrophone(): void {
    this.turns.microphone += 1;
    this.replace("microphone", undefined);
    this.set({ microphoneProblem: undefined });
  }

  setMuted(muted: boolean): void {
    const { microphone } = this.state.tracks;
    if (microphone) microphone.enabled = !muted;
    this.set({ muted });
  }

  /** Asks which screen or window to share. */
  async shareScreen(): Promise<void> {
    const track = await openScreen();
    if (!track) return;
    if (this.isClosed) return track.stop();
    this.replace("screen", track);
  }

  stopScreen(): void {
    this.replace("screen", undefined);
  }

  /** What the others are told. */
  publishing(): Publishing {
    const { microphone, camera, screen } = this.state.tracks;
    return {
      microphone: microphone !== undefined && !this.state.muted,
      camera: camera !== undefined,
      screen: screen !== undefined,
    };
  }

  close(): void {
    this.isClosed = true;
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.relist);
    for (const source of ["microphone", "camera", "screen"] as const) this.replace(source, undefined);
  }

  private replace(source: keyof LocalTracks, track: MediaStreamTrack | undefined): void {
    const old = this.state.tracks[source];
    if (old && old !== track) {
      old.onended = null;
      old.stop();
    }
    // Unplugged, or sharing was stopped in the browser's own bar.
    if (track) track.onended = () => this.replace(source, undefined);
    this.set({ tracks: { ...this.state.tracks, [source]: track } });
  }

  private readonly relist = async (): Promise<void> => {
    const devices = await listDevices();
    if (!this.isClosed) this.set({ devices });
  };

  private set(part: Partial<LocalState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

function deviceId(track: MediaStreamTrack | undefined): string | undefined {
  return track?.getSettings().deviceId;
}
