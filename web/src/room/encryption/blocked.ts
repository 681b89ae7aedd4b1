import type { Encryption as Mode } from "../../api/types";
import type { EncryptionGap } from "../../e2ee/encryption/support";

/** A browser that lacks what an encrypted room needs stays outside of it. */
export const isBlocked = (mode: Mode, gaps: readonly EncryptionGap[]): boolean =>
  mode.type === "required" && gaps.length > 0;
