/** Other ways to keep the promise, tried by the same histories. All of them off: the rules as they are written. */

export const VARIANTS = {
  changeRecordFirst: 'The change record is written before the rows; overlays do not wait.',
  memoryOutlivesExpiry: 'What an overlay read in time, it goes on serving after the coverage has expired.',
  cellByCell: 'Each field of a state is a cell of its own.',
  timestampIsOffset: 'Write timestamps are the bare offset.',
  positionsGoBack: 'A position replaces a higher one that another writer has written.',
} as const;

export type VariantName = keyof typeof VARIANTS;
export type Variants = Readonly<Record<VariantName, boolean>>;

export const NO_VARIANTS: Variants = {
  changeRecordFirst: false,
  memoryOutlivesExpiry: false,
  cellByCell: false,
  timestampIsOffset: false,
  positionsGoBack: false,
};
