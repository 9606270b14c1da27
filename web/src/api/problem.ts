/** A refusal of the server (RFC 9457), or no answer at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = "Problem";
  }

  /** No answer: the server is gone or out of reach. */
  get offline(): boolean {
    return this.status === 0;
  }
}

interface ProblemDocument {
  code?: string;
  detail?: unknown;
  title?: string;
}

export function problemFrom(response: Response | null, body: unknown): Problem {
  if (!response) return new Problem(0, "offline", "");
  const told = (body ?? {}) as ProblemDocument;
  const detail = typeof told.detail === "string" ? told.detail : (told.title ?? response.statusText);
  const after = Number(response.headers.get("Retry-After"));
  return new Problem(response.status, told.code ?? String(response.status), detail, Number.isFinite(after) && after > 0 ? after : null);
}
