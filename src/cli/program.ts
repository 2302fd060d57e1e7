import { Command } from 'commander';
import { commands } from '../api/command.js';
import { registerAudit } from './audit/index.js';
import { registerClient } from './client/index.js';
import { registerEngine } from './engine/index.js';
import type { ProcessIo } from './io.js';
import { registerKeys } from './keys/index.js';
import { registerProvider } from './provider/index.js';
import { addCommand } from './operation-command.js';
import { registerProvision } from './provision/index.js';
import { register as registerSimulate } from './simulate.js';
import { version } from '../shared/version.js';

/** Builds the whole command tree; nothing runs yet. */
export function createProgram(io: ProcessIo): Command {
  const help = new Command('help')
    .argument('[command]')
    .description('the same as --help')
    .helpGroup('Anywhere:');
  const program = new Command('fedshot')
    .description('Federated source-free adaptation: signed weights travel, data stays where it is.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .option(
      '--plugin <file>',
      'load definitions from a file (or FEDSHOT_PLUGINS); may be repeated',
      (file: string, before?: string[]) => [...(before ?? []), file],
    )
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.complain(text),
      outputError: () => undefined, // the frame prints errors, in one form
    })
    .exitOverride()
    .hook('preAction', (_program, leaf) => {
      io.json = leaf.opts<{ json?: boolean }>().json === true;
    })
    .addHelpText('after', QUICK_START)
    .addHelpCommand(help);

  program.commandsGroup('See it work:');
  registerSimulate(program, io);
  program.commandsGroup('At the provider:');
  registerProvider(program, io);
  registerProvision(program, io);
  registerKeys(program, io);
  program.commandsGroup('At a site:');
  registerClient(program, io);
  program.commandsGroup('Anywhere:');
  registerEngine(program, io);
  registerAudit(program, io);
  for (const added of commands.all()) {
    const group = program.commands.find((one) => one.name() === added.group);
    if (group) addCommand(group, io, added);
  }
  return program;
}

const QUICK_START = `
Start here:
  $ fedshot simulate --sites 3          a provider and three sites on this machine
  $ fedshot client adapt --help         every command explains itself, with examples
`;
