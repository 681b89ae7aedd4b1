/** Cornerstone3D, started once for the page. Everything that names it lies in this folder. */

import { cache, imageLoadPoolManager, init as initCore, Enums, setUseCPURendering } from "@cornerstonejs/core";
import { init as initLoader, wadors } from "@cornerstonejs/dicom-image-loader";
import {
  addTool,
  init as initTools,
  LengthTool,
  PanTool,
  StackScrollTool,
  WindowLevelTool,
  ZoomTool,
} from "@cornerstonejs/tools";
import { addressOf, imageIdOf, type Series } from "../dicom";

/**
 * Decoded images that are kept. A head CT of 400 slices takes 210 MB; a phone's browser kills pages that take much
 * more than half a gigabyte. Less loads again what was just looked at.
 */
const CACHE_DESKTOP = 1024 * 1024 * 1024;
const CACHE_PHONE = 384 * 1024 * 1024;
/** Requests in flight for what is looked at and for what may be looked at next; browsers open six connections per host. */
const INTERACTION_REQUESTS = 4;
const PREFETCH_REQUESTS = 4;

/**
 * One, for one viewport. Cornerstone makes seven, each of which costs memory and, without a real graphics card, the
 * better part of a second in which the page stands still.
 */
const WEBGL_CONTEXTS = 1;

let started: Promise<void> | undefined;

/** Starts the engine. Without WebGL, or with `?render=cpu`, images are drawn by the processor: slower, the same picture. */
export function startCornerstone(): Promise<void> {
  started ??= start();
  return started;
}

async function start(): Promise<void> {
  initCore({ rendering: { webGlContextCount: WEBGL_CONTEXTS } } as Parameters<typeof initCore>[0]);
  if (!hasWebGl() || new URLSearchParams(location.search).get("render") === "cpu") drawWithProcessor();
  initLoader({
    maxWebWorkers: Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)),
    open: (xhr, url) => xhr.open("GET", addressOf(url), true),
  });
  initTools();
  for (const tool of [StackScrollTool, WindowLevelTool, ZoomTool, PanTool, LengthTool]) addTool(tool);
  cache.setMaxCacheSize(matchMedia("(pointer: coarse)").matches ? CACHE_PHONE : CACHE_DESKTOP);
  imageLoadPoolManager.setMaxSimultaneousRequests(Enums.RequestType.Interaction, INTERACTION_REQUESTS);
  imageLoadPoolManager.setMaxSimultaneousRequests(Enums.RequestType.Prefetch, PREFETCH_REQUESTS);
  return Promise.resolve();
}

/**
 * On dense screens Cornerstone's processor path sets the scale in CSS pixels and reads it in device pixels: every zoom
 * then runs away, and a follower never arrives. One device pixel for each CSS pixel makes it right, and four times as
 * fast.
 */
function drawWithProcessor(): void {
  setUseCPURendering(true);
  Object.defineProperty(window, "devicePixelRatio", { get: () => 1, configurable: true });
}

function hasWebGl(): boolean {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}

/** Drops decoded images. What is still on its way is not kept when it arrives. */
export function forgetImages(imageIds: readonly string[]): void {
  for (const imageId of imageIds) {
    if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId, { force: true });
  }
}

/** Image ids of a stack; their metadata is registered with Cornerstone. */
export function registerSeries(consultId: string, series: Series): string[] {
  return series.images.map((image) => {
    const imageId = imageIdOf(consultId, { ...series, ...image });
    // The loader keeps what it gets and marks it; the frames of one object share their metadata.
    if (image.frame === 1 && !wadors.metaDataManager.get(imageId)) {
      wadors.metaDataManager.add(imageId, { ...image.dataset } as Parameters<typeof wadors.metaDataManager.add>[1]);
    }
    return imageId;
  });
}
