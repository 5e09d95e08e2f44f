export * from './count.ts';
export * from './extreme.ts';
export * from './histogram.ts';
export * from './latest.ts';
export * from './measure.ts';
export * from './sum.ts';
