import { announcements, distrust, remember, standingOf, type Keyed, type Standing } from "../words/checks";
import type { Kept, Memory, Remembered } from "./checksStore";

/** Rooms remembered whose words did not agree. More keeps what nobody asks for; less forgets one that is open. */
const MAX_DIFFERS = 50;

/** Whom `person` knows in this browser, by their keys: what it remembers of earlier stays, and what happened in this one. */
export class Acquaintances {
  /** What is to be told, until it is acknowledged. */
  announced: readonly Keyed[] = [];
  /** The installation's key is another one than before. */
  isAuthorityNew: boolean;
  /** Everybody who was a member in this stay, with the key they had. */
  private met: readonly Keyed[] = [];
  private readonly checks: Kept<Remembered>;

  constructor(
    private readonly memory: Memory,
    person: string,
    private readonly consult: string,
    /** The installation's key, base64url: remembered from the first visit on. */
    private readonly authority: string,
  ) {
    this.checks = memory.checksOf(person);
    const before = memory.authority.read();
    if (before === undefined) memory.authority.write(authority);
    this.isAuthorityNew = before !== undefined && before !== authority;
  }

  /** The words of this room did not agree when they were compared last. */
  get differs(): boolean {
    return this.checks.read().differs.includes(this.consult);
  }

  /** These are the others in the group now. */
  meet(others: readonly Keyed[]): void {
    const fresh = without(announcements(this.checks.read().checks, this.met, others), this.announced);
    if (fresh.length > 0) this.announced = [...this.announced, ...fresh];
    this.met = [...this.met, ...without(others, this.met)];
  }

  /** The words were compared with them and agree. Unix milliseconds. */
  confirm(others: readonly Keyed[], now: number): void {
    const remembered = this.checks.read();
    const differs = remembered.differs.filter((consult) => consult !== this.consult);
    this.checks.write({ checks: remember(remembered.checks, others, now), differs });
    this.acknowledge();
  }

  distrust(others: readonly Keyed[]): void {
    const remembered = this.checks.read();
    const differs = [this.consult, ...remembered.differs.filter((consult) => consult !== this.consult)].slice(0, MAX_DIFFERS);
    this.checks.write({ checks: distrust(remembered.checks, others), differs });
  }

  acknowledge(): void {
    if (this.isAuthorityNew) this.memory.authority.write(this.authority);
    this.isAuthorityNew = false;
    this.announced = [];
  }

  standing(other: Keyed): Standing {
    return standingOf(this.checks.read().checks, other);
  }
}

function without(all: readonly Keyed[], known: readonly Keyed[]): Keyed[] {
  return all.filter(({ person, key }) => !known.some((each) => each.person === person && each.key === key));
}
