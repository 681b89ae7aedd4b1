import { describe, expect, it, vi } from "vitest";
import { joinGroup, makePskIndex } from "ts-mls/clientState.js";
import { acceptAll } from "ts-mls/incomingMessageAction.js";
import { decodeRatchetTree } from "ts-mls/ratchetTree.js";
import { processMessage } from "ts-mls/processMessages.js";
import { bytesToBase64 } from "ts-mls/util/byteArray.js";
import { fromHex, toHex } from "../bytes";
import { makeDevice } from "./device";
import { decodeExactly } from "./keyPackage";
import vectors from "./passiveClient.vectors.json";
import { suiteOf } from "./suite";

// Cryptography on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

/**
 * The passive-client vectors of the MLS working group (mls-implementations), those of suite 0x0001, as the crate `openmls`
 * 0.5.0 (MIT) carries them; of the random one the first 20 of 200 epochs. They use proposals that a room never takes, and
 * so they run against the library with our suite, below {@link Group}.
 */
type Vector = (typeof vectors)["welcome" | "handling-commit" | "random"][number];

const suite = await suiteOf(await makeDevice());

function message(hex: string): NonNullable<ReturnType<typeof decodeExactly>> {
  const decoded = decodeExactly(fromHex(hex));
  if (!decoded) throw new Error("not an MLS message");
  return decoded;
}

async function follow(vector: Vector): Promise<void> {
  const [keyPackage, welcome] = [message(vector.key_package), message(vector.welcome)];
  if (keyPackage.wireformat !== "mls_key_package" || welcome.wireformat !== "mls_welcome") throw new Error();
  const keys = {
    initPrivateKey: fromHex(vector.init_priv),
    hpkePrivateKey: fromHex(vector.encryption_priv),
    signaturePrivateKey: fromHex(vector.signature_priv),
  };
  const psks = Object.fromEntries(
    vector.external_psks.map(({ psk_id, psk }) => [bytesToBase64(fromHex(psk_id)), fromHex(psk)]),
  );
  const tree = vector.ratchet_tree ? decodeRatchetTree(fromHex(vector.ratchet_tree), 0)?.[0] : undefined;
  const search = makePskIndex(undefined, psks);
  let state = await joinGroup(welcome.welcome, keyPackage.keyPackage, keys, search, suite, tree);
  expect(toHex(state.keySchedule.epochAuthenticator)).toBe(vector.initial_epoch_authenticator);
  for (const epoch of vector.epochs as { proposals: string[]; commit: string; epoch_authenticator: string }[]) {
    for (const each of [...epoch.proposals, epoch.commit]) {
      const next = message(each);
      if (next.wireformat !== "mls_public_message" && next.wireformat !== "mls_private_message") throw new Error();
      const known = makePskIndex(state, psks);
      state = (await processMessage(next, state, known, acceptAll, suite)).newState;
    }
    expect(toHex(state.keySchedule.epochAuthenticator)).toBe(epoch.epoch_authenticator);
  }
}

describe.each(["welcome", "handling-commit", "random"] as const)("the passive client's vectors, %s", (name) => {
  it.each((vectors[name] as Vector[]).map((vector, i) => ({ i, vector })))("number $i", ({ vector }) => follow(vector));
});
