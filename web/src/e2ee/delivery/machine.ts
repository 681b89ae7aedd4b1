/**
 * A member's end of the delivery service, as a pure reducer: inputs and the time in, effects and the next deadline out.
 *
 * The service's log is the truth. A commit of one's own counts when it comes back from there, whoever was faster. What
 * is to be done follows from the service's last view alone, so that nothing depends on a message that was lost, came
 * twice or overtook another. Whoever cannot follow any more (missed too much, was dropped, refused a commit) forgets the
 * group, shows a new key package, and is added again by somebody who is there.
 */

import { dutyOf, renewalAt, type Duty } from "./duty";
import type { FromService, ToService, View } from "./messages";
import {
  GAP,
  MAX_PAUSES,
  SAY_AGAIN,
  TRY_AGAIN,
  WELCOME_WITHIN,
  initial,
  type Effect,
  type Input,
  type Result,
  type Snapshot,
  type State,
  type Step,
  type Work,
} from "./state";

export * from "./state";

export function step(state: State, input: Input, now: number): Step {
  if (state.isOver) return { state, effects: [] };
  const first = take(state, input, now);
  const next = settle(first.state, now);
  return { state: next.state, effects: [...first.effects, ...next.effects] };
}

/** When {@link step} wants a `tick` at the latest. */
export function nextDeadline(state: State): number | undefined {
  const { me, view, group, staged, busy, keyPackage } = state;
  if (state.isOver || me === undefined || busy) return undefined;
  if (view?.isBarred && !group) return undefined;
  if (!group && !keyPackage) return state.retryAt;
  if (!isHandled(state)) return state.saidAt + SAY_AGAIN;
  if (!view || view.isBarred) return undefined;
  if (!group) return state.saidAt + waitsUntil(state);
  if (isAsked(state, view, group)) return state.saidAt + SAY_AGAIN;
  if (view.generation !== group.generation || view.epoch !== group.epoch) return (state.gapSince ?? 0) + GAP;
  if (staged) return staged.sentAt + SAY_AGAIN;
  const duty = dutyOf(state, view, group);
  return duty ? (state.work?.since ?? 0) + duty.wait : renewalAt(state, group);
}

function take(state: State, input: Input, now: number): Step {
  switch (input.type) {
    case "online":
      // The seat and the service's numbers may be new ones.
      return announce({ ...state, me: input.me, view: undefined }, now);
    case "offline":
      return { state: { ...state, me: undefined, view: undefined }, effects: [] };
    case "message":
      return { state: receive(state, input.message), effects: [] };
    case "result":
      return input.id === state.busy?.id
        ? conclude({ ...state, busy: undefined }, state.busy.work, input.result, now)
        : { state, effects: [] };
    case "admitted":
      return { state: { ...state, admitted: new Set(state.admitted).add(input.person) }, effects: [] };
    case "withdrawn":
      return { state: { ...state, withdrawn: new Set(state.withdrawn).add(input.person) }, effects: [] };
    case "tick":
      return { state, effects: [] };
    case "leave":
      return { state: { ...initial, isOver: true }, effects: [{ type: "forget" }] };
  }
}

function receive(state: State, message: FromService): State {
  if (state.me === undefined) return state;
  switch (message.type) {
    case "group":
      return message.version > (state.view?.version ?? 0) ? { ...state, view: message } : state;
    case "commit": {
      const { type: _, ...commit } = message;
      const isKnown = state.inbox.some((c) => c.generation === commit.generation && c.epoch === commit.epoch);
      return isKnown ? state : { ...state, inbox: [...state.inbox, commit] };
    }
    case "welcome": {
      if (state.group || message.ref !== state.keyPackage?.ref) return state;
      return { ...state, welcome: { generation: message.generation, welcome: message.welcome } };
    }
  }
}

function conclude(state: State, done: Work, result: Result, now: number): Step {
  switch (result.type) {
    case "prepared": {
      const keyPackage = { ref: result.ref, bytes: result.keyPackage };
      return announce({ ...state, keyPackage }, now);
    }
    case "entered":
      return enter(state, done, result.snapshot, now);
    case "staged": {
      const faults = result.refused.map(({ member, ref, code }) => fault(state, code, member, ref));
      const refused = new Set([...state.refused, ...result.refused.map(({ ref }) => ref)]);
      const next: State = { ...state, refused, fault: result.refused.at(-1)?.code ?? state.fault };
      if (!result.commit) return { state: next, effects: faults };
      const sent = sendCommit({ ...next, staged: { ...result.commit, sentAt: now } });
      return { state: sent.state, effects: [...faults, ...sent.effects] };
    }
    case "failed": {
      const author = done.type === "follow" ? commitOf(state)?.committer : undefined;
      const said = result.code === "removed" ? [] : [fault(state, result.code, author, undefined)];
      // The first time it may be chance, such as a welcome that crossed a new key package.
      const retryAt = state.failures === 0 ? now : now + SAY_AGAIN * Math.min(state.failures, MAX_PAUSES);
      const next = forget({ ...state, fault: result.code, failures: state.failures + 1, retryAt });
      return { state: next.state, effects: [...said, ...next.effects] };
    }
  }
}

