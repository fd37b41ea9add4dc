// What units make of the plane: their values over a grid of the two numbers that all features follow from.
import { compile, type Tensor, tensor } from "chainrule";
import { apply, type Variables } from "chainrule/nn";
import type { Opened } from "./open.ts";

/** The edges of the plane, in the units of the columns. */
export interface PlaneEdges {
  readonly columns: readonly [string, string];
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Rows on the plane. */
export interface PlanePoints {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Class indices, or targets as the network has them. */
  readonly target: Float32Array;
}

/** A margin around the points, as a share of their extent. */
const margin = 0.1;

export class Planes {
  readonly #opened: Opened;
  readonly #grids = new Map<number, Tensor>();
  readonly edges: PlaneEdges | undefined;
  #forward: ((variables: Variables, x: Tensor) => Readonly<Record<string, Tensor>>) | undefined;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.edges = edgesOf(opened);
  }

  get isDrawn(): boolean {
    return this.edges !== undefined;
  }

  /** [resolution, resolution] for each unit, by "layers.0[3]", and each feature, by "x[1]": rows from the lowest value of the second column up. */
  draw(
    variables: Variables,
    resolution: number,
    names: readonly string[] | undefined,
  ): Readonly<Record<string, Float32Array>> {
    if (this.edges === undefined) return {};
    const { model } = this.#opened;
    this.#forward ??= compile(
      (v: Variables, x: Tensor) => {
        const values: Record<string, Tensor> = { x };
        apply(model, v, x, (name, value) => (values[name] = value));
        return values;
      },
      { deterministic: true, threads: 1 },
    );
    const values = this.#forward(variables, this.#grid(resolution));
    return Object.fromEntries(
      Object.entries(values).flatMap(([name, { data, shape }]) =>
        Array.from({ length: shape[1]! }, (_, unit) => [`${name}[${unit}]`, unit] as const).flatMap(([own, unit]) =>
          names === undefined || names.includes(own)
            ? [[own, Float32Array.from({ length: shape[0]! }, (_, i) => data[i * shape[1]! + unit]!)] as const]
            : [],
        ),
      ),
    );
  }

  /** The rows for training. */
  points(): PlanePoints | undefined {
    if (this.edges === undefined) return undefined;
    const target = Float32Array.from(this.#opened.options.data.y.data);
    const [x, y] = this.edges.columns.map((name) => Float32Array.from(valuesOf(this.#opened, name)));
    return { x: x!, y: y!, target };
  }

  #grid(resolution: number): Tensor {
    const known = this.#grids.get(resolution);
    if (known !== undefined) return known;
    const { x, y, columns } = this.edges!;
    const at = ([low, high]: readonly [number, number], i: number) => low + ((high - low) * (i + 0.5)) / resolution;
    const { derive, encode } = this.#opened;
    const points = Array.from({ length: resolution * resolution }, (_, i) => ({
      [columns[0]]: at(x, i % resolution),
      [columns[1]]: at(y, Math.floor(i / resolution)),
    }));
    const grid =
      encode?.(points.map((point) => derive?.(point) ?? point)) ??
      tensor(points.map((point) => columns.map((column) => point[column]!)));
    this.#grids.set(resolution, grid);
    return grid;
  }
}

/** Of the rows for training, in the unit of the column: standardised values scaled back, however their cells are written. */
function valuesOf({ prepared, features, options }: Opened, name: string): Float64Array {
  const at = features.indexOf(name);
  const { data, shape } = options.data.x;
  const column = prepared?.preprocessing.columns.find((one) => one.name === name);
  const [scale, shift] =
    column?.type === "number" && prepared!.preprocessing.standardize ? [column.std, column.mean] : [1, 0];
  return Float64Array.from({ length: shape[0]! }, (_, row) => data[row * shape[1]! + at]! * scale + shift);
}

function edgesOf(opened: Opened): PlaneEdges | undefined {
  const { prepared, features, derived = [] } = opened;
  const own = prepared?.preprocessing.columns.filter(({ name }) => !derived.includes(name));
  if (own?.some(({ type }) => type !== "number")) return undefined;
  const names = own?.map(({ name }) => name) ?? features;
  if (names.length !== 2 || names.some((name) => !features.includes(name))) return undefined;
  const [x, y] = names.map((name) => edges(valuesOf(opened, name)));
  return { columns: [names[0]!, names[1]!], x: x!, y: y! };
}

function edges(values: Float64Array): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const room = (high - low || 1) * margin;
  return [low - room, high + room];
}
