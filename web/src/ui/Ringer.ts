/** The bell: WebAudio, so that no file has to be loaded when it matters, and the phone's vibration. */

import { getVolume } from "./volume";

export type Bell = "emergency" | "urgent" | "elective" | "alarm";

interface Beat {
  /** Hz. */
  pitch: number;
  /** Seconds after the start of the bar, and length. */
  at: number;
  length: number;
}

interface Bar {
  beats: readonly Beat[];
  /** Seconds until the bar begins again. */
  every: number;
  /** 0 to 1. */
  volume: number;
  /** Milliseconds on, off, on … */
  vibration: readonly number[];
}

/** Two tones apart are heard through a duvet and by people who hear one of them badly. Faster bars are heard earlier and
 * wake the ward; slower ones are slept through. An elective request chimes, because it has days. */
const BARS: Record<Bell, Bar> = {
  emergency: {
    beats: [
      { pitch: 880, at: 0, length: 0.35 },
      { pitch: 660, at: 0.4, length: 0.35 },
      { pitch: 880, at: 0.8, length: 0.35 },
    ],
    every: 2,
    volume: 0.9,
    vibration: [500, 150, 500, 150, 500],
  },
  urgent: {
    beats: [
      { pitch: 740, at: 0, length: 0.3 },
      { pitch: 590, at: 0.35, length: 0.4 },
    ],
    every: 3,
    volume: 0.7,
    vibration: [400, 200, 400],
  },
  elective: { beats: [{ pitch: 590, at: 0, length: 0.5 }], every: 30, volume: 0.4, vibration: [200] },
  alarm: {
    beats: [
      { pitch: 520, at: 0, length: 0.2 },
      { pitch: 520, at: 0.3, length: 0.2 },
    ],
    every: 10,
    volume: 0.5,
    vibration: [],
  },
};

export class Ringer {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private output: GainNode | null = null;
  private bell: Bell | null = null;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether the browser lets this page be heard. */
  readonly isArmed = (): boolean => this.context?.state === "running";

  /** Must be called from a tap or a key press. `false` when the browser still says no. */
  async arm(): Promise<boolean> {
    if (typeof AudioContext === "undefined") return false;
    if (this.context === null) {
      this.context = new AudioContext();
      this.context.onstatechange = () => this.notify();
    }
    try {
      await this.context.resume();
    } catch {
      return false;
    } finally {
      this.notify();
    }
    return this.isArmed();
  }

  /** One bar, whatever else rings. */
  once(bell: Bell): void {
    const bar = BARS[bell];
    const output = this.gain(bar.volume);
    if (output) this.play(bar, output);
    if (bar.vibration.length > 0) vibrate([...bar.vibration]);
  }

  /** Rings until {@link stop}; changing the bell starts the new one at once. */
  start(bell: Bell): void {
    if (this.bell === bell) return;
    this.stop();
    this.bell = bell;
    this.bar();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.output?.disconnect();
    this.output = null;
    if (this.bell !== null) vibrate(0);
    this.bell = null;
  }

  private bar(): void {
    if (this.bell === null) return;
    const bar = BARS[this.bell];
    this.output ??= this.gain(bar.volume);
    if (this.output) this.play(bar, this.output);
    if (bar.vibration.length > 0) vibrate([...bar.vibration]);
    this.timer = setTimeout(() => this.bar(), bar.every * 1000);
  }

  private gain(volume: number): GainNode | null {
    if (this.context === null || !this.isArmed()) return null;
    const gain = this.context.createGain();
    gain.gain.value = volume * getVolume();
    gain.connect(this.context.destination);
    return gain;
  }

  private play(bar: Bar, output: GainNode): void {
    if (this.context === null) return;
    const start = this.context.currentTime + 0.02;
    for (const beat of bar.beats) {
      const tone = this.context.createOscillator();
      const envelope = this.context.createGain();
      tone.type = "triangle";
      tone.frequency.value = beat.pitch;
      // Ramps of 20 ms: a tone that is cut clicks.
      envelope.gain.setValueAtTime(0, start + beat.at);
      envelope.gain.linearRampToValueAtTime(1, start + beat.at + 0.02);
      envelope.gain.setValueAtTime(1, start + beat.at + beat.length - 0.02);
      envelope.gain.linearRampToValueAtTime(0, start + beat.at + beat.length);
      tone.connect(envelope).connect(output);
      tone.start(start + beat.at);
      tone.stop(start + beat.at + beat.length);
    }
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Before the first tap browsers refuse to vibrate and complain in the console. */
function vibrate(pattern: number | number[]): void {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}

/** The page's only bell. */
export const ringer = new Ringer();
