import { useEffect, useRef, useState } from "react";
import { useAppearance } from "../app/settings";
import { show, type Style, type Unit } from "../format/number";

const ROLL_MS = 400;

function still(): boolean {
  return typeof matchMedia === "undefined" || matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden;
}

/** Rolls from the number that stood there to the new one; with reduced motion it is simply there. */
export function useRolled(value: number | null): number | null {
  const [shown, setShown] = useState(value);
  const from = useRef(value);
  useEffect(() => {
    const start = from.current;
    from.current = value;
    if (value === null || start === null || start === value || still()) {
      setShown(value);
      return;
    }
    const began = performance.now();
    let handle = 0;
    const step = (now: number) => {
      const part = Math.min(1, (now - began) / ROLL_MS);
      setShown(part === 1 ? value : start + (value - start) * (1 - (1 - part) ** 3));
      if (part < 1) handle = requestAnimationFrame(step);
    };
    handle = requestAnimationFrame(step);
    return () => cancelAnimationFrame(handle);
  }, [value]);
  return shown;
}

export function Value({ value, unit, style = "tile", className = "val" }: { value: number | null; unit: Unit; style?: Style; className?: string }) {
  const { locale } = useAppearance();
  const rolled = useRolled(value);
  const shown = show(rolled, unit, locale, style);
  const exact = show(value, unit, locale, "exact");
  return (
    <span className={className} title={value === null ? undefined : exact.text + (exact.unit === "%" ? "%" : "")} data-value={value ?? ""}>
      {shown.text}
      {shown.unit && <small>{shown.unit}</small>}
    </span>
  );
}
