import { createContext, useContext } from "react";
import type { Session } from "../api/client";

export interface SessionNow {
  session: Session | null;
  signedOut: () => void;
  leave: () => void;
}

export const SessionContext = createContext<SessionNow>({ session: null, signedOut: () => undefined, leave: () => undefined });

export function useSession(): SessionNow {
  return useContext(SessionContext);
}

export function can(session: Session | null, permission: string): boolean {
  return session?.me.permissions.includes(permission) ?? false;
}
