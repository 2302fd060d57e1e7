import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineOperation, type Operation } from '../../src/api/operation.js';
import { createIo, type ProcessIo } from '../../src/cli/io.js';
import { addCommand } from '../../src/cli/operation-command.js';
import { createProgram } from '../../src/cli/program.js';
import { run } from '../../src/cli/run.js';
import { FedshotError } from '../../src/shared/errors.js';
import { positiveInteger } from '../../src/shared/option.js';

function streams(signal = new AbortController().signal) {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal,
    env: {},
  });
  return { said, io };
}

const options = z.strictObject({ times: positiveInteger().default(1).describe('how often') });

/** A program with one command that does what the test says; with `answer` it answers before it ends. */
function program(io: ProcessIo, act: Operation<typeof options>['run'], answer?: () => string) {
  const operation = defineOperation({ name: 'probe', module: import.meta.url, options, run: act });
  const build = () => {
    const tree = createProgram(io);
    addCommand(tree, io, {
      operation,
      name: 'probe',
      about: 'for this test',
      examples: ['fedshot probe'],
      text: () => 'text',
      answer,
    });
    return tree;
  };
  return (argv: string[]) => run(argv, io, build);
}

describe('run', () => {
  it('prints help and the version on standard output and ends with 0', async () => {
    const { said, io } = streams();
    expect(await run(['--help'], io)).toBe(0);
    expect(said.out).toContain('At a site:');
    expect(await run(['--version'], io)).toBe(0);
    expect(said.out).toMatch(/\n\d+\.\d+\.\d+\n$/);
    expect(said.err).toBe('');
  });

  it.each([
    [['clinet'], "unknown command 'clinet'", 'Did you mean client?'],
    [['probe', '--time', '3'], "unknown option '--time'", 'Did you mean --times?'],
    [['probe', 'stray'], 'too many arguments', '--help'],
    [['probe', '--times', '0'], "option '--times <n>' argument '0' is invalid", '--help'],
  ])('refuses %j by name with exit code 2', async (argv, message, hint) => {
    const { said, io } = streams();
    const code = await program(io, () => Promise.reject(new Error('the command ran')))(argv);
    expect(code).toBe(2);
    expect(said.out).toBe('');
    expect(said.err).toMatch(/^fedshot: .*\n {2}→ .*\n$/);
    expect(said.err).toContain(message);
    expect(said.err).toContain(hint);
  });

  it('gives every error code its exit code, and one line with a hint', async () => {
    const { said, io } = streams();
    const error = new FedshotError('rollback', 'digits 3 is older than 4', { hint: 'ask why' });
    expect(await program(io, () => Promise.reject(error))(['probe'])).toBe(14);
    expect(said).toEqual({ out: '', err: 'fedshot: digits 3 is older than 4\n  → ask why\n' });
  });

  it('answers an error with one JSON document under --json', async () => {
    const { said, io } = streams();
    const error = new FedshotError('data', 'labels.gz: 12 is not a class');
    expect(await program(io, () => Promise.reject(error))(['probe', '--json'])).toBe(3);
    expect(JSON.parse(said.out)).toEqual({ error: { code: 'data', message: error.message } });
    expect(said.err).toBe('fedshot: labels.gz: 12 is not a class\n');
  });

  it('names an option that it does not know before one that is missing for that reason', async () => {
    const { said, io } = streams();
    const words = ['client', 'pull', '--from', 'a:1', '--home', 'x', '--nmae=digits'];
    expect(await run(words, io)).toBe(2);
    expect(said.err).toBe(
      "fedshot: unknown option '--nmae'\n  → required option '--name <name>' not specified\n",
    );
  });

  it('still names an option that is missing', async () => {
    const { said, io } = streams();
    expect(await run(['client', 'pull', '--from', 'a:1', '--home', 'x'], io)).toBe(2);
    expect(said.err).toContain("required option '--name <name>' not specified");
  });

  it('answers a refused command line with JSON as well', async () => {
    const { said, io } = streams();
    expect(await run(['client', 'fly', '--json'], io)).toBe(2);
    expect((JSON.parse(said.out) as { error: { code: string } }).error.code).toBe('usage');
  });

  it('prints no second document when a command fails after it has answered', async () => {
    const { said, io } = streams();
    const code = await program(
      io,
      (_options, context) => {
        context.answered({ ready: true });
        return Promise.reject(new FedshotError('network', 'the port is gone'));
      },
      () => 'ready',
    )(['probe', '--json']);
    expect(code).toBe(8);
    expect(said.out).toBe('{"ready":true}\n');
  });

  it('takes what the system refuses for no defect, wherever it was met', async () => {
    const { said, io } = streams();
    const full = Object.assign(new Error('ENOSPC: no space left on device, fsync'), {
      errno: -28,
      code: 'ENOSPC',
      syscall: 'fsync',
    });
    expect(await program(io, () => Promise.reject(full))(['probe'])).toBe(6);
    expect(said.err).toContain('make room, then run it again');
    expect(said.err).not.toContain('defect');
  });

  it('names a defect as a defect and ends with 1', async () => {
    const { said, io } = streams();
    expect(
      await program(io, () => Promise.reject(new TypeError('x is undefined')))(['probe']),
    ).toBe(1);
    expect(said.err).toContain('this is a defect in fedshot');
  });

  it('ends with 130 when a call was aborted by Ctrl-C', async () => {
    const stop = new AbortController();
    const { said, io } = streams(stop.signal);
    const code = await program(io, () => {
      stop.abort(new FedshotError('interrupted', 'stopped by SIGINT'));
      return Promise.reject(new DOMException('This operation was aborted', 'AbortError'));
    })(['probe']);
    expect(code).toBe(130);
    expect(said.err).toBe('fedshot: stopped by SIGINT\n');
  });

  it('keeps text off standard output under --json', async () => {
    const { said, io } = streams();
    const talk = (): Promise<number[]> => {
      io.out('for people');
      return Promise.resolve([1, 2]);
    };
    expect(await program(io, talk)(['probe', '--json'])).toBe(0);
    expect(said).toEqual({ out: '[1,2]\n', err: 'for people\n' });
  });
});

