import { useEffect, useState } from "react";
import type { Status, StackView } from "./engine/stackView";
import type { SharedPointer } from "./sync/values";
import type { SharedView } from "./sync/session";

/** How long a pointer stays after its last movement; CSS fades it out over the last part. */
const FADES_AFTER = 2000;

interface Seen {
  readonly pointer: SharedPointer;
  readonly at: number;
}

interface Props {
  shared: SharedView;
  stack: StackView;
  status: Status;
  nameOf(member: number): string;
  colorOf(member: number): string;
}

/** The pointers of the others, where they point in the patient; only on the image that they point at. */
export function PointerLayer({ shared, stack, status, nameOf, colorOf }: Props) {
  const [seen, setSeen] = useState<ReadonlyMap<number, Seen>>(new Map());
  useEffect(
    () =>
      shared.onPointer((sender, pointer) =>
        setSeen((before) => new Map(before).set(sender, { pointer, at: performance.now() })),
      ),
    [shared],
  );
  useEffect(() => {
    if (seen.size === 0) return;
    const oldest = Math.min(...[...seen.values()].map(({ at }) => at));
    const timer = setTimeout(
      () => setSeen((before) => new Map([...before].filter(([, { at }]) => performance.now() - at < FADES_AFTER))),
      Math.max(50, oldest + FADES_AFTER - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [seen]);
  return (
    <div className="pointer-layer" aria-hidden="true">
      {[...seen].map(([member, { pointer, at }]) => {
        const here = status.view?.sopInstanceUid === pointer.sopInstanceUid && status.view.frame === pointer.frame;
        const place = here ? stack.project(pointer.point) : undefined;
        if (!place) return null;
        return (
          <span
            key={`${member}-${at}`}
            className="pointer"
            data-testid={`pointer-${member}`}
            style={{ left: place[0], top: place[1], color: colorOf(member) }}
          >
            <span className="pointer-name">{nameOf(member)}</span>
          </span>
        );
      })}
    </div>
  );
}
