// Numbers as a person reads them: significant digits, units, durations, metrics.
import { grouped } from "../../data/wording.ts";
import { isGain } from "../../train/metric-names.ts";

/** Four significant digits: 0.3412, 12.34, 12345; 3.412e-5 outside 10⁻³ … 10⁶. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (size < 1e-3 || size >= 1e6) return exponential(value, 3);
  return value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(size))));
}

/** Two significant digits in powers of ten, for sizes that span many decades: 2.3e-3. */
export function magnitude(value: number): string {
  return value === 0 || !Number.isFinite(value) ? String(value) : exponential(value, 1);
}

/** Three significant digits, 0.94 or 12.3; outside 10⁻³ … 10³ as a power of ten: 2.3e-5. */
export const plainOrPower = (value: number): string =>
  value === 0 || value >= 1000 || value < 0.001 ? magnitude(value) : String(Number(value.toPrecision(3)));

const exponential = (value: number, decimals: number) => value.toExponential(decimals).replace("e+", "e");

/** Three significant digits and a unit prefix: 950, 12.3k, 4.56M. */
export function compact(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (const [size, prefix] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (value >= size * 0.9995) return (value / size).toPrecision(3).replace("e+3", "000") + prefix;
  return value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}

/** 0.42 s, 4.2 s, 42 s, 1m 05s, 2h 05m. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "?";
  if (seconds < 0.995) return `${Math.round(seconds * 100) / 100} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${grouped(Math.floor(minutes / 60))}h ${two(minutes % 60)}m`;
}

export const percent = (share: number, decimals: number) => `${(share * 100).toFixed(decimals)}%`;

/** How a metric is shown: under its name, with four significant digits, where it says nothing else. */
interface MetricFormat {
  readonly label?: string;
  readonly text?: (value: number) => string;
  /** The one to show of a training where there is room for one. */
  readonly isHeadline?: true;
  /** It is measured in the target's unit: a mean over targets of several units says little. */
  readonly hasUnit?: true;
}

const fourDecimals = (value: number) => value.toFixed(4);

const metricFormats: Readonly<Record<string, MetricFormat>> = {
  accuracy: { text: (value) => percent(value, 2), isHeadline: true },
  rocAuc: { label: "ROC AUC", text: fourDecimals },
  logLoss: { label: "log loss" },
  macroF1: { label: "macro F1", text: fourDecimals },
  brier: { label: "Brier score", text: fourDecimals },
  ece: { label: "calibration error", text: fourDecimals },
  pinball: { label: "pinball loss", isHeadline: true, hasUnit: true },
  coverage: { label: "targets below", text: (value) => percent(value, 1) },
  deviance: { isHeadline: true, hasUnit: true },
  rmse: { label: "RMSE", isHeadline: true, hasUnit: true },
  mae: { label: "MAE" },
  r2: { label: "R²", text: fourDecimals, isHeadline: true },
};

export const metricLabel = (name: string): string => metricFormats[name]?.label ?? name;

export const metricValue = (name: string, value: number): string => (metricFormats[name]?.text ?? significant)(value);

/** Whether a value of a metric is worse than another one. */
export const isWorseMetric = (name: string, value: number, than: number): boolean =>
  isGain(name) ? !(value >= than) : !(value <= than);

/**
 * "accuracy" of classes, "rmse" of values or the figure of their loss; undefined where neither was measured. Of means over several
 * targets one that has no unit: "r2" of values.
 */
export const headline = (metrics: Readonly<Record<string, number>> | undefined, areMeans = false): string | undefined =>
  Object.entries(metricFormats).find(
    ([name, { isHeadline, hasUnit }]) => isHeadline && !(areMeans && hasUnit) && metrics?.[name] !== undefined,
  )?.[0];
