import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { ConsultDetail } from "../../api/types";
import { contentOf, type InRoom } from "../../report/inRoom";
import { useEncryption } from "../encryption/useEncryption";
import type { RoomSession } from "../roomSession";
import type { Shown } from "./results";
import { believed, isOver, saysTheSame } from "./shown";

export interface ResultsInRoom {
  /** What the specialist shows this person. */
  readonly shown: Shown | undefined;
  /** For the form of the report. */
  readonly inRoom: InRoom;
}

export function useResults({ results, encryption }: RoomSession, detail: ConsultDetail): ResultsInRoom {
  const { own, others, isUnsent } = useSyncExternalStore(results.subscribe, results.snapshot);
  const isSealed = useEncryption(encryption).status !== "lifted";
  const isOutdated = own !== undefined && isOver(own, detail);
  useEffect(() => {
    if (isOutdated) results.takeBack();
  }, [isOutdated, results]);
  return useMemo(
    () => ({
      shown: believed(others, detail),
      inRoom: {
        since: own?.revision,
        isUnsent,
        isSealed,
        isHeldBack: own !== undefined && own.isSigned && !isSealed,
        isChanged: (draft) => own !== undefined && !saysTheSame(contentOf(draft), own),
        show: (draft) => results.show(contentOf(draft)),
        takeBack: () => results.takeBack(),
      },
    }),
    [results, own, others, isUnsent, isSealed, detail],
  );
}
