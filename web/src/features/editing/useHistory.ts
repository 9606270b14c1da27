import { useCallback, useMemo, useReducer } from "react";

interface Past<T> {
  before: T[];
  now: T;
  after: T[];
}

const MOST = 200;

/** A value with undo and redo of every change. `set` with the same `mark` as just before replaces that change (typing, dragging). */
export function useHistory<T>(first: T) {
  const [state, act] = useReducer(step<T>, { before: [], now: first, after: [], mark: "" });
  const set = useCallback((next: T, mark = "") => act({ do: "set", next, mark }), []);
  const undo = useCallback(() => act({ do: "undo" }), []);
  const redo = useCallback(() => act({ do: "redo" }), []);
  const reset = useCallback((next: T) => act({ do: "reset", next }), []);
  return useMemo(() => ({ now: state.now, canUndo: state.before.length > 0, canRedo: state.after.length > 0, set, undo, redo, reset }), [state, set, undo, redo, reset]);
}

type Act<T> = { do: "set"; next: T; mark: string } | { do: "undo" } | { do: "redo" } | { do: "reset"; next: T };

export function step<T>(state: Past<T> & { mark: string }, act: Act<T>): Past<T> & { mark: string } {
  if (act.do === "reset") return { before: [], now: act.next, after: [], mark: "" };
  if (act.do === "undo") {
    const last = state.before.at(-1);
    return last === undefined ? state : { before: state.before.slice(0, -1), now: last, after: [state.now, ...state.after], mark: "" };
  }
  if (act.do === "redo") {
    const [next, ...after] = state.after;
    return next === undefined ? state : { before: [...state.before, state.now], now: next, after, mark: "" };
  }
  const isSame = act.mark !== "" && act.mark === state.mark;
  return { before: isSame ? state.before : [...state.before, state.now].slice(-MOST), now: act.next, after: [], mark: act.mark };
}
