import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchRow } from './measure.js';

/** Present in a checkout; a packaged fedshot has no peer to compare with. */
const SCRIPT = fileURLToPath(new URL('../../scripts/bench/peer.py', import.meta.url));

export interface PeerJob {
  python: string;
  arch: string;
  batch: number;
  steps: number;
  threads: number;
  device: string;
}

/** The same step in eager PyTorch, or why it could not be run. */
export async function measurePeer(job: PeerJob): Promise<BenchRow | string> {
  if (!existsSync(SCRIPT)) return 'the peer script is part of the source checkout only';
  const { python, arch, batch, steps, threads } = job;
  const device = job.device.startsWith('cuda') ? 'cuda' : 'cpu';
  const settings = { archs: [arch], batch, steps: { [arch]: steps }, threads, device };
  try {
    const { stdout } = await promisify(execFile)(python, [SCRIPT, JSON.stringify(settings)]);
    return JSON.parse(stdout) as BenchRow;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
    return `${python}: ${said ?? (error as Error).message}`;
  }
}
