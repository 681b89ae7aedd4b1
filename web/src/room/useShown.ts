import { useEffect, type RefObject } from "react";
import type { Connection } from "../rtc/connection";
import { shownHeight } from "../rtc/view";

/** A line whose picture an element draws. */
export interface Line {
  readonly connection: Connection;
  readonly mid: string;
  readonly fit: "cover" | "contain";
}

/** Around what is in sight: a picture is asked for a little before it is scrolled to. */
const AHEAD = "120px";

/** Tells the server how high `video` is drawn, for as long as it is on the page. */
export function useShown(video: RefObject<HTMLVideoElement | null>, line: Line | undefined): void {
  const { connection, mid, fit } = line ?? {};
  useEffect(() => {
    const element = video.current;
    if (!element || !connection || mid === undefined || fit === undefined) return;
    let isInSight = true;
    const tell = () => {
      const { clientWidth: width, clientHeight: height, videoWidth, videoHeight } = element;
      const picture = { width: videoWidth, height: videoHeight };
      connection.show(mid, isInSight ? shownHeight({ width, height }, picture, fit, devicePixelRatio) : 0);
    };
    const size = new ResizeObserver(tell);
    const sight = new IntersectionObserver(
      (entries) => {
        isInSight = entries.at(-1)?.isIntersecting ?? isInSight;
        tell();
      },
      { rootMargin: AHEAD },
    );
    size.observe(element);
    sight.observe(element);
    // A telephone was turned, at the other end.
    element.addEventListener("resize", tell);
    // Another screen, or another zoom, has other pixels.
    addEventListener("resize", tell);
    tell();
    return () => {
      size.disconnect();
      sight.disconnect();
      element.removeEventListener("resize", tell);
      removeEventListener("resize", tell);
      connection.hide(mid);
    };
  }, [video, connection, mid, fit]);
}
