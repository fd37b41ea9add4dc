// Dates: days since 1970, and the week and the year as circles where the dates go round them.
import { isRecord } from "../../ir/json.ts";
import { maximum, minimum } from "../../ir/stats.ts";
import { cycles, periods } from "../cycles.ts";
import { type DateNotation, type DateOrder, dateForms, dateOrders, inferDates, parseDate } from "../dates.ts";
import { quote } from "../wording.ts";
import type { ValueType } from "./value-type.ts";

const usual: DateNotation = { form: "text", order: "month-first" };
const day = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);
const inWords = (order: string): string => order.replace("-", " ");

/** Another order by which a text is another day. */
function otherOrder(text: string | undefined, notation: DateNotation): DateOrder | undefined {
  const usualOther: DateOrder = notation.order === "day-first" ? "month-first" : "day-first";
  return [usualOther, ...dateOrders].find((order) => {
    const days = parseDate(text ?? "", { ...notation, order });
    return !Number.isNaN(days) && days !== parseDate(text ?? "", notation);
  });
}

export const dateType: ValueType<DateNotation> = {
  type: "date",
  wanted: "a date",
  form: ({ form }) =>
    form === "text"
      ? "e.g. 2021-04-03 or 2021-04-03 14:05"
      : form === "yyyymmdd"
        ? "as 20210403"
        : `${form} since 1970`,
  usual,
  reader: (notation) => (cell) => parseDate(cell, notation),
  infer(texts, { dateOrder }) {
    const found = inferDates(texts, dateOrder);
    if (found === undefined) return undefined;
    const { notation, ambiguous } = found;
    const days = texts.map((text) => parseDate(text, notation));
    const isOrdered = notation.form === "text" && texts.some((text) => /^\d{1,2}[/-]\d/.test(text.trim()));
    const order = isOrdered ? `, read ${inWords(notation.order)}` : "";
    const other = otherOrder(ambiguous, notation);
    const doubt =
      ambiguous === undefined || other === undefined
        ? undefined
        : {
            text: `${quote(ambiguous)} is read as ${day(parseDate(ambiguous, notation))}`,
            setting: "dateOrder" as const,
            value: other,
            does: `reads it as ${day(parseDate(ambiguous, { ...notation, order: other }))}`,
          };
    return { notation, remark: `${day(minimum(days))} to ${day(maximum(days))}${order}`, doubt };
  },
  isScaled: true,
  featureName: (column) => `${column} in days`,
  // A cycle is used when the dates span at least one of it and do not all fall on the same point of it: whole days have no
  // time of day, and weekly ones no weekday.
  cycles(present, range) {
    const values = present();
    return cycles.filter(
      (cycle) =>
        range >= periods[cycle] && values.some((value) => Math.abs(((value - values[0]!) / periods[cycle]) % 1) > 1e-9),
    );
  },
  parse(json, fail) {
    const form = isRecord(json) ? dateForms.find((each) => each === (json.form ?? "text")) : undefined;
    const order = isRecord(json) ? dateOrders.find((each) => each === json.order) : undefined;
    if (form === undefined || order === undefined)
      throw fail(`a form (${dateForms.join(", ")}) and an order (${dateOrders.join(", ")})`);
    return { form, order };
  },
};
