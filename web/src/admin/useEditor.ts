import { useState } from "react";
import { asApiError } from "../api/problem";
import type { AdminDirectory } from "../api/types";
import { useTexts } from "../i18n";
import { useFreshDirectory } from "./directory";

interface EditorOptions<T> {
  initial: T;
  put: (body: T) => Promise<unknown>;
  /** The same entry in a directory; `undefined` when it is new or gone. */
  find: (directory: AdminDirectory) => T | undefined;
  /** Names of fields that cannot be sent, each with a sentence. */
  check: (draft: T) => Partial<Record<keyof T, string>>;
  onSaved: (saved: T) => void;
}

export interface Editor<T> {
  draft: T;
  change: (part: Partial<T>) => void;
  /** What to say at a field; nothing before the first try to save. */
  fault: (field: keyof T) => string | null;
  /** `part` is changed on the way, for buttons that save something themselves. */
  save: (part?: Partial<T>, force?: boolean) => void;
  isPending: boolean;
  error: unknown;
  /** Somebody else has written it since the dialog was opened. */
  isStale: boolean;
  takeTheirs: () => void;
}

/**
 * A draft of one entry. The server takes the last write, so before writing the entry is read again: what somebody else
 * has changed meanwhile is shown and not overwritten unseen.
 */
export function useEditor<T extends object>({ initial, put, find, check, onSaved }: EditorOptions<T>): Editor<T> {
  const wrong = useTexts("admin")("editor.wrong");
  const fresh = useFreshDirectory();
  const [base, setBase] = useState(initial);
  const [draft, setDraft] = useState(initial);
  const [theirs, setTheirs] = useState<T | null>(null);
  const [tried, setTried] = useState(false);
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const faults = check(draft);
  const refused = refusedField(error);

  const write = async (body: T, force: boolean) => {
    setPending(true);
    setError(null);
    try {
      const now = find(await fresh());
      if (!force && now !== undefined && !isSame(now, base)) {
        setTheirs(now);
        return;
      }
      await put(body);
      await fresh();
      onSaved(body);
    } catch (failure) {
      setError(failure);
      if (asApiError(failure)?.code === "conflict") await fresh().catch(() => undefined);
    } finally {
      setPending(false);
    }
  };

  return {
    draft,
    change: (part) => setDraft((old) => ({ ...old, ...part })),
    fault: (field) => (tried ? (faults[field] ?? (field === refused ? wrong : null)) : null),
    save: (part = {}, force = false) => {
      setTried(true);
      const body = { ...draft, ...part };
      if (isPending || Object.values(check(body)).some(Boolean)) return;
      void write(body, force);
    },
    isPending,
    error,
    isStale: theirs !== null,
    takeTheirs: () => {
      if (theirs === null) return;
      setBase(theirs);
      setDraft(theirs);
      setTheirs(null);
    },
  };
}

/** The field in `field: why` of the server's refusal. */
function refusedField(error: unknown): string | null {
  const failure = asApiError(error);
  return failure?.code === "invalid_field" ? (failure.detail?.split(":")[0] ?? null) : null;
}

/** Whether two readings of an entry are the same; a password set meanwhile is nobody's edit. */
function isSame(a: object, b: object): boolean {
  const text = (entry: object) => JSON.stringify(entry, (key, value: unknown) => (key === "has_password" ? undefined : value));
  return text(a) === text(b);
}
