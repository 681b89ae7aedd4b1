import { useState } from "react";
import type { ConsultDetail, KeyImage } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Field } from "../ui";
import { MAX_CAPTION, MAX_KEY_IMAGES, moved, withKeyImage, type Draft } from "./draft";
import { KeyImagePicture } from "./KeyImagePicture";
import type { KeyImageSource } from "./keyImages";

interface Props {
  detail: ConsultDetail;
  draft: Draft;
  change(part: Partial<Draft>): void;
  source: KeyImageSource | undefined;
  /** What keeps these images from being signed. */
  error: string | null;
}

/** Key images of the draft: caption, order, removal; from the open viewer, where there is one. */
export function KeyImages({ detail, draft, change, source, error }: Props) {
  const t = useTexts("report");
  const [note, setNote] = useState("");
  const images = draft.keyImages;
  const set = (keyImages: readonly KeyImage[]) => {
    setNote("");
    change({ keyImages });
  };
  const add = () => {
    const image = source?.current() ?? null;
    if (image === null) return setNote(t("images.nothingShown"));
    if (images.length >= MAX_KEY_IMAGES) return setNote(t("images.full", { count: MAX_KEY_IMAGES }));
    const changed = withKeyImage(draft, image);
    if (changed !== draft) change({ keyImages: changed.keyImages });
    setNote(t(changed === draft ? "images.known" : "images.added"));
  };
  return (
    <section className="stack key-images" aria-labelledby="key-images-title" data-testid="key-images">
      <h3 id="key-images-title">{t("images.title")}</h3>
      {images.length === 0 && <p className="muted small">{t("images.none")}</p>}
      <ol className="key-list">
        {images.map((image, i) => (
          <li key={keyOf(image)} className="key-item">
            <KeyImagePicture detail={detail} image={image} number={i + 1} />
            <div className="stack key-words">
              <Field
                label={t("images.caption", { n: i + 1 })}
                maxLength={MAX_CAPTION}
                value={image.caption ?? ""}
                onChange={(caption) => change({ keyImages: images.map((old, at) => (at === i ? { ...old, caption } : old)) })}
              />
              <div className="row">
                <Button variant="quiet" aria-label={t("images.up", { n: i + 1 })} isDisabled={i === 0} onPress={() => set(moved(images, i, -1))}>
                  <span aria-hidden="true">↑</span>
                </Button>
                <Button
                  variant="quiet"
                  aria-label={t("images.down", { n: i + 1 })}
                  isDisabled={i === images.length - 1}
                  onPress={() => set(moved(images, i, 1))}
                >
                  <span aria-hidden="true">↓</span>
                </Button>
                <Button variant="quiet" aria-label={t("images.remove", { n: i + 1 })} onPress={() => set(images.filter((_, at) => at !== i))}>
                  <span aria-hidden="true">×</span>
                </Button>
              </div>
            </div>
          </li>
        ))}
      </ol>
      {source && (
        <div>
          <Button onPress={add}>{t("images.add")}</Button>
        </div>
      )}
      <p role="status" className="small">
        {note}
      </p>
      {error !== null && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

/** The same while captions are typed and images are moved. */
function keyOf(image: KeyImage): string {
  return JSON.stringify({ ...image, caption: "" });
}
