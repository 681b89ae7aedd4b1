import { useEffect, useState } from "react";

/**
 * How long the viewer waits once media are through, in ms. WebGL takes the page's only thread for a tenth of a second and
 * more, and the first picture needs it. More shows the images later; less the faces.
 */
const AFTER_MEDIA = 250;
/** And without media: where they never come, the images still do. */
const WITHOUT_MEDIA = 1500;

/** Whether it is the viewer's turn. */
export function useFacesFirst(everLive: boolean): boolean {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), everLive ? AFTER_MEDIA : WITHOUT_MEDIA);
    return () => clearTimeout(timer);
  }, [everLive]);
  return isDue;
}
