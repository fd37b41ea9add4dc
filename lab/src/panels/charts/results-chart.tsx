// How well the network does as it stands: the confusion matrix of classes, R² of numbers.
import { useEffect, useRef, useState } from "react";
import { useAsked } from "../../page/use-asked.ts";
import type { Results } from "../../training/results.ts";
import { counted, percent, shown } from "../../view/numbers.ts";
import { diverging } from "../../view/scale.ts";
import { onTheme } from "../../view/tokens.ts";

/** Classes of a matrix that are shown. */
const mostClasses = 12;

export function ResultsChart() {
  const [results, setResults] = useState<Results>();
  const cells = useRef<HTMLTableElement>(null);
  useAsked((service) => service.results(), setResults, { pause: 400 });
  useEffect(() => {
    const colour = () => {
      for (const cell of cells.current?.querySelectorAll<HTMLElement>("[data-share]") ?? []) {
        // Under half of the hue text keeps its contrast.
        cell.style.backgroundColor = diverging(Number(cell.dataset.share) * 0.45);
      }
    };
    colour();
    return onTheme(colour);
  });
  if (results === undefined) return null;
  const of = `${counted(results.rows)} ${results.split} rows`;
  if (results.kind === "numbers")
    return (
      <figure className="chart">
        <figcaption className="chart-head panel-title">R², {of}</figcaption>
        <dl className="chart-results">
          {results.targets.map(({ name, r2 }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="number">{shown(r2)}</dd>
            </div>
          ))}
        </dl>
      </figure>
    );
  const classes = results.classes.slice(0, mostClasses);
  return (
    <figure className="chart">
      <figcaption className="chart-head panel-title">
        Confusion, {of}, {percent(results.accuracy)} right
      </figcaption>
      <div className="chart-confusion">
        <table ref={cells}>
          <thead>
            <tr>
              <th scope="col">is \ taken for</th>
              {classes.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((name, i) => {
              const row = results.confusion[i]!;
              const sum = row.reduce((total, count) => total + count, 0) || 1;
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {classes.map((other, j) => (
                    <td
                      key={other}
                      className="number"
                      // What is right is blue, what is wrong orange.
                      data-share={((i === j ? 1 : -1) * row[j]!) / sum}
                    >
                      {counted(row[j]!)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
