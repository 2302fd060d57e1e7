type Augment = 'none' | 'crop-flip';

/** What an option is where neither a command nor a program says it. */
interface Recipe {
  train: { epochs: number; featureLr: number; augment: Augment };
  adapt: { epochs: number; featureLr: number; augment: Augment; beta: number };
}

/**
 * Settings that belong together. `digits` are those of SHOT's digit experiments; `shot-objects` those of
 * its object experiments (Liang et al. 2020, section 4.2, and its code): a pretrained F learns at a tenth
 * of the rate, pictures are cropped and flipped at random.
 */
const RECIPES = {
  digits: {
    train: { epochs: 30, featureLr: 1, augment: 'none' },
    adapt: { epochs: 30, featureLr: 1, augment: 'none', beta: 0.1 },
  },
  'shot-objects': {
    train: { epochs: 50, featureLr: 0.1, augment: 'crop-flip' },
    adapt: { epochs: 15, featureLr: 0.1, augment: 'crop-flip', beta: 0.3 },
  },
} as const satisfies Record<string, Recipe>;

export type RecipeName = keyof typeof RECIPES;
export const RECIPE_NAMES = Object.keys(RECIPES) as RecipeName[];

/** An option's default in each recipe, for its description: `(default: 30; shot-objects: 15)`. */
export function defaultsOf<K extends 'train' | 'adapt'>(phase: K, key: keyof Recipe[K]): string {
  const of = (name: RecipeName): string => String((RECIPES[name] as Recipe)[phase][key]);
  return `(default: ${of('digits')}; shot-objects: ${of('shot-objects')})`;
}

type Filled<O, D> = Omit<O, keyof D> & {
  [K in keyof D]: K extends keyof O ? Exclude<O[K], undefined> : D[K];
};

/** Options with the recipe's values where they are not given. */
export function withRecipe<K extends 'train' | 'adapt', O extends { recipe?: RecipeName }>(
  phase: K,
  options: O,
): Filled<O, Recipe[K]> {
  const defaults = (RECIPES[options.recipe ?? 'digits'] as Recipe)[phase];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  // The cast adds what the spread of entries forgets: each key of the recipe has a value now.
  return { ...options, ...defaults, ...Object.fromEntries(given) } as unknown as Filled<
    O,
    Recipe[K]
  >;
}
