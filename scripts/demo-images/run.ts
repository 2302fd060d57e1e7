import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { drawPictures, type PictureDomain } from '../../src/examples/pictures/index.js';

/** The functions of fedshot that the demo calls: from `dist`, or in a test from the sources. */
type Fedshot = Pick<typeof import('../../src/index.js'), 'client' | 'provider'>;
type Run = Awaited<ReturnType<Fedshot['client']['adapt']>>;
type Settings = Parameters<Fedshot['client']['adapt']>[1];

export interface DemoOptions {
  /** Folder of the demo; what is in it is replaced. */
  out: string;
  /** Pictures at the provider, and at each site. */
  sourcePictures: number;
  pictures: number;
  /** Side of what the network sees. */
  size: number;
  /** What the sites have, each a domain of its own. */
  domains: readonly Exclude<PictureDomain, 'photo'>[];
  /** Passes over them. */
  epochs: number;
  adaptEpochs: number;
  seed: number;
  engine?: string;
  /** How commands are run, and what hears of their progress. */
  settings?: Settings;
  say?: (line: string) => void;
}

/** A site, the pictures that it has, and what came of them. */
export interface DemoSite {
  name: string;
  data: string;
  bytesReceived: number;
  run: Run;
}

/** Side of the pictures that are drawn. */
const SIDE = 64;
const NAME = 'shapes';
/** Nobody else sees the keys of a demo; they are encrypted all the same. */
const PASSPHRASE = 'the keys of a demonstration';

/**
 * A provider that has photographs, and sites that have sketches and posters of the same ten shapes: draws
 * them, trains, publishes, serves over gRPC and TLS, pulls, verifies and adapts. Sites know no labels; those
 * of the drawn folders are for scoring alone.
 *
 * @throws FedshotError as the functions that it calls
 */
export async function runDemo(
  { client, provider }: Fedshot,
  options: DemoOptions,
): Promise<{ heldOutAccuracy: number; sites: DemoSite[] }> {
  const { out, epochs, seed, engine, domains, settings = {}, say = () => undefined } = options;
  rmSync(out, { recursive: true, force: true });
  say('drawing pictures');
  const folders = await draw(options);

  say(`training on ${options.sourcePictures} photographs`);
  const model = join(out, 'provider', 'model');
  const { heldOutAccuracy } = await provider.train(
    {
      data: `images:${folders.photo}`,
      arch: 'lenet',
      size: options.size,
      recipe: 'shot-objects',
      featureLr: 1, // F begins at random
      epochs,
      seed,
      engine,
      out: model,
    },
    settings,
  );

  say('publishing');
  const store = join(out, 'provider', 'store');
  const secret = { passphrase: PASSPHRASE };
  await provider.init({ store, ...secret }, settings);
  await provider.publish({ model, name: NAME, store, ...secret }, settings);
  const stop = new AbortController();
  const serving = provider.serve(
    { store, port: 0, ...secret },
    { ...settings, signal: stop.signal },
  );
  try {
    const from = await addressOf(serving);
    const sites: DemoSite[] = [];
    for (const domain of domains) {
      say(`adapting to ${options.pictures} pictures of the domain "${domain}"`);
      sites.push(await site({ client }, domain, folders[domain], from, options));
    }
    return { heldOutAccuracy, sites };
  } finally {
    stop.abort();
    await serving;
  }
}

/** The folders of the domains that are drawn. */
async function draw(options: DemoOptions): Promise<Record<PictureDomain, string>> {
  const { out, sourcePictures, pictures, domains, seed } = options;
  const folderOf = (domain: PictureDomain): string => join(out, 'pictures', domain);
  await drawPictures(folderOf('photo'), {
    domain: 'photo',
    count: sourcePictures,
    seed,
    side: SIDE,
  });
  for (const domain of domains)
    await drawPictures(folderOf(domain), { domain, count: pictures, seed, side: SIDE });
  return { photo: folderOf('photo'), sketch: folderOf('sketch'), poster: folderOf('poster') };
}

/** Where the server listens, once it does. */
async function addressOf(serving: ReturnType<Fedshot['provider']['serve']>): Promise<string> {
  for await (const event of serving)
    if (event.type === 'ready') return (event.value as { address: string }).address;
  throw new Error('the server ended before it listened');
}

async function site(
  { client }: Pick<Fedshot, 'client'>,
  domain: PictureDomain,
  folder: string,
  from: string,
  { out, adaptEpochs, seed, engine, settings }: DemoOptions,
): Promise<DemoSite> {
  const home = join(out, 'sites', domain);
  const data = `images:${folder}`;
  const trust = join(out, 'provider', 'store', 'trust.json');
  await client.init({ home, trust }, settings);
  const { bytesReceived } = await client.pull({ home, from: [from], name: NAME }, settings);
  const run = await client.adapt(
    {
      home,
      name: NAME,
      data,
      recipe: 'shot-objects',
      featureLr: 1,
      epochs: adaptEpochs,
      seed,
      engine,
      samples: true,
    },
    settings,
  );
  return { name: domain, data: `images:${domain}`, bytesReceived, run };
}
