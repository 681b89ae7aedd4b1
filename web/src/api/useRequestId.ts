import { useRef } from "react";
import { newId } from "./ids";

/**
 * The id of a request that the client names: sent again after a lost answer it is the same request, with other words it
 * is another one.
 */
export function useRequestId(): (words: string) => string {
  const last = useRef<{ id: string; words: string }>(undefined);
  return (words) => {
    if (last.current?.words !== words) last.current = { id: newId(), words };
    return last.current.id;
  };
}
