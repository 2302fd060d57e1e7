import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { FedshotError } from '../../../src/shared/errors.js';
import { fromStatus, isTransient, toStatus } from '../../../src/shared/rpc/index.js';

const failed = (code: status, details: string): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: new Metadata() });

describe('toStatus', () => {
  it('says one word, never the message', () => {
    const secret = new FedshotError('not-found', 'no such file: /data/patients/mueller.csv');
    expect(toStatus(secret)).toEqual({ code: status.NOT_FOUND, details: 'not-found' });
    expect(toStatus(new Error('/data/patients'))).toEqual({
      code: status.INTERNAL,
      details: 'internal',
    });
    expect(toStatus(new FedshotError('data', 'label 7'))).toEqual({
      code: status.INTERNAL,
      details: 'internal',
    });
  });
});

describe('fromStatus', () => {
  it.each([
    ['not-found', status.NOT_FOUND, 'not-found'],
    ['denied', status.PERMISSION_DENIED, 'denied'],
    ['limit', status.RESOURCE_EXHAUSTED, 'Received message larger than max'],
    ['network', status.UNAVAILABLE, 'Connection dropped'],
    ['network', status.DEADLINE_EXCEEDED, 'Deadline exceeded'],
    ['trust', status.UNAVAILABLE, 'Last error: self-signed certificate in certificate chain'],
    ['denied', status.UNAVAILABLE, 'ssl3_read_bytes:tlsv13 alert certificate required'],
    ['denied', status.UNAUTHENTICATED, 'trust'],
    ['usage', status.UNIMPLEMENTED, 'The server does not implement the method /a/b'],
  ] as const)('gives %s', (code, grpc, details) => {
    expect(fromStatus(failed(grpc, details), 'a:1')).toMatchObject({ code });
  });
  it('says which names a certificate has, and who can add one', () => {
    const details =
      "No connection established. Last error: Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: IP: 127.0.0.2 is not in the cert's list: 127.0.0.1, ::1";
    expect(fromStatus(failed(status.UNAVAILABLE, details), 'a:1')).toMatchObject({
      code: 'trust',
      message:
        "a:1: the server's certificate is for another name: IP: 127.0.0.2 is not in the cert's list: 127.0.0.1, ::1",
      hint: expect.stringContaining('keys rotate --role server --host') as string,
    });
  });
  it('a server that turns a certificate away says nothing: what it may have been', () => {
    const details =
      'No connection established. Last error: Failed to connect (2026-11-24T03:21:58.306Z). Resolution note: ';
    expect(fromStatus(failed(status.UNAVAILABLE, details), 'a:1')).toMatchObject({
      code: 'network',
      message: 'a:1: the server closed the connection at once',
      hint: expect.stringContaining('certificate is still accepted') as string,
    });
  });
  it('keeps terminal escapes of a hostile server off the terminal', () => {
    const { message } = fromStatus(failed(status.UNAVAILABLE, '\u001b[2Jowned\u0007'), 'a:1');
    expect(message).not.toMatch(/[^\x20-\x7e]/);
  });
});

describe('isTransient', () => {
  it('tries again after a dropped line or a plea for patience, never after a refusal', () => {
    const transient = (code: status, details: string): boolean =>
      isTransient(fromStatus(failed(code, details), 'a:1'));
    expect(transient(status.UNAVAILABLE, 'gone')).toBe(true);
    expect(transient(status.RESOURCE_EXHAUSTED, 'limit')).toBe(true);
    expect(transient(status.RESOURCE_EXHAUSTED, 'Received message larger than max')).toBe(false);
    expect(transient(status.PERMISSION_DENIED, 'denied')).toBe(false);
    expect(isTransient(new FedshotError('digest', 'flipped'))).toBe(false);
  });

  it('says why a connection failed, without what grpc-js puts around it', () => {
    const details =
      'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:7. Resolution note: ';
    const error = Object.assign(new Error(details), { code: status.UNAVAILABLE, details });
    expect(fromStatus(error, 'localhost:7').message).toBe(
      'localhost:7: connect ECONNREFUSED 127.0.0.1:7',
    );
  });
});
