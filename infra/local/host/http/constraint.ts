/** Says whether a parameter's value satisfies an inline route constraint. */
export type Constraint = (value: string) => boolean;

const GUID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const NUMBER = /^[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const within = (bits: bigint): Constraint => {
  return (value) =>
    /^[+-]?\d+$/.test(value) && BigInt.asIntN(Number(bits), toBigInt(value)) === toBigInt(value);
};
const toBigInt = (value: string): bigint => BigInt(value.replace('+', ''));
const number: Constraint = (value) => NUMBER.test(value);
const isInt64 = within(64n);
const always = (constraint: Constraint) => (): Constraint => constraint;
const numbers = (args: string): number[] => args.split(',').map(Number);

/**
 * ASP.NET Core's inline constraints, by name; each takes the text between its parentheses.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export const CONSTRAINTS: Readonly<Record<string, (args: string) => Constraint>> = {
  int: always(within(32n)),
  long: always(isInt64),
  bool: always((value) => /^(?:true|false)$/i.test(value)),
  guid: always((value) => GUID.test(value.replace(/^\{(.*)\}$|^\((.*)\)$/, '$1$2'))),
  alpha: always((value) => /^[a-z]*$/i.test(value)),
  decimal: always(number),
  double: always(number),
  float: always(number),
  datetime: always((value) => !Number.isNaN(Date.parse(value))),
  required: always((value) => value !== ''),
  length: (args) => {
    const [least = 0, most = least] = numbers(args);
    return (value) => value.length >= least && value.length <= most;
  },
  minlength: (args) => (value) => value.length >= Number(args),
  maxlength: (args) => (value) => value.length <= Number(args),
  min: (args) => (value) => isInt64(value) && Number(value) >= Number(args),
  max: (args) => (value) => isInt64(value) && Number(value) <= Number(args),
  range: (args) => {
    const [least = 0, most = 0] = numbers(args);
    return (value) => isInt64(value) && Number(value) >= least && Number(value) <= most;
  },
  regex: (args) => {
    const expression = new RegExp(args, 'i');
    return (value) => expression.test(value);
  },
};
