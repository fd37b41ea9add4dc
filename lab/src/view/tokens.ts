// Colours as canvases use them: read from the page's tokens, again where the theme changes.

const names = [
  ...["ground", "panel", "raised", "line", "ink", "faint", "grid", "zero", "negative", "positive", "accent"],
  ...["severe", "warning", "good"],
  ...["series-1", "series-2", "series-3", "series-4", "series-5", "series-6", "series-7"],
] as const;

export type Token = (typeof names)[number];
export type Tokens = Readonly<Record<string, string>>;

let known: Tokens | undefined;
const listeners = new Set<() => void>();

/** Colours by their names, as `rgb(…)`. */
export function tokens(): Tokens {
  known ??= read();
  return known;
}

function read(): Tokens {
  // light-dark() comes out only where it is used as a colour.
  const probe = document.createElement("span");
  document.body.append(probe);
  const colours = Object.fromEntries(
    names.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return colours;
}

const changed = (): void => {
  known = undefined;
  for (const listener of listeners) listener();
};

/** Calls where the theme changes. */
export function onTheme(listener: () => void): () => void {
  if (listeners.size === 0) {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
    new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}
