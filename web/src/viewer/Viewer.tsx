import { useEffect, useRef, useState, useSyncExternalStore, type KeyboardEvent, type ReactNode } from "react";
import type { StudyStatus } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { joinViews } from "./bridge";
import type { Series } from "./dicom";
import { startCornerstone } from "./engine/cornerstone";
import { NOTHING_SHOWN, StackView } from "./engine/stackView";
import type { Tool } from "./engine/tools";
import { lengthText } from "./keyImage";
import { ModeBar } from "./ModeBar";
import { Overlay } from "./Overlay";
import { PointerLayer } from "./PointerLayer";
import { PRESETS, rangeOf } from "./presets";
import { SeriesList } from "./SeriesList";
import { useStudies } from "./studies";
import type { SharedView } from "./sync/session";
import { Toolbar } from "./Toolbar";
import "./texts";
import "./viewer.css";

const silent = () => () => undefined;
const nothing = () => NOTHING_SHOWN;

export interface ViewerProps {
  consultId: string;
  studies: readonly StudyStatus[];
  shared: SharedView;
  nameOf(member: number): string;
  colorOf(member: number): string;
  /** Hears of the viewport while it lives; for the page's debug object. */
  onStack?(stack: StackView | undefined): void;
  /** Puts what is on screen into the report and says what became of it; absent: this person writes none. */
  onKeyImage?: (() => string) | undefined;
  /** What may be done with a study, below its series. */
  actionsOf?: ((study: StudyStatus) => ReactNode) | undefined;
}

