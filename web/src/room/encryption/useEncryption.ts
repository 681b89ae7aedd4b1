import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Encryption as Mode, Member, PersonRef } from "../../api/types";
import type { Encryption, EncryptionState } from "../../e2ee/encryption";
import { localeOf, useLanguage, useTexts } from "../../i18n";
import { formatInstant } from "../../state/time";
import { useNow } from "../../ui";
import { differenceOf, NO_DIFFERENCE, type Difference } from "./marks";

export function useEncryption(encryption: Encryption): EncryptionState {
  return useSyncExternalStore(encryption.subscribe, encryption.snapshot);
}

/** Who opened the room without encryption, and when, as the texts take it. */
export function useLifted(mode: Mode | undefined): { name: string; time: string } | undefined {
  const locale = localeOf(useLanguage());
  const now = useNow();
  return mode?.type === "lifted" ? { name: nameOf(mode.by), time: formatInstant(mode.at, now, locale) } : undefined;
}

const nameOf = ({ name }: PersonRef): string => name;

/** The state in words, with whoever lifted it. */
export function useStateText({ status }: EncryptionState, mode: Mode | undefined): string {
  const t = useTexts("room");
  const lifted = useLifted(mode);
  return status === "lifted" && !lifted ? t("encryption.short.lifted") : t(`encryption.state.${status}`, { ...lifted });
}

/** The places of the words in their lists; none while they are worked out or there is no group. */
export function useWords(encryption: Encryption): readonly number[] | undefined {
  const { generation, epoch, status } = useEncryption(encryption);
  const [words, setWords] = useState<readonly number[]>();
  useEffect(() => {
    let isOver = false;
    // Words of an epoch that is over must not be read out.
    setWords(undefined);
    void encryption.words().then((found) => !isOver && setWords(found));
    return () => {
      isOver = true;
    };
  }, [encryption, generation, epoch, status]);
  return words;
}

/** A group has replaced the one before, and nobody has said yet that they saw it. */
export function useNewGroup({ generation }: EncryptionState): { readonly isNew: boolean; seen(): void } {
  const before = useRef(0);
  const [isNew, setNew] = useState(false);
  useEffect(() => {
    if (generation === 0) return;
    if (before.current !== 0 && before.current !== generation) setNew(true);
    before.current = generation;
  }, [generation]);
  return { isNew, seen: () => setNew(false) };
}

/** The worker has died, and pictures and sound have not come through since. */
export function useMediaLost({ mediaLosses }: EncryptionState, isLive: boolean): boolean {
  const [recovered, setRecovered] = useState(mediaLosses);
  useEffect(() => {
    if (isLive) setRecovered(mediaLosses);
  }, [isLive, mediaLosses]);
  return recovered !== mediaLosses;
}

/** How long roster and group may differ, in ms: who comes or goes is in one before the other. */
const DIFFER_AFTER = 3000;

/** What sets the room apart from its group, once that has lasted. */
export function useDifference(state: EncryptionState, roster: readonly Member[]): Difference {
  const { ghosts, keyless } = differenceOf(state, roster);
  return {
    ghosts: useLasting(ghosts.length > 0, DIFFER_AFTER) ? ghosts : NO_DIFFERENCE.ghosts,
    keyless: useLasting(keyless.length > 0, DIFFER_AFTER) ? keyless : NO_DIFFERENCE.keyless,
  };
}

/** Whether `is` has been so for `ms`. */
export function useLasting(is: boolean, ms: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!is) return;
    const timer = setTimeout(() => setLasts(true), ms);
    return () => {
      clearTimeout(timer);
      setLasts(false);
    };
  }, [is, ms]);
  return is && lasts;
}
