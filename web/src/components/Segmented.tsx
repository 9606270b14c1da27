import { useRef } from "react";

interface Props<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
  wide?: boolean;
}

/** One of a few; arrow keys move, as in a radio group. */
export function Segmented<T extends string>({ label, value, options, onChange, wide }: Props<T>) {
  const group = useRef<HTMLDivElement>(null);
  const move = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const index = options.findIndex(([each]) => each === value);
    const next = (index + step + options.length) % options.length;
    onChange((options[next] as readonly [T, string])[0]);
    (group.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div className={wide ? "seg wide" : "seg"} role="radiogroup" aria-label={label} ref={group} onKeyDown={move}>
      {options.map(([key, text]) => (
        <button key={key} type="button" role="radio" aria-checked={key === value} tabIndex={key === value ? 0 : -1} onClick={() => onChange(key)}>
          {text}
        </button>
      ))}
    </div>
  );
}
