/** To choose from, with their names. */
export const digits = Array.from({ length: 10 }, (_, digit) => [String(digit), String(digit)] as const);

/** What an address says may be anything. */
export const digitOf = (value: number, otherwise: number): number =>
  Number.isInteger(value) && value >= 0 && value <= 9 ? value : otherwise;
