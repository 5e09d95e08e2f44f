import { InvalidArgumentError } from 'commander';

/** Parses a flag's value as a whole number of at least `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`give a whole number from ${least} on.`);
    return value;
  };
