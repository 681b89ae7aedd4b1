import type { ConsultDetail, KeyImage } from "../api/types";
import { useTexts } from "../i18n";
import { KeyImagePicture } from "./KeyImagePicture";
import "./report.css";
import "./texts";

/** The decision, which is read first. */
export function DecisionBox({ text }: { text: string }) {
  const t = useTexts("report");
  return (
    <p className="report-decision">
      <span className="report-label">{t("decision")}</span>
      <strong>{text}</strong>
    </p>
  );
}

export function Section({ label, text }: { label: string; text: string }) {
  if (text.trim() === "") return null;
  return (
    <section>
      <h3 className="report-label">{label}</h3>
      <p className="report-text">{text}</p>
    </section>
  );
}

export function KeyGallery({ detail, images }: { detail: ConsultDetail; images: readonly KeyImage[] }) {
  const t = useTexts("report");
  if (images.length === 0) return null;
  return (
    <section>
      <h3 className="report-label">{t("images.title")}</h3>
      <ol className="key-gallery">
        {images.map((image, i) => (
          <li key={i}>
            <KeyImagePicture detail={detail} image={image} number={i + 1} />
            {image.caption && <p className="report-text">{image.caption}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
