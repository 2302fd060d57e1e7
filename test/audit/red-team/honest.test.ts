import { describe, test, expect } from 'vitest';
import { failed, redTeam, SOURCE } from '../../fixtures/red-team.js';

const red = redTeam();

describe('what an honest provider and site leave behind', () => {
  test('passes every part, with no unexplained byte and little slack', async () => {
    const result = await red.audited.run(undefined, { data: SOURCE });
    expect(failed(result)).toBe('');
    expect(result.claims.map(({ verdict }) => verdict)).not.toContain('NOT CHECKED');
    expect(result.unexplainedBytes).toBe(0);
    const [connection] = result.connections;
    expect(connection!.received.slack / connection!.received.observed).toBeLessThan(0.001);
    expect(connection!.sent.slack).toBeLessThan(2048);
  });
});
