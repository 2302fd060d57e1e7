/** A process of the pool: works on one case after the other until its parent is gone. */
import { breakAt } from './break.js';
import { meet, pairNamed } from './pairs.js';
import type { Answer, Job } from './pool.js';
import { place } from './world.js';

const work = async (job: Job): Promise<Answer> => {
  try {
    return {
      result:
        'course' in job
          ? await breakAt(job.course, job.fault)
          : await meet(place(job.world), pairNamed(job.pair), job.seed),
    };
  } catch (error) {
    return { error: String(error instanceof Error ? error.stack : error) };
  }
};

process.on('disconnect', () => process.exit());
process.on('message', (job: Job) => void work(job).then((answer) => process.send?.(answer)));
