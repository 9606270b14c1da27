import { digits } from "../../format/number";

/** A size of a file: bytes as B, KB, MB, GB (steps of 1,024). */
export function size(bytes: number): string {
  const step = Math.min(3, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${digits(bytes / 1024 ** step, step ? 1 : 0)} ${["B", "KB", "MB", "GB"][step]}`;
}

/** Seconds still to go at the present rate, null while it cannot be told. */
export function secondsLeft(done: number, whole: number, seconds: number): number | null {
  if (done <= 0 || whole <= 0 || seconds < 1) return null;
  return Math.max(0, Math.round((seconds / done) * (whole - done)));
}
