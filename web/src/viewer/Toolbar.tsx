import { useTexts } from "../i18n";
import { TOOLS, type Tool } from "./engine/tools";
import { Icon } from "./icons";
import { PRESETS, windowOf, type Preset, type VoiRange } from "./presets";

interface Props {
  tool: Tool;
  voi: VoiRange | undefined;
  showsPatient: boolean;
  canUndo: boolean;
  onTool(tool: Tool): void;
  onPreset(preset: Preset): void;
  onReset(): void;
  onInvert(): void;
  onUndo(): void;
  onPatient(): void;
  onKeyImage?: (() => void) | undefined;
}

/** Tools, window presets and the rest; wraps into rows on a phone. */
export function Toolbar(props: Props) {
  const t = useTexts("viewer");
  const now = props.voi && windowOf(props.voi);
  return (
    <div className="viewer-tools">
      <div className="tool-group" role="group" aria-label={t("tools")}>
        {TOOLS.map((tool) => (
          <button
            key={tool}
            type="button"
            className="tool"
            aria-pressed={props.tool === tool}
            aria-label={t(`tool.${tool}`)}
            title={t(`tool.${tool}`)}
            data-testid={`tool-${tool}`}
            onClick={() => props.onTool(tool)}
          >
            <Icon name={tool} />
            <span className="tool-name">{t(`tool.${tool}`)}</span>
          </button>
        ))}
      </div>
      <div className="tool-group" role="group" aria-label={t("presets")}>
        {PRESETS.map((preset, i) => (
          <button
            key={preset.name}
            type="button"
            className="tool preset"
            aria-pressed={now?.center === preset.center && now.width === preset.width}
            aria-keyshortcuts={String(i + 1)}
            title={`${t(`preset.${preset.name}`)} (${i + 1})`}
            data-testid={`preset-${preset.name}`}
            onClick={() => props.onPreset(preset)}
          >
            {t(`preset.${preset.name}`)}
          </button>
        ))}
      </div>
      <div className="tool-group" role="group">
        <Action icon="reset" label={t("reset")} testId="viewer-reset" onClick={props.onReset} />
        <Action icon="invert" label={t("invert")} testId="viewer-invert" onClick={props.onInvert} />
        <Action
          icon="undo"
          label={t("undo")}
          testId="undo-annotation"
          disabled={!props.canUndo}
          onClick={props.onUndo}
        />
        <Action
          icon="patient"
          label={t("patient")}
          testId="toggle-patient"
          pressed={props.showsPatient}
          onClick={props.onPatient}
        />
        {props.onKeyImage && (
          <Action icon="keyImage" label={t("keyImage")} testId="key-image" showsLabel onClick={props.onKeyImage} />
        )}
      </div>
    </div>
  );
}

interface ActionProps {
  icon: "reset" | "invert" | "undo" | "patient" | "keyImage";
  label: string;
  testId: string;
  disabled?: boolean;
  pressed?: boolean;
  showsLabel?: boolean;
  onClick(): void;
}

function Action({ icon, label, testId, disabled, pressed, showsLabel = false, onClick }: ActionProps) {
  return (
    <button
      type="button"
      className="tool"
      aria-label={label}
      title={label}
      data-testid={testId}
      disabled={disabled}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      onClick={onClick}
    >
      <Icon name={icon} />
      {showsLabel && <span className="tool-name">{label}</span>}
    </button>
  );
}
