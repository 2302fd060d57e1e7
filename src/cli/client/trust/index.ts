import type { Command } from 'commander';
import { group } from '../../command.js';
import type { Io } from '../../io.js';
import { register as registerPin } from './pin.js';
import { register as registerShow } from './show.js';
import { register as registerUpdate } from './update.js';

export function register(parent: Command, io: Io): void {
  const trust = group(parent, 'trust', 'show, pin and update the provider that this site trusts');
  for (const one of [registerShow, registerPin, registerUpdate]) one(trust, io);
}
