export { Button, LinkButton, type ButtonProps, type ButtonSize, type ButtonVariant } from "./Button";
export { Choice, Field, InstantField, LocalTimeField, SelectField, type ChoiceOption } from "./Field";
export { Dialog, type DialogProps } from "./Dialog";
export {
  Banner,
  ConnectionBanner,
  EmptyState,
  ErrorBoundary,
  ErrorView,
  Loading,
  PhoneLink,
  useErrorText,
  type Tone,
} from "./Feedback";
export { Elapsed, Eta, Instant, useSecondsLeft } from "./Time";
export { StateBadge, TestBadge, UrgencyBadge } from "./Badges";
export { LanguageSwitch, Shell } from "./Shell";
export { ThemeToggle } from "./ThemeToggle";
export { useNow } from "./useNow";
export { Check, Checks, type CheckOption } from "./Checks";
export { Sections, type SectionLink } from "./Sections";
