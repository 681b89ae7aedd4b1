import { useRef, useState, type ChangeEvent, type DragEvent } from "react";
import { useTexts } from "../i18n";
import { Banner, Button } from "../ui";
import { filesOfDrop } from "./upload/collect";
import { scanFile, type ScannedObject } from "./upload/scan";

export interface ImageIntakeProps {
  /** Patient ID that was typed into the form, to be compared with the images'. */
  knownPatientId: string | null;
  onObjects: (objects: ScannedObject[]) => void;
}

interface Found {
  objects: ScannedObject[];
  skipped: number;
  unreadable: string[];
}

/** Files read at a time. More makes a slow disk seek; less leaves a fast one waiting. */
const SCAN_CONCURRENCY = 8;

/** Takes files and folders, finds the DICOM objects in them, asks before patients are mixed up. */
export function ImageIntake({ knownPatientId, onObjects }: ImageIntakeProps) {
  const t = useTexts("refer");
  const folder = useRef<HTMLInputElement>(null);
  const single = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [scanning, setScanning] = useState<{ done: number; total: number } | null>(null);
  const [result, setResult] = useState<Found | null>(null);
  const [doubt, setDoubt] = useState<{ found: Found; patients: number } | null>(null);
  const [failed, setFailed] = useState(false);

  const take = async (pending: Promise<File[]>) => {
    setFailed(false);
    setResult(null);
    setDoubt(null);
    try {
      const files = await pending;
      const found = await scanAll(files, (done) => setScanning({ done, total: files.length }));
      const patients = new Set(found.objects.map((object) => object.patientId).filter((id) => id !== ""));
      const isOther = knownPatientId !== null && knownPatientId.trim() !== "" && patients.size === 1 && !patients.has(knownPatientId.trim());
      if (patients.size > 1 || isOther) setDoubt({ found, patients: patients.size });
      else accept(found);
    } catch {
      setFailed(true);
    } finally {
      setScanning(null);
    }
  };
  const accept = (found: Found) => {
    setDoubt(null);
    setResult(found);
    if (found.objects.length > 0) onObjects(found.objects);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(filesOfDrop(event.dataTransfer));
  };
  const pick = (event: ChangeEvent<HTMLInputElement>) => {
    const files = Array.from(event.target.files ?? []);
    event.target.value = "";
    if (files.length > 0) void take(Promise.resolve(files));
  };

  return (
    <div className="stack">
      <div
        className={`drop${isOver ? " is-over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <p className="drop-text">{isOver ? t("upload.dropNow") : t("upload.drop")}</p>
        <div className="row drop-buttons">
          <Button onPress={() => folder.current?.click()}>{t("upload.chooseFolder")}</Button>
          <Button onPress={() => single.current?.click()}>{t("upload.chooseFiles")}</Button>
        </div>
        <input ref={folder} type="file" multiple hidden onChange={pick} data-testid="dicom-folder" {...{ webkitdirectory: "" }} />
        <input ref={single} type="file" multiple hidden onChange={pick} data-testid="dicom-files" />
      </div>
      <div aria-live="polite" className="stack">
        {scanning && (
          <p className="row">
            <span className="spinner" aria-hidden="true" />
            {t("upload.scanning", scanning)}
          </p>
        )}
        {failed && (
          <Banner tone="danger" role="alert">
            {t("upload.readFailed")}
          </Banner>
        )}
        {doubt && (
          <Banner
            tone="danger"
            role="alert"
            title={doubt.patients > 1 ? t("upload.patients", { count: doubt.patients }) : t("upload.otherPatient")}
            actions={
              <>
                <Button onPress={() => setDoubt(null)}>{t("upload.discard")}</Button>
                <Button onPress={() => accept(doubt.found)}>{t("upload.sendAnyway")}</Button>
              </>
            }
          >
            {t("upload.patientsText")}
          </Banner>
        )}
        {result && <ScanNotes found={result} />}
      </div>
    </div>
  );
}

function ScanNotes({ found }: { found: Found }) {
  const t = useTexts("refer");
  const names = found.unreadable.slice(0, 3).join(", ") + (found.unreadable.length > 3 ? ", …" : "");
  return (
    <>
      {found.objects.length === 0 && <Banner tone="warn">{t("upload.nothing")}</Banner>}
      {found.unreadable.length > 0 && (
        <Banner tone="warn">{t("upload.unreadable", { count: found.unreadable.length, names })}</Banner>
      )}
      {found.skipped > 0 && <p className="muted small">{t("upload.skipped", { count: found.skipped })}</p>}
    </>
  );
}

async function scanAll(files: readonly File[], onProgress: (done: number) => void): Promise<Found> {
  const found: Found = { objects: [], skipped: 0, unreadable: [] };
  let next = 0;
  let done = 0;
  const worker = async () => {
    for (;;) {
      const file = files[next];
      if (file === undefined) return;
      next += 1;
      const scanned = await scanFile(file);
      if (scanned.kind === "object") found.objects.push(scanned.object);
      else if (scanned.kind === "not_dicom") found.skipped += 1;
      else found.unreadable.push(scanned.name);
      done += 1;
      // Every tenth file: a render for each would cost more than the reading.
      if (done % 10 === 0 || done === files.length) onProgress(done);
    }
  };
  onProgress(0);
  await Promise.all(Array.from({ length: SCAN_CONCURRENCY }, worker));
  return found;
}
