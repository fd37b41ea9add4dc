// Files that the page hands out: a chart as a picture, or its figures.
import { tokens } from "./tokens.ts";

export function download(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const margin = 12;
const titleHeight = 28;

/** A canvas of the page on the page's ground, with its title. */
export async function pictureOf(canvas: HTMLCanvasElement, title: string): Promise<Blob> {
  const ratio = canvas.width / (canvas.clientWidth || canvas.width);
  const made = document.createElement("canvas");
  made.width = canvas.width + 2 * margin * ratio;
  made.height = canvas.height + (titleHeight + 2 * margin) * ratio;
  const context = made.getContext("2d")!;
  const { ground, ink } = tokens();
  context.fillStyle = ground!;
  context.fillRect(0, 0, made.width, made.height);
  context.fillStyle = ink!;
  context.font = `${14 * ratio}px Inter Variable, sans-serif`;
  context.fillText(title, margin * ratio, (margin + 14) * ratio);
  context.drawImage(canvas, margin * ratio, (margin + titleHeight) * ratio);
  return new Promise((resolve, reject) =>
    made.toBlob(
      (blob) => (blob === null ? reject(new Error("The picture is too large.")) : resolve(blob)),
      "image/png",
    ),
  );
}