describe('createProgram', () => {
  function leaves(parent: Command): Command[] {
    return parent.commands.flatMap((child) => (child.commands.length ? leaves(child) : [child]));
  }
  const all = leaves(createProgram(streams().io)).filter((leaf) => leaf.name() !== 'help');

  it.each(all.map((leaf) => [`${leaf.parent?.name()} ${leaf.name()}`, leaf] as const))(
    '%s describes itself, takes --json and shows an example',
    (_name, leaf) => {
      expect(leaf.description()).not.toBe('');
      expect(leaf.options.map((option) => option.long)).toContain('--json');
      for (const option of leaf.options) expect(option.description, option.flags).not.toBe('');
      let help = '';
      leaf.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help).toMatch(/Examples:\n {2}\$ .*fedshot /);
    },
  );

  it('loads neither a tensor engine nor gRPC nor the report before a command runs', () => {
    const heavy = /\/node_modules\/(@tensorflow|@grpc|koffi|echarts|h5wasm)\//;
    const commands = loadedBy('cli/program.js');
    expect(commands.some((file) => file.includes('/node_modules/commander/'))).toBe(true);
    expect(commands.filter((file) => heavy.test(file))).toEqual([]);
    // What they load when they run is seen, of both kinds of modules.
    const report = loadedBy('shared/report/html/index.js').join('\n');
    expect(report).toMatch(/\/node_modules\/echarts\//);
    expect(loadedBy('shared/rpc/index.js').join('\n')).toMatch(/\/node_modules\/@grpc\//);
  });
});

/** Files that are loaded with a module of `dist`: those resolved as ES modules, and those required. */
function loadedBy(module: string): string[] {
  const hook = `export async function resolve(name, context, next) {
    const found = await next(name, context);
    process._rawDebug(found.url);
    return found;
  }`;
  const register = `import { register } from 'node:module';
    register('data:text/javascript,${encodeURIComponent(hook)}');`;
  const script = `import('${new URL(`../../dist/${module}`, import.meta.url).href}').then(() =>
    console.error(Object.keys(require('node:module')._cache).join('\\n')))`;
  const { stderr, status } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(register)}`, '-e', script],
    { encoding: 'utf8' },
  );
  expect(status, stderr).toBe(0);
  return stderr.split('\n').filter((file) => file.includes('node_modules'));
}
