/**
 * The device's signing key in IndexedDB: made once in a browser profile, for one installation (its origin), and never
 * extractable. It is one person's: it goes at sign-out, or is replaced when somebody else is attested; that of a guest goes
 * with the visit.
 */

import { equalBytes } from "../bytes";
import { makeDevice, type Device } from "../group/device";

const DATABASE = "telekonsil-device";
const STORE = "devices";

export type DeviceOf = "member" | "guest";

interface Owned extends Device {
  /** The id of the person in whose name it was attested first; nobody's yet without. */
  readonly owner?: string;
}

/** Where IndexedDB refuses (private windows of some browsers), the key lives as long as the page. */
const inMemory = new Map<DeviceOf, Promise<Owned>>();

/** The device, made when there is none. */
export function device(of: DeviceOf): Promise<Device> {
  return owned(of);
}

/**
 * It was attested as `owner`'s: that person's device from now on. Another one than before when it was somebody else's,
 * whose session has ended without a sign-out; theirs is replaced.
 */
export async function claimDevice(of: DeviceOf, owner: string): Promise<Device> {
  const known = await owned(of);
  if (known.owner === owner) return known;
  const fresh: Owned = { ...(await makeDevice()), owner };
  let mine: Owned = known.owner === undefined ? { ...known, owner } : fresh;
  const change = (store: IDBObjectStore, found: unknown) => {
    if (isDevice(found) && found.owner !== undefined) {
      // Another tab may have been faster, for the same person or with the same key.
      if (found.owner === owner) return void (mine = found);
      if (equalBytes(found.publicKey, mine.publicKey)) mine = fresh;
    }
    store.put(mine, of);
  };
  // Where it cannot be replaced it is as long as the page lives.
  await within((store): IDBRequest<unknown> => store.get(of), change).catch(() => undefined);
  inMemory.set(of, Promise.resolve(mine));
  return mine;
}

/** The next {@link device} is another one. */
export async function forgetDevice(of: DeviceOf): Promise<void> {
  inMemory.delete(of);
  // Where nothing can be kept there is nothing to forget.
  await within((store) => store.delete(of)).catch(() => undefined);
}

function owned(of: DeviceOf): Promise<Owned> {
  const known = inMemory.get(of) ?? load(of).catch(() => makeDevice());
  inMemory.set(of, known);
  return known;
}

async function load(of: DeviceOf): Promise<Owned> {
  const kept = await within((store): IDBRequest<unknown> => store.get(of));
  if (isDevice(kept)) return kept;
  const made = await makeDevice();
  // Another tab may have been faster.
  const earlier = await within(
    (store): IDBRequest<unknown> => store.get(of),
    (store, found) => {
      if (!isDevice(found)) store.put(made, of);
    },
  );
  return isDevice(earlier) ? earlier : made;
}

/** One transaction: what `ask` gives, once all of it is done. */
async function within<T>(
  ask: (store: IDBObjectStore) => IDBRequest<T>,
  then: (store: IDBObjectStore, answer: T) => void = () => undefined,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, "readwrite");
      const store = transaction.objectStore(STORE);
      const request = ask(store);
      request.onsuccess = () => then(store, request.result);
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB refuses"));
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB refuses"));
  });
}

function isDevice(value: unknown): value is Owned {
  const { publicKey, privateKey } = (value ?? {}) as Partial<Device>;
  return publicKey instanceof Uint8Array && publicKey.length === 32 && privateKey instanceof CryptoKey;
}
