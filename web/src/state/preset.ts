/**
 * Settings that a device manager sets by an address: `/oncall/#preset=language=de&theme=dark&volume=80&prefetch=200`.
 * Never a secret: addresses stay in histories. Pure.
 */

import type { Channel } from "../api/types";

export interface Preset {
  language?: "de" | "en";
  theme?: "auto" | "light" | "dark";
  /** 0.2 to 1: nobody is made unreachable by an address. */
  volume?: number;
  /** Megabytes of images to load ahead, on Wi-Fi and on a mobile network; 0 is off. */
  prefetch?: number;
  prefetch_mobile?: number;
  /** After app and push, the first first. */
  channels?: Channel[];
}

export interface ReadPreset {
  preset: Preset;
  /** Names and values that mean nothing here, as they were written. */
  unknown: string[];
}

const START = "#preset=";
export const MIN_VOLUME = 0.2;
/** More fills a phone and a mobile contract with one consult. */
export const MAX_PREFETCH_MB = 2000;
const LATER_CHANNELS: readonly Channel[] = ["sms", "voice", "email"];

/** `null` where the address sets nothing. */
export function readPreset(hash: string): ReadPreset | null {
  if (!hash.startsWith(START)) return null;
  const preset: Preset = {};
  const unknown: string[] = [];
  for (const [name, value] of new URLSearchParams(hash.slice(START.length))) {
    const known = readOne(name, value);
    if (known === null) unknown.push(`${name}=${value}`.slice(0, 60));
    else Object.assign(preset, known);
  }
  return { preset, unknown };
}

function readOne(name: string, value: string): Preset | null {
  switch (name) {
    case "language":
      return value === "de" || value === "en" ? { language: value } : null;
    case "theme":
      return value === "auto" || value === "light" || value === "dark" ? { theme: value } : null;
    case "volume": {
      const percent = whole(value, MIN_VOLUME * 100, 100);
      return percent === null ? null : { volume: percent / 100 };
    }
    case "prefetch":
    case "prefetch_mobile": {
      const megabytes = whole(value, 0, MAX_PREFETCH_MB);
      return megabytes === null ? null : { [name]: megabytes };
    }
    case "channels": {
      const named = value.split(",").filter((channel) => channel !== "app" && channel !== "push");
      const known = LATER_CHANNELS.filter((channel) => named.includes(channel));
      return known.length === named.length ? { channels: named as Channel[] } : null;
    }
    default:
      return null;
  }
}

function whole(text: string, least: number, most: number): number | null {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : null;
}
