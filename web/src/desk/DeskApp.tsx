import { useSyncExternalStore } from "react";
import { useBoard, useLiveCache, useMe } from "../api/query";
import { useTexts } from "../i18n";
import { inOrder } from "../state/board";
import { parseConsultHash } from "../state/route";
import { Button, ErrorView, Instant, Loading, Sections, Shell, useNow } from "../ui";
import { ringer } from "../ui/Ringer";
import { goTo, useHash } from "../ui/useHash";
import { parseRotaHash } from "../rota/route";
import { RotaPage } from "../rota/RotaPage";
import { Alarms } from "./Alarms";
import { ConsultTable } from "./ConsultTable";
import { DetailDrawer } from "./DetailDrawer";
import { Services } from "./Services";

/** The coordinator's board. */
export function DeskApp() {
  const t = useTexts("desk");
  const me = useMe();
  const board = useBoard();
  const hash = useHash();
  const opened = parseConsultHash(hash);
  const rota = parseRotaHash(hash);
  useLiveCache();
  const consults = inOrder(board.data?.consults ?? []);
  return (
    <Shell title={t("title")} me={me.data} width="wide" status={<SoundSwitch />}>
      <h1 className="visually-hidden">{t("title")}</h1>
      <Sections
        label={t("sections.label")}
        links={[
          { href: "#/", label: t("sections.board"), isCurrent: !rota },
          { href: "#/rota", label: t("sections.rota"), isCurrent: rota !== undefined },
        ]}
      />
      {board.isPending && <Loading />}
      {board.isError && <ErrorView error={board.error} onRetry={() => void board.refetch()} />}
      {board.data && rota && <RotaPage services={board.data.services.map(({ service }) => service)} service={rota.service} />}
      {board.data && !rota && (
        <div className="board">
          <Alarms consults={consults} />
          <ConsultTable consults={consults} />
          <Services services={board.data.services} />
        </div>
      )}
      {opened !== null && <DetailDrawer key={opened} id={opened} me={me.data?.person} onClose={() => goTo("#/")} />}
    </Shell>
  );
}

/** The wall clock, and whether alarms can be heard. */
function SoundSwitch() {
  const t = useTexts("desk");
  const isArmed = useSyncExternalStore(ringer.subscribe, ringer.isArmed);
  const now = useNow();
  return (
    <>
      <span className="wall-clock">
        <Instant at={now} seconds />
      </span>
      {!isArmed && (
        <Button
          variant="primary"
          onPress={() => {
            void ringer.arm().then((works) => works && ringer.once("urgent"));
          }}
        >
          {t("sound.off")}
        </Button>
      )}
    </>
  );
}
