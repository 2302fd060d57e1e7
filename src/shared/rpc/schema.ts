import { join } from 'node:path';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { FedshotError } from '../errors.js';
import type { ReleaseServiceDefinition } from './generated/fedshot/v1/ReleaseService.js';

const INCLUDE = join(import.meta.dirname, '../../../proto');
const FILE = 'fedshot/v1/releases.proto';
export const SERVICE = 'fedshot.v1.ReleaseService';

/** The schema as gRPC uses it: always this package's own file, never one from the network. */
export const packageDefinition: PackageDefinition = loadSync(FILE, {
  includeDirs: [INCLUDE],
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});

export const releaseService = packageDefinition[SERVICE] as unknown as ReleaseServiceDefinition;

/** What one field of a request may say at most. */
export interface FieldLimit {
  readonly name: string;
  readonly type: 'bytes' | 'string' | 'uint32';
  readonly repeated: boolean;
  /** Longest value in bytes (bytes, string) or largest value (uint32). */
  readonly max: number;
  /** Most items; 1 unless repeated. */
  readonly items: number;
  /** Most bytes of the field on the wire, tag and length included. */
  readonly maxBytes: number;
}

/** What one request message may say at most. */
export interface RequestLimit {
  /** gRPC path, e.g. `/fedshot.v1.ReleaseService/GetRoot`. */
  readonly method: string;
  readonly message: string;
  readonly fields: readonly FieldLimit[];
  /** Most bytes of the whole message. */
  readonly maxBytes: number;
}

const varintBytes = (n: number): number => Math.max(1, Math.ceil((32 - Math.clz32(n)) / 7));

/** Protobuf's encoding: tag, then a varint, or a length and that many bytes. */
function fieldBytes(id: number, type: FieldLimit['type'], max: number, items: number): number {
  const tag = varintBytes(id << 3);
  const one = type === 'uint32' ? varintBytes(max) : varintBytes(max) + max;
  if (type !== 'uint32') return items * (tag + one);
  return items === 1 ? tag + one : tag + varintBytes(items * one) + items * one;
}

function fieldLimit(field: protobuf.Field): FieldLimit {
  const options: Readonly<Record<string, number>> = field.options ?? {};
  const option = (name: string): number | undefined => options[`(${name})`];
  const { id, name, type, repeated } = field;
  if (type !== 'bytes' && type !== 'string' && type !== 'uint32')
    throw new FedshotError(
      'internal',
      `${field.fullName}: a request has no fields of type ${type}`,
    );
  const max = option(type === 'uint32' ? 'max_value' : 'max_bytes');
  const items = repeated ? option('max_items') : 1;
  if (max === undefined || items === undefined)
    throw new FedshotError('internal', `${field.fullName}: a request field without a limit`);
  return { name, type, repeated, max, items, maxBytes: fieldBytes(id, type, max, items) };
}

/**
 * Every request of the service with the most it can say, read from the schema itself: what the
 * server enforces and the audit prints.
 */
export function requestLimits(): RequestLimit[] {
  const root = new protobuf.Root();
  root.resolvePath = (_from, path) => (path.startsWith('google/') ? path : join(INCLUDE, path));
  root.loadSync(FILE);
  return root.lookupService(SERVICE).methodsArray.map((method) => {
    if (method.requestStream)
      throw new FedshotError('internal', `${method.fullName}: requests are never streams`);
    const message = root.lookupType(`fedshot.v1.${method.requestType}`);
    const fields = message.fieldsArray.map(fieldLimit);
    const maxBytes = fields.reduce((sum, field) => sum + field.maxBytes, 0);
    return { method: `/${SERVICE}/${method.name}`, message: message.name, fields, maxBytes };
  });
}
