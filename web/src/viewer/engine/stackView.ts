/** One stack viewport: shows a series, tells what it shows, and can be brought to show the same as another one. */

import { Enums, metaData, RenderingEngine, type Types } from "@cornerstonejs/core";
import { Enums as ToolEnums, ToolGroupManager, type Types as ToolTypes } from "@cornerstonejs/tools";
import { imageIdOf, indexOf, type Series } from "../dicom";
import { add, distance, fittingScale, subtract, visibleHalfWidth } from "../geometry";
import type { VoiRange } from "../presets";
import type { SharedAnnotation, SharedPointer, SharedViewport, Vec3 } from "../sync/values";
import { Annotations } from "./annotations";
import { forgetImages, registerSeries } from "./cornerstone";
import { prefetch } from "./prefetch";
import { aspectOf, DEGREE, GREY, lettersOf, MM, planeOf, rightOf, sameView, vec, type Letters } from "./section";
import { createTools, navigates, selectTool, type Tool } from "./tools";

/** What the overlay and the tests read; new object on every change. */
export interface Status {
  readonly series: Series | undefined;
  /** From 0; the image that is on screen. */
  readonly index: number;
  /** Images of the stack that are loaded. */
  readonly loaded: number;
  readonly view: SharedViewport | undefined;
  readonly letters: Letters | undefined;
  /** The image that should be shown could not be loaded. */
  readonly failed: boolean;
}

export const NOTHING_SHOWN: Status = {
  series: undefined,
  index: 0,
  loaded: 0,
  view: undefined,
  letters: undefined,
  failed: false,
};

export interface Handlers {
  /** This person moved the images by hand. */
  navigated(): void;
  annotated(uid: string, annotation: SharedAnnotation | undefined): void;
  pointed(pointer: SharedPointer): void;
  me(): number | undefined;
  colorOf(member: number): string;
  lengthText(millimetres: number, unit: string): string;
}

/**
 * Renders after which a view counts as reached even if it still differs: an engine that rounds must not render for
 * ever. One is enough today; more costs nothing.
 */
const MAX_TRIES = 4;

let instances = 0;

export class StackView {
  private readonly id = `stack-${(instances += 1)}`;
  private readonly engine: RenderingEngine;
  private viewport: Types.IStackViewport;
  private readonly group: ToolTypes.IToolGroup;
  private readonly annotations: Annotations;
  private readonly resize: ResizeObserver;
  private readonly bound: [target: EventTarget, type: string, listener: EventListener][] = [];
  private series: Series | undefined;
  private imageIds: string[] = [];
  /** Images that were asked for, by series: what has to be forgotten with a study. */
  private readonly asked = new Map<string, { readonly studyUid: string; readonly imageIds: readonly string[] }>();
  /** Studies that may be seen; `undefined` until {@link keepOnly} has said so. */
  private known: ReadonlySet<string> | undefined;
  private tool: Tool = "scroll";
  /** What should be shown; pursued until it is, then forgotten when `once`, else kept up through every change. */
  private target: { readonly view: SharedViewport; readonly once: boolean } | undefined;
  private tries = 0;
  private viewports = 0;
  private isLoadingStack = false;
  private stopPrefetch: (() => void) | undefined;
  private isDestroyed = false;
  private status = NOTHING_SHOWN;
  private readonly listeners = new Set<() => void>();
  private readonly changeListeners = new Set<() => void>();

  constructor(
    readonly element: HTMLDivElement,
    /** Whose images: goes with every request for one. */
    private readonly consultId: string,
    private readonly handlers: Handlers,
    /** Finds a series among those that have arrived. */
    private readonly find: (seriesUid: string) => Series | undefined,
  ) {
    this.engine = new RenderingEngine(this.id);
    this.group = createTools(this.id, handlers.lengthText);
    this.viewport = this.newViewport();
    selectTool(this.group, this.tool);
    this.annotations = new Annotations({
      viewport: () => (this.isDestroyed ? undefined : this.viewport),
      me: handlers.me,
      colorOf: handlers.colorOf,
      changed: handlers.annotated,
      imageIdOf: (image) => imageIdOf(this.consultId, image),
      imageOf: (imageId) => this.imageOf(imageId),
    });
    this.listen(element, Enums.Events.IMAGE_RENDERED, () => this.rendered());
    this.listen(element, ToolEnums.Events.MOUSE_WHEEL, () => this.navigated());
    this.listen(element, ToolEnums.Events.MOUSE_DRAG, (event) => this.dragged(event));
    this.listen(element, ToolEnums.Events.TOUCH_DRAG, (event) => this.dragged(event));
    this.listen(element, "pointermove", (event) => this.pointed(event as PointerEvent));
    this.listen(element, "pointerdown", (event) => this.pointed(event as PointerEvent));
    this.listen(element, "contextmenu", (event) => event.preventDefault());
    this.resize = new ResizeObserver(() => this.resized());
    this.resize.observe(element);
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.stopPrefetch?.();
    this.resize.disconnect();
    for (const [target, type, listener] of this.bound.splice(0)) target.removeEventListener(type, listener);
    this.annotations.destroy();
    ToolGroupManager.destroyToolGroup(this.id);
    this.engine.destroy();
    this.listeners.clear();
  }

