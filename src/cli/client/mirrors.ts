import { resolve } from 'node:path';
import type { Command } from 'commander';
import { kindOf } from '../../client/transfer/kind.js';
import type { IsolateMode } from '../../shared/isolate/types.js';
import type { Io } from '../io.js';
import type { Needs } from '../isolation.js';
import { path } from '../options.js';
import { networkRights } from './home-rights.js';

/** How a command is told whose word counts for a mirror's certificate. */
export interface MirrorOptions {
  ca?: string;
}

export function addMirrorOptions(command: Command): Command {
  return command.option(
    '--ca <file>',
    'authority of https:// mirrors, PEM, besides those that the world knows (default: NODE_EXTRA_CA_CERTS)',
    path,
  );
}

/** The file of authorities, if there is one: as Node's own variable names it, which Node forgets for us. */
export const authorityFile = ({ ca }: MirrorOptions, io: Io): string | undefined =>
  ca ?? (io.env.NODE_EXTRA_CA_CERTS ? resolve(io.env.NODE_EXTRA_CA_CERTS) : undefined);

/** What a proxy on the way is called, by grpc-js. */
const PROXIES = ['grpc_proxy', 'https_proxy', 'http_proxy', 'no_grpc_proxy', 'no_proxy'];

/** What a step needs that asks sources: of this site's home what is no secret to the provider, no more. */
export function sourceNeeds(
  options: MirrorOptions & { from: readonly string[]; home: string; isolate: IsolateMode },
  io: Io,
): Needs {
  const {
    read = [],
    write,
    folderMode,
  } = networkRights(options.home, (line) => {
    io.reporter.note(line);
  });
  const folders = options.from.filter((from) => kindOf(from) === 'folder');
  return {
    isolate: options.isolate,
    network: true,
    read: [...folders.map((from) => resolve(from)), authorityFile(options, io), ...read],
    write,
    folderMode,
    keep: ['NODE_EXTRA_CA_CERTS', ...PROXIES],
  };
}

/** @throws FedshotError `not-found`, `format` */
export async function webAuthorities(options: MirrorOptions, io: Io): Promise<string[]> {
  const file = authorityFile(options, io);
  if (file === undefined) return [];
  const { readAuthorityFile } = await import('../../client/transfer/index.js');
  return readAuthorityFile(file);
}
