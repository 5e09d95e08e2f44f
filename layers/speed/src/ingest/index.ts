export { type Cursor, type CursorFolder, type CursorStore, openCursors } from './cursor.ts';
export { type DeadLetter, type LetterOrigin } from './dead-letter.ts';
export { deadLetters, type LetterEntry, listLetters, readLetter, type RetrialOutcome, retryLetter } from './dead-letters.ts';
export { FORMAT_NAMES } from './formats/recognize-format.ts';
export { type FileSource, type FileSourceOptions, openFileSource } from './open-file-source.ts';
export { BrokenSourceError } from './read-lines.ts';
export { type Clock, systemClock } from './pace.ts';
export { replay, type ReplayContext, type ReplayOptions, type ReplayProgress, type ReplayReport } from './replay.ts';
export { type Source, type SourceEvent, type SourceFault, type SourceItem } from './source.ts';
