import { cache, Enums, imageLoader, imageLoadPoolManager } from "@cornerstonejs/core";

/** Lower is sooner; what somebody looks at has 0 and less. */
const PRIORITY = 5;

/**
 * Loads a stack from `start` outwards, behind whatever is looked at. `progress` hears how many are there; the result
 * stops it.
 */
export function prefetch(imageIds: readonly string[], start: number, progress: (loaded: number) => void): () => void {
  let stopped = false;
  let loaded = 0;
  const { Prefetch } = Enums.RequestType;
  const arrived = () => {
    if (!stopped) progress((loaded += 1));
  };
  for (const imageId of outwards(imageIds, start)) {
    if (cache.isLoaded(imageId)) {
      arrived();
      continue;
    }
    const load = async () => {
      if (stopped) return;
      try {
        await imageLoader.loadAndCacheImage(imageId, { requestType: Prefetch, priority: PRIORITY });
        arrived();
      } catch {
        // Whoever scrolls there asks again and sees the error.
      }
    };
    imageLoadPoolManager.addRequest(load, Prefetch, { imageId }, PRIORITY);
  }
  return () => {
    stopped = true;
    imageLoadPoolManager.clearRequestStack(Prefetch);
  };
}

/** The items from `start` outwards: start, start + 1, start − 1, … */
export function outwards<T>(items: readonly T[], start: number): T[] {
  const at = (item: T, index: number) => ({ item, distance: Math.abs(index - start) - (index > start ? 0.5 : 0) });
  return items
    .map(at)
    .sort((a, b) => a.distance - b.distance)
    .map(({ item }) => item);
}
