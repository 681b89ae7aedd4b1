import { useState } from "react";
import { Dialog as AriaDialog, DialogTrigger, Popover } from "react-aria-components";
import { AccountDialog } from "../account/AccountDialog";
import { BreakGlassDialog } from "../account/BreakGlassDialog";
import { api } from "../api/client";
import type { ConsultId, Me, Role } from "../api/types";
import { forgetDevice, unsubscribeDevice } from "../device/forget";
import { forgetMember } from "../e2ee/encryption/signOut";
import { useTexts } from "../i18n";
import { glassPath } from "../state/route";
import { Button, LinkButton } from "./Button";
import { useErrorText } from "./Feedback";
import { ThemeToggle } from "./ThemeToggle";

/** Everybody's page by role, in the order in which others wait for them. */
const PAGES: readonly { role: Role; href: string; name: string }[] = [
  { role: "specialist", href: "/oncall/", name: "oncall" },
  { role: "coordinator", href: "/desk/", name: "desk" },
  { role: "referrer", href: "/refer/", name: "refer" },
  { role: "admin", href: "/admin/", name: "admin" },
  { role: "data_protection", href: "/privacy/", name: "privacy" },
];

/** Person, pages, colours, account, emergency access, the way out. */
export function SettingsMenu({ me }: { me: Me }) {
  const t = useTexts("common");
  const errorText = useErrorText();
  const [isOpen, setOpen] = useState(false);
  const [dialog, setDialog] = useState<"account" | "glass" | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  // A session that came by a telephone's code reaches one consult and nothing of the account.
  const isWhole = !me.only_consult;
  const isPhysician = me.roles.includes("referrer") || me.roles.includes("specialist");
  const pages = isWhole ? PAGES.filter(({ role, href }) => me.roles.includes(role) && location.pathname !== href) : [];
  const hasOwnExports = isWhole && isPhysician && !me.roles.includes("data_protection");
  const show = (which: "account" | "glass") => {
    setOpen(false);
    setDialog(which);
  };
  const signOut = async () => {
    try {
      await unsubscribeDevice();
      await api.signOut();
      await Promise.all([forgetMember(), forgetDevice()]);
      location.assign("/login");
    } catch (error) {
      setFailure(errorText(error));
    }
  };
  const open = (id: ConsultId) => {
    setDialog(null);
    location.assign(glassPath(location.pathname, me.roles, id));
  };
  return (
    <>
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <Button variant="quiet" aria-label={t("menu")} className="menu-button">
          <span aria-hidden="true">☰</span>
        </Button>
        <Popover className="popover" placement="bottom end">
          <AriaDialog className="popover-body" aria-label={t("menu")}>
            <p className="menu-person">
              <strong>{me.person.name}</strong>
              <br />
              {me.person.hospital}
            </p>
            {pages.map(({ href, name }) => (
              <LinkButton key={href} href={href} block>
                {t(`page.${name}`)}
              </LinkButton>
            ))}
            {hasOwnExports && (
              <LinkButton href="/privacy/#/exports" block>
                {t("page.exports")}
              </LinkButton>
            )}
            <ThemeToggle />
            {isWhole && (
              <Button block onPress={() => show("account")}>
                {t("account")}
              </Button>
            )}
            {isWhole && isPhysician && (
              <Button block onPress={() => show("glass")}>
                {t("breakGlass")}
              </Button>
            )}
            <Button block onPress={() => void signOut()}>
              {t("signOut")}
            </Button>
            {failure !== null && <p className="field-error">{failure}</p>}
          </AriaDialog>
        </Popover>
      </DialogTrigger>
      {dialog === "account" && <AccountDialog onClose={() => setDialog(null)} />}
      {dialog === "glass" && <BreakGlassDialog onClose={() => setDialog(null)} onOpened={open} />}
    </>
  );
}
