/** A line of a container's log, for people. Rushes logs JSON there; what is none is shown as it is. */
const FIELDS_LEFT_OUT: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err', 'run_id']);

/** Nothing that comes from elsewhere may move the cursor. */
const withoutControls = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ');

/** JSON that is no line of a log, such as the report at the end of a run, is for programs. */
const LONGEST = 200;
const shown = (json: string): string => withoutControls(json.length > LONGEST ? `${json.slice(0, LONGEST)}…` : json);

const reasonOf = (err: unknown): string =>
  typeof err === 'object' && err !== null && 'message' in err && typeof err.message === 'string' ? `: ${err.message}` : '';

export const logLine = (line: string): string => {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return withoutControls(line);
  }
  if (typeof said !== 'object' || said === null || !('msg' in said) || typeof said.msg !== 'string') return shown(line);
  const { level, time, err } = said as { readonly level?: unknown; readonly time?: unknown; readonly err?: unknown }; // as: an object, of which nothing is relied on
  const fields = Object.entries(said)
    .filter(([name, value]) => !FIELDS_LEFT_OUT.has(name) && ['string', 'number', 'boolean'].includes(typeof value))
    .map(([name, value]) => `${name}=${String(value)}`);
  const clock = typeof time === 'string' ? (/T(\d\d:\d\d:\d\d)/.exec(time)?.[1] ?? '') : '';
  const loud = level === 'info' || typeof level !== 'string' ? '' : `${level.toUpperCase()} `;
  return withoutControls(`${clock} ${loud}${said.msg}${reasonOf(err)}${fields.length === 0 ? '' : `  ${fields.join(' ')}`}`.trimStart());
};
