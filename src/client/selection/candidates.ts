import { missingNeed } from '../adaptation/needs.js';
import { methods, type AdaptationMethod } from '../methods/index.js';
import type { Model } from '../../shared/model/folder.js';

/** Names of the methods that `auto` may try, in the order in which it tries them. */
export const candidateNames = (): string[] =>
  methods.all().flatMap(({ name, auto }) => (auto ? [name] : []));

/** Those of them whose needs a release meets, the released model itself first. */
export const candidatesFor = (model: Pick<Model, 'config'>): AdaptationMethod[] =>
  candidateNames()
    .map((name) => methods.get(name))
    .filter((method) => missingNeed(method, model) === undefined);
