/** Time that passes when a test says so. What is due at once runs as soon as everything else has. */
export class ManualClock {
  private at = 0;
  private readonly timers = new Set<{ readonly at: number; readonly run: () => void }>();

  /** `epoch`: Unix milliseconds at which it begins. */
  constructor(private readonly epoch = 0) {}

  readonly elapsed = (): number => this.at;

  readonly now = (): number => this.epoch + this.at;

  readonly after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.at + Math.max(0, ms), run };
    this.timers.add(timer);
    if (ms <= 0) setTimeout(() => this.runDue());
    return () => this.timers.delete(timer);
  };

  advance(ms: number): void {
    this.at += ms;
    this.runDue();
  }

  private runDue(): void {
    const due = [...this.timers].filter(({ at }) => at <= this.at).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.timers.delete(timer)) timer.run();
  }
}
