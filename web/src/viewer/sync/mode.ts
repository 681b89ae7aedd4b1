/**
 * Who drives the view. `present`: this member does; `follow`: it shows what the presenter shows; `free`: it looks
 * around by itself, visibly, until it follows again. Following is a choice of the viewer, never of the presenter.
 */
export type Mode = "present" | "follow" | "free";

export interface ModeState {
  readonly me: number | undefined;
  /** Presenter by the shared state; absent when nobody ever took control or that member is gone. */
  readonly presenter: number | undefined;
  /** The viewer has left follow mode. */
  readonly away: boolean;
}

export const initialMode: ModeState = { me: undefined, presenter: undefined, away: false };

export function modeOf(state: ModeState): Mode {
  if (state.me !== undefined && state.presenter === state.me) return "present";
  return state.away && state.presenter !== undefined ? "free" : "follow";
}

export type ModeInput =
  | { readonly type: "seat"; readonly me: number }
  /** The shared state or the roster changed. */
  | { readonly type: "presenter"; readonly presenter: number | undefined }
  /** The viewer scrolled, panned, zoomed or windowed by hand. */
  | { readonly type: "navigated" }
  | { readonly type: "follow" }
  /** The viewer takes control. */
  | { readonly type: "take" };

/** The next state, and whether this member now declares itself presenter. */
export function stepMode(state: ModeState, input: ModeInput): { readonly state: ModeState; readonly claim: boolean } {
  switch (input.type) {
    case "seat":
      return { state: { ...state, me: input.me }, claim: false };
    case "presenter": {
      // Whoever loses control follows the one who took it: that is what taking control is for.
      const lost = modeOf(state) === "present" && input.presenter !== undefined && input.presenter !== state.me;
      return { state: { ...state, presenter: input.presenter, away: lost ? false : state.away }, claim: false };
    }
    case "navigated":
      if (modeOf(state) === "present") return { state, claim: false };
      // Nobody presents: the first who moves the images does.
      if (state.presenter === undefined) return take(state);
      return { state: { ...state, away: true }, claim: false };
    case "follow":
      return { state: { ...state, away: false }, claim: false };
    case "take":
      return take(state);
  }
}

function take(state: ModeState): { state: ModeState; claim: boolean } {
  if (state.me === undefined) return { state, claim: false };
  return { state: { ...state, presenter: state.me, away: false }, claim: true };
}

/**
 * The member who keeps entries alive whose authors have left (the SFU forgets them with the seat): the presenter, or,
 * while there is none, the member with the lowest seat.
 */
export function keeper(presenter: number | undefined, members: readonly number[]): number | undefined {
  if (presenter !== undefined && members.includes(presenter)) return presenter;
  return members.length > 0 ? Math.min(...members) : undefined;
}
