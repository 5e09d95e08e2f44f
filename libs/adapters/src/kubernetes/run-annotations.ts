/** What a run writes to its job, and whoever follows it reads there. */
export const ANNOTATIONS = {
  version: 'rushes/version',
  step: 'rushes/step',
  progress: 'rushes/progress',
  outcome: 'rushes/outcome',
  message: 'rushes/message',
} as const;

export type RunProgress = { readonly [K in keyof typeof ANNOTATIONS]?: string };

export const progressIn = (annotations: Readonly<Record<string, string>> = {}): RunProgress =>
  Object.fromEntries(
    Object.entries(ANNOTATIONS).flatMap(([key, name]) => (annotations[name] === undefined ? [] : [[key, annotations[name]]])),
  );
