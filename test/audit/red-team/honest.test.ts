import { describe, test, expect } from 'vitest';
import { leaveAdapted } from '../../fixtures/adapted.js';
import { auditOf } from '../../fixtures/audited.js';
import { failed, redTeam, SOURCE } from '../../fixtures/red-team.js';

const red = redTeam();

describe('what an honest provider and site leave behind', () => {
  test('passes every part, with no unexplained byte and little slack', async () => {
    const artefacts = red.copy();
    leaveAdapted(artefacts.site[0]!);
    const result = await auditOf(artefacts, undefined, { data: SOURCE });
    expect(failed(result)).toBe('');
    expect(result.claims.map(({ verdict }) => verdict)).not.toContain('NOT CHECKED');
    expect(result.verdict).toBe('PASS');
    expect(result.unexplainedBytes).toBe(0);
    const [connection] = result.connections;
    // A thousandth of what a LeNet's release takes.
    expect(connection!.received.slack).toBeLessThan(900);
    expect(connection!.sent.slack).toBeLessThan(2048);
  });
});
