import { describe, expect, it } from "vitest";
import { joinViews } from "./bridge";
import type { StackView } from "./engine/stackView";
import type { Link } from "../rtc/channel";
import { SharedView } from "./sync/session";
import type { SharedViewport } from "./sync/values";

const show = (slice: number): SharedViewport => ({
  studyUid: "1.2",
  seriesUid: "1.2.3",
  sopInstanceUid: `1.2.3.${slice}`,
  frame: 1,
  voi: { lower: 0, upper: 80 },
  invert: false,
  rotation: 0,
  flipH: false,
  flipV: false,
  camera: { focalPoint: [0, 0, slice], parallelScale: 100, halfWidth: 100 },
});

/** A viewport on screen: remembers what it was told to do. */
class Screen {
  view: SharedViewport | undefined = show(1);
  isPursuing = false;
  pursued: SharedViewport | undefined;
  restored: SharedViewport | undefined;
  private listener: (() => void) | undefined;
  snapshot = () => ({ view: this.view });
  showAnnotations = () => undefined;
  pursue(view: SharedViewport | undefined) {
    this.pursued = view;
    this.isPursuing = view !== undefined;
  }
  restore(view: SharedViewport) {
    this.restored = view;
    this.isPursuing = true;
  }
  onChanged(listener: () => void) {
    this.listener = listener;
    return () => (this.listener = undefined);
  }
  /** Something else is on screen now. */
  render(slice: number) {
    this.view = show(slice);
    this.listener?.();
  }
  get isHeard() {
    return this.listener !== undefined;
  }
}

/** Two members whose messages arrive at once, in a time that stands still unless told to go on. */
function pair() {
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  const timer = {
    now: () => now,
    after: (ms: number, run: () => void) => {
      due.push({ at: now + ms, run });
      return () => (due = due.filter((item) => item.run !== run));
    },
  };
  const views = [new SharedView(timer), new SharedView(timer)] as const;
  const screens = [new Screen(), new Screen()] as const;
  const links = views.map((_, i): Link => ({
    put: (key, payload) => {
      views[1 - i]?.received({ kind: 1, sender: i + 1, key, payload });
      return true;
    },
    ephemeral: () => undefined,
  }));
  const leave = views.map((view, i) => joinViews(screens[i] as unknown as StackView, view));
  views.forEach((view, i) => {
    view.seat(i + 1);
    view.roster([1, 2]);
    view.opened(links[i] as Link);
    view.received({ kind: 4, sender: 0, key: "", payload: new Uint8Array() });
  });
  const pass = () => {
    now += 100;
    for (const { run } of due.splice(0)) run();
  };
  return { views, screens, links, leave, pass };
}

describe("the viewport on screen and the shared view", () => {
  it("what the presenter looks at is pursued by the follower", () => {
    const { views, screens, pass } = pair();
    views[0].takeControl();
    pass();
    screens[0].render(7);
    pass();
    expect(screens[1].pursued).toEqual(show(7));
    expect(screens[0].isPursuing).toBe(false);
  });

  it("taking control shows the others at once what is on screen", () => {
    const { views, screens, pass } = pair();
    screens[0].view = show(5);
    views[0].takeControl();
    pass();
    pass();
    expect(screens[1].pursued).toEqual(show(5));
  });

  it("a follower's own move ends following before the next picture", () => {
    const { views, screens, pass } = pair();
    views[0].takeControl();
    pass();
    pass();
    views[1].navigated();
    expect(screens[1].pursued).toBeUndefined();
    screens[1].render(9);
    pass();
    expect(views[0].snapshot().viewport?.sopInstanceUid).toBe(show(1).sopInstanceUid);
    views[1].follow();
    expect(screens[1].pursued).toEqual(show(1));
  });

  it("a reloaded presenter picks up its own view and shows nobody its first picture", () => {
    const { views, links, pass } = pair();
    views[0].takeControl();
    pass();
    pass();
    const reloaded = new SharedView({ now: () => 0, after: () => () => undefined });
    const screen = new Screen();
    joinViews(screen as unknown as StackView, reloaded);
    screen.render(30);
    reloaded.seat(1);
    reloaded.roster([1, 2]);
    reloaded.opened(links[0] as Link);
    for (const { key, version, value } of views[0].entries()) {
      const payload = new TextEncoder().encode(JSON.stringify([version.counter, version.member, value]));
      reloaded.received({ kind: 1, sender: 1, key, payload });
    }
    reloaded.received({ kind: 4, sender: 0, key: "", payload: new Uint8Array() });
    screen.render(31);
    expect(screen.restored).toEqual(show(1));
    expect(views[1].snapshot().viewport).toEqual(show(1));
  });

  it("leaves nothing behind", () => {
    const { screens, leave } = pair();
    leave.forEach((end) => end());
    expect(screens.map((screen) => screen.isHeard)).toEqual([false, false]);
  });
});
