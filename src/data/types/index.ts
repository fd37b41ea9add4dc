// The list of types of values, in the order in which a column is asked whether it holds them.
import { booleanType } from "./boolean.ts";
import { dateType } from "./date.ts";
import { durationType } from "./duration.ts";
import { numberType } from "./number.ts";
import { timeType } from "./time.ts";
import type { ValueType } from "./value-type.ts";

export const valueTypes = {
  boolean: booleanType,
  number: numberType,
  date: dateType,
  time: timeType,
  duration: durationType,
};

export type ValueTypeName = keyof typeof valueTypes;
export const valueTypeNames = Object.keys(valueTypes) as ValueTypeName[];

/** The record of a type, of whatever notation. */
export const valueType = (name: ValueTypeName): ValueType => valueTypes[name] as ValueType;
