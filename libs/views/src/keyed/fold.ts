/** The executors of a keyed view that need no engine. Pure. */
import type { EventRow, Measure } from '../measures/index.ts';
import type { KeyedView, ViewState } from './keyed-view.ts';

type AnyState = Readonly<Record<string, unknown>>;

const eachMeasure = (view: KeyedView, next: (measure: Measure, name: string) => unknown): AnyState => {
  const state: Record<string, unknown> = {};
  for (const name in view.measures) {
    const measure = view.measures[name];
    if (measure) state[name] = next(measure, name);
  }
  return state;
};

// oxlint-disable-next-line typescript/no-explicit-any -- see `keyedView`
type Measures<View> = View extends KeyedView<infer M extends Readonly<Record<string, Measure<any>>>> ? M : never;
export type StateOf<View> = ViewState<Measures<View>>;

/** The state of no events. */
export const emptyState = <View>(view: View): StateOf<View> =>
  eachMeasure(view as unknown as KeyedView, (measure) => measure.empty) as StateOf<View>; // as, here and below: states by the view's own measures

/** One more event, which has to come after those folded before. */
export const foldEvent = <View>(view: View, state: StateOf<View>, row: EventRow): StateOf<View> =>
  eachMeasure(view as unknown as KeyedView, (measure, name) => measure.fold((state as AnyState)[name], row)) as StateOf<View>;

/** `later` holds events that come after all of `earlier`. */
export const mergeStates = <View>(view: View, earlier: StateOf<View>, later: StateOf<View>): StateOf<View> =>
  eachMeasure(view as unknown as KeyedView, (measure, name) =>
    measure.merge((earlier as AnyState)[name], (later as AnyState)[name]),
  ) as StateOf<View>;

export const encodeState = (state: AnyState): string => JSON.stringify(state);

/** A state as `encodeState` or the batch engine's `to_json` wrote it. */
export const decodeState = <View>(_view: View, text: string): StateOf<View> => JSON.parse(text) as StateOf<View>; // as: written under the view's stored name
