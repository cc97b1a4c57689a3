// How times and states are said to people, the same everywhere.
import type { State } from "../probing/health";

const UNITS: [string, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** A span of time in its largest unit, such as "3 hours"; never less than a second. */
export function span(seconds: number): string {
  const whole = Math.max(1, Math.floor(seconds));
  const [unit, size] = UNITS.find(([, size]) => whole >= size) ?? ["second", 1];
  const count = Math.floor(whole / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

export const stateWords: Record<State, string> = {
  healthy: "Running",
  unhealthy: "Not available",
  starting: "Starting",
  unknown: "Not known",
};

/** Such as "Airflow", "Airflow and Jupyter", "GourmetGram, Airflow and Jupyter". */
export function listed(names: readonly string[]): string {
  const last = names.slice(-1);
  const others = names.slice(0, -1);
  return [others.join(", "), ...last].filter(Boolean).join(" and ");
}
