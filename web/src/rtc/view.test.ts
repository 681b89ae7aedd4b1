import { describe, expect, it } from "vitest";
import { EMPTY_AFTER, shownHeight, View, VIEW_EVERY } from "./view";

const tile = { width: 208, height: 130 };
const landscape = { width: 960, height: 540 };
const portrait = { width: 540, height: 960 };

describe("the height at which a picture is shown", () => {
  it("is the tile's, in pixels of the screen, rounded up", () => {
    expect(shownHeight(tile, landscape, "cover", 1)).toBe(150);
    expect(shownHeight(tile, landscape, "cover", 2)).toBe(270);
    expect(shownHeight(tile, undefined, "cover", 1)).toBe(150);
  });

  it("is more for a portrait picture that is cut, and less for one that leaves bars", () => {
    expect(shownHeight(tile, portrait, "cover", 1)).toBe(390);
    expect(shownHeight({ width: 960, height: 960 }, landscape, "contain", 1)).toBe(540);
  });

  it("is nothing for what has no size, and fits the wire", () => {
    expect(shownHeight({ width: 0, height: 0 }, landscape, "cover", 2)).toBe(0);
    expect(shownHeight({ width: 1e6, height: 1e6 }, portrait, "cover", 3)).toBe(65_535);
  });
});

describe("what the server is told", () => {
  const shown = () => {
    const view = new View();
    view.show("9", 150);
    view.show("10", 600);
    return view;
  };

  it("is the complete list, at once", () => {
    const view = shown();
    expect(view.take(1000)).toEqual([
      { mid: "10", height: 600 },
      { mid: "9", height: 150 },
    ]);
    expect(view.due()).toBeUndefined();
    expect(view.take(5000)).toBeUndefined();
  });

  it("is said four times a second at most, and then as it is", () => {
    const view = shown();
    view.take(1000);
    view.show("9", 300);
    expect(view.due()).toBe(1000 + VIEW_EVERY);
    expect(view.take(1100)).toBeUndefined();
    view.show("9", 450);
    view.hide("10");
    expect(view.take(1000 + VIEW_EVERY)).toEqual([{ mid: "9", height: 450 }]);
  });

  it("is not said when it has come back to what it was", () => {
    const view = shown();
    view.take(1000);
    view.show("9", 300);
    view.show("9", 150);
    expect(view.due()).toBeUndefined();
  });

  it("is that nothing is seen while the page is in the background", () => {
    const view = shown();
    view.take(1000);
    view.setVisible(false);
    expect(view.take(2000)?.map(({ height }) => height)).toEqual([0, 0]);
    view.setVisible(true);
    expect(view.take(3000)?.map(({ height }) => height)).toEqual([600, 150]);
  });

  it("is said again to another peer", () => {
    const view = shown();
    view.take(1000);
    view.forget(2000);
    expect(view.take(2000)).toHaveLength(2);
  });

  it("is that there is nothing to see only when no picture comes for a while", () => {
    const view = new View();
    view.forget(1000);
    expect(view.due()).toBe(1000 + EMPTY_AFTER);
    view.show("9", 150);
    expect(view.take(1010)).toEqual([{ mid: "9", height: 150 }]);
    view.hide("9");
    expect(view.take(1500)).toEqual([]);
    view.forget(2000);
    expect(view.take(2100)).toBeUndefined();
    expect(view.take(2000 + EMPTY_AFTER)).toEqual([]);
  });
});
