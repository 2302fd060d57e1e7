import { resolve } from 'node:path';
import { kindOf } from '../../client/transfer/kind.js';
import { path } from '../../shared/option.js';
import type { Outside, Rights } from '../operation.js';
import { networkRights } from './home-rights.js';

/** How an operation is told whose word counts for a mirror's certificate. */
export const mirrorOptions = {
  ca: path('<file>')
    .optional()
    .describe(
      'authority of https:// mirrors, PEM, besides those that the world knows (default: NODE_EXTRA_CA_CERTS)',
    ),
};

interface MirrorOptions {
  ca?: string;
}

/** The file of authorities, if there is one: as Node's own variable names it, which Node forgets for us. */
const authorityFile = ({ ca }: MirrorOptions, { env }: Pick<Outside, 'env'>): string | undefined =>
  ca ?? (env.NODE_EXTRA_CA_CERTS ? resolve(env.NODE_EXTRA_CA_CERTS) : undefined);

/** What a proxy on the way is called, by grpc-js. */
const PROXIES = ['grpc_proxy', 'https_proxy', 'http_proxy', 'no_grpc_proxy', 'no_proxy'];

/** What a step needs that asks sources: of this site's home what is no secret to the provider, no more. */
export function sourceRights(
  options: MirrorOptions & { from: readonly string[]; home: string },
  outside: Outside,
): Rights {
  const {
    read = [],
    write,
    folderMode,
  } = networkRights(options.home, (line) => outside.reporter.note(line, 'home-moved'));
  const folders = options.from.filter((from) => kindOf(from) === 'folder');
  const authorities = authorityFile(options, outside);
  return {
    network: true,
    read: [
      ...folders.map((from) => resolve(from)),
      ...(authorities === undefined ? [] : [authorities]),
      ...read,
    ],
    write,
    folderMode,
    keep: ['NODE_EXTRA_CA_CERTS', ...PROXIES],
  };
}

/** @throws FedshotError `not-found`, `format` */
export async function webAuthorities(
  options: MirrorOptions,
  context: Pick<Outside, 'env'>,
): Promise<string[]> {
  const file = authorityFile(options, context);
  if (file === undefined) return [];
  const { readAuthorityFile } = await import('../../client/transfer/index.js');
  return readAuthorityFile(file);
}
