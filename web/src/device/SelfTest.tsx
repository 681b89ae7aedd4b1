import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useDuties } from "../api/query";
import type { SelfTest, SelfTestReport } from "../api/types";
import { CheckDialog, type TriedAll } from "../check/CheckDialog";
import { useTexts } from "../i18n";
import { lastDevices } from "../room/stay";
import { LocalMedia } from "../rtc/localMedia";
import { isTestDue } from "../state/dutyClock";
import { reportOf } from "../state/selfTest";
import { Banner, Button, Instant, useErrorText, useNow } from "../ui";
import { deviceApi, keys } from "./api";
import { PushSwitch } from "./PushSection";
import "./texts";
import type { Push } from "./usePush";

/** Between two looks whether the push came back, and for how long: as long as the server waits. */
const LOOK_MS = 1000;
const WAIT_MS = 62_000;

/** At the start of a duty, before anybody needs it: asked for where no test of it has passed. */
export function SelfTestCard({ push, isAsked, onClosed }: { push: Push; isAsked: boolean; onClosed: () => void }) {
  const t = useTexts("device");
  const now = useNow();
  const duties = useDuties();
  const last = useQuery({ queryKey: keys.selfTest, queryFn: deviceApi.lastTest });
  const [local, setLocal] = useState<LocalMedia>();
  useEffect(() => () => local?.close(), [local]);
  const open = () => {
    const media = new LocalMedia();
    // All of it is tried, whatever was turned off last time.
    void media.open({ ...lastDevices(), camera: true, microphone: true });
    setLocal(media);
  };
  const asked = useRef(open);
  asked.current = open;
  useEffect(() => {
    if (isAsked) asked.current();
  }, [isAsked]);
  const isDue = last.isSuccess && isTestDue(duties.data ?? [], last.data, now);
  return (
    <section className={`card stack${isDue ? " test-due" : ""}`} aria-labelledby="test-title" data-testid="self-test" data-due={isDue}>
      <h2 id="test-title">{isDue ? t("test.due") : t("test.heading")}</h2>
      <p>{isDue ? t("test.dueText") : t("test.text")}</p>
      {last.data && (
        <p className="muted small">
          {t("test.last")} <Instant at={last.data.started_at} />: {t(`test.${outcomeOf(last.data)}`)}
        </p>
      )}
      <div>
        <Button variant={isDue ? "primary" : "secondary"} size={isDue ? "large" : "normal"} onPress={open} data-testid="check">
          {t("test.start")}
        </Button>
      </div>
      {local && (
        <TestDialog
          local={local}
          push={push}
          onClose={() => {
            setLocal(undefined);
            onClosed();
            void last.refetch();
          }}
        />
      )}
    </section>
  );
}

const outcomeOf = ({ passed }: SelfTest): "passed" | "failed" | "open" => (passed === true ? "passed" : passed === false ? "failed" : "open");

function TestDialog({ local, push, onClose }: { local: LocalMedia; push: Push; onClose: () => void }) {
  const t = useTexts("device");
  const client = useQueryClient();
  const test = useTest(push);
  const [isStored, setStored] = useState<boolean | null>(null);
  const report = useRef<SelfTestReport>({});
  const { id } = test;
  const store = async () => {
    if (id === null || Object.values(report.current).every((value) => value === null || value === undefined)) return;
    try {
      await deviceApi.reportTest(id, report.current);
      setStored(true);
      void client.invalidateQueries({ queryKey: keys.selfTest });
    } catch {
      setStored(false);
    }
  };
  const latest = useRef(store);
  latest.current = store;
  useEffect(() => void latest.current(), [id]);
  const tried = (all: TriedAll) => {
    report.current = reportOf(all);
    void latest.current();
  };
  return (
    <CheckDialog
      local={local}
      title={t("test.title")}
      onClose={onClose}
      onTried={tried}
      before={
        <section className="check-item" data-testid="test-push" data-state={test.state}>
          <h3>{t("test.push")}</h3>
          <PushOutcome test={test} push={push} />
          {isStored !== null && (
            <p className="small muted" role="status" data-testid="test-stored">
              {t(isStored ? "test.stored" : "test.notStored")}
            </p>
          )}
        </section>
      }
    />
  );
}

function PushOutcome({ test, push }: { test: Test; push: Push }) {
  const t = useTexts("device");
  const errorText = useErrorText();
  if (push.state !== "on") {
    return (
      <>
        {push.state !== "not_offered" && <p>{t("test.noDevice")}</p>}
        <PushSwitch push={push} />
      </>
    );
  }
  return (
    <>
      {test.state === "waiting" && <p role="status">{t("test.waiting")}</p>}
      {test.state === "back" && <p role="status">{t("test.back", { ms: test.found?.push_ms })}</p>}
      {test.state === "lost" && <p role="alert">{t("test.lost")}</p>}
      {test.state === "fault" && <p role="alert">{t("test.fault", { fault: t(`test.fault_${test.found?.push_fault ?? "timed_out"}`) })}</p>}
      {test.state === "failed" && (
        <Banner tone="danger" role="alert">
          {errorText(test.error)}
        </Banner>
      )}
      {test.state !== "waiting" && <Button onPress={test.again}>{t("test.again")}</Button>}
    </>
  );
}

interface Test {
  id: string | null;
  state: "waiting" | "back" | "lost" | "fault" | "failed";
  found: SelfTest | null;
  error: unknown;
  again: () => void;
}

/** Asks the server for a push to this device and waits for what comes back. */
function useTest(push: Push): Test {
  const [run, setRun] = useState(0);
  const [found, setFound] = useState<SelfTest | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isOver, setOver] = useState(false);
  const { state, device } = push;
  const isOn = state === "on";
  useEffect(() => {
    if (state === "unknown") return;
    const abort = new AbortController();
    setFound(null);
    setError(null);
    setOver(false);
    follow(isOn ? device : null, abort.signal, setFound).then(
      () => !abort.signal.aborted && setOver(true),
      (failure: unknown) => !abort.signal.aborted && setError(failure),
    );
    return () => abort.abort();
  }, [run, isOn, device, state]);
  const outcome = (): Test["state"] => {
    if (error !== null) return "failed";
    if (typeof found?.push_ms === "number") return "back";
    if (found?.push_fault) return found.push_fault === "timed_out" ? "lost" : "fault";
    return isOver ? "lost" : "waiting";
  };
  return { id: found?.id ?? null, state: outcome(), found, error, again: () => setRun(run + 1) };
}

async function follow(device: string | null, signal: AbortSignal, show: (found: SelfTest) => void): Promise<void> {
  const begun = await deviceApi.beginTest(device);
  if (signal.aborted) return;
  show(begun);
  if (device === null) return;
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_MS) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    if (signal.aborted) return;
    const now = await deviceApi.lastTest().catch(() => null);
    if (signal.aborted || now?.id !== begun.id) continue;
    show(now);
    if (typeof now.push_ms === "number" || now.push_fault) return;
  }
}
