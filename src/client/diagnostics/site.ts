import { startEngine, type EngineOptions } from '../../shared/engine/index.js';
import type { Model } from '../../shared/model/folder.js';
import type { StateDict } from '../../shared/model/state.js';
import type { Reporter } from '../../shared/reporter.js';
import { targetData } from '../target/target-data.js';
import { disposeTarget } from '../target/types.js';
import type { InputOptions } from '../target/options.js';
import { judge } from './judge.js';
import { observe } from './observe.js';
import type { Battery } from './verdict.js';

export interface Diagnosis {
  /** Samples at the site. */
  n: number;
  /** Whether the verdict is on a model that was adapted before, or on the data alone. */
  judged: 'adapted' | 'data';
  battery: Battery;
}

/**
 * Runs the battery on a site's data without adapting to it.
 *
 * @param adapted weights of an adaptation that was made before, to be judged as well
 * @param informed whether that adaptation was given the shares of the classes
 * @throws FedshotError `data` where the data does not fit the release, `engine`
 */
export async function diagnose(
  model: Model,
  options: InputOptions & { engine?: EngineOptions; reporter?: Reporter },
  adapted?: StateDict,
  informed?: boolean,
): Promise<Diagnosis> {
  const host = await targetData(options, model);
  const engine = await startEngine(options.engine);
  const { battery } = await engine.use(async () => {
    const data = host.open(engine.ops);
    const observer = await observe(model, engine.ops, data.main, { missing: host.missing });
    try {
      return await judge(observer, model.config, false, adapted, informed);
    } finally {
      observer.dispose();
      disposeTarget(data);
    }
  });
  return { n: host.count, judged: adapted ? 'adapted' : 'data', battery };
}
