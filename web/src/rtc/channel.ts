/**
 * What several parts of the room share: the data channel pair of one connection. Each part has its own key prefix on
 * it, and {@link Channels} deals out what arrives: `chat/…` to the chat, everything else to the shared view.
 */

import { Kind } from "./envelope";

/** Where messages go; one data channel pair of one connection. */
export interface Link {
  /**
   * Sends a kept entry; `false` when the channel is congested or closed, and the entry must be offered again. `age`: how
   * many milliseconds ago it was written, where that decides who gets it.
   */
  put(key: string, payload: Uint8Array<ArrayBuffer>, age?: number): boolean;
  /** Passes on, as a kept entry, what somebody had said who has left; see {@link Said}. */
  passOn?(key: string, quotation: Uint8Array<ArrayBuffer>, age?: number): boolean;
  /** Sends and forgets. */
  ephemeral(key: string, payload: Uint8Array<ArrayBuffer>): void;
}

/** Who has signed a message. */
export interface Said {
  readonly person: string;
  readonly name: string;
  readonly isGuest: boolean;
  /** Somebody else has passed it on. */
  readonly isQuoted: boolean;
  /** To be passed on by {@link Link.passOn}. */
  readonly quotation: Uint8Array<ArrayBuffer>;
}

/** A message from the link, as `rtc/envelope` decodes it. */
export interface Received {
  readonly kind: number;
  readonly sender: number;
  readonly key: string;
  readonly payload: Uint8Array;
  /** Of what is said in somebody's name; absent where nothing is sealed. */
  readonly said?: Said | undefined;
}

/** Somebody who talks on the link. */
export interface Consumer {
  /** This member's seat. */
  seat(me: number): void;
  /** Seats in the room, this one included; kept seats of people who lost the network count. */
  roster(members: readonly number[]): void;
  /** The `state` channel opened; the SFU sends its snapshot first. */
  opened(link: Link): void;
  /** The channel of `link` is gone; writes wait for the next one. */
  closed(link: Link): void;
  /** The channel takes messages again after {@link Link.put} answered `false`. */
  drained(): void;
  received(message: Received): void;
}

/** Deals out one link by the prefix of the keys. */
export class Channels implements Consumer {
  /** `byPrefix`: who gets the keys that begin so; `rest` gets all others. */
  constructor(
    private readonly byPrefix: Readonly<Record<string, Consumer>>,
    private readonly rest: Consumer,
  ) {}

  seat(me: number): void {
    for (const consumer of this.all()) consumer.seat(me);
  }

  roster(members: readonly number[]): void {
    for (const consumer of this.all()) consumer.roster(members);
  }

  opened(link: Link): void {
    for (const consumer of this.all()) consumer.opened(link);
  }

  closed(link: Link): void {
    for (const consumer of this.all()) consumer.closed(link);
  }

  drained(): void {
    for (const consumer of this.all()) consumer.drained();
  }

  received(message: Received): void {
    if (message.kind === Kind.endOfSnapshot) return this.all().forEach((consumer) => consumer.received(message));
    const own = Object.entries(this.byPrefix).find(([prefix]) => message.key.startsWith(prefix));
    (own?.[1] ?? this.rest).received(message);
  }

  private all(): Consumer[] {
    return [...Object.values(this.byPrefix), this.rest];
  }
}
