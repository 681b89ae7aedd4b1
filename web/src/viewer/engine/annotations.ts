/** Measurements between Cornerstone and the shared view. */

import { eventTarget, type Types } from "@cornerstonejs/core";
import { annotation, Enums, LengthTool, utilities, type Types as ToolTypes } from "@cornerstonejs/tools";
import type { ImageName } from "../dicom";
import { distance } from "../geometry";
import type { SharedAnnotation, Vec3 } from "../sync/values";

/** Below this a line was a click and no measurement; a head CT's pixel has 0.4 mm. */
const SHORTEST = 0.5;

export interface AnnotationHost {
  readonly viewport: () => Types.IStackViewport | undefined;
  /** Seat of this member. */
  readonly me: () => number | undefined;
  readonly imageIdOf: (image: ImageName) => string;
  /** What the image id stands for. */
  readonly imageOf: (
    imageId: string,
  ) =>
    Pick<SharedAnnotation, "studyUid" | "seriesUid" | "sopInstanceUid" | "frame" | "frameOfReferenceUid"> | undefined;
  readonly colorOf: (member: number) => string;
  /** This member drew, changed or (`undefined`) deleted a measurement. */
  readonly changed: (uid: string, annotation: SharedAnnotation | undefined) => void;
}

/**
 * Keeps Cornerstone's measurements equal to the shared ones, and reports what this member draws. A change is reported
 * only when its content differs from the shared one: what was applied from outside never comes back.
 */
export class Annotations {
  private known: ReadonlyMap<string, SharedAnnotation> = new Map();
  private readonly events = [Enums.Events.ANNOTATION_MODIFIED, Enums.Events.ANNOTATION_COMPLETED] as const;

  constructor(private readonly host: AnnotationHost) {
    for (const event of this.events) eventTarget.addEventListener(event, this.onChanged);
    eventTarget.addEventListener(Enums.Events.ANNOTATION_REMOVED, this.onRemoved);
  }

  /** Event listeners that this object holds. */
  get listeners(): number {
    return this.isDestroyed ? 0 : this.events.length + 1;
  }
  private isDestroyed = false;

  destroy(): void {
    this.isDestroyed = true;
    for (const event of this.events) eventTarget.removeEventListener(event, this.onChanged);
    eventTarget.removeEventListener(Enums.Events.ANNOTATION_REMOVED, this.onRemoved);
    for (const { annotationUID } of annotation.state.getAllAnnotations())
      if (annotationUID) annotation.state.removeAnnotation(annotationUID);
  }

  /** Brings Cornerstone to the shared state. */
  show(shared: ReadonlyMap<string, SharedAnnotation>): void {
    const before = this.known;
    this.known = shared;
    for (const uid of before.keys()) if (!shared.has(uid)) annotation.state.removeAnnotation(uid);
    for (const [uid, value] of shared) {
      const held = annotation.state.getAnnotation(uid) as ToolTypes.Annotation | undefined;
      if (held && before.get(uid) === value) continue;
      if (held) this.update(held, value);
      else this.insert(uid, value);
    }
    this.render();
  }

  /** Deletes the measurement that this member drew last. */
  undo(): void {
    const mine = [...this.known].filter(([, value]) => value.author === this.host.me());
    const last = mine.at(-1);
    if (last) this.delete(last[0]);
  }

  delete(uid: string): void {
    annotation.state.removeAnnotation(uid);
    this.render();
  }

  private insert(uid: string, value: SharedAnnotation): void {
    const viewport = this.host.viewport();
    const { viewPlaneNormal, viewUp } = viewport?.getCamera() ?? {};
    const line = {
      annotationUID: uid,
      highlighted: false,
      invalidated: true,
      isLocked: value.author !== this.host.me(),
      isVisible: true,
      metadata: {
        toolName: LengthTool.toolName,
        referencedImageId: this.host.imageIdOf(value),
        FrameOfReferenceUID: value.frameOfReferenceUid,
        viewPlaneNormal,
        viewUp,
      },
      data: {
        label: value.label,
        handles: {
          points: value.points.map((point) => [...point]),
          activeHandleIndex: null,
          textBox: textBox(),
        },
        cachedStats: {},
      },
    } as unknown as ToolTypes.Annotation;
    annotation.state.addAnnotation(line, value.frameOfReferenceUid);
    annotation.locking.setAnnotationLocked(uid, value.author !== this.host.me());
    this.paint(uid, value.author);
  }

