/** What page and service worker both need to know, in IndexedDB: workers have no localStorage. */

const NAME = "telekonsil-device";
const STORES = ["values", "answers"] as const;
type Store = (typeof STORES)[number];

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
    request.onsuccess = () => {
      request.result.onclose = () => (opened = undefined);
      done(request.result);
    };
    request.onerror = () => failed(request.error ?? new Error("IndexedDB"));
  }).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function run<T>(store: Store, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    // Done once it is on disk, not once it was asked for.
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error ?? new Error("IndexedDB"));
  });
}

export const db = {
  get: <T>(store: Store, key: string) => run(store, "readonly", (all) => all.get(key) as IDBRequest<T | undefined>),
  all: <T>(store: Store) => run(store, "readonly", (all) => all.getAll() as IDBRequest<T[]>),
  put: (store: Store, key: string, value: unknown) => run(store, "readwrite", (all) => all.put(value, key)),
  remove: (store: Store, key: string) => run(store, "readwrite", (all) => all.delete(key)),
  clear: (store: Store) => run(store, "readwrite", (all) => all.clear()),
};
