/** Overwrites what an epoch leaves behind: forward secrecy ends where old secrets stay in memory. */

import type { ClientState } from "ts-mls/clientState.js";
import type { SecretTree } from "ts-mls/secretTree.js";

/** Secrets of `old` that `next` has no use for. `next` shares some arrays with it. */
export function wipeReplaced(old: ClientState, next: ClientState): void {
  const kept = new Set(secretsOf(next));
  for (const secret of secretsOf(old)) if (!kept.has(secret)) secret.fill(0);
}

export function wipeAll(state: ClientState): void {
  for (const secret of secretsOf(state)) secret.fill(0);
}

function secretsOf(state: ClientState): Uint8Array[] {
  return [
    ...Object.values(state.keySchedule),
    ...Object.values(state.privatePath.privateKeys),
    ...ratchetsOf(state.secretTree),
    ...[...state.historicalReceiverData.values()].flatMap((epoch) => [
      epoch.senderDataSecret,
      epoch.resumptionPsk,
      ...ratchetsOf(epoch.secretTree),
    ]),
  ];
}

function ratchetsOf(tree: SecretTree): Uint8Array[] {
  return tree.flatMap(({ application, handshake }) =>
    [application, handshake].flatMap(({ secret, unusedGenerations }) => [secret, ...Object.values(unusedGenerations)]),
  );
}
