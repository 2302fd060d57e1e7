import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readBytes } from '../shared/files.js';
import { claim, type Claim } from './types.js';

const Isolation = z.looseObject({
  mechanism: z.string(),
  network: z.string(),
  files: z.string(),
  interfaces: z.array(z.string()),
  attempts: z.array(z.looseObject({ attempt: z.string(), result: z.string() })),
});

/** A site's records hold lists of its epochs and findings, and no data. */
const MOST_JSON_BYTES = 64 * 2 ** 20;

export const json = <T>(schema: z.ZodType<T>, file: string): T =>
  schema.parse(JSON.parse(readBytes(file, MOST_JSON_BYTES).toString()));

const WAY_OUT = /^(?:connect|send)\b/;

/** What the records of a site's runs say about their isolation. */
export class Apartness {
  readonly #network: string[] = [];
  readonly #files: string[] = [];
  /** Runs whose records say that the system could not confine files. */
  readonly #open: string[] = [];
  /** Runs whose records say that files were confined, but name no attempt to read one. */
  readonly #untried: string[] = [];
  readonly #tries: string[] = [];

  unreadable(name: string, error: unknown): void {
    const [why = ''] = (error as Error).message.split('\n');
    this.#network.push(`${name}: its records cannot be read: ${why}`);
  }

  /** @throws what is wrong with a record that cannot be read */
  read(name: string, file: string): void {
    if (!existsSync(file)) {
      this.#network.push(`${name}: no record of isolation`);
      return;
    }
    const { network, files, mechanism, attempts, interfaces } = json(Isolation, file);
    const ways = attempts.filter(({ attempt }) => WAY_OUT.test(attempt));
    const beyond = interfaces.filter((each) => each !== 'lo');
    if (network !== 'none' || beyond.length > 0)
      this.#network.push(`${name}: the network could be reached (${interfaces.join(', ')})`);
    if (ways.length === 0) this.#network.push(`${name}: no way out was tried`);
    const through = attempts.filter(({ result }) => result === 'succeeded');
    for (const { attempt } of through)
      if (WAY_OUT.test(attempt)) this.#network.push(`${name}: it could ${attempt}`);
      else if (files === 'confined') this.#files.push(`${name}: confined, and it could ${attempt}`);
    if (files !== 'confined')
      this.#open.push(
        `${name}: files were not confined on that system, and the run said so: install bubblewrap there, and adapt again`,
      );
    else if (ways.length === attempts.length)
      this.#untried.push(`${name}: no file was tried: adapt again with this version of fedshot`);
    const refused = attempts.length - through.length;
    this.#tries.push(
      `${name}: kept apart by ${mechanism}; ${refused} of ${attempts.length} ways out that were tried were refused`,
    );
  }

  /** @param missing why there are no records to check */
  claims(home: string, runs: readonly string[], missing: readonly string[]): Claim[] {
    const evidence = [...runs, ...this.#tries];
    const own =
      'the record is the site’s own: it vouches for itself to its auditor, not to the world';
    return [
      claim('site/network', `${home}: what read private data had no network`, {
        evidence,
        findings: this.#network,
        missing,
        notCovered: [own],
      }),
      claim('site/files', `${home}: what read private data saw no files but its own`, {
        evidence: this.#tries,
        findings: this.#files,
        missing: [...missing, ...this.#open, ...this.#untried],
        notCovered: [own],
      }),
    ];
  }
}
