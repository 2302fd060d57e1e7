import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Io } from '../io.js';
import { path } from '../options.js';

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

/** @throws FedshotError `not-found`, `format` */
export async function webAuthorities(options: MirrorOptions, io: Io): Promise<string[]> {
  const file = authorityFile(options, io);
  if (file === undefined) return [];
  const { readAuthorityFile } = await import('../../client/transfer/index.js');
  return readAuthorityFile(file);
}
