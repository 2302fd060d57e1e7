import { describe, test, expect } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { auditOf, settled } from '../../fixtures/audited.js';
import { record } from '../../fixtures/record.js';
import { failed, redTeam } from '../../fixtures/red-team.js';

const red = redTeam();

describe('a proxy and a provider for real', () => {
  test('a server that stops logging while the proxy watches is named by connection', async () => {
    const artefacts = red.copy();
    const server = await red.audited.provider.serve({});
    const recorder = await record(server.port, artefacts.record[0]!);
    const home = red.audited.provider.home(`unlogged`);
    await pull({ from: [`localhost:${recorder.port}`], name: 'digits', home });
    await settled(artefacts.record[0]!, 2);
    await recorder.close();
    await server.close();
    const result = await auditOf(artefacts, ['egress']);
    expect(failed(result)).toMatch(
      /connection 0 \(127\.0\.0\.1:\d+.*\d+ bytes from the provider that nothing explains/,
    );
    expect(result.unexplainedBytes).toBeGreaterThan(200_000);
  });
});
