// The tab of a live run: its title and its icon tell progress and what is severe, while another tab is looked at.

export interface TabNews {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
  readonly isRunning: boolean;
  readonly isSevere: boolean;
}

const usual = { title: "", icon: "" };

const iconLink = (): HTMLLinkElement => document.querySelector<HTMLLinkElement>('link[rel="icon"]')!;

export function showInTab({ name, share, isRunning, isSevere }: TabNews): void {
  if (usual.icon === "") Object.assign(usual, { title: document.title, icon: iconLink().href });
  const percent = isRunning ? `${Math.floor(100 * share)} % · ` : "";
  document.title = `${isSevere ? "⚠ " : ""}${percent}${name}`;
  setIcon(URL.createObjectURL(new Blob([icon(share, isSevere)], { type: "image/svg+xml" })));
}

export function leaveTab(): void {
  if (usual.icon === "") return;
  document.title = usual.title;
  setIcon(usual.icon);
}

/** The browser fetches it when it likes: its few hundred bytes stay. */
function setIcon(href: string): void {
  iconLink().href = href;
}

/** A ring that closes; a dot in it where something is severe. */
function icon(share: number, isSevere: boolean): string {
  const length = 2 * Math.PI * 12;
  const ring = `<circle cx="16" cy="16" r="12" fill="none" stroke="#8884" stroke-width="5"/><circle cx="16" cy="16" r="12" fill="none" stroke="#6d35d0" stroke-width="5" stroke-dasharray="${share * length} ${length}" transform="rotate(-90 16 16)"/>`;
  const dot = isSevere ? '<circle cx="16" cy="16" r="6" fill="#b3261e"/>' : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${ring}${dot}</svg>`;
}
