/**
 * The device's signing key in IndexedDB: made once in a browser profile, for one installation (its origin), and never
 * extractable. It goes with the session: at sign-out, or when somebody else is found to have signed in since; that of a
 * guest goes with the visit.
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
 * It was attested as `owner`'s, who keeps it. `false` when it is somebody else's, whose session has ended without a
 * sign-out: it is forgotten, and the next {@link device} is another one.
 */
export async function claimDevice(of: DeviceOf, owner: string): Promise<boolean> {
  const known = await owned(of);
  if (known.owner === owner) return true;
  const isFree = known.owner === undefined;
  const mine: Owned = { ...known, owner };
  if (isFree) inMemory.set(of, Promise.resolve(mine));
  else inMemory.delete(of);
  // Another tab may have another device by now, which is not touched.
  const change = (store: IDBObjectStore, found: unknown) => {
    if (!isDevice(found) || !equalBytes(found.publicKey, known.publicKey)) return;
    if (isFree) store.put(mine, of);
    else store.delete(of);
  };
  await within((store): IDBRequest<unknown> => store.get(of), change).catch(() => undefined);
  return isFree;
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