function enter(state: State, done: Work, snapshot: Snapshot, now: number): Step {
  const isNew = done.type === "create" || done.type === "join";
  const generation = isNew ? done.generation : (state.group?.generation ?? 0);
  const { epoch, tag } = snapshot;
  const next: State = {
    ...state,
    group: { ...snapshot, generation },
    renewedAt: done.type === "follow" ? state.renewedAt : now,
    staged: undefined,
    welcome: undefined,
    keyPackage: undefined,
    gapSince: undefined,
    fault: undefined,
    failures: 0,
    refused: isNew ? new Set() : state.refused,
    inbox: state.inbox.filter((c) => c.generation === generation && c.epoch >= epoch),
  };
  const effects: Effect[] = [{ type: "epoch", generation, epoch }];
  if (state.me === undefined) return { state: next, effects };
  // Came about while the socket was another one: the service has to be told all of it.
  if (!isHandled(next)) {
    const said = announce(next, now);
    return { state: said.state, effects: [...effects, ...said.effects] };
  }
  const message: ToService =
    done.type === "create" ? { type: "created", generation, tag } : { type: "done", generation, epoch, tag };
  return { state: next, effects: [{ type: "send", message }, ...effects] };
}

/** Does what follows from the state alone. */
function settle(state: State, now: number): Step {
  const { me, view, group, keyPackage } = state;
  const nothing = { state, effects: [] };
  if (me === undefined || state.busy) return nothing;
  if (!group && !keyPackage && !view?.isBarred) return now < state.retryAt ? nothing : work(state, { type: "prepare" });
  // Somebody has counted further on this socket: a page's state that was given up.
  if (view && view.attempt > state.attempt) return announce(state, now);
  if (!isHandled(state)) return now < state.saidAt + SAY_AGAIN ? nothing : say(state, now);
  if (!view) return nothing;
  if (view.isBarred) return group ? forget(state) : nothing;
  return group ? settleIn(state, view, group, now) : settleOut(state, view, now);
}

function settleIn(state: State, view: View, group: NonNullable<State["group"]>, now: number): Step {
  if (isAsked(state, view, group)) {
    if (now < state.saidAt + SAY_AGAIN) return { state, effects: [] };
    const message: ToService = { type: "created", generation: group.generation, tag: group.tag };
    return { state: { ...state, saidAt: now }, effects: [{ type: "send", message }] };
  }
  if (isOut(state, view, group)) return again(forget(state), now);
  if (view.generation < group.generation) return wait(state, now);

  const commit = commitOf(state);
  if (commit) {
    const isOwn = commit.commit === state.staged?.commit;
    return work(
      { ...state, gapSince: undefined },
      isOwn ? { type: "adopt" } : { type: "follow", commit: commit.commit },
    );
  }
  if (view.epoch !== group.epoch) return wait(state, now);
  const there: State = { ...state, gapSince: undefined };
  return state.staged ? settleStaged(there, state.staged, view, now) : settleDuty(there, view, group, now);
}

/** View and group differ because something is under way. It is asked for when it does not come. */
function wait(state: State, now: number): Step {
  if (state.gapSince === undefined) return { state: { ...state, gapSince: now }, effects: [] };
  return now < state.gapSince + GAP ? { state, effects: [] } : announce({ ...state, gapSince: now }, now);
}

/** The own commit is under way, and nobody else's has come. */
function settleStaged(state: State, staged: NonNullable<State["staged"]>, view: View, now: number): Step {
  // The service refuses a commit that adds somebody who does not wait (with this key package) any more.
  const isGood = staged.added.every(({ ref }) => view.waiting.some((waiting) => waiting.ref === ref));
  if (!isGood) return again({ state: { ...state, staged: undefined, work: undefined }, effects: [] }, now);
  if (now < staged.sentAt + SAY_AGAIN) return { state, effects: [] };
  return sendCommit({ ...state, staged: { ...staged, sentAt: now } });
}

function settleDuty(state: State, view: View, group: Snapshot, now: number): Step {
  const duty = dutyOf(state, view, group);
  const next: State = { ...state, work: workSince(state, duty, now) };
  if (duty && next.work && now >= next.work.since + duty.wait)
    return work(next, { type: "stage", add: duty.add, remove: duty.remove });
  if (!duty && now >= renewalAt(state, group)) return work(next, { type: "stage", add: [], remove: [] });
  return { state: next, effects: [] };
}

