/**
 * Values on the data channels: SFrame under the data base key, bound to the place that they are for. The server reads the
 * envelope of `rtc/envelope` around them and keeps the last one for each key; it can neither read nor move them.
 */

import { utf8, type Bytes } from "../bytes";
import type { Opened, Receiver } from "../sframe/receiver";
import type { Sender } from "../sframe/sender";
import { TAG_BYTES } from "../sframe/cipher";

export interface Place {
  readonly channel: "state" | "pointer";
  /** An aged put is a put: the others get it as one. A deletion has nothing to seal. */
  readonly kind: "put" | "ephemeral";
  readonly key: string;
}

/** Most that sealing adds to a payload, in bytes: the longest SFrame header and the tag. */
export const OVERHEAD = 17 + TAG_BYTES;

/** `undefined` without a key: nothing is sent then. */
export function sealValue(sender: Sender, place: Place, payload: Bytes): Promise<Bytes | undefined> {
  return sender.seal(associated(place), payload);
}

/** With the leaf that sealed it, which has to be that of the seat the server names. Milliseconds. */
export function openValue(receiver: Receiver, place: Place, sealed: Bytes, now: number): Promise<Opened> {
  return receiver.open(associated(place), sealed, now);
}

/** Neither channels nor kinds have a semicolon, and so every place has its own text. */
function associated({ channel, kind, key }: Place): Bytes {
  return utf8(`${channel};${kind};${key}`);
}
