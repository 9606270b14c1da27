/** Opens the view that the address bar names, keeps it open, and says how the connection stands. */
import { useMutation } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../../api/client";
import type { BoardSpec, Frame, View } from "../../api/contracts";
import type { Problem } from "../../api/problem";
import { listen, watchViews } from "../../live/hub";
import { TileStore } from "../../live/tiles";
import { viewKey } from "./view";

const RETRY_MS = [500, 1000, 2000, 4000, 5000];

export interface LiveBoard {
  board: BoardSpec | null;
  store: TileStore;
  /** Since when the server cannot be reached; null while it can. */
  offlineSince: number | null;
  problem: Problem | null;
  load: Record<string, unknown> | null;
  retry: () => void;
}

interface Opened {
  key: string;
  board: BoardSpec;
  store: TileStore;
}

/** With `idle` nothing is opened: the board waits for its reader to choose what it is about. */
export function useLiveBoard(view: View, onSignedOut: () => void, idle = false): LiveBoard {
  const key = viewKey(view);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [offlineSince, setOffline] = useState<number | null>(null);
  const [load, setLoad] = useState<Record<string, unknown> | null>(null);
  const current = useRef({ key, view, id: "", attempt: 0, store: null as TileStore | null });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  current.current.key = key;
  current.current.view = view;

  const open = useMutation({
    mutationFn: (asked: { key: string; view: View }) =>
      api.openView({ board: asked.view.board, time: asked.view.time ?? null, compare: asked.view.compare ?? null, where: asked.view.where ?? [], spec: asked.view.spec ?? null } as Parameters<typeof api.openView>[0]),
    retry: false,
    onSuccess: (answer, asked) => {
      const now = current.current;
      if (asked.key !== now.key) return;
      now.attempt = 0;
      const isSame = now.id === answer.view && now.store !== null;
      const store = isSame && now.store ? now.store : new TileStore();
      store.take(answer.frame as unknown as Frame);
      now.id = answer.view;
      now.store = store;
      setOffline(null);
      setOpened({ key: asked.key, board: answer.board as unknown as BoardSpec, store });
      watchViews([answer.view]);
    },
    onError: (problem: Problem, asked) => {
      const now = current.current;
      if (asked.key !== now.key || problem.status === 401 || (problem.status >= 400 && problem.status < 500 && problem.status !== 429)) return;
      setOffline((since) => since ?? Date.now());
      const wait = RETRY_MS[Math.min(now.attempt++, RETRY_MS.length - 1)] ?? 5000;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => open.mutate({ key: now.key, view: now.view }), wait * (0.8 + Math.random() * 0.4));
    },
  });
  const { mutate, reset } = open;

  const retry = useCallback(() => {
    clearTimeout(timer.current);
    mutate({ key: current.current.key, view: current.current.view });
  }, [mutate]);

  useEffect(() => {
    current.current.attempt = 0;
    reset();
    if (!idle) retry();
    return () => clearTimeout(timer.current);
  }, [key, idle, retry, reset]);

  useEffect(() => {
    const stop = listen((message) => {
      if (message.type === "frame" && message.frame.view === current.current.id) current.current.store?.take(message.frame);
      else if (message.type === "link") {
        if (message.state === "open") setOffline(null);
        else if (message.state === "reconnecting") setOffline((since) => since ?? message.since);
      } else if (message.type === "load") setLoad(message.state as Record<string, unknown>);
      else if (message.type === "reopen") retry();
      else if (message.type === "signed-out") onSignedOut();
    });
    return () => {
      stop();
      watchViews([]);
    };
  }, [retry, onSignedOut]);

  const board = opened?.board.id === view.board ? opened : null;
  return { board: board?.board ?? null, store: board?.store ?? EMPTY, offlineSince, problem: open.error as Problem | null, load, retry };
}

const EMPTY = new TileStore();
