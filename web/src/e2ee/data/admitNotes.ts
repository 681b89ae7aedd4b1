/**
 * Who let which guest in, told among the team under the host's signature: only who knows of the admission adds the guest
 * to the group, and the server's word is not enough. Kept in the room for those of the team who come later, and in the
 * tab for its own reload.
 */

import type { Consumer, Link, Received, Said } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import { utf8 } from "../bytes";

export const ADMIT_PREFIX = "admit/";
const ADMITTED = "admitted";
const REMOVED = "removed";

export interface AdmitOptions {
  /** Who has a seat now. */
  who(seat: number): { readonly id: string; readonly isGuest: boolean } | undefined;
  /** A guest may be added. */
  admitted(guest: string): void;
  /** A guest was turned away or sent out. */
  withdrawn(guest: string): void;
  /** Guests that this tab let in before. */
  readonly store: { read(): readonly string[]; write(guests: readonly string[]): void };
}

export class AdmitNotes implements Consumer {
  private readonly own: Set<string>;
  /** Guests who are out, for good: an invitation after that is another one. */
  private readonly out = new Set<string>();
  private readonly unsaid = new Set<string>();
  /** What others have said, by guest. */
  private readonly heard = new Map<string, Said>();
  private readonly passedOn = new Set<string>();
  private link: Link | undefined;
  private me: number | undefined;
  private members: readonly number[] = [];

  constructor(private readonly options: AdmitOptions) {
    this.own = new Set(options.store.read());
    for (const guest of this.own) options.admitted(guest);
  }

  /** This user let the guest in. */
  admit(guest: string): void {
    if (this.out.has(guest)) return;
    this.own.add(guest);
    this.options.store.write([...this.own]);
    this.options.admitted(guest);
    this.unsaid.add(guest);
    this.flush();
  }

  /** The guest was turned away or sent out, by whomever. */
  withdraw(guest: string): void {
    if (this.out.has(guest)) return;
    this.out.add(guest);
    this.own.delete(guest);
    this.options.store.write([...this.own]);
    this.options.withdrawn(guest);
    this.unsaid.add(guest);
    this.flush();
  }

  opened(link: Link): void {
    this.link = link;
    for (const guest of [...this.own, ...this.out]) this.unsaid.add(guest);
    this.flush();
  }

  closed(link: Link): void {
    if (this.link === link) this.link = undefined;
  }

  drained(): void {
    this.flush();
  }

  received({ kind, key, payload, said }: Received): void {
    // A guest lets nobody in, and what nobody signed says nothing.
    if (kind !== Kind.put || !said || said.isGuest) return;
    const guest = key.slice(ADMIT_PREFIX.length);
    if (new TextDecoder().decode(payload) === REMOVED) return this.withdraw(guest);
    this.heard.set(guest, said);
    this.options.admitted(guest);
  }

  seat(me: number): void {
    this.me = me;
  }

  roster(members: readonly number[]): void {
    this.members = members;
    this.flush();
  }

  /** For those who come after the host has left; the first of the team does it. */
  private passOn(): void {
    const { link, me, members, options } = this;
    const team = members.filter((seat) => options.who(seat)?.isGuest === false);
    if (!link?.passOn || me !== Math.min(...team)) return;
    const present = new Set(members.map((seat) => options.who(seat)?.id));
    for (const [guest, { person, quotation }] of this.heard) {
      if (present.has(person) || this.passedOn.has(guest) || this.out.has(guest)) continue;
      if (!link.passOn(`${ADMIT_PREFIX}${guest}`, quotation)) return;
      this.passedOn.add(guest);
    }
  }

  private flush(): void {
    for (const guest of this.unsaid) {
      const word = this.out.has(guest) ? REMOVED : ADMITTED;
      if (!this.link?.put(`${ADMIT_PREFIX}${guest}`, utf8(word))) return;
      this.unsaid.delete(guest);
    }
    this.passOn();
  }
}

/** In this tab, as long as it is open. */
export function admitStore(consult: string): AdmitOptions["store"] {
  const name = `telekonsil-admitted-${consult}`;
  return {
    read() {
      try {
        const guests: unknown = JSON.parse(sessionStorage.getItem(name) ?? "[]");
        return Array.isArray(guests) ? guests.filter((guest): guest is string => typeof guest === "string") : [];
      } catch {
        return [];
      }
    },
    write(guests) {
      try {
        sessionStorage.setItem(name, JSON.stringify(guests));
      } catch {
        // After a reload the guest has to be let in once more.
      }
    },
  };
}
