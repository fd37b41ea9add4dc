// Pixels to draw on, by pointer or keys: arrows move, Space inks and wipes.
import { useEffect, useRef } from "react";
import type { ImageColumns } from "../../sets/index.ts";

interface PixelGridProps {
  readonly image: ImageColumns;
  /** Row by row, 0 to 1: written in place as it is drawn. */
  readonly pixels: Float32Array;
  /** Grows where the pixels were changed from outside. */
  readonly drawing: number;
  readonly labelledBy: string;
  onDrawn(): void;
}

/** Ink of a pen about two pixels wide: at the pixel itself and at those beside it. */
const pen = { middle: 1, beside: 0.45 };

export function PixelGrid({ image: { width, height }, pixels, drawing, labelledBy, onDrawn }: PixelGridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const cells = useRef<(HTMLDivElement | null)[]>([]);
  const write = (place: number) => {
    const cell = cells.current[place];
    if (!cell) return;
    const value = pixels[place]!;
    cell.style.setProperty("--ink-share", `${Math.round(100 * value)}%`);
    cell.setAttribute(
      "aria-label",
      `row ${Math.floor(place / width) + 1}, column ${(place % width) + 1}: ${value.toFixed(1)}`,
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the pixels are written in place.
  useEffect(() => {
    for (let place = 0; place < pixels.length; place++) write(place);
  }, [drawing]);

  const ink = (x: number, y: number) => {
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      const [column, row] = [x + dx, y + dy];
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      const place = row * width + column;
      pixels[place] = Math.max(pixels[place]!, dx === 0 && dy === 0 ? pen.middle : pen.beside);
      write(place);
    }
    onDrawn();
  };
  const draw = ({ clientX, clientY, buttons, currentTarget }: React.PointerEvent) => {
    if (buttons === 0) return;
    const box = currentTarget.getBoundingClientRect();
    const x = Math.floor(((clientX - box.left) / box.width) * width);
    const y = Math.floor(((clientY - box.top) / box.height) * height);
    if (x >= 0 && y >= 0 && x < width && y < height) ink(x, y);
  };
  const press = (event: React.KeyboardEvent) => {
    const place = cells.current.indexOf(event.target as HTMLDivElement);
    if (place < 0) return;
    const [x, y] = [place % width, Math.floor(place / width)];
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === " ") {
      pixels[place] = pixels[place]! > 0 ? 0 : 1;
      write(place);
      onDrawn();
    } else if (move) {
      const next =
        cells.current[
          Math.min(height - 1, Math.max(0, y + move[1]!)) * width + Math.min(width - 1, Math.max(0, x + move[0]!))
        ];
      for (const cell of cells.current) if (cell && cell.tabIndex === 0) cell.tabIndex = -1;
      if (next) {
        next.tabIndex = 0;
        next.focus();
      }
    } else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: pixels are no rows of a table.
    <div
      ref={grid}
      className="image-grid image-drawing"
      role="grid"
      aria-labelledby={labelledBy}
      style={{ "--columns": width } as React.CSSProperties}
      tabIndex={-1}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        draw(event);
      }}
      onPointerMove={draw}
      onKeyDown={press}
    >
      {Array.from({ length: height }, (_, y) => (
        // biome-ignore lint/a11y/useSemanticElements: as above
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its index.
        // biome-ignore lint/a11y/useFocusableInteractive: its cells have the focus.
        <div key={y} role="row" className="image-line">
          {Array.from({ length: width }, (_, x) => (
            // biome-ignore lint/a11y/useSemanticElements: as above
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its index.
              key={x}
              ref={(element) => {
                cells.current[y * width + x] = element;
              }}
              role="gridcell"
              tabIndex={x === 0 && y === 0 ? 0 : -1}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
