import type { ReactNode } from "react";
import type { StudyStatus } from "../api/types";
import { useTexts } from "../i18n";
import { inConsult, type Series } from "./dicom";
import type { LoadedStudy } from "./studies";

/** Pixels of a thumbnail on the densest screens; more would only cost the hospital's uplink. */
const THUMBNAIL = 192;

interface Props {
  consultId: string;
  studies: readonly LoadedStudy[];
  shown: string | undefined;
  onOpen(series: Series): void;
  actionsOf?: ((study: StudyStatus) => ReactNode) | undefined;
}

/** All series of all studies, with how many images have arrived so far. */
export function SeriesList({ consultId, studies, shown, onOpen, actionsOf }: Props) {
  const t = useTexts("viewer");
  const isOne = studies.reduce((n, { series }) => n + series.length, 0) === 1 && studies.every(isComplete) && !actionsOf;
  return (
    <nav className={`series-list${isOne ? " series-one" : ""}`} aria-label={t("seriesList")}>
      {studies.map(({ status, series }) => (
        <section key={status.id} className="series-study">
          {!isComplete({ status }) && (
            <p className="series-progress" role="status" data-testid="study-progress">
              <progress value={status.received} max={status.declared ?? undefined} aria-hidden="true" />
              {t("received", { received: status.received, declared: status.declared })}
            </p>
          )}
          {series.map((one) => (
            <button
              key={one.seriesUid}
              type="button"
              className="series"
              data-testid={`series-${one.seriesUid}`}
              aria-pressed={one.seriesUid === shown}
              onClick={() => onOpen(one)}
            >
              <span className="series-picture">
                <img
                  alt=""
                  // An object that cannot be rendered has no thumbnail; its name is enough.
                  onError={(event) => (event.currentTarget.style.visibility = "hidden")}
                  loading="lazy"
                  src={inConsult(
                    consultId,
                    `/dicomweb/studies/${one.studyUid}/series/${one.seriesUid}/thumbnail?viewport=${THUMBNAIL},${THUMBNAIL}`,
                  )}
                />
                <span className="not-primary">{t("common:notForPrimary")}</span>
              </span>
              <span className="series-name">
                {one.description || t("series", { n: one.number ?? "–" })}
                <small>
                  {one.modality} · {t("imagesCount", { count: one.images.length })}
                </small>
              </span>
            </button>
          ))}
          {actionsOf?.(status)}
        </section>
      ))}
    </nav>
  );
}

/** Nothing more is announced. */
function isComplete({ status }: Pick<LoadedStudy, "status">): boolean {
  return status.declared === null || status.declared === undefined || status.received >= status.declared;
}
