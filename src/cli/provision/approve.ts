import type { Command } from 'commander';
import approveSite from '../../api/provision/approve.js';
import type { Approved } from '../../provider/provision/index.js';
import { grouped } from '../fingerprint.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { describeEnrolled } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: approveSite,
    name: 'approve <request>',
    about: 'grant the request of a site that keeps its own key',
    examples: [
      'fedshot provision approve st-mary.csr --fingerprint "1f3a 90c2 …" --address weights.example.org:7443 --store work/store --out kits/st-mary',
    ],
    text: (result, { fingerprint }) =>
      [
        describeEnrolled(result),
        ...(fingerprint ? [] : [compare(result)]),
        ...(result.revokedWithoutKey > 0 ? [oldKeys(result)] : []),
      ].join('\n'),
  });
}

const compare = ({ fingerprint }: Approved): string =>
  `compare its key with the site, over another channel: ${grouped(fingerprint)}`;

const oldKeys = ({ revokedWithoutKey, site }: Approved): string =>
  `${revokedWithoutKey} revoked certificates of ${site} are from fedshot 0.1, which noted no keys: make sure that this is not one of those`;
