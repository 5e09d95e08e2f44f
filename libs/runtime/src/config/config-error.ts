import { UsageError } from '../errors.ts';

/** One thing that is wrong with the configuration. */
export interface ConfigFault {
  /** Where it stands: `RUSHES_PORT`, `--port` or `rushes.config.json: http.port`. */
  readonly origin: string;
  readonly message: string;
  /** How to put it right. */
  readonly remedy: string;
}

/** Everything that is wrong with the configuration, all sources together. */
export class ConfigError extends UsageError {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];
  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(({ origin, message, remedy }) => `  ${origin}: ${message}. ${remedy}.`);
    super(`the configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`, {
      hint: '`rushes config` lists every setting with its value and origin.',
    });
    this.faults = faults;
  }
}
