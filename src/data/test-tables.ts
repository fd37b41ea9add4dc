// For this folder's tests: tables from text and from rows, and the error that something ends in.
import { ChainruleError } from "../ir/errors.ts";
import { describeColumns, parseDelimited, type Table, tableFromRows } from "./index.ts";

export const csv = (text: string, source = "people.csv") => parseDelimited(text, { source });
export const fromRows = (rows: readonly unknown[]) => tableFromRows(rows, { source: "rows" });
export const repeat = <T>(count: number, row: (r: number) => T): T[] => Array.from({ length: count }, (_, r) => row(r));
export const types = (table: Table, options = {}) =>
  Object.fromEntries(describeColumns(table, options).map(({ name, type }) => [name, type]));

/** `CODE: message` of the error that `run` ends in. */
export function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainruleError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("no error came");
}

export const penguins = `species,island,bill_length,sex,seen,tag
Adelie,Torgersen,39.1,male,2007-11-11,N1A1
Adelie,Torgersen,39.5,female,2007-11-11,N1A2
Adelie,Torgersen,NA,NA,2007-11-16,N2A1
Adelie,Biscoe,36.7,female,2007-11-16,N2A2
Gentoo,Biscoe,46.1,female,2007-11-27,N31A1
Gentoo,Biscoe,50,male,2007-11-27,N31A2
Gentoo,Biscoe,48.7,female,2007-12-03,N32A1
Gentoo,Biscoe,50,male,2009-12-03,N32A2
Chinstrap,Dream,46.5,female,2009-11-26,N61A1
Chinstrap,Dream,50,male,2009-11-26,N61A2
Chinstrap,Dream,51.3,male,2009-11-28,N62A1
,Dream,45.4,female,2009-11-28,N62A2
`;
