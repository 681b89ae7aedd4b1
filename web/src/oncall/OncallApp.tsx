import { useEffect, useState, useSyncExternalStore } from "react";
import { useConsults, useLiveCache, useMe } from "../api/query";
import type { ConsultId, Me } from "../api/types";
import { SummonsList } from "../consult/Summons";
import { CallOutsPage } from "../device/CallOutsPage";
import { ContactsPage } from "../device/ContactsPage";
import { DevicePage } from "../device/DevicePage";
import { Fates } from "../device/Fates";
import { PresetNotice } from "../device/PresetNotice";
import { onWorkerMessage } from "../device/registration";
import { UpdateLine } from "../device/UpdateLine";
import { useOutbox } from "../device/useOutbox";
import { renewPush, usePush } from "../device/usePush";
import { useSnapshot, type Known } from "../device/useSnapshot";
import { useTexts } from "../i18n";
import { parseOncallRoute } from "../state/oncallRoute";
import { Banner, Button, ErrorView, Instant, Loading, Shell } from "../ui";
import { ringer } from "../ui/Ringer";
import { goTo, useHash } from "../ui/useHash";
import { BackLink, ConsultPage } from "./ConsultPage";
import { Home } from "./Home";
import { RingScreen } from "./RingScreen";
import { useRings } from "./useRings";

/** The specialist's app: duty, ring, consult, answer. */
export function OncallApp() {
  const t = useTexts("oncall");
  const question = useMe();
  const known = useSnapshot();
  const { me } = known;
  const consults = useConsults();
  const [notice, setNotice] = useState<string | null>(null);
  const answers = useOutbox();
  useLiveCache({ exclusive: true });
  const rings = useRings(me?.person.id);
  const [top, ...others] = rings.items;
  useWakeLock();
  useWorker();
  return (
    <>
      <Shell title={t("title")} me={me}>
        <div className="stack notices">
          <UpdateLine />
          <PresetNotice />
          {known.isOld && <OldBanner at={known.isOld.at} />}
          {notice !== null && (
            <Banner tone="info" title={t("taken")} actions={<Button onPress={() => setNotice(null)}>{t("dismiss")}</Button>}>
              {notice}
            </Banner>
          )}
          <Fates answers={answers} />
          {me && <SummonsList me={me} consults={consults.data} isQuiet={top !== undefined} />}
        </div>
        {!me && question.isPending && <Loading />}
        {!me && question.isError && <ErrorView error={question.error} onRetry={() => void question.refetch()} />}
        {me && <Page me={me} known={known} />}
      </Shell>
      {top && (
        <RingScreen
          key={top.ring.ring_id}
          item={top}
          others={others}
          onSettled={rings.settle}
          onAccepted={(id: ConsultId) => goTo(`#/consult/${id}`)}
          onNotice={setNotice}
        />
      )}
    </>
  );
}

function Page({ me, known }: { me: Me; known: Known }) {
  const route = parseOncallRoute(useHash());
  const push = usePush();
  switch (route.page) {
    case "consult":
      return <ConsultPage key={route.id} id={route.id} me={me} />;
    case "home":
    case "self-test":
      return <Home me={me} push={push} isTestAsked={route.page === "self-test"} />;
    case "device":
    case "contacts":
    case "call-outs":
      return (
        <div className="stack">
          <BackLink />
          {route.page === "device" && <DevicePage push={push} />}
          {route.page === "contacts" && <ContactsPage contacts={known.contacts} />}
          {route.page === "call-outs" && <CallOutsPage />}
        </div>
      );
  }
}

function OldBanner({ at }: { at: number }) {
  const t = useTexts("device");
  const before = t("offline.text", { time: "\u0000" }).split("\u0000");
  return (
    <div data-testid="offline">
      <Banner tone="warn" title={t("offline.heading")}>
        {before[0]}
        <Instant at={at} />
        {before[1]}
      </Banner>
    </div>
  );
}

/** The service worker: renews this device's subscription, and leads where a notification was pressed. */
function useWorker() {
  useEffect(() => {
    void renewPush();
    return onWorkerMessage((message) => message.type === "open" && message.hash.length > 1 && goTo(message.hash));
  }, []);
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
