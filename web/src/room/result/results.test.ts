import { describe, expect, it } from "vitest";
import type { RoomContent } from "../../report/inRoom";
import type { Link } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import { Results } from "./results";
import { encodePart, partKey, partsOf, type Part } from "./value";

const NOW = Date.UTC(2026, 10, 27);
const DAY = 24 * 60 * 60 * 1000;
const content: RoomContent = { after: 0, decision: "transfer", recommendation: "Lyse", keyImages: [] };
const words = (author: string, revision: number, more: Partial<RoomContent> = {}): Part => partsOf(author, revision, { ...content, ...more })[0];

/** Anna's page; whoever has a seat; what has left and what the tab keeps. */
class Page {
  readonly seats = new Map([[1, { id: "anna", name: "Anna", isGuest: false }]]);
  readonly sent: string[] = [];
  kept: string | null = null;
  isOpen = false;
  readonly results = new Results({
    who: (seat) => this.seats.get(seat),
    now: () => NOW,
    isOpen: () => this.isOpen,
    store: { read: () => this.kept, write: (_, text) => (this.kept = text) },
  });
  readonly link: Link = {
    put: (key, payload) => (this.sent.push(`${key} ${new TextDecoder().decode(payload)}`), true),
    passOn: (key) => (this.sent.push(`${key} passed on`), true),
    ephemeral: () => undefined,
  };

  constructor() {
    this.results.seat(1);
    this.results.roster([1]);
    this.results.opened(this.link);
  }

  hears(part: Part, { seat = 9, isSigned = false, isQuoted = false } = {}): void {
    const said = { person: part.author, name: part.author, isGuest: false, isQuoted, quotation: new Uint8Array() };
    this.results.received({ kind: Kind.put, sender: seat, key: partKey(part), payload: encodePart(part), said: isSigned ? said : undefined });
  }

  get others() {
    return this.results.snapshot().others.map(({ content }) => content?.recommendation);
  }
}

describe("what is heard", () => {
  it("counts by who vouches for it first, and by its revision then", () => {
    const page = new Page();
    page.hears(words("ben", NOW + DAY, { recommendation: "nobody's" }));
    expect(page.others).toEqual(["nobody's"]);
    page.hears(words("ben", NOW, { recommendation: "ben's" }), { isSigned: true });
    expect(page.others).toEqual(["ben's"]);
    page.hears(words("ben", NOW + DAY, { recommendation: "nobody's" }));
    expect(page.others).toEqual(["ben's"]);
  });

  it("is not from the future, so that what its author shows next is later", () => {
    const page = new Page();
    page.hears(words("ben", NOW + DAY + 1), { isSigned: true });
    page.hears(words("anna", Number.MAX_SAFE_INTEGER), { seat: 1 });
    expect(page.results.snapshot()).toMatchObject({ own: undefined, others: [] });
    page.results.show(content);
    expect(page.results.snapshot().own?.revision).toBe(NOW);
  });

  it("is not kept in the tab when it comes after the end of the stay", () => {
    const page = new Page();
    page.results.show(content);
    page.kept = null;
    page.results.stop();
    page.hears(words("anna", NOW + 1), { isSigned: true, isQuoted: true });
    page.results.takeBack();
    expect(page.kept).toBeNull();
  });
});

describe("what somebody took back", () => {
  it("is kept as a number alone", () => {
    const page = new Page();
    page.results.show(content);
    expect(page.kept).toContain("Lyse");
    page.results.takeBack();
    expect(JSON.parse(page.kept ?? "")).toEqual([["result/anna/words", NOW + 1, null, true]]);
  });

  it("is taken back in a lifted room too, when there was no channel before", () => {
    const page = new Page();
    page.results.show(content);
    page.results.closed(page.link);
    page.results.takeBack();
    page.isOpen = true;
    page.sent.length = 0;
    page.results.opened(page.link);
    expect(page.sent).toEqual([`result/anna/words [${NOW + 1},null]`]);
  });
});

describe("in a lifted room", () => {
  it("nothing signed is said again, not even the own words that others had kept, nor passed on", () => {
    const page = new Page();
    page.seats.set(2, { id: "ben", name: "Ben", isGuest: false });
    page.results.roster([1, 2]);
    page.hears(words("ben", NOW), { seat: 2, isSigned: true });
    page.isOpen = true;
    page.sent.length = 0;
    page.hears(words("anna", NOW), { isSigned: true, isQuoted: true });
    page.results.roster([1]);
    page.results.opened(page.link);
    expect(page.sent).toEqual([]);
    expect(page.results.snapshot()).toMatchObject({ own: { content }, isUnsent: false });
    page.results.show(content);
    expect(page.sent).toHaveLength(1);
  });
});
