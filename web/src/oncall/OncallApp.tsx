import { useEffect, useState, useSyncExternalStore } from "react";
import { useConsults, useLiveCache, useMe } from "../api/query";
import { SummonsList } from "../consult/Summons";
import { useTexts } from "../i18n";
import { parseConsultHash } from "../state/route";
import { Banner, Button, ErrorView, Loading, Shell } from "../ui";
import { ringer } from "../ui/Ringer";
import { goTo, useHash } from "../ui/useHash";
import { ConsultPage } from "./ConsultPage";
import { Home } from "./Home";
import { RingScreen } from "./RingScreen";
import { useRings } from "./useRings";

/** The specialist's app: duty, ring, consult, answer. */
export function OncallApp() {
  const t = useTexts("oncall");
  const me = useMe();
  const consults = useConsults();
  const consult = parseConsultHash(useHash());
  const [notice, setNotice] = useState<string | null>(null);
  useLiveCache({ exclusive: true });
  const rings = useRings(me.data?.person.id);
  const top = rings.items[0];
  useWakeLock();
  return (
    <>
      <Shell title={t("title")} me={me.data}>
        {notice !== null && (
          <Banner
            tone="info"
            title={t("taken")}
            actions={<Button onPress={() => setNotice(null)}>{t("dismiss")}</Button>}
          >
            {notice}
          </Banner>
        )}
        {me.data && <SummonsList me={me.data} consults={consults.data} isQuiet={top !== undefined} />}
        {me.isPending && <Loading />}
        {me.isError && <ErrorView error={me.error} onRetry={() => void me.refetch()} />}
        {me.data && (consult === null ? <Home me={me.data} /> : <ConsultPage key={consult} id={consult} me={me.data} />)}
      </Shell>
      {top && (
        <RingScreen
          key={top.ring.ring_id}
          item={top}
          more={rings.items.length - 1}
          onSettled={rings.settle}
          onAccepted={(id) => goTo(`#/consult/${id}`)}
          onNotice={setNotice}
        />
      )}
    </>
  );
}

/** While on call the screen stays on: a phone that sleeps closes the connection that rings. */
function useWakeLock() {
  const isArmed = useSyncExternalStore(ringer.subscribe, ringer.isArmed);
  useEffect(() => {
    if (!isArmed || !("wakeLock" in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let isOver = false;
    const take = () => {
      if (document.visibilityState !== "visible") return;
      navigator.wakeLock.request("screen").then(
        (taken) => {
          if (isOver) void taken.release();
          else lock = taken;
        },
        () => {
          // Low battery or not allowed: the page rings as long as the device lets it.
        },
      );
    };
    take();
    document.addEventListener("visibilitychange", take);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, [isArmed]);
}