function workSince(state: State, duty: Duty | undefined, now: number): State["work"] {
  if (!duty) return undefined;
  return state.work?.key === duty.key ? state.work : { key: duty.key, since: now };
}

function settleOut(state: State, view: View, now: number): Step {
  if (state.welcome) {
    const { generation, welcome } = state.welcome;
    if (generation === view.generation) return work(state, { type: "join", generation, welcome });
    // Of a group that was given up, unless the view is the older one.
    if (generation < view.generation) return again({ state: { ...state, welcome: undefined }, effects: [] }, now);
  }
  if (view.creator === state.me) return work(state, { type: "create", generation: view.generation });
  return now >= state.saidAt + waitsUntil(state) ? again(forget(state), now) : { state, effects: [] };
}

/** How long after its last word somebody outside waits before it begins anew. */
function waitsUntil(state: State): number {
  const { view, me, keyPackage } = state;
  const waits = view?.waiting.some(({ ref }) => ref === keyPackage?.ref) ?? false;
  const isAdded = view?.members.some(({ member }) => member === me) ?? false;
  if (view?.creator === me || waits) return TRY_AGAIN;
  return isAdded ? WELCOME_WITHIN : SAY_AGAIN;
}

function again(first: Step, now: number): Step {
  const next = settle(first.state, now);
  return { state: next.state, effects: [...first.effects, ...next.effects] };
}

function commitOf({ group, inbox }: State): State["inbox"][number] | undefined {
  return group && inbox.find((c) => c.generation === group.generation && c.epoch === group.epoch);
}

/** The service has given up this group, or this member. A view that is older than the own welcome says nothing. */
function isOut(state: State, view: View, group: NonNullable<State["group"]>): boolean {
  if (view.generation !== group.generation) return state.saidBack || view.generation > group.generation;
  const isMember = view.members.some(({ member }) => member === state.me);
  return !isMember && (state.saidBack || view.epoch >= group.epoch);
}

/** The group was made and the service does not know it yet: it asks for it, and has no members. */
function isAsked(state: State, view: View, group: NonNullable<State["group"]>): boolean {
  return view.generation === group.generation && view.creator === state.me;
}

function isHandled({ view, attempt }: State): boolean {
  return attempt > 0 && (view?.attempt ?? 0) >= attempt;
}

function work(state: State, what: Work): Step {
  const id = state.lastId + 1;
  return {
    state: { ...state, lastId: id, busy: { id, work: what } },
    effects: [{ type: "work", id, work: what }],
  };
}

/** Says anew who is here, with a new number; not in the middle of getting a group. */
function announce(state: State, now: number): Step {
  const isEntering = state.busy?.work.type === "join" || state.busy?.work.type === "create";
  if (isEntering || (!state.group && !state.keyPackage)) return { state, effects: [] };
  return say({ ...state, attempt: Math.max(state.attempt, state.view?.attempt ?? 0) + 1 }, now);
}

function say(state: State, now: number): Step {
  const { me, attempt, group, keyPackage } = state;
  if (me === undefined) return { state, effects: [] };
  const message: ToService | undefined = group
    ? { type: "back", attempt, generation: group.generation, epoch: group.epoch, tag: group.tag }
    : keyPackage && { type: "here", attempt, ref: keyPackage.ref, keyPackage: keyPackage.bytes };
  return {
    state: { ...state, saidAt: now, saidBack: group !== undefined },
    effects: message ? [{ type: "send", message }] : [],
  };
}

function sendCommit(state: State): Step {
  const { group, staged, me } = state;
  if (!group || !staged || me === undefined) return { state, effects: [] };
  const { commit, welcome, added } = staged;
  const { generation, epoch } = group;
  const message: ToService = { type: "commit", generation, epoch, commit, welcome, added };
  return { state, effects: [{ type: "send", message }] };
}

function fault(state: State, code: string, about: number | undefined, ref: string | undefined): Effect {
  const { generation, epoch } = state.group ?? {
    generation: state.view?.generation ?? 0,
    epoch: state.view?.epoch ?? 0,
  };
  return { type: "send", message: { type: "fault", generation, epoch, code, about, ref } };
}

function forget(state: State): Step {
  return {
    state: {
      ...state,
      group: undefined,
      keyPackage: undefined,
      welcome: undefined,
      inbox: [],
      staged: undefined,
      busy: undefined,
      lastId: state.lastId + 1,
      work: undefined,
      gapSince: undefined,
    },
    effects: [{ type: "forget" }],
  };
}
