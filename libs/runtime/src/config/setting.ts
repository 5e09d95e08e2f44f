import { type Static, type TSchema } from 'typebox';

/** One setting, declared once: where its value may come from, what it may be, what it is for. */
export interface Setting<S extends TSchema = TSchema, D = unknown> {
  readonly variable: `RUSHES_${string}`;
  /** Without one it comes from the environment or a file. */
  readonly flag?: `--${string}`;
  /** What stands for the value in help: `PORT`. Empty for a switch. */
  readonly placeholder: string;
  readonly schema: S;
  /** The value when no source names one; `undefined`: then there is none. A function where it depends on the machine. */
  readonly fallback: D | (() => D);
  /** What the default is, in words, where the value itself says too little or depends on the machine. */
  readonly fallbackText?: string;
  readonly description: string;
  /** Never printed or logged. */
  readonly secret?: true;
  /** A path: relative ones count from the working directory, those in a file from the file's folder. */
  readonly path?: true;
  /** With `path`: a URL that begins so may stand in its place. */
  readonly orUrl?: string;
  /** A URL of a store. `scheme:relative/path` counts from where a path would; a name and password in it are never printed or logged. */
  readonly location?: true;
}

/** Declares a setting that always has a value. */
export const setting = <S extends TSchema>(declared: Setting<S, Static<S>>): Setting<S, Static<S>> => declared;

/** Declares a setting that may have no value; `fallbackText` says what happens then. */
export const optionalSetting = <S extends TSchema>(
  declared: Omit<Setting<S, undefined>, 'fallback'> & { readonly fallbackText: string },
): Setting<S, undefined> => ({ ...declared, fallback: undefined });

/** The type of a setting's value. */
export type SettingValue<T> = T extends Setting<infer S, infer D> ? Static<S> | (D extends undefined ? undefined : never) : never;
