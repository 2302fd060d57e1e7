import { identifySource } from '../../shared/data/index.js';
import { sourcesOf } from '../target/options.js';
import type { AdaptOptions, AutoOptions, ReleaseId } from './types.js';

const augmentation = ({ augment = 'none' }: Pick<AdaptOptions, 'augment'>) =>
  augment === 'none' ? undefined : augment;

/** What a result depends on, besides the engine: a checkpoint made with other values is refused. */
export function settingsOf(
  options: Omit<AutoOptions, 'resume'>,
  release: ReleaseId,
): Record<string, unknown> {
  const { epochs, batch, lr, featureLr, beta, alpha, threshold, seed } = options;
  const {
    method = 'shot',
    methodOptions,
    prior,
    partial,
    openSet,
    invert,
    rescale,
    orient,
    zoom,
    freeze,
  } = options;
  const [deslant, fill, freezeBnStatistics] = [
    options.deslant,
    options.fill,
    options.freezeBnStatistics,
  ].map((given) => given || undefined);
  const data = sourcesOf(options.data).map(identifySource);
  // absent where nothing is moved or turned upright, so that checkpoints from before the options fit
  const augment = augmentation(options);
  return {
    release: release.digest,
    data: Array.isArray(options.data) ? data : data[0],
    test: options.test && identifySource(options.test),
    epochs,
    batch,
    lr,
    featureLr,
    beta,
    alpha,
    threshold,
    seed,
    method,
    methodOptions,
    prior,
    partial,
    openSet,
    invert,
    rescale,
    orient,
    augment,
    deslant,
    fill,
    zoom,
    freeze,
    freezeBnStatistics,
  };
}

const lastOf = (path: string): string => path.split(/\/|%2F/i).at(-1) ?? '';

/** A notation of data without the folders of its files: what may be shown to others than the site. */
export function withoutFolders(notation: string): string {
  const [, reader = '', paths = '', rest = ''] = /^([^:/]*:)([^#?]*)(.*)$/s.exec(notation) ?? [];
  if (reader === '') return lastOf(notation);
  const files = paths.split(',').map(lastOf).join(',');
  return `${reader}${files}${rest.replace(/=([^#?&]*)/g, (_, value: string) => `=${lastOf(value)}`)}`;
}

/** Settings as a record keeps them: what is a path is the name of a file. */
export function forRecord(settings: Record<string, unknown>): Record<string, unknown> {
  const { data, test, prior, methodOptions } = settings;
  const short = (value: unknown): unknown =>
    typeof value === 'string' ? withoutFolders(value) : value;
  return {
    ...settings,
    data: Array.isArray(data) ? data.map(short) : short(data),
    test: short(test),
    prior: short(prior),
    methodOptions: mapped(methodOptions, short),
  };
}

/** The values of an object, each through `change`. */
const mapped = (value: unknown, change: (one: unknown) => unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, change(one)]))
    : value;
