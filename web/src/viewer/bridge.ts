import type { StackView } from "./engine/stackView";
import type { SharedView } from "./sync/session";

/**
 * Joins the viewport on screen to the shared view, until the result is called. Not by React: a drag must end following
 * before the next picture is drawn.
 */
export function joinViews(stack: StackView, shared: SharedView): () => void {
  let before = shared.snapshot();
  const fromRoom = () => {
    const now = shared.snapshot();
    const last = before;
    before = now;
    if (now.annotations !== last.annotations) stack.showAnnotations(now.annotations);
    if (now.mode === "follow") return stack.pursue(now.viewport);
    if (now.mode === last.mode) return;
    const cameBack = now.mode === "present" && now.ready && !last.ready;
    // A reloaded page of the presenter picks up its own view again instead of showing everybody its first picture.
    if (cameBack && now.viewport) return stack.restore(now.viewport);
    stack.pursue(undefined);
    fromScreen();
  };
  const fromScreen = () => {
    const { view } = stack.snapshot();
    if (view && !stack.isPursuing) shared.show(view);
  };
  const stop = [shared.subscribe(fromRoom), stack.onChanged(fromScreen)];
  stack.showAnnotations(before.annotations);
  if (before.mode === "follow") stack.pursue(before.viewport);
  else if (before.mode === "present" && before.viewport) stack.restore(before.viewport);
  return () => stop.forEach((end) => end());
}
