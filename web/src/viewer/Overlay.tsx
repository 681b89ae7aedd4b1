import { formatDicomDate } from "../state/time";
import { localeOf, useLanguage, useTexts } from "../i18n";
import type { Status } from "./engine/stackView";
import { windowOf } from "./presets";

/** What stands on the image: series, slice, window, patient, orientation, and that it is not for primary diagnosis. */
export function Overlay({ status, showsPatient }: { status: Status; showsPatient: boolean }) {
  const t = useTexts("viewer");
  const locale = localeOf(useLanguage());
  const { series, view, letters, index, loaded } = status;
  const total = series?.images.length ?? 0;
  const window = view && windowOf(view.voi);
  return (
    <div className="image-overlay">
      {series && (
        <div className="overlay-corner top-left">
          {showsPatient && (
            <span data-testid="overlay-patient">
              {series.patientName}
              {series.birthDate !== "" && ` · * ${formatDicomDate(series.birthDate, locale)}`}
            </span>
          )}
          <span>{[series.modality, series.description].filter((part) => part !== "").join(" · ")}</span>
        </div>
      )}
      {view && (
        <div className="overlay-corner bottom-left">
          <span data-testid="overlay-slice">{t("slice", { n: index + 1, total })}</span>
          {window && <span data-testid="overlay-window">{t("window", window)}</span>}
          {loaded < total && <span className="overlay-faint">{t("loaded", { loaded, total })}</span>}
        </div>
      )}
      {letters && (
        <>
          <span className="letter left">{letters.left}</span>
          <span className="letter right">{letters.right}</span>
          <span className="letter top">{letters.top}</span>
          <span className="letter bottom">{letters.bottom}</span>
        </>
      )}
      <span className="not-primary overlay-not-primary" data-testid="not-primary">
        {t("common:notForPrimary")}
      </span>
    </div>
  );
}
