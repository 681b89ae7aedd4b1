import { useSyncExternalStore } from "react";
import { useBoard, useLiveCache, useMe } from "../api/query";
import { useTexts } from "../i18n";
import { inOrder } from "../state/board";
import { parseConsultHash } from "../state/route";
import { Button, ErrorView, Instant, Loading, Sections, Shell, useNow } from "../ui";
import { ringer } from "../ui/Ringer";
import { goTo, useHash } from "../ui/useHash";
import { parseRotaHash } from "../rota/route";
import { Near } from "../rota/Near";
import { RotaPage } from "../rota/RotaPage";
import { HousesPage } from "../houses/HousesPage";
import { ReportsPage } from "../reports/ReportsPage";
import { DeskSlots } from "../slots/DeskSlots";
import { Wall } from "../wall/Wall";
import { Alarms } from "./Alarms";
import { ConsultTable } from "./ConsultTable";
import { DetailDrawer } from "./DetailDrawer";
import { parseDeskRoute } from "./route";
import { Services } from "./Services";

/** The coordinator's desk; on a wall without anything around the board. */
export function DeskApp() {
  const hash = useHash();
  return parseDeskRoute(hash).page === "wall" ? <Wall /> : <Desk hash={hash} />;
}

function Desk({ hash }: { hash: string }) {
  const t = useTexts("desk");
  const me = useMe();
  const board = useBoard();
  const route = parseDeskRoute(hash);
  const opened = parseConsultHash(hash);
  const rota = parseRotaHash(hash);
  const isBoard = route.page === "board" && !rota;
  useLiveCache();
  const consults = inOrder(board.data?.consults ?? []);
  return (
    <Shell title={t("title")} me={me.data} width="wide" status={<SoundSwitch />}>
      <h1 className="visually-hidden">{t("title")}</h1>
      <Sections
        label={t("sections.label")}
        links={[
          { href: "#/", label: t("sections.board"), isCurrent: isBoard },
          { href: "#/rota", label: t("sections.rota"), isCurrent: rota !== undefined },
          { href: "#/slots", label: t("sections.slots"), isCurrent: route.page === "slots" },
          { href: "#/directory", label: t("sections.directory"), isCurrent: route.page === "directory" },
          { href: "#/reports", label: t("sections.reports"), isCurrent: route.page === "reports" },
          { href: "#/wall", label: t("sections.wall"), isCurrent: false },
        ]}
      />
      {board.isPending && <Loading />}
      {board.isError && <ErrorView error={board.error} onRetry={() => void board.refetch()} />}
      {board.data && rota && <RotaPage services={board.data.services.map(({ service }) => service)} service={rota.service} />}
      {board.data && route.page === "slots" && <DeskSlots services={board.data.services.map(({ service }) => service)} />}
      {route.page === "directory" && <HousesPage house={route.house} />}
      {board.data && route.page === "reports" && <ReportsPage services={board.data.services.map(({ service }) => service)} />}
      {board.data && isBoard && (
        <div className="board">
          <Alarms consults={consults} />
          <Near />
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
