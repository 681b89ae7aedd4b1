import type { ReactNode } from "react";
import { asApiError } from "../api/problem";
import { useTexts } from "../i18n";
import { Banner, Button, Dialog, ErrorView } from "../ui";
import { focusFault } from "../ui/focusFault";
import type { Editor } from "./useEditor";

interface EditorDialogProps<T> {
  title: string;
  editor: Editor<T>;
  onClose: () => void;
  children: ReactNode;
  /** Beside the buttons that every editor has. */
  extra?: ReactNode;
  look?: "dialog" | "drawer";
}

/** A dialog with fields: Enter saves, what went wrong stands beside the button that caused it. */
export function EditorDialog<T>({ title, editor, onClose, children, extra, look = "dialog" }: EditorDialogProps<T>) {
  const t = useTexts("admin");
  const isConflict = asApiError(editor.error)?.code === "conflict";
  return (
    <Dialog title={title} isOpen onClose={onClose} look={look}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          editor.save();
          focusFault(event.currentTarget);
        }}
      >
        {children}
        {editor.error !== null && (
          <div ref={intoView}>
            {isConflict ? (
              <Banner tone="danger" role="alert">
                {t("editor.taken")}
              </Banner>
            ) : (
              <ErrorView error={editor.error} />
            )}
          </div>
        )}
        {editor.isStale && (
          <div ref={intoView}>
            <Banner
              tone="warn"
              role="alert"
              title={t("editor.stale")}
              actions={
                <>
                  <Button onPress={editor.takeTheirs}>{t("editor.takeTheirs")}</Button>
                  <Button onPress={() => editor.save({}, true)}>{t("editor.saveAnyway")}</Button>
                </>
              }
            >
              {t("editor.staleText")}
            </Banner>
          </div>
        )}
        <div className="editor-actions">
          {extra}
          <Button onPress={onClose}>{t("common:cancel")}</Button>
          <Button type="submit" variant="primary" isPending={editor.isPending} isDisabled={editor.isStale}>
            {t("common:save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A long form pushes what appears below it out of sight. */
function intoView(element: HTMLElement | null) {
  element?.scrollIntoView({ block: "nearest" });
}
