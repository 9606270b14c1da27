/** A bar that fills; `share` 0–1, null = how much there is to do is not known. */
export function Progress({ share, label }: { share: number | null; label: string }) {
  const percent = share === null ? undefined : Math.round(Math.min(1, share) * 100);
  return (
    <span className={share === null ? "bar moving" : "bar"} role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <i style={{ width: `${percent ?? 30}%` }} />
    </span>
  );
}
