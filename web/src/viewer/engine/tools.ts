/** The tool group: which gesture does what. */

import {
  LengthTool,
  PanTool,
  StackScrollTool,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
  Enums,
  type Types,
} from "@cornerstonejs/tools";

/** What the primary button or one finger does. The pointer belongs to the room, not to Cornerstone. */
export type Tool = "scroll" | "wl" | "zoom" | "pan" | "length" | "pointer";
export const TOOLS: readonly Tool[] = ["scroll", "wl", "zoom", "pan", "length", "pointer"];

const { Primary, Secondary, Auxiliary, Wheel } = Enums.MouseBindings;
const NAMES = {
  scroll: StackScrollTool.toolName,
  wl: WindowLevelTool.toolName,
  zoom: ZoomTool.toolName,
  pan: PanTool.toolName,
  length: LengthTool.toolName,
} as const;

/** Gestures that do not depend on the tool: wheel scrolls, right button and two fingers zoom, middle button pans. */
const FIXED: Record<keyof typeof NAMES, Types.IToolBinding[]> = {
  scroll: [{ mouseButton: Wheel }],
  wl: [],
  zoom: [{ mouseButton: Secondary }, { numTouchPoints: 2 }],
  pan: [{ mouseButton: Auxiliary }],
  length: [],
};

/** `true` when a drag with the primary button moves the images, so that a follower leaves the presenter. */
export function navigates(tool: Tool): boolean {
  return tool !== "length" && tool !== "pointer";
}

export function createTools(
  groupId: string,
  lengthText: (millimetres: number, unit: string) => string,
): Types.IToolGroup {
  const group = ToolGroupManager.createToolGroup(groupId);
  if (!group) throw new Error("tool group exists");
  for (const name of [NAMES.scroll, NAMES.wl, NAMES.zoom, NAMES.pan]) group.addTool(name);
  group.addTool(NAMES.length, {
    getTextLines: (
      data: { cachedStats: Record<string, { length?: number | null; unit?: string }> },
      targetId: string,
    ) => {
      const { length, unit } = data.cachedStats[targetId] ?? {};
      return length === undefined || length === null || Number.isNaN(length)
        ? undefined
        : [lengthText(length, unit ?? "mm")];
    },
  });
  return group;
}

/** Binds the primary button and one finger to `tool`. */
export function selectTool(group: Types.IToolGroup, tool: Tool): void {
  for (const [key, name] of Object.entries(NAMES) as [keyof typeof NAMES, string][]) {
    const bindings = FIXED[key];
    if (key === tool) {
      group.setToolActive(name, { bindings: [{ mouseButton: Primary }, { numTouchPoints: 1 }, ...bindings] });
      continue;
    }
    // Passive first: it takes away the old bindings, which setToolActive would only add to.
    group.setToolPassive(name, { removeAllBindings: true });
    if (bindings.length > 0) group.setToolActive(name, { bindings });
    // Drawn, but not to be grabbed by accident while scrolling.
    else if (key === "length") group.setToolEnabled(name);
  }
}
