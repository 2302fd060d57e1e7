/**
 * gRPC's health and reflection services as a closed list: each question that is answered, and each
 * answer, is known beforehand, to the server as to whoever checks what it sent.
 */
import { EventEmitter } from 'node:events';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { service as healthDefinition } from 'grpc-health-check';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { present } from '../present.js';
import { packageDefinition, SERVICE, type RequestLimit } from './schema.js';

export const HEALTH_STATES = ['SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

const raw = (bytes: Buffer): Buffer => bytes;

/** A method with bytes at both ends: what is logged has to be exactly what is sent. */
const bytesOnly = (definition: AnyMethod) => ({
  ...definition,
  requestDeserialize: raw,
  responseSerialize: raw,
});

type AnyMethod = MethodDefinition<unknown, unknown>;

/** A method of a service that a library defines. */
const methodOf = (definition: ServiceDefinition, name: string): AnyMethod =>
  present(definition[name], `method ${name} of a standard service`);

const checkMethod = methodOf(healthDefinition, 'Check');

/** `Check` and `Watch` of `grpc.health.v1.Health`. */
export const healthService = {
  Check: bytesOnly(checkMethod),
  Watch: bytesOnly(methodOf(healthDefinition, 'Watch')),
};

/** Every question to the health service that is answered: for the server, and for its one service. */
export const healthQuestions: readonly Buffer[] = [{}, { service: '' }, { service: SERVICE }].map(
  (question) => checkMethod.requestSerialize(question),
);

export const healthAnswer = (status: HealthState): Buffer =>
  checkMethod.responseSerialize({ status });

interface Reflection {
  readonly definition: ServiceDefinition;
  readonly implementation: { ServerReflectionInfo(stream: EventEmitter): void };
}

/** What the library would have a server serve. */
function reflections(): Reflection[] {
  const found: Reflection[] = [];
  const server = {
    addService: (definition: ServiceDefinition, implementation: Reflection['implementation']) =>
      found.push({ definition, implementation }),
  };
  const service = new ReflectionService(packageDefinition, { services: [SERVICE] });
  service.addToServer(server);
  return found;
}

/** Versions `v1` and `v1alpha`, which are one on the wire. */
export const reflectionServices = reflections().map(({ definition }) => ({
  ServerReflectionInfo: bytesOnly(methodOf(definition, 'ServerReflectionInfo')),
}));

function questions(): object[] {
  const types = Object.entries(packageDefinition);
  const descriptors = types.flatMap(([, type]) =>
    Array.isArray(type.fileDescriptorProtos) ? type.fileDescriptorProtos : [],
  );
  const files = new Set(
    descriptors.map(
      (bytes) => (descriptor.FileDescriptorProto.decode(bytes) as unknown as { name: string }).name,
    ),
  );
  const methods = Object.keys(packageDefinition[SERVICE] ?? {}).map((name) => `${SERVICE}.${name}`);
  const symbols = [...types.map(([name]) => name), ...methods];
  return [
    ...['*', ''].map((listServices) => ({ listServices })),
    ...symbols.map((fileContainingSymbol) => ({ fileContainingSymbol })),
    ...[...files].map((fileByFilename) => ({ fileByFilename })),
  ];
}

function answers(): Map<string, Buffer> {
  const [{ definition, implementation }] = reflections() as [Reflection];
  const method = methodOf(definition, 'ServerReflectionInfo');
  return new Map(
    questions().map((question) => {
      const request = method.requestSerialize(question);
      let response: Buffer | undefined;
      const write = (message: unknown): void => void (response = method.responseSerialize(message));
      const stream = Object.assign(new EventEmitter(), { write });
      implementation.ServerReflectionInfo(stream);
      stream.emit('data', method.requestDeserialize(request));
      return [request.toString('hex'), present(response, 'an answer of the reflection service')];
    }),
  );
}

let known: Map<string, Buffer> | undefined;

/**
 * Every question to the reflection service that is answered (hex of the request), with its answer. One
 * that names a host, or anything that the schema does not have, is none.
 */
export const reflectionAnswers = (): ReadonlyMap<string, Buffer> => (known ??= answers());

/** The most that one question of each service can say, under the longest path that it goes by. */
export function standardLimits(): Record<'Health' | 'Reflection', RequestLimit> {
  const longest = (list: readonly number[]): number => Math.max(...list);
  const limit = (method: string, message: string, maxBytes: number): RequestLimit => ({
    method,
    message,
    maxBytes,
    fields: [],
  });
  const paths = reflectionServices.map(({ ServerReflectionInfo }) => ServerReflectionInfo.path);
  const asked = [...reflectionAnswers().keys()].map((hex) => hex.length / 2);
  return {
    Health: limit(
      healthService.Check.path,
      'HealthCheckRequest',
      longest(healthQuestions.map(({ length }) => length)),
    ),
    Reflection: limit(
      paths.reduce((a, b) => (b.length > a.length ? b : a)),
      'ServerReflectionRequest',
      longest(asked),
    ),
  };
}
