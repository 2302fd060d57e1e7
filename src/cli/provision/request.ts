import type { Command } from 'commander';
import requestSite from '../../api/provision/request.js';
import { grouped } from '../fingerprint.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: requestSite,
    name: 'request <name>',
    about: 'at a site: make a key that stays here, and a request to send',
    examples: ['fedshot provision request st-mary --out enrolment'],
    text: ({ request, key, fingerprint }) =>
      [
        `send to the provider: ${request}`,
        `keep here, and secret: ${key}`,
        `tell the provider over another channel: ${grouped(fingerprint)}`,
      ].join('\n'),
  });
}
