import { useState } from "react";
import { adminApi } from "../api/admin";
import { newId } from "../api/ids";
import { useMe } from "../api/query";
import type { AdminDirectory, AdminPerson } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Dialog } from "../ui";
import { EditorDialog } from "./EditorDialog";
import { PersonFields } from "./PersonFields";
import { isEmail, isPhone } from "../state/check";
import { personRules } from "./rules";
import { useEditor } from "./useEditor";

interface PersonDialogProps {
  person: AdminPerson | null;
  directory: AdminDirectory;
  onClose: (saved?: string) => void;
  /** A new person needs a link to sign in for the first time. */
  onCreated: (person: AdminPerson) => void;
}

export function PersonDialog({ person, directory, onClose, onCreated }: PersonDialogProps) {
  const t = useTexts("admin");
  const me = useMe();
  const [isAsking, setAsking] = useState(false);
  const [initial] = useState(() => person ?? blank(directory));
  const editor = useEditor<AdminPerson>({
    initial,
    put: (body) => adminApi.putPerson(trimmed(body)),
    find: (now) => now.people.find((entry) => entry.id === initial.id),
    check: (draft) => ({
      ...(draft.name.trim() === "" && { name: t("missing") }),
      ...(!isEmail(draft.email) ? { email: t("badEmail") } : isTaken(directory, draft) && { email: t("people.emailTaken") }),
      ...(draft.hospital_id === "" && { hospital_id: t("missing") }),
      ...((draft.phone ?? "").trim() !== "" && !isPhone(draft.phone ?? "") && { phone: t("badPhone") }),
      ...(draft.roles.length === 0 && { roles: t("people.rolesMissing") }),
      ...(lacksField(draft) && { qualifications: t("people.qualificationsMissing") }),
      ...(personRules(draft).part_time === 0 && { rules: t("rules.partTimeBad") }),
      ...(lacksNetwork(draft) && { networks: t("people.networksMissing") }),
    }),
    onSaved: (saved) => (person === null ? onCreated(saved) : onClose(saved.name)),
  });
  const isOwn = person !== null && me.data?.person.id === person.id;
  return (
    <>
      <EditorDialog
        title={person?.name ?? t("people.newTitle")}
        editor={editor}
        onClose={() => onClose()}
        look="drawer"
        extra={
          person !== null &&
          !isOwn && (
            <span className="editor-extra">
              {person.active ? (
                <Button onPress={() => setAsking(true)}>{t("people.deactivate")}</Button>
              ) : (
                <Button onPress={() => editor.save({ active: true })}>{t("people.reactivate")}</Button>
              )}
            </span>
          )
        }
      >
        <PersonFields editor={editor} directory={directory} isOwn={isOwn} />
      </EditorDialog>
      <Dialog
        title={t("people.deactivateTitle", { name: initial.name })}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        role="alertdialog"
        actions={
          <>
            <Button onPress={() => setAsking(false)}>{t("people.deactivateKeep")}</Button>
            <Button
              variant="danger"
              onPress={() => {
                setAsking(false);
                editor.save({ active: false });
              }}
            >
              {t("people.deactivateConfirm")}
            </Button>
          </>
        }
      >
        <p>{t("people.deactivateText")}</p>
      </Dialog>
    </>
  );
}

/** Somebody new: in the only house if there is one, speaking German. */
function blank(directory: AdminDirectory): AdminPerson {
  const only = directory.hospitals.length === 1 ? directory.hospitals[0] : undefined;
  return {
    id: newId(),
    hospital_id: only?.id ?? "",
    name: "",
    email: "",
    phone: null,
    roles: [],
    networks: [],
    languages: ["de"],
    qualifications: [],
    active: true,
  };
}

const isTaken = (directory: AdminDirectory, draft: AdminPerson) => {
  const email = draft.email.trim().toLowerCase();
  return directory.people.some((other) => other.id !== draft.id && other.email.toLowerCase() === email);
};
const lacksField = (draft: AdminPerson) => draft.roles.includes("specialist") && draft.qualifications.length === 0;
const lacksNetwork = (draft: AdminPerson) =>
  (draft.roles.includes("specialist") || draft.roles.includes("coordinator")) && draft.networks.length === 0;

function trimmed(person: AdminPerson): AdminPerson {
  const phone = (person.phone ?? "").trim();
  return { ...person, name: person.name.trim(), email: person.email.trim(), phone: phone === "" ? null : phone };
}
