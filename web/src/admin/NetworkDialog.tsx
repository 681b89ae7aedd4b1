import { useState } from "react";
import { adminApi } from "../api/admin";
import { newId } from "../api/ids";
import type { AdminNetwork } from "../api/types";
import { useTexts } from "../i18n";
import { EditorDialog } from "./EditorDialog";
import { EditorField } from "./EditorField";
import { useEditor } from "./useEditor";

export function NetworkDialog({ network, onClose }: { network: AdminNetwork | null; onClose: (saved?: string) => void }) {
  const t = useTexts("admin");
  const [initial] = useState(() => network ?? { id: newId(), name: "" });
  const editor = useEditor<AdminNetwork>({
    initial,
    put: (body) => adminApi.putNetwork({ ...body, name: body.name.trim() }),
    find: (directory) => directory.networks.find((entry) => entry.id === initial.id),
    check: (draft) => (draft.name.trim() === "" ? { name: t("missing") } : {}),
    onSaved: (saved) => onClose(saved.name),
  });
  return (
    <EditorDialog title={network?.name ?? t("services.newNetwork")} editor={editor} onClose={() => onClose()}>
      <EditorField editor={editor} name="name" label={t("services.name")} isRequired autoFocus />
    </EditorDialog>
  );
}
