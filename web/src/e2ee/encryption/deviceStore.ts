/**
 * The device's signing key in IndexedDB: made once in a browser profile, for one installation (its origin), and never
 * extractable. It goes with the session; that of a guest goes with the visit.
 */

import { makeDevice, type Device } from "../group/device";

const DATABASE = "telekonsil-device";
const STORE = "devices";

export type DeviceOf = "member" | "guest";

/** Where IndexedDB refuses (private windows of some browsers), the key lives as long as the page. */
const inMemory = new Map<DeviceOf, Promise<Device>>();

/** The device, made when there is none. */
export function device(of: DeviceOf): Promise<Device> {
  const known = inMemory.get(of) ?? load(of).catch(() => makeDevice());
  inMemory.set(of, known);
  return known;
}

/** The next {@link device} is another one. */
export async function forgetDevice(of: DeviceOf): Promise<void> {
  inMemory.delete(of);
  // Where nothing can be kept there is nothing to forget.
  await within((store) => store.delete(of)).catch(() => undefined);
}

async function load(of: DeviceOf): Promise<Device> {
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

function isDevice(value: unknown): value is Device {
  const { publicKey, privateKey } = (value ?? {}) as Partial<Device>;
  return publicKey instanceof Uint8Array && publicKey.length === 32 && privateKey instanceof CryptoKey;
}