  /** Listeners that this object holds on anything; 0 after {@link destroy}. */
  get listenerCount(): number {
    return this.bound.length + this.annotations.listeners;
  }

  readonly snapshot = (): Status => this.status;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Hears when other images, another window or another section is on screen, by whatever. */
  onChanged(listener: () => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  // What the person does.

  selectTool(tool: Tool): void {
    this.tool = tool;
    selectTool(this.group, tool);
  }

  /** Opens a series by hand. */
  open(series: Series): void {
    if (this.series?.seriesUid === series.seriesUid) return;
    if (this.target?.once) this.target = undefined;
    this.navigated();
    void this.show(series, Math.floor(series.images.length / 2));
  }

  /** Opens a series because nothing is shown yet; nobody is told. */
  openFirst(series: Series): void {
    if (!this.series && !this.target) void this.show(series, Math.floor(series.images.length / 2));
  }

  scrollBy(images: number): void {
    this.scrollTo(this.viewport.getTargetImageIdIndex() + images);
  }

  scrollTo(index: number): void {
    if (this.imageIds.length === 0) return;
    this.navigated();
    const inside = Math.min(this.imageIds.length - 1, Math.max(0, index));
    this.goTo(inside);
  }

  setVoi({ lower, upper }: VoiRange): void {
    this.act(() => this.viewport.setProperties({ voiRange: { lower, upper } }));
  }

  invert(): void {
    this.act(() => this.viewport.setProperties({ invert: !this.viewport.getProperties().invert }));
  }

  zoomBy(factor: number): void {
    this.act(() =>
      this.viewport.setCamera({ parallelScale: (this.viewport.getCamera().parallelScale ?? 100) / factor }),
    );
  }

  /** Whole image, no rotation, the window of the file. */
  reset(): void {
    this.act(() => {
      this.viewport.resetProperties();
      this.viewport.resetCamera();
    });
  }

  undoAnnotation(): void {
    this.annotations.undo();
  }

  deleteAnnotation(uid: string): void {
    this.annotations.delete(uid);
  }

  // What the others do.

  showAnnotations(shared: ReadonlyMap<string, SharedAnnotation>): void {
    this.annotations.show(shared);
  }

  /** Shows what `view` says, now and after every resize and every image that arrives; `undefined` stops that. */
  pursue(view: SharedViewport | undefined): void {
    if (this.target?.view === view) return;
    this.aim(view && { view, once: false });
  }

  /** Shows what `view` says once, as soon as its images are there; never what was taken out meanwhile. */
  restore(view: SharedViewport): void {
    if (this.known === undefined || this.known.has(view.studyUid)) this.aim({ view, once: true });
  }

  /** On the way to a view that this person did not choose just now. */
  get isPursuing(): boolean {
    return this.target !== undefined;
  }

  /**
   * The studies that may be seen. One that is not among them any more was found to be another patient's: its images
   * leave the screen and the memory at once. `true` when they were on screen.
   */
  keepOnly(studyUids: ReadonlySet<string>): boolean {
    this.known = studyUids;
    const isGone = (studyUid: string) => !studyUids.has(studyUid);
    const isShown = this.series !== undefined && isGone(this.series.studyUid);
    // Somebody who presents may be ahead of the news of a study, so what is followed stays wanted.
    if (this.target && (this.target.once || isShown) && isGone(this.target.view.studyUid)) this.target = undefined;
    if (isShown) this.blank();
    for (const [seriesUid, { studyUid, imageIds }] of this.asked) {
      if (!isGone(studyUid)) continue;
      forgetImages(imageIds);
      this.asked.delete(seriesUid);
    }
    return isShown;
  }

  /** More images of the series on screen have arrived, or of the one that is wanted. */
  refresh(): void {
    const held = this.series;
    const newer = held && this.find(held.seriesUid);
    if (!held || !newer || newer.images.length === held.images.length) return this.step();
    const view = this.status.view;
    const index = view ? indexOf(newer, view.sopInstanceUid, view.frame) : -1;
    // Without a step: the stack on screen still is the one that already shows it.
    if (view && !this.target) this.target = { view, once: true };
    this.tries = 0;
    void this.show(newer, Math.max(0, index));
  }

  /** Where a patient point lies on the element, in CSS pixels. */
  project(point: Vec3): readonly [number, number] | undefined {
    if (!this.status.view) return undefined;
    const [x, y] = this.viewport.worldToCanvas([...point] as Types.Point3);
    return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : undefined;
  }

  private newViewport(): Types.IStackViewport {
    const viewportId = `${this.id}-${(this.viewports += 1)}`;
    this.engine.enableElement({
      viewportId,
      element: this.element,
      type: Enums.ViewportType.STACK,
      defaultOptions: { background: [0, 0, 0] },
    });
    this.group.addViewport(viewportId, this.id);
    return this.engine.getViewport(viewportId) as Types.IStackViewport;
  }

  /** A viewport in the place of the old one, under another name: an image on its way to the old one finds nobody. */
  private blank(): void {
    this.stopPrefetch?.();
    this.stopPrefetch = undefined;
    this.series = undefined;
    this.imageIds = [];
    this.isLoadingStack = false;
    this.engine.disableElement(this.viewport.id);
    this.viewport = this.newViewport();
    this.update(NOTHING_SHOWN);
  }

  private listen(target: EventTarget, type: string, listener: EventListener): void {
    target.addEventListener(type, listener);
    this.bound.push([target, type, listener]);
  }

  private act(change: () => void): void {
    if (!this.status.view) return;
    this.navigated();
    change();
    this.viewport.render();
  }

  private navigated(): void {
    if (this.series) this.handlers.navigated();
  }

  private dragged(event: Event): void {
    const detail = (event as CustomEvent<{ mouseButton?: number; currentPointsList?: unknown[] }>).detail;
    const isPrimary = (detail.mouseButton ?? 1) === 1 && (detail.currentPointsList?.length ?? 1) === 1;
    if (!isPrimary || navigates(this.tool)) this.navigated();
  }

  private pointed(event: PointerEvent): void {
    const view = this.status.view;
    if (this.tool !== "pointer" || !view || (event.pointerType !== "mouse" && event.buttons === 0)) return;
    const box = this.element.getBoundingClientRect();
    const [x, y, z] = this.viewport.canvasToWorld([event.clientX - box.left, event.clientY - box.top]);
    this.handlers.pointed({ sopInstanceUid: view.sopInstanceUid, frame: view.frame, point: [x, y, z] });
  }

  private async show(series: Series, index: number): Promise<void> {
    this.series = series;
    this.imageIds = registerSeries(this.consultId, series);
    this.asked.set(series.seriesUid, { studyUid: series.studyUid, imageIds: this.imageIds });
    this.stopPrefetch?.();
    this.isLoadingStack = true;
    this.update({ series, loaded: 0, failed: false });
    try {
      await this.viewport.setStack(this.imageIds, index);
    } catch {
      if (this.series === series) this.update({ failed: true });
    }
    if (this.isDestroyed || this.series !== series) return;
    this.isLoadingStack = false;
    this.stopPrefetch = prefetch(this.imageIds, index, (loaded) => this.update({ loaded }));
    this.viewport.render();
    this.step();
  }

  private goTo(index: number): void {
    // The promise of an image that is overtaken by the next one may never settle: what counts is what gets rendered.
    const { viewport } = this;
    viewport.setImageIdIndex(index).catch(() => {
      if (viewport === this.viewport && viewport.getCurrentImageIdIndex() === index) this.update({ failed: true });
    });
  }

  private aim(target: typeof this.target): void {
    this.target = target;
    this.tries = 0;
    this.step();
  }

  /** One step towards {@link target}; called again whenever something has been rendered or has arrived. */
  private step(): void {
    const target = this.target;
    if (!target || this.isDestroyed || this.isLoadingStack) return;
    const { view } = target;
    if (this.series?.seriesUid !== view.seriesUid) {
      const series = this.find(view.seriesUid);
      const index = series ? indexOf(series, view.sopInstanceUid, view.frame) : -1;
      if (series && index >= 0) void this.show(series, index);
      return;
    }
    const index = indexOf(this.series, view.sopInstanceUid, view.frame);
    if (index < 0) return;
    if (this.viewport.getCurrentImageIdIndex() !== index) return this.goTo(index);
    if (this.shownImageId() !== this.imageIds[index]) return;
    if (this.tries < MAX_TRIES && this.adjust(view)) {
      this.tries += 1;
      this.viewport.render();
    } else if (target.once) this.target = undefined;
  }

  /** Sets window, orientation and section; `true` when something had to be changed. */
  private adjust(view: SharedViewport): boolean {
    const now = this.read();
    if (!now) return false;
    let changed = false;
    if (
      Math.abs(now.voi.lower - view.voi.lower) > GREY ||
      Math.abs(now.voi.upper - view.voi.upper) > GREY ||
      now.invert !== view.invert
    ) {
      this.viewport.setProperties({ voiRange: { ...view.voi }, invert: view.invert });
      changed = true;
    }
    if (now.flipH !== view.flipH || now.flipV !== view.flipV) {
      this.viewport.setCamera({ flipHorizontal: view.flipH, flipVertical: view.flipV });
      changed = true;
    }
    if (Math.abs(now.rotation - view.rotation) > DEGREE) {
      this.viewport.setViewPresentation({ rotation: view.rotation });
      changed = true;
    }
    const parallelScale = fittingScale(view.camera.parallelScale, view.camera.halfWidth, aspectOf(this.element));
    const moved = distance(now.camera.focalPoint, view.camera.focalPoint) > MM;
    if (moved || Math.abs(now.camera.parallelScale - parallelScale) > MM) {
      const camera = this.viewport.getCamera();
      const focalPoint = [...view.camera.focalPoint] as Types.Point3;
      // The eye keeps its own distance from the plane: only the section is shared.
      const position = add(
        focalPoint,
        subtract(vec(camera.position), vec(camera.focalPoint)),
      ) as unknown as Types.Point3;
      this.viewport.setCamera({ focalPoint, position, parallelScale });
      changed = true;
    }
    return changed;
  }

  private rendered(): void {
    if (this.isDestroyed) return;
    const view = this.read();
    if (view) {
      const index = this.viewport.getCurrentImageIdIndex();
      if (!this.status.view || !sameView(this.status.view, view) || this.status.index !== index) {
        this.update({ view, index, letters: lettersOf(this.viewport), failed: false });
        for (const listener of [...this.changeListeners]) listener();
      }
    }
    this.step();
  }

  private resized(): void {
    if (this.isDestroyed || this.element.clientWidth === 0 || this.element.clientHeight === 0) return;
    this.tries = 0;
    this.engine.resize(true, true);
    this.viewport.render();
  }

  /** What is on screen now; `undefined` while nothing is. */
  private read(): SharedViewport | undefined {
    const image = this.imageOf(this.shownImageId() ?? "");
    if (!image || this.isLoadingStack) return undefined;
    const { voiRange, invert } = this.viewport.getProperties();
    const camera = this.viewport.getCamera();
    const { rotation = 0 } = this.viewport.getViewPresentation({ rotation: true });
    if (!voiRange || !camera.focalPoint || !camera.parallelScale) return undefined;
    const focalPoint = vec(camera.focalPoint);
    const halfWidth = camera.parallelScale * aspectOf(this.element);
    const plane = planeOf(this.viewport);
    return {
      studyUid: image.studyUid,
      seriesUid: image.seriesUid,
      sopInstanceUid: image.sopInstanceUid,
      frame: image.frame,
      voi: { lower: voiRange.lower, upper: voiRange.upper },
      invert: invert ?? false,
      rotation,
      flipH: camera.flipHorizontal ?? false,
      flipV: camera.flipVertical ?? false,
      camera: {
        focalPoint,
        parallelScale: camera.parallelScale,
        halfWidth: plane ? visibleHalfWidth(plane, focalPoint, rightOf(this.viewport), halfWidth) : halfWidth,
      },
    };
  }

  private shownImageId(): string | undefined {
    return (this.viewport.getCornerstoneImage() as Types.IImage | undefined)?.imageId;
  }

  private imageOf(imageId: string) {
    const series = this.series;
    const index = this.imageIds.indexOf(imageId);
    const image = series?.images[index];
    if (!series || !image) return undefined;
    return {
      studyUid: series.studyUid,
      seriesUid: series.seriesUid,
      sopInstanceUid: image.sopInstanceUid,
      frame: image.frame,
      frameOfReferenceUid: String(metaData.get("imagePlaneModule", imageId)?.frameOfReferenceUID ?? ""),
    };
  }

  private update(part: Partial<Status>): void {
    if (this.isDestroyed) return;
    this.status = { ...this.status, ...part };
    for (const listener of this.listeners) listener();
  }
}
