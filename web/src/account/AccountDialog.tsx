import { useTexts } from "../i18n";
import { Dialog } from "../ui/Dialog";
import { Password } from "./Password";
import { Sessions } from "./Sessions";
import "./account.css";
import "./texts";

/** The person's own devices and password. */
export function AccountDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts("account");
  return (
    <Dialog look="drawer" title={t("title")} isOpen onClose={onClose}>
      <Sessions />
      <Password />
    </Dialog>
  );
}