  private update(held: ToolTypes.Annotation, value: SharedAnnotation): void {
    const handles = held.data.handles as { points: Types.Point3[] };
    handles.points = value.points.map((point) => [...point] as Types.Point3);
    held.data.label = value.label;
    held.invalidated = true;
    held.data.cachedStats = {};
  }

  private paint(uid: string, author: number): void {
    const color = this.host.colorOf(author);
    annotation.config.style.setAnnotationStyles(uid, {
      color,
      colorHighlighted: color,
      colorSelected: color,
      colorLocked: color,
      textBoxColor: color,
      textBoxColorHighlighted: color,
      textBoxColorSelected: color,
      textBoxColorLocked: color,
      textBoxLinkLineColor: color,
      lineWidth: "2",
      lineWidthLocked: "2",
      textBoxFontSize: "16px",
      textBoxBackground: "rgba(0, 0, 0, 0.65)",
    } as Parameters<typeof annotation.config.style.setAnnotationStyles>[1]);
  }

  private render(): void {
    const viewport = this.host.viewport();
    if (viewport) utilities.triggerAnnotationRenderForViewportIds([viewport.id]);
  }

  private readonly onChanged = (event: Event): void => {
    const { annotation: line } = (event as CustomEvent<{ annotation: ToolTypes.Annotation }>).detail;
    const uid = line.annotationUID;
    const value = uid ? this.read(line) : undefined;
    if (!uid || !value) return;
    const isComplete = event.type === Enums.Events.ANNOTATION_COMPLETED;
    if (isComplete && distance(value.points[0] as Vec3, value.points[1] as Vec3) < SHORTEST) return this.delete(uid);
    if (!this.known.has(uid)) this.paint(uid, value.author);
    if (!same(this.known.get(uid), value)) this.host.changed(uid, value);
  };

  private readonly onRemoved = (event: Event): void => {
    const uid = (event as CustomEvent<{ annotation: ToolTypes.Annotation }>).detail.annotation.annotationUID;
    if (uid && this.known.has(uid) && !this.isDestroyed) this.host.changed(uid, undefined);
  };

  private read(line: ToolTypes.Annotation): SharedAnnotation | undefined {
    const me = this.host.me();
    const image = this.host.imageOf(line.metadata?.referencedImageId ?? "");
    const points = line.data.handles?.points as Types.Point3[] | undefined;
    if (me === undefined || !image || points?.length !== 2 || line.metadata?.toolName !== LengthTool.toolName)
      return undefined;
    const author = line.annotationUID ? (this.known.get(line.annotationUID)?.author ?? me) : me;
    return {
      tool: "Length",
      author,
      ...image,
      points: points.map((point) => [point[0], point[1], point[2]] as const),
      label: typeof line.data.label === "string" ? line.data.label : "",
    };
  }
}

function textBox() {
  return {
    hasMoved: false,
    worldPosition: [0, 0, 0],
    worldBoundingBox: { topLeft: [0, 0, 0], topRight: [0, 0, 0], bottomLeft: [0, 0, 0], bottomRight: [0, 0, 0] },
  };
}

function same(a: SharedAnnotation | undefined, b: SharedAnnotation): boolean {
  return (
    a !== undefined &&
    a.sopInstanceUid === b.sopInstanceUid &&
    a.frame === b.frame &&
    a.label === b.label &&
    a.points.length === b.points.length &&
    a.points.every((point, i) => distance(point, b.points[i] as Vec3) === 0)
  );
}
