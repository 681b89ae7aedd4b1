/**
 * What a page remembers so that a reload comes back into the room: which room, and which devices. Nothing of a patient
 * and nothing that lets anybody in; that takes the session cookie and a new ticket.
 */

import type { ConsultId } from "../api/types";
import type { DeviceChoice } from "../rtc/devices";

export interface Stay {
  readonly consult: ConsultId;
  readonly devices: DeviceChoice;
  readonly muted: boolean;
  /** The user goes on without end-to-end encryption, and knows it. */
  readonly isLifted: boolean;
}

const STAY = "telekonsil.stay";
const DEVICES = "telekonsil.devices";
const READ = "telekonsil.chatRead";

/** The stay that this tab's reload interrupted, if it was in this room. */
export function interruptedStay(consult: ConsultId): Stay | undefined {
  const stay = read<Stay>(sessionStorage, STAY);
  return stay?.consult === consult ? stay : undefined;
}

export function rememberStay(stay: Stay): void {
  write(sessionStorage, STAY, stay);
  write(localStorage, DEVICES, stay.devices);
}

export function forgetStay(): void {
  try {
    sessionStorage.removeItem(STAY);
  } catch {
    // Storage is switched off: there is nothing to forget.
  }
}

/** How far this tab has read the chat of this room: a number, never a message. */
export function readUpTo(consult: ConsultId): number {
  const last = read<{ consult: ConsultId; counter: number }>(sessionStorage, READ);
  return last?.consult === consult ? last.counter : 0;
}

export function rememberRead(consult: ConsultId, counter: number): void {
  if (counter !== readUpTo(consult)) write(sessionStorage, READ, { consult, counter });
}

/** Devices of the last stay of this browser. */
export function lastDevices(): DeviceChoice {
  return (
    read<DeviceChoice>(localStorage, DEVICES) ?? {
      camera: true,
      microphone: true,
      cameraId: undefined,
      microphoneId: undefined,
    }
  );
}

function read<T>(storage: Storage, name: string): T | undefined {
  try {
    const text = storage.getItem(name);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function write(storage: Storage, name: string, value: unknown): void {
  try {
    storage.setItem(name, JSON.stringify(value));
  } catch {
    // Private mode without storage: a reload then shows the lobby.
  }
}
