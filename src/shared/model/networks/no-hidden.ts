import { z } from 'zod';

/** Version 0.1 wrote `hidden` into every `model.json`, an empty list where a network has none. */
export const noHidden = z
  .array(z.int().positive())
  .max(0, 'this network has no hidden layers to choose')
  .default([]);
