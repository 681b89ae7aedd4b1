import { Menu, MenuItem, MenuTrigger, Popover, Button as AriaButton } from "react-aria-components";
import { useTexts } from "../i18n";
import { Icon } from "../viewer/icons";

export type MoreItem = "invite" | "roll" | "consent" | "phone" | "times" | "record" | "stats";

/** What is needed once in a talk: one press away, and no button of its own on a phone. */
export function MoreMenu({ items, onPick }: { items: readonly MoreItem[]; onPick(item: MoreItem): void }) {
  const t = useTexts("room");
  if (items.length === 0) return null;
  return (
    <MenuTrigger>
      <AriaButton className="control" data-testid="more">
        <Icon name="more" />
        <span className="control-name">{t("more.label")}</span>
      </AriaButton>
      <Popover className="popover" placement="top end">
        <Menu className="menu" aria-label={t("more.label")} onAction={(key) => onPick(key as MoreItem)}>
          {items.map((item) => (
            <MenuItem key={item} id={item} className="menu-item" data-testid={`more-${item}`}>
              {t(`more.${item}`)}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
