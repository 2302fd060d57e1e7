import { once } from 'node:events';
import type { sendUnaryData, Server, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { FedshotError } from '../../shared/errors.js';
import { peerOf } from '../../shared/rpc/index.js';
import {
  healthAnswer,
  healthQuestions,
  healthService,
  reflectionAnswers,
  reflectionServices,
  type HealthState,
} from '../../shared/rpc/standard.js';
import { callOf, putOnRecord, refuse, type Call, type Desk } from './record.js';

/** Health and reflection, each answer on record before it leaves. */
export interface StandardServices {
  /** Says to everybody who asks or watches that this server is about to stop. */
  drain(): void;
}

const isKnown = (request: Buffer): boolean => healthQuestions.some((one) => one.equals(request));

/** Puts an answer on record. @throws FedshotError `not-found` for what is no question of ours */
async function logged(desk: Desk, call: Call, message: Buffer | undefined): Promise<Buffer> {
  const site = desk.access().identify(call.peer, desk.now());
  if (!message) throw new FedshotError('not-found', 'not on the list of questions');
  await putOnRecord(desk, { call, site, index: undefined }, message);
  return message;
}

type Stream = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/** Writes an answer that is on record, and waits for a reader that is slow. */
async function write(rpc: Stream, message: Buffer): Promise<void> {
  if (rpc.cancelled || rpc.write(message)) return;
  await Promise.race([once(rpc, 'drain'), once(rpc, 'cancelled')]);
}

/** Ends a stream: as it should, or with what went wrong. */
function finish(desk: Desk, call: Call, rpc: Stream, work: Promise<void>): void {
  // Cuts off a client that loses its access in the middle of it.
  const over = desk.running.add(rpc.getPeer(), () => {
    desk.access().identify(call.peer, desk.now());
  });
  work.then(
    () => {
      over();
      rpc.end();
    },
    async (error: unknown) => {
      over();
      const outcome = await refuse(desk, call, error);
      if (!rpc.cancelled) rpc.emit('error', outcome);
    },
  );
}

/** Adds both services to a server. */
export function addStandardServices(grpc: Server, desk: Desk): StandardServices {
  const draining = new AbortController();
  const state = (): HealthState => (draining.signal.aborted ? 'NOT_SERVING' : 'SERVING');

  async function watch(rpc: ServerWritableStream<Buffer, Buffer>, call: Call): Promise<void> {
    const late = draining.signal.aborted;
    const { signal } = draining;
    const over = new Promise<void>((resolve) => {
      // A watcher may not hold a connection for ever; it can ask again.
      const timer = setTimeout(done, desk.limits.idleMs).unref();
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      rpc.once('cancelled', done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
    // Not an error: a service may come to be that is not there yet.
    const now = (): Buffer => healthAnswer(isKnown(rpc.request) ? state() : 'SERVICE_UNKNOWN');
    await write(rpc, await logged(desk, call, now()));
    await over;
    if (rpc.cancelled || late || !signal.aborted || !isKnown(rpc.request)) return;
    await write(rpc, await logged(desk, call, now()));
  }
  async function reflect(rpc: ServerDuplexStream<Buffer, Buffer>, call: Call): Promise<void> {
    // Without the option the end of the questions would be the end of the answers as well.
    const questions = rpc.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    let asked = 0;
    for await (const question of questions) {
      asked++;
      await write(rpc, await logged(desk, call, reflectionAnswers().get(question.toString('hex'))));
    }
    if (asked === 0 && !rpc.cancelled) throw new FedshotError('format', 'asks for nothing');
  }

  grpc.addService(healthService, {
    Check: (rpc: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
      const call = callOf(healthService.Check.path, peerOf(rpc));
      const answer = isKnown(rpc.request) ? healthAnswer(state()) : undefined;
      logged(desk, call, answer).then(
        (message) => callback(null, message),
        async (error: unknown) => callback(await refuse(desk, call, error)),
      );
    },
    Watch: (rpc: ServerWritableStream<Buffer, Buffer>) => {
      const call = callOf(healthService.Watch.path, peerOf(rpc));
      finish(desk, call, rpc, watch(rpc, call));
    },
  });
  for (const service of reflectionServices)
    grpc.addService(service, {
      ServerReflectionInfo: (rpc: ServerDuplexStream<Buffer, Buffer>) => {
        const call = callOf(service.ServerReflectionInfo.path, peerOf(rpc));
        finish(desk, call, rpc, reflect(rpc, call));
      },
    });
  return { drain: () => draining.abort() };
}
