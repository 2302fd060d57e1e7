import type { Command } from 'commander';
import enrolSite from '../../api/provision/site.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { describeEnrolled } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: enrolSite,
    name: 'site <name>',
    about: 'enrol a site: its key, certificate and start-up kit',
    examples: [
      'fedshot provision site st-mary --address weights.example.org:7443 --store work/store --out kits/st-mary',
    ],
    text: describeEnrolled,
  });
}
