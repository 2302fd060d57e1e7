import { describe, expect, test } from 'vitest';
import {
  healthAnswer,
  healthQuestions,
  reflectionAnswers,
} from '../../../src/shared/rpc/standard.js';
import { live, type Live } from '../../fixtures/live.js';
import { failed, redTeam, unattributed } from '../../fixtures/red-team.js';

const red = redTeam();
const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECT = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const raw = (bytes: Buffer): Buffer => bytes;
const questions = [...reflectionAnswers().keys()].map((hex) => Buffer.from(hex, 'hex'));

/** Asks the reflection service one thing after another on one stream. */
async function reflect({ client }: Live, asked: readonly Buffer[]): Promise<string> {
  const stream = client.makeBidiStreamRequest(REFLECT, raw, raw);
  for (const question of asked) stream.write(question);
  stream.end();
  let answers = 0;
  try {
    for await (const answer of stream as AsyncIterable<Buffer>)
      answers += answer.length > 0 ? 1 : 0;
  } catch (error) {
    return (error as { details: string }).details;
  }
  return `${answers} answers`;
}

/** Watches for a moment, then goes away. */
function watch({ client }: Live): Promise<Buffer> {
  return new Promise((resolve) => {
    const stream = client.makeServerStreamRequest(WATCH, raw, raw, healthQuestions[0]!);
    stream
      .on('error', () => undefined)
      .once('data', (answer: Buffer) => {
        stream.cancel();
        resolve(answer);
      });
  });
}

describe('health and reflection through the proxy', () => {
  test('probes of a server in service are explained to the last byte', async () => {
    const said: unknown[] = [];
    const result = await live(red, { honest: true }, async (site) => {
      for (const question of healthQuestions) said.push(await site.call(CHECK, question));
      said.push(await watch(site), await reflect(site, questions));
      await site.fetch();
    });
    expect(said).toEqual([
      ...[...healthQuestions, 'watched'].map(() => healthAnswer('SERVING')),
      `${questions.length} answers`,
    ]);
    expect(failed(result)).toBe('');
    expect(result).toMatchObject({ verdict: 'PASS', unexplainedBytes: 0 });
  });

  test('content in the answer of a health check, logged as it was sent', async () => {
    const result = await live(
      red,
      { health: () => Buffer.concat([healthAnswer('SERVING'), Buffer.alloc(8, 7)]) },
      ({ call }) => call(CHECK, healthQuestions[0]!),
    );
    expect(failed(result)).toMatch(
      /leaf \d+ \(Health, 10 bytes\): not an answer that this service has/,
    );
  });

  test('content in the answer of a health check, logged as if it were not there', async () => {
    const result = await live(
      red,
      {
        health: () => Buffer.alloc(2000, 7),
        logged: (entry) => (entry.method === 'Health' ? { ...entry, bytes: 2 } : entry),
      },
      ({ call }) => call(CHECK, healthQuestions[0]!),
    );
    expect(failed(result)).toMatch(/bytes from the provider that nothing explains/);
  });

  test('a question to the health service that names no service of ours is refused, and counted', async () => {
    const answers: unknown[] = [];
    const result = await live(red, { honest: true }, async ({ call }) => {
      for (let i = 0; i < 60; i++)
        answers.push(
          await call(CHECK, Buffer.concat([Buffer.of(0x0a, 100), Buffer.alloc(100, i)])),
        );
    });
    expect(answers.every((answer) => answer === 'not-found')).toBe(true);
    expect(unattributed(result)).toMatch(
      /bytes to the provider (that nothing explains|in requests that were refused)/,
    );
    expect(result.verdict).toBe('INCOMPLETE');
  });

  test('a question to reflection with data in place of a symbol is refused, and counted', async () => {
    const answers: string[] = [];
    const result = await live(red, { honest: true }, async (site) => {
      for (let i = 0; i < 60; i++)
        answers.push(
          await reflect(site, [Buffer.concat([Buffer.of(0x22, 100), Buffer.alloc(100, i)])]),
        );
    });
    expect(answers.every((answer) => answer === 'not-found')).toBe(true);
    expect(unattributed(result)).toMatch(
      /bytes to the provider (that nothing explains|in requests that were refused)/,
    );
    expect(result.verdict).toBe('INCOMPLETE');
  });

  test('a host in a question to reflection, which the standard would echo, is refused', async () => {
    let answer = '';
    await live(red, { honest: true }, async (site) => {
      const host = Buffer.from([0x0a, 2, 0x68, 0x69]);
      answer = await reflect(site, [Buffer.concat([host, questions[0]!])]);
    });
    expect(answer).toBe('not-found');
  });
});
