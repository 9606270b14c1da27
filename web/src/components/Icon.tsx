/** 16 px line icons and the four status shapes, drawn in the colour of the text around them. */
const PATHS = {
  download: "M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11", print: "M4.5 6V2.5h7V6M4.5 11.5H2.5V6h11v5.5h-2M4.5 9.5h7v4h-7z",
  talk: "M2.5 3h11v8H8l-3 2.5V11H2.5z", bell: "M4 11V7.2a4 4 0 0 1 8 0V11l1.2 1.6H2.8zM6.6 14h2.8", decision: "M8 2l6 6-6 6-6-6z",
  boards: "M2.5 2.5h5v6h-5zM10 2.5h3.5v3.5H10zM10 8.5h3.5v5H10zM2.5 11h5v2.5h-5z",
  data: "M3 4c0-1.1 2.2-2 5-2s5 .9 5 2-2.2 2-5 2-5-.9-5-2zM3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2",
  target: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8 8h.01",
  kanban: "M2.5 2.5h3v11h-3zM6.5 2.5h3v7h-3zM10.5 2.5h3v9h-3z",
  book: "M8 4.2C6.6 3 4.7 2.6 2.5 2.6v9.6c2.2 0 4.1.4 5.5 1.5 1.4-1.1 3.3-1.5 5.5-1.5V2.6C11.3 2.6 9.4 3 8 4.2zM8 4.2v9.5",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7L14 14",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01", down: "M4 6l4 4 4-4", right: "M6 4l4 4-4 4", left: "M10 4L6 8l4 4",
  check: "M3 8.5l3.2 3.2L13 4.8", x: "M4 4l8 8M12 4l-8 8", plus: "M8 3v10M3 8h10",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6", cal: "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3",
  store: "M3 7v6.5h10V7M2 6l1-3.5h10L14 6a2 2 0 0 1-4 0 2 2 0 0 1-4 0 2 2 0 0 1-4 0z",
  tag: "M2.5 2.5H8l5.5 5.5L8 13.5 2.5 8zM5.2 5.2h.01", filter: "M2 4h12M4.5 8h7M7 12h2",
  lock: "M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2", table: "M2.5 3h11v10h-11zM2.5 6.5h11M2.5 9.8h11M7 3v10",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3", full: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  wall: "M2 3h12v8.5H2zM6 14h4M8 11.5V14", user: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8zM2.8 14c.5-2.8 2.4-4.2 5.2-4.2s4.7 1.4 5.2 4.2",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5", out: "M9.5 2.5h-6v11h6M7 8h7M11.2 5.2L14 8l-2.8 2.8",
  shield: "M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z", key: "M10.5 8.5a3 3 0 1 0-3-3c0 .4.1.8.2 1.1L2.5 11.8v1.7h2.2v-1.5h1.5v-1.5h1.5l.7-.8c.6.5 1.3.8 2.1.8zM11 5h.01",
  upload: "M8 10.5V2.5M4.8 5.5L8 2.3l3.2 3.2M2.5 10v3.5h11V10", warn: "M8 2.2L14.3 13.3H1.7zM8 6.5v3M8 11.5h.01", rows: "M2.5 3.5h11M2.5 8h11M2.5 12.5h11",
  pencil: "M3 13l.8-3L10.5 3.3a1.3 1.3 0 0 1 1.9 0l.3.3a1.3 1.3 0 0 1 0 1.9L6 12.2zM9.3 4.5l2.2 2.2",
  undo: "M5.5 3L2.5 6l3 3M2.5 6h6.5a4 4 0 0 1 0 8H6", redo: "M10.5 3l3 3-3 3M13.5 6H7a4 4 0 0 0 0 8h3", star: "M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.500l4-.6z",
  side: "M2.5 3h11v10h-11zM6 3v10", keyboard: "M1.5 4h13v8h-13zM4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.5 6.5h.01M5 9.5h6", eye: "M1.5 8C3 5.2 5.2 3.8 8 3.8s5 1.4 6.5 4.2c-1.5 2.8-3.7 4.2-6.5 4.2S3 10.8 1.5 8zM8 9.9a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8z",
  people: "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c.4-2.4 2-3.7 4.5-3.7s4.1 1.3 4.5 3.7M10.5 3.2a2.4 2.4 0 0 1 0 4.6M12 10.2c1.4.5 2.2 1.6 2.5 3.3",
  share: "M4 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM12 5.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM12 14.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM5.6 7.1l4.8-2.6M5.6 8.9l4.8 2.6", question: "M6 6a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1M8 11.5h.01M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, width = 1.5 }: { name: IconName; size?: number; width?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth={name === "more" ? 2 : width} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export type Level = "ok" | "watch" | "critical" | "info";

const SHAPES: Record<Level, [string, string]> = {
  ok: ["M6 .5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z", "M3.4 6.2l1.8 1.8 3.4-3.8"],
  watch: ["M6 .8l5.6 10H.4z", "M6 4.4v3M6 9h.01"],
  critical: ["M3.8.6h4.4l3.2 3.2v4.4l-3.2 3.2H3.8L.6 8.2V3.8z", "M6 3.2v3.2M6 8.7h.01"],
  info: ["M6 .5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z", "M6 5.6v3M6 3.4h.01"],
};

export function Shape({ level, size = 12 }: { level: Level; size?: number }) {
  const [ground, sign] = SHAPES[level];
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      <path d={ground} fill="currentColor" />
      <path d={sign} fill="none" stroke="var(--surface)" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

export function Status({ level, children }: { level: Level | "none"; children: React.ReactNode }) {
  return <span className={`st ${level}`}>{level === "none" ? null : <Shape level={level} size={11} />}{children}</span>;
}

export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" aria-hidden="true">
      <path d="M13 1.5c1.2 2.6 3 3.7 5.6 5.2 3.4 2 5.4 5 5.4 8.6 0 6-4.8 9.2-11 9.2S2 21.3 2 15.3c0-3.6 2-6.6 5.4-8.6C10 5.2 11.8 4.1 13 1.5z" fill="var(--accent)" />
      <path d="M3.3 19.2c2.3-1.7 5.8-2.6 9.7-2.6s7.4.9 9.7 2.6c-1.7 3.5-5.4 5.3-9.7 5.3s-8-1.8-9.7-5.3z" fill="var(--s3)" />
      <path d="M8.2 9.8c-1.8 1.2-2.8 2.8-2.9 4.6" fill="none" stroke="var(--accent-soft)" strokeWidth="1.5" strokeLinecap="round" opacity=".8" />
    </svg>
  );
}
