import { useRef } from "react";
import { newId } from "./ids";

/**
 * The id of a request that the client names: sent again after a lost answer it is the same request, with other words, or
 * once the last one is `answered`, it is another one.
 */
export function useRequestId(): { of: (words: string) => string; answered: () => void } {
  const last = useRef<{ id: string; words: string }>(undefined);
  return {
    of: (words) => {
      if (last.current?.words !== words) last.current = { id: newId(), words };
      return last.current.id;
    },
    answered: () => {
      last.current = undefined;
    },
  };
}
