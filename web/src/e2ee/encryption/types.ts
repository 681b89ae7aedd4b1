/** What the room sees of the encryption: the parts of {@link Encryption} and what it needs. */

import type { Bytes } from "../bytes";
import type { Place } from "../data/sealed";
import type { Device } from "../group/device";
import type { GroupFault } from "../group/group";
import type { Member } from "../group/members";
import type { QuotationFault } from "../group/quotation";
import type { MediaWorker } from "../media/mediaWorker";
import type { Counts } from "../media/messages";
import type { OpenFault } from "../sframe/receiver";
import type { Keyed } from "../words/checks";
import type { Memory } from "./checksStore";

export type EncryptionStatus =
  /** Not in the group (yet): nothing leaves, nothing is shown. */
  | "required"
  | "sealed"
  /** Everybody refused this member's commits: it is not added any more. */
  | "barred"
  /** The host has opened the room without encryption, for good. */
  | "lifted";

/** Replaced as a whole whenever something of it changes. */
export interface EncryptionState {
  readonly status: EncryptionStatus;
  /** 0 while there is no group. */
  readonly generation: number;
  readonly epoch: number;
  /** In the order of the leaves; this member is among them. */
  readonly members: readonly Member[];
  /** Code of what went wrong last (`END_TO_END.md`, Codes), until the next epoch. */
  readonly fault: string | undefined;
  /** Members whose key is another one than before or than the one checked, until they are acknowledged. */
  readonly announced: readonly Keyed[];
  /** The installation's key is another one than this browser has seen before, until that is acknowledged. */
  readonly isAuthorityNew: boolean;
  /** The server says that the room was lifted; nothing changes here until the user agrees. */
  readonly isLiftOffered: boolean;
  /** How often the worker that seals pictures and sound has died: each time connection and worker are made anew. */
  readonly mediaLosses: number;
  /** The words of this room were compared and did not agree, and have not agreed since; a reload changes nothing. */
  readonly differs: boolean;
}

export interface EncryptionOptions {
  readonly consult: string;
  /** This browser can encrypt ({@link encryptionGaps} found none). Otherwise it takes part in a lifted room only. */
  readonly isAble: boolean;
  readonly device: () => Promise<Device>;
  /** The device was attested as this person's, and is from now on. Another device when it was somebody else's. */
  readonly claim: (person: string) => Promise<Device>;
  /** Started when the first sender or receiver is sealed, and again after one has `died`. */
  readonly worker: (died: () => void) => MediaWorker;
  /** Unix milliseconds, as the server has them: for validity. */
  readonly now: () => number;
  /** Milliseconds that only grow: for waiting. */
  readonly elapsed: () => number;
  /** Runs it once, so many milliseconds later, unless the answer is called before. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly memory: Memory;
  /** This stay is over. */
  readonly left?: () => void;
}

/** For `rtc/peer.ts`. A `line` is a label of the caller's, unique over the page. */
export interface MediaSealing {
  /** In the task that made the transceiver, which has no track yet (LAB.md). Does nothing in a lifted room. */
  seal(sender: RTCRtpSender, line: string): void;
  open(receiver: RTCRtpReceiver, line: string): void;
  /** Whose frames the line may show: a person's id, nobody's with `undefined`. Holds until it is said anew. */
  expect(line: string, person: string | undefined): void;
  /** The connection of the line is closed. */
  release(line: string): void;
  /** To be part of the connection's configuration. */
  readonly configuration: RTCConfiguration;
  /** What was sealed and opened so far, by line; `undefined` where nobody counts. */
  counts(): Promise<Counts | undefined>;
}

export type OpenedValue =
  | {
      readonly ok: true;
      /** Who sealed it; `undefined` in a lifted room: whoever the server names. */
      readonly person: string | undefined;
      readonly payload: Bytes;
    }
  /** `no_key`: of an epoch that is over or not here yet. `replayed`: was opened before. */
  | { readonly ok: false; readonly fault: OpenFault };

export type Heard =
  | {
      readonly ok: true;
      /** Who signed it; `undefined` in a lifted room: whoever the server names. */
      readonly author: { readonly person: string; readonly name: string; readonly isGuest: boolean } | undefined;
      readonly payload: Bytes;
      /** To be passed on with {@link DataSealing.sayAgain} once its author has left. */
      readonly quotation: Bytes | undefined;
      /** Somebody else than its author said it. */
      readonly isQuoted: boolean;
    }
  /**
   * `wrong_epoch`: of an epoch that is over or not here yet. `not_opened`: also what was heard before, and what this
   * member said itself. `other_place`: said for another key.
   */
  | { readonly ok: false; readonly fault: GroupFault | QuotationFault | "other_place" };

/** For the data channels (`data/sealedChannels.ts`). */
export interface DataSealing {
  /** Another number whenever values have to be sealed anew: new epoch, lifted. `undefined` while nothing can be sealed. */
  readonly version: () => number | undefined;
  /** Others may send in the open already; this user has not agreed yet. */
  readonly isLiftOffered: () => boolean;
  /** Told after each change of {@link version}. */
  readonly subscribe: (listener: () => void) => () => void;
  /** `undefined` when nothing can be sealed; as it is in a lifted room. */
  seal(place: Place, payload: Bytes): Promise<Bytes | undefined>;
  open(place: Place, sealed: Bytes): Promise<OpenedValue>;
  /** Signed by this device, bound to the envelope's key; as it is in a lifted room. */
  say(key: string, payload: Bytes): Promise<Bytes | undefined>;
  /** Passes on what somebody said: {@link Heard} gave the quotation. In a lifted room: the bare payload. */
  sayAgain(key: string, quotation: Bytes): Promise<Bytes | undefined>;
  /** What somebody said. The same message is heard once. */
  hear(key: string, message: Bytes): Promise<Heard>;
}
