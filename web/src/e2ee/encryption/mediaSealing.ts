import type { Member } from "../group/members";
import { mediaConfiguration, type MediaWorker } from "../media/mediaWorker";
import type { Counts, TransformOptions } from "../media/messages";
import { namesOf, type EpochKeys } from "./keys";
import type { MediaSealing } from "./types";

/** Leads the transform worker: keys, and whose frames each line shows. */
export class WorkerMedia implements MediaSealing {
  /** Started with the first line; a room without encryption starts none. */
  private worker: MediaWorker | undefined;
  private keys: EpochKeys | undefined;
  private members: readonly Member[] = [];
  private readonly expected = new Map<string, string | undefined>();
  private isHeld = false;
  private isLifted = false;
  private isOver = false;

  constructor(
    private readonly isAble: boolean,
    private readonly start: (died: () => void) => MediaWorker,
    /** The worker is dead, and what it carried has stopped. The next line starts another one. */
    private readonly died: () => void,
  ) {}

  seal(sender: RTCRtpSender, line: string): void {
    this.attach(sender, { side: "send", line });
  }

  open(receiver: RTCRtpReceiver, line: string): void {
    this.attach(receiver, { side: "receive", line });
  }

  expect(line: string, person: string | undefined): void {
    if (this.expected.has(line) && this.expected.get(line) === person) return;
    this.expected.set(line, person);
    this.worker?.post({ type: "expect", line, leaf: this.leafOf(person) });
  }

  release(line: string): void {
    this.expected.delete(line);
    this.worker?.post({ type: "release", line });
  }

  get configuration(): RTCConfiguration {
    return this.isLifted || !this.isAble ? {} : mediaConfiguration();
  }

  counts(): Promise<Counts | undefined> {
    return this.worker?.counts() ?? Promise.resolve(undefined);
  }

  use(keys: EpochKeys): void {
    const { epoch, leaf, media: base } = keys;
    this.keys = keys;
    this.members = keys.members;
    const shown = new Map([...this.expected].map(([line, person]) => [line, this.leafOf(person)]));
    this.worker?.post({ type: "epoch", epoch, leaf, members: namesOf(keys.members), base, shown });
  }

  stop(): void {
    this.keys = undefined;
    this.members = [];
    this.worker?.post({ type: "stop" });
  }

  hold(): void {
    this.isHeld = true;
    this.worker?.post({ type: "held" });
  }

  lift(): void {
    this.isLifted = true;
    this.worker?.post({ type: "lifted" });
  }

  end(): void {
    this.stop();
    this.isOver = true;
    this.worker?.end();
    this.worker = undefined;
  }

  /** Throws where nothing could keep frames from leaving as they are. */
  private attach(to: RTCRtpSender | RTCRtpReceiver, options: TransformOptions): void {
    if (this.isLifted) return;
    if (!this.isAble || this.isOver) throw new Error("media cannot be sealed here");
    this.started().attach(to, options);
  }

  private bury(): void {
    this.worker = undefined;
    this.died();
  }

  private started(): MediaWorker {
    if (this.worker) return this.worker;
    this.worker = this.start(() => this.bury());
    if (this.keys) this.use(this.keys);
    if (this.isHeld) this.worker.post({ type: "held" });
    return this.worker;
  }

  private leafOf(person: string | undefined): number | undefined {
    return this.members.find(({ attestation }) => attestation.person === person)?.leaf;
  }
}
