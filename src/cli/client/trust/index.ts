import type { Command } from 'commander';
import { group } from '../../command.js';
import type { Io } from '../../io.js';
import { addPin } from '../init.js';
import { register as registerShow } from './show.js';
import { register as registerUpdate } from './update.js';

export function register(parent: Command, io: Io): void {
  const trust = group(parent, 'trust', 'show, pin and update the provider that this site trusts');
  registerShow(trust, io);
  addPin(
    trust,
    io,
    'pin',
    'pin a provider’s root, or take its next root from a file',
    'fedshot client trust pin --trust trust.json --home work/site',
  );
  registerUpdate(trust, io);
}