/** The images of a consult, seen together. */
export function Viewer({ consultId, studies, shared, nameOf, colorOf, onStack, onKeyImage, actionsOf }: ViewerProps) {
  const t = useTexts("viewer");
  const locale = localeOf(useLanguage());
  const attached = studies.map((study) => study.study_instance_uid).join("|");
  // What was loaded is paced; what was taken out must not stay for that long.
  const loaded = useStudies(consultId, studies).filter(({ status }) => studies.some(({ id }) => id === status.id));
  const allSeries = loaded.flatMap((study) => study.series);
  const seriesRef = useRef<readonly Series[]>([]);
  seriesRef.current = allSeries;
  const localeRef = useRef(locale);
  localeRef.current = locale;
  const element = useRef<HTMLDivElement>(null);
  const [stack, setStack] = useState<StackView>();
  const [hasFailed, setHasFailed] = useState(false);
  const [tool, setTool] = useState<Tool>("scroll");
  const [showsPatient, setShowsPatient] = useState(true);
  const [note, setNote] = useNote();
  const status = useSyncExternalStore(stack?.subscribe ?? silent, stack?.snapshot ?? nothing);
  const state = useSyncExternalStore(shared.subscribe, shared.snapshot);

  useEffect(() => {
    let isGone = false;
    let made: StackView | undefined;
    let part: (() => void) | undefined;
    startCornerstone().then(
      () => {
        if (isGone || !element.current) return;
        made = new StackView(
          element.current,
          consultId,
          {
            navigated: () => shared.navigated(),
            annotated: (uid, annotation) => shared.annotate(uid, annotation),
            pointed: (pointer) => shared.point(pointer),
            me: () => shared.snapshot().me,
            colorOf,
            lengthText: (value, unit) => lengthText(value, unit, localeRef.current),
          },
          (uid) => seriesRef.current.find((series) => series.seriesUid === uid),
        );
        part = joinViews(made, shared);
        setStack(made);
        onStack?.(made);
      },
      () => setHasFailed(true),
    );
    return () => {
      isGone = true;
      part?.();
      made?.destroy();
      setStack(undefined);
      onStack?.(undefined);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- one viewport for the life of the shared view
  }, [shared, consultId]);

  useEffect(() => stack?.selectTool(tool), [stack, tool]);

  const newest = allSeries.map((series) => `${series.seriesUid}:${series.images.length}`).join("|");
  useEffect(() => {
    if (!stack) return;
    if (stack.keepOnly(new Set(attached.split("|")))) setNote(t("takenOut"));
    stack.refresh();
    const [first] = [...seriesRef.current].sort((a, b) => b.images.length - a.images.length);
    if (first) stack.openFirst(first);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- words do not change what may be seen
  }, [stack, attached, newest]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!stack || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keyAction(stack, event.key);
    if (!act) return;
    event.preventDefault();
    act();
  };

  const total = status.series?.images.length ?? 0;
  const canUndo = [...state.annotations.values()].some((annotation) => annotation.author === state.me);
  const isOpening = loaded.some((study) => study.isLoading);
  return (
    <section className="viewer" aria-label={t("region")}>
      {allSeries.length > 0 && (
        <SeriesList
          consultId={consultId}
          studies={loaded}
          shown={status.series?.seriesUid}
          onOpen={(series) => stack?.open(series)}
          actionsOf={actionsOf}
        />
      )}
      <div className="viewer-main">
        <ModeBar state={state} nameOf={nameOf} onTake={() => shared.takeControl()} onFollow={() => shared.follow()} />
        <div className={`viewport-frame mode-${state.mode}`}>
          <div
            ref={element}
            className="viewport"
            role="application"
            tabIndex={0}
            aria-label={t("images", { slices: total })}
            data-testid="viewport-0"
            data-sop={status.view?.sopInstanceUid}
            data-frame={status.view?.frame}
            data-series={status.view?.seriesUid}
            data-slice={status.view ? status.index + 1 : undefined}
            data-slices={total}
            data-voi-lower={status.view && round(status.view.voi.lower)}
            data-voi-upper={status.view && round(status.view.voi.upper)}
            data-mode={state.mode}
            data-tool={tool}
            onKeyDown={onKeyDown}
            // The engine swallows the press that would have given the focus.
            onPointerDown={(event) => event.currentTarget.focus({ preventScroll: true })}
          />
          {stack && <PointerLayer shared={shared} stack={stack} status={status} nameOf={nameOf} colorOf={colorOf} />}
          <Overlay status={status} showsPatient={showsPatient} />
          {total > 1 && (
            <input
              className="slice-slider"
              type="range"
              min={1}
              max={total}
              value={status.index + 1}
              aria-label={t("sliceSlider")}
              aria-valuetext={t("slice", { n: status.index + 1, total })}
              data-testid="slice-slider"
              onChange={(event) => stack?.scrollTo(Number(event.target.value) - 1)}
            />
          )}
          <Message
            text={
              hasFailed
                ? t("engineFailed")
                : status.failed
                  ? t("imageFailed")
                  : allSeries.length > 0
                    ? undefined
                    : loaded.some((study) => study.error)
                      ? t("studyFailed")
                      : isOpening
                        ? t("loadingStudy")
                        : t("noStudies")
            }
            hint={!hasFailed && !isOpening && allSeries.length === 0 ? t("noStudiesHint") : undefined}
          />
        </div>
        {allSeries.length > 0 && (
          <Toolbar
            tool={tool}
            voi={status.view?.voi}
            showsPatient={showsPatient}
            canUndo={canUndo}
            onTool={setTool}
            onPreset={(preset) => stack?.setVoi(rangeOf(preset))}
            onReset={() => stack?.reset()}
            onInvert={() => stack?.invert()}
            onUndo={() => stack?.undoAnnotation()}
            onPatient={() => setShowsPatient(!showsPatient)}
            onKeyImage={onKeyImage && (() => setNote(onKeyImage()))}
          />
        )}
        <p className="viewer-note" role="status" data-testid="viewer-note">
          {note}
        </p>
      </div>
    </section>
  );
}

/** A sentence that goes by itself. */
function useNote(): [string, (note: string) => void] {
  const [note, setNote] = useState("");
  useEffect(() => {
    if (note === "") return;
    const timer = setTimeout(() => setNote(""), NOTE_MS);
    return () => clearTimeout(timer);
  }, [note]);
  return [note, setNote];
}

/** Long enough to be read twice; longer stands in the way of the image. */
const NOTE_MS = 4000;

function Message({ text, hint }: { text: string | undefined; hint: string | undefined }) {
  if (text === undefined) return null;
  return (
    <div className="viewer-message" role="status">
      <p>{text}</p>
      {hint !== undefined && <p className="viewer-hint">{hint}</p>}
    </div>
  );
}

/** Slices that Page Up and Page Down pass over. */
const PAGE = 10;
/** One press of + or −. */
const ZOOM_STEP = 1.2;

function keyAction(stack: StackView, key: string): (() => void) | undefined {
  const preset = PRESETS[Number(key) - 1];
  if (preset) return () => stack.setVoi(rangeOf(preset));
  switch (key) {
    case "ArrowDown":
    case "ArrowRight":
      return () => stack.scrollBy(1);
    case "ArrowUp":
    case "ArrowLeft":
      return () => stack.scrollBy(-1);
    case "PageDown":
      return () => stack.scrollBy(PAGE);
    case "PageUp":
      return () => stack.scrollBy(-PAGE);
    case "Home":
      return () => stack.scrollTo(0);
    case "End":
      return () => stack.scrollTo(Number.MAX_SAFE_INTEGER);
    case "+":
      return () => stack.zoomBy(ZOOM_STEP);
    case "-":
      return () => stack.zoomBy(1 / ZOOM_STEP);
    case "r":
      return () => stack.reset();
    case "i":
      return () => stack.invert();
    default:
      return undefined;
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
