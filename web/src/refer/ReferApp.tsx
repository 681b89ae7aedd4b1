import { useEffect } from "react";
import { useConsults, useLiveCache, useMe } from "../api/query";
import { SummonsList } from "../consult/Summons";
import { useTexts } from "../i18n";
import { parseReferRoute } from "../state/route";
import { ErrorView, Loading, Shell } from "../ui";
import { useSoundByClick } from "../ui/useBell";
import { useHash } from "../ui/useHash";
import { ConsultList } from "./ConsultList";
import { ConsultPage } from "./ConsultPage";
import { NewConsultPage } from "./NewConsultPage";
import { isAnyUploadBusy } from "./upload/Uploader";

/** The requesting doctor's pages. */
export function ReferApp() {
  const t = useTexts("refer");
  const me = useMe();
  const consults = useConsults();
  const route = parseReferRoute(useHash());
  useLiveCache();
  useSoundByClick();
  useDropsCaught();
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (isAnyUploadBusy()) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, []);
  return (
    <Shell title={t("title")} me={me.data} width={route.page === "consult" ? "wide" : "narrow"}>
      {me.isPending && <Loading />}
      {me.isError && <ErrorView error={me.error} onRetry={() => void me.refetch()} />}
      {me.data && <SummonsList me={me.data} consults={consults.data} />}
      {me.data && route.page === "list" && <ConsultList me={me.data} />}
      {me.data && route.page === "new" && <NewConsultPage me={me.data} />}
      {me.data && route.page === "consult" && <ConsultPage key={route.id} id={route.id} me={me.data} />}
    </Shell>
  );
}

/** A folder dropped beside the box would make the browser leave the page and show the file. */
function useDropsCaught() {
  useEffect(() => {
    const keep = (event: DragEvent) => event.preventDefault();
    addEventListener("dragover", keep);
    addEventListener("drop", keep);
    return () => {
      removeEventListener("dragover", keep);
      removeEventListener("drop", keep);
    };
  }, []);
}
